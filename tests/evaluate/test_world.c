/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ruleset as one question sees it: relabelling is seen wherever labels are looked at.
 */
#include "evaluate/world.h"

#include "evaluate/labels.h"
#include "support/evaluations.h"
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/snippets.h"
#include "support/suite.h"

/* Only clients may come in; only what is ready may go out; s is a set of clients. */
#define CLUSTER                                                                                    \
    POD("x", "web", "app: web", "", "{ip: 10.0.0.1}")                                              \
    POD("x", "client", "role: client", "", "{ip: 10.0.0.2}")                                       \
    POD("x", "other", "role: other", "", "{ip: 10.0.0.3}")                                         \
    NETWORK_SET("s", "role: outside", "nets: [198.51.100.0/24]")                                   \
    CALICO("NetworkSet", "name: t, namespace: x, labels: {t: own}", "nets: [198.51.101.0/24]")     \
    NETWORK_SET("d", "role: named", "allowedEgressDomains: [a.example]")                           \
    PROFILE("kns.x", "ingress: [{action: Allow}], egress: [{action: Allow}], labelsToApply: "      \
                     "{pcns.projectcalico.org/name: x, size: big, role: any}")                     \
    GLOBAL_POLICY("in",                                                                            \
                  "selector: \"app == 'web'\", ingress: [{action: Allow, source: {selector: "      \
                  "\"role == 'client'\"}}]")                                                       \
    GLOBAL_POLICY("out", "selector: \"app == 'web'\", types: [Egress], egress: [{action: Allow, "  \
                         "destination: {selector: \"role == 'client'\"}}]")                        \
    GLOBAL_POLICY("big", "selector: \"size == 'big' && has(probe)\", order: 1, ingress: "          \
                         "[{action: Deny}]")

static struct compiled compiled;
static struct asked asked;

