/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The steps of compilation, in order.
 */
#include "compile/compiler.h"

#include "compile/basis.h"
#include "compile/programs.h"
#include "compile/shared_addresses.h"

int cp_keep_text(struct cp_compiler *compiler, struct cp_text text, struct cp_text *out_text)
{
    uint32_t id;

    if (!cp_intern_add(compiler->names, text, &id))
        return CALPOL_ERROR_NO_MEMORY;
    *out_text = cp_intern_text(compiler->names, id);
    return CALPOL_OK;
}

int cp_keep_joined(struct cp_compiler *compiler,
                   const char *prefix,
                   struct cp_text text,
                   struct cp_text *out_text)
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, compiler->work);
    cp_buffer_add_string(&buffer, prefix);
    cp_buffer_add(&buffer, text);
    if (buffer.failed)
        return CALPOL_ERROR_NO_MEMORY;
    return cp_keep_text(compiler, cp_buffer_text(&buffer), out_text);
}

/* K8-3: a Calico object makes it a Calico cluster. */
static enum calpol_dialect dialect_in_force(const struct cp_compile_input *input)
{
    if (input->dialect != CALPOL_DIALECT_AUTO)
        return input->dialect;
    return input->collection->has_calico ? CALPOL_DIALECT_CALICO : CALPOL_DIALECT_UPSTREAM;
}

static int keep_failsafes(struct cp_compiler *compiler, struct cp_failsafe_ports *ports)
{
    ports->items =
        cp_arena_copy(compiler->arena, ports->items, ports->count * sizeof(*ports->items));
    return ports->items ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

/* The caller's options, with their lists in the ruleset's arena. */
static int set_options(struct cp_compiler *compiler)
{
    struct cp_options *options = &compiler->ruleset->options;
    int status;

    *options = compiler->input->options;
    status = keep_failsafes(compiler, &options->failsafe_inbound);
    if (!status)
        status = keep_failsafes(compiler, &options->failsafe_outbound);
    return status;
}

static uint32_t key_of(const struct cp_compiler *compiler, const char *key)
{
    return cp_intern_find(compiler->names, cp_text_from(key));
}

void cp_set_keys(struct cp_compiler *compiler)
{
    struct calpol_ruleset *ruleset = compiler->ruleset;

    ruleset->key_namespace = key_of(compiler, "projectcalico.org/namespace");
    ruleset->key_orchestrator = key_of(compiler, "projectcalico.org/orchestrator");
    ruleset->key_service_account = key_of(compiler, "projectcalico.org/serviceaccount");
}

typedef int compile_step(struct cp_compiler *compiler);

int cp_compile(const struct cp_compile_input *input, struct calpol_ruleset *ruleset)
{
    static compile_step *const steps[] = {
        set_options,
        cp_index_slices,
        cp_compile_namespaces,
        cp_compile_policies,
        cp_compile_profiles,
        cp_compile_nodes,
        cp_compile_owners,
        cp_warn_of_shared_addresses,
        cp_compile_profile_rules,
        cp_compile_matches,
        cp_finish_nodes,
        cp_compile_services,
        cp_compile_host_ports,
        cp_compile_addresses,
    };
    struct cp_compiler compiler = {
        .input = input,
        .collection = input->collection,
        .ruleset = ruleset,
        .arena = &ruleset->arena,
        .work = input->work,
        .names = &ruleset->names,
    };
    int status;

    ruleset->dialect = dialect_in_force(input);
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        status = steps[i](&compiler);
        if (status)
            return status;
    }
    cp_set_keys(&compiler);
    if (input->out_policies)
        *input->out_policies = compiler.policies.items;
    status = cp_freeze_ruleset(&compiler);
    if (status || !input->programs)
        return status;
    if (input->updatable)
        status = cp_basis_make(&compiler);
    if (status)
        return status;
    return cp_programs_make(ruleset, input->work, input->programs);
}
