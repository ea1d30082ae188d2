/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fast path says what the plain walk says, or nothing: whole verdicts of random flows in random
 * clusters, with every kernel that this machine can run.
 *
 * CALPOL_TEST_CLUSTERS in the environment sets how many clusters, in place of the usual few
 * hundred: each is asked 512 flows, with each kernel. CALPOL_TEST_SEED, any number but 0, makes
 * them others.
 */
#include "evaluate/fast.h"

#include "evaluate/evaluate.h"
#include "evaluate/resolve.h"
#include "support/clusters.h"
#include "support/rulesets.h"
#include "support/suite.h"

#include <stdlib.h>

#define USUAL_CLUSTERS 400u
#define FLOWS_OF_CLUSTER 512u

/* A kind of random clusters, and of flows in them. */
struct kind {
    void (*write)(struct cp_buffer *buffer, uint64_t *seed);
    struct calpol_flow (*flow)(uint64_t *seed, uint32_t endpoint_count);
};

static const struct kind mixed = {write_random_cluster, random_flow};
static const struct kind crowded = {write_crowded_cluster, random_crowded_flow};

struct tally {
    uint64_t flows, judged;
};

/* ---- Clusters -------------------------------------------------------------------------------- */

static void set_random_options(struct cp_options *options, struct cp_arena *arena, uint64_t *seed)
{
    const char *name, *value;

    cp_options_init(options);
    for (int i = 0; i < 2; i++) {
        random_option(seed, &name, &value);
        if (name[0])
            ck_assert_int_eq(
                cp_options_set(options, arena, cp_text_from(name), cp_text_from(value)), CALPOL_OK);
    }
}

/* The forms that programs take at any size, in small. */
static struct cp_program_limits random_limits(uint64_t *seed)
{
    struct cp_program_limits limits = cp_program_no_limits;

    if (!random_below(seed, 3))
        limits.max_cells = random_below(seed, 30);
    if (random_below(seed, 2))
        limits.max_dense_classes = 0;
    if (!random_below(seed, 3))
        limits.max_narrow_classes = 0;
    if (!random_below(seed, 3))
        limits.max_narrow_decisions = 0;
    return limits;
}

static void compile_random(struct compiled *compiled, const struct kind *kind, uint64_t *seed)
{
    struct loaded *loaded = &compiled->loaded;
    struct cp_program_limits limits = random_limits(seed);
    struct cp_compile_input input = {
        .collection = &loaded->collection,
        .work = &loaded->work,
        .diagnostics = &loaded->diagnostics,
        .dialect = random_below(seed, 4) ? CALPOL_DIALECT_CALICO : CALPOL_DIALECT_UPSTREAM,
        .lenient = true,
        .programs = &limits,
    };
    struct cp_buffer text;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    kind->write(&text, seed);
    load_resources(loaded, cp_buffer_text(&text), CALPOL_LOAD_LENIENT);
    set_random_options(&input.options, &loaded->work, seed);
    ck_assert_int_eq(cp_compile(&input, loaded->ruleset), CALPOL_OK);
    compiled->ruleset = loaded->ruleset;
    cp_arena_finish(&arena);
}

/* ---- Comparing ------------------------------------------------------------------------------- */

/* The plain walk's verdict; false: the flow contradicts itself. */
static bool judge_plainly(const struct calpol_ruleset *ruleset,
                          const struct calpol_flow *plain,
                          struct calpol_verdict *out_verdict)
{
    struct cp_world world;
    struct cp_flow flow;

    cp_world_init(&world, ruleset);
    if (cp_resolve_plain(&world, plain, &flow) != CALPOL_FLOW_OK)
        return false;
    cp_judge(&world, &flow, out_verdict);
    return true;
}

static void fail_on(const struct calpol_flow *flow,
                    const struct calpol_verdict *fast,
                    const struct calpol_verdict *plain,
                    uint32_t cluster)
{
    ck_abort_msg(
        "cluster %u: %u > %u protocol %u ports %u > %u given %x: fast %u (%u %u[%d], %u %u[%d]), "
        "plain %u {%x} (%u %u[%d], %u %u[%d])",
        cluster, flow->source_endpoint, flow->destination_endpoint, flow->protocol,
        flow->source_port, flow->destination_port, flow->given, fast->action, fast->egress.action,
        fast->egress.policy, fast->egress.rule, fast->ingress.action, fast->ingress.policy,
        fast->ingress.rule, plain->action, plain->depends_on, plain->egress.action,
        plain->egress.policy, plain->egress.rule, plain->ingress.action, plain->ingress.policy,
        plain->ingress.rule);
}

