/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the steps from clauses to programs share. Internal to compile/.
 */
#ifndef CP_COMPILE_PROGRAM_BUILDER_H
#define CP_COMPILE_PROGRAM_BUILDER_H

#include "compile/clauses.h"
#include "compile/programs.h"

/* One line of a program: a clause with what follows if it holds. All fields are numbers, so that
   programs can be compared as lists of numbers. */
struct cp_program_line {
    uint32_t own, peers, transport, source_ports; /* sets */
    uint32_t decision;                            /* 0: none, the walk goes on at next */
    uint32_t next;
    uint32_t needs;
};

#define CP_LINE_NUMBERS 7u

struct cp_program_lines {
    CP_ARRAY(struct cp_program_line) items;
    uint16_t asks; /* as in struct cp_program_head */
};

/* Room for what updates add, which any thread may take of. */
struct cp_room {
    atomic_uint_fast32_t taken;
    uint32_t size;
};

/* Takes so much room: where it begins. False: there is not so much. */
bool cp_room_take(struct cp_room *room, uint32_t size, uint32_t *out_place);

/* A program in the making. */
struct cp_draft {
    unsigned char *bytes; /* TABLE, or the head of VECTORS */
    size_t size;
    uint32_t place; /* in units of 64 bytes, once all are made */
};

/* table_axis.c: places on an axis, as bits; all clear between uses. */
struct cp_marks {
    uint64_t *words, *summary; /* a bit of the summary: a word that is not 0 */
    uint32_t *before;          /* by word that is not 0: bits in those before it */
    uint32_t summary_words;
};

/* Of an update: decisions that there are already, and room for others. */
struct cp_known_decisions {
    const struct cp_tuples *tuples; /* with the root's numbers of policies */
    const uint32_t *root_policies;  /* by number of a policy: the root's, or CP_NONE */
    const uint32_t *own_policies;   /* by number of a policy of the root: that of the ruleset */
    struct cp_room *room;
    CP_ARRAY(uint32_t) late; /* by number in the builder's tuples: the number in the end */
};

struct cp_program_builder {
    const struct calpol_ruleset *ruleset;
    struct cp_arena *arena; /* the ruleset's, or that of a piece */
    struct cp_arena *work;
    struct cp_arena scratch; /* of one program */
    struct cp_program_limits limits;
    uint64_t bytes, steps; /* so far */
    struct cp_classes classes;
    struct cp_clauses clauses;
    struct cp_marks marks;
    struct cp_tuples decisions; /* tier, policy, rule, action | needs << 8 | stage << 16; of an
                                   update: those that it adds */
    struct cp_known_decisions *known; /* NULL: this is no update */
    CP_ARRAY(struct cp_draft) drafts;
    CP_ARRAY(struct cp_vectors) vectors;
    struct cp_tuples line_lists;    /* of drafts made so far */
    struct cp_tuples asked_lists;   /* number of a line list, what it asks */
    CP_ARRAY(uint32_t) list_drafts; /* parallel to these */
    struct cp_programs *programs;
    struct cp_exemplars exemplars;
    uint32_t left_out;
};

/* No program: the plain walk is asked. */
#define CP_NO_DRAFT 0u

/* The number of a decision; policy CP_NONE and rule -1 where no profile matches. CALPOL_OK,
   CALPOL_ERROR_NO_MEMORY; of an update CALPOL_ERROR_LIMIT if there is no room left. */
int cp_decision_number(struct cp_program_builder *builder,
                       const struct cp_decision *decision,
                       uint32_t *out_number);

/* The decision of a number that was given out, or of a tuple of decisions. */
struct cp_decision cp_decision_at(const struct cp_program_builder *builder, uint32_t number);
struct cp_decision cp_decision_of(const struct cp_tuple *tuple);

/* chains.c: the lines of a list of policies and profiles in one direction and family. CALPOL_OK,
   CALPOL_ERROR_NO_MEMORY; CALPOL_ERROR_LIMIT if a rule cannot be said in clauses. */
struct cp_chain {
    const uint32_t *policies, *profiles;
    uint32_t policy_count, profile_count;
    enum cp_direction direction;
    int family;
};

int cp_chain_lines(struct cp_program_builder *builder,
                   const struct cp_chain *chain,
                   struct cp_program_lines *lines);

/* Does a policy govern workloads in a direction (EV-60)? */
bool cp_policy_governs(const struct calpol_ruleset *ruleset,
                       uint32_t policy,
                       enum cp_direction direction);

/* The lines that hold for one class of the endpoint's own address. False: no memory. */
bool cp_lines_fold(struct cp_program_builder *builder,
                   const struct cp_program_lines *lines,
                   uint32_t own_class,
                   struct cp_program_lines *out_lines);

/* axes.c: for one question of all lines, ranges of numbers and the row of each. */
struct cp_axis_draft {
    CP_ARRAY(uint32_t) begins;
    CP_ARRAY(uint32_t) rows;  /* parallel */
    struct cp_tuples vectors; /* by row: numbers of blocks */
};

/* Blocks of at most 512 lines, each distinct one once; number 0 is empty. */
struct cp_blocks {
    struct cp_tuples tuples; /* the words of a block as numbers */
    uint32_t words;          /* of a block; fewer than CP_BLOCK_WORDS if one block has all lines */
};

bool cp_blocks_init(struct cp_blocks *blocks, struct cp_arena *arena, uint32_t line_count);
const uint64_t *cp_block(const struct cp_blocks *blocks, uint32_t number);

static inline uint32_t cp_line_blocks(uint32_t line_count)
{
    return (line_count + CP_BLOCK_WORDS * 64 - 1) / (CP_BLOCK_WORDS * 64);
}

/* Everything goes to arena. CALPOL_OK, CALPOL_ERROR_NO_MEMORY, CALPOL_ERROR_LIMIT. */
int cp_axis_make(struct cp_program_builder *builder,
                 const struct cp_program_lines *lines,
                 enum cp_axis axis,
                 struct cp_blocks *blocks,
                 struct cp_arena *arena,
                 struct cp_axis_draft *out_axis);

/* For places from 0 to size - 1. False: no memory. */
bool cp_marks_init(struct cp_marks *marks, struct cp_arena *arena, uint32_t size);

/* table.c, vectors.c: a program in each form. CALPOL_OK, CALPOL_ERROR_NO_MEMORY, CALPOL_ERROR_LIMIT. */
int cp_table_make(struct cp_program_builder *builder,
                  const struct cp_program_lines *lines,
                  uint32_t *out_draft);
int cp_vectors_make(struct cp_program_builder *builder,
                    const struct cp_program_lines *lines,
                    uint32_t *out_vectors);

/* address_map.c: the regions as ranges. CALPOL_OK or CALPOL_ERROR_NO_MEMORY. */
int cp_address_maps_make(struct cp_program_builder *builder);

#endif
