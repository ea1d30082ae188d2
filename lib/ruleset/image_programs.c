/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking programs: whatever a flow is, each step from it to a decision stays within the arrays.
 *
 * A program has no end mark; what can be read of it is worked out from its head, its maps and the
 * largest values in them. Programs do not overlap, so all of them together are no larger than the
 * code; an image in which they do is refused, for checking each for itself could take for ever.
 */
#include "ruleset/image_check.h"

struct judge {
    const struct calpol_ruleset *root;
    const struct cp_programs *programs;
    uint64_t code_bytes; /* in which programs may be */
};

/* ---- Numbers --------------------------------------------------------------------------------- */

static bool are_below(const uint32_t *numbers, uint32_t count, uint32_t limit)
{
    bool is_bad = false;

    for (uint32_t i = 0; i < count; i++)
        is_bad |= numbers[i] >= limit;
    return !is_bad;
}

static uint32_t largest_byte(const uint8_t *numbers, size_t count)
{
    uint8_t largest = 0;

    for (size_t i = 0; i < count; i++)
        largest = numbers[i] > largest ? numbers[i] : largest;
    return largest;
}

static uint32_t largest_half(const uint16_t *numbers, size_t count)
{
    uint16_t largest = 0;

    for (size_t i = 0; i < count; i++)
        largest = numbers[i] > largest ? numbers[i] : largest;
    return largest;
}

static uint32_t largest_number(const uint32_t *numbers, size_t count)
{
    uint32_t largest = 0;

    for (size_t i = 0; i < count; i++)
        largest = numbers[i] > largest ? numbers[i] : largest;
    return largest;
}

/* ---- Decisions, records, addresses ----------------------------------------------------------- */

static const char *check_decisions(const struct judge *judge)
{
    const struct calpol_ruleset *root = judge->root;
    uint32_t policies = root->policy_count + root->profile_count;

    for (uint32_t i = 0; i < judge->programs->decision_count; i++) {
        const struct cp_decision *decision = &judge->programs->decisions[i];

        if (decision->action != CP_ASK_WALK && decision->action != CALPOL_ACTION_ALLOW &&
            decision->action != CALPOL_ACTION_DENY)
            return "action of a decision";
        if (decision->stage > CALPOL_STAGE_WORKLOAD_INGRESS)
            return "stage of a decision";
        if ((decision->tier != CP_NONE && decision->tier >= root->tier_count) ||
            (decision->policy != CP_NONE && decision->policy >= policies))
            return "policy of a decision";
    }
    return judge->programs->decision_count && judge->programs->decisions[0].action == CP_ASK_WALK
               ? NULL
               : "first decision";
}

static bool is_record(const struct judge *judge, const struct cp_endpoint_record *record)
{
    const struct cp_programs *programs = judge->programs;

    return record->address_class < programs->class_count &&
           record->programs[0] < judge->code_bytes / 64 &&
           record->programs[1] < judge->code_bytes / 64 &&
           !(record->flags & CP_RECORD_HAS_IPV4 && !programs->records[0]) &&
           !(record->flags & CP_RECORD_HAS_IPV6 && !programs->records[1]);
}

static const char *check_records(const struct judge *judge)
{
    const struct cp_programs *programs = judge->programs;

    if (!programs->workload_count)
        return programs->any_records || programs->records[0] || programs->records[1] ? "records"
                                                                                     : NULL;
    if (programs->workload_count != judge->root->workload_count)
        return "workload_count";
    if (!programs->any_records || programs->any_records != programs->records[programs->any_family])
        return "any_records";
    for (int family = 0; family < 2; family++) {
        const struct cp_endpoint_record *records = programs->records[family];
        bool is_bad = false;

        for (uint32_t i = 0; records && i < programs->workload_count; i++)
            is_bad |= !is_record(judge, &records[i]);
        if (is_bad)
            return "record";
    }
    return NULL;
}

