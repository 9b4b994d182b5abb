/* SPDX-License-Identifier: Apache-2.0 */
#include "json/fields.h"

#include <stdio.h>
#include <time.h>

/* CPU time of reading JSON records: document in, a value for each of the mapping's paths out. */

enum { READS = 2000000 };

static double
cpu_ns(void)
{
  struct timespec now;

  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

/* An event of a game with the request's headers, as Python writes it. */
static const char event[] =
    "{\"event_type\": \"purchase_sword\", \"description\": \"large sword\", \"strength\": \"7\", "
    "\"Host\": \"knight1.comcast.com\", \"User-Agent\": \"ApacheBench/2.3\", \"Accept\": \"*/*\"}";
static const char *const event_paths[] = {"event_type", "description", "strength",
                                          "Host",       "User-Agent",  "Accept"};

static const char transaction[] =
    "{\"created_at\":\"2018-07-29T15:22:01.458193Z\",\"customer_id\":5868,\"booking_id\":"
    "\"186e2bee-0637-4710-8981-50c2d737bc42\",\"session_id\":\"3abaa6ce-e320-4e51-9469-"
    "d9f3fa328e86\","
    "\"product_metadata\":[{\"product_id\":54728,\"quantity\":1,\"item_price\":191247}],"
    "\"payment_method\":\"Debit Card\",\"payment_status\":\"Success\",\"promo_amount\":1415,"
    "\"promo_code\":\"WEEKENDSERU\",\"shipment_fee\":10000,\"shipment_date_limit\":"
    "\"2018-08-03T05:07:24.812676Z\",\"shipment_location_lat\":-8.227893,"
    "\"shipment_location_long\":111.969107,\"total_amount\":199832}";
static const char *const transaction_paths[] = {"created_at",
                                                "customer_id",
                                                "booking_id",
                                                "session_id",
                                                "payment_method",
                                                "payment_status",
                                                "promo_amount",
                                                "promo_code",
                                                "shipment_fee",
                                                "shipment_date_limit",
                                                "shipment_location_lat",
                                                "shipment_location_long",
                                                "total_amount",
                                                "product_metadata[0].product_id"};

static const char view[] =
    "{\"_id\": \"5ecab65178aa7636ca41f58d\", \"time_stamp\": 1749296185, \"ip\": "
    "\"66.220.149.12\", "
    "\"user_agent\": \"facebookexternalhit/1.1 "
    "(+http://www.facebook.com/externalhit_uatext.php)\", "
    "\"resolution\": \"2000x2000\", \"user_id_db\": \"\", \"device_id\": "
    "\"cb702e6e-7a1c-4f3c-9a3e-6a5f6d0a7a11\", \"api_version\": \"1.0\", \"store_id\": \"38\", "
    "\"local_time\": \"2025-06-07 18:36:25\", \"show_recommendation\": null, \"current_url\": "
    "\"https://www.example.com/"
    "womens-ring-celtic-way.html?fbclid=IwAR0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
    "bbbbbbbbbbbbbbbbbbbbbbb&alloy=white_yellow-585\", \"referrer_url\": "
    "\"https://www.facebook.com/\", \"email_address\": \"\", \"recommendation\": false, "
    "\"utm_source\": false, \"utm_medium\": false, \"collection\": \"view_product_detail\", "
    "\"product_id\": \"90476\", \"option\": [{\"option_label\": \"alloy\", \"option_id\": "
    "\"108219\", \"value_label\": \"\", \"value_id\": \"791145\"}, {\"option_label\": \"diamond\", "
    "\"option_id\": \"\", \"value_label\": \"\", \"value_id\": \"\"}], \"id\": "
    "\"bbafc2a1-6c1e-4f51-8f53-ff7c3e8f0c11\"}";
static const char *const view_paths[] = {"time_stamp",    "ip",
                                         "user_agent",    "resolution",
                                         "user_id_db",    "device_id",
                                         "store_id",      "local_time",
                                         "current_url",   "referrer_url",
                                         "collection",    "product_id",
                                         "email_address", "option[option_label=alloy].value_id"};

static void
measure(const char *what, Slice document, const char *const *paths, size_t length)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(JsonFields) reader = json_fields_new(paths, length, JSON_OWN_TYPES, &error);

  g_assert_no_error(error);

  double start = cpu_ns();

  for (size_t i = 0; i < READS; i++)
    if (json_fields_read(reader, document, &error) == NULL)
      g_error("%s", error->message);
  printf("%-14s %5zu bytes %2zu fields %7.1f ns/record\n", what, document.len, length,
         (cpu_ns() - start) / READS);
}

int
main(void)
{
  measure("game event", slice_text(event), event_paths, G_N_ELEMENTS(event_paths));
  measure("transaction", slice_text(transaction), transaction_paths,
          G_N_ELEMENTS(transaction_paths));
  measure("product view", slice_text(view), view_paths, G_N_ELEMENTS(view_paths));
  return 0;
}
