/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>

/* Names that Avro takes, made of what people call things. The caller's. */

/* "Weight (kg)" -> "weight_kg"; a name that Avro takes stays as it is. `taken` is the set of names
 * that are given away, to which it is added: the second "id" is "id_2". */
char *names_field(const char *text, GHashTable *taken);

/* "web-shop.orders" -> "WebShopOrders". */
char *names_record(const char *text);

/* What HBase and Kafka take as a name: other characters become '_'. */
char *names_table(const char *text);