static bool is_class_or_workload(const struct judge *judge, int family, uint32_t way)
{
    const struct cp_programs *programs = judge->programs;
    uint32_t number = way & CP_ADDRESS_MASK;

    switch (way >> CP_ADDRESS_BITS) {
    case CP_ADDRESS_OUTSIDE:
    case CP_ADDRESS_SERVICE:
        return number < programs->class_count;
    case CP_ADDRESS_WORKLOAD:
        return number < programs->workload_count && programs->records[family];
    case CP_ADDRESS_SPECIAL:
        return true;
    default:
        return false;
    }
}

/* A way from a node, or from the root: to later nodes, so that ways end. */
static bool is_way(const struct judge *judge, int family, uint32_t way, uint32_t first_node)
{
    const struct cp_address_map *map = &judge->programs->addresses[family];
    uint32_t number = way & CP_ADDRESS_MASK;

    if (way >> CP_ADDRESS_BITS == CP_ADDRESS_RANGES)
        return number < map->count;
    if (way >> CP_ADDRESS_BITS == CP_ADDRESS_NODE)
        return number >= first_node && number < map->node_count;
    return is_class_or_workload(judge, family, way);
}

/* The ways of a node; NULL if its bits do not fit them. */
static const uint32_t *ways_of(const struct cp_address_map *map,
                               const struct cp_address_node *node,
                               uint32_t *out_count)
{
    uint32_t count = 0;

    if (!(node->begins[0] & 1))
        return NULL;
    for (int i = 0; i < 4; i++) {
        if (node->before[i] != (uint8_t)count)
            return NULL;
        count += (uint32_t)__builtin_popcountll(node->begins[i]);
    }
    *out_count = count;
    if (node->first == CP_WAYS_HERE)
        return count <= sizeof(node->here) / sizeof(node->here[0]) ? node->here : NULL;
    return (uint64_t)node->first + count <= map->way_count ? map->ways + node->first : NULL;
}

/* depths: by node, how many bytes of an address were used before it; addresses have 16. */
static bool is_address_node(const struct judge *judge, int family, uint32_t number, uint8_t *depths)
{
    const struct cp_address_map *map = &judge->programs->addresses[family];
    uint8_t next = (uint8_t)(depths[number] + 1);
    uint32_t count;
    const uint32_t *ways = ways_of(map, &map->nodes[number], &count);

    for (uint32_t i = 0; ways && i < count; i++) {
        uint32_t child = ways[i] & CP_ADDRESS_MASK;

        if (!is_way(judge, family, ways[i], number + 1))
            return false;
        if (ways[i] >> CP_ADDRESS_BITS != CP_ADDRESS_NODE)
            continue;
        if (next >= 16)
            return false;
        if (depths[child] < next)
            depths[child] = next;
    }
    return ways != NULL;
}

static const char *check_addresses(const struct judge *judge, int family, uint8_t *depths)
{
    const struct cp_address_map *map = &judge->programs->addresses[family];
    bool is_bad = false;

    if (!map->count || !is_way(judge, family, map->root, 0))
        return "root of addresses";
    for (uint32_t i = 0; i < map->count; i++)
        is_bad |= !is_class_or_workload(judge, family, map->values[i]);
    if (is_bad)
        return "range of addresses";
    for (uint32_t i = 0; i < map->node_count; i++) {
        if (!is_address_node(judge, family, i, depths))
            return "node of addresses";
    }
    return NULL;
}

static int check_address_maps(const struct judge *judge,
                              struct cp_arena *arena,
                              const char **out_fault)
{
    for (int family = 0; family < 2; family++) {
        uint8_t *depths =
            cp_arena_zeroed(arena, judge->programs->addresses[family].node_count + 1u, 1);

        if (!depths)
            return CALPOL_ERROR_NO_MEMORY;
        *out_fault = check_addresses(judge, family, depths);
        if (*out_fault)
            return CALPOL_OK;
    }
    return CALPOL_OK;
}

/* ---- Vectors --------------------------------------------------------------------------------- */

