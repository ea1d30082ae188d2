/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts to addresses and back. Forms are those of resources.md 7.3, canonical texts those of RFC
 * 5952.
 */
#include "net/address.h"

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

static struct cp_text print(const struct calpol_address *address)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &arena);
    cp_address_print(address, &buffer);
    return cp_buffer_text(&buffer);
}

static const struct {
    const char *text;
    const char *canonical;
    uint8_t family;
} addresses[] = {
    {"0.0.0.0", "0.0.0.0", 4},
    {"10.1.2.3", "10.1.2.3", 4},
    {"255.255.255.255", "255.255.255.255", 4},
    {"::", "::", 6},
    {"::1", "::1", 6},
    {"1::", "1::", 6},
    {"0:0:0:0:0:0:0:0", "::", 6},
    {"2001:DB8::00A", "2001:db8::a", 6},
    {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1", 6},    /* the first of equal runs */
    {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1", 6},          /* the longest run */
    {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", 6}, /* one group is not shortened */
    {"2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1", 6},
    {"::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8", 6},
    {"1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", 6},
    {"fe80:0:0:0:0:0:0:0", "fe80::", 6},
    {"1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8", 6},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 6},
    {"1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304", 6},
    {"64:ff9b::192.0.2.33", "64:ff9b::c000:221", 6},
    {"::1.2.3.4", "::102:304", 6},
    {"1::1.2.3.4", "1::102:304", 6},
    {"::fffe:1.2.3.4", "::fffe:102:304", 6},
};

START_TEST(an_address_is_read_and_printed_canonically)
{
    struct calpol_address address, again;
    bool mapped = true;

    ck_assert(cp_address_parse(cp_text_from(addresses[_i].text), &address, &mapped));
    ck_assert(!mapped);
    ck_assert_uint_eq(address.family, addresses[_i].family);
    expect_text(print(&address), addresses[_i].canonical);
    ck_assert(cp_address_parse(print(&address), &again, NULL));
    ck_assert_mem_eq(&again, &address, sizeof(address));
}
END_TEST

static const char *const malformed[] = {
    "",
    ".",
    "1",
    "1.2.3",
    "1.2.3.4.5",
    "1.2.3.",
    ".1.2.3",
    "1..2.3",
    "1.2.3.4.",
    "256.1.1.1",
    "1.2.3.256",
    "01.2.3.4",
    "1.2.3.00",
    "1.2.3.04",
    "0x1.2.3.4",
    "+1.2.3.4",
    "1.2.3.-4",
    " 1.2.3.4",
    "1.2.3.4 ",
    "1.2.3.4\n",
    "1.2.3.4/32",
    "1.2.3.a",
    "4294967296.1.1.1",
    "localhost",
    ":",
    ":::",
    "1",
    "1:",
    ":1",
    "1:2",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:",
    ":1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:",
    ":1:2:3:4:5:6:7:8",
    "1::2::3",
    "::1::",
    ":::1",
    "1:::2",
    "1:2:3:4:5:6:7::8",
    "1:2:3:4::5:6:7:8",
    "::1:2:3:4:5:6:7:8",
    "1:2:3:4:5:6:7:8::",
    "12345::",
    "00001::",
    "g::",
    "1:2:3:4:5:6:7:1.2.3.4",
    "1:2:3:4:5:1.2.3.4",
    "1:2:3:4:5:6:7:8:1.2.3.4",
    "::1.2.3",
    "::1.2.3.4.5",
    "::1.2.3.04",
    "::1.2.3.256",
    "1.2.3.4::",
    "::1.2.3.4:5",
    "1.2.3.4:5::",
    "::ffff:1.2.3.4:1",
    "[::1]",
    "fe80::1%eth0",
    "::1%",
    "::1/128",
    " ::1",
    "::1 ",
    "::1\n",
    "::-1",
    "::+1",
    "::0x1",
    "\xef\xbc\x91::",
};

START_TEST(other_texts_are_no_address)
{
    struct calpol_address address = {.family = 77};
    bool mapped = true;

    ck_assert_msg(!cp_address_parse(cp_text_from(malformed[_i]), &address, &mapped), "%s",
                  malformed[_i]);
    ck_assert_uint_eq(address.family, 77);
}
END_TEST

START_TEST(a_nul_is_not_the_end)
{
    struct calpol_address address;

    ck_assert(!cp_address_parse(cp_text_make("1.2.3.4\0", 8), &address, NULL));
    ck_assert(!cp_address_parse(cp_text_make("::1\0", 4), &address, NULL));
    ck_assert(!cp_address_parse(cp_text_make("1.2.\0"
                                             "3.4",
                                             8),
                                &address, NULL));
    ck_assert(!cp_address_parse(cp_text_make(NULL, 0), &address, NULL));
}
END_TEST

/* All spellings of EV-7's ::ffff:a.b.c.d. */
static const char *const mapped_texts[] = {
    "::ffff:1.2.3.4",         "::FFFF:1.2.3.4",           "::ffff:102:304",
    "0:0:0:0:0:ffff:1.2.3.4", "0:0:0:0:0:ffff:0102:0304", "0::ffff:102:304",
};

START_TEST(a_mapped_address_is_the_ipv4_address)
{
    struct calpol_address address, plain;
    bool mapped = false;

    ck_assert(cp_address_parse(cp_text_from(mapped_texts[_i]), &address, &mapped));
    ck_assert(mapped);
    ck_assert(cp_address_parse(CP_TEXT("1.2.3.4"), &plain, &mapped));
    ck_assert(!mapped);
    ck_assert_mem_eq(&address, &plain, sizeof(plain));
}
END_TEST

START_TEST(mapped_bytes_can_be_unmapped_and_printed)
{
    struct calpol_address address = {
        .family = 6, .bytes = {[10] = 0xff, [11] = 0xff, [12] = 1, [13] = 2, [14] = 3, [15] = 4}};
    struct calpol_address other = {.family = 6, .bytes = {[11] = 0xff, [12] = 1}};

    expect_text(print(&address), "::ffff:1.2.3.4");
    ck_assert(cp_address_unmap(&address));
    expect_text(print(&address), "1.2.3.4");
    for (int i = 4; i < 16; i++)
        ck_assert_uint_eq(address.bytes[i], 0);
    ck_assert(!cp_address_unmap(&address));
    ck_assert(!cp_address_unmap(&other));
    ck_assert_uint_eq(other.family, 6);
}
END_TEST

START_TEST(addresses_are_ordered_by_family_and_bytes)
{
    static const char *const ordered[] = {
        "0.0.0.0", "9.255.0.0", "10.0.0.0", "10.0.0.1", "255.0.0.0",
        "::",      "::1",       "1::",      "ff00::",   "ff00::1"};
    struct calpol_address values[COUNT_OF(ordered)];

    for (size_t i = 0; i < COUNT_OF(ordered); i++)
        ck_assert(cp_address_parse(cp_text_from(ordered[i]), &values[i], NULL));
    for (int i = 0; i < (int)COUNT_OF(ordered); i++) {
        for (int j = 0; j < (int)COUNT_OF(ordered); j++) {
            int order = cp_address_compare(&values[i], &values[j]);

            ck_assert_int_eq((order > 0) - (order < 0), (i > j) - (i < j));
            ck_assert_int_eq(cp_address_equal(&values[i], &values[j]), i == j);
        }
    }
}
END_TEST

START_TEST(every_address_is_printed_so_that_it_reads_back)
{
    uint64_t random = 1;

    for (int i = 0; i < 20000; i++) {
        struct calpol_address address = {.family = i % 8 ? 6 : 4}, again;
        unsigned zeros = (unsigned)next_random(&random);

        /* About half of the groups are zero, so that there are gaps of all kinds. */
        for (unsigned group = 0; group < (address.family == 4 ? 2 : 8); group++) {
            uint64_t value = zeros >> group & 1 ? 0 : next_random(&random);

            address.bytes[2 * group] = (uint8_t)value;
            address.bytes[2 * group + 1] = (uint8_t)(value >> 8);
        }
        (void)cp_address_unmap(&address);
        ck_assert(cp_address_parse(print(&address), &again, NULL));
        ck_assert_mem_eq(&again, &address, sizeof(address));
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("net/address");
    TCase *text = tcase_create("text");
    TCase *value = tcase_create("value");

    tcase_add_checked_fixture(text, set_up, tear_down);
    tcase_add_loop_test(text, an_address_is_read_and_printed_canonically, 0,
                        (int)COUNT_OF(addresses));
    tcase_add_loop_test(text, other_texts_are_no_address, 0, (int)COUNT_OF(malformed));
    tcase_add_test(text, a_nul_is_not_the_end);
    tcase_add_loop_test(text, a_mapped_address_is_the_ipv4_address, 0, (int)COUNT_OF(mapped_texts));
    suite_add_tcase(suite, text);
    tcase_add_checked_fixture(value, set_up, tear_down);
    tcase_add_test(value, mapped_bytes_can_be_unmapped_and_printed);
    tcase_add_test(value, addresses_are_ordered_by_family_and_bytes);
    tcase_add_test(value, every_address_is_printed_so_that_it_reads_back);
    suite_add_tcase(suite, value);
    return suite;
}
