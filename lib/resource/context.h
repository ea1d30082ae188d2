/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of the kinds work with.
 */
#ifndef CP_RESOURCE_CONTEXT_H
#define CP_RESOURCE_CONTEXT_H

#include "base/pattern.h"
#include "resource/collection.h"
#include "resource/kinds.h"
#include "yaml/document.h"
#include "yaml/reader.h"

/* How defaults are filled in (resources.md 8, 10). */
enum cp_door { CP_DOOR_API, CP_DOOR_RAW };

/* A kind that was skipped in a source, so that it is noted once. */
struct cp_ignored_kind {
    const struct cp_source *source;
    struct cp_text api_version, kind;
};

/* An object of texts of earlier rounds that is to be taken as not there. */
struct cp_gone {
    struct cp_text identity, namespace_name, name; /* identity is that of the kind */
    uint32_t round;
    bool found;
};

struct cp_resource_reader {
    struct cp_reader base; /* reports; arena is the work arena */
    struct cp_collection *collection;
    struct cp_intern *names; /* the ruleset's: keys and values of selectors */
    struct cp_patterns *patterns;
    enum cp_door door;            /* of the object at hand */
    const struct cp_document *at; /* the document of the object at hand */
    uint32_t document_count;      /* of the text that was read last */
    struct cp_metadata metadata;  /* of the object at hand, read and checked */
    bool tier_prefix_required;    /* load flag */
    uint32_t errors_before;       /* base.error_count when the object was begun: an object with
                                    errors is not used */
    bool tiers_required;          /* load flag */
    bool raw_defaults;            /* load flag: every Calico object comes by CP_DOOR_RAW */
    bool deletion; /* the object stages a deletion: selectors and rules are decoded, but
                      not checked (resources.md 6.3) */
    bool left_out; /* lenient loading leaves the object at hand out, and said so */
    const struct cp_kind *kind; /* of the object at hand */
    bool is_calico;             /* the object at hand is of one of Calico's groups */
    uint32_t other_count; /* documents of the text at hand that are no objects of known kinds */
    const struct cp_text *known_tiers; /* of a ruleset that is updated: those that exist there */
    uint32_t known_tier_count;
    struct cp_gone *gone; /* objects that updates removed; NULL: none */
    struct cp_index gone_index;
    CP_ARRAY(struct cp_ignored_kind) ignored_kinds;
    struct cp_index ignored_index;
};

/* May the object at hand be used, as far as it was read? */
static inline bool cp_resource_usable(const struct cp_resource_reader *reader)
{
    return reader->base.status == CALPOL_OK && !reader->left_out &&
           reader->base.error_count == reader->errors_before;
}

/* Records that memory ran out. */
static inline void cp_resource_no_memory(struct cp_resource_reader *reader)
{
    reader->base.status = CALPOL_ERROR_NO_MEMORY;
}

/* A new cleared item of an array that grows in the work arena; NULL: no memory, which sticks. */
#define cp_resource_push(reader, array)                                                            \
    (cp_array_reserve((reader)->base.arena, (array), 1)                                            \
         ? memset(&(array)->items[(array)->count++], 0, sizeof(*(array)->items))                   \
         : (cp_resource_no_memory(reader), NULL))

/* Hands the spec of the object at hand to an array of the collection, unless the object has errors.
   One object may give several. spec->metadata was copied from reader->metadata. */
#define cp_resource_add(reader, array, spec)                                                       \
    do {                                                                                           \
        if (!cp_resource_usable(reader))                                                           \
            break;                                                                                 \
        if (cp_array_reserve((reader)->base.arena, (array), 1))                                    \
            (array)->items[(array)->count++] = (spec);                                             \
        else                                                                                       \
            cp_resource_no_memory(reader);                                                         \
    } while (0)

#endif
