/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the tests of selectors share: texts to trees and back, label sets, and a second opinion.
 */
#ifndef TESTS_SUPPORT_SELECTORS_H
#define TESTS_SUPPORT_SELECTORS_H

#include "selector/program.h"
#include "yaml/node.h"

/* One table of names, one arena for everything. */
struct selector_world {
    struct cp_arena arena;
    struct cp_intern names;
};

void selector_world_init(struct selector_world *world, const struct calpol_allocator *allocator);
void selector_world_finish(struct selector_world *world);

/* The tree of a text; the test fails if there is none. NULL for NULL. */
const struct cp_selector *parse_selector(struct selector_world *world, const char *text);

/* Its canonical text, with a NUL behind it; "(none)" for NULL. */
struct cp_text print_selector(struct selector_world *world, const struct cp_selector *selector);

/* Labels, sorted by key. A key that is there already keeps its value. */
struct label_set {
    struct cp_labels labels;
    struct cp_label items[256];
};

void add_label(struct selector_world *world,
               struct label_set *set,
               struct cp_text key,
               struct cp_text value);

/* All members of a mapping. */
void add_labels(struct selector_world *world, struct label_set *set, const struct cp_node *labels);

/* Compiles a selector and runs it. */
bool selector_matches(struct selector_world *world,
                      const struct cp_selector *selector,
                      const struct cp_labels *labels);

/* The same by walking the tree: selectors.md, section 2, to the letter. For trees of small depth.
 */
bool tree_matches(const struct selector_world *world,
                  const struct cp_selector *selector,
                  const struct cp_labels *labels);

/* Random trees of at most some depth, over few keys and values, so that they often match. The seed
   makes them; it is changed. */
const struct cp_selector *random_selector(struct selector_world *world,
                                          uint64_t *seed,
                                          unsigned depth);

/* All label sets that such trees can tell apart. */
#define ENUMERATED_LABEL_SETS 216u
void enumerate_label_set(struct selector_world *world, uint32_t number, struct label_set *out_set);

#endif
