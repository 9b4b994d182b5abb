/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/paragraph.h"

#include <stdio.h>

void
cmd_paragraph_add(CmdParagraph *self, const char *format, ...)
{
  g_autofree char *item = NULL;
  size_t length;
  va_list arguments;

  va_start(arguments, format);
  item = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  length = (size_t)g_utf8_strlen(item, -1);
  if (self->column == 0)
    self->column = self->indent;
  else if (self->column + 1 + length <= CMD_PARAGRAPH_WIDTH)
    self->column += (size_t)printf(" ");
  else
    self->column = (size_t)printf("\n%*s", (int)self->indent, "") - 1;
  fputs(item, stdout);
  self->column += length;
}
