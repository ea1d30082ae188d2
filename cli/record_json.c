/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading records in JSON. The whole text is checked, since it is given back with the answer
 * inside; what its members mean is read only where they are plain.
 */
#include "record_json.h"

#include "output.h"

#include <calpol/calpol.h>

#include <stdio.h>
#include <string.h>

#define DEPTH_LIMIT 32

enum field {
    FIELD_SOURCE,
    FIELD_DESTINATION,
    FIELD_PROTOCOL,
    FIELD_SOURCE_PORT,
    FIELD_DESTINATION_PORT,
    FIELD_STATE,
    FIELD_ICMP, /* this and the following are for a query */
    FIELD_HTTP,
    FIELD_IP_VERSION,
    FIELD_PRE_DNAT,
    FIELD_ANSWER, /* which the answer is put into: no flow has it */
    FIELD_COUNT,
    FIELD_OTHER = -1
};

static const char *const names[FIELD_COUNT + 1] = {
    [FIELD_SOURCE] = "source",
    [FIELD_DESTINATION] = "destination",
    [FIELD_PROTOCOL] = "protocol",
    [FIELD_SOURCE_PORT] = "source_port",
    [FIELD_DESTINATION_PORT] = "destination_port",
    [FIELD_STATE] = "state",
    [FIELD_ICMP] = "icmp",
    [FIELD_HTTP] = "http",
    [FIELD_IP_VERSION] = "ip_version",
    [FIELD_PRE_DNAT] = "pre_dnat",
    [FIELD_ANSWER] = "answer",
};

struct scan {
    const char *at, *end;
    const char *problem; /* NULL: none so far; it is at the byte that is looked at */
};

static bool fail(struct scan *scan, const char *problem)
{
    if (!scan->problem)
        scan->problem = problem;
    return false;
}

static void skip_blanks(struct scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
}

/* The byte that is next; NUL, which no JSON has, at the end. */
static char peek(const struct scan *scan)
{
    return scan->at < scan->end ? *scan->at : '\0';
}

static bool take(struct scan *scan, char byte)
{
    if (peek(scan) != byte)
        return false;
    scan->at++;
    return true;
}

/* ---- Values ---------------------------------------------------------------------------------- */

static bool is_hex(char byte)
{
    return (byte >= '0' && byte <= '9') || (byte >= 'a' && byte <= 'f') ||
           (byte >= 'A' && byte <= 'F');
}

/* What follows a backslash. */
static bool scan_escape(struct scan *scan)
{
    char byte = peek(scan);

    if (byte == '\0' || !strchr("\"\\/bfnrtu", byte))
        return fail(scan, "no such escape in a string");
    scan->at++;
    for (int i = 0; byte == 'u' && i < 4; i++, scan->at++)
        if (!is_hex(peek(scan)))
            return fail(scan, "\\u is followed by four hexadecimal digits");
    return true;
}

/* A character that is not to be taken as it is: an escape, several bytes, or none at all. */
static bool scan_character(struct scan *scan, bool *out_escaped)
{
    size_t length;

    if (take(scan, '\\')) {
        *out_escaped = true;
        return scan_escape(scan);
    }
    if ((unsigned char)*scan->at < 0x20)
        return fail(scan, "a control character in a string");
    length = cli_character_length(scan->at, (size_t)(scan->end - scan->at));
    scan->at += length;
    return length > 0 || fail(scan, "a byte that is no UTF-8");
}

/* The string at the cursor, without its quotes. */
static bool scan_string(struct scan *scan, struct cli_span *out_text, bool *out_escaped)
{
    const char *start = scan->at + 1;

    *out_escaped = false;
    if (!take(scan, '"'))
        return fail(scan, "expected a string");
    for (;;) {
        while (scan->at < scan->end && (unsigned char)*scan->at >= 0x20 && *scan->at != '"' &&
               *scan->at != '\\' && (unsigned char)*scan->at < 0x80)
            scan->at++;
        if (scan->at == scan->end)
            return fail(scan, "a string that is not closed");
        if (*scan->at == '"')
            break;
        if (!scan_character(scan, out_escaped))
            return false;
    }
    *out_text = (struct cli_span){start, (size_t)(scan->at - start)};
    scan->at++;
    return true;
}

