/* SPDX-License-Identifier: Apache-2.0 */
#include "hfile/pool.h"

enum { DEPTH_A_THREAD = 2, DEPTH_MOST = 32 };

struct HfilePool {
  GAsyncQueue *todo;  /* owned, of HfileTask, and of the mark that ends a thread */
  GPtrArray *threads; /* owned, of GThread */
  GMutex lock;
  GCond done;
};

void
hfile_packed_clear(HfilePacked *self)
{
  bytes_clear(&self->packed);
  bytes_clear(&self->checksums);
}

bool
hfile_pack(HfileCodec *codec, Slice raw, HfilePacked *out, GError **error)
{
  out->raw_bytes = raw.len;
  out->payload = raw;
  bytes_reset(&out->packed);
  bytes_reset(&out->checksums);
  if (hfile_codec_kind(codec) != HFILE_CODEC_NONE) {
    if (!hfile_codec_pack(codec, raw, &out->packed, error))
      return false;
    out->payload = bytes_slice(&out->packed);
  }
  if (out->payload.len > HFILE_FIRST_CHUNK_BYTES)
    hfile_checksum_append(&out->checksums, SLICE_EMPTY,
                          slice(out->payload.data + HFILE_FIRST_CHUNK_BYTES,
                                out->payload.len - HFILE_FIRST_CHUNK_BYTES));
  return true;
}

void
hfile_task_clear(HfileTask *self)
{
  bytes_clear(&self->raw);
  hfile_packed_clear(&self->packed);
  g_clear_error(&self->error);
}

static gpointer
work(gpointer data)
{
  HfilePool *self = data;
  HfileCodec *codecs[HFILE_CODECS] = {NULL};
  HfileTask *task;

  while ((gpointer)(task = g_async_queue_pop(self->todo)) != (gpointer)self) { /* the mark */
    HfileCodec **codec = &codecs[task->codec];

    if (*codec == NULL)
      *codec = hfile_codec_new(task->codec);
    hfile_pack(*codec, bytes_slice(&task->raw), &task->packed, &task->error);
    g_mutex_lock(&self->lock);
    task->is_done = true;
    g_cond_broadcast(&self->done);
    g_mutex_unlock(&self->lock);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(codecs); i++)
    hfile_codec_free(codecs[i]);
  return NULL;
}

HfilePool *
hfile_pool_new(unsigned threads)
{
  HfilePool *self = g_new0(HfilePool, 1);

  self->todo = g_async_queue_new();
  self->threads = g_ptr_array_new();
  g_mutex_init(&self->lock);
  g_cond_init(&self->done);
  for (unsigned i = 0; i < threads; i++)
    g_ptr_array_add(self->threads, g_thread_new("pack", work, self));
  return self;
}

void
hfile_pool_free(HfilePool *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->threads->len; i++)
    g_async_queue_push(self->todo, self);
  for (guint i = 0; i < self->threads->len; i++)
    g_thread_join(self->threads->pdata[i]);
  g_ptr_array_unref(self->threads);
  g_async_queue_unref(self->todo);
  g_mutex_clear(&self->lock);
  g_cond_clear(&self->done);
  g_free(self);
}

size_t
hfile_pool_depth(const HfilePool *self)
{
  return MIN((size_t)self->threads->len * DEPTH_A_THREAD, (size_t)DEPTH_MOST);
}

void
hfile_pool_push(HfilePool *self, HfileTask *task)
{
  task->is_done = false;
  g_async_queue_push(self->todo, task);
}

void
hfile_pool_await(HfilePool *self, HfileTask *task)
{
  g_mutex_lock(&self->lock);
  while (!task->is_done)
    g_cond_wait(&self->done, &self->lock);
  g_mutex_unlock(&self->lock);
}
