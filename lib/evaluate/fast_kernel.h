/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of a kernel: from a plain flow to its verdict by programs.
 *
 * Each fast_<simd>.c includes this once. Before it says what instructions may be used (CP_TARGET);
 * behind it, it defines the functions that are worth it:
 *
 *     count_begins      how many of CP_STEP ascending numbers are at most key
 *     count_few_begins  the same of 1 to CP_USUAL_STEPS times as many; as many as would be CP_USUAL_STEPS
 *                       may be read
 *     first_common_bit  the first bit that four blocks have in common, CP_NO_BIT if there is none
 */
#ifndef CP_EVALUATE_FAST_KERNEL_H
#define CP_EVALUATE_FAST_KERNEL_H

#include "evaluate/fast.h"
#include "net/protocol.h"

#define CP_NO_BIT UINT32_MAX

CP_TARGET static inline unsigned count_begins(const uint16_t *begins, uint16_t key);
CP_TARGET static inline unsigned count_few_begins(const uint16_t *begins,
                                                  unsigned steps,
                                                  uint16_t key);
CP_TARGET static inline unsigned first_common_bit(const uint64_t *a,
                                                  const uint64_t *b,
                                                  const uint64_t *c,
                                                  const uint64_t *d);

/* Kept apart from what runs all the time. */
#define CP_SELDOM __attribute__((noinline))

/* ---- Flows ----------------------------------------------------------------------------------- */

#define UNDERSTOOD                                                                                 \
    (CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT | CALPOL_GIVEN_DESTINATION_PORT |            \
     CALPOL_GIVEN_ICMP_TYPE | CALPOL_GIVEN_ICMP_CODE | CALPOL_GIVEN_NO_HTTP |                      \
     CALPOL_GIVEN_NO_DOMAINS)

/* One end of a flow. */
struct end {
    const struct cp_endpoint_record *record; /* NULL: outside */
    uint32_t workload;                       /* CALPOL_NONE: outside */
    uint32_t address_class;
};

/* What programs are asked. Arrays by enum cp_direction: the end that is policed in it. */
struct question {
    const struct cp_program_head *heads[2]; /* NULL: nobody is policed */
    uint32_t own_classes[2];
    bool own_is_pinned[2]; /* the class is that of the endpoint's record */
    uint8_t slot;
    uint8_t untold;   /* enum cp_need: what decisions may need and the flow does not tell */
    uint16_t unknown; /* as asks of a program: what the flow does not tell */
    uint16_t key;     /* destination port, or ICMP type and code */
    uint16_t source_port;
    uint8_t reason; /* enum calpol_reason: no program is asked */
};

/* Is this a flow that programs know: the first packet of a connection, with a protocol? */
CP_TARGET static inline bool is_plain(const struct calpol_flow *flow)
{
    uint32_t reserved =
        flow->reserved[0] | flow->reserved[1] | flow->reserved[2] | flow->reserved[3];

    return !(reserved | (flow->given & ~(uint32_t)UNDERSTOOD) | flow->state) &&
           flow->given & CALPOL_GIVEN_PROTOCOL;
}

/* ---- Addresses ------------------------------------------------------------------------------- */

CP_TARGET static inline bool is_mapped(const struct calpol_address *address)
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    return memcmp(address->bytes, mapped, sizeof(mapped)) == 0;
}

/* The way that a node has for a byte. */
CP_TARGET static inline uint32_t find_way(const struct cp_address_map *map,
                                          const struct cp_address_node *node,
                                          unsigned byte)
{
    uint64_t up_to = node->begins[byte / 64] & UINT64_MAX >> (63 - byte % 64);
    uint32_t way = node->before[byte / 64] + (uint32_t)__builtin_popcountll(up_to) - 1;

    return node->first == CP_WAYS_HERE ? node->here[way] : map->ways[node->first + way];
}

/* The way through the nodes of an address. */
CP_TARGET static inline uint32_t follow(const struct cp_address_map *map, const uint8_t *bytes)
{
    uint32_t way = map->root;

    while (way >> CP_ADDRESS_BITS == CP_ADDRESS_NODE)
        way = find_way(map, &map->nodes[way & CP_ADDRESS_MASK], *bytes++);
    return way;
}

/* The range of an IPv4 address, which is one of CP_MOST_RANGES from one on. */
CP_TARGET static inline uint32_t find_ipv4_range(const struct cp_address_map *map,
                                                 uint32_t first,
                                                 uint32_t address)
{
    const struct cp_address_key *begins = map->begins + first;
    uint32_t inside = 0;

    if (map->count - first >= CP_MOST_RANGES) {
        for (uint32_t i = 1; i < CP_MOST_RANGES; i++) /* without jumps */
            inside += (uint32_t)(begins[i].high >> 32) <= address;
        return first + inside;
    }
    while (first + inside + 1 < map->count && (uint32_t)(begins[inside + 1].high >> 32) <= address)
        inside++;
    return first + inside;
}

