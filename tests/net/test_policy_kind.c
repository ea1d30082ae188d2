/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kinds of policy and their spellings (EV-24, EV-163, EV-164).
 */
#include "net/policy_kind.h"

#include "support/expect.h"
#include "support/suite.h"

/* From the specification, not from the table. */
static const struct {
    enum cp_policy_kind kind;
    const char *name, *short_name, *goldmane;
} kinds[] = {
    {CP_KIND_NETWORK_POLICY, "NetworkPolicy", "np", "CalicoNetworkPolicy"},
    {CP_KIND_GLOBAL_NETWORK_POLICY, "GlobalNetworkPolicy", "gnp", "GlobalNetworkPolicy"},
    {CP_KIND_STAGED_NETWORK_POLICY, "StagedNetworkPolicy", "snp", "StagedNetworkPolicy"},
    {CP_KIND_STAGED_GLOBAL_NETWORK_POLICY, "StagedGlobalNetworkPolicy", "sgnp",
     "StagedGlobalNetworkPolicy"},
    {CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY, "StagedKubernetesNetworkPolicy", "sknp",
     "StagedKubernetesNetworkPolicy"},
    {CP_KIND_KUBERNETES_NETWORK_POLICY, "KubernetesNetworkPolicy", "knp", "NetworkPolicy"},
    {CP_KIND_KUBERNETES_CLUSTER_NETWORK_POLICY, "KubernetesClusterNetworkPolicy", "kcnp",
     "ClusterNetworkPolicy"},
    {CP_KIND_PROFILE, "Profile", "pro", "Profile"},
};

START_TEST(kinds_are_spelled_as_specified)
{
    const struct cp_policy_kind_info *info = cp_policy_kind_info(kinds[_i].kind);

    ck_assert_str_eq(info->name, kinds[_i].name);
    ck_assert_str_eq(info->short_name, kinds[_i].short_name);
    ck_assert_str_eq(info->goldmane, kinds[_i].goldmane);
}
END_TEST

START_TEST(every_kind_has_a_row_and_names_of_its_own)
{
    for (int i = 0; i < CP_KIND_COUNT; i++) {
        const struct cp_policy_kind_info *info = cp_policy_kind_info((enum cp_policy_kind)i);

        ck_assert_ptr_nonnull(info->name);
        ck_assert_ptr_nonnull(info->written);
        ck_assert_int_eq(info->staged, strncmp(info->name, "Staged", 6) == 0);
        for (int j = 0; j < i; j++) {
            const struct cp_policy_kind_info *other = cp_policy_kind_info((enum cp_policy_kind)j);

            ck_assert_str_ne(info->name, other->name);
            ck_assert_str_ne(info->short_name, other->short_name);
            ck_assert_str_ne(info->goldmane, other->goldmane);
        }
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("net/policy_kind");
    TCase *names = tcase_create("names");

    tcase_add_loop_test(names, kinds_are_spelled_as_specified, 0, (int)COUNT_OF(kinds));
    tcase_add_test(names, every_kind_has_a_row_and_names_of_its_own);
    suite_add_tcase(suite, names);
    return suite;
}
