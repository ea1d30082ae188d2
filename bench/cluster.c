/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The text of generated clusters.
 */
#include "cluster.h"

#include "calpol/calpol.h"

#include <stdbool.h>
#include <string.h>

#define SEED 88172645463325252u

const struct mesh mesh_w1 = {
    .endpoints = 1000,
    .namespaces = 20,
    .apps = 5,
    .k8s_policies = 600,
    .policies = 300,
    .global_policies = 100,
    .teams = 10,
};

const struct mesh mesh_w2 = {
    .endpoints = 100000,
    .namespaces = 500,
    .apps = 6,
    .k8s_policies = 6000,
    .policies = 3000,
    .global_policies = 1000,
    .teams = 40,
};

static const char *const tiers[] = {"front", "middle", "back"};
static const uint32_t ports[] = {80, 443, 8080, 5432, 6379, 9090, 53, 3306};

#define PORT_COUNT (sizeof(ports) / sizeof(ports[0]))
#define CALICO "---\napiVersion: projectcalico.org/v3\n"

/* ---- W1, W2 ---------------------------------------------------------------------------------- */

static void write_namespaces(struct text *text, const struct mesh *mesh)
{
    for (uint32_t i = 0; i < mesh->namespaces; i++)
        text_add(
            text,
            "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: ns%u\n  labels:\n    team: "
            "t%u\n    env: %s\n",
            i, i % mesh->teams, i % 4 ? "prod" : "dev");
}

/* Pods of a namespace follow each other, as kubectl prints them; those of an app differ in nothing
   but name and address. */
static void write_pods(struct text *text, const struct mesh *mesh)
{
    uint32_t of_namespace = mesh->endpoints / mesh->namespaces;

    for (uint32_t i = 0; i < mesh->endpoints; i++) {
        uint32_t namespace = i / of_namespace, app = i % mesh->apps;

        text_add(
            text,
            "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: pod-%u\n  namespace: ns%u\n"
            "  labels:\n    app: app%u\n    tier: %s\n    team: t%u\n"
            "spec:\n  nodeName: node-%u\n  serviceAccountName: default\n  containers:\n"
            "  - name: main\n    image: registry/app%u:1.0\n    ports:\n    - name: http\n"
            "      containerPort: 8080\n      protocol: TCP\n"
            "status:\n  phase: Running\n  podIP: 10.%u.%u.%u\n  podIPs:\n  - ip: 10.%u.%u.%u\n",
            i, namespace, app, tiers[app % 3], namespace % mesh->teams, i % 1000, app,
            i >> 16 & 255, i >> 8 & 255, i & 255, i >> 16 & 255, i >> 8 & 255, i & 255);
    }
}

static void write_k8s_policies(struct text *text, const struct mesh *mesh, uint64_t *seed)
{
    for (uint32_t i = 0; i < mesh->k8s_policies; i++) {
        uint32_t app = i / mesh->namespaces % mesh->apps;

        text_add(
            text,
            "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: k%u\n"
            "  namespace: ns%u\nspec:\n  podSelector:\n    matchLabels:\n      app: app%u\n"
            "  policyTypes: [Ingress, Egress]\n  ingress:\n  - from:\n    - podSelector:\n"
            "        matchLabels:\n          app: app%u\n    - namespaceSelector:\n"
            "        matchLabels:\n          team: t%u\n    ports:\n    - protocol: TCP\n"
            "      port: %u\n    - protocol: TCP\n      port: %u\n  egress:\n  - to:\n"
            "    - podSelector:\n        matchLabels:\n          app: app%u\n    ports:\n"
            "    - protocol: TCP\n      port: %u\n  - ports:\n    - protocol: UDP\n"
            "      port: 53\n",
            i, i % mesh->namespaces, app, below(seed, mesh->apps), below(seed, mesh->teams),
            ports[below(seed, PORT_COUNT)], ports[below(seed, PORT_COUNT)], below(seed, mesh->apps),
            ports[below(seed, PORT_COUNT)]);
    }
}

static void write_policies(struct text *text, const struct mesh *mesh, uint64_t *seed)
{
    for (uint32_t i = 0; i < mesh->policies; i++)
        text_add(text,
                 CALICO "kind: NetworkPolicy\nmetadata:\n  name: p%u\n  namespace: ns%u\nspec:\n"
                        "  order: %u\n  selector: app == 'app%u'\n  types: [Ingress, Egress]\n"
                        "  ingress:\n  - action: Allow\n    protocol: TCP\n    source:\n"
                        "      selector: app == 'app%u'\n    destination:\n      ports: [%u, %u]\n"
                        "  - action: Deny\n    protocol: TCP\n    source:\n"
                        "      namespaceSelector: env == 'dev'\n    destination:\n"
                        "      ports: [\"1024:2048\"]\n  egress:\n  - action: Allow\n"
                        "    protocol: TCP\n    destination:\n      selector: tier == '%s'\n"
                        "      namespaceSelector: team == 't%u'\n      ports: [%u]\n"
                        "  - action: Allow\n    destination:\n      nets: [203.0.%u.0/24]\n",
                 i, i % mesh->namespaces, 100 + i % 50, i / mesh->namespaces % mesh->apps,
                 below(seed, mesh->apps), ports[below(seed, PORT_COUNT)],
                 ports[below(seed, PORT_COUNT)], tiers[below(seed, 3)], below(seed, mesh->teams),
                 ports[below(seed, PORT_COUNT)], below(seed, 256));
}

