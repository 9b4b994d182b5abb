/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "csv/columns.h"
#include "http/registry.h"
#include "kafka/property.h"
#include "suggest/key.h"

#include <gio/gio.h>

/* Where a record of the sample is from: file and line, or partition and offset. */
typedef struct {
  int32_t part;
  int64_t at;
} SuggestOrigin;

/* Proposes a mapping, and an Avro schema where there is none, from a sample of records:
 *
 *   CSV files, a topic's records -> a field each, with what its values are -> key, time, types,
 *   families -> the texts of two files, and what was found out
 */
typedef struct {
  Times *times;      /* owned */
  GPtrArray *fields; /* owned, of owned SuggestField * */
  size_t rows;       /* records in them */
  GArray *origins;   /* owned, of SuggestOrigin, of each record */
  GArray *places;    /* owned, of guint: of each record among the messages that were read */
  uint64_t bad;      /* records that could not be read */
  bool is_cut;       /* there are more records than were read */
  MappingFormat format;
  MappingFraming framing;
  char *topic;        /* owned; NULL: of the name */
  GPtrArray *schemas; /* owned, of owned texts; each may use those before it; NULL: to be made */
  char *const *schema_names; /* borrowed: of the schemas' files; NULL: they are of none */
  SuggestField *key;         /* owned; the Kafka keys as texts; NULL: not of a topic */
  GString *options;          /* owned; how the CSV files are read, as a shell takes it */
  FaultList found;           /* sentences: how the input is written */
  FaultList notes;           /* sentences: what deserves a look */
  char **names;              /* owned; of the columns, where no header has them */
  GHashTable *by_path;       /* owned: path -> field, where suggest_field() made it */
} Suggest;

Suggest *suggest_new(void);
void suggest_free(Suggest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Suggest, suggest_free)

/* The field of that path, made where it is new. */
SuggestField *suggest_field(Suggest *self, const char *path);

/* Reads at most `most` records of the files. What the options have left open of `reading` is found
 * out and filled in, borrowed from self. All failures are FAULT_SETUP; FAULT_RECORD: there is no
 * record. */
bool suggest_csv(Suggest *self, char *const *paths, size_t most, CsvReading *reading,
                 GError **error);

/* Everything is borrowed. */
typedef struct {
  const KafkaProperty *properties;
  HttpRegistry *registry; /* NULL: there is none */
  const char *topic;
  size_t most; /* records */
  int64_t timeout_ms;
  GCancellable *stop;
} SuggestTopic;

/* Reads a topic's records. Where self->schemas are set they are of these. */
bool suggest_topic(Suggest *self, const SuggestTopic *topic, GError **error);

/* Makes the fields of self->schemas, without records. `fields` has their paths. FAULT_SETUP. */
Schema *suggest_schema(Suggest *self, GError **error);

/* What the fields of JSON documents hold: of Slice. */
void suggest_json(Suggest *self, const Slice *documents, guint length);

/* What is made of it. */
typedef struct {
  SuggestKey key;
  bool is_kafka_key;        /* the Kafka keys are this key */
  const SuggestField *time; /* whose value is the cells' time; NULL: the record's */
  int time_form;            /* TIMES_... */
} SuggestChoice;

SuggestChoice suggest_choose(const Suggest *self);

/* The mapping of table `name`, and the schema of its records, where there is none. `files`
 * (NULL-ended) are the schema's, beside the mapping; NULL: no schema is needed. */
char *suggest_mapping(const Suggest *self, const SuggestChoice *choice, const char *name,
                      const char *const *files);
char *suggest_schema_text(const Suggest *self, const char *name);

/* What was found out, sentences; `word` says of what. */
typedef void SuggestSay(void *data, const char *word, const char *sentence);
void suggest_report(const Suggest *self, const SuggestChoice *choice, SuggestSay *say, void *data);
