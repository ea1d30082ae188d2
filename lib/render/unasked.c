/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a walk did not look at.
 */
#include "render/describe.h"
#include "render/selector_hints.h"
#include "render/walk_text.h"

/* Longer lists are counted. */
#define MOST_POLICIES 5u

/* The set of policies that a stage walks; false: none. */
static bool set_of_stage(const struct cp_stage *stage, enum cp_policy_set *out_set)
{
    switch (stage->name) {
    case CALPOL_STAGE_WORKLOAD_EGRESS:
    case CALPOL_STAGE_WORKLOAD_INGRESS:
    case CALPOL_STAGE_HOST_EGRESS:
    case CALPOL_STAGE_HOST_INGRESS:
        *out_set = CP_SET_NORMAL;
        return true;
    case CALPOL_STAGE_FORWARD_EGRESS:
    case CALPOL_STAGE_FORWARD_INGRESS:
        *out_set = CP_SET_FORWARD;
        return true;
    case CALPOL_STAGE_PREDNAT_INGRESS:
        *out_set = CP_SET_PREDNAT;
        return true;
    case CALPOL_STAGE_UNTRACKED_EGRESS:
    case CALPOL_STAGE_UNTRACKED_INGRESS:
        *out_set = CP_SET_UNTRACKED;
        return true;
    case CALPOL_STAGE_NONE:
    case CALPOL_STAGE_TO_HOST:
    case CALPOL_STAGE_HOST_TO_WORKLOAD:
    case CALPOL_STAGE_LOOPBACK:
    case CALPOL_STAGE_SAME_ENDPOINT:
        break;
    }
    return false;
}

/* What policies are sorted by here. */
struct question {
    const struct cp_scene *scene;
    const struct cp_world *world;
    const struct cp_stage *stage;
    enum cp_policy_set set;
    const struct cp_label_set *labels; /* of the policed endpoint */
    struct cp_text namespace_name;
};

/* Would the policy take part in this stage if it selected the endpoint? */
static bool suits(const struct question *question, const struct cp_policy *policy)
{
    bool in_set = policy->set == question->set ||
                  (question->set == CP_SET_NORMAL && policy->set == CP_SET_FORWARD);

    return in_set && policy->types >> question->stage->direction & 1 &&
           (!policy->staged || question->world->options->pending);
}

/* Is a policy number among those that select the endpoint? They ascend. */
static bool selects(const struct question *question, uint32_t policy)
{
    const struct cp_label_set *labels = question->labels;
    uint32_t low = 0, high = labels->policy_count;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (labels->policies[middle] < policy)
            low = middle + 1;
        else
            high = middle;
    }
    return low < labels->policy_count && labels->policies[low] == policy;
}

/* ---- Policies that do not select it ---------------------------------------------------------- */

static void print_written(struct cp_buffer *buffer, const char *field, struct cp_text text)
{
    struct cp_text pods;

    if (cp_pod_selector_text(text, &pods))
        cp_buffer_format(buffer, ", podSelector %t", pods.length ? pods : CP_TEXT("{}"));
    else if (text.length)
        cp_buffer_format(buffer, ", %s %t", field, text);
}

static void print_unselecting(const struct question *question,
                              const struct cp_policy *policy,
                              struct cp_buffer *buffer)
{
    struct cp_buffer why;

    cp_buffer_add_string(buffer, "  ");
    cp_describe_policy(policy, ' ', buffer);
    cp_buffer_add_string(buffer, " does not select it");
    print_written(buffer, "selector", policy->selector_text);
    print_written(buffer, "namespaceSelector", policy->namespace_selector_text);
    print_written(buffer, "serviceAccountSelector", policy->service_account_selector_text);
    if (policy->selector != CP_NONE &&
        !cp_selector_matches_some(question->world, policy->selector)) {
        cp_buffer_init(&why, buffer->arena);
        cp_print_missing_label(question->world, policy->selector, &why);
        cp_buffer_add_string(buffer, "; it selects 0 endpoints");
        if (why.length)
            cp_buffer_format(buffer, ": %t", cp_buffer_text(&why));
        buffer->failed = buffer->failed || why.failed;
    }
    cp_describe_place(policy->source, policy->line, buffer);
    cp_buffer_add_byte(buffer, '\n');
}

/* Untracked and pre-DNAT stages do not exist where no policy of theirs selects the host endpoint;
   so the stages that do exist tell why. */
static bool has_no_stage(const struct question *question, const struct cp_policy *policy)
{
    bool is_host = cp_world_owner(question->world, question->stage->owner)->kind == CP_OWNER_HOST;

    return is_host && question->stage->direction == CP_INGRESS &&
           (policy->set == CP_SET_UNTRACKED || policy->set == CP_SET_PREDNAT) &&
           policy->types >> CP_INGRESS & 1;
}

