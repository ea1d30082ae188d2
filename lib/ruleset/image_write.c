/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a ruleset to its image.
 *
 * Items are copied, field by field, with padding zero, behind those of their kind that are there
 * already; then what they point to is copied, and pointers become places there, plus one. Now equal
 * items have equal bytes, and what is there twice is taken back. Once all is copied, places become
 * addresses.
 */
#include "ruleset/image.h"

#include "base/checksum.h"

/* Consecutive items that something points to. */
struct span {
    uint64_t first, count;
};

/* The items of a kind. */
struct section {
    unsigned char *bytes;
    size_t used, capacity; /* in bytes */
    uint64_t count;
    CP_ARRAY(struct span) spans;
    struct cp_index index; /* spans by contents */
};

struct writer {
    const struct calpol_ruleset *ruleset;
    struct calpol_allocator allocator;
    struct cp_arena arena; /* for what finds spans */
    struct section sections[CP_ITEM_COUNT];
};

/* ---- Sections -------------------------------------------------------------------------------- */

/* Room for more bytes; false: no memory. */
static bool reserve(struct writer *writer, struct section *section, uint64_t more)
{
    size_t capacity = section->capacity ? section->capacity : 256;
    unsigned char *bytes;

    if (more > SIZE_MAX / 4 - section->used)
        return false;
    while (capacity < section->used + more)
        capacity *= 2;
    if (capacity == section->capacity)
        return true;
    bytes = section->bytes
                ? cp_resize(&writer->allocator, section->bytes, section->capacity, capacity)
                : cp_allocate(&writer->allocator, capacity);
    if (!bytes)
        return false;
    section->bytes = bytes;
    section->capacity = capacity;
    return true;
}

/* Is there a span of the bytes behind the last item? */
static const struct span *find_span(const struct section *section,
                                    uint64_t hash,
                                    uint64_t count,
                                    size_t item_size)
{
    const unsigned char *bytes = section->bytes + section->used;

    for (uint32_t i = cp_index_first(&section->index, hash); i != CP_INDEX_END;
         i = cp_index_next(&section->index, i)) {
        const struct span *span = &section->spans.items[cp_index_item(&section->index, i)];

        if (span->count == count &&
            memcmp(section->bytes + span->first * item_size, bytes, count * item_size) == 0)
            return span;
    }
    return NULL;
}

/* Takes in the items that were written behind the last one, unless they are there already.
   *out_place is that of the first of them, plus one. */
static int keep_items(struct writer *writer, enum cp_item item, uint64_t count, uint64_t *out_place)
{
    struct section *section = &writer->sections[item];
    size_t item_size = cp_item_layout(item)->size;
    uint64_t hash = cp_hash_bytes(section->bytes + section->used, count * item_size, 0);
    const struct span *known = find_span(section, hash, count, item_size);
    struct span *span;

    *out_place = (known ? known->first : section->count) + 1;
    if (known)
        return CALPOL_OK;
    span = cp_array_push(&writer->arena, &section->spans);
    if (!span || !cp_index_add(&section->index, &writer->arena, hash, section->spans.count - 1))
        return CALPOL_ERROR_NO_MEMORY;
    *span = (struct span){section->count, count};
    section->used += count * item_size;
    section->count += count;
    return CALPOL_OK;
}

/* ---- Items ----------------------------------------------------------------------------------- */

static void copy_fields(enum cp_item item,
                        const unsigned char *source,
                        uint64_t count,
                        unsigned char *target)
{
    const struct cp_item_layout *layout = cp_item_layout(item);

    if (layout->field_count == 1 && layout->fields[0].size == layout->size) {
        memcpy(target, source, count * layout->size);
        return;
    }
    memset(target, 0, count * layout->size);
    for (uint64_t i = 0; i < count; i++, source += layout->size, target += layout->size) {
        for (uint32_t f = 0; f < layout->field_count; f++) {
            const struct cp_layout_field *field = &layout->fields[f];

            if (field->type != CP_LAYOUT_ABSENT)
                memcpy(target + field->offset, source + field->offset, field->size);
        }
    }
}

/* Pointers and places share the bytes of a field. */
static void write_place(unsigned char *target, uint64_t place)
{
    uintptr_t number = (uintptr_t)place;

    memcpy(target, &number, sizeof(number));
}

static uintptr_t read_place(const unsigned char *source)
{
    uintptr_t number;

    memcpy(&number, source, sizeof(number));
    return number;
}

