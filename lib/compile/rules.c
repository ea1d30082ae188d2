/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rules to flat form: criteria as bits, selectors as numbers, texts kept.
 */
#include "compile/compiler.h"

#include "net/http_path.h"
#include "net/protocol.h"

/* Marks a criterion of a rule. */
static void ask(struct cp_rule *rule, unsigned criterion)
{
    rule->criteria |= 1u << criterion;
}

static int keep_texts(struct cp_compiler *compiler,
                      const struct cp_texts *texts,
                      struct cp_text_list *out_list)
{
    struct cp_text *items = CP_NEW_ARRAY(compiler->arena, struct cp_text, texts->items.count);
    int status = items ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;

    for (uint32_t i = 0; !status && i < texts->items.count; i++)
        status = cp_keep_text(compiler, texts->items.items[i], &items[i]);
    *out_list = (struct cp_text_list){items, texts->items.count};
    return status;
}

static int keep_nets(struct cp_compiler *compiler,
                     const struct cp_prefix *nets,
                     uint32_t count,
                     struct cp_prefixes *out_nets)
{
    struct cp_prefix *items = cp_arena_copy(compiler->arena, nets, count * sizeof(*nets));

    if (!items)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        cp_prefix_mask(&items[i]);
    *out_nets = (struct cp_prefixes){items, count};
    return CALPOL_OK;
}

/* Splits ports into a set of numbers and a list of names. */
static int keep_ports(struct cp_compiler *compiler,
                      const struct cp_port_spec *ports,
                      uint32_t count,
                      struct cp_port_list *out_ports)
{
    struct cp_port_range *ranges = CP_NEW_ARRAY(compiler->work, struct cp_port_range, count);
    uint32_t *names = CP_NEW_ARRAY(compiler->arena, uint32_t, count);
    uint32_t range_count = 0, name_count = 0;

    if (!ranges || !names)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; i < count; i++) {
        if (!ports[i].named)
            ranges[range_count++] = (struct cp_port_range){ports[i].first, ports[i].last};
        else if (!cp_intern_add(compiler->names, ports[i].name, &names[name_count++]))
            return CALPOL_ERROR_NO_MEMORY;
    }
    *out_ports = (struct cp_port_list){.names = names, .name_count = name_count};
    if (!cp_ports_make(compiler->arena, ranges, range_count, &out_ports->numbers))
        return CALPOL_ERROR_NO_MEMORY;
    return CALPOL_OK;
}

static int keep_words(struct cp_compiler *compiler,
                      const struct cp_entity_spec *spec,
                      struct cp_entity *entity)
{
    struct cp_entity_words *words = CP_NEW(compiler->arena, struct cp_entity_words);
    int status;

    if (!words)
        return CALPOL_ERROR_NO_MEMORY;
    entity->words = words;
    status = cp_keep_text(compiler, spec->selector.text, &words->selector);
    if (!status)
        status = cp_keep_text(compiler, spec->not_selector.text, &words->not_selector);
    if (!status)
        status = cp_keep_text(compiler, spec->namespace_selector.text, &words->namespace_selector);
    if (!status)
        status = cp_keep_text(compiler, spec->service_account_selector.text,
                              &words->service_account_selector);
    if (!status)
        status = keep_texts(compiler, &spec->service_account_names, &words->service_account_names);
    return status;
}

/* The selectors of an entity as at most two predicates (EV-80 to EV-85). */
static int combine_selectors(struct cp_compiler *compiler,
                             const struct cp_entity_spec *spec,
                             struct cp_text namespace_name,
                             struct cp_entity *entity)
{
    const struct cp_selector *positive = NULL, *negative = NULL;
    int status = cp_combine_entity_spec(compiler, spec, namespace_name, &positive, &negative);

    if (!status && positive)
        status = cp_selector_number(compiler, positive, &entity->selector);
    if (!status && negative)
        status = cp_selector_number(compiler, negative, &entity->not_selector);
    return status;
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

static int compile_entity(struct cp_compiler *compiler,
                          const struct cp_entity_spec *spec,
                          struct cp_text namespace_name,
                          struct cp_rule *rule,
                          struct cp_entity *entity,
                          unsigned first_criterion)
{
    int status;

    *entity = (struct cp_entity){.selector = CP_NONE, .not_selector = CP_NONE, .service = CP_NONE};
    entity->nets_are_nodes = spec->nets_are_nodes;
    status = keep_nets(compiler, spec->nets.items, spec->nets.count, &entity->nets);
    if (!status)
        status = keep_nets(compiler, spec->not_nets.items, spec->not_nets.count, &entity->not_nets);
    if (!status)
        status = keep_ports(compiler, spec->ports.items, spec->ports.count, &entity->ports);
    if (!status)
        status =
            keep_ports(compiler, spec->not_ports.items, spec->not_ports.count, &entity->not_ports);
    if (!status)
        status = combine_selectors(compiler, spec, namespace_name, entity);
    if (!status && spec->service.given)
        status = cp_rule_service_number(
            compiler,
            spec->service.namespace_name.length ? spec->service.namespace_name : namespace_name,
            spec->service.name, &entity->service);
    if (!status)
        status = keep_texts(compiler, &spec->domains, &entity->domains);
    if (!status)
        status = keep_words(compiler, spec, entity);
    ask_entity(rule, spec, entity, first_criterion);
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
                        struct cp_rule *rule)
{
    uint32_t count = spec->http_paths.count;
    struct cp_http_path *paths = CP_NEW_ARRAY(compiler->arena, struct cp_http_path, count);
    int status = keep_texts(compiler, &spec->http_methods, &rule->http_methods);

    if (status || !paths)
        return CALPOL_ERROR_NO_MEMORY;
    for (uint32_t i = 0; !status && i < count; i++)
        status = compile_path(compiler, &spec->http_paths.items[i], &paths[i]);
    rule->http_paths = paths;
    rule->http_path_count = count;
    for (uint32_t i = 0; i < rule->http_methods.count; i++)
        rule->http_any_method |= cp_text_is(rule->http_methods.items[i], "*");
    if (rule->http_methods.count)
        ask(rule, CP_CRITERION_HTTP_METHOD);
    if (count)
        ask(rule, CP_CRITERION_HTTP_PATH);
    return status;
}

static int compile_rule(struct cp_compiler *compiler,
                        const struct cp_rule_spec *spec,
                        struct cp_text namespace_name,
                        struct cp_rule *rule)
{
    const struct cp_text *name = cp_pairs_find(&spec->annotations, CP_TEXT("name"));
    int status;

    *rule = (struct cp_rule){
        .action = spec->action,
        .written_rule = spec->written_rule,
        .line = spec->origin.place.line,
    };
    compile_protocol(spec, rule);
    compile_icmp(&spec->icmp, rule, &rule->icmp, CP_CRITERION_ICMP);
    compile_icmp(&spec->not_icmp, rule, &rule->not_icmp, CP_CRITERION_NOT_ICMP);
    status = compile_entity(compiler, &spec->source, namespace_name, rule, &rule->source,
                            CP_CRITERION_SOURCE_NETS);
    if (!status)
        status = compile_entity(compiler, &spec->destination, namespace_name, rule,
                                &rule->destination, CP_CRITERION_DESTINATION_NETS);
    if (!status)
        status = compile_http(compiler, spec, rule);
    if (!status && name)
        status = cp_keep_text(compiler, *name, &rule->name);
    void_families(&rule->source.nets, false, rule);
    void_families(&rule->source.not_nets, true, rule);
    void_families(&rule->destination.nets, false, rule);
    void_families(&rule->destination.not_nets, true, rule);
    return status;
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
