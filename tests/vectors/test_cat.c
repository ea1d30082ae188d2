/* SPDX-License-Identifier: Apache-2.0 */
/*
 * examples/cat: the 28 questions of cat.json, asked through the public interface.
 */
#include "calpol/calpol.h"
#include "support/expect.h"
#include "support/suite.h"
#include "support/vectors.h"

#include <stdio.h>

#define QUESTION_COUNT 28u
#define FOLDER TESTS_FOLDER "/../examples/cat/"

/* Nothing to object to but that domains are no field of the open-source releases. */
static void expect_no_objection(const calpol_diagnostics *diagnostics)
{
    struct calpol_diagnostic diagnostic;

    for (size_t i = 0; i < calpol_diagnostics_count(diagnostics); i++) {
        ck_assert_int_eq(calpol_diagnostics_get(diagnostics, i, &diagnostic, sizeof(diagnostic)),
                         CALPOL_OK);
        if (diagnostic.severity > CALPOL_SEVERITY_NOTE)
            ck_assert_str_eq(diagnostic.name, "extension");
    }
}

static calpol_ruleset *load(const struct cp_node *files)
{
    calpol_loader *loader = NULL;
    calpol_ruleset *ruleset = NULL;
    calpol_diagnostics *diagnostics = NULL;

    ck_assert_int_eq(calpol_loader_new(NULL, &loader), CALPOL_OK);
    for (uint32_t i = 0; i < files->length; i++) {
        char path[512];

        (void)snprintf(path, sizeof(path), FOLDER "%s", files->items[i].text);
        ck_assert_int_eq(calpol_loader_add_path(loader, path), CALPOL_OK);
    }
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, &diagnostics), CALPOL_OK);
    expect_no_objection(diagnostics);
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
    return ruleset;
}

/* ---- asking ---- */

static void relabel(calpol_query *query, const struct cp_node *relabels)
{
    if (!relabels)
        return;
    for (uint32_t i = 0; i < relabels->length; i++) {
        const struct cp_node *labels = &relabels->members[i].value;

        for (uint32_t j = 0; j < labels->length; j++) {
            char change[64];

            (void)snprintf(change, sizeof(change), "%s=%s", labels->members[j].key.text,
                           labels->members[j].value.text);
            ck_assert_int_eq(calpol_query_relabel(query, relabels->members[i].key.text, change),
                             CALPOL_OK);
        }
    }
}

/* "pod:default/cat", or an address. */
static const char *reference(const struct cp_node *party)
{
    const char *text = member_string(party, "ref");

    return text ? text : member_string(party, "ip");
}

static void set_flow(calpol_query *query, const struct cp_node *flow)
{
    const struct cp_node *destination = find_member(flow, "destination");
    const struct cp_node *domains = find_member(destination, "domains");

    ck_assert_int_eq(calpol_query_set_source(query, reference(find_member(flow, "source"))),
                     CALPOL_OK);
    ck_assert_int_eq(calpol_query_set_destination(query, reference(destination)), CALPOL_OK);
    ck_assert_int_eq(calpol_query_set_protocol(query, member_string(flow, "protocol")), CALPOL_OK);
    ck_assert_int_eq(
        calpol_query_set_source_port(query, (uint32_t)member_size(flow, "source_port")), CALPOL_OK);
    ck_assert_int_eq(
        calpol_query_set_destination_port(query, (uint32_t)member_size(flow, "destination_port")),
        CALPOL_OK);
    for (uint32_t i = 0; domains && i < domains->length; i++)
        ck_assert_int_eq(calpol_query_add_domain(query, domains->items[i].text), CALPOL_OK);
}

/* ---- answers ---- */

static const char *tier_name(const calpol_ruleset *ruleset, const struct calpol_decision *decision)
{
    struct calpol_tier_info info;

    if (decision->tier == CALPOL_NONE)
        return decision->policy == CALPOL_NONE ? NULL : "__PROFILE__";
    ck_assert_int_eq(calpol_ruleset_tier(ruleset, decision->tier, &info, sizeof(info)), CALPOL_OK);
    return info.name;
}

static const char *policy_label(const calpol_ruleset *ruleset,
                                const struct calpol_decision *decision)
{
    struct calpol_policy_info info;

    if (decision->policy == CALPOL_NONE)
        return NULL;
    ck_assert_int_eq(calpol_ruleset_policy(ruleset, decision->policy, &info, sizeof(info)),
                     CALPOL_OK);
    return info.label;
}

static void expect_string(const char *actual, const struct cp_node *mapping, const char *name)
{
    const char *expected = member_string(mapping, name);

    if (expected)
        ck_assert_pstr_eq(actual, expected);
    else
        ck_assert_ptr_null(actual);
}

