/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the JSON form of a flow: the flow as a whole. Its two ends are in flow_json_party.c.
 *
 * Whatever a flow does not have is an error, for a misspelt field would be an unknown one, and the
 * answer one to another question. null is the same as absent but for http (EV-1, table).
 */
#include "api/flow_json.h"

#include "api/flow_json_parts.h"
#include "net/protocol.h"
#include "yaml/document.h"

/* A flow is small; these are for the hostile. */
static const struct cp_yaml_limits limits = {
    .max_bytes = (uint64_t)1 << 20,
    .max_depth = 16,
    .max_nodes = 20000,
};
#define MOST_PROBLEMS 20u

#define NULL_HTTP CP_TEXT("http")

/* What a code of a report means as an error of the flow. */
static enum calpol_flow_error error_of(enum cp_code code)
{
    static const struct {
        enum cp_code code;
        enum calpol_flow_error error;
    } pairs[] = {
        {CP_CODE_YAML_SYNTAX, CALPOL_FLOW_BAD_JSON},
        {CP_CODE_YAML_TAG, CALPOL_FLOW_BAD_JSON},
        {CP_CODE_YAML_KEY, CALPOL_FLOW_BAD_JSON},
        {CP_CODE_YAML_LIMIT, CALPOL_FLOW_BAD_JSON},
        {CP_CODE_DOCUMENT_TYPE, CALPOL_FLOW_BAD_JSON},
        {CP_CODE_PROTOCOL, CALPOL_FLOW_UNKNOWN_PROTOCOL},
        {CP_CODE_PORT_NUMBER, CALPOL_FLOW_BAD_PORT},
        {CP_CODE_HTTP_PATH, CALPOL_FLOW_BAD_HTTP_PATH},
        {CP_CODE_ADDRESS, CALPOL_FLOW_BAD_ADDRESS},
    };

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        if (pairs[i].code == code)
            return pairs[i].error;
    }
    return CALPOL_FLOW_BAD_FIELD;
}

bool cp_flow_read_number(struct cp_reader *reader,
                         const struct cp_field *field,
                         uint32_t limit,
                         enum cp_code code,
                         uint32_t *out_value)
{
    int64_t value;

    if (!cp_read_integer(reader, field, &value))
        return false;
    if (value < 0 || value > limit) {
        cp_report(reader, field, code, "%q is outside 0 to %u", cp_node_text(field->node), limit);
        return false;
    }
    *out_value = (uint32_t)value;
    return true;
}

bool cp_flow_read_port(struct cp_reader *reader, const struct cp_field *field, uint16_t *out_port)
{
    uint32_t port;

    if (!cp_flow_read_number(reader, field, UINT16_MAX, CP_CODE_PORT_NUMBER, &port))
        return false;
    *out_port = (uint16_t)port;
    return true;
}

bool cp_flow_protocol(struct cp_text text, uint8_t *out_protocol)
{
    uint64_t number;

    /* EV-2: a decimal string is a number. */
    if (cp_number_parse_unsigned(text, UINT8_MAX, &number))
        *out_protocol = (uint8_t)number;
    else
        *out_protocol = cp_protocol_by_any_name(text);
    return *out_protocol != 0;
}

bool cp_flow_read_protocol(struct cp_reader *reader,
                           const struct cp_field *field,
                           uint8_t *out_protocol)
{
    struct cp_text text;

    if (!cp_field_present(field))
        return false;
    if (field->node->type == CP_NODE_INTEGER)
        text = cp_node_text(field->node);
    else if (!cp_read_text(reader, field, &text))
        return false;
    if (cp_flow_protocol(text, out_protocol))
        return true;
    cp_report(reader, field, CP_CODE_PROTOCOL,
              "%q is no protocol, expected TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or 1 to 255",
              text);
    return false;
}

bool cp_flow_read_address(struct cp_reader *reader,
                          const struct cp_field *field,
                          struct calpol_address *out_address)
{
    struct cp_text text;

    if (!cp_read_text(reader, field, &text))
        return false;
    if (cp_address_parse(text, out_address, NULL))
        return true;
    cp_report(reader, field, CP_CODE_ADDRESS, "%q is no IP address", text);
    return false;
}

