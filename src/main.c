/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"

#include <locale.h>

static const Command commands[] = {
    {"check", "[--offline | --live] [--json]", "Say all that stands in the way, and change nothing",
     cmd_check},
    {"hfile", "[--cells] [--stats] [--json] FILE...", "Check and show HFiles", cmd_hfile},
    {0},
};

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  return (int)command_main(commands, argc, argv);
}
