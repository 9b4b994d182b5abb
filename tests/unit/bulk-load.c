/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/load/load.h"

#include "hfile/check/check.h"
#include "support/bulk-case.h"
#include "support/region-server.h"

#include <glib/gstdio.h>

/* One step of a script: what is asked for next, and the answer. The rows of hbase:meta stand for
 * the three answers of a look-up: where it is, the rows, no more rows. */
typedef struct {
  const char *method; /* NULL: a look-up */
  const char *result; /* as RegionAnswer has it */
  const char *exception;
  const char *const *starts; /* a look-up: of the regions but the first, NULL-ended */
} Step;

static const char *const one_region[] = {NULL};
static const char *const two_regions[] = {"m", NULL};
static const char *const three_regions[] = {"b", "m", NULL};

#define LOOK_UP(starts)                                                                            \
  {                                                                                                \
    NULL, NULL, NULL, starts                                                                       \
  }
#define LOADED                                                                                     \
  {                                                                                                \
    "BulkLoadHFile", "0801", NULL, NULL                                                            \
  }
#define REFUSED                                                                                    \
  {                                                                                                \
    "BulkLoadHFile", "0800", NULL, NULL                                                            \
  }
#define PREPARED                                                                                   \
  {                                                                                                \
    "PrepareBulkLoad", "0a03746f6b", NULL, NULL                                                    \
  }
#define CLEANED                                                                                    \
  {                                                                                                \
    "CleanupBulkLoad", "", NULL, NULL                                                              \
  }
#define NOT_SERVING                                                                                \
  {                                                                                                \
    "BulkLoadHFile", NULL, "org.apache.hadoop.hbase.NotServingRegionException", NULL               \
  }
#define NOT_FOUND                                                                                  \
  {                                                                                                \
    "BulkLoadHFile", NULL, "java.io.FileNotFoundException", NULL                                   \
  }
#define LOST                                                                                       \
  {                                                                                                \
    "BulkLoadHFile", NULL, NULL, NULL                                                              \
  }

enum { MOST_STEPS = 16, MOST_FINDS = 4, CELLS = 26 };

typedef struct {
  const char *name;
  Step steps[MOST_STEPS];
  const char
      *finds[MOST_FINDS]; /* servers, each time that they are asked for: d is dead, h is here;
                             "": nobody answers; none: as if all were "h" */
  const char *told;       /* in the error, which no time mends; NULL: all is live */
  unsigned live;          /* files */
  unsigned recut;
  unsigned left;         /* files that are not live */
  unsigned unanswered;   /* files of them that may be */
  bool is_taken;         /* by servers, from the place */
  bool takes_when_asked; /* the file goes, though the load does not come about */
  bool is_put_twice;
  unsigned at_once; /* regions, none of which is answered before all are asked */
} Script;

