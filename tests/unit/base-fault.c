/* SPDX-License-Identifier: Apache-2.0 */
#include "base/fault.h"

#include <gio/gio.h>

static void
an_error_keeps_its_field_and_kind_when_it_is_prefixed_copied_and_handed_on(void)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(GError) passed = NULL;
  g_autoptr(GError) copy = NULL;

  fault_record(&error, "not %s: '%s'", "a number", "x1");
  g_assert_error(error, FAULT, FAULT_RECORD);
  g_assert_cmpstr(error->message, ==, "not a number: 'x1'");
  g_assert_cmpstr(fault_kind(error), ==, "not %s: '%s'");
  g_assert_null(fault_field(error));

  fault_set_kind(&error, "a number");
  fault_set_field(&error, "id");
  fault_set_field(&error, "home.city");
  g_prefix_error(&error, "field home.city: ");
  g_propagate_prefixed_error(&passed, g_steal_pointer(&error), "orders[0]@7: ");
  copy = g_error_copy(passed);
  g_clear_error(&passed);
  g_assert_cmpstr(copy->message, ==, "orders[0]@7: field home.city: not a number: 'x1'");
  g_assert_cmpstr(fault_field(copy), ==, "home.city");
  g_assert_cmpstr(fault_kind(copy), ==, "a number");
}

static void
what_is_not_said_is_none(void)
{
  g_autoptr(GError) plain = g_error_new_literal(FAULT, FAULT_PEER, "away");
  g_autoptr(GError) foreign = g_error_new_literal(G_IO_ERROR, G_IO_ERROR_FAILED, "else");

  g_assert_null(fault_field(plain));
  g_assert_null(fault_kind(plain));
  fault_set_field(&foreign, "id");
  fault_set_kind(&foreign, "kind");
  g_assert_null(fault_field(foreign));
  g_assert_null(fault_kind(foreign));
  g_assert_null(fault_field(NULL));
  fault_set_field(NULL, "id");
  fault_record(NULL, "nobody asks");
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/base/fault/an-error-keeps-its-field-and-kind",
                  an_error_keeps_its_field_and_kind_when_it_is_prefixed_copied_and_handed_on);
  g_test_add_func("/base/fault/what-is-not-said-is-none", what_is_not_said_is_none);
  return g_test_run();
}