/* How many numbers can be asked on an axis. */
static uint32_t axis_size(const struct judge *judge, enum cp_axis axis)
{
    if (axis == CP_AXIS_TRANSPORT)
        return CP_SLOT_COUNT * CP_PORT_COUNT;
    return axis == CP_AXIS_SOURCE_PORT ? CP_PORT_COUNT : judge->programs->class_count;
}

/* Is the row of each number found? Pages lead to ranges, and ascend. */
static bool has_places(const struct cp_vector_axis *axis, uint32_t size)
{
    uint32_t pages = (size + CP_PAGE - 1) / CP_PAGE + 1;

    if (!axis->count)
        return axis->place_count >= size;
    if (axis->place_count < axis->count || axis->page_count < pages)
        return false;
    for (uint32_t i = 0; i < pages; i++) {
        if (axis->pages[i] >= axis->count || (i && axis->pages[i] < axis->pages[i - 1]))
            return false;
    }
    return true;
}

/* The number of blocks of a row that are not empty. */
static uint32_t count_blocks(const struct cp_vectors *vectors, const uint64_t *record)
{
    uint32_t count = 0;

    for (uint32_t w = 0; w < vectors->summary_words; w++)
        count += (uint32_t)__builtin_popcountll(record[w]);
    return count;
}

/* Are there lines for the bits of a block? */
static bool is_within_lines(const struct cp_vectors *vectors, uint32_t number)
{
    uint32_t tail = vectors->line_count % (CP_BLOCK_WORDS * 64);

    for (uint32_t bit = tail; tail && bit < CP_BLOCK_WORDS * 64; bit++) {
        if (cp_bitset_has(vectors->blocks[number], bit))
            return false;
    }
    return true;
}

/* Is there a row within so many words? A line that all axes have is one that there is, for no bit of a
   peer's row is beyond. */
static bool is_row(const struct cp_vectors *vectors,
                   const uint64_t *record,
                   uint32_t left,
                   bool is_bounded,
                   uint32_t *out_words)
{
    const uint32_t *numbers = (const uint32_t *)(const void *)(record + vectors->summary_words);
    uint32_t count;

    if (left < vectors->summary_words)
        return false;
    count = count_blocks(vectors, record);
    for (uint32_t b = vectors->block_count; b < vectors->summary_words * 64; b++) {
        if (cp_bitset_has(record, b))
            return false;
    }
    *out_words = vectors->summary_words + (count + 1) / 2;
    if (*out_words > left || !are_below(numbers, count, vectors->block_total))
        return false;
    return !is_bounded || !cp_bitset_has(record, vectors->block_count - 1) ||
           is_within_lines(vectors, numbers[count - 1]);
}

/* Marks the words where rows begin, which are behind each other, and counts them. */
static bool mark_rows(const struct cp_vectors *vectors,
                      enum cp_axis axis,
                      uint64_t *marks,
                      uint32_t *out_count)
{
    uint32_t left = vectors->axes[axis].word_count, place = 0, words;

    for (*out_count = 0; left; (*out_count)++) {
        if (!is_row(vectors, vectors->axes[axis].records + place, left, axis == CP_AXIS_PEERS,
                    &words))
            return false;
        cp_bitset_add(marks, place);
        place += words;
        left -= words;
    }
    return *out_count != 0;
}

static bool are_marked(const uint32_t *numbers,
                       uint32_t count,
                       uint32_t limit,
                       const uint64_t *marks)
{
    for (uint32_t i = 0; i < count; i++) {
        if (numbers[i] >= limit || !cp_bitset_has(marks, numbers[i]))
            return false;
    }
    return true;
}

