/* SPDX-License-Identifier: Apache-2.0 */
#include "generate/shop/entity.h"

#include "text/text.h"

static const ShopField customer_fields[] = {
    {"customer_id", SHOP_NUMBER, SHOP_IDENTITY},
    {"first_name", SHOP_TEXT, SHOP_PLAIN},
    {"last_name", SHOP_TEXT, SHOP_PLAIN},
    {"username", SHOP_TEXT, SHOP_PLAIN},
    {"email", SHOP_TEXT, SHOP_PLAIN},
    {"gender", SHOP_TEXT, SHOP_PLAIN},
    {"birthdate", SHOP_TEXT, SHOP_PLAIN},
    {"device_type", SHOP_TEXT, SHOP_PLAIN},
    {"device_id", SHOP_TEXT, SHOP_PLAIN},
    {"device_version", SHOP_TEXT, SHOP_PLAIN},
    {"home_location_lat", SHOP_NUMBER, SHOP_PLAIN},
    {"home_location_long", SHOP_NUMBER, SHOP_PLAIN},
    {"home_location", SHOP_TEXT, SHOP_PLAIN},
    {"home_country", SHOP_TEXT, SHOP_PLAIN},
    {"first_join_date", SHOP_TEXT, SHOP_PLAIN},
};

static const ShopField product_fields[] = {
    {"id", SHOP_NUMBER, SHOP_IDENTITY},        {"gender", SHOP_TEXT, SHOP_PLAIN},
    {"masterCategory", SHOP_TEXT, SHOP_PLAIN}, {"subCategory", SHOP_TEXT, SHOP_PLAIN},
    {"articleType", SHOP_TEXT, SHOP_PLAIN},    {"baseColour", SHOP_TEXT, SHOP_PLAIN},
    {"season", SHOP_TEXT, SHOP_PLAIN},         {"year", SHOP_NUMBER, SHOP_PLAIN},
    {"usage", SHOP_TEXT, SHOP_PLAIN},          {"productDisplayName", SHOP_TEXT, SHOP_PLAIN},
};

static const ShopField transaction_fields[] = {
    {"created_at", SHOP_TEXT, SHOP_IDENTITY},
    {"customer_id", SHOP_NUMBER, SHOP_PLAIN},
    {"booking_id", SHOP_TEXT, SHOP_IDENTITY},
    {"session_id", SHOP_TEXT, SHOP_REFERENCE},
    {"product_metadata", SHOP_TEXT, SHOP_REFERENCE},
    {"payment_method", SHOP_TEXT, SHOP_PLAIN},
    {"payment_status", SHOP_TEXT, SHOP_PLAIN},
    {"promo_amount", SHOP_NUMBER, SHOP_PLAIN},
    {"promo_code", SHOP_TEXT, SHOP_PLAIN},
    {"shipment_fee", SHOP_NUMBER, SHOP_PLAIN},
    {"shipment_date_limit", SHOP_TEXT, SHOP_PLAIN},
    {"shipment_location_lat", SHOP_NUMBER, SHOP_PLAIN},
    {"shipment_location_long", SHOP_NUMBER, SHOP_PLAIN},
    {"total_amount", SHOP_NUMBER, SHOP_PLAIN},
};

static const ShopField click_fields[] = {
    {"session_id", SHOP_TEXT, SHOP_IDENTITY},
    {"event_name", SHOP_TEXT, SHOP_PLAIN},
    {"event_time", SHOP_TEXT, SHOP_IDENTITY},
    {"event_id", SHOP_TEXT, SHOP_IDENTITY},
    {"traffic_source", SHOP_TEXT, SHOP_PLAIN},
    {"event_metadata", SHOP_OPTIONAL_TEXT, SHOP_REFERENCE},
};

const ShopEntity shop_entities[SHOP_ENTITIES] = {
    {
        .name = "customers",
        .topic = "customer",
        .type = "Customer",
        .file = "customer",
        .per_block = SHOP_BLOCK_CUSTOMERS,
        .fields = customer_fields,
        .fields_length = G_N_ELEMENTS(customer_fields),
        .key = {0},
        .key_length = 1,
        .fill = shop_customer_fill,
    },
    {
        .name = "product",
        .topic = "product",
        .type = "Product",
        .file = "product",
        .per_block = SHOP_BLOCK_PRODUCTS,
        .fields = product_fields,
        .fields_length = G_N_ELEMENTS(product_fields),
        .key = {0},
        .key_length = 1,
        .fill = shop_product_fill,
    },
    {
        .name = "transactions",
        .topic = "transactions",
        .type = "Transaction",
        .file = "transactions",
        .per_block = SHOP_BLOCK_BOOKINGS,
        .fields = transaction_fields,
        .fields_length = G_N_ELEMENTS(transaction_fields),
        .key = {2},
        .key_length = 1,
        .fill = shop_transaction_fill,
    },
    {
        .name = "clickstream",
        .topic = "click_stream",
        .type = "ClickEvent",
        .file = "click_stream",
        .per_block = SHOP_BLOCK_EVENTS,
        .fields = click_fields,
        .fields_length = G_N_ELEMENTS(click_fields),
        .key = {0, 2, 3},
        .key_length = 3,
        .fill = shop_click_fill,
    },
};

static void
put_part(const Value *value, Bytes *out_key)
{
  if (value->kind == VALUE_TEXT)
    bytes_append_slice(out_key, value->text);
  else
    out_key->len += text_put_double(bytes_reserve(out_key, TEXT_NUMBER_BYTES), value->number);
}

void
shop_entity_put_key(const ShopEntity *self, const ShopRecord *record, Bytes *out_key)
{
  for (size_t i = 0; i < self->key_length; i++) {
    if (i > 0)
      bytes_append_u8(out_key, '#');
    put_part(&record->values[self->key[i]], out_key);
  }
}
