/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Records in JSON: an object with the members of a flow and any others.
 */
#ifndef CLI_RECORD_JSON_H
#define CLI_RECORD_JSON_H

#include "record.h"

/* Members of one record. */
#define CLI_MEMBER_LIMIT 256

struct cli_member {
    struct cli_span key;   /* without quotes, as written */
    struct cli_span whole; /* from the key's quote to the end of the value */
    int field;             /* which member of a flow it is; -1: it is none */
};

#define CLI_MEMO_COUNT 32

/* A member that no flow has, and the one that it resembles; -1: none. */
struct cli_resemblance {
    char key[40];
    size_t length;
    int field;
};

/* Reads record after record; all zero is a new one. */
struct cli_record_json {
    struct cli_span object; /* the record read last, from brace to brace */
    struct cli_plain plain;
    struct cli_member members[CLI_MEMBER_LIMIT];
    size_t member_count;
    bool has_others;   /* members that are none of a flow's */
    const char *error; /* what is wrong: a name as calpol_flow_error_name() gives them */
    bool is_object;    /* it is an object that can be given back, wrong or not */
    char message[160];
    struct cli_resemblance memos[CLI_MEMO_COUNT];
};

/*
 * Reads a record. False if something is wrong with it: error and message say what. The text is
 * JSON, to the letter, if this returns true or is_object is set.
 */
bool cli_record_json_read(struct cli_record_json *record, const char *text, size_t length);

/* Adds the flow of the record read last: as written, with blanks in place of other members. */
void cli_record_json_flow(const struct cli_record_json *record, struct cli_bytes *out_flow);

#endif