/* A cluster being asked. */
struct asking {
    const struct calpol_ruleset *ruleset;
    const struct kind *kind;
    const struct cp_fast_kernel *kernel;
    uint32_t number;
    uint64_t seed; /* of the flows */
    struct tally *tally;
};

/* What the kernel says of a flow, if anything, the plain walk says too. */
static bool compare(struct asking *asking,
                    const struct calpol_flow *flow,
                    struct calpol_verdict *out_fast)
{
    struct calpol_verdict plain;
    bool is_judged = asking->kernel->judge(asking->ruleset->programs, flow, out_fast);

    asking->tally->flows++;
    if (!is_judged)
        return false;
    asking->tally->judged++;
    ck_assert_msg(judge_plainly(asking->ruleset, flow, &plain), "cluster %u: a bad flow was judged",
                  asking->number);
    if (memcmp(out_fast, &plain, sizeof(plain)) != 0)
        fail_on(flow, out_fast, &plain, asking->number);
    return true;
}

static void compare_group(struct asking *asking)
{
    uint32_t endpoint_count =
        asking->ruleset->workload_count + asking->ruleset->host_endpoint_count;
    struct calpol_verdict group[CP_FAST_GROUP], fast;
    struct calpol_flow flows[CP_FAST_GROUP];
    uint32_t judged;

    for (uint32_t i = 0; i < CP_FAST_GROUP; i++)
        flows[i] = asking->kind->flow(&asking->seed, endpoint_count);
    judged = asking->kernel->judge_group(asking->ruleset->programs, flows, CP_FAST_GROUP, group);
    for (uint32_t i = 0; i < CP_FAST_GROUP; i++) {
        bool is_judged = compare(asking, &flows[i], &fast);

        ck_assert_uint_eq(is_judged, judged >> i & 1);
        if (is_judged)
            ck_assert_mem_eq(&fast, &group[i], sizeof(fast));
    }
}

static void compare_cluster(const struct kind *kind,
                            uint64_t *seed,
                            uint32_t number,
                            struct tally *tally)
{
    uint64_t flow_seed = *seed * 31 + 7;
    struct compiled compiled;

    compile_random(&compiled, kind, seed);
    for (int simd = 0; simd < CP_SIMD_COUNT; simd++) {
        struct asking asking = {
            .ruleset = compiled.ruleset,
            .kind = kind,
            .kernel = cp_fast_kernel_of((enum cp_simd)simd),
            .number = number,
            .seed = flow_seed,
            .tally = tally,
        };

        for (uint32_t i = 0;
             cp_simd_is_usable((enum cp_simd)simd) && i < FLOWS_OF_CLUSTER / CP_FAST_GROUP; i++)
            compare_group(&asking);
    }
    free_compiled(&compiled);
}

static uint64_t number_from(const char *variable, uint64_t usual)
{
    const char *wanted = getenv(variable);

    return wanted ? strtoull(wanted, NULL, 10) : usual;
}

static uint32_t cluster_count(void)
{
    return (uint32_t)number_from("CALPOL_TEST_CLUSTERS", share_of(USUAL_CLUSTERS));
}

/* It would be easy to be right by asking the plain walk each time. */
static void expect_judged(const struct tally *tally, uint32_t percent)
{
    ck_assert_msg(tally->judged * 100 >= tally->flows * percent, "%llu of %llu flows were judged",
                  (unsigned long long)tally->judged, (unsigned long long)tally->flows);
}

START_TEST(verdicts_of_random_flows_are_those_of_the_plain_walk)
{
    uint64_t seed = number_from("CALPOL_TEST_SEED", 88172645463325252u);
    struct tally tally = {0, 0};

    for (uint32_t i = 0; i < cluster_count(); i++)
        compare_cluster(&mixed, &seed, i, &tally);
    expect_judged(&tally, 40);
}
END_TEST

START_TEST(tables_that_grow_out_of_their_forms_say_the_same)
{
    uint64_t seed = number_from("CALPOL_TEST_SEED", 362436069);
    struct tally tally = {0, 0};

    for (uint32_t i = 0; i < (cluster_count() + 49) / 50; i++)
        compare_cluster(&crowded, &seed, i, &tally);
    expect_judged(&tally, 40);
}
END_TEST

/* A policy may have as many rules as 1,024. */
#define RULES_OF_POLICY 1000u

