/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What sources and destinations of rules ask, in flat form: selectors as numbers, texts kept.
 *
 * Rules are many and most of their ends are alike, so each distinct one is there once. Alike are those
 * that were written alike and whose selectors, once combined, are the same.
 */
#include "compile/compiler.h"

/* ---- Flat form ------------------------------------------------------------------------------- */

int cp_keep_texts(struct cp_compiler *compiler,
                  const struct cp_texts *texts,
                  struct cp_text_list *out_list)
{
    struct cp_text *items = CP_NEW_ARRAY(compiler->arena, struct cp_text, texts->items.count);
    int status = items ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;

    for (uint32_t i = 0; !status && i < texts->items.count; i++)
        status = cp_keep_text(compiler, texts->items.items[i], &items[i]);
    *out_list = (struct cp_text_list){items, texts->items.count};
    return status;
}

static int keep_nets(struct cp_compiler *compiler,
                     const struct cp_prefix *nets,
                     uint32_t count,
                     struct cp_prefixes *out_nets)
{
    struct cp_prefix *items = cp_arena_copy(compiler->arena, nets, count * sizeof(*nets));

    if (!items)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        cp_prefix_mask(&items[i]);
    *out_nets = (struct cp_prefixes){items, count};
    return CALPOL_OK;
}

/* Splits ports into a set of numbers and a list of names. */
static int keep_ports(struct cp_compiler *compiler,
                      const struct cp_port_spec *ports,
                      uint32_t count,
                      struct cp_port_list *out_ports)
{
    struct cp_port_range *ranges = CP_NEW_ARRAY(compiler->work, struct cp_port_range, count);
    uint32_t *names = CP_NEW_ARRAY(compiler->arena, uint32_t, count);
    uint32_t range_count = 0, name_count = 0;

    if (!ranges || !names)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        if (!ports[i].named)
            ranges[range_count++] = (struct cp_port_range){ports[i].first, ports[i].last};
        else if (!cp_intern_add(compiler->names, ports[i].name, &names[name_count++]))
            return CALPOL_ERROR_NO_MEMORY;
    }
    *out_ports = (struct cp_port_list){.names = names, .name_count = name_count};
    if (!cp_ports_make(compiler->arena, ranges, range_count, &out_ports->numbers))
        return CALPOL_ERROR_NO_MEMORY;
    return CALPOL_OK;
}

static int keep_words(struct cp_compiler *compiler,
                      const struct cp_entity_spec *spec,
                      struct cp_entity *entity)
{
    struct cp_entity_words *words = CP_NEW(compiler->arena, struct cp_entity_words);
    int status;

    if (!words)
        return CALPOL_ERROR_NO_MEMORY;
    entity->words = words;
    status = cp_keep_text(compiler, spec->selector.text, &words->selector);
    if (!status)
        status = cp_keep_text(compiler, spec->not_selector.text, &words->not_selector);
    if (!status)
        status = cp_keep_text(compiler, spec->namespace_selector.text, &words->namespace_selector);
    if (!status)
        status = cp_keep_text(compiler, spec->service_account_selector.text,
                              &words->service_account_selector);
    if (!status)
        status =
            cp_keep_texts(compiler, &spec->service_account_names, &words->service_account_names);
    return status;
}

/* The selectors of an entity as at most two predicates (EV-80 to EV-85). */
static int combine_selectors(struct cp_compiler *compiler,
                             const struct cp_entity_spec *spec,
                             struct cp_text namespace_name,
                             struct cp_entity *entity)
{
    const struct cp_selector *positive = NULL, *negative = NULL;
    int status = cp_combine_entity_spec(compiler, spec, namespace_name, &positive, &negative);

    if (!status && positive)
        status = cp_selector_number(compiler, positive, &entity->selector);
    if (!status && negative)
        status = cp_selector_number(compiler, negative, &entity->not_selector);
    return status;
}

/* Everything but the selectors and the service, which are numbers already. */
static int keep_entity(struct cp_compiler *compiler,
                       const struct cp_entity_spec *spec,
                       struct cp_entity *entity)
{
    int status = keep_nets(compiler, spec->nets.items, spec->nets.count, &entity->nets);

    if (!status)
        status = keep_nets(compiler, spec->not_nets.items, spec->not_nets.count, &entity->not_nets);
    if (!status)
        status = keep_ports(compiler, spec->ports.items, spec->ports.count, &entity->ports);
    if (!status)
        status =
            keep_ports(compiler, spec->not_ports.items, spec->not_ports.count, &entity->not_ports);
    if (!status)
        status = cp_keep_texts(compiler, &spec->domains, &entity->domains);
    if (!status)
        status = keep_words(compiler, spec, entity);
    return status;
}

/* ---- Alike ----------------------------------------------------------------------------------- */

static void add_number(struct cp_buffer *key, uint32_t number)
{
    cp_buffer_add(key, cp_text_make((const char *)&number, sizeof(number)));
}

