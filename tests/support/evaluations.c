/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions and answers as text.
 */
#include "support/evaluations.h"

#include "base/number.h"
#include "net/protocol.h"
#include "support/expect.h"

static const char *const action_names[] = {"none", "allow",   "deny", "pass",
                                           "log",  "unknown", "mixed"};

static const char *const stage_names[] = {
    "",
    "workload-egress",
    "workload-ingress",
    "host-egress",
    "host-ingress",
    "forward-egress",
    "forward-ingress",
    "prednat-ingress",
    "untracked-egress",
    "untracked-ingress",
    "to-host",
    "host-to-workload",
    "loopback",
    "same-endpoint",
};

static const char *const reason_names[] = {
    "",
    "same-endpoint",
    "host-to-own-workload",
    "loopback",
    "no-endpoint",
    "conntrack-established",
    "conntrack-related",
    "conntrack-invalid",
    "failsafe",
    "accepted-early",
    "no-forward-policy",
    "forward-pass",
    "endpoint-to-host-drop",
    "endpoint-to-host-accept",
    "endpoint-to-host-return",
    "icmpv6-neighbour",
    "own-node",
    "no-backends",
};

static const char *const dependency_names[] = {
    "protocol",
    "source_port",
    "destination_port",
    "source.ip",
    "destination.ip",
    "icmp",
    "http.method",
    "http.path",
    "destination.domains",
    "source.interface",
    "destination.interface",
};

void start_asking(struct asked *asked, const struct calpol_ruleset *ruleset)
{
    cp_arena_init(&asked->arena, NULL);
    asked->options = ruleset->options;
    cp_world_init(&asked->world, ruleset);
    asked->world.options = &asked->options;
}

void finish_asking(struct asked *asked)
{
    cp_arena_finish(&asked->arena);
}

/* ---- Flows --------------------------------------------------------------------------------- */

static uint16_t number_of(struct cp_text text)
{
    uint64_t number;

    ck_assert(cp_number_parse_unsigned(text, UINT16_MAX, &number));
    return (uint16_t)number;
}

static struct calpol_address address_of(struct cp_text text)
{
    struct calpol_address address;

    ck_assert(cp_address_parse(text, &address, NULL));
    return address;
}

static void read_domains(struct asked *asked, struct cp_text text)
{
    struct cp_text *names = CP_NEW_ARRAY(&asked->arena, struct cp_text, text.length + 1);

    ck_assert_ptr_nonnull(names);
    asked->words.domains = CP_KNOWN;
    asked->words.domain_names = names;
    while (text.length) {
        struct cp_text name = cp_text_first(text, cp_text_find_byte(text, ','));

        names[asked->words.domain_count++] = name;
        text = cp_text_from_byte(text, name.length + 1);
    }
}

/* "key=value" */
static bool read_pair(struct asked *asked, struct cp_text key, struct cp_text value)
{
    struct cp_flow_words *words = &asked->words;

    if (cp_text_is(key, "type")) {
        words->has_icmp_type = true;
        words->icmp_type = (uint8_t)number_of(value);
    } else if (cp_text_is(key, "code")) {
        words->has_icmp_code = true;
        words->icmp_code = (uint8_t)number_of(value);
    } else if (cp_text_is(key, "method")) {
        words->http = CP_KNOWN;
        words->has_method = true;
        words->method = value;
    } else if (cp_text_is(key, "path")) {
        words->http = CP_KNOWN;
        words->has_path = true;
        words->path = value;
    } else if (cp_text_is(key, "domains")) {
        read_domains(asked, value);
    } else if (cp_text_is(key, "pre")) {
        words->has_pre_dnat = words->has_pre_dnat_address = true;
        words->pre_dnat_address = address_of(value);
    } else if (cp_text_is(key, "preport")) {
        words->has_pre_dnat = words->has_pre_dnat_port = true;
        words->pre_dnat_port = number_of(value);
    } else if (cp_text_is(key, "sip")) {
        words->source.has_address = true;
        words->source.address = address_of(value);
    } else if (cp_text_is(key, "dip")) {
        words->destination.has_address = true;
        words->destination.address = address_of(value);
    } else if (cp_text_is(key, "sif")) {
        words->source.interface_name = value;
    } else if (cp_text_is(key, "dif")) {
        words->destination.interface_name = value;
    } else {
        return false;
    }
    return true;
}

static bool read_flag(struct cp_flow_words *words, struct cp_text word)
{
    static const char *const states[] = {"new", "established", "related", "invalid"};

    for (uint8_t i = 0; i < COUNT_OF(states); i++) {
        if (cp_text_is(word, states[i])) {
            words->state = i;
            return true;
        }
    }
    if (cp_text_is(word, "nohttp"))
        words->http = CP_ABSENT;
    else if (cp_text_is(word, "v4"))
        words->ip_version = 4;
    else if (cp_text_is(word, "v6"))
        words->ip_version = 6;
    else
        return false;
    return true;
}