/* Two pods, governed by policies with a rule for each of some ports. */
static void write_ports(struct cp_buffer *text, unsigned port_count)
{
    static const char *const pods =
        "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: ns}, status: {podIPs: [{ip: "
        "10.0.0.1}]}}\n"
        "---\n"
        "{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: ns}, status: {podIPs: [{ip: "
        "10.0.0.2}]}}\n";

    cp_buffer_add_string(text, pods);
    for (unsigned i = 0; i < port_count; i++) {
        if (i % RULES_OF_POLICY == 0)
            cp_buffer_format(text,
                             "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n"
                             "metadata: {name: p%u}\nspec:\n  order: %u\n  types: [Ingress]\n"
                             "  ingress:\n",
                             i, i);
        cp_buffer_format(text, "  - {action: Allow, protocol: TCP, destination: {ports: [%u]}}\n",
                         3 * i + 1);
    }
}

/* Maps of one, two and three steps, and of more; rules of one word of bits, of several, and of so many that
   a table will not do. */
START_TEST(each_port_of_few_or_many_leads_to_its_rule)
{
    static const unsigned port_counts[] = {5, 15, 20, 31, 40, 47, 60, 130, 700, 4000};
    unsigned port_count = port_counts[_i];
    struct tally tally = {0, 0};
    struct compiled compiled;
    struct loaded *loaded = &compiled.loaded;
    struct cp_compile_input input = {
        .collection = &loaded->collection,
        .work = &loaded->work,
        .diagnostics = &loaded->diagnostics,
        .programs = &cp_program_no_limits,
    };
    struct cp_buffer text;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    write_ports(&text, port_count);
    cp_options_init(&input.options);
    load_resources(loaded, cp_buffer_text(&text), 0);
    ck_assert_int_eq(cp_compile(&input, loaded->ruleset), CALPOL_OK);
    for (int simd = 0; simd < CP_SIMD_COUNT; simd++) {
        struct asking asking = {
            .ruleset = loaded->ruleset,
            .kernel = cp_fast_kernel_of((enum cp_simd)simd),
            .tally = &tally,
        };

        for (uint32_t port = 0; cp_simd_is_usable((enum cp_simd)simd) && port < 256; port++) {
            struct calpol_flow flow = {
                .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT |
                         CALPOL_GIVEN_DESTINATION_PORT | CALPOL_GIVEN_NO_HTTP |
                         CALPOL_GIVEN_NO_DOMAINS,
                .source_endpoint = port & 1,
                .destination_endpoint = ~port & 1,
                .source_port = 40000,
                .destination_port = (uint16_t)port,
                .protocol = 6,
            };
            struct calpol_verdict verdict;

            ck_assert(compare(&asking, &flow, &verdict));
            ck_assert_int_eq(verdict.ingress.rule,
                             port % 3 == 1 && port / 3 < port_count ? (int)(port / 3) : -1);
        }
    }
    free_compiled(&compiled);
    cp_arena_finish(&arena);
}
END_TEST

/* ---- Filters --------------------------------------------------------------------------------- */

#define FILTERS 4000u

/* "nets: [...]" of a prefix in 10.net.0.0/24, or nothing. */
static void write_net(struct cp_buffer *text, uint64_t *seed, unsigned net, uint32_t open)
{
    if (random_below(seed, 100) >= open)
        cp_buffer_format(text, "nets: [10.%u.0.%u/%u], ", net, random_below(seed, 256),
                         26 + random_below(seed, 7));
}

static void write_filter_ports(struct cp_buffer *text, uint64_t *seed, uint32_t open)
{
    if (random_below(seed, 100) >= open)
        cp_buffer_format(text, "ports: [%u]", random_below(seed, 16));
}

/* One pod, and policies of rules that ask for nets and ports on both sides, or leave one side open, or
   both; so many that each of these kinds is several blocks of bits. With jumps some rules pass, and some
   ask for HTTP. */