/* With its length, so that no two lists of texts run together to the same bytes. */
static void add_text(struct cp_buffer *key, struct cp_text text)
{
    add_number(key, text.length);
    cp_buffer_add(key, text);
}

static void add_texts(struct cp_buffer *key, const struct cp_texts *texts)
{
    add_number(key, texts->items.count);
    for (uint32_t i = 0; i < texts->items.count; i++)
        add_text(key, texts->items.items[i]);
}

static void add_nets(struct cp_buffer *key, const struct cp_prefix *nets, uint32_t count)
{
    add_number(key, count);
    if (count)
        cp_buffer_add(key, cp_text_make((const char *)nets, count * sizeof(*nets)));
}

static void add_ports(struct cp_buffer *key, const struct cp_port_spec *ports, uint32_t count)
{
    add_number(key, count);
    for (uint32_t i = 0; i < count; i++) {
        add_number(key, ports[i].named);
        if (ports[i].named)
            add_text(key, ports[i].name);
        else
            add_number(key, (uint32_t)ports[i].first << 16 | ports[i].last);
    }
}

/* All that an entity is made of, as bytes. */
static void write_key(const struct cp_entity_spec *spec,
                      const struct cp_entity *entity,
                      struct cp_buffer *key)
{
    add_number(key, entity->selector);
    add_number(key, entity->not_selector);
    add_number(key, entity->service);
    add_number(key, entity->nets_are_nodes);
    add_nets(key, spec->nets.items, spec->nets.count);
    add_nets(key, spec->not_nets.items, spec->not_nets.count);
    add_ports(key, spec->ports.items, spec->ports.count);
    add_ports(key, spec->not_ports.items, spec->not_ports.count);
    add_texts(key, &spec->domains);
    add_text(key, spec->selector.text);
    add_text(key, spec->not_selector.text);
    add_text(key, spec->namespace_selector.text);
    add_text(key, spec->service_account_selector.text);
    add_texts(key, &spec->service_account_names);
}

static const struct cp_entity *find_entity(const struct cp_compiler *compiler,
                                           struct cp_text key,
                                           uint64_t hash)
{
    const struct cp_index *index = &compiler->entity_index;

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i)) {
        const struct cp_known_entity *known = &compiler->entities.items[cp_index_item(index, i)];

        if (cp_text_equal(known->key, key))
            return known->entity;
    }
    return NULL;
}

static int add_entity(struct cp_compiler *compiler,
                      struct cp_text key,
                      uint64_t hash,
                      struct cp_entity *entity)
{
    struct cp_known_entity *known = cp_array_push(compiler->work, &compiler->entities);
    char *bytes = cp_arena_text(compiler->work, key.data, key.length);

    if (!known || !bytes ||
        !cp_index_add(&compiler->entity_index, compiler->work, hash, compiler->entities.count - 1))
        return CALPOL_ERROR_NO_MEMORY;
    *known = (struct cp_known_entity){cp_text_make(bytes, key.length), entity};
    return CALPOL_OK;
}

/* The entity that is known by its key, or a new one like wanted. */
static int intern_entity(struct cp_compiler *compiler,
                         const struct cp_entity_spec *spec,
                         const struct cp_entity *wanted,
                         const struct cp_entity **out_entity)
{
    struct cp_buffer *buffer = &compiler->entity_key;
    struct cp_entity *entity;
    struct cp_text key;
    uint64_t hash;
    int status;

    if (!buffer->arena)
        cp_buffer_init(buffer, compiler->work);
    buffer->length = 0;
    write_key(spec, wanted, buffer);
    if (buffer->failed)
        return CALPOL_ERROR_NO_MEMORY;
    key = cp_buffer_text(buffer);
    hash = cp_hash_text(key, 0);
    *out_entity = find_entity(compiler, key, hash);
    if (*out_entity)
        return CALPOL_OK;
    entity = cp_arena_copy(compiler->arena, wanted, sizeof(*wanted));
    status = entity ? keep_entity(compiler, spec, entity) : CALPOL_ERROR_NO_MEMORY;
    if (!status)
        status = add_entity(compiler, key, hash, entity);
    *out_entity = entity;
    return status;
}

int cp_entity_of(struct cp_compiler *compiler,
                 const struct cp_entity_spec *spec,
                 struct cp_text namespace_name,
                 const struct cp_entity **out_entity)
{
    struct cp_entity entity = cp_entity_any;
    int status = combine_selectors(compiler, spec, namespace_name, &entity);

    entity.nets_are_nodes = spec->nets_are_nodes;
    if (!status && spec->service.given)
        status = cp_rule_service_number(
            compiler,
            spec->service.namespace_name.length ? spec->service.namespace_name : namespace_name,
            spec->service.name, &entity.service);
    return status ? status : intern_entity(compiler, spec, &entity, out_entity);
}
