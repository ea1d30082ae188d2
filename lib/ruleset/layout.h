/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a ruleset is made of, as data: each struct of ruleset.h and program.h with its fields.
 *
 * Compiled files (image.h) are written, checked and moved by this one description, so whatever is
 * added to a struct is added here. A test proves that no byte of a struct but padding is missing.
 *
 * Items of one kind are behind each other in a file, in the order of enum cp_item; pointers lead to
 * later kinds only.
 */
#ifndef CP_RULESET_LAYOUT_H
#define CP_RULESET_LAYOUT_H

#include "ruleset/ruleset.h"

/* Kinds of items that pointers lead to. Numbers are apart by what they are numbers of. */
enum cp_item {
    CP_ITEM_RULESET,
    CP_ITEM_TIER,
    CP_ITEM_POLICY_POINTER,
    CP_ITEM_POLICY,
    CP_ITEM_RULE,
    CP_ITEM_RULE_DETAILS,
    CP_ITEM_ENTITY,
    CP_ITEM_ENTITY_WORDS,
    CP_ITEM_HTTP_PATH,
    CP_ITEM_RULE_SERVICE,
    CP_ITEM_SERVICE_ENTRY,
    CP_ITEM_SELECTOR,
    CP_ITEM_TERM,
    CP_ITEM_OWNER,
    CP_ITEM_LABEL_SET,
    CP_ITEM_NAMESPACE,
    CP_ITEM_PROFILE_LABELS,
    CP_ITEM_NAMED_PORT,
    CP_ITEM_NODE,
    CP_ITEM_HOST_POD,
    CP_ITEM_SERVICE,
    CP_ITEM_LABEL,
    CP_ITEM_SERVICE_PORT,
    CP_ITEM_BACKEND,
    CP_ITEM_HOST_PORT,
    CP_ITEM_REFERENCE,
    CP_ITEM_FAILSAFE_PORT,
    CP_ITEM_PREFIX,
    CP_ITEM_ADDRESS,
    CP_ITEM_PORT_RANGE,
    CP_ITEM_TRIE_NODE,
    CP_ITEM_TRIE_VALUE,
    CP_ITEM_INDEX_ENTRY,
    CP_ITEM_PROGRAMS,
    CP_ITEM_VECTORS,
    CP_ITEM_RECORD,
    CP_ITEM_DECISION,
    CP_ITEM_ADDRESS_KEY,
    CP_ITEM_ADDRESS_NODE,
    CP_ITEM_VECTOR_LINE,
    CP_ITEM_BLOCK,
    CP_ITEM_CODE,
    CP_ITEM_WORD,
    CP_ITEM_NUMBER,      /* checked by who points to them */
    CP_ITEM_NAME_NUMBER, /* numbers of interned names */
    CP_ITEM_SELECTOR_NUMBER,
    CP_ITEM_POLICY_NUMBER,  /* of no profile */
    CP_ITEM_PROFILE_NUMBER, /* counted from the first profile on */
    CP_ITEM_SET_NUMBER,     /* numbers of network sets */
    CP_ITEM_HOST_NUMBER,    /* numbers of host endpoints */
    CP_ITEM_TEXT,
    CP_ITEM_BYTE, /* of texts */
    CP_ITEM_COUNT
};

/* What numbers are numbers of: first ... first + count - 1, by the counts of the ruleset. */
enum cp_number_kind {
    CP_NUMBERS_OF_NOTHING, /* no number */
    CP_NUMBERS_OF_TIERS,
    CP_NUMBERS_OF_POLICIES,
    CP_NUMBERS_OF_PROFILES,
    CP_NUMBERS_OF_SELECTORS,
    CP_NUMBERS_OF_RULE_SERVICES,
    CP_NUMBERS_OF_LABEL_SETS,
    CP_NUMBERS_OF_OWNERS,
    CP_NUMBERS_OF_WORKLOADS,
    CP_NUMBERS_OF_HOSTS,
    CP_NUMBERS_OF_SETS,
    CP_NUMBERS_OF_NODES,
    CP_NUMBERS_OF_NAMES,
    CP_NUMBER_KIND_COUNT
};

enum cp_layout_type {
    CP_LAYOUT_PLAIN,         /* any bytes will do */
    CP_LAYOUT_ABSENT,        /* not in a file: zero */
    CP_LAYOUT_BYTE,          /* first ... last, in one byte each */
    CP_LAYOUT_ENUM,          /* the same in an enum */
    CP_LAYOUT_INDEX,         /* 32 bits: within limit */
    CP_LAYOUT_INDEX_OR_NONE, /* or CP_NONE */
    CP_LAYOUT_RANGE, /* two fields of 32 bits: a first item and a count of items within limit */
    CP_LAYOUT_TEXT,  /* struct cp_text, NUL behind it; from here on there is a pointer in front */
    CP_LAYOUT_ARRAY, /* pointer to items; NULL only if there are none */
    CP_LAYOUT_OPTIONAL_ARRAY /* or NULL, which says something else than none */
};

/* How many items an array has, if no field of the struct says so. */
typedef uint64_t cp_layout_counter(const struct calpol_ruleset *ruleset);

struct cp_layout_field {
    const char *name;
    uint16_t type; /* enum cp_layout_type */
    uint16_t offset;
    uint32_t size;            /* of the field itself */
    uint32_t first, last;     /* BYTE, ENUM */
    uint16_t limit;           /* enum cp_number_kind */
    uint16_t item;            /* arrays: enum cp_item */
    uint32_t item_size;       /* arrays: sizeof what the pointer is declared to point to */
    uint16_t count_offset;    /* arrays, RANGE: of the count, 32 bits */
    uint16_t count_more;      /* arrays: so many more than the count says */
    cp_layout_counter *count; /* arrays: instead of both */
};

struct cp_item_layout {
    const char *name; /* "rule" */
    uint32_t size;
    uint32_t field_count;
    const struct cp_layout_field *fields;
};

const struct cp_item_layout *cp_item_layout(enum cp_item item);

/* Number of items that an array field of an item has. */
uint64_t cp_layout_count(const struct calpol_ruleset *ruleset,
                         const struct cp_layout_field *field,
                         const void *item);

static inline bool cp_layout_is_pointer(const struct cp_layout_field *field)
{
    return field->type >= CP_LAYOUT_TEXT;
}

/* Does an item point nowhere, so that equal ones are the same? */
bool cp_item_is_flat(enum cp_item item);

/* A number that differs for every other description, and for every other way to hash texts. */
uint64_t cp_layout_fingerprint(void);

#endif
