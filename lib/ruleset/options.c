/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options of evaluation: one table of names and values, and the syntax of failsafe ports.
 */
#include "ruleset/options.h"

#include "base/number.h"
#include "net/protocol.h"

#define MOST_VALUES 3u

struct option_info {
    const char *name;
    const char *values[MOST_VALUES]; /* the default first; none: a list of failsafe ports */
};

static const struct option_info infos[CP_OPTION_COUNT] = {
    [CP_OPTION_SCOPE] = {"scope", {"enforced", "pending"}},
    [CP_OPTION_ENDPOINT_TO_HOST_ACTION] = {"endpoint_to_host_action",
                                           {"Drop", "Accept", "Return"}}, /* enum cp_to_host */
    [CP_OPTION_FAILSAFE_INBOUND] = {"failsafe_inbound", {NULL}},
    [CP_OPTION_FAILSAFE_OUTBOUND] = {"failsafe_outbound", {NULL}},
    [CP_OPTION_HTTP] = {"http", {"l7", "ignore"}},
    [CP_OPTION_PROFILE_PASS] = {"profile_pass", {"deny", "next-profile"}},
    [CP_OPTION_OTHER_FAMILY_NOT_NETS] = {"other_family_not_nets", {"skip", "match"}},
    [CP_OPTION_NOT_ICMP_TYPE_CODE] = {"not_icmp_type_code", {"pair", "both-differ"}},
    [CP_OPTION_DEFAULT_HIT] = {"default_hit", {"last", "first"}},
    [CP_OPTION_TIER_ORDER_DEFAULT] = {"tier_order_default", {"last", "1000000"}},
};

/* Presets set these options, each to the value of that number (evaluation.md, chapter 17). */
static const enum cp_option preset_options[] = {
    CP_OPTION_HTTP,
    CP_OPTION_PROFILE_PASS,
    CP_OPTION_OTHER_FAMILY_NOT_NETS,
    CP_OPTION_NOT_ICMP_TYPE_CODE,
    CP_OPTION_DEFAULT_HIT,
};

#define PRESET_OPTIONS (sizeof(preset_options) / sizeof(preset_options[0]))

static const struct preset {
    const char *name;
    uint8_t values[PRESET_OPTIONS];
} presets[] = {
    {"iptables", {1, 1, 0, 0, 0}},
    {"nftables", {1, 1, 0, 1, 0}},
    {"bpf", {1, 0, 0, 0, 0}},
    {"app-policy", {0, 0, 1, 0, 1}},
};

#define TCP(number)                                                                                \
    {                                                                                              \
        .protocol = CP_PROTOCOL_TCP, .port = number                                                \
    }
#define UDP(number)                                                                                \
    {                                                                                              \
        .protocol = CP_PROTOCOL_UDP, .port = number                                                \
    }

/* EV-125 */
static const struct cp_failsafe_port default_inbound[] = {
    TCP(22), UDP(68), TCP(179), TCP(2379), TCP(2380), TCP(5473), TCP(6443), TCP(6666), TCP(6667),
};
static const struct cp_failsafe_port default_outbound[] = {
    UDP(53), UDP(67), TCP(179), TCP(2379), TCP(2380), TCP(5473), TCP(6443), TCP(6666), TCP(6667),
};

void cp_options_init(struct cp_options *options)
{
    *options = (struct cp_options){
        .failsafe_inbound = {default_inbound, sizeof(default_inbound) / sizeof(default_inbound[0])},
        .failsafe_outbound = {default_outbound,
                              sizeof(default_outbound) / sizeof(default_outbound[0])},
    };
}

const char *cp_option_name(enum cp_option option)
{
    return infos[option].name;
}

/* ---- Options with a few values ------------------------------------------------------------- */

