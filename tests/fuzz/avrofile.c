/* SPDX-License-Identifier: Apache-2.0 */
#include "avrofile/reader.h"
#include "json/json.h"

#include "target.h"

/* Object container files; the seeds are those of tests/golden/avrofile. */

GPtrArray *
fuzz_seeds(void)
{
  g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden",
                                           "avrofile", "files.json", NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonNode) json = json_load(path, &error);
  GPtrArray *seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

  if (json == NULL)
    g_error("%s (set SLUICE_SOURCE_ROOT)", error->message);
  for (guint i = 0; i < json_array_get_length(json_node_get_array(json)); i++) {
    JsonObject *one = json_array_get_object_element(json_node_get_array(json), i);
    const char *hex = json_object_get_string_member(one, "file");
    g_auto(Bytes) file = {0};

    for (; *hex != '\0'; hex += 2)
      bytes_append_u8(&file,
                      (uint8_t)(g_ascii_xdigit_value(hex[0]) * 16 + g_ascii_xdigit_value(hex[1])));
    g_ptr_array_add(seeds, g_bytes_new(file.data, file.len));
  }
  return seeds;
}

static volatile size_t touched; /* so that reading is not left out */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
  g_autoptr(GInputStream) stream = g_memory_input_stream_new_from_data(data, (gssize)len, NULL);
  g_autoptr(GError) error = NULL;
  g_autoptr(AvrofileReader) reader = avrofile_reader_new(stream, "fuzz", &error);
  bool is_end = false;

  while (reader != NULL && !is_end) {
    AvrofileRecord record = {0};

    if (!avrofile_reader_next(reader, &record, &is_end, &error))
      break;
    for (size_t i = 0; i < record.datum.len; i++)
      touched += record.datum.data[i];
  }
  g_assert_true((error == NULL) == is_end);
  if (error != NULL)
    g_assert_error(error, FAULT, FAULT_SETUP);
  return 0;
}