/* A text with a NUL behind it. */
static int place_text(struct writer *writer, unsigned char *field)
{
    struct section *section = &writer->sections[CP_ITEM_BYTE];
    int status = CALPOL_OK;
    uint64_t place = 0;
    struct cp_text text;

    memcpy(&text, field, sizeof(text));
    if (text.data) {
        if (text.length > SIZE_MAX / 4 || !reserve(writer, section, (uint64_t)text.length + 1))
            return CALPOL_ERROR_NO_MEMORY;
        if (text.length)
            memcpy(section->bytes + section->used, text.data, text.length);
        section->bytes[section->used + text.length] = '\0';
        status = keep_items(writer, CP_ITEM_BYTE, (uint64_t)text.length + 1, &place);
    }
    write_place(field + offsetof(struct cp_text, data), place);
    return status;
}

static int add_items(struct writer *writer,
                     enum cp_item item,
                     const void *source,
                     uint64_t count,
                     uint64_t *out_place);

static int place_array(struct writer *writer,
                       const struct cp_layout_field *field,
                       unsigned char *item)
{
    uint64_t place = 0;
    int status = CALPOL_OK;
    const void *source;

    memcpy(&source, item + field->offset, sizeof(source));
    if (source)
        status = add_items(writer, (enum cp_item)field->item, source,
                           cp_layout_count(writer->ruleset, field, item), &place);
    write_place(item + field->offset, place);
    return status;
}

static int place_fields(struct writer *writer,
                        const struct cp_item_layout *layout,
                        unsigned char *item)
{
    int status = CALPOL_OK;

    for (uint32_t f = 0; !status && f < layout->field_count; f++) {
        const struct cp_layout_field *field = &layout->fields[f];

        if (field->type == CP_LAYOUT_TEXT)
            status = place_text(writer, item + field->offset);
        else if (cp_layout_is_pointer(field))
            status = place_array(writer, field, item);
    }
    return status;
}

/*
 * Copies items and all that they point to; *out_place is theirs, plus one. What they point to is of
 * later kinds: so the bytes of this one stay where they are meanwhile, and recursion ends.
 */
static int add_items(struct writer *writer,
                     enum cp_item item,
                     const void *source,
                     uint64_t count,
                     uint64_t *out_place)
{
    const struct cp_item_layout *layout = cp_item_layout(item);
    struct section *section = &writer->sections[item];
    int status = CALPOL_OK;
    unsigned char *end;

    *out_place = 1;
    if (!count)
        return CALPOL_OK;
    if (count > SIZE_MAX / 4 / layout->size || !reserve(writer, section, count * layout->size))
        return CALPOL_ERROR_NO_MEMORY;
    end = section->bytes + section->used;
    copy_fields(item, source, count, end);
    for (uint64_t i = 0; !status && i < count && !cp_item_is_flat(item); i++)
        status = place_fields(writer, layout, end + i * layout->size);
    return status ? status : keep_items(writer, item, count, out_place);
}

/* ---- The image ------------------------------------------------------------------------------- */

static void write_addresses(const struct cp_image_map *map,
                            const struct cp_layout_field *field,
                            const struct cp_item_layout *layout,
                            unsigned char *items,
                            uint64_t size)
{
    enum cp_item target = field->type == CP_LAYOUT_TEXT ? CP_ITEM_BYTE : (enum cp_item)field->item;
    size_t target_size = cp_item_layout(target)->size;

    for (uint64_t at = field->offset; at < size; at += layout->size) {
        uintptr_t place = read_place(items + at);

        if (place)
            write_place(items + at, map->offsets[target] + (place - 1) * target_size);
    }
}

/* Addresses of an image at address 0. */
static void write_all_addresses(const struct cp_image_map *map, unsigned char *image)
{
    for (int item = 0; item < CP_ITEM_COUNT; item++) {
        const struct cp_item_layout *layout = cp_item_layout((enum cp_item)item);

        for (uint32_t f = 0; f < layout->field_count; f++) {
            if (cp_layout_is_pointer(&layout->fields[f]))
                write_addresses(map, &layout->fields[f], layout, image + map->offsets[item],
                                map->sizes[item]);
        }
    }
}

void cp_image_move(enum cp_item item, unsigned char *items, size_t count, uintptr_t delta)
{
    const struct cp_item_layout *layout = cp_item_layout(item);

    for (uint32_t f = 0; f < layout->field_count; f++) {
        if (!cp_layout_is_pointer(&layout->fields[f]))
            continue;
        for (size_t i = 0; i < count; i++) {
            unsigned char *at = items + i * layout->size + layout->fields[f].offset;
            uintptr_t address = read_place(at);

            if (address)
                write_place(at, address + delta);
        }
    }
}

