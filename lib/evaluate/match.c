/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The criteria of a rule, one function each, and their conjunction.
 *
 * Most of a criterion is Kleene logic over what the flow tells and does not tell (EV-152), so that
 * a fact which settles the answer settles it whatever else is unknown.
 */
#include "evaluate/match.h"

#include "evaluate/backends.h"
#include "net/domain.h"
#include "net/http_path.h"
#include "net/protocol.h"

/* One question: does this rule's criterion hold for this flow? */
struct question {
    const struct cp_view *view;
    const struct cp_flow *flow;
    const struct cp_rule *rule;
    bool domains_count; /* an egress Allow rule: domains of network sets count (EV-98) */
};

static const struct cp_entity *entity_of(const struct question *question, enum cp_end end)
{
    return end == CP_SOURCE ? question->rule->source : question->rule->destination;
}

/* ---- What the flow tells ------------------------------------------------------------------- */

static struct cp_tri protocol_is(const struct cp_flow *flow, uint8_t protocol)
{
    return cp_tri_if_known(flow->has_protocol, flow->protocol == protocol, CALPOL_DEPENDS_PROTOCOL);
}

static struct cp_tri protocol_has_ports(const struct cp_flow *flow)
{
    return cp_tri_if_known(flow->has_protocol, cp_protocol_has_ports(flow->protocol),
                           CALPOL_DEPENDS_PROTOCOL);
}

static struct cp_tri port_is(const struct cp_side *side, uint16_t port)
{
    return cp_tri_if_known(side->has_port, side->port == port, side->port_depends);
}

/* ---- Family and protocol ------------------------------------------------------------------- */

static struct cp_tri match_ip_version(const struct question *question, enum cp_end end)
{
    (void)end;
    return cp_tri_of(question->flow->family == question->rule->ip_version);
}

/* EV-78, EV-79: was settled when the rule was compiled. */
static struct cp_tri match_net_family(const struct question *question, enum cp_end end)
{
    const struct cp_rule *rule = question->rule;
    int family = question->flow->family == 6;

    (void)end;
    return cp_tri_of(question->view->world->options->other_family_match
                         ? !rule->family_void_match[family]
                         : !rule->family_void[family]);
}

static struct cp_tri match_protocol(const struct question *question, enum cp_end end)
{
    (void)end;
    return protocol_is(question->flow, question->rule->protocol);
}

static struct cp_tri match_not_protocol(const struct question *question, enum cp_end end)
{
    (void)end;
    return cp_tri_not(protocol_is(question->flow, question->rule->not_protocol));
}

/* ---- ICMP ---------------------------------------------------------------------------------- */

static struct cp_tri icmp_type_is(const struct cp_flow *flow, int16_t type)
{
    if (type < 0)
        return cp_tri_of(true);
    return cp_tri_if_known(flow->has_icmp_type, flow->icmp_type == type, CALPOL_DEPENDS_ICMP);
}

static struct cp_tri icmp_code_is(const struct cp_flow *flow, int16_t code)
{
    if (code < 0)
        return cp_tri_of(true);
    return cp_tri_if_known(flow->has_icmp_code, flow->icmp_code == code, CALPOL_DEPENDS_ICMP);
}

static struct cp_tri is_icmp(const struct cp_flow *flow)
{
    return cp_tri_if_known(flow->has_protocol, cp_protocol_is_icmp(flow->protocol),
                           CALPOL_DEPENDS_PROTOCOL);
}

/* EV-92 */
static struct cp_tri match_icmp(const struct question *question, enum cp_end end)
{
    const struct cp_icmp *icmp = &question->rule->details->icmp;
    struct cp_tri numbers = cp_tri_and(icmp_type_is(question->flow, icmp->type),
                                       icmp_code_is(question->flow, icmp->code));

    (void)end;
    return cp_tri_and(is_icmp(question->flow), numbers);
}

/* EV-93, D-3: "both-differ" takes a packet that shares either number as named. */
static struct cp_tri match_not_icmp(const struct question *question, enum cp_end end)
{
    const struct cp_icmp *icmp = &question->rule->details->not_icmp;
    struct cp_tri type = icmp_type_is(question->flow, icmp->type);
    struct cp_tri code = icmp_code_is(question->flow, icmp->code);
    bool either = question->view->world->options->icmp_both_differ && icmp->code >= 0;

