/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Checking an image by the tables of layout.h, in one pass from its beginning to its end: a piece
 * is summed, its pointers are moved, its fields are checked while they are in the cache.
 *
 * A piece is checked field by field and not item by item, so that what is asked of a field is
 * settled once for many items.
 */
#include "ruleset/image_check.h"

#define PIECE_BYTES ((size_t)32 << 10)

/* ---- The header ------------------------------------------------------------------------------ */

bool cp_image_map_of(const struct cp_image_header *header, struct cp_image_map *out_map)
{
    const uint64_t largest = UINT64_MAX / 4;
    uint64_t end = sizeof(*header);

    for (int item = 0; item < CP_ITEM_COUNT; item++) {
        uint64_t size = cp_item_layout((enum cp_item)item)->size;

        if (header->counts[item] > largest / size)
            return false;
        end = (end + CP_IMAGE_ALIGNMENT - 1) / CP_IMAGE_ALIGNMENT * CP_IMAGE_ALIGNMENT;
        out_map->offsets[item] = end;
        out_map->sizes[item] = header->counts[item] * size;
        end += out_map->sizes[item];
        if (end > largest)
            return false;
    }
    out_map->size = end;
    return end <= SIZE_MAX;
}

static int refuse(struct cp_buffer *message, const char *text)
{
    cp_buffer_add_string(message, text);
    return CALPOL_ERROR_INVALID_INPUT;
}

static int refuse_foreign(const struct cp_image_header *header, struct cp_buffer *message)
{
    const char *end = memchr(header->writer, '\0', sizeof(header->writer));
    size_t length = end ? (size_t)(end - header->writer) : sizeof(header->writer);

    cp_buffer_format(message,
                     "compiled by another build of calpol (%q, this is " CALPOL_VERSION
                     "): compile it anew",
                     cp_text_make(header->writer, length));
    return CALPOL_ERROR_INVALID_INPUT;
}

static int refuse_size(uint64_t size, uint64_t wanted, struct cp_buffer *message)
{
    cp_buffer_format(message,
                     size < wanted ? "cut short: it has %U bytes of %U"
                                   : "damaged: it has %U bytes instead of %U",
                     size, wanted);
    return CALPOL_ERROR_INVALID_INPUT;
}

int cp_image_read_header(const unsigned char *bytes,
                         size_t size,
                         struct cp_image_header *out_header,
                         struct cp_buffer *message)
{
    struct cp_image_header header;
    size_t given = size < sizeof(header) ? size : sizeof(header);

    memset(&header, 0, sizeof(header));
    if (given)
        memcpy(&header, bytes, given);
    if (size < CP_IMAGE_MAGIC_BYTES ||
        memcmp(header.magic, CP_IMAGE_MAGIC, CP_IMAGE_MAGIC_BYTES) != 0)
        return refuse(message, "not a compiled ruleset");
    if (size < sizeof(header))
        return refuse_size(size, sizeof(header), message);
    if (header.byte_order != CP_IMAGE_BYTE_ORDER)
        return refuse(message, header.byte_order == __builtin_bswap32(CP_IMAGE_BYTE_ORDER)
                                   ? "compiled on a machine with the other byte order"
                                   : "damaged: its byte order is none");
    if (header.pointer_size != sizeof(void *))
        return refuse(message, "compiled on a machine with pointers of another size");
    if (header.version != CP_IMAGE_VERSION || header.fingerprint != cp_layout_fingerprint())
        return refuse_foreign(&header, message);
    *out_header = header;
    return CALPOL_OK;
}

/* ---- Summing --------------------------------------------------------------------------------- */

static void sum_header(struct cp_image_check *check)
{
    struct cp_image_header header = check->header;

    header.checksum = 0;
    cp_checksum_init(&check->checksum);
    cp_checksum_add(&check->checksum, &header, sizeof(header));
    check->summed = sizeof(header);
}

static void sum_up_to(struct cp_image_check *check, uint64_t end)
{
    if (end <= check->summed)
        return;
    cp_checksum_add(&check->checksum, check->bytes + check->summed, end - check->summed);
    check->summed = end;
}

