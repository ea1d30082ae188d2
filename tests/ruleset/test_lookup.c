/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding things by name and address, and names near one that is none.
 */
#include "ruleset/lookup.h"

#include "support/expect.h"
#include "support/rulesets.h"
#include "support/snippets.h"
#include "support/suite.h"

#define LONG_NAME                                                                                  \
    "a123456789.a123456789.a123456789.a123456789.a123456789.a123456789.a123456789.a123456789.a1"

#define CLUSTER                                                                                    \
    POD("shop", "web", "", "nodeName: n1", "{ip: 10.0.0.1}")                                       \
    POD("shop", "web-1", "", "", "{ip: 10.0.0.2}")                                                 \
    POD("shop", "cart", "", "", "{ip: 10.0.0.2}")                                                  \
    POD("other", "db", "", "", "")                                                                 \
    RESOURCE("v1", "Pod", "name: over, namespace: shop",                                           \
             "spec: {}\nstatus: {phase: Failed, podIPs: [{ip: 10.0.0.1}]}")                        \
    RESOURCE("v1", "Pod", "name: host, namespace: shop", "spec: {hostNetwork: true}")              \
    HOST_ENDPOINT("web", "", "node: n2, interfaceName: eth0")                                      \
    NETWORK_SET("web", "", "nets: [10.0.0.0/8]")                                                   \
    CALICO("NetworkSet", "name: web, namespace: shop", "")                                         \
    SERVICE("shop", "web", "ports: [{port: 80}]")                                                  \
    PROFILE("p", "") POD("shop", LONG_NAME, "", "", "")

static struct compiled compiled;

static void set_up(void)
{
    compile_resources(&compiled, CLUSTER, CALPOL_DIALECT_CALICO);
}

static void tear_down(void)
{
    free_compiled(&compiled);
}

static const struct {
    const char *text;
    enum cp_reference_type type;
    const char *name; /* of what is found */
} references[] = {
    {"pod:shop/web", CP_REFERENCE_OWNER, "pod:shop/web"},
    {"workloadendpoint:shop/web", CP_REFERENCE_OWNER, "pod:shop/web"},
    {"pod:shop/" LONG_NAME, CP_REFERENCE_OWNER, "pod:shop/" LONG_NAME},
    {"hostendpoint:web", CP_REFERENCE_OWNER, "hostendpoint:web"},
    {"globalnetworkset:web", CP_REFERENCE_OWNER, "globalnetworkset:web"},
    {"networkset:shop/web", CP_REFERENCE_OWNER, "networkset:shop/web"},
    {"node:n1", CP_REFERENCE_NODE, "n1"},
    {"node:n2", CP_REFERENCE_NODE, "n2"},
    {"pod:shop/over", CP_REFERENCE_FINISHED, NULL},
    {"pod:shop/host", CP_REFERENCE_HOST_POD, NULL},
    {"service:shop/web", CP_REFERENCE_SERVICE, "web"},
    {"pod:shop/we", CP_REFERENCE_NONE, NULL},
    {"pod:shop/webb", CP_REFERENCE_NONE, NULL},
    {"pod:web", CP_REFERENCE_NONE, NULL},
    {"pod:", CP_REFERENCE_NONE, NULL},
    {":", CP_REFERENCE_NONE, NULL},
    {"", CP_REFERENCE_NONE, NULL},
    {"shop/web", CP_REFERENCE_NONE, NULL},
    {"Pod:shop/web", CP_REFERENCE_NONE, NULL},
};

START_TEST(a_reference_names_one_thing)
{
    const struct calpol_ruleset *ruleset = compiled.ruleset;
    const struct cp_reference *found =
        cp_lookup_reference(ruleset, cp_text_from(references[_i].text));

    ck_assert_int_eq(found ? found->type : CP_REFERENCE_NONE, references[_i].type);
    if (!references[_i].name)
        return;
    if (found->type == CP_REFERENCE_OWNER)
        expect_text(ruleset->owners[found->id].reference, references[_i].name);
    else if (found->type == CP_REFERENCE_NODE)
        expect_text(ruleset->nodes[found->id].name, references[_i].name);
    else
        expect_text(ruleset->services[found->id].name, references[_i].name);
}
END_TEST

