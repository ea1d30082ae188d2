/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collecting diagnostics.
 */
#include "base/diagnostic.h"

#include "base/sort.h"
#include "base/utf8.h"

#define EXCERPT_CHARACTERS 160u

void cp_diagnostics_init(struct calpol_diagnostics *list,
                         const struct calpol_allocator *allocator,
                         uint32_t limit,
                         bool lenient)
{
    *list = (struct calpol_diagnostics){.limit = limit, .lenient = lenient};
    cp_arena_init(&list->arena, allocator);
}

void cp_diagnostics_finish(struct calpol_diagnostics *list)
{
    cp_arena_finish(&list->arena);
}

enum calpol_severity cp_diagnostics_severity(const struct calpol_diagnostics *list,
                                             enum cp_code code)
{
    const struct cp_code_info *info = cp_code_info(code);

    if (list->lenient && info->severity == CALPOL_SEVERITY_ERROR &&
        info->lenient != CP_LENIENT_ERROR)
        return CALPOL_SEVERITY_WARNING;
    return info->severity;
}

/* How many there are of a severity. */
static uint32_t *counter(struct calpol_diagnostics *list, enum calpol_severity severity)
{
    switch (severity) {
    case CALPOL_SEVERITY_ERROR:
        return &list->error_count;
    case CALPOL_SEVERITY_WARNING:
        return &list->warning_count;
    case CALPOL_SEVERITY_NOTE:
        break;
    }
    return &list->note_count;
}

/* What is known of a source; NULL: no memory. */
static struct cp_reported_source *find_source(struct calpol_diagnostics *list,
                                              const struct cp_source *source)
{
    const uint64_t hash = cp_hash_bytes(&source, sizeof(source), 0);
    const struct cp_index *index = &list->source_index;
    struct cp_text text = source->text;
    struct cp_reported_source *added;

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        if (list->sources.items[cp_index_item(index, i)].source == source)
            return &list->sources.items[cp_index_item(index, i)];
    }
    added = cp_array_push(&list->arena, &list->sources);
    if (!added)
        return NULL;
    *added = (struct cp_reported_source){.source = source};
    added->name = cp_arena_text(&list->arena, source->name, strlen(source->name));
    if (cp_text_starts_with(text, CP_TEXT("\xef\xbb\xbf")))
        text = cp_text_from_byte(text, 3);
    cp_lines_init(&added->lines, text);
    if (added->name &&
        cp_index_add(&list->source_index, &list->arena, hash, list->sources.count - 1))
        return added;
    list->sources.count--;
    return NULL;
}

/* The first characters of a line as they can be shown: UTF-8, one column each, no controls. */
static const char *show_line(struct cp_arena *arena, struct cp_text rest)
{
    static const char replacement[] = "\xef\xbf\xbd";
    char shown[EXCERPT_CHARACTERS * 4];
    size_t used = 0;

    for (unsigned i = 0; i < EXCERPT_CHARACTERS && rest.length && !cp_line_break(rest); i++) {
        size_t length = cp_utf8_length(rest);

        if (rest.data[0] == '\t') {
            shown[used++] = ' ';
        } else if (!length || (unsigned char)rest.data[0] < ' ' || rest.data[0] == '\x7f') {
            memcpy(shown + used, replacement, sizeof(replacement) - 1);
            used += sizeof(replacement) - 1;
        } else {
            memcpy(shown + used, rest.data, length);
            used += length;
        }
        rest = cp_text_from_byte(rest, length ? length : 1);
    }
    return cp_arena_text(arena, shown, used);
}

/* Is the text UTF-16? Its bytes cannot be shown, its positions are those of the decoded text. */
static bool is_wide(struct cp_text text)
{
    return cp_text_starts_with(text, CP_TEXT("\xff\xfe")) ||
           cp_text_starts_with(text, CP_TEXT("\xfe\xff"));
}

/* The line shortened to a window around the column, so that a one-line file of a megabyte does not
   come back with every diagnostic. */
static bool set_excerpt(struct calpol_diagnostics *list,
                        const struct cp_place *place,
                        struct cp_diagnostic *item)
{
    uint32_t start = 1;
    struct cp_reported_source *source;
    size_t offset;

    item->excerpt = "";
    if (!place->source || !place->line || is_wide(place->source->text))
        return true;
    if (place->column > EXCERPT_CHARACTERS / 2)
        start = place->column - EXCERPT_CHARACTERS / 2;
    source = find_source(list, place->source);
    if (!source || !cp_lines_find(&source->lines, &list->arena, place->line, start, &offset))
        return false;
    item->excerpt = show_line(&list->arena, cp_text_from_byte(source->lines.text, offset));
    item->excerpt_column = place->column ? place->column - start + 1 : 0;
    return item->excerpt != NULL;
}

static uint64_t subject_hash(const struct cp_subject *subject, enum cp_code code)
{
    uint64_t seed = (uint64_t)code << 32 ^ subject->place.line ^ (uint64_t)subject->document << 16;

    seed = cp_hash_text(subject->resource, seed);
    return cp_hash_text(subject->path, seed ^ subject->place.column);
}

