/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "avrofile/codec.h"

/* Writes an object container file. It has its name once it is whole; until then it is called
 * PATH.unfinished. The same records give the same bytes. One thread owns it. */
typedef struct AvrofileWriter AvrofileWriter;

AvrofileWriter *avrofile_writer_new(const char *path, Slice schema_text, AvrofileCodec codec,
                                    GError **error);
/* Without finish: the file is removed. */
void avrofile_writer_free(AvrofileWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(AvrofileWriter, avrofile_writer_free)

/* One datum of that schema. */
bool avrofile_writer_append(AvrofileWriter *self, Slice datum, GError **error);
bool avrofile_writer_finish(AvrofileWriter *self, GError **error);