static void store(struct cp_options *options, enum cp_option option, uint8_t value)
{
    switch (option) {
    case CP_OPTION_SCOPE:
        options->pending = value;
        break;
    case CP_OPTION_ENDPOINT_TO_HOST_ACTION:
        options->to_host = value;
        break;
    case CP_OPTION_HTTP:
        options->http_ignore = value;
        break;
    case CP_OPTION_PROFILE_PASS:
        options->profile_pass_next = value;
        break;
    case CP_OPTION_OTHER_FAMILY_NOT_NETS:
        options->other_family_match = value;
        break;
    case CP_OPTION_NOT_ICMP_TYPE_CODE:
        options->icmp_both_differ = value;
        break;
    case CP_OPTION_DEFAULT_HIT:
        options->default_hit_first = value;
        break;
    case CP_OPTION_TIER_ORDER_DEFAULT:
        options->tier_order_million = value;
        break;
    case CP_OPTION_FAILSAFE_INBOUND:
    case CP_OPTION_FAILSAFE_OUTBOUND:
    case CP_OPTION_COUNT:
        break;
    }
    options->set_by_caller |= 1u << option;
}

static uint8_t stored(const struct cp_options *options, enum cp_option option)
{
    switch (option) {
    case CP_OPTION_SCOPE:
        return options->pending;
    case CP_OPTION_ENDPOINT_TO_HOST_ACTION:
        return options->to_host;
    case CP_OPTION_HTTP:
        return options->http_ignore;
    case CP_OPTION_PROFILE_PASS:
        return options->profile_pass_next;
    case CP_OPTION_OTHER_FAMILY_NOT_NETS:
        return options->other_family_match;
    case CP_OPTION_NOT_ICMP_TYPE_CODE:
        return options->icmp_both_differ;
    case CP_OPTION_DEFAULT_HIT:
        return options->default_hit_first;
    case CP_OPTION_TIER_ORDER_DEFAULT:
        return options->tier_order_million;
    case CP_OPTION_FAILSAFE_INBOUND:
    case CP_OPTION_FAILSAFE_OUTBOUND:
    case CP_OPTION_COUNT:
        break;
    }
    return 0;
}

/* The action may be written in any letter case, as in a FelixConfiguration (EV-195). */
static int set_value(struct cp_options *options, enum cp_option option, struct cp_text value)
{
    for (uint8_t i = 0; i < MOST_VALUES && infos[option].values[i]; i++) {
        struct cp_text known = cp_text_from(infos[option].values[i]);

        if (cp_text_equal(value, known) ||
            (option == CP_OPTION_ENDPOINT_TO_HOST_ACTION && cp_text_equal_folded(value, known))) {
            store(options, option, i);
            return CALPOL_OK;
        }
    }
    return CALPOL_ERROR_INVALID_INPUT;
}

static int set_preset(struct cp_options *options, struct cp_text value)
{
    for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++) {
        if (!cp_text_is(value, presets[i].name))
            continue;
        for (size_t option = 0; option < PRESET_OPTIONS; option++)
            store(options, preset_options[option], presets[i].values[option]);
        return CALPOL_OK;
    }
    return CALPOL_ERROR_INVALID_INPUT;
}

/* ---- Failsafe ports ------------------------------------------------------------------------ */

static struct cp_text without_blanks(struct cp_text text)
{
    while (text.length && text.data[0] == ' ')
        text = cp_text_from_byte(text, 1);
    while (text.length && text.data[text.length - 1] == ' ')
        text.length--;
    return text;
}

/* "10.0.0.0/8", "[fd00::/8]"; a bare address is a host network. */
static bool parse_net(struct cp_text text, struct cp_prefix *out_net)
{
    enum cp_prefix_problem problem;

    if (text.length >= 2 && text.data[0] == '[' && text.data[text.length - 1] == ']')
        text = cp_text_make(text.data + 1, text.length - 2);
    problem = cp_prefix_parse(text, false, out_net);
    if (problem != CP_PREFIX_OK && problem != CP_PREFIX_BARE)
        return false;
    cp_prefix_mask(out_net);
    return true;
}

/* Where the port begins: behind the last colon. */
static size_t last_colon(struct cp_text text)
{
    size_t i = text.length;

    while (i > 0 && text.data[i - 1] != ':')
        i--;
    return i;
}

