/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "container/codec.h"

/* Writes an object container file. It has its name once it is whole; until then it is called
 * PATH.unfinished. The same records give the same bytes. One thread owns it. */
typedef struct ContainerWriter ContainerWriter;

ContainerWriter *container_writer_new(const char *path, Slice schema_text, ContainerCodec codec,
                                      GError **error);
/* Without finish: the file is removed. */
void container_writer_free(ContainerWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(ContainerWriter, container_writer_free)

/* One datum of that schema. */
bool container_writer_append(ContainerWriter *self, Slice datum, GError **error);
bool container_writer_finish(ContainerWriter *self, GError **error);
