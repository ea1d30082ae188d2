/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Criteria in words: the table, and those that need few words.
 */
#include "render/criterion.h"

#include "net/protocol.h"
#include "render/describe.h"
#include "render/list.h"

/* Writes what is wanted, and what there is instead. end is of no use to criteria without a side. */
struct phrases {
    void (*want)(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer);
    void (*have)(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer);
};

/* ---- Family and protocol --------------------------------------------------------------------- */

static void want_ip_version(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)end;
    cp_buffer_format(buffer, "IPv%u", spot->rule->ip_version);
}

static void have_ip_version(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)end;
    cp_buffer_format(buffer, "but it is IPv%u", spot->view->flow->family);
}

/* EV-78, EV-79 */
static void want_net_family(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)end;
    cp_buffer_format(buffer, "an IPv%u flow", spot->view->flow->family == 6 ? 4 : 6);
}

static void have_net_family(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)end;
    cp_buffer_format(buffer, "for its nets and notNets leave nothing of IPv%u",
                     spot->view->flow->family);
}

static void want_protocol(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)end;
    cp_buffer_add_string(buffer, cp_protocol_name(spot->rule->protocol) ? "protocol " : "");
    cp_describe_protocol(spot->rule->protocol, buffer);
}

static void want_not_protocol(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)end;
    cp_buffer_add_string(buffer, "a protocol other than ");
    cp_describe_protocol(spot->rule->not_protocol, buffer);
}

static void have_protocol(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)end;
    cp_buffer_add_string(buffer, "but it is ");
    cp_describe_protocol(spot->view->flow->protocol, buffer);
}

/* ---- ICMP ------------------------------------------------------------------------------------ */

static void print_icmp(const struct cp_icmp *icmp, struct cp_buffer *buffer)
{
    cp_buffer_add_string(buffer, "ICMP");
    if (icmp->type >= 0)
        cp_buffer_format(buffer, " type %d", icmp->type);
    if (icmp->code >= 0)
        cp_buffer_format(buffer, " code %d", icmp->code);
}

static void want_icmp(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)end;
    print_icmp(&spot->rule->details->icmp, buffer);
}

static void want_not_icmp(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)end;
    cp_buffer_add_string(buffer, "anything but ");
    print_icmp(&spot->rule->details->not_icmp, buffer);
}

static void have_icmp(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    const struct cp_flow *flow = spot->view->flow;

    (void)end;
    cp_buffer_add_string(buffer, "but it is ");
    if (flow->has_protocol)
        cp_describe_protocol(flow->protocol, buffer);
    if (flow->has_icmp_type)
        cp_buffer_format(buffer, " type %u", flow->icmp_type);
    if (flow->has_icmp_code)
        cp_buffer_format(buffer, " code %u", flow->icmp_code);
}

/* ---- Addresses ------------------------------------------------------------------------------- */

void cp_describe_side_address(const struct cp_side *side, struct cp_buffer *buffer)
{
    if (side->has_address)
        cp_address_print(&side->address, buffer);
    else
        cp_buffer_add_string(buffer, "not told");
}

static void print_nets(const struct cp_prefixes *nets, struct cp_buffer *buffer)
{
    struct cp_list list = cp_list_begin(buffer, nets->count);

    for (uint32_t i = 0; i < nets->count; i++) {
        if (cp_list_next(&list))
            cp_prefix_print(&nets->items[i], buffer);
    }
    cp_list_end(&list);
}

static void want_nets(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    cp_buffer_format(buffer, "%s in ", cp_end_name(end));
    print_nets(&cp_spot_entity(spot, end)->nets, buffer);
}

static void want_not_nets(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    cp_buffer_format(buffer, "%s outside ", cp_end_name(end));
    print_nets(&cp_spot_entity(spot, end)->not_nets, buffer);
}

static void have_address(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    cp_buffer_add_string(buffer, "but it is ");
    cp_describe_side_address(&spot->view->sides[end], buffer);
}

/* K8-99 */
static void want_nowhere(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)spot;
    cp_buffer_format(buffer, "%s that is a node", cp_end_name(end));
}

static void have_nowhere(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)spot;
    (void)end;
    cp_buffer_add_string(buffer, "but no node is selected");
}

/* ---- Domains --------------------------------------------------------------------------------- */

static void want_domains(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    cp_buffer_format(buffer, "%s domain ", cp_end_name(end));
    cp_list_texts(buffer, &cp_spot_entity(spot, end)->domains);
}

static void have_domains(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    const struct cp_flow *flow = spot->view->flow;
    const struct cp_text_list names = {flow->domain_names, flow->domain_count};

    (void)end;
    if (flow->domains != CP_KNOWN) {
        cp_buffer_add_string(buffer, "but it is inside the cluster and no domain was told");
    } else if (!flow->domain_count) {
        cp_buffer_add_string(buffer, "but it has none");
    } else {
        cp_buffer_add_string(buffer, "but it has ");
        cp_list_texts(buffer, &names);
    }
}

