/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Three hundred copies of good files, each with one slip such as people make: a letter, a blank, a
 * dash, a quote. None may change what a policy means without a word: each copy is refused at a
 * place, or means the same, or there is a warning.
 */
#include "api/file.h"
#include "calpol/calpol.h"
#include "compile/convert_k8s.h"
#include "resource/write.h"

#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

#include <stdlib.h>

#define COPY_COUNT 300
#define LINE_LIMIT 256

static const char *const files[] = {
    "/api/all-kinds.yaml",
    "/../examples/cat/allow-cat.yaml",
    "/../examples/cat/block-cat-egress.yaml",
    "/../examples/cat/default-deny.yaml",
    "/../examples/cat/quarantine.yaml",
    "/golden/load/clean/input.yaml",
};

/* ---- a file as lines ---- */

struct copy {
    struct cp_arena arena;
    struct cp_text lines[LINE_LIMIT]; /* without line feeds */
    uint32_t count;
    uint32_t slip; /* line that was changed */
    uint64_t random;
};

static void split(struct copy *copy, struct cp_text text)
{
    while (text.length) {
        size_t length = cp_text_find_byte(text, '\n');

        ck_assert_uint_lt(copy->count, LINE_LIMIT);
        ck_assert_uint_ne(length, SIZE_MAX);
        copy->lines[copy->count++] = cp_text_first(text, length);
        text = cp_text_from_byte(text, length + 1);
    }
}

static void open_copy(struct copy *copy, const char *file, uint64_t seed)
{
    struct cp_buffer path;
    struct cp_text text;
    int error;

    *copy = (struct copy){.random = seed * 0x9e3779b97f4a7c15u + 1};
    cp_arena_init(&copy->arena, NULL);
    cp_buffer_init(&path, &copy->arena);
    cp_buffer_format(&path, "%s%s", TESTS_FOLDER, file);
    ck_assert_int_eq(cp_file_read(cp_buffer_string(&path), &copy->arena, UINT64_MAX, &text, &error),
                     CALPOL_OK);
    split(copy, text);
}

static struct cp_text join(struct copy *copy, const char *line_end)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &copy->arena);
    for (uint32_t i = 0; i < copy->count; i++)
        cp_buffer_format(&buffer, "%t%s", copy->lines[i], line_end);
    ck_assert(!buffer.failed);
    return cp_buffer_text(&buffer);
}

static uint32_t pick(struct copy *copy, size_t count)
{
    return (uint32_t)(next_random(&copy->random) % count);
}

/* ---- slips ---- */

/* Where the key of a line is; false for a line without one. Flow mappings have more keys, of which
   one is taken. */
static bool find_key(struct copy *copy, struct cp_text line, size_t *out_start, size_t *out_end)
{
    size_t starts[64], ends[64], found = 0;

    for (size_t i = 1; i < line.length && found < COUNT_OF(starts); i++) {
        size_t start = i;

        if (line.data[i] != ':' || (i + 1 < line.length && line.data[i + 1] != ' '))
            continue;
        while (start > 0 && cp_lower(line.data[start - 1]) >= 'a' &&
               cp_lower(line.data[start - 1]) <= 'z')
            start--;
        if (start == i)
            continue;
        starts[found] = start;
        ends[found++] = i;
    }
    if (!found)
        return false;
    found = pick(copy, found);
    *out_start = starts[found];
    *out_end = ends[found];
    return true;
}

/* line with the bytes from start to end replaced. */
static struct cp_text replace(
    struct copy *copy, struct cp_text line, size_t start, size_t end, const char *text)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &copy->arena);
    cp_buffer_format(&buffer, "%t%s%t", cp_text_first(line, start), text,
                     cp_text_from_byte(line, end));
    return cp_buffer_text(&buffer);
}

typedef bool slip(struct copy *copy, struct cp_text *line);

static bool wrong_case(struct copy *copy, struct cp_text *line)
{
    size_t start, end;
    char letter[2] = "";

    if (!find_key(copy, *line, &start, &end))
        return false;
    start += pick(copy, end - start);
    letter[0] = (char)(line->data[start] ^ 0x20);
    *line = replace(copy, *line, start, start + 1, letter);
    return true;
}

