/* SPDX-License-Identifier: Apache-2.0 */
#include "json/build.h"

#include <stdio.h>

void
json_build_text(JsonBuilder *json, const char *name, const char *text)
{
  g_autofree char *valid = g_utf8_make_valid(text, -1);

  json_builder_set_member_name(json, name);
  json_builder_add_string_value(json, valid);
}

void
json_build_number(JsonBuilder *json, const char *name, int64_t number)
{
  json_builder_set_member_name(json, name);
  json_builder_add_int_value(json, number);
}

void
json_build_count(JsonBuilder *json, const char *name, uint64_t count)
{
  json_build_number(json, name, (int64_t)count);
}

void
json_build_real(JsonBuilder *json, const char *name, double number)
{
  json_builder_set_member_name(json, name);
  json_builder_add_double_value(json, number);
}

void
json_build_claim(JsonBuilder *json, const char *name, bool is_so)
{
  json_builder_set_member_name(json, name);
  json_builder_add_boolean_value(json, is_so);
}

void
json_build_object(JsonBuilder *json, const char *name)
{
  json_builder_set_member_name(json, name);
  json_builder_begin_object(json);
}

void
json_build_list(JsonBuilder *json, const char *name)
{
  json_builder_set_member_name(json, name);
  json_builder_begin_array(json);
}

void
json_build_print(JsonBuilder *json, bool is_pretty)
{
  g_autoptr(JsonNode) root = json_builder_get_root(json);
  g_autofree char *text = json_to_string(root, is_pretty);

  puts(text);
}

void
json_build_sentences(JsonBuilder *json, const char *name, const FaultList *list)
{
  json_build_list(json, name);
  for (size_t i = 0; i < fault_list_length(list); i++) {
    g_autofree char *text = g_utf8_make_valid(fault_list_get(list, i), -1);

    json_builder_add_string_value(json, text);
  }
  json_builder_end_array(json);
}
