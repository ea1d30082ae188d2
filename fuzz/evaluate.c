/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Evaluating. The first bytes say what flows are asked, the others make a cluster. For each flow
 *
 *   every kernel of the fast path says what the plain walk says, or nothing
 *   one by one or in a batch, the verdict is the same
 *   a field that becomes known changes no definite answer, nor one that does not depend on it
 */
#include "evaluate/evaluate.h"
#include "answers.h"
#include "cluster.h"
#include "evaluate/fast.h"
#include "evaluate/resolve.h"

#define FLOW_BYTES 10u /* of one flow that is told */
#define TOLD_FLOWS 4u
#define RANDOM_FLOWS 28u /* more of them, from all bytes together */
#define FLOWS (TOLD_FLOWS + RANDOM_FLOWS)
#define MOST_BYTES 1024u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- Flows -------------------------------------------------------------------------------------
 */

static const uint16_t port_numbers[] = {80, 443, 8080, 53, 65535, 0, 1, 1024, 8090, 8091};

static uint16_t make_port(struct choices *choices)
{
    return port_numbers[choose(choices, sizeof(port_numbers) / sizeof(port_numbers[0]))];
}

static uint8_t make_protocol(struct choices *choices)
{
    static const uint8_t protocols[] = {6, 17, 132, 1, 58, 41, 255};

    return protocols[choose(choices, sizeof(protocols))];
}

/* None, of a pod, a node, a Service or the world: addresses that cluster.c writes. */
static struct calpol_address make_address(struct choices *choices)
{
    static const uint8_t starts[][3] = {{10, 0, 0}, {203, 0, 113}, {192, 168, 0}, {10, 0, 1}};
    struct calpol_address address = {.family = 0};
    uint32_t choice = choose(choices, 48), last = choice % 8 + 1;

    if (choice < 32) {
        address.family = 4;
        memcpy(address.bytes, starts[choice / 8], 3);
        address.bytes[3] = (uint8_t)last;
    } else if (choice < 40) {
        address.family = 6;
        address.bytes[0] = 0xfd;
        address.bytes[15] = (uint8_t)last;
    }
    return address;
}

/* Mostly one of the endpoints that there are, or none. */
static uint32_t make_endpoint(struct choices *choices, uint32_t endpoint_count)
{
    uint32_t choice = choose(choices, 32);

    return choice <= endpoint_count && choice < 31 ? choice : CALPOL_NONE;
}

/* Choices may be any; a flow may contradict itself. */
static struct calpol_flow make_flow(struct choices *choices, uint32_t endpoint_count)
{
    struct calpol_flow flow = {.given = 0};
    uint32_t unknown = choose(choices, 256), more;

    flow.source_endpoint = make_endpoint(choices, endpoint_count);
    flow.destination_endpoint = make_endpoint(choices, endpoint_count);
    /* For an endpoint the address is an unusual thing to give. */
    more = choose(choices, 8);
    if (flow.source_endpoint == CALPOL_NONE || more & 1)
        flow.source_address = make_address(choices);
    if (flow.destination_endpoint == CALPOL_NONE || more & 2)
        flow.destination_address = make_address(choices);
    flow.protocol = make_protocol(choices);
    flow.source_port = make_port(choices);
    flow.destination_port = make_port(choices);
    flow.icmp_type = more & 4 ? 8 : 0;
    flow.icmp_code = unknown & 128 ? 1 : 0;
    flow.given = ~unknown & (CALPOL_GIVEN_NO_DOMAINS * 2 - 1);
    return flow;
}

/* Some bytes that hang on all bytes. */
static void scatter(const uint8_t *data, size_t size, uint8_t *bytes, size_t count)
{
    uint64_t state = 0xcbf29ce484222325u;

    for (size_t i = 0; i < size; i++)
        state = (state ^ data[i]) * 0x100000001b3u;
    for (size_t i = 0; i < count; i++) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        bytes[i] = (uint8_t)(state >> 56);
    }
}

static void make_flows(const uint8_t *told,
                       const uint8_t *data,
                       size_t size,
                       uint32_t endpoint_count,
                       struct calpol_flow *flows)
{
    uint8_t scattered[RANDOM_FLOWS * FLOW_BYTES];

