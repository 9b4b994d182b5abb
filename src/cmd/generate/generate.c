/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stop.h"
#include "cmd/generate/feed.h"
#include "cmd/generate/ledger.h"
#include "cmd/options.h"
#include "cmd/peers.h"
#include "generate/avro.h"
#include "generate/csv.h"
#include "generate/generate.h"
#include "generate/kafka.h"
#include "text/text.h"

#include <errno.h>

enum { DEFAULT_PARTITIONS = 4, MOST_PARTITIONS = 100000 };

/* Of a million, as percent with one digit. */
#define PERCENT(share) (share) / 10000, (share) / 1000 % 10

static char *
about(void)
{
  return g_strdup_printf(
      "Makes the data set of a shop: customers, products, transactions and click events whose\n"
      "values fit together. An ENTITY is customers, product, transactions or clickstream; without\n"
      "one all four are made. The same --seed and --scale give the same records on every machine,\n"
      "and each entity comes out the same whether it is made alone or with the others.\n"
      "\n"
      "--kafka writes to the topics customer, product, transactions and click_stream and creates\n"
      "those that are missing, to keep their records for ever. --csv writes customer.csv,\n"
      "product.csv, transactions.csv and click_stream.csv into DIR, --avro the same as object\n"
      "container files, customer.avro and so on; a file that is not whole never has its name.\n"
      "\n"
      "--kafka --table TABLE --from FILE... makes nothing up: it reads object container files and\n"
      "sends their records to the topic of TABLE's mapping, with the row key as key and framed as\n"
      "the mapping says. Records without a row key are counted and left out; then the exit code\n"
      "is 1.\n"
      "\n"
      "--scale 1 is 100,000 customers, 44,000 products, 852,000 transactions and 12,800,000 click\n"
      "events; the least step is 1/%d of that. Memory does not grow with it.\n"
      "\n"
      "--chaos does, and then counts exactly, for each entity:\n"
      "  nulls         %u.%u %% of references to products and sessions, %u.%u %% of other fields,\n"
      "                never a field of the row key or the time of the row\n"
      "  duplicates    %u.%u %% of records come twice\n"
      "  out of order  %u.%u %% of records come %d places later\n"
      "  late          %u.%u %% of records come %d places later\n"
      "  undecodable   for %u.%u %% of records one message more that cannot be decoded (Kafka), "
      "or\n"
      "                one row more that is cut short or is the header line again (CSV); none in "
      "--avro",
      SHOP_BLOCKS, PERCENT(GENERATE_NULL_REFERENCES), PERCENT(GENERATE_NULL_FIELDS),
      PERCENT(GENERATE_DUPLICATES), PERCENT(GENERATE_OUT_OF_ORDER), GENERATE_ORDER_DISTANCE,
      PERCENT(GENERATE_LATE), GENERATE_LATE_DISTANCE, PERCENT(GENERATE_DAMAGED));
}

/* The options as given. */
typedef struct {
  char **entities; /* owned, as the rest */
  char *csv;
  char *avro;
  char **from;
  char *table;
  char *timestamp;
  char *scale;
  char *seed;
  char *rate;
  char *partitions;
  char *prefix;
  char *as; /* avro or json */
  gboolean to_kafka;
  gboolean has_chaos;
  gboolean json;
  CmdOptions shared;
} Texts;

static void
texts_clear(Texts *self)
{
  g_strfreev(self->entities);
  g_free(self->csv);
  g_free(self->avro);
  g_strfreev(self->from);
  g_free(self->table);
  g_free(self->timestamp);
  g_free(self->scale);
  g_free(self->seed);
  g_free(self->rate);
  g_free(self->partitions);
  g_free(self->prefix);
  g_free(self->as);
  cmd_options_clear(&self->shared);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Texts, texts_clear)

/* And as understood. */
typedef struct {
  const CommandCall *call;
  bool is_wanted[SHOP_ENTITIES];
  double scale;
  double rate;
  uint64_t seed;
  int32_t partitions;
  int64_t timestamp_ms;
  Stop *stop;         /* owned */
  ShopWorld *world;   /* owned */
  int64_t started_us; /* the entity under way */
  CmdLedger ledger;
} Work;

static void
work_clear(Work *self)
{
  shop_world_free(self->world);
  stop_free(self->stop);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Work, work_clear)