/* A direction that the question says nothing about is not looked at. */
static void check_decision(const calpol_ruleset *ruleset,
                           const struct calpol_decision *decision,
                           const struct cp_node *expected)
{
    const struct cp_node *rule = find_member(expected, "rule_index");
    int64_t index = -1;

    if (!expected)
        return;
    ck_assert_str_eq(calpol_action_name(decision->action), member_string(expected, "action"));
    expect_string(tier_name(ruleset, decision), expected, "tier");
    expect_string(policy_label(ruleset, decision), expected, "policy");
    if (rule) {
        ck_assert(cp_node_integer(rule, &index));
        ck_assert_int_eq(decision->rule, (int)index);
    }
}

static void check_verdict(const calpol_ruleset *ruleset,
                          const struct calpol_verdict *verdict,
                          const struct cp_node *expected)
{
    /* The only dependency in this scenario. */
    bool depends = find_member(expected, "depends_on") != NULL;

    ck_assert_str_eq(calpol_action_name(verdict->action), member_string(expected, "verdict"));
    check_decision(ruleset, &verdict->egress, find_member(expected, "egress"));
    check_decision(ruleset, &verdict->ingress, find_member(expected, "ingress"));
    ck_assert_uint_eq(verdict->depends_on, depends ? CALPOL_DEPENDS_DESTINATION_DOMAINS : 0);
}

/* The same through plain structs, which can say neither domains nor other labels. */
static void check_fast_path(const calpol_ruleset *ruleset,
                            const struct cp_node *flow,
                            const struct calpol_verdict *expected)
{
    const struct cp_node *source = find_member(flow, "source");
    const struct cp_node *destination = find_member(flow, "destination");
    bool is_udp = strcmp(member_string(flow, "protocol"), "UDP") == 0;
    struct calpol_flow plain = {
        .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT | CALPOL_GIVEN_DESTINATION_PORT,
        .source_endpoint = CALPOL_NONE,
        .destination_endpoint = CALPOL_NONE,
        .source_port = (uint16_t)member_size(flow, "source_port"),
        .destination_port = (uint16_t)member_size(flow, "destination_port"),
        .protocol = is_udp ? 17 : 6,
    };
    struct calpol_verdict verdict;

    ck_assert_int_eq(
        calpol_ruleset_find_endpoint(ruleset, reference(source), &plain.source_endpoint),
        CALPOL_OK);
    if (find_member(destination, "ref"))
        ck_assert_int_eq(calpol_ruleset_find_endpoint(ruleset, reference(destination),
                                                      &plain.destination_endpoint),
                         CALPOL_OK);
    else
        ck_assert_int_eq(calpol_address_parse(reference(destination), &plain.destination_address),
                         CALPOL_OK);
    ck_assert_int_eq(calpol_evaluate(ruleset, &plain, sizeof(plain), &verdict, sizeof(verdict)),
                     CALPOL_OK);
    ck_assert_mem_eq(&verdict, expected, sizeof(verdict));
}

static void check_question(const struct cp_node *question)
{
    const struct cp_node *flow = find_member(question, "flow");
    const struct cp_node *relabels = find_member(question, "relabel");
    calpol_ruleset *ruleset = load(member_list(question, "files"));
    calpol_query *query = NULL;
    struct calpol_verdict verdict;

    ck_assert_int_eq(calpol_query_new(ruleset, &query), CALPOL_OK);
    relabel(query, relabels);
    set_flow(query, flow);
    ck_assert_int_eq(calpol_query_evaluate(query, &verdict, sizeof(verdict)), CALPOL_OK);
    check_verdict(ruleset, &verdict, find_member(question, "expect"));
    if (!relabels && !find_member(find_member(flow, "destination"), "domains"))
        check_fast_path(ruleset, flow, &verdict);
    calpol_query_free(query);
    calpol_ruleset_unref(ruleset);
}

START_TEST(each_question_has_the_answer_that_is_written_beside_it)
{
    struct calpol_allocator allocator = cp_allocator_or_default(NULL);
    struct cp_arena arena;
    const struct cp_node *questions;

    cp_arena_init(&arena, &allocator);
    questions = read_vectors(&arena, "cat.json");
    ck_assert_uint_eq(questions->length, QUESTION_COUNT);
    /* One at a time, so that one that fails is named by the count. */
    if ((uint32_t)_i < questions->length)
        check_question(&questions->items[_i]);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("vectors/cat");
    TCase *cases = tcase_create("questions");

    tcase_add_loop_test(cases, each_question_has_the_answer_that_is_written_beside_it, 0,
                        QUESTION_COUNT);
    suite_add_tcase(suite, cases);
    return suite;
}
