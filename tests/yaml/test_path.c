/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the text of a path to the place it names. The way from fields to paths is tested with the
 * reader.
 */
#include "yaml/reader.h"

#include "support/documents.h"
#include "support/expect.h"
#include "support/suite.h"

static const char text[] = "metadata: {name: a}\n" /* 1 */
                           "spec:\n"               /* 2 */
                           "  order: 10\n"         /* 3 */
                           "  ingress:\n"          /* 4 */
                           "  - action: Allow\n"   /* 5 */
                           "    source: {}\n"      /* 6 */
                           "  - action: Deny\n"    /* 7 */
                           "  - - x\n"             /* 8 */
                           "    - y\n"             /* 9 */
                           "  empty:\n";           /* 10 */

static const struct {
    const char *path;
    uint32_t line, column;
} places[] = {
    {"", 1, 1},
    {"spec.order", 3, 10},     /* a scalar itself */
    {"spec", 2, 1},            /* of a mapping, the key */
    {"spec.ingress", 4, 3},    /* of a list too */
    {"spec.ingress[1]", 7, 5}, /* an item has no key */
    {"spec.ingress[1].action", 7, 13},
    {"spec.ingress[0].source", 6, 5},
    {"spec.ingress[2][1]", 9, 7},
    {"spec.empty", 10, 9},
    {"metadata.name", 1, 18},
    {"spec.egress[0].action", 2, 1}, /* as far as the way exists */
    {"spec.ingress[9].action", 4, 3},
    {"spec.order.more", 3, 10},
    {"spec.order[0]", 3, 10},
    {"spec[0]", 2, 1},
    {"spec.ingress[x]", 4, 3},
    {"spec.ingress[", 4, 3},
    {"spec.ingress[]", 4, 3},
    {"spec.ingress[0", 4, 3},
    {"status", 1, 1},
};

START_TEST(a_path_leads_to_a_place)
{
    struct parsed parsed;
    const struct cp_node *node;

    parse_documents(&parsed, cp_text_from(text));
    node = cp_node_at(root_of(&parsed, 0), cp_text_from(places[_i].path));
    ck_assert_uint_eq(node->line, places[_i].line);
    ck_assert_uint_eq(node->column, places[_i].column);
    finish_parsed(&parsed);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("yaml/path");
    TCase *made = tcase_create("path");

    tcase_add_loop_test(made, a_path_leads_to_a_place, 0, (int)COUNT_OF(places));
    suite_add_tcase(suite, made);
    return suite;
}
