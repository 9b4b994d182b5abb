/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include <glib.h>
#include <stdbool.h>

/* The form of a log line that tells an event: words, then what is known of it.
 *
 *   rejected topic=orders partition=2 offset=88 reason="price: not a number: 'abc'"
 *
 * The words have letters, digits, blanks, commas and hyphens; a key has small letters and _. A
 * value stands as it is, or in ' or in ", where the same quote within it is doubled. Whole numbers
 * are numbers, unless they are in quotes or name a topic or a table. A line that is not so is a
 * sentence for people and has no pairs; in one that ends with what comes from outside, a colon or a
 * quote goes before. tests/unit/log-lines.py holds all our lines to this. */

/* A text as a pair's value, in quotes where it needs them. The caller's. */
char *event_value(const char *text);

/* Appends `,"event":"rejected","topic":"orders",…` to an object: nothing for a sentence. */
void event_append_members(GString *json, const char *line);

/* Appends a JSON string; what is no UTF-8 is replaced. */
void event_append_text(GString *json, const char *text);
