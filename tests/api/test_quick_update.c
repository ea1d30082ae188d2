/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which updates are made without a load of all texts, and that what they share lives long enough. That
 * they are what loads are is proven by test_update.c.
 */
#include "calpol/calpol.h"

#include "ruleset/ruleset.h"
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/sessions.h"
#include "support/snippets.h"
#include "support/suite.h"

#include <stdio.h>

#define SHOP RESOURCE("v1", "Namespace", "name: shop", "")
#define PODS                                                                                       \
    POD("shop", "web", "app: web", "containers: []", "{ip: 10.0.0.1}")                             \
    POD("shop", "db", "app: db", "containers: []", "{ip: 10.0.0.2}")
#define CLOSED                                                                                     \
    POLICY("shop", "db",                                                                           \
           "order: 5, selector: app == 'db', ingress: [{action: Deny, protocol: TCP, "             \
           "source: {nets: [10.0.0.0/24]}}]")
#define LATER POLICY("shop", "later", "order: 9, selector: all(), ingress: [{action: Allow}]")
#define CLUSTER SHOP PODS TIER("first", "order: 1") CLOSED LATER

/* A ruleset that can be updated. NULL: no memory. */
static calpol_ruleset *load(const char *text, uint32_t flags, const struct calpol_allocator *hook)
{
    calpol_ruleset *ruleset = NULL;

    (void)try_load_text(text, CALPOL_LOAD_UPDATABLE | flags, hook, &ruleset);
    return ruleset;
}

/* From pod 0 to pod 1 by TCP. */
static struct calpol_flow flow_to_db(uint16_t port)
{
    return (struct calpol_flow){
        .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT,
        .source_endpoint = 0,
        .destination_endpoint = 1,
        .protocol = 6,
        .destination_port = port,
    };
}

static struct calpol_verdict verdict_of(const calpol_ruleset *ruleset, uint16_t port)
{
    const struct calpol_flow flow = flow_to_db(port);
    struct calpol_verdict verdict;

    ck_assert_int_eq(calpol_evaluate(ruleset, &flow, sizeof(flow), &verdict, sizeof(verdict)),
                     CALPOL_OK);
    return verdict;
}

/* ---- Which updates are quick ----------------------------------------------------------------- */

struct change {
    const char *what, *base, *text, *removed;
    uint32_t flags;
    bool is_quick;
    int action; /* from web to db, port 80 */
};

#define ALLOWING "selector: app == 'db', ingress: [{action: Allow}]"