static bool is_same(const struct cp_diagnostic *item,
                    const struct cp_subject *subject,
                    enum cp_code code)
{
    const char *source = subject->place.source ? subject->place.source->name : "";

    return item->code == code && item->line == subject->place.line &&
           item->column == subject->place.column && item->document == subject->document &&
           cp_text_is(subject->resource, item->resource) && cp_text_is(subject->path, item->path) &&
           strcmp(item->source, source) == 0;
}

static bool is_known(const struct calpol_diagnostics *list,
                     const struct cp_subject *subject,
                     enum cp_code code,
                     uint64_t hash)
{
    for (uint32_t i = cp_index_first(&list->seen, hash); i != CP_INDEX_END;
         i = cp_index_next(&list->seen, i)) {
        if (is_same(&list->items.items[cp_index_item(&list->seen, i)], subject, code))
            return true;
    }
    return false;
}

static int append(struct calpol_diagnostics *list,
                  const struct cp_subject *subject,
                  const struct cp_diagnostic *base,
                  struct cp_text message,
                  uint64_t hash)
{
    struct cp_arena *arena = &list->arena;
    const struct cp_source *source = subject->place.source;
    const struct cp_reported_source *reported = source ? find_source(list, source) : NULL;
    struct cp_diagnostic *item = cp_array_push(arena, &list->items);

    if (!item)
        return CALPOL_ERROR_NO_MEMORY;
    *item = *base;
    item->line = subject->place.line;
    item->column = subject->place.column;
    item->document = subject->document;
    item->source = reported ? reported->name : source ? NULL : "";
    item->source_number = source ? source->number : UINT32_MAX;
    item->resource = cp_arena_text(arena, subject->resource.data, subject->resource.length);
    item->path = cp_arena_text(arena, subject->path.data, subject->path.length);
    item->message = cp_arena_text(arena, message.data, message.length);
    if (!item->source || !item->resource || !item->path || !item->message ||
        !set_excerpt(list, &subject->place, item) ||
        !cp_index_add(&list->seen, arena, hash, list->items.count - 1)) {
        list->items.count--;
        return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

/* Does a comment at the place ask not to hear of the code? */
static int find_comment(struct calpol_diagnostics *list,
                        const struct cp_place *place,
                        const char *code,
                        bool *out_found)
{
    struct cp_reported_source *source;

    *out_found = false;
    if (!place->source || !place->line || is_wide(place->source->text))
        return CALPOL_OK;
    source = find_source(list, place->source);
    if (!source)
        return CALPOL_ERROR_NO_MEMORY;
    if (!source->ignores_read) {
        if (!cp_ignores_read(source->lines.text, &list->arena, &source->ignores))
            return CALPOL_ERROR_NO_MEMORY;
        source->ignores_read = true;
    }
    *out_found = cp_ignores_hold(&source->ignores, place->line, code);
    return CALPOL_OK;
}

/* Is a warning or note switched off? */
static int find_ignored(struct calpol_diagnostics *list,
                        const struct cp_subject *subject,
                        enum cp_code code,
                        bool *out_ignored)
{
    const char *name = cp_code_info(code)->name;

    *out_ignored = true;
    if ((subject->place.source && subject->place.source->round < list->round) ||
        cp_bitset_has(list->disabled, code) || cp_codes_name(subject->ignored, name))
        return CALPOL_OK;
    return find_comment(list, &subject->place, name, out_ignored);
}

int cp_diagnose_as(struct calpol_diagnostics *list,
                   const struct cp_subject *subject,
                   enum cp_code code,
                   enum calpol_severity severity,
                   struct cp_text message)
{
    const struct cp_diagnostic base = {.code = code, .severity = severity};
    uint64_t hash = subject_hash(subject, code);
    bool is_ignored = false;
    int status = CALPOL_OK;

    if (!message.data)
        return CALPOL_ERROR_NO_MEMORY;
    if (severity != CALPOL_SEVERITY_ERROR)
        status = find_ignored(list, subject, code, &is_ignored);
    if (status || is_ignored || is_known(list, subject, code, hash))
        return status;
    /* Errors are not to be crowded out by warnings. */
    if (++*counter(list, severity) > list->limit && list->limit) {
        list->full = true;
        return CALPOL_ERROR_LIMIT;
    }
    return append(list, subject, &base, message, hash);
}

int cp_diagnose(struct calpol_diagnostics *list,
                const struct cp_subject *subject,
                enum cp_code code,
                struct cp_text message)
{
    return cp_diagnose_as(list, subject, code, cp_diagnostics_severity(list, code), message);
}

static int compare_diagnostics(const void *left, const void *right)
{
    const struct cp_diagnostic *a = left, *b = right;
    int order = strcmp(a->source, b->source);

    if (a->source_number != b->source_number)
        return a->source_number < b->source_number ? -1 : 1;
    if (order)
        return order;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

int cp_diagnostics_sort(struct calpol_diagnostics *list)
{
    return cp_sort(list->items.items, list->items.count, sizeof(struct cp_diagnostic),
                   compare_diagnostics, &list->arena)
               ? CALPOL_OK
               : CALPOL_ERROR_NO_MEMORY;
}
