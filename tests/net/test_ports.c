/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sets of ports: how they are made, and what is in them.
 */
#include "net/ports.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

static struct cp_arena arena;

static void set_up(void)
{
    cp_arena_init(&arena, NULL);
}

static void tear_down(void)
{
    cp_arena_finish(&arena);
}

static const struct {
    struct cp_port_range given[6];
    uint32_t given_count;
    struct cp_port_range kept[6];
    uint32_t kept_count;
} sets[] = {
    {{{0, 0}}, 0, {{0, 0}}, 0},
    {{{80, 80}}, 1, {{80, 80}}, 1},
    {{{0, 65535}}, 1, {{0, 65535}}, 1},
    {{{443, 443}, {80, 80}}, 2, {{80, 80}, {443, 443}}, 2},
    {{{80, 80}, {80, 80}}, 2, {{80, 80}}, 1},
    {{{80, 90}, {85, 100}}, 2, {{80, 100}}, 1},
    {{{80, 100}, {85, 90}}, 2, {{80, 100}}, 1},
    {{{81, 82}, {80, 80}}, 2, {{80, 82}}, 1}, /* neighbours */
    {{{82, 82}, {80, 80}}, 2, {{80, 80}, {82, 82}}, 2},
    {{{65535, 65535}, {0, 65534}}, 2, {{0, 65535}}, 1},
    {{{65535, 65535}, {65535, 65535}, {0, 0}}, 3, {{0, 0}, {65535, 65535}}, 2},
    {{{50, 60}, {1, 100}, {200, 200}, {99, 150}, {300, 400}, {0, 0}},
     6,
     {{0, 150}, {200, 200}, {300, 400}},
     3},
};

START_TEST(ranges_are_sorted_and_joined)
{
    struct cp_ports ports;

    ck_assert(cp_ports_make(&arena, sets[_i].given, sets[_i].given_count, &ports));
    ck_assert_uint_eq(ports.range_count, sets[_i].kept_count);
    for (uint32_t i = 0; i < ports.range_count; i++) {
        ck_assert_uint_eq(ports.ranges[i].first, sets[_i].kept[i].first);
        ck_assert_uint_eq(ports.ranges[i].last, sets[_i].kept[i].last);
    }
}
END_TEST

START_TEST(an_empty_set_contains_nothing)
{
    struct cp_ports ports;

    ck_assert(cp_ports_make(&arena, NULL, 0, &ports));
    ck_assert(!cp_ports_contain(&ports, 0));
    ck_assert(!cp_ports_contain(&ports, 65535));
}
END_TEST

START_TEST(a_set_contains_its_ranges_and_no_other_port)
{
    uint64_t random = (uint64_t)_i + 1;
    uint32_t count = 1 + (uint32_t)_i * 7;
    struct cp_port_range ranges[64];
    static bool expected[65536];
    struct cp_ports ports;

    memset(expected, 0, sizeof(expected));
    for (uint32_t i = 0; i < count; i++) {
        uint16_t first = (uint16_t)next_random(&random);
        uint16_t length = (uint16_t)(next_random(&random) % (_i % 2 ? 5000 : 3));

        ranges[i].first = first;
        ranges[i].last = first + length > 65535 ? 65535 : (uint16_t)(first + length);
        for (uint32_t port = first; port <= ranges[i].last; port++)
            expected[port] = true;
    }
    ck_assert(cp_ports_make(&arena, ranges, count, &ports));
    for (uint32_t port = 0; port <= 65535; port++) {
        if (cp_ports_contain(&ports, (uint16_t)port) != expected[port])
            ck_abort_msg("port %u", (unsigned)port);
    }
}
END_TEST

static int make(const struct calpol_allocator *allocator, void *context)
{
    const struct cp_port_range ranges[] = {{443, 443}, {80, 80}};
    struct cp_ports ports;
    struct cp_arena small;
    bool made;

    (void)context;
    cp_arena_init(&small, allocator);
    made = cp_ports_make(&small, ranges, 2, &ports);
    cp_arena_finish(&small);
    return made ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

START_TEST(no_memory_is_noticed)
{
    ck_assert_uint_gt(for_each_failure(make, NULL), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("net/ports");
    TCase *ranges = tcase_create("ranges");

    tcase_add_checked_fixture(ranges, set_up, tear_down);
    tcase_add_loop_test(ranges, ranges_are_sorted_and_joined, 0, (int)COUNT_OF(sets));
    tcase_add_test(ranges, an_empty_set_contains_nothing);
    tcase_add_loop_test(ranges, a_set_contains_its_ranges_and_no_other_port, 0, 10);
    tcase_add_test(ranges, no_memory_is_noticed);
    suite_add_tcase(suite, ranges);
    return suite;
}
