/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies and their tiers, once everything is read (resources.md 6.6, 9.3, 9.4).
 */
#include "calico_text.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

START_TEST(a_tier_may_come_after_its_policy)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(POLICY("tier: t") "---\n" TIER("t", "order: 1")), 0);
    ck_assert_uint_eq(loaded.diagnostics.items.count, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(an_undefined_tier_is_a_warning_or_an_error)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(POLICY("tier: t")), 0);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_UNDEFINED_TIER, "spec.tier");
    ck_assert_uint_eq(loaded.diagnostics.items.items[0].line, 4);
    ck_assert_uint_eq(loaded.diagnostics.items.items[0].column, 14);
    finish_resources(&loaded);
    load_resources(&loaded, CP_TEXT(POLICY("tier: t")), CALPOL_LOAD_TIERS_REQUIRED);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_UNDEFINED_TIER, "spec.tier");
    finish_resources(&loaded);
}
END_TEST

START_TEST(an_undefined_tier_of_a_list_item_has_its_path)
{
    struct loaded loaded;

    load_resources(&loaded,
                   CP_TEXT("{apiVersion: projectcalico.org/v3, kind: NetworkPolicyList, items: ["
                           "{metadata: {name: p}}, {metadata: {name: q}, spec: {tier: t}}]}"),
                   0);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_UNDEFINED_TIER, "items[1].spec.tier");
    finish_resources(&loaded);
}
END_TEST

START_TEST(built_in_tiers_need_no_declaration)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(POLICY("tier: kube-baseline")), CALPOL_LOAD_TIERS_REQUIRED);
    ck_assert_uint_eq(loaded.diagnostics.items.count, 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_replaced_policy_is_not_judged)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(POLICY("tier: t") "---\n" POLICY("")), 0);
    ck_assert_uint_eq(count_code(&loaded, CP_CODE_UNDEFINED_TIER), 0);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_tier_without_order_is_warned_of)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(TIER("t", "") "---\n" TIER("default", "")), 0);
    expect_report(&loaded, CALPOL_SEVERITY_WARNING, CP_CODE_TIER_ORDER_MISSING, "spec.order");
    ck_assert(!loaded.collection.tiers.items[0]->has_order);
    ck_assert(loaded.collection.tiers.items[1]->has_order);
    finish_resources(&loaded);
}
END_TEST

START_TEST(a_bare_kube_admin_is_wrong_twice)
{
    struct loaded loaded;

    load_resources(&loaded, CP_TEXT(TIER("kube-admin", "")), 0);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_TIER_BUILTIN_ACTION,
                  "spec.defaultAction");
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_TIER_BUILTIN_ORDER, "spec.order");
    finish_resources(&loaded);
    load_resources(&loaded, CP_TEXT(TIER("kube-admin", "order: x, defaultAction: Pass")), 0);
    expect_report(&loaded, CALPOL_SEVERITY_ERROR, CP_CODE_TYPE, "spec.order");
    ck_assert_uint_eq(loaded.diagnostics.items.count, 1);
    finish_resources(&loaded);
}
END_TEST

/* Names of policies in a tier, beside the tiers t and u: said by default, and said on request. */
static const struct {
    const char *name, *tier;
    bool by_default, on_request;
} names[] = {
    {"p", "default", false, false},
    {"p", "t", false, true},
    {"t.p", "t", false, false},
    {"t.p", "default", true, true},
    {"default.p", "t", true, true},
    {"other.p", "t", false, true},
    {"u.p", "t", true, true},
    {"default.p", "default", false, false},
    {"knp.default.x.y", "t", false, false},
    {"ossg.default.x", "t", false, false},
};

static uint32_t count_prefix_reports(const char *name,
                                     const char *tier,
                                     uint32_t flags,
                                     enum calpol_severity severity)
{
    struct cp_arena arena;
    struct cp_buffer text;
    struct loaded loaded;
    uint32_t count;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    cp_buffer_format(&text,
                     TIER("t", "order: 1") "---\n" TIER("u", "order: 1") "---\n" CALICO(
                         "NetworkPolicy", "name: %s", "tier: %s"),
                     name, tier);
    load_resources(&loaded, cp_buffer_text(&text), flags);
    count = count_code(&loaded, CP_CODE_NAME_TIER_PREFIX);
    if (count)
        expect_report(&loaded, severity, CP_CODE_NAME_TIER_PREFIX, "metadata.name");
    finish_resources(&loaded);
    cp_arena_finish(&arena);
    return count;
}

START_TEST(a_name_may_have_to_go_with_the_tier)
{
    const uint32_t required = CALPOL_LOAD_TIER_PREFIX_REQUIRED;

    ck_assert_uint_eq(
        count_prefix_reports(names[_i].name, names[_i].tier, 0, CALPOL_SEVERITY_WARNING),
        names[_i].by_default);
    ck_assert_uint_eq(
        count_prefix_reports(names[_i].name, names[_i].tier, required, CALPOL_SEVERITY_ERROR),
        names[_i].on_request);
    ck_assert_uint_eq(count_prefix_reports(names[_i].name, names[_i].tier,
                                           required | CALPOL_LOAD_LENIENT, CALPOL_SEVERITY_WARNING),
                      names[_i].on_request);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/link");
    TCase *tiers = tcase_create("tiers");

    tcase_add_test(tiers, a_tier_may_come_after_its_policy);
    tcase_add_test(tiers, an_undefined_tier_is_a_warning_or_an_error);
    tcase_add_test(tiers, an_undefined_tier_of_a_list_item_has_its_path);
    tcase_add_test(tiers, built_in_tiers_need_no_declaration);
    tcase_add_test(tiers, a_replaced_policy_is_not_judged);
    tcase_add_test(tiers, a_tier_without_order_is_warned_of);
    tcase_add_test(tiers, a_bare_kube_admin_is_wrong_twice);
    tcase_add_loop_test(tiers, a_name_may_have_to_go_with_the_tier, 0, (int)COUNT_OF(names));
    suite_add_tcase(suite, tiers);
    return suite;
}
