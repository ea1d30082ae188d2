/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the readers of the kinds work with.
 */
#ifndef CP_RESOURCE_CONTEXT_H
#define CP_RESOURCE_CONTEXT_H

#include "base/pattern.h"
#include "resource/collection.h"
#include "yaml/reader.h"

/* How defaults are filled in (resources.md 8, 10). */
enum cp_door { CP_DOOR_API, CP_DOOR_RAW };

struct cp_resource_reader {
    struct cp_reader base; /* reports; arena is the work arena */
    struct cp_collection *collection;
    struct cp_intern *names;       /* the ruleset's: keys and values of selectors */
    struct cp_patterns *patterns;
    enum cp_door door;             /* of the object at hand */
    struct cp_metadata metadata;   /* of the object at hand, read and checked */
    bool tier_prefix_required;     /* load flag */
    uint32_t errors_before;        /* base.error_count when the object was begun: an object with
                                      errors is not used */
};

#endif
