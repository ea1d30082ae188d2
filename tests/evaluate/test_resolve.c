/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From words to participants, family and addresses (EV-1 to EV-16).
 */
#include "evaluate/resolve.h"

#include "support/evaluations.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

#define CLUSTER                                                                                    \
    POD("x", "four", "app: four", "nodeName: n1", "{ip: 10.0.0.1}")                                \
    POD("x", "both", "app: both", "nodeName: n1", "{ip: 'fd00::2'}, {ip: 10.0.0.2}")               \
    POD("x", "six", "app: six", "", "{ip: 'fd00::3'}")                                             \
    POD("x", "plan", "app: plan", "", "")                                                          \
    POD("x", "host", "", "nodeName: n1, hostNetwork: true", "{ip: 192.168.0.1}")                   \
    RESOURCE("v1", "Pod", "name: over, namespace: x",                                              \
             "spec: {}\nstatus: {phase: Succeeded, podIPs: [{ip: 10.0.0.1}]}")                     \
    NODE("n1", INTERNAL("192.168.0.1") ", " INTERNAL("fd00::99"))                                  \
    HOST_ENDPOINT("h", "", "node: n2, interfaceName: eth0, expectedIPs: [192.168.0.2]")            \
    GLOBAL_POLICY("door",                                                                          \
                  "ingress: [{action: Deny, destination: {ports: [door]}}, {action: Allow}], "     \
                  "types: [Ingress]")                                                              \
    NETWORK_SET("s", "", "nets: [198.51.100.0/24, 'fd01::/16']")                                   \
    SERVICE("x", "web",                                                                            \
            "clusterIP: 10.96.0.1, selector: {app: four}, ports: [{name: http, port: 80}]")

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

/* "KIND OWNER NODE ADDRESS", with "-" for what is not there. */
static const char *party_text(const struct cp_party *party)
{
    static const char *const kinds[] = {"external", "workload", "host"};
    const struct cp_node_entry *node = cp_world_node(&asked.world, party->node);
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &asked.arena);
    cp_buffer_format(&buffer, "%s ", kinds[party->kind]);
    if (party->owner == CP_NONE)
        cp_buffer_add_byte(&buffer, '-');
    else
        cp_buffer_add(&buffer, cp_world_owner(&asked.world, party->owner)->reference);
    cp_buffer_format(&buffer, " %t ", node ? node->name : CP_TEXT("-"));
    if (party->has_address)
        cp_address_print(&party->address, &buffer);
    else
        cp_buffer_add_byte(&buffer, '-');
    return cp_buffer_string(&buffer);
}

/* ---- References ---------------------------------------------------------------------------- */

static const struct {
    const char *reference, *party;
} references[] = {
    {"pod:x/four", "workload pod:x/four n1 10.0.0.1"},
    {"workloadendpoint:x/four", "workload pod:x/four n1 10.0.0.1"},
    {"x/four", "workload pod:x/four n1 10.0.0.1"},
    {"10.0.0.1", "workload pod:x/four n1 10.0.0.1"},
    {"ip:10.0.0.1", "workload pod:x/four n1 10.0.0.1"},
    {"::ffff:10.0.0.1", "workload pod:x/four n1 10.0.0.1"}, /* EV-7 */
    {"fd00::3", "workload pod:x/six - fd00::3"},
    {"x/plan", "workload pod:x/plan - -"},
    {"hostendpoint:h", "host hostendpoint:h n2 192.168.0.2"},
    {"192.168.0.2", "host - n2 192.168.0.2"}, /* EV-11: its node */
    {"node:n1", "host - n1 192.168.0.1"},
    {"node:n2", "host - n2 192.168.0.2"},
    {"192.168.0.1", "host - n1 192.168.0.1"},
    {"pod:x/host", "host - n1 192.168.0.1"},                              /* EV-12 */
    {"globalnetworkset:s", "external globalnetworkset:s - 198.51.100.0"}, /* EV-13 */
    {"198.51.100.7", "external - - 198.51.100.7"},
    {"service:x/web", "external - - 10.96.0.1"},
};

