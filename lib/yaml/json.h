/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON (RFC 8259), any number of values after one another: what kubectl and calicoctl print, and
 * flows at query time. Several times faster than the way through libyaml.
 */
#ifndef CP_YAML_JSON_H
#define CP_YAML_JSON_H

#include "yaml/tree.h"

/* Does the text begin as JSON does, with "{" or "["? */
bool cp_json_is_likely(struct cp_text text);

/* Does it go on in a way that is seldom seen in YAML, with brackets and then a double quote? */
bool cp_json_is_meant(struct cp_text text);

/*
 * Reads the values of a text into a tree that was just initialised, each a document. The first
 * thing that is no JSON, or is nested too deep, is left in out_error; the documents before it stay.
 * CALPOL_OK whatever the text is like, or CALPOL_ERROR_NO_MEMORY.
 */
int cp_json_read(struct cp_tree *tree, struct cp_text text, struct cp_yaml_error *out_error);

#endif
