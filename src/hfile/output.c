/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/output.h"

#include "hfile/disk.h"

enum { FILE_MODE = 0644, PENDING_MOST_BYTES = 4 * 1024 * 1024 };

/* A block that is being packed. */
typedef struct {
  HfileTask task;
  HfileBlockType type;
  Bytes key;
} Pending;

struct HfileOutput {
  WholeFile *file; /* owned */
  HfileDisk *disk; /* owned */
  HfileCodecKind kind;
  HfileCodec *codec; /* owned */
  HfilePacked packed;
  HfilePool *pool;  /* borrowed; NULL: there is none */
  Pending *pending; /* owned: a ring */
  size_t depth;     /* of the ring */
  size_t first;     /* in it */
  size_t length;    /* of those on their way */
  size_t raw_bytes; /* of those */
  uint64_t offset;
  Bytes checksums;
  int64_t previous_offset[HFILE_BLOCK_TYPES];
  HfileTotal totals[HFILE_BLOCK_TYPES];
};

HfileOutput *
hfile_output_new(const char *path, HfileCodecKind codec, HfilePool *pool, GError **error)
{
  /* HBase's load tools pass over what begins with '_'. */
  g_autoptr(WholeFile) file = whole_file_new(path, "_", FILE_MODE, error);

  if (file == NULL)
    return NULL;

  HfileOutput *self = g_new0(HfileOutput, 1);

  self->disk = hfile_disk_new(file);
  self->file = g_steal_pointer(&file);
  self->kind = codec;
  self->codec = hfile_codec_new(codec);
  self->pool = pool;
  self->depth = pool == NULL ? 0 : hfile_pool_depth(pool);
  self->pending = g_new0(Pending, self->depth);
  for (size_t i = 0; i < HFILE_BLOCK_TYPES; i++)
    self->previous_offset[i] = -1;
  return self;
}

static Pending *
pending_at(const HfileOutput *self, size_t i)
{
  return &self->pending[(self->first + i) % self->depth];
}

void
hfile_output_free(HfileOutput *self)
{
  if (self == NULL)
    return;
  for (size_t i = 0; i < self->length; i++)
    hfile_pool_await(self->pool, &pending_at(self, i)->task);
  for (size_t i = 0; i < self->depth; i++) {
    hfile_task_clear(&self->pending[i].task);
    bytes_clear(&self->pending[i].key);
  }
  g_free(self->pending);
  hfile_disk_free(self->disk);
  whole_file_free(self->file);
  hfile_codec_free(self->codec);
  hfile_packed_clear(&self->packed);
  bytes_clear(&self->checksums);
  g_free(self);
}

bool
hfile_output_write_bytes(HfileOutput *self, Slice bytes, GError **error)
{
  self->offset += bytes.len;
  return hfile_disk_append(self->disk, bytes, error);
}

static bool
write_packed(HfileOutput *self, HfileBlockType type, const HfilePacked *packed,
             HfileBlockAt *out_at, GError **error)
{
  uint8_t head[HFILE_BLOCK_HEADER_BYTES];
  Slice payload = packed->payload;
  HfileBlockHeader header = {
      .type = type,
      .payload_bytes = (uint32_t)payload.len,
      .checksums_bytes =
          (uint32_t)hfile_checksum_bytes(sizeof head + payload.len, HFILE_CHECKSUM_CHUNK_BYTES),
      .raw_bytes = (uint32_t)packed->raw_bytes,
      .previous_offset = self->previous_offset[type],
      .checksum = HFILE_CHECKSUM_CRC32C,
      .checksum_chunk_bytes = HFILE_CHECKSUM_CHUNK_BYTES,
  };
  HfileBlockAt at = {self->offset, (uint32_t)hfile_block_disk_bytes(&header)};

  hfile_block_header_put(&header, head);
  bytes_reset(&self->checksums);
  hfile_checksum_append(&self->checksums, slice(head, sizeof head),
                        slice(payload.data, MIN(payload.len, (size_t)HFILE_FIRST_CHUNK_BYTES)));
  bytes_append_slice(&self->checksums, bytes_slice(&packed->checksums));

  if (!hfile_output_write_bytes(self, slice(head, sizeof head), error) ||
      !hfile_output_write_bytes(self, payload, error) ||
      !hfile_output_write_bytes(self, bytes_slice(&self->checksums), error))
    return false;
  self->previous_offset[type] = (int64_t)at.offset;
  self->totals[type].blocks++;
  self->totals[type].raw_bytes += packed->raw_bytes;
  *out_at = at;
  return true;
}

bool
hfile_output_write_block(HfileOutput *self, HfileBlockType type, Slice raw, HfileBlockAt *out_at,
                         GError **error)
{
  return hfile_pack(self->codec, raw, &self->packed, error) &&
         write_packed(self, type, &self->packed, out_at, error);
}

bool
hfile_output_takes(const HfileOutput *self, size_t raw_bytes)
{
  return self->length < self->depth && self->raw_bytes + raw_bytes <= PENDING_MOST_BYTES;
}

void
hfile_output_push(HfileOutput *self, HfileBlockType type, Slice raw, Slice key)
{
  g_assert(hfile_output_takes(self, raw.len));

  Pending *pending = pending_at(self, self->length);

  pending->type = type;
  bytes_reset(&pending->key);
  bytes_append_slice(&pending->key, key);
  pending->task.codec = self->kind;
  bytes_reset(&pending->task.raw);
  bytes_append_slice(&pending->task.raw, raw);
  self->length++;
  self->raw_bytes += raw.len;
  hfile_pool_push(self->pool, &pending->task);
}

size_t
hfile_output_pending(const HfileOutput *self)
{
  return self->length;
}

bool
hfile_output_write_first(HfileOutput *self, HfileBlockAt *out_at, Slice *out_key, GError **error)
{
  Pending *pending = pending_at(self, 0);
  HfileTask *task = &pending->task;

  hfile_pool_await(self->pool, task);
  self->first = (self->first + 1) % self->depth;
  self->length--;
  self->raw_bytes -= task->raw.len;
  *out_key = bytes_slice(&pending->key);
  if (task->error == NULL)
    return write_packed(self, pending->type, &task->packed, out_at, error);
  g_propagate_error(error, g_steal_pointer(&task->error));
  return false;
}

bool
hfile_output_commit(HfileOutput *self, GError **error)
{
  return hfile_disk_finish(self->disk, error) && whole_file_finish(self->file, error);
}

uint64_t
hfile_output_offset(const HfileOutput *self)
{
  return self->offset;
}

uint64_t
hfile_output_most_bytes(const HfileOutput *self)
{
  /* No codec makes more of what it cannot pack. */
  return self->offset + 2 * (uint64_t)self->raw_bytes + (uint64_t)self->length * 1024;
}

HfileTotal
hfile_output_total(const HfileOutput *self, HfileBlockType type)
{
  return self->totals[type];
}
