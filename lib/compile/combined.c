/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies whose selectors parse each, but not as the one text that Calico makes of them: a label
 * name that is too long once prefixed, or (lenient loads) a text of blanks only. Calico goes on as
 * if such a policy were not there (selectors.md 4.6); here it is an error, and in a lenient load
 * the policy is left out with a warning.
 */
#include "compile/compiler.h"

/* Selectors of namespaces and service accounts get prefixes; only they, and blank texts, can fail. */
static bool may_fail(const struct cp_compiler *compiler, const struct cp_entity_spec *entity)
{
    return compiler->input->lenient || entity->namespace_selector.given ||
           entity->service_account_selector.given;
}

int cp_combine_entity_spec(struct cp_compiler *compiler,
                           const struct cp_entity_spec *spec,
                           struct cp_text namespace_name,
                           const struct cp_selector **out_positive,
                           const struct cp_selector **out_negative)
{
    const struct cp_selector_builder builder = {compiler->work, compiler->names};
    const struct cp_entity_selectors selectors = {
        .selector = spec->selector.tree,
        .not_selector = spec->not_selector.tree,
        .namespace_selector = spec->namespace_selector.tree,
        .service_account_selector = spec->service_account_selector.tree,
        .service_account_names = spec->service_account_names.items.items,
        .service_account_name_count = spec->service_account_names.items.count,
    };

    return cp_combine_entity(&builder, &selectors, namespace_name, out_positive, out_negative);
}

int cp_combine_policy_spec(struct cp_compiler *compiler,
                           const struct cp_policy_spec *spec,
                           const struct cp_selector **out_selector)
{
    const struct cp_selector_builder builder = {compiler->work, compiler->names};

    if (spec->metadata.namespace_name.length)
        return cp_combine_network_policy(&builder, spec->selector.tree,
                                         spec->metadata.namespace_name,
                                         spec->service_account_selector.tree, out_selector);
    return cp_combine_global_policy(&builder, spec->selector.tree, spec->selector.text,
                                    spec->namespace_selector.tree,
                                    spec->service_account_selector.tree, out_selector);
}

static int report(struct cp_compiler *compiler,
                  const struct cp_metadata *metadata,
                  const struct cp_origin *origin,
                  const char *path)
{
    const struct cp_subject subject = {
        .place = origin->place,
        .document = origin->document,
        .resource = metadata->resource,
        .path = cp_text_from(path),
    };
    int status = cp_diagnose(
        compiler->input->diagnostics, &subject, CP_CODE_SELECTOR_SYNTAX,
        CP_TEXT("the selectors do not parse as the one text that Calico makes of them, and Calico "
                "would leave the whole policy out: shorten label names to 507 bytes, and leave "
                "blank selectors out"));

    return status == CALPOL_ERROR_NO_MEMORY ? status : CALPOL_ERROR_INVALID_INPUT;
}

static int check_entity(struct cp_compiler *compiler,
                        const struct cp_metadata *metadata,
                        const struct cp_rule_spec *rule,
                        const struct cp_entity_spec *entity,
                        const char *path)
{
    const struct cp_selector *positive, *negative;
    int status;

    if (!may_fail(compiler, entity))
        return CALPOL_OK;
    status =
        cp_combine_entity_spec(compiler, entity, metadata->namespace_name, &positive, &negative);
    if (status == CALPOL_ERROR_INVALID_INPUT)
        status = report(compiler, metadata, &rule->origin, path);
    return status;
}

static int check_rules(struct cp_compiler *compiler,
                       const struct cp_metadata *metadata,
                       const struct cp_rules_spec *rules,
                       const char *direction)
{
    int status = CALPOL_OK;

    for (uint32_t i = 0; !status && i < rules->items.count; i++) {
        const struct cp_rule_spec *rule = &rules->items.items[i];
        struct cp_buffer path;

        cp_buffer_init(&path, compiler->work);
        cp_buffer_format(&path, "spec.%s[%u]", direction, rule->written_rule);
        if (!cp_buffer_string(&path))
            return CALPOL_ERROR_NO_MEMORY;
        status = check_entity(compiler, metadata, rule, &rule->source, path.data);
        if (!status)
            status = check_entity(compiler, metadata, rule, &rule->destination, path.data);
    }
    return status;
}

/* CALPOL_ERROR_INVALID_INPUT, which has been reported, means false. */
static int settle(int status, bool *out_combines)
{
    *out_combines = status == CALPOL_OK;
    return status == CALPOL_ERROR_INVALID_INPUT ? CALPOL_OK : status;
}

int cp_policy_combines(struct cp_compiler *compiler,
                       const struct cp_policy_spec *spec,
                       bool *out_combines)
{
    const struct cp_selector *selector;
    int status = CALPOL_OK;

    if (compiler->input->lenient || spec->namespace_selector.given ||
        spec->service_account_selector.given)
        status = cp_combine_policy_spec(compiler, spec, &selector);
    if (status == CALPOL_ERROR_INVALID_INPUT)
        status = report(compiler, &spec->metadata, &spec->metadata.origin, "spec");
    if (!status)
        status = check_rules(compiler, &spec->metadata, &spec->ingress, "ingress");
    if (!status)
        status = check_rules(compiler, &spec->metadata, &spec->egress, "egress");
    return settle(status, out_combines);
}

int cp_profile_combines(struct cp_compiler *compiler,
                        const struct cp_profile_spec *spec,
                        bool *out_combines)
{
    int status = check_rules(compiler, &spec->metadata, &spec->ingress, "ingress");

    if (!status)
        status = check_rules(compiler, &spec->metadata, &spec->egress, "egress");
    return settle(status, out_combines);
}
