/* SPDX-License-Identifier: Apache-2.0 */
#include "avrofile/reader.h"

#include <errno.h>
#include <glib/gstdio.h>

#include "avrofile/codec.h"
#include "datum/datum.h"

enum {
  SYNC_BYTES = 16,
  BUFFER_BYTES = 64 * 1024,
  VARINT_BYTES = 10,
  METADATA_MOST_BYTES = 8 << 20, /* of one key or value */
  EMPTY_MOST = 1 << 20,          /* records of a block that take no byte */
};

static const uint8_t magic[] = {'O', 'b', 'j', 1};

struct AvrofileReader {
  char *path;           /* owned */
  GInputStream *stream; /* owned, buffered */
  uint64_t size;
  uint64_t position;
  char *schema_text; /* owned */
  Schema *schema;    /* owned */
  AvrofileCodec codec;
  uint8_t sync[SYNC_BYTES];
  Bytes packed;   /* owned: bytes off the file */
  Bytes unpacked; /* owned */

  uint64_t number;  /* records given out */
  uint64_t block;   /* the one under way; 0: the header */
  uint64_t begins;  /* where in the file */
  uint64_t records; /* of the block */
  uint64_t given;   /* of these */
  Datum datum;      /* its bytes */
};

/* Always false. Names the file, the block and where it begins; in the header, where we are. */
static bool G_GNUC_PRINTF(3, 4)
    refuse(const AvrofileReader *self, GError **error, const char *format, ...)
{
  va_list args;

  va_start(args, format);

  g_autofree char *what = g_strdup_vprintf(format, args);

  va_end(args);
  if (self->block == 0)
    g_set_error(error, FAULT, FAULT_SETUP, "%s: header, byte %" G_GUINT64_FORMAT ": %s", self->path,
                self->position, what);
  else
    g_set_error(error, FAULT, FAULT_SETUP,
                "%s: block %" G_GUINT64_FORMAT " at byte %" G_GUINT64_FORMAT ": %s", self->path,
                self->block, self->begins, what);
  return false;
}

static bool
refuse_reading(const AvrofileReader *self, const GError *cause, GError **error)
{
  return refuse(self, error, "cannot be read: %s", cause->message);
}

static bool
take_bytes(AvrofileReader *self, void *to, size_t len, GError **error)
{
  g_autoptr(GError) cause = NULL;
  gsize taken = 0;
  bool is_read = g_input_stream_read_all(self->stream, to, len, &taken, NULL, &cause);

  self->position += taken;
  if (!is_read)
    return refuse_reading(self, cause, error);
  if (taken == len)
    return true;
  return refuse(self, error, "the file is cut short: it ends at byte %" G_GUINT64_FORMAT,
                self->position);
}

static bool
take_long(AvrofileReader *self, int64_t *out_value, GError **error)
{
  uint8_t bytes[VARINT_BYTES];
  size_t len = 0;
  Datum datum;

  do {
    if (!take_bytes(self, &bytes[len], 1, error))
      return false;
  } while (bytes[len++] >= 0x80 && len < VARINT_BYTES);
  datum_init(&datum, slice(bytes, len));
  return datum_read_long(&datum, out_value) || refuse(self, error, "%s", datum.what);
}

static bool
take_block(AvrofileReader *self, size_t most, GError **error)
{
  int64_t len = 0;

  if (!take_long(self, &len, error))
    return false;
  if (len < 0 || len > (int64_t)most)
    return refuse(self, error, "a length of %" G_GINT64_FORMAT " bytes, where 0 to %zu are read",
                  len, most);
  bytes_reset(&self->packed);
  if (!take_bytes(self, bytes_reserve(&self->packed, (size_t)len + 1), (size_t)len, error))
    return false;
  self->packed.len = (size_t)len;
  return true;
}

