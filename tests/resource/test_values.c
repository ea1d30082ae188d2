/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Forms of values (resources.md 7), read as the item x[0] of a document.
 */
#include "resource/values.h"
#include "support/expect.h"
#include "support/resources.h"
#include "support/suite.h"

/* A document that is not a resource, but has one value to read: "x: [value]". */
struct fixture {
    struct loaded loaded;
    struct cp_documents documents;
    struct cp_field root, list, item;
    struct cp_arena arena;
};

static void set_up(struct fixture *fixture, const char *value, uint32_t flags)
{
    const struct cp_yaml_limits limits = {.max_depth = 100};
    struct cp_buffer text;

    *fixture = (struct fixture){0};
    cp_arena_init(&fixture->arena, NULL);
    cp_buffer_init(&text, &fixture->arena);
    cp_buffer_format(&text, "x: [%s]\n", value);
    load_resources(&fixture->loaded, CP_TEXT("{apiVersion: v1, kind: List}"), flags);
    fixture->loaded.source.text = cp_buffer_text(&text);
    fixture->loaded.reader.base.source = &fixture->loaded.source;
    ck_assert_int_eq(cp_documents_read(&fixture->loaded.source, &limits, &fixture->loaded.work,
                                       &fixture->loaded.diagnostics, &fixture->documents),
                     CALPOL_OK);
    ck_assert_uint_eq(fixture->documents.items.count, 1);
    fixture->root = cp_field_root(&fixture->documents.items.items[0].root);
    fixture->list = cp_field_member(&fixture->root, "x");
    fixture->item = cp_field_item(&fixture->list, 0);
}

static void tear_down(struct fixture *fixture)
{
    finish_resources(&fixture->loaded);
    cp_arena_finish(&fixture->arena);
}

/* Nothing was said, or one thing with this code. */
static void expect_code(const struct fixture *fixture, const char *value, enum cp_code code)
{
    const struct calpol_diagnostics *diagnostics = &fixture->loaded.diagnostics;

    ck_assert_msg(diagnostics->items.count == (code != CP_CODE_NONE), "%s: %u reports", value,
                  diagnostics->items.count);
    if (code != CP_CODE_NONE)
        ck_assert_msg(diagnostics->items.items[0].code == code, "%s: %s", value,
                      diagnostics->items.items[0].message);
}

/* ---- ports ---- */

static const struct {
    const char *value;
    enum cp_code code;
    uint16_t first, last;
    const char *name;
} ports[] = {
    {"80", CP_CODE_NONE, 80, 80, NULL},
    {"65535", CP_CODE_NONE, 65535, 65535, NULL},
    {"80.0", CP_CODE_NONE, 80, 80, NULL},
    {"0120", CP_CODE_NONE, 80, 80, NULL},
    {"'0080'", CP_CODE_NONE, 80, 80, NULL},
    {"80:90", CP_CODE_NONE, 80, 90, NULL},
    {"'80:80'", CP_CODE_NONE, 80, 80, NULL},
    {"http", CP_CODE_NONE, 0, 0, "http"},
    {"a-1", CP_CODE_NONE, 0, 0, "a-1"},
    {"0", CP_CODE_PORT_NUMBER, 0, 0, NULL},
    {"~", CP_CODE_PORT_NUMBER, 0, 0, NULL},
    {"65536", CP_CODE_PORT_NUMBER, 0, 0, NULL},
    {"-1", CP_CODE_PORT_NUMBER, 0, 0, NULL},
    {"99999999999999999999", CP_CODE_PORT_NUMBER, 0, 0, NULL},
    {"'65536'", CP_CODE_PORT_NUMBER, 0, 0, NULL},
    {"'99999999999999999999999999'", CP_CODE_PORT_NUMBER, 0, 0, NULL},
    {"'1:65536'", CP_CODE_PORT_NUMBER, 0, 0, NULL},
    {"'90:80'", CP_CODE_PORT_RANGE_ORDER, 0, 0, NULL},
    {"80-90", CP_CODE_PORT_NAME, 0, 0, NULL},
    {"'80:'", CP_CODE_PORT_NAME, 0, 0, NULL},
    {"'80 : 90'", CP_CODE_PORT_NAME, 0, 0, NULL},
    {"'80,443'", CP_CODE_PORT_NAME, 0, 0, NULL},
    {"HTTP", CP_CODE_PORT_NAME, 0, 0, NULL},
    {"'*'", CP_CODE_PORT_NAME, 0, 0, NULL},
    {"''", CP_CODE_PORT_NAME, 0, 0, NULL},
    {"1.5", CP_CODE_TYPE, 0, 0, NULL},
    {"true", CP_CODE_TYPE, 0, 0, NULL},
    {"{}", CP_CODE_TYPE, 0, 0, NULL},
    {"\"a\\0b\"", CP_CODE_TEXT_NUL, 0, 0, NULL},
};

