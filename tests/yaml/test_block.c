/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The quick reader of YAML: everything it reads is what libyaml makes of it, and what Kubernetes
 * objects are written in it does read.
 */
#include "base/buffer.h"
#include "support/expect.h"
#include "support/same_trees.h"
#include "support/suite.h"
#include "yaml/json.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

static const struct cp_yaml_limits limits = {.max_depth = 100};

/* Reads both ways; returns how many documents libyaml was not needed for. */
static uint32_t expect_same(struct cp_text text, const char *name)
{
    uint32_t quick;
    const char *difference = read_both_ways(text, &limits, &quick);

    ck_assert_msg(!difference, "%s: %s in\n%.*s", name, difference, (int)text.length, text.data);
    return quick;
}

/* ---- What is read quickly, and what is given up ---- */

static const char *const quick_texts[] = {
    "a: 1\n",
    "a: 1",
    "a: b\r\nc:\r\n- d\r\n",
    "# c\n\na: b # c\n  # c\nc: d#e\n",
    "--- # c\na: b\n",
    "---\n",
    "",
    "# only a comment",
    "\n\n",
    "a:\nb:\n",
    "a:\n  b:\n    c: d\n  e: f\ng: h\n",
    "a:\n- b\n- c\nd: e\n",
    "a:\n  - b\n  - c\nd: e\n",
    "a:\n- b:\n  - c\n  - d\n  e: f\n-\n- g\n",
    "a:\n-\n  b: c\n-\n  - d\n- # c\n  e: f\n",
    "- - a\n  - b\n-   c: d\n    e: f\n",
    "- - - a\n- b\n",
    "  a: b\n  c: d\n",
    "a: \"b\"\nc: 'd'\n\"e\": f\n'g h' : i\n\"\": ''\n",
    "- \"a\": b\n- 'c' : d\n- \"e\" # c\n- 'f'\n",
    "a: \"\\\"\\\\\\/\\n\\t\\u00e9\\x41\\0\\e\"\nb: 'it''s'\nc: ''''\n",
    "a: {}\nb: []\nc: [ 80 , -1, \"x\", 'y', a b]\nd: {e: f, \"g\": [h, {i: j}], k : l}\n",
    "- {a: b}\n- [c, d] # c\n",
    "a: [\"1:2\", a:b]\nb: {\"c\":1}\n",
    "a: |\n  b\n\n   c\n  # d\ne: f\n",
    "a: |-\n  b\n\n\nc: d\n",
    "a: |+\n  b\n\n\nc: d\n",
    "a: |\n\n  b",
    "a: >\n  b\n  c\n\n  d\n   e\n  f\n\n",
    "a: >-\n  b\n  \tc: d\n  e\n",
    "- |\n  a\n- >+\n  b\n\n",
    "a: |  # c\n  b\n",
    "f:metadata:\n  .: {}\n  f:x: {}\nk:{\"type\":\"Ready\"}: y\n",
    "a: ::1/128\nb: -x\nc: ?x\nd: :x\ne: a,b]}\n",
    "a: yes\nb: 0x1f\nc: 1e3\nd: ~\ne: null\nf: .inf\ng: 010\n",
    "on: 1\n80: 2\n~: 3\na: 4\na: 5\n",
    "\xc3\xa9: \xc3\xa8 # \xe2\x82\xac\n\"\xc3\xa9\": [\xc3\xa9, \"\xf0\x9f\x98\x80\", b]\n",
    "a: http://b/c?d=e#f\n",
    "a: 'x  y'\nb: x  y  \n",
    "a: \"b\tc\"\nd: 'e\tf'\n",
};

/* libyaml reads, or refuses, these: the same either way. */
static const char *const given_up_texts[] = {
    "a: &b c\nd: *b\n",
    "a: !x b\n",
    "<<: {a: b}\n",
    "%YAML 1.1\n---\na: b\n",
    "? a\n: b\n",
    "a: b\n  c\n",
    "a:\n  b\n",
    "a: b\n\n  c: d\n",
    "a: \"b\n  c\"\n",
    "a: 'b\n  c'\n",
    "a: [b,\n  c]\n",
    "a:\tb\n",
    "a: b\t# c\n",
    "\ta: b\n",
    "a: b\nc\n",
    "a\n",
    "- a\nb: c\n",
    "a: b\n- c\n",
    "a:\n    b: c\n  d: e\n",
    "a: b: c\n",
    "a: - b\n",
    "a: @b\n",
    "a: `b\n",
    "a: %b\n",
    "a: ]\n",
    "{a: b}\n",
    "--- a\n",
    "--- |\n a\n",
    "a: b\n...\n",
    "...\n",
    "a: [b c: d]\n",
    "a: [b: c]\n",
    "a: {b}\n",
    "a: {b: }\n",
    "a: {b:c}\n",
    "a: [::/0]\n",
    "a: [b, ]\n",
    "a: [b #c]\n",
    "a: [b?]\n",
    "a: [b] c\n",
    "a: [b]#c\n",
    "a: \"b\" c\n",
    "a: \"b\"#c\n",
    "a: \"b\": c\n",
    "a: \"\\q\"\n",
    "a: \"\\ud83d\\ude00\"\n",
    "a: 'b\n",
    "a: |2\n   b\n",
    "a: |\n    \n  b\n",
    "a: |\nb: c\n",
    "a: |\n \tb\n",
    "a: |\n  b\n \tc\n",
    "a: |x\n  b\n",
    "a: |",
    "a: b\xc2\x85"
    "c: d\n",
    "a: b # \xe2\x80\xa8"
    "c: d\n",
    "a: b\rc: d\n",
    "a: b\n\xef\xbb\xbf"
    "c: d\n",
    "a: b\x01\n",
    "a: \xff\n",
    ": a\n",
    "a #b: c\n",
    "[a]: b\n",
};

