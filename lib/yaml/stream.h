/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML text through libyaml.
 */
#ifndef CP_YAML_STREAM_H
#define CP_YAML_STREAM_H

#include "yaml/tree.h"

/*
 * Reads the documents of a text into a tree that was just initialised. What ends the stream early
 * is left in out_error, the documents before it stay. CALPOL_OK whatever the text is like, or
 * CALPOL_ERROR_NO_MEMORY.
 */
int cp_stream_read(struct cp_tree *tree, struct cp_text text, struct cp_yaml_error *out_error);

#endif