/* Do the places of an axis lead to rows, or to what is joined to one? */
static bool leads_to_rows(const struct cp_vectors *vectors,
                          enum cp_axis axis,
                          const uint64_t *marks)
{
    const struct cp_vector_axis *places = &vectors->axes[axis];
    uint32_t words = places->word_count, parts = vectors->part_count;

    if (vectors->joined && axis == CP_AXIS_SOURCE_PORT)
        return are_below(places->rows, places->place_count, parts);
    if (vectors->joined && axis == CP_AXIS_TRANSPORT)
        return parts &&
               are_below(places->rows, places->place_count, vectors->joined_count / parts) &&
               are_marked(vectors->joined, vectors->joined_count, words, marks);
    return are_marked(places->rows, places->place_count, words, marks);
}

static int check_axis(const struct judge *judge,
                      const struct cp_vectors *vectors,
                      enum cp_axis axis,
                      struct cp_arena *arena,
                      const char **out_fault)
{
    const struct cp_vector_axis *places = &vectors->axes[axis];
    size_t words = cp_bitset_words(places->word_count) + 1;
    uint64_t *marks = CP_NEW_ARRAY(arena, uint64_t, words);
    uint32_t count;

    if (!marks)
        return CALPOL_ERROR_NO_MEMORY;
    if (!has_places(places, axis_size(judge, axis)) || !mark_rows(vectors, axis, marks, &count) ||
        !leads_to_rows(vectors, axis, marks))
        *out_fault = "axis of vectors";
    return CALPOL_OK;
}

static bool are_lines(const struct cp_vectors *vectors, uint32_t decision_count)
{
    for (uint32_t i = 0; i < vectors->line_count; i++) {
        const struct cp_vector_line *line = &vectors->lines[i];

        if (line->decision >= decision_count || (!line->decision && line->next <= i))
            return false;
    }
    return true;
}

/* What holds if no line is found ends the walk. */
static bool is_otherwise(const struct cp_vectors *vectors)
{
    return vectors->otherwise == CP_NONE || (vectors->otherwise < vectors->line_count &&
                                             vectors->lines[vectors->otherwise].decision);
}

static int check_vectors(const struct judge *judge,
                         const struct cp_vectors *vectors,
                         struct cp_arena *arena,
                         const char **out_fault)
{
    uint32_t blocks = (uint32_t)(((uint64_t)vectors->line_count + CP_BLOCK_WORDS * 64 - 1) /
                                 (CP_BLOCK_WORDS * 64));
    int status = CALPOL_OK;

    if (vectors->block_count != blocks || vectors->summary_words != cp_bitset_words(blocks) ||
        !blocks)
        *out_fault = "sizes of vectors";
    for (int axis = 0; !status && !*out_fault && axis < CP_AXIS_COUNT; axis++)
        status = check_axis(judge, vectors, (enum cp_axis)axis, arena, out_fault);
    if (!status && !*out_fault &&
        !(are_lines(vectors, judge->programs->decision_count) && is_otherwise(vectors)))
        *out_fault = "line of vectors";
    return status;
}

/* ---- Programs -------------------------------------------------------------------------------- */

/* A program and how far it may reach. */
struct program {
    const unsigned char *bytes;
    const struct cp_program_head *head;
    uint64_t room; /* bytes from here to the end of the code */
    uint64_t used; /* so many of them can be read */
};

static bool reach(struct program *program, uint64_t place, uint64_t size)
{
    if (place > program->room || size > program->room - place)
        return false;
    if (place + size > program->used)
        program->used = place + size;
    return true;
}

static uint32_t largest_of(const struct program *program,
                           uint64_t place,
                           uint32_t count,
                           bool is_wide)
{
    const unsigned char *numbers = program->bytes + place;

    return is_wide ? largest_half((const uint16_t *)(const void *)numbers, count)
                   : largest_byte(numbers, count);
}

