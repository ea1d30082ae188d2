/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random clusters and flows. Names, labels, ports and addresses come from short lists.
 */
#include "support/clusters.h"

uint32_t random_below(uint64_t *seed, uint32_t limit)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (uint32_t)((*seed >> 20) % limit);
}

static bool chance(uint64_t *seed, uint32_t percent)
{
    return random_below(seed, 100) < percent;
}

#define PICK(seed, list) ((list)[random_below((seed), sizeof(list) / sizeof((list)[0]))])

static const char *const namespaces[] = {"a", "b", "c"};
static const char *const keys[] = {"app", "tier", "env"};
static const char *const values[] = {"x", "y", "z"};
static const char *const accounts[] = {"default", "one", "two"};
static const char *const port_names[] = {"http", "dns", "adm"};
static const char *const ports[] = {"80", "443", "8080", "53", "65535", "0"};
static const char *const port_ranges[] = {"80", "443",   "8080:8090", "1:1024",
                                          "53", "65535", "0",         "1024:65535"};
static const char *const protocols[] = {"TCP", "TCP", "UDP", "SCTP"};
static const char *const tier_names[] = {"default", "default", "first", "second", "nowhere"};
static const char *const actions[] = {"Allow", "Allow", "Deny", "Pass", "Log"};
static const char *const nodes[] = {"n1", "n2"};

/* Networks of one family each: of pods, of hosts, of Services, of the world. */
static const char *const nets4[] = {"10.0.0.0/8",     "10.0.0.0/30",       "10.0.1.0/24",
                                    "10.0.0.2/32",    "192.168.0.0/24",    "203.0.113.0/24",
                                    "203.0.113.7/32", "0.0.0.0/1",         "0.0.0.0/0",
                                    "203.0.113.4/31", "255.255.255.255/32"};
static const char *const nets6[] = {
    "fd00::/8", "fd00::2/127", "fd00::1/128", "2001:db8::/32", "2001:db8::7/128", "::/1", "::/0"};

/* ---- Selectors -------------------------------------------------------------------------------- */

static void write_term(struct cp_buffer *buffer, uint64_t *seed)
{
    const char *key = PICK(seed, keys), *value = PICK(seed, values), *other = PICK(seed, values);

    switch (random_below(seed, 8)) {
    case 0:
        cp_buffer_add_string(buffer, "all()");
        break;
    case 1:
        cp_buffer_format(buffer, "has(%s)", key);
        break;
    case 2:
        cp_buffer_format(buffer, "!has(%s)", key);
        break;
    case 3:
        cp_buffer_format(buffer, "%s != '%s'", key, value);
        break;
    case 4:
        cp_buffer_format(buffer, "%s in {'%s', '%s'}", key, value, other);
        break;
    default:
        cp_buffer_format(buffer, "%s == '%s'", key, value);
        break;
    }
}

static void write_selector(struct cp_buffer *buffer, uint64_t *seed)
{
    write_term(buffer, seed);
    if (!chance(seed, 30))
        return;
    cp_buffer_add_string(buffer, chance(seed, 50) ? " && " : " || ");
    write_term(buffer, seed);
}

static void write_quoted_selector(struct cp_buffer *buffer, uint64_t *seed, const char *field)
{
    cp_buffer_format(buffer, "%s: \"", field);
    write_selector(buffer, seed);
    cp_buffer_add_string(buffer, "\", ");
}

/* ---- Rules ------------------------------------------------------------------------------------ */

static void write_nets(struct cp_buffer *buffer, uint64_t *seed, const char *field, bool is_ipv6)
{
    uint32_t count = 1 + random_below(seed, 3);

    cp_buffer_format(buffer, "%s: [", field);
    for (uint32_t i = 0; i < count; i++)
        cp_buffer_format(buffer, "%s\"%s\"", i ? ", " : "",
                         is_ipv6 ? PICK(seed, nets6) : PICK(seed, nets4));
    cp_buffer_add_string(buffer, "], ");
}

