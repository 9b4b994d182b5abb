/* SPDX-License-Identifier: Apache-2.0 */
#include "try/cases.h"

#include "csv/rows.h"
#include "datum/translator.h"
#include "json/write.h"
#include "try/outcome.h"
#include "try/payload.h"

static const char *const case_words[] = {"about",     "record", "csv", "key",
                                         "timestamp", "expect", NULL};
static const char *const expect_words[] = {"row",     "deleted", "timestamp", "cells", "decoded",
                                           "skipped", "refused", "stage",     NULL};

/* One case on its way. */
typedef struct {
  const TryCases *all;
  const char *path;
  JsonObject *object; /* borrowed */
  JsonObject *expect; /* borrowed, of object */
  Row row;            /* which points into all that follows */
  Bytes value;
  Bytes key;
  Translator *translator; /* owned; NULL of a CSV record */
  GPtrArray *texts;       /* owned, of owned char *: of a CSV record, NULL of any other */
  CsvRows rows;
  GError *fault; /* owned */
  TryOutcome outcome;
} Case;

static void
case_clear(Case *self)
{
  bytes_clear(&self->value);
  bytes_clear(&self->key);
  translator_free(self->translator);
  csv_rows_clear(&self->rows);
  g_clear_pointer(&self->texts, g_ptr_array_unref);
  row_clear(&self->row);
  g_clear_error(&self->fault);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Case, case_clear)

static bool
no_case(const Case *self, GError **error, const char *what)
{
  g_set_error(error, FAULT, FAULT_SETUP, "%s: is no case: %s", self->path, what);
  return false;
}

static bool
check_words(const Case *self, JsonObject *object, const char *const *words, GError **error)
{
  g_autoptr(GList) names = json_object_get_members(object);

  for (GList *name = names; name != NULL; name = name->next) {
    if (!g_strv_contains(words, name->data)) {
      g_autofree char *known = g_strjoinv(", ", (char **)words);
      g_autofree char *what = g_strdup_printf("'%s' is none of %s", (char *)name->data, known);

      return no_case(self, error, what);
    }
  }
  return true;
}

/* JSON as it is; a string is JSON as a text, taken to the letter. */
static char *
text_of(JsonNode *node)
{
  return JSON_NODE_HOLDS_VALUE(node) && json_node_get_value_type(node) == G_TYPE_STRING
             ? json_node_dup_string(node)
             : json_write(node);
}

static int64_t
timestamp_of(const Case *self)
{
  return json_object_get_int_member_with_default(self->object, "timestamp", 0);
}

static bool
make_key(Case *self, Origin *origin)
{
  JsonNode *node = json_object_get_member(self->object, "key");

  if (node == NULL || JSON_NODE_HOLDS_NULL(node))
    return true;

  g_autofree char *text = text_of(node);

  if (!mapping_reads_key(self->all->mapping))
    bytes_append_slice(&self->key, slice_text(text));
  else if (!try_payload_key(self->all->mapping, slice_text(text), &self->key, &self->fault))
    return false;
  /* An empty key is a key. */
  origin->key = slice(self->key.data == NULL ? (const uint8_t *)"" : self->key.data, self->key.len);
  return true;
}

static bool
make_value(Case *self, Slice *out_value)
{
  JsonNode *node = json_object_get_member(self->object, "record");

  *out_value = SLICE_EMPTY;
  if (JSON_NODE_HOLDS_NULL(node))
    return true;

  g_autofree char *text = text_of(node);

  if (!try_payload(self->all->mapping, slice_text(text), &self->value, &self->fault))
    return false;
  *out_value =
      slice(self->value.data == NULL ? (const uint8_t *)"" : self->value.data, self->value.len);
  return true;
}

static void
refuse(Case *self, const char *stage)
{
  self->outcome.kind = TRY_REFUSED;
  self->outcome.stage = stage;
  self->outcome.reason = self->fault->message;
}

static bool
run_record(Case *self, GError **error)
{
  const Mapping *mapping = self->all->mapping;
  const SchemaSource source = try_payload_source(mapping);
  Origin origin = {.topic = mapping_topic(mapping), .timestamp_ms = timestamp_of(self)};
  Slice value;

  self->translator = translator_new(mapping, &source, error);
  if (self->translator == NULL)
    return false;
  if (!make_key(self, &origin) || !make_value(self, &value))
    refuse(self, "decode");
  else if (translator_skips(self->translator, value))
    self->outcome.kind = TRY_SKIPPED;
  else if (!translator_row(self->translator, &origin, value, &self->row, &self->fault))
    refuse(self, translator_step_word(translator_failed_at(self->translator)));
  return true;
}

