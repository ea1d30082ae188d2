/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Texts that are meant to hurt, each in two sizes: is a text judged in time that grows with its
 * length, and on a small stack?
 *
 * usage: hostile [--quick] [NAME...]
 *
 * Loads run as `calpol check` does them, advice included. Of each series there is a text of one
 * mebibyte and one of two. What is measured is CPU time, the best of three, and how much of a painted
 * stack was written to. Ends with 1 if a series takes more than a second for the first, more than 2.3
 * times as long for the second, or more than 64 KiB of stack.
 *
 * --quick is a test for every day, on machines that do other things besides: the texts are a 32nd and
 * eight times that, and may take 24 times as long, where what is quadratic takes 64 times.
 */
#include "calpol/calpol.h"

#include <malloc.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define STACK_BYTES ((size_t)1 << 20)
#define STACK_LIMIT ((size_t)64 << 10)
#define SECONDS_LIMIT 1.0
#define RATIO_LIMIT 2.3
#define QUICK_RATIO_LIMIT 24.0
#define PAINT 0xa5

/* Below this, times are those of the clock and not of the text. */
#define SHORTEST_SECONDS 0.02

/* A text: head, the first unit as often as it takes, between, the second as often, tail. "$" in a
   unit is its number, "@" a word and "~" two groups of an IPv6 address that are different for each
   number and have no common beginning. */
struct series {
    const char *name;
    const char *head, *unit, *between, *second, *tail;
    uint32_t flags;
    bool
        is_product; /* each of the first units has to do with each of the second: four times as much of
                        twice the text. The load has a limit for that; here it is how long one mebibyte
                        takes that counts. */
};

#define NP(name)                                                                                   \
    "apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: " name "}\n"
#define GNP(name)                                                                                  \
    "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: " name "}\n"
#define KNP(name)                                                                                  \
    "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " name "}\n"
#define POD(name, labels)                                                                          \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: " name ", labels: {" labels "}}\n"
#define RULE NP("p") "spec:\n  ingress:\n  - action: Allow\n    protocol: TCP\n    "

