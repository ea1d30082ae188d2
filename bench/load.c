/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A load as calpol_loader_finish() does it, with a look at the clock in between.
 */
#include "load.h"

#include "measure.h"

#include "api/loader.h"
#include "compile/compile.h"
#include "ruleset/ruleset.h"

#include <stdio.h>
#include <stdlib.h>

/* What the library allows itself if nobody says otherwise. */
#define USUAL_BYTES ((uint64_t)1 << 30)
#define USUAL_WORK ((uint64_t)1 << 28)

/* ---- Counting -------------------------------------------------------------------------------- */

/* Bytes in use, and the most that ever were; outlives the rulesets that are allocated with it. */
static struct usage {
    size_t now, most;
} usage;

static void count(size_t more, size_t less)
{
    usage.now += more - less;
    if (usage.now > usage.most)
        usage.most = usage.now;
}

static void *allocate(void *context, size_t size)
{
    (void)context;
    count(size, 0);
    return malloc(size);
}

static void *resize(void *context, void *pointer, size_t old_size, size_t new_size)
{
    (void)context;
    count(new_size, old_size);
    return realloc(pointer, new_size);
}

static void release(void *context, void *pointer, size_t size)
{
    (void)context;
    if (pointer)
        count(0, size);
    free(pointer);
}

static const struct calpol_allocator counting = {allocate, resize, release, NULL};

/* ---- Loading --------------------------------------------------------------------------------- */

struct job {
    struct cluster *cluster;
    enum effort effort;
};

static int compile(struct calpol_loader *loader,
                   struct calpol_diagnostics *list,
                   struct cp_collection *collection,
                   const struct job *job)
{
    struct cp_program_limits limits = cp_program_no_limits;
    const struct cp_compile_input input = {
        .collection = collection,
        .work = &loader->work,
        .diagnostics = list,
        .programs = &limits,
        .options = loader->evaluation,
    };

    if (job->effort == EFFORT_USUAL) {
        limits.max_bytes = USUAL_BYTES;
        limits.max_work = USUAL_WORK;
    }
    return cp_compile(&input, job->cluster->ruleset);
}

static int run(struct calpol_loader *loader, struct calpol_diagnostics *list, void *context)
{
    const struct job *job = context;
    struct cp_collection *collection;
    uint64_t start = busy(), middle;
    int status;

    job->cluster->ruleset = cp_ruleset_new(&loader->allocator);
    if (!job->cluster->ruleset)
        return CALPOL_ERROR_NO_MEMORY;
    status = cp_loader_read(loader, list, &job->cluster->ruleset->names, &collection);
    middle = busy();
    if (!status)
        status = compile(loader, list, collection, job);
    job->cluster->read = (double)(middle - start) / 1e6;
    job->cluster->compile = (double)(busy() - middle) / 1e6;
    return cp_loader_end(list, status);
}

struct cluster load_cluster(struct text *text, enum effort effort)
{
    struct cluster cluster = {.text_bytes = text->length};
    struct job job = {&cluster, effort};
    struct calpol_load_options options;
    calpol_diagnostics *diagnostics = NULL;
    calpol_loader *loader = NULL;
    int status;

    calpol_load_options_init(&options, sizeof(options));
    options.max_bytes = 0;
    options.max_total_bytes = 0;
    options.allocator = &counting;
    usage.most = usage.now;
    calpol_loader_new(&options, &loader);
    calpol_loader_add_text(loader, "generated", text->data, text->length);
    text_free(text);
    status = cp_loader_run(loader, run, &job, &diagnostics);
    if (status) {
        struct calpol_diagnostic item = {.message = calpol_status_text(status)};

        calpol_diagnostics_get(diagnostics, 0, &item, sizeof(item));
        fprintf(stderr, "the cluster does not load: %s %s\n", item.path, item.message);
        exit(EXIT_FAILURE);
    }
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
    cluster.most_bytes = usage.most;
    return cluster;
}

void free_cluster(struct cluster *cluster)
{
    calpol_ruleset_unref(cluster->ruleset);
    cluster->ruleset = NULL;
}

static double part(double whole, uint32_t count)
{
    return whole / (count ? count : 1);
}

void print_cluster(const char *name, const struct cluster *cluster)
{
    const calpol_ruleset *ruleset = cluster->ruleset;
    const struct cp_programs *programs = ruleset->programs;
    double megabytes = (double)cluster->text_bytes / 1e6, total = (double)ruleset->arena.total;

    printf(
        "  %s: %u endpoints, %u policies, %u rules, %u network sets; %.1f MB of YAML read in %.0f "
        "ms (%.0f MB/s), compiled in %.0f ms\n",
        name, ruleset->workload_count, ruleset->policy_count, ruleset->rule_count,
        ruleset->network_set_count, megabytes, cluster->read, megabytes / cluster->read * 1e3,
        cluster->compile);
    printf("  %u classes, %u programs (%u with vectors, %u left out): %.1f MB, %.0f B a program; "
           "ruleset %.1f MB: %.0f B an endpoint, %.0f B a rule, %.0f B a policy; at most %.0f MB "
           "while it was made\n\n",
           programs->class_count, programs->program_count, programs->vectors_count,
           programs->left_out, (double)programs->bytes / 1e6,
           part((double)programs->bytes, programs->program_count), total / 1e6,
           part(total, ruleset->workload_count), part(total, ruleset->rule_count),
           part(total, ruleset->policy_count), (double)cluster->most_bytes / 1e6);
    fflush(stdout);
}
