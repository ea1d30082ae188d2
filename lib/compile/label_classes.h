/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What rules can ask about the owners of addresses: which selectors hold, and which named ports are
 * declared. Owners for which all of it is the same are one tag. Internal to compile/.
 */
#ifndef CP_COMPILE_LABEL_CLASSES_H
#define CP_COMPILE_LABEL_CLASSES_H

#include "base/ranges.h"
#include "ruleset/ruleset.h"

/* Labels and ports that belong together because one owner has them (EV-88). */
struct cp_owner_tag {
    uint32_t label_class;
    uint32_t ports; /* number in port_sets; 0: none */
};

/* A named port of a tag. */
struct cp_declared_port {
    uint32_t name, tag;
    uint8_t protocol;
    uint16_t port;
};

struct cp_label_classes {
    const struct calpol_ruleset *ruleset;
    struct cp_arena *arena;      /* of all that follows */
    bool by_set;                 /* label sets have a class each, whatever rules ask */
    uint64_t *selectors;         /* bits: the selectors that rules ask */
    uint64_t *names;             /* bits: the port names that rules ask */
    struct cp_tuples vectors;    /* the asked selectors that hold, ascending */
    struct cp_tuples port_sets;  /* name, protocol << 16 | port; 0 is empty */
    struct cp_tuples found_tags; /* label class and ports, as they come */
    uint32_t *vector_of_set;     /* by label set */
    uint32_t
        *class_of_vector; /* vectors in an order that keeps together what a selector holds for */
    uint32_t *vector_of_class;
    uint32_t
        *class_of_set; /* by label set: label classes are vectors in their order, or the label sets
                               of each in turn */
    uint32_t *set_of_class; /* one of its label sets */
    uint32_t class_count;
    struct cp_owner_tag *tags; /* by label class, then ports */
    uint32_t tag_count;
    uint32_t *tag_of_owner;            /* CP_NONE: nothing that rules ask holds */
    uint32_t *first_tag;               /* by label class, and one more */
    struct cp_declared_port *declared; /* by name */
    uint32_t declared_count;
    /* For each selector the label classes for which it holds, as ranges. */
    uint32_t *first_range; /* by selector, and one more */
    struct cp_range *ranges;
};

/* With is_lasting, for rules that are not there yet: all names of ports are asked, and label sets are told
   apart if they are not too many. CALPOL_OK or CALPOL_ERROR_NO_MEMORY. */
int cp_label_classes_make(struct cp_label_classes *classes,
                          const struct calpol_ruleset *ruleset,
                          bool is_lasting,
                          struct cp_arena *arena);

/* label_order.c: orders the vectors. */
int cp_label_classes_order(struct cp_label_classes *classes);

/* Does a selector hold for a label class? It is asked, or holds for all label sets of a class or none. */
bool cp_label_class_matches(const struct cp_label_classes *classes,
                            uint32_t label_class,
                            uint32_t selector);

/* Is that so of any selector? */
bool cp_label_classes_know(const struct cp_label_classes *classes, uint32_t selector);

#endif