CP_TARGET static inline uint32_t find_ipv4(const struct cp_address_map *map,
                                           const struct calpol_address *address)
{
    const uint8_t *bytes = address->bytes;
    uint32_t way = follow(map, bytes);

    if (way >> CP_ADDRESS_BITS != CP_ADDRESS_RANGES)
        return way;
    return map->values[find_ipv4_range(map, way & CP_ADDRESS_MASK,
                                       (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 |
                                           (uint32_t)bytes[2] << 8 | bytes[3])];
}

CP_TARGET static CP_SELDOM uint32_t find_ipv6(const struct cp_address_map *map,
                                              const struct calpol_address *address)
{
    struct cp_address_key key = cp_address_key_of(address);
    uint32_t way = follow(map, address->bytes), range = way & CP_ADDRESS_MASK;

    if (way >> CP_ADDRESS_BITS != CP_ADDRESS_RANGES)
        return way;
    while (range + 1 < map->count && cp_address_key_compare(map->begins[range + 1], key) <= 0)
        range++;
    return map->values[range];
}

/* What an address is: enum cp_address_type and a number. */
CP_TARGET static inline uint32_t find_address(const struct cp_programs *programs,
                                              const struct calpol_address *address,
                                              int family)
{
    return family ? find_ipv6(&programs->addresses[1], address)
                  : find_ipv4(&programs->addresses[0], address);
}

/* The family of a flow between two workloads by the addresses that both have (EV-14); -1: ask the plain
   walk. */
CP_TARGET static inline int common_family(uint32_t source_flags, uint32_t destination_flags)
{
    uint32_t common = source_flags & destination_flags & (CP_RECORD_HAS_IPV4 | CP_RECORD_HAS_IPV6);
    uint32_t first =
        destination_flags & CP_RECORD_IPV6_FIRST ? CP_RECORD_HAS_IPV6 : CP_RECORD_HAS_IPV4;

    if (!common)
        return -1;
    return (common & first ? first : common) == CP_RECORD_HAS_IPV6;
}

/* The family of the addresses that a flow gives; -1: ask the plain walk. */
CP_TARGET static inline int given_family(const struct calpol_flow *flow)
{
    uint8_t source = flow->source_address.family, destination = flow->destination_address.family;
    uint8_t family = source | destination;

    if ((source && destination && source != destination) || (family != 4 && family != 6))
        return -1;
    return family == 6;
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
    *out_end = (struct end){&records[endpoint], endpoint, records[endpoint].address_class};
    return true;
}

/* ---- Questions ------------------------------------------------------------------------------- */

CP_TARGET static inline const struct cp_program_head *program_at(const struct cp_programs *programs,
                                                                 uint32_t place)
{
    return (const struct cp_program_head *)(const void *)(programs->code + (size_t)place * 64);
}

/* A flow that no policy is asked about: between two ends outside, or within one workload. */
CP_TARGET static inline enum calpol_reason short_cut(const struct end *source,
                                                     const struct end *destination)
{
    if (source->workload != destination->workload)
        return CALPOL_REASON_NONE;
    return source->record ? CALPOL_REASON_SAME_ENDPOINT /* EV-16 */
                          : CALPOL_REASON_NO_ENDPOINT;  /* EV-49 */
}

/* What programs are asked at one end. */
CP_TARGET static inline void ask_end(const struct cp_programs *programs,
                                     const struct end *end,
                                     enum cp_direction direction,
                                     struct question *question)
{
    const struct cp_endpoint_record *record = end->record;

    question->own_classes[direction] = end->address_class;
    question->heads[direction] = NULL;
    question->own_is_pinned[direction] = record && record->address_class == end->address_class;
    if (record)
        question->heads[direction] = program_at(programs, record->programs[direction]);
}

CP_TARGET static CP_SELDOM bool ask_by_address(const struct cp_programs *programs,
                                               const struct calpol_flow *flow,
                                               struct question *question)
{
    int family = given_family(flow);
    struct end source, destination;

    if (family < 0 ||
        !find_end(programs, flow->source_endpoint, &flow->source_address, family, false, &source) ||
        !find_end(programs, flow->destination_endpoint, &flow->destination_address, family, true,
                  &destination))
        return false;
    ask_end(programs, &source, CP_EGRESS, question);
    ask_end(programs, &destination, CP_INGRESS, question);
    question->reason = (uint8_t)short_cut(&source, &destination);
    return true;
}

/* Two workloads with addresses of their own. */
CP_TARGET static inline bool ask_workloads(const struct cp_programs *programs,
                                           const struct calpol_flow *flow,
                                           struct question *question)
{
    const struct cp_endpoint_record *records = programs->any_records;
    uint32_t from = flow->source_endpoint, to = flow->destination_endpoint;
    int family;

    if (from >= programs->workload_count || to >= programs->workload_count)
        return false;
    family = common_family(records[from].flags, records[to].flags);
    if (family < 0)
        return false;
    records = programs->records[family];
    question->heads[CP_EGRESS] = program_at(programs, records[from].programs[CP_EGRESS]);
    question->heads[CP_INGRESS] = program_at(programs, records[to].programs[CP_INGRESS]);
    question->own_classes[CP_EGRESS] = records[from].address_class;
    question->own_classes[CP_INGRESS] = records[to].address_class;
    question->own_is_pinned[CP_EGRESS] = true;
    question->own_is_pinned[CP_INGRESS] = true;
    question->reason = from == to ? CALPOL_REASON_SAME_ENDPOINT : CALPOL_REASON_NONE; /* EV-16 */
    return true;
}

/* An end that is in no ruleset, or any other. */
CP_TARGET static inline bool find_given_end(const struct cp_programs *programs,
                                            uint32_t endpoint,
                                            const struct cp_endpoint_record *records,
                                            const struct calpol_address *address,
                                            int family,
                                            bool is_destination,
                                            struct end *out_end)
{
    uint32_t needed = family ? CP_RECORD_HAS_IPV6 : CP_RECORD_HAS_IPV4;

    if (!records)
        return find_end(programs, endpoint, address, family, is_destination, out_end);
    if (!(records[family].flags & needed))
        return false;
    *out_end = (struct end){&records[family], endpoint, records[family].address_class};
    return true;
}

/* Which addresses an end has, if it is an endpoint. */
CP_TARGET static inline uint32_t flags_of_end(const struct cp_programs *programs,
                                              uint32_t endpoint,
                                              const struct cp_endpoint_record *records)
{
    if (records)
        return records[0].flags;
    return endpoint < programs->workload_count ? programs->any_records[endpoint].flags : 0;
}

CP_TARGET static CP_SELDOM bool ask_with(const struct cp_programs *programs,
                                         const struct calpol_flow *flow,
                                         const struct cp_fast_ends *ends,
                                         struct question *question)
{
    bool by_address = flow->source_address.family | flow->destination_address.family;
    struct end source, destination;
    int family =
        by_address
            ? given_family(flow)
            : common_family(flags_of_end(programs, flow->source_endpoint, ends->source),
                            flags_of_end(programs, flow->destination_endpoint, ends->destination));

    if (family < 0 ||
        !find_given_end(programs, flow->source_endpoint, ends->source, &flow->source_address,
                        family, false, &source) ||
        !find_given_end(programs, flow->destination_endpoint, ends->destination,
                        &flow->destination_address, family, true, &destination))
        return false;
    ask_end(programs, &source, CP_EGRESS, question);
    ask_end(programs, &destination, CP_INGRESS, question);
    question->reason = (uint8_t)short_cut(&source, &destination);
    return true;
}

/* Which of the numbers that rules may ask for the flow does not tell. */
CP_TARGET static inline uint16_t unknown_numbers(uint32_t given, unsigned slot)
{
    const uint32_t icmp = CALPOL_GIVEN_ICMP_TYPE | CALPOL_GIVEN_ICMP_CODE;
    uint32_t needed = cp_slot_is_icmp(slot) ? icmp : CALPOL_GIVEN_DESTINATION_PORT;
    unsigned unknown = (given & needed) != needed;

    unknown |= (given & CALPOL_GIVEN_SOURCE_PORT) ? 0 : 1u << CP_SLOT_COUNT;
    return (uint16_t)(unknown << slot);
}

CP_TARGET static inline uint8_t untold_needs(const struct calpol_flow *flow, bool is_inside)
{
    unsigned untold = 0;

    if (!(flow->given & CALPOL_GIVEN_NO_HTTP) && flow->protocol == CP_PROTOCOL_TCP)
        untold |= CP_NEED_NO_HTTP;
    if (!(flow->given & CALPOL_GIVEN_NO_DOMAINS) && !is_inside)
        untold |= CP_NEED_NO_DOMAINS;
    return (uint8_t)untold;
}

/* What is asked about protocol, ports and all else but the ends. */
CP_TARGET static inline void ask_numbers(const struct calpol_flow *flow,
                                         unsigned slot,
                                         struct question *question)
{
    question->slot = (uint8_t)slot;
    question->unknown = unknown_numbers(flow->given, slot);
    question->untold = untold_needs(flow, question->heads[CP_INGRESS] != NULL);
    question->key = flow->destination_port;
    if (!cp_slot_has_ports(slot))
        question->key = (uint16_t)(flow->icmp_type << 8 | flow->icmp_code);
    question->source_port = flow->source_port;
}

/* False: ask the plain walk. */
CP_TARGET static inline bool ask(const struct cp_programs *programs,
                                 const struct calpol_flow *flow,
                                 struct question *question)
{
    unsigned slot = programs->slots[flow->protocol];
    bool by_address = flow->source_address.family | flow->destination_address.family;

    if (!is_plain(flow) || slot == CP_NO_SLOT ||
        !(by_address ? ask_by_address(programs, flow, question)
                     : ask_workloads(programs, flow, question)))
        return false;
    ask_numbers(flow, slot, question);
    return true;
}

/* ---- Tables ---------------------------------------------------------------------------------- */

CP_TARGET static inline uint32_t number_at(const void *numbers, uint32_t index, bool is_wide)
{
    return is_wide ? ((const uint16_t *)numbers)[index] : ((const uint8_t *)numbers)[index];
}

CP_TARGET static inline uint32_t count_all(const uint16_t *begins, uint32_t steps, uint16_t key)
{
    uint32_t sum = 0;

    for (uint32_t i = 0; i < steps; i++)
        sum += count_begins(begins + (size_t)i * CP_STEP, key);
    return sum;
}

/* Which range of a map with tops a number is in. */
CP_TARGET static CP_SELDOM uint32_t find_range(const uint16_t *begins,
                                               struct cp_map map,
                                               uint16_t key)
{
    uint32_t step = count_all(begins + (size_t)map.steps * CP_STEP, map.tops, key) - 1;

    if (step >= map.steps) /* the filler is 65535, which may be the key */
        step = map.steps - 1u;
    return step * CP_STEP + count_begins(begins + (size_t)step * CP_STEP, key) - 1;
}

/* The value of a map for numbers of 16 bits. */
CP_TARGET static inline uint32_t look_up(const unsigned char *program,
                                         struct cp_map map,
                                         uint16_t key,
                                         bool is_wide)
{
    const uint16_t *begins = (const uint16_t *)(const void *)(program + (size_t)map.place * 32);
    const void *values = begins + (size_t)(map.steps + map.tops) * CP_STEP;

    if (!map.steps)
        return map.place;
    return number_at(
        values, map.tops ? find_range(begins, map, key) : count_all(begins, map.steps, key) - 1,
        is_wide);
}

/* The same for numbers of 32 bits. */
CP_TARGET static CP_SELDOM uint32_t look_up_wide(const unsigned char *program,
                                                 struct cp_map map,
                                                 uint32_t key,
                                                 bool is_wide)
{
    const uint32_t *begins = (const uint32_t *)(const void *)(program + (size_t)map.place * 32);
    uint32_t low = 0, count = map.steps * CP_STEP;

    if (!count)
        return map.place;
    while (count > 1) {
        uint32_t half = count / 2;

        if (begins[low + half] <= key)
            low += half;
        count -= half;
    }
    return number_at(begins + (size_t)map.steps * CP_STEP, low, is_wide);
}

CP_TARGET static inline uint32_t find_row(const struct cp_programs *programs,
                                          const struct cp_program_head *head,
                                          uint32_t address_class)
{
    const unsigned char *program = (const unsigned char *)head;

    if (head->is_dense)
        return number_at(program + CP_DENSE_PLACE, address_class, head->wide_rows);
    return programs->wide_classes
               ? look_up_wide(program, head->peers, address_class, head->wide_rows)
               : look_up(program, head->peers, (uint16_t)address_class, head->wide_rows);
}

/* The column of a program that asks for source ports. */
CP_TARGET static CP_SELDOM uint32_t find_column_of_part(const struct cp_program_head *head,
                                                        uint32_t column,
                                                        uint16_t source_port)
{
    const unsigned char *program = (const unsigned char *)head;
    uint32_t part = look_up(program, head->source_ports, source_port, head->wide_columns);

    return number_at(program + (size_t)head->columns * 32, column * head->part_count + part,
                     head->wide_columns);
}

/* Where the decision of a table is. */
CP_TARGET static inline const void *find_cell(const struct cp_programs *programs,
                                              const struct cp_program_head *head,
                                              const struct question *question,
                                              uint32_t peer_class)
{
    const unsigned char *program = (const unsigned char *)head;
    uint32_t row = find_row(programs, head, peer_class);
    uint32_t column =
        look_up(program, head->slots[question->slot], question->key, head->wide_columns);

    if (head->part_count > 1)
        column = find_column_of_part(head, column, question->source_port);
    return program + head->cells +
           (((size_t)row * head->column_count + column) << programs->cell_shift);
}

CP_TARGET static inline uint32_t read_cell(const struct cp_programs *programs, const void *cell)
{
    return programs->cell_shift == 1 ? *(const uint16_t *)cell : *(const uint32_t *)cell;
}

/* ---- Vectors --------------------------------------------------------------------------------- */

/* What the lines of a walk came to. */
struct finding {
    uint32_t decision; /* 0: ask the plain walk */
    uint32_t needs;
};

/* The row of a number on an axis. */
CP_TARGET static inline uint32_t find_vector(const struct cp_vector_axis *axis, uint32_t key)
{
    uint32_t low, count;

    if (!axis->count)
        return axis->rows[key];
    low = axis->pages[key / CP_PAGE];
    count = axis->pages[key / CP_PAGE + 1] - low + 1;
    while (count > 1) {
        uint32_t half = count / 2;

        if (axis->begins[low + half] <= key)
            low += half;
        count -= half;
    }
    return axis->rows[low];
}

/* The first common bit from a bit of a block on. */
CP_TARGET static inline unsigned first_common_from(const uint64_t *const blocks[CP_AXIS_COUNT],
                                                   unsigned from)
{
    uint64_t mask = UINT64_MAX << (from % 64);

    for (unsigned i = from / 64; i < CP_BLOCK_WORDS; i++, mask = UINT64_MAX) {
        uint64_t word = blocks[0][i] & blocks[1][i] & blocks[2][i] & blocks[3][i] & mask;

        if (word)
            return i * 64 + (unsigned)__builtin_ctzll(word);
    }
    return CP_NO_BIT;
}

/* The blocks of rows that have a bit in a word of their summaries. before: numbers of earlier words. */
CP_TARGET static inline void find_blocks(const struct cp_vectors *vectors,
                                         const uint64_t *const rows[CP_AXIS_COUNT],
                                         const uint32_t before[CP_AXIS_COUNT],
                                         uint32_t word,
                                         uint64_t below,
                                         const uint64_t *out_blocks[CP_AXIS_COUNT])
{
    for (int i = 0; i < CP_AXIS_COUNT; i++) {
        const uint32_t *numbers =
            (const uint32_t *)(const void *)(rows[i] + vectors->summary_words);
        uint32_t rank = before[i] + (uint32_t)__builtin_popcountll(rows[i][word] & below);

        out_blocks[i] = vectors->blocks[numbers[rank]];
    }
}

/* Of the lines from the bit from on that all rows have, the one of the lowest order; CP_NO_BIT if there
   is none. */
CP_TARGET static inline uint32_t first_line(const struct cp_vectors *vectors,
                                            const uint64_t *const rows[CP_AXIS_COUNT],
                                            uint32_t from)
{
    const uint32_t block_lines = CP_BLOCK_WORDS * 64, first = from / block_lines;
    uint32_t before[CP_AXIS_COUNT] = {0}, line = CP_NO_BIT, order = UINT32_MAX;

    for (uint32_t w = 0; w < vectors->summary_words; w++) {
        uint64_t both = rows[0][w] & rows[1][w] & rows[2][w] & rows[3][w];

        if (w <= first / 64)
            both &= w == first / 64 ? UINT64_MAX << (first % 64) : 0;
        for (; both; both &= both - 1) {
            uint32_t b = w * 64 + (uint32_t)__builtin_ctzll(both), bit;
            const uint64_t *blocks[CP_AXIS_COUNT];

            if (vectors->lowest_orders[b] > order)
                return line;
            find_blocks(vectors, rows, before, w, (both & -both) - 1, blocks);
            bit = b == first && from % block_lines
                      ? first_common_from(blocks, from % block_lines)
                      : first_common_bit(blocks[0], blocks[1], blocks[2], blocks[3]);
            if (bit == CP_NO_BIT || vectors->orders[b * block_lines + bit] >= order)
                continue;
            line = b * block_lines + bit;
            order = vectors->orders[line];
            __builtin_prefetch(&vectors->lines[line]);
        }
        for (int i = 0; i < CP_AXIS_COUNT; i++)
            before[i] += (uint32_t)__builtin_popcountll(rows[i][w]);
    }
    return line;
}

CP_TARGET static inline struct finding walk_lines(const struct cp_vectors *vectors,
                                                  const uint64_t *const rows[CP_AXIS_COUNT])
{
    struct finding finding = {0, 0};
    uint32_t from = 0;

    for (;;) {
        uint32_t number = first_line(vectors, rows, from);
        const struct cp_vector_line *line;

        if (number == CP_NO_BIT)
            number = vectors->otherwise;
        if (number == CP_NONE)
            return (struct finding){0, 0};
        line = &vectors->lines[number];
        finding.needs |= line->needs;
        finding.decision = line->decision;
        if (line->decision)
            return finding;
        from = line->next;
    }
}

/* What was found of a direction, and where to look on. */
struct lookup {
    const void *cell;                    /* of a table, or NULL */
    const struct cp_vectors *vectors;    /* or NULL */
    const uint64_t *rows[CP_AXIS_COUNT]; /* of vectors */
    struct finding finding;              /* else, or in the end */
};

static const struct lookup nothing = {.cell = NULL};

/* The rows of vectors that a question asks for. */
CP_TARGET static CP_SELDOM void find_rows(const struct cp_vectors *vectors,
                                          const struct question *question,
                                          enum cp_direction direction,
                                          struct lookup *lookup)
{
    const struct cp_vector_axis *axes = vectors->axes;
    uint32_t transport = (uint32_t)question->slot << 16 | question->key, rows[CP_AXIS_COUNT];

    rows[CP_AXIS_PEERS] = find_vector(&axes[CP_AXIS_PEERS], question->own_classes[!direction]);
    rows[CP_AXIS_TRANSPORT] = find_vector(&axes[CP_AXIS_TRANSPORT], transport);
    rows[CP_AXIS_SOURCE_PORT] = find_vector(&axes[CP_AXIS_SOURCE_PORT], question->source_port);
    rows[CP_AXIS_OWN] = find_vector(&axes[CP_AXIS_OWN], question->own_classes[direction]);
    if (vectors->joined) {
        rows[CP_AXIS_TRANSPORT] =
            vectors
                ->joined[rows[CP_AXIS_TRANSPORT] * vectors->part_count + rows[CP_AXIS_SOURCE_PORT]];
        rows[CP_AXIS_SOURCE_PORT] = 0;
    }
    lookup->vectors = vectors;
    for (int i = 0; i < CP_AXIS_COUNT; i++) {
        lookup->rows[i] = axes[i].records + rows[i];
        __builtin_prefetch(lookup->rows[i]);
    }
}

/* ---- Programs -------------------------------------------------------------------------------- */

/* A program that is no table, or holds for another class of the endpoint's own address. */
CP_TARGET static CP_SELDOM void look_otherwise(const struct cp_programs *programs,
                                               const struct question *question,
                                               enum cp_direction direction,
                                               struct lookup *lookup)
{
    const struct cp_program_head *head = question->heads[direction];
    const struct cp_vectors *vectors = programs->vectors;

    if (head->form == CP_FORM_NONE || head->vectors == CP_NO_VECTORS)
        return;
    vectors += head->vectors;
    if (!(question->unknown & vectors->asks))
        find_rows(vectors, question, direction, lookup);
}

/* Does a table hold whatever the class of the endpoint's own address is? */
CP_TARGET static inline bool is_plain_table(const struct cp_program_head *head)
{
    return head->form == CP_FORM_TABLE && !head->own_is_fixed;
}

CP_TARGET static inline void look_at(const struct cp_programs *programs,
                                     const struct question *question,
                                     enum cp_direction direction,
                                     struct lookup *lookup)
{
    const struct cp_program_head *head = question->heads[direction];

    if (!is_plain_table(head) &&
        (head->form != CP_FORM_TABLE || !question->own_is_pinned[direction]))
        look_otherwise(programs, question, direction, lookup);
    else if (!(question->unknown & head->asks))
        lookup->cell = find_cell(programs, head, question, question->own_classes[!direction]);
}

CP_TARGET static inline const struct cp_decision *decision_of(const struct cp_programs *programs,
                                                              struct lookup *lookup)
{
    if (lookup->cell)
        return &programs->decisions[read_cell(programs, lookup->cell)];
    if (lookup->vectors)
        lookup->finding = walk_lines(lookup->vectors, lookup->rows);
    return &programs->decisions[lookup->finding.decision];
}

/* Does a decision hold for what the flow tells? */
CP_TARGET static inline bool holds(const struct cp_decision *decision,
                                   const struct lookup *lookup,
                                   const struct question *question)
{
    uint32_t needs = decision->needs | lookup->finding.needs;

    return decision->action != CP_ASK_WALK && !(needs & question->untold);
}

/* ---- Verdicts -------------------------------------------------------------------------------- */

static const struct cp_decision no_decision = {
    .action = CALPOL_ACTION_NONE,
    .stage = CALPOL_STAGE_NONE,
    .tier = CALPOL_NONE,
    .policy = CALPOL_NONE,
    .rule = -1,
};

_Static_assert(sizeof(struct cp_decision) == sizeof(struct calpol_decision) &&
                   offsetof(struct cp_decision, needs) ==
                       offsetof(struct calpol_decision, reason) &&
                   offsetof(struct cp_decision, stage) == offsetof(struct calpol_decision, stage) &&
                   offsetof(struct cp_decision, tier) == offsetof(struct calpol_decision, tier) &&
                   offsetof(struct cp_decision, policy) ==
                       offsetof(struct calpol_decision, policy) &&
                   offsetof(struct cp_decision, rule) == offsetof(struct calpol_decision, rule),
               "decisions are copied as they are");

/* Everything but the needs, which are where a decision has a reason. */
CP_TARGET static inline void write_decision(const struct cp_decision *decision,
                                            struct calpol_decision *out_decision)
{
    static const struct cp_decision kept = {UINT8_MAX, 0, UINT16_MAX, UINT32_MAX, UINT32_MAX, -1};
    uint64_t words[2], mask[2];

    memcpy(words, decision, sizeof(words));
    memcpy(mask, &kept, sizeof(mask));
    words[0] &= mask[0];
    memcpy(out_decision, words, sizeof(words));
}

/* EV-51 */
CP_TARGET static inline void write_verdict(const struct cp_decision *egress,
                                           const struct cp_decision *ingress,
                                           uint8_t reason,
                                           struct calpol_verdict *out_verdict)
{
    bool denies_egress = egress->action == CALPOL_ACTION_DENY;
    bool denies_ingress = ingress->action == CALPOL_ACTION_DENY;
    unsigned decided_by = denies_ingress ? CALPOL_STAGE_WORKLOAD_INGRESS : CALPOL_STAGE_NONE;
    struct calpol_verdict head = {.reason = reason};

    decided_by = denies_egress ? CALPOL_STAGE_WORKLOAD_EGRESS : decided_by;
    head.action = decided_by ? CALPOL_ACTION_DENY : CALPOL_ACTION_ALLOW;
    head.decided_by = (uint16_t)decided_by;
    memcpy(out_verdict, &head, offsetof(struct calpol_verdict, egress));
    write_decision(egress, &out_verdict->egress);
    write_decision(ingress, &out_verdict->ingress);
}

/* ---- One flow -------------------------------------------------------------------------------- */

CP_TARGET static CP_SELDOM bool judge_question(const struct cp_programs *programs,
                                               const struct question *question,
                                               struct calpol_verdict *out_verdict)
{
    const struct cp_decision *decisions[2] = {&no_decision, &no_decision};
    struct lookup lookups[2] = {nothing, nothing};

    for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
        if (!question->heads[direction] || question->reason)
            continue;
        look_at(programs, question, (enum cp_direction)direction, &lookups[direction]);
        decisions[direction] = decision_of(programs, &lookups[direction]);
        if (!holds(decisions[direction], &lookups[direction], question))
            return false;
    }
    write_verdict(decisions[CP_EGRESS], decisions[CP_INGRESS], question->reason, out_verdict);
    return true;
}