static bool
read_csv(Case *self, GArray *names, GArray *fields)
{
  JsonObject *csv = json_object_get_object_member(self->object, "csv");
  g_autoptr(GList) members = json_object_get_members(csv);

  for (GList *name = members; name != NULL; name = name->next) {
    JsonNode *node = json_object_get_member(csv, name->data);
    bool is_null = JSON_NODE_HOLDS_NULL(node);
    char *text = is_null ? g_strdup("") : text_of(node);
    CsvField column = {.text = slice_text(name->data)};
    CsvField field = {.text = slice_text(text), .is_null = is_null};

    if (!JSON_NODE_HOLDS_VALUE(node) && !is_null) {
      g_free(text);
      return false;
    }
    g_ptr_array_add(self->texts, text);
    g_array_append_val(names, column);
    g_array_append_val(fields, field);
  }
  return true;
}

static bool
run_csv(Case *self, GError **error)
{
  const Mapping *mapping = self->all->mapping;
  g_autoptr(GArray) names = g_array_new(FALSE, FALSE, sizeof(CsvField));
  g_autoptr(GArray) fields = g_array_new(FALSE, FALSE, sizeof(CsvField));
  g_auto(CsvFindings) findings = {0};

  self->rows = (CsvRows){mapping, self->all->reading, .timestamp_ms = timestamp_of(self)};
  self->texts = g_ptr_array_new_with_free_func(g_free);
  if (!read_csv(self, names, fields))
    return no_case(self, error, "csv is an object of texts by their columns");

  const CsvRecord header = {(const CsvField *)(void *)names->data, names->len, 1};
  const CsvRecord record = {(const CsvField *)(void *)fields->data, fields->len, 2};
  g_autoptr(CsvColumns) columns =
      csv_columns_new(mapping, self->all->reading, self->path, &header, &findings);

  if (columns == NULL) {
    g_propagate_error(error, fault_list_to_error(&findings.faults));
    return false;
  }
  if (!csv_rows_make(&self->rows, columns, &record, &self->row, &self->fault))
    refuse(self, "map");
  return true;
}

/* "- expected" and "+ is"; either may be NULL. */
static void
tell(GString *told, const char *name, JsonNode *expected, JsonNode *is)
{
  g_autofree char *wanted = expected == NULL ? NULL : json_to_string(expected, FALSE);
  g_autofree char *found = is == NULL ? NULL : json_to_string(is, FALSE);

  if (wanted != NULL)
    g_string_append_printf(told, "  - %s: %s\n", name, wanted);
  if (found != NULL)
    g_string_append_printf(told, "  + %s: %s\n", name, found);
}

static void
compare(GString *told, const char *name, JsonNode *expected, JsonNode *is)
{
  if (expected == NULL || is == NULL ? expected != is : !json_node_equal(expected, is))
    tell(told, name, expected, is);
}

/* Members of either. */
static void
compare_cells(GString *told, JsonObject *expected, JsonObject *is)
{
  g_autoptr(GList) wanted = json_object_get_members(expected);
  g_autoptr(GList) found = json_object_get_members(is);

  for (GList *name = wanted; name != NULL; name = name->next)
    compare(told, name->data, json_object_get_member(expected, name->data),
            json_object_get_member(is, name->data));
  for (GList *name = found; name != NULL; name = name->next)
    if (!json_object_has_member(expected, name->data))
      tell(told, name->data, NULL, json_object_get_member(is, name->data));
}

static bool
is_part(JsonNode *expected, JsonNode *is)
{
  return expected != NULL && is != NULL && JSON_NODE_HOLDS_VALUE(expected) &&
         json_node_get_value_type(expected) == G_TYPE_STRING &&
         strstr(json_node_get_string(is), json_node_get_string(expected)) != NULL;
}

static bool
is_object(JsonNode *node)
{
  return node != NULL && JSON_NODE_HOLDS_OBJECT(node);
}

