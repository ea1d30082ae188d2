/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The trace: one evaluation with its record, rendered when it is made, so that it can be read by
 * any number of threads and needs nothing of the query. What nobody asks for is not rendered.
 */
#include "api/abi.h"
#include "api/query.h"
#include "render/json.h"
#include "render/text.h"

struct calpol_trace {
    struct calpol_allocator allocator;
    struct calpol_ruleset *ruleset;
    struct cp_arena arena;
    struct calpol_verdict verdict;
    CP_ARRAY(struct calpol_step) steps;
    const char *json, *summary, *text;
};

/* ---- Making one ------------------------------------------------------------------------------ */

/* One evaluation in an arena that goes when everything is rendered. */
struct evaluation {
    struct cp_options options;
    struct cp_world world;
    struct cp_recorder recorder;
    struct cp_judgement judgement;
    struct cp_explained explained;
};

static int evaluate(struct evaluation *evaluation,
                    const struct calpol_query *query,
                    const struct cp_flow *flow,
                    struct cp_arena *arena,
                    bool pending)
{
    int status;

    evaluation->options = query->options;
    evaluation->world = query->world;
    evaluation->world.options = &evaluation->options;
    if (pending) { /* EV-180 */
        evaluation->options.pending = true;
        evaluation->options.default_hit_first = true;
    }
    cp_recorder_init(&evaluation->recorder, arena);
    status = cp_judge_recorded(&evaluation->world, flow, arena, &evaluation->recorder,
                               &evaluation->judgement);
    evaluation->explained = (struct cp_explained){
        .world = &evaluation->world,
        .words = &query->words,
        .flow = flow,
        .judgement = &evaluation->judgement,
        .steps = evaluation->recorder.steps.items,
        .scratch = arena,
    };
    return status;
}

static bool has_staged(const struct calpol_ruleset *ruleset)
{
    for (uint32_t i = 0; i < ruleset->policy_count; i++) {
        if (ruleset->policies[i]->staged)
            return true;
    }
    return false;
}

static bool is_public_step(const struct cp_step *step)
{
    switch ((enum cp_step_type)step->type) {
    case CP_STEP_MISS:
    case CP_STEP_LOG:
    case CP_STEP_MATCH:
    case CP_STEP_TIER_END:
    case CP_STEP_PROFILE_PASS:
    case CP_STEP_NO_PROFILE:
        return true;
    case CP_STEP_ENDPOINT:
    case CP_STEP_FAILSAFE:
    case CP_STEP_SKIP:
    case CP_STEP_TIER:
    case CP_STEP_POLICY:
    case CP_STEP_OWN_NODE:
    case CP_STEP_FORWARD:
    case CP_STEP_FIXED:
    case CP_STEP_TYPE_COUNT:
        break;
    }
    return false;
}

static uint8_t public_action(const struct cp_step *step)
{
    if (step->type == CP_STEP_LOG)
        return CALPOL_ACTION_LOG;
    if (step->type == CP_STEP_MISS)
        return CALPOL_ACTION_NONE;
    return step->action;
}

static int keep_stage(struct calpol_trace *trace,
                      const struct cp_explained *explained,
                      const struct cp_stage *stage)
{
    const struct calpol_ruleset *ruleset = explained->world->ruleset;
    const struct cp_step *steps = cp_stage_steps(explained, stage);

    for (uint32_t i = 0; i < stage->step_count; i++) {
        const struct cp_step *step = &steps[i];
        struct calpol_step *kept;

        if (!is_public_step(step))
            continue;
        kept = cp_array_push(&trace->arena, &trace->steps);
        if (!kept)
            return CALPOL_ERROR_NO_MEMORY;
        *kept = (struct calpol_step){
            .stage = (uint16_t)stage->name,
            .action = public_action(step),
            .certain = step->certain && step->match != CP_ANSWER_MAYBE,
            .tier = step->tier,
            .policy = step->policy < ruleset->policy_count + ruleset->profile_count ? step->policy
                                                                                    : CALPOL_NONE,
            .rule = step->rule,
            .depends_on = step->depends,
        };
    }
    return CALPOL_OK;
}

static int keep_steps(struct calpol_trace *trace, const struct cp_explained *explained)
{
    const struct cp_judgement *judgement = explained->judgement;
    int status = CALPOL_OK;

    for (uint32_t i = 0; i < judgement->leg_count; i++) {
        const struct cp_result *result = &judgement->legs[i].result;

        for (uint32_t s = 0; s < result->stage_count && !status; s++)
            status = keep_stage(trace, explained, &result->stages[s]);
    }
    return status;
}

/* Which of the texts are wanted: CALPOL_TRACE_... */
#define ALL_TEXTS (CALPOL_TRACE_JSON | CALPOL_TRACE_SUMMARY | CALPOL_TRACE_TEXT)

/* Runs a renderer into the trace's memory. NULL: no memory. */
static const char *render(struct calpol_trace *trace,
                          const struct cp_explained *explained,
                          void (*renderer)(const struct cp_explained *explained,
                                           struct cp_buffer *buffer))
{
    struct cp_buffer buffer;

    cp_buffer_init(&buffer, &trace->arena);
    renderer(explained, &buffer);
    return cp_buffer_string(&buffer);
}