/* Rules that rarely match: those of a platform's own tier, which most packets walk through. */
static void write_global_policies(struct text *text, const struct mesh *mesh, uint64_t *seed)
{
    static const char *const actions[] = {"Deny", "Deny", "Pass", "Allow", "Log"};

    text_add(text, CALICO "kind: Tier\nmetadata:\n  name: platform\nspec:\n  order: 100\n"
                          "  defaultAction: Pass\n");
    for (uint32_t i = 0; i < mesh->global_policies; i++) {
        text_add(text,
                 CALICO
                 "kind: GlobalNetworkPolicy\nmetadata:\n  name: g%u\nspec:\n  tier: platform\n"
                 "  order: %u\n  selector: team == 't%u' && tier == '%s'\n"
                 "  types: [Ingress, Egress]\n",
                 i, i, i % mesh->teams, tiers[i / mesh->teams % 3]);
        for (int direction = 0; direction < 2; direction++) {
            const char *peer = direction ? "destination" : "source";

            text_add(text, "  %s:\n", direction ? "egress" : "ingress");
            for (int rule = 0; rule < 5; rule++) {
                uint32_t port = 10000 + below(seed, 2000);

                text_add(text, "  - action: %s\n    protocol: TCP\n    %s:\n", actions[rule], peer);
                if (rule % 2)
                    text_add(text, "      nets: [198.51.%u.0/24]\n", below(seed, 256));
                else
                    text_add(text, "      selector: team == 't%u' && app == 'app%u'\n",
                             below(seed, mesh->teams), below(seed, mesh->apps));
                if (direction)
                    text_add(text, "      ports: [%u]\n", port);
                else
                    text_add(text, "    destination:\n      ports: [%u]\n", port);
            }
        }
    }
}

void write_mesh(struct text *text, const struct mesh *mesh)
{
    uint64_t seed = SEED;

    write_namespaces(text, mesh);
    write_global_policies(text, mesh, &seed);
    write_policies(text, mesh, &seed);
    write_k8s_policies(text, mesh, &seed);
    write_pods(text, mesh);
}

/* ---- W3 -------------------------------------------------------------------------------------- */

#define SET_COUNT 3708u

/* How many sets have how many members: most are small of their kind, one of SELDOM is anything.
   Chosen so that all have 256,000. */
struct set_kind {
    uint32_t count, least, usual, most;
};

static const struct set_kind set_kinds[] = {
    {4, 0, 0, 0},        {3035, 1, 5, 9},         {446, 10, 28, 99},
    {64, 100, 200, 999}, {158, 1000, 1010, 9999}, {1, 54566, 54566, 54566},
};

#define SELDOM 50u

static uint32_t choose_size(const struct set_kind *kind, uint64_t *seed)
{
    uint32_t most = below(seed, SELDOM) ? kind->usual : kind->most;

    return kind->least + below(seed, most - kind->least + 1);
}

static void write_sets(struct text *text, uint64_t *seed)
{
    uint32_t address = 10u << 24, number = 0;

    for (size_t i = 0; i < sizeof(set_kinds) / sizeof(set_kinds[0]); i++) {
        for (uint32_t s = 0; s < set_kinds[i].count; s++, number++) {
            uint32_t size = choose_size(&set_kinds[i], seed);

            text_add(text,
                     CALICO
                     "kind: GlobalNetworkSet\nmetadata:\n  name: s%u\n  labels:\n    set: s%u\n"
                     "spec:\n  nets:\n",
                     number, number);
            if (!size)
                text->length -= strlen("  nets:\n"), text_add(text, "  nets: []\n");
            for (uint32_t m = 0; m < size; m++, address++)
                text_add(text, "  - %u.%u.%u.%u/32\n", address >> 24, address >> 16 & 255,
                         address >> 8 & 255, address & 255);
        }
    }
}

/* 24 % of the rules name a set; all ask for a port that the flows do not have. */
static void write_production_rule(struct text *text, uint64_t *seed)
{
    uint32_t set = below(seed, SET_COUNT);

    text_add(text, "  - action: Deny\n    protocol: TCP\n");
    if (below(seed, 1000) >= 242)
        text_add(text, "    destination:\n      ports: [65001]\n");
    else if (below(seed, 2))
        text_add(text,
                 "    source:\n      selector: set == 's%u'\n    destination:\n"
                 "      ports: [65001]\n",
                 set);
    else
        text_add(text, "    source:\n      selector: set == 's%u'\n      ports: [65001]\n", set);
}

