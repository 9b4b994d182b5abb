/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"

#include <locale.h>

static const Command commands[] = {
    {"check", "[--offline | --live | --sample N | --print-config] [--json]",
     "Say all that stands in the way, and change nothing", cmd_check},
    {"suggest", "(--csv FILE... | --topic TOPIC | --subject SUBJECT | --schema FILE) [OPTION...]",
     "Write a mapping, and a schema, that fit records", cmd_suggest},
    {"try",
     "--mapping FILE (--topic TOPIC [--offset P:N] | --csv FILE | --json FILE | --avro FILE | "
     "--cases DIR)",
     "Show the rows that records become, without a table", cmd_try},
    {"init", "[--wait SECONDS] [--json | --print] [TABLE...]",
     "Create the tables that the mappings describe", cmd_init},
    {"generate", "[ENTITY...] (--kafka [--from FILE...] | --csv DIR | --avro DIR)",
     "Make a data set that fits the built-in mappings", cmd_generate},
    {"run", "[--topic TOPIC] [--until-end] [--json]", "Take records off Kafka into HBase", cmd_run},
    {"bulkload", "--table TABLE [OPTION...] FILE...", "Turn CSV files into HFiles and load them",
     cmd_bulkload},
    {"hfile", "[--cells] [--stats] [--json] FILE...", "Check and show HFiles", cmd_hfile},
    {"replay", "[OPTION...] TOPIC", "Take records back out of a dead-letter topic", cmd_replay},
    {"top", "[--once] [--json]", "Show the state of a running service", cmd_top},
    {"verify", "--table TABLE (--topic TOPIC | --csv FILE... | --avro FILE...) [OPTION...]",
     "Compare a table with its source, cell by cell", cmd_verify},
    {"export", "--table TABLE [--output FILE] [OPTION...]",
     "Write a table's rows as CSV, JSON lines or Avro", cmd_export},
    {0},
};

int
main(int argc, char **argv)
{
  setlocale(LC_ALL, "");
  return (int)command_main(commands, argc, argv);
}