/* ---- HTTP ------------------------------------------------------------------------------------ */

static void want_method(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)end;
    cp_buffer_add_string(buffer, "HTTP method ");
    cp_list_texts(buffer, &spot->rule->details->http_methods);
}

static void have_method(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    (void)end;
    cp_buffer_format(buffer, "but it is %t", spot->view->flow->method);
}

static void want_path(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    const struct cp_rule_details *details = spot->rule->details;
    struct cp_list list;

    (void)end;
    cp_buffer_add_string(buffer, "HTTP path ");
    list = cp_list_begin(buffer, details->http_path_count);
    for (uint32_t i = 0; i < details->http_path_count; i++) {
        const struct cp_http_path *path = &details->http_paths[i];

        if (!cp_list_next(&list))
            continue;
        cp_buffer_format(buffer, path->is_prefix ? "below %t" : "%t", path->written);
    }
    cp_list_end(&list);
}

static void have_path(const struct cp_spot *spot, enum cp_end end, struct cp_buffer *buffer)
{
    const struct cp_flow *flow = spot->view->flow;

    (void)end;
    if (flow->path_valid)
        cp_buffer_format(buffer, "but it is %t", flow->path);
    else
        cp_buffer_add_string(buffer, "but its path is malformed");
}

/* ---- The table ------------------------------------------------------------------------------- */

static const struct phrases general[CP_CRITERION_SOURCE_NETS] = {
    [CP_CRITERION_IP_VERSION] = {want_ip_version, have_ip_version},
    [CP_CRITERION_NET_FAMILY] = {want_net_family, have_net_family},
    [CP_CRITERION_PROTOCOL] = {want_protocol, have_protocol},
    [CP_CRITERION_NOT_PROTOCOL] = {want_not_protocol, have_protocol},
    [CP_CRITERION_ICMP] = {want_icmp, have_icmp},
    [CP_CRITERION_NOT_ICMP] = {want_not_icmp, have_icmp},
};

/* In the order of the source's criteria; the destination's run parallel. */
static const struct phrases of_a_side[CP_CRITERIA_PER_SIDE] = {
    {want_nets, have_address},
    {want_not_nets, have_address},
    {cp_want_selector, cp_miss_selector},
    {cp_want_not_selector, cp_miss_not_selector},
    {cp_want_ports, cp_miss_ports},
    {cp_want_not_ports, cp_miss_not_ports},
    {cp_want_service, cp_miss_service},
    {want_domains, have_domains},
    {want_nowhere, have_nowhere},
};

static const struct phrases of_http[] = {{want_method, have_method}, {want_path, have_path}};

static const struct phrases *phrases_of(enum cp_criterion criterion, enum cp_end *out_end)
{
    *out_end = CP_SOURCE;
    if (criterion < CP_CRITERION_SOURCE_NETS)
        return &general[criterion];
    if (criterion >= CP_CRITERION_HTTP_METHOD)
        return &of_http[criterion - CP_CRITERION_HTTP_METHOD];
    if (criterion < CP_CRITERION_DESTINATION_NETS)
        return &of_a_side[criterion - CP_CRITERION_SOURCE_NETS];
    *out_end = CP_DESTINATION;
    return &of_a_side[criterion - CP_CRITERION_DESTINATION_NETS];
}

void cp_describe_want(const struct cp_spot *spot,
                      enum cp_criterion criterion,
                      struct cp_buffer *buffer)
{
    enum cp_end end;
    const struct phrases *phrases = phrases_of(criterion, &end);

    phrases->want(spot, end, buffer);
}

void cp_describe_miss(const struct cp_spot *spot,
                      enum cp_criterion criterion,
                      struct cp_buffer *buffer)
{
    enum cp_end end;
    const struct phrases *phrases = phrases_of(criterion, &end);

    cp_buffer_add_string(buffer, "wants ");
    phrases->want(spot, end, buffer);
    cp_buffer_add_string(buffer, ", ");
    phrases->have(spot, end, buffer);
}

void cp_describe_rule_wants(const struct cp_spot *spot, struct cp_buffer *buffer)
{
    const char *separator = "";

    for (int i = 0; i < CP_CRITERION_COUNT; i++) {
        /* The family filter is no criterion that anybody wrote. */
        if (!(spot->rule->criteria >> i & 1) || i == CP_CRITERION_NET_FAMILY)
            continue;
        cp_buffer_add_string(buffer, separator);
        cp_describe_want(spot, (enum cp_criterion)i, buffer);
        separator = ", ";
    }
    if (!*separator)
        cp_buffer_add_string(buffer, "everything");
}