static void read_word(struct asked *asked, struct cp_text word)
{
    struct cp_flow_words *words = &asked->words;
    size_t equals = cp_text_find_byte(word, '=');

    if (equals != SIZE_MAX) {
        ck_assert(
            read_pair(asked, cp_text_first(word, equals), cp_text_from_byte(word, equals + 1)));
    } else if (cp_text_starts_with(word, CP_TEXT(":"))) {
        words->has_destination_port = true;
        words->destination_port = number_of(cp_text_from_byte(word, 1));
    } else if (cp_text_ends_with(word, CP_TEXT(":"))) {
        words->has_source_port = true;
        words->source_port = number_of(cp_text_first(word, word.length - 1));
    } else if (!read_flag(words, word)) {
        uint8_t named = cp_protocol_by_any_name(word);

        words->has_protocol = true;
        words->protocol = named ? named : (uint8_t)number_of(word);
    }
}

static void read_participant(struct cp_participant_words *words, struct cp_text word)
{
    if (!cp_text_is(word, "?"))
        words->reference = word;
}

void read_flow(struct asked *asked, const char *text)
{
    struct cp_text rest = cp_text_from(text);

    asked->words = (struct cp_flow_words){.state = CALPOL_STATE_NEW};
    for (unsigned i = 0; rest.length; i++) {
        struct cp_text word = cp_text_first(rest, cp_text_find_byte(rest, ' '));

        rest = cp_text_from_byte(rest, word.length + 1);
        if (i == 0)
            read_participant(&asked->words.source, word);
        else if (i == 2)
            read_participant(&asked->words.destination, word);
        else if (i > 2)
            read_word(asked, word);
        else
            ck_assert(cp_text_is(word, ">"));
    }
}

enum calpol_flow_error resolve_flow(struct asked *asked, const char *text)
{
    int status;

    read_flow(asked, text);
    status = cp_resolve(&asked->world, &asked->words, &asked->arena, &asked->flow, &asked->problem);
    ck_assert_int_ne(status, CALPOL_ERROR_NO_MEMORY);
    return status ? asked->problem.error : CALPOL_FLOW_OK;
}

void ask(struct asked *asked, const char *text)
{
    ck_assert_int_eq(resolve_flow(asked, text), CALPOL_FLOW_OK);
}

/* ---- Answers ------------------------------------------------------------------------------- */

static void write_depends(struct cp_buffer *buffer, uint32_t depends)
{
    const char *before = "{";

    for (uint32_t i = 0; i < COUNT_OF(dependency_names); i++) {
        if (!(depends >> i & 1))
            continue;
        cp_buffer_format(buffer, "%s%s", before, dependency_names[i]);
        before = ", ";
    }
    cp_buffer_add_string(buffer, depends ? "}" : "{}");
}

static void write_hit(struct cp_buffer *buffer,
                      const struct cp_world *world,
                      uint32_t policy,
                      int32_t rule)
{
    struct cp_text label = CP_TEXT("pro:__NO_MATCH__");

    if (policy != CP_POLICY_NO_MATCH)
        label = cp_world_policy(world, policy)->label;
    cp_buffer_format(buffer, "%t[%d]", label, rule);
}

static void write_stage(struct cp_buffer *buffer,
                        const struct cp_world *world,
                        const struct cp_stage *stage)
{
    cp_buffer_format(buffer, "%s %s", stage_names[stage->name], action_names[stage->action]);
    if (stage->decided) {
        cp_buffer_add_byte(buffer, ' ');
        write_hit(buffer, world, stage->hit.policy, stage->hit.rule);
    }
    if (stage->reason)
        cp_buffer_format(buffer, " (%s)", reason_names[stage->reason]);
    if (stage->action == CALPOL_ACTION_UNKNOWN) {
        cp_buffer_add_byte(buffer, ' ');
        write_depends(buffer, stage->depends);
    }
}

static void write_result(struct cp_buffer *buffer,
                         const struct cp_world *world,
                         const struct cp_result *result)
{
    cp_buffer_add_string(buffer, action_names[result->verdict]);
    if (result->decided_by >= 0)
        cp_buffer_format(buffer, " by %s", stage_names[result->stages[result->decided_by].name]);
    if (result->reason)
        cp_buffer_format(buffer, " (%s)", reason_names[result->reason]);
    if (result->verdict == CALPOL_ACTION_UNKNOWN) {
        cp_buffer_add_byte(buffer, ' ');
        write_depends(buffer, result->depends);
    }
    for (uint32_t i = 0; i < result->stage_count; i++) {
        cp_buffer_add_string(buffer, i ? "; " : ": ");
        write_stage(buffer, world, &result->stages[i]);
    }
}

static const char *finish_text(struct cp_buffer *buffer)
{
    const char *text = cp_buffer_string(buffer);

    ck_assert_ptr_nonnull(text);
    return text;
}

