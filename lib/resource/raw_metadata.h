/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Raw objects, crd.projectcalico.org/v1: the real metadata is stored as JSON text in an annotation
 * (resources.md 10).
 */
#ifndef CP_RESOURCE_RAW_METADATA_H
#define CP_RESOURCE_RAW_METADATA_H

#include "resource/context.h"

struct cp_raw_metadata {
    bool given;          /* the annotation is there and good */
    struct cp_node tree; /* what it stores: a mapping */
};

/* Looks for the annotation and parses it; text that is no JSON object is reported (crd-metadata).
 */
void cp_raw_metadata_find(struct cp_resource_reader *reader,
                          const struct cp_field *annotations,
                          struct cp_raw_metadata *out_raw);

/* The real name of an object whose raw one is given. */
struct cp_text cp_raw_name(struct cp_resource_reader *reader,
                           const struct cp_field *root,
                           const struct cp_raw_metadata *raw,
                           struct cp_text raw_name);

/* Lays the stored labels and annotations over those read, and removes the annotation. */
void cp_raw_metadata_apply(struct cp_resource_reader *reader,
                           const struct cp_field *annotations,
                           const struct cp_raw_metadata *raw);

#endif
