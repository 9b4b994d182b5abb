/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"
#include "base/protobuf.h"
#include "regionserver/answer.h"
#include "regionserver/metarow.h"

#include "target.h"

/* Answers of a region server, or of what stands in its place: to the call of number 1. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
  g_autoptr(GPtrArray) regions =
      g_ptr_array_new_with_free_func((GDestroyNotify)regionserver_region_free);
  g_autoptr(GError) error = NULL;
  g_autofree char *server = NULL;
  g_auto(Bytes) next = {0};
  Slice result = slice(data, len);
  size_t rows;
  bool is_good = regionserver_answer_read(slice(data, len), 1, &result, &error);

  g_assert_cmpint(is_good, ==, error == NULL);
  server = regionserver_metarow_location(result);
  if (regionserver_metarow_page(result, regions, &next, &rows))
    g_assert_cmpuint(regions->len, <=, rows);
  for (guint i = 0; i < regions->len; i++)
    g_assert_nonnull(((RegionserverRegion *)regions->pdata[i])->server);
  return 0;
}

static void
append_cell(Bytes *out, const char *qualifier, Slice value)
{
  g_auto(Bytes) cell = {0};

  protobuf_append_bytes_field(&cell, 1, slice_text("t,,1.x."));
  protobuf_append_bytes_field(&cell, 3, slice_text(qualifier));
  protobuf_append_bytes_field(&cell, 6, value);
  protobuf_append_bytes_field(out, 1, bytes_slice(&cell));
}

/* A result with the region of a whole table. */
static void
append_page(Bytes *out)
{
  g_auto(Bytes) info = {0};
  g_auto(Bytes) row = {0};

  bytes_append_slice(&info, slice_text("PBUF"));
  protobuf_append_bytes_field(&info, 3, slice_text("a"));
  protobuf_append_bytes_field(&info, 4, slice_text("b"));
  protobuf_append_varint_field(&info, 6, 0);
  append_cell(&row, "regioninfo", bytes_slice(&info));
  append_cell(&row, "server", slice_text("rs:16020"));
  protobuf_append_bytes_field(out, 5, bytes_slice(&row));
}

static void
append_location(Bytes *out)
{
  g_auto(Bytes) server = {0};
  g_auto(Bytes) location = {0};

  protobuf_append_bytes_field(&server, 1, slice_text("rs"));
  protobuf_append_varint_field(&server, 2, 16020);
  protobuf_append_bytes_field(&location, 2, bytes_slice(&server));
  protobuf_append_bytes_field(out, 1, bytes_slice(&location));
}

static void
add_answer(GPtrArray *seeds, Slice header, Slice result)
{
  g_auto(Bytes) answer = {0};

  protobuf_append_varint(&answer, header.len);
  bytes_append_slice(&answer, header);
  protobuf_append_varint(&answer, result.len);
  bytes_append_slice(&answer, result);
  g_ptr_array_add(seeds, g_bytes_new(answer.data, answer.len));
}

GPtrArray *
fuzz_seeds(void)
{
  GPtrArray *seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_auto(Bytes) header = {0};
  g_auto(Bytes) exception = {0};
  g_auto(Bytes) page = {0};
  g_auto(Bytes) location = {0};

  protobuf_append_varint_field(&header, 1, 1);
  append_page(&page);
  append_location(&location);
  add_answer(seeds, bytes_slice(&header), bytes_slice(&page));
  add_answer(seeds, bytes_slice(&header), bytes_slice(&location));
  protobuf_append_bytes_field(&exception, 1, slice_text("x.NotServingRegionException"));
  protobuf_append_bytes_field(&exception, 2, slice_text("x: gone\n at y"));
  protobuf_append_bytes_field(&header, 2, bytes_slice(&exception));
  add_answer(seeds, bytes_slice(&header), SLICE_EMPTY);
  return seeds;
}