static void write_ports(struct cp_buffer *buffer, uint64_t *seed, const char *field)
{
    uint32_t count = 1 + random_below(seed, 3);

    cp_buffer_format(buffer, "%s: [", field);
    for (uint32_t i = 0; i < count; i++)
        cp_buffer_format(buffer, "%s\"%s\"", i ? ", " : "",
                         chance(seed, 40) ? PICK(seed, port_names) : PICK(seed, port_ranges));
    cp_buffer_add_string(buffer, "], ");
}

static void write_entity(struct cp_buffer *buffer,
                         uint64_t *seed,
                         const char *field,
                         bool with_ports)
{
    bool is_ipv6 = chance(seed, 20);

    cp_buffer_format(buffer, "%s: {", field);
    if (chance(seed, 25))
        write_nets(buffer, seed, "nets", is_ipv6);
    if (chance(seed, 10))
        write_nets(buffer, seed, "notNets", is_ipv6);
    if (chance(seed, 40))
        write_quoted_selector(buffer, seed, "selector");
    if (chance(seed, 15))
        write_quoted_selector(buffer, seed, "notSelector");
    if (chance(seed, 15))
        write_quoted_selector(buffer, seed, "namespaceSelector");
    if (chance(seed, 10))
        cp_buffer_format(buffer, "serviceAccounts: {names: [%s]}, ", PICK(seed, accounts));
    if (with_ports && chance(seed, 35))
        write_ports(buffer, seed, "ports");
    if (with_ports && chance(seed, 12))
        write_ports(buffer, seed, "notPorts");
    cp_buffer_add_string(buffer, "}, ");
}

static void write_icmp(struct cp_buffer *buffer, uint64_t *seed, const char *field)
{
    cp_buffer_format(buffer, "%s: {type: %u", field, chance(seed, 50) ? 8 : random_below(seed, 4));
    if (chance(seed, 50))
        cp_buffer_format(buffer, ", code: %u", random_below(seed, 2));
    cp_buffer_add_string(buffer, "}, ");
}

/* What goes with the protocol that was chosen. */
static void write_transport(struct cp_buffer *buffer, uint64_t *seed, bool *out_with_ports)
{
    uint32_t choice = random_below(seed, 20);

    *out_with_ports = choice < 10;
    if (choice < 10)
        cp_buffer_format(buffer, "protocol: %s, ", PICK(seed, protocols));
    else if (choice < 12)
        cp_buffer_format(buffer, "protocol: %u, ", 40 + random_below(seed, 5));
    else if (choice < 13)
        cp_buffer_format(buffer, "notProtocol: %s, ", PICK(seed, protocols));
    else if (choice < 15) {
        cp_buffer_format(buffer, "protocol: %s, ", chance(seed, 50) ? "ICMP" : "1");
        write_icmp(buffer, seed, "icmp");
    } else if (choice < 16) {
        write_icmp(buffer, seed, "notICMP");
    } else if (choice < 17) {
        cp_buffer_format(buffer, "ipVersion: %u, ", chance(seed, 60) ? 4 : 6);
    }
}

static void write_http(struct cp_buffer *buffer, uint64_t *seed)
{
    cp_buffer_add_string(buffer, "http: {");
    if (chance(seed, 60))
        cp_buffer_format(buffer, "methods: [%s], ", chance(seed, 80) ? "GET" : "\"*\"");
    if (chance(seed, 60))
        cp_buffer_add_string(buffer, "paths: [{prefix: /a}]");
    cp_buffer_add_string(buffer, "}, ");
}

static void write_service(struct cp_buffer *buffer, uint64_t *seed, const char *field)
{
    cp_buffer_format(buffer, "%s: {services: {name: s%u, namespace: %s}}, ", field,
                     random_below(seed, 3), PICK(seed, namespaces));
}

static void write_rule(struct cp_buffer *buffer, uint64_t *seed, bool is_ingress)
{
    const char *action = PICK(seed, actions);
    bool with_ports;

    cp_buffer_format(buffer, "{action: %s, ", action);
    if (chance(seed, 8)) {
        write_service(buffer, seed, is_ingress ? "source" : "destination");
    } else {
        write_transport(buffer, seed, &with_ports);
        if (chance(seed, 75))
            write_entity(buffer, seed, "source", with_ports);
        if (chance(seed, 65))
            write_entity(buffer, seed, "destination", with_ports);
        if (chance(seed, 5) && with_ports)
            write_http(buffer, seed);
    }
    cp_buffer_add_string(buffer, "}");
}

