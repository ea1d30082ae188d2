/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocol and destination port, or ICMP type and code, on one axis: slot << 16 | number.
 */
#include "compile/clauses.h"

#include "net/protocol.h"

#define AXIS_SIZE ((uint32_t)CP_SLOT_COUNT << 16)

static uint32_t start_of(unsigned slot)
{
    return (uint32_t)slot << 16;
}

/* ---- Slots ----------------------------------------------------------------------------------- */

static void name_protocol(struct cp_clauses *clauses, uint8_t protocol, unsigned *next)
{
    if (clauses->slots[protocol] != CP_SLOT_OTHER)
        return;
    clauses->slots[protocol] = *next <= CP_SLOT_NAMED_LAST ? (uint8_t)(*next)++ : CP_NO_SLOT;
}

static void assign_slots(struct cp_clauses *clauses)
{
    const struct calpol_ruleset *ruleset = clauses->ruleset;
    unsigned next = CP_SLOT_NAMED;

    memset(clauses->slots, CP_SLOT_OTHER, sizeof(clauses->slots));
    clauses->slots[CP_PROTOCOL_TCP] = CP_SLOT_TCP;
    clauses->slots[CP_PROTOCOL_UDP] = CP_SLOT_UDP;
    clauses->slots[CP_PROTOCOL_SCTP] = CP_SLOT_SCTP;
    clauses->slots[CP_PROTOCOL_ICMP] = CP_SLOT_ICMP;
    clauses->slots[CP_PROTOCOL_ICMPV6] = CP_SLOT_ICMPV6;
    for (uint32_t i = 0; i < ruleset->rule_count; i++) {
        const struct cp_rule *rule = &ruleset->rules[i];

        if (rule->criteria & 1u << CP_CRITERION_PROTOCOL)
            name_protocol(clauses, rule->protocol, &next);
        if (rule->criteria & 1u << CP_CRITERION_NOT_PROTOCOL)
            name_protocol(clauses, rule->not_protocol, &next);
    }
}

bool cp_slots_know(const struct cp_clauses *clauses, const struct cp_rule *rule)
{
    if (rule->criteria & 1u << CP_CRITERION_PROTOCOL &&
        clauses->slots[rule->protocol] == CP_SLOT_OTHER)
        return false;
    return !(rule->criteria & 1u << CP_CRITERION_NOT_PROTOCOL) ||
           clauses->slots[rule->not_protocol] != CP_SLOT_OTHER;
}

int cp_transports_init(struct cp_clauses *clauses, const uint8_t *slots)
{
    struct cp_range with_ports = {start_of(CP_SLOT_TCP), start_of(CP_SLOT_SCTP + 1)};

    if (slots)
        memcpy(clauses->slots, slots, sizeof(clauses->slots));
    else
        assign_slots(clauses);
    if (!cp_range_pool_init(&clauses->transports, clauses->work, AXIS_SIZE) ||
        !cp_ranges_make(&clauses->transports, &with_ports, 1, &clauses->port_transports))
        return CALPOL_ERROR_NO_MEMORY;
    return CALPOL_OK;
}

/* ---- Sets ------------------------------------------------------------------------------------ */

static int make(struct cp_clauses *clauses,
                struct cp_range *ranges,
                uint32_t count,
                uint32_t *out_set)
{
    return cp_ranges_make(&clauses->transports, ranges, count, out_set) ? CALPOL_OK
                                                                        : CALPOL_ERROR_NO_MEMORY;
}

static int intersect(struct cp_clauses *clauses, uint32_t a, uint32_t b, uint32_t *out_set)
{
    return cp_ranges_intersect(&clauses->transports, a, b, out_set) ? CALPOL_OK
                                                                    : CALPOL_ERROR_NO_MEMORY;
}

static int complement(struct cp_clauses *clauses, uint32_t set, uint32_t *out_set)
{
    return cp_ranges_complement(&clauses->transports, set, out_set) ? CALPOL_OK
                                                                    : CALPOL_ERROR_NO_MEMORY;
}

int cp_transports_of_protocol(struct cp_clauses *clauses,
                              uint8_t protocol,
                              uint32_t *out_transports)
{
    uint8_t slot = clauses->slots[protocol];
    struct cp_range range;

    /* Flows of protocols without a slot do not come here. */
    if (slot == CP_NO_SLOT) {
        *out_transports = CP_RANGES_NONE;
        return CALPOL_OK;
    }
    range = (struct cp_range){start_of(slot), start_of(slot + 1u)};
    return make(clauses, &range, 1, out_transports);
}

int cp_transport_of_port(struct cp_clauses *clauses,
                         uint8_t protocol,
                         uint16_t port,
                         uint32_t *out_transports)
{
    uint32_t start = start_of(clauses->slots[protocol]) + port;
    struct cp_range range = {start, start + 1};

    return make(clauses, &range, 1, out_transports);
}

int cp_transports_of_ports(struct cp_clauses *clauses,
                           const struct cp_ports *ports,
                           uint32_t *out_transports)
{
    struct cp_range *ranges =
        CP_NEW_ARRAY(clauses->work, struct cp_range, (size_t)ports->range_count * 3);
    uint32_t count = 0;

    if (!ranges)
        return CALPOL_ERROR_NO_MEMORY;
    for (unsigned slot = CP_SLOT_TCP; cp_slot_has_ports(slot); slot++) {
        for (uint32_t i = 0; i < ports->range_count; i++)
            ranges[count++] = (struct cp_range){start_of(slot) + ports->ranges[i].first,
                                                start_of(slot) + ports->ranges[i].last + 1};
    }
    return make(clauses, ranges, count, out_transports);
}

