/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Handles of workloads that are in no input, and flows with them.
 */
#include "calpol/endpoint.h"

#include "api/abi.h"
#include "api/endpoint.h"
#include "evaluate/resolve.h"
#include "net/protocol.h"

struct calpol_endpoint {
    struct calpol_allocator allocator;
    struct cp_arena arena;
    struct calpol_ruleset *ruleset;
    struct cp_handle handle;
};

/* ---- What is known of a workload ------------------------------------------------------------- */

static bool are_texts(const char *const *texts, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!texts || !texts[i])
            return false;
    }
    return true;
}

static bool are_ports(const struct calpol_endpoint_port *ports, uint32_t count)
{
    static const uint8_t zero[sizeof(ports->reserved)] = {0};

    for (uint32_t i = 0; i < count; i++) {
        if (!ports || !ports[i].name || memcmp(ports[i].reserved, zero, sizeof(zero)) != 0)
            return false;
    }
    return true;
}

static bool is_spec(const struct calpol_endpoint_spec *spec)
{
    static const uint32_t zero[sizeof(spec->reserved) / sizeof(spec->reserved[0])] = {0};

    return memcmp(spec->reserved, zero, sizeof(zero)) == 0 &&
           are_texts(spec->label_keys, spec->label_count) &&
           are_texts(spec->label_values, spec->label_count) &&
           are_ports(spec->ports, spec->port_count) && (spec->addresses || !spec->address_count) &&
           (!spec->profiles || are_texts(spec->profiles, spec->profile_count));
}

/* NULL is empty. */
static struct cp_text text_of(const char *string)
{
    return string ? cp_text_from(string) : cp_text_make("", 0);
}

/* A copy for the lists of an owner, which outlive the caller's texts. */
static bool copy_text(struct cp_arena *arena, const char *string, struct cp_text *out_text)
{
    size_t length = string ? strlen(string) : 0;
    const char *bytes = cp_arena_text(arena, string ? string : "", length);

    *out_text = cp_text_make(bytes, length);
    return bytes != NULL;
}

static bool read_labels(const struct calpol_endpoint_spec *spec,
                        struct cp_arena *arena,
                        struct cp_participant_words *words)
{
    struct cp_label_words *labels = CP_NEW_ARRAY(arena, struct cp_label_words, spec->label_count);

    if (!labels)
        return false;
    for (uint32_t i = 0; i < spec->label_count; i++)
        labels[i] =
            (struct cp_label_words){text_of(spec->label_keys[i]), text_of(spec->label_values[i])};
    words->has_labels = true;
    words->labels = labels;
    words->label_count = spec->label_count;
    return true;
}

/* Ports without a name, or of protocols that have none, are nobody's business. */
static bool read_ports(const struct calpol_endpoint_spec *spec,
                       struct cp_arena *arena,
                       struct cp_participant_words *words)
{
    struct cp_port_words *ports = CP_NEW_ARRAY(arena, struct cp_port_words, spec->port_count);

    if (!ports)
        return false;
    for (uint32_t i = 0; i < spec->port_count; i++) {
        const struct calpol_endpoint_port *port = &spec->ports[i];
        uint8_t protocol = port->protocol ? port->protocol : CP_PROTOCOL_TCP;

        if (port->name[0] && cp_protocol_has_ports(protocol))
            ports[words->port_count++] =
                (struct cp_port_words){text_of(port->name), protocol, port->port};
    }
    words->ports = ports;
    return true;
}

static bool read_profiles(const struct calpol_endpoint_spec *spec,
                          struct cp_arena *arena,
                          struct cp_participant_words *words)
{
    struct cp_text *profiles;

    if (!spec->profiles)
        return true;
    profiles = CP_NEW_ARRAY(arena, struct cp_text, spec->profile_count);
    for (uint32_t i = 0; profiles && i < spec->profile_count; i++) {
        if (!copy_text(arena, spec->profiles[i], &profiles[i]))
            return false;
    }
    words->has_profiles = true;
    words->profiles = profiles;
    words->profile_count = spec->profile_count;
    return profiles != NULL;
}

/* The addresses in the form that the library has them. */
static int read_addresses(const struct calpol_endpoint_spec *spec,
                          struct cp_arena *arena,
                          struct calpol_address **out_addresses)
{
    struct calpol_address *addresses =
        CP_NEW_ARRAY(arena, struct calpol_address, spec->address_count);