static void write_rules(struct cp_buffer *buffer,
                        uint64_t *seed,
                        const char *field,
                        bool is_ingress)
{
    uint32_t count = random_below(seed, 5);

    cp_buffer_format(buffer, "%s: [", field);
    for (uint32_t i = 0; i < count; i++) {
        cp_buffer_add_string(buffer, i ? ", " : "");
        write_rule(buffer, seed, is_ingress);
    }
    cp_buffer_add_string(buffer, "], ");
}

/* ---- Policies --------------------------------------------------------------------------------- */

static void write_head(
    struct cp_buffer *buffer, const char *api, const char *kind, const char *name, uint32_t number)
{
    cp_buffer_format(buffer, "---\napiVersion: %s\nkind: %s\nmetadata: {name: %s%u", api, kind,
                     name, number);
}

#define CALICO_API "projectcalico.org/v3"

static void write_policy(struct cp_buffer *buffer, uint64_t *seed, uint32_t number)
{
    static const char *const kinds[] = {
        "GlobalNetworkPolicy", "GlobalNetworkPolicy",       "NetworkPolicy",
        "NetworkPolicy",       "StagedGlobalNetworkPolicy", "StagedNetworkPolicy"};
    static const char *const types[] = {"[Ingress]", "[Egress]", "[Ingress, Egress]"};
    static const char *const flags[] = {"applyOnForward: true, ",
                                        "applyOnForward: true, doNotTrack: true, "};
    const char *kind = PICK(seed, kinds);
    bool is_global = strstr(kind, "Global") != NULL;

    write_head(buffer, CALICO_API, kind, "p", number);
    if (!is_global)
        cp_buffer_format(buffer, ", namespace: %s", PICK(seed, namespaces));
    cp_buffer_format(buffer, "}\nspec: {tier: %s, order: %u, types: %s, ", PICK(seed, tier_names),
                     random_below(seed, 4), PICK(seed, types));
    if (chance(seed, 85))
        write_quoted_selector(buffer, seed, "selector");
    if (is_global && chance(seed, 20))
        write_quoted_selector(buffer, seed, "namespaceSelector");
    if (is_global && chance(seed, 8))
        cp_buffer_add_string(buffer, PICK(seed, flags));
    write_rules(buffer, seed, "ingress", true);
    write_rules(buffer, seed, "egress", false);
    cp_buffer_add_string(buffer, "}\n");
}

static void write_k8s_peer(struct cp_buffer *buffer, uint64_t *seed)
{
    switch (random_below(seed, 4)) {
    case 0:
        cp_buffer_format(buffer, "{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.%u/32]}}",
                         random_below(seed, 8));
        break;
    case 1:
        cp_buffer_format(buffer, "{namespaceSelector: {matchLabels: {%s: %s}}}", PICK(seed, keys),
                         PICK(seed, values));
        break;
    default:
        cp_buffer_format(buffer, "{podSelector: {matchLabels: {%s: %s}}}", PICK(seed, keys),
                         PICK(seed, values));
        break;
    }
}

static void write_k8s_rule(struct cp_buffer *buffer, uint64_t *seed, const char *peers)
{
    cp_buffer_add_string(buffer, "{");
    if (chance(seed, 70)) {
        cp_buffer_format(buffer, "%s: [", peers);
        write_k8s_peer(buffer, seed);
        cp_buffer_add_string(buffer, "], ");
    }
    if (chance(seed, 60))
        cp_buffer_format(buffer, "ports: [{protocol: %s, port: %s}]", PICK(seed, protocols),
                         chance(seed, 40) ? PICK(seed, port_names) : PICK(seed, ports));
    cp_buffer_add_string(buffer, "}");
}

