/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a query is told about its flow.
 *
 * A setter that is refused changes nothing, and is remembered: until the same setter succeeds or
 * the flow is set anew, the query judges nothing, since the flow would not be the one that was
 * meant.
 */
#include "api/flow_json.h"
#include "api/flow_json_parts.h"
#include "api/query.h"
#include "api/reference.h"
#include "net/domain.h"

/* Settings that make up the flow. */
#define FLOW_SETTINGS ((1u << CP_SETTING_RELABEL) - 1)

/* Ends a setter: remembers whether it was refused. */
static int settle(struct calpol_query *query, enum cp_setting setting, int status)
{
    if (status == CALPOL_ERROR_INVALID_INPUT)
        query->refused |= 1u << setting;
    else if (status == CALPOL_OK)
        query->refused &= ~(1u << setting);
    return status;
}

/* Gives a setting its new memory; the old goes. */
static void replace_arena(struct calpol_query *query,
                          enum cp_setting setting,
                          const struct cp_arena *fresh)
{
    cp_arena_finish(&query->arenas[setting]);
    query->arenas[setting] = *fresh;
}

/* ---- The whole flow ------------------------------------------------------------------------- */

static void take_flow(struct calpol_query *query,
                      const struct cp_flow_words *words,
                      const struct cp_arena *arena)
{
    for (int i = 0; i < CP_SETTING_RELABEL; i++)
        cp_arena_finish(&query->arenas[i]);
    query->arenas[CP_SETTING_FLOW] = *arena;
    query->words = *words;
    memset(&query->domains, 0, sizeof(query->domains));
    query->refused &= ~FLOW_SETTINGS;
}

int calpol_query_set_flow(calpol_query *query, const char *json, size_t length)
{
    enum calpol_flow_error error = CALPOL_FLOW_OK;
    struct cp_flow_words words;
    struct cp_buffer text;
    struct cp_arena arena;
    int status;

    if (!query || (!json && length))
        return CALPOL_ERROR_INVALID_ARGUMENT;
    cp_query_begin_error(query, &text);
    cp_arena_init(&arena, &query->allocator);
    status = cp_flow_json_read(cp_text_make(json, length), &arena, &words, &error, &text);
    if (!status) {
        take_flow(query, &words, &arena);
        return CALPOL_OK;
    }
    cp_arena_finish(&arena);
    if (status == CALPOL_ERROR_INVALID_INPUT)
        status = cp_query_fail(query, error, &text);
    return settle(query, CP_SETTING_FLOW, status);
}

/* ---- Source and destination ------------------------------------------------------------------ */

/* Makes words of a reference, or an address. */
static int read_reference(struct calpol_query *query,
                          struct cp_text reference,
                          struct cp_arena *arena,
                          struct cp_participant_words *out_words)
{
    const struct cp_text ip = CP_TEXT("ip:");
    bool is_address = cp_text_starts_with(reference, ip);
    struct cp_text address = is_address ? cp_text_from_byte(reference, ip.length) : reference;
    struct cp_buffer text;

    *out_words = (struct cp_participant_words){.ip_version = 0};
    out_words->has_address = cp_address_parse(address, &out_words->address, NULL);
    if (out_words->has_address)
        return CALPOL_OK;
    cp_query_begin_error(query, &text);
    if (is_address || !reference.length) {
        cp_buffer_format(&text, "%q is no IP address", address);
        return cp_query_fail(query, CALPOL_FLOW_BAD_ADDRESS, &text);
    }
    out_words->reference = cp_full_reference(arena, reference);
    return out_words->reference.data ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static int set_end(struct calpol_query *query,
                   enum cp_setting setting,
                   const char *reference,
                   struct cp_participant_words *end)
{
    struct cp_participant_words words;
    struct cp_arena arena;
    int status;