    if (!addresses)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < spec->address_count; i++) {
        if (spec->addresses[i].family != 4 && spec->addresses[i].family != 6)
            return CALPOL_ERROR_INVALID_INPUT;
        addresses[i] = cp_plain_address(&spec->addresses[i]);
    }
    *out_addresses = addresses;
    return CALPOL_OK;
}

static int make_handle(const struct calpol_endpoint_spec *spec, struct calpol_endpoint *endpoint)
{
    struct cp_arena *arena = &endpoint->arena;
    struct cp_participant_words words = {
        .node = text_of(spec->node),
        .has_namespace = true,
    };
    struct calpol_address *addresses;
    int status = read_addresses(spec, arena, &addresses);

    if (status)
        return status;
    if (!copy_text(arena, spec->namespace_name ? spec->namespace_name : "default",
                   &words.namespace_name) ||
        !copy_text(arena, spec->service_account ? spec->service_account : "",
                   &words.service_account) ||
        !read_labels(spec, arena, &words) || !read_ports(spec, arena, &words) ||
        !read_profiles(spec, arena, &words))
        return CALPOL_ERROR_NO_MEMORY;
    return cp_handle_make(endpoint->ruleset, &words, addresses, spec->address_count, arena,
                          &endpoint->handle);
}

/* ---- Birth and end --------------------------------------------------------------------------- */

int calpol_endpoint_new(calpol_ruleset *ruleset,
                        const struct calpol_endpoint_spec *spec,
                        size_t spec_size,
                        calpol_endpoint **out_endpoint)
{
    struct calpol_endpoint_spec ours;
    struct calpol_endpoint *endpoint;
    int status;

    if (!ruleset || !spec || !out_endpoint)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    *out_endpoint = NULL;
    status = cp_abi_read(CALPOL_STRUCT_ENDPOINT_SPEC, spec, spec_size, &ours);
    if (status)
        return status;
    if (!is_spec(&ours))
        return CALPOL_ERROR_INVALID_ARGUMENT;
    endpoint = cp_allocate(&ruleset->allocator, sizeof(*endpoint));
    if (!endpoint)
        return CALPOL_ERROR_NO_MEMORY;
    *endpoint = (struct calpol_endpoint){.allocator = ruleset->allocator};
    cp_arena_init(&endpoint->arena, &ruleset->allocator);
    endpoint->ruleset = cp_ruleset_ref(ruleset);
    status = make_handle(&ours, endpoint);
    if (status)
        calpol_endpoint_free(endpoint);
    else
        *out_endpoint = endpoint;
    return status;
}

int calpol_endpoint_is_fast(const calpol_endpoint *endpoint)
{
    return endpoint && endpoint->handle.is_fast;
}

void calpol_endpoint_free(calpol_endpoint *endpoint)
{
    struct calpol_allocator allocator;

    if (!endpoint)
        return;
    allocator = endpoint->allocator;
    cp_arena_finish(&endpoint->arena);
    cp_ruleset_unref(endpoint->ruleset);
    cp_release(&allocator, endpoint, sizeof(*endpoint));
}

uint32_t calpol_handle(uint32_t index)
{
    return CALPOL_HANDLE(index);
}

/* ---- Flows ----------------------------------------------------------------------------------- */

static bool is_handle(uint32_t endpoint)
{
    return endpoint >= CALPOL_HANDLE(0) && endpoint != CALPOL_NONE;
}

/* The handle that an end names, NULL if it names none. False: it names one that is not there. */
static bool find_handle(const struct cp_handle_table *table,
                        uint32_t endpoint,
                        const struct cp_handle **out_handle)
{
    uint32_t index = endpoint - CALPOL_HANDLE(0);
    const struct calpol_endpoint *found;

    *out_handle = NULL;
    if (!is_handle(endpoint))
        return true;
    if (index >= table->count)
        return false;
    found = table->endpoints[index];
    if (!found || found->ruleset != table->ruleset)
        return false;
    *out_handle = &found->handle;
    return true;
}

bool cp_flow_has_handle(const struct calpol_flow *flow)
{
    return is_handle(flow->source_endpoint) || is_handle(flow->destination_endpoint);
}

int cp_judge_with_handles(const struct cp_handle_table *table,
                          const struct cp_fast_kernel *kernel,
                          const struct calpol_flow *flow,
                          struct calpol_verdict *out_verdict)
{
    const struct cp_handle *source, *destination;

    if (!find_handle(table, flow->source_endpoint, &source) ||
        !find_handle(table, flow->destination_endpoint, &destination))
        return CALPOL_ERROR_INVALID_INPUT;
    return cp_handle_judge(table->ruleset, kernel, source, destination, flow, out_verdict);
}