static bool scan_digits(struct scan *scan)
{
    const char *start = scan->at;

    while (peek(scan) >= '0' && peek(scan) <= '9')
        scan->at++;
    return scan->at > start || fail(scan, "expected a digit");
}

static bool scan_number(struct scan *scan)
{
    take(scan, '-');
    if (!take(scan, '0') && !scan_digits(scan))
        return false;
    if (take(scan, '.') && !scan_digits(scan))
        return false;
    if (!take(scan, 'e') && !take(scan, 'E'))
        return true;
    if (!take(scan, '+'))
        take(scan, '-');
    return scan_digits(scan);
}

static bool scan_word(struct scan *scan)
{
    static const char *const words[] = {"true", "false", "null"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t length = strlen(words[i]);

        if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, words[i], length) != 0)
            continue;
        scan->at += length;
        return true;
    }
    return fail(scan, "expected a value");
}

static bool scan_scalar(struct scan *scan)
{
    struct cli_span text;
    bool escaped;

    if (peek(scan) == '"')
        return scan_string(scan, &text, &escaped);
    if (peek(scan) == '-' || (peek(scan) >= '0' && peek(scan) <= '9'))
        return scan_number(scan);
    return scan_word(scan);
}

/* The key of a member with its colon and blanks. */
static bool scan_key(struct scan *scan, struct cli_span *out_key, bool *out_escaped)
{
    skip_blanks(scan);
    if (!scan_string(scan, out_key, out_escaped))
        return false;
    skip_blanks(scan);
    if (!take(scan, ':'))
        return fail(scan, "expected a colon");
    skip_blanks(scan);
    return true;
}

/* Behind an item: a comma, with out_more, or the end of the collection. */
static bool scan_next(struct scan *scan, char close, bool *out_more)
{
    skip_blanks(scan);
    *out_more = take(scan, ',');
    return *out_more || take(scan, close) || fail(scan, "expected a comma or the end");
}

static bool scan_value(struct scan *scan, int depth)
{
    char open = peek(scan), close = open == '{' ? '}' : ']';
    struct cli_span key;
    bool escaped, more = true;

    if (open != '{' && open != '[')
        return scan_scalar(scan);
    if (depth == DEPTH_LIMIT)
        return fail(scan, "more than 32 levels");
    scan->at++;
    skip_blanks(scan);
    if (take(scan, close))
        return true;
    while (more) {
        skip_blanks(scan);
        if ((open == '{' && !scan_key(scan, &key, &escaped)) || !scan_value(scan, depth + 1) ||
            !scan_next(scan, close, &more))
            return false;
    }
    return true;
}

/* ---- Members of a flow ----------------------------------------------------------------------- */

/* A string as it is, without escapes; one with them makes the flow one for a query. */
static bool read_plain_string(struct scan *scan, struct cli_plain *plain, struct cli_span *out_text)
{
    struct cli_span text;
    bool escaped;

    if (peek(scan) != '"') {
        plain->is_plain = false;
        return scan_value(scan, 2);
    }
    if (!scan_string(scan, &text, &escaped))
        return false;
    if (escaped || out_text->text)
        plain->is_plain = false;
    *out_text = text;
    return true;
}

/* An end of the flow: plain if it has nothing but ref and ip. */
static bool read_end(struct scan *scan,
                     struct cli_plain *plain,
                     struct cli_span *out_reference,
                     struct cli_span *out_ip)
{
    bool more, escaped;