/* The general way. */
CP_TARGET static CP_SELDOM bool judge_any(const struct cp_programs *programs,
                                          const struct calpol_flow *flow,
                                          struct calpol_verdict *out_verdict)
{
    struct question question;

    return ask(programs, flow, &question) && judge_question(programs, &question, out_verdict);
}

/* ---- Usual flows ----------------------------------------------------------------------------- */

/* A flow between two workloads, by their numbers or IPv4 addresses, of which everything is told, with a
   protocol that has ports. Arrays by enum cp_direction: the end that is policed in it. */
struct usual {
    const unsigned char *programs[2];
    uint32_t peer_classes[2];
    uint32_t slot;
    uint16_t key;
};

#define TOLD                                                                                       \
    (CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT | CALPOL_GIVEN_DESTINATION_PORT |            \
     CALPOL_GIVEN_NO_HTTP | CALPOL_GIVEN_NO_DOMAINS)
#define ICMP_TOLD (uint32_t)(CALPOL_GIVEN_ICMP_TYPE | CALPOL_GIVEN_ICMP_CODE)

/* Who a usual flow is between. False: it is another one. */
CP_TARGET static inline bool find_usual_ends(const struct cp_programs *programs,
                                             const struct calpol_flow *flow,
                                             uint32_t *out_from,
                                             uint32_t *out_to)
{
    const struct cp_address_map *map = &programs->addresses[0];
    uint32_t from, to;

    *out_from = flow->source_endpoint;
    *out_to = flow->destination_endpoint;
    if (!(flow->source_address.family | flow->destination_address.family))
        return true;
    if (flow->source_address.family != 4 || flow->destination_address.family != 4 ||
        (flow->source_endpoint & flow->destination_endpoint) != CALPOL_NONE || programs->any_family)
        return false;
    from = find_ipv4(map, &flow->source_address) ^ (uint32_t)CP_ADDRESS_WORKLOAD << CP_ADDRESS_BITS;
    to = find_ipv4(map, &flow->destination_address) ^ (uint32_t)CP_ADDRESS_WORKLOAD
                                                          << CP_ADDRESS_BITS;
    *out_from = from;
    *out_to = to;
    return (from | to) <= CP_ADDRESS_MASK;
}