static const struct series all[] = {
    /* The text itself. */
    {.name = "blanks", .unit = " "},
    {.name = "line-feeds", .unit = "\n"},
    {.name = "comments", .unit = "# comment\n"},
    {.name = "ignore-comments",
     .unit = "# calpol: ignore type\n",
     .tail = NP("p") "spec: {tier: t}\n"},
    {.name = "one-line-of-ignore-comments",
     .head = NP("p") "spec: {tier: t} ",
     .unit = "# calpol: ignore type "},
    {.name = "long-scalar", .head = "a: ", .unit = "x"},
    {.name = "long-quoted", .head = "a: \"", .unit = "\\u00e9\\n", .tail = "\"\n"},
    {.name = "long-block", .head = "a: |\n", .unit = "  line\n"},
    {.name = "long-key", .unit = "k", .tail = ": 1\n"},
    {.name = "multi-byte", .head = "a: ", .unit = "\xf0\x9f\x98\x80"},
    {.name = "broken-utf8", .head = "a: ", .unit = "\xff"},
    {.name = "tags", .unit = "- !a b\n"},
    {.name = "json-string", .head = "{\"a\": \"", .unit = "\\ud83d\\ude00", .tail = "\"}"},
    {.name = "json-numbers", .head = "[", .unit = "1e1,", .tail = "1]"},

    /* Depth. */
    {.name = "brackets", .unit = "["},
    {.name = "closed-brackets", .unit = "[", .second = "]"},
    {.name = "braces", .unit = "{a: ", .second = "}"},
    {.name = "json-brackets", .head = "{\"a\":", .unit = "[", .second = "]", .tail = "}"},
    {.name = "dashes", .unit = "- "},
    {.name = "question-marks", .unit = "? "},
    {.name = "lists", .unit = "{apiVersion: v1, kind: List, items: [", .second = "]}"},
    {.name = "stored-brackets",
     .head =
         "apiVersion: crd.projectcalico.org/v1\nkind: Tier\nmetadata:\n  name: t\n  annotations: "
         "{projectcalico.org/metadata: '",
     .unit = "[",
     .tail = "'}\n"},

    /* Anchors. */
    {.name = "anchors", .unit = "- &a$ x\n"},
    {.name = "one-anchor", .unit = "- &a x\n"},
    {.name = "aliases", .head = "- &a x\n", .unit = "- *a\n"},
    {.name = "anchors-and-aliases", .unit = "- &a$ x\n", .second = "- *a$\n"},
    {.name = "alias-bombs",
     .unit = "a: &a [x, x, x, x, x, x, x, x]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a]\n"
             "c: &c [*b, *b, *b, *b, *b, *b, *b, *b]\nd: &d [*c, *c, *c, *c, *c, *c, *c, *c]\n"
             "e: &e [*d, *d, *d, *d, *d, *d, *d, *d]\nf: &f [*e, *e, *e, *e, *e, *e, *e, *e]\n"
             "g: &g [*f, *f, *f, *f, *f, *f, *f, *f]\n---\n"},
    {.name = "alias-of-much",
     .head = "- &a [",
     .unit = "x, ",
     .between = "]\n",
     .second = "- *a\n"},
    {.name = "merges", .head = "- &a {k: v}\n", .unit = "- {<<: *a, b: c}\n"},
    {.name = "merges-of-much",
     .head = "- &a {",
     .unit = "k$: v, ",
     .between = "}\n",
     .second = "- {<<: *a}\n"},
    {.name = "merge-of-many", .head = "- &a {k: v}\n- {<<: [", .unit = "*a, ", .tail = "*a]}\n"},

    /* Keys. */
    {.name = "keys", .unit = "key$: 1\n"},
    {.name = "equal-keys", .unit = "key: 1\n"},
    {.name = "keys-that-are-no-text", .unit = "$: 1\n"},
    {.name = "unknown-fields", .head = NP("p") "spec:\n", .unit = "  field$: 1\n"},
    {.name = "json-keys", .head = "{", .unit = "\"key$\": 1,", .tail = "\"key\": 1}"},

    /* Documents and resources. */
    {.name = "documents", .unit = "---\na: 1\n"},
    {.name = "empty-documents", .unit = "---\n"},
    {.name = "json-documents", .unit = "{}\n"},
    {.name = "list-of-nothing", .unit = "- 1\n"},
    {.name = "unknown-kinds", .unit = "- {apiVersion: projectcalico.org/v3, kind: Kind$}\n"},
    {.name = "ignored-kinds", .unit = "- {apiVersion: v$, kind: Kind$}\n"},
    {.name = "namespaces", .unit = "- {apiVersion: v1, kind: Namespace, metadata: {name: n$}}\n"},
    {.name = "equal-namespaces",
     .unit = "- {apiVersion: v1, kind: Namespace, metadata: {name: n}}\n"},
    {.name = "pods", .unit = POD("p$", "app: web") "---\n"},
    {.name = "pods-of-namespaces",
     .unit =
         "- {apiVersion: v1, kind: Pod, metadata: {name: p, namespace: n$, labels: {a: '$'}}}\n"},
    {.name = "tiers",
     .unit = "- {apiVersion: projectcalico.org/v3, kind: Tier, metadata: {name: t$}, spec: {order: "
             "$}}\n"},
    {.name = "policies", .unit = NP("p$") "spec: {ingress: [{action: Allow}]}\n---\n"},
    {.name = "policies-in-tiers", .unit = NP("p$") "spec: {tier: t$, types: [Ingress]}\n---\n"},
    {.name = "policies-and-pods",
     .unit = POD("p$", "app: '$'") "---\n",
     .second = GNP("g$") "spec: {selector: app == '$', types: [Ingress]}\n---\n"},
    {.name = "policies-for-all-pods",
     .unit = POD("p$", "app: '$'") "---\n",
     .second = GNP("g$") "spec: {namespaceSelector: all(), types: [Ingress]}\n---\n"},
    {.name = "selectors-for-all-pods",
     .is_product = true,
     .unit = POD("p$", "app: '$'") "---\n",
     .second = GNP("g$") "spec: {selector: \"has(app) || has(b$)\", types: [Ingress]}\n---\n"},
    {.name = "selectors-for-no-pod",
     .is_product = true,
     .unit = POD("p$", "app: '$'") "---\n",
     .second = GNP("g$") "spec: {selector: \"has(app) && !has(app) || has(b$)\", types: "
                         "[Ingress]}\n---\n"},
    {.name = "peers-of-all-pods",
     .is_product = true,
     .unit = POD("p$", "app: '$'") "---\n",
     .second = GNP("g$") "spec: {selector: has(x), ingress: [{action: Allow, source: {selector: "
                         "\"app != '$'\"}}]}\n---\n"},
    {.name = "workloads",
     .unit = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: d$}\nspec: {replicas: 1, "
             "template: {metadata: {labels: {a: '$'}}}}\n---\n"},
    {.name = "services",
     .unit =
         "apiVersion: v1\nkind: Service\nmetadata: {name: s$}\nspec: {selector: {app: '$'}, ports: "
         "[{port: 80}]}\n---\n",
     .second = POD("p$", "app: '$'") "---\n"},
    {.name = "services-of-all",
     .unit =
         "apiVersion: v1\nkind: Service\nmetadata: {name: s$}\nspec: {selector: {app: web}, ports: "
         "[{port: 80}]}\n---\n",
     .tail = POD("p", "app: web")},
    {.name = "slices",
     .unit = "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: e$, labels: "
             "{kubernetes.io/service-name: s$}}\naddressType: IPv4\nendpoints: [{addresses: "
             "[10.0.0.1]}]\n"
             "---\n"},
    {.name = "network-sets",
     .unit = "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: s$, "
             "labels: {a: "
             "'$'}}\nspec: {nets: [10.0.0.0/8]}\n---\n"},
    {.name = "host-endpoints",
     .unit = "apiVersion: projectcalico.org/v3\nkind: HostEndpoint\nmetadata: {name: h$}\nspec: "
             "{node: n$, "
             "interfaceName: eth0, profiles: [gone]}\n---\n"},
    {.name = "priorities",
     .head = POD("p", "app: web") "---\n",
     .unit = "apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: "
             "{name: "
             "c$}\nspec: {tier: Admin, priority: 5, subject: {namespaces: {}}, ingress: [{action: "
             "Deny, "
             "from: [{namespaces: {}}]}]}\n---\n"},
    {.name = "host-pods-and-peers",
     .unit =
         "apiVersion: v1\nkind: Pod\nmetadata: {name: p$, labels: {a: '$'}}\nspec: {hostNetwork: "
         "true}\n---\n",
     .second =
         KNP("k$") "spec: {podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {a: "
                   "x$}}}]}]}\n---\n",
     .tail = POD("web", "app: web")},

    /* Lists of a policy. */
    {.name = "rules", .head = NP("p") "spec:\n  ingress:\n", .unit = "  - {action: Allow}\n"},
    {.name = "wrong-rules",
     .head = NP("p") "spec:\n  ingress:\n",
     .unit = "  - {action: Permit}\n"},
    {.name = "wrong-rules-in-a-line",
     .head = NP("p") "spec: {ingress: [",
     .unit = "{action: Permit}, ",
     .tail = "]}\n"},
    {.name = "ports", .head = RULE "destination:\n      ports:\n", .unit = "      - 80\n"},
    {.name = "port-names", .head = RULE "destination:\n      ports:\n", .unit = "      - a@\n"},
    {.name = "nets", .head = RULE "source:\n      nets:\n", .unit = "      - fd00::~/128\n"},
    {.name = "equal-nets", .head = RULE "source:\n      nets:\n", .unit = "      - 10.0.0.0/8\n"},
    {.name = "set-nets",
     .head =
         "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: s}\nspec:\n"
         "  nets:\n",
     .unit = "  - fd00::~/128\n"},
    {.name = "domains",
     .head = NP("p") "spec:\n  egress:\n  - action: Allow\n    destination:\n      domains:\n",
     .unit = "      - d@.example.com\n"},
    {.name = "service-accounts",
     .head = RULE "source:\n      serviceAccounts:\n        names:\n",
     .unit = "        - a@\n"},
    {.name = "http-paths", .head = RULE "http:\n      paths:\n", .unit = "      - {exact: /$}\n"},
    {.name = "peers",
     .head = KNP("k") "spec:\n  podSelector: {}\n  ingress:\n  - from:\n",
     .unit = "    - {namespaceSelector: {}}\n    - {podSelector: {}}\n"},
    {.name = "peers-and-ports",
     .head = KNP("k") "spec:\n  podSelector: {}\n  ingress:\n  - from:\n",
     .unit = "    - {podSelector: {matchLabels: {a: '$'}}}\n",
     .between = "    ports:\n",
     .second = "    - {port: $}\n"},
    {.name = "excepts",
     .head =
         KNP("k") "spec:\n  podSelector: {}\n  ingress:\n  - from:\n    - ipBlock:\n        cidr: "
                  "10.0.0.0/8\n        except:\n",
     .unit = "        - 10.0.0.1/32\n"},

    /* Labels and selectors. */
    {.name = "labels",
     .head = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  labels:\n",
     .unit = "    l$: v\n"},
    {.name = "annotations",
     .head = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n",
     .unit = "    l$: v\n"},
    {.name = "long-selector",
     .head = GNP("g") "spec:\n  selector: ",
     .unit = "a == 'x' || ",
     .tail = "b == 'y'\n"},
    {.name = "long-conjunction",
     .head = GNP("g") "spec:\n  selector: ",
     .unit = "a@ != 'x' && ",
     .tail = "b == 'y'\n"},
    {.name = "nested-selector",
     .head = GNP("g") "spec:\n  selector: ",
     .unit = "(",
     .between = "a == 'x'",
     .second = ")",
     .tail = "\n"},
    {.name = "negated-selector",
     .head = GNP("g") "spec:\n  selector: \"",
     .unit = "!",
     .tail = "has(a)\"\n"},
    {.name = "set-selector",
     .head = GNP("g") "spec:\n  selector: a in {",
     .unit = "'$', ",
     .tail = "'x'}\n"},
    {.name = "broken-selector",
     .head = GNP("g") "spec:\n  selector: \"",
     .unit = "has(",
     .tail = "\"\n"},
    {.name = "label-selector",
     .head = KNP("k") "spec:\n  podSelector:\n    matchLabels:\n",
     .unit = "      l$: v\n"},
    {.name = "expressions",
     .head = KNP("k") "spec:\n  podSelector:\n    matchExpressions:\n",
     .unit = "    - {key: a, operator: In, values: [x]}\n"},
    {.name = "expression-values",
     .head =
         KNP("k") "spec:\n  podSelector:\n    matchExpressions:\n    - key: a\n      operator: In\n"
                  "      values:\n",
     .unit = "      - v@\n",
     .between = "    - key: a\n      operator: NotIn\n      values:\n",
     .second = "      - v@\n"},
};