    scatter(data, size, scattered, sizeof(scattered));
    for (uint32_t i = 0; i < FLOWS; i++) {
        struct choices choices = {i < TOLD_FLOWS ? told + i * FLOW_BYTES
                                                 : scattered + (i - TOLD_FLOWS) * FLOW_BYTES,
                                  FLOW_BYTES, 0};

        flows[i] = make_flow(&choices, endpoint_count);
    }
}

/* ---- The ruleset -------------------------------------------------------------------------------
 */

static calpol_ruleset *load(struct choices *choices, struct cp_arena *arena)
{
    static const char *const options[][2] = {
        {"scope", "pending"},     {"http", "ignore"},
        {"default_hit", "first"}, {"profile_pass", "next-profile"},
        {"preset", "bpf"},        {"endpoint_to_host_action", "Accept"},
    };
    uint32_t option = choose(choices, 16), dialect = choose(choices, 4);
    struct calpol_load_options load_options;
    calpol_ruleset *ruleset = NULL;
    struct cp_buffer buffer;
    calpol_loader *loader;

    EXPECT(!calpol_load_options_init(&load_options, sizeof(load_options)));
    load_options.flags = CALPOL_LOAD_LENIENT;
    load_options.dialect = dialect == 1 ? CALPOL_DIALECT_UPSTREAM : CALPOL_DIALECT_CALICO;
    EXPECT(!calpol_loader_new(&load_options, &loader));
    if (option && option <= sizeof(options) / sizeof(options[0]))
        EXPECT(!calpol_loader_set_option(loader, options[option - 1][0], options[option - 1][1]));
    cp_buffer_init(&buffer, arena);
    write_cluster(choices, &buffer);
    EXPECT(!calpol_loader_add_text(loader, "cluster", cp_buffer_string(&buffer), buffer.length));
    EXPECT(!calpol_loader_finish(loader, &ruleset, NULL));
    calpol_loader_free(loader);
    return ruleset;
}

/* ---- Properties --------------------------------------------------------------------------------
 */

/* False: the flow contradicts itself, and the verdict is all zero. */
static bool judge_plainly(const struct calpol_ruleset *ruleset,
                          const struct calpol_flow *plain,
                          struct calpol_verdict *out_verdict)
{
    struct cp_world world;
    struct cp_flow flow;

    memset(out_verdict, 0, sizeof(*out_verdict));
    cp_world_init(&world, ruleset);
    if (cp_resolve_plain(&world, plain, &flow) != CALPOL_FLOW_OK)
        return false;
    cp_judge(&world, &flow, out_verdict);
    return true;
}

static void expect_same(const struct calpol_verdict *one, const struct calpol_verdict *other)
{
    EXPECT(memcmp(one, other, sizeof(*one)) == 0);
}

static void check_kernels(const struct calpol_ruleset *ruleset,
                          const struct calpol_flow *flows,
                          const struct calpol_verdict *plain)
{
    struct calpol_verdict group[CP_FAST_GROUP], one;

    for (int simd = 0; ruleset->programs && simd < CP_SIMD_COUNT; simd++) {
        const struct cp_fast_kernel *kernel = cp_fast_kernel_of((enum cp_simd)simd);
        uint32_t judged = 0;

        if (!cp_simd_is_usable((enum cp_simd)simd))
            continue;
        for (uint32_t i = 0; i < FLOWS; i++) {
            uint32_t place = i % CP_FAST_GROUP;

            if (place == 0)
                judged = kernel->judge_group(ruleset->programs, flows + i, CP_FAST_GROUP, group);
            EXPECT(kernel->judge(ruleset->programs, &flows[i], &one) == (judged >> place & 1));
            if (!(judged >> place & 1))
                continue;
            expect_same(&one, &plain[i]);
            expect_same(&group[place], &plain[i]);
        }
    }
}

static void check_batch(const struct calpol_ruleset *ruleset,
                        const struct calpol_flow *flows,
                        const struct calpol_verdict *plain)
{
    struct calpol_verdict verdicts[FLOWS];
    bool any_bad = false;
    int status = calpol_evaluate_batch(ruleset, flows, sizeof(flows[0]), FLOWS, verdicts,
                                       sizeof(verdicts[0]));

    for (uint32_t i = 0; i < FLOWS; i++) {
        struct calpol_verdict one = {.action = CALPOL_ACTION_NONE};

        any_bad |= calpol_evaluate(ruleset, &flows[i], sizeof(flows[i]), &one, sizeof(one)) != 0;
        expect_same(&one, &plain[i]);
        expect_same(&verdicts[i], &plain[i]);
    }
    EXPECT(status == (any_bad ? CALPOL_ERROR_INVALID_INPUT : CALPOL_OK));
}