/* Policies that look into another namespace are named only. */
static bool is_elsewhere(const struct question *question, const struct cp_policy *policy)
{
    return policy->namespace_name.length &&
           !cp_text_equal(policy->namespace_name, question->namespace_name);
}

static void print_elsewhere(const struct question *question, struct cp_buffer *buffer)
{
    const struct calpol_ruleset *ruleset = question->world->ruleset;
    uint32_t count = 0;

    for (uint32_t i = 0; i < ruleset->policy_count; i++) {
        const struct cp_policy *policy = ruleset->policies[i];

        if (!suits(question, policy) || !is_elsewhere(question, policy) || ++count > MOST_POLICIES)
            continue;
        cp_buffer_add_string(
            buffer, count == 1 ? "  policies of other namespaces select only there: " : ", ");
        cp_describe_policy(policy, ' ', buffer);
    }
    if (count > MOST_POLICIES)
        cp_buffer_format(buffer, " and %u more", count - MOST_POLICIES);
    cp_buffer_add_string(buffer, count ? "\n" : "");
}

static void print_unselecting_policies(const struct question *question, struct cp_buffer *buffer)
{
    const struct calpol_ruleset *ruleset = question->world->ruleset;
    uint32_t count = 0;

    for (uint32_t i = 0; i < ruleset->policy_count; i++) {
        const struct cp_policy *policy = ruleset->policies[i];

        if (!suits(question, policy) && !has_no_stage(question, policy))
            continue;
        if (!selects(question, i) && !is_elsewhere(question, policy) && ++count <= MOST_POLICIES)
            print_unselecting(question, policy, buffer);
    }
    if (count > MOST_POLICIES)
        cp_buffer_format(buffer, "  %u more policies do not select it\n", count - MOST_POLICIES);
}

static void print_counts(const struct question *question, struct cp_buffer *buffer)
{
    const struct calpol_ruleset *ruleset = question->world->ruleset;
    const char *direction = cp_direction_name(question->stage->direction);
    uint32_t suitable = 0, selecting = 0;

    for (uint32_t i = 0; i < ruleset->policy_count; i++) {
        if (!suits(question, ruleset->policies[i]))
            continue;
        suitable++;
        selecting += selects(question, i);
    }
    if (suitable) {
        cp_buffer_format(buffer, "  %u of %u policies for %s select ", selecting, suitable,
                         direction);
        cp_describe_owner(question->world, question->stage->owner, buffer);
        cp_buffer_add_byte(buffer, '\n');
    } else {
        cp_buffer_format(buffer, "  there is no %spolicy for %s\n",
                         question->set == CP_SET_FORWARD ? "applyOnForward " : "", direction);
    }
}

/* ---- What comes behind the decision ---------------------------------------------------------- */

/* Policies that govern, behind the one whose rule decides. */
static void print_policies_behind(const struct question *question, struct cp_buffer *buffer)
{
    const struct cp_hit *hit = &question->stage->hit;
    const char *separator = "  not reached: ";
    uint32_t count = 0;

    for (uint32_t i = 0; i < question->labels->policy_count; i++) {
        uint32_t number = question->labels->policies[i];
        const struct cp_policy *policy = cp_world_policy(question->world, number);

        if (number <= hit->policy || !suits(question, policy) || ++count > MOST_POLICIES)
            continue;
        cp_buffer_add_string(buffer, separator);
        cp_describe_policy(policy, ' ', buffer);
        cp_buffer_format(buffer, " in tier %t", question->world->ruleset->tiers[policy->tier].name);
        separator = ", ";
    }
    if (count > MOST_POLICIES)
        cp_buffer_format(buffer, " and %u more", count - MOST_POLICIES);
    cp_buffer_add_string(buffer, count ? "\n" : "");
}

void cp_print_unasked(const struct cp_scene *scene,
                      const struct cp_stage *stage,
                      struct cp_buffer *buffer)
{
    struct question question = {
        .scene = scene,
        .world = scene->explained->world,
        .stage = stage,
    };

    if (stage->owner == CP_NONE || stage->candidate_count > 1 ||
        !set_of_stage(stage, &question.set))
        return;
    question.labels = cp_world_labels(question.world, stage->owner);
    question.namespace_name = cp_world_owner(question.world, stage->owner)->namespace_name;
    if (stage->decided && stage->hit.tier != CP_NONE)
        print_policies_behind(&question, buffer);
    print_counts(&question, buffer);
    print_unselecting_policies(&question, buffer);
    print_elsewhere(&question, buffer);
}