static void set_up(void)
{
    compile_resources(&compiled, CLUSTER, CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
}

static void tear_down(void)
{
    finish_asking(&asked);
    free_compiled(&compiled);
}

static uint32_t owner_of(struct cp_text reference)
{
    uint32_t owner;

    ck_assert_int_eq(cp_resolve_owner(&asked.world, reference, &asked.arena, &owner), CALPOL_OK);
    return owner;
}

/* Makes a change "KEY=VALUE" or "KEY-" of who is referred to. */
static int relabel(const char *reference, const char *text)
{
    struct cp_text change = cp_text_from(text);
    size_t equals = cp_text_find_byte(change, '=');
    struct cp_label_change one = {
        .key = cp_text_first(change, equals == SIZE_MAX ? change.length - 1 : equals),
        .value = cp_text_from_byte(change, equals == SIZE_MAX ? change.length : equals + 1),
        .remove = equals == SIZE_MAX,
    };
    uint32_t owner = owner_of(cp_text_from(reference));

    ck_assert_uint_ne(owner, CP_NONE);
    return cp_world_relabel(&asked.world, &asked.arena, owner, &one, 1);
}

static const struct {
    const char *who, *changes[3];
    const char *flow, *result;
} cases[] = {
    {NULL,
     {NULL},
     "x/other > x/web",
     "deny by workload-ingress: workload-egress allow "
     "pro:kns.x[0]; workload-ingress deny gnp:in[-1]"},
    /* As a peer. */
    {"x/other",
     {"role=client"},
     "x/other > x/web",
     "allow: workload-egress allow pro:kns.x[0]; workload-ingress allow gnp:in[0]"},
    {"10.0.0.3",
     {"role=client"},
     "10.0.0.3 > x/web",
     "allow: workload-egress allow pro:kns.x[0]; workload-ingress allow gnp:in[0]"},
    {"x/client",
     {"role-"},
     "x/client > x/web",
     "deny by workload-ingress: workload-egress allow pro:kns.x[0]; workload-ingress deny "
     "gnp:in[-1]"},
    {"x/client",
     {"role-", "role=client"},
     "x/client > x/web",
     "allow: workload-egress allow pro:kns.x[0]; workload-ingress allow gnp:in[0]"},
    {"x/client",
     {"role=x", "other=y"},
     "x/client > x/web",
     "deny by workload-ingress: workload-egress allow pro:kns.x[0]; workload-ingress deny "
     "gnp:in[-1]"},
    /* As who is policed. */
    {"x/web",
     {"app=db"},
     "x/other > x/web",
     "allow: workload-egress allow pro:kns.x[0]; workload-ingress allow pro:kns.x[0]"},
    {"x/other",
     {"app=web"},
     "203.0.113.1 > x/other",
     "deny by workload-ingress: workload-ingress deny gnp:in[-1]"},
    /* A profile's label shows again where an own one goes, and cannot be removed. */
    {"x/other",
     {"probe="},
     "203.0.113.1 > x/other",
     "deny by workload-ingress: workload-ingress deny gnp:big[0]"},
    {"x/other",
     {"probe=", "size=small"},
     "203.0.113.1 > x/other",
     "allow: workload-ingress allow pro:kns.x[0]"},
    {"x/other",
     {"probe=", "size=small", "size-"},
     "203.0.113.1 > x/other",
     "deny by workload-ingress: workload-ingress deny gnp:big[0]"},
    {"x/other",
     {"probe=", "size-"},
     "203.0.113.1 > x/other",
     "deny by workload-ingress: workload-ingress deny gnp:big[0]"},
    /* A network set, and what may be in it. */
    {"globalnetworkset:s",
     {"role=client"},
     "198.51.100.9 > x/web",
     "allow: workload-ingress allow gnp:in[0]"},
    {"networkset:x/t",
     {"role=client"},
     "198.51.101.9 > x/web",
     "allow: workload-ingress allow gnp:in[0]"},
    {NULL, {NULL}, "? > x/web", "unknown {source.ip}: workload-ingress unknown {source.ip}"},
    {"x/client",
     {"role=x"},
     "? > x/web",
     "deny by workload-ingress: workload-ingress deny gnp:in[-1]"},
    {NULL,
     {NULL},
     "x/web > 203.0.113.9 domains=a.example",
     "deny by workload-egress: workload-egress deny gnp:out[-1]"},
    {"globalnetworkset:d",
     {"role=client"},
     "x/web > 203.0.113.9 domains=a.example",
     "allow: workload-egress allow gnp:out[0]"},
    {"globalnetworkset:d",
     {"role=client"},
     "x/web > 203.0.113.9",
     "unknown {destination.domains}: workload-egress unknown {destination.domains}"},
};

START_TEST(other_labels_are_seen_everywhere)
{
    const char *result;

    for (size_t i = 0; i < 3 && cases[_i].changes[i]; i++)
        ck_assert_int_eq(relabel(cases[_i].who, cases[_i].changes[i]), CALPOL_OK);
    result = result_of(&asked, cases[_i].flow);
    ck_assert_msg(strcmp(result, cases[_i].result) == 0, "%s %s, %s: %s, expected %s",
                  cases[_i].who ? cases[_i].who : "",
                  cases[_i].changes[0] ? cases[_i].changes[0] : "", cases[_i].flow, result,
                  cases[_i].result);
}
END_TEST

START_TEST(of_several_changes_of_a_label_the_last_counts)
{
    const struct cp_label_change changes[] = {
        {CP_TEXT("role"), CP_TEXT("client"), false},
        {CP_TEXT("role"), {NULL, 0}, true},
    };
    const char *before = result_of(&asked, "x/other > x/web");
    uint32_t owner = owner_of(CP_TEXT("x/other"));

    ck_assert_int_eq(cp_world_relabel(&asked.world, &asked.arena, owner, changes, 2), CALPOL_OK);
    expect_string(result_of(&asked, "x/other > x/web"), before);
    ck_assert_int_eq(cp_world_relabel(&asked.world, &asked.arena, owner, changes, 1), CALPOL_OK);
    ck_assert_str_ne(result_of(&asked, "x/other > x/web"), before);
}
END_TEST

START_TEST(relabelling_is_forgotten_when_told)
{
    const char *before = result_of(&asked, "x/other > x/web");

    ck_assert_int_eq(relabel("x/other", "role=client"), CALPOL_OK);
    ck_assert_str_ne(result_of(&asked, "x/other > x/web"), before);
    cp_world_clear_overlays(&asked.world);
    expect_string(result_of(&asked, "x/other > x/web"), before);
}
END_TEST

static const struct {
    const char *who, *change;
    int status;
} forgeries[] = {
    {"x/web", "pcns.env=prod", CALPOL_ERROR_INVALID_INPUT},
    {"x/web", "pcsa.role=x", CALPOL_ERROR_INVALID_INPUT},
    {"x/web", "projectcalico.org/namespace=kube-system", CALPOL_ERROR_INVALID_INPUT},
    {"x/web", "projectcalico.org/orchestrator-", CALPOL_ERROR_INVALID_INPUT},
    {"networkset:x/t", "projectcalico.org/namespace=y", CALPOL_ERROR_INVALID_INPUT},
    {"globalnetworkset:s", "projectcalico.org/namespace=x", CALPOL_OK},
    {"globalnetworkset:s", "pcns.env=prod", CALPOL_OK},
};

START_TEST(what_the_system_sets_cannot_be_relabelled)
{
    ck_assert_int_eq(relabel(forgeries[_i].who, forgeries[_i].change), forgeries[_i].status);
}
END_TEST

START_TEST(an_inline_workload_cannot_forge_its_namespace)
{
    struct cp_label_words labels[] = {
        {CP_TEXT("projectcalico.org/namespace"), CP_TEXT("other")},
        {CP_TEXT("pcns.projectcalico.org/name"), CP_TEXT("other")},
        {CP_TEXT("role"), CP_TEXT("client")},
    };
    const struct cp_labels *found;

    read_flow(&asked, "? > ?");
    asked.words.source.has_labels = true;
    asked.words.source.labels = labels;
    asked.words.source.label_count = COUNT_OF(labels);
    ck_assert_int_eq(
        cp_resolve(&asked.world, &asked.words, &asked.arena, &asked.flow, &asked.problem),
        CALPOL_OK);
    found = &asked.world.inline_labels[0]->labels;
    for (uint32_t i = 0; i < found->count; i++) {
        ck_assert(!cp_text_is(found->items[i].text, "other"));
        if (i)
            ck_assert_uint_lt(found->items[i - 1].key, found->items[i].key);
    }
    ck_assert_uint_ge(found->count, 1);
}
END_TEST

static int resolve_and_relabel(const struct calpol_allocator *allocator, void *context)
{
    struct cp_label_change change = {CP_TEXT("role"), CP_TEXT("client"), false};
    struct cp_label_words label = {CP_TEXT("role"), CP_TEXT("client")};
    struct cp_world world;
    struct cp_arena arena;
    int status;

    (void)context;
    cp_arena_init(&arena, allocator);
    cp_world_init(&world, compiled.ruleset);
    status = cp_world_relabel(&world, &arena, 0, &change, 1);
    asked.words.source.has_labels = true;
    asked.words.source.labels = &label;
    asked.words.source.label_count = 1;
    asked.words.source.node = CP_TEXT("n");
    asked.words.destination.reference = CP_TEXT("x/web");
    asked.words.http = CP_KNOWN;
    asked.words.has_path = true;
    asked.words.path = CP_TEXT("/a/../b");
    if (!status)
        status = cp_resolve(&world, &asked.words, &arena, &asked.flow, &asked.problem);
    cp_arena_finish(&arena);
    return status;
}

START_TEST(resolving_survives_a_lack_of_memory)
{
    read_flow(&asked, "? > ?");
    for_each_failure(resolve_and_relabel, NULL);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/world");
    TCase *labels = tcase_create("labels");

    tcase_add_checked_fixture(labels, set_up, tear_down);
    tcase_add_loop_test(labels, other_labels_are_seen_everywhere, 0, COUNT_OF(cases));
    tcase_add_test(labels, of_several_changes_of_a_label_the_last_counts);
    tcase_add_test(labels, relabelling_is_forgotten_when_told);
    tcase_add_loop_test(labels, what_the_system_sets_cannot_be_relabelled, 0, COUNT_OF(forgeries));
    tcase_add_test(labels, an_inline_workload_cannot_forge_its_namespace);
    tcase_add_test(labels, resolving_survives_a_lack_of_memory);
    suite_add_tcase(suite, labels);
    return suite;
}
