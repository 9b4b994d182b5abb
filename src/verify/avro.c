/* SPDX-License-Identifier: Apache-2.0 */
#include "avrofile/rows.h"
#include "verify/intake.h"

enum { WATCH_EVERY = 1024 };

/* One file on its way. */
typedef struct {
  VerifyIntake *intake; /* borrowed */
  AvrofileRows *rows;   /* owned */
  int32_t part;
} FileRoad;

/* One record; *out_is_end after the last. */
static bool
read_one(const FileRoad *self, bool *out_is_end, GError **error)
{
  g_autoptr(GError) fault = NULL;
  AvrofileRecord record = {0};

  if (avrofile_rows_next(self->rows, verify_intake_row(self->intake), &record, out_is_end,
                         &fault)) {
    VerifyPlace place = {self->part, (int64_t)record.number};

    return *out_is_end || verify_intake_take(self->intake, place, error);
  }
  if (g_error_matches(fault, FAULT, FAULT_RECORD)) {
    verify_intake_take_bad(self->intake, NULL, fault);
    return true;
  }
  g_propagate_error(error, g_steal_pointer(&fault));
  return false;
}

static bool
read_file(const FileRoad *self, GError **error)
{
  const AvrofileReader *reader = avrofile_rows_reader(self->rows);
  bool is_end = false;

  for (uint64_t turn = 0; !is_end; turn++) {
    if (turn % WATCH_EVERY == WATCH_EVERY - 1 &&
        !verify_intake_goes_on(self->intake, avrofile_reader_position(reader),
                               avrofile_reader_size(reader), error))
      return false;
    if (!read_one(self, &is_end, error))
      return false;
  }
  return true;
}

bool
verify_intake_read_avro(VerifyIntake *self, const char *const *paths, int64_t timestamp_ms,
                        GError **error)
{
  for (int32_t i = 0; paths[i] != NULL; i++) {
    const AvrofileRowsOptions options = {
        .mapping = verify_intake_options(self)->mapping,
        .timestamp_ms = timestamp_ms,
        .before = verify_intake_counts(self).records,
    };
    g_autoptr(AvrofileRows) rows = avrofile_rows_open(paths[i], &options, error);

    if (rows == NULL || !read_file(&(FileRoad){self, rows, i}, error))
      return false;
  }
  return true;
}