/* False: it is another one. */
CP_TARGET static inline bool ask_usual(const struct cp_programs *programs,
                                       const struct calpol_flow *flow,
                                       struct usual *out_usual)
{
    const struct cp_endpoint_record *from = programs->any_records, *to = from;
    uint32_t other = (flow->given & ~ICMP_TOLD) ^ TOLD, slot = programs->slots[flow->protocol];
    uint32_t source, destination;

    other |= flow->state | flow->reserved[0] | flow->reserved[1] | flow->reserved[2] |
             flow->reserved[3] | !cp_slot_has_ports(slot);
    if (other || !find_usual_ends(programs, flow, &source, &destination))
        return false;
    if ((source >= programs->workload_count) | (destination >= programs->workload_count) |
        (source == destination))
        return false;
    from += source;
    to += destination;
    if (!flow->source_address.family &&
        common_family(from->flags, to->flags) != programs->any_family)
        return false;
    out_usual->programs[CP_EGRESS] = programs->code + (size_t)from->programs[CP_EGRESS] * 64;
    out_usual->programs[CP_INGRESS] = programs->code + (size_t)to->programs[CP_INGRESS] * 64;
    out_usual->peer_classes[CP_EGRESS] = to->address_class;
    out_usual->peer_classes[CP_INGRESS] = from->address_class;
    out_usual->slot = slot;
    out_usual->key = flow->destination_port;
    return true;
}