START_TEST(kubernetes_yaml_is_read_quickly)
{
    const char *text = quick_texts[_i];

    ck_assert_msg(expect_same(cp_text_from(text), "a quick text") == (*text != '\0'), "%s", text);
}
END_TEST

START_TEST(what_is_not_understood_is_given_up)
{
    const char *text = given_up_texts[_i];

    ck_assert_msg(expect_same(cp_text_from(text), "a text") == 0, "%s", text);
}
END_TEST

/* A key of so many bytes and its value. */
static void expect_key(size_t length, bool is_quick)
{
    char text[2048];

    memset(text, 'k', length);
    memcpy(text + length, ": v\n", 5);
    ck_assert_uint_eq(expect_same(cp_text_from(text), "a long key"), is_quick);
}

START_TEST(keys_have_the_length_that_libyaml_allows)
{
    expect_key(1000, true);
    expect_key(1001, false);
    for (size_t length = 1020; length < 1030; length++)
        expect_key(length, false);
}
END_TEST

/* ---- Streams of which parts are given up ---- */

/* Repeats a document until it is long; returns its length. */
static size_t fill(char *text, const char *document, size_t size)
{
    size_t length = 0;

    for (; length < size; length += strlen(document))
        memcpy(text + length, document, strlen(document) + 1);
    return length;
}

/* So much text that libyaml gets it in several parts. */
#define PART ((size_t)5000)

static const struct {
    const char *first, *middle, *last;
    bool is_quick_at_end;
} streams[] = {
    {"---\na: b\n", "---\na: !x b\n", "---\na: b\n", true},
    {"---\na: b\n", "---\na: &x b\n", "---\na: *x\n", false},
    {"---\na: b\n", "---\na: [\n", "---\na: b\n", false},
    {"---\na: b\n", "---\n'a: b\n", "---\na: b\n", false},
    {"---\na: b\n", "---\na: b\n...\n", "---\na: b\n", true},
    {"---\na: b\n", "---\na: !x b\n...\n%YAML 1.1\n", "---\na: b\n", false},
    {"---\na: b\n", "---\n[[[[a]]]]\n", "---\na: b\n", true},
    {"---\na: !x b\n", "---\na: b\n", "...\na: b\n", false},
    {"---\n- a\n- !x b\n", "---\n\n# c\n", "---\na: @\n", false},
};

START_TEST(what_is_given_up_ends_with_its_part)
{
    static char text[4 * PART];
    const struct cp_yaml_limits tight = {.max_depth = 3};
    size_t length = fill(text, streams[_i].first, PART), least_quick = 0;
    uint32_t quick;

    length += fill(text + length, streams[_i].middle, PART);
    length += fill(text + length, streams[_i].last, PART);
    quick = expect_same(cp_text_make(text, length), "a stream");
    ck_assert_ptr_null(read_both_ways(cp_text_make(text, length), &tight, NULL));
    if (streams[_i].is_quick_at_end)
        least_quick = PART / strlen(streams[_i].first) + 100;
    ck_assert_uint_ge(quick, least_quick);
}
END_TEST

/* ---- Files ---- */

static uint64_t documents, quick_documents;
static unsigned texts_met; /* met so far */

/* Texts made from a text by small changes. */
static void mutate(struct cp_text text, unsigned count, uint64_t *seed)
{
    static const char pieces[] = "\n\n  -:#'\"[]{},&*!|>%@\t?a\r\\.~<0";
    char *copy = malloc(text.length + 16);

    ck_assert_ptr_nonnull(copy);
    for (unsigned i = 0; i < count && text.length; i++) {
        size_t length = text.length;

        memcpy(copy, text.data, length);
        for (unsigned changes = (unsigned)(next_random(seed) % 3) + 1; changes && length;
             changes--) {
            size_t at = next_random(seed) % length;

            switch (next_random(seed) % 3) {
            case 0:
                copy[at] = pieces[next_random(seed) % (sizeof(pieces) - 1)];
                break;
            case 1:
                memmove(copy + at, copy + at + 1, length - at - 1);
                length--;
                break;
            default:
                memmove(copy + at + 1, copy + at, length - at);
                copy[at] = pieces[next_random(seed) % (sizeof(pieces) - 1)];
                length++;
            }
        }
        (void)expect_same(cp_text_make(copy, length), "a changed text");
    }
    free(copy);
}

