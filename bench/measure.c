/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Loops around the functions measured, on the clock of the process. Each is run several times, and
 * the fastest run counts: what else the machine does only ever adds.
 */
#include "measure.h"

#include "text.h"

#include <stdlib.h>
#include <time.h>

#define RUNS 15
#define AT_LEAST 300000000u /* nanoseconds of all runs, if the flows are not enough */
#define ENOUGH 600000000u   /* then no further run begins */

uint64_t now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

uint64_t busy(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int compare(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

static double middle(double *values, size_t count, double part)
{
    qsort(values, count, sizeof(*values), compare);
    return values[(size_t)((double)(count - 1) * part)];
}

/* Zero, but no compiler can know. */
static volatile uint32_t none;

static uint32_t ask_ruleset(const void *context, const struct calpol_flow *flow)
{
    struct calpol_verdict verdict;

    calpol_evaluate(context, flow, sizeof(*flow), &verdict, sizeof(verdict));
    return verdict.egress.policy + verdict.ingress.policy;
}

double measure_function(ask_flow *ask,
                        const void *context,
                        const struct calpol_flow *flows,
                        uint32_t count)
{
    uint64_t whole = 0;
    double best = 0;

    for (int run = 0; run < RUNS && whole < ENOUGH; run++) {
        uint64_t start = busy(), end = start, asked = 0;
        uint32_t zero = 0, mask = none;

        while (end - start < AT_LEAST / RUNS && asked < 50 * (uint64_t)count) {
            uint32_t chunk = count < 256 ? count : 256;

            for (uint32_t i = 0; i < chunk; i++)
                zero = ask(context, &flows[((asked + i) & (count - 1)) + zero]) & mask;
            asked += chunk;
            end = busy();
        }
        whole += end - start;
        if (!run || (double)(end - start) / (double)asked < best)
            best = (double)(end - start) / (double)asked;
    }
    return best;
}

/* Half of the calls in between cost one reading of the clock. */
static void measure_single(const calpol_ruleset *ruleset,
                           const struct calpol_flow *flows,
                           uint32_t count,
                           struct timings *timings)
{
    uint32_t samples = count < 200000 ? 200000 : count;
    double *values = need(samples, sizeof(*values)), clock_cost;
    struct calpol_verdict verdict;

    for (uint32_t i = 0; i < samples; i++) {
        uint64_t start = now();

        values[i] = (double)(now() - start);
    }
    clock_cost = middle(values, samples, 0.5);
    for (uint32_t i = 0; i < samples; i++) {
        uint64_t start = now();

        calpol_evaluate(ruleset, &flows[i & (count - 1)], sizeof(*flows), &verdict,
                        sizeof(verdict));
        values[i] = (double)(now() - start) - clock_cost;
    }
    timings->median = middle(values, samples, 0.5);
    timings->late = middle(values, samples, 0.99);
    free(values);
}

static double measure_batch(const calpol_ruleset *ruleset,
                            const struct calpol_flow *flows,
                            uint32_t count,
                            uint32_t size)
{
    struct calpol_verdict *verdicts = need(size, sizeof(*verdicts));
    double means[RUNS];

    for (int run = 0; run < RUNS; run++) {
        uint64_t start = busy(), end = start, asked = 0;

        while (end - start < AT_LEAST / RUNS && asked < 50 * (uint64_t)count) {
            for (uint32_t i = 0; i < 4096 && i < count; i += size)
                calpol_evaluate_batch(ruleset, &flows[(asked + i) & (count - 1)], sizeof(*flows),
                                      size, verdicts, sizeof(*verdicts));
            asked += count < 4096 ? count : 4096;
            end = busy();
        }
        means[run] = (double)(end - start) / (double)asked;
    }
    free(verdicts);
    return middle(means, RUNS, 0);
}

struct timings measure(const calpol_ruleset *ruleset,
                       const struct calpol_flow *flows,
                       uint32_t count)
{
    struct timings timings;

    timings.dependent = measure_function(ask_ruleset, ruleset, flows, count);
    measure_single(ruleset, flows, count, &timings);
    timings.batch16 = measure_batch(ruleset, flows, count, 16);
    timings.batch1024 = measure_batch(ruleset, flows, count, 1024);
    return timings;
}

#define LINE 64u

double measure_chase(size_t bytes)
{
    size_t count = bytes / LINE < 2 ? 2 : bytes / LINE, steps = 2000000, at = 0;
    unsigned char *memory = need(count + 1, LINE);
    size_t *order = need(count, sizeof(*order));
    uint64_t seed = 1, start, end;

    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count - 1; i > 0; i--) {
        size_t other = (size_t)below(&seed, UINT32_MAX) % (i + 1), swap = order[i];

        order[i] = order[other];
        order[other] = swap;
    }
    for (size_t i = 0; i < count; i++)
        *(size_t *)(void *)(memory + order[i] * LINE) = order[(i + 1) % count];
    for (size_t i = 0; i < count; i++)
        at = *(volatile size_t *)(void *)(memory + at * LINE);
    start = busy();
    for (size_t i = 0; i < steps; i++)
        at = *(volatile size_t *)(void *)(memory + at * LINE);
    end = busy();
    free(memory);
    free(order);
    return (double)(end - start) / (double)steps;
}
