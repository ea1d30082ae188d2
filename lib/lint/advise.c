/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reporting what the checks find, in terms of what was written.
 */
#include "lint/linter.h"

#include <stdarg.h>

static void report(struct cp_linter *linter,
                   const struct cp_metadata *metadata,
                   struct cp_text field,
                   enum cp_code code,
                   const char *format,
                   va_list *arguments)
{
    struct cp_buffer message;
    struct cp_subject subject;
    int status = CALPOL_ERROR_NO_MEMORY;

    cp_buffer_init(&message, linter->input->work);
    cp_buffer_format_list(&message, format, arguments);
    /* A field without data is one there was no memory for. */
    if (field.data && cp_metadata_subject(metadata, field, linter->input->work, &subject))
        status = cp_diagnose(linter->input->diagnostics, &subject, code, cp_buffer_text(&message));
    if (status == CALPOL_ERROR_NO_MEMORY)
        linter->status = status;
}

void cp_advise_object(struct cp_linter *linter,
                      const struct cp_metadata *metadata,
                      struct cp_text field,
                      enum cp_code code,
                      const char *format,
                      ...)
{
    va_list arguments;

    va_start(arguments, format);
    report(linter, metadata, field, code, format, &arguments);
    va_end(arguments);
}

static bool is_admin(const struct cp_linted *policy)
{
    return policy->spec->kind != CP_KIND_KUBERNETES_NETWORK_POLICY &&
           policy->spec->kind != CP_KIND_STAGED_KUBERNETES_NETWORK_POLICY;
}

/* What a Kubernetes policy calls a field of the policy that Calico makes of it. */
static const char *k8s_field(const struct cp_linted *policy, const char *field)
{
    if (strcmp(field, "spec.selector") != 0 && strcmp(field, "spec.namespaceSelector") != 0)
        return field;
    return is_admin(policy) ? "spec.subject" : "spec.podSelector";
}

void cp_advise_policy(struct cp_linter *linter,
                      const struct cp_linted *policy,
                      const char *field,
                      enum cp_code code,
                      const char *format,
                      ...)
{
    const char *written = policy->k8s ? k8s_field(policy, field) : field;
    va_list arguments;

    va_start(arguments, format);
    report(linter, &policy->spec->metadata, cp_text_from(written), code, format, &arguments);
    va_end(arguments);
}

static bool starts_with(const char *text, const char *prefix)
{
    return cp_text_starts_with(cp_text_from(text), cp_text_from(prefix));
}

/* Selectors come from a peer; ports and protocol from the list that has both. */
static void add_k8s_rule_field(const struct cp_linted *policy,
                               const struct cp_linted_rules *rules,
                               uint32_t rule,
                               const char *field,
                               struct cp_buffer *buffer)
{
    const bool is_ingress = rules->direction == CP_INGRESS;
    const bool is_cluster = policy->spec->kind == CP_KIND_KUBERNETES_CLUSTER_NETWORK_POLICY;

    if (strcmp(field, "protocol") == 0 || strcmp(field, "destination.ports") == 0)
        cp_buffer_add_string(buffer, is_cluster ? ".protocols" : ".ports");
    else if (starts_with(field, is_ingress ? "source." : "destination."))
        cp_buffer_format(buffer, ".%s[%u]", is_ingress ? "from" : "to",
                         rules->specs->items.items[rule].written_peer);
}

void cp_lint_rule_path(const struct cp_linted *policy,
                       const struct cp_linted_rules *rules,
                       uint32_t rule,
                       const char *field,
                       struct cp_buffer *buffer)
{
    cp_buffer_format(buffer, "spec.%s[%u]", rules->direction == CP_INGRESS ? "ingress" : "egress",
                     rules->specs->items.items[rule].written_rule);
    if (policy->k8s)
        add_k8s_rule_field(policy, rules, rule, field, buffer);
    else if (*field)
        cp_buffer_format(buffer, ".%s", field);
}

void cp_advise_rule(struct cp_linter *linter,
                    const struct cp_linted *policy,
                    const struct cp_linted_rules *rules,
                    uint32_t rule,
                    const char *field,
                    enum cp_code code,
                    const char *format,
                    ...)
{
    struct cp_buffer path;
    va_list arguments;

    cp_buffer_init(&path, linter->input->work);
    cp_lint_rule_path(policy, rules, rule, field, &path);
    va_start(arguments, format);
    report(linter, &policy->spec->metadata, cp_buffer_text(&path), code, format, &arguments);
    va_end(arguments);
}
