/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/command.h"

#include "cmd/options.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* Commands that end in every way there is, and one with options. */
static ExitCode
end_well(const CommandCall *call, GError **error)
{
  (void)call, (void)error;
  return EXIT_DONE;
}

static ExitCode
find_differences(const CommandCall *call, GError **error)
{
  (void)call, (void)error;
  return EXIT_DATA;
}

static ExitCode
fail_with_a_fault(const CommandCall *call, GError **error)
{
  g_auto(CmdOptions) options = {0};
  int code = call->command->name[0] - 'r'; /* record, speer, tsetup */

  if (cmd_options_parse(&options, call, (const GOptionEntry[]){{0}}, NULL, error))
    g_set_error(error, FAULT, code, "a sentence");
  return exit_code_unless(error, EXIT_DONE);
}

static ExitCode
greet(const CommandCall *call, GError **error)
{
  g_auto(CmdOptions) options = {0};
  g_autofree char *name = NULL;
  const GOptionEntry entries[] = {
      {"name", 'n', 0, G_OPTION_ARG_FILENAME, &name, "whom to greet", "NAME"},
      {0},
  };

  if (!cmd_options_parse(&options, call, entries, "Says hello.", error))
    return exit_code_unless(error, EXIT_DONE);

  g_autoptr(Config) config = cmd_options_config(&options, call, error);

  if (config == NULL)
    return EXIT_FAILED;
  printf("hello %s, timeout %d, rows %u\n", name, (int)options.timeout_ms,
         config->ingest.batch_rows);
  return EXIT_DONE;
}

static ExitCode
be_stopped(const CommandCall *call, GError **error)
{
  (void)call, (void)error;
  raise(SIGTERM);
  return EXIT_DONE;
}

static const Command commands[] = {
    {"stopped", "", "Is stopped by a signal", be_stopped},
    {"well", "", "Ends well", end_well},
    {"differs", "", "Finds differences", find_differences},
    {"record", "", "Fails with FAULT_RECORD", fail_with_a_fault},
    {"speer", "", "Fails with FAULT_PEER", fail_with_a_fault},
    {"tsetup", "", "Fails with FAULT_SETUP", fail_with_a_fault},
    {"greet", "[--name NAME]", "Greet somebody", greet},
    {0},
};

enum { MOST_ARGUMENTS = 6 };

typedef struct {
  const char *arguments[MOST_ARGUMENTS];
  ExitCode code;
  const char *out; /* standard output begins so */
  const char *err; /* standard error holds this */
} Case;

static const Case cases[] = {
    {{NULL}, EXIT_USAGE, "", "Usage: sluice COMMAND"},
    {{"help"}, EXIT_DONE, "sluice takes Avro", ""},
    {{"--help"}, EXIT_DONE, "sluice takes Avro", ""},
    {{"help", "settings"}, EXIT_DONE, "Settings come from", ""},
    {{"--version"}, EXIT_DONE, "sluice ", ""},
    {{"greet", "--version"}, EXIT_DONE, "sluice ", ""},
    {{"well"}, EXIT_DONE, "", ""},
    {{"differs"}, EXIT_DATA, "", ""},
    {{"stopped"}, EXIT_STOPPED, "", ""},
    {{"record"}, EXIT_DATA, "", "sluice record: a sentence\n"},
    {{"speer"}, EXIT_PEER, "", "sluice speer: a sentence\n"},
    {{"tsetup"}, EXIT_USAGE, "", "sluice tsetup: a sentence\n"},
    {{"great"}, EXIT_USAGE, "", "no command 'great'. Did you mean 'greet'?"},
    {{"help", "great"}, EXIT_USAGE, "", "Did you mean 'greet'?"},
    {{"greet", "--name", "you"}, EXIT_DONE, "hello you, timeout 300000, rows 500\n", ""},
    {{"greet", "-n", "\xff", "--timeout", "5s"}, EXIT_DONE, "hello \xff, timeout 5000", ""},
    {{"greet", "-n", "a", "--timeout", "10"}, EXIT_DONE, "hello a, timeout 10000", ""},
    {{"greet", "-X", "ingest.batch.rows=7"}, EXIT_DONE, "hello (null), timeout 300000, rows 7", ""},
    {{"greet", "-X", "ingest.batch.row=7"}, EXIT_USAGE, "", "did you mean ingest.batch.rows?"},
    {{"greet", "-X", "kafka.group.ids=7"},
     EXIT_USAGE,
     "",
     "-X: kafka.group.ids: librdkafka has no property of that name: did you mean "
     "group.id?"},
    {{"greet", "--config", "/not-there"}, EXIT_USAGE, "", "/not-there"},
    {{"greet", "--nam=you"}, EXIT_USAGE, "", "no option --nam: did you mean --name?"},
    {{"greet", "--confg", "x"}, EXIT_USAGE, "", "no option --confg: did you mean --config?"},
    {{"greet", "-z"}, EXIT_USAGE, "", "'sluice greet --help'"},
    {{"greet", "you"}, EXIT_USAGE, "", "'you' is one word too many"},
    {{"greet", "--timeout", "soon"}, EXIT_USAGE, "", "--timeout: 'soon' is not a time"},
    {{"greet", "--log-level", "loud"}, EXIT_USAGE, "", "--log-level: 'loud' is not one of"},
    {{"greet", "--help"}, EXIT_DONE, "Usage: sluice greet [--name NAME]\nGreet somebody.\n", ""},
    {{"help", "greet"}, EXIT_DONE, "Usage: sluice greet [--name NAME]\nGreet somebody.\n", ""},
    {{"record", "--log-format", "json"},
     EXIT_DATA,
     "",
     "\"level\":\"error\",\"from\":\"sluice\",\"message\":\"sluice record: a sentence\"}\n"},
};

