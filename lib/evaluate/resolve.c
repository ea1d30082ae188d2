/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Resolving a flow: its participants, its family and addresses, and the rest of its fields.
 */
#include "evaluate/resolve.h"

#include "evaluate/participant.h"
#include "evaluate/service.h"
#include "net/http_path.h"

/* ---- Family and addresses (EV-7, EV-14) ---------------------------------------------------- */

/* The addresses that a party may use, one after the other. */
static bool next_address(const struct cp_world *world,
                         const struct cp_party *party,
                         uint32_t *cursor,
                         struct calpol_address *out_address)
{
    uint32_t i = (*cursor)++;

    if (party->addresses == CP_ADDRESSES_LIST) {
        if (i >= party->list_count)
            return false;
        *out_address = party->list[i];
        return true;
    }
    if (party->addresses == CP_ADDRESSES_OWNER) {
        const struct cp_prefixes *nets = &cp_world_owner(world, party->owner)->nets;

        if (i >= nets->count)
            return false;
        *out_address = nets->items[i].address;
        return true;
    }
    return false;
}

/* The first address of a family; family 0: the first of any. */
static bool first_address(const struct cp_world *world,
                          const struct cp_party *party,
                          uint8_t family,
                          struct calpol_address *out_address)
{
    uint32_t cursor = 0;

    while (next_address(world, party, &cursor, out_address)) {
        if (!family || out_address->family == family)
            return true;
    }
    return false;
}

/* Does the flow leave it to EV-14 which of its addresses a party uses? */
static bool is_open(const struct cp_world *world, const struct cp_party *party)
{
    struct calpol_address first;

    return !party->has_address && first_address(world, party, 0, &first);
}

/* The first family in the destination's list that the source has too; 0: none. */
static uint8_t common_family(const struct cp_world *world, const struct cp_flow *flow)
{
    struct calpol_address address, other;
    uint32_t cursor = 0;

    while (next_address(world, &flow->destination, &cursor, &address)) {
        if (first_address(world, &flow->source, address.family, &other))
            return address.family;
    }
    return 0;
}

static uint8_t settle_family(const struct cp_world *world, const struct cp_flow *flow)
{
    bool source = is_open(world, &flow->source);
    bool destination = is_open(world, &flow->destination);
    struct calpol_address first;

    if (flow->given_family)
        return flow->given_family;
    if (source && destination)
        return common_family(world, flow);
    if ((source || destination) &&
        first_address(world, source ? &flow->source : &flow->destination, 0, &first))
        return first.family;
    return 4;
}

static bool settle_address(const struct cp_world *world, uint8_t family, struct cp_party *party)
{
    if (!is_open(world, party))
        return true;
    party->has_address = first_address(world, party, family, &party->address);
    party->address_chosen = party->has_address;
    return party->has_address;
}

static void reopen(struct cp_party *party)
{
    if (party->address_chosen)
        party->has_address = false;
    party->address_chosen = false;
}

bool cp_settle_addresses(const struct cp_world *world, struct cp_flow *flow)
{
    reopen(&flow->source);
    reopen(&flow->destination);
    flow->family = settle_family(world, flow);
    return flow->family && settle_address(world, flow->family, &flow->source) &&
           settle_address(world, flow->family, &flow->destination);
}

/* Takes a family that the flow tells. False: it tells another one, too. */
static bool give_family(struct cp_flow *flow, uint8_t family)
{
    if (!family)
        return true;
    if (flow->given_family && flow->given_family != family)
        return false;
    flow->given_family = family;
    return true;
}

static bool give_address_family(struct cp_flow *flow, const struct cp_party *party)
{
    return !party->has_address || give_family(flow, party->address.family);
}

/* ---- In words ------------------------------------------------------------------------------ */

static int fail(struct cp_flow_problem *problem,
                enum calpol_flow_error error,
                const char *field,
                struct cp_text text)
{
    *problem = (struct cp_flow_problem){error, text, field};
    return CALPOL_ERROR_INVALID_INPUT;
}

static void take_ports(const struct cp_flow_words *words, struct cp_flow *flow)
{
    flow->state = words->state;
    flow->has_protocol = words->has_protocol;
    flow->protocol = words->protocol;
    flow->has_source_port = words->has_source_port;
    flow->source_port = words->source_port;
    flow->has_destination_port = words->has_destination_port;
    flow->destination_port = words->destination_port;
    flow->has_icmp_type = words->has_icmp_type;
    flow->icmp_type = words->icmp_type;
    flow->has_icmp_code = words->has_icmp_code;
    flow->icmp_code = words->icmp_code;
}

/* EV-5, EV-95 */
static int take_http(const struct cp_flow_words *words,
                     struct cp_arena *arena,
                     struct cp_flow *flow,
                     struct cp_flow_problem *problem)
{
    char *buffer;

    flow->http = words->http;
    if (words->http != CP_KNOWN)
        return CALPOL_OK;
    flow->has_method = words->has_method;
    flow->method = words->method;
    flow->has_path = words->has_path;
    if (!words->has_path)
        return CALPOL_OK;
    if (!cp_text_starts_with(words->path, CP_TEXT("/")))
        return fail(problem, CALPOL_FLOW_BAD_HTTP_PATH, "http.path", words->path);
    buffer = cp_arena_allocate(arena, words->path.length);
    if (!buffer)
        return CALPOL_ERROR_NO_MEMORY;
    flow->path_valid = cp_http_path_normalize(words->path, buffer, &flow->path);
    return CALPOL_OK;
}