static const struct change changes[] = {
    {"a policy changes", CLUSTER, POLICY("shop", "db", "order: 5, " ALLOWING), NULL, 0, true,
     CALPOL_ACTION_ALLOW},
    {"a policy moves behind another", CLUSTER,
     POLICY("shop", "db", "order: 10, selector: app == 'db', ingress: [{action: Deny}]"), NULL, 0,
     true, CALPOL_ACTION_ALLOW},
    {"a policy goes", CLUSTER, "", "CalicoNetworkPolicy shop/db", 0, true, CALPOL_ACTION_ALLOW},
    {"a policy comes first", CLUSTER, POLICY("shop", "a", "order: 1, " ALLOWING), NULL, 0, true,
     CALPOL_ACTION_ALLOW},
    {"a policy comes last", CLUSTER, GLOBAL_POLICY("z", "order: 99, " ALLOWING), NULL, 0, true,
     CALPOL_ACTION_DENY},
    {"one comes in another tier", CLUSTER,
     GLOBAL_POLICY("first.a", "tier: first, order: 1, " ALLOWING), NULL, 0, true,
     CALPOL_ACTION_ALLOW},
    {"one of Kubernetes comes", CLUSTER, K8S_POLICY("shop", "k", "podSelector: {}, ingress: [{}]"),
     NULL, 0, true, CALPOL_ACTION_DENY},
    {"a staged one comes", CLUSTER, STAGED_POLICY("s", "order: 1, " ALLOWING), NULL, 0, true,
     CALPOL_ACTION_DENY},
    {"nets that no rule had", CLUSTER,
     POLICY("shop",
            "db",
            "order: 5, selector: app == 'db', ingress: [{action: Deny, source: {nets: "
            "[10.0.0.0/31]}}, {action: Allow}]"),
     NULL, 0, true, CALPOL_ACTION_DENY},
    {"a protocol that no rule had", CLUSTER,
     POLICY("shop",
            "db",
            "order: 5, selector: app == 'db', ingress: [{action: Deny, protocol: 47}, "
            "{action: Allow}]"),
     NULL, 0, true, CALPOL_ACTION_ALLOW},
    {"a selector that no rule had", CLUSTER,
     POLICY("shop",
            "db",
            "order: 5, selector: app == 'db', ingress: [{action: Allow, source: {selector: "
            "app == 'web'}}]"),
     NULL, 0, true, CALPOL_ACTION_ALLOW},
    {"a warning is no hindrance", CLUSTER,
     POLICY("shop", "db", "order: 5, types: [Ingress], egress: [{action: Deny}], " ALLOWING), NULL,
     0, true, CALPOL_ACTION_ALLOW},

    {"a namespace changes", CLUSTER, SHOP, NULL, 0, false, CALPOL_ACTION_DENY},
    {"a pod comes", CLUSTER, POD("shop", "x", "app: x", "containers: []", "{ip: 10.0.0.3}"), NULL,
     0, false, CALPOL_ACTION_DENY},
    {"a namespace is named", CLUSTER, POLICY("other", "a", ALLOWING), NULL, 0, false,
     CALPOL_ACTION_DENY},
    {"a tier is named", CLUSTER, POLICY("shop", "db", "tier: nowhere, " ALLOWING), NULL, 0, false,
     CALPOL_ACTION_ALLOW},
    {"a tier comes", CLUSTER, TIER("second", "order: 2"), NULL, 0, false, CALPOL_ACTION_DENY},
    {"a service is named", CLUSTER,
     POLICY("shop",
            "db",
            "selector: app == 'db', types: [Egress], egress: [{action: Deny, destination: "
            "{services: {name: s}}}]"),
     NULL, 0, false, CALPOL_ACTION_ALLOW},
    {"what is forwarded is governed", CLUSTER,
     GLOBAL_POLICY("f", "applyOnForward: true, selector: app == 'x'"), NULL, 0, false,
     CALPOL_ACTION_DENY},
    {"a deletion is staged", CLUSTER, STAGED_POLICY("s", "stagedAction: Delete"), NULL, 0, false,
     CALPOL_ACTION_DENY},
    {"the first object of Calico comes", SHOP PODS, POLICY("shop", "db", ALLOWING), NULL, 0, false,
     CALPOL_ACTION_ALLOW},
    {"the last policy of Calico goes", SHOP PODS CLOSED, "", "CalicoNetworkPolicy shop/db", 0,
     false, CALPOL_ACTION_ALLOW},
    {"advice is asked for", CLUSTER, POLICY("shop", "db", ALLOWING), NULL, CALPOL_LOAD_LINT, false,
     CALPOL_ACTION_ALLOW},
    {"there are no programs", CLUSTER, POLICY("shop", "db", ALLOWING), NULL,
     CALPOL_LOAD_NO_PROGRAMS, false, CALPOL_ACTION_ALLOW},
    {"nothing changes", CLUSTER, "", "", 0, false, CALPOL_ACTION_DENY},
};

START_TEST(updates_of_policies_are_quick)
{
    const struct change *change = &changes[_i];
    calpol_ruleset *old = load(change->base, change->flags, NULL), *updated;

    ck_assert_ptr_nonnull(old);
    if (change->removed && !*change->removed)
        ck_assert_int_eq(calpol_ruleset_update(old, NULL, NULL, 0, &updated, NULL), CALPOL_OK);
    else
        ck_assert_int_eq(try_update_text(old, change->text, change->removed, NULL, &updated),
                         CALPOL_OK);
    ck_assert_msg((updated->root != NULL) == change->is_quick, "%s", change->what);
    ck_assert_msg(verdict_of(updated, 80).action == change->action, "%s", change->what);
    calpol_ruleset_unref(old);
    calpol_ruleset_unref(updated);
}
END_TEST

