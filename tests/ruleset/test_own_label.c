/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of a pod's own labels (K8-46).
 */
#include "ruleset/own_label.h"
#include "support/expect.h"
#include "support/suite.h"

static const struct {
    const char *key;
    bool reserved;
} keys[] = {
    {"app", false},
    {"pcns", false},
    {"pcns.", true},
    {"pcns.projectcalico.org/name", true},
    {"Pcns.a", false},
    {"pcsa.a", true},
    {"a.pcns.b", false},
    {"projectcalico.org/namespace", true},
    {"projectcalico.org/orchestrator", true},
    {"projectcalico.org/serviceaccount", true},
    {"projectcalico.org/namespaces", false},
    {"\x01pcns.a", true},
    {"", false},
};

START_TEST(in_dialect_upstream_reserved_keys_are_put_out_of_the_way)
{
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct cp_text key;

        ck_assert(
            cp_own_label_key(&arena, CALPOL_DIALECT_UPSTREAM, cp_text_from(keys[i].key), &key));
        if (keys[i].reserved) {
            ck_assert_msg(key.length > 0 && key.data[0] == '\x01', "%s", keys[i].key);
            expect_text(cp_text_from_byte(key, 1), keys[i].key);
        } else {
            expect_text(key, keys[i].key);
        }
    }
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(in_dialect_calico_keys_stay_as_they_are)
{
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        struct cp_text key;

        ck_assert(cp_own_label_key(&arena, CALPOL_DIALECT_CALICO, cp_text_from(keys[i].key), &key));
        expect_text(key, keys[i].key);
    }
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("ruleset/own_label");
    TCase *keys_case = tcase_create("keys");

    tcase_add_test(keys_case, in_dialect_upstream_reserved_keys_are_put_out_of_the_way);
    tcase_add_test(keys_case, in_dialect_calico_keys_stay_as_they_are);
    suite_add_tcase(suite, keys_case);
    return suite;
}
