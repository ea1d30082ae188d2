/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lookups, against a walk through all networks.
 */
#include "net/prefix_trie.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

#define MOST_NETWORKS 3000
#define MOST_FOUND 400

static struct cp_arena arena;
static struct cp_prefix_trie trie;

static void set_up(void)
{
    cp_arena_init(&arena, NULL);
    cp_prefix_trie_init(&trie, &arena);
}

static void tear_down(void)
{
    cp_arena_finish(&arena);
}

static void add(const char *text, uint32_t value)
{
    struct cp_prefix prefix;

    ck_assert_int_eq(cp_prefix_parse(cp_text_from(text), false, &prefix), CP_PREFIX_OK);
    ck_assert(cp_prefix_trie_add(&trie, &prefix, value));
}

static uint32_t look_up(const struct cp_prefix_trie *searched,
                        const struct calpol_address *address,
                        uint32_t found[MOST_FOUND])
{
    uint32_t count = 0, value;
    struct cp_trie_walk walk;

    for (bool more = cp_prefix_trie_first(searched, address, &walk, &value); more;
         more = cp_prefix_trie_next(searched, &walk, &value)) {
        ck_assert_uint_lt(count, MOST_FOUND);
        found[count++] = value;
    }
    return count;
}

/* The values found for an address, as letters: 0 is "a". */
static void expect_found(const char *text, const char *letters)
{
    uint32_t found[MOST_FOUND], count;
    struct calpol_address address;
    char actual[MOST_FOUND + 1];

    ck_assert(cp_address_parse(cp_text_from(text), &address, NULL));
    count = look_up(&trie, &address, found);
    for (uint32_t i = 0; i < count; i++)
        actual[i] = (char)('a' + found[i]);
    actual[count] = '\0';
    ck_assert_str_eq(actual, letters);
}

START_TEST(nothing_is_found_in_an_empty_trie)
{
    expect_found("1.2.3.4", "");
    expect_found("::1", "");
}
END_TEST

START_TEST(the_longest_network_comes_first)
{
    add("10.0.0.0/8", 0);
    add("0.0.0.0/0", 1);
    add("10.1.2.3/32", 2);
    add("10.1.0.0/16", 3);
    add("10.128.0.0/9", 4);
    expect_found("10.1.2.3", "cdab");
    expect_found("10.1.2.4", "dab");
    expect_found("10.2.0.0", "ab");
    expect_found("10.200.0.0", "eab");
    expect_found("11.0.0.0", "b");
    expect_found("::1", "");
}
END_TEST

START_TEST(values_of_one_network_come_in_the_order_they_were_added)
{
    add("10.0.0.0/8", 2);
    add("10.0.0.0/8", 0);
    add("10.0.0.0/16", 3);
    add("10.0.0.0/8", 1);
    add("10.0.0.0/8", 2);
    expect_found("10.0.0.1", "dcabc");
    expect_found("10.1.0.1", "cabc");
}
END_TEST

START_TEST(a_parting_of_ways_has_no_values)
{
    add("192.168.0.0/24", 0);
    add("192.168.1.0/24", 1);
    add("193.0.0.0/8", 2);
    expect_found("192.168.0.9", "a");
    expect_found("192.168.1.9", "b");
    expect_found("192.168.2.9", "");
    expect_found("193.168.0.9", "c");
    expect_found("194.0.0.0", "");
}
END_TEST

START_TEST(families_are_apart)
{
    add("::/0", 0);
    add("0.0.0.0/0", 1);
    add("102:304::/32", 2);
    add("1.2.3.4/32", 3);
    expect_found("1.2.3.4", "db");
    expect_found("102:304::", "ca");
    expect_found("::ffff:1.2.3.4", "db");
}
END_TEST

START_TEST(no_address_is_in_no_network)
{
    const struct calpol_address none = {.family = 0};
    uint32_t found[MOST_FOUND];

    add("::/0", 0);
    add("0.0.0.0/0", 1);
    ck_assert_uint_eq(look_up(&trie, &none, found), 0);
}
END_TEST

/* Bytes with few different values, so that networks share beginnings. */
static struct cp_prefix random_prefix(uint64_t *random)
{
    static const uint8_t bytes[] = {0x00, 0x01, 0x80, 0xff};
    struct cp_prefix prefix = {.address = {.family = next_random(random) % 2 ? 4 : 6}};

