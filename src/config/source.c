/* SPDX-License-Identifier: Apache-2.0 */
#include "config/source.h"

#include "base/bytes.h"

#include <string.h>

enum { LARGEST_FILE = 1 << 20 };

/* One file while it is read, line by line. */
typedef struct {
  Assignments *assignments;
  FaultList *faults;
  const char *origin;
  unsigned line;
  char *section; /* owned; NULL before the first [section] */
} Reader;

static void
assignment_free(void *assignment)
{
  Assignment *self = assignment;

  g_free(self->name);
  g_free(self->value);
  g_free(self->origin);
  g_free(self);
}

Assignments *
assignments_new(void)
{
  return g_ptr_array_new_with_free_func(assignment_free);
}

static Assignment *
append(Assignments *self, char *name, const char *value, char *origin)
{
  Assignment *assignment = g_new0(Assignment, 1);

  assignment->name = name;
  assignment->value = g_strstrip(g_strdup(value));
  assignment->origin = origin;
  g_ptr_array_add(self, assignment);
  return assignment;
}

/* Names the setting whose value lies in a file: "http.token_FILE". */
static bool
cut_file(char *name)
{
  bool is_path = g_str_has_suffix(name, "_FILE");

  if (is_path)
    name[strlen(name) - strlen("_FILE")] = '\0';
  return is_path;
}

static const Assignment *
find(const Assignments *self, const char *name)
{
  for (guint i = 0; i < self->len; i++) {
    const Assignment *assignment = self->pdata[i];

    if (strcmp(assignment->name, name) == 0)
      return assignment;
  }
  return NULL;
}

static void
read_section(Reader *self, char *line)
{
  char *end = strchr(line, ']');

  g_clear_pointer(&self->section, g_free);
  if (end == NULL || end[1] != '\0' || end == line + 1)
    fault_list_add(self->faults, "%s line %u: a section is written [name]", self->origin,
                   self->line);
  else
    self->section = g_strndup(line + 1, (size_t)(end - line - 1));
}

static void
read_assignment(Reader *self, char *line)
{
  char *equals = strchr(line, '=');
  g_autofree char *key = equals == NULL ? NULL : g_strndup(line, (size_t)(equals - line));

  /* the line itself is not shown: a broken one may hold a secret */
  if (key == NULL || *g_strstrip(key) == '\0') {
    fault_list_add(self->faults, "%s line %u: neither [section], key = value nor # comment",
                   self->origin, self->line);
    return;
  }
  if (self->section == NULL) {
    fault_list_add(self->faults, "%s line %u: %s stands in no section: write [section] above it",
                   self->origin, self->line, key);
    return;
  }

  g_autofree char *name = g_strconcat(self->section, ".", key, NULL);
  bool is_path = cut_file(name);
  const Assignment *earlier = find(self->assignments, name);

  if (earlier != NULL)
    fault_list_add(self->faults, "%s line %u: %s was already set in %s: remove one of them",
                   self->origin, self->line, name, earlier->origin);
  else
    append(self->assignments, g_steal_pointer(&name), equals + 1,
           g_strdup_printf("%s line %u", self->origin, self->line))
        ->is_path = is_path;
}

static void
read_line(Reader *self, char *line)
{
  g_strstrip(line);
  if (*line == '[')
    read_section(self, line);
  else if (*line != '\0' && *line != '#' && *line != ';')
    read_assignment(self, line);
}

void
source_read_text(Assignments *self, const char *origin, const char *text, size_t len,
                 FaultList *faults)
{
  Reader reader = {.assignments = self, .faults = faults, .origin = origin};
  g_auto(GStrv) lines = NULL;

  if (!g_utf8_validate_len(text, len, NULL)) { /* refuses NUL as well */
    fault_list_add(faults, "%s: is not UTF-8 text", origin);
    return;
  }
  lines = g_strsplit(g_str_has_prefix(text, "\xef\xbb\xbf") ? text + 3 : text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    reader.line++;
    read_line(&reader, *line);
  }
  g_free(reader.section);
}

