/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Finding participants: by reference, by address, by description.
 */
#include "evaluate/participant.h"

#include "base/number.h"
#include "evaluate/inline.h"
#include "net/protocol.h"
#include "ruleset/lookup.h"

/* One end being found. */
struct end {
    struct cp_participants *both;
    bool is_destination;
    const struct cp_participant_words *words;
    struct cp_party *party;
};

/* ---- Parties ------------------------------------------------------------------------------- */

static const struct cp_party nobody = {
    .kind = CP_PARTY_EXTERNAL,
    .owner = CP_NONE,
    .node = CP_NONE,
};

void cp_party_of_owner(const struct cp_world *world, uint32_t owner, struct cp_party *out_party)
{
    const struct cp_owner *found = cp_world_owner(world, owner);

    *out_party = nobody;
    out_party->owner = owner;
    out_party->node = found->node;
    out_party->addresses = CP_ADDRESSES_OWNER;
    if (found->kind == CP_OWNER_WORKLOAD)
        out_party->kind = CP_PARTY_WORKLOAD;
    else if (found->kind == CP_OWNER_HOST)
        out_party->kind = CP_PARTY_HOST;
}

void cp_party_of_node(const struct cp_world *world, uint32_t node, struct cp_party *out_party)
{
    const struct cp_node_entry *entry = cp_world_node(world, node);

    *out_party = nobody;
    out_party->kind = CP_PARTY_HOST;
    out_party->node = node;
    if (entry) {
        out_party->addresses = CP_ADDRESSES_LIST;
        out_party->list = entry->addresses;
        out_party->list_count = entry->address_count;
    }
}

static void party_of_host_pod(const struct cp_world *world,
                              const struct cp_host_pod *pod,
                              struct cp_party *out_party)
{
    cp_party_of_node(world, pod->node, out_party);
    if (pod->address_count) {
        out_party->addresses = CP_ADDRESSES_LIST;
        out_party->list = pod->addresses;
        out_party->list_count = pod->address_count;
    }
}

/* ---- By address (EV-11) -------------------------------------------------------------------- */

/* The smallest number of a workload, else of a host endpoint, that owns the address. */
static uint32_t endpoint_of(const struct cp_world *world, const struct calpol_address *address)
{
    const struct calpol_ruleset *ruleset = world->ruleset;
    uint32_t endpoint_count = ruleset->workload_count + ruleset->host_endpoint_count;
    uint32_t owner, first = CP_NONE;
    struct cp_trie_walk walk;

    for (bool more = cp_prefix_trie_first(&ruleset->owner_trie, address, &walk, &owner); more;
         more = cp_prefix_trie_next(&ruleset->owner_trie, &walk, &owner)) {
        if (owner < endpoint_count && owner < first)
            first = owner;
    }
    return first;
}

static uint32_t inline_of(const struct cp_world *world, const struct calpol_address *address)
{
    for (uint32_t i = 0; i < world->inline_count; i++) {
        const struct cp_prefixes *nets = &world->inline_owners[i].nets;

        if (nets->count && cp_prefix_contains(&nets->items[0], address))
            return cp_ruleset_owner_count(world->ruleset) + i;
    }
    return CP_NONE;
}

static uint32_t node_of(const struct cp_world *world, const struct calpol_address *address)
{
    const struct cp_prefix_trie *trie = &world->ruleset->node_trie;
    uint32_t node, first = CP_NONE;
    struct cp_trie_walk walk;

    for (bool more = cp_prefix_trie_first(trie, address, &walk, &node); more;
         more = cp_prefix_trie_next(trie, &walk, &node)) {
        if (node < first)
            first = node;
    }
    return first;
}

void cp_party_of_address(const struct cp_world *world,
                         const struct calpol_address *address,
                         struct cp_party *out_party)
{
    uint32_t endpoint = endpoint_of(world, address);
    uint32_t described = inline_of(world, address), node;

    /* Declared workloads come before described ones, and these before host endpoints. */
    if (described != CP_NONE && endpoint >= world->ruleset->workload_count)
        endpoint = described;
    if (endpoint != CP_NONE) {
        cp_party_of_owner(world, endpoint, out_party);
        /* EV-11: the node of a host endpoint, not that host endpoint itself. */
        if (out_party->kind == CP_PARTY_HOST)
            out_party->owner = CP_NONE;
    } else if ((node = node_of(world, address)) != CP_NONE) {
        cp_party_of_node(world, node, out_party);
    } else {
        *out_party = nobody;
    }
    out_party->addresses = CP_ADDRESSES_NONE;
    out_party->has_address = true;
    out_party->address = *address;
}

/* ---- By reference -------------------------------------------------------------------------- */

static int fail(const struct end *end,
                enum calpol_flow_error error,
                const char *const fields[2],
                struct cp_text text)
{
    *end->both->problem = (struct cp_flow_problem){error, text, fields[end->is_destination]};
    return CALPOL_ERROR_INVALID_INPUT;
}