static int render_texts(struct calpol_trace *trace,
                        const struct cp_explained *explained,
                        uint32_t texts)
{
    trace->json = trace->summary = trace->text = "";
    if (texts & CALPOL_TRACE_JSON)
        trace->json = render(trace, explained, cp_render_json);
    if (texts & CALPOL_TRACE_SUMMARY)
        trace->summary = render(trace, explained, cp_render_summary);
    if (texts & CALPOL_TRACE_TEXT)
        trace->text = render(trace, explained, cp_render_text);
    return trace->json && trace->summary && trace->text ? CALPOL_OK : CALPOL_ERROR_NO_MEMORY;
}

static int fill(struct calpol_trace *trace,
                const struct calpol_query *query,
                const struct cp_flow *flow,
                uint32_t texts,
                struct cp_arena *work)
{
    struct evaluation enforced, pending;
    int status = evaluate(&enforced, query, flow, work, false);

    if (!status && texts && !query->options.pending && has_staged(query->ruleset)) {
        status = evaluate(&pending, query, flow, work, true);
        if (!status && cp_pending_differs(&enforced.explained, &pending.explained))
            enforced.explained.pending = &pending.explained;
    }
    if (!status)
        status = keep_steps(trace, &enforced.explained);
    if (status)
        return status;
    trace->verdict = enforced.judgement.verdict;
    return render_texts(trace, &enforced.explained, texts);
}

/* A trace that says what is wrong with the flow. */
static int fill_error(struct calpol_trace *trace, const struct calpol_query *query, uint32_t texts)
{
    struct cp_text message = cp_text_from(query->error_text);
    struct cp_buffer json, text;

    cp_buffer_init(&json, &trace->arena);
    cp_buffer_init(&text, &trace->arena);
    cp_render_json_error(query->error, message, &json);
    cp_render_text_error(query->error, message, &text);
    trace->json = texts & CALPOL_TRACE_JSON ? cp_buffer_string(&json) : "";
    trace->summary = texts & CALPOL_TRACE_SUMMARY ? cp_buffer_string(&text) : "";
    trace->text = texts & CALPOL_TRACE_TEXT ? cp_buffer_string(&text) : "";
    return trace->json && trace->summary && trace->text ? CALPOL_ERROR_INVALID_INPUT
                                                        : CALPOL_ERROR_NO_MEMORY;
}

static int make(struct calpol_trace *trace, struct calpol_query *query, uint32_t texts)
{
    struct cp_arena work;
    struct cp_flow flow;
    int status = cp_query_resolve(query, &flow);

    if (status == CALPOL_ERROR_INVALID_INPUT)
        return fill_error(trace, query, texts);
    if (status)
        return status;
    cp_arena_init(&work, &query->allocator);
    status = fill(trace, query, &flow, texts, &work);
    cp_arena_finish(&work);
    return status;
}

int calpol_query_explain(calpol_query *query, calpol_trace **out_trace)
{
    return calpol_query_explain_as(query, ALL_TEXTS, out_trace);
}

int calpol_query_explain_as(calpol_query *query, uint32_t texts, calpol_trace **out_trace)
{
    struct calpol_trace *trace;
    int status;

    if (!query || !out_trace || texts & ~(uint32_t)ALL_TEXTS)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    trace = cp_allocate(&query->allocator, sizeof(*trace));
    if (!trace)
        return CALPOL_ERROR_NO_MEMORY;
    *trace = (struct calpol_trace){
        .allocator = query->allocator,
        .ruleset = cp_ruleset_ref(query->ruleset),
    };
    cp_arena_init(&trace->arena, &query->allocator);
    status = make(trace, query, texts);
    if (status == CALPOL_OK || status == CALPOL_ERROR_INVALID_INPUT)
        *out_trace = trace;
    else
        calpol_trace_free(trace);
    return status;
}

void calpol_trace_free(calpol_trace *trace)
{
    struct calpol_allocator allocator;

    if (!trace)
        return;
    allocator = trace->allocator;
    cp_arena_finish(&trace->arena);
    cp_ruleset_unref(trace->ruleset);
    cp_release(&allocator, trace, sizeof(*trace));
}

/* ---- Reading one ----------------------------------------------------------------------------- */

int calpol_trace_verdict(const calpol_trace *trace,
                         struct calpol_verdict *out_verdict,
                         size_t verdict_size)
{
    int status;

    if (!trace || !out_verdict)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = cp_abi_check(CALPOL_STRUCT_VERDICT, verdict_size);
    if (!status)
        cp_abi_write(CALPOL_STRUCT_VERDICT, &trace->verdict, out_verdict, verdict_size);
    return status;
}

const char *calpol_trace_json(const calpol_trace *trace)
{
    return trace ? trace->json : "";
}

const char *calpol_trace_summary(const calpol_trace *trace)
{
    return trace ? trace->summary : "";
}

const char *calpol_trace_text(const calpol_trace *trace)
{
    return trace ? trace->text : "";
}

size_t calpol_trace_step_count(const calpol_trace *trace)
{
    return trace ? trace->steps.count : 0;
}

int calpol_trace_get_step(const calpol_trace *trace,
                          size_t index,
                          struct calpol_step *out_step,
                          size_t step_size)
{
    int status;

    if (!trace || !out_step || index >= trace->steps.count)
        return CALPOL_ERROR_INVALID_ARGUMENT;
    status = cp_abi_check(CALPOL_STRUCT_STEP, step_size);
    if (!status)
        cp_abi_write(CALPOL_STRUCT_STEP, &trace->steps.items[index], out_step, step_size);
    return status;
}
