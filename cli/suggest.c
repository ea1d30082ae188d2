/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The word that was probably meant: fewest letters inserted, dropped, changed or swapped.
 */
#include "suggest.h"

#include <stddef.h>
#include <string.h>

/* Longer words are not compared. */
#define WORD_LIMIT 40

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edit distance with swaps of neighbours, over three rows of the table. */
static unsigned edit_distance(const char *a, size_t a_length, const char *b, size_t b_length)
{
    unsigned rows[3][WORD_LIMIT + 1];
    unsigned *before = rows[0], *above = rows[1], *row = rows[2];

    for (size_t j = 0; j <= b_length; j++)
        above[j] = (unsigned)j;
    for (size_t i = 1; i <= a_length; i++) {
        unsigned *oldest = before;

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = least(least(above[j], row[j - 1]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        before = above;
        above = row;
        row = oldest;
    }
    return above[b_length];
}

struct cli_suggestion cli_suggestion_for(const char *word)
{
    size_t length = strlen(word);
    struct cli_suggestion suggestion = {word, NULL, 0};

    /* Something is near if no more than about a third of it is wrong. */
    suggestion.distance = length > WORD_LIMIT ? 0 : 2 + (unsigned)length / 4;
    return suggestion;
}

void cli_suggestion_consider(struct cli_suggestion *suggestion, const char *candidate)
{
    size_t length = strlen(suggestion->word), candidate_length = strlen(candidate);
    unsigned distance;

    if (length == 0 || length > WORD_LIMIT || candidate_length > WORD_LIMIT)
        return;
    distance = edit_distance(suggestion->word, length, candidate, candidate_length);
    /* A beginning is a word that was cut short, not one that was misspelt. */
    if (length >= 3 && strncmp(suggestion->word, candidate, length) == 0)
        distance = 1;
    if (distance < suggestion->distance && distance < candidate_length) {
        suggestion->nearest = candidate;
        suggestion->distance = distance;
    }
}
