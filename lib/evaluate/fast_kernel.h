/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a kernel: from a plain flow to its verdict by programs.
 *
 * Each fast_<simd>.c includes this once. Before it says what instructions may be used (CP_TARGET);
 * behind it, it defines the two functions that are worth it:
 *
 *     count_begins      how many of CP_STEP ascending numbers are at most key
 *     first_common_bit  the first bit that four blocks have in common, CP_NO_BIT if there is none
 */
#ifndef CP_EVALUATE_FAST_KERNEL_H
#define CP_EVALUATE_FAST_KERNEL_H

#include "evaluate/fast.h"
#include "net/protocol.h"

#define CP_NO_BIT UINT32_MAX

CP_TARGET static inline unsigned count_begins(const uint16_t *begins, uint16_t key);
CP_TARGET static inline unsigned first_common_bit(const uint64_t *a,
                                                  const uint64_t *b,
                                                  const uint64_t *c,
                                                  const uint64_t *d);

/* ---- Flows ----------------------------------------------------------------------------------- */

#define UNDERSTOOD                                                                                 \
    (CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT | CALPOL_GIVEN_DESTINATION_PORT |            \
     CALPOL_GIVEN_ICMP_TYPE | CALPOL_GIVEN_ICMP_CODE | CALPOL_GIVEN_NO_HTTP |                      \
     CALPOL_GIVEN_NO_DOMAINS)

/* One end of a flow. */
struct end {
    const struct cp_endpoint_record *record; /* NULL: outside */
    uint32_t workload;
    uint32_t address_class;
    bool is_pinned; /* the class is that of the record */
};

/* What programs are asked. */
struct question {
    struct end source, destination;
    uint32_t slot;
    uint16_t key; /* destination port, or ICMP type and code */
    uint16_t source_port;
    bool has_key, has_source_port;
    uint8_t told; /* enum cp_need */
};

/* Is this a flow that programs know: the first packet of a connection, with a protocol? */
CP_TARGET static inline bool is_plain(const struct cp_programs *programs,
                                      const struct calpol_flow *flow)
{
    uint32_t reserved =
        flow->reserved[0] | flow->reserved[1] | flow->reserved[2] | flow->reserved[3];

    return !reserved && flow->state == CALPOL_STATE_NEW &&
           !(flow->given & ~(uint32_t)UNDERSTOOD) && flow->given & CALPOL_GIVEN_PROTOCOL &&
           programs->slots[flow->protocol] != CP_NO_SLOT;
}

/* ---- Addresses ------------------------------------------------------------------------------- */

CP_TARGET static inline bool is_mapped(const struct calpol_address *address)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    return memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

/* What an address is: enum cp_address_type and a number. */
CP_TARGET static inline uint32_t find_address(const struct cp_programs *programs,
                                              const struct calpol_address *address,
                                              int family)
{
    const struct cp_address_map *map = &programs->addresses[family];
    struct cp_address_key key = cp_address_key_of(address);
    uint32_t low = 0, count = map->count;

    if (!family)
        key.low = 0, key.high &= ~(uint64_t)UINT32_MAX;
    while (count > 1) {
        uint32_t half = count / 2;

        if (cp_address_key_compare(map->begins[low + half], key) <= 0)
            low += half;
        count -= half;
    }
    return map->values[low];
}

/* The family of a flow by its addresses, or by those that both ends have (EV-7, EV-14); -1: ask the
   plain walk. */
CP_TARGET static inline int find_family(const struct cp_programs *programs,
                                        const struct calpol_flow *flow)
{
    uint8_t source = flow->source_address.family, destination = flow->destination_address.family;
    const struct cp_endpoint_record *records =
        programs->records[0] ? programs->records[0] : programs->records[1];
    uint32_t common, first;

    if (source | destination) {
        if (source && destination && source != destination)
            return -1;
        return (source | destination) == 4 ? 0 : (source | destination) == 6 ? 1 : -1;
    }
    if (!records || flow->source_endpoint >= programs->workload_count ||
        flow->destination_endpoint >= programs->workload_count)
        return -1;
    common = records[flow->source_endpoint].flags & records[flow->destination_endpoint].flags &
             (CP_RECORD_HAS_IPV4 | CP_RECORD_HAS_IPV6);
    first = records[flow->destination_endpoint].flags & CP_RECORD_IPV6_FIRST ? CP_RECORD_HAS_IPV6
                                                                             : CP_RECORD_HAS_IPV4;
    if (!common)
        return -1;
    return (common & first ? first : common) == CP_RECORD_HAS_IPV6;
}

