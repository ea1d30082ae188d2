/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What records in JSON and rows of a table have in common.
 */
#include "record.h"

#include "suggest.h"

#include <calpol/calpol.h>
#include <string.h>

/* Longer names resemble none. */
#define NAME_LIMIT 40

void cli_plain_init(struct cli_plain *plain)
{
    *plain = (struct cli_plain){.is_plain = true, .source_port = -1, .destination_port = -1};
}

bool cli_plain_read_port(struct cli_span text, int32_t *out_port)
{
    int32_t port = 0;

    if (text.length == 0 || text.length > 5 || (text.text[0] == '0' && text.length > 1))
        return false;
    for (size_t i = 0; i < text.length; i++) {
        if (text.text[i] < '0' || text.text[i] > '9')
            return false;
        port = port * 10 + (text.text[i] - '0');
    }
    *out_port = port;
    return port <= 65535;
}

bool cli_plain_read_state(struct cli_span text, uint8_t *out_state)
{
    static const char *const names[] = {
        [CALPOL_STATE_NEW] = "new",
        [CALPOL_STATE_ESTABLISHED] = "established",
        [CALPOL_STATE_RELATED] = "related",
        [CALPOL_STATE_INVALID] = "invalid",
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (!cli_span_is(text, names[i]))
            continue;
        *out_state = (uint8_t)i;
        return true;
    }
    return false;
}

/* Small letters and digits only: "sourcePort" and "Source-Port" are "sourceport". */
static void fold(const char *text, size_t length, char folded[NAME_LIMIT + 1])
{
    size_t count = 0;

    for (size_t i = 0; i < length; i++) {
        char byte = text[i];

        if (byte >= 'A' && byte <= 'Z')
            byte = (char)(byte - 'A' + 'a');
        if ((byte >= 'a' && byte <= 'z') || (byte >= '0' && byte <= '9'))
            folded[count++] = byte;
    }
    folded[count] = '\0';
}

int cli_record_resembles(struct cli_span name, const char *const *names)
{
    char word[NAME_LIMIT + 1], other[NAME_LIMIT + 1];
    struct cli_suggestion suggestion;
    int nearest = -1;

    if (name.length > NAME_LIMIT)
        return -1;
    fold(name.text, name.length, word);
    suggestion = cli_suggestion_for(word);
    /* One letter, in long names two: "start" and "status" are not "state". */
    suggestion.distance = strlen(word) < 8 ? 2 : 3;
    for (int i = 0; names[i]; i++) {
        const char *before = suggestion.nearest;

        fold(names[i], strlen(names[i]), other);
        if (strcmp(word, other) == 0)
            return i;
        cli_suggestion_consider(&suggestion, other);
        if (suggestion.nearest != before)
            nearest = i;
        suggestion.nearest = NULL;
    }
    return nearest;
}
