/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A result as one line of JSON (EV-160; kubernetes.md, section 13).
 *
 * Beyond what the specification names: file and line of the deciding rule, structured (EV-164),
 * options and dialect in force, pending (EV-180) where staged policies make a difference, notes.
 */
#ifndef CP_RENDER_JSON_H
#define CP_RENDER_JSON_H

#include "render/explained.h"
#include "render/json_writer.h"

void cp_render_json(const struct cp_explained *explained, struct cp_buffer *buffer);

/* {"error": "unknown-ref", "message": "..."} */
void cp_render_json_error(enum calpol_flow_error error,
                          struct cp_text message,
                          struct cp_buffer *buffer);

/* One stage as an object, under a key or in a list. */
void cp_json_stage(struct cp_json *json,
                   const char *key,
                   const struct cp_explained *explained,
                   const struct cp_stage *stage);

/* tier, policy, rule_index of the hit that decides a stage; all null for NULL. */
void cp_json_hit(struct cp_json *json, const struct cp_world *world, const struct cp_stage *stage);

/* A list of names, sorted: dependencies, and actions as bits 1 << enum calpol_action. */
void cp_json_depends(struct cp_json *json, const char *key, uint32_t depends);
void cp_json_actions(struct cp_json *json, const char *key, uint32_t actions);

#endif