static void write_k8s_policy(struct cp_buffer *buffer, uint64_t *seed, uint32_t number)
{
    write_head(buffer, "networking.k8s.io/v1", "NetworkPolicy", "k", number);
    cp_buffer_format(buffer, ", namespace: %s}\nspec: {podSelector: {", PICK(seed, namespaces));
    if (chance(seed, 70))
        cp_buffer_format(buffer, "matchLabels: {%s: %s}", PICK(seed, keys), PICK(seed, values));
    cp_buffer_add_string(buffer, "}, policyTypes: [Ingress, Egress], ingress: [");
    write_k8s_rule(buffer, seed, "from");
    cp_buffer_add_string(buffer, "], egress: [");
    write_k8s_rule(buffer, seed, "to");
    cp_buffer_add_string(buffer, "]}\n");
}

static void write_profile(struct cp_buffer *buffer, uint64_t *seed, uint32_t number)
{
    write_head(buffer, CALICO_API, "Profile", "pro", number);
    cp_buffer_format(buffer, "}\nspec: {labelsToApply: {%s: %s}, ", PICK(seed, keys),
                     PICK(seed, values));
    write_rules(buffer, seed, "ingress", true);
    write_rules(buffer, seed, "egress", false);
    cp_buffer_add_string(buffer, "}\n");
}

/* ---- Endpoints -------------------------------------------------------------------------------- */

static void write_labels(struct cp_buffer *buffer, uint64_t *seed)
{
    cp_buffer_add_string(buffer, ", labels: {");
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (chance(seed, 60))
            cp_buffer_format(buffer, "%s: %s, ", keys[i], PICK(seed, values));
    }
    cp_buffer_add_string(buffer, "}");
}

static void write_addresses(struct cp_buffer *buffer,
                            uint64_t *seed,
                            const char *before,
                            const char *behind4,
                            const char *behind6)
{
    bool ipv6_first = chance(seed, 30);

    for (int i = 0; i < 2; i++) {
        bool is_ipv6 = (i == 0) == ipv6_first;

        if (chance(seed, is_ipv6 ? 40 : 90))
            cp_buffer_format(buffer, is_ipv6 ? "%s\"fd00::%u%s\"%s, " : "%s\"10.0.0.%u%s\"%s, ",
                             before, random_below(seed, 9), is_ipv6 ? behind6 : behind4,
                             before[0] ? "}" : "");
    }
    if (chance(seed, 10))
        cp_buffer_format(buffer, "%s\"10.0.1.%u%s\"%s", before, random_below(seed, 9), behind4,
                         before[0] ? "}" : "");
}

static void write_named_ports(struct cp_buffer *buffer, uint64_t *seed, const char *number)
{
    uint32_t count = random_below(seed, 3);

    cp_buffer_add_string(buffer, "ports: [");
    for (uint32_t i = 0; i < count; i++)
        cp_buffer_format(buffer, "%s{name: %s, protocol: %s, %s: %s}", i ? ", " : "",
                         PICK(seed, port_names), PICK(seed, protocols), number,
                         chance(seed, 50) ? "80" : "443");
    cp_buffer_add_string(buffer, "]");
}

static void write_pod(struct cp_buffer *buffer, uint64_t *seed, uint32_t number)
{
    write_head(buffer, "v1", "Pod", "w", number);
    cp_buffer_format(buffer, ", namespace: %s", PICK(seed, namespaces));
    write_labels(buffer, seed);
    cp_buffer_format(buffer, "}\nspec: {serviceAccountName: %s, ", PICK(seed, accounts));
    if (chance(seed, 70))
        cp_buffer_format(buffer, "nodeName: %s, ", PICK(seed, nodes));
    if (chance(seed, 3))
        cp_buffer_add_string(buffer, "hostNetwork: true, ");
    cp_buffer_format(buffer,
                     "containers: [{name: c, ports: [{name: %s, containerPort: %u, "
                     "protocol: %s}]}]}\nstatus: {podIPs: [",
                     PICK(seed, port_names), chance(seed, 50) ? 80u : 8080u, PICK(seed, protocols));
    write_addresses(buffer, seed, "{ip: ", "", "");
    cp_buffer_add_string(buffer, "]}\n");
}

