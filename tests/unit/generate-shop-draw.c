/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/draw.h"

#include <glib.h>

/* The first numbers of splitmix64 from state 0, as its authors' reference program gives them. */
static void
mixing_is_that_of_splitmix64(void)
{
  const uint64_t gamma = UINT64_C(0x9e3779b97f4a7c15);

  g_assert_cmphex(shop_mix(gamma), ==, UINT64_C(0xe220a8397b1dcdaf));
  g_assert_cmphex(shop_mix(2 * gamma), ==, UINT64_C(0x6e789e6aa1b965f4));
  g_assert_cmphex(shop_mix(3 * gamma), ==, UINT64_C(0x06c45d188009454f));
}

static void
shares_are_the_upper_half_of_the_product(void)
{
  const uint64_t half = UINT64_C(1) << 63;
  const struct {
    uint64_t a;
    uint64_t b;
    uint64_t product;
  } cases[] = {
      {0, UINT64_MAX, 0},
      {half, 10, 5},
      {half, 9, 4},
      {UINT64_MAX, UINT64_MAX, UINT64_MAX - 1},
      {UINT64_MAX, 1, 0},
      {UINT64_C(0xffffffff00000000), UINT64_C(0x100000001), UINT64_C(0xffffffff)},
      {UINT64_C(0x123456789abcdef0), UINT64_C(0xfedcba9876543210), UINT64_C(0x121fa00ad77d7422)},
  };

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_assert_cmpuint(shop_share(cases[i].a, cases[i].b), ==, cases[i].product);
    g_assert_cmpuint(shop_share(cases[i].b, cases[i].a), ==, cases[i].product);
  }
}

static void
every_part_of_the_question_changes_the_answer(void)
{
  uint64_t first = shop_draw_bits(shop_draw(1, 2, 3), 4);

  g_assert_cmphex(first, ==, shop_draw_bits(shop_draw(1, 2, 3), 4));
  g_assert_cmphex(first, !=, shop_draw_bits(shop_draw(2, 2, 3), 4));
  g_assert_cmphex(first, !=, shop_draw_bits(shop_draw(1, 3, 3), 4));
  g_assert_cmphex(first, !=, shop_draw_bits(shop_draw(1, 2, 4), 4));
  g_assert_cmphex(first, !=, shop_draw_bits(shop_draw(1, 2, 3), 5));
}

enum { DRAWS = 100000 };

/* In permille of DRAWS, with what chance allows. */
static void
skews_are_as_stated(void)
{
  const struct {
    unsigned depth;
    unsigned least_hundredth;
    unsigned least_tenth;
  } cases[] = {{1, 10, 100}, {2, 56, 330}, {3, 162, 595}};

  for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
    unsigned hundredth = 0;
    unsigned tenth = 0;

    for (uint64_t k = 0; k < DRAWS; k++) {
      uint64_t n = shop_draw_skewed(shop_draw(1, 1, k), 0, 1000, cases[i].depth);

      g_assert_cmpuint(n, <, 1000);
      hundredth += n < 10;
      tenth += n < 100;
    }
    g_assert_cmpfloat_with_epsilon(hundredth * 1000.0 / DRAWS, cases[i].least_hundredth, 5);
    g_assert_cmpfloat_with_epsilon(tenth * 1000.0 / DRAWS, cases[i].least_tenth, 7);
  }
}

static void
weights_are_kept(void)
{
  static const uint16_t weights[] = {5, 0, 3, 2};
  unsigned drawn[G_N_ELEMENTS(weights)] = {0};

  for (uint64_t k = 0; k < DRAWS; k++)
    drawn[shop_draw_weighted(shop_draw(1, 1, k), 0, weights, G_N_ELEMENTS(weights))]++;
  for (size_t i = 0; i < G_N_ELEMENTS(weights); i++)
    g_assert_cmpfloat_with_epsilon(drawn[i] * 10.0 / DRAWS, weights[i], 0.07);
  g_assert_cmpuint(drawn[1], ==, 0);
}

int
main(int argc, char **argv)
{
  g_test_init(&argc, &argv, NULL);
  g_test_add_func("/shop-draw/mix", mixing_is_that_of_splitmix64);
  g_test_add_func("/shop-draw/share", shares_are_the_upper_half_of_the_product);
  g_test_add_func("/shop-draw/stateless", every_part_of_the_question_changes_the_answer);
  g_test_add_func("/shop-draw/skew", skews_are_as_stated);
  g_test_add_func("/shop-draw/weights", weights_are_kept);
  return g_test_run();
}