CP_TARGET static inline const struct cp_program_head *usual_head(const struct usual *usual,
                                                                 enum cp_direction direction)
{
    return (const struct cp_program_head *)(const void *)usual->programs[direction];
}

/* The column of TCP: it is known where its map lies, so that need not wait for the head. */
CP_TARGET static inline uint32_t tcp_column(const unsigned char *maps,
                                            struct cp_map map,
                                            uint16_t key)
{
    const uint16_t *begins = (const uint16_t *)(const void *)maps;

    if (!map.steps)
        return map.place;
    return maps[(size_t)map.steps * CP_STEP * sizeof(*begins) +
                count_few_begins(begins, map.steps, key) - 1];
}

/* Where the decision of a usual program is. */
CP_TARGET static inline const void *find_usual_cell(const struct cp_programs *programs,
                                                    const struct usual *usual,
                                                    enum cp_direction direction)
{
    const struct cp_program_head *head = usual_head(usual, direction);
    const unsigned char *program = usual->programs[direction];
    uint32_t row = program[CP_DENSE_PLACE + usual->peer_classes[direction]], column;
    struct cp_map map = head->slots[usual->slot];

    if (usual->slot == CP_SLOT_TCP)
        column = tcp_column(program + programs->slots_place, map, usual->key);
    else
        column = look_up(program, map, usual->key, false);
    return program + head->cells +
           (((size_t)row * head->column_count + column) << programs->cell_shift);
}