/* An end that is given by its address, or has another address than its own. */
CP_TARGET static inline bool find_end_by_address(const struct cp_programs *programs,
                                                 uint32_t endpoint,
                                                 const struct calpol_address *address,
                                                 int family,
                                                 bool is_destination,
                                                 struct end *out_end)
{
    const struct cp_endpoint_record *records = programs->records[family];
    uint32_t value, number;
    enum cp_address_type type;

    if (family && is_mapped(address))
        return false;
    value = find_address(programs, address, family);
    type = (enum cp_address_type)(value >> CP_ADDRESS_BITS);
    number = value & CP_ADDRESS_MASK;
    if (type == CP_ADDRESS_SPECIAL ||
        (type == CP_ADDRESS_SERVICE && is_destination && endpoint == CALPOL_NONE))
        return false;
    if (endpoint == CALPOL_NONE && type == CP_ADDRESS_WORKLOAD)
        endpoint = number;
    out_end->workload = endpoint;
    out_end->record = endpoint == CALPOL_NONE ? NULL : &records[endpoint];
    out_end->address_class = type == CP_ADDRESS_WORKLOAD ? records[number].address_class : number;
    out_end->is_pinned = out_end->record && out_end->address_class == out_end->record->address_class;
    return true;
}

/* False: ask the plain walk. */
CP_TARGET static inline bool find_end(const struct cp_programs *programs,
                                      uint32_t endpoint,
                                      const struct calpol_address *address,
                                      int family,
                                      bool is_destination,
                                      struct end *out_end)
{
    const struct cp_endpoint_record *records = programs->records[family];
    uint32_t needed = family ? CP_RECORD_HAS_IPV6 : CP_RECORD_HAS_IPV4;

    if (endpoint != CALPOL_NONE && (endpoint >= programs->workload_count || !records))
        return false;
    if (address->family)
        return find_end_by_address(programs, endpoint, address, family, is_destination, out_end);
    if (endpoint == CALPOL_NONE || !(records[endpoint].flags & needed))
        return false;
    out_end->workload = endpoint;
    out_end->record = &records[endpoint];
    out_end->address_class = out_end->record->address_class;
    out_end->is_pinned = true;
    return true;
}

/* ---- Questions ------------------------------------------------------------------------------- */

CP_TARGET static inline void read_transport(const struct cp_programs *programs,
                                            const struct calpol_flow *flow,
                                            struct question *question)
{
    const uint32_t icmp = CALPOL_GIVEN_ICMP_TYPE | CALPOL_GIVEN_ICMP_CODE;

    question->slot = programs->slots[flow->protocol];
    if (cp_slot_has_ports(question->slot)) {
        question->key = flow->destination_port;
        question->has_key = flow->given & CALPOL_GIVEN_DESTINATION_PORT;
    } else {
        question->key = (uint16_t)(flow->icmp_type << 8 | flow->icmp_code);
        question->has_key = cp_slot_is_icmp(question->slot) && (flow->given & icmp) == icmp;
    }
    question->source_port = flow->source_port;
    question->has_source_port = flow->given & CALPOL_GIVEN_SOURCE_PORT;
    question->told = 0;
    if (flow->given & CALPOL_GIVEN_NO_HTTP || flow->protocol != CP_PROTOCOL_TCP)
        question->told |= CP_NEED_NO_HTTP;
    if (flow->given & CALPOL_GIVEN_NO_DOMAINS || question->destination.record)
        question->told |= CP_NEED_NO_DOMAINS;
}

