/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of evaluation by name and value (evaluation.md, chapter 17).
 */
#include "ruleset/options.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

static struct cp_arena arena;
static struct cp_options options;

static void set_up(void)
{
    cp_arena_init(&arena, NULL);
    cp_options_init(&options);
}

static void tear_down(void)
{
    cp_arena_finish(&arena);
}

static int set(const char *name, const char *value)
{
    return cp_options_set(&options, &arena, cp_text_from(name), cp_text_from(value));
}

static enum cp_option number_of(const char *name)
{
    for (int i = 0; i < CP_OPTION_COUNT; i++) {
        if (strcmp(cp_option_name((enum cp_option)i), name) == 0)
            return (enum cp_option)i;
    }
    ck_abort_msg("no option %s", name);
}

static const char *print(const char *name)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &arena);
    cp_options_print_value(&options, number_of(name), &buffer);
    return cp_buffer_string(&buffer);
}

/* Default first; then each other value, and something that is none. */
static const struct {
    const char *name, *values[3], *bad;
} choices[] = {
    {"scope", {"enforced", "pending"}, "Pending"},
    {"endpoint_to_host_action", {"Drop", "Accept", "Return"}, "Allow"},
    {"http", {"l7", "ignore"}, "l4"},
    {"profile_pass", {"deny", "next-profile"}, "pass"},
    {"other_family_not_nets", {"skip", "match"}, ""},
    {"not_icmp_type_code", {"pair", "both-differ"}, "pair "},
    {"default_hit", {"last", "first"}, "none"},
    {"tier_order_default", {"last", "1000000"}, "1"},
};

START_TEST(an_option_has_a_default_and_takes_its_values_only)
{
    const char *name = choices[_i].name;

    ck_assert_str_eq(print(name), choices[_i].values[0]);
    for (int i = 2; i >= 0; i--) {
        if (!choices[_i].values[i])
            continue;
        ck_assert_int_eq(set(name, choices[_i].values[i]), CALPOL_OK);
        ck_assert_str_eq(print(name), choices[_i].values[i]);
        ck_assert_uint_eq(options.set_by_caller, 1u << number_of(name));
    }
    ck_assert_int_eq(set(name, choices[_i].bad), CALPOL_ERROR_INVALID_INPUT);
    ck_assert_str_eq(print(name), choices[_i].values[0]);
}
END_TEST

START_TEST(the_action_to_the_host_is_taken_in_any_letter_case)
{
    ck_assert_int_eq(set("endpoint_to_host_action", "ACCEPT"), CALPOL_OK);
    ck_assert_str_eq(print("endpoint_to_host_action"), "Accept");
}
END_TEST

static const struct {
    const char *value, *printed; /* NULL: refused */
} lists[] = {
    {"none", "none"},
    {"", "none"},
    {"tcp:22", "tcp:22"},
    {"TCP:022", "tcp:22"},
    {" tcp:22 , udp:53 ", "tcp:22,udp:53"},
    {"sctp:0,tcp:65535", "sctp:0,tcp:65535"},
    {"tcp:10.0.0.0/8:22", "tcp:10.0.0.0/8:22"},
    {"tcp:10.1.2.3/8:22", "tcp:10.0.0.0/8:22"},
    {"tcp:10.1.2.3:22", "tcp:10.1.2.3/32:22"},
    {"tcp:[fd00::/8]:22", "tcp:[fd00::/8]:22"},
    {"tcp:[fd00::1]:22", "tcp:[fd00::1/128]:22"},
    {"22", NULL},
    {"tcp", NULL},
    {"tcp:", NULL},
    {":22", NULL},
    {"tcp:22,", NULL},
    {",", NULL},
    {"tcp:65536", NULL},
    {"tcp:-1", NULL},
    {"icmp:8", NULL},
    {"gre:1", NULL},
    {"tcp:10.0.0.0/33:22", NULL},
    {"tcp:nowhere:22", NULL},
    {"tcp::22", NULL},
};

