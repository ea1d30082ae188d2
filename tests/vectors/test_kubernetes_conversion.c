/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kubernetes-conversion.json: what Kubernetes objects become in Calico's terms (kubernetes.md 6,
 * 13).
 *
 * Selectors are checked twice: their text is the expected one, and their tree is that of the text.
 */
#include "calpol/evaluate.h"
#include "compile/compile.h"
#include "compile/convert_k8s.h"
#include "net/protocol.h"
#include "ruleset/lookup.h"
#include "support/expect.h"
#include "support/policy_json.h"
#include "support/resources.h"
#include "support/suite.h"
#include "support/vectors.h"

#include <stdio.h>

/* What the file holds; fewer means that something was lost. */
#define VECTOR_COUNT 56u
#define POLICY_COUNT 49u
#define PROFILE_COUNT 2u
#define ENDPOINT_COUNT 6u

struct counts {
    unsigned policies, profiles, endpoints, selectors;
};

static enum calpol_dialect dialect_of(const struct cp_node *vector)
{
    const char *dialect = member_string(find_member(vector, "options"), "dialect");

    ck_assert(dialect);
    return strcmp(dialect, "calico") == 0 ? CALPOL_DIALECT_CALICO : CALPOL_DIALECT_UPSTREAM;
}

/* ---- policies ---- */

static const char *print_tree(struct loaded *loaded, const struct cp_selector *tree)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &loaded->work);
    ck_assert_int_eq(cp_selector_print(tree, loaded->names, &loaded->work, &buffer), CALPOL_OK);
    return cp_buffer_string(&buffer);
}

static void check_selector(const char *id,
                           struct loaded *loaded,
                           const struct cp_selector_field *field,
                           struct counts *counts)
{
    const struct cp_selector *parsed;
    struct cp_selector_problem problem;

    if (!field->given)
        return;
    ck_assert_msg(cp_selector_parse(field->text, &loaded->work, loaded->names, &parsed, &problem) ==
                      CALPOL_OK,
                  "%s: %.*s", id, (int)field->text.length, field->text.data);
    ck_assert_str_eq(print_tree(loaded, field->tree), print_tree(loaded, parsed));
    counts->selectors++;
}

static void check_rule_selectors(const char *id,
                                 struct loaded *loaded,
                                 const struct cp_rules_spec *rules,
                                 struct counts *counts)
{
    for (uint32_t i = 0; i < rules->items.count; i++) {
        const struct cp_rule_spec *rule = &rules->items.items[i];

        check_selector(id, loaded, &rule->source.selector, counts);
        check_selector(id, loaded, &rule->source.namespace_selector, counts);
        check_selector(id, loaded, &rule->destination.selector, counts);
        check_selector(id, loaded, &rule->destination.namespace_selector, counts);
    }
}

static void check_policy(const char *id,
                         struct loaded *loaded,
                         struct cp_k8s_converter *converter,
                         const struct cp_k8s_policy_spec *policy,
                         const struct cp_node *expected,
                         struct counts *counts)
{
    struct cp_policy_spec converted;
    struct cp_buffer actual, wanted;
    struct cp_text legacy_name;

    ck_assert_int_eq(cp_convert_k8s_policy(converter, policy, &converted), CALPOL_OK);
    ck_assert_int_eq(cp_k8s_legacy_name(policy, &loaded->work, &legacy_name), CALPOL_OK);
    cp_buffer_init(&actual, &loaded->work);
    cp_buffer_init(&wanted, &loaded->work);
    write_policy_json(&actual, &converted, legacy_name);
    write_sorted_json(&wanted, expected);
    ck_assert_msg(cp_text_equal(cp_buffer_text(&actual), cp_buffer_text(&wanted)),
                  "%s:\n is %s\nnot %s", id, cp_buffer_string(&actual), cp_buffer_string(&wanted));
    check_selector(id, loaded, &converted.selector, counts);
    check_selector(id, loaded, &converted.namespace_selector, counts);
    check_rule_selectors(id, loaded, &converted.ingress, counts);
    check_rule_selectors(id, loaded, &converted.egress, counts);
    counts->policies++;
}