/* Reads what is no device and not huge; the contents end with a NUL that is not counted. */
static bool
read_bounded(const char *path, char **out_text, size_t *out_len, GError **error)
{
  g_autoptr(GError) problem = NULL;
  g_autofree char *text = NULL;
  size_t len = 0;

  if (g_file_test(path, G_FILE_TEST_IS_DIR)) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s is a folder, not a file", path);
    return false;
  }
  if (!g_file_get_contents(path, &text, &len, &problem)) {
    g_set_error_literal(error, FAULT, FAULT_SETUP, problem->message);
    return false;
  }
  if (len > LARGEST_FILE) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s has %zu bytes: more than 1 MiB is no setting", path,
                len);
    return false;
  }
  *out_text = g_steal_pointer(&text);
  *out_len = len;
  return true;
}

void
source_read_file(Assignments *self, const char *path, FaultList *faults)
{
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  size_t len = 0;

  if (read_bounded(path, &text, &len, &error))
    source_read_text(self, path, text, len, faults);
  else
    fault_list_add(faults, "configuration: %s", error->message);
}

char *
source_read_secret(const Assignment *assignment, GError **error)
{
  g_autofree char *text = NULL;
  size_t len = 0;

  if (!read_bounded(assignment->value, &text, &len, error))
    return NULL;
  if (strlen(text) != len) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s holds a NUL byte", assignment->value);
    return NULL;
  }
  if (g_str_has_suffix(text, "\n"))
    text[--len] = '\0';
  if (g_str_has_suffix(text, "\r"))
    text[--len] = '\0';
  if (len == 0) {
    g_set_error(error, FAULT, FAULT_SETUP, "%s is empty: a secret is not", assignment->value);
    return NULL;
  }
  return g_steal_pointer(&text);
}

static void
read_variable(Assignments *self, const char *variable, FaultList *faults)
{
  const char *equals = strchr(variable, '=');
  const char *prefix = "SLUICE_";

  if (!g_str_has_prefix(variable, prefix) || equals == NULL || equals[1] == '\0')
    return;

  g_autofree char *origin = g_strndup(variable, (size_t)(equals - variable));
  bool is_path = g_str_has_suffix(origin, "_FILE");
  size_t len = strlen(origin) - strlen(prefix) - (is_path ? strlen("_FILE") : 0);
  g_autofree char *upper = g_strndup(origin + strlen(prefix), len);
  g_autofree char *name = g_ascii_strdown(g_strdelimit(upper, "_", '.'), -1);
  const Assignment *earlier = find(self, name);

  if (strchr(name, '.') == NULL)
    return;
  if (earlier != NULL) {
    fault_list_add(faults, "%s and %s are both set: unset one of them", earlier->origin, origin);
    return;
  }

  Assignment *assignment =
      append(self, g_steal_pointer(&name), equals + 1, g_steal_pointer(&origin));

  assignment->is_guess = true;
  assignment->is_path = is_path;
}

void
source_read_environment(Assignments *self, const char *const *environment, FaultList *faults)
{
  for (; environment != NULL && *environment != NULL; environment++)
    read_variable(self, *environment, faults);
}

void
source_read_overrides(Assignments *self, const char *const *overrides, FaultList *faults)
{
  for (; overrides != NULL && *overrides != NULL; overrides++) {
    const char *equals = strchr(*overrides, '=');
    g_autofree char *name =
        g_strndup(*overrides, equals == NULL ? 0 : (size_t)(equals - *overrides));

    if (strchr(g_strstrip(name), '.') == NULL)
      fault_list_add(faults, "-X needs section.key=value");
    else {
      bool is_path = cut_file(name);

      append(self, g_strdup(name), equals + 1, g_strdup("-X"))->is_path = is_path;
    }
  }
}
