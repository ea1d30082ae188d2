/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pod as a handle gets the verdicts that it gets as part of the input: random clusters are
 * compiled with a pod and without it.
 */
#include "api/endpoint.h"

#include "calpol/ruleset.h"

#include "support/clusters.h"
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/rulesets.h"
#include "support/suite.h"

#define CLUSTERS 150u
#define CROWDS 4u
#define FLOWS 400u
#define MOST_ITEMS 32u

/* ---- A cluster with and without one of its pods ---------------------------------------------- */

struct pair {
    struct compiled with, without;
    struct cp_workload_spec *pod;
    uint32_t number;       /* of the pod as an owner of with */
    struct cp_arena arena; /* the text */
    calpol_endpoint *handle;
};

static void compile(struct compiled *compiled)
{
    struct loaded *loaded = &compiled->loaded;
    const struct cp_program_limits limits = cp_program_no_limits;
    struct cp_compile_input input = {
        .collection = &loaded->collection,
        .work = &loaded->work,
        .diagnostics = &loaded->diagnostics,
        .dialect = CALPOL_DIALECT_CALICO,
        .lenient = true,
        .programs = &limits,
    };

    cp_options_init(&input.options);
    ck_assert_int_eq(cp_compile(&input, loaded->ruleset), CALPOL_OK);
    compiled->ruleset = loaded->ruleset;
}

static bool is_pod(const struct cp_workload_spec *spec)
{
    return spec->source == CP_WORKLOAD_POD && !spec->host_network && !spec->finished;
}

/* Takes the pod out of what was loaded. */
static struct cp_workload_spec *take_pod(struct loaded *loaded, uint32_t index)
{
    struct cp_workload_spec **items = loaded->collection.workloads.items;
    struct cp_workload_spec *taken = items[index];

    for (uint32_t i = index + 1; i < loaded->collection.workloads.count; i++)
        items[i - 1] = items[i];
    loaded->collection.workloads.count--;
    return taken;
}

static const char *string_of(struct cp_arena *arena, struct cp_text text)
{
    return cp_arena_text(arena, text.data, text.length);
}

static calpol_endpoint *make_handle(const struct calpol_ruleset *ruleset,
                                    const struct cp_workload_spec *pod,
                                    struct cp_arena *arena)
{
    const char *keys[MOST_ITEMS], *values[MOST_ITEMS];
    struct calpol_endpoint_port ports[MOST_ITEMS] = {{.name = NULL}};
    struct calpol_endpoint_spec spec = {
        .namespace_name = string_of(arena, pod->metadata.namespace_name),
        .name = string_of(arena, pod->metadata.name),
        .service_account = string_of(arena, pod->service_account),
        .node = string_of(arena, pod->node),
        .label_keys = keys,
        .label_values = values,
        .label_count = pod->metadata.labels.items.count,
        .addresses = pod->addresses.items,
        .address_count = pod->addresses.count,
        .ports = ports,
        .port_count = pod->ports.count,
    };
    calpol_endpoint *handle;

    ck_assert(spec.label_count <= MOST_ITEMS && spec.port_count <= MOST_ITEMS);
    for (uint32_t i = 0; i < spec.label_count; i++) {
        keys[i] = string_of(arena, pod->metadata.labels.items.items[i].key);
        values[i] = string_of(arena, pod->metadata.labels.items.items[i].value);
    }
    for (uint32_t i = 0; i < spec.port_count; i++)
        ports[i] = (struct calpol_endpoint_port){
            .name = string_of(arena, pod->ports.items[i].name),
            .protocol = pod->ports.items[i].protocol,
            .port = pod->ports.items[i].port,
        };
    ck_assert_int_eq(
        calpol_endpoint_new((calpol_ruleset *)(uintptr_t)ruleset, &spec, sizeof(spec), &handle),
        CALPOL_OK);
    return handle;
}

/* Makes a pod like another of its namespace in all but name, with an address beside the other's. */
static void make_twin(struct loaded *loaded, uint32_t index)
{
    struct cp_workload_spec *pod = loaded->collection.workloads.items[index];

    for (uint32_t i = 0; i < loaded->collection.workloads.count; i++) {
        const struct cp_workload_spec *other = loaded->collection.workloads.items[i];

        if (i == index || !is_pod(other) ||
            !cp_text_equal(other->metadata.namespace_name, pod->metadata.namespace_name))
            continue;
        pod->metadata.labels = other->metadata.labels;
        pod->service_account = other->service_account;
        pod->node = other->node;
        memcpy(&pod->ports, &other->ports, sizeof(pod->ports));
        if (pod->addresses.count && other->addresses.count) {
            pod->addresses.count = 1;
            pod->addresses.items[0] = other->addresses.items[0];
            pod->addresses.items[0].bytes[other->addresses.items[0].family == 4 ? 3 : 15] ^= 1;
        }
        return;
    }
}

