/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the text of a scalar means: the typing of plain YAML scalars (resources.md 2.1) and of
 * tagged ones (2.3).
 *
 * The rules are those of the Go library under kubectl and calicoctl, not those of YAML 1.1 or 1.2.
 */
#ifndef CP_YAML_SCALAR_H
#define CP_YAML_SCALAR_H

#include "base/buffer.h"
#include "yaml/node.h"

/* The type of a plain scalar without a tag; out_boolean is written for a BOOLEAN only. */
enum cp_node_type cp_scalar_type(struct cp_text text, bool *out_boolean);

/*
 * The type that an explicit tag gives to a scalar of any style. False if calpol does not know the
 * tag or the text does not fit it (code yaml-tag). The lone "!" is a tag that it does not know.
 */
bool cp_scalar_tagged_type(struct cp_text text,
                           struct cp_text tag,
                           enum cp_node_type *out_type,
                           bool *out_boolean);

/* Does the tag say what a sequence, a mapping is anyway? */
bool cp_scalar_is_sequence_tag(struct cp_text tag);
bool cp_scalar_is_mapping_tag(struct cp_text tag);

/* Appends a tag as people write it: "!!int", "!has(x)", "!<tag:example.org,2026:x>". */
void cp_scalar_add_tag(struct cp_buffer *buffer, struct cp_text tag);

/* The value of an INTEGER. False if the text is no integer in 64 bits. */
bool cp_scalar_integer(struct cp_text text, bool *out_negative, uint64_t *out_magnitude);

/* The value of a FLOAT. False if it is not finite. */
bool cp_scalar_float(struct cp_text text, double *out_value);

#endif
