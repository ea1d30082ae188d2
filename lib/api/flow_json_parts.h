/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the two files that read the JSON form of a flow share.
 *
 * The readers return true and write *out if the field is there and good; what is wrong with it is
 * reported.
 */
#ifndef CP_API_FLOW_JSON_PARTS_H
#define CP_API_FLOW_JSON_PARTS_H

#include "base/number.h"
#include "evaluate/words.h"
#include "net/address.h"
#include "yaml/reader.h"

/* A protocol as text, by name or number (EV-2). */
bool cp_flow_protocol(struct cp_text text, uint8_t *out_protocol);

/* An integer from 0 to limit; another one is reported with code. */
bool cp_flow_read_number(struct cp_reader *reader,
                         const struct cp_field *field,
                         uint32_t limit,
                         enum cp_code code,
                         uint32_t *out_value);
bool cp_flow_read_port(struct cp_reader *reader, const struct cp_field *field, uint16_t *out_port);
bool cp_flow_read_protocol(struct cp_reader *reader,
                           const struct cp_field *field,
                           uint8_t *out_protocol);
bool cp_flow_read_address(struct cp_reader *reader,
                          const struct cp_field *field,
                          struct calpol_address *out_address);

/* 4 or 6; *out_version is untouched if the field is absent. */
void cp_flow_read_ip_version(struct cp_reader *reader,
                             const struct cp_field *field,
                             uint8_t *out_version);

/* source and destination (evaluation.md, chapter 2). */
void cp_flow_read_parties(struct cp_reader *reader,
                          const struct cp_field *root,
                          struct cp_flow_words *words);

#endif