/* Of all metadata, two are for readers. */
static bool
take_entry(AvrofileReader *self, GError **error)
{
  if (!take_block(self, METADATA_MOST_BYTES, error))
    return false;

  bool is_schema = slice_equal(bytes_slice(&self->packed), slice_text("avro.schema"));
  bool is_codec = slice_equal(bytes_slice(&self->packed), slice_text("avro.codec"));

  if (!take_block(self, METADATA_MOST_BYTES, error))
    return false;
  if (is_schema) {
    g_free(self->schema_text);
    self->schema_text = g_strndup((const char *)self->packed.data, self->packed.len);
  }
  if (is_codec && !avrofile_codec_find(bytes_slice(&self->packed), &self->codec, error)) {
    g_prefix_error(error, "%s: ", self->path);
    return false;
  }
  return true;
}

static bool
take_metadata(AvrofileReader *self, GError **error)
{
  int64_t entries = 0;
  int64_t bytes = 0;

  do {
    if (!take_long(self, &entries, error))
      return false;
    if (entries < 0 && !take_long(self, &bytes, error))
      return false;
    if (entries == INT64_MIN)
      return refuse(self, error, "metadata without end");
    entries = ABS(entries);
    for (int64_t i = 0; i < entries; i++)
      if (!take_entry(self, error))
        return false;
  } while (entries > 0);
  return true;
}

static bool
take_header(AvrofileReader *self, GError **error)
{
  uint8_t first[sizeof magic];
  g_autoptr(GError) cause = NULL;

  if (!take_bytes(self, first, sizeof first, error))
    return false;
  if (memcmp(first, magic, sizeof magic) != 0) {
    g_autofree char *quoted = slice_quote(slice(first, sizeof first));

    self->position = 0;
    return refuse(self, error, "it is no Avro object container file: it begins with '%s', not Obj",
                  quoted);
  }
  if (!take_metadata(self, error) || !take_bytes(self, self->sync, SYNC_BYTES, error))
    return false;
  if (self->schema_text == NULL)
    return refuse(self, error, "it has no avro.schema");
  self->schema =
      schema_parse_writer("avro.schema", self->schema_text, strlen(self->schema_text), &cause);
  return self->schema != NULL || refuse(self, error, "%s", cause->message);
}

AvrofileReader *
avrofile_reader_new(GInputStream *stream, const char *path, GError **error)
{
  g_autoptr(AvrofileReader) self = g_new0(AvrofileReader, 1);

  self->path = g_strdup(path);
  self->stream = g_buffered_input_stream_new_sized(stream, BUFFER_BYTES);
  datum_init(&self->datum, SLICE_EMPTY);
  return take_header(self, error) ? g_steal_pointer(&self) : NULL;
}

AvrofileReader *
avrofile_reader_open(const char *path, GError **error)
{
  const char *name = strcmp(path, "-") == 0 ? "/dev/stdin" : path;
  g_autoptr(GFile) file = g_file_new_for_path(name);
  g_autoptr(GError) cause = NULL;
  g_autoptr(GFileInputStream) stream = NULL;
  GStatBuf status;

  if (g_stat(name, &status) != 0) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: %s", path, g_strerror(errno));
    return NULL;
  }
  if (S_ISDIR(status.st_mode)) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: a folder; name the files in it", path);
    return NULL;
  }
  stream = g_file_read(file, NULL, &cause);
  if (stream == NULL) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: %s", path, cause->message);
    return NULL;
  }

  AvrofileReader *self = avrofile_reader_new(G_INPUT_STREAM(stream), path, error);

  if (self != NULL && S_ISREG(status.st_mode))
    self->size = (uint64_t)status.st_size;
  return self;
}

void
avrofile_reader_free(AvrofileReader *self)
{
  if (self == NULL)
    return;
  g_clear_object(&self->stream);
  schema_unref(self->schema);
  bytes_clear(&self->packed);
  bytes_clear(&self->unpacked);
  g_free(self->schema_text);
  g_free(self->path);
  g_free(self);
}