uint64_t cp_image_checksum(const unsigned char *bytes, size_t size)
{
    const size_t place = offsetof(struct cp_image_header, checksum);
    const uint64_t zero = 0;
    struct cp_checksum checksum;

    cp_checksum_init(&checksum);
    cp_checksum_add(&checksum, bytes, place);
    cp_checksum_add(&checksum, &zero, sizeof(zero));
    cp_checksum_add(&checksum, bytes + place + sizeof(zero), size - place - sizeof(zero));
    return cp_checksum_value(&checksum);
}

/*
 * Where an image had best be mapped: somewhere where programs have nothing, elsewhere for every
 * other content, so that two images hardly want the same place.
 */
static uint64_t base_of(uint64_t checksum)
{
    const uint64_t page = (uint64_t)1 << 21;

    if (sizeof(void *) < 8)
        return 0x10000000u;
    return ((uint64_t)0x20 << 40) + checksum % ((uint64_t)0x10 << 40) / page * page;
}

static void finish_image(struct cp_image_header *header,
                         const struct cp_image_map *map,
                         unsigned char *image)
{
    write_all_addresses(map, image);
    memcpy(image, header, sizeof(*header));
    header->base = base_of(cp_image_checksum(image, map->size));
    for (int item = 0; item < CP_ITEM_COUNT; item++)
        cp_image_move((enum cp_item)item, image + map->offsets[item], header->counts[item],
                      (uintptr_t)header->base);
    memcpy(image, header, sizeof(*header));
    header->checksum = cp_image_checksum(image, map->size);
    memcpy(image, header, sizeof(*header));
}

static int put_together(struct writer *writer,
                        size_t before,
                        size_t after,
                        struct cp_image_bytes *out_image)
{
    struct cp_image_header header = {
        .magic = CP_IMAGE_MAGIC,
        .byte_order = CP_IMAGE_BYTE_ORDER,
        .version = CP_IMAGE_VERSION,
        .pointer_size = sizeof(void *),
        .writer = CALPOL_VERSION,
        .fingerprint = cp_layout_fingerprint(),
    };
    struct cp_image_map map;
    unsigned char *memory, *image;

    for (int item = 0; item < CP_ITEM_COUNT; item++)
        header.counts[item] = writer->sections[item].count;
    if (!cp_image_map_of(&header, &map))
        return CALPOL_ERROR_LIMIT;
    memory = cp_allocate(&writer->allocator, before + map.size + after);
    if (!memory)
        return CALPOL_ERROR_NO_MEMORY;
    image = memory + before;
    memset(image, 0, map.size);
    header.size = map.size;
    for (int item = 0; item < CP_ITEM_COUNT; item++) {
        const struct section *section = &writer->sections[item];

        if (section->used)
            memcpy(image + map.offsets[item], section->bytes, section->used);
    }
    finish_image(&header, &map, image);
    *out_image = (struct cp_image_bytes){memory, map.size};
    return CALPOL_OK;
}

static void finish_writer(struct writer *writer)
{
    for (int item = 0; item < CP_ITEM_COUNT; item++)
        cp_release(&writer->allocator, writer->sections[item].bytes,
                   writer->sections[item].capacity);
    cp_arena_finish(&writer->arena);
}

/* ---- The whole ------------------------------------------------------------------------------- */

/* All names in one table, those of the base first. */
static bool copy_names(const struct cp_intern *names, struct cp_intern *out_names)
{
    for (uint32_t i = 0; i < cp_intern_count(names); i++) {
        struct cp_text *slot = cp_array_push(out_names->arena, &out_names->texts);
        struct cp_text text = cp_intern_text(names, i);

        if (!slot || !cp_index_add(&out_names->index, out_names->arena, cp_hash_text(text, 0), i))
            return false;
        *slot = text;
    }
    return true;
}

int cp_image_write(const struct calpol_ruleset *ruleset,
                   size_t before,
                   size_t after,
                   struct cp_image_bytes *out_image)
{
    struct calpol_ruleset flat;
    struct writer writer = {.ruleset = &flat, .allocator = ruleset->allocator};
    int status = CALPOL_OK;
    uint64_t place;

    cp_arena_init(&writer.arena, &writer.allocator);
    copy_fields(CP_ITEM_RULESET, (const unsigned char *)ruleset, 1, (unsigned char *)&flat);
    if (ruleset->names.base) {
        cp_intern_init(&flat.names, &writer.arena);
        if (!copy_names(&ruleset->names, &flat.names))
            status = CALPOL_ERROR_NO_MEMORY;
    }
    if (!status)
        status = add_items(&writer, CP_ITEM_RULESET, &flat, 1, &place);
    if (!status)
        status = put_together(&writer, before, after, out_image);
    finish_writer(&writer);
    return status;
}
