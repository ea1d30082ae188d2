/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From rules to clauses. A rule is taken as a product of factors, each of them a sum of parts; what
 * is left after multiplying, without the empty products, are its clauses.
 */
#include "compile/clauses.h"

#include "net/protocol.h"

/* How many products a rule may come to, and how many may be tried. */
#define MOST_PARTS 16384u
#define MOST_TRIED (1u << 20)

/* Index of addresses in parts. */
enum side { SIDE_SOURCE, SIDE_DESTINATION };

static const struct cp_part everything = {
    .addresses = {CP_RANGES_ALL, CP_RANGES_ALL},
    .transport = CP_RANGES_ALL,
    .source_ports = CP_RANGES_ALL,
};

/* A rule being taken apart. */
struct product {
    struct cp_clauses *clauses;
    const struct cp_rule *rule;
    struct cp_parts *parts, *sum, *next;
};

static const struct cp_entity *entity_of(const struct product *product, enum side side)
{
    return side == SIDE_SOURCE ? product->rule->source : product->rule->destination;
}

static bool asks(const struct product *product, enum side side, enum cp_criterion criterion)
{
    unsigned bit = criterion + (side == SIDE_SOURCE ? 0 : CP_CRITERIA_PER_SIDE);

    return product->rule->criteria >> bit & 1;
}

/* ---- Parts ----------------------------------------------------------------------------------- */

static int intersect_parts(struct cp_clauses *clauses,
                           const struct cp_part *a,
                           const struct cp_part *b,
                           struct cp_part *out)
{
    struct cp_range_pool *classes = &clauses->classes->sets;
    bool is_done = true;

