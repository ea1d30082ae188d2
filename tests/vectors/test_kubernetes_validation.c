/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kubernetes-validation.json: what is refused in Kubernetes policies, with code and path
 * (kubernetes.md 10, 13).
 */
#include "support/resources.h"
#include "support/suite.h"
#include "support/vectors.h"

#include <stdio.h>

/* What the file holds; fewer means that something was lost. */
#define VECTOR_COUNT 111u
#define ERROR_COUNT 109u

/* "NetworkPolicy n/p" for "NetworkPolicy/n/p". */
static bool is_object(const char *resource, struct cp_text expected)
{
    struct cp_text actual = cp_text_from(resource);
    size_t slash = cp_text_find_byte(actual, '/');

    return actual.length == expected.length &&
           cp_text_equal(cp_text_first(actual, slash), cp_text_first(expected, slash)) &&
           cp_text_equal(cp_text_from_byte(actual, slash + 1),
                         cp_text_from_byte(expected, slash + 1));
}

static bool is_expected(const struct cp_diagnostic *item, const struct cp_node *errors)
{
    for (uint32_t i = 0; i < errors->length; i++) {
        const struct cp_node *error = &errors->items[i];

        if (is_object(item->resource, member_text(error, "object")) &&
            cp_text_is(member_text(error, "code"), cp_code_info(item->code)->name) &&
            cp_text_is(member_text(error, "path"), item->path))
            return true;
    }
    return false;
}

static uint32_t check_vector(const struct cp_node *vector)
{
    const char *id = member_text(vector, "id").data;
    const struct cp_node *errors = member_list(find_member(vector, "expect"), "errors");
    bool is_lenient = find_member(vector, "lenient") && member_boolean(vector, "lenient");
    struct loaded loaded;
    uint32_t count = 0;

    load_resources(&loaded, member_text(vector, "resources"), is_lenient ? CALPOL_LOAD_LENIENT : 0);
    for (uint32_t i = 0; i < loaded.diagnostics.items.count; i++) {
        const struct cp_diagnostic *item = &loaded.diagnostics.items.items[i];

        if (item->severity != CALPOL_SEVERITY_ERROR)
            continue;
        ck_assert_msg(is_expected(item, errors), "%s: %s %s at %s: %s", id,
                      cp_code_info(item->code)->name, item->resource, item->path, item->message);
        count++;
    }
    ck_assert_msg(count == errors->length, "%s: %u of %u errors", id, count, errors->length);
    ck_assert_msg(loaded.collection.k8s_policies.count == (count == 0), "%s: %u policies", id,
                  loaded.collection.k8s_policies.count);
    finish_resources(&loaded);
    return count;
}

START_TEST(what_an_api_server_refuses_is_refused)
{
    uint32_t error_count = 0;
    struct cp_arena arena;
    const struct cp_node *vectors;

    cp_arena_init(&arena, NULL);
    vectors = read_vectors(&arena, "kubernetes-validation.json");
    for (uint32_t i = 0; i < vectors->length; i++)
        error_count += check_vector(&vectors->items[i]);
    (void)printf("# %u vectors, %u errors\n", vectors->length, error_count);
    (void)fflush(stdout);
    ck_assert_uint_ge(vectors->length, VECTOR_COUNT);
    ck_assert_uint_ge(error_count, ERROR_COUNT);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("vectors/kubernetes-validation");
    TCase *vectors = tcase_create("vectors");

    tcase_add_test(vectors, what_an_api_server_refuses_is_refused);
    tcase_set_timeout(vectors, 60);
    suite_add_tcase(suite, vectors);
    return suite;
}
