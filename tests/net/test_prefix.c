/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Networks as resources.md 7.3 has them.
 */
#include "net/prefix.h"

#include "support/expect.h"
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

static struct cp_text print(const struct cp_prefix *prefix)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &arena);
    cp_prefix_print(prefix, &buffer);
    return cp_buffer_text(&buffer);
}

static struct cp_prefix parse(const char *text)
{
    struct cp_prefix prefix;

    ck_assert_int_eq(cp_prefix_parse(cp_text_from(text), false, &prefix), CP_PREFIX_OK);
    return prefix;
}

static struct calpol_address parse_address(const char *text)
{
    struct calpol_address address;

    ck_assert(cp_address_parse(cp_text_from(text), &address, NULL));
    return address;
}

static const struct {
    const char *text;
    enum cp_prefix_problem problem, strict_problem;
    const char *printed;
} texts[] = {
    {"10.0.0.0/8", CP_PREFIX_OK, CP_PREFIX_OK, "10.0.0.0/8"},
    {"10.1.2.3/8", CP_PREFIX_OK, CP_PREFIX_OK, "10.1.2.3/8"}, /* host bits are kept */
    {"0.0.0.0/0", CP_PREFIX_OK, CP_PREFIX_OK, "0.0.0.0/0"},
    {"1.2.3.4/32", CP_PREFIX_OK, CP_PREFIX_OK, "1.2.3.4/32"},
    {"10.0.0.0/08", CP_PREFIX_OK, CP_PREFIX_BAD, "10.0.0.0/8"},
    {"10.0.0.0/0000000000000000000000008", CP_PREFIX_OK, CP_PREFIX_BAD, "10.0.0.0/8"},
    {"10.0.0.0/00", CP_PREFIX_OK, CP_PREFIX_BAD, "10.0.0.0/0"},
    {"FD00::/8", CP_PREFIX_OK, CP_PREFIX_OK, "fd00::/8"},
    {"::/0", CP_PREFIX_OK, CP_PREFIX_OK, "::/0"},
    {"::1/128", CP_PREFIX_OK, CP_PREFIX_OK, "::1/128"},
    {"10.0.0.1", CP_PREFIX_BARE, CP_PREFIX_BARE, "10.0.0.1/32"},
    {"fd00::1", CP_PREFIX_BARE, CP_PREFIX_BARE, "fd00::1/128"},
    {"::ffff:1.2.3.4", CP_PREFIX_MAPPED, CP_PREFIX_MAPPED, "1.2.3.4/32"},
    {"::ffff:1.2.3.4/0", CP_PREFIX_MAPPED, CP_PREFIX_MAPPED, "1.2.3.4/32"},
    {"::ffff:1.2.3.4/120", CP_PREFIX_MAPPED, CP_PREFIX_MAPPED, "1.2.3.4/32"},
    {"::ffff:102:304/128", CP_PREFIX_MAPPED, CP_PREFIX_MAPPED, "1.2.3.4/32"},
    {"::ffff:1.2.3.4/129", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"/", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"/8", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0.0/", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0.0/33", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0.0/128", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"::/129", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0.0/264", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},                  /* 8 in eight bits */
    {"10.0.0.0/18446744073709551624", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL}, /* 8 in 64 bits */
    {"10.0.0.0/+8", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0.0/-8", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0.0/ 8", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0.0/8 ", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0.0/8\n", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0.0 /8", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0.0//8", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0.0/8/8", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0.0/255.0.0.0", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"10.0.0/8", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"010.0.0.0/8", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"fe80::%eth0/64", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
    {"example.com/8", CP_PREFIX_BAD, CP_PREFIX_BAD, NULL},
};

START_TEST(a_network_is_an_address_and_a_length)
{
    struct cp_text text = cp_text_from(texts[_i].text);
    struct cp_prefix prefix = {.length = 77};

    ck_assert_int_eq(cp_prefix_parse(text, false, &prefix), texts[_i].problem);
    if (texts[_i].printed)
        expect_text(print(&prefix), texts[_i].printed);
    else
        ck_assert_uint_eq(prefix.length, 77);
    ck_assert_int_eq(cp_prefix_parse(text, true, &prefix), texts[_i].strict_problem);
}
END_TEST

static const struct {
    const char *text, *masked;
    bool cleared;
} masks[] = {
    {"10.1.2.3/8", "10.0.0.0/8", true},
    {"10.0.0.0/8", "10.0.0.0/8", false},
    {"255.255.255.255/0", "0.0.0.0/0", true},
    {"255.255.255.255/1", "128.0.0.0/1", true},
    {"255.255.255.255/31", "255.255.255.254/31", true},
    {"255.255.255.255/32", "255.255.255.255/32", false},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/0", "::/0", true},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/63", "ffff:ffff:ffff:fffe::/63", true},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/65", "ffff:ffff:ffff:ffff:8000::/65", true},
    {"::1/127", "::/127", true},
    {"::1/128", "::1/128", false},
};