    for (int side = SIDE_SOURCE; side <= SIDE_DESTINATION; side++)
        is_done = is_done && cp_ranges_intersect(classes, a->addresses[side], b->addresses[side],
                                                 &out->addresses[side]);
    is_done =
        is_done &&
        cp_ranges_intersect(&clauses->transports, a->transport, b->transport, &out->transport) &&
        cp_ranges_intersect(&clauses->source_ports, a->source_ports, b->source_ports,
                            &out->source_ports);
    return is_done ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static bool is_empty(const struct cp_part *part)
{
    return part->addresses[SIDE_SOURCE] == CP_RANGES_NONE ||
           part->addresses[SIDE_DESTINATION] == CP_RANGES_NONE ||
           part->transport == CP_RANGES_NONE || part->source_ports == CP_RANGES_NONE;
}

static int add_part(struct product *product, const struct cp_part *part)
{
    struct cp_part *slot;

    if (is_empty(part))
        return CALPOL_OK;
    slot = cp_array_push(product->clauses->work, &product->sum->items);
    if (!slot)
        return CALPOL_ERROR_NO_MEMORY;
    *slot = *part;
    return CALPOL_OK;
}

/* Multiplies what there is with the sum, which is empty afterwards. */
static int multiply(struct product *product)
{
    struct cp_parts *multiplied;

    if ((uint64_t)product->parts->items.count * product->sum->items.count > MOST_TRIED)
        return CALPOL_ERROR_LIMIT;
    product->next->items.count = 0;
    for (uint32_t i = 0; i < product->parts->items.count; i++) {
        for (uint32_t j = 0; j < product->sum->items.count; j++) {
            struct cp_part part, *slot;
            int status = intersect_parts(product->clauses, &product->parts->items.items[i],
                                         &product->sum->items.items[j], &part);

            if (status)
                return status;
            if (is_empty(&part))
                continue;
            if (product->next->items.count == MOST_PARTS)
                return CALPOL_ERROR_LIMIT;
            slot = cp_array_push(product->clauses->work, &product->next->items);
            if (!slot)
                return CALPOL_ERROR_NO_MEMORY;
            *slot = part;
        }
    }
    product->sum->items.count = 0;
    multiplied = product->parts;
    product->parts = product->next;
    product->next = multiplied;
    return CALPOL_OK;
}

static int multiply_with(struct product *product, const struct cp_part *part)
{
    int status = add_part(product, part);

    return status ? status : multiply(product);
}

/* ---- Addresses ------------------------------------------------------------------------------- */

static int limit(struct product *product, uint32_t set, bool is_negative, uint32_t *addresses)
{
    struct cp_range_pool *classes = &product->clauses->classes->sets;

    if (is_negative && !cp_ranges_complement(classes, set, &set))
        return CALPOL_ERROR_NO_MEMORY;
    return cp_ranges_intersect(classes, *addresses, set, addresses) ? CALPOL_OK
                                                                    : CALPOL_ERROR_NO_MEMORY;
}

static int limit_to_selector(struct product *product,
                             uint32_t selector,
                             bool is_negative,
                             uint32_t *addresses)
{
    uint32_t set;
    int status = cp_classes_of_selector(product->clauses->classes, selector, &set);

    return status ? status : limit(product, set, is_negative, addresses);
}

static int limit_to_nets(struct product *product,
                         const struct cp_prefixes *nets,
                         bool is_negative,
                         uint32_t *addresses)
{
    uint32_t set;
    int status = cp_classes_of_nets(product->clauses->classes, nets, &set);

    return status ? status : limit(product, set, is_negative, addresses);
}

/* All that a side asks of its address alone. without_selector: as if the selector held (EV-98). */
static int multiply_with_addresses(struct product *product, enum side side, bool without_selector)
{
    const struct cp_entity *entity = entity_of(product, side);
    struct cp_part part = everything;
    uint32_t *addresses = &part.addresses[side];
    int status = CALPOL_OK;

    if (asks(product, side, CP_CRITERION_SOURCE_NETS))
        status = limit_to_nets(product, &entity->nets, false, addresses);
    if (!status && asks(product, side, CP_CRITERION_SOURCE_NOT_NETS))
        status = limit_to_nets(product, &entity->not_nets, true, addresses);
    if (!status && !without_selector && asks(product, side, CP_CRITERION_SOURCE_SELECTOR))
        status = limit_to_selector(product, entity->selector, false, addresses);
    if (!status && asks(product, side, CP_CRITERION_SOURCE_NOT_SELECTOR))
        status = limit_to_selector(product, entity->not_selector, true, addresses);
    if (!status && asks(product, side, CP_CRITERION_SOURCE_NOWHERE))
        *addresses = CP_RANGES_NONE;
    return status ? status : multiply_with(product, &part);
}

/* ---- Ports ----------------------------------------------------------------------------------- */

static int make_source_ports(struct cp_clauses *clauses,
                             const struct cp_ports *ports,
                             uint32_t *out_set)
{
    struct cp_range *ranges = CP_NEW_ARRAY(clauses->work, struct cp_range, ports->range_count);

    if (!ranges)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < ports->range_count; i++)
        ranges[i] = (struct cp_range){ports->ranges[i].first, ports->ranges[i].last + 1u};
    return cp_ranges_make(&clauses->source_ports, ranges, ports->range_count, out_set)
               ? CALPOL_OK
               : CALPOL_ERROR_NO_MEMORY;
}

/* Numeric ports (EV-86). */
static int part_of_numbers(struct product *product,
                           enum side side,
                           const struct cp_ports *ports,
                           struct cp_part *part)
{
    struct cp_clauses *clauses = product->clauses;

    *part = everything;
    if (side == SIDE_DESTINATION)
        return cp_transports_of_ports(clauses, ports, &part->transport);
    part->transport = clauses->port_transports;
    return make_source_ports(clauses, ports, &part->source_ports);
}

/* One protocol with one port. */
static int part_of_port(
    struct product *product, enum side side, uint8_t protocol, uint16_t port, struct cp_part *part)
{
    struct cp_clauses *clauses = product->clauses;
    struct cp_port_range range = {port, port};
    const struct cp_ports single = {&range, 1};
    int status;

    *part = everything;
    if (side == SIDE_DESTINATION)
        return cp_transport_of_port(clauses, protocol, port, &part->transport);
    status = cp_transports_of_protocol(clauses, protocol, &part->transport);
    return status ? status : make_source_ports(clauses, &single, &part->source_ports);
}

static int atoms_of(struct product *product,
                    enum side side,
                    const struct cp_port_list *ports,
                    struct cp_port_atoms *out_atoms)
{
    const struct cp_rule *rule = product->rule;
    bool is_named = rule->criteria & 1u << CP_CRITERION_PROTOCOL;