static void write_workload_endpoint(struct cp_buffer *buffer, uint64_t *seed, uint32_t number)
{
    static const char *const profiles[] = {
        "[pro0]", "[pro1, kns.a]",     "[kns.b, pro2, pro0]", "[missing, kns.a]",
        "[]",     "[pro2, pro1, pro0]"};

    write_head(buffer, CALICO_API, "WorkloadEndpoint", "e", number);
    cp_buffer_format(buffer, ", namespace: %s", PICK(seed, namespaces));
    write_labels(buffer, seed);
    cp_buffer_format(buffer,
                     "}\nspec: {interfaceName: cali%u, node: %s, orchestrator: cni, "
                     "containerID: c%u, endpoint: eth0, profiles: %s, ",
                     number, PICK(seed, nodes), number, PICK(seed, profiles));
    write_named_ports(buffer, seed, "port");
    cp_buffer_add_string(buffer, ", ipNetworks: [");
    write_addresses(buffer, seed, "", "/32", "/128");
    cp_buffer_add_string(buffer, "]}\n");
}

static void write_host_endpoint(struct cp_buffer *buffer, uint64_t *seed, uint32_t number)
{
    write_head(buffer, CALICO_API, "HostEndpoint", "h", number);
    write_labels(buffer, seed);
    cp_buffer_format(buffer,
                     "}\nspec: {node: %s, interfaceName: %s, expectedIPs: [192.168.0.%u]}\n",
                     PICK(seed, nodes), chance(seed, 50) ? "\"*\"" : "eth0", random_below(seed, 4));
}

static void write_network_set(struct cp_buffer *buffer, uint64_t *seed, uint32_t number)
{
    bool is_global = chance(seed, 50);

    write_head(buffer, CALICO_API, is_global ? "GlobalNetworkSet" : "NetworkSet", "s", number);
    if (!is_global)
        cp_buffer_format(buffer, ", namespace: %s", PICK(seed, namespaces));
    write_labels(buffer, seed);
    cp_buffer_add_string(buffer, "}\nspec: {");
    write_nets(buffer, seed, "nets", chance(seed, 25));
    if (chance(seed, 15))
        cp_buffer_add_string(buffer, "allowedEgressDomains: [a.example.com]");
    cp_buffer_add_string(buffer, "}\n");
}

/* ---- Services --------------------------------------------------------------------------------- */

static void write_slice(struct cp_buffer *buffer, uint64_t *seed, uint32_t number)
{
    cp_buffer_format(
        buffer,
        "---\napiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: "
        "sl%u, namespace: %s, labels: {kubernetes.io/service-name: s%u}}\naddressType: "
        "IPv4\nendpoints: [{addresses: [10.0.0.%u]}, {addresses: [203.0.113.%u]}]\n"
        "ports: [{port: %u, protocol: %s}, {port: 80}]\n",
        number, PICK(seed, namespaces), random_below(seed, 3), random_below(seed, 9),
        random_below(seed, 9), chance(seed, 50) ? 443u : 53u, PICK(seed, protocols));
}

static void write_service_object(struct cp_buffer *buffer, uint64_t *seed, uint32_t number)
{
    cp_buffer_format(
        buffer,
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: s%u, namespace: %s}\n"
        "spec: {clusterIP: 10.0.1.%u, selector: {%s: %s}, ports: [{port: 80, protocol: "
        "TCP}]}\n",
        number, PICK(seed, namespaces), random_below(seed, 9), PICK(seed, keys),
        PICK(seed, values));
}

