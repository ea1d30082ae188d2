/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing by a grammar.
 */
#include "grammar.h"

#include "answers.h"

struct writer {
    const struct symbol *symbols;
    struct choices *choices;
    struct cp_buffer *buffer;
    uint32_t number; /* the next of "<#>" */
};

uint32_t choose(struct choices *choices, uint32_t limit)
{
    if (limit < 2 || choices->used == choices->size)
        return 0;
    return choices->data[choices->used++] % limit;
}

static const struct symbol *find_symbol(const struct symbol *symbols, struct cp_text name)
{
    while (symbols->name && !cp_text_is(name, symbols->name))
        symbols++;
    EXPECT(symbols->name);
    return symbols;
}

static uint32_t alternative_count(const struct symbol *symbol)
{
    uint32_t count = 0;

    while (count < MOST_ALTERNATIVES && symbol->alternatives[count])
        count++;
    return count;
}

/* As deep as there are bytes: what calls itself has a choice, and the first one is not to. */
static void write_named(struct writer *writer, struct cp_text name)
{
    const struct symbol *symbol = find_symbol(writer->symbols, name);
    struct cp_text rest =
        cp_text_from(symbol->alternatives[choose(writer->choices, alternative_count(symbol))]);

    while (rest.length) {
        size_t start = cp_text_find_byte(rest, '<');
        size_t end = cp_text_find_byte(rest, '>');

        if (start == SIZE_MAX) {
            cp_buffer_add(writer->buffer, rest);
            return;
        }
        cp_buffer_add(writer->buffer, cp_text_make(rest.data, start));
        name = cp_text_make(rest.data + start + 1, end - start - 1);
        if (cp_text_is(name, "#"))
            cp_buffer_format(writer->buffer, "%u", writer->number++);
        else
            write_named(writer, name);
        rest = cp_text_from_byte(rest, end + 1);
    }
}

void write_symbol(const struct symbol *symbols,
                  const char *name,
                  struct choices *choices,
                  struct cp_buffer *buffer)
{
    struct writer writer = {.symbols = symbols, .choices = choices, .buffer = buffer};

    write_named(&writer, cp_text_from(name));
}
