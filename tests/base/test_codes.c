/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of diagnostic codes.
 */
#include "base/diagnostic.h"

#include "support/suite.h"

START_TEST(rows_are_numbered_from_one_without_gaps)
{
    uint32_t count;
    const struct cp_code_info *table = cp_code_table(&count);

    for (uint32_t i = 0; i < count; i++) {
        ck_assert_uint_eq(table[i].code, i + 1);
        ck_assert_ptr_eq(cp_code_info(i + 1), &table[i]);
    }
    ck_assert_ptr_null(cp_code_info(0));
    ck_assert_ptr_null(cp_code_info(count + 1));
    ck_assert_ptr_null(cp_code_info(UINT32_MAX));
}
END_TEST

/* Lower case words joined by dashes. */
static bool is_code_name(const char *name)
{
    size_t length = strlen(name);

    return length > 0 && strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == length &&
           name[0] != '-' && name[length - 1] != '-' && !strstr(name, "--");
}

START_TEST(names_are_different_and_found)
{
    uint32_t count;
    const struct cp_code_info *table = cp_code_table(&count);

    for (uint32_t i = 0; i < count; i++) {
        ck_assert_msg(is_code_name(table[i].name), "%s", table[i].name);
        /* Of two rows with one name the first would be found. */
        ck_assert_ptr_eq(cp_code_find(cp_text_from(table[i].name)), &table[i]);
    }
    ck_assert_ptr_null(cp_code_find(CP_TEXT("no-such-code")));
    ck_assert_ptr_null(cp_code_find(CP_TEXT("")));
}
END_TEST

START_TEST(meanings_are_one_line_without_full_stop)
{
    uint32_t count;
    const struct cp_code_info *table = cp_code_table(&count);

    for (uint32_t i = 0; i < count; i++) {
        const char *meaning = table[i].meaning;

        ck_assert_uint_gt(strlen(meaning), 0);
        ck_assert_ptr_null(strchr(meaning, '\n'));
        ck_assert_msg(meaning[strlen(meaning) - 1] != '.', "%s", meaning);
    }
}
END_TEST

/* Numbers are public: these were given out and stay. */
START_TEST(numbers_stay)
{
    ck_assert_uint_eq(CP_CODE_YAML_SYNTAX, 1);
    ck_assert_uint_eq(CP_CODE_HTTP_EGRESS, 66);
    ck_assert_uint_eq(CP_CODE_SERVICE_UNRESOLVED, 137);
}
END_TEST

START_TEST(only_errors_can_be_softened)
{
    uint32_t count;
    const struct cp_code_info *table = cp_code_table(&count);

    for (uint32_t i = 0; i < count; i++) {
        if (table[i].severity != CALPOL_SEVERITY_ERROR)
            ck_assert_msg(table[i].lenient == CP_LENIENT_USE, "%s", table[i].name);
    }
}
END_TEST

/* What stays an error has no consequence; what has one reads on as a clause. */
START_TEST(consequences_are_clauses_of_errors)
{
    uint32_t count;
    const struct cp_code_info *table = cp_code_table(&count);

    for (uint32_t i = 0; i < count; i++) {
        const char *consequence = cp_code_consequence(table[i].code);
        size_t length = strlen(consequence);

        if (length == 0)
            continue;
        ck_assert_msg(table[i].severity == CALPOL_SEVERITY_ERROR, "%s", table[i].name);
        ck_assert_ptr_null(strchr(consequence, '\n'));
        ck_assert_msg(consequence[length - 1] != '.', "%s", consequence);
    }
    ck_assert_str_ne(cp_code_consequence(CP_CODE_YAML_DUPLICATE_KEY), "");
    ck_assert_str_eq(cp_code_consequence(CP_CODE_YAML_SYNTAX), "");
    ck_assert_str_eq(cp_code_consequence(CP_CODE_NONE), "");
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/codes");
    TCase *table = tcase_create("table");

    tcase_add_test(table, rows_are_numbered_from_one_without_gaps);
    tcase_add_test(table, names_are_different_and_found);
    tcase_add_test(table, meanings_are_one_line_without_full_stop);
    tcase_add_test(table, numbers_stay);
    tcase_add_test(table, only_errors_can_be_softened);
    tcase_add_test(table, consequences_are_clauses_of_errors);
    suite_add_tcase(suite, table);
    return suite;
}
