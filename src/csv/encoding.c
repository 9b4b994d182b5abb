/* SPDX-License-Identifier: Apache-2.0 */
#include "csv/encoding.h"

#include "base/bytes.h"

#include <gio/gio.h>

enum { CHUNK_BYTES = 64 * 1024 };

struct CsvEncoding {
  char *name;            /* owned */
  GConverter *converter; /* owned */
  uint8_t *from;         /* owned, CHUNK_BYTES: as the source has it */
  size_t from_len;
  uint8_t *made; /* owned, CHUNK_BYTES: UTF-8 */
  size_t made_at;
  size_t made_end;
  uint64_t done; /* bytes of the source that were converted */
  bool at_end;   /* of the source */
};

CsvEncoding *
csv_encoding_new(const char *name, GError **error)
{
  GCharsetConverter *converter = g_charset_converter_new("UTF-8", name, NULL);
  CsvEncoding *self;

  if (converter == NULL) {
    g_autofree char *quoted = slice_quote(slice_text(name));

    g_set_error(error, FAULT, FAULT_SETUP,
                "unknown encoding '%s'; 'iconv --list' names them: UTF-16, ISO-8859-1, "
                "WINDOWS-1252, ...",
                quoted);
    return NULL;
  }
  self = g_new0(CsvEncoding, 1);
  self->name = g_strdup(name);
  self->converter = G_CONVERTER(converter);
  self->from = g_malloc(CHUNK_BYTES);
  self->made = g_malloc(CHUNK_BYTES);
  return self;
}

void
csv_encoding_free(CsvEncoding *self)
{
  if (self == NULL)
    return;
  g_object_unref(self->converter);
  g_free(self->name);
  g_free(self->from);
  g_free(self->made);
  g_free(self);
}

static bool
read_more(CsvEncoding *self, CsvSource *source, GError **error)
{
  size_t len = 0;

  if (!csv_source_read(source, self->from + self->from_len, CHUNK_BYTES - self->from_len, &len,
                       error))
    return false;
  self->from_len += len;
  self->at_end = len == 0;
  return true;
}

/* Converts what is there; nothing may come of it, where a character is cut. */
static bool
convert(CsvEncoding *self, CsvSource *source, GError **error)
{
  g_autoptr(GError) problem = NULL;
  gsize taken = 0, made = 0;
  GConverterResult result = g_converter_convert(
      self->converter, self->from, self->from_len, self->made, CHUNK_BYTES,
      self->at_end ? G_CONVERTER_INPUT_AT_END : G_CONVERTER_NO_FLAGS, &taken, &made, &problem);
  bool is_cut = g_error_matches(problem, G_IO_ERROR, G_IO_ERROR_PARTIAL_INPUT);

  if (result == G_CONVERTER_ERROR && (!is_cut || self->at_end)) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s: not %s: %s behind byte %" G_GUINT64_FORMAT,
                csv_source_path(source), self->name,
                is_cut ? "it ends within a character" : "no character there", self->done);
    return false;
  }
  self->done += taken;
  self->from_len -= taken;
  memmove(self->from, self->from + taken, self->from_len);
  self->made_at = 0;
  self->made_end = made;
  return true;
}

bool
csv_encoding_read(CsvEncoding *self, CsvSource *source, uint8_t *to, size_t *len, GError **error)
{
  while (self->made_at == self->made_end) {
    if (!self->at_end && !read_more(self, source, error))
      return false;
    if (self->from_len == 0 && self->at_end)
      break;
    if (!convert(self, source, error))
      return false;
  }
  *len = MIN(*len, self->made_end - self->made_at);
  memcpy(to, self->made + self->made_at, *len);
  self->made_at += *len;
  return true;
}
