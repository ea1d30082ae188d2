/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who owns the addresses of a flow, however many there are (EV-18), after NAT and before it.
 */
#include "evaluate/view.h"

#include "support/evaluations.h"
#include "support/expect.h"
#include "support/snippets.h"
#include "support/suite.h"

#define SETS 40u

static struct cp_arena arena;
static struct compiled compiled;
static struct asked asked;

/* Sets s0, s1, … around 10.0.0.1, with the labels s: s0, s: s1, …; a pod owns the address. */
static void set_up(void)
{
    struct cp_buffer text;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    cp_buffer_add_string(&text, POD("x", "a", "app: a", "", "{ip: 10.0.0.1}")
                                    POD("x", "b", "app: b", "", "{ip: 192.0.2.1}"));
    for (uint32_t i = 0; i < SETS; i++)
        cp_buffer_format(&text,
                         "apiVersion: projectcalico.org/v3\n"
                         "kind: GlobalNetworkSet\n"
                         "metadata: {name: s%u, labels: {s: s%u}}\n"
                         "spec: {nets: [10.0.0.0/%u]}\n---\n",
                         i, i, 8 + i % 20);
    compile_resources(&compiled, cp_buffer_string(&text), CALPOL_DIALECT_CALICO);
    start_asking(&asked, compiled.ruleset);
}

static void tear_down(void)
{
    finish_asking(&asked);
    free_compiled(&compiled);
    cp_arena_finish(&arena);
}

/* Marks each owner that a side has; fails if one comes twice. Returns their number. */
static uint32_t owners_of(const struct cp_view *view, enum cp_end end, bool seen[64])
{
    struct cp_owner_walk walk;
    uint32_t count = 0;

    for (bool more = cp_side_first(view, &view->sides[end], &walk); more;
         more = cp_side_next(&walk)) {
        ck_assert(!seen[walk.owner]);
        ck_assert_ptr_eq(walk.labels, cp_world_labels(view->world, walk.owner));
        seen[walk.owner] = true;
        count++;
    }
    return count;
}

START_TEST(every_owner_is_walked_once)
{
    bool seen[64] = {false};
    struct cp_view view;

    ask(&asked, "10.0.0.1 > ?");
    cp_view_init(&view, &asked.world, &asked.flow);
    ck_assert(view.sides[CP_SOURCE].more_owners);
    ck_assert_uint_eq(owners_of(&view, CP_SOURCE, seen), SETS + 1);
    ck_assert_uint_eq(owners_of(&view, CP_DESTINATION, (bool[64]){false}), 0);
}
END_TEST

START_TEST(an_inline_workload_is_among_many_owners)
{
    bool seen[64] = {false};
    struct cp_view view;

    read_flow(&asked, "? > ? sip=10.0.0.1");
    asked.words.source.has_labels = true;
    ck_assert_int_eq(
        cp_resolve(&asked.world, &asked.words, &asked.arena, &asked.flow, &asked.problem),
        CALPOL_OK);
    cp_view_init(&view, &asked.world, &asked.flow);
    ck_assert_uint_eq(owners_of(&view, CP_SOURCE, seen), SETS + 2);
    ck_assert(seen[cp_ruleset_owner_count(compiled.ruleset)]);
}
END_TEST

START_TEST(an_address_just_outside_has_fewer_owners)
{
    bool seen[64] = {false};
    struct cp_view view;

    ask(&asked, "10.255.0.1 > ?"); /* inside the /8 of s0 and s20 only */
    cp_view_init(&view, &asked.world, &asked.flow);
    ck_assert_uint_eq(owners_of(&view, CP_SOURCE, seen), 2);
    ck_assert(!view.sides[CP_SOURCE].more_owners);
}
END_TEST

static const struct {
    const char *flow;
    uint32_t owner_count; /* before NAT, of the destination */
    bool has_port;
    uint16_t port;
} before_nat[] = {
    {"? > x/b :80", 1, true, 80},
    {"? > x/b :80 preport=443", 1, true, 443},
    {"? > x/b preport=443", 1, true, 443},
    {"? > x/b :80 pre=10.0.0.1", SETS + 1, true, 80},
    {"? > x/a :80 pre=203.0.113.1 preport=1", 0, true, 1},
    {"? > x/b", 1, false, 0},
};

START_TEST(before_nat_the_destination_is_another)
{
    bool seen[64] = {false};
    struct cp_view view;

    ask(&asked, before_nat[_i].flow);
    cp_view_init_pre_dnat(&view, &asked.world, &asked.flow);
    ck_assert_uint_eq(owners_of(&view, CP_DESTINATION, seen), before_nat[_i].owner_count);
    ck_assert_int_eq(view.sides[CP_DESTINATION].has_port, before_nat[_i].has_port);
    if (before_nat[_i].has_port)
        ck_assert_uint_eq(view.sides[CP_DESTINATION].port, before_nat[_i].port);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("evaluate/view");
    TCase *owners = tcase_create("owners");

    tcase_add_checked_fixture(owners, set_up, tear_down);
    tcase_add_test(owners, every_owner_is_walked_once);
    tcase_add_test(owners, an_inline_workload_is_among_many_owners);
    tcase_add_test(owners, an_address_just_outside_has_fewer_owners);
    tcase_add_loop_test(owners, before_nat_the_destination_is_another, 0, COUNT_OF(before_nat));
    suite_add_tcase(suite, owners);
    return suite;
}