CP_TARGET static inline bool
ask(const struct cp_programs *programs, const struct calpol_flow *flow, struct question *question)
{
    int family;

    if (!is_plain(programs, flow))
        return false;
    family = find_family(programs, flow);
    if (family < 0 ||
        !find_end(programs, flow->source_endpoint, &flow->source_address, family, false,
                  &question->source) ||
        !find_end(programs, flow->destination_endpoint, &flow->destination_address, family, true,
                  &question->destination))
        return false;
    read_transport(programs, flow, question);
    return true;
}

/* ---- Tables ---------------------------------------------------------------------------------- */

CP_TARGET static inline uint32_t padded(uint32_t count)
{
    return (count + CP_STEP - 1) / CP_STEP * CP_STEP;
}

CP_TARGET static inline uint32_t count_all(const uint16_t *begins, uint32_t count, uint16_t key)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < count; i += CP_STEP)
        sum += count_begins(begins + i, key);
    return sum;
}

CP_TARGET static inline uint32_t number_at(const void *numbers, uint32_t index, bool is_wide)
{
    return is_wide ? ((const uint16_t *)numbers)[index] : ((const uint8_t *)numbers)[index];
}

/* The value of a map with several ranges of 16-bit numbers. */
CP_TARGET static inline uint32_t
look_up(const unsigned char *program, struct cp_map map, uint16_t key, bool is_wide)
{
    const unsigned char *bytes = program + (size_t)map.place * 32;
    const uint16_t *begins = (const uint16_t *)(const void *)bytes;
    uint32_t count = padded(map.count), steps = count / CP_STEP, index;

    bytes += (size_t)count * sizeof(*begins);
    if (map.count <= CP_MANY) {
        index = count_all(begins, count, key) - 1;
    } else {
        uint32_t step =
            count_all((const uint16_t *)(const void *)bytes, padded(steps), key) - 1;

        if (step >= steps) /* the filler is 65535, which may be the key */
            step = steps - 1;
        index = step * CP_STEP + count_begins(begins + (size_t)step * CP_STEP, key) - 1;
        bytes += (size_t)padded(steps) * sizeof(*begins);
    }
    return number_at(bytes, index, is_wide);
}

/* The same for numbers of 32 bits. */
CP_TARGET static inline uint32_t
look_up_wide(const unsigned char *program, struct cp_map map, uint32_t key, bool is_wide)
{
    const unsigned char *bytes = program + (size_t)map.place * 32;
    const uint32_t *begins = (const uint32_t *)(const void *)bytes;
    uint32_t low = 0, count = map.count;

    while (count > 1) {
        uint32_t half = count / 2;

        if (begins[low + half] <= key)
            low += half;
        count -= half;
    }
    return number_at(bytes + (size_t)padded(map.count) * sizeof(*begins), low, is_wide);
}

CP_TARGET static inline uint32_t find_row(const struct cp_programs *programs,
                                          const struct cp_program_head *head,
                                          uint32_t address_class)
{
    const unsigned char *program = (const unsigned char *)head;

    if (head->dense_peers)
        return number_at(program + head->dense_peers, address_class, head->wide_rows);
    if (head->peers.count == 1)
        return head->peers.place;
    return programs->wide_classes
               ? look_up_wide(program, head->peers, address_class, head->wide_rows)
               : look_up(program, head->peers, (uint16_t)address_class, head->wide_rows);
}

/* Does a flow tell the numbers that some rule asks for? */
CP_TARGET static inline bool
tells_enough(const struct question *question, uint8_t asks_port, uint8_t asks_source_port)
{
    return (question->has_key || !(asks_port >> question->slot & 1)) &&
           (question->has_source_port || !(asks_source_port >> question->slot & 1));
}

CP_TARGET static inline uint32_t find_column(const struct cp_program_head *head,
                                             const struct question *question)
{
    const unsigned char *program = (const unsigned char *)head;
    struct cp_map slot = head->slots[question->slot];
    uint32_t column = slot.place, part;

    if (slot.count > 1)
        column = look_up(program, slot, question->key, head->wide_columns);
    if (head->part_count == 1)
        return column;
    part = look_up(program, head->source_ports, question->source_port, head->wide_columns);
    return number_at(program + (size_t)head->columns * 32, column * head->part_count + part,
                     head->wide_columns);
}

