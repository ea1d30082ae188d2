/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tries from addresses to owners and to services. Nodes' is made with the nodes.
 */
#include "compile/compiler.h"

static int add_owner_nets(struct cp_compiler *compiler)
{
    struct cp_prefix_trie *trie = &compiler->ruleset->owner_trie;

    cp_prefix_trie_init(trie, compiler->arena);
    for (uint32_t i = 0; i < compiler->owners.count; i++) {
        const struct cp_prefixes *nets = &compiler->owners.items[i].nets;

        for (uint32_t n = 0; n < nets->count; n++) {
            if (!cp_prefix_trie_add(trie, &nets->items[n], i))
                return CALPOL_ERROR_NO_MEMORY;
        }
    }
    return CALPOL_OK;
}

static bool add_addresses(struct cp_prefix_trie *trie,
                          const struct calpol_address *addresses,
                          uint32_t count,
                          uint32_t service)
{
    for (uint32_t i = 0; i < count; i++) {
        struct cp_prefix host = cp_prefix_of_address(&addresses[i]);

        if (!cp_prefix_trie_add(trie, &host, service))
            return false;
    }
    return true;
}

/* Headless Services and DNS aliases rewrite nothing (K8-117). */
static int add_service_addresses(struct cp_compiler *compiler)
{
    struct cp_prefix_trie *trie = &compiler->ruleset->service_trie;

    cp_prefix_trie_init(trie, compiler->arena);
    for (uint32_t i = 0; i < compiler->services.count; i++) {
        const struct cp_service *service = &compiler->services.items[i];

        if (service->headless)
            continue;
        if (!add_addresses(trie, service->cluster_ips, service->cluster_ip_count, i) ||
            !add_addresses(trie, service->external_ips, service->external_ip_count, i))
            return CALPOL_ERROR_NO_MEMORY;
    }
    return CALPOL_OK;
}

int cp_compile_addresses(struct cp_compiler *compiler)
{
    int status = add_owner_nets(compiler);

    return status ? status : add_service_addresses(compiler);
}