    if (!take(scan, '{')) {
        plain->is_plain = false;
        return scan_value(scan, 1);
    }
    skip_blanks(scan);
    more = !take(scan, '}');
    while (more) {
        struct cli_span key, *place = NULL;

        if (!scan_key(scan, &key, &escaped))
            return false;
        if (cli_span_is(key, "ref"))
            place = out_reference;
        else if (cli_span_is(key, "ip"))
            place = out_ip;
        else
            plain->is_plain = false;
        if (!(place ? read_plain_string(scan, plain, place) : scan_value(scan, 2)) ||
            !scan_next(scan, '}', &more))
            return false;
    }
    /* Columns take an address for a reference too; in JSON it is left to the query. */
    if (out_reference->text && !memchr(out_reference->text, '/', out_reference->length))
        plain->is_plain = false;
    return true;
}

static bool read_protocol(struct scan *scan, struct cli_plain *plain)
{
    const char *start = scan->at;

    if (peek(scan) == '"')
        return read_plain_string(scan, plain, &plain->protocol);
    if (!scan_value(scan, 1))
        return false;
    plain->protocol = (struct cli_span){start, (size_t)(scan->at - start)};
    return true;
}

static bool read_port(struct scan *scan, struct cli_plain *plain, int32_t *out_port)
{
    const char *start = scan->at;

    if (!scan_value(scan, 1))
        return false;
    if (!cli_plain_read_port((struct cli_span){start, (size_t)(scan->at - start)}, out_port))
        plain->is_plain = false;
    return true;
}

static bool read_state(struct scan *scan, struct cli_plain *plain)
{
    struct cli_span text = {NULL, 0};

    if (!read_plain_string(scan, plain, &text))
        return false;
    if (!cli_plain_read_state(text, &plain->state))
        plain->is_plain = false;
    return true;
}

static bool read_field(struct scan *scan, int field, struct cli_plain *plain)
{
    switch (field) {
    case FIELD_SOURCE:
        return read_end(scan, plain, &plain->source, &plain->source_ip);
    case FIELD_DESTINATION:
        return read_end(scan, plain, &plain->destination, &plain->destination_ip);
    case FIELD_PROTOCOL:
        return read_protocol(scan, plain);
    case FIELD_SOURCE_PORT:
        return read_port(scan, plain, &plain->source_port);
    case FIELD_DESTINATION_PORT:
        return read_port(scan, plain, &plain->destination_port);
    case FIELD_STATE:
        return read_state(scan, plain);
    case FIELD_OTHER:
        return scan_value(scan, 1);
    default:
        plain->is_plain = false;
        return scan_value(scan, 1);
    }
}

/* ---- The record ------------------------------------------------------------------------------ */

/* A key with escapes is compared by what it says: these are the characters that names have. */
static struct cli_span decode_key(struct cli_span key, char decoded[32])
{
    size_t length = 0;

    for (size_t i = 0; i < key.length && length < 32; i++) {
        unsigned code = (unsigned char)key.text[i];

        if (code == '\\' && key.text[i + 1] == 'u') {
            char digits[5] = {0};

            memcpy(digits, key.text + i + 2, 4);
            sscanf(digits, "%x", &code);
            i += 5;
        } else if (code == '\\') {
            i++;
        }
        decoded[length++] = code < 0x80 ? (char)code : '?';
    }
    return (struct cli_span){decoded, length};
}

static int find_field(struct cli_span key, bool escaped)
{
    char decoded[32];

    if (escaped)
        key = decode_key(key, decoded);
    for (int i = 0; names[i]; i++)
        if (cli_span_is(key, names[i]))
            return i;
    return FIELD_OTHER;
}

static bool read_member(struct scan *scan, struct cli_record_json *record, uint32_t *seen)
{
    struct cli_member *member = &record->members[record->member_count];
    bool escaped;

    if (record->member_count == CLI_MEMBER_LIMIT)
        return fail(scan, "more than 256 members");
    skip_blanks(scan);
    member->whole.text = scan->at;
    if (!scan_key(scan, &member->key, &escaped))
        return false;
    member->field = find_field(member->key, escaped);
    if (member->field == FIELD_OTHER)
        record->has_others = true;
    else if (*seen >> member->field & 1)
        record->plain.is_plain = false; /* the query says that it is there twice */
    else
        *seen |= 1u << member->field;
    if (!read_field(scan, member->field, &record->plain))
        return false;
    member->whole.length = (size_t)(scan->at - member->whole.text);
    record->member_count++;
    return true;
}