/* Where the decision of a table is. */
CP_TARGET static inline const void *find_cell(const struct cp_programs *programs,
                                              const struct cp_program_head *head,
                                              const struct question *question,
                                              uint32_t peer_class)
{
    size_t size = programs->wide_cells ? sizeof(uint32_t) : sizeof(uint16_t);
    uint32_t row = find_row(programs, head, peer_class), column = find_column(head, question);

    return (const unsigned char *)head + head->cells +
           ((size_t)row * head->column_count + column) * size;
}

CP_TARGET static inline uint32_t read_cell(const struct cp_programs *programs, const void *cell)
{
    return programs->wide_cells ? *(const uint32_t *)cell : *(const uint16_t *)cell;
}

/* ---- Vectors --------------------------------------------------------------------------------- */

/* What the lines of a walk came to. */
struct finding {
    uint32_t decision; /* 0: ask the plain walk */
    uint32_t needs;
};

CP_TARGET static inline uint32_t find_place(const struct cp_vector_axis *axis, uint32_t key)
{
    uint32_t low = 0, count = axis->count;

    while (count > 1) {
        uint32_t half = count / 2;

        if (axis->begins[low + half] <= key)
            low += half;
        count -= half;
    }
    return axis->rows[low];
}

/* The first common bit from a bit of a block on. */
CP_TARGET static inline unsigned
first_common_from(const uint64_t *const blocks[CP_AXIS_COUNT], unsigned from)
{
    uint64_t mask = UINT64_MAX << (from % 64);

    for (unsigned i = from / 64; i < CP_BLOCK_WORDS; i++, mask = UINT64_MAX) {
        uint64_t word = blocks[0][i] & blocks[1][i] & blocks[2][i] & blocks[3][i] & mask;

        if (word)
            return i * 64 + (unsigned)__builtin_ctzll(word);
    }
    return CP_NO_BIT;
}

/* The first line from from on that all rows have; CP_NO_BIT if there is none. */
CP_TARGET static inline uint32_t
first_line(const struct cp_vectors *vectors, const uint32_t rows[CP_AXIS_COUNT], uint32_t from)
{
    const uint32_t block_lines = CP_BLOCK_WORDS * 64, words = vectors->summary_words;
    uint32_t first = from / block_lines;
    uint64_t mask = UINT64_MAX << (first % 64);
    const uint64_t *summaries[CP_AXIS_COUNT];
    const uint32_t *numbers[CP_AXIS_COUNT];

    for (int i = 0; i < CP_AXIS_COUNT; i++) {
        summaries[i] = vectors->axes[i].summaries + (size_t)rows[i] * words;
        numbers[i] = vectors->axes[i].blocks + (size_t)rows[i] * vectors->block_count;
    }
    for (uint32_t w = first / 64; w < words; w++, mask = UINT64_MAX) {
        uint64_t both = summaries[0][w] & summaries[1][w] & summaries[2][w] & summaries[3][w] & mask;

        for (; both; both &= both - 1) {
            uint32_t b = w * 64 + (uint32_t)__builtin_ctzll(both), bit;
            const uint64_t *blocks[CP_AXIS_COUNT];

            for (int i = 0; i < CP_AXIS_COUNT; i++)
                blocks[i] = vectors->blocks[numbers[i][b]];
            bit = b == first && from % block_lines
                      ? first_common_from(blocks, from % block_lines)
                      : first_common_bit(blocks[0], blocks[1], blocks[2], blocks[3]);
            if (bit != CP_NO_BIT)
                return b * block_lines + bit;
        }
    }
    return CP_NO_BIT;
}

CP_TARGET static inline struct finding walk_lines(const struct cp_vectors *vectors,
                                                  const uint32_t rows[CP_AXIS_COUNT])
{
    struct finding finding = {0, 0};
    uint32_t from = 0;

    for (;;) {
        uint32_t number = first_line(vectors, rows, from);
        const struct cp_vector_line *line;

        if (number == CP_NO_BIT)
            return (struct finding){0, 0};
        line = &vectors->lines[number];
        finding.needs |= line->needs;
        finding.decision = line->decision;
        if (line->decision)
            return finding;
        from = line->next;
    }
}