/* ---- ICMP ------------------------------------------------------------------------------------ */

#define ICMP_NUMBERS 256u

/* The ICMP numbers of a type, in both ICMP protocols; all for a type that is not given (EV-92). */
static int of_icmp_type(struct cp_clauses *clauses, int16_t type, uint32_t *out_set)
{
    struct cp_range ranges[2];
    uint32_t count = 0;

    for (unsigned slot = CP_SLOT_ICMP; slot <= CP_SLOT_ICMPV6; slot++) {
        uint32_t start = start_of(slot) + (uint32_t)(type < 0 ? 0 : type) * ICMP_NUMBERS;

        if (type < 0)
            ranges[count++] = (struct cp_range){start_of(slot), start_of(slot + 1)};
        else if (type < (int)ICMP_NUMBERS)
            ranges[count++] = (struct cp_range){start, start + ICMP_NUMBERS};
    }
    return make(clauses, ranges, count, out_set);
}

/* The same of a code, whatever the type. */
static int of_icmp_code(struct cp_clauses *clauses, int16_t code, uint32_t *out_set)
{
    struct cp_range ranges[2 * ICMP_NUMBERS];
    uint32_t count = 0;

    if (code < 0)
        return of_icmp_type(clauses, -1, out_set);
    for (unsigned slot = CP_SLOT_ICMP; slot <= CP_SLOT_ICMPV6; slot++) {
        for (uint32_t type = 0; type < ICMP_NUMBERS && code < (int)ICMP_NUMBERS; type++) {
            uint32_t at = start_of(slot) + (type << 8) + (uint32_t)code;

            ranges[count++] = (struct cp_range){at, at + 1};
        }
    }
    return make(clauses, ranges, count, out_set);
}

/* The types and codes that a rule names; either: one of both is enough. */
static int of_icmp(struct cp_clauses *clauses,
                   const struct cp_icmp *icmp,
                   bool either,
                   uint32_t *out_set)
{
    uint32_t types, codes;
    int status = of_icmp_type(clauses, icmp->type, &types);

    if (!status)
        status = of_icmp_code(clauses, icmp->code, &codes);
    if (status)
        return status;
    if (either)
        return cp_ranges_unite(&clauses->transports, types, codes, out_set)
                   ? CALPOL_OK
                   : CALPOL_ERROR_NO_MEMORY;
    return intersect(clauses, types, codes, out_set);
}

/* ---- Rules ----------------------------------------------------------------------------------- */

static int limit_protocol(struct cp_clauses *clauses,
                          uint8_t protocol,
                          bool is_negative,
                          uint32_t *transports)
{
    uint32_t set;
    int status = cp_transports_of_protocol(clauses, protocol, &set);

    if (!status && is_negative)
        status = complement(clauses, set, &set);
    return status ? status : intersect(clauses, *transports, set, transports);
}

/* EV-92, EV-93, D-3 */
static int limit_icmp(struct cp_clauses *clauses,
                      const struct cp_icmp *icmp,
                      bool is_negative,
                      uint32_t *transports)
{
    bool either = is_negative && clauses->ruleset->options.icmp_both_differ && icmp->code >= 0;
    uint32_t set;
    int status = of_icmp(clauses, icmp, either, &set);

    if (!status && is_negative)
        status = complement(clauses, set, &set);
    return status ? status : intersect(clauses, *transports, set, transports);
}

uint8_t cp_slots_of_rule(const struct cp_clauses *clauses, const struct cp_rule *rule)
{
    unsigned slots = (1u << CP_SLOT_COUNT) - 1, slot;

    if (rule->criteria & 1u << CP_CRITERION_PROTOCOL) {
        slot = clauses->slots[rule->protocol];
        slots &= slot == CP_NO_SLOT ? 0 : 1u << slot;
    }
    if (rule->criteria & 1u << CP_CRITERION_NOT_PROTOCOL) {
        slot = clauses->slots[rule->not_protocol];
        slots &= slot == CP_NO_SLOT ? slots : ~(1u << slot);
    }
    return (uint8_t)slots;
}

int cp_transports_of_rule(struct cp_clauses *clauses,
                          const struct cp_rule *rule,
                          uint32_t *out_transports)
{
    int status = CALPOL_OK;

    *out_transports = CP_RANGES_ALL;
    if (rule->criteria & 1u << CP_CRITERION_PROTOCOL)
        status = limit_protocol(clauses, rule->protocol, false, out_transports);
    if (!status && rule->criteria & 1u << CP_CRITERION_NOT_PROTOCOL)
        status = limit_protocol(clauses, rule->not_protocol, true, out_transports);
    if (!status && rule->criteria & 1u << CP_CRITERION_ICMP)
        status = limit_icmp(clauses, &rule->details->icmp, false, out_transports);
    if (!status && rule->criteria & 1u << CP_CRITERION_NOT_ICMP)
        status = limit_icmp(clauses, &rule->details->not_icmp, true, out_transports);
    return status;
}