START_TEST(a_port_is_a_number_a_range_or_a_name)
{
    struct cp_port_spec port = {0};
    struct fixture fixture;
    bool is_read;

    set_up(&fixture, ports[_i].value, 0);
    is_read = cp_read_port(&fixture.loaded.reader, &fixture.item, &port);
    expect_code(&fixture, ports[_i].value, ports[_i].code);
    if (ports[_i].code == CP_CODE_NONE) {
        ck_assert(is_read);
        ck_assert_uint_eq(port.first, ports[_i].first);
        ck_assert_uint_eq(port.last, ports[_i].last);
        ck_assert_int_eq(port.named, ports[_i].name != NULL);
        expect_text(port.name, ports[_i].name ? ports[_i].name : "");
    }
    tear_down(&fixture);
}
END_TEST

START_TEST(lenient_loading_lets_port_0_pass)
{
    struct cp_port_spec port = {0};
    struct fixture fixture;

    set_up(&fixture, "'0:80'", CALPOL_LOAD_LENIENT);
    ck_assert(cp_read_port(&fixture.loaded.reader, &fixture.item, &port));
    ck_assert_uint_eq(port.first, 0);
    ck_assert_uint_eq(port.last, 80);
    expect_report(&fixture.loaded, CALPOL_SEVERITY_WARNING, CP_CODE_PORT_NUMBER, "x[0]");
    tear_down(&fixture);
}
END_TEST

START_TEST(a_range_in_another_notation_is_told_the_right_one)
{
    struct cp_port_spec port = {0};
    struct fixture fixture;

    set_up(&fixture, "80-90", 0);
    (void)cp_read_port(&fixture.loaded.reader, &fixture.item, &port);
    ck_assert_str_eq(
        fixture.loaded.diagnostics.items.items[0].message,
        "\"80-90\" is neither a port nor a range, ranges are written 80:90 and several "
        "ports are several items");
    tear_down(&fixture);
}
END_TEST

/* ---- protocols ---- */

static const struct {
    const char *value;
    enum cp_code code;
    uint8_t number;
    bool by_name;
} protocols[] = {
    {"TCP", CP_CODE_NONE, 6, true},         {"ICMPv6", CP_CODE_NONE, 58, true},
    {"UDPLite", CP_CODE_NONE, 136, true},   {"6", CP_CODE_NONE, 6, false},
    {"021", CP_CODE_NONE, 17, false},       {"255", CP_CODE_NONE, 255, false},
    {"17.0", CP_CODE_NONE, 17, false},      {"'006'", CP_CODE_NONE, 6, false},
    {"0", CP_CODE_PROTOCOL, 0, false},      {"256", CP_CODE_PROTOCOL, 0, false},
    {"-1", CP_CODE_PROTOCOL, 0, false},     {"'0'", CP_CODE_PROTOCOL, 0, false},
    {"'256'", CP_CODE_PROTOCOL, 0, false},  {"'+6'", CP_CODE_PROTOCOL, 0, false},
    {"' TCP'", CP_CODE_PROTOCOL, 0, false}, {"tcp", CP_CODE_PROTOCOL, 6, true},
    {"''", CP_CODE_PROTOCOL, 0, false},     {"true", CP_CODE_TYPE, 0, false},
    {"6.5", CP_CODE_TYPE, 0, false},        {"[]", CP_CODE_TYPE, 0, false},
};

START_TEST(a_protocol_is_a_name_or_a_number)
{
    struct cp_protocol_spec protocol = {0};
    struct fixture fixture;

    set_up(&fixture, protocols[_i].value, 0);
    (void)cp_read_protocol(&fixture.loaded.reader, &fixture.item, &protocol);
    expect_code(&fixture, protocols[_i].value, protocols[_i].code);
    ck_assert_int_eq(protocol.given, protocols[_i].number != 0);
    ck_assert_uint_eq(protocol.number, protocols[_i].number);
    ck_assert_int_eq(protocol.by_name, protocols[_i].by_name);
    tear_down(&fixture);
}
END_TEST

START_TEST(lenient_loading_takes_a_protocol_in_another_case_only)
{
    struct cp_protocol_spec protocol = {0};
    struct fixture fixture;

    set_up(&fixture, "Tcp", CALPOL_LOAD_LENIENT);
    ck_assert(cp_read_protocol(&fixture.loaded.reader, &fixture.item, &protocol));
    expect_report(&fixture.loaded, CALPOL_SEVERITY_WARNING, CP_CODE_PROTOCOL, "x[0]");
    tear_down(&fixture);
    set_up(&fixture, "Tpc", CALPOL_LOAD_LENIENT);
    ck_assert(!cp_read_protocol(&fixture.loaded.reader, &fixture.item, &protocol));
    expect_report(&fixture.loaded, CALPOL_SEVERITY_ERROR, CP_CODE_PROTOCOL, "x[0]");
    tear_down(&fixture);
}
END_TEST

/* ---- networks ---- */

#define ANY (CP_NET_BARE | CP_NET_HOST_BITS)

