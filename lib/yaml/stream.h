/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML text.
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

/* The same with libyaml for all of it, as it would be without the quick reader (block.h): what comes
   of it is equal. For tests. */
int cp_stream_read_events(struct cp_tree *tree,
                          struct cp_text text,
                          struct cp_yaml_error *out_error);

#endif