enum { SERIES_COUNT = sizeof(all) / sizeof(all[0]) };

/* ---- texts ---- */

struct text {
    char *data;
    size_t length, capacity;
};

static void add(struct text *text, const char *part, size_t length)
{
    if (text->length + length > text->capacity) {
        text->capacity = (text->length + length) * 2;
        text->data = realloc(text->data, text->capacity);
        if (!text->data)
            abort();
    }
    memcpy(text->data + text->length, part, length);
    text->length += length;
}

static void add_string(struct text *text, const char *part)
{
    if (part)
        add(text, part, strlen(part));
}

static void add_unit(struct text *text, const char *unit, unsigned number)
{
    const unsigned scattered = number * 2654435761u;
    char word[32];

    for (; *unit; unit++) {
        switch (*unit) {
        case '$':
            snprintf(word, sizeof(word), "%u", number);
            break;
        case '@':
            snprintf(word, sizeof(word), "%x", scattered);
            break;
        case '~':
            snprintf(word, sizeof(word), "%x:%x", scattered >> 16, scattered & 0xffff);
            break;
        default:
            snprintf(word, sizeof(word), "%c", *unit);
            break;
        }
        add_string(text, word);
    }
}

/* As many units as make a number of bytes; returns how many those were. */
static unsigned add_units(struct text *text, const char *unit, size_t size)
{
    size_t end = text->length + size;
    unsigned count = 0;

    while (text->length < end)
        add_unit(text, unit, count++);
    return count;
}

