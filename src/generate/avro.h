/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "generate/sink.h"

/* Records as an object container file of their entity in a folder, packed by deflate. */
typedef struct GenerateAvro GenerateAvro;

/* The folder must exist. */
GenerateAvro *generate_avro_new(const char *folder);
void generate_avro_free(GenerateAvro *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(GenerateAvro, generate_avro_free)

/* The entity's schema, as the mapping's is but for words to its readers. */
char *generate_avro_schema(const ShopEntity *entity);

/* Good until self is freed. A file that is not whole never gets its name. It can do no damage:
 * what is in such a file can be read. */
GenerateSink generate_avro_sink(GenerateAvro *self);