/* ---- Fields ---------------------------------------------------------------------------------- */

/* Fields of the same name of the items of a piece. */
struct column {
    const unsigned char *first;
    size_t stride, count;
};

static uint32_t read_number(const unsigned char *at)
{
    uint32_t number;

    memcpy(&number, at, sizeof(number));
    return number;
}

static bool are_bytes(struct column column, const struct cp_layout_field *field)
{
    uint32_t range = field->last - field->first;
    bool is_bad = false;

    for (size_t i = 0; i < column.count; i++) {
        const unsigned char *at = column.first + i * column.stride;

        for (uint32_t b = 0; b < field->size; b++)
            is_bad |= at[b] - field->first > range;
    }
    return !is_bad;
}

static bool are_enums(struct column column, const struct cp_layout_field *field)
{
    uint32_t range = field->last - field->first;
    bool is_bad = false;

    for (size_t i = 0; i < column.count; i++)
        is_bad |= read_number(column.first + i * column.stride) - field->first > range;
    return !is_bad;
}

static bool are_within(struct column column, struct cp_number_limit limit)
{
    bool is_bad = false;

    for (size_t i = 0; i < column.count; i++)
        is_bad |= !cp_is_within(limit, read_number(column.first + i * column.stride));
    return !is_bad;
}

static bool are_within_or_none(struct column column, struct cp_number_limit limit)
{
    bool is_bad = false;

    for (size_t i = 0; i < column.count; i++) {
        uint32_t number = read_number(column.first + i * column.stride);

        is_bad |= !cp_is_within(limit, number) & (number != CP_NONE);
    }
    return !is_bad;
}

static bool are_ranges(struct column column, size_t to_count, struct cp_number_limit limit)
{
    bool is_bad = false;

    for (size_t i = 0; i < column.count; i++) {
        const unsigned char *at = column.first + i * column.stride;
        uint64_t end = (uint64_t)read_number(at) + read_number(at + to_count);

        is_bad |= end > limit.count;
    }
    return !is_bad;
}

/* Texts end within the bytes of texts, the last of which is NUL, so whoever reads on to a NUL stays
   within them too. */
static bool are_texts(struct column column, uintptr_t start, uint64_t size)
{
    bool is_bad = false;

    for (size_t i = 0; i < column.count; i++) {
        struct cp_text text;
        uint64_t offset;

        memcpy(&text, column.first + i * column.stride, sizeof(text));
        offset = (uintptr_t)text.data - start;
        if (!text.data)
            is_bad |= text.length != 0;
        else
            is_bad |= offset >= size || text.length >= size - offset;
    }
    return !is_bad;
}

/* To tell multiples of a size without a division: a multiple times the inverse of the odd part is
   the quotient, which is small; anything else becomes a large number. */
struct divisor {
    uint64_t inverse, most;
    unsigned shift;
};

static struct divisor divisor_of(uint32_t size)
{
    struct divisor divisor = {.inverse = 1, .most = UINT64_MAX / size};

    while (size % 2 == 0) {
        size /= 2;
        divisor.shift++;
    }
    for (int i = 0; i < 6; i++)
        divisor.inverse *= 2 - size * divisor.inverse;
    return divisor;
}

static bool divides(struct divisor divisor, uint64_t number)
{
    uint64_t quotient = number * divisor.inverse;

    if (divisor.shift)
        quotient = quotient >> divisor.shift | quotient << (64 - divisor.shift);
    return quotient <= divisor.most;
}

/* Are all pointers NULL and all counts 0? Of many fields of a rule they are, and this is seen at
 * once. */
static bool are_empty(const struct cp_layout_field *field,
                      const unsigned char *items,
                      size_t stride,
                      size_t count)
{
    uintptr_t all = 0;

    if (field->count || field->count_more)
        return false;
    for (size_t i = 0; i < count; i++, items += stride) {
        uintptr_t address;

        memcpy(&address, items + field->offset, sizeof(address));
        all |= address | read_number(items + field->count_offset);
    }
    return !all;
}