static void write_fixed(struct cp_buffer *buffer, uint64_t *seed)
{
    for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++) {
        cp_buffer_format(buffer, "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: %s",
                         namespaces[i]);
        write_labels(buffer, seed);
        cp_buffer_add_string(buffer, "}\n");
        cp_buffer_format(buffer,
                         "---\napiVersion: v1\nkind: ServiceAccount\nmetadata: {name: one, "
                         "namespace: %s",
                         namespaces[i]);
        write_labels(buffer, seed);
        cp_buffer_add_string(buffer, "}\n");
    }
    cp_buffer_add_string(
        buffer, "---\napiVersion: v1\nkind: Node\nmetadata: {name: n1}\nstatus: {addresses: "
                "[{type: InternalIP, address: 192.168.0.1}]}\n"
                "---\napiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: "
                "first}\nspec: {order: 1}\n");
    cp_buffer_format(buffer,
                     "---\napiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: second}\n"
                     "spec: {order: 2, defaultAction: %s}\n",
                     chance(seed, 50) ? "Pass" : "Deny");
}

typedef void write_object(struct cp_buffer *buffer, uint64_t *seed, uint32_t number);

static void write_several(struct cp_buffer *buffer,
                          uint64_t *seed,
                          write_object *write,
                          uint32_t limit)
{
    uint32_t count = random_below(seed, limit + 1);

    for (uint32_t i = 0; i < count; i++)
        write(buffer, seed, i);
}

void write_random_cluster(struct cp_buffer *buffer, uint64_t *seed)
{
    write_fixed(buffer, seed);
    write_several(buffer, seed, write_profile, 3);
    write_several(buffer, seed, write_pod, 12);
    write_several(buffer, seed, write_workload_endpoint, 5);
    if (chance(seed, 30))
        write_several(buffer, seed, write_host_endpoint, 2);
    write_several(buffer, seed, write_network_set, 4);
    write_several(buffer, seed, write_slice, 3);
    write_several(buffer, seed, write_service_object, 2);
    write_several(buffer, seed, write_policy, 10);
    write_several(buffer, seed, write_k8s_policy, 4);
}

void random_option(uint64_t *seed, const char **out_name, const char **out_value)
{
    static const char *const options[][2] = {
        {"scope", "pending"},
        {"http", "ignore"},
        {"profile_pass", "next-profile"},
        {"other_family_not_nets", "match"},
        {"not_icmp_type_code", "both-differ"},
        {"default_hit", "first"},
    };
    uint32_t i = random_below(seed, 12);
    bool is_one = i < sizeof(options) / sizeof(options[0]);

    *out_name = is_one ? options[i][0] : "";
    *out_value = is_one ? options[i][1] : "";
}

/* ---- Flows ------------------------------------------------------------------------------------ */

static struct calpol_address random_address(uint64_t *seed)
{
    static const uint8_t starts4[][3] = {{10, 0, 0},    {10, 0, 0},      {10, 0, 1}, {192, 168, 0},
                                         {203, 0, 113}, {255, 255, 255}, {127, 0, 0}};
    struct calpol_address address = {.family = 4};
    uint32_t start;

    if (chance(seed, 25)) {
        address.family = 6;
        start = random_below(seed, 3);
        address.bytes[0] = start == 0 ? 0x20 : 0xfd;
        address.bytes[1] = start == 0 ? 1 : 0;
        if (start == 0)
            memcpy(address.bytes + 2, "\x0d\xb8", 2);
        address.bytes[15] = (uint8_t)random_below(seed, 9);
        if (chance(seed, 3)) {
            memset(address.bytes, 0, 10);
            memset(address.bytes + 10, 0xff, 2);
        }
        return address;
    }
    start = random_below(seed, sizeof(starts4) / sizeof(starts4[0]));
    memcpy(address.bytes, starts4[start], 3);
    address.bytes[3] = (uint8_t)random_below(seed, 10);
    if (chance(seed, 3))
        address.bytes[3] = 255;
    return address;
}

static uint16_t random_port(uint64_t *seed)
{
    static const uint16_t numbers[] = {80, 443, 8080, 8081, 53, 65535, 0, 1, 1024, 8091};

    return chance(seed, 90) ? PICK(seed, numbers) : (uint16_t)random_below(seed, 65536);
}

static uint8_t random_protocol(uint64_t *seed)
{
    static const uint8_t numbers[] = {6, 6, 6, 17, 17, 132, 1, 1, 58, 40, 41, 42, 43, 44, 99};

    return PICK(seed, numbers);
}