static const struct {
    const char *value;
    unsigned form;
    enum cp_code code;
    const char *net; /* NULL: none is read */
} nets[] = {
    {"10.0.0.0/8", 0, CP_CODE_NONE, "10.0.0.0/8"},
    {"10.0.0.0/08", 0, CP_CODE_NONE, "10.0.0.0/8"},
    {"'2001:DB8::/32'", 0, CP_CODE_NONE, "2001:db8::/32"},
    {"10.0.0.1/8", 0, CP_CODE_CIDR_HOST_BITS, "10.0.0.0/8"},
    {"10.0.0.1/8", CP_NET_HOST_BITS, CP_CODE_NONE, "10.0.0.0/8"},
    {"10.0.0.1", 0, CP_CODE_CIDR, "10.0.0.1/32"},
    {"10.0.0.1", ANY, CP_CODE_NONE, "10.0.0.1/32"},
    {"'::1'", ANY, CP_CODE_NONE, "::1/128"},
    {"10.0.0.0/08", CP_NET_STRICT, CP_CODE_CIDR, NULL},
    {"10.0.0.0/33", ANY, CP_CODE_CIDR, NULL},
    {"10.0.0/8", ANY, CP_CODE_CIDR, NULL},
    {"010.0.0.0/8", ANY, CP_CODE_CIDR, NULL},
    {"'::ffff:10.0.0.0/104'", ANY, CP_CODE_CIDR, NULL},
    {"''", ANY, CP_CODE_CIDR, NULL},
    {"~", ANY, CP_CODE_CIDR, NULL},
    {"10", ANY, CP_CODE_TYPE, NULL},
    {"{dead:beef: ~}", ANY, CP_CODE_TYPE, NULL},
};

START_TEST(a_network_is_what_its_field_takes)
{
    struct cp_prefix net = {0};
    struct cp_buffer text;
    struct fixture fixture;
    bool is_read;

    set_up(&fixture, nets[_i].value, 0);
    is_read = cp_read_net(&fixture.loaded.reader, &fixture.item, nets[_i].form, &net);
    expect_code(&fixture, nets[_i].value, nets[_i].code);
    ck_assert_int_eq(is_read, nets[_i].net != NULL);
    if (is_read) {
        cp_buffer_init(&text, &fixture.arena);
        cp_prefix_print(&net, &text);
        expect_text(cp_buffer_text(&text), nets[_i].net);
    }
    tear_down(&fixture);
}
END_TEST

START_TEST(a_bare_address_is_offered_with_its_length)
{
    struct cp_prefix net;
    struct fixture fixture;

    set_up(&fixture, "'2001:db8::1'", 0);
    (void)cp_read_net(&fixture.loaded.reader, &fixture.item, 0, &net);
    ck_assert_str_eq(fixture.loaded.diagnostics.items.items[0].message,
                     "\"2001:db8::1\" has no prefix length, expected 2001:db8::1/128");
    tear_down(&fixture);
}
END_TEST

START_TEST(lenient_loading_says_that_a_lost_network_widens)
{
    struct cp_prefix net;
    struct fixture fixture;

    set_up(&fixture, "10.0.0/8", CALPOL_LOAD_LENIENT);
    ck_assert(!cp_read_net(&fixture.loaded.reader, &fixture.item, 0, &net));
    expect_report(&fixture.loaded, CALPOL_SEVERITY_WARNING, CP_CODE_CIDR, "x[0]");
    ck_assert(strstr(fixture.loaded.diagnostics.items.items[0].message, "may widen"));
    tear_down(&fixture);
}
END_TEST

/* ---- lists ---- */

START_TEST(repeats_are_told_at_the_later_item)
{
    struct fixture fixture;

    set_up(&fixture, "a, b, c, a, b", 0);
    cp_check_repeats(&fixture.loaded.reader, &fixture.list, CP_CODE_DUPLICATE_ITEM);
    ck_assert_uint_eq(fixture.loaded.diagnostics.items.count, 2);
    ck_assert_str_eq(fixture.loaded.diagnostics.items.items[0].path, "x[3]");
    ck_assert_str_eq(fixture.loaded.diagnostics.items.items[0].message,
                     "\"a\" stands at index 0 already");
    ck_assert_str_eq(fixture.loaded.diagnostics.items.items[1].path, "x[4]");
    tear_down(&fixture);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("resource/values");
    TCase *values = tcase_create("values");

    tcase_add_loop_test(values, a_port_is_a_number_a_range_or_a_name, 0, (int)COUNT_OF(ports));
    tcase_add_test(values, lenient_loading_lets_port_0_pass);
    tcase_add_test(values, a_range_in_another_notation_is_told_the_right_one);
    tcase_add_loop_test(values, a_protocol_is_a_name_or_a_number, 0, (int)COUNT_OF(protocols));
    tcase_add_test(values, lenient_loading_takes_a_protocol_in_another_case_only);
    tcase_add_loop_test(values, a_network_is_what_its_field_takes, 0, (int)COUNT_OF(nets));
    tcase_add_test(values, a_bare_address_is_offered_with_its_length);
    tcase_add_test(values, lenient_loading_says_that_a_lost_network_widens);
    tcase_add_test(values, repeats_are_told_at_the_later_item);
    suite_add_tcase(suite, values);
    return suite;
}
