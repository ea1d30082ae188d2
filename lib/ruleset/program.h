/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs: the fast way from a flow to its verdict.
 *
 * The plain walk (evaluate/walk.h) asks one rule after the other. For a flow between workloads and
 * the outside of which everything is told that rules ask, the answers are prepared here:
 *
 *     endpoint ──► record ──► program ──► decision          three dependent steps; the record has
 *     address  ──► class  ──────▲                           the class of the endpoint's address too
 *
 *  class     what rules can ask about an address: which selectors hold for its owners, which nets
 *            and services hold it. Addresses of one class get the same answers from all rules.
 *  program   the policies and profiles that govern an endpoint in one direction, with everything
 *            worked out that does not depend on the peer: Log rules are gone, Pass is a jump, the end
 *            of a tier and the missing profile are decisions like those of rules. Endpoints with the
 *            same program share it.
 *  decision  action, tier, policy, rule
 *
 * Whatever this does not cover (host endpoints, a Service's address as destination, fields that the
 * flow leaves open and a rule asks) has no program, or a decision that says so, and goes to the plain
 * walk. So programs never change an answer.
 *
 * All of it is written once, by compile/, and never again.
 */
#ifndef CP_RULESET_PROGRAM_H
#define CP_RULESET_PROGRAM_H

#include "base/hash.h"
#include "net/address_key.h"

#include <stdbool.h>

/* ---- Decisions ------------------------------------------------------------------------------- */

/* What a flow must tell for a decision to hold, as bits. */
enum cp_need {
    CP_NEED_NO_HTTP = 1u << 0,   /* that there is no HTTP, or that it is not TCP */
    CP_NEED_NO_DOMAINS = 1u << 1 /* that the destination has no domains, or is a workload */
};

/* Laid out as struct calpol_decision, so that it can be copied in one: needs are where that has a reason,
   which is none. */
struct cp_decision {
    uint8_t action; /* ALLOW, DENY; CP_ASK_WALK */
    uint8_t needs;  /* enum cp_need */
    uint16_t stage; /* enum calpol_stage */
    uint32_t tier, policy;
    int32_t rule;
};

/* Action of decision 0: the plain walk knows. */
#define CP_ASK_WALK 0xffu

/* ---- Protocols ------------------------------------------------------------------------------- */

/* The protocols that programs tell apart. NAMED ones are what rules name besides; OTHER is all that
   no rule names. */
enum cp_slot {
    CP_SLOT_TCP,
    CP_SLOT_UDP,
    CP_SLOT_SCTP,
    CP_SLOT_ICMP,
    CP_SLOT_ICMPV6,
    CP_SLOT_NAMED,
    CP_SLOT_NAMED_LAST,
    CP_SLOT_OTHER,
    CP_SLOT_COUNT
};

/* More protocols are named than there are slots for: ask the plain walk. */
#define CP_NO_SLOT 0xffu

#define CP_PORT_COUNT 65536u

static inline bool cp_slot_has_ports(unsigned slot)
{
    return slot <= CP_SLOT_SCTP;
}

static inline bool cp_slot_is_icmp(unsigned slot)
{
    return slot == CP_SLOT_ICMP || slot == CP_SLOT_ICMPV6;
}

/* ---- Tables ---------------------------------------------------------------------------------- */

/*
 * A function of numbers that is constant on ranges. In a program, at a multiple of 32 bytes:
 *
 *     [ begins ][ tops ][ values ]
 *
 * begins: where each range begins, ascending, the first at 0, 16 bits each; padded to a multiple of
 *         CP_STEP with the largest number.
 * tops:   the first of each CP_STEP begins, padded likewise; there if there are more than CP_MANY_STEPS
 *         times CP_STEP begins.
 * values: one for each begin, padded with the last one.
 */
struct cp_map {
    uint16_t place; /* in units of 32 bytes from the program; without steps: the value */
    uint8_t steps;  /* begins, in units of CP_STEP; 0: the value is fixed */
    uint8_t tops;   /* likewise */
};

#define CP_STEP 32u
#define CP_MANY_STEPS 4u

enum cp_form {
    CP_FORM_NONE,   /* ask the plain walk */
    CP_FORM_TABLE,  /* rows by class of peer, columns by transport */
    CP_FORM_VECTORS /* a bit for each rule: struct cp_vectors */
};

