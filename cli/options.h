/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of a command, as tables: what they are called, where their values go, what help says.
 */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What an option takes, and the type of the field that its value goes to. */
enum cli_kind {
    CLI_FLAG,   /* nothing; bool */
    CLI_TEXT,   /* a text; const char *, NULL when not given */
    CLI_NUMBER, /* a number from 0 to maximum; int32_t, to be set to -1 before */
    CLI_CHOICE, /* one of choices; uint32_t, its index; 0 when not given */
    CLI_LIST,   /* a text each time; struct cli_list */
    CLI_PAIRS   /* two texts each time; struct cli_list, one after the other */
};

struct cli_option {
    char letter;           /* 0: it has none */
    const char *name;      /* without the "--" */
    const char *arguments; /* as help shows them; NULL for flags */
    const char *help;      /* one paragraph */
    enum cli_kind kind;
    size_t offset;              /* of the field in the target of its group */
    bool greedy;                /* of a list: takes all words up to the next option */
    bool optional;              /* of a text: may be without its value, and is "" then */
    const char *const *choices; /* of a choice, ended by NULL */
    int32_t maximum;            /* of a number */
};

/* Options that belong together; title heads them in the help page. */
struct cli_group {
    const char *title;
    const struct cli_option *options;
    size_t count;
    void *target;
};

/* Texts that were given, pointing into the arguments. */
struct cli_list {
    const char **items;
    size_t count;
};

void cli_list_free(struct cli_list *list);

/*
 * Reads the arguments of a command, without its name. Long options may have their value behind "=",
 * letters may have it attached. Returns false after saying on standard error what is wrong, with
 * the nearest name for an unknown one.
 */
bool cli_parse(const char *command,
               const struct cli_group *groups,
               size_t group_count,
               int argument_count,
               char *const *arguments);

/* The same for a command that takes words beside its options: they go to operands. */
bool cli_parse_words(const char *command,
                     const struct cli_group *groups,
                     size_t group_count,
                     int argument_count,
                     char *const *arguments,
                     struct cli_list *operands);

#endif
