/* SPDX-License-Identifier: Apache-2.0 */
/*
 * validation.json: which Calico resources are good, what is wrong with the others, and what good
 * ones look like with defaults filled in (resources.md 13).
 *
 * Resources are written as JSON and looked at; written as YAML, they must read back as the same.
 */
#include "resource/write.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"
#include "support/vectors.h"

#include <stdio.h>

/* What the file holds; fewer means that something was lost. */
#define VECTOR_COUNT 1054u

/* Vectors that the specification contradicts, which has precedence: resources.md 2.2 joins
   surrogate pairs in JSON. */
static const char *const overruled[] = {"yaml-json-surrogates"};

struct vector {
    const char *id;
    const struct cp_node *node;
    struct loaded loaded;
    struct cp_write_index index;
    bool failed;
};

struct counts {
    unsigned good, bad, defaults, read_back, failed, overruled;
};

static void complain(struct vector *vector, const char *what, const char *detail)
{
    (void)printf("# %s: %s %s\n", vector->id, what, detail);
    vector->failed = true;
}

/* ---- input ---- */

/* The text with every marker replaced, as "expand" says. */
static struct cp_text expand(struct cp_arena *arena,
                             struct cp_text text,
                             const struct cp_node *expansion)
{
    struct cp_text marker = cp_node_text(&expansion->items[0]);
    struct cp_buffer buffer;
    int64_t times = 0;
    size_t at;

    ck_assert(cp_node_integer(&expansion->items[2], &times));
    cp_buffer_init(&buffer, arena);
    while ((at = cp_text_find(text, marker)) != SIZE_MAX) {
        cp_buffer_add(&buffer, cp_text_first(text, at));
        for (int64_t i = 0; i < times; i++)
            cp_buffer_add(&buffer, cp_node_text(&expansion->items[1]));
        text = cp_text_from_byte(text, at + marker.length);
    }
    cp_buffer_add(&buffer, text);
    return cp_buffer_text(&buffer);
}

static struct cp_text input_of(struct cp_arena *arena, const struct cp_node *node)
{
    const struct cp_node *expansion = find_member(node, "expand");
    struct cp_text text = member_text(node, "yaml");

    return expansion ? expand(arena, text, expansion) : text;
}

/* ---- errors ---- */

static bool is_error(const struct cp_diagnostic *item)
{
    return item->severity == CALPOL_SEVERITY_ERROR;
}

static void check_good(struct vector *vector)
{
    const struct calpol_diagnostics *diagnostics = &vector->loaded.diagnostics;

    for (uint32_t i = 0; i < diagnostics->items.count; i++) {
        const struct cp_diagnostic *item = &diagnostics->items.items[i];

        if (is_error(item))
            complain(vector, "refused:", item->message);
    }
}

static void check_bad(struct vector *vector)
{
    const struct calpol_diagnostics *diagnostics = &vector->loaded.diagnostics;
    const char *code = member_string(vector->node, "error_id");
    const char *path = member_string(vector->node, "error_field");
    const char *other = "nothing";
    size_t document =
        find_member(vector->node, "error_doc") ? member_size(vector->node, "error_doc") : 0;

    for (uint32_t i = 0; i < diagnostics->items.count; i++) {
        const struct cp_diagnostic *item = &diagnostics->items.items[i];

        if (!is_error(item))
            continue;
        if (strcmp(cp_code_info(item->code)->name, code) == 0 &&
            strcmp(item->path, path ? path : "") == 0 && item->document == document)
            return;
        other = item->message;
    }
    complain(vector, "expected an error, found", other);
}

/* ---- what was loaded ---- */

static struct cp_text write_object(struct vector *vector, enum cp_emit_form form, uint32_t object)
{
    struct cp_writer writer;
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &vector->loaded.work);
    cp_writer_init(&writer, form, vector->loaded.names, &vector->loaded.work, &buffer);
    if (cp_write_object(&writer, &vector->index, object) == CALPOL_ERROR_NOT_FOUND)
        return cp_text_make(NULL, 0);
    ck_assert_int_eq(writer.status, CALPOL_OK);
    return cp_buffer_text(&buffer);
}

static const struct cp_node *parse_json(struct cp_arena *arena, struct cp_text text)
{
    const struct cp_yaml_limits limits = {.max_depth = 100};
    const struct cp_source source = {.name = "<written>", .text = text};
    struct calpol_diagnostics diagnostics;
    struct cp_documents documents = {.items = {.count = 0}};

    cp_diagnostics_init(&diagnostics, NULL, 0, false);
    ck_assert_int_eq(cp_documents_read(&source, &limits, arena, &diagnostics, &documents),
                     CALPOL_OK);
    ck_assert_msg(documents.items.count == 1 && diagnostics.items.count == 0, "%.*s",
                  (int)text.length, text.data);
    cp_diagnostics_finish(&diagnostics);
    return &documents.items.items[0].root;
}

/* Resource number n of the input; NULL if there are fewer. */
static const struct cp_node *find_resource(struct vector *vector, size_t n)
{
    for (uint32_t i = 0; i < vector->loaded.collection.objects.count; i++) {
        struct cp_text text = write_object(vector, CP_EMIT_JSON, i);

        if (text.data && n-- == 0)
            return parse_json(&vector->loaded.work, text);
    }
    return NULL;
}

/* ---- paths ---- */

/* Takes "name", "[3]" or "[\"key\"]" off the front of a path and goes there. */
static const struct cp_node *step(struct cp_arena *arena,
                                  const struct cp_node *node,
                                  struct cp_text *path)
{
    struct cp_text rest = *path;
    size_t end = 0;
    int index = 0;

