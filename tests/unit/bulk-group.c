/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/group.h"

typedef struct {
  int64_t timestamp;
  bool is_delete;      /* of the column */
  bool is_admitted[2]; /* by a family that keeps what is deleted: no, yes */
  bool is_row;         /* the deletion of the row */
} Step;

/* Versions of one column as the merge has them: the newest first. */
static void
walk(const Step *steps, size_t length, bool keeps_deleted)
{
  Column column = {0};
  const Column *by_rank[] = {&column};
  uint32_t versions[] = {2};
  bool keeps[] = {keeps_deleted};
  BulkPlan plan = {.families = 1,
                   .columns = 1,
                   .by_rank = by_rank,
                   .versions = versions,
                   .keeps_deleted = keeps};
  BulkGroup *group = bulk_group_new(&plan);

  bulk_group_begin(group);
  for (size_t i = 0; i < length; i++) {
    BulkCell cell = {.rank = steps[i].is_row ? (uint16_t)bulk_plan_row_rank(&plan) : 0,
                     .is_delete = steps[i].is_delete || steps[i].is_row};

    g_test_message("step %zu", i);
    g_assert_cmpint(bulk_group_admits(group, &cell, steps[i].timestamp), ==,
                    steps[i].is_admitted[keeps_deleted]);
  }
  bulk_group_free(group);
}

static void
what_a_reader_could_see_is_admitted(void)
{
  static const Step steps[] = {
      {9, false, {true, true}},  {9, false, {false, false}}, /* of one time the first wins */
      {8, false, {true, true}},  {7, false, {false, true}},  /* beyond the family's versions */
      {6, true, {true, true}},   {6, true, {false, false}},
      {6, false, {false, true}}, {5, false, {false, true}}, /* hidden by the deletion */
      {4, true, {false, true}},  {3, false, {false, true}},
  };

  walk(steps, G_N_ELEMENTS(steps), false);
  walk(steps, G_N_ELEMENTS(steps), true);
}

static void
a_deletion_of_the_row_hides_what_is_not_newer(void)
{
  static const Step steps[] = {
      {9, false, {true, true}, false},  {8, false, {true, true}, true},
      {8, false, {false, false}, true}, {8, false, {false, true}, false},
      {7, true, {false, true}, false},  {6, false, {false, true}, true},
      {5, false, {false, true}, false},
  };

  walk(steps, G_N_ELEMENTS(steps), false);
  walk(steps, G_N_ELEMENTS(steps), true);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/bulk/group/what-a-reader-could-see-is-admitted",
                  what_a_reader_could_see_is_admitted);
  g_test_add_func("/bulk/group/a-deletion-of-the-row-hides-what-is-not-newer",
                  a_deletion_of_the_row_hides_what_is_not_newer);
  return g_test_run();
}