/*
 * The beginning of a program. Programs lie at multiples of 64 bytes; program 0 has CP_FORM_NONE.
 *
 *     [ head ][ row of each class, or map of peers ][ maps of slots ][ source ports ][ cells ]
 */
struct cp_program_head {
    uint8_t form;
    bool wide_rows;    /* rows are 16 bits, else 8 */
    bool wide_columns; /* values of slots and columns likewise */
    bool own_is_fixed; /* holds only for the class of the endpoint's own address */
    uint16_t column_count;
    uint16_t part_count; /* of source ports; 1: they are not asked */
    uint32_t cells;      /* byte where the decisions are, row after row */
    uint32_t vectors; /* number of VECTORS; of a TABLE whose own_is_fixed: those that hold for any
                             own address. CP_NO_VECTORS: none */
    bool is_dense;    /* the row of each class is at CP_DENSE_PLACE; else peers is a map */
    bool
        is_usual; /* a TABLE that is dense, with nothing wide and no parts; its map of TCP comes first
                             of the maps of slots, if it has steps, of which it has at most CP_USUAL_STEPS,
                             and other slots have at most one */
    uint16_t columns;    /* place of (column * part_count + part) to column, if part_count > 1 */
    struct cp_map peers; /* class to row */
    struct cp_map source_ports;         /* to a part */
    struct cp_map slots[CP_SLOT_COUNT]; /* destination port, ICMP type << 8 | code, to a column */
    uint16_t
        asks; /* bits by slot: some rule asks for the number that the map of the slot is of; 8 bits
                      higher, for the source port. A flow must tell it then, even if no answer hangs on it:
                      to the plain walk it does (EV-152) */
    uint8_t more_reserved[2];
};

#define CP_DENSE_PLACE 64u
#define CP_USUAL_STEPS 3u

/* Kernels may read so many bytes behind a map: the code ends with as many zeros. */
#define CP_BEHIND_CODE (CP_USUAL_STEPS * CP_STEP * (uint32_t)sizeof(uint16_t))

#define CP_NO_VECTORS UINT32_MAX

_Static_assert(sizeof(struct cp_program_head) == 64, "the head is a cache line");

/* ---- Vectors --------------------------------------------------------------------------------- */

#define CP_BLOCK_WORDS 8u /* 512 lines */

/* A rule, or part of one; or the end of a tier. */
struct cp_vector_line {
    uint32_t decision; /* 0: the next line that matters is next */
    uint32_t next;     /* of a Pass: the first line behind the tier */
    uint32_t needs;    /* enum cp_need, for whatever is decided here or later */
};

/*
 * One question: ranges of numbers with the row of each. A row has a bit for each line that the numbers
 * fit, in blocks that rows share:
 *
 *     [ summary: a bit for each block that is not empty ][ numbers of these blocks ]
 *
 * In a block, order ascends. If a line has a next, bits are in the order of the lines.
 */
struct cp_vector_axis {
    const uint32_t *begins;
    const uint32_t *rows;    /* by range; or by number, if it is dense: the word where it begins */
    const uint32_t *pages;   /* for each CP_PAGE numbers the range that their first is in */
    uint32_t count;          /* of ranges; 0: it is dense */
    const uint64_t *records; /* of rows */
    uint32_t place_count, page_count, word_count; /* of rows, pages and records, all told */
};

#define CP_PAGE 256u

enum cp_axis { CP_AXIS_PEERS, CP_AXIS_TRANSPORT, CP_AXIS_SOURCE_PORT, CP_AXIS_OWN, CP_AXIS_COUNT };

struct cp_vectors {
    struct cp_vector_axis axes[CP_AXIS_COUNT];
    const uint64_t (*blocks)[CP_BLOCK_WORDS]; /* on cache lines */
    const struct cp_vector_line *lines;
    const uint32_t *orders; /* by line: of those that fit, the one of the lowest order holds */
    const uint32_t
        *joined; /* NULL, or (row of transport * part_count + row of source port) to a row of
                               transport that stands for both; these two are numbered then */
    const uint32_t *lowest_orders; /* by block: of all lines from there on */
    uint32_t otherwise;            /* the line that holds if no other does, or CP_NONE */
    uint32_t part_count;
    uint32_t block_count;                           /* of a row, with those that are empty */
    uint32_t summary_words;                         /* of a row */
    uint32_t block_total, line_count, joined_count; /* of blocks, lines and joined, all told */
    uint16_t asks;                                  /* as in struct cp_program_head */
};

