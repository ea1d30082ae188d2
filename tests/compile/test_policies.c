/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of tiers and policies (EV-20 to EV-24, K8-7).
 */
#include "support/expect.h"
#include "support/rulesets.h"
#include "support/suite.h"

#define TIER(name, spec)                                                                           \
    "---\napiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: " name "}\nspec: {" spec  \
    "}\n"
#define GLOBAL(name, spec)                                                                         \
    "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: " name     \
    "}\nspec: {" spec "}\n"
#define STAGED_GLOBAL(name, spec)                                                                  \
    "---\napiVersion: projectcalico.org/v3\nkind: StagedGlobalNetworkPolicy\nmetadata: "           \
    "{name: " name "}\nspec: {" spec "}\n"

static void expect_tiers(const struct compiled *compiled, const char *const *names, uint32_t count)
{
    ck_assert_uint_eq(compiled->ruleset->tier_count, count);
    for (uint32_t i = 0; i < count; i++)
        expect_text(compiled->ruleset->tiers[i].name, names[i]);
}

static void expect_policies(const struct compiled *compiled,
                            const char *const *labels,
                            uint32_t count)
{
    ck_assert_uint_eq(compiled->ruleset->policy_count, count);
    for (uint32_t i = 0; i < count; i++)
        expect_text(compiled->ruleset->policies[i]->label, labels[i]);
}

START_TEST(tiers_go_by_order_then_name_and_those_without_order_come_last)
{
    static const char *const names[] = {"b",        "kube-admin",    "c", "default",
                                        "default2", "kube-baseline", "a", "z"};
    struct compiled compiled;

    compile_resources(&compiled,
                      TIER("z", "") TIER("a", "") TIER("c", "order: 2000") TIER("b", "order: -1")
                          TIER("default2", "order: 1e6"),
                      CALPOL_DIALECT_AUTO);
    expect_tiers(&compiled, names, COUNT_OF(names));
    free_compiled(&compiled);
}
END_TEST

START_TEST(a_tier_that_only_a_policy_names_comes_after_all_others_and_denies)
{
    static const char *const names[] = {"kube-admin", "default", "kube-baseline", "z", "a", "b"};
    struct compiled compiled;

    compile_resources(
        &compiled, GLOBAL("q", "tier: b") GLOBAL("p", "tier: a") TIER("z", "defaultAction: Pass"),
        CALPOL_DIALECT_AUTO);
    expect_tiers(&compiled, names, COUNT_OF(names));
    ck_assert_uint_eq(tier_named(compiled.ruleset, "a")->default_action, CALPOL_ACTION_DENY);
    ck_assert(!tier_named(compiled.ruleset, "a")->exists);
    ck_assert_uint_eq(tier_named(compiled.ruleset, "z")->default_action, CALPOL_ACTION_PASS);
    free_compiled(&compiled);
}
END_TEST

START_TEST(tier_order_default_gives_a_tier_without_order_the_order_of_default)
{
    static const char *const names[] = {"kube-admin", "aaa", "default", "zzz", "kube-baseline"};
    struct cp_options options;
    struct compiled compiled;

    cp_options_init(&options);
    options.tier_order_million = true;
    compile_with_options(&compiled, TIER("zzz", "") TIER("aaa", ""), CALPOL_DIALECT_AUTO, &options);
    expect_tiers(&compiled, names, COUNT_OF(names));
    free_compiled(&compiled);
}
END_TEST

START_TEST(policies_go_by_order_and_one_without_order_comes_last)
{
    static const char *const labels[] = {"gnp:d", "gnp:b", "gnp:a", "gnp:c"};
    struct compiled compiled;

    compile_resources(&compiled,
                      GLOBAL("c", "") GLOBAL("a", "order: 1e1") GLOBAL("b", "order: 9.5")
                          GLOBAL("d", "order: -3"),
                      CALPOL_DIALECT_AUTO);
    expect_policies(&compiled, labels, COUNT_OF(labels));
    free_compiled(&compiled);
}
END_TEST

START_TEST(a_name_that_goes_on_with_a_dash_or_dot_sorts_before_the_name_itself)
{
    static const char *const labels[] = {"gnp:a-b", "gnp:a.b", "gnp:a", "gnp:a0"};
    struct compiled compiled;

    compile_resources(&compiled,
                      GLOBAL("a", "") GLOBAL("a0", "") GLOBAL("a.b", "") GLOBAL("a-b", ""),
                      CALPOL_DIALECT_AUTO);
    expect_policies(&compiled, labels, COUNT_OF(labels));
    free_compiled(&compiled);
}
END_TEST