START_TEST(a_reference_too_long_to_hash_is_searched_for)
{
    struct cp_arena arena;
    struct cp_buffer text;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    cp_buffer_add_string(&text, "pod:shop/");
    cp_buffer_add_spaces(&text, 100000);
    ck_assert_ptr_null(cp_lookup_reference(compiled.ruleset, cp_buffer_text(&text)));
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(profiles_and_namespaces_have_names)
{
    const struct calpol_ruleset *ruleset = compiled.ruleset;
    uint32_t profile = cp_lookup_profile(ruleset, CP_TEXT("p"));

    ck_assert_uint_ne(profile, CP_NONE);
    expect_text(ruleset->policies[profile]->label, "pro:p");
    expect_text(ruleset->policies[cp_lookup_profile(ruleset, CP_TEXT("kns.shop"))]->label,
                "pro:kns.shop");
    ck_assert_uint_eq(cp_lookup_profile(ruleset, CP_TEXT("gone")), CP_NONE);
    expect_text(cp_lookup_namespace(ruleset, CP_TEXT("other"))->name, "other");
    ck_assert_ptr_null(cp_lookup_namespace(ruleset, CP_TEXT("gone")));
}
END_TEST

static const struct {
    const char *address, *workload; /* NULL: none */
} addresses[] = {
    {"10.0.0.1", "pod:shop/web"},
    {"10.0.0.2", "pod:shop/web-1"}, /* EV-11: the first declared */
    {"10.0.0.3", NULL},             /* in a set only */
};

START_TEST(an_address_belongs_to_the_first_workload)
{
    struct calpol_address address;
    uint32_t workload;

    ck_assert(cp_address_parse(cp_text_from(addresses[_i].address), &address, NULL));
    workload = cp_lookup_workload(compiled.ruleset, &address);
    if (addresses[_i].workload)
        expect_text(compiled.ruleset->owners[workload].reference, addresses[_i].workload);
    else
        ck_assert_uint_eq(workload, CP_NONE);
}
END_TEST

static const struct {
    const char *wanted, *suggested;
} suggestions[] = {
    {"pod:shop/wbe", "pod:shop/web, pod:shop/web-1, pod:shop/over"},
    {"shop/web-2", "pod:shop/web-1, pod:shop/web"},
    {"workloadendpoint:shop/carp", "pod:shop/cart"},
    {"pod:some/db", "pod:other/db"}, /* the right name in another namespace */
    {"default/cart", "pod:shop/cart"},
    {"hostendpoint:wev", "hostendpoint:web"},
    {"node:n3", "node:n1, node:n2"},
    {"pod:nothing/like-it", ""},
    {"", ""},
};

START_TEST(names_that_are_near_are_suggested)
{
    struct cp_arena arena;
    struct cp_buffer text;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    cp_lookup_suggest(compiled.ruleset, cp_text_from(suggestions[_i].wanted), &text);
    expect_text(cp_buffer_text(&text), suggestions[_i].suggested);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("ruleset/lookup");
    TCase *names = tcase_create("names");

    tcase_add_checked_fixture(names, set_up, tear_down);
    tcase_add_loop_test(names, a_reference_names_one_thing, 0, COUNT_OF(references));
    tcase_add_test(names, a_reference_too_long_to_hash_is_searched_for);
    tcase_add_test(names, profiles_and_namespaces_have_names);
    tcase_add_loop_test(names, an_address_belongs_to_the_first_workload, 0, COUNT_OF(addresses));
    tcase_add_loop_test(names, names_that_are_near_are_suggested, 0, COUNT_OF(suggestions));
    suite_add_tcase(suite, names);
    return suite;
}
