/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keeping steps.
 */
#include "evaluate/record.h"

#include "base/sort.h"

void cp_recorder_init(struct cp_recorder *recorder, struct cp_arena *arena)
{
    *recorder = (struct cp_recorder){.arena = arena};
}

void cp_recorder_add(struct cp_recorder *recorder, const struct cp_step *step)
{
    struct cp_step *slot;

    if (recorder->failed)
        return;
    slot = cp_array_push(recorder->arena, &recorder->steps);
    if (!slot) {
        recorder->failed = true;
        return;
    }
    *slot = *step;
    slot->stage = recorder->stage;
}

void cp_record_doubt(struct cp_recorder *recorder, uint32_t first)
{
    for (uint32_t i = first; i < cp_record_position(recorder); i++)
        recorder->steps.items[i].certain = false;
}

static int compare_stages(const void *left, const void *right)
{
    const struct cp_step *a = left, *b = right;

    return (int)a->stage - (int)b->stage;
}

void cp_record_sort(struct cp_recorder *recorder, uint32_t first)
{
    if (!recorder || recorder->failed || first >= recorder->steps.count)
        return;
    if (!cp_sort(recorder->steps.items + first, recorder->steps.count - first,
                 sizeof(struct cp_step), compare_stages, recorder->arena))
        recorder->failed = true;
}
