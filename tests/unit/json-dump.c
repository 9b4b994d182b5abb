/* SPDX-License-Identifier: Apache-2.0 */
#include "json/fields.h"
#include "text/text.h"

#include <stdio.h>

/* json-dump PATH...: what the JSON reader makes of documents, which come in hexadecimal, one a
 * line. A line for each: "!" and why where it is refused; else a letter for the kind of each
 * path's value, and its text in hexadecimal, with a blank between. */

static void
print_hex(Slice text)
{
  for (size_t i = 0; i < text.len; i++)
    printf("%02x", text.data[i]);
}

static void
print_value(const Value *value)
{
  static const char letters[] = "-tbifdo";
  uint8_t number[TEXT_NUMBER_BYTES];

  putchar(letters[value->kind]);
  if (value->kind == VALUE_TEXT || value->kind == VALUE_BYTES)
    print_hex(value->text);
  else if (value->kind == VALUE_INT)
    print_hex(slice(number, text_put_integer(number, value->integer)));
  else if (value->kind == VALUE_DOUBLE)
    print_hex(slice(number, text_put_double(number, value->number)));
  else if (value->kind == VALUE_BOOLEAN)
    putchar(value->boolean ? '1' : '0');
}

static void
print_document(JsonFields *reader, size_t length, const char *hex)
{
  g_auto(Bytes) document = {0};
  g_autoptr(GError) error = NULL;

  for (const char *at = hex; g_ascii_isxdigit(at[0]) && g_ascii_isxdigit(at[1]); at += 2)
    bytes_append_u8(&document,
                    (uint8_t)(g_ascii_xdigit_value(at[0]) << 4 | g_ascii_xdigit_value(at[1])));

  const Value *values = json_fields_read(reader, bytes_slice(&document), &error);

  if (values == NULL) {
    printf("!%s\n", error->message);
    return;
  }
  for (size_t i = 0; i < length; i++) {
    if (i > 0)
      putchar(' ');
    print_value(&values[i]);
  }
  putchar('\n');
}

int
main(int argc, char **argv)
{
  g_autoptr(GError) error = NULL;
  size_t length = (size_t)argc - 1;
  g_autoptr(JsonFields) reader =
      json_fields_new((const char *const *)argv + 1, length, JSON_OWN_TYPES, &error);
  char *line = NULL;
  size_t size = 0;

  if (reader == NULL)
    g_error("%s", error->message);
  while (getline(&line, &size, stdin) > 0)
    print_document(reader, length, line);
  free(line);
  return 0;
}
