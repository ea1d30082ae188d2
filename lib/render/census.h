/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What labels there are: whether some endpoint, network set or namespace has a key or a value, and
 * what is nearest to one that nobody has. Slow; for explanations.
 *
 * Labels of namespaces and service accounts lie among those of endpoints, their keys behind "pcns."
 * and "pcsa."; here they get their own names back.
 */
#ifndef CP_RENDER_CENSUS_H
#define CP_RENDER_CENSUS_H

#include "evaluate/world.h"

/* Whose label a key is. */
enum cp_label_holder { CP_HOLDER_ENDPOINT, CP_HOLDER_NAMESPACE, CP_HOLDER_SERVICE_ACCOUNT };

struct cp_label_name {
    enum cp_label_holder holder;
    struct cp_text name; /* as it is written on the holder */
};

struct cp_label_name cp_label_name_of(struct cp_text key);

struct cp_census {
    bool has_key, has_value;             /* some endpoint or network set has it */
    bool namespace_has_key;              /* some namespace has a label of that name */
    bool namespace_has_value;            /* with that value */
    struct cp_text near_key, near_value; /* names near them; empty: none is */
    unsigned near_key_distance, near_value_distance;
};

/* Looks for a key, as it lies in label sets, and a value. */
struct cp_census cp_take_census(const struct cp_world *world,
                                struct cp_text key,
                                struct cp_text value);

#endif