static bool
parse_options(Texts *self, const CommandCall *call, GError **error)
{
  const GOptionEntry entries[] = {
      {"kafka", 0, 0, G_OPTION_ARG_NONE, &self->to_kafka, "write to Kafka, as [kafka] has it",
       NULL},
      {"csv", 0, 0, G_OPTION_ARG_FILENAME, &self->csv,
       "write CSV files into DIR, which is made if need be", "DIR"},
      {"avro", 0, 0, G_OPTION_ARG_FILENAME, &self->avro,
       "write Avro object container files into DIR", "DIR"},
      {"from", 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->from,
       "with --kafka: send the records of these object container files; - is standard input",
       "FILE..."},
      {"table", 0, 0, G_OPTION_ARG_FILENAME, &self->table,
       "with --from: whose mapping says which topic, which key and which framing", "TABLE"},
      {"timestamp", 0, 0, G_OPTION_ARG_FILENAME, &self->timestamp,
       "with --from: the records' time, where the mapping's time is the record's (default: now)",
       "MS"},
      {"scale", 0, 0, G_OPTION_ARG_FILENAME, &self->scale, "size of the data set (default 1)",
       "NUMBER"},
      {"seed", 0, 0, G_OPTION_ARG_FILENAME, &self->seed,
       "which data set; another number, another shop (default 1)", "NUMBER"},
      {"rate", 0, 0, G_OPTION_ARG_FILENAME, &self->rate,
       "records a second, over all entities (default: as fast as it goes)", "NUMBER"},
      {"chaos", 0, 0, G_OPTION_ARG_NONE, &self->has_chaos, "let things go wrong, see above", NULL},
      {"partitions", 0, 0, G_OPTION_ARG_FILENAME, &self->partitions,
       "partitions of topics that are created (default 4)", "NUMBER"},
      {"topic-prefix", 0, 0, G_OPTION_ARG_FILENAME, &self->prefix,
       "put TEXT before the topics' names", "TEXT"},
      {"as", 0, 0, G_OPTION_ARG_FILENAME, &self->as,
       "with --kafka: send records as avro or json (default avro)", "FORMAT"},
      {"json", 0, 0, G_OPTION_ARG_NONE, &self->json, "print the counts as one JSON object", NULL},
      {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &self->entities, "", "ENTITY"},
      {0},
  };
  g_autofree char *text = about();

  return cmd_options_parse(&self->shared, call, entries, text, error);
}

static bool
understand_number(const char *option, const char *text, double most, double *out_number,
                  GError **error)
{
  double number;

  if (text == NULL)
    return true;
  if (!text_parse_double(slice_text(text), &number) || !(number > 0 && number <= most)) {
    g_autofree char *quoted = slice_quote(slice_text(text));

    g_set_error(error, FAULT, FAULT_SETUP,
                "--%s: '%s' is not a number above 0 and up to %.0f, like 0.05", option, quoted,
                most);
    return false;
  }
  *out_number = number;
  return true;
}

typedef struct {
  uint64_t least;
  uint64_t most;
} Range;

static bool
understand_integer(const char *option, const char *text, Range range, uint64_t *out_number,
                   GError **error)
{
  guint64 number;

  if (text == NULL)
    return true;
  if (!g_ascii_string_to_unsigned(text, 10, range.least, range.most, &number, NULL)) {
    g_autofree char *quoted = slice_quote(slice_text(text));

    g_set_error(error, FAULT, FAULT_SETUP,
                "--%s: '%s' is not a whole number from %" G_GUINT64_FORMAT " to %" G_GUINT64_FORMAT,
                option, quoted, range.least, range.most);
    return false;
  }
  *out_number = number;
  return true;
}

static bool
choose_entity(Work *self, const char *name, GError **error)
{
  const char *names[SHOP_ENTITIES + 1] = {NULL};

  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    names[i] = shop_entities[i].name;
    if (strcmp(name, names[i]) == 0) {
      self->is_wanted[i] = true;
      return true;
    }
  }

  const char *nearest = fault_nearest(name, names);
  g_autofree char *quoted = slice_quote(slice_text(name));

  g_set_error(
      error, FAULT, FAULT_SETUP,
      "there is no entity '%s'%s%s%s. The entities are customers, product, transactions and "
      "clickstream",
      quoted, nearest == NULL ? "" : ": did you mean '", nearest == NULL ? "" : nearest,
      nearest == NULL ? "" : "'");
  return false;
}

static bool
choose_entities(Work *self, char **names, GError **error)
{
  for (size_t i = 0; i < SHOP_ENTITIES; i++)
    self->is_wanted[i] = names == NULL;
  for (char **name = names; name != NULL && *name != NULL; name++)
    if (!choose_entity(self, *name, error))
      return false;
  return true;
}