static uint32_t random_endpoint(uint64_t *seed, uint32_t endpoint_count)
{
    uint32_t number = random_below(seed, endpoint_count + 1);

    if (number < endpoint_count)
        return number;
    return chance(seed, 10) ? number : CALPOL_NONE;
}

/* Everything told, most of the time. */
static uint32_t random_given(uint64_t *seed)
{
    uint32_t given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_SOURCE_PORT |
                     CALPOL_GIVEN_DESTINATION_PORT | CALPOL_GIVEN_ICMP_TYPE |
                     CALPOL_GIVEN_ICMP_CODE | CALPOL_GIVEN_NO_HTTP | CALPOL_GIVEN_NO_DOMAINS;

    for (uint32_t bit = 1; bit <= CALPOL_GIVEN_NO_DOMAINS; bit <<= 1) {
        if (chance(seed, bit == CALPOL_GIVEN_PROTOCOL ? 2 : 12))
            given &= ~bit;
    }
    return given;
}

struct calpol_flow random_flow(uint64_t *seed, uint32_t endpoint_count)
{
    struct calpol_flow flow = {
        .given = random_given(seed),
        .source_endpoint = CALPOL_NONE,
        .destination_endpoint = CALPOL_NONE,
        .source_port = random_port(seed),
        .destination_port = random_port(seed),
        .protocol = random_protocol(seed),
        .icmp_type = chance(seed, 50) ? 8 : (uint8_t)random_below(seed, 4),
        .icmp_code = (uint8_t)random_below(seed, 2),
        .state = chance(seed, 97) ? CALPOL_STATE_NEW : (uint8_t)random_below(seed, 5),
    };

    if (chance(seed, 70))
        flow.source_endpoint = random_endpoint(seed, endpoint_count);
    if (chance(seed, 70))
        flow.destination_endpoint = random_endpoint(seed, endpoint_count);
    if (chance(seed, flow.source_endpoint == CALPOL_NONE ? 97 : 15))
        flow.source_address = random_address(seed);
    if (chance(seed, flow.destination_endpoint == CALPOL_NONE ? 97 : 15))
        flow.destination_address = random_address(seed);
    return flow;
}

/* ---- Crowds ----------------------------------------------------------------------------------- */

#define CROWD_PORTS 300u
#define CROWD_APPS 40u

/* Ports that rules and flows choose from, so that they meet. */
static uint32_t crowd_port(uint64_t *seed)
{
    return (random_below(seed, CROWD_PORTS) * 40503u & 0xffff) | 1;
}

/* Some thousand addresses, close to each other and far. */
static uint32_t crowd_address(uint64_t *seed)
{
    uint32_t block = random_below(seed, 24);

    return (10u << 24 | block << 16 | (block * 37 & 255) << 8) + random_below(seed, 400);
}

static void write_address(struct cp_buffer *buffer, uint32_t address)
{
    cp_buffer_format(buffer, "%u.%u.%u.%u", address >> 24, address >> 16 & 255, address >> 8 & 255,
                     address & 255);
}

static void write_crowd_pod(struct cp_buffer *buffer, uint64_t *seed, uint32_t number)
{
    write_head(buffer, "v1", "Pod", "w", number);
    cp_buffer_format(buffer,
                     ", namespace: %s, labels: {app: a%u, id: i%u}}\nspec: {containers: [{name: c, "
                     "ports: [{name: http, containerPort: %u, protocol: TCP}]}]}\nstatus: {podIPs: "
                     "[{ip: ",
                     PICK(seed, namespaces), random_below(seed, CROWD_APPS), number,
                     crowd_port(seed));
    write_address(buffer, crowd_address(seed));
    cp_buffer_format(buffer, "}, {ip: \"fd00::%u:%u\"}]}\n", random_below(seed, 99),
                     random_below(seed, 9999));
}