static const Script scripts[] = {
    {.name = "one region", .steps = {LOOK_UP(one_region), LOADED}, .live = 1},
    {.name = "three regions",
     .steps = {LOOK_UP(three_regions), LOADED, LOADED, LOADED},
     .live = 3,
     .recut = 1},
    {.name = "three regions at once",
     .steps = {LOOK_UP(three_regions), LOADED, LOADED, LOADED},
     .live = 3,
     .recut = 1,
     .at_once = 3},
    {.name = "three regions at once, two of which have moved",
     .steps = {LOOK_UP(three_regions), NOT_SERVING, LOADED, NOT_SERVING, LOOK_UP(three_regions),
               LOADED, LOADED},
     .live = 3,
     .recut = 1,
     .at_once = 3},
    {.name = "three regions at once, and the connections end",
     .steps = {LOOK_UP(three_regions), LOST, LOST, LOADED, LOOK_UP(three_regions), LOADED, LOADED},
     .live = 3,
     .recut = 1,
     .at_once = 3},
    {.name = "a region that moved",
     .steps = {LOOK_UP(one_region), NOT_SERVING, LOOK_UP(one_region), LOADED},
     .live = 1},
    {.name = "a region that split meanwhile",
     .steps = {LOOK_UP(one_region), NOT_SERVING, LOOK_UP(two_regions), LOADED, NOT_SERVING,
               LOOK_UP(two_regions), LOADED},
     .live = 2,
     .recut = 1,
     .is_put_twice = true},
    {.name = "with a token",
     .steps = {LOOK_UP(one_region), PREPARED, LOADED, CLEANED},
     .live = 1,
     .is_taken = true},
    {.name = "refused once",
     .steps = {LOOK_UP(one_region), PREPARED, REFUSED, CLEANED, LOOK_UP(one_region), PREPARED,
               LOADED, CLEANED},
     .live = 1,
     .is_taken = true},
    {.name = "refused for good: the reason is asked for",
     .steps = {LOOK_UP(one_region), PREPARED, REFUSED, CLEANED, LOOK_UP(one_region), PREPARED,
               REFUSED, CLEANED, LOOK_UP(one_region), PREPARED, REFUSED, CLEANED,
               LOOK_UP(one_region), NOT_FOUND},
     .told = "FileNotFoundException: because",
     .left = 1,
     .is_taken = true},
    {.name = "a reason that no time mends",
     .steps = {LOOK_UP(one_region), NOT_FOUND},
     .told = "BulkLoadHFile: region server",
     .left = 1},
    {.name = "no answer, and the file is gone: nobody knows where to",
     .steps = {LOOK_UP(one_region), PREPARED, LOST, LOOK_UP(one_region), PREPARED, LOADED, CLEANED},
     .live = 1,
     .is_taken = true,
     .takes_when_asked = true,
     .is_put_twice = true},
    {.name = "refused, and the file is gone",
     .steps = {LOOK_UP(one_region), PREPARED, REFUSED, CLEANED, LOOK_UP(one_region), PREPARED,
               LOADED, CLEANED},
     .live = 1,
     .is_taken = true,
     .takes_when_asked = true,
     .is_put_twice = true},
    {.name = "no answer, and the file is there",
     .steps = {LOOK_UP(one_region), PREPARED, LOST, LOOK_UP(one_region), PREPARED, LOADED, CLEANED},
     .live = 1,
     .is_taken = true},
    {.name = "a region that is not ready does not keep the others waiting",
     .steps = {LOOK_UP(two_regions), NOT_SERVING, LOADED, LOOK_UP(two_regions), LOADED},
     .live = 2,
     .recut = 1},
    {.name = "a server that does not answer is left alone until the next look",
     .steps = {LOOK_UP(two_regions), LOST, LOOK_UP(two_regions), LOADED, LOADED},
     .live = 2,
     .recut = 1},
    {.name = "no answer, and then a refusal: nobody knows",
     .steps = {LOOK_UP(one_region), LOST, LOOK_UP(one_region), NOT_FOUND},
     .told = "FileNotFoundException",
     .left = 1,
     .unanswered = 1},
    {.name = "half-way",
     .steps = {LOOK_UP(two_regions), LOADED, NOT_FOUND},
     .told = "FileNotFoundException",
     .live = 1,
     .recut = 1,
     .left = 1},
    {.name = "the server that is asked first is gone",
     .steps = {LOOK_UP(one_region), LOADED},
     .finds = {"ddh"},
     .live = 1},
    {.name = "all servers that were known are gone",
     .steps = {LOOK_UP(one_region), LOADED},
     .finds = {"dd", "h"},
     .live = 1},
    {.name = "nobody knows a server yet",
     .steps = {LOOK_UP(one_region), LOADED},
     .finds = {"", "h"},
     .live = 1},
    {.name = "nobody knows another server: those that are known come back",
     .steps = {LOOK_UP(one_region),
               NOT_SERVING,
               {"GetMetaRegionLocations", NULL, NULL, NULL},
               {"Scan", NULL, NULL, NULL},
               LOOK_UP(one_region),
               LOADED},
     .finds = {"h", ""},
     .live = 1},
};

typedef struct {
  BulkCase bulk;
  RegionServer server;
  TestGateway *gateway;
  GPtrArray *texts; /* owned: of the answers */
  RegionAnswer answers[4 * MOST_STEPS];
  const Script *script;
  GArray *files;
  uint64_t cells; /* of the files that were put, each when it was */
  unsigned finds; /* how often servers were asked for */
} Fixture;