START_TEST(a_reference_leads_to_a_party)
{
    struct cp_buffer flow;

    cp_buffer_init(&flow, &asked.arena);
    cp_buffer_format(&flow, "? > %s", references[_i].reference);
    ask(&asked, cp_buffer_string(&flow));
    expect_string(party_text(&asked.flow.destination), references[_i].party);
}
END_TEST

static const struct {
    const char *flow;
    enum calpol_flow_error error;
    const char *field;
} errors[] = {
    {"pod:x/gone > ?", CALPOL_FLOW_UNKNOWN_REF, "source.ref"},
    {"? > x/gone", CALPOL_FLOW_UNKNOWN_REF, "destination.ref"},
    {"gone > ?", CALPOL_FLOW_UNKNOWN_REF, "source.ref"},
    {"thing:x/four > ?", CALPOL_FLOW_UNKNOWN_REF, "source.ref"},
    {"node:n9 > ?", CALPOL_FLOW_UNKNOWN_REF, "source.ref"},
    {"? > pod:x/over", CALPOL_FLOW_ENDPOINT_FINISHED, "destination.ref"},
    {"ip:10.0.0 > ?", CALPOL_FLOW_BAD_ADDRESS, "source.ref"},
    {"service:x/web > ?", CALPOL_FLOW_BAD_FIELD, "source.ref"},
    {"? > service:x/web:https", CALPOL_FLOW_UNKNOWN_REF, "destination.ref"},
    {"? > service:x/web:81", CALPOL_FLOW_UNKNOWN_REF, "destination.ref"},
    {"? > ? path=a", CALPOL_FLOW_BAD_HTTP_PATH, "http.path"},
    {"x/four > fd00::3", CALPOL_FLOW_MIXED_IP_VERSIONS, ""},
    {"x/four > x/six", CALPOL_FLOW_MIXED_IP_VERSIONS, ""},
    {"x/four > ? v6", CALPOL_FLOW_MIXED_IP_VERSIONS, ""},
    {"10.0.0.1 > ? v6", CALPOL_FLOW_MIXED_IP_VERSIONS, ""},
    {"? > x/four pre=fd00::9", CALPOL_FLOW_MIXED_IP_VERSIONS, ""},
};

START_TEST(what_is_wrong_with_a_flow_has_a_code_and_a_place)
{
    ck_assert_int_eq(resolve_flow(&asked, errors[_i].flow), errors[_i].error);
    ck_assert_str_eq(asked.problem.field, errors[_i].field);
}
END_TEST

/* ---- Addresses (EV-14) --------------------------------------------------------------------- */

static const struct {
    const char *flow, *source, *destination;
    uint8_t family;
} families[] = {
    {"? > ?", "external - - -", "external - - -", 4},
    {"? > ? v6", "external - - -", "external - - -", 6},
    {"x/plan > x/plan", "workload pod:x/plan - -", "workload pod:x/plan - -", 4},
    /* The first family in the destination's list that the source has. */
    {"x/four > x/both", "workload pod:x/four n1 10.0.0.1", "workload pod:x/both n1 10.0.0.2", 4},
    {"node:n1 > x/both", "host - n1 fd00::99", "workload pod:x/both n1 fd00::2", 6},
    {"x/both > node:n1", "workload pod:x/both n1 10.0.0.2", "host - n1 192.168.0.1", 4},
    /* One side alone: its first address. */
    {"? > x/both", "external - - -", "workload pod:x/both n1 fd00::2", 6},
    {"x/both > ?", "workload pod:x/both n1 fd00::2", "external - - -", 6},
    /* What the flow says wins. */
    {"? > x/both v4", "external - - -", "workload pod:x/both n1 10.0.0.2", 4},
    {"203.0.113.1 > x/both", "external - - 203.0.113.1", "workload pod:x/both n1 10.0.0.2", 4},
    {"x/both > ? sip=10.9.9.9", "workload pod:x/both n1 10.9.9.9", "external - - -", 4},
    {"x/both > globalnetworkset:s v6", "workload pod:x/both n1 fd00::2",
     "external globalnetworkset:s - fd01::", 6},
};

