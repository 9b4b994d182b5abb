/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

#include "hfile/block.h"

/* An HFile in memory whose bytes a test changes in place: what is planted is one mistake in an
 * otherwise valid file, checksums included. Only for files without compression. */
typedef struct {
  Bytes bytes;
} HfileForge;

void hfile_forge_load(HfileForge *self, const char *path);
void hfile_forge_save(const HfileForge *self, const char *path);
void hfile_forge_clear(HfileForge *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(HfileForge, hfile_forge_clear)

/* Offset of the n-th block of the type. */
size_t hfile_forge_find(const HfileForge *self, HfileBlockType type, size_t n);
HfileBlockHeader hfile_forge_header(const HfileForge *self, size_t offset);
/* The payload of the block at the offset. */
uint8_t *hfile_forge_payload(HfileForge *self, size_t offset);
/* Writes the header and makes the checksums right again. */
void hfile_forge_seal(HfileForge *self, size_t offset, const HfileBlockHeader *header);

/* Puts `to`, as long as `from`, where `from` first stands in the block, and seals it. */
void hfile_forge_replace(HfileForge *self, size_t offset, Slice from, Slice to);