    return cp_named_atoms(product->clauses->classes, ports, entity_of(product, side)->selector,
                          is_named ? rule->protocol : 0, out_atoms);
}

/* A port of a protocol together with the addresses that have it under a name. */
static int add_atom(struct product *product, enum side side, const struct cp_port_atom *atom)
{
    struct cp_part part;
    int status = part_of_port(product, side, atom->protocol, atom->port, &part);

    part.addresses[side] = atom->addresses;
    return status ? status : add_part(product, &part);
}

/* EV-86 to EV-88 */
static int multiply_with_ports(struct product *product, enum side side)
{
    const struct cp_port_list *ports = &entity_of(product, side)->ports;
    struct cp_port_atoms atoms;
    struct cp_part part;
    int status;

    if (!asks(product, side, CP_CRITERION_SOURCE_PORTS))
        return CALPOL_OK;
    status = part_of_numbers(product, side, &ports->numbers, &part);
    if (!status)
        status = add_part(product, &part);
    if (!status)
        status = atoms_of(product, side, ports, &atoms);
    for (uint32_t i = 0; !status && i < atoms.count; i++)
        status = add_atom(product, side, &atoms.items[i]);
    return status ? status : multiply(product);
}

/* ---- Negated ports (EV-89) ------------------------------------------------------------------- */

/* Protocols without ports are none of the negated ports. */
static int add_portless(struct product *product)
{
    struct cp_clauses *clauses = product->clauses;
    struct cp_part part = everything;

    if (!cp_ranges_complement(&clauses->transports, clauses->port_transports, &part.transport))
        return CALPOL_ERROR_NO_MEMORY;
    return add_part(product, &part);
}

/* A protocol's ports but for the negated numbers and for those that some addresses have under a
   negated name. */
static int add_other_ports(struct product *product,
                           enum side side,
                           uint8_t protocol,
                           const struct cp_ports *numbers,
                           const struct cp_port_atoms *atoms)
{
    struct cp_clauses *clauses = product->clauses;
    struct cp_range_pool *pool =
        side == SIDE_SOURCE ? &clauses->source_ports : &clauses->transports;
    struct cp_part part = {0}, taken = {0};
    uint32_t *set = side == SIDE_SOURCE ? &taken.source_ports : &taken.transport;
    uint32_t others, *limited = side == SIDE_SOURCE ? &part.source_ports : &part.transport;
    int status = part_of_numbers(product, side, numbers, &taken);

    part = everything;
    if (!status)
        status = cp_transports_of_protocol(clauses, protocol, &part.transport);
    for (uint32_t i = 0; !status && i < atoms->count; i++) {
        struct cp_part one;

        if (atoms->items[i].protocol != protocol)
            continue;
        status = part_of_port(product, side, protocol, atoms->items[i].port, &one);
        if (!status && !cp_ranges_unite(
                           pool, *set, side == SIDE_SOURCE ? one.source_ports : one.transport, set))
            status = CALPOL_ERROR_NO_MEMORY;
    }
    if (status || !cp_ranges_complement(pool, *set, &others) ||
        !cp_ranges_intersect(pool, *limited, others, limited))
        return CALPOL_ERROR_NO_MEMORY;
    return add_part(product, &part);
}

/* The addresses that do not have a port under a negated name may use it. */
static int add_negated_atom(struct product *product,
                            enum side side,
                            const struct cp_port_atom *atom,
                            const struct cp_ports *numbers)
{
    struct cp_part part;
    int status;

    if (cp_ports_contain(numbers, atom->port))
        return CALPOL_OK;
    status = part_of_port(product, side, atom->protocol, atom->port, &part);
    if (!status && !cp_ranges_complement(&product->clauses->classes->sets, atom->addresses,
                                         &part.addresses[side]))
        status = CALPOL_ERROR_NO_MEMORY;
    return status ? status : add_part(product, &part);
}

static int multiply_with_not_ports(struct product *product, enum side side)
{
    static const uint8_t protocols[] = {CP_PROTOCOL_TCP, CP_PROTOCOL_UDP, CP_PROTOCOL_SCTP};
    const struct cp_port_list *ports = &entity_of(product, side)->not_ports;
    struct cp_port_atoms atoms;
    int status;

    if (!asks(product, side, CP_CRITERION_SOURCE_NOT_PORTS))
        return CALPOL_OK;
    status = atoms_of(product, side, ports, &atoms);
    if (!status)
        status = add_portless(product);
    for (size_t i = 0; !status && i < sizeof(protocols); i++)
        status = add_other_ports(product, side, protocols[i], &ports->numbers, &atoms);
    for (uint32_t i = 0; !status && i < atoms.count; i++)
        status = add_negated_atom(product, side, &atoms.items[i], &ports->numbers);
    return status ? status : multiply(product);
}