Schema *
avrofile_reader_schema(const AvrofileReader *self)
{
  return self->schema;
}

const char *
avrofile_reader_schema_text(const AvrofileReader *self)
{
  return self->schema_text;
}

static bool
check_count(const AvrofileReader *self, int64_t count, Slice datums, GError **error)
{
  bool is_empty = schema_root(self->schema)->is_empty;

  if (count >= 0 && (uint64_t)count <= (is_empty ? EMPTY_MOST : datums.len))
    return true;
  return refuse(self, error, "%" G_GINT64_FORMAT " records in %zu bytes", count, datums.len);
}

static bool
take_sync(AvrofileReader *self, GError **error)
{
  uint8_t sync[SYNC_BYTES];

  if (!take_bytes(self, sync, SYNC_BYTES, error))
    return false;
  return memcmp(sync, self->sync, SYNC_BYTES) == 0 ||
         refuse(self, error,
                "its sync marker is not the file's: the file is damaged, or put together from "
                "several");
}

static bool
next_block(AvrofileReader *self, GError **error)
{
  g_autoptr(GError) cause = NULL;
  Slice datums = SLICE_EMPTY;
  int64_t count = 0;

  self->begins = self->position;
  self->block++;
  if (!take_long(self, &count, error) || !take_block(self, AVROFILE_BLOCK_BYTES, error) ||
      !take_sync(self, error))
    return false;
  if (!avrofile_unpack(self->codec, bytes_slice(&self->packed), &self->unpacked, &datums, &cause))
    return refuse(self, error, "%s", cause->message);
  if (!check_count(self, count, datums, error))
    return false;
  datum_init(&self->datum, datums);
  self->records = (uint64_t)count;
  self->given = 0;
  return true;
}

/* Whether nothing follows the last block. */
static bool
find_end(AvrofileReader *self, bool *out_is_end, GError **error)
{
  GBufferedInputStream *stream = G_BUFFERED_INPUT_STREAM(self->stream);
  g_autoptr(GError) cause = NULL;

  if (g_buffered_input_stream_get_available(stream) == 0 &&
      g_buffered_input_stream_fill(stream, -1, NULL, &cause) < 0)
    return refuse_reading(self, cause, error);
  *out_is_end = g_buffered_input_stream_get_available(stream) == 0;
  return true;
}

/* Goes on to a block that has records. */
static bool
find_record(AvrofileReader *self, bool *out_is_end, GError **error)
{
  *out_is_end = false;
  while (self->given == self->records) {
    if (datum_left(&self->datum) > 0)
      return refuse(self, error, "%zu bytes are left behind its %" G_GUINT64_FORMAT " records",
                    datum_left(&self->datum), self->records);
    if (!find_end(self, out_is_end, error))
      return false;
    if (*out_is_end)
      return true;
    if (!next_block(self, error))
      return false;
  }
  return true;
}

bool
avrofile_reader_next(AvrofileReader *self, AvrofileRecord *out_record, bool *out_is_end,
                     GError **error)
{
  const uint8_t *start;

  if (!find_record(self, out_is_end, error))
    return false;
  if (*out_is_end)
    return true;
  start = self->datum.at;
  if (!datum_skip(&self->datum, schema_root(self->schema))) {
    g_autoptr(GError) cause = NULL;

    datum_fault(&self->datum, self->datum.inside == NULL ? NULL : "", &cause);
    return refuse(self, error, "record %" G_GUINT64_FORMAT " of it: %s", self->given + 1,
                  cause->message);
  }
  self->given++;
  self->number++;
  *out_record = (AvrofileRecord){
      .datum = slice(start, (size_t)(self->datum.at - start)),
      .number = self->number,
      .block = self->block,
  };
  return true;
}

uint64_t
avrofile_reader_position(const AvrofileReader *self)
{
  return self->position;
}

uint64_t
avrofile_reader_size(const AvrofileReader *self)
{
  return self->size;
}