CP_TARGET static bool judge(const struct cp_programs *programs,
                            const struct calpol_flow *flow,
                            struct calpol_verdict *out_verdict)
{
    const struct cp_decision *egress, *ingress;
    const void *out_cell, *in_cell;
    struct usual usual;

    if (!ask_usual(programs, flow, &usual) ||
        !(usual_head(&usual, CP_EGRESS)->is_usual & usual_head(&usual, CP_INGRESS)->is_usual))
        return judge_any(programs, flow, out_verdict);
    out_cell = find_usual_cell(programs, &usual, CP_EGRESS);
    in_cell = find_usual_cell(programs, &usual, CP_INGRESS);
    egress = &programs->decisions[read_cell(programs, out_cell)];
    ingress = &programs->decisions[read_cell(programs, in_cell)];
    if (egress->action == CP_ASK_WALK || ingress->action == CP_ASK_WALK)
        return false;
    write_verdict(egress, ingress, CALPOL_REASON_NONE, out_verdict);
    return true;
}

CP_TARGET static bool judge_with(const struct cp_programs *programs,
                                 const struct calpol_flow *flow,
                                 const struct cp_fast_ends *ends,
                                 struct calpol_verdict *out_verdict)
{
    unsigned slot = programs->slots[flow->protocol];
    struct question question;

