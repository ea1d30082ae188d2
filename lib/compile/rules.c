/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules to flat form: criteria as bits, ends as entities (entities.c), what few have apart.
 */
#include "compile/compiler.h"

#include "net/http_path.h"
#include "net/protocol.h"

/* Marks a criterion of a rule. */
static void ask(struct cp_rule *rule, unsigned criterion)
{
    rule->criteria |= 1u << criterion;
}

/* Which criteria of a side an entity has; first is the side's first criterion. */
static void ask_entity(struct cp_rule *rule,
                       const struct cp_entity_spec *spec,
                       const struct cp_entity *entity,
                       unsigned first)
{
    const bool present[CP_CRITERIA_PER_SIDE] = {
        spec->nets.count > 0,        spec->not_nets.count > 0,
        entity->selector != CP_NONE, entity->not_selector != CP_NONE,
        spec->ports.count > 0,       spec->not_ports.count > 0,
        spec->service.given,         spec->domains.items.count > 0,
        spec->matches_nothing,
    };

    for (unsigned i = 0; i < CP_CRITERIA_PER_SIDE; i++) {
        if (present[i])
            ask(rule, first + i);
    }
    if (spec->nets.count || spec->not_nets.count)
        ask(rule, CP_CRITERION_NET_FAMILY);
}

/* One end of a rule, and which criteria it has there. */
static int compile_end(struct cp_compiler *compiler,
                       const struct cp_entity_spec *spec,
                       struct cp_text namespace_name,
                       struct cp_rule *rule,
                       const struct cp_entity **out_entity,
                       unsigned first_criterion)
{
    int status = cp_entity_of(compiler, spec, namespace_name, out_entity);

    if (!status)
        ask_entity(rule, spec, *out_entity, first_criterion);
    return status;
}

/* EV-78, EV-79: can a list of nets be met by a flow of a family? */
static void void_families(const struct cp_prefixes *nets, bool negative, struct cp_rule *rule)
{
    for (int i = 0; i < 2; i++) {
        uint8_t family = i ? 6 : 4;
        uint32_t fitting = 0;
        bool catch_all = false;

        for (uint32_t n = 0; n < nets->count; n++) {
            fitting += nets->items[n].address.family == family;
            catch_all |= nets->items[n].address.family == family && nets->items[n].length == 0;
        }
        if (!nets->count)
            continue;
        if (!fitting || (negative && catch_all))
            rule->family_void[i] = true;
        if ((!fitting && !negative) || (negative && catch_all))
            rule->family_void_match[i] = true;
    }
}

static void compile_protocol(const struct cp_rule_spec *spec, struct cp_rule *rule)
{
    rule->ip_version = spec->ip_version;
    rule->protocol = spec->protocol.number;
    rule->not_protocol = spec->not_protocol.number;
    if (spec->protocol.given)
        ask(rule, CP_CRITERION_PROTOCOL);
    if (spec->not_protocol.given)
        ask(rule, CP_CRITERION_NOT_PROTOCOL);
    /* EV-73: the name, not the number, of ICMP implies the family. */
    if (!rule->ip_version && spec->protocol.given && spec->protocol.by_name) {
        if (spec->protocol.number == CP_PROTOCOL_ICMP)
            rule->ip_version = 4;
        else if (spec->protocol.number == CP_PROTOCOL_ICMPV6)
            rule->ip_version = 6;
    }
    if (rule->ip_version)
        ask(rule, CP_CRITERION_IP_VERSION);
}

static int16_t icmp_number(bool given, int32_t value)
{
    if (!given)
        return -1;
    return value < 0 || value > 255 ? 256 : (int16_t)value;
}

/* An icmp without type and code asks nothing (resources.md 5.2). */
static void compile_icmp(const struct cp_icmp_spec *spec,
                         struct cp_rule *rule,
                         struct cp_icmp *icmp,
                         unsigned criterion)
{
    icmp->type = icmp_number(spec->has_type, spec->type);
    icmp->code = icmp_number(spec->has_code, spec->code);
    if (spec->given && (spec->has_type || spec->has_code))
        ask(rule, criterion);
}