    (void)end;
    return cp_tri_not(cp_tri_and(is_icmp(question->flow),
                                 either ? cp_tri_or(type, code) : cp_tri_and(type, code)));
}

/* ---- Addresses ----------------------------------------------------------------------------- */

/* EV-76. A net of length 0 holds every address of its family, known or not (EV-15). */
static struct cp_tri in_nets(const struct question *question,
                             const struct cp_side *side,
                             const struct cp_prefixes *nets)
{
    bool some = false;

    for (uint32_t i = 0; i < nets->count; i++) {
        const struct cp_prefix *net = &nets->items[i];

        if (net->address.family != question->flow->family)
            continue;
        if (side->has_address ? cp_prefix_contains(net, &side->address) : net->length == 0)
            return cp_tri_of(true);
        some = true;
    }
    return some && !side->has_address ? cp_tri_maybe(side->address_depends) : cp_tri_of(false);
}

static struct cp_tri match_nets(const struct question *question, enum cp_end end)
{
    const struct cp_side *side = &question->view->sides[end];
    const struct cp_entity *entity = entity_of(question, end);

    if (entity->nets_are_nodes && side->is_workload && !side->has_address)
        return cp_tri_of(false);
    return in_nets(question, side, &entity->nets);
}

static struct cp_tri match_not_nets(const struct question *question, enum cp_end end)
{
    return cp_tri_not(
        in_nets(question, &question->view->sides[end], &entity_of(question, end)->not_nets));
}

static struct cp_tri match_nowhere(const struct question *question, enum cp_end end)
{
    (void)question;
    (void)end;
    return cp_tri_of(false);
}

/* ---- Domains ------------------------------------------------------------------------------- */

static bool some_domain_matches(const struct cp_flow *flow, const struct cp_text_list *patterns)
{
    for (uint32_t p = 0; p < patterns->count; p++) {
        for (uint32_t d = 0; d < flow->domain_count; d++) {
            if (cp_domain_matches(patterns->items[p], flow->domain_names[d]))
                return true;
        }
    }
    return false;
}

/* EV-97: inside the cluster nobody is reached by a name that was not told. */
static struct cp_tri has_domain(const struct question *question,
                                const struct cp_text_list *patterns)
{
    const struct cp_flow *flow = question->flow;

    if (flow->domains == CP_KNOWN)
        return cp_tri_of(some_domain_matches(flow, patterns));
    return flow->destination.kind == CP_PARTY_EXTERNAL
               ? cp_tri_maybe(CALPOL_DEPENDS_DESTINATION_DOMAINS)
               : cp_tri_of(false);
}

static struct cp_tri match_domains(const struct question *question, enum cp_end end)
{
    return has_domain(question, &entity_of(question, end)->domains);
}

/* EV-98 */
static struct cp_tri in_domains_of_sets(const struct question *question, uint32_t selector)
{
    struct cp_tri result = cp_tri_of(false);
    const struct cp_owner *set;
    uint32_t cursor = 0;

    while ((set = cp_world_next_domain_set(question->view->world, selector, &cursor)))
        result = cp_tri_or(result, has_domain(question, &set->domains));
    return result;
}

/* ---- Selectors ----------------------------------------------------------------------------- */

static bool some_owner_matches(const struct cp_view *view,
                               const struct cp_side *side,
                               uint32_t selector)
{
    struct cp_owner_walk walk;

    for (bool more = cp_side_first(view, side, &walk); more; more = cp_side_next(&walk)) {
        if (cp_label_set_matches(walk.labels, selector))
            return true;
    }
    return false;
}

/* EV-15: an address that is not known may be anybody's; that of a workload is its own, but may lie
   in a network set as well; that of a node is no pod's upstream. */
static bool unknown_owner_matches(const struct cp_view *view,
                                  const struct cp_side *side,
                                  uint32_t selector)
{
    if (side->has_address || side->is_no_pod)
        return false;
    return side->is_workload ? cp_world_some_set(view->world, selector)
                             : cp_world_some_addressed(view->world, selector);
}