/* Do the pointers lead to as many items as are counted? */
static bool are_arrays(const struct cp_image_check *check,
                       const struct cp_layout_field *field,
                       const unsigned char *items,
                       size_t stride,
                       size_t count)
{
    const uintptr_t start = (uintptr_t)check->bytes + (uintptr_t)check->map.offsets[field->item];
    const uint64_t size = check->map.sizes[field->item];
    const uint32_t item_size = cp_item_layout((enum cp_item)field->item)->size;
    const struct divisor divisor = divisor_of(item_size);
    const uint64_t fixed = field->count ? field->count(check->root) : 0;
    const bool is_optional = field->type == CP_LAYOUT_OPTIONAL_ARRAY;
    bool is_bad = false;

    if (are_empty(field, items, stride, count))
        return true;
    for (size_t i = 0; i < count; i++, items += stride) {
        uint64_t wanted = fixed, offset;
        uintptr_t address;

        memcpy(&address, items + field->offset, sizeof(address));
        if (!field->count)
            wanted = (uint64_t)read_number(items + field->count_offset) + field->count_more;
        offset = address - start;
        if (!address)
            is_bad |= wanted && !is_optional;
        else
            is_bad |=
                offset > size || wanted * item_size > size - offset || !divides(divisor, offset);
    }
    return !is_bad;
}

static bool check_field(const struct cp_image_check *check,
                        const struct cp_item_layout *layout,
                        const struct cp_layout_field *field,
                        const unsigned char *items,
                        size_t count)
{
    struct column column = {items + field->offset, layout->size, count};

    switch ((enum cp_layout_type)field->type) {
    case CP_LAYOUT_PLAIN:
    case CP_LAYOUT_ABSENT:
        return true;
    case CP_LAYOUT_BYTE:
        return are_bytes(column, field);
    case CP_LAYOUT_ENUM:
        return are_enums(column, field);
    case CP_LAYOUT_INDEX:
        return are_within(column, check->limits[field->limit]);
    case CP_LAYOUT_INDEX_OR_NONE:
        return are_within_or_none(column, check->limits[field->limit]);
    case CP_LAYOUT_RANGE:
        return are_ranges(column, (size_t)field->count_offset - field->offset,
                          check->limits[field->limit]);
    case CP_LAYOUT_TEXT:
        return are_texts(column,
                         (uintptr_t)check->bytes + (uintptr_t)check->map.offsets[CP_ITEM_BYTE],
                         check->map.sizes[CP_ITEM_BYTE]);
    case CP_LAYOUT_ARRAY:
    case CP_LAYOUT_OPTIONAL_ARRAY:
        return are_arrays(check, field, items, layout->size, count);
    }
    return false;
}

/* ---- Items ----------------------------------------------------------------------------------- */

/* Checks items that are near; false: they are wrong. */
static bool check_piece(struct cp_image_check *check,
                        enum cp_item item,
                        const unsigned char *items,
                        size_t first,
                        size_t count)
{
    const struct cp_item_layout *layout = cp_item_layout(item);

    for (uint32_t f = 0; f < layout->field_count && !check->fault; f++) {
        if (!check_field(check, layout, &layout->fields[f], items, count))
            check->fault = layout->fields[f].name;
    }
    if (!check->fault)
        check->fault = cp_image_check_items(check, item, items, first, count);
    if (!check->fault && item == CP_ITEM_CODE)
        cp_image_check_code(check, first, count);
    check->item = layout->name;
    return !check->fault;
}

static bool check_kind(struct cp_image_check *check, enum cp_item item)
{
    const uint32_t size = cp_item_layout(item)->size;
    const size_t most = PIECE_BYTES / size ? PIECE_BYTES / size : 1;
    const size_t total = check->header.counts[item];
    unsigned char *items = check->bytes + check->map.offsets[item];

    for (size_t first = 0; first < total; first += most) {
        size_t count = total - first < most ? total - first : most;
        unsigned char *piece = items + first * size;

        sum_up_to(check, (uint64_t)(piece - check->bytes) + count * size);
        if (check->delta)
            cp_image_move(item, piece, count, check->delta);
        if (!check_piece(check, item, piece, first, count))
            return false;
    }
    return true;
}