/* The largest value of a map; begins of 16 bits are counted, and the first must count. */
static bool check_map(struct program *program,
                      struct cp_map map,
                      bool wide_begins,
                      bool wide_values,
                      uint32_t *out_largest)
{
    uint64_t place = (uint64_t)map.place * 32;
    uint32_t count = map.steps * CP_STEP, tops = wide_begins ? 0 : map.tops * CP_STEP;
    uint64_t begins = ((uint64_t)count + tops) * (wide_begins ? 4 : 2);
    uint16_t first = 0, top = 0;

    *out_largest = map.place;
    if (!map.steps)
        return true;
    if (!reach(program, place, begins + ((uint64_t)count << wide_values)))
        return false;
    if (!wide_begins)
        memcpy(&first, program->bytes + place, sizeof(first));
    if (tops)
        memcpy(&top, program->bytes + place + (uint64_t)count * 2, sizeof(top));
    *out_largest = largest_of(program, place + begins, count, wide_values);
    return !first && !top;
}

static bool check_peers(const struct judge *judge, struct program *program, uint32_t *out_largest)
{
    const struct cp_program_head *head = program->head;
    uint32_t classes = judge->programs->class_count;

    if (!head->is_dense)
        return check_map(program, head->peers, judge->programs->wide_classes, head->wide_rows,
                         out_largest);
    if (!reach(program, CP_DENSE_PLACE, (uint64_t)classes << head->wide_rows))
        return false;
    *out_largest = largest_of(program, CP_DENSE_PLACE, classes, head->wide_rows);
    return true;
}

/* The largest column that transports and source ports lead to. */
static bool check_columns(struct program *program, uint32_t *out_largest)
{
    const struct cp_program_head *head = program->head;
    uint32_t largest = 0, one, part;
    uint64_t count;

    for (int slot = 0; slot < CP_SLOT_COUNT; slot++) {
        if (!check_map(program, head->slots[slot], false, head->wide_columns, &one))
            return false;
        largest = one > largest ? one : largest;
    }
    *out_largest = largest;
    if (head->part_count <= 1)
        return true;
    if (!check_map(program, head->source_ports, false, head->wide_columns, &part) ||
        part >= head->part_count)
        return false;
    count = ((uint64_t)largest + 1) * head->part_count;
    if (!reach(program, (uint64_t)head->columns * 32, count << head->wide_columns))
        return false;
    *out_largest =
        largest_of(program, (uint64_t)head->columns * 32, (uint32_t)count, head->wide_columns);
    return true;
}

static bool check_cells(const struct judge *judge, struct program *program, uint64_t count)
{
    const struct cp_programs *programs = judge->programs;
    const struct cp_program_head *head = program->head;
    const void *cells = program->bytes + head->cells;
    uint32_t largest;

    if (head->cells % 4 || !reach(program, head->cells, count << programs->cell_shift))
        return false;
    largest = programs->cell_shift == 1 ? largest_half(cells, count) : largest_number(cells, count);
    return largest < programs->decision_count;
}

static bool check_table(const struct judge *judge, struct program *program)
{
    const struct cp_program_head *head = program->head;
    uint32_t row, column;

    return check_peers(judge, program, &row) && check_columns(program, &column) &&
           column < head->column_count &&
           check_cells(judge, program, ((uint64_t)row + 1) * head->column_count);
}

static bool are_bools(const struct cp_program_head *head)
{
    unsigned char bytes[5];

    memcpy(&bytes[0], &head->wide_rows, 1);
    memcpy(&bytes[1], &head->wide_columns, 1);
    memcpy(&bytes[2], &head->own_is_fixed, 1);
    memcpy(&bytes[3], &head->is_dense, 1);
    memcpy(&bytes[4], &head->is_usual, 1);
    return (bytes[0] | bytes[1] | bytes[2] | bytes[3] | bytes[4]) <= 1;
}

/* Does a program keep what it promises if it is usual? The map of TCP is read where all have it. */
static bool is_usual(const struct judge *judge, const struct cp_program_head *head)
{
    struct cp_map tcp = head->slots[CP_SLOT_TCP];
    bool is_short = tcp.steps <= CP_USUAL_STEPS && !tcp.tops;

    for (int slot = CP_SLOT_TCP + 1; slot < CP_SLOT_COUNT; slot++)
        is_short = is_short && head->slots[slot].steps <= 1;
    return head->form == CP_FORM_TABLE && head->is_dense && !head->wide_rows &&
           !head->wide_columns && head->part_count <= 1 && is_short &&
           (!tcp.steps || tcp.place * 32u == judge->programs->slots_place);
}