static bool letter_lost(struct copy *copy, struct cp_text *line)
{
    size_t start, end;

    if (!find_key(copy, *line, &start, &end) || end - start < 2)
        return false;
    start += pick(copy, end - start);
    *line = replace(copy, *line, start, start + 1, "");
    return true;
}

static bool letter_twice(struct copy *copy, struct cp_text *line)
{
    size_t start, end;
    char letter[2] = "";

    if (!find_key(copy, *line, &start, &end))
        return false;
    start += pick(copy, end - start);
    letter[0] = line->data[start];
    *line = replace(copy, *line, start, start, letter);
    return true;
}

static bool colon_lost(struct copy *copy, struct cp_text *line)
{
    size_t start, end;

    if (!find_key(copy, *line, &start, &end))
        return false;
    *line = replace(copy, *line, end, end + 1, "");
    return true;
}

static bool blank_behind_colon_lost(struct copy *copy, struct cp_text *line)
{
    size_t start, end;

    if (!find_key(copy, *line, &start, &end) || end + 1 >= line->length)
        return false;
    *line = replace(copy, *line, end + 1, end + 2, "");
    return true;
}

static bool indented_more(struct copy *copy, struct cp_text *line)
{
    *line = replace(copy, *line, 0, 0, pick(copy, 2) ? "  " : " ");
    return true;
}

static bool indented_less(struct copy *copy, struct cp_text *line)
{
    size_t count = 1 + pick(copy, 2);

    if (!cp_text_starts_with(*line, cp_text_make("  ", count)))
        return false;
    *line = cp_text_from_byte(*line, count);
    return true;
}

static bool indented_with_tab(struct copy *copy, struct cp_text *line)
{
    if (!cp_text_starts_with(*line, CP_TEXT("  ")))
        return false;
    *line = replace(copy, *line, 0, 2, "\t");
    return true;
}

static bool dash_lost(struct copy *copy, struct cp_text *line)
{
    size_t dash = cp_text_find(*line, CP_TEXT("- "));

    if (dash == SIZE_MAX || cp_text_find(*line, CP_TEXT("---")) != SIZE_MAX)
        return false;
    *line = replace(copy, *line, dash, dash + 1, " ");
    return true;
}

static bool dash_too_many(struct copy *copy, struct cp_text *line)
{
    size_t start = 0;

    while (start < line->length && line->data[start] == ' ')
        start++;
    if (start < 2)
        return false;
    *line = replace(copy, *line, start - 2, start - 1, "-");
    return true;
}

static bool quote_lost(struct copy *copy, struct cp_text *line)
{
    size_t quote = cp_text_find_byte(*line, '\'');

    if (quote == SIZE_MAX)
        return false;
    *line = replace(copy, *line, quote, quote + 1, "");
    return true;
}

static bool bracket_lost(struct copy *copy, struct cp_text *line)
{
    static const char brackets[] = "[]{}";
    size_t bracket = cp_text_find_byte(*line, brackets[pick(copy, 4)]);

    if (bracket == SIZE_MAX)
        return false;
    *line = replace(copy, *line, bracket, bracket + 1, "");
    return true;
}

static bool line_twice(struct copy *copy, struct cp_text *line)
{
    struct cp_buffer buffer;

    if (cp_text_is(*line, "---"))
        return false;
    cp_buffer_init(&buffer, &copy->arena);
    cp_buffer_format(&buffer, "%t\n%t", *line, *line);
    *line = cp_buffer_text(&buffer);
    return true;
}

/* A word that the API knows, in another case. */
static bool word_in_lower_case(struct copy *copy, struct cp_text *line)
{
    static const char *const words[] = {"Allow", "Deny",    "Pass",   "Log",           "TCP",
                                        "UDP",   "Ingress", "Egress", "NetworkPolicy", "ICMP",
                                        "In",    "Admin",   "all()",  "has(",          "global()"};
    const char *word = words[pick(copy, COUNT_OF(words))];
    size_t start = cp_text_find(*line, cp_text_from(word));
    char other[32] = "";

    if (start == SIZE_MAX)
        return false;
    for (size_t i = 0; word[i]; i++)
        other[i] = (char)(word[i] >= 'a' && i == 0 ? word[i] ^ 0x20 : cp_lower(word[i]));
    *line = replace(copy, *line, start, start + strlen(word), other);
    return true;
}