/* ---- The whole ------------------------------------------------------------------------------- */

static void set_limits(struct cp_image_check *check)
{
    const struct calpol_ruleset *root = check->root;
    const struct cp_number_limit limits[CP_NUMBER_KIND_COUNT] = {
        [CP_NUMBERS_OF_TIERS] = {0, root->tier_count},
        [CP_NUMBERS_OF_POLICIES] = {0, root->policy_count},
        [CP_NUMBERS_OF_PROFILES] = {0, root->profile_count},
        [CP_NUMBERS_OF_SELECTORS] = {0, root->selector_count},
        [CP_NUMBERS_OF_RULE_SERVICES] = {0, root->rule_service_count},
        [CP_NUMBERS_OF_LABEL_SETS] = {0, root->label_set_count},
        [CP_NUMBERS_OF_OWNERS] = {0, cp_ruleset_owner_count(root)},
        [CP_NUMBERS_OF_WORKLOADS] = {0, root->workload_count},
        [CP_NUMBERS_OF_HOSTS] = {root->workload_count, root->host_endpoint_count},
        [CP_NUMBERS_OF_SETS] = {root->workload_count + root->host_endpoint_count,
                                root->network_set_count},
        [CP_NUMBERS_OF_NODES] = {0, root->node_count},
        [CP_NUMBERS_OF_NAMES] = {0, root->names.texts.count},
    };

    memcpy(check->limits, limits, sizeof(limits));
}

static void check_items(struct cp_image_check *check)
{
    bool goes_on = check->header.counts[CP_ITEM_RULESET] == 1;

    if (!goes_on) {
        check->item = "ruleset";
        check->fault = "count";
        return;
    }
    check->root =
        (const struct calpol_ruleset *)(const void *)(check->bytes +
                                                      check->map.offsets[CP_ITEM_RULESET]);
    set_limits(check);
    for (int item = 0; goes_on && item < CP_ITEM_COUNT; item++) {
        check->item = "programs";
        if (item == CP_ITEM_CODE)
            cp_image_check_programs(check);
        goes_on = !check->fault && !check->status && check_kind(check, (enum cp_item)item);
    }
    if (goes_on) {
        check->item = "ruleset";
        check->fault = cp_image_check_whole(check);
    }
}

static int finish_check(struct cp_image_check *check, struct cp_buffer *message)
{
    if (check->status)
        return check->status;
    sum_up_to(check, check->map.size);
    if (cp_checksum_value(&check->checksum) != check->header.checksum)
        return refuse(message, "damaged: its checksum does not fit");
    if (!check->fault)
        return CALPOL_OK;
    cp_buffer_format(message, "not what calpol writes (%s: %s)", check->item, check->fault);
    return CALPOL_ERROR_INVALID_INPUT;
}

int cp_image_check(unsigned char *bytes,
                   size_t size,
                   const struct calpol_allocator *allocator,
                   const struct calpol_ruleset **out_root,
                   struct cp_buffer *message)
{
    struct cp_image_check check = {.bytes = bytes};
    int status = cp_image_read_header(bytes, size, &check.header, message);

    if (status)
        return status;
    if (check.header.size != size)
        return refuse_size(size, check.header.size, message);
    if (!cp_image_map_of(&check.header, &check.map) || check.map.size != size)
        return refuse(message, "damaged: its parts do not add up");
    check.delta = (uintptr_t)bytes - (uintptr_t)check.header.base;
    cp_arena_init(&check.arena, allocator);
    sum_header(&check);
    check_items(&check);
    status = finish_check(&check, message);
    cp_arena_finish(&check.arena);
    if (!status)
        *out_root = check.root;
    return status;
}
