/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The word that was probably meant.
 */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

/* Takes candidates one by one and keeps the nearest. */
struct cli_suggestion {
    const char *word;
    const char *nearest; /* NULL: none is near */
    unsigned distance;
};

struct cli_suggestion cli_suggestion_for(const char *word);
void cli_suggestion_consider(struct cli_suggestion *suggestion, const char *candidate);

#endif