START_TEST(family_and_addresses_are_settled)
{
    ask(&asked, families[_i].flow);
    expect_string(party_text(&asked.flow.source), families[_i].source);
    expect_string(party_text(&asked.flow.destination), families[_i].destination);
    ck_assert_uint_eq(asked.flow.family, families[_i].family);
}
END_TEST

/* ---- Inline workloads (EV-10) -------------------------------------------------------------- */

static struct cp_label_words labels[] = {
    {{"app", 3}, {"four", 4}},
    {{"pcns.projectcalico.org/name", 27}, {"prod", 4}},
};

/* Describes the source inline and resolves. */
static void ask_inline(const struct cp_participant_words *source, const char *destination)
{
    struct cp_buffer flow;

    cp_buffer_init(&flow, &asked.arena);
    cp_buffer_format(&flow, "? > %s", destination);
    read_flow(&asked, cp_buffer_string(&flow));
    asked.words.source = *source;
    ck_assert_int_eq(
        cp_resolve(&asked.world, &asked.words, &asked.arena, &asked.flow, &asked.problem),
        CALPOL_OK);
}

START_TEST(an_inline_workload_owns_its_address)
{
    struct cp_participant_words words = {.has_labels = true, .labels = labels, .label_count = 1};

    words.has_address = cp_address_parse(CP_TEXT("10.7.7.7"), &words.address, NULL);
    ask_inline(&words, "10.7.7.7");
    expect_string(party_text(&asked.flow.source), "workload <inline> - 10.7.7.7");
    expect_string(party_text(&asked.flow.destination), "workload <inline> - 10.7.7.7");
    ck_assert_uint_eq(asked.flow.source.owner, asked.flow.destination.owner);
}
END_TEST

START_TEST(an_inline_workload_never_shadows_a_declared_one)
{
    struct cp_participant_words words = {.has_labels = true, .labels = labels, .label_count = 1};

    words.has_address = cp_address_parse(CP_TEXT("10.0.0.1"), &words.address, NULL);
    ask_inline(&words, "10.0.0.1");
    expect_string(party_text(&asked.flow.source), "workload <inline> - 10.0.0.1");
    expect_string(party_text(&asked.flow.destination), "workload pod:x/four n1 10.0.0.1");
}
END_TEST

START_TEST(an_inline_workload_is_forgotten_with_its_question)
{
    struct cp_participant_words words = {.has_labels = true};

    ask_inline(&words, "?");
    ck_assert_uint_eq(asked.world.inline_count, 1);
    ask(&asked, "? > ?");
    ck_assert_uint_eq(asked.world.inline_count, 0);
}
END_TEST

START_TEST(profiles_of_an_inline_workload_are_those_of_a_pod)
{
    struct cp_participant_words words = {.has_namespace = true, .namespace_name = CP_TEXT("x")};
    const struct cp_owner *owner;

    ask_inline(&words, "?");
    owner = &asked.world.inline_owners[0];
    ck_assert_uint_eq(owner->profile_count, 2);
    expect_text(
        cp_world_policy(&asked.world, cp_profile_policy(asked.world.ruleset, owner->profiles[0]))
            ->label,
        "pro:kns.x");
    expect_text(
        cp_world_policy(&asked.world, cp_profile_policy(asked.world.ruleset, owner->profiles[1]))
            ->label,
        "pro:ksa.x.default");
}
END_TEST

START_TEST(a_profile_that_nobody_declares_denies_unless_a_name_implies_it)
{
    struct cp_text profiles[] = {CP_TEXT("ksa.y.z"), CP_TEXT("kns.y"), CP_TEXT("gone")};
    struct cp_participant_words words = {.has_profiles = true, .profiles = profiles};
    struct cp_result result;

    words.profile_count = 2;
    ask_inline(&words, "203.0.113.1");
    cp_evaluate(&asked.world, &asked.flow, NULL, &result);
    ck_assert_uint_eq(result.verdict, CALPOL_ACTION_ALLOW);
    expect_text(cp_world_policy(&asked.world, result.stages[0].hit.policy)->label, "pro:kns.y");
    words.profiles = profiles + 2;
    words.profile_count = 1;
    ask_inline(&words, "203.0.113.1");
    cp_evaluate(&asked.world, &asked.flow, NULL, &result);
    ck_assert_uint_eq(result.verdict, CALPOL_ACTION_DENY);
    expect_text(cp_world_policy(&asked.world, result.stages[0].hit.policy)->label, "pro:gone");
    ck_assert_uint_eq(cp_stage_decision(&asked.world, &result.stages[0]).policy, CALPOL_NONE);
}
END_TEST

