/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every resource has: identity, labels, annotations, and where it was written.
 */
#ifndef CP_RESOURCE_METADATA_H
#define CP_RESOURCE_METADATA_H

#include "base/array.h"
#include "base/diagnostic.h"

struct cp_resource_reader;
struct cp_field;
struct cp_node;

/* The annotation by which a resource says what calpol need not remark about it: codes, joined by
   commas. Of warnings and notes only. */
#define CP_IGNORE_ANNOTATION "calpol.dev/ignore"

struct cp_pair {
    struct cp_text key;
    struct cp_text value;
};

/* A map of texts in the order written, keys unique. */
struct cp_pairs {
    CP_ARRAY(struct cp_pair) items;
    struct cp_index index; /* of the keys, once there are many */
};

/* The value of a key, or NULL. */
const struct cp_text *cp_pairs_find(const struct cp_pairs *pairs, struct cp_text key);

/* Sets a key, replacing its value if it is there. False: no memory. */
bool cp_pairs_set(struct cp_pairs *pairs,
                  struct cp_arena *arena,
                  struct cp_text key,
                  struct cp_text value);

/* Takes a key out, keeping the order; it need not be there. Time is linear in the map's length.
   False: no memory. */
bool cp_pairs_remove(struct cp_pairs *pairs, struct cp_arena *arena, struct cp_text key);

struct cp_texts {
    CP_ARRAY(struct cp_text) items;
};

/* Where a resource or rule stands in the input. */
struct cp_origin {
    struct cp_place place;
    uint32_t document;
};

struct cp_metadata {
    struct cp_text api_version; /* as written, or the list's */
    struct cp_text kind;        /* as written, or the list's less "List" */
    struct cp_text name;
    struct cp_text namespace_name; /* empty for cluster-wide kinds; defaulted for the others */
    struct cp_pairs labels;
    struct cp_pairs annotations;
    struct cp_origin origin;
    struct cp_text resource;    /* "NetworkPolicy/shop/web", for reports */
    struct cp_text path;        /* of the object within its document: "", "items[3]" */
    uint32_t object;            /* its number in the collection */
    const struct cp_node *node; /* the object, as long as the work arena lives; or NULL, and then */
    const char *again;          /* the text of its document gives the tree again (document.h), */
    uint32_t again_length, again_line; /* with these lines before it */
};

/*
 * Reads and checks metadata of the object at hand into reader->metadata, by the row reader->kind:
 * name, namespace, labels, annotations; for raw objects what their annotation stores (resources.md
 * 4, 9.1, 10). Sets reader->base.resource as soon as the name is known.
 */
void cp_read_metadata(struct cp_resource_reader *reader,
                      const struct cp_field *root,
                      struct cp_text api_version,
                      struct cp_text kind);

/* A map of labels: keys are qualified names, values label values (resources.md 4.1, 7.6). Reports
   label-key and label-value at the key's path, or all of them at the map (matchLabels). */
void cp_read_labels(struct cp_resource_reader *reader,
                    const struct cp_field *field,
                    struct cp_pairs *out_labels);
void cp_read_match_labels(struct cp_resource_reader *reader,
                          const struct cp_field *field,
                          struct cp_pairs *out_labels);

/* Annotations (resources.md 4.1). strict: the form of their keys is checked. */
void cp_read_annotations(struct cp_resource_reader *reader,
                         const struct cp_field *field,
                         bool strict,
                         struct cp_pairs *out_annotations);

/* The checks of single labels and annotations, and of annotations together, reported at a field. */
void cp_check_label(struct cp_resource_reader *reader,
                    const struct cp_field *field,
                    struct cp_text key,
                    struct cp_text value);
void cp_check_annotation_key(struct cp_resource_reader *reader,
                             const struct cp_field *field,
                             struct cp_text key);
void cp_check_annotation_size(struct cp_resource_reader *reader,
                              const struct cp_field *field,
                              const struct cp_pairs *annotations);

/* The subject of a report about a field ("spec.tier", "spec.ingress[2].action") of an object that
   was read before. It stands at the field, or at the nearest one above it that was written. False:
   no memory. */
bool cp_metadata_subject(const struct cp_metadata *metadata,
                         struct cp_text field,
                         struct cp_arena *arena,
                         struct cp_subject *out_subject);

#endif