/* ---- What is shared -------------------------------------------------------------------------- */

#define UPDATES 1200u

static void write_policy(char *text, size_t size, uint32_t port)
{
    snprintf(text, size,
             POLICY("shop", "db",
                    "order: 5, selector: app == 'db', ingress: [{action: Allow, protocol: TCP, "
                    "source: {selector: app != 'x%u'}, destination: {ports: [%u]}}, "
                    "{action: Deny}]"),
             port % 300, port);
}

/* Each ruleset answers for itself until the end; those in between go first. */
START_TEST(rulesets_share_what_stays)
{
    calpol_ruleset *rulesets[UPDATES + 1];
    uint32_t loads = 0;

    rulesets[0] = load(CLUSTER, 0, NULL);
    for (uint32_t i = 1; i <= UPDATES; i++) {
        char text[512];

        write_policy(text, sizeof(text), i);
        ck_assert_int_eq(try_update_text(rulesets[i - 1], text, NULL, NULL, &rulesets[i]),
                         CALPOL_OK);
        loads += rulesets[i]->root == NULL;
    }
    /* Pieces do not pile up for ever. */
    ck_assert_uint_ge(loads, 1);
    ck_assert_uint_le(loads, UPDATES / 100);
    for (uint32_t i = 0; i <= UPDATES; i += 3)
        calpol_ruleset_unref(rulesets[i]);
    for (uint32_t i = 0; i <= UPDATES; i++) {
        if (i % 3 == 0)
            continue;
        ck_assert_int_eq(verdict_of(rulesets[i], (uint16_t)i).action, CALPOL_ACTION_ALLOW);
        ck_assert_int_eq(verdict_of(rulesets[i], (uint16_t)(i + 1)).action, CALPOL_ACTION_DENY);
        calpol_ruleset_unref(rulesets[i]);
    }
}
END_TEST