CP_TARGET static inline struct finding ask_vectors(const struct cp_vectors *vectors,
                                                   const struct question *question,
                                                   uint32_t own_class,
                                                   uint32_t peer_class)
{
    uint32_t transport = question->slot << 16, rows[CP_AXIS_COUNT];

    if (!tells_enough(question, vectors->asks_port, vectors->asks_source_port))
        return (struct finding){0, 0};
    transport |= question->key;
    rows[CP_AXIS_PEERS] = find_place(&vectors->axes[CP_AXIS_PEERS], peer_class);
    rows[CP_AXIS_TRANSPORT] = find_place(&vectors->axes[CP_AXIS_TRANSPORT], transport);
    rows[CP_AXIS_SOURCE_PORT] =
        find_place(&vectors->axes[CP_AXIS_SOURCE_PORT], question->source_port);
    rows[CP_AXIS_OWN] = find_place(&vectors->axes[CP_AXIS_OWN], own_class);
    return walk_lines(vectors, rows);
}

/* ---- Programs -------------------------------------------------------------------------------- */

CP_TARGET static inline const struct cp_program_head *program_at(const struct cp_programs *programs,
                                                                 uint32_t place)
{
    return (const struct cp_program_head *)(const void *)(programs->code + (size_t)place * 64);
}

/* The vectors that a program is, or leads to for another own address; NULL: it is a table, or
   nothing. */
CP_TARGET static inline const struct cp_vectors *vectors_of(const struct cp_programs *programs,
                                                            const struct cp_program_head *head,
                                                            const struct end *own)
{
    if (head->form != CP_FORM_VECTORS && (!head->own_is_fixed || own->is_pinned))
        return NULL;
    return head->vectors == CP_NO_VECTORS ? NULL : &programs->vectors[head->vectors];
}

CP_TARGET static inline bool is_table(const struct cp_program_head *head, const struct end *own)
{
    return head->form == CP_FORM_TABLE && (!head->own_is_fixed || own->is_pinned);
}

CP_TARGET static inline void write_decision(const struct cp_decision *decision,
                                            enum calpol_stage stage,
                                            struct calpol_decision *out_decision)
{
    *out_decision = (struct calpol_decision){
        .action = decision->action,
        .stage = (uint16_t)stage,
        .tier = decision->tier,
        .policy = decision->policy,
        .rule = decision->rule,
    };
}

/* One direction: what a program says of the peer. False: ask the plain walk. */
CP_TARGET static inline bool decide(const struct cp_programs *programs,
                                    const struct question *question,
                                    enum cp_direction direction,
                                    struct calpol_decision *out_decision)
{
    bool egress = direction == CP_EGRESS;
    const struct end *own = egress ? &question->source : &question->destination;
    const struct end *peer = egress ? &question->destination : &question->source;
    const struct cp_program_head *head = program_at(programs, own->record->programs[direction]);
    const struct cp_vectors *vectors = vectors_of(programs, head, own);
    struct finding finding = {0, 0};
    const struct cp_decision *decision;

    if (is_table(head, own)) {
        if (tells_enough(question, head->asks_port, head->asks_source_port))
            finding.decision =
                read_cell(programs, find_cell(programs, head, question, peer->address_class));
    } else if (vectors) {
        finding = ask_vectors(vectors, question, own->address_class, peer->address_class);
    }
    decision = &programs->decisions[finding.decision];
    if (decision->action == CP_ASK_WALK || (decision->needs | finding.needs) & ~question->told)
        return false;
    write_decision(decision,
                   egress ? CALPOL_STAGE_WORKLOAD_EGRESS : CALPOL_STAGE_WORKLOAD_INGRESS,
                   out_decision);
    return true;
}

/* ---- Verdicts -------------------------------------------------------------------------------- */