static void
compare_outcome(const Case *self, JsonObject *is, GString *told)
{
  static const char *const always[] = {"row", "deleted", "skipped", "refused", "cells"};
  static const char *const where_given[] = {"timestamp", "stage", "decoded"};

  for (size_t i = 0; i < G_N_ELEMENTS(always); i++) {
    JsonNode *wanted = json_object_get_member(self->expect, always[i]);
    JsonNode *found = json_object_get_member(is, always[i]);

    if (is_object(wanted) && is_object(found))
      compare_cells(told, json_node_get_object(wanted), json_node_get_object(found));
    else if (strcmp(always[i], "refused") != 0 || !is_part(wanted, found))
      compare(told, always[i], wanted, found);
  }
  for (size_t i = 0; i < G_N_ELEMENTS(where_given); i++) {
    JsonNode *wanted = json_object_get_member(self->expect, where_given[i]);

    if (wanted != NULL)
      compare(told, where_given[i], wanted, json_object_get_member(is, where_given[i]));
  }
}

static bool
check_form(Case *self, JsonNode *json, GError **error)
{
  if (!JSON_NODE_HOLDS_OBJECT(json))
    return no_case(self, error, "it is not an object");
  self->object = json_node_get_object(json);
  if (!check_words(self, self->object, case_words, error))
    return false;
  if (json_object_has_member(self->object, "record") == json_object_has_member(self->object, "csv"))
    return no_case(self, error, "it has either record or csv");
  if (json_object_has_member(self->object, "csv") &&
      !is_object(json_object_get_member(self->object, "csv")))
    return no_case(self, error, "csv is an object of texts by their columns");
  if (!is_object(json_object_get_member(self->object, "expect")))
    return no_case(self, error, "expect is an object, of what 'sluice try --format json' prints");

  JsonNode *timestamp = json_object_get_member(self->object, "timestamp");

  if (timestamp != NULL &&
      (!JSON_NODE_HOLDS_VALUE(timestamp) || json_node_get_value_type(timestamp) != G_TYPE_INT64))
    return no_case(self, error, "timestamp is a whole number, milliseconds since 1970");
  self->expect = json_object_get_object_member(self->object, "expect");
  return check_words(self, self->expect, expect_words, error);
}

static bool
run_case(TryCases *all, const char *path, GError **error)
{
  g_autoptr(JsonNode) json = json_load(path, error);
  g_auto(Case) self = {.all = all, .path = path};
  g_autoptr(GString) told = g_string_new(NULL);

  if (json == NULL || !check_form(&self, json, error))
    return false;
  self.outcome = (TryOutcome){.mapping = all->mapping, .from = path, .row = &self.row};
  if (!(json_object_has_member(self.object, "csv") ? run_csv : run_record)(&self, error))
    return false;

  g_autoptr(Report) report = report_new(true);
  g_autofree char *text = NULL;
  g_autoptr(JsonNode) is = NULL;

  try_outcome_tell(&self.outcome, report);
  text = report_take(report);
  is = json_parse(path, text, strlen(text), error);
  if (is == NULL)
    return false;
  compare_outcome(&self, json_node_get_object(is), told);
  all->cases++;
  if (told->len == 0)
    return true;
  all->different++;
  g_string_append_printf(all->report, "%s: differs (- expected, + is)\n%s", path, told->str);
  return true;
}

static gint
compare_names(gconstpointer a, gconstpointer b)
{
  return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *
list_cases(const char *folder, GError **error)
{
  g_autoptr(GError) fault = NULL;
  g_autoptr(GDir) dir = g_dir_open(folder, 0, &fault);
  g_autoptr(GPtrArray) paths = g_ptr_array_new_with_free_func(g_free);
  const char *name;

  if (dir == NULL) {
    g_set_error_literal(error, FAULT, FAULT_SETUP, fault->message);
    return NULL;
  }
  while ((name = g_dir_read_name(dir)) != NULL)
    if (g_str_has_suffix(name, ".json"))
      g_ptr_array_add(paths, g_build_filename(folder, name, NULL));
  g_ptr_array_sort(paths, compare_names);
  if (paths->len > 0)
    return g_steal_pointer(&paths);
  g_set_error(error, FAULT, FAULT_SETUP, "%s: holds no case, no file that is named *.json", folder);
  return NULL;
}

bool
try_cases(TryCases *self, const char *folder, GError **error)
{
  g_autoptr(GPtrArray) paths = list_cases(folder, error);

  if (paths == NULL)
    return false;
  for (guint i = 0; i < paths->len; i++)
    if (!run_case(self, paths->pdata[i], error))
      return false;
  return true;
}