/* This very program, called so that it is a sluice with the commands above. */
#define AS_PROGRAM "--as-program"

static void
a_call_ends_with_its_code_and_says_why(gconstpointer data)
{
  const char *self = data;
  /* what an orchestrator may add, and nothing of this shell's */
  char *environment[] = {(char *)"SLUICE_KAFKA_SERVICE_HOST=10.0.0.1", NULL};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    const char *argv[MOST_ARGUMENTS + 3] = {self, AS_PROGRAM};
    g_autofree char *out = NULL;
    g_autofree char *err = NULL;
    g_autofree char *shown = NULL;
    int status = 0;

    memcpy(argv + 2, cases[i].arguments, sizeof cases[i].arguments);
    g_assert_true(g_spawn_sync(NULL, (char **)argv, environment, G_SPAWN_DEFAULT, NULL, NULL, &out,
                               &err, &status, NULL));
    shown = g_utf8_make_valid(out, -1); /* TAP is UTF-8 */
    g_test_message("case %zu\n%s%s", i, shown, err);
    g_assert_true(WIFEXITED(status));
    g_assert_cmpint(WEXITSTATUS(status), ==, cases[i].code);
    g_assert_true(g_str_has_prefix(out, cases[i].out));
    g_assert_nonnull(strstr(err, cases[i].err));
    g_assert_true((*err == '\0') == (*cases[i].err == '\0'));
  }
}

static void
every_error_has_its_exit_code(void)
{
  const struct {
    GQuark domain;
    int code;
    ExitCode exit_code;
  } errors[] = {
      {FAULT, FAULT_RECORD, EXIT_DATA},
      {FAULT, FAULT_PEER, EXIT_PEER},
      {FAULT, FAULT_SETUP, EXIT_USAGE},
      {G_FILE_ERROR, G_FILE_ERROR_NOENT, EXIT_USAGE},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(errors); i++) {
    g_autoptr(GError) error = g_error_new_literal(errors[i].domain, errors[i].code, "x");

    g_assert_cmpint(exit_code_for(error), ==, errors[i].exit_code);
  }
}

int
main(int argc, char **argv)
{
  if (argc > 1 && strcmp(argv[1], AS_PROGRAM) == 0)
    return (int)command_main(commands, argc - 1, argv + 1);
  g_test_init(&argc, &argv, NULL);
  g_test_add_data_func("/command/calls", argv[0], a_call_ends_with_its_code_and_says_why);
  g_test_add_func("/command/exit-codes", every_error_has_its_exit_code);
  return g_test_run();
}