/* EV-80: is an owner of the address selected? */
static struct cp_tri is_selected(const struct question *question,
                                 enum cp_end end,
                                 uint32_t selector)
{
    const struct cp_side *side = &question->view->sides[end];
    struct cp_tri result = cp_tri_of(false);

    if (some_owner_matches(question->view, side, selector))
        return cp_tri_of(true);
    if (unknown_owner_matches(question->view, side, selector))
        result = cp_tri_maybe(side->address_depends);
    if (end == CP_DESTINATION && question->domains_count)
        result = cp_tri_or(result, in_domains_of_sets(question, selector));
    return result;
}

static struct cp_tri match_selector(const struct question *question, enum cp_end end)
{
    return is_selected(question, end, entity_of(question, end)->selector);
}

/* EV-83 */
static struct cp_tri match_not_selector(const struct question *question, enum cp_end end)
{
    return cp_tri_not(is_selected(question, end, entity_of(question, end)->not_selector));
}

/* ---- Ports --------------------------------------------------------------------------------- */

/* EV-86 */
static struct cp_tri port_in(const struct cp_side *side, const struct cp_ports *ports)
{
    if (!ports->range_count)
        return cp_tri_of(false);
    return cp_tri_if_known(side->has_port, cp_ports_contain(ports, side->port), side->port_depends);
}

/* The port of a name at one owner. A protocol that the rule names must be the declaration's. */
static struct cp_tri is_port_of(const struct question *question,
                                const struct cp_side *side,
                                const struct cp_owner *owner,
                                uint32_t name)
{
    bool named = question->rule->criteria & 1u << CP_CRITERION_PROTOCOL;
    struct cp_tri result = cp_tri_of(false);

    for (uint32_t i = 0; i < owner->port_count; i++) {
        const struct cp_named_port *port = &owner->ports[i];

        if (port->name != name || (named && port->protocol != question->rule->protocol))
            continue;
        result = cp_tri_or(result, cp_tri_and(protocol_is(question->flow, port->protocol),
                                              port_is(side, port->port)));
    }
    return result;
}

/* EV-87, EV-88: does an owner that the entity selects declare the name with this number? */
static struct cp_tri is_named_port(const struct question *question, enum cp_end end, uint32_t name)
{
    const struct cp_view *view = question->view;
    const struct cp_side *side = &view->sides[end];
    uint32_t selector = entity_of(question, end)->selector;
    struct cp_tri result = cp_tri_of(false);
    struct cp_owner_walk walk;

    for (bool more = cp_side_first(view, side, &walk); more; more = cp_side_next(&walk)) {
        if (selector == CP_NONE || cp_label_set_matches(walk.labels, selector))
            result = cp_tri_or(
                result, is_port_of(question, side, cp_world_owner(view->world, walk.owner), name));
    }
    if (!side->has_address && !side->is_workload && !side->is_no_pod &&
        cp_world_declares_port(view->world, name))
        result = cp_tri_or(result, cp_tri_maybe(side->address_depends));
    return result;
}

static struct cp_tri in_ports(const struct question *question,
                              enum cp_end end,
                              const struct cp_port_list *ports)
{
    struct cp_tri result = port_in(&question->view->sides[end], &ports->numbers);

    for (uint32_t i = 0; i < ports->name_count; i++)
        result = cp_tri_or(result, is_named_port(question, end, ports->names[i]));
    return cp_tri_and(protocol_has_ports(question->flow), result);
}

static struct cp_tri match_ports(const struct question *question, enum cp_end end)
{
    return in_ports(question, end, &entity_of(question, end)->ports);
}

/* EV-89 */
static struct cp_tri match_not_ports(const struct question *question, enum cp_end end)
{
    return cp_tri_not(in_ports(question, end, &entity_of(question, end)->not_ports));
}

/* ---- Services ------------------------------------------------------------------------------ */