/* Each vector has one policy at most, so that their order does not matter. */
static void check_policies(const struct cp_node *vector,
                           struct loaded *loaded,
                           struct counts *counts)
{
    const struct cp_node *expected = find_member(find_member(vector, "expect"), "policies");
    const char *id = member_text(vector, "id").data;
    struct cp_k8s_converter converter = {.arena = &loaded->work,
                                         .names = loaded->names,
                                         .dialect = dialect_of(vector),
                                         .collection = &loaded->collection};

    if (!expected)
        return;
    ck_assert_uint_eq(expected->length, 1);
    ck_assert_uint_eq(loaded->collection.k8s_policies.count, 1);
    check_policy(id, loaded, &converter, loaded->collection.k8s_policies.items[0],
                 &expected->items[0], counts);
}

/* ---- profiles ---- */

static void compile(struct loaded *loaded, enum calpol_dialect dialect)
{
    const struct cp_compile_input input = {.collection = &loaded->collection,
                                           .work = &loaded->work,
                                           .diagnostics = &loaded->diagnostics,
                                           .source = &loaded->source,
                                           .dialect = dialect};

    ck_assert_int_eq(cp_compile(&input, loaded->ruleset), CALPOL_OK);
}

/* The value of a label; NULL if there is none. */
static const struct cp_text *label_value(const struct loaded *loaded,
                                         const struct cp_labels *labels,
                                         struct cp_text key)
{
    const struct cp_label *label =
        cp_labels_find(labels, cp_intern_find(&loaded->ruleset->names, key));

    return label ? &label->text : NULL;
}

static void check_labels(const char *id,
                         const struct loaded *loaded,
                         const struct cp_labels *labels,
                         const struct cp_node *expected)
{
    for (uint32_t i = 0; i < expected->length; i++) {
        struct cp_text key = cp_node_text(&expected->members[i].key);
        const struct cp_text *value = label_value(loaded, labels, key);

        ck_assert_msg(value, "%s: no label %s", id, key.data);
        ck_assert_msg(cp_text_equal(*value, cp_node_text(&expected->members[i].value)),
                      "%s: label %s", id, key.data);
    }
}

/* A profile has one rule that allows in a direction, or none. */
static void check_direction(const char *id,
                            const struct cp_policy *profile,
                            enum cp_direction direction,
                            const char *expected)
{
    const struct cp_rule *rule = &profile->rules[direction][0];

    ck_assert_msg(profile->rule_count[direction] == (expected ? 1 : 0), "%s: %u rules", id,
                  profile->rule_count[direction]);
    if (!expected)
        return;
    ck_assert_str_eq(expected, "Allow");
    ck_assert_uint_eq(rule->action, CALPOL_ACTION_ALLOW);
    ck_assert_uint_eq(rule->criteria, 0);
}

static void check_profile(const char *id,
                          const struct loaded *loaded,
                          const struct cp_node *expected)
{
    const struct calpol_ruleset *ruleset = loaded->ruleset;
    uint32_t number = cp_lookup_profile(ruleset, member_text(expected, "name"));
    const struct cp_labels *labels;

    ck_assert_msg(number != CP_NONE, "%s: no profile", id);
    labels = &ruleset->profile_labels[number - ruleset->policy_count];
    ck_assert_uint_eq(labels->count, find_member(expected, "labels")->length);
    check_labels(id, loaded, labels, find_member(expected, "labels"));
    check_direction(id, ruleset->policies[number], CP_INGRESS, member_string(expected, "ingress"));
    check_direction(id, ruleset->policies[number], CP_EGRESS, member_string(expected, "egress"));
}

/* ---- endpoints ---- */

static const struct cp_owner *find_owner(const struct loaded *loaded, struct cp_text name)
{
    const struct cp_reference *reference;
    struct cp_buffer text;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    cp_buffer_format(&text, "pod:%t", name);
    reference = cp_lookup_reference(loaded->ruleset, cp_buffer_text(&text));
    cp_arena_finish(&arena);
    ck_assert(reference);
    return reference->type == CP_REFERENCE_OWNER ? &loaded->ruleset->owners[reference->id] : NULL;
}