CP_TARGET static inline void
start_verdict(const struct question *question, struct calpol_verdict *out_verdict)
{
    const struct calpol_decision none = {
        .action = CALPOL_ACTION_NONE,
        .tier = CALPOL_NONE,
        .policy = CALPOL_NONE,
        .rule = -1,
    };

    (void)question;
    *out_verdict = (struct calpol_verdict){
        .action = CALPOL_ACTION_ALLOW,
        .egress = none,
        .ingress = none,
    };
}

/* A flow that no policy is asked about: between two ends outside, or within one workload. */
CP_TARGET static inline enum calpol_reason short_cut(const struct question *question)
{
    if (!question->source.record && !question->destination.record)
        return CALPOL_REASON_NO_ENDPOINT; /* EV-49 */
    if (question->source.record && question->destination.record &&
        question->source.workload == question->destination.workload)
        return CALPOL_REASON_SAME_ENDPOINT; /* EV-16 */
    return CALPOL_REASON_NONE;
}

/* EV-51 */
CP_TARGET static inline void finish_verdict(struct calpol_verdict *verdict)
{
    if (verdict->egress.action == CALPOL_ACTION_DENY)
        verdict->decided_by = CALPOL_STAGE_WORKLOAD_EGRESS;
    else if (verdict->ingress.action == CALPOL_ACTION_DENY)
        verdict->decided_by = CALPOL_STAGE_WORKLOAD_INGRESS;
    else
        return;
    verdict->action = CALPOL_ACTION_DENY;
}

CP_TARGET static inline void fetch(const struct cp_programs *programs, const struct question *question)
{
    uint32_t places[2] = {0, 0};

    if (question->source.record)
        places[0] = question->source.record->programs[CP_EGRESS];
    if (question->destination.record)
        places[1] = question->destination.record->programs[CP_INGRESS];
    for (int i = 0; i < 2; i++) {
        const unsigned char *program = programs->code + (size_t)places[i] * 64;

        for (int line = 0; line < 5; line++)
            __builtin_prefetch(program + (size_t)line * 64);
    }
}

CP_TARGET static inline bool answer(const struct cp_programs *programs,
                                    const struct question *question,
                                    struct calpol_verdict *out_verdict)
{
    struct calpol_verdict verdict;

    start_verdict(question, &verdict);
    verdict.reason = (uint8_t)short_cut(question);
    if (!verdict.reason) {
        if ((question->source.record && !decide(programs, question, CP_EGRESS, &verdict.egress)) ||
            (question->destination.record &&
             !decide(programs, question, CP_INGRESS, &verdict.ingress)))
            return false;
        finish_verdict(&verdict);
    }
    *out_verdict = verdict;
    return true;
}

CP_TARGET static bool judge(const struct cp_programs *programs,
                            const struct calpol_flow *flow,
                            struct calpol_verdict *out_verdict)
{
    struct question question;

    return ask(programs, flow, &question) && answer(programs, &question, out_verdict);
}

/* ---- Groups ---------------------------------------------------------------------------------- */

CP_TARGET static uint32_t judge_group(const struct cp_programs *programs,
                                      const struct calpol_flow *flows,
                                      uint32_t count,
                                      struct calpol_verdict *out_verdicts)
{
    struct question questions[CP_FAST_GROUP];
    uint32_t judged = 0;

    for (uint32_t i = 0; i < count; i++) {
        const struct cp_endpoint_record *records =
            programs->records[0] ? programs->records[0] : programs->records[1];

        if (!records)
            break;
        if (flows[i].source_endpoint < programs->workload_count)
            __builtin_prefetch(&records[flows[i].source_endpoint]);
        if (flows[i].destination_endpoint < programs->workload_count)
            __builtin_prefetch(&records[flows[i].destination_endpoint]);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!ask(programs, &flows[i], &questions[i]))
            continue;
        judged |= 1u << i;
        fetch(programs, &questions[i]);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (judged >> i & 1 && !answer(programs, &questions[i], &out_verdicts[i]))
            judged &= ~(1u << i);
    }
    return judged;
}

#endif