static void write_filters(struct cp_buffer *text, uint64_t *seed, bool has_jumps)
{
    cp_buffer_add_string(text, "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: ns}, "
                               "status: {podIPs: [{ip: 10.2.0.1}]}}\n");
    for (unsigned i = 0; i < FILTERS; i++) {
        uint32_t choice = random_below(seed, 8);
        bool is_tcp = random_below(seed, 4), has_http = is_tcp && has_jumps;

        if (i % RULES_OF_POLICY == 0)
            cp_buffer_format(text,
                             "---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n"
                             "metadata: {name: p%u}\nspec:\n  order: %u\n  types: [Ingress]\n"
                             "  ingress:\n",
                             i, i);
        cp_buffer_format(text, "  - {action: %s, protocol: %s, ",
                         has_jumps && random_below(seed, 400) == 0 ? "Pass"
                         : random_below(seed, 2)                   ? "Allow"
                                                                   : "Deny",
                         is_tcp ? "TCP" : "UDP");
        cp_buffer_add_string(text, "source: {");
        write_net(text, seed, 1, choice == 1 || choice == 2 ? 100 : 0);
        write_filter_ports(text, seed, choice ? 80 : 0);
        cp_buffer_add_string(text, "}, destination: {");
        write_net(text, seed, 2, choice == 1 || choice == 3 || choice == 4 ? 100 : 0);
        write_filter_ports(text, seed, choice == 1 ? 0 : 30);
        cp_buffer_add_string(text, has_http && random_below(seed, 100) == 0
                                       ? "}, http: {methods: [GET]}}\n"
                                       : "}}\n");
    }
}

static void write_straight_filters(struct cp_buffer *text, uint64_t *seed)
{
    write_filters(text, seed, false);
}

static void write_filters_with_jumps(struct cp_buffer *text, uint64_t *seed)
{
    write_filters(text, seed, true);
}

static struct calpol_flow random_filter_flow(uint64_t *seed, uint32_t endpoint_count)
{
    struct calpol_flow flow = {
        .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT | CALPOL_GIVEN_DESTINATION_PORT |
                 CALPOL_GIVEN_NO_DOMAINS,
        .source_endpoint = CALPOL_NONE,
        .source_address = {.family = 4, .bytes = {10, 1, 0}},
        .destination_address = {.family = 4, .bytes = {10, 2, 0}},
        .protocol = random_below(seed, 4) ? 6 : 17,
    };

    flow.destination_endpoint = random_below(seed, endpoint_count);
    flow.source_address.bytes[3] = (uint8_t)random_below(seed, 256);
    flow.destination_address.bytes[3] = (uint8_t)random_below(seed, 256);
    flow.source_port = (uint16_t)random_below(seed, 20);
    flow.destination_port = (uint16_t)random_below(seed, 20);
    if (random_below(seed, 8))
        flow.given |= CALPOL_GIVEN_NO_HTTP;
    return flow;
}

/* The lines of a program with jumps are in its order; others are apart by what they leave open. */
START_TEST(the_first_of_thousands_of_filters_holds)
{
    static const struct kind kinds[] = {
        {write_straight_filters, random_filter_flow},
        {write_filters_with_jumps, random_filter_flow},
    };
    uint64_t seed = number_from("CALPOL_TEST_SEED", 2463534242) + (uint64_t)_i;
    struct tally tally = {0, 0};

    for (uint32_t i = 0; i < (cluster_count() + 199) / 200; i++)
        compare_cluster(&kinds[_i], &seed, i, &tally);
    expect_judged(&tally, 60);
}
END_TEST

/* ---- Limits ---------------------------------------------------------------------------------- */

static uint32_t count_judged(const struct calpol_ruleset *ruleset, uint64_t seed)
{
    struct tally tally = {0, 0};
    struct asking asking = {
        .ruleset = ruleset,
        .kind = &crowded,
        .kernel = cp_fast_kernel_best(),
        .seed = seed,
        .tally = &tally,
    };

    for (uint32_t i = 0; i < 32; i++)
        compare_group(&asking);
    return (uint32_t)tally.judged;
}

/* Compiles a crowded cluster with limits and tells how many programs were left out. */
static uint32_t left_out_with(const struct cp_program_limits *limits, uint32_t *out_judged)
{
    struct compiled compiled;
    struct loaded *loaded = &compiled.loaded;
    struct cp_compile_input input = {
        .collection = &loaded->collection,
        .work = &loaded->work,
        .diagnostics = &loaded->diagnostics,
        .lenient = true,
        .programs = limits,
    };
    struct cp_buffer text;
    struct cp_arena arena;
    uint64_t seed = 521288629;
    uint32_t left_out;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    cp_options_init(&input.options);
    write_crowded_cluster(&text, &seed);
    load_resources(loaded, cp_buffer_text(&text), CALPOL_LOAD_LENIENT);
    ck_assert_int_eq(cp_compile(&input, loaded->ruleset), CALPOL_OK);
    left_out = loaded->ruleset->programs->left_out;
    *out_judged = count_judged(loaded->ruleset, seed);
    free_compiled(&compiled);
    cp_arena_finish(&arena);
    return left_out;
}