static int compile_path(struct cp_compiler *compiler,
                        const struct cp_http_path_spec *spec,
                        struct cp_http_path *out_path)
{
    int status = cp_keep_text(compiler, spec->path, &out_path->written);
    char *bytes = cp_arena_allocate(compiler->arena, spec->path.length + 1);

    if (status || !bytes)
        return CALPOL_ERROR_NO_MEMORY;
    out_path->is_prefix = spec->is_prefix;
    out_path->valid = cp_http_path_normalize(spec->path, bytes, &out_path->normalized);
    return CALPOL_OK;
}

static int compile_http(struct cp_compiler *compiler,
                        const struct cp_rule_spec *spec,
                        struct cp_rule *rule,
                        struct cp_rule_details *details)
{
    uint32_t count = spec->http_paths.count;
    struct cp_http_path *paths = CP_NEW_ARRAY(compiler->arena, struct cp_http_path, count);
    int status = cp_keep_texts(compiler, &spec->http_methods, &details->http_methods);

    if (status || !paths)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; !status && i < count; i++)
        status = compile_path(compiler, &spec->http_paths.items[i], &paths[i]);
    details->http_paths = paths;
    details->http_path_count = count;
    for (uint32_t i = 0; i < details->http_methods.count; i++)
        details->http_any_method |= cp_text_is(details->http_methods.items[i], "*");
    if (details->http_methods.count)
        ask(rule, CP_CRITERION_HTTP_METHOD);
    if (count)
        ask(rule, CP_CRITERION_HTTP_PATH);
    return status;
}

/* ICMP, HTTP and a name, which few rules have. */
static int compile_details(struct cp_compiler *compiler,
                           const struct cp_rule_spec *spec,
                           struct cp_rule *rule)
{
    const struct cp_text *name = cp_pairs_find(&spec->annotations, CP_TEXT("name"));
    struct cp_rule_details *details;
    int status;

    if (!spec->icmp.given && !spec->not_icmp.given && !spec->http_methods.items.count &&
        !spec->http_paths.count && !name)
        return CALPOL_OK;
    details = CP_NEW(compiler->arena, struct cp_rule_details);
    if (!details)
        return CALPOL_ERROR_NO_MEMORY;
    rule->details = details;
    compile_icmp(&spec->icmp, rule, &details->icmp, CP_CRITERION_ICMP);
    compile_icmp(&spec->not_icmp, rule, &details->not_icmp, CP_CRITERION_NOT_ICMP);
    status = compile_http(compiler, spec, rule, details);
    return status || !name ? status : cp_keep_text(compiler, *name, &details->name);
}

static int compile_rule(struct cp_compiler *compiler,
                        const struct cp_rule_spec *spec,
                        struct cp_text namespace_name,
                        struct cp_rule *rule)
{
    int status;

    *rule = (struct cp_rule){
        .action = spec->action,
        .written_rule = spec->written_rule,
        .line = spec->origin.place.line,
    };
    compile_protocol(spec, rule);
    status = compile_end(compiler, &spec->source, namespace_name, rule, &rule->source,
                         CP_CRITERION_SOURCE_NETS);
    if (!status)
        status = compile_end(compiler, &spec->destination, namespace_name, rule, &rule->destination,
                             CP_CRITERION_DESTINATION_NETS);
    if (!status)
        status = compile_details(compiler, spec, rule);
    if (status)
        return status;
    void_families(&rule->source->nets, false, rule);
    void_families(&rule->source->not_nets, true, rule);
    void_families(&rule->destination->nets, false, rule);
    void_families(&rule->destination->not_nets, true, rule);
    return CALPOL_OK;
}

int cp_compile_rules(struct cp_compiler *compiler,
                     const struct cp_rules_spec *rules,
                     struct cp_text namespace_name,
                     struct cp_policy *policy,
                     enum cp_direction direction)
{
    uint32_t count = rules->items.count;
    int status = CALPOL_OK;

    policy->first_rule[direction] = compiler->rules.count;
    policy->rule_count[direction] = count;
    policy->written_rule_count[direction] = count;
    if (!cp_array_reserve(compiler->work, &compiler->rules, count))
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; !status && i < count; i++)
        status = compile_rule(compiler, &rules->items.items[i], namespace_name,
                              &compiler->rules.items[compiler->rules.count++]);
    return status;
}