/* Where the second unit closes what the first opens, there are as many of both. */
static bool is_pair(const struct series *series)
{
    return series->second &&
           (series->second[0] == ']' || series->second[0] == '}' || series->second[0] == ')');
}

static void make_text(const struct series *series, size_t size, struct text *text)
{
    size_t first = series->second ? size / 2 : size;
    unsigned count;

    add_string(text, series->head);
    count = add_units(text, series->unit, is_pair(series) ? size * 2 / 3 : first);
    add_string(text, series->between);
    if (is_pair(series))
        for (unsigned i = 0; i < count; i++)
            add_string(text, series->second);
    else if (series->second)
        add_units(text, series->second, size - first);
    add_string(text, series->tail);
}

/* ---- loads ---- */

struct load {
    const struct text *text;
    uint32_t flags;
    double seconds;
    size_t errors, warnings;
};

static double now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void *run_load(void *argument)
{
    struct load *load = argument;
    struct calpol_load_options options;
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader = NULL;
    double start = now();

    calpol_load_options_init(&options, sizeof(options));
    options.flags = load->flags;
    options.max_diagnostics = 10000; /* as calpol check has it */
    if (calpol_loader_new(&options, &loader) != CALPOL_OK ||
        calpol_loader_add_text(loader, "hostile", load->text->data, load->text->length) !=
            CALPOL_OK)
        abort();
    calpol_loader_finish(loader, &ruleset, &diagnostics);
    load->errors = calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_ERROR);
    load->warnings = calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_WARNING);
    calpol_diagnostics_free(diagnostics);
    calpol_ruleset_unref(ruleset);
    calpol_loader_free(loader);
    load->seconds = now() - start;
    return NULL;
}