/* Which options go together. */
static bool
check_combination(const CommandCall *call, const Texts *texts, GError **error)
{
  if (texts->to_kafka + (texts->csv != NULL) + (texts->avro != NULL) != 1)
    return cmd_options_refuse(call, error, "say where to write: --kafka, --csv DIR or --avro DIR");
  if (texts->as != NULL && strcmp(texts->as, "avro") != 0 && strcmp(texts->as, "json") != 0)
    return cmd_options_refuse(call, error, "--as is avro or json");
  if (texts->as != NULL && (!texts->to_kafka || texts->from != NULL))
    return cmd_options_refuse(call, error, "--as is for records that are made up, with --kafka");
  if (texts->from == NULL && (texts->table != NULL || texts->timestamp != NULL))
    return cmd_options_refuse(call, error, "--table and --timestamp are for --from FILE...");
  if (texts->from == NULL)
    return true;
  if (!texts->to_kafka || texts->table == NULL)
    return cmd_options_refuse(call, error, "--from FILE... goes with --kafka and --table TABLE");
  if (texts->has_chaos || texts->scale != NULL || texts->seed != NULL || texts->rate != NULL)
    return cmd_options_refuse(
        call, error,
        "--from FILE... sends what is in the files: leave out --chaos, --scale, "
        "--seed and --rate");
  return true;
}

static bool
understand(Work *self, const Texts *texts, GError **error)
{
  uint64_t partitions = DEFAULT_PARTITIONS;
  uint64_t timestamp_ms = (uint64_t)(g_get_real_time() / 1000);

  self->seed = 1;
  self->scale = 1;
  if (!check_combination(self->call, texts, error) ||
      (texts->from == NULL && !choose_entities(self, texts->entities, error)) ||
      !understand_number("scale", texts->scale, SHOP_MAX_SCALE, &self->scale, error) ||
      !understand_number("rate", texts->rate, 1e9, &self->rate, error) ||
      !understand_integer("seed", texts->seed, (Range){0, INT64_MAX}, &self->seed, error) ||
      !understand_integer("partitions", texts->partitions, (Range){1, MOST_PARTITIONS}, &partitions,
                          error) ||
      !understand_integer("timestamp", texts->timestamp, (Range){0, INT64_MAX - 1}, &timestamp_ms,
                          error))
    return false;
  self->partitions = (int32_t)partitions;
  self->timestamp_ms = (int64_t)timestamp_ms;
  return true;
}

static bool
go_on(void *data, const ShopEntity *entity, const GenerateCounts *counts)
{
  Work *self = data;
  uint64_t records = shop_entity_records(entity, self->world);
  int64_t now_us = g_get_monotonic_time();

  if (counts->records == 0) {
    self->started_us = now_us;
    return !stop_is_asked(self->stop);
  }

  double seconds = MAX((double)(now_us - self->started_us) / 1e6, 1e-3);
  g_autofree char *text =
      g_strdup_printf("generating entity=%s records=%" G_GUINT64_FORMAT " total=%" G_GUINT64_FORMAT
                      " per_second=%.0f",
                      entity->name, counts->records, records, (double)counts->records / seconds);

  log_progress(self->call->log, text);
  return !stop_is_asked(self->stop);
}

static bool
make(Work *self, const Texts *texts, GenerateSink sink, GError **error)
{
  const GenerateJob job = {
      .world = self->world,
      .sink = sink,
      .has_chaos = texts->has_chaos,
      .rate = self->rate,
      .go_on = go_on,
      .go_on_self = self,
  };
  g_autoptr(Generate) generate = generate_new(&job);
  CmdLedger *ledger = &self->ledger;

  ledger->damages = sink.damages;
  for (size_t i = 0; i < SHOP_ENTITIES; i++) {
    CmdLedgerLine *line = &ledger->lines[ledger->length];

    if (!self->is_wanted[i] || stop_is_asked(self->stop))
      continue;
    line->entity = &shop_entities[i];
    if (!generate_entity(generate, line->entity, &line->counts, &line->is_whole, error))
      return false;
    ledger->length++;
  }
  return true;
}

static bool
make_folder(const char *option, const char *folder, GError **error)
{
  if (g_mkdir_with_parents(folder, 0777) == 0)
    return true;
  g_set_error(error, FAULT, FAULT_SETUP, "--%s: %s: cannot be made: %s", option, folder,
              g_strerror(errno));
  return false;
}

