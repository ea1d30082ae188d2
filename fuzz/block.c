/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fuzz target: the quick reader of YAML.
 *
 * A text gives the same trees, places, flaws and errors as when libyaml reads all of it, with the
 * usual limits and with tight ones.
 */
#include "support/same_trees.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct cp_yaml_limits limits[] = {
    {.max_depth = 100},
    {.max_depth = 3, .max_nodes = 20},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    for (int i = 0; i < 2; i++) {
        if (read_both_ways(cp_text_make((const char *)data, size), &limits[i], NULL))
            abort();
    }
    return 0;
}
