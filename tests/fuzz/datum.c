/* SPDX-License-Identifier: Apache-2.0 */
#include "datum/plan.h"
#include "json/json.h"

#include "target.h"

/* Datums of every case in tests/golden/datum: the first two bytes of an input choose the case,
 * the rest is the datum. */

typedef struct {
  Schema *reader; /* the plan points into it */
  Plan *plan;
  PlanOutput output;
  size_t fields;
  GBytes *seed;
} Case;

static const char *const files[] = {"types.json", "resolution.json"};

static Schema *
schema_member(JsonObject *json, const char *key)
{
  g_autofree char *text = json_to_string(json_object_get_member(json, key), FALSE);

  return schema_parse(key, text, strlen(text), NULL);
}

static GBytes *
seed_of(JsonObject *json, size_t number)
{
  const char *hex = json_object_get_string_member(json, "datum");
  g_auto(Bytes) seed = {0};

  bytes_append_be16(&seed, (uint16_t)number);
  for (; *hex != '\0'; hex += 2)
    bytes_append_u8(&seed,
                    (uint8_t)(g_ascii_xdigit_value(hex[0]) * 16 + g_ascii_xdigit_value(hex[1])));
  return g_bytes_new(seed.data, seed.len);
}

static void
add_case(GArray *cases, JsonObject *json)
{
  g_autoptr(GList) paths = json_object_get_members(json_object_get_object_member(json, "fields"));
  g_autoptr(GPtrArray) list = g_ptr_array_new();
  g_autoptr(Schema) writer = schema_member(json, "writer");
  g_autoptr(Schema) reader = schema_member(json, "reader");
  Case self = {0};

  for (GList *at = paths; at != NULL; at = at->next)
    g_ptr_array_add(list, at->data);
  self.fields = list->len;
  self.plan =
      plan_new(writer, &(PlanFields){reader, (const char *const *)list->pdata, list->len}, NULL);
  if (self.plan == NULL)
    return; /* a case that does not resolve */
  plan_output_init(&self.output, self.fields);
  self.reader = g_steal_pointer(&reader);
  self.seed = seed_of(json, cases->len);
  g_array_append_val(cases, self);
}

static GArray *
load_cases(void)
{
  GArray *cases = g_array_new(FALSE, FALSE, sizeof(Case));

  for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autofree char *path = g_build_filename(g_getenv("SLUICE_SOURCE_ROOT"), "tests", "golden",
                                             "datum", files[i], NULL);
    g_autoptr(GError) error = NULL;
    g_autoptr(JsonNode) json = json_load(path, &error);

    if (json == NULL)
      g_error("%s (set SLUICE_SOURCE_ROOT)", error->message);
    for (guint j = 0; j < json_array_get_length(json_node_get_array(json)); j++)
      add_case(cases, json_array_get_object_element(json_node_get_array(json), j));
  }
  return cases;
}

/* Compiled once for all inputs of a run. */
static GArray *
all_cases(void)
{
  static GArray *cases;

  if (cases == NULL)
    cases = load_cases();
  return cases;
}

GPtrArray *
fuzz_seeds(void)
{
  GPtrArray *seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);

  for (guint i = 0; i < all_cases()->len; i++)
    g_ptr_array_add(seeds, g_bytes_ref(g_array_index(all_cases(), Case, i).seed));
  return seeds;
}

/* Reads every byte that a value points to. */
static size_t
touch(const Value *value)
{
  size_t sum = 0;

  if (value->kind != VALUE_TEXT && value->kind != VALUE_BYTES)
    return 0;
  for (size_t i = 0; i < value->text.len; i++)
    sum += value->text.data[i];
  return sum;
}

static volatile size_t touched; /* so that reading is not left out */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
  g_autoptr(GError) error = NULL;
  GArray *cases = all_cases();

  if (len < 2)
    return 0;

  size_t number = ((size_t)data[0] << 8 | data[1]) % cases->len;
  Case *self = &g_array_index(cases, Case, number);
  bool is_right = plan_run(self->plan, slice(data + 2, len - 2), &self->output, &error);

  g_assert_true(is_right == (error == NULL));
  if (!is_right)
    g_assert_error(error, FAULT, FAULT_RECORD);
  for (size_t i = 0; is_right && i < self->fields; i++)
    touched += touch(&self->output.values[i]);
  return 0;
}