static bool check_program(const struct judge *judge, uint32_t place, uint64_t *seen)
{
    const struct cp_programs *programs = judge->programs;
    struct program program = {
        .bytes = programs->code + (uint64_t)place * 64,
        .room = judge->code_bytes - (uint64_t)place * 64,
        .used = sizeof(struct cp_program_head),
    };
    const struct cp_program_head *head;
    bool is_good = true;

    program.head = head = (const struct cp_program_head *)(const void *)program.bytes;
    if (head->form > CP_FORM_VECTORS || !are_bools(head) ||
        (head->is_usual && !is_usual(judge, head)) ||
        (head->form != CP_FORM_NONE && head->vectors != CP_NO_VECTORS &&
         head->vectors >= programs->vectors_count))
        return false;
    if (head->form == CP_FORM_TABLE)
        is_good = check_table(judge, &program);
    *seen += program.used;
    return is_good && *seen <= judge->code_bytes;
}

static void mark_programs(const struct cp_programs *programs, uint64_t *marks)
{
    for (int family = 0; family < 2; family++) {
        const struct cp_endpoint_record *records = programs->records[family];

        for (uint32_t i = 0; records && i < programs->workload_count; i++) {
            cp_bitset_add(marks, records[i].programs[0]);
            cp_bitset_add(marks, records[i].programs[1]);
        }
    }
}

/* ---- The whole ------------------------------------------------------------------------------- */

static const char *check_plain(const struct judge *judge)
{
    const struct cp_programs *programs = judge->programs;
    const char *fault = NULL;

    for (size_t i = 0; i < sizeof(programs->slots); i++) {
        if (programs->slots[i] >= CP_SLOT_COUNT && programs->slots[i] != CP_NO_SLOT)
            return "slots";
    }
    if (!programs->class_count || programs->class_count > CP_ADDRESS_MASK)
        return "class_count";
    fault = check_decisions(judge);
    if (!fault)
        fault = check_records(judge);
    return fault;
}

static struct judge judge_of(const struct cp_image_check *check)
{
    struct judge judge = {.root = check->root, .programs = check->root->programs};
    uint64_t bytes = (uint64_t)judge.programs->code_count * 64;

    judge.code_bytes = bytes < CP_BEHIND_CODE ? 0 : bytes - CP_BEHIND_CODE;
    return judge;
}

void cp_image_check_programs(struct cp_image_check *check)
{
    struct judge judge;

    if (!check->root->programs)
        return;
    judge = judge_of(check);
    if (check->header.counts[CP_ITEM_CODE] != judge.programs->code_count)
        check->fault = "code_count";
    else
        check->fault = check_plain(&judge);
    if (!check->fault)
        check->status = check_address_maps(&judge, &check->arena, &check->fault);
    for (uint32_t i = 0; !check->fault && !check->status && i < judge.programs->vectors_count; i++)
        check->status =
            check_vectors(&judge, &judge.programs->vectors[i], &check->arena, &check->fault);
    if (check->fault || check->status)
        return;
    check->programs =
        CP_NEW_ARRAY(&check->arena, uint64_t, cp_bitset_words(judge.programs->code_count) + 1);
    if (check->programs)
        mark_programs(judge.programs, check->programs);
    else
        check->status = CALPOL_ERROR_NO_MEMORY;
}

void cp_image_check_code(struct cp_image_check *check, size_t first, size_t count)
{
    struct judge judge;

    if (!check->programs)
        return;
    judge = judge_of(check);
    for (size_t unit = first; unit < first + count && !check->fault; unit++) {
        if (cp_bitset_has(check->programs, (uint32_t)unit) &&
            !check_program(&judge, (uint32_t)unit, &check->code_seen))
            check->fault = "program";
    }
}