START_TEST(an_inline_workload_declares_ports)
{
    struct cp_port_words ports[] = {
        {CP_TEXT("no-rule-knows-it"), 6, 1},
        {CP_TEXT("door"), 6, 8080},
    };
    struct cp_participant_words words = {
        .has_namespace = true, .namespace_name = CP_TEXT("x"), .ports = ports, .port_count = 2};
    struct cp_result result;

    read_flow(&asked, "203.0.113.1 > ? tcp :8080");
    asked.words.destination = words;
    ck_assert_int_eq(
        cp_resolve(&asked.world, &asked.words, &asked.arena, &asked.flow, &asked.problem),
        CALPOL_OK);
    ck_assert_uint_eq(asked.world.inline_owners[0].port_count, 1);
    cp_evaluate(&asked.world, &asked.flow, NULL, &result);
    ck_assert_uint_eq(result.stages[0].hit.rule, 0);
    ck_assert_uint_eq(result.verdict, CALPOL_ACTION_DENY);
}
END_TEST

START_TEST(nodes_that_nobody_declares_are_told_apart_by_name)
{
    struct cp_participant_words words = {.has_labels = true, .node = CP_TEXT("nx")};

    ask_inline(&words, "?");
    asked.words.destination.node = CP_TEXT("nx");
    ck_assert_int_eq(
        cp_resolve(&asked.world, &asked.words, &asked.arena, &asked.flow, &asked.problem),
        CALPOL_OK);
    ck_assert_uint_eq(asked.flow.source.node, asked.flow.destination.node);
    asked.words.destination.node = CP_TEXT("ny");
    ck_assert_int_eq(
        cp_resolve(&asked.world, &asked.words, &asked.arena, &asked.flow, &asked.problem),
        CALPOL_OK);
    ck_assert_uint_ne(asked.flow.source.node, asked.flow.destination.node);
    ck_assert_ptr_null(cp_world_node(&asked.world, asked.flow.destination.node));
}
END_TEST

START_TEST(a_host_and_an_inline_workload_share_a_node_that_nobody_declares)
{
    read_flow(&asked, "? > ? tcp :80");
    asked.words.source.node = CP_TEXT("nx");
    asked.words.destination.has_labels = true;
    asked.words.destination.node = CP_TEXT("nx");
    ck_assert_int_eq(
        cp_resolve(&asked.world, &asked.words, &asked.arena, &asked.flow, &asked.problem),
        CALPOL_OK);
    ck_assert_uint_eq(asked.flow.source.node, asked.flow.destination.node);
}
END_TEST

/* ---- Plain flows --------------------------------------------------------------------------- */

static struct calpol_flow plain_flow(void)
{
    return (struct calpol_flow){
        .source_endpoint = CALPOL_NONE,
        .destination_endpoint = CALPOL_NONE,
    };
}