/* Labels of namespace and service account come by the profiles. */
static uint32_t own_label_count(const struct loaded *loaded, const struct cp_labels *labels)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < labels->count; i++) {
        struct cp_text key = cp_intern_text(&loaded->ruleset->names, labels->items[i].key);

        count += !cp_text_starts_with(key, CP_TEXT("pcns.")) &&
                 !cp_text_starts_with(key, CP_TEXT("pcsa."));
    }
    return count;
}

static void check_addresses(const char *id,
                            const struct cp_owner *owner,
                            const struct cp_node *expected)
{
    struct cp_arena arena;

    ck_assert_msg(owner->nets.count == expected->length, "%s: %u addresses", id, owner->nets.count);
    cp_arena_init(&arena, NULL);
    for (uint32_t i = 0; i < expected->length; i++) {
        struct cp_buffer net;

        cp_buffer_init(&net, &arena);
        cp_prefix_print(&owner->nets.items[i], &net);
        expect_text(cp_node_text(&expected->items[i]), cp_buffer_string(&net));
    }
    cp_arena_finish(&arena);
}

static void check_ports(const char *id,
                        const struct loaded *loaded,
                        const struct cp_owner *owner,
                        const struct cp_node *expected)
{
    ck_assert_msg(owner->port_count == expected->length, "%s: %u ports", id, owner->port_count);
    for (uint32_t i = 0; i < expected->length; i++) {
        const struct cp_named_port *port = &owner->ports[i];

        expect_text(cp_intern_text(&loaded->ruleset->names, port->name),
                    member_text(&expected->items[i], "name").data);
        ck_assert_str_eq(cp_protocol_name(port->protocol),
                         member_text(&expected->items[i], "protocol").data);
        ck_assert_uint_eq(port->port, member_size(&expected->items[i], "port"));
    }
}

static void check_profiles(const struct loaded *loaded,
                           const struct cp_owner *owner,
                           const struct cp_node *expected)
{
    const struct calpol_ruleset *ruleset = loaded->ruleset;

    ck_assert_uint_eq(owner->profile_count, expected->length);
    for (uint32_t i = 0; i < expected->length; i++)
        expect_text(ruleset->policies[cp_profile_policy(ruleset, owner->profiles[i])]->name,
                    cp_node_text(&expected->items[i]).data);
}

/* Calico's name of a pod's endpoint is the one that a WorkloadEndpoint without a name gets. */
static void check_endpoint_name(const struct loaded *loaded, const char *expected)
{
    const struct cp_workload_spec *pod = loaded->collection.workloads.items[0];
    struct cp_buffer text;
    struct cp_arena arena;
    struct loaded other;

    if (!expected) {
        ck_assert_uint_eq(pod->node.length, 0);
        return;
    }
    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    cp_buffer_format(&text,
                     "apiVersion: projectcalico.org/v3\n"
                     "kind: WorkloadEndpoint\n"
                     "metadata: {}\n"
                     "spec: {node: %t, orchestrator: k8s, pod: %t, endpoint: eth0, "
                     "interfaceName: cali1}\n",
                     pod->node, pod->metadata.name);
    load_resources(&other, cp_buffer_text(&text), 0);
    expect_no_errors(&other);
    expect_text(other.collection.workloads.items[0]->metadata.name, expected);
    finish_resources(&other);
    cp_arena_finish(&arena);
}

static void check_endpoint(const char *id,
                           const struct loaded *loaded,
                           const struct cp_node *expected)
{
    const struct cp_owner *owner = find_owner(loaded, member_text(expected, "name"));
    const struct cp_node *labels = find_member(expected, "labels");
    const struct cp_labels *own;

    check_endpoint_name(loaded, member_string(expected, "wep_name"));
    ck_assert_msg((owner != NULL) == member_boolean(expected, "policed"), "%s: policed", id);
    if (!owner)
        return;
    own = &cp_owner_labels(loaded->ruleset, owner)->labels;
    ck_assert_msg(own_label_count(loaded, own) == labels->length, "%s: %u labels", id,
                  own_label_count(loaded, own));
    check_labels(id, loaded, own, labels);
    check_profiles(loaded, owner, member_list(expected, "profiles"));
    check_addresses(id, owner, member_list(expected, "ips"));
    check_ports(id, loaded, owner, member_list(expected, "ports"));
}