void cp_flow_read_ip_version(struct cp_reader *reader,
                             const struct cp_field *field,
                             uint8_t *out_version)
{
    int64_t version;

    if (!cp_read_integer(reader, field, &version))
        return;
    if (version == 4 || version == 6)
        *out_version = (uint8_t)version;
    else
        cp_report(reader, field, CP_CODE_IP_VERSION, "%q is no IP version, expected 4 or 6",
                  cp_node_text(field->node));
}

static void read_icmp(struct cp_reader *reader,
                      const struct cp_field *root,
                      struct cp_flow_words *words)
{
    static const char *const names[] = {"type", "code", NULL};
    struct cp_field icmp = cp_field_member(root, "icmp");
    struct cp_field type, code;
    uint32_t value;

    if (!cp_read_mapping(reader, &icmp))
        return;
    cp_check_members(reader, &icmp, names, NULL);
    type = cp_field_member(&icmp, "type");
    code = cp_field_member(&icmp, "code");
    if (cp_flow_read_number(reader, &type, UINT8_MAX, CP_CODE_OUT_OF_RANGE, &value)) {
        words->has_icmp_type = true;
        words->icmp_type = (uint8_t)value;
    }
    if (cp_flow_read_number(reader, &code, UINT8_MAX, CP_CODE_OUT_OF_RANGE, &value)) {
        words->has_icmp_code = true;
        words->icmp_code = (uint8_t)value;
    }
}

static void read_http(struct cp_reader *reader,
                      const struct cp_field *root,
                      struct cp_flow_words *words)
{
    static const char *const names[] = {"method", "path", NULL};
    const struct cp_node *node = cp_node_member(root->node, NULL_HTTP);
    struct cp_field http = cp_field_member(root, "http");
    struct cp_field method, path;

    if (node && node->type == CP_NODE_NULL)
        words->http = CP_ABSENT;
    if (!cp_read_mapping(reader, &http))
        return;
    words->http = CP_KNOWN;
    cp_check_members(reader, &http, names, NULL);
    method = cp_field_member(&http, "method");
    path = cp_field_member(&http, "path");
    words->has_method = cp_read_text(reader, &method, &words->method);
    words->has_path = cp_read_text(reader, &path, &words->path);
    if (words->has_path && !cp_text_starts_with(words->path, CP_TEXT("/")))
        cp_report(reader, &path, CP_CODE_HTTP_PATH, "%q does not start with \"/\"", words->path);
}

static void read_pre_dnat(struct cp_reader *reader,
                          const struct cp_field *root,
                          struct cp_flow_words *words)
{
    static const char *const names[] = {"ip", "port", NULL};
    struct cp_field pre_dnat = cp_field_member(root, "pre_dnat");
    struct cp_field ip, port;

    if (!cp_read_mapping(reader, &pre_dnat))
        return;
    words->has_pre_dnat = true;
    cp_check_members(reader, &pre_dnat, names, NULL);
    ip = cp_field_member(&pre_dnat, "ip");
    port = cp_field_member(&pre_dnat, "port");
    words->has_pre_dnat_address = cp_flow_read_address(reader, &ip, &words->pre_dnat_address);
    words->has_pre_dnat_port = cp_flow_read_port(reader, &port, &words->pre_dnat_port);
}

static void read_state(struct cp_reader *reader,
                       const struct cp_field *root,
                       struct cp_flow_words *words)
{
    static const char *const names[] = {
        [CALPOL_STATE_NEW] = "new",
        [CALPOL_STATE_ESTABLISHED] = "established",
        [CALPOL_STATE_RELATED] = "related",
        [CALPOL_STATE_INVALID] = "invalid",
    };
    struct cp_field state = cp_field_member(root, "state");
    struct cp_text text;

    if (!cp_read_text(reader, &state, &text))
        return;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (cp_text_is(text, names[i])) {
            words->state = (uint8_t)i;
            return;
        }
    }
    cp_report(reader, &state, CP_CODE_TYPE,
              "%q is no state, expected new, established, related or invalid", text);
}

static void read_flow(struct cp_reader *reader,
                      const struct cp_node *node,
                      struct cp_flow_words *words)
{
    static const char *const names[] = {
        "source",     "destination", "protocol", "source_port", "destination_port", "icmp", "http",
        "ip_version", "pre_dnat",    "state",    NULL,
    };
    struct cp_field root = cp_field_root(node);
    struct cp_field field;