    cp_arena_init(&arena, &query->allocator);
    status = read_reference(query, cp_text_from(reference), &arena, &words);
    if (status) {
        cp_arena_finish(&arena);
    } else {
        replace_arena(query, setting, &arena);
        *end = words;
    }
    return settle(query, setting, status);
}

int calpol_query_set_source(calpol_query *query, const char *reference)
{
    if (!query || !reference)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    return set_end(query, CP_SETTING_SOURCE, reference, &query->words.source);
}

int calpol_query_set_destination(calpol_query *query, const char *reference)
{
    if (!query || !reference)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    return set_end(query, CP_SETTING_DESTINATION, reference, &query->words.destination);
}

/* ---- The rest -------------------------------------------------------------------------------- */

int calpol_query_set_protocol(calpol_query *query, const char *protocol)
{
    struct cp_text name = cp_text_from(protocol);
    struct cp_buffer text;
    uint8_t number;

    if (!query || !protocol)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    cp_query_begin_error(query, &text);
    if (!cp_flow_protocol(name, &number)) {
        cp_buffer_format(
            &text, "%q is no protocol, expected TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or 1 to 255",
            name);
        return settle(query, CP_SETTING_PROTOCOL,
                      cp_query_fail(query, CALPOL_FLOW_UNKNOWN_PROTOCOL, &text));
    }
    query->words.has_protocol = true;
    query->words.protocol = number;
    return settle(query, CP_SETTING_PROTOCOL, CALPOL_OK);
}

static int set_port(struct calpol_query *query,
                    enum cp_setting setting,
                    uint32_t port,
                    bool *has_port,
                    uint16_t *out_port)
{
    struct cp_buffer text;

    cp_query_begin_error(query, &text);
    if (port > UINT16_MAX) {
        cp_buffer_format(&text, "port %u is outside 0 to 65535", port);
        return settle(query, setting, cp_query_fail(query, CALPOL_FLOW_BAD_PORT, &text));
    }
    *has_port = true;
    *out_port = (uint16_t)port;
    return settle(query, setting, CALPOL_OK);
}

int calpol_query_set_source_port(calpol_query *query, uint32_t port)
{
    if (!query)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    return set_port(query, CP_SETTING_SOURCE_PORT, port, &query->words.has_source_port,
                    &query->words.source_port);
}

int calpol_query_set_destination_port(calpol_query *query, uint32_t port)
{
    if (!query)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    return set_port(query, CP_SETTING_DESTINATION_PORT, port, &query->words.has_destination_port,
                    &query->words.destination_port);
}

int calpol_query_set_icmp(calpol_query *query, int type, int code)
{
    struct cp_buffer text;

    if (!query)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    cp_query_begin_error(query, &text);
    if (type < 0 || type > UINT8_MAX || code < -1 || code > UINT8_MAX) {
        cp_buffer_format(&text, "ICMP type %d and code %d are outside 0 to 255", type, code);
        return settle(query, CP_SETTING_ICMP, cp_query_fail(query, CALPOL_FLOW_BAD_FIELD, &text));
    }
    query->words.has_icmp_type = true;
    query->words.icmp_type = (uint8_t)type;
    query->words.has_icmp_code = code >= 0;
    query->words.icmp_code = code >= 0 ? (uint8_t)code : 0;
    return settle(query, CP_SETTING_ICMP, CALPOL_OK);
}

/* Copies a text that may be NULL. False: no memory. */
static bool copy_text(struct cp_arena *arena, const char *string, struct cp_text *out_text)
{
    struct cp_text text = cp_text_from(string);

    text.data = cp_arena_text(arena, text.data, text.length);
    *out_text = text;
    return text.data != NULL;
}

static int set_http(struct calpol_query *query, const char *method, const char *path)
{
    struct cp_text method_text, path_text;
    struct cp_arena arena;
    struct cp_buffer text;

    cp_query_begin_error(query, &text);
    if (path && path[0] != '/') {
        cp_buffer_format(&text, "path %q does not start with \"/\"", cp_text_from(path));
        return cp_query_fail(query, CALPOL_FLOW_BAD_HTTP_PATH, &text);
    }
    cp_arena_init(&arena, &query->allocator);
    if (!copy_text(&arena, method, &method_text) || !copy_text(&arena, path, &path_text)) {
        cp_arena_finish(&arena);
        return CALPOL_ERROR_NO_MEMORY;
    }
    replace_arena(query, CP_SETTING_HTTP, &arena);
    query->words.http = CP_KNOWN;
    query->words.has_method = method != NULL;
    query->words.has_path = path != NULL;
    query->words.method = method_text;
    query->words.path = path_text;
    return CALPOL_OK;
}

int calpol_query_set_http(calpol_query *query, const char *method, const char *path)
{
    if (!query)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    return settle(query, CP_SETTING_HTTP, set_http(query, method, path));
}

/* Adds a name to those that are there, wherever they came from. */
static int add_domain(struct calpol_query *query, struct cp_text domain)
{
    struct cp_arena *arena = &query->arenas[CP_SETTING_DOMAINS];
    uint32_t known = query->words.domain_count;
    struct cp_text text = {cp_arena_text(arena, domain.data, domain.length), domain.length};

    if (!text.data)
        return CALPOL_ERROR_NO_MEMORY;
    if (query->domains.count != known) {
        if (!cp_array_reserve(arena, &query->domains, known))
            return CALPOL_ERROR_NO_MEMORY;
        memcpy(query->domains.items, query->words.domain_names, known * sizeof(text));
        query->domains.count = known;
    }
    if (!cp_array_reserve(arena, &query->domains, 1))
        return CALPOL_ERROR_NO_MEMORY;
    query->domains.items[query->domains.count++] = text;
    query->words.domains = CP_KNOWN;
    query->words.domain_names = query->domains.items;
    query->words.domain_count = query->domains.count;
    return CALPOL_OK;
}

static int add_name(struct calpol_query *query, struct cp_text domain)
{
    struct cp_buffer text;

    if (cp_domain_is_name(domain))
        return add_domain(query, domain);
    cp_query_begin_error(query, &text);
    cp_buffer_format(&text, "%q is no name that a client can have resolved", domain);
    /* A later name does not make up for this one. */
    return settle(query, CP_SETTING_DOMAINS, cp_query_fail(query, CALPOL_FLOW_BAD_FIELD, &text));
}

int calpol_query_add_domain(calpol_query *query, const char *domain)
{
    if (!query)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    if (domain)
        return add_name(query, cp_text_from(domain));
    cp_arena_finish(&query->arenas[CP_SETTING_DOMAINS]);
    memset(&query->domains, 0, sizeof(query->domains));
    query->words.domains = CP_KNOWN;
    query->words.domain_names = NULL;
    query->words.domain_count = 0;
    return settle(query, CP_SETTING_DOMAINS, CALPOL_OK);
}