/* A large text takes long, and says no more than a small one. */
#define LARGEST_CHANGED 20000u

static void read_text(struct cp_text text, const char *name, unsigned changes)
{
    uint64_t seed = 88172645463325252u;

    if (!is_in_share(texts_met++))
        return;
    quick_documents += expect_same(text, name);
    documents++;
    if (text.length <= LARGEST_CHANGED)
        mutate(text, share_of(changes), &seed);
}

/* Texts within JSON: the vectors hold their YAML there. */
static void read_strings(const struct cp_node *node, const char *name)
{
    if (node->type == CP_NODE_TEXT && cp_text_find_byte(cp_node_text(node), '\n') != SIZE_MAX)
        read_text(cp_node_text(node), name, 10);
    for (uint32_t i = 0; !cp_node_is_scalar(node) && i < node->length; i++)
        read_strings(node->type == CP_NODE_SEQUENCE ? &node->items[i] : &node->members[i].value,
                     name);
}

static void read_json(struct cp_text text, const char *name)
{
    struct cp_documents values = {.items.count = 0};
    struct cp_yaml_error error;
    struct cp_arena arena;
    struct cp_tree tree;

    cp_arena_init(&arena, NULL);
    cp_tree_init(&tree, &arena, &limits, &values);
    ck_assert_int_eq(cp_json_read(&tree, text, &error), CALPOL_OK);
    for (uint32_t i = 0; i < values.items.count; i++)
        read_strings(&values.items.items[i].root, name);
    cp_tree_finish(&tree);
    cp_arena_finish(&arena);
}

static void read_file(const char *path, size_t size, bool is_json)
{
    FILE *stream = fopen(path, "rb");
    char *text = malloc(size + 1);

    ck_assert_ptr_nonnull(stream);
    ck_assert_ptr_nonnull(text);
    ck_assert_uint_eq(fread(text, 1, size, stream), size);
    (void)fclose(stream);
    if (is_json)
        read_json(cp_text_make(text, size), path);
    else
        read_text(cp_text_make(text, size), path, 20);
    free(text);
}

static void read_folder(const char *path)
{
    DIR *folder = opendir(path);
    const struct dirent *member;

    while (folder && (member = readdir(folder))) {
        struct cp_text name = cp_text_from(member->d_name);
        char below[4096];
        struct stat status;

        if (name.data[0] == '.')
            continue;
        (void)snprintf(below, sizeof(below), "%s/%s", path, name.data);
        if (stat(below, &status))
            continue;
        if (S_ISDIR(status.st_mode))
            read_folder(below);
        else if (cp_text_ends_with(name, CP_TEXT(".yaml")) ||
                 cp_text_ends_with(name, CP_TEXT(".yml")))
            read_file(below, (size_t)status.st_size, false);
        else if (cp_text_ends_with(name, CP_TEXT(".json")))
            read_file(below, (size_t)status.st_size, true);
    }
    if (folder)
        (void)closedir(folder);
}

/* Where files lie that need not be there. */
static const struct {
    const char *path;
    bool is_ours;
} folders[] = {
    {TESTS_FOLDER, true},
    {TESTS_FOLDER "/../examples", true},
    {SHARED_FOLDER "/vectors", false},
    {SHARED_FOLDER "/cases", false},
    {SHARED_FOLDER "/corpus", false},
};

START_TEST(files_and_changed_files_are_the_same_both_ways)
{
    documents = quick_documents = texts_met = 0;
    read_folder(folders[_i].path);
    if (documents || folders[_i].is_ours) {
        ck_assert_uint_gt(documents, 0);
        ck_assert_uint_ge(quick_documents, documents / 2);
    } else {
        puts("# a folder beside the source tree is not there: skipped");
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("block");
    TCase *texts = tcase_create("texts");
    TCase *files = tcase_create("files");

    tcase_set_timeout(files, 60);
    tcase_add_loop_test(texts, kubernetes_yaml_is_read_quickly, 0, COUNT_OF(quick_texts));
    tcase_add_loop_test(texts, what_is_not_understood_is_given_up, 0, COUNT_OF(given_up_texts));
    tcase_add_test(texts, keys_have_the_length_that_libyaml_allows);
    tcase_add_loop_test(texts, what_is_given_up_ends_with_its_part, 0, COUNT_OF(streams));
    tcase_add_loop_test(files, files_and_changed_files_are_the_same_both_ways, 0,
                        COUNT_OF(folders));
    suite_add_tcase(suite, texts);
    suite_add_tcase(suite, files);
    return suite;
}