/* EV-6, EV-8 */
static void take_destination(const struct cp_flow_words *words, struct cp_flow *flow)
{
    flow->domains = words->domains == CP_UNKNOWN ? CP_UNKNOWN : CP_KNOWN;
    flow->domain_names = words->domain_names;
    flow->domain_count = words->domain_count;
    flow->pre_dnat = (struct cp_pre_dnat){
        .present = words->has_pre_dnat_address || words->has_pre_dnat_port,
        .address_known = words->has_pre_dnat_address ? CP_KNOWN : CP_ABSENT,
        .has_port = words->has_pre_dnat_port,
        .address = words->pre_dnat_address,
        .port = words->pre_dnat_port,
    };
}

/* Everything that the flow says about its family agrees (EV-7). */
static bool take_families(const struct cp_flow_words *words, struct cp_flow *flow)
{
    return give_family(flow, words->ip_version) && give_family(flow, words->source.ip_version) &&
           give_family(flow, words->destination.ip_version) &&
           give_address_family(flow, &flow->source) &&
           give_address_family(flow, &flow->destination) &&
           (!words->has_pre_dnat_address || give_family(flow, words->pre_dnat_address.family));
}

int cp_resolve(struct cp_world *world,
               const struct cp_flow_words *words,
               struct cp_arena *arena,
               struct cp_flow *out_flow,
               struct cp_flow_problem *out_problem)
{
    const struct cp_text none = {NULL, 0};
    struct cp_participants participants = {
        .world = world,
        .arena = arena,
        .flow = out_flow,
        .problem = out_problem,
    };
    int status;

    *out_flow = (struct cp_flow){.service = CP_NONE, .service_port = CP_NONE};
    cp_world_clear_inline(world);
    take_ports(words, out_flow);
    take_destination(words, out_flow);
    status = take_http(words, arena, out_flow, out_problem);
    if (!status)
        status = cp_find_participants(&participants, words);
    if (status)
        return status;
    if (!take_families(words, out_flow) || !cp_settle_addresses(world, out_flow))
        return fail(out_problem, CALPOL_FLOW_MIXED_IP_VERSIONS, "", none);
    cp_flow_find_rewrite(world, out_flow);
    return CALPOL_OK;
}

/* ---- Plain --------------------------------------------------------------------------------- */

struct calpol_address cp_plain_address(const struct calpol_address *address)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
    struct calpol_address result = {.family = address->family};
    bool is_mapped = address->family == 6 && memcmp(address->bytes, mapped, sizeof(mapped)) == 0;

    if (is_mapped)
        result.family = 4;
    memcpy(result.bytes, is_mapped ? address->bytes + sizeof(mapped) : address->bytes,
           result.family == 4 ? 4 : 16);
    return result;
}

static enum calpol_flow_error plain_party(const struct cp_world *world,
                                          uint32_t endpoint,
                                          const struct calpol_address *given,
                                          struct cp_party *party)
{
    const struct calpol_ruleset *ruleset = world->ruleset;
    struct calpol_address address = {0};

    if (given->family != 0 && given->family != 4 && given->family != 6)
        return CALPOL_FLOW_BAD_ADDRESS;
    if (given->family)
        address = cp_plain_address(given);
    if (endpoint != CALPOL_NONE) {
        bool is_inline =
            endpoint >= cp_ruleset_owner_count(ruleset) && endpoint < cp_world_owner_count(world);

        if (!is_inline && endpoint >= ruleset->workload_count + ruleset->host_endpoint_count)
            return CALPOL_FLOW_UNKNOWN_REF;
        cp_party_of_owner(world, endpoint, party);
    } else if (address.family) {
        cp_party_of_address(world, &address, party);
    } else {
        *party = (struct cp_party){.owner = CP_NONE, .node = CP_NONE};
    }
    party->has_address = address.family != 0;
    party->address = address;
    return CALPOL_FLOW_OK;
}

static void plain_fields(const struct calpol_flow *plain, struct cp_flow *flow)
{
    uint32_t given = plain->given;

    flow->state = plain->state;
    flow->has_protocol = given & CALPOL_GIVEN_PROTOCOL;
    flow->protocol = plain->protocol;
    flow->has_source_port = given & CALPOL_GIVEN_SOURCE_PORT;
    flow->source_port = plain->source_port;
    flow->has_destination_port = given & CALPOL_GIVEN_DESTINATION_PORT;
    flow->destination_port = plain->destination_port;
    flow->has_icmp_type = given & CALPOL_GIVEN_ICMP_TYPE;
    flow->icmp_type = plain->icmp_type;
    flow->has_icmp_code = given & CALPOL_GIVEN_ICMP_CODE;
    flow->icmp_code = plain->icmp_code;
    flow->http = given & CALPOL_GIVEN_NO_HTTP ? CP_ABSENT : CP_UNKNOWN;
    flow->domains = given & CALPOL_GIVEN_NO_DOMAINS ? CP_KNOWN : CP_UNKNOWN;
}

enum calpol_flow_error cp_resolve_plain(const struct cp_world *world,
                                        const struct calpol_flow *plain,
                                        struct cp_flow *out_flow)
{
    enum calpol_flow_error error;

    *out_flow = (struct cp_flow){.service = CP_NONE, .service_port = CP_NONE};
    if (plain->state > CALPOL_STATE_INVALID)
        return CALPOL_FLOW_BAD_FIELD;
    plain_fields(plain, out_flow);
    error = plain_party(world, plain->source_endpoint, &plain->source_address, &out_flow->source);
    if (!error)
        error = plain_party(world, plain->destination_endpoint, &plain->destination_address,
                            &out_flow->destination);
    if (error)
        return error;
    if (!give_address_family(out_flow, &out_flow->source) ||
        !give_address_family(out_flow, &out_flow->destination) ||
        !cp_settle_addresses(world, out_flow))
        return CALPOL_FLOW_MIXED_IP_VERSIONS;
    cp_flow_find_rewrite(world, out_flow);
    return CALPOL_FLOW_OK;
}