static bool
make_csv(Work *self, const Texts *texts, GError **error)
{
  g_autoptr(GenerateCsv) csv = generate_csv_new(texts->csv);

  self->ledger.folder = texts->csv;
  self->ledger.ending = ".csv";
  return make_folder("csv", texts->csv, error) && make(self, texts, generate_csv_sink(csv), error);
}

static bool
make_avro(Work *self, const Texts *texts, GError **error)
{
  g_autoptr(GenerateAvro) avro = generate_avro_new(texts->avro);

  self->ledger.folder = texts->avro;
  self->ledger.ending = ".avro";
  return make_folder("avro", texts->avro, error) &&
         make(self, texts, generate_avro_sink(avro), error);
}

static bool
make_kafka(Work *self, const Texts *texts, GError **error)
{
  g_autoptr(Config) config = cmd_options_config(&texts->shared, self->call, error);

  if (config == NULL)
    return false;

  int timeout_ms = (int)MIN(texts->shared.timeout_ms, G_MAXINT);
  g_autofree KafkaProperty *properties = cmd_properties_list(config);
  g_autoptr(KafkaTopics) topics = kafka_topics_new(properties, timeout_ms, error);
  g_autoptr(KafkaProducer) producer = topics == NULL ? NULL : kafka_producer_new(properties, error);

  if (producer == NULL)
    return false;

  g_autoptr(GenerateKafka) kafka = generate_kafka_new(&(GenerateKafkaOptions){
      .as_json = texts->as != NULL && strcmp(texts->as, "json") == 0,
      .producer = producer,
      .topics = topics,
      .prefix = self->ledger.prefix,
      .partitions = self->partitions,
      .timeout_ms = timeout_ms,
  });

  return make(self, texts, generate_kafka_sink(kafka), error);
}

static void
print_ledger(Work *self, const Texts *texts, int64_t started_us)
{
  CmdLedger *ledger = &self->ledger;

  ledger->has_chaos = texts->has_chaos;
  ledger->seed = self->seed;
  ledger->scale = (double)self->world->blocks / SHOP_BLOCKS;
  ledger->seconds = (double)(g_get_monotonic_time() - started_us) / 1e6;
  log_progress(self->call->log, "");
  cmd_ledger_tell(ledger, texts->json);
}

static ExitCode
make_all(Work *self, const Texts *texts, GError **error)
{
  int64_t started_us = g_get_monotonic_time();
  bool is_made;

  self->world = shop_world_new(self->seed, self->scale);
  if (texts->to_kafka)
    is_made = make_kafka(self, texts, error);
  else
    is_made = (texts->csv != NULL ? make_csv : make_avro)(self, texts, error);
  if (!is_made)
    return exit_code_unless(error, EXIT_STOPPED);
  print_ledger(self, texts, started_us);
  return stop_is_asked(self->stop) ? EXIT_STOPPED : EXIT_DONE;
}

static ExitCode
feed(Work *self, const Texts *texts, GError **error)
{
  g_autoptr(GPtrArray) files = g_ptr_array_new();
  g_autoptr(Config) config = cmd_options_config(&texts->shared, self->call, error);

  if (config == NULL)
    return EXIT_FAILED;
  for (char **file = texts->from; *file != NULL; file++)
    g_ptr_array_add(files, *file);
  for (char **file = texts->entities; file != NULL && *file != NULL; file++)
    g_ptr_array_add(files, *file);
  g_ptr_array_add(files, NULL);
  return cmd_feed(
      &(CmdFeed){
          .config = config,
          .log = self->call->log,
          .stop = self->stop,
          .files = (const char *const *)files->pdata,
          .table = texts->table,
          .prefix = self->ledger.prefix,
          .partitions = self->partitions,
          .timestamp_ms = self->timestamp_ms,
          .timeout_ms = (int)MIN(texts->shared.timeout_ms, G_MAXINT),
          .is_json = texts->json,
      },
      error);
}

ExitCode
cmd_generate(const CommandCall *call, GError **error)
{
  g_auto(Texts) texts = {0};
  g_auto(Work) work = {.call = call};

  if (!parse_options(&texts, call, error) || !understand(&work, &texts, error))
    return exit_code_unless(error, EXIT_DONE);
  work.ledger.prefix = texts.prefix == NULL ? "" : texts.prefix;
  work.stop = stop_new();
  return (texts.from == NULL ? make_all : feed)(&work, &texts, error);
}
