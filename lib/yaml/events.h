/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From libyaml's events to a tree: scalars are typed, tags judged, aliases resolved, limits kept.
 *
 * This header is for stream.c, which runs the parser; no other file sees libyaml.
 */
#ifndef CP_YAML_EVENTS_H
#define CP_YAML_EVENTS_H

#include "yaml/anchors.h"
#include "yaml/tree.h"

#include <yaml.h>

struct cp_events {
    struct cp_tree *tree;
    struct cp_anchors anchors;
    struct cp_yaml_error *error; /* with a code, it ends the stream */
    uint32_t line;               /* lines of the text before what the parser got */
    uint32_t deep_line;          /* where a collection is nested too deep; 0: nowhere */
    uint32_t kept_count; /* documents before the last one, if that ended with the text; else all */
};

/* Takes one event in. CALPOL_OK, CALPOL_ERROR_NO_MEMORY. */
int cp_events_handle(struct cp_events *events, const yaml_event_t *event);

/* Ends a document, with the text (or with the start of another, which an event will tell) or by a
   marker of its own. CALPOL_OK, CALPOL_ERROR_NO_MEMORY. */
int cp_events_end_document(struct cp_events *events, bool with_text);

/* Ends the stream with an error at a mark, whose message the caller sets. */
void cp_events_fail(struct cp_events *events, const yaml_mark_t *mark);

/* Line and column of a mark, from 1. */
uint32_t cp_events_line(const struct cp_events *events, const yaml_mark_t *mark);

static inline uint32_t cp_events_column(const yaml_mark_t *mark)
{
    return (uint32_t)mark->column + 1;
}

#endif
