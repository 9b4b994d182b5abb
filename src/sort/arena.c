/* SPDX-License-Identifier: Apache-2.0 */
#include "sort/arena.h"

#include <sys/mman.h>

enum { INSERTION_MOST = 16, LINE_BYTES = 64, PREFETCH_BYTES = 6 * LINE_BYTES };

/* What is moved when entries are sorted: a piece of the key, so that most comparisons need nothing
 * else, and where the entry is. */
typedef struct {
  uint64_t prefix;
  uint64_t offset;
} Ref;

/* The memory:  | entries -> | room | <- references |
 * While entries are added, references go in from the end; the last one added is the first. */
struct SortArena {
  const SortOrder *order; /* borrowed */
  uint8_t *memory;
  size_t bytes;
  size_t entries_end;
  size_t length;
  size_t shared; /* first bytes that all keys have in common */
};

SortArena *
sort_arena_new(const SortOrder *order, size_t bytes)
{
  SortArena *self = g_new0(SortArena, 1);

  self->order = order;
  self->bytes = bytes / sizeof(Ref) * sizeof(Ref);
  self->memory = mmap(NULL, self->bytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (self->memory == MAP_FAILED)
    g_error("out of memory: cannot map %zu bytes", self->bytes);
  return self;
}

void
sort_arena_free(SortArena *self)
{
  if (self == NULL)
    return;
  munmap(self->memory, self->bytes);
  g_free(self);
}

static Ref *
refs(const SortArena *self)
{
  return (Ref *)(void *)(self->memory + self->bytes) - self->length;
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
sort_arena_add(SortArena *self, Slice entry)
{
  size_t room = self->bytes - self->entries_end - self->length * sizeof(Ref);
  Slice key;

  if (entry.len + sizeof(Ref) > room)
    return false;
  memcpy(self->memory + self->entries_end, entry.data, entry.len);
  key = sort_entry_key(self->order, self->memory + self->entries_end);
  self->shared = self->length == 0
                     ? key.len
                     : shared_bytes(sort_entry_key(self->order, self->memory), key, self->shared);
  self->length++;
  refs(self)[0].offset = self->entries_end;
  self->entries_end += entry.len;
  return true;
}

bool
sort_arena_fits(const SortArena *self, Slice entry)
{
  return entry.len + sizeof(Ref) <= self->bytes;
}

void
sort_arena_reset(SortArena *self)
{
  self->entries_end = 0;
  self->length = 0;
}

size_t
sort_arena_length(const SortArena *self)
{
  return self->length;
}

const uint8_t *
sort_arena_get(const SortArena *self, size_t i)
{
  return self->memory + refs(self)[i].offset;
}

void
sort_arena_prefetch(const SortArena *self, size_t i)
{
  if (i >= self->length)
    return;

  const uint8_t *entry = self->memory + refs(self)[i].offset;

  for (size_t at = 0; at < PREFETCH_BYTES; at += LINE_BYTES)
    __builtin_prefetch(entry + at);
}

static inline bool
is_before(const SortArena *self, Ref a, Ref b)
{
  if (a.prefix != b.prefix)
    return a.prefix < b.prefix;
  return sort_entry_compare(self->order, self->memory + a.offset, self->memory + b.offset) < 0;
}

static inline void
swap(Ref *a, Ref *b)
{
  Ref kept = *a;

  *a = *b;
  *b = kept;
}

static void
sort_by_insertion(const SortArena *self, Ref *list, size_t length)
{
  for (size_t i = 1; i < length; i++) {
    Ref ref = list[i];
    size_t j = i;

    for (; j > 0 && is_before(self, ref, list[j - 1]); j--)
      list[j] = list[j - 1];
    list[j] = ref;
  }
}

static void
sink(const SortArena *self, Ref *heap, size_t at, size_t length)
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
sort_by_heap(const SortArena *self, Ref *list, size_t length)
{
  for (size_t i = length / 2; i > 0; i--)
    sink(self, list, i - 1, length);
  for (size_t i = length - 1; i > 0; i--) {
    swap(&list[0], &list[i]);
    sink(self, list, 0, i);
  }
}

/* Orders the first, middle and last; the middle one is the pivot then. */
static Ref
choose_pivot(const SortArena *self, Ref *list, size_t length)
{
  Ref *first = &list[0];
  Ref *middle = &list[length / 2];
  Ref *last = &list[length - 1];

  if (is_before(self, *middle, *first))
    swap(middle, first);
  if (is_before(self, *last, *first))
    swap(last, first);
  if (is_before(self, *last, *middle))
    swap(last, middle);
  return *middle;
}

/* Splits into those not after the pivot and those not before it; where the second part begins. */
static size_t
split(const SortArena *self, Ref *list, size_t length)
{
  Ref pivot = choose_pivot(self, list, length);
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
sort(const SortArena *self, Ref *list, size_t length, unsigned depth)
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
sort_arena_sort(SortArena *self)
{
  Ref *list = refs(self);

  for (size_t i = 0; i < self->length; i++)
    list[i].prefix =
        sort_key_prefix(sort_entry_key(self->order, self->memory + list[i].offset), self->shared);
  sort(self, list, self->length, 2 * g_bit_storage(self->length));
}