static int fail_reference(const struct end *end, enum calpol_flow_error error)
{
    static const char *const fields[] = {"source.ref", "destination.ref"};

    return fail(end, error, fields, end->words->reference);
}

/* "pod:" + text, for the short form "NS/NAME". */
static int lookup_short(const struct end *end,
                        struct cp_text text,
                        const struct cp_reference **out_reference)
{
    struct cp_buffer full;

    cp_buffer_init(&full, end->both->arena);
    cp_buffer_format(&full, "pod:%t", text);
    if (full.failed)
        return CALPOL_ERROR_NO_MEMORY;
    *out_reference = cp_lookup_reference(end->both->world->ruleset, cp_buffer_text(&full));
    return CALPOL_OK;
}

/* The port of a Service by name, or by number in whatever protocol the flow leaves open. */
static uint32_t find_service_port(const struct cp_service *service,
                                  const struct cp_flow *flow,
                                  struct cp_text port)
{
    uint64_t number;
    bool is_number = cp_number_parse_unsigned(port, UINT16_MAX, &number);

    for (uint32_t i = 0; i < service->port_count; i++) {
        const struct cp_service_port_entry *entry = &service->ports[i];

        if (flow->has_protocol && flow->protocol != entry->protocol)
            continue;
        if (is_number ? entry->port == number : cp_text_equal(entry->name, port))
            return i;
    }
    return CP_NONE;
}

/* A port that the reference names is one that the flow tells: false if it tells another one
   besides. Clients of a headless Service who name its port by name get the number from DNS. */
static bool take_service_port(struct cp_flow *flow,
                              const struct cp_service *service,
                              struct cp_text port)
{
    const struct cp_service_port_entry *entry = &service->ports[flow->service_port];
    bool is_by_name = cp_text_equal(entry->name, port);

    if (service->headless && is_by_name)
        return true;
    if (flow->has_destination_port)
        return flow->destination_port == entry->port;
    flow->has_destination_port = true;
    flow->destination_port = entry->port;
    return true;
}

static int find_service(struct end *end, const struct cp_reference *reference, struct cp_text port)
{
    struct cp_flow *flow = end->both->flow;
    const struct cp_service *service = &end->both->world->ruleset->services[reference->id];

    if (!end->is_destination)
        return fail_reference(end, CALPOL_FLOW_BAD_FIELD);
    *end->party = nobody;
    if (service->cluster_ip_count && !service->headless) {
        end->party->addresses = CP_ADDRESSES_LIST;
        end->party->list = service->cluster_ips;
        end->party->list_count = service->cluster_ip_count;
    }
    flow->rewrite = CP_REWRITE_SERVICE;
    flow->service = reference->id;
    flow->service_port = CP_NONE;
    if (!port.length)
        return CALPOL_OK;
    flow->service_port = find_service_port(service, flow, port);
    if (flow->service_port == CP_NONE)
        return fail_reference(end, CALPOL_FLOW_UNKNOWN_REF);
    return take_service_port(flow, service, port) ? CALPOL_OK
                                                  : fail_reference(end, CALPOL_FLOW_BAD_FIELD);
}

/* "service:NS/NAME:PORT" is a reference and a port. */
static struct cp_text split_port(struct cp_text reference, struct cp_text *out_port)
{
    struct cp_text name = cp_text_from_byte(reference, strlen("service:"));
    size_t colon = SIZE_MAX;

    *out_port = cp_text_make(NULL, 0);
    if (cp_text_starts_with(reference, CP_TEXT("service:")))
        colon = cp_text_find_byte(name, ':');
    if (colon == SIZE_MAX)
        return reference;
    *out_port = cp_text_from_byte(name, colon + 1);
    return cp_text_first(reference, strlen("service:") + colon);
}

static int take_reference(struct end *end,
                          const struct cp_reference *reference,
                          struct cp_text port)
{
    struct cp_world *world = end->both->world;

    switch (reference ? reference->type : CP_REFERENCE_NONE) {
    case CP_REFERENCE_OWNER:
        cp_party_of_owner(world, reference->id, end->party);
        return CALPOL_OK;
    case CP_REFERENCE_NODE:
        cp_party_of_node(world, reference->id, end->party);
        return CALPOL_OK;
    case CP_REFERENCE_HOST_POD:
        party_of_host_pod(world, &world->ruleset->host_pods[reference->id], end->party);
        return CALPOL_OK;
    case CP_REFERENCE_SERVICE:
        return find_service(end, reference, port);
    case CP_REFERENCE_FINISHED:
        return fail_reference(end, CALPOL_FLOW_ENDPOINT_FINISHED);
    case CP_REFERENCE_NONE:
        break;
    }
    return fail_reference(end, CALPOL_FLOW_UNKNOWN_REF);
}

