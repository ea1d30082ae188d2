/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Help pages: options in one column, what they do in the other.
 */
#include "help.h"

#include <string.h>

#define PAGE_WIDTH 79
#define HELP_COLUMN 26

static void put_spaces(const struct cli_stream *stream, size_t count)
{
    fprintf(stream->file, "%*s", (int)count, "");
}

/* Words of a text from a column on; continued below that column. */
static void put_wrapped(const struct cli_stream *stream, const char *text, size_t column)
{
    size_t at = column;

    while (*text) {
        size_t word = strcspn(text, " ");

        if (at > column && at + 1 + word > PAGE_WIDTH) {
            cli_put(stream, "\n");
            put_spaces(stream, column);
            at = column;
        } else if (at > column) {
            cli_put(stream, " ");
            at++;
        }
        cli_put_length(stream, text, word);
        at += word;
        text += word;
        text += strspn(text, " ");
    }
    cli_put(stream, "\n");
}

static void put_option(const struct cli_stream *stream, const struct cli_option *option)
{
    char head[80];
    char letter[8] = "    ";

    if (option->letter)
        snprintf(letter, sizeof(letter), "-%c, ", option->letter);
    snprintf(head, sizeof(head), "  %s--%s%s%s", letter, option->name, option->arguments ? " " : "",
             option->arguments ? option->arguments : "");
    cli_put_styled(stream, CLI_BOLD, head);
    if (strlen(head) + 2 > HELP_COLUMN) {
        cli_put(stream, "\n");
        put_spaces(stream, HELP_COLUMN);
    } else {
        put_spaces(stream, HELP_COLUMN - strlen(head));
    }
    put_wrapped(stream, option->help, HELP_COLUMN);
}

void cli_help(const struct cli_stream *stream,
              const struct cli_page *page,
              const struct cli_group *groups,
              size_t group_count)
{
    cli_put_styled(stream, CLI_BOLD, "usage: ");
    cli_put(stream, page->usage);
    cli_put(stream, "\n\n");
    cli_put(stream, page->before);
    for (size_t i = 0; i < group_count; i++) {
        cli_put(stream, "\n");
        cli_put_styled(stream, CLI_BOLD, groups[i].title);
        cli_put(stream, "\n");
        for (size_t j = 0; j < groups[i].count; j++)
            put_option(stream, &groups[i].options[j]);
    }
    cli_put(stream, page->after);
}