    if (rest.data[0] == '.')
        rest = cp_text_from_byte(rest, 1);
    if (rest.data[0] != '[') {
        while (end < rest.length && rest.data[end] != '.' && rest.data[end] != '[')
            end++;
        *path = cp_text_from_byte(rest, end);
        return find_member(node, cp_arena_text(arena, rest.data, end));
    }
    end = cp_text_find_byte(rest, ']');
    ck_assert(end != SIZE_MAX);
    *path = cp_text_from_byte(rest, end + 1);
    if (rest.data[1] == '"')
        return find_member(node, cp_arena_text(arena, rest.data + 2, end - 3));
    for (size_t i = 1; i < end; i++)
        index = index * 10 + (rest.data[i] - '0');
    return node->type == CP_NODE_SEQUENCE && (uint32_t)index < node->length ? &node->items[index]
                                                                            : NULL;
}

static bool is_equal(const struct cp_node *a, const struct cp_node *b)
{
    double x, y;

    if (cp_node_number(a, &x) && cp_node_number(b, &y))
        return !(x < y) && !(x > y);
    if (a->type != b->type)
        return false;
    if (a->type != CP_NODE_SEQUENCE)
        return cp_text_equal(cp_node_text(a), cp_node_text(b));
    for (uint32_t i = 0; i < a->length && i < b->length; i++) {
        if (!is_equal(&a->items[i], &b->items[i]))
            return false;
    }
    return a->length == b->length;
}

static void check_default(struct vector *vector, const struct cp_member *expected)
{
    struct cp_text path = cp_node_text(&expected->key);
    const struct cp_node *node;
    size_t number = 0;

    if (cp_text_starts_with(path, CP_TEXT("docs["))) {
        number = (size_t)(path.data[5] - '0');
        path = cp_text_from_byte(path, strlen("docs[0]"));
    }
    node = find_resource(vector, number);
    if (!node) {
        complain(vector, "no resource for", expected->key.text);
        return;
    }
    while (node && path.length)
        node = step(&vector->loaded.work, node, &path);
    if (expected->value.type == CP_NODE_NULL ? node != NULL
                                             : !node || !is_equal(node, &expected->value))
        complain(vector, "another value at", expected->key.text);
}

/* What is written as YAML reads back as what is written. */
static void check_reading_back(struct vector *vector, uint32_t object)
{
    struct cp_text json = write_object(vector, CP_EMIT_JSON, object);
    struct vector again = {.id = vector->id};
    struct cp_text json_again;

    if (!json.data)
        return;
    load_resources(&again.loaded, write_object(vector, CP_EMIT_YAML, object), 0);
    ck_assert_int_eq(
        cp_write_index_make(&again.loaded.collection, &again.loaded.work, &again.index), CALPOL_OK);
    json_again = again.loaded.collection.objects.count ? write_object(&again, CP_EMIT_JSON, 0)
                                                       : cp_text_make(NULL, 0);
    if (!json_again.data || !cp_text_equal(json, json_again))
        complain(vector, "reads back otherwise:",
                 cp_arena_text(&vector->loaded.work, json.data, json.length));
    finish_resources(&again.loaded);
}

/* ---- all of it ---- */

static bool is_overruled(const char *id)
{
    for (size_t i = 0; i < COUNT_OF(overruled); i++) {
        if (strcmp(id, overruled[i]) == 0)
            return true;
    }
    return false;
}

static void check_vector(const struct cp_node *node, struct counts *counts)
{
    struct vector vector = {.id = member_string(node, "id"), .node = node};
    const struct cp_node *defaults = find_member(node, "defaults");
    bool is_good = member_boolean(node, "valid");
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    load_resources(&vector.loaded, input_of(&arena, node), 0);
    ck_assert_int_eq(
        cp_write_index_make(&vector.loaded.collection, &vector.loaded.work, &vector.index),
        CALPOL_OK);
    if (is_good)
        check_good(&vector);
    else
        check_bad(&vector);
    for (uint32_t i = 0; defaults && i < defaults->length; i++)
        check_default(&vector, &defaults->members[i]);
    for (uint32_t i = 0; is_good && i < vector.loaded.collection.objects.count; i++) {
        check_reading_back(&vector, i);
        counts->read_back++;
    }
    counts->good += is_good;
    counts->bad += !is_good;
    counts->defaults += defaults ? defaults->length : 0;
    if (is_overruled(vector.id))
        counts->overruled += vector.failed;
    else
        counts->failed += vector.failed;
    finish_resources(&vector.loaded);
    cp_arena_finish(&arena);
}

START_TEST(resources_are_judged_and_completed)
{
    struct counts counts = {0};
    const struct cp_node *vectors;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    vectors = read_vectors(&arena, "validation.json");
    for (uint32_t i = 0; i < vectors->length; i++)
        check_vector(&vectors->items[i], &counts);
    (void)printf("# %u good and %u bad vectors, %u defaults, %u resources read back, %u failed\n",
                 counts.good, counts.bad, counts.defaults, counts.read_back, counts.failed);
    (void)fflush(stdout);
    ck_assert_uint_ge(vectors->length, VECTOR_COUNT);
    ck_assert_uint_eq(counts.failed, 0);
    ck_assert_uint_eq(counts.overruled, COUNT_OF(overruled));
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("vectors/validation");
    TCase *vectors = tcase_create("vectors");

    tcase_add_test(vectors, resources_are_judged_and_completed);
    tcase_set_timeout(vectors, 120);
    suite_add_tcase(suite, vectors);
    return suite;
}