static bool is_definite(uint8_t action)
{
    return action == CALPOL_ACTION_ALLOW || action == CALPOL_ACTION_DENY ||
           action == CALPOL_ACTION_MIXED;
}

/* EV-151, EV-153: what was certain stays so, and so does the one rule that decided; a fixed answer
   that was possible beside it, such as a failsafe port, may take its place. */
static void check_decision(const struct calpol_decision *before,
                           const struct calpol_decision *after)
{
    if (!is_definite(before->action) || before->action == CALPOL_ACTION_MIXED)
        return;
    EXPECT(after->action == before->action && after->stage == before->stage);
    if (before->policy != CALPOL_NONE && after->reason == CALPOL_REASON_NONE)
        EXPECT(after->tier == before->tier && after->policy == before->policy &&
               after->rule == before->rule);
}

static void check_known(const struct calpol_ruleset *ruleset,
                        const struct calpol_flow *flow,
                        const struct calpol_verdict *before,
                        uint32_t dependency)
{
    struct calpol_verdict after;

    EXPECT(judge_plainly(ruleset, flow, &after));
    if (is_definite(before->action))
        EXPECT(after.action == before->action);
    else if (!(before->depends_on & dependency))
        expect_same(&after, before);
    check_decision(&before->egress, &after.egress);
    check_decision(&before->ingress, &after.ingress);
}

/* Makes known, one at a time, what was not, with what the flow has there and was not looked at. */
static void check_promises(const struct calpol_ruleset *ruleset,
                           const struct calpol_flow *flow,
                           const struct calpol_verdict *before)
{
    static const struct {
        uint32_t given, dependency;
    } fields[] = {
        {CALPOL_GIVEN_PROTOCOL, CALPOL_DEPENDS_PROTOCOL},
        {CALPOL_GIVEN_SOURCE_PORT, CALPOL_DEPENDS_SOURCE_PORT},
        {CALPOL_GIVEN_DESTINATION_PORT, CALPOL_DEPENDS_DESTINATION_PORT},
        {CALPOL_GIVEN_ICMP_TYPE, CALPOL_DEPENDS_ICMP},
        {CALPOL_GIVEN_ICMP_CODE, CALPOL_DEPENDS_ICMP},
        {CALPOL_GIVEN_NO_HTTP, CALPOL_DEPENDS_HTTP_METHOD | CALPOL_DEPENDS_HTTP_PATH},
        {CALPOL_GIVEN_NO_DOMAINS, CALPOL_DEPENDS_DESTINATION_DOMAINS},
    };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        struct calpol_flow known = *flow;

        if (flow->given & fields[i].given)
            continue;
        known.given |= fields[i].given;
        check_known(ruleset, &known, before, fields[i].dependency);
    }
}

static void check_flows(const struct calpol_ruleset *ruleset, const struct calpol_flow *flows)
{
    struct calpol_verdict plain[FLOWS];

    for (uint32_t i = 0; i < FLOWS; i++) {
        if (judge_plainly(ruleset, &flows[i], &plain[i]))
            check_promises(ruleset, &flows[i], &plain[i]);
    }
    check_kernels(ruleset, flows, plain);
    check_batch(ruleset, flows, plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t told[TOLD_FLOWS * FLOW_BYTES] = {0};
    size_t told_size = size < sizeof(told) ? size : sizeof(told);
    struct choices choices = {data + told_size, size - told_size, 0};
    struct calpol_flow flows[FLOWS];
    calpol_ruleset *ruleset;
    struct cp_arena arena;

    if (size > MOST_BYTES)
        return 0;
    if (size)
        memcpy(told, data, told_size);
    cp_arena_init(&arena, NULL);
    ruleset = load(&choices, &arena);
    make_flows(told, data, size, ruleset->workload_count + ruleset->host_endpoint_count, flows);
    check_flows(ruleset, flows);
    calpol_ruleset_unref(ruleset);
    cp_arena_finish(&arena);
    return 0;
}