static bool single_equals(struct copy *copy, struct cp_text *line)
{
    size_t equals = cp_text_find(*line, CP_TEXT("=="));

    if (equals == SIZE_MAX)
        return false;
    *line = replace(copy, *line, equals, equals + 1, "");
    return true;
}

/* What must not matter. */

static bool comment_behind(struct copy *copy, struct cp_text *line)
{
    *line = replace(copy, *line, line->length, line->length, " # a: {comment");
    return true;
}

static bool blanks_behind(struct copy *copy, struct cp_text *line)
{
    *line = replace(copy, *line, line->length, line->length, "  ");
    return true;
}

static bool empty_line_before(struct copy *copy, struct cp_text *line)
{
    *line = replace(copy, *line, 0, 0, "\n");
    return true;
}

static const struct {
    slip *make;
    bool harmless; /* must be accepted, and mean the same */
} slips[] = {
    {wrong_case, false},
    {letter_lost, false},
    {letter_twice, false},
    {colon_lost, false},
    {blank_behind_colon_lost, false},
    {indented_more, false},
    {indented_less, false},
    {indented_with_tab, false},
    {dash_lost, false},
    {dash_too_many, false},
    {quote_lost, false},
    {bracket_lost, false},
    {line_twice, false},
    {word_in_lower_case, false},
    {single_equals, false},
    {comment_behind, true},
    {blanks_behind, true},
    {empty_line_before, true},
};

/* Makes a slip in some line where it can be made; false if the file has no place for it. */
static bool make_slip(struct copy *copy, slip *make)
{
    for (int i = 0; i < 1000; i++) {
        copy->slip = pick(copy, copy->count);
        if (make(copy, &copy->lines[copy->slip]))
            return true;
    }
    return false;
}

/* A copy with a slip, of the first file that has a place for it from a number on; returns the file.
 */
static const char *open_with_slip(struct copy *copy, slip *make, size_t first, uint64_t seed)
{
    for (size_t i = 0; i < COUNT_OF(files); i++) {
        const char *file = files[(first + i) % COUNT_OF(files)];

        open_copy(copy, file, seed);
        if (make_slip(copy, make))
            return file;
        cp_arena_finish(&copy->arena);
    }
    ck_abort_msg("no file has a place for the slip");
    return NULL;
}

/* ---- meaning ---- */

static int write_k8s_policies(struct loaded *loaded, struct cp_writer *writer)
{
    struct cp_k8s_converter converter = {
        .arena = &loaded->work,
        .names = loaded->names,
        .dialect = CALPOL_DIALECT_CALICO,
        .collection = &loaded->collection,
    };
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < loaded->collection.k8s_policies.count; i++) {
        struct cp_policy_spec converted;

        status =
            cp_convert_k8s_policy(&converter, loaded->collection.k8s_policies.items[i], &converted);
        if (!status)
            status = cp_write_policy(writer, &converted);
    }
    return status;
}

/* All that has to do with policy, in its normal form; in the arena of loaded. */
static struct cp_text meaning_of(struct loaded *loaded)
{
    struct cp_write_index index;
    struct cp_writer writer;
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &loaded->work);
    cp_writer_init(&writer, CP_EMIT_JSON, loaded->names, &loaded->work, &buffer);
    ck_assert_int_eq(cp_write_index_make(&loaded->collection, &loaded->work, &index), CALPOL_OK);
    for (uint32_t i = 0; i < loaded->collection.objects.count; i++)
        ck_assert_int_ne(cp_write_object(&writer, &index, i), CALPOL_ERROR_NO_MEMORY);
    ck_assert_int_eq(write_k8s_policies(loaded, &writer), CALPOL_OK);
    return cp_buffer_text(&buffer);
}