    if (!is_plain(flow) || slot == CP_NO_SLOT || !ask_with(programs, flow, ends, &question))
        return false;
    ask_numbers(flow, slot, &question);
    return judge_question(programs, &question, out_verdict);
}

/* ---- Groups ---------------------------------------------------------------------------------- */

CP_TARGET static inline void fetch_records(const struct cp_programs *programs,
                                           const struct calpol_flow *flows,
                                           uint32_t count)
{
    const struct cp_endpoint_record *records = programs->any_records;

    for (uint32_t i = 0; i < count; i++) {
        if (flows[i].source_endpoint < programs->workload_count)
            __builtin_prefetch(&records[flows[i].source_endpoint]);
        if (flows[i].destination_endpoint < programs->workload_count)
            __builtin_prefetch(&records[flows[i].destination_endpoint]);
    }
}

/* The lines of a program that are needed, as far as that is known before its head is read: the row of
   the peer, where rows are dense; and the first maps. */
CP_TARGET static inline void fetch_program(const struct cp_programs *programs,
                                           const unsigned char *program,
                                           uint32_t peer_class)
{
    __builtin_prefetch(program);
    if (programs->slots_place > CP_DENSE_PLACE)
        __builtin_prefetch(program + CP_DENSE_PLACE + peer_class);
    __builtin_prefetch(program + programs->slots_place);
    __builtin_prefetch(program + programs->slots_place + 64);
    __builtin_prefetch(program + programs->slots_place + 128);
}

/* A group under way: what is far away is asked for in one step and used in the next. */
struct usual_group {
    struct usual usual[CP_FAST_GROUP];
    const void *cells[CP_FAST_GROUP][2]; /* by enum cp_direction */
    const struct cp_decision *decisions[CP_FAST_GROUP][2];
};

/* Bits of the flows that are usual ones. */
CP_TARGET static inline uint32_t ask_usual_group(const struct cp_programs *programs,
                                                 const struct calpol_flow *flows,
                                                 uint32_t count,
                                                 struct usual_group *group)
{
    uint32_t usual = 0;

    for (uint32_t i = 0; i < count; i++) {
        struct usual *item = &group->usual[i];

        if (!ask_usual(programs, &flows[i], item))
            continue;
        usual |= 1u << i;
        fetch_program(programs, item->programs[CP_EGRESS], item->peer_classes[CP_EGRESS]);
        fetch_program(programs, item->programs[CP_INGRESS], item->peer_classes[CP_INGRESS]);
    }
    return usual;
}