/* The first entry that is not before the address. */
static uint32_t first_entry(const struct cp_rule_service *service,
                            const struct calpol_address *address)
{
    uint32_t low = 0, high = service->entry_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (cp_address_compare(&service->entries[middle].address, address) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* EV-91: a source is any address of the slices. EV-90: a destination is an address with its
   protocol and target port. */
static struct cp_tri match_service(const struct question *question, enum cp_end end)
{
    const struct cp_side *side = &question->view->sides[end];
    const struct cp_rule_service *service =
        &question->view->world->ruleset->rule_services[entity_of(question, end)->service];
    struct cp_tri result = cp_tri_of(false);

    if (!side->has_address)
        return service->entry_count ? cp_tri_maybe(side->address_depends) : result;
    if (cp_rule_service_in_doubt(question->view->world, service, &side->address))
        return cp_tri_maybe(end == CP_SOURCE ? CALPOL_DEPENDS_SOURCE_IP
                                             : CALPOL_DEPENDS_DESTINATION_IP);
    for (uint32_t i = first_entry(service, &side->address); i < service->entry_count; i++) {
        const struct cp_service_entry *entry = &service->entries[i];

        if (!cp_address_equal(&entry->address, &side->address))
            break;
        if (end == CP_SOURCE)
            return cp_tri_of(true);
        if (entry->protocol)
            result = cp_tri_or(result, cp_tri_and(protocol_is(question->flow, entry->protocol),
                                                  port_is(side, entry->port)));
    }
    return result;
}

/* ---- HTTP ---------------------------------------------------------------------------------- */

/* EV-96: where no HTTP can be, layer 4 has the say; where it cannot be known, its answer counts as
   well. */
static struct cp_tri unless_not_http(const struct question *question, struct cp_tri answer)
{
    const struct cp_flow *flow = question->flow;

    if (question->view->world->options->http_ignore || flow->http == CP_ABSENT)
        return cp_tri_of(true);
    return cp_tri_or(answer, cp_tri_not(protocol_is(flow, CP_PROTOCOL_TCP)));
}

static bool some_method_is(const struct cp_rule *rule, struct cp_text method)
{
    const struct cp_text_list *methods = &rule->details->http_methods;

    for (uint32_t i = 0; i < methods->count; i++) {
        if (cp_text_equal(methods->items[i], method))
            return true;
    }
    return rule->details->http_any_method;
}

/* EV-94. "*" holds for a method that is not known as well. */
static struct cp_tri match_http_method(const struct question *question, enum cp_end end)
{
    const struct cp_flow *flow = question->flow;
    bool known = flow->has_method || question->rule->details->http_any_method;

    (void)end;
    return unless_not_http(question,
                           cp_tri_if_known(known, some_method_is(question->rule, flow->method),
                                           CALPOL_DEPENDS_HTTP_METHOD));
}

static bool some_path_matches(const struct cp_rule *rule, struct cp_text path)
{
    for (uint32_t i = 0; i < rule->details->http_path_count; i++) {
        const struct cp_http_path *candidate = &rule->details->http_paths[i];

        if (!candidate->valid)
            continue;
        if (candidate->is_prefix ? cp_http_path_matches_prefix(candidate->normalized, path)
                                 : cp_http_path_matches_exact(candidate->normalized, path))
            return true;
    }
    return false;
}

/* EV-95 */
static struct cp_tri match_http_path(const struct question *question, enum cp_end end)
{
    const struct cp_flow *flow = question->flow;
    bool matches =
        flow->has_path && flow->path_valid && some_path_matches(question->rule, flow->path);

    (void)end;
    return unless_not_http(question,
                           cp_tri_if_known(flow->has_path, matches, CALPOL_DEPENDS_HTTP_PATH));
}

/* ---- Rules --------------------------------------------------------------------------------- */

static const struct {
    struct cp_tri (*match)(const struct question *question, enum cp_end end);
    enum cp_end end;
} criteria[CP_CRITERION_COUNT] = {
    [CP_CRITERION_IP_VERSION] = {match_ip_version, CP_SOURCE},
    [CP_CRITERION_NET_FAMILY] = {match_net_family, CP_SOURCE},
    [CP_CRITERION_PROTOCOL] = {match_protocol, CP_SOURCE},
    [CP_CRITERION_NOT_PROTOCOL] = {match_not_protocol, CP_SOURCE},
    [CP_CRITERION_ICMP] = {match_icmp, CP_SOURCE},
    [CP_CRITERION_NOT_ICMP] = {match_not_icmp, CP_SOURCE},
    [CP_CRITERION_SOURCE_NETS] = {match_nets, CP_SOURCE},
    [CP_CRITERION_SOURCE_NOT_NETS] = {match_not_nets, CP_SOURCE},
    [CP_CRITERION_SOURCE_SELECTOR] = {match_selector, CP_SOURCE},
    [CP_CRITERION_SOURCE_NOT_SELECTOR] = {match_not_selector, CP_SOURCE},
    [CP_CRITERION_SOURCE_PORTS] = {match_ports, CP_SOURCE},
    [CP_CRITERION_SOURCE_NOT_PORTS] = {match_not_ports, CP_SOURCE},
    [CP_CRITERION_SOURCE_SERVICE] = {match_service, CP_SOURCE},
    [CP_CRITERION_SOURCE_DOMAINS] = {match_domains, CP_SOURCE},
    [CP_CRITERION_SOURCE_NOWHERE] = {match_nowhere, CP_SOURCE},
    [CP_CRITERION_DESTINATION_NETS] = {match_nets, CP_DESTINATION},
    [CP_CRITERION_DESTINATION_NOT_NETS] = {match_not_nets, CP_DESTINATION},
    [CP_CRITERION_DESTINATION_SELECTOR] = {match_selector, CP_DESTINATION},
    [CP_CRITERION_DESTINATION_NOT_SELECTOR] = {match_not_selector, CP_DESTINATION},
    [CP_CRITERION_DESTINATION_PORTS] = {match_ports, CP_DESTINATION},
    [CP_CRITERION_DESTINATION_NOT_PORTS] = {match_not_ports, CP_DESTINATION},
    [CP_CRITERION_DESTINATION_SERVICE] = {match_service, CP_DESTINATION},
    [CP_CRITERION_DESTINATION_DOMAINS] = {match_domains, CP_DESTINATION},
    [CP_CRITERION_DESTINATION_NOWHERE] = {match_nowhere, CP_DESTINATION},
    [CP_CRITERION_HTTP_METHOD] = {match_http_method, CP_SOURCE},
    [CP_CRITERION_HTTP_PATH] = {match_http_path, CP_SOURCE},
};

static struct question ask(const struct cp_view *view,
                           const struct cp_rule *rule,
                           enum cp_direction direction)
{
    return (struct question){
        .view = view,
        .flow = view->flow,
        .rule = rule,
        .domains_count = direction == CP_EGRESS && rule->action == CALPOL_ACTION_ALLOW,
    };
}

static struct cp_tri answer(const struct question *question, unsigned criterion)
{
    return criteria[criterion].match(question, criteria[criterion].end);
}

struct cp_tri cp_match_criterion(const struct cp_view *view,
                                 const struct cp_rule *rule,
                                 enum cp_direction direction,
                                 enum cp_criterion criterion)
{
    struct question question = ask(view, rule, direction);

    /* cppcheck-suppress returnDanglingLifetime; an answer has no pointers */
    return answer(&question, criterion);
}

struct cp_tri cp_match(const struct cp_view *view,
                       const struct cp_rule *rule,
                       enum cp_direction direction)
{
    struct question question = ask(view, rule, direction);
    struct cp_tri result = cp_tri_of(true);

    for (unsigned i = 0; rule->criteria >> i; i++) {
        if (!(rule->criteria >> i & 1))
            continue;
        result = cp_tri_and(result, answer(&question, i));
        if (result.answer == CP_ANSWER_NO)
            break;
    }
    return result;
}

struct cp_tri cp_match_all(const struct cp_view *view,
                           const struct cp_rule *rule,
                           enum cp_direction direction,
                           struct cp_rule_answers *out_answers)
{
    struct question question = ask(view, rule, direction);
    struct cp_tri result = cp_tri_of(true);

    *out_answers = (struct cp_rule_answers){0, 0};
    for (unsigned i = 0; rule->criteria >> i; i++) {
        struct cp_tri one;

        if (!(rule->criteria >> i & 1))
            continue;
        one = answer(&question, i);
        out_answers->no |= (uint32_t)(one.answer == CP_ANSWER_NO) << i;
        out_answers->maybe |= (uint32_t)(one.answer == CP_ANSWER_MAYBE) << i;
        result = cp_tri_and(result, one);
    }
    return result;
}
