/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of a command: reading them.
 */
#include "options.h"

#include "output.h"
#include "suggest.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Options of one command, numbered through all groups: bits in what was seen. */
#define OPTION_LIMIT 64

struct parser {
    const char *command;
    const struct cli_group *groups;
    size_t group_count;
    char *const *arguments;
    int argument_count;
    struct cli_list *operands; /* words that belong to no option go there; NULL: there are none */
    int next;                  /* argument to be read */
    uint64_t seen;             /* bit per option */
};

/* An option as it was found on the command line. */
struct found {
    const struct cli_option *option;
    void *target;
    unsigned number;
    const char *written; /* the argument */
    const char *value;   /* attached to it; NULL: none */
};

static bool is_option(const char *argument)
{
    return argument[0] == '-' && argument[1] != '\0';
}

static bool name_matches(const struct cli_option *option, const char *name, size_t length)
{
    return strlen(option->name) == length && memcmp(option->name, name, length) == 0;
}

/* Finds by letter if that is not 0, else by name. */
static bool find_option(const struct parser *parser,
                        char letter,
                        const char *name,
                        size_t length,
                        struct found *out_found)
{
    unsigned number = 0;

    for (size_t i = 0; i < parser->group_count; i++) {
        const struct cli_group *group = &parser->groups[i];

        for (size_t j = 0; j < group->count; j++, number++) {
            const struct cli_option *option = &group->options[j];

            assert(number < OPTION_LIMIT);
            if (letter ? option->letter != letter : !name_matches(option, name, length))
                continue;
            out_found->option = option;
            out_found->target = group->target;
            out_found->number = number;
            return true;
        }
    }
    return false;
}

static const char *nearest_option(const struct parser *parser, const char *name)
{
    struct cli_suggestion suggestion = cli_suggestion_for(name);

    for (size_t i = 0; i < parser->group_count; i++)
        for (size_t j = 0; j < parser->groups[i].count; j++)
            cli_suggestion_consider(&suggestion, parser->groups[i].options[j].name);
    return suggestion.nearest;
}

static bool unknown_option(const struct parser *parser, const char *argument, size_t length)
{
    char name[64] = "";
    const char *nearest;

    if (length < sizeof(name)) {
        memcpy(name, argument, length);
        name[length] = '\0';
    }
    nearest = argument[1] == '-' ? nearest_option(parser, name + 2) : NULL;
    if (nearest)
        cli_error("unknown option %.*s; did you mean --%s?", (int)length, argument, nearest);
    else
        cli_error("unknown option %.*s; see calpol %s --help", (int)length, argument,
                  parser->command);
    return false;
}

/* "--name", "--name=value", "-l", "-lvalue". */
static bool read_name(const struct parser *parser, const char *argument, struct found *out_found)
{
    size_t length = strcspn(argument, "=");

    out_found->written = argument;
    out_found->value = NULL;
    if (argument[1] != '-') {
        if (!find_option(parser, argument[1], NULL, 0, out_found))
            return unknown_option(parser, argument, strlen(argument));
        if (argument[2] != '\0')
            out_found->value = argument + 2;
        return true;
    }
    if (!find_option(parser, 0, argument + 2, length - 2, out_found))
        return unknown_option(parser, argument, length);
    if (argument[length] == '=')
        out_found->value = argument + length + 1;
    return true;
}

/* The next word as a value. What is an option of this command is none: its value was forgotten. */
static const char *take_value(struct parser *parser, const struct found *found)
{
    struct found other;
    const char *word;

    if (parser->next == parser->argument_count) {
        cli_error("--%s needs %s", found->option->name, found->option->arguments);
        return NULL;
    }
    word = parser->arguments[parser->next];
    if (word[0] == '-' && word[1] == '-' &&
        find_option(parser, 0, word + 2, strcspn(word, "=") - 2, &other)) {
        cli_error("--%s needs %s, found the option %s", found->option->name,
                  found->option->arguments, word);
        return NULL;
    }
    parser->next++;
    return word;
}

static bool list_add(struct cli_list *list, const char *item)
{
    const char **items = realloc(list->items, (list->count + 1) * sizeof(*items));

    if (!items) {
        cli_error("out of memory");
        return false;
    }
    list->items = items;
    list->items[list->count++] = item;
    return true;
}

void cli_list_free(struct cli_list *list)
{
    free(list->items);
    list->items = NULL;
    list->count = 0;
}

static bool set_list(struct parser *parser,
                     const struct found *found,
                     struct cli_list *list,
                     const char *value)
{
    const char *second;

    if (!list_add(list, value))
        return false;
    if (found->option->kind == CLI_PAIRS) {
        second = take_value(parser, found);
        return second && list_add(list, second);
    }
    while (found->option->greedy && parser->next < parser->argument_count &&
           !is_option(parser->arguments[parser->next]))
        if (!list_add(list, parser->arguments[parser->next++]))
            return false;
    return true;
}