START_TEST(host_bits_are_masked_off)
{
    struct cp_prefix prefix = parse(masks[_i].text);

    ck_assert_int_eq(cp_prefix_mask(&prefix), masks[_i].cleared);
    expect_text(print(&prefix), masks[_i].masked);
    ck_assert(!cp_prefix_mask(&prefix));
}
END_TEST

static const struct {
    const char *network, *address;
    bool contained;
} containments[] = {
    {"10.0.0.0/8", "10.0.0.0", true},
    {"10.0.0.0/8", "10.255.255.255", true},
    {"10.0.0.0/8", "11.0.0.0", false},
    {"10.0.0.0/8", "9.255.255.255", false},
    {"10.1.2.3/8", "10.200.0.0", true}, /* EV-76: host bits do not matter */
    {"10.128.0.0/9", "10.127.255.255", false},
    {"1.2.3.4/32", "1.2.3.4", true},
    {"1.2.3.4/32", "1.2.3.5", false},
    {"1.2.3.4/31", "1.2.3.5", true},
    {"0.0.0.0/0", "255.255.255.255", true},
    {"0.0.0.0/0", "::", false}, /* never across families */
    {"::/0", "0.0.0.0", false},
    {"::/0", "::ffff:1.2.3.4", false}, /* which is IPv4 (EV-7) */
    {"0.0.0.0/0", "::ffff:1.2.3.4", true},
    {"::/0", "ffff::", true},
    {"2001:db8::/33", "2001:db8:7fff::1", true},
    {"2001:db8::/33", "2001:db8:8000::", false},
    {"::1/128", "::1", true},
    {"::1/128", "::2", false},
    {"::2/127", "::3", true},
};

START_TEST(a_network_contains_the_addresses_that_begin_like_it)
{
    struct cp_prefix network = parse(containments[_i].network);
    struct calpol_address address = parse_address(containments[_i].address);

    ck_assert_int_eq(cp_prefix_contains(&network, &address), containments[_i].contained);
}
END_TEST

static const struct {
    const char *outer, *inner;
    bool covers;
} covers[] = {
    {"10.0.0.0/8", "10.0.0.0/8", true},   {"10.0.0.0/8", "10.1.0.0/16", true},
    {"10.1.0.0/16", "10.0.0.0/8", false}, {"10.0.0.0/8", "11.0.0.0/16", false},
    {"10.0.0.0/16", "10.0.0.0/8", false}, {"0.0.0.0/0", "10.0.0.0/8", true},
    {"0.0.0.0/0", "::/0", false},         {"::/0", "0.0.0.0/0", false},
    {"fd00::/8", "fd12::/16", true},      {"fd00::/9", "fd80::/16", false},
};

START_TEST(a_network_covers_the_networks_inside_it)
{
    struct cp_prefix outer = parse(covers[_i].outer), inner = parse(covers[_i].inner);

    ck_assert_int_eq(cp_prefix_covers(&outer, &inner), covers[_i].covers);
}
END_TEST

START_TEST(the_network_of_an_address_contains_it_alone)
{
    struct calpol_address address = parse_address("10.0.0.1"), next = parse_address("10.0.0.2");
    struct cp_prefix host = cp_prefix_of_address(&address);

    ck_assert_uint_eq(host.length, 32);
    ck_assert(cp_prefix_contains(&host, &address));
    ck_assert(!cp_prefix_contains(&host, &next));
    address = parse_address("::1");
    ck_assert_uint_eq(cp_prefix_of_address(&address).length, 128);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("net/prefix");
    TCase *text = tcase_create("text");
    TCase *sets = tcase_create("sets");

    tcase_add_checked_fixture(text, set_up, tear_down);
    tcase_add_loop_test(text, a_network_is_an_address_and_a_length, 0, (int)COUNT_OF(texts));
    tcase_add_loop_test(text, host_bits_are_masked_off, 0, (int)COUNT_OF(masks));
    suite_add_tcase(suite, text);
    tcase_add_loop_test(sets, a_network_contains_the_addresses_that_begin_like_it, 0,
                        (int)COUNT_OF(containments));
    tcase_add_loop_test(sets, a_network_covers_the_networks_inside_it, 0, (int)COUNT_OF(covers));
    tcase_add_test(sets, the_network_of_an_address_contains_it_alone);
    suite_add_tcase(suite, sets);
    return suite;
}