START_TEST(failsafe_ports_are_lists)
{
    const char *inbound = print("failsafe_inbound"), *outbound = print("failsafe_outbound");

    if (!lists[_i].printed) {
        ck_assert_int_eq(set("failsafe_inbound", lists[_i].value), CALPOL_ERROR_INVALID_INPUT);
        ck_assert_str_eq(print("failsafe_inbound"), inbound);
        ck_assert_uint_eq(options.set_by_caller, 0);
        return;
    }
    ck_assert_int_eq(set("failsafe_inbound", lists[_i].value), CALPOL_OK);
    ck_assert_str_eq(print("failsafe_inbound"), lists[_i].printed);
    ck_assert_str_eq(print("failsafe_outbound"), outbound);
    /* What is printed can be set. */
    ck_assert_int_eq(set("failsafe_outbound", print("failsafe_inbound")), CALPOL_OK);
    ck_assert_str_eq(print("failsafe_outbound"), lists[_i].printed);
}
END_TEST

START_TEST(the_failsafe_ports_are_felixs)
{
    ck_assert_str_eq(print("failsafe_inbound"), "tcp:22,udp:68,tcp:179,tcp:2379,tcp:2380,tcp:5473,"
                                                "tcp:6443,tcp:6666,tcp:6667");
    ck_assert_str_eq(print("failsafe_outbound"), "udp:53,udp:67,tcp:179,tcp:2379,tcp:2380,tcp:5473,"
                                                 "tcp:6443,tcp:6666,tcp:6667");
}
END_TEST

static const struct {
    const char *name, *values[5];
} presets[] = {
    {"iptables", {"ignore", "next-profile", "skip", "pair", "last"}},
    {"nftables", {"ignore", "next-profile", "skip", "both-differ", "last"}},
    {"bpf", {"ignore", "deny", "skip", "pair", "last"}},
    {"app-policy", {"l7", "deny", "match", "pair", "first"}},
};

START_TEST(a_preset_sets_several_and_leaves_the_rest)
{
    static const char *const names[] = {"http", "profile_pass", "other_family_not_nets",
                                        "not_icmp_type_code", "default_hit"};

    ck_assert_int_eq(set("scope", "pending"), CALPOL_OK);
    ck_assert_int_eq(set("preset", "nftables"), CALPOL_OK);
    ck_assert_int_eq(set("preset", presets[_i].name), CALPOL_OK);
    for (size_t i = 0; i < COUNT_OF(names); i++)
        ck_assert_str_eq(print(names[i]), presets[_i].values[i]);
    ck_assert_str_eq(print("scope"), "pending");
}
END_TEST

START_TEST(what_is_no_option_is_not_found)
{
    ck_assert_int_eq(set("Scope", "pending"), CALPOL_ERROR_NOT_FOUND);
    ck_assert_int_eq(set("", ""), CALPOL_ERROR_NOT_FOUND);
    ck_assert_int_eq(set("preset", "windows"), CALPOL_ERROR_INVALID_INPUT);
    ck_assert_uint_eq(options.set_by_caller, 0);
}
END_TEST

static int set_list(const struct calpol_allocator *allocator, void *context)
{
    struct cp_arena own;
    int status;

    (void)context;
    cp_arena_init(&own, allocator);
    cp_options_init(&options);
    status = cp_options_set(&options, &own, CP_TEXT("failsafe_inbound"), CP_TEXT("tcp:1,tcp:2"));
    if (status)
        ck_assert_uint_eq(options.failsafe_inbound.count, 9);
    cp_arena_finish(&own);
    return status;
}

START_TEST(without_memory_options_are_as_before)
{
    ck_assert_uint_gt(for_each_failure(set_list, NULL), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("ruleset/options");
    TCase *names = tcase_create("names");

    tcase_add_checked_fixture(names, set_up, tear_down);
    tcase_add_loop_test(names, an_option_has_a_default_and_takes_its_values_only, 0,
                        COUNT_OF(choices));
    tcase_add_test(names, the_action_to_the_host_is_taken_in_any_letter_case);
    tcase_add_loop_test(names, failsafe_ports_are_lists, 0, COUNT_OF(lists));
    tcase_add_test(names, the_failsafe_ports_are_felixs);
    tcase_add_loop_test(names, a_preset_sets_several_and_leaves_the_rest, 0, COUNT_OF(presets));
    tcase_add_test(names, what_is_no_option_is_not_found);
    tcase_add_test(names, without_memory_options_are_as_before);
    suite_add_tcase(suite, names);
    return suite;
}