/* False: the cluster has no pod, and nothing was made. */
static bool make_pair(struct pair *pair, uint64_t *seed, bool is_crowded)
{
    struct cp_buffer text;
    uint32_t count, index;
    struct cp_buffer reference;

    cp_arena_init(&pair->arena, NULL);
    cp_buffer_init(&text, &pair->arena);
    (is_crowded ? write_crowded_cluster : write_random_cluster)(&text, seed);
    load_resources(&pair->with.loaded, cp_buffer_text(&text), CALPOL_LOAD_LENIENT);
    load_resources(&pair->without.loaded, cp_buffer_text(&text), CALPOL_LOAD_LENIENT);
    count = pair->without.loaded.collection.workloads.count;
    index = count ? random_below(seed, count) : 0;
    if (count && random_below(seed, 2)) {
        make_twin(&pair->with.loaded, index);
        make_twin(&pair->without.loaded, index);
    }
    compile(&pair->with);
    if (!count || !is_pod(pair->without.loaded.collection.workloads.items[index])) {
        compile(&pair->without);
        free_compiled(&pair->with);
        free_compiled(&pair->without);
        cp_arena_finish(&pair->arena);
        return false;
    }
    pair->pod = take_pod(&pair->without.loaded, index);
    compile(&pair->without);
    cp_buffer_init(&reference, &pair->arena);
    cp_buffer_format(&reference, "pod:%t/%t", pair->pod->metadata.namespace_name,
                     pair->pod->metadata.name);
    pair->number = (uint32_t)(owner_named(pair->with.ruleset, cp_buffer_string(&reference)) -
                              pair->with.ruleset->owners);
    pair->handle = make_handle(pair->without.ruleset, pair->pod, &pair->arena);
    return true;
}

static void free_pair(struct pair *pair)
{
    calpol_endpoint_free(pair->handle);
    free_compiled(&pair->with);
    free_compiled(&pair->without);
    cp_arena_finish(&pair->arena);
}

/* ---- Flows ----------------------------------------------------------------------------------- */

/* The number without the pod of an endpoint with it. */
static uint32_t other_number(const struct pair *pair, uint32_t endpoint)
{
    const struct calpol_ruleset *with = pair->with.ruleset;

    if (endpoint == pair->number)
        return CALPOL_HANDLE(1);
    if (endpoint < with->workload_count + with->host_endpoint_count)
        return endpoint - (endpoint > pair->number);
    return endpoint == CALPOL_NONE ? endpoint : endpoint & ~CALPOL_HANDLE(0);
}

static bool is_in_trie(const struct cp_prefix_trie *trie, const struct calpol_address *address)
{
    struct cp_trie_walk walk;
    uint32_t found;

    return cp_prefix_trie_first(trie, address, &walk, &found);
}

static bool is_of_pod(const struct cp_workload_spec *pod, const struct calpol_address *address)
{
    for (uint32_t i = 0; i < pod->addresses.count; i++) {
        if (cp_address_compare(&pod->addresses.items[i], address) == 0)
            return true;
    }
    return false;
}

/* What a handle does not promise: that it is found by its address, or behind a Service. */
static bool is_promised(const struct pair *pair, uint32_t endpoint, struct calpol_address address)
{
    if (endpoint == pair->number || !address.family)
        return true;
    address = address.family == 6 || address.family == 4 ? address : (struct calpol_address){0};
    return !is_of_pod(pair->pod, &address) &&
           !is_in_trie(&pair->with.ruleset->service_trie, &address);
}

static void expect_decision(const struct pair *pair,
                            const struct calpol_decision *with,
                            const struct calpol_decision *without)
{
    const struct calpol_ruleset *a = pair->with.ruleset, *b = pair->without.ruleset;

    ck_assert_uint_eq(with->action, without->action);
    ck_assert_uint_eq(with->reason, without->reason);
    ck_assert_uint_eq(with->stage, without->stage);
    ck_assert_int_eq(with->rule, without->rule);
    ck_assert_uint_eq(with->tier, without->tier);
    ck_assert_uint_eq(with->policy == CALPOL_NONE, without->policy == CALPOL_NONE);
    if (with->policy == CALPOL_NONE)
        return;
    if (without->policy < b->policy_count + b->profile_count)
        expect_text(a->policies[with->policy]->label, b->policies[without->policy]->label.data);
    else
        ck_assert_uint_eq(a->policies[with->policy]->kind, CP_KIND_PROFILE);
}