static bool read_object(struct scan *scan, struct cli_record_json *record, uint32_t *seen)
{
    bool more;

    skip_blanks(scan);
    record->object.text = scan->at;
    if (!take(scan, '{'))
        return fail(scan, "a flow is a JSON object, in braces");
    skip_blanks(scan);
    more = !take(scan, '}');
    while (more)
        if (!read_member(scan, record, seen) || !scan_next(scan, '}', &more))
            return false;
    record->object.length = (size_t)(scan->at - record->object.text);
    skip_blanks(scan);
    return scan->at == scan->end || fail(scan, "something behind the flow");
}

/* Returns false, for the reader to return. */
static bool refuse(struct cli_record_json *record, int error, const char *before, const char *after)
{
    record->error = calpol_flow_error_name(error);
    snprintf(record->message, sizeof(record->message), "%s%s", before, after);
    return false;
}

/* What a member resembles. Records of one stream have the same members, so it is found once. */
static int resembled(struct cli_record_json *record, size_t index)
{
    struct cli_span key = record->members[index].key;
    struct cli_resemblance *memo = &record->memos[index % CLI_MEMO_COUNT];

    if (memo->length == key.length && memcmp(memo->key, key.text, key.length) == 0)
        return memo->field;
    if (key.length == 0 || key.length > sizeof(memo->key))
        return FIELD_OTHER;
    memcpy(memo->key, key.text, key.length);
    memo->length = key.length;
    memo->field = cli_record_resembles(key, names);
    return memo->field;
}

/* Members that are none of a flow's may be anything, but not what a flow lacks, misspelt. */
static bool check_others(struct cli_record_json *record, uint32_t seen)
{
    for (size_t i = 0; i < record->member_count; i++) {
        const struct cli_member *member = &record->members[i];
        int field = member->field == FIELD_OTHER ? resembled(record, i) : FIELD_OTHER;

        if (field < 0 || field == FIELD_ANSWER || seen >> field & 1)
            continue;
        return refuse(
            record, CALPOL_FLOW_BAD_FIELD,
            "there is a member that resembles one of a flow's, which is missing: ", names[field]);
    }
    return true;
}

bool cli_record_json_read(struct cli_record_json *record, const char *text, size_t length)
{
    struct scan scan = {text, text + length, NULL};
    uint32_t seen = 0;
    char place[32];

    record->member_count = 0;
    record->has_others = record->is_object = false;
    cli_plain_init(&record->plain);
    if (!read_object(&scan, record, &seen)) {
        snprintf(place, sizeof(place), "byte %zu: ", (size_t)(scan.at - text) + 1);
        return refuse(record, CALPOL_FLOW_BAD_JSON, place, scan.problem);
    }
    if (seen >> FIELD_ANSWER & 1)
        return refuse(record, CALPOL_FLOW_BAD_FIELD, names[FIELD_ANSWER],
                      ": this is where the answer goes");
    record->is_object = true;
    return !record->has_others || check_others(record, seen);
}

/* ---- What the query gets --------------------------------------------------------------------- */

void cli_record_json_flow(const struct cli_record_json *record, struct cli_bytes *out_flow)
{
    const char *end = record->object.text + 1;
    bool first = true;
    char *copy = cli_bytes_room(out_flow, record->object.length);

    if (!copy)
        return;
    memset(copy, ' ', record->object.length);
    copy[0] = '{';
    copy[record->object.length - 1] = '}';
    for (size_t i = 0; i < record->member_count; i++) {
        const struct cli_member *member = &record->members[i];
        size_t at = (size_t)(member->whole.text - record->object.text);

        if (member->field == FIELD_OTHER)
            continue;
        /* The comma stands before this member, wherever it stood. */
        if (!first)
            copy[(size_t)(end - record->object.text)] = ',';
        memcpy(copy + at, member->whole.text, member->whole.length);
        end = member->whole.text + member->whole.length;
        first = false;
    }
    out_flow->length += record->object.length;
}