static bool means_the_same(struct cp_text text, struct cp_text original)
{
    static struct loaded one, other;
    bool same;

    load_resources(&one, text, 0);
    load_resources(&other, original, 0);
    same = cp_text_equal(meaning_of(&one), meaning_of(&other));
    finish_resources(&one);
    finish_resources(&other);
    return same;
}

/* ---- judgement ---- */

static calpol_diagnostics *check(struct cp_text text, int *out_status)
{
    struct calpol_load_options options;
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;

    calpol_load_options_init(&options, sizeof(options));
    options.flags = CALPOL_LOAD_LINT;
    ck_assert_int_eq(calpol_loader_new(&options, &loader), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_text(loader, "copy", text.data, text.length), CALPOL_OK);
    *out_status = calpol_loader_finish(loader, &ruleset, &diagnostics);
    calpol_ruleset_unref(ruleset);
    calpol_loader_free(loader);
    return diagnostics;
}

/* Is something of a severity said at a place? */
static bool is_said(const calpol_diagnostics *diagnostics, uint32_t severity)
{
    for (size_t i = 0; i < calpol_diagnostics_count(diagnostics); i++) {
        struct calpol_diagnostic item;

        calpol_diagnostics_get(diagnostics, i, &item, sizeof(item));
        if (item.severity == severity && item.line)
            return true;
    }
    return false;
}

/* More warnings than the original has. */
static bool is_warned(const calpol_diagnostics *diagnostics, struct cp_text original)
{
    int status;
    calpol_diagnostics *before = check(original, &status);
    size_t count = calpol_diagnostics_count_severity(before, CALPOL_SEVERITY_WARNING);

    ck_assert_int_eq(status, CALPOL_OK);
    calpol_diagnostics_free(before);
    return calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_WARNING) > count;
}

static const char *judge(struct cp_text text, struct cp_text original, bool harmless)
{
    int status;
    calpol_diagnostics *diagnostics = check(text, &status);
    const char *fault = NULL;

    if (status == CALPOL_OK) {
        if (!means_the_same(text, original) && (harmless || !is_warned(diagnostics, original)))
            fault = "means something else without a word";
    } else if (harmless) {
        fault = "is refused";
    } else if (!is_said(diagnostics, CALPOL_SEVERITY_ERROR)) {
        fault = "is refused without a place";
    }
    calpol_diagnostics_free(diagnostics);
    return fault;
}

START_TEST(a_slip_does_not_change_a_policy_without_a_word)
{
    const size_t number = (size_t)_i, kind = number % COUNT_OF(slips);
    static struct copy original, copy;
    const char *file, *fault;

    file = open_with_slip(&copy, slips[kind].make, number / COUNT_OF(slips), number);
    open_copy(&original, file, 0);
    fault = judge(join(&copy, "\n"), join(&original, "\n"), slips[kind].harmless);
    ck_assert_msg(!fault, "%s, line %u: %.*s: %s", file, copy.slip + 1,
                  (int)copy.lines[copy.slip].length, copy.lines[copy.slip].data, fault);
    cp_arena_finish(&copy.arena);
    cp_arena_finish(&original.arena);
}
END_TEST

START_TEST(line_ends_and_marks_do_not_matter)
{
    static struct copy copy;
    struct cp_text text, windows;
    struct cp_buffer marked;

    open_copy(&copy, files[_i], 1);
    text = join(&copy, "\n");
    windows = join(&copy, "\r\n");
    cp_buffer_init(&marked, &copy.arena);
    cp_buffer_format(&marked, "%s%t", "\xef\xbb\xbf", windows);
    ck_assert_ptr_null(judge(windows, text, true));
    ck_assert_ptr_null(judge(cp_buffer_text(&marked), text, true));
    cp_arena_finish(&copy.arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/mutations");
    TCase *made = tcase_create("mutations");

    tcase_set_timeout(made, 60);
    tcase_add_loop_test(made, a_slip_does_not_change_a_policy_without_a_word, 0, COPY_COUNT);
    tcase_add_loop_test(made, line_ends_and_marks_do_not_matter, 0, (int)COUNT_OF(files));
    suite_add_tcase(suite, made);
    return suite;
}