    if (!cp_read_mapping(reader, &root))
        return;
    cp_check_members(reader, &root, names, NULL);
    cp_flow_read_parties(reader, &root, words);
    field = cp_field_member(&root, "protocol");
    words->has_protocol = cp_flow_read_protocol(reader, &field, &words->protocol);
    field = cp_field_member(&root, "source_port");
    words->has_source_port = cp_flow_read_port(reader, &field, &words->source_port);
    field = cp_field_member(&root, "destination_port");
    words->has_destination_port = cp_flow_read_port(reader, &field, &words->destination_port);
    field = cp_field_member(&root, "ip_version");
    cp_flow_read_ip_version(reader, &field, &words->ip_version);
    read_icmp(reader, &root, words);
    read_http(reader, &root, words);
    read_pre_dnat(reader, &root, words);
    read_state(reader, &root, words);
}

/* The one document of the text; anything else is reported. */
static const struct cp_node *only_document(struct cp_reader *reader,
                                           const struct cp_documents *documents)
{
    static const struct cp_node empty = {.type = CP_NODE_NULL, .line = 1, .column = 1};
    uint32_t count = documents->items.count;
    const struct cp_node *node = count ? &documents->items.items[count - 1].root : &empty;
    struct cp_field root = cp_field_root(node);

    if (count == 1)
        return documents->items.items[0].failed ? NULL : node;
    cp_report(reader, &root, CP_CODE_DOCUMENT_TYPE,
              count ? "a second document, expected one flow" : "nothing, expected a flow");
    return NULL;
}

/* The first problem as a line: "source.ip: "1.2.3" is no IP address (line 1, column 20)". */
static enum calpol_flow_error describe(const struct calpol_diagnostics *problems,
                                       struct cp_buffer *message)
{
    const struct cp_diagnostic *first = &problems->items.items[0];

    if (first->path[0])
        cp_buffer_format(message, "%s: ", first->path);
    cp_buffer_add_string(message, first->message);
    if (first->line)
        cp_buffer_format(message, " (line %u, column %u)", first->line, first->column);
    return error_of(first->code);
}

static bool begins_object(struct cp_text json)
{
    size_t at = 0;

    while (at < json.length && json.data[at] && strchr(" \t\r\n", json.data[at]))
        at++;
    return at < json.length && json.data[at] == '{';
}

/* Reads into words, reporting to problems. */
static int read_text(struct cp_text json,
                     struct cp_arena *arena,
                     struct calpol_diagnostics *problems,
                     struct cp_flow_words *words)
{
    const struct cp_source source = {.name = "flow", .text = json};
    struct cp_documents documents = {.items.count = 0};
    struct cp_reader reader = {.arena = arena, .diagnostics = problems, .source = &source};
    const struct cp_subject start = {.place = {&source, 1, 1}};
    const struct cp_node *node;
    int status = cp_documents_read(&source, &limits, arena, problems, &documents);

    if (status || problems->error_count)
        return status;
    node = only_document(&reader, &documents);
    /* A line out of a YAML file is a mapping too, of one member, and says nothing of the rest. */
    if (node && node->type == CP_NODE_MAPPING && !begins_object(json))
        return cp_diagnose(problems, &start, CP_CODE_YAML_SYNTAX,
                           CP_TEXT("a flow is a JSON object, in braces"));
    if (node)
        read_flow(&reader, node, words);
    if (reader.status)
        return reader.status;
    return cp_diagnostics_sort(problems);
}

int cp_flow_json_read(struct cp_text json,
                      struct cp_arena *arena,
                      struct cp_flow_words *out_words,
                      enum calpol_flow_error *out_error,
                      struct cp_buffer *message)
{
    struct cp_flow_words words = {.state = CALPOL_STATE_NEW};
    struct calpol_diagnostics problems;
    int status;

    cp_diagnostics_init(&problems, &arena->allocator, MOST_PROBLEMS, false);
    json.data = cp_arena_text(arena, json.data, json.length);
    status = json.data ? read_text(json, arena, &problems, &words) : CALPOL_ERROR_NO_MEMORY;
    if (!status && problems.error_count) {
        *out_error = describe(&problems, message);
        status = message->failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_ERROR_INVALID_INPUT;
    }
    if (!status)
        *out_words = words;
    cp_diagnostics_finish(&problems);
    return status;
}