/* ---- Services -------------------------------------------------------------------------------- */

/* EV-90: an address with its protocol and target port. */
static int multiply_with_backends(struct product *product)
{
    uint32_t service = product->rule->destination->service;
    struct cp_port_atoms atoms;
    int status;

    if (!asks(product, SIDE_DESTINATION, CP_CRITERION_SOURCE_SERVICE))
        return CALPOL_OK;
    status = cp_service_atoms(product->clauses->classes, service, &atoms);
    for (uint32_t i = 0; !status && i < atoms.count; i++) {
        if (!cp_protocol_has_ports(atoms.items[i].protocol))
            return CALPOL_ERROR_LIMIT; /* its port is on no axis */
        status = add_atom(product, SIDE_DESTINATION, &atoms.items[i]);
    }
    return status ? status : multiply(product);
}

/* EV-91 */
static int multiply_with_slices(struct product *product)
{
    struct cp_part part = everything;
    int status;

    if (!asks(product, SIDE_SOURCE, CP_CRITERION_SOURCE_SERVICE))
        return CALPOL_OK;
    status = cp_classes_of_service(product->clauses->classes, product->rule->source->service,
                                   &part.addresses[SIDE_SOURCE]);
    return status ? status : multiply_with(product, &part);
}

/* ---- Rules ----------------------------------------------------------------------------------- */

static bool is_void(const struct cp_clauses *clauses, const struct cp_rule *rule, int family)
{
    if (rule->criteria & 1u << CP_CRITERION_IP_VERSION && (rule->ip_version == 6) != family)
        return true;
    if (!(rule->criteria & 1u << CP_CRITERION_NET_FAMILY))
        return false;
    return clauses->ruleset->options.other_family_match ? rule->family_void_match[family]
                                                        : rule->family_void[family];
}

static int multiply_all(struct product *product, bool without_selector)
{
    struct cp_part part = everything, *first;
    int status = cp_transports_of_rule(product->clauses, product->rule, &part.transport);

    product->parts->items.count = 0;
    product->sum->items.count = 0;
    first = cp_array_push(product->clauses->work, &product->parts->items);
    if (!first)
        return CALPOL_ERROR_NO_MEMORY;
    *first = everything;
    if (!status)
        status = multiply_with(product, &part);
    if (!status)
        status = multiply_with_addresses(product, SIDE_SOURCE, false);
    if (!status)
        status = multiply_with_addresses(product, SIDE_DESTINATION, without_selector);
    for (int side = SIDE_SOURCE; !status && side <= SIDE_DESTINATION; side++) {
        status = multiply_with_ports(product, (enum side)side);
        if (!status)
            status = multiply_with_not_ports(product, (enum side)side);
    }
    if (!status)
        status = multiply_with_slices(product);
    return status ? status : multiply_with_backends(product);
}

static int add_clause(struct cp_clauses *clauses,
                      const struct cp_part *part,
                      enum cp_direction direction,
                      uint8_t needs,
                      bool is_doubt)
{
    enum side own = direction == CP_INGRESS ? SIDE_DESTINATION : SIDE_SOURCE;
    struct cp_clause *clause;

    if (is_empty(part))
        return CALPOL_OK;
    clause = cp_array_push(clauses->work, &clauses->items);
    if (!clause)
        return CALPOL_ERROR_NO_MEMORY;
    *clause = (struct cp_clause){
        .own = part->addresses[own],
        .peers = part->addresses[own == SIDE_SOURCE ? SIDE_DESTINATION : SIDE_SOURCE],
        .transport = part->transport,
        .source_ports = part->source_ports,
        .needs = needs,
        .is_doubt = is_doubt,
    };
    return CALPOL_OK;
}