static const char *evaluate(struct asked *asked, struct cp_recorder *recorder)
{
    struct cp_result result;
    struct cp_buffer buffer;

    cp_evaluate(&asked->world, &asked->flow, recorder, &result);
    cp_buffer_init(&buffer, &asked->arena);
    write_result(&buffer, &asked->world, &result);
    return finish_text(&buffer);
}

const char *result_of(struct asked *asked, const char *text)
{
    struct cp_recorder recorder;
    const char *result;

    ask(asked, text);
    cp_recorder_init(&recorder, &asked->arena);
    result = evaluate(asked, NULL);
    expect_string(evaluate(asked, &recorder), result);
    ck_assert(!recorder.failed);
    return result;
}

static bool is_entry(const struct cp_step *step)
{
    return step->type == CP_STEP_MATCH || step->type == CP_STEP_LOG ||
           step->type == CP_STEP_TIER_END || step->type == CP_STEP_NO_PROFILE;
}

static void write_entries(struct cp_buffer *buffer,
                          const struct cp_world *world,
                          const struct cp_recorder *recorder,
                          const struct cp_stage *stage)
{
    const char *before = "";

    for (uint32_t i = 0; i < stage->step_count; i++) {
        const struct cp_step *step = &recorder->steps.items[stage->first_step + i];

        if (!is_entry(step))
            continue;
        cp_buffer_add_string(buffer, before);
        write_hit(buffer, world, step->policy, step->rule);
        cp_buffer_format(buffer, " %s%s", action_names[step->action], step->certain ? "" : "?");
        before = ", ";
    }
}

const char *trace_of(struct asked *asked, const char *text)
{
    struct cp_recorder recorder;
    struct cp_result result;
    struct cp_buffer buffer;

    ask(asked, text);
    cp_recorder_init(&recorder, &asked->arena);
    cp_evaluate(&asked->world, &asked->flow, &recorder, &result);
    cp_buffer_init(&buffer, &asked->arena);
    for (uint32_t i = 0; i < result.stage_count; i++) {
        cp_buffer_add_string(&buffer, i ? "; " : "");
        write_entries(&buffer, &asked->world, &recorder, &result.stages[i]);
    }
    return finish_text(&buffer);
}

static void write_leg(struct cp_buffer *buffer,
                      const struct cp_world *world,
                      const struct cp_leg_result *leg)
{
    const struct cp_party *party = &leg->leg.flow.destination;

    if (leg->leg.refused) {
        cp_buffer_add_string(buffer, "refused");
        return;
    }
    if (party->owner != CP_NONE)
        cp_buffer_add(buffer, cp_world_owner(world, party->owner)->reference);
    else if (party->has_address)
        cp_address_print(&party->address, buffer);
    else
        cp_buffer_add_byte(buffer, '?');
    if (leg->leg.flow.has_destination_port)
        cp_buffer_format(buffer, ":%u", (uint32_t)leg->leg.flow.destination_port);
    cp_buffer_format(buffer, " %s", action_names[leg->result.verdict]);
}

const char *legs_of(struct asked *asked, const char *text)
{
    struct cp_judgement judgement;
    struct calpol_verdict verdict;
    struct cp_buffer buffer;

    ask(asked, text);
    ck_assert_int_eq(
        cp_judge_recorded(&asked->world, &asked->flow, &asked->arena, NULL, &judgement), CALPOL_OK);
    cp_judge(&asked->world, &asked->flow, &verdict);
    ck_assert_mem_eq(&verdict, &judgement.verdict, sizeof(verdict));
    cp_buffer_init(&buffer, &asked->arena);
    for (uint32_t i = 0; i < judgement.leg_count; i++) {
        write_leg(&buffer, &asked->world, &judgement.legs[i]);
        cp_buffer_add_string(&buffer, "; ");
    }
    cp_buffer_format(&buffer, "= %s", action_names[verdict.action]);
    if (verdict.reason)
        cp_buffer_format(&buffer, " (%s)", reason_names[verdict.reason]);
    if (verdict.action == CALPOL_ACTION_UNKNOWN) {
        cp_buffer_add_byte(&buffer, ' ');
        write_depends(&buffer, verdict.depends_on);
    }
    return finish_text(&buffer);
}

const char *tri_text(struct asked *asked, struct cp_tri tri)
{
    struct cp_buffer buffer;

    if (tri.answer != CP_ANSWER_MAYBE) {
        ck_assert_uint_eq(tri.depends, 0);
        return tri.answer == CP_ANSWER_YES ? "yes" : "no";
    }
    cp_buffer_init(&buffer, &asked->arena);
    cp_buffer_add_string(&buffer, "maybe ");
    write_depends(&buffer, tri.depends);
    return finish_text(&buffer);
}

void expect_string(const char *actual, const char *expected)
{
    ck_assert_str_eq(actual, expected);
}
