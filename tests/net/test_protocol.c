/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocols by name and number (EV-2, resources.md 7.1).
 */
#include "net/protocol.h"

#include "support/expect.h"
#include "support/suite.h"

static const struct {
    const char *name;
    uint8_t number;
    bool has_ports, is_icmp;
} protocols[] = {
    {"TCP", 6, true, false},     {"UDP", 17, true, false},   {"ICMP", 1, false, true},
    {"ICMPv6", 58, false, true}, {"SCTP", 132, true, false}, {"UDPLite", 136, false, false},
};

START_TEST(names_and_numbers_go_together)
{
    ck_assert_uint_eq(cp_protocol_by_name(cp_text_from(protocols[_i].name)), protocols[_i].number);
    ck_assert_str_eq(cp_protocol_name(protocols[_i].number), protocols[_i].name);
    ck_assert_int_eq(cp_protocol_has_ports(protocols[_i].number), protocols[_i].has_ports);
    ck_assert_int_eq(cp_protocol_is_icmp(protocols[_i].number), protocols[_i].is_icmp);
}
END_TEST

START_TEST(other_numbers_have_no_name)
{
    unsigned named = 0;

    for (unsigned number = 0; number < 256; number++)
        named += cp_protocol_name((uint8_t)number) != NULL;
    ck_assert_uint_eq(named, COUNT_OF(protocols));
}
END_TEST

static const char *const other_spellings[] = {
    "tcp", "Tcp", "udp", "icmp", "icmpv6", "ICMPV6", "sctp", "udplite", "UDPLITE",
};

START_TEST(any_case_is_for_flows_only)
{
    struct cp_text name = cp_text_from(other_spellings[_i]);

    ck_assert_uint_eq(cp_protocol_by_name(name), 0);
    ck_assert_uint_ne(cp_protocol_by_any_name(name), 0);
}
END_TEST

static const char *const unknown[] = {"", " TCP", "TCP ", "TCP\n", "T", "TCPX", "6", "+6", "any"};

START_TEST(other_names_are_no_protocol)
{
    ck_assert_uint_eq(cp_protocol_by_name(cp_text_from(unknown[_i])), 0);
    ck_assert_uint_eq(cp_protocol_by_any_name(cp_text_from(unknown[_i])), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("net/protocol");
    TCase *names = tcase_create("names");

    tcase_add_loop_test(names, names_and_numbers_go_together, 0, (int)COUNT_OF(protocols));
    tcase_add_test(names, other_numbers_have_no_name);
    tcase_add_loop_test(names, any_case_is_for_flows_only, 0, (int)COUNT_OF(other_spellings));
    tcase_add_loop_test(names, other_names_are_no_protocol, 0, (int)COUNT_OF(unknown));
    suite_add_tcase(suite, names);
    return suite;
}