/* Runs a load on a stack of its own; returns how much of that was used. */
static size_t run_on_stack(struct load *load)
{
    unsigned char *stack;
    pthread_attr_t attributes;
    pthread_t thread;
    size_t untouched = 0;

    if (posix_memalign((void **)&stack, 4096, STACK_BYTES))
        abort();
    memset(stack, PAINT, STACK_BYTES);
    pthread_attr_init(&attributes);
    if (pthread_attr_setstack(&attributes, stack, STACK_BYTES) ||
        pthread_create(&thread, &attributes, run_load, load) || pthread_join(thread, NULL))
        abort();
    pthread_attr_destroy(&attributes);
    while (untouched < STACK_BYTES && stack[untouched] == PAINT)
        untouched++;
    free(stack);
    return STACK_BYTES - untouched;
}

/* How much is asked. */
struct mode {
    size_t size;
    size_t growth; /* the larger text has so many times the size */
    int repeats;
    double ratio_limit;
};

static const struct mode full = {(size_t)1 << 20, 2, 3, RATIO_LIMIT};
static const struct mode quick = {(size_t)1 << 15, 8, 1, QUICK_RATIO_LIMIT};

struct result {
    double seconds[2]; /* of the smaller text, the larger one */
    size_t stack;
    size_t errors, warnings; /* of the smaller text */
};