static void
fixture_clear(Fixture *self)
{
  test_gateway_free(self->gateway);
  region_server_clear(&self->server);
  g_ptr_array_unref(self->texts);
  g_array_unref(self->files);
  bulk_case_clear(&self->bulk);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static char *
keep(Fixture *self, char *text)
{
  g_ptr_array_add(self->texts, text);
  return text;
}

/* RegionInfo: id 1, start, end; keys of one byte. */
static char *
info_of(Fixture *self, const char *start, const char *end)
{
  GString *hex = g_string_new("0801");

  g_string_append_printf(hex, "1a%02x", (unsigned)strlen(start));
  for (const char *c = start; *c != '\0'; c++)
    g_string_append_printf(hex, "%02x", (unsigned)*c);
  g_string_append_printf(hex, "22%02x", (unsigned)strlen(end));
  for (const char *c = end; *c != '\0'; c++)
    g_string_append_printf(hex, "%02x", (unsigned)*c);
  return keep(self, g_string_free(hex, FALSE));
}

static size_t
add_look_up(Fixture *self, size_t at, const char *const *starts)
{
  const char *endpoint = test_gateway_endpoint(self->gateway);
  RegionServerRow rows[4];
  size_t length = 0;
  const char *start = "";

  for (;; starts++) {
    char *name = keep(self, g_strdup_printf("t,%s,1.", start));

    rows[length++] =
        (RegionServerRow){name, info_of(self, start, *starts == NULL ? "" : *starts), endpoint};
    if (*starts == NULL)
      break;
    start = *starts;
  }
  self->answers[at++] =
      (RegionAnswer){"GetMetaRegionLocations", keep(self, region_server_location(endpoint)), NULL};
  self->answers[at++] = (RegionAnswer){"Scan", keep(self, region_server_page(rows, length)), NULL};
  self->answers[at++] = (RegionAnswer){"Scan", "", NULL};
  return at;
}

static bool
is_end(const Step *step)
{
  return step->method == NULL && step->starts == NULL;
}

/* The file that is loaded: rows a to z of family one. */
static void
write_file(Fixture *self)
{
  HfileOptions options = {.family = slice_text("one")};
  BulkFile file = {.path = g_build_filename(self->bulk.folder, "file", NULL)};
  g_autoptr(HfileWriter) writer = hfile_writer_new(file.path, &options, NULL);

  for (char row = 'a'; row <= 'z'; row++) {
    Cell cell = {.row = slice(&row, 1),
                 .family = options.family,
                 .qualifier = slice_text("z"),
                 .timestamp = 1,
                 .type = CELL_PUT};

    g_assert_true(hfile_writer_append(writer, &cell, NULL));
  }
  g_assert_true(hfile_writer_finish(writer, NULL));
  file.bytes = hfile_writer_bytes(writer);
  file.cells = hfile_writer_cells(writer);
  g_array_append_val(self->files, file);
}

static void
fixture_init(Fixture *self, const Script *script)
{
  size_t at = 0;

  self->bulk = bulk_case_make();
  self->script = script;
  self->cells = 0;
  self->finds = 0;
  self->texts = g_ptr_array_new_with_free_func(g_free);
  self->files = bulk_files_new();
  region_server_init(&self->server, self->answers, 0);
  self->gateway = test_gateway_new(region_server_serve, &self->server);
  for (const Step *step = script->steps; !is_end(step); step++)
    if (step->method == NULL)
      at = add_look_up(self, at, step->starts);
    else
      self->answers[at++] = (RegionAnswer){step->method, step->result, step->exception};
  self->server.answers_length = at;
  self->server.together = "BulkLoadHFile";
  self->server.wanted = script->at_once;
  write_file(self);
}

/* Looks at what is handed over: a sound file within one region. */
static char *
put(void *data, const char *path, const char *family, GError **error)
{
  Fixture *self = data;
  const HfileCheck check = {.family = slice_text(family)};
  g_auto(HfileReport) report;

  hfile_report_init(&report);
  g_assert_true(hfile_check(path, &check, &report, error));
  g_assert_cmpuint(report.faults_total, ==, 0);
  self->cells += report.statistics.cells;
  return g_strdup(path);
}

static bool
has(void *data, const char *url, bool *out_has, GError **error)
{
  const Fixture *self = data;

  (void)url, (void)error;
  *out_has = !self->script->takes_when_asked;
  return true;
}

static char **
find_servers(void *data, GError **error)
{
  Fixture *self = data;
  const char *const *finds = self->script->finds;
  const char *found = finds[0] == NULL ? "h" : finds[self->finds];
  g_autoptr(GStrvBuilder) servers = g_strv_builder_new();

  g_assert_nonnull(found);
  self->finds++;
  if (*found == '\0') {
    g_set_error_literal(error, FAULT, FAULT_PEER, "nobody is there");
    return NULL;
  }
  for (; *found != '\0'; found++)
    g_strv_builder_add(servers,
                       *found == 'h' ? test_gateway_endpoint(self->gateway) : "127.0.0.1:1");
  return g_strv_builder_end(servers);
}

static unsigned
finds_of(const Script *script)
{
  unsigned length = 0;

  while (script->finds[length] != NULL)
    length++;
  return MAX(length, 1);
}

static void
run_script(const Script *script)
{
  g_auto(Fixture) fixture;
  g_autoptr(GError) error = NULL;
  const HfileOptions hfile[] = {{.family = slice_text("one")}, {.family = slice_text("two")}};
  const RegionserverRpcOptions rpc = {
      .socket = {.connect_timeout_ms = 20000}, .timeout_ms = 20000, .user = "somebody"};
  const BulkPlace place = {&fixture, put, has, script->is_taken};
  const BulkWatch watch = {0};
  BulkLoadCounts counts;

  fixture_init(&fixture, script);

  const BulkLoadOptions options = {
      .servers = {find_servers, &fixture},
      .table = "t",
      .rpc = &rpc,
      .place = &place,
      .plan = fixture.bulk.plan,
      .hfile = hfile,
      .timeout_ms = 60000,
      .at_once = script->at_once,
      .watch = &watch,
  };

  g_test_message("%s", script->name);
  g_assert_cmpint(bulk_load(&options, fixture.files, &counts, &error), ==, script->told == NULL);
  if (script->told != NULL) {
    g_assert_error(error, FAULT, FAULT_SETUP);
    g_assert_nonnull(strstr(error->message, script->told));
  }
  g_assert_cmpuint(counts.files, ==, script->live);
  g_assert_cmpuint(counts.recut, ==, script->recut);
  g_assert_cmpuint(counts.unanswered, ==, script->unanswered);
  g_assert_cmpuint(fixture.files->len, ==, script->left);
  g_assert_cmpuint(fixture.server.answered, ==, fixture.server.answers_length);
  g_assert_cmpuint(fixture.finds, ==, finds_of(script));
  /* No row was lost, none came twice; what is divided after it was handed over is so once more. */
  g_assert_cmpuint(fixture.cells, ==, script->is_put_twice ? 2 * CELLS : CELLS);
}

static void
files_go_live_whatever_regions_do_meanwhile(void)
{
  for (size_t i = 0; i < G_N_ELEMENTS(scripts); i++)
    run_script(&scripts[i]);
}

static void
files_in_a_shared_folder_have_an_absolute_url(void)
{
  BulkPlace place = bulk_place_shared();
  g_autofree char *url = place.put(place.self, "/tmp/../etc/passwd", "f", NULL);
  bool is_there = false;

  g_assert_cmpstr(url, ==, "file:///etc/passwd");
  g_assert_true(place.has(place.self, url, &is_there, NULL));
  g_assert_true(is_there);
  g_assert_true(place.has(place.self, "file:///not/there", &is_there, NULL));
  g_assert_false(is_there);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/load/scripts", files_go_live_whatever_regions_do_meanwhile);
  g_test_add_func("/place/shared", files_in_a_shared_folder_have_an_absolute_url);
  return g_test_run();
}