/* EV-96: a rule on HTTP holds as it stands for what is not TCP; else it takes that there is none. */
static bool hangs_on_http(const struct cp_clauses *clauses, const struct cp_rule *rule)
{
    bool method =
        rule->criteria & 1u << CP_CRITERION_HTTP_METHOD && !rule->details->http_any_method;
    bool path = rule->criteria & 1u << CP_CRITERION_HTTP_PATH;

    return !clauses->ruleset->options.http_ignore && (method || path);
}

static int add_http_clauses(struct cp_clauses *clauses,
                            const struct cp_part *part,
                            enum cp_direction direction,
                            uint8_t needs,
                            bool is_doubt)
{
    struct cp_part tcp = *part, other = *part;
    uint32_t set;
    int status = cp_transports_of_protocol(clauses, CP_PROTOCOL_TCP, &set);

    if (status ||
        !cp_ranges_intersect(&clauses->transports, part->transport, set, &tcp.transport) ||
        !cp_ranges_complement(&clauses->transports, set, &set) ||
        !cp_ranges_intersect(&clauses->transports, part->transport, set, &other.transport))
        return CALPOL_ERROR_NO_MEMORY;
    status = add_clause(clauses, &tcp, direction, needs | CP_NEED_NO_HTTP, is_doubt);
    return status ? status : add_clause(clauses, &other, direction, needs, is_doubt);
}

static int add_clauses(struct product *product,
                       enum cp_direction direction,
                       uint8_t needs,
                       bool is_doubt)
{
    bool http = hangs_on_http(product->clauses, product->rule);
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < product->parts->items.count; i++) {
        const struct cp_part *part = &product->parts->items.items[i];

        if (http)
            status = add_http_clauses(product->clauses, part, direction, needs, is_doubt);
        else
            status = add_clause(product->clauses, part, direction, needs, is_doubt);
    }
    return status;
}

/* Domains that nobody told may bring an outside destination in, or keep it out (EV-97, EV-98). */
struct domain_effect {
    bool only;        /* a criterion of its own: without domains the rule never matches */
    bool by_selector; /* the selector may hold for sets with matching domains as well */
    bool by_not_selector;
};

static bool has_domain_sets(const struct cp_clauses *clauses, uint32_t selector)
{
    return selector != CP_NONE && clauses->ruleset->selectors[selector].domain_set_count > 0;
}

static struct domain_effect domain_effect_of(const struct product *product,
                                             enum cp_direction direction)
{
    const struct cp_rule *rule = product->rule;
    bool counts = direction == CP_EGRESS && rule->action == CALPOL_ACTION_ALLOW;
    struct domain_effect effect = {
        .only = asks(product, SIDE_SOURCE, CP_CRITERION_SOURCE_DOMAINS) ||
                asks(product, SIDE_DESTINATION, CP_CRITERION_SOURCE_DOMAINS),
    };

    if (counts && asks(product, SIDE_DESTINATION, CP_CRITERION_SOURCE_SELECTOR))
        effect.by_selector = has_domain_sets(product->clauses, rule->destination->selector);
    if (counts && asks(product, SIDE_DESTINATION, CP_CRITERION_SOURCE_NOT_SELECTOR))
        effect.by_not_selector = has_domain_sets(product->clauses, rule->destination->not_selector);
    return effect;
}

/* The clauses of a rule as it stands, then those that it has if the domains are not told. */
static int take_apart(struct cp_clauses *clauses,
                      const struct cp_rule *rule,
                      enum cp_direction direction)
{
    struct product product = {
        .clauses = clauses,
        .rule = rule,
        .parts = &clauses->parts,
        .sum = &clauses->sum,
        .next = &clauses->next,
    };
    struct domain_effect effect = domain_effect_of(&product, direction);
    uint8_t needs = effect.by_not_selector ? CP_NEED_NO_DOMAINS : 0;
    int status = cp_slots_know(clauses, rule) ? multiply_all(&product, false) : CALPOL_ERROR_LIMIT;

    if (!status && !effect.only)
        status = add_clauses(&product, direction, needs, false);
    if (!status && effect.by_selector)
        status = multiply_all(&product, true);
    if (!status && (effect.only || effect.by_selector))
        status = add_clauses(&product, direction, CP_NEED_NO_DOMAINS, true);
    return status;
}