/* ---- all ---- */

/* Vectors with something that loading refuses although it can be converted (K8-101, K8-102). */
static const struct {
    const char *id;
    enum cp_code code;
} refused[] = {
    {"conv-cnp-multi", CP_CODE_ADMIN_NAMED_PORT_PEER},
    {"conv-cnp-nodes-calico", CP_CODE_DOMAIN_NAME_ACTION},
};

/* Those are loaded leniently, and their rules are taken at their word. */
static void load_refused(struct loaded *loaded, const struct cp_node *vector, enum cp_code code)
{
    struct cp_k8s_rules *rules;

    load_resources(loaded, member_text(vector, "resources"), CALPOL_LOAD_LENIENT);
    expect_no_errors(loaded);
    ck_assert_uint_eq(count_code(loaded, code), 1);
    ck_assert_uint_eq(loaded->collection.k8s_policies.count, 1);
    rules = &loaded->collection.k8s_policies.items[0]->egress;
    for (uint32_t i = 0; i < rules->items.count; i++)
        rules->items.items[i].broken = false;
}

static void load_vector(struct loaded *loaded, const struct cp_node *vector)
{
    for (size_t i = 0; i < COUNT_OF(refused); i++) {
        if (cp_text_is(member_text(vector, "id"), refused[i].id)) {
            load_refused(loaded, vector, refused[i].code);
            return;
        }
    }
    load_resources(loaded, member_text(vector, "resources"), 0);
    expect_no_errors(loaded);
}

static void check_vector(const struct cp_node *vector, struct counts *counts)
{
    const struct cp_node *expect = find_member(vector, "expect");
    const struct cp_node *profiles = find_member(expect, "profiles");
    const struct cp_node *endpoints = find_member(expect, "endpoints");
    const char *id = member_text(vector, "id").data;
    struct loaded loaded;

    load_vector(&loaded, vector);
    check_policies(vector, &loaded, counts);
    compile(&loaded, dialect_of(vector));
    for (uint32_t i = 0; profiles && i < profiles->length; i++, counts->profiles++)
        check_profile(id, &loaded, &profiles->items[i]);
    for (uint32_t i = 0; endpoints && i < endpoints->length; i++, counts->endpoints++)
        check_endpoint(id, &loaded, &endpoints->items[i]);
    finish_resources(&loaded);
}

START_TEST(kubernetes_objects_become_calicos)
{
    struct counts counts = {0, 0, 0, 0};
    struct cp_arena arena;
    const struct cp_node *vectors;

    cp_arena_init(&arena, NULL);
    vectors = read_vectors(&arena, "kubernetes-conversion.json");
    for (uint32_t i = 0; i < vectors->length; i++)
        check_vector(&vectors->items[i], &counts);
    (void)printf("# %u vectors, %u policies, %u selectors, %u profiles, %u endpoints\n",
                 vectors->length, counts.policies, counts.selectors, counts.profiles,
                 counts.endpoints);
    (void)fflush(stdout);
    ck_assert_uint_ge(vectors->length, VECTOR_COUNT);
    ck_assert_uint_ge(counts.policies, POLICY_COUNT);
    ck_assert_uint_ge(counts.profiles, PROFILE_COUNT);
    ck_assert_uint_ge(counts.endpoints, ENDPOINT_COUNT);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("vectors/kubernetes-conversion");
    TCase *vectors = tcase_create("vectors");

    tcase_add_test(vectors, kubernetes_objects_become_calicos);
    tcase_set_timeout(vectors, 60);
    suite_add_tcase(suite, vectors);
    return suite;
}