START_TEST(a_plain_flow_resolves_as_its_words_do)
{
    struct calpol_flow plain = plain_flow();

    ask(&asked, "203.0.113.1 > x/both tcp 1000: :80 nohttp domains=");
    plain.given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT | CALPOL_GIVEN_DESTINATION_PORT |
                  CALPOL_GIVEN_NO_HTTP | CALPOL_GIVEN_NO_DOMAINS;
    plain.protocol = 6;
    plain.source_port = 1000;
    plain.destination_port = 80;
    plain.destination_endpoint = asked.flow.destination.owner;
    plain.source_address = asked.flow.source.address;
    ck_assert_int_eq(cp_resolve_plain(&asked.world, &plain, &asked.flow), CALPOL_FLOW_OK);
    expect_string(party_text(&asked.flow.source), "external - - 203.0.113.1");
    expect_string(party_text(&asked.flow.destination), "workload pod:x/both n1 10.0.0.2");
    ck_assert(asked.flow.has_protocol && asked.flow.has_destination_port);
    ck_assert_int_eq(asked.flow.http, CP_ABSENT);
    ck_assert_int_eq(asked.flow.domains, CP_KNOWN);
    ck_assert(!asked.flow.has_icmp_type);
}
END_TEST

START_TEST(a_mapped_address_is_the_ipv4_address)
{
    struct calpol_flow plain = plain_flow();

    plain.destination_address = (struct calpol_address){
        .family = 6,
        .bytes = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 10, 0, 0, 1},
    };
    ck_assert_int_eq(cp_resolve_plain(&asked.world, &plain, &asked.flow), CALPOL_FLOW_OK);
    expect_string(party_text(&asked.flow.destination), "workload pod:x/four n1 10.0.0.1");
}
END_TEST

START_TEST(a_plain_flow_may_contradict_itself)
{
    struct calpol_flow plain = plain_flow();

    plain.source_endpoint =
        compiled.ruleset->workload_count + compiled.ruleset->host_endpoint_count;
    ck_assert_int_eq(cp_resolve_plain(&asked.world, &plain, &asked.flow), CALPOL_FLOW_UNKNOWN_REF);
    plain.source_endpoint = CALPOL_NONE;
    plain.source_address.family = 5;
    ck_assert_int_eq(cp_resolve_plain(&asked.world, &plain, &asked.flow), CALPOL_FLOW_BAD_ADDRESS);
    plain.source_address.family = 4;
    plain.destination_address.family = 6;
    plain.destination_address.bytes[0] = 0xfd;
    ck_assert_int_eq(cp_resolve_plain(&asked.world, &plain, &asked.flow),
                     CALPOL_FLOW_MIXED_IP_VERSIONS);
    plain.destination_address.family = 0;
    plain.state = 4;
    ck_assert_int_eq(cp_resolve_plain(&asked.world, &plain, &asked.flow), CALPOL_FLOW_BAD_FIELD);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/resolve");
    TCase *words = tcase_create("words");
    TCase *described = tcase_create("inline");
    TCase *plain = tcase_create("plain");

    tcase_add_checked_fixture(words, set_up, tear_down);
    tcase_add_loop_test(words, a_reference_leads_to_a_party, 0, COUNT_OF(references));
    tcase_add_loop_test(words, what_is_wrong_with_a_flow_has_a_code_and_a_place, 0,
                        COUNT_OF(errors));
    tcase_add_loop_test(words, family_and_addresses_are_settled, 0, COUNT_OF(families));
    tcase_add_checked_fixture(described, set_up, tear_down);
    tcase_add_test(described, an_inline_workload_owns_its_address);
    tcase_add_test(described, an_inline_workload_never_shadows_a_declared_one);
    tcase_add_test(described, an_inline_workload_is_forgotten_with_its_question);
    tcase_add_test(described, profiles_of_an_inline_workload_are_those_of_a_pod);
    tcase_add_test(described, a_profile_that_nobody_declares_denies_unless_a_name_implies_it);
    tcase_add_test(described, an_inline_workload_declares_ports);
    tcase_add_test(described, nodes_that_nobody_declares_are_told_apart_by_name);
    tcase_add_test(described, a_host_and_an_inline_workload_share_a_node_that_nobody_declares);
    tcase_add_checked_fixture(plain, set_up, tear_down);
    tcase_add_test(plain, a_plain_flow_resolves_as_its_words_do);
    tcase_add_test(plain, a_mapped_address_is_the_ipv4_address);
    tcase_add_test(plain, a_plain_flow_may_contradict_itself);
    suite_add_tcase(suite, words);
    suite_add_tcase(suite, described);
    suite_add_tcase(suite, plain);
    return suite;
}