static void write_crowd_peer(struct cp_buffer *buffer, uint64_t *seed, const char *field)
{
    uint32_t length = chance(seed, 50) ? 32 : 10 + random_below(seed, 22);

    cp_buffer_format(buffer, "%s: {", field);
    switch (random_below(seed, 5)) {
    case 0:
        cp_buffer_format(buffer, "selector: \"id == 'i%u'\", ", random_below(seed, 300));
        break;
    case 1:
        cp_buffer_format(buffer, "selector: \"app == 'a%u' || app == 'a%u'\", ",
                         random_below(seed, CROWD_APPS), random_below(seed, CROWD_APPS));
        break;
    case 2:
        cp_buffer_format(buffer, "notSelector: \"app == 'a%u'\", ", random_below(seed, CROWD_APPS));
        break;
    default:
        cp_buffer_add_string(buffer, "nets: [\"");
        write_address(buffer, crowd_address(seed));
        cp_buffer_format(buffer, "/%u\"], ", length);
        break;
    }
}

static void write_crowd_rule(struct cp_buffer *buffer, uint64_t *seed)
{
    cp_buffer_format(buffer, "{action: %s, protocol: %s, ", PICK(seed, actions),
                     PICK(seed, protocols));
    write_crowd_peer(buffer, seed, "source");
    if (chance(seed, 15))
        cp_buffer_format(buffer, "ports: [%u], ", crowd_port(seed));
    cp_buffer_add_string(buffer, "}, ");
    write_crowd_peer(buffer, seed, "destination");
    if (chance(seed, 80))
        cp_buffer_format(buffer, "ports: [%u, %u], ", crowd_port(seed), crowd_port(seed));
    if (chance(seed, 5))
        cp_buffer_add_string(buffer, "notPorts: [http], ");
    cp_buffer_add_string(buffer, "}}");
}

static void write_crowd_policy(struct cp_buffer *buffer, uint64_t *seed, uint32_t number)
{
    uint32_t count = chance(seed, 15) ? 700 : 1 + random_below(seed, 60);

    write_head(buffer, CALICO_API, "GlobalNetworkPolicy", "p", number);
    cp_buffer_format(buffer, "}\nspec: {tier: %s, types: [Ingress, Egress], ",
                     PICK(seed, tier_names));
    if (chance(seed, 70))
        cp_buffer_format(buffer, "selector: \"app != 'a%u'\", ", random_below(seed, CROWD_APPS));
    for (int direction = 0; direction < 2; direction++) {
        cp_buffer_format(buffer, "%s: [", direction ? "egress" : "ingress");
        for (uint32_t i = 0; i < count; i++) {
            cp_buffer_add_string(buffer, i ? ", " : "");
            write_crowd_rule(buffer, seed);
        }
        cp_buffer_add_string(buffer, "], ");
    }
    cp_buffer_add_string(buffer, "}\n");
}

void write_crowded_cluster(struct cp_buffer *buffer, uint64_t *seed)
{
    write_fixed(buffer, seed);
    for (uint32_t i = 0; i < 300; i++)
        write_crowd_pod(buffer, seed, i);
    write_several(buffer, seed, write_crowd_policy, 12);
}

static struct calpol_address make_ipv4(uint32_t address)
{
    return (struct calpol_address){
        .family = 4,
        .bytes = {(uint8_t)(address >> 24), (uint8_t)(address >> 16), (uint8_t)(address >> 8),
                  (uint8_t)address},
    };
}

struct calpol_flow random_crowded_flow(uint64_t *seed, uint32_t endpoint_count)
{
    struct calpol_flow flow = {
        .given = random_given(seed),
        .source_endpoint = random_endpoint(seed, endpoint_count),
        .destination_endpoint = random_endpoint(seed, endpoint_count),
        .source_port = (uint16_t)crowd_port(seed),
        .destination_port = (uint16_t)crowd_port(seed),
        .protocol = random_protocol(seed),
    };

    if (chance(seed, 30))
        flow.source_endpoint = CALPOL_NONE;
    if (flow.source_endpoint == CALPOL_NONE || chance(seed, 10))
        flow.source_address = make_ipv4(crowd_address(seed));
    if (chance(seed, 30))
        flow.destination_endpoint = CALPOL_NONE;
    if (flow.destination_endpoint == CALPOL_NONE || chance(seed, 10))
        flow.destination_address = make_ipv4(crowd_address(seed));
    return flow;
}
