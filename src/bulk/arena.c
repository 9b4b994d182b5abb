/* SPDX-License-Identifier: Apache-2.0 */
#include "bulk/arena.h"

#include <sys/mman.h>

enum { INSERTION_MOST = 16 };

/* What is moved when rows are sorted: a piece of the key, so that most comparisons need nothing
 * else, and where the row is. */
typedef struct {
  uint64_t prefix;
  uint64_t offset;
} Entry;

/* The memory:  | rows -> | room | <- entries |
 * While rows are added, entries go in from the end; the last one added is the first. */
struct BulkArena {
  uint8_t *memory;
  size_t bytes;
  size_t rows_end;
  size_t length;
  size_t shared; /* first bytes that all keys have in common */
};

BulkArena *
bulk_arena_new(size_t bytes)
{
  BulkArena *self = g_new0(BulkArena, 1);

  self->bytes = bytes / sizeof(Entry) * sizeof(Entry);
  self->memory = mmap(NULL, self->bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (self->memory == MAP_FAILED)
    g_error("out of memory: cannot map %zu bytes", self->bytes);
  return self;
}

void
bulk_arena_free(BulkArena *self)
{
  if (self == NULL)
    return;
  munmap(self->memory, self->bytes);
  g_free(self);
}

static Entry *
entries(const BulkArena *self)
{
  return (Entry *)(void *)(self->memory + self->bytes) - self->length;
}

static size_t
shared_bytes(Slice a, Slice b, size_t most)
{
  size_t shared = 0;

  most = MIN(most, MIN(a.len, b.len));
  while (shared < most && a.data[shared] == b.data[shared])
    shared++;
  return shared;
}

bool
bulk_arena_add(BulkArena *self, Slice packed)
{
  size_t room = self->bytes - self->rows_end - self->length * sizeof(Entry);
  Slice key;

  if (packed.len + sizeof(Entry) > room)
    return false;
  memcpy(self->memory + self->rows_end, packed.data, packed.len);
  key = bulk_row_key(self->memory + self->rows_end);
  self->shared =
      self->length == 0 ? key.len : shared_bytes(bulk_row_key(self->memory), key, self->shared);
  self->length++;
  entries(self)[0].offset = self->rows_end;
  self->rows_end += packed.len;
  return true;
}

void
bulk_arena_reset(BulkArena *self)
{
  self->rows_end = 0;
  self->length = 0;
}

size_t
bulk_arena_length(const BulkArena *self)
{
  return self->length;
}

size_t
bulk_arena_capacity(const BulkArena *self)
{
  return self->bytes;
}

const uint8_t *
bulk_arena_get(const BulkArena *self, size_t i)
{
  return self->memory + entries(self)[i].offset;
}

/* Up to eight bytes of the key from where keys begin to differ, as a number that compares like
 * them. */
static uint64_t
prefix_of(Slice key, size_t from)
{
  uint64_t prefix = 0;
  size_t len = key.len > from ? MIN(key.len - from, sizeof prefix) : 0;

  if (len > 0)
    memcpy(&prefix, key.data + from, len);
  return GUINT64_FROM_BE(prefix);
}

static inline bool
is_before(const BulkArena *self, Entry a, Entry b)
{
  if (a.prefix != b.prefix)
    return a.prefix < b.prefix;
  return bulk_row_compare(self->memory + a.offset, self->memory + b.offset) < 0;
}

static inline void
swap(Entry *a, Entry *b)
{
  Entry kept = *a;

  *a = *b;
  *b = kept;
}

static void
sort_by_insertion(const BulkArena *self, Entry *list, size_t length)
{
  for (size_t i = 1; i < length; i++) {
    Entry entry = list[i];
    size_t j = i;

    for (; j > 0 && is_before(self, entry, list[j - 1]); j--)
      list[j] = list[j - 1];
    list[j] = entry;
  }
}

static void
sink(const BulkArena *self, Entry *heap, size_t at, size_t length)
{
  for (size_t child; (child = 2 * at + 1) < length; at = child) {
    if (child + 1 < length && is_before(self, heap[child], heap[child + 1]))
      child++;
    if (!is_before(self, heap[at], heap[child]))
      return;
    swap(&heap[at], &heap[child]);
  }
}

/* Where quicksort meets an order that it is slow for. */
static void
sort_by_heap(const BulkArena *self, Entry *list, size_t length)
{
  for (size_t i = length / 2; i > 0; i--)
    sink(self, list, i - 1, length);
  for (size_t i = length - 1; i > 0; i--) {
    swap(&list[0], &list[i]);
    sink(self, list, 0, i);
  }
}

/* Orders the first, middle and last entry; the middle one is the pivot then. */
static Entry
choose_pivot(const BulkArena *self, Entry *list, size_t length)
{
  Entry *first = &list[0];
  Entry *middle = &list[length / 2];
  Entry *last = &list[length - 1];

  if (is_before(self, *middle, *first))
    swap(middle, first);
  if (is_before(self, *last, *first))
    swap(last, first);
  if (is_before(self, *last, *middle))
    swap(last, middle);
  return *middle;
}

/* Splits into entries not after the pivot and entries not before it; where the second part
 * begins. */
static size_t
split(const BulkArena *self, Entry *list, size_t length)
{
  Entry pivot = choose_pivot(self, list, length);
  size_t low = 0;
  size_t high = length - 1;

  for (;;) {
    while (is_before(self, list[low], pivot))
      low++;
    while (is_before(self, pivot, list[high]))
      high--;
    if (low >= high)
      return high + 1;
    swap(&list[low++], &list[high--]);
  }
}

/* Recurs into the smaller part only, so the stack stays flat. */
static void
sort(const BulkArena *self, Entry *list, size_t length, unsigned depth)
{
  while (length > INSERTION_MOST) {
    if (depth-- == 0) {
      sort_by_heap(self, list, length);
      return;
    }

    size_t middle = split(self, list, length);

    if (middle < length - middle) {
      sort(self, list, middle, depth);
      list += middle;
      length -= middle;
    } else {
      sort(self, list + middle, length - middle, depth);
      length = middle;
    }
  }
  sort_by_insertion(self, list, length);
}

void
bulk_arena_sort(BulkArena *self)
{
  Entry *list = entries(self);

  for (size_t i = 0; i < self->length; i++)
    list[i].prefix = prefix_of(bulk_row_key(self->memory + list[i].offset), self->shared);
  sort(self, list, self->length, 2 * g_bit_storage(self->length));
}