/* EV-10, and the short forms: an address, "ip:ADDRESS", "NS/NAME" of a workload. */
static int find_by_reference(struct end *end)
{
    const struct cp_text ip = CP_TEXT("ip:");
    struct cp_text text = end->words->reference, port;
    const struct cp_reference *reference = NULL;
    bool is_address = cp_text_starts_with(text, ip);
    struct calpol_address address;
    int status = CALPOL_OK;

    if (cp_address_parse(is_address ? cp_text_from_byte(text, ip.length) : text, &address, NULL)) {
        cp_party_of_address(end->both->world, &address, end->party);
        return CALPOL_OK;
    }
    if (is_address)
        return fail_reference(end, CALPOL_FLOW_BAD_ADDRESS);
    text = split_port(text, &port);
    if (cp_text_find_byte(text, ':') == SIZE_MAX && cp_text_find_byte(text, '/') != SIZE_MAX)
        status = lookup_short(end, text, &reference);
    else
        reference = cp_lookup_reference(end->both->world->ruleset, text);
    return status ? status : take_reference(end, reference, port);
}

/* ---- By description ------------------------------------------------------------------------ */

/* The number of a node; one that nobody declares has a number behind the declared ones, the same
   for both ends if they name the same. */
static int find_node(struct end *end, struct cp_text name, uint32_t *out_node)
{
    struct cp_participants *both = end->both;
    const struct calpol_ruleset *ruleset = both->world->ruleset;
    const struct cp_reference *reference;
    struct cp_buffer full;

    cp_buffer_init(&full, both->arena);
    cp_buffer_format(&full, "node:%t", name);
    if (full.failed)
        return CALPOL_ERROR_NO_MEMORY;
    reference = cp_lookup_reference(ruleset, cp_buffer_text(&full));
    if (reference) {
        *out_node = reference->id;
        return CALPOL_OK;
    }
    *out_node = cp_lookup_node(ruleset, name);
    if (*out_node != CP_NONE)
        return CALPOL_OK;
    *out_node = ruleset->node_count;
    if (end->is_destination && !cp_text_equal(both->source_node, name))
        *out_node += 1;
    return CALPOL_OK;
}

static int find_host(struct end *end)
{
    uint32_t node;
    int status = find_node(end, end->words->node, &node);

    if (!status)
        cp_party_of_node(end->both->world, node, end->party);
    return status;
}

/* EV-10: an inline workload joins the owners. */
static int add_inline(struct end *end)
{
    struct cp_world *world = end->both->world;
    struct cp_owner *owner = &world->inline_owners[world->inline_count];
    uint32_t number = cp_world_owner_count(world);
    int status = cp_world_add_inline(world, end->words, end->both->arena);

    if (!status && end->words->node.length)
        status = find_node(end, end->words->node, &owner->node);
    if (!status)
        cp_party_of_owner(world, number, end->party);
    return status;
}

static int find_end(struct end *end)
{
    const struct cp_participant_words *words = end->words;
    int status = CALPOL_OK;

    if (cp_is_inline(words))
        status = CALPOL_OK; /* is there already */
    else if (words->reference.length)
        status = find_by_reference(end);
    else if (words->node.length)
        status = find_host(end);
    else if (words->has_address)
        cp_party_of_address(end->both->world, &words->address, end->party);
    else
        *end->party = nobody;
    if (status)
        return status;
    if (words->has_address) {
        end->party->has_address = true;
        end->party->address = words->address;
    }
    end->party->interface_name = words->interface_name;
    return CALPOL_OK;
}

int cp_find_participants(struct cp_participants *participants, const struct cp_flow_words *words)
{
    struct cp_flow *flow = participants->flow;
    struct end source = {participants, false, &words->source, &flow->source};
    struct end destination = {participants, true, &words->destination, &flow->destination};
    int status = CALPOL_OK;

    participants->source_node = words->source.node;
    if (cp_is_inline(source.words))
        status = add_inline(&source);
    if (!status && cp_is_inline(destination.words))
        status = add_inline(&destination);
    if (!status)
        status = find_end(&source);
    return status ? status : find_end(&destination);
}

int cp_resolve_owner(const struct cp_world *world,
                     struct cp_text reference,
                     struct cp_arena *arena,
                     uint32_t *out_owner)
{
    struct cp_flow flow = {.rewrite = CP_REWRITE_NONE};
    struct cp_flow_problem problem;
    struct cp_world bare = {.ruleset = world->ruleset, .options = world->options};
    struct cp_participants both = {
        .world = &bare,
        .arena = arena,
        .flow = &flow,
        .problem = &problem,
    };
    struct cp_participant_words words = {.reference = reference};
    struct end end = {&both, true, &words, &flow.destination};
    int status = find_by_reference(&end);

    *out_owner = status ? CP_NONE : flow.destination.owner;
    return status == CALPOL_ERROR_NO_MEMORY ? status : CALPOL_OK;
}
