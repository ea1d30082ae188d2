/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules as clauses: products of independent questions. Internal to compile/.
 *
 * A clause asks four things that have nothing to do with each other: the class of the endpoint's own
 * address, that of the peer's, protocol and destination port (ICMP type and code) together, and the
 * source port. Most rules are one clause; one with named ports or a service, which tie ports to
 * addresses, is one for each port.
 */
#ifndef CP_COMPILE_CLAUSES_H
#define CP_COMPILE_CLAUSES_H

#include "compile/classes.h"
#include "ruleset/program.h"

struct cp_clause {
    uint32_t own, peers;   /* sets of classes */
    uint32_t transport;    /* set of slot << 16 | destination port, or ICMP type << 8 | code */
    uint32_t source_ports; /* set */
    uint8_t needs;         /* enum cp_need: else the rule only may match */
    bool is_doubt;         /* the rule matches only if needs is not told, and then it only may */
};

/* What is known of a rule. */
struct cp_clause_span {
    uint32_t first, count; /* its clauses */
    uint32_t decision;     /* chains.c: what it comes to; 0: not known yet */
    uint16_t
        asks; /* ports and ICMP numbers that it asks for, as in struct cp_program_head; nothing, if it
                      is void for the family */
};

/* One product while a rule is taken apart; by source and destination. */
struct cp_part {
    uint32_t addresses[2];
    uint32_t transport, source_ports;
};

struct cp_parts {
    CP_ARRAY(struct cp_part) items;
};

struct cp_clauses {
    const struct calpol_ruleset *ruleset;
    struct cp_arena *work;
    struct cp_classes *classes;
    struct cp_range_pool transports, source_ports;
    uint8_t slots[256];       /* of protocols */
    uint32_t port_transports; /* set: of the protocols that have ports */
    CP_ARRAY(struct cp_clause) items;
    struct cp_clause_span **spans;    /* pages of them by rule and family; NULL: none made so far */
    struct cp_parts parts, sum, next; /* of the rule being taken apart */
};

/* For rules with numbers below rule_count. slots is NULL for those that the rules of the ruleset ask for, or
   what other programs have. CALPOL_OK or CALPOL_ERROR_NO_MEMORY. */
int cp_clauses_init(struct cp_clauses *clauses,
                    struct cp_classes *classes,
                    uint32_t rule_count,
                    const uint8_t *slots,
                    struct cp_arena *work);

/*
 * The clauses of a rule, which has a number, of a policy's direction, for flows of one family (index). Their
 * order means something only where one is a doubt: it stands behind those that match for certain. The
 * span stays where it is.
 *
 * CALPOL_OK; CALPOL_ERROR_NO_MEMORY; CALPOL_ERROR_LIMIT if the rule cannot be said in (few enough)
 * clauses.
 */
int cp_clauses_of_rule(struct cp_clauses *clauses,
                       const struct cp_rule *rule,
                       uint32_t number,
                       enum cp_direction direction,
                       int family,
                       struct cp_clause_span **out_span);

/* transports.c: what a rule says of protocol and ICMP as a set of transports. CALPOL_OK or
   CALPOL_ERROR_NO_MEMORY. */
int cp_transports_init(struct cp_clauses *clauses, const uint8_t *slots);

/* Do the slots tell apart the protocols that a rule names? If not, it cannot be said in clauses. */
bool cp_slots_know(const struct cp_clauses *clauses, const struct cp_rule *rule);

int cp_transports_of_rule(struct cp_clauses *clauses,
                          const struct cp_rule *rule,
                          uint32_t *out_transports);

/* The slots of protocols that a rule leaves, as bits. */
uint8_t cp_slots_of_rule(const struct cp_clauses *clauses, const struct cp_rule *rule);

/* Numeric ports in the protocols that have ports; one port of a protocol; all of a protocol. */
int cp_transports_of_ports(struct cp_clauses *clauses,
                           const struct cp_ports *ports,
                           uint32_t *out_transports);
int cp_transport_of_port(struct cp_clauses *clauses,
                         uint8_t protocol,
                         uint16_t port,
                         uint32_t *out_transports);
int cp_transports_of_protocol(struct cp_clauses *clauses,
                              uint8_t protocol,
                              uint32_t *out_transports);

#endif
