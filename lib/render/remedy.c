/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What would turn a deny into an allow.
 */
#include "render/decision.h"
#include "render/describe.h"
#include "render/entries.h"
#include "render/walk_text.h"

#define MOST_NAMES 4u

/* ---- The nearest rule ------------------------------------------------------------------------ */

static unsigned count_bits(uint32_t bits)
{
    unsigned count = 0;

    for (; bits; bits &= bits - 1)
        count++;
    return count;
}

/* The family filter stands beside the nets that it is about: it is not missed a second time. */
static unsigned count_misses(uint32_t no)
{
    return count_bits(no & ~(1u << CP_CRITERION_NET_FAMILY));
}

/* The Allow rule that misses on fewest criteria, the first of equals; NULL: none was looked at. */
static const struct cp_step *nearest_miss(const struct cp_scene *scene,
                                          const struct cp_stage *stage)
{
    const struct cp_step *steps = cp_stage_steps(scene->explained, stage), *nearest = NULL;

    for (uint32_t i = 0; i < stage->step_count; i++) {
        struct cp_spot spot;

        if (steps[i].type != CP_STEP_MISS)
            continue;
        spot = cp_spot_of_step(scene, stage, &steps[i]);
        if (spot.rule->action != CALPOL_ACTION_ALLOW)
            continue;
        if (!nearest || count_misses(steps[i].answers.no) < count_misses(nearest->answers.no))
            nearest = &steps[i];
    }
    return nearest;
}

static void print_nearest(const struct cp_scene *scene,
                          const struct cp_stage *stage,
                          struct cp_buffer *buffer)
{
    const struct cp_step *step = nearest_miss(scene, stage);
    struct cp_spot spot;

    if (!step)
        return;
    spot = cp_spot_of_step(scene, stage, step);
    cp_buffer_add_string(buffer, "  nearest to allowing it is ");
    cp_describe_policy(spot.policy, ' ', buffer);
    cp_buffer_add_byte(buffer, ' ');
    cp_describe_rule(spot.policy, spot.rule, stage->direction, step->rule, buffer);
    cp_buffer_add_string(buffer, ", which ");
    cp_describe_misses(&spot, step->answers.no, buffer);
    cp_buffer_add_byte(buffer, '\n');
}

/* ---- What would have to be otherwise --------------------------------------------------------- */

static void print_for_rule(const struct cp_scene *scene,
                           const struct cp_stage *stage,
                           struct cp_buffer *buffer)
{
    const struct cp_world *world = scene->explained->world;
    const struct cp_policy *policy = cp_world_policy(world, stage->hit.policy);
    const struct cp_rule *rule = cp_hit_rule(world, &stage->hit, stage->direction);

    cp_buffer_add_string(buffer, "  to allow it, an Allow rule has to match before ");
    cp_describe_policy(policy, ' ', buffer);
    cp_buffer_add_byte(buffer, ' ');
    cp_describe_rule(policy, rule, stage->direction, stage->hit.rule, buffer);
    cp_buffer_format(buffer, ": further up in it, in a policy of tier %t that comes before it",
                     cp_tier_text(world, stage->hit.tier));
    if (policy->has_order)
        cp_buffer_format(buffer, " (order below %f)", policy->order);
    cp_buffer_add_string(buffer, ", or in an earlier tier\n");
}

static void print_for_tier_end(const struct cp_scene *scene,
                               const struct cp_stage *stage,
                               struct cp_buffer *buffer)
{
    const struct cp_world *world = scene->explained->world;
    uint32_t position = 0, number, count = 0;

    cp_buffer_add_string(buffer, "  to allow it, a matching Allow rule is needed in ");
    for (; cp_next_applied(scene->explained, stage, &position, &number); count++) {
        if (count >= MOST_NAMES)
            continue;
        cp_buffer_add_string(buffer, count ? ", " : "");
        cp_describe_policy(cp_world_policy(world, number), ' ', buffer);
    }
    cp_buffer_format(buffer, "%s or another policy of tier %t or an earlier one that selects ",
                     count > MOST_NAMES ? ", ..." : ",", cp_tier_text(world, stage->hit.tier));
    cp_describe_owner(world, stage->owner, buffer);
    cp_buffer_add_byte(buffer, '\n');
}

static void print_for_profiles(const struct cp_scene *scene,
                               const struct cp_stage *stage,
                               struct cp_buffer *buffer)
{
    const struct cp_world *world = scene->explained->world;
    const struct cp_policy *profile;

    cp_buffer_add_string(buffer, "  to allow it, ");
    if (stage->hit.policy == CP_POLICY_NO_MATCH) {
        cp_buffer_add_string(buffer, "add a policy that selects ");
        cp_describe_owner(world, stage->owner, buffer);
        cp_buffer_add_string(buffer, " with a matching Allow rule, or give it a profile that "
                                     "allows, such as projectcalico-default-allow\n");
        return;
    }
    profile = cp_world_policy(world, stage->hit.policy);
    if (profile->missing)
        cp_buffer_format(buffer, "declare profile %t or take it from the endpoint's list\n",
                         profile->name);
    else
        cp_buffer_format(buffer, "change profile %t, or add a policy with a matching Allow rule\n",
                         profile->name);
}

void cp_print_remedy(const struct cp_scene *scene,
                     const struct cp_stage *stage,
                     struct cp_buffer *buffer)
{
    if (stage->action != CALPOL_ACTION_DENY)
        return;
    print_nearest(scene, stage, buffer);
    if (stage->reason == CALPOL_REASON_ENDPOINT_TO_HOST_DROP)
        cp_buffer_add_string(buffer,
                             "  to allow it, set option endpoint_to_host_action to Accept, "
                             "as defaultEndpointToHostAction in a FelixConfiguration does\n");
    if (!stage->decided)
        return;
    if (stage->hit.tier == CP_NONE)
        print_for_profiles(scene, stage, buffer);
    else if (stage->hit.rule < 0)
        print_for_tier_end(scene, stage, buffer);
    else
        print_for_rule(scene, stage, buffer);
}
