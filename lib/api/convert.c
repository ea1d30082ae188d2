/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Kubernetes policies in Calico's form, as text.
 */
#include "api/loader.h"
#include "api/text.h"
#include "compile/compile.h"
#include "compile/convert_k8s.h"
#include "resource/write.h"

/* What a converted policy was, and where it stands. */
static void write_heading(const struct cp_metadata *metadata, struct cp_buffer *buffer)
{
    const struct cp_place *place = &metadata->origin.place;

    if (buffer->length)
        cp_buffer_add_string(buffer, "---\n");
    cp_buffer_format(buffer, "# %t", metadata->resource);
    if (place->source)
        cp_buffer_format(buffer, ", %s:%u", place->source->name, place->line);
    cp_buffer_add_byte(buffer, '\n');
}

static int convert_policy(struct cp_k8s_converter *converter,
                          const struct cp_k8s_policy_spec *policy,
                          struct cp_buffer *buffer)
{
    struct cp_policy_spec converted;
    struct cp_writer writer;
    int status = cp_convert_k8s_policy(converter, policy, &converted);

    if (status)
        return status;
    write_heading(&policy->metadata, buffer);
    cp_writer_init(&writer, CP_EMIT_YAML, converter->names, converter->arena, buffer);
    return cp_write_policy(&writer, &converted);
}

static bool is_declared(const struct cp_collection *collection, const char *tier)
{
    for (uint32_t i = 0; i < collection->tiers.count; i++) {
        if (cp_text_is(collection->tiers.items[i]->metadata.name, tier))
            return true;
    }
    return false;
}

static int write_tier(struct cp_k8s_converter *converter,
                      const struct cp_implied_tier *implied,
                      struct cp_buffer *buffer)
{
    const struct cp_tier_spec tier = {
        .metadata.kind = CP_TEXT("Tier"),
        .metadata.name = cp_text_from(implied->name),
        .has_order = true,
        .order = implied->order,
        .default_action = implied->default_action,
    };
    struct cp_writer writer;

    cp_buffer_format(buffer, "%s# Calico has this tier no more (K8-7)\n",
                     buffer->length ? "---\n" : "");
    cp_writer_init(&writer, CP_EMIT_YAML, converter->names, converter->arena, buffer);
    return cp_write_tier(&writer, &tier);
}

/* Tiers that the policies need and that today's Calico does not bring along. */
static int write_tiers(struct cp_k8s_converter *converter, struct cp_buffer *buffer)
{
    size_t count;
    const struct cp_implied_tier *tiers = cp_implied_tiers(&count);
    int status = CALPOL_OK;

    if (!converter->collection->has_admin_v1alpha1)
        return CALPOL_OK;
    for (size_t i = 0; i < count && !status; i++) {
        if (tiers[i].v1alpha1 && !is_declared(converter->collection, tiers[i].name))
            status = write_tier(converter, &tiers[i], buffer);
    }
    return status;
}

static int convert_policies(struct cp_k8s_converter *converter, struct cp_buffer *buffer)
{
    int status = write_tiers(converter, buffer);

    for (uint32_t i = 0; !status && i < converter->collection->k8s_policies.count; i++)
        status = convert_policy(converter, converter->collection->k8s_policies.items[i], buffer);
    return status;
}

/* The work of calpol_loader_convert; result is where the text goes. */
static int make_text(struct calpol_loader *loader, struct calpol_diagnostics *list, void *result)
{
    struct cp_collection *collection;
    struct cp_intern names;
    struct cp_buffer buffer;
    struct calpol_text *text = NULL;
    int status;

    cp_intern_init(&names, &loader->work);
    cp_buffer_init(&buffer, &loader->work);
    status = cp_loader_read(loader, list, &names, &collection);
    if (!status) {
        struct cp_k8s_converter converter = {
            .arena = &loader->work,
            .names = &names,
            .dialect = loader->options.dialect == CALPOL_DIALECT_UPSTREAM ? CALPOL_DIALECT_UPSTREAM
                                                                          : CALPOL_DIALECT_CALICO,
            .collection = collection,
            .diagnostics = list,
        };

        status = convert_policies(&converter, &buffer);
    }
    status = cp_loader_end(list, status);
    if (status)
        return status;
    text = cp_public_text_new(&loader->allocator, cp_buffer_text(&buffer));
    if (!text)
        return CALPOL_ERROR_NO_MEMORY;
    *(calpol_text **)result = text;
    return CALPOL_OK;
}

int calpol_loader_convert(calpol_loader *loader,
                          calpol_text **out_text,
                          calpol_diagnostics **out_diagnostics)
{
    if (!loader || !out_text)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    *out_text = NULL;
    if (out_diagnostics)
        *out_diagnostics = NULL;
    return cp_loader_run(loader, make_text, out_text, out_diagnostics);
}
