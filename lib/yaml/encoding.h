/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the bytes of a source are, before any of it is read.
 */
#ifndef CP_YAML_ENCODING_H
#define CP_YAML_ENCODING_H

#include "base/arena.h"
#include "base/diagnostic.h"

/*
 * The text as UTF-8 without its byte order mark: a part of text, or, if text is UTF-16 with a mark
 * (as PowerShell writes it), a copy in arena. CALPOL_OK, CALPOL_ERROR_NO_MEMORY.
 */
int cp_encoding_decode(struct cp_arena *arena, struct cp_text text, struct cp_text *out_text);

/* A text that is fit for libyaml up to a byte. */
struct cp_encoding_fault {
    size_t offset;       /* of that byte; the length of the text if nothing is wrong */
    enum cp_code code;   /* yaml-syntax, or yaml-limit for too many directives; CP_CODE_NONE */
    const char *problem; /* NULL: nothing is wrong */
    bool is_odd;         /* up to there: line breaks but LF and CR LF, or byte order marks */
};

/*
 * Looks for what makes libyaml fail where it happens to be reading ahead (characters that YAML does
 * not allow, bytes that are no UTF-8), so that documents before it are not lost, and for what makes
 * it slow (more than a hundred %TAG directives to a document, each of which it compares to all).
 */
void cp_encoding_check(struct cp_text text, struct cp_encoding_fault *out_fault);

#endif