START_TEST(on_a_tie_the_enforced_kind_comes_before_the_staged_one)
{
    static const char *const labels[] = {"gnp:a", "sgnp:a"};
    struct compiled compiled;

    compile_resources(&compiled, STAGED_GLOBAL("a", "order: 1") GLOBAL("a", "order: 1"),
                      CALPOL_DIALECT_AUTO);
    expect_policies(&compiled, labels, COUNT_OF(labels));
    free_compiled(&compiled);
}
END_TEST

START_TEST(a_staged_deletion_takes_no_part)
{
    struct compiled compiled;

    compile_resources(&compiled, STAGED_GLOBAL("a", "stagedAction: Delete"), CALPOL_DIALECT_AUTO);
    ck_assert_uint_eq(compiled.ruleset->policy_count, 0);
    free_compiled(&compiled);
}
END_TEST

START_TEST(policies_of_a_tier_are_a_range)
{
    struct compiled compiled;
    const struct cp_tier *tier;

    compile_resources(&compiled,
                      TIER("t", "order: 5") GLOBAL("x", "") GLOBAL("w", "tier: t")
                          GLOBAL("z", "tier: t"),
                      CALPOL_DIALECT_AUTO);
    tier = tier_named(compiled.ruleset, "t");
    ck_assert_uint_eq(tier->policy_count, 2);
    expect_text(compiled.ruleset->policies[tier->first_policy]->label, "gnp:w");
    expect_text(compiled.ruleset->policies[tier->first_policy + 1]->label, "gnp:z");
    free_compiled(&compiled);
}
END_TEST

/* 508 bytes are a label name; with "pcns." in front they are one too many. */
static void build_long_selector(char *text, size_t size)
{
    const char *head = "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n"
                       "metadata: {name: long}\nspec: {namespaceSelector: 'has(";
    size_t at = strlen(head);

    ck_assert_uint_lt(at + 520, size);
    memcpy(text, head, at);
    memset(text + at, 'k', 508);
    memcpy(text + at + 508, ")'}\n", sizeof(")'}\n"));
}

START_TEST(a_policy_whose_selectors_do_not_combine_is_an_error_and_left_out)
{
    static const struct cp_options options;
    char text[1024];
    struct loaded loaded;
    struct cp_compile_input input = {.collection = &loaded.collection,
                                     .work = &loaded.work,
                                     .diagnostics = &loaded.diagnostics,
                                     .options = options};

    build_long_selector(text, sizeof(text));
    load_resources(&loaded, cp_text_from(text), 0);
    expect_no_errors(&loaded);
    ck_assert_int_eq(cp_compile(&input, loaded.ruleset), CALPOL_OK);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_SELECTOR_SYNTAX, "spec");
    ck_assert_uint_eq(loaded.ruleset->policy_count, 0);
    finish_resources(&loaded);
}
END_TEST

/* Calico replaces all() although the namespace selector that made it do so has vanished. */
START_TEST(in_a_lenient_load_a_namespace_selector_that_does_not_parse_still_excludes_hosts)
{
    static const struct cp_options options;
    struct loaded loaded;
    struct cp_compile_input input = {.collection = &loaded.collection,
                                     .work = &loaded.work,
                                     .diagnostics = &loaded.diagnostics,
                                     .lenient = true,
                                     .options = options};
    const struct cp_policy *policy;

    load_resources(&loaded, CP_TEXT(GLOBAL("p", "selector: all(), namespaceSelector: 'a ='")),
                   CALPOL_LOAD_LENIENT);
    ck_assert_int_eq(cp_compile(&input, loaded.ruleset), CALPOL_OK);
    policy = policy_named(loaded.ruleset, "gnp:p");
    expect_text(loaded.ruleset->selectors[policy->selector].text,
                "has(projectcalico.org/namespace)");
    finish_resources(&loaded);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("compile/policies");
    TCase *order = tcase_create("order");

    tcase_add_test(order, tiers_go_by_order_then_name_and_those_without_order_come_last);
    tcase_add_test(order, a_tier_that_only_a_policy_names_comes_after_all_others_and_denies);
    tcase_add_test(order, tier_order_default_gives_a_tier_without_order_the_order_of_default);
    tcase_add_test(order, policies_go_by_order_and_one_without_order_comes_last);
    tcase_add_test(order, a_name_that_goes_on_with_a_dash_or_dot_sorts_before_the_name_itself);
    tcase_add_test(order, on_a_tie_the_enforced_kind_comes_before_the_staged_one);
    tcase_add_test(order, a_staged_deletion_takes_no_part);
    tcase_add_test(order, policies_of_a_tier_are_a_range);
    tcase_add_test(order, a_policy_whose_selectors_do_not_combine_is_an_error_and_left_out);
    tcase_add_test(order,
                   in_a_lenient_load_a_namespace_selector_that_does_not_parse_still_excludes_hosts);
    suite_add_tcase(suite, order);
    return suite;
}