/* ---- Addresses ------------------------------------------------------------------------------- */

/* What an address is, in the upper bits of a number; the lower ones are a class or a workload. NODE and
   RANGES are found on the way only. */
enum cp_address_type {
    CP_ADDRESS_OUTSIDE,  /* class */
    CP_ADDRESS_SERVICE,  /* class; as a destination it may be rewritten: ask the plain walk */
    CP_ADDRESS_WORKLOAD, /* workload; the class is that of its first address */
    CP_ADDRESS_SPECIAL,  /* ask the plain walk */
    CP_ADDRESS_NODE,     /* the next byte decides: number of a node */
    CP_ADDRESS_RANGES    /* one of CP_MOST_RANGES ranges from this one on */
};

#define CP_ADDRESS_BITS 29u
#define CP_ADDRESS_MASK ((1u << CP_ADDRESS_BITS) - 1)
#define CP_MOST_RANGES 8u

/*
 * The 256 ways from a place in the trie of addresses by one more byte; a cache line. Ways that are next
 * to each other and lead to the same are one: a bit is set where another begins, and the number of bits
 * up to a byte finds its way.
 */
struct cp_address_node {
    uint64_t begins[4];
    uint32_t first;    /* of its ways in ways; CP_WAYS_HERE: they are few, and in here */
    uint8_t before[4]; /* number of bits in the words before */
    uint32_t here[6];
};

#define CP_WAYS_HERE UINT32_MAX

/* The addresses of a family: ranges, ascending, the first at 0; and a trie of bytes that leads to them. */
struct cp_address_map {
    const struct cp_address_key *begins;
    const uint32_t *values; /* by range */
    const struct cp_address_node *nodes;
    const uint32_t *ways;
    uint32_t count; /* of ranges */
    uint32_t node_count, way_count;
    uint32_t root; /* the way without any byte */
};

/* ---- Endpoints ------------------------------------------------------------------------------- */

/* Which addresses a workload has. */
enum cp_record_flag {
    CP_RECORD_HAS_IPV4 = 1u << 0,
    CP_RECORD_HAS_IPV6 = 1u << 1,
    CP_RECORD_IPV6_FIRST = 1u << 2 /* its list of addresses starts with one */
};

/* A workload in one family; 16 bytes. */
struct cp_endpoint_record {
    uint32_t programs[2];   /* by enum cp_direction, in units of 64 bytes; 0: ask the plain walk */
    uint32_t address_class; /* of its first address of the family */
    uint32_t flags;
};

/* ---- Exemplars ------------------------------------------------------------------------------- */

/* A workload for all that programs treat like it (ruleset/exemplar.h), in one family. */
struct cp_exemplar {
    uint32_t workload;
    uint32_t outer_class;
    uint8_t family; /* index */
    bool is_quiet;
};

struct cp_exemplars {
    const struct cp_exemplar *items; /* NULL: there are none */
    struct cp_index index;
    const bool *is_quiet; /* by node: no host endpoint of it has a say in what is forwarded */
};

/* ---- The whole ------------------------------------------------------------------------------- */

struct cp_programs {
    const struct cp_endpoint_record *records[2]; /* by family; NULL: no workload has an address */
    const struct cp_endpoint_record
        *any_records; /* of a family that has them, for flags; else NULL */
    int any_family;   /* which */
    struct cp_address_map addresses[2];
    const unsigned char *code; /* programs, on cache lines */
    const struct cp_decision *decisions;
    const struct cp_vectors *vectors;
    uint8_t slots[256];      /* of protocols */
    uint32_t workload_count; /* 0 if there are no records */
    uint8_t cell_shift;      /* 2: cells are 32 bits; 1: 16 */
    bool wide_classes;       /* begins of maps of peers are 32 bits */
    uint32_t slots_place;    /* where maps of slots begin in dense tables with narrow rows */
    uint32_t code_count;     /* of code, in units of 64 bytes */
    uint32_t decision_count;

    /* For counts: */
    uint32_t program_count, vectors_count, class_count;
    uint32_t left_out; /* programs that limits left to the plain walk */
    uint64_t bytes;
};

#endif