static void ask(const struct pair *pair, const struct calpol_flow *flow)
{
    const calpol_endpoint *const table[2] = {NULL, pair->handle};
    struct calpol_verdict with, without;
    struct calpol_flow other = *flow;
    int status =
        calpol_evaluate_batch(pair->with.ruleset, flow, sizeof(*flow), 1, &with, sizeof(with));

    other.source_endpoint = other_number(pair, flow->source_endpoint);
    other.destination_endpoint = other_number(pair, flow->destination_endpoint);
    ck_assert_int_eq(calpol_evaluate_with(pair->without.ruleset, table, 2, &other, sizeof(other), 1,
                                          &without, sizeof(without)),
                     status);
    ck_assert_uint_eq(with.action, without.action);
    ck_assert_uint_eq(with.reason, without.reason);
    ck_assert_uint_eq(with.decided_by, without.decided_by);
    ck_assert_uint_eq(with.depends_on, without.depends_on);
    expect_decision(pair, &with.egress, &without.egress);
    expect_decision(pair, &with.ingress, &without.ingress);
}

static void ask_pair(const struct pair *pair, uint64_t *seed, bool is_crowded)
{
    const struct calpol_ruleset *with = pair->with.ruleset;
    uint32_t endpoint_count = with->workload_count + with->host_endpoint_count;

    for (uint32_t i = 0; i < FLOWS; i++) {
        struct calpol_flow flow =
            (is_crowded ? random_crowded_flow : random_flow)(seed, endpoint_count);
        uint32_t which = random_below(seed, 9);

        if (which != 0)
            flow.source_endpoint = which < 5 ? pair->number : flow.source_endpoint;
        if (which == 0 || which >= 5)
            flow.destination_endpoint = pair->number;
        if (random_below(seed, 3) == 0)
            flow.source_address.family = flow.destination_address.family = 0;
        if (is_promised(pair, flow.source_endpoint, flow.source_address) &&
            is_promised(pair, flow.destination_endpoint, flow.destination_address))
            ask(pair, &flow);
    }
}

static void compare_clusters(bool is_crowded)
{
    uint64_t seed = is_crowded ? 77 : 7;
    uint32_t count = share_of(is_crowded ? CROWDS : CLUSTERS), made = 0, fast = 0;
    struct pair pair;

    for (uint32_t i = 0; i < count; i++) {
        if (!make_pair(&pair, &seed, is_crowded))
            continue;
        made++;
        fast += (uint32_t)calpol_endpoint_is_fast(pair.handle);
        ask_pair(&pair, &seed, is_crowded);
        free_pair(&pair);
    }
    ck_assert_uint_gt(made, count / 4);
    ck_assert_uint_ge(fast, made / 20);
}

START_TEST(a_handle_gets_the_verdicts_of_a_pod)
{
    compare_clusters(false);
}
END_TEST

START_TEST(a_handle_in_a_crowd_gets_the_verdicts_of_a_pod)
{
    compare_clusters(true);
}
END_TEST

/* ---- By hand --------------------------------------------------------------------------------- */

#define PODS                                                                                       \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: shop, labels: {app: web}}\n"        \
    "spec: {containers: []}\nstatus: {podIP: 10.0.0.1}\n---\n"                                     \
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"                                      \
    "metadata: {name: np, namespace: shop}\n"                                                      \
    "spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}]}]}\n"

static calpol_ruleset *load(const struct calpol_allocator *allocator)
{
    struct calpol_load_options options;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;

    calpol_load_options_init(&options, sizeof(options));
    options.allocator = allocator;
    if (calpol_loader_new(&options, &loader))
        return NULL;
    if (!calpol_loader_add_text(loader, "t", PODS, strlen(PODS)))
        (void)calpol_loader_finish(loader, &ruleset, NULL);
    calpol_loader_free(loader);
    return ruleset;
}

static const char *const web_keys[] = {"app", "hash"}, *const web_values[] = {"web", "x1"};
static const struct calpol_address web_address = {4, {0}, {10, 0, 0, 9}};
static const struct calpol_endpoint_spec web = {
    .namespace_name = "shop",
    .label_keys = web_keys,
    .label_values = web_values,
    .label_count = 2,
    .addresses = &web_address,
    .address_count = 1,
};

