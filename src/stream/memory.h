/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stddef.h>
#include <stdint.h>

/* How ingest.memory is divided, so that one number bounds all that grows with the input.
 *
 *   1/16  fetched records, shared among the queues (KafkaConsumerOptions.queue_bytes); up to 1/8
 *         with several topics and while one waits, for then there is a queue more for each
 *   3/16  plans for the schemas of a registry that wrote the records: enough for a thousand of 102
 *         fields; the least recently used are forgotten first
 *   1/4   is set aside for what fetched records take and what comes on top of them: librdkafka
 *         looks at a queue before each fetch, so it may go over by what one fetch of each broker
 *         brings; packed records are unpacked at once, and 100:1 is not rare; the small ones need
 *         300 bytes each; and a fetch is kept whole until the last of its records is done with
 *   1/2   batches and bad records, shared among the writers: open, under way, waiting for their
 *         window, or empty and kept for the next records
 *
 * How far a fetch unpacks is only known when it is there. So it is small as it comes, 1/4096:
 * packed 1000:1, of which gzip makes no more, it takes what is set aside. What a queue was seen to
 * have beyond that, its writer leaves free of its own share, down to a quarter of it, until it has
 * long not been seen again.
 *
 * Within a writer's share at most 1/8 is bad records, and no batch is larger than 1/8: two under
 * way and one being filled for a few topics at once. One record is always taken, however large,
 * and one batch of a producer is always fetched whole. Beside all this the program itself, its
 * threads and librdkafka take about 13 MiB: see docs/configuration.md for what is promised. */

enum { STREAM_MEMORY_LEAST = 65536, STREAM_FETCH_LEAST = 4096 };

/* What librdkafka and we spend on a record beside its bytes. */
enum { STREAM_RECORD_BYTES = 512 };

static inline uint64_t
stream_memory_queue(uint64_t memory_bytes, size_t writers, size_t topics)
{
  return MAX(memory_bytes / 8 / writers / (topics + 1), STREAM_MEMORY_LEAST);
}

static inline uint64_t
stream_memory_fetch(uint64_t memory_bytes)
{
  return MAX(memory_bytes / 4096, STREAM_FETCH_LEAST);
}

static inline size_t
stream_memory_schemas(uint64_t memory_bytes)
{
  return MAX(memory_bytes / 16 * 3, STREAM_MEMORY_LEAST);
}

static inline size_t
stream_memory_writer(uint64_t memory_bytes, size_t writers)
{
  return MAX(memory_bytes / 2 / writers, STREAM_MEMORY_LEAST);
}

static inline size_t
stream_memory_aside(uint64_t memory_bytes, size_t writers)
{
  return memory_bytes / 4 / writers;
}

static inline size_t
stream_memory_batch(uint64_t memory_bytes, size_t writers, uint64_t wanted_bytes)
{
  return MIN(wanted_bytes, stream_memory_writer(memory_bytes, writers) / 8);
}

static inline size_t
stream_memory_rejects(uint64_t memory_bytes, size_t writers)
{
  return stream_memory_writer(memory_bytes, writers) / 8;
}
