/* SPDX-License-Identifier: Apache-2.0 */
#include "hbase/memory.h"

typedef struct {
  ThriftTransport parent;
  Bytes written; /* owned */
  Slice answer;  /* borrowed: what is still to be read */
} MemoryTransport;

typedef struct {
  ThriftTransportClass parent;
} MemoryTransportClass;

GType memory_transport_get_type(void);
G_DEFINE_TYPE(MemoryTransport, memory_transport, THRIFT_TYPE_TRANSPORT)

static MemoryTransport *
cast(ThriftTransport *transport)
{
  return G_TYPE_CHECK_INSTANCE_CAST(transport, memory_transport_get_type(), MemoryTransport);
}

static gboolean
is_open(ThriftTransport *transport G_GNUC_UNUSED)
{
  return TRUE;
}

static gboolean
do_nothing(ThriftTransport *transport G_GNUC_UNUSED, GError **error G_GNUC_UNUSED)
{
  return TRUE;
}

static gint32
read_some(ThriftTransport *transport, gpointer to, guint32 len, GError **error)
{
  MemoryTransport *self = cast(transport);

  if (len > self->answer.len) {
    g_set_error(error, THRIFT_TRANSPORT_ERROR, THRIFT_TRANSPORT_ERROR_RECEIVE,
                "the answer ends %zu bytes too early", (size_t)len - self->answer.len);
    return -1;
  }
  if (len > 0)
    memcpy(to, self->answer.data, len);
  self->answer = slice(self->answer.data + len, self->answer.len - len);
  return (gint32)len;
}

static gboolean
write_all(ThriftTransport *transport, const gpointer data, const guint32 len,
          GError **error G_GNUC_UNUSED)
{
  bytes_append(&cast(transport)->written, data, len);
  return TRUE;
}

/* The generated code asks before it allocates: no more than there is. */
static gboolean
has_bytes(ThriftTransport *transport, glong len, GError **error)
{
  size_t left = cast(transport)->answer.len;

  if (len >= 0 && (size_t)len <= left)
    return TRUE;
  g_set_error(error, THRIFT_TRANSPORT_ERROR, THRIFT_TRANSPORT_ERROR_MAX_MESSAGE_SIZE_REACHED,
              "the answer claims %ld bytes where %zu are left", len, left);
  return FALSE;
}

static void
finalize(GObject *object)
{
  bytes_clear(&((MemoryTransport *)object)->written);
  G_OBJECT_CLASS(memory_transport_parent_class)->finalize(object);
}

static void
memory_transport_class_init(MemoryTransportClass *type)
{
  ThriftTransportClass *verbs = &type->parent;

  G_OBJECT_CLASS(type)->finalize = finalize;
  verbs->is_open = is_open;
  verbs->open = do_nothing;
  verbs->close = do_nothing;
  verbs->flush = do_nothing;
  verbs->read = read_some;
  verbs->read_all = read_some;
  verbs->read_end = do_nothing;
  verbs->write = write_all;
  verbs->write_end = do_nothing;
  verbs->checkReadBytesAvailable = has_bytes;
}

static void
memory_transport_init(MemoryTransport *self G_GNUC_UNUSED)
{
}

ThriftTransport *
memory_transport_new(void)
{
  return g_object_new(memory_transport_get_type(), NULL);
}

Slice
memory_transport_written(ThriftTransport *transport)
{
  return bytes_slice(&cast(transport)->written);
}

void
memory_transport_reset(ThriftTransport *transport, Slice answer)
{
  MemoryTransport *self = cast(transport);

  bytes_reset(&self->written);
  self->answer = answer;
}
