/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of kinds.
 */
#include "resource/kinds.h"
#include "support/expect.h"
#include "support/suite.h"

static struct cp_text api_version_of(struct cp_arena *arena,
                                     const char *group,
                                     struct cp_text version)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, arena);
    cp_buffer_format(&buffer, "%s%s%t", group, *group ? "/" : "", version);
    return cp_buffer_text(&buffer);
}

START_TEST(every_row_is_found_by_its_versions)
{
    const struct cp_kind *kinds, *found;
    struct cp_arena arena;
    uint32_t kind_count;

    cp_arena_init(&arena, NULL);
    kinds = cp_kind_table(&kind_count);
    for (uint32_t i = 0; i < kind_count; i++) {
        struct cp_text kind = cp_text_from(kinds[i].kind);
        struct cp_text old = cp_text_from(kinds[i].old_versions);
        struct cp_text version = cp_text_from(kinds[i].version);

        /* A group that is gone names the one that has the kind now. */
        if (cp_text_find_byte(version, '/') == SIZE_MAX) {
            ck_assert_int_eq(
                cp_kind_find(api_version_of(&arena, kinds[i].group, version), kind, &found),
                CP_KIND_READ);
            ck_assert_ptr_eq(found, &kinds[i]);
        }
        ck_assert(kinds[i].read);
        while (old.length) {
            size_t end = cp_text_find_byte(old, ' ');

            ck_assert_int_eq(
                cp_kind_find(api_version_of(&arena, kinds[i].group, cp_text_first(old, end)), kind,
                             &found),
                CP_KIND_READ_OLD);
            old = end == SIZE_MAX ? cp_text_first(old, 0) : cp_text_from_byte(old, end + 1);
        }
    }
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(only_other_versions_of_a_kind_share_its_identity)
{
    uint32_t kind_count;
    const struct cp_kind *kinds = cp_kind_table(&kind_count);

    for (uint32_t i = 0; i < kind_count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            if (strcmp(kinds[i].identity, kinds[j].identity) != 0)
                continue;
            ck_assert_str_eq(kinds[i].kind, kinds[j].kind);
            ck_assert_int_eq(kinds[i].flags, kinds[j].flags);
            ck_assert(kinds[i].read == kinds[j].read);
        }
    }
}
END_TEST

static const struct {
    const char *api_version, *kind;
    enum cp_kind_status status;
} cases[] = {
    {"networking.k8s.io/v2", "NetworkPolicy", CP_KIND_UNKNOWN_VERSION},
    {"networking.k8s.io/v1beta1", "NetworkPolicy", CP_KIND_UNKNOWN_VERSION},
    {"extensions/v1", "NetworkPolicy", CP_KIND_UNKNOWN_VERSION},
    {"policy.networking.k8s.io/v1alpha1", "ClusterNetworkPolicy", CP_KIND_UNKNOWN_VERSION},
    {"policy.networking.k8s.io/v1alpha2", "AdminNetworkPolicy", CP_KIND_UNKNOWN_VERSION},
    {"v2", "Pod", CP_KIND_UNKNOWN_VERSION},
    {"crd.projectcalico.org/v1", "Tier", CP_KIND_READ},
    {"crd.projectcalico.org/v3", "Tier", CP_KIND_UNKNOWN_VERSION},
    {"projectcalico.org/v1", "Tier", CP_KIND_UNKNOWN_VERSION},
    {"projectcalico.org", "Tier", CP_KIND_IGNORED},
    {"projectcalico.org/v3", "tier", CP_KIND_UNKNOWN},
    {"projectcalico.org/v3", "Pod", CP_KIND_UNKNOWN},
    {"projectcalico.org/v3", "Node", CP_KIND_IGNORED},
    {"operator.tigera.io/v1", "Installation", CP_KIND_IGNORED},
    {"v1", "tier", CP_KIND_LEGACY},
    {"v1", "Tier", CP_KIND_IGNORED},
    {"v2", "Widget", CP_KIND_IGNORED},
};

START_TEST(a_pair_of_version_and_kind_is_one_of_these)
{
    const struct cp_kind *found;

    ck_assert_int_eq(
        cp_kind_find(cp_text_from(cases[_i].api_version), cp_text_from(cases[_i].kind), &found),
        cases[_i].status);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/kinds");
    TCase *table = tcase_create("table");

    tcase_add_test(table, every_row_is_found_by_its_versions);
    tcase_add_test(table, only_other_versions_of_a_kind_share_its_identity);
    tcase_add_loop_test(table, a_pair_of_version_and_kind_is_one_of_these, 0, (int)COUNT_OF(cases));
    suite_add_tcase(suite, table);
    return suite;
}
