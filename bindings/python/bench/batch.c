/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a batch takes in C, for bench.py to compare with.
 *
 * usage: batch POLICIES FLOWS ROUNDS
 *
 * FLOWS is a file of struct calpol_flow. Prints the nanoseconds of CPU time of the fastest of so
 * many rounds: with an array for the verdicts that is there, and with a new one.
 */
#include <calpol/calpol.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static void check(bool good, const char *what)
{
    if (good)
        return;
    fprintf(stderr, "batch: %s\n", what);
    exit(EXIT_FAILURE);
}

static calpol_ruleset *load(const char *path)
{
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader = NULL;

    check(calpol_loader_new(NULL, &loader) == CALPOL_OK, "no loader");
    calpol_loader_add_path(loader, path);
    check(calpol_loader_finish(loader, &ruleset, NULL) == CALPOL_OK, "the policies do not load");
    calpol_loader_free(loader);
    return ruleset;
}

static struct calpol_flow *read_flows(const char *path, size_t *out_count)
{
    FILE *file = fopen(path, "rb");
    struct calpol_flow *flows;
    long size;

    check(file && fseek(file, 0, SEEK_END) == 0, "no flows");
    size = ftell(file);
    rewind(file);
    *out_count = (size_t)size / sizeof(*flows);
    flows = malloc((size_t)size);
    check(flows && fread(flows, 1, (size_t)size, file) == (size_t)size, "the flows cannot be read");
    fclose(file);
    return flows;
}

static long long nanoseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static long long judge(const calpol_ruleset *ruleset,
                       const struct calpol_flow *flows,
                       size_t count,
                       struct calpol_verdict *kept)
{
    long long start = nanoseconds();
    struct calpol_verdict *verdicts = kept ? kept : calloc(count, sizeof(*verdicts));

    check(verdicts, "no memory");
    calpol_evaluate_batch(ruleset, flows, sizeof(*flows), count, verdicts, sizeof(*verdicts));
    if (!kept)
        free(verdicts);
    return nanoseconds() - start;
}

static void measure(const calpol_ruleset *ruleset,
                    const struct calpol_flow *flows,
                    size_t count,
                    struct calpol_verdict *kept,
                    int rounds)
{
    long long best = 0;

    for (int round = 0; round < rounds; round++) {
        long long taken = judge(ruleset, flows, count, kept);

        if (!round || taken < best)
            best = taken;
    }
    printf("%lld\n", best);
}

int main(int argc, char **argv)
{
    struct calpol_verdict *verdicts;
    struct calpol_flow *flows;
    calpol_ruleset *ruleset;
    size_t count;

    check(argc == 4, "usage: batch POLICIES FLOWS ROUNDS");
    ruleset = load(argv[1]);
    flows = read_flows(argv[2], &count);
    verdicts = calloc(count, sizeof(*verdicts));
    check(verdicts, "no memory");
    measure(ruleset, flows, count, verdicts, atoi(argv[3]));
    measure(ruleset, flows, count, NULL, atoi(argv[3]));
    free(verdicts);
    free(flows);
    calpol_ruleset_unref(ruleset);
    return EXIT_SUCCESS;
}
