/* SPDX-License-Identifier: Apache-2.0 */
/*
 * References in full.
 */
#include "api/reference.h"

#include "base/buffer.h"

struct cp_text cp_full_reference(struct cp_arena *arena, struct cp_text reference)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, arena);
    if (cp_text_find_byte(reference, ':') == SIZE_MAX &&
        cp_text_find_byte(reference, '/') != SIZE_MAX)
        cp_buffer_add_string(&buffer, "pod:");
    cp_buffer_add(&buffer, reference);
    return cp_buffer_string(&buffer) ? cp_buffer_text(&buffer) : cp_text_make(NULL, 0);
}