static void measure(const struct mode *mode,
                    const struct series *series,
                    uint32_t flags,
                    size_t size,
                    int which,
                    struct result *result)
{
    struct text text = {.data = NULL};
    struct load load = {.text = &text, .flags = flags};

    make_text(series, size, &text);
    for (int i = 0; i < mode->repeats; i++) {
        size_t stack;

        malloc_trim(0);
        stack = run_on_stack(&load);

        if (stack > result->stack)
            result->stack = stack;
        if (load.seconds < result->seconds[which])
            result->seconds[which] = load.seconds;
        /* Once is enough to see that it is too slow. */
        if (load.seconds > 4 * SECONDS_LIMIT)
            break;
    }
    if (which == 0) {
        result->errors = load.errors;
        result->warnings = load.warnings;
    }
    free(text.data);
}

static bool is_good(const struct mode *mode,
                    const struct series *series,
                    const struct result *result)
{
    double ratio = result->seconds[1] / result->seconds[0];

    if (series->is_product)
        ratio /= (double)mode->growth;

    return result->seconds[0] <= SECONDS_LIMIT &&
           (ratio <= mode->ratio_limit || result->seconds[1] < SHORTEST_SECONDS) &&
           result->stack <= STACK_LIMIT;
}

static bool run_series(const struct mode *mode, const struct series *series, uint32_t flags)
{
    struct result result = {.seconds = {1e9, 1e9}};
    bool good = false;

    /* More than once, for the machine may have been busy with something else. */
    for (int i = 0; i < 4 && !good; i++) {
        measure(mode, series, flags, mode->size, 0, &result);
        measure(mode, series, flags, mode->size * mode->growth, 1, &result);
        good = is_good(mode, series, &result);
    }
    printf("%-28s %-8s %8.1f ms %8.1f ms  x%4.2f  %5zu KiB stack  %7zu errors %7zu warnings%s\n",
           series->name, flags & CALPOL_LOAD_LENIENT ? "lenient" : "strict",
           result.seconds[0] * 1e3, result.seconds[1] * 1e3, result.seconds[1] / result.seconds[0],
           result.stack >> 10, result.errors, result.warnings, good ? "" : "  TOO MUCH");
    fflush(stdout);
    return good;
}

/* Without names, all. */
static bool is_asked(const struct series *series, int name_count, char **names)
{
    for (int i = 0; i < name_count; i++)
        if (strcmp(names[i], series->name) == 0)
            return true;
    return name_count == 0;
}

int main(int argument_count, char **arguments)
{
    bool is_quick = argument_count > 1 && strcmp(arguments[1], "--quick") == 0;
    const struct mode *mode = is_quick ? &quick : &full;
    int skipped = is_quick ? 2 : 1, bad = 0, count = 0;

    /* Every load begins with no memory, as that of a new process does. What malloc happens to keep
       of the load before would make small texts faster than they are, and not large ones. */
    mallopt(M_MMAP_THRESHOLD, 128 << 10);
    for (size_t i = 0; i < SERIES_COUNT; i++) {
        if (!is_asked(&all[i], argument_count - skipped, arguments + skipped))
            continue;
        bad += !run_series(mode, &all[i], CALPOL_LOAD_LINT);
        bad += !run_series(mode, &all[i], CALPOL_LOAD_LINT | CALPOL_LOAD_LENIENT);
        count += 2;
    }
    printf("%d passed, %d failed\n", count - bad, bad);
    return bad ? 1 : 0;
}