/* Digits only: no sign, no blanks. */
static bool set_number(const struct found *found, int32_t *out_number, const char *value)
{
    int64_t number = 0;
    const char *digit = value;

    for (; *digit >= '0' && *digit <= '9' && number <= found->option->maximum; digit++)
        number = number * 10 + (*digit - '0');
    if (digit == value || *digit != '\0' || number > found->option->maximum) {
        cli_error("--%s is \"%s\", expected a number from 0 to %d", found->option->name, value,
                  (int)found->option->maximum);
        return false;
    }
    *out_number = (int32_t)number;
    return true;
}

/* "a, b or c" */
static void join_choices(const char *const *choices, char *buffer, size_t size)
{
    size_t length = 0;

    buffer[0] = '\0';
    for (size_t i = 0; choices[i]; i++) {
        const char *before = i == 0 ? "" : choices[i + 1] ? ", " : " or ";
        int added = snprintf(buffer + length, size - length, "%s%s", before, choices[i]);

        if (added < 0 || (size_t)added >= size - length)
            return;
        length += (size_t)added;
    }
}

static bool set_choice(const struct found *found, uint32_t *out_index, const char *value)
{
    char expected[256];

    for (uint32_t i = 0; found->option->choices[i]; i++) {
        if (strcmp(found->option->choices[i], value) == 0) {
            *out_index = i;
            return true;
        }
    }
    join_choices(found->option->choices, expected, sizeof(expected));
    cli_error("--%s is \"%s\", expected %s", found->option->name, value, expected);
    return false;
}

static bool set_flag(const struct found *found, bool *out_flag)
{
    if (found->value) {
        cli_error("--%s takes no value, found %s", found->option->name, found->written);
        return false;
    }
    *out_flag = true;
    return true;
}

/* Is there nothing that could be the value of an option? */
static bool has_no_word(const struct parser *parser)
{
    return parser->next == parser->argument_count || is_option(parser->arguments[parser->next]);
}

static bool set_value(struct parser *parser, const struct found *found)
{
    void *field = (char *)found->target + found->option->offset;
    const char *value = found->value;

    if (found->option->kind == CLI_FLAG)
        return set_flag(found, field);
    if (!value && found->option->optional && has_no_word(parser))
        value = "";
    if (!value)
        value = take_value(parser, found);
    if (!value)
        return false;
    switch (found->option->kind) {
    case CLI_TEXT:
        *(const char **)field = value;
        return true;
    case CLI_NUMBER:
        return set_number(found, field, value);
    case CLI_CHOICE:
        return set_choice(found, field, value);
    case CLI_LIST:
    case CLI_PAIRS:
        return set_list(parser, found, field, value);
    case CLI_FLAG:
        break;
    }
    return true;
}

/* What may be given once only is not silently overwritten. */
static bool note_seen(struct parser *parser, const struct found *found)
{
    uint64_t bit = (uint64_t)1 << found->number;
    enum cli_kind kind = found->option->kind;

    if ((parser->seen & bit) && kind != CLI_LIST && kind != CLI_PAIRS && kind != CLI_FLAG) {
        cli_error("--%s is given twice", found->option->name);
        return false;
    }
    parser->seen |= bit;
    return true;
}

static bool add_operand(const struct parser *parser, const char *word)
{
    if (parser->operands)
        return list_add(parser->operands, word);
    cli_error("unexpected argument \"%s\"; see calpol %s --help", word, parser->command);
    return false;
}

bool cli_parse(const char *command,
               const struct cli_group *groups,
               size_t group_count,
               int argument_count,
               char *const *arguments)
{
    return cli_parse_words(command, groups, group_count, argument_count, arguments, NULL);
}

bool cli_parse_words(const char *command,
                     const struct cli_group *groups,
                     size_t group_count,
                     int argument_count,
                     char *const *arguments,
                     struct cli_list *operands)
{
    struct parser parser = {
        .command = command,
        .groups = groups,
        .group_count = group_count,
        .arguments = arguments,
        .argument_count = argument_count,
        .operands = operands,
    };

    while (parser.next < argument_count) {
        const char *argument = arguments[parser.next++];
        struct found found;

        if (!is_option(argument)) {
            if (!add_operand(&parser, argument))
                return false;
            continue;
        }
        if (!read_name(&parser, argument, &found) || !note_seen(&parser, &found) ||
            !set_value(&parser, &found))
            return false;
    }
    return true;
}
