/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Classes of addresses: addresses that no rule can tell apart have one class. Internal to compile/.
 *
 * Classes are exact: two addresses share one only if the same owners (as far as rules ask), the
 * same lists of nets of rules and the same services hold both.
 */
#ifndef CP_COMPILE_CLASSES_H
#define CP_COMPILE_CLASSES_H

#include "compile/class_tree.h"
#include "compile/label_classes.h"
#include "net/address_key.h"

/* A network, and what is so of its addresses but for those in a longer one. */
struct cp_region {
    struct cp_address_key key;
    uint8_t family, length;
    bool is_host;        /* the address of a node or host endpoint */
    bool is_service;     /* the address of a Service */
    uint32_t key_number; /* while they are made: in the tree */
    uint32_t address_class;
    uint32_t workload; /* the first workload that has this very address, or CP_NONE */
};

/* A protocol and port that some addresses have under a name, or as backends. */
struct cp_port_atom {
    uint8_t protocol;
    uint16_t port;
    uint32_t addresses; /* set of classes */
};

struct cp_port_atoms {
    const struct cp_port_atom *items;
    uint32_t count;
};

struct cp_service_tag;

struct cp_classes {
    const struct calpol_ruleset *ruleset;
    struct cp_arena *lasting; /* of what is so of the ruleset */
    struct cp_arena *work;    /* of the rest, and of what was asked for */
    struct cp_label_classes labels;
    struct cp_class_tree tree;
    CP_ARRAY(struct cp_region) regions; /* by family, then address; outer ones first */
    uint32_t *workload_classes[2]; /* by family, of each workload's first address; CP_NONE: none */
    uint32_t *outer_classes[2]; /* the same but for the workload itself; CP_NONE also if others have
                                   the very address */
    uint32_t count;

    struct cp_tuples net_lists;  /* of rules: each distinct list once */
    uint32_t *first_service_tag; /* by service, and one more */
    struct cp_service_tag *service_tags;
    uint32_t selector_count;

    struct cp_range_pool sets;  /* of classes */
    uint32_t *selector_sets;    /* by selector: CP_NONE until it is asked for */
    struct cp_tuples atom_keys; /* what the atoms below were asked for */
    CP_ARRAY(struct cp_port_atoms) atoms;
    CP_ARRAY(struct cp_range) scratch;
};

/* Index of a family: 0 for IPv4, 1 for IPv6. */
static inline int cp_family_index(uint8_t family)
{
    return family == 6;
}

/*
 * The ruleset is frozen. With lasting, which may be NULL, for rules that are not there yet too: then what is
 * so of the ruleset goes there. Functions return CALPOL_OK or CALPOL_ERROR_NO_MEMORY.
 */
int cp_classes_make(struct cp_classes *classes,
                    const struct calpol_ruleset *ruleset,
                    struct cp_arena *lasting,
                    struct cp_arena *work);

/* The classes of another ruleset that differs in policies and selectors only, for questions about it;
   known is not written to. */
int cp_classes_reuse(struct cp_classes *classes,
                     const struct cp_classes *known,
                     const struct calpol_ruleset *ruleset,
                     struct cp_arena *work);

/* The classes of addresses that have an owner for which a selector holds (EV-80). CALPOL_ERROR_LIMIT too,
   for a selector that was made later and tells apart what has one class. */
int cp_classes_of_selector(struct cp_classes *classes, uint32_t selector, uint32_t *out_set);

/* The classes of addresses in a rule's list of nets. CALPOL_ERROR_LIMIT too, for one that is none of the
   lists that the classes were made for. */
int cp_classes_of_nets(struct cp_classes *classes,
                       const struct cp_prefixes *nets,
                       uint32_t *out_set);

/* The classes of addresses of a service's slices (EV-91). */
int cp_classes_of_service(struct cp_classes *classes, uint32_t service, uint32_t *out_set);

/* Protocols and target ports of a service, each with the addresses that have it (EV-90). */
int cp_service_atoms(struct cp_classes *classes, uint32_t service, struct cp_port_atoms *out_atoms);

/* Protocols and numbers of named ports, each with the addresses of which an owner that the selector
   (or CP_NONE) selects declares one of the names so (EV-87, EV-88). protocol 0: any.
   CALPOL_ERROR_LIMIT too, as above. */
int cp_named_atoms(struct cp_classes *classes,
                   const struct cp_port_list *ports,
                   uint32_t selector,
                   uint8_t protocol,
                   struct cp_port_atoms *out_atoms);

#endif
