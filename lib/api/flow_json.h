/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flow in its JSON form (evaluation.md, chapter 1) to a flow in words. The same in YAML is read
 * as well.
 */
#ifndef CP_API_FLOW_JSON_H
#define CP_API_FLOW_JSON_H

#include "base/diagnostic.h"
#include "evaluate/words.h"

/*
 * Reads a flow; texts go to arena. CALPOL_OK; CALPOL_ERROR_INVALID_INPUT with *out_error and a line
 * about it appended to message; CALPOL_ERROR_NO_MEMORY.
 */
int cp_flow_json_read(struct cp_text json,
                      struct cp_arena *arena,
                      struct cp_flow_words *out_words,
                      enum calpol_flow_error *out_error,
                      struct cp_buffer *message);

#endif
