/* SPDX-License-Identifier: Apache-2.0 */
#include "stream/sinks.h"

#include "hbase/gateway.h"
#include "support/hbase-fake.h"

/* Two gateways, each as it is, and what is said of them. */
typedef struct {
  HbaseFake fakes[2];
  TestGateway *gateways[2];
  const char *endpoints[3];
  GatewayOptions options;
} Fixture;

static void
fixture_init(Fixture *self, WireProtocol second)
{
  *self = (Fixture){0};
  for (size_t i = 0; i < 2; i++) {
    hbase_fake_init(&self->fakes[i], true, i == 0 ? WIRE_BINARY : second);
    self->gateways[i] = test_gateway_new(hbase_fake_serve, &self->fakes[i]);
    self->endpoints[i] = test_gateway_endpoint(self->gateways[i]);
  }
  self->options = (GatewayOptions){
      .endpoints = self->endpoints,
      .connect_timeout_ms = 5000,
      .send_timeout_ms = 5000,
      .receive_timeout_ms = 5000,
      .idle_timeout_ms = 60000,
      .frame_max_bytes = 1 << 20,
      .answer_max_bytes = 1 << 20,
  };
}

static void
fixture_clear(Fixture *self)
{
  for (size_t i = 0; i < 2; i++) {
    test_gateway_free(self->gateways[i]);
    hbase_fake_clear(&self->fakes[i]);
  }
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Fixture, fixture_clear)

static void
gateways_of_two_protocols_are_a_fault_of_set_up(void)
{
  for (int is_mixed = 0; is_mixed <= 1; is_mixed++) {
    g_auto(Fixture) fixture;
    g_auto(FaultList) faults = {0};
    g_autoptr(GError) error = NULL;
    g_autoptr(StreamSinks) sinks = NULL;

    fixture_init(&fixture, is_mixed ? WIRE_COMPACT : WIRE_BINARY);
    sinks = stream_sinks_new(&(StreamSinksOptions){fixture.options, 2, NULL, 0}, &error);
    g_assert_no_error(error);
    g_assert_cmpint(stream_sinks_open(sinks, 5000, &error), ==, !is_mixed);
    if (is_mixed) {
      g_assert_error(error, FAULT, FAULT_SETUP);
      g_assert_nonnull(strstr(error->message, "give them the same"));
    }
    gateway_check(&fixture.options, &faults);
    g_assert_cmpuint(fault_list_length(&faults), ==, is_mixed);
    if (is_mixed)
      g_assert_nonnull(strstr(fault_list_get(&faults, 0), "give them the same"));
    g_clear_pointer(&sinks, stream_sinks_free);
  }
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/sinks/two-protocols", gateways_of_two_protocols_are_a_fault_of_set_up);
  return g_test_run();
}
