/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A program as a table in the making. Internal to compile/.
 */
#ifndef CP_COMPILE_TABLE_H
#define CP_COMPILE_TABLE_H

#include "compile/program_builder.h"

/* A table is for programs of at most so many words of lines; others are vectors. */
#define CP_TABLE_WORDS 64u

/* For one question of all lines: ranges of numbers, and for each the lines that fit. Ranges with the same
   lines share a row. */
struct cp_table_axis {
    uint32_t *begins, *rows; /* by range */
    uint64_t *bits;          /* row after row */
    uint32_t count, row_count;
};

/* Equal things made one: the number of each, and how many there are. */
struct cp_merge {
    uint32_t *numbers;
    uint32_t *firsts; /* by number: the first of those that are equal */
    uint32_t count;
};

struct cp_table {
    struct cp_program_builder *builder;
    const struct cp_program_lines *lines;
    struct cp_arena *arena; /* of this program only */
    uint32_t words;         /* of the bits of a row */
    struct cp_table_axis peers, transport, source_ports;
    uint32_t part_count;   /* rows of source ports */
    uint32_t column_count; /* transport and part of the source ports */
    struct cp_merge rows, columns;
    uint32_t *cells; /* decisions: column after column, of rows as they are merged */
};

/* Harsh builds keep so few bits that much collides (base/hash.c). */
#ifdef CP_HARSH
#define CP_TABLE_HASH_KEPT 0x15u
#else
#define CP_TABLE_HASH_KEPT UINT32_MAX
#endif

/* Finds candidates among lists of a program; they are compared whole. count is not 0. */
static inline uint32_t cp_table_hash(const uint32_t *numbers, uint32_t count)
{
    uint64_t first = 0x9e3779b97f4a7c15u, second = 0xd6e8feb86659fd93u;

    for (; count > 1; count -= 2, numbers += 2) {
        first = (first ^ numbers[0]) * 0xa0761d6478bd642fu;
        second = (second ^ numbers[1]) * 0xe7037ed1a0b428dbu;
        first ^= first >> 32;
        second ^= second >> 29;
    }
    if (count)
        first = (first ^ numbers[0]) * 0xa0761d6478bd642fu;
    first = (first ^ second >> 31) * 0x8ebc6af09c88c6e3u + second;
    return (uint32_t)(first >> 32) & CP_TABLE_HASH_KEPT;
}

/* table_axis.c: CALPOL_OK, CALPOL_ERROR_NO_MEMORY, CALPOL_ERROR_LIMIT. */
int cp_table_axis_make(struct cp_table *table, enum cp_axis axis, struct cp_table_axis *out_axis);

/* table_write.c: the table as a draft of a program. The same. */
int cp_table_write(struct cp_table *table, uint32_t *out_draft);

#endif