START_TEST(a_pod_like_another_is_fast)
{
    calpol_ruleset *ruleset = load(NULL);
    calpol_endpoint *handle;
    struct calpol_verdict verdict;
    struct calpol_flow flow = {
        .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT,
        .source_endpoint = CALPOL_HANDLE(0),
        .destination_endpoint = 0,
        .protocol = 6,
        .destination_port = 80,
    };

    ck_assert_int_eq(calpol_endpoint_new(ruleset, &web, sizeof(web), &handle), CALPOL_OK);
    ck_assert_int_eq(calpol_endpoint_is_fast(handle), 1);
    ck_assert_int_eq(calpol_evaluate_with(ruleset, (const calpol_endpoint *const *)&handle, 1,
                                          &flow, sizeof(flow), 1, &verdict, sizeof(verdict)),
                     CALPOL_OK);
    ck_assert_uint_eq(verdict.action, CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(verdict.ingress.rule, 0);
    calpol_ruleset_unref(ruleset);
    calpol_endpoint_free(handle);
}
END_TEST

START_TEST(what_is_no_handle_is_a_bad_flow)
{
    calpol_ruleset *ruleset = load(NULL), *other = load(NULL);
    calpol_endpoint *handle;
    const calpol_endpoint *table[2] = {NULL, NULL};
    struct calpol_verdict verdict;
    struct calpol_flow flow = {.destination_endpoint = 0};

    ck_assert_int_eq(calpol_endpoint_new(other, &web, sizeof(web), &handle), CALPOL_OK);
    table[1] = handle;
    for (uint32_t i = 0; i < 3; i++) {
        flow.source_endpoint = calpol_handle(i);
        ck_assert_int_eq(calpol_evaluate_with(ruleset, table, 2, &flow, sizeof(flow), 1, &verdict,
                                              sizeof(verdict)),
                         CALPOL_ERROR_INVALID_INPUT);
        ck_assert_uint_eq(verdict.action, CALPOL_ACTION_NONE);
    }
    ck_assert_int_eq(
        calpol_evaluate_batch(ruleset, &flow, sizeof(flow), 1, &verdict, sizeof(verdict)),
        CALPOL_ERROR_INVALID_INPUT);
    calpol_endpoint_free(handle);
    calpol_ruleset_unref(ruleset);
    calpol_ruleset_unref(other);
}
END_TEST

START_TEST(bad_specs_are_refused)
{
    calpol_ruleset *ruleset = load(NULL);
    const char *const nothing[] = {NULL};
    const struct calpol_address no_family = {0};
    struct calpol_endpoint_spec spec = {.label_count = 1};
    calpol_endpoint *handle;

    ck_assert_int_eq(calpol_endpoint_new(ruleset, &spec, sizeof(spec), &handle),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    spec = (struct calpol_endpoint_spec){.profiles = nothing, .profile_count = 1};
    ck_assert_int_eq(calpol_endpoint_new(ruleset, &spec, sizeof(spec), &handle),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    spec = (struct calpol_endpoint_spec){.reserved = {1}};
    ck_assert_int_eq(calpol_endpoint_new(ruleset, &spec, sizeof(spec), &handle),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_endpoint_new(ruleset, &web, sizeof(web) - 1, &handle),
                     CALPOL_ERROR_ABI);
    ck_assert_int_eq(calpol_endpoint_new(NULL, &web, sizeof(web), &handle),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    spec = (struct calpol_endpoint_spec){.addresses = &no_family, .address_count = 1};
    ck_assert_int_eq(calpol_endpoint_new(ruleset, &spec, sizeof(spec), &handle),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert_ptr_null(handle);
    calpol_endpoint_free(NULL);
    calpol_ruleset_unref(ruleset);
}
END_TEST

static int make_one(const struct calpol_allocator *allocator, void *context)
{
    calpol_ruleset *ruleset = load(allocator);
    calpol_endpoint *handle;
    int status;

    (void)context;
    if (!ruleset)
        return CALPOL_ERROR_NO_MEMORY;
    status = calpol_endpoint_new(ruleset, &web, sizeof(web), &handle);
    calpol_ruleset_unref(ruleset);
    if (!status)
        calpol_endpoint_free(handle);
    return status;
}

START_TEST(each_allocation_may_fail)
{
    ck_assert_uint_gt(for_each_failure(make_one, NULL), 2);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("api/endpoint");
    TCase *random = tcase_create("random"), *plain = tcase_create("plain");

    tcase_set_timeout(random, 120);
    tcase_add_test(random, a_handle_gets_the_verdicts_of_a_pod);
    tcase_add_test(random, a_handle_in_a_crowd_gets_the_verdicts_of_a_pod);
    tcase_add_test(plain, a_pod_like_another_is_fast);
    tcase_add_test(plain, what_is_no_handle_is_a_bad_flow);
    tcase_add_test(plain, bad_specs_are_refused);
    tcase_add_test(plain, each_allocation_may_fail);
    suite_add_tcase(suite, random);
    suite_add_tcase(suite, plain);
    return suite;
}
