/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Remarks that go with an answer: what it hangs on that is in no policy.
 */
#ifndef CP_RENDER_NOTES_H
#define CP_RENDER_NOTES_H

#include "render/explained.h"

struct cp_notes {
    CP_ARRAY(struct cp_text) items; /* one line each, in the scratch arena */
    bool failed;                    /* no memory: notes are missing */
};

void cp_find_notes(const struct cp_explained *explained, struct cp_notes *out_notes);

#endif