/* Bits of those whose programs are usual as well. */
CP_TARGET static inline uint32_t find_usual_cells(const struct cp_programs *programs,
                                                  uint32_t usual,
                                                  struct usual_group *group)
{
    uint32_t found = 0;

    for (uint32_t left = usual; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);
        const struct usual *item = &group->usual[i];

        if (!(usual_head(item, CP_EGRESS)->is_usual & usual_head(item, CP_INGRESS)->is_usual))
            continue;
        found |= 1u << i;
        for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
            group->cells[i][direction] =
                find_usual_cell(programs, item, (enum cp_direction)direction);
            __builtin_prefetch(group->cells[i][direction]);
        }
    }
    return found;
}

CP_TARGET static inline void find_usual_decisions(const struct cp_programs *programs,
                                                  uint32_t usual,
                                                  struct usual_group *group)
{
    for (uint32_t left = usual; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);

        for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
            group->decisions[i][direction] =
                &programs->decisions[read_cell(programs, group->cells[i][direction])];
            __builtin_prefetch(group->decisions[i][direction]);
        }
    }
}

/* The usual ones of a group. Bits of those that were judged. */
CP_TARGET static inline uint32_t judge_usual_group(const struct cp_programs *programs,
                                                   const struct calpol_flow *flows,
                                                   uint32_t count,
                                                   struct calpol_verdict *out_verdicts)
{
    struct usual_group group;
    uint32_t usual = ask_usual_group(programs, flows, count, &group), judged = 0;

    usual = find_usual_cells(programs, usual, &group);
    find_usual_decisions(programs, usual, &group);
    for (uint32_t left = usual; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);
        const struct cp_decision *egress = group.decisions[i][CP_EGRESS];
        const struct cp_decision *ingress = group.decisions[i][CP_INGRESS];

        if (egress->action == CP_ASK_WALK || ingress->action == CP_ASK_WALK)
            continue;
        write_verdict(egress, ingress, CALPOL_REASON_NONE, &out_verdicts[i]);
        judged |= 1u << i;
    }
    return judged;
}

/* The same for any flows. */
struct group {
    struct question questions[CP_FAST_GROUP];
    struct lookup lookups[CP_FAST_GROUP][2]; /* by enum cp_direction */
    const struct cp_decision *decisions[CP_FAST_GROUP][2];
    uint32_t left; /* bits: flows that programs may judge */
};

CP_TARGET static inline void ask_group(const struct cp_programs *programs,
                                       const struct calpol_flow *flows,
                                       uint32_t asked,
                                       struct group *group)
{
    group->left = 0;
    for (uint32_t left = asked; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);
        const struct question *question = &group->questions[i];

        if (!ask(programs, &flows[i], &group->questions[i]))
            continue;
        group->left |= 1u << i;
        for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
            if (question->heads[direction])
                fetch_program(programs, (const unsigned char *)question->heads[direction],
                              question->own_classes[!direction]);
        }
    }
}

CP_TARGET static inline void look_at_group(const struct cp_programs *programs, struct group *group)
{
    for (uint32_t left = group->left; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);
        const struct question *question = &group->questions[i];

        for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
            struct lookup *lookup = &group->lookups[i][direction];

            lookup->cell = NULL;
            lookup->vectors = NULL;
            lookup->finding = nothing.finding;
            if (!question->heads[direction] || question->reason)
                continue;
            look_at(programs, question, (enum cp_direction)direction, lookup);
            if (lookup->cell)
                __builtin_prefetch(lookup->cell);
        }
    }
}

CP_TARGET static inline void decide_group(const struct cp_programs *programs, struct group *group)
{
    for (uint32_t left = group->left; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);
        const struct question *question = &group->questions[i];

        for (int direction = CP_INGRESS; direction <= CP_EGRESS; direction++) {
            const struct cp_decision *decision = &no_decision;

            if (question->heads[direction] && !question->reason)
                decision = decision_of(programs, &group->lookups[i][direction]);
            __builtin_prefetch(decision);
            group->decisions[i][direction] = decision;
        }
    }
}

CP_TARGET static CP_SELDOM uint32_t judge_any_group(const struct cp_programs *programs,
                                                    const struct calpol_flow *flows,
                                                    uint32_t asked,
                                                    struct calpol_verdict *out_verdicts)
{
    uint32_t judged = 0;
    struct group group;

    ask_group(programs, flows, asked, &group);
    look_at_group(programs, &group);
    decide_group(programs, &group);
    for (uint32_t left = group.left; left; left &= left - 1) {
        uint32_t i = (uint32_t)__builtin_ctz(left);
        const struct question *question = &group.questions[i];
        const struct cp_decision *egress = group.decisions[i][CP_EGRESS];
        const struct cp_decision *ingress = group.decisions[i][CP_INGRESS];

        if (!holds(egress, &group.lookups[i][CP_EGRESS], question) ||
            !holds(ingress, &group.lookups[i][CP_INGRESS], question))
            continue;
        write_verdict(egress, ingress, question->reason, &out_verdicts[i]);
        judged |= 1u << i;
    }
    return judged;
}

CP_TARGET static uint32_t judge_group(const struct cp_programs *programs,
                                      const struct calpol_flow *flows,
                                      uint32_t count,
                                      struct calpol_verdict *out_verdicts)
{
    uint32_t all = (1u << count) - 1, judged;

    fetch_records(programs, flows, count);
    judged = judge_usual_group(programs, flows, count, out_verdicts);
    if (judged != all)
        judged |= judge_any_group(programs, flows, all & ~judged, out_verdicts);
    return judged;
}

#endif
