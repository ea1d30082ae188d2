/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bottom-up merge sort for items, heap sort for numbers, where equals cannot be told apart, radix
 * sort for keys.
 */
#include "base/sort.h"

#include <string.h>

typedef int compare_items(const void *, const void *);

static const unsigned char *item_at(const void *items, size_t index, size_t size)
{
    return (const unsigned char *)items + index * size;
}

/* Merges two sorted neighbours, [start, middle) and [middle, end), of from into to. */
static void merge(const void *from,
                  void *to,
                  size_t size,
                  size_t start,
                  size_t middle,
                  size_t end,
                  compare_items *compare)
{
    size_t left = start, right = middle;
    unsigned char *out = (unsigned char *)to + start * size;

    for (size_t i = start; i < end; i++, out += size) {
        bool take_right = left == middle || (right < end && compare(item_at(from, right, size),
                                                                    item_at(from, left, size)) < 0);

        memcpy(out, item_at(from, take_right ? right++ : left++, size), size);
    }
}

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

bool cp_sort(void *items,
             size_t count,
             size_t size,
             int (*compare)(const void *, const void *),
             struct cp_arena *scratch)
{
    void *from = items, *to;

    if (count < 2)
        return true;
    to = cp_arena_zeroed(scratch, count, size);
    if (!to)
        return false;
    for (size_t width = 1; width < count; width *= 2) {
        void *sorted = to;

        for (size_t start = 0; start < count; start += 2 * width)
            merge(from, to, size, start, least(start + width, count),
                  least(start + 2 * width, count), compare);
        to = from;
        from = sorted;
    }
    if (from != items)
        memcpy(items, from, count * size);
    return true;
}

struct numbers {
    uint32_t *items;
    int (*compare)(uint32_t a, uint32_t b, const void *context);
    const void *context;
};

static bool is_less(const struct numbers *numbers, uint32_t a, uint32_t b)
{
    return numbers->compare ? numbers->compare(a, b, numbers->context) < 0 : a < b;
}

/* Moves the item at a place of a heap, the largest on top, down to where it belongs. */
static void sift(const struct numbers *numbers, size_t count, size_t at)
{
    uint32_t *heap = numbers->items, moved = heap[at];

    while (at < count / 2) {
        size_t child = 2 * at + 1;

        if (child + 1 < count && is_less(numbers, heap[child], heap[child + 1]))
            child++;
        if (!is_less(numbers, moved, heap[child]))
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = moved;
}

void cp_sort_numbers(uint32_t *numbers,
                     size_t count,
                     int (*compare)(uint32_t a, uint32_t b, const void *context),
                     const void *context)
{
    const struct numbers heap = {numbers, compare, context};

    for (size_t i = count / 2; i-- > 0;)
        sift(&heap, count, i);
    for (size_t last = count; last-- > 1;) {
        uint32_t largest = numbers[0];

        numbers[0] = numbers[last];
        numbers[last] = largest;
        sift(&heap, last, 0);
    }
}

/* ---- Keys ------------------------------------------------------------------------------------ */

/* One digit of all keys: 8 bits from shift on. False: they are all the same, nothing was moved. */
static bool sort_by_digit(const uint64_t *keys, size_t count, unsigned shift, uint64_t *out_keys)
{
    size_t places[256] = {0}, place = 0;

    for (size_t i = 0; i < count; i++)
        places[keys[i] >> shift & 255]++;
    if (places[keys[0] >> shift & 255] == count)
        return false;
    for (unsigned digit = 0; digit < 256; digit++) {
        size_t of_digit = places[digit];

        places[digit] = place;
        place += of_digit;
    }
    for (size_t i = 0; i < count; i++)
        out_keys[places[keys[i] >> shift & 255]++] = keys[i];
    return true;
}

void cp_sort_keys(uint64_t *keys, size_t count, uint64_t *scratch)
{
    uint64_t *from = keys, *to = scratch;

    for (unsigned shift = 0; count > 1 && shift < 64; shift += 8) {
        uint64_t *sorted = to;

        if (!sort_by_digit(from, count, shift, to))
            continue;
        to = from;
        from = sorted;
    }
    if (from != keys)
        memcpy(keys, from, count * sizeof(*keys));
}
