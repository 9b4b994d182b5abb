/* SPDX-License-Identifier: Apache-2.0 */
#include "text/text.h"
#include "support/mapping-case.h"

#include <locale.h>
#include <stdio.h>
#include <time.h>

/* CPU time of the mapping alone: decoded values in, a row of cells out. */

enum { ROWS = 2000000, RECORDS = 1000 };

static double
cpu_ns(void)
{
  struct timespec now;

  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static Value
text_value(const char *text)
{
  return (Value){.kind = VALUE_TEXT, .text = slice_text(text)};
}

/* Numbers as a shop's records have them: whole ids and amounts, prices, coordinates. */
static Value
number_value(const char *path, GRand *random)
{
  double number = g_rand_int_range(random, 1, 100000);

  if (strstr(path, "location") != NULL)
    number = g_rand_int_range(random, -10000000, 12000000) / 1e6;
  else if (strstr(path, "fee") != NULL)
    number = g_rand_int_range(random, 0, 5000) / 100.0;
  return (Value){.kind = VALUE_DOUBLE, .number = number};
}

static void
fill(const Mapping *mapping, Value *values, GRand *random)
{
  size_t length;
  const char *const *fields = mapping_fields(mapping, &length);
  const SchemaNode *root = schema_root(mapping_schema(mapping));

  for (size_t i = 0; i < length; i++) {
    const SchemaField *field = schema_node_field(root, fields[i]);

    if (field->type->kind == SCHEMA_DOUBLE)
      values[i] = number_value(fields[i], random);
    else if (strstr(fields[i], "time") != NULL || strcmp(fields[i], "created_at") == 0)
      values[i] = text_value("2018-07-29T15:22:01.458193Z");
    else
      values[i] = text_value("186e2bee-0637-4710-8981-50c2d737bc42");
  }
}

static void
measure(const char *name)
{
  g_autoptr(Mapping) mapping = mapping_case_builtin(name);
  g_autoptr(GRand) random = g_rand_new_with_seed(1);
  g_auto(Row) row = {0};
  size_t fields, columns, cells = 0;
  Origin origin = {.topic = name, .timestamp_ms = 1532877721458};
  g_autofree Value *values = NULL;
  double start;

  mapping_fields(mapping, &fields);
  mapping_columns(mapping, &columns);
  values = g_new0(Value, RECORDS * fields);
  for (size_t i = 0; i < RECORDS; i++)
    fill(mapping, values + i * fields, random);
  start = cpu_ns();
  for (size_t i = 0; i < ROWS; i++) {
    if (!mapping_apply(mapping, &origin, values + i % RECORDS * fields, &row, NULL))
      g_error("a record was refused");
    cells += row.cells_length;
  }
  printf("%-14s %2zu columns %7.1f ns/row %6.1f ns/cell\n", name, columns,
         (cpu_ns() - start) / ROWS, (cpu_ns() - start) / (double)cells);
}

static void
measure_number(const char *name, double first, double step)
{
  uint8_t text[TEXT_NUMBER_BYTES];
  size_t bytes = 0;
  double start = cpu_ns();

  for (size_t i = 0; i < ROWS; i++)
    bytes += text_put_double(text, first + (double)(i % RECORDS) * step);
  printf("%-14s %zu bytes %9.1f ns/number\n", name, bytes / ROWS, (cpu_ns() - start) / ROWS);
}

int
main(void)
{
  setlocale(LC_ALL, "");
  measure("customers");
  measure("product");
  measure("transactions");
  measure("clickstream");
  measure_number("whole", 5868, 1);
  measure_number("price", 12.25, 0.25);
  measure_number("17 digits", 0.1234567890123, 0.001234567);
  return 0;
}