void write_production(struct text *text)
{
    uint64_t seed = SEED;

    write_sets(text, &seed);
    for (uint32_t i = 0; i < 294; i++) {
        text_add(text,
                 CALICO "kind: GlobalNetworkPolicy\nmetadata:\n  name: g%u\nspec:\n  order: %u\n"
                        "  types: [Ingress]\n  ingress:\n",
                 i, i);
        for (uint32_t r = 0; r < 68; r++)
            write_production_rule(text, &seed);
    }
    for (uint32_t i = 0; i < 10; i++)
        text_add(text,
                 "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: e%u\n  namespace: w\nstatus:\n"
                 "  podIPs:\n  - ip: 172.16.0.%u\n",
                 i, i + 1);
}

/* ---- W4 -------------------------------------------------------------------------------------- */

/* Chances, of a thousand: how the styles differ. */
struct style {
    uint32_t any_source, any_destination, host, any_protocol, udp;
    uint32_t source_port, source_range, any_port, port_range;
};

static const struct style styles[] = {
    [FILTER_ACL] = {60, 20, 450, 60, 120, 0, 0, 350, 120},
    [FILTER_FW] = {480, 260, 350, 120, 250, 120, 110, 250, 180},
    [FILTER_IPC] = {180, 140, 400, 150, 250, 80, 60, 350, 150},
};

/* Prefixes come from some thousand places, so that they lie in each other. */
static void make_prefix(uint64_t *seed, uint32_t host, uint32_t *out_address, uint32_t *out_length)
{
    uint32_t place = below(seed, 1500) * 2654435761u;
    uint32_t length = below(seed, 1000) < host ? 32 : 14 + below(seed, 18);
    uint32_t address = (place & 0xfffff000u) | below(seed, 4096);

    *out_length = length;
    *out_address = address & UINT32_MAX << (32 - length);
}

static void make_ports(
    uint64_t *seed, uint32_t any, uint32_t range, uint16_t *out_first, uint16_t *out_last)
{
    uint32_t choice = below(seed, 1000);
    uint32_t first = below(seed, 4) ? ports[below(seed, PORT_COUNT)] : 1 + below(seed, 60000);

    *out_first = 0;
    *out_last = UINT16_MAX;
    if (choice < any)
        return;
    *out_first = (uint16_t)first;
    *out_last = (uint16_t)(choice < any + range ? first + 1 + below(seed, 5000) : first);
}

static void make_filter(struct filter *filter, uint64_t *seed, const struct style *style)
{
    uint32_t source_any = 1000 - style->source_port - style->source_range;
    bool any_protocol = below(seed, 1000) < style->any_protocol;

    *filter = (struct filter){
        .protocol = any_protocol                     ? 0
                    : below(seed, 1000) < style->udp ? 17
                                                     : 6,
        .source_last = UINT16_MAX,
        .destination_last = UINT16_MAX,
        .action = below(seed, 2) ? CALPOL_ACTION_ALLOW : CALPOL_ACTION_DENY,
    };
    if (below(seed, 1000) >= style->any_source)
        make_prefix(seed, style->host, &filter->source, &filter->source_length);
    /* A filter for everything would leave nothing for those behind it. */
    if (!filter->source_length || below(seed, 1000) >= style->any_destination)
        make_prefix(seed, style->host, &filter->destination, &filter->destination_length);
    if (any_protocol)
        return;
    make_ports(seed, source_any, style->source_range, &filter->source_first, &filter->source_last);
    make_ports(seed, style->any_port, style->port_range, &filter->destination_first,
               &filter->destination_last);
}

void make_filters(struct filter *filters, uint32_t count, enum filter_style style)
{
    uint64_t seed = SEED;

    for (uint32_t i = 0; i < count; i++)
        make_filter(&filters[i], &seed, &styles[style]);
}

static void write_end(struct text *text,
                      const char *name,
                      uint32_t address,
                      uint32_t length,
                      uint16_t first,
                      uint16_t last)
{
    bool any_port = first == 0 && last == UINT16_MAX;

    if (length == 0 && any_port)
        return;
    text_add(text, "    %s:\n", name);
    if (length)
        text_add(text, "      nets: [%u.%u.%u.%u/%u]\n", address >> 24, address >> 16 & 255,
                 address >> 8 & 255, address & 255, length);
    if (!any_port)
        text_add(text, "      ports: [\"%u:%u\"]\n", first, last);
}

void write_filters(struct text *text, const struct filter *filters, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct filter *filter = &filters[i];

        if (i % 100 == 0)
            text_add(text,
                     CALICO
                     "kind: GlobalNetworkPolicy\nmetadata:\n  name: f%u\nspec:\n  order: %u\n"
                     "  types: [Ingress]\n  ingress:\n",
                     i / 100, i / 100);
        text_add(text, "  - action: %s\n",
                 filter->action == CALPOL_ACTION_ALLOW ? "Allow" : "Deny");
        if (filter->protocol)
            text_add(text, "    protocol: %s\n", filter->protocol == 6 ? "TCP" : "UDP");
        write_end(text, "source", filter->source, filter->source_length, filter->source_first,
                  filter->source_last);
        write_end(text, "destination", filter->destination, filter->destination_length,
                  filter->destination_first, filter->destination_last);
    }
    text_add(text,
             "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: gate\n  namespace: fw\nstatus:\n"
             "  podIPs:\n  - ip: 172.16.0.1\n");
}
