/* SPDX-License-Identifier: Apache-2.0 */
#include "json/path.h"

static void
step_clear(gpointer data)
{
  JsonStep *self = data;

  g_free(self->name);
  g_free(self->text);
}

/* A word up to one of the bytes that end it, without its backslashes. */
static char *
take_word(const char **at, const char *ends)
{
  GString *word = g_string_new(NULL);

  while (**at != '\0' && strchr(ends, **at) == NULL) {
    if (**at == '\\' && (*at)[1] != '\0')
      (*at)++;
    g_string_append_c(word, *(*at)++);
  }
  return g_string_free(word, FALSE);
}

static bool
refuse(const char *path, const char *what, GError **error)
{
  g_set_error(error, FAULT, FAULT_SETUP,
              "'%s' is no path: %s; they look like a.b, a[0].b, a[name=text].b", path, what);
  return false;
}

static bool
take_index(const char *path, const char *text, JsonStep *step, GError **error)
{
  uint64_t index = 0;

  if (!g_ascii_string_to_unsigned(text, 10, 0, UINT32_MAX, &index, NULL))
    return refuse(path, "brackets hold the number of an element, or name=text", error);
  *step = (JsonStep){.kind = JSON_STEP_INDEX, .index = (size_t)index};
  return true;
}

/* At the bracket; ends behind the closing one. */
static bool
take_brackets(const char *path, const char **at, GArray *steps, GError **error)
{
  JsonStep step = {0};

  (*at)++;

  g_autofree char *word = take_word(at, "=]");

  if (**at == '=') {
    (*at)++;
    step = (JsonStep){
        .kind = JSON_STEP_SELECT, .name = g_steal_pointer(&word), .text = take_word(at, "]")};
  } else if (!take_index(path, word, &step, error)) {
    return false;
  }
  g_array_append_val(steps, step);
  if (**at != ']')
    return refuse(path, "a bracket is not closed", error);
  (*at)++;
  return true;
}

GArray *
json_path_parse(const char *path, GError **error)
{
  g_autoptr(GArray) steps = g_array_new(FALSE, FALSE, sizeof(JsonStep));
  const char *at = path;
  bool is_right = true;

  g_array_set_clear_func(steps, step_clear);
  for (;;) {
    JsonStep step = {.kind = JSON_STEP_MEMBER, .name = take_word(&at, ".[")};

    g_array_append_val(steps, step);
    if (*step.name == '\0')
      is_right = refuse(path, "a name is empty", error);
    while (is_right && *at == '[')
      is_right = take_brackets(path, &at, steps, error);
    if (is_right && *at != '.' && *at != '\0')
      is_right = refuse(path, "behind brackets comes a dot or the end", error);
    if (!is_right)
      return NULL;
    if (*at == '\0')
      return g_steal_pointer(&steps);
    at++;
  }
}

char *
json_path_quote(const char *name)
{
  GString *word = g_string_new(NULL);

  for (; *name != '\0'; name++) {
    if (strchr(".[\\", *name) != NULL)
      g_string_append_c(word, '\\');
    g_string_append_c(word, *name);
  }
  return g_string_free(word, FALSE);
}
