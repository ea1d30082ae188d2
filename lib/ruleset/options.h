/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The options of evaluation (evaluation.md, chapter 17): their values, and their names in words.
 */
#ifndef CP_RULESET_OPTIONS_H
#define CP_RULESET_OPTIONS_H

#include "base/array.h"
#include "net/prefix.h"

enum cp_option {
    CP_OPTION_SCOPE,
    CP_OPTION_ENDPOINT_TO_HOST_ACTION,
    CP_OPTION_FAILSAFE_INBOUND,
    CP_OPTION_FAILSAFE_OUTBOUND,
    CP_OPTION_HTTP,
    CP_OPTION_PROFILE_PASS,
    CP_OPTION_OTHER_FAMILY_NOT_NETS,
    CP_OPTION_NOT_ICMP_TYPE_CODE,
    CP_OPTION_DEFAULT_HIT,
    CP_OPTION_TIER_ORDER_DEFAULT, /* of a load only: tiers are sorted once */
    CP_OPTION_COUNT
};

enum cp_to_host { CP_TO_HOST_DROP, CP_TO_HOST_ACCEPT, CP_TO_HOST_RETURN };

/* One failsafe port (EV-125). */
struct cp_failsafe_port {
    uint8_t protocol;
    uint16_t port;
    bool has_net;
    struct cp_prefix net;
};

struct cp_failsafe_ports {
    const struct cp_failsafe_port *items;
    uint32_t count;
};

struct cp_options {
    uint32_t set_by_caller;   /* bits 1 << enum cp_option */
    uint32_t set_by_resource; /* the same, by a FelixConfiguration */
    bool pending;             /* scope */
    uint8_t to_host;          /* enum cp_to_host */
    struct cp_failsafe_ports failsafe_inbound, failsafe_outbound;
    bool http_ignore;
    bool profile_pass_next;
    bool other_family_match;
    bool icmp_both_differ;
    bool default_hit_first;
    bool tier_order_million; /* tier_order_default=1000000 */
};

/* All defaults. Constant data; nothing is allocated. */
void cp_options_init(struct cp_options *options);

/*
 * Sets an option by name, or several by name "preset". Lists go to arena. CALPOL_OK,
 * CALPOL_ERROR_NOT_FOUND (no such option), CALPOL_ERROR_INVALID_INPUT (no such value),
 * CALPOL_ERROR_NO_MEMORY. On failure options are unchanged.
 */
int cp_options_set(struct cp_options *options,
                   struct cp_arena *arena,
                   struct cp_text name,
                   struct cp_text value);

/* The name of an option, and its value as text that cp_options_set takes. */
const char *cp_option_name(enum cp_option option);
void cp_options_print_value(const struct cp_options *options,
                            enum cp_option option,
                            struct cp_buffer *buffer);

#endif