/* Two rulesets made of one do not know of each other. */
START_TEST(updates_may_branch)
{
    calpol_ruleset *old = load(CLUSTER, 0, NULL), *left, *right, *last;
    char text[512];

    write_policy(text, sizeof(text), 1000);
    ck_assert_int_eq(try_update_text(old, text, NULL, NULL, &left), CALPOL_OK);
    write_policy(text, sizeof(text), 2000);
    ck_assert_int_eq(try_update_text(old, text, NULL, NULL, &right), CALPOL_OK);
    ck_assert_int_eq(
        try_update_text(left, GLOBAL_POLICY("a", "order: 1, " ALLOWING), NULL, NULL, &last),
        CALPOL_OK);
    calpol_ruleset_unref(old);
    ck_assert_int_eq(verdict_of(left, 1000).action, CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(verdict_of(left, 2000).action, CALPOL_ACTION_DENY);
    ck_assert_int_eq(verdict_of(right, 1000).action, CALPOL_ACTION_DENY);
    ck_assert_int_eq(verdict_of(right, 2000).action, CALPOL_ACTION_ALLOW);
    calpol_ruleset_unref(left);
    calpol_ruleset_unref(right);
    ck_assert_int_eq(verdict_of(last, 3000).action, CALPOL_ACTION_ALLOW);
    ck_assert_uint_eq(verdict_of(last, 3000).ingress.policy, 0);
    calpol_ruleset_unref(last);
}
END_TEST

/* ---- What is made of it ---------------------------------------------------------------------- */

START_TEST(new_endpoints_are_fast_after_an_update)
{
    static const char *const keys[] = {"app"}, *const values[] = {"db"};
    const struct calpol_address address = {4, {0}, {10, 0, 0, 77}};
    const struct calpol_endpoint_spec spec = {
        .namespace_name = "shop",
        .label_keys = keys,
        .label_values = values,
        .label_count = 1,
        .addresses = &address,
        .address_count = 1,
    };
    calpol_ruleset *old = load(CLUSTER, 0, NULL), *updated;
    struct calpol_flow flow = flow_to_db(500);
    struct calpol_verdict verdict;
    calpol_endpoint *endpoint;
    char text[512];

    write_policy(text, sizeof(text), 500);
    ck_assert_int_eq(try_update_text(old, text, NULL, NULL, &updated), CALPOL_OK);
    calpol_ruleset_unref(old);
    ck_assert_int_eq(calpol_endpoint_new(updated, &spec, sizeof(spec), &endpoint), CALPOL_OK);
    ck_assert(calpol_endpoint_is_fast(endpoint));
    flow.destination_endpoint = CALPOL_HANDLE(0);
    for (uint16_t port = 499; port <= 501; port++) {
        flow.destination_port = port;
        ck_assert_int_eq(calpol_evaluate_with(updated, (const calpol_endpoint *const *)&endpoint, 1,
                                              &flow, sizeof(flow), 1, &verdict, sizeof(verdict)),
                         CALPOL_OK);
        ck_assert_int_eq(verdict.action, port == 500 ? CALPOL_ACTION_ALLOW : CALPOL_ACTION_DENY);
    }
    calpol_endpoint_free(endpoint);
    calpol_ruleset_unref(updated);
}
END_TEST

START_TEST(an_updated_ruleset_can_be_saved)
{
    calpol_ruleset *old = load(CLUSTER, 0, NULL), *updated, *opened;
    calpol_text *bytes;
    char text[512], message[256];

    write_policy(text, sizeof(text), 7000);
    ck_assert_int_eq(try_update_text(old, text, NULL, NULL, &updated), CALPOL_OK);
    ck_assert_int_eq(calpol_ruleset_write(updated, &bytes), CALPOL_OK);
    ck_assert_int_eq(calpol_ruleset_open_bytes(calpol_text_string(bytes), calpol_text_length(bytes),
                                               NULL, &opened, message, sizeof(message)),
                     CALPOL_OK);
    calpol_text_free(bytes);
    ck_assert_int_eq(verdict_of(opened, 7000).action, CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(verdict_of(opened, 7001).action, CALPOL_ACTION_DENY);
    calpol_ruleset_unref(old);
    calpol_ruleset_unref(updated);
    calpol_ruleset_unref(opened);
}
END_TEST

/* ---- Memory ---------------------------------------------------------------------------------- */

/* A change, one that moves others, and a removal. */
static int update_thrice(const struct calpol_allocator *hook, void *context)
{
    calpol_ruleset *rulesets[4] = {load(CLUSTER, 0, hook)};
    int status = rulesets[0] ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
    char text[512];

    (void)context;
    write_policy(text, sizeof(text), 80);
    if (!status)
        status = try_update_text(rulesets[0], text, NULL, hook, &rulesets[1]);
    if (!status)
        status = try_update_text(rulesets[1], GLOBAL_POLICY("a", "order: 1, " ALLOWING), NULL, hook,
                                 &rulesets[2]);
    if (!status)
        status =
            try_update_text(rulesets[2], "", "CalicoNetworkPolicy shop/later", hook, &rulesets[3]);
    if (rulesets[0])
        ck_assert_int_eq(verdict_of(rulesets[0], 80).action, CALPOL_ACTION_DENY);
    for (int i = 0; i < 4; i++)
        calpol_ruleset_unref(rulesets[i]);
    return status;
}

START_TEST(each_allocation_may_fail)
{
    ck_assert_uint_gt(for_each_failure(update_thrice, NULL), 100);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("api/quick_update");
    TCase *tcase = tcase_create("all");

    tcase_set_timeout(tcase, 120);
    tcase_add_loop_test(tcase, updates_of_policies_are_quick, 0,
                        (int)(sizeof(changes) / sizeof(changes[0])));
    tcase_add_test(tcase, rulesets_share_what_stays);
    tcase_add_test(tcase, updates_may_branch);
    tcase_add_test(tcase, new_endpoints_are_fast_after_an_update);
    tcase_add_test(tcase, an_updated_ruleset_can_be_saved);
    tcase_add_test(tcase, each_allocation_may_fail);
    suite_add_tcase(suite, tcase);
    return suite;
}