/* PROTO:PORT or PROTO:NET:PORT */
static bool parse_entry(struct cp_text text, struct cp_failsafe_port *out_port)
{
    size_t first = cp_text_find_byte(text, ':'), last = last_colon(text);
    struct cp_text net;
    uint64_t port;

    if (first == SIZE_MAX ||
        !cp_number_parse_unsigned(cp_text_from_byte(text, last), UINT16_MAX, &port))
        return false;
    *out_port = (struct cp_failsafe_port){
        .protocol = cp_protocol_by_any_name(cp_text_first(text, first)),
        .port = (uint16_t)port,
        .has_net = last > first + 1,
    };
    if (!cp_protocol_has_ports(out_port->protocol))
        return false;
    if (!out_port->has_net)
        return true;
    net = cp_text_make(text.data + first + 1, last - first - 2);
    return parse_net(net, &out_port->net);
}

static int parse_ports(struct cp_arena *arena,
                       struct cp_text text,
                       struct cp_failsafe_ports *out_ports)
{
    struct cp_failsafe_port *ports;
    uint32_t most = 1, count = 0;

    text = without_blanks(text);
    if (!text.length || cp_text_is(text, "none")) {
        *out_ports = (struct cp_failsafe_ports){NULL, 0};
        return CALPOL_OK;
    }
    for (size_t i = 0; i < text.length; i++)
        most += text.data[i] == ',';
    ports = CP_NEW_ARRAY(arena, struct cp_failsafe_port, most);
    if (!ports)
        return CALPOL_ERROR_NO_MEMORY;
    while (count < most) {
        struct cp_text entry = cp_text_first(text, cp_text_find_byte(text, ','));

        if (!parse_entry(without_blanks(entry), &ports[count++]))
            return CALPOL_ERROR_INVALID_INPUT;
        text = cp_text_from_byte(text, entry.length + 1);
    }
    *out_ports = (struct cp_failsafe_ports){ports, count};
    return CALPOL_OK;
}

static int set_ports(struct cp_options *options,
                     struct cp_arena *arena,
                     enum cp_option option,
                     struct cp_text value)
{
    struct cp_failsafe_ports ports;
    int status = parse_ports(arena, value, &ports);

    if (status)
        return status;
    if (option == CP_OPTION_FAILSAFE_INBOUND)
        options->failsafe_inbound = ports;
    else
        options->failsafe_outbound = ports;
    options->set_by_caller |= 1u << option;
    return CALPOL_OK;
}

static void print_ports(const struct cp_failsafe_ports *ports, struct cp_buffer *buffer)
{
    if (!ports->count)
        cp_buffer_add_string(buffer, "none");
    for (uint32_t i = 0; i < ports->count; i++) {
        const struct cp_failsafe_port *port = &ports->items[i];
        const char *protocol = cp_protocol_name(port->protocol);
        bool is_ipv6 = port->has_net && port->net.address.family == 6;

        if (i)
            cp_buffer_add_byte(buffer, ',');
        for (; *protocol; protocol++)
            cp_buffer_add_byte(buffer, cp_lower(*protocol));
        cp_buffer_add_string(buffer, is_ipv6 ? ":[" : ":");
        if (port->has_net) {
            cp_prefix_print(&port->net, buffer);
            cp_buffer_add_string(buffer, is_ipv6 ? "]:" : ":");
        }
        cp_buffer_add_unsigned(buffer, port->port);
    }
}

/* ---- By name ------------------------------------------------------------------------------- */

int cp_options_set(struct cp_options *options,
                   struct cp_arena *arena,
                   struct cp_text name,
                   struct cp_text value)
{
    if (cp_text_is(name, "preset"))
        return set_preset(options, value);
    for (int i = 0; i < CP_OPTION_COUNT; i++) {
        enum cp_option option = (enum cp_option)i;

        if (!cp_text_is(name, infos[option].name))
            continue;
        return infos[option].values[0] ? set_value(options, option, value)
                                       : set_ports(options, arena, option, value);
    }
    return CALPOL_ERROR_NOT_FOUND;
}

void cp_options_print_value(const struct cp_options *options,
                            enum cp_option option,
                            struct cp_buffer *buffer)
{
    if (option == CP_OPTION_FAILSAFE_INBOUND)
        print_ports(&options->failsafe_inbound, buffer);
    else if (option == CP_OPTION_FAILSAFE_OUTBOUND)
        print_ports(&options->failsafe_outbound, buffer);
    else
        cp_buffer_add_string(buffer, infos[option].values[stored(options, option)]);
}