START_TEST(beyond_the_limits_the_plain_walk_is_asked)
{
    struct cp_program_limits limits = cp_program_no_limits;
    uint32_t all, some, left_out;

    ck_assert_uint_eq(left_out_with(&limits, &all), 0);
    limits.max_bytes = 100000;
    left_out = left_out_with(&limits, &some);
    ck_assert_uint_gt(left_out, 0);
    ck_assert_uint_lt(some, all);
    limits = cp_program_no_limits;
    limits.max_work = 10000;
    left_out = left_out_with(&limits, &some);
    ck_assert_uint_gt(left_out, 0);
    ck_assert_uint_lt(some, all);
}
END_TEST

/* Pods with one name for another port each, and a rule that asks for the name at both ends. */
static void write_named_ports(struct cp_buffer *text, unsigned pod_count)
{
    for (unsigned i = 0; i < pod_count; i++)
        cp_buffer_format(text,
                         "apiVersion: v1\nkind: Pod\nmetadata: {name: p%u, namespace: ns}\nspec:\n"
                         "  containers:\n  - {name: c, ports: [{name: named, containerPort: %u}]}\n"
                         "status: {podIPs: [{ip: 10.0.%u.%u}]}\n---\n",
                         i, 1000 + i, i / 256, i % 256);
    cp_buffer_add_string(text, "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\n"
                               "metadata: {name: q}\nspec:\n  types: [Egress]\n  egress:\n"
                               "  - {action: Allow, protocol: TCP, source: {ports: [named]},"
                               " destination: {ports: [named]}}\n");
}

/* Each port at one end with each at the other: programs hold some thousands of products. */
START_TEST(a_rule_of_too_many_products_is_left_to_the_plain_walk)
{
    static const struct {
        unsigned pods, left_out;
    } cases[] = {{100, 0}, {150, 1}, {1100, 1}};
    unsigned pods = cases[_i].pods;
    struct tally tally = {0, 0};
    struct compiled compiled;
    struct loaded *loaded = &compiled.loaded;
    struct cp_compile_input input = {
        .collection = &loaded->collection,
        .work = &loaded->work,
        .diagnostics = &loaded->diagnostics,
        .programs = &cp_program_no_limits,
    };
    struct asking asking = {.kernel = cp_fast_kernel_best(), .tally = &tally};
    struct cp_buffer text;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    write_named_ports(&text, pods);
    cp_options_init(&input.options);
    load_resources(loaded, cp_buffer_text(&text), 0);
    ck_assert_int_eq(cp_compile(&input, loaded->ruleset), CALPOL_OK);
    ck_assert_uint_eq(loaded->ruleset->programs->left_out, cases[_i].left_out);
    asking.ruleset = loaded->ruleset;
    for (unsigned i = 0; i < 64; i++) {
        unsigned source = i * 7 % pods, destination = (source + 1 + i) % pods;
        struct calpol_flow flow = {
            .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT |
                     CALPOL_GIVEN_DESTINATION_PORT | CALPOL_GIVEN_NO_HTTP | CALPOL_GIVEN_NO_DOMAINS,
            .source_endpoint = source,
            .destination_endpoint = destination,
            .source_port = (uint16_t)(1000 + source + i / 16 % 2),
            .destination_port = (uint16_t)(1000 + destination + i / 32),
            .protocol = 6,
        };
        struct calpol_verdict verdict;

        ck_assert(compare(&asking, &flow, &verdict) == !cases[_i].left_out);
        if (!cases[_i].left_out)
            ck_assert_int_eq(verdict.egress.rule, i < 16 ? 0 : -1);
    }
    free_compiled(&compiled);
    cp_arena_finish(&arena);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/fast");
    TCase *exactness = tcase_create("exactness");

    tcase_set_timeout(exactness, 0);
    tcase_add_test(exactness, verdicts_of_random_flows_are_those_of_the_plain_walk);
    tcase_add_test(exactness, tables_that_grow_out_of_their_forms_say_the_same);
    tcase_add_loop_test(exactness, each_port_of_few_or_many_leads_to_its_rule, 0, 10);
    tcase_add_loop_test(exactness, the_first_of_thousands_of_filters_holds, 0, 2);
    tcase_add_test(exactness, beyond_the_limits_the_plain_walk_is_asked);
    tcase_add_loop_test(exactness, a_rule_of_too_many_products_is_left_to_the_plain_walk, 0, 3);
    suite_add_tcase(suite, exactness);
    return suite;
}