/* What a rule that is not void asks for. */
static uint16_t asks_of(const struct cp_clauses *clauses, const struct cp_rule *rule)
{
    static const uint32_t ports = 1u << CP_CRITERION_DESTINATION_PORTS |
                                  1u << CP_CRITERION_DESTINATION_NOT_PORTS |
                                  1u << CP_CRITERION_DESTINATION_SERVICE;
    static const uint32_t icmp = 1u << CP_CRITERION_ICMP | 1u << CP_CRITERION_NOT_ICMP;
    static const uint32_t source_ports =
        1u << CP_CRITERION_SOURCE_PORTS | 1u << CP_CRITERION_SOURCE_NOT_PORTS;
    const uint8_t with_ports = 1u << CP_SLOT_TCP | 1u << CP_SLOT_UDP | 1u << CP_SLOT_SCTP;
    const uint8_t with_icmp = 1u << CP_SLOT_ICMP | 1u << CP_SLOT_ICMPV6;
    uint8_t slots = cp_slots_of_rule(clauses, rule);
    unsigned asks = 0;

    if (rule->criteria & ports)
        asks |= slots & with_ports;
    if (rule->criteria & icmp)
        asks |= slots & with_icmp;
    if (rule->criteria & source_ports)
        asks |= (unsigned)(slots & with_ports) << CP_SLOT_COUNT;
    return (uint16_t)asks;
}

/* Marks of spans that are not made yet, and of rules that cannot be said in clauses. */
#define NOT_MADE UINT32_MAX
#define NOT_SAID (UINT32_MAX - 1)

static bool is_of_one_family(const struct cp_rule *rule)
{
    return rule->criteria & (1u << CP_CRITERION_IP_VERSION | 1u << CP_CRITERION_NET_FAMILY);
}

/* Spans are in pages, for an update asks for few of many rules. */
#define SPANS_OF_PAGE 128u

/* Where a span is, or will be. NULL: no memory. */
static struct cp_clause_span *find_span(struct cp_clauses *clauses, uint32_t number, int family)
{
    size_t at = (size_t)number * 2 + (size_t)family;
    struct cp_clause_span **page = &clauses->spans[at / SPANS_OF_PAGE];

    if (!*page) {
        *page = CP_NEW_ARRAY(clauses->work, struct cp_clause_span, SPANS_OF_PAGE);
        for (uint32_t i = 0; *page && i < SPANS_OF_PAGE; i++)
            (*page)[i].count = NOT_MADE;
    }
    return *page ? &(*page)[at % SPANS_OF_PAGE] : NULL;
}

int cp_clauses_of_rule(struct cp_clauses *clauses,
                       const struct cp_rule *rule,
                       uint32_t number,
                       enum cp_direction direction,
                       int family,
                       struct cp_clause_span **out_span)
{
    struct cp_clause_span *span = find_span(clauses, number, is_of_one_family(rule) ? family : 0);
    int status = CALPOL_OK;

    if (!span)
        return CALPOL_ERROR_NO_MEMORY;
    if (span->count == NOT_MADE) {
        span->first = clauses->items.count;
        if (!is_void(clauses, rule, family)) {
            span->asks = asks_of(clauses, rule);
            status = take_apart(clauses, rule, direction);
        }
        if (status == CALPOL_ERROR_NO_MEMORY)
            return status;
        span->count = status ? NOT_SAID : clauses->items.count - span->first;
    }
    *out_span = span;
    return span->count == NOT_SAID ? CALPOL_ERROR_LIMIT : CALPOL_OK;
}

int cp_clauses_init(struct cp_clauses *clauses,
                    struct cp_classes *classes,
                    uint32_t rule_count,
                    const uint8_t *slots,
                    struct cp_arena *work)
{
    size_t page_count = ((size_t)rule_count * 2 + SPANS_OF_PAGE - 1) / SPANS_OF_PAGE;

    *clauses = (struct cp_clauses){
        .ruleset = classes->ruleset,
        .work = work,
        .classes = classes,
    };
    clauses->spans = CP_NEW_ARRAY(work, struct cp_clause_span *, page_count);
    if (!clauses->spans || !cp_range_pool_init(&clauses->source_ports, work, CP_PORT_COUNT))
        return CALPOL_ERROR_NO_MEMORY;
    return cp_transports_init(clauses, slots);
}
