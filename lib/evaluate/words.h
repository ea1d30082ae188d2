/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A flow in words: what a caller said, before anything is looked up (evaluation.md, chapters 1, 2).
 *
 * api/ fills this in from JSON or from setters; resolve.h makes a flow of it. All texts belong to
 * the query.
 */
#ifndef CP_EVALUATE_WORDS_H
#define CP_EVALUATE_WORDS_H

#include "calpol/evaluate.h"
#include "ruleset/ruleset.h"

struct cp_label_words {
    struct cp_text key, value;
};

struct cp_port_words {
    struct cp_text name;
    uint8_t protocol;
    uint16_t port;
};

struct cp_participant_words {
    struct cp_text reference; /* as EV-10 or short; empty: none */
    bool has_address;
    struct calpol_address address; /* "ip" */
    uint8_t ip_version;            /* 0: not given */
    struct cp_text interface_name; /* empty: not given */
    struct cp_text node; /* "node" of an inline workload, or the host itself; empty: none */
    /* A workload described inline: any of namespace, labels, profiles makes it one. */
    bool has_namespace, has_labels, has_profiles;
    struct cp_text namespace_name, service_account;
    const struct cp_label_words *labels;
    uint32_t label_count;
    const struct cp_text *profiles;
    uint32_t profile_count;
    const struct cp_port_words *ports;
    uint32_t port_count;
};

enum cp_knowledge { CP_UNKNOWN, CP_ABSENT, CP_KNOWN };

struct cp_flow_words {
    struct cp_participant_words source, destination;
    bool has_protocol, has_source_port, has_destination_port;
    uint8_t protocol;
    uint16_t source_port, destination_port;
    bool has_icmp_type, has_icmp_code;
    uint8_t icmp_type, icmp_code;
    enum cp_knowledge http; /* CP_ABSENT: "http": null */
    bool has_method, has_path;
    struct cp_text method, path;
    enum cp_knowledge domains; /* CP_KNOWN with count 0: known to have none */
    const struct cp_text *domain_names;
    uint32_t domain_count;
    bool has_pre_dnat_address, has_pre_dnat_port;
    struct calpol_address pre_dnat_address;
    uint16_t pre_dnat_port;
    bool has_pre_dnat;  /* the field was there, perhaps empty */
    uint8_t ip_version; /* 0: not given */
    uint8_t state;      /* enum calpol_state */
};

#endif