    for (unsigned i = 0; i < cp_family_bits(prefix.address.family) / 8; i++)
        prefix.address.bytes[i] = bytes[next_random(random) % 4];
    /* Most IPv6 networks part in the second half only. */
    if (prefix.address.family == 6 && next_random(random) % 4)
        memset(prefix.address.bytes, 0, 8);
    prefix.length = (uint8_t)(next_random(random) % (cp_family_bits(prefix.address.family) + 1));
    (void)cp_prefix_mask(&prefix);
    return prefix;
}

/* What a walk through all networks finds, in the order in which a lookup should. */
static uint32_t find_all(const struct cp_prefix *networks,
                         uint32_t count,
                         const struct calpol_address *address,
                         uint32_t found[MOST_FOUND])
{
    uint32_t found_count = 0;

    for (int length = 128; length >= 0; length--) {
        for (uint32_t i = 0; i < count; i++) {
            if (networks[i].length == length && cp_prefix_contains(&networks[i], address))
                found[found_count++] = i;
        }
    }
    return found_count;
}

START_TEST(a_lookup_finds_what_a_walk_through_all_networks_finds)
{
    static struct cp_prefix networks[MOST_NETWORKS];
    uint64_t random = (uint64_t)_i + 1;
    uint32_t count = 3u << 2 * _i;
    struct cp_prefix_trie copy;

    for (uint32_t i = 0; i < count; i++) {
        networks[i] = random_prefix(&random);
        ck_assert(cp_prefix_trie_add(&trie, &networks[i], i));
    }
    ck_assert(cp_prefix_trie_copy(&trie, &arena, &copy));
    for (int i = 0; i < 500; i++) {
        struct calpol_address address = random_prefix(&random).address;
        uint32_t found[MOST_FOUND], copied[MOST_FOUND], expected[MOST_FOUND];
        uint32_t found_count, expected_count = find_all(networks, count, &address, expected);

        found_count = look_up(&trie, &address, found);
        ck_assert_uint_eq(found_count, expected_count);
        ck_assert_mem_eq(found, expected, found_count * sizeof(*found));
        ck_assert_uint_eq(look_up(&copy, &address, copied), expected_count);
        ck_assert_mem_eq(copied, expected, found_count * sizeof(*found));
    }
}
END_TEST

START_TEST(an_empty_trie_can_be_copied)
{
    const struct calpol_address address = {.family = 4};
    struct cp_prefix_trie copy;
    uint32_t found[MOST_FOUND];

    ck_assert(cp_prefix_trie_copy(&trie, &arena, &copy));
    ck_assert_uint_eq(look_up(&copy, &address, found), 0);
}
END_TEST

static int fill(const struct calpol_allocator *allocator, void *context)
{
    uint64_t random = 1;
    uint32_t added = 0, found[MOST_FOUND];
    struct cp_prefix prefix = random_prefix(&random);
    struct cp_prefix_trie few, copy;
    struct cp_arena small;
    bool complete;

    (void)context;
    cp_arena_init(&small, allocator);
    cp_prefix_trie_init(&few, &small);
    while (added < 100 && cp_prefix_trie_add(&few, &prefix, added)) {
        ck_assert_uint_gt(look_up(&few, &prefix.address, found), 0);
        prefix = random_prefix(&random);
        added++;
    }
    complete = added == 100 && cp_prefix_trie_copy(&few, &small, &copy);
    ck_assert_uint_eq(few.values.count, added);
    cp_arena_finish(&small);
    return complete ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

START_TEST(no_memory_is_noticed_and_the_trie_stays_whole)
{
    ck_assert_uint_gt(for_each_failure(fill, NULL), 1);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("net/prefix_trie");
    TCase *lookup = tcase_create("lookup");
    TCase *failure = tcase_create("failure");

    tcase_add_checked_fixture(lookup, set_up, tear_down);
    tcase_add_test(lookup, nothing_is_found_in_an_empty_trie);
    tcase_add_test(lookup, the_longest_network_comes_first);
    tcase_add_test(lookup, values_of_one_network_come_in_the_order_they_were_added);
    tcase_add_test(lookup, a_parting_of_ways_has_no_values);
    tcase_add_test(lookup, families_are_apart);
    tcase_add_test(lookup, no_address_is_in_no_network);
    tcase_add_loop_test(lookup, a_lookup_finds_what_a_walk_through_all_networks_finds, 0, 5);
    tcase_add_test(lookup, an_empty_trie_can_be_copied);
    suite_add_tcase(suite, lookup);
    tcase_add_test(failure, no_memory_is_noticed_and_the_trie_stays_whole);
    suite_add_tcase(suite, failure);
    return suite;
}
