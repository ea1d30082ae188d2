/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fast path says what the plain walk says, or nothing: whole verdicts of random flows in random
 * clusters, with every kernel that this machine can run.
 *
 * CALPOL_TEST_CLUSTERS in the environment sets how many clusters, in place of the usual few hundred.
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

static void compile_random(struct compiled *compiled, uint64_t *seed)
{
    const struct cp_program_limits limits = {
        .max_bytes = UINT64_MAX,
        .max_work = UINT64_MAX,
        .max_cells = random_below(seed, 3) ? CP_MOST_CELLS : random_below(seed, 30),
    };
    struct loaded *loaded = &compiled->loaded;
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
    write_random_cluster(&text, seed);
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
    ck_abort_msg("cluster %u: %u > %u protocol %u ports %u > %u given %x: fast %u (%u %u[%d], %u %u[%d])"
                 ", plain %u {%x} (%u %u[%d], %u %u[%d])",
                 cluster, flow->source_endpoint, flow->destination_endpoint,
                 flow->protocol, flow->source_port, flow->destination_port, flow->given, fast->action,
                 fast->egress.action, fast->egress.policy, fast->egress.rule, fast->ingress.action,
                 fast->ingress.policy, fast->ingress.rule, plain->action, plain->depends_on,
                 plain->egress.action, plain->egress.policy, plain->egress.rule,
                 plain->ingress.action, plain->ingress.policy, plain->ingress.rule);
}

static void compare_group(const struct calpol_ruleset *ruleset,
                          const struct cp_fast_kernel *kernel,
                          uint64_t *seed,
                          uint32_t cluster,
                          struct tally *tally)
{
    uint32_t endpoint_count = ruleset->workload_count + ruleset->host_endpoint_count, judged;
    struct calpol_verdict group[CP_FAST_GROUP], fast, plain;
    struct calpol_flow flows[CP_FAST_GROUP];

    for (uint32_t i = 0; i < CP_FAST_GROUP; i++)
        flows[i] = random_flow(seed, endpoint_count);
    judged = kernel->judge_group(ruleset->programs, flows, CP_FAST_GROUP, group);
    for (uint32_t i = 0; i < CP_FAST_GROUP; i++) {
        bool is_judged = kernel->judge(ruleset->programs, &flows[i], &fast);

        ck_assert_uint_eq(is_judged, judged >> i & 1);
        tally->flows++;
        tally->judged += is_judged;
        if (!is_judged)
            continue;
        ck_assert_mem_eq(&fast, &group[i], sizeof(fast));
        ck_assert_msg(judge_plainly(ruleset, &flows[i], &plain), "cluster %u: a bad flow was judged",
                      cluster);
        if (memcmp(&fast, &plain, sizeof(fast)) != 0)
            fail_on(&flows[i], &fast, &plain, cluster);
    }
}

static void compare_cluster(uint64_t *seed, uint32_t number, struct tally *tally)
{
    struct compiled compiled;
    uint64_t start = *seed;

    compile_random(&compiled, seed);
    for (int simd = 0; simd < CP_SIMD_COUNT; simd++) {
        uint64_t flows = start * 31 + 7;

        if (!cp_simd_is_usable((enum cp_simd)simd))
            continue;
        for (uint32_t i = 0; i < FLOWS_OF_CLUSTER / CP_FAST_GROUP; i++)
            compare_group(compiled.ruleset, cp_fast_kernel_of((enum cp_simd)simd), &flows, number,
                          tally);
    }
    free_compiled(&compiled);
}

static uint32_t cluster_count(void)
{
    const char *wanted = getenv("CALPOL_TEST_CLUSTERS");

    return wanted ? (uint32_t)strtoul(wanted, NULL, 10) : USUAL_CLUSTERS;
}

START_TEST(verdicts_of_random_flows_are_those_of_the_plain_walk)
{
    uint64_t seed = 88172645463325252u;
    struct tally tally = {0, 0};

    for (uint32_t i = 0; i < cluster_count(); i++)
        compare_cluster(&seed, i, &tally);
    /* It would be easy to be right by asking the plain walk each time. */
    ck_assert_uint_ge(tally.judged * 100, tally.flows * 40);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/fast");
    TCase *exactness = tcase_create("exactness");

    tcase_set_timeout(exactness, 0);
    tcase_add_test(exactness, verdicts_of_random_flows_are_those_of_the_plain_walk);
    suite_add_tcase(suite, exactness);
    return suite;
}
