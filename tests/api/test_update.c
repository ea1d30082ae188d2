/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An updated ruleset is what a load of all remaining documents gives: random changes of random
 * clusters, compared by verdicts, traces and diagnostics.
 */
#include "calpol/calpol.h"

#include "ruleset/ruleset.h"
#include "support/clusters.h"
#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/sessions.h"
#include "support/snippets.h"
#include "support/suite.h"

#include <stdio.h>

#define SEQUENCES 60u
#define STEPS 8u
#define FLOWS 60u
#define MOST_DOCUMENTS 96u
#define MOST_CHANGES 4u

/* ---- Documents ------------------------------------------------------------------------------- */

struct document {
    struct cp_text text;
    char kind[48], namespace_name[16], name[16];
    char source[16];
};

struct documents {
    struct document items[MOST_DOCUMENTS];
    uint32_t count;
};

/* The word behind a key of the first lines; empty if there is none. */
static void find_word(struct cp_text text, const char *key, char *out_word, size_t size)
{
    size_t length = strlen(key), used = 0;

    for (size_t i = 0; i + length < text.length; i++) {
        if (memcmp(text.data + i, key, length) != 0)
            continue;
        for (i += length; i < text.length && strchr("\n,} ", text.data[i]) == NULL; i++) {
            ck_assert_uint_lt(used, size - 1);
            out_word[used++] = text.data[i];
        }
        break;
    }
    out_word[used] = '\0';
}

static struct cp_text head_of(struct cp_text text)
{
    uint32_t lines = 0;
    size_t end = 0;

    while (end < text.length && lines < 3)
        lines += text.data[end++] == '\n';
    return cp_text_first(text, end);
}

static void add_document(struct documents *documents, struct cp_text text, uint32_t *source_count)
{
    struct document *document = &documents->items[documents->count++];
    struct cp_text head = head_of(text);
    char kind[32], version[64];

    ck_assert_uint_le(documents->count, MOST_DOCUMENTS);
    document->text = text;
    find_word(head, "apiVersion: ", version, sizeof(version));
    find_word(head, "\nkind: ", kind, sizeof(kind));
    find_word(head, "{name: ", document->name, sizeof(document->name));
    find_word(head, " namespace: ", document->namespace_name, sizeof(document->namespace_name));
    snprintf(document->kind, sizeof(document->kind), "%s%s",
             strncmp(version, "projectcalico", 13) == 0 && strcmp(kind, "NetworkPolicy") == 0
                 ? "Calico"
                 : "",
             kind);
    snprintf(document->source, sizeof(document->source), "d%u", (*source_count)++);
}

/* A random cluster, each document by itself. */
static void make_documents(struct documents *documents,
                           struct cp_arena *arena,
                           uint64_t *seed,
                           uint32_t *source_count)
{
    struct cp_buffer buffer;
    struct cp_text rest;

    documents->count = 0;
    cp_buffer_init(&buffer, arena);
    write_random_cluster(&buffer, seed);
    rest = cp_buffer_text(&buffer);
    while (rest.length) {
        size_t end = 4;

        while (end < rest.length &&
               memcmp(rest.data + end - 1, "\n---\n", end + 4 <= rest.length ? 5 : 1) != 0)
            end++;
        if (end + 4 > rest.length)
            end = rest.length;
        add_document(documents, cp_text_from_byte(cp_text_first(rest, end), 4), source_count);
        rest = cp_text_from_byte(rest, end);
    }
}

static uint32_t find_document(const struct documents *documents, const struct document *like)
{
    for (uint32_t i = 0; i < documents->count; i++) {
        const struct document *document = &documents->items[i];

        if (strcmp(document->kind, like->kind) == 0 &&
            strcmp(document->namespace_name, like->namespace_name) == 0 &&
            strcmp(document->name, like->name) == 0)
            return i;
    }
    return documents->count;
}

static void remove_document(struct documents *documents, uint32_t index)
{
    for (uint32_t i = index + 1; i < documents->count; i++)
        documents->items[i - 1] = documents->items[i];
    documents->count--;
}

/* As an update does it: what was there goes, what is new comes last. */
static void put_document(struct documents *documents, const struct document *document)
{
    uint32_t index = find_document(documents, document);

    if (index < documents->count)
        remove_document(documents, index);
    ck_assert_uint_lt(documents->count, MOST_DOCUMENTS);
    documents->items[documents->count++] = *document;
}

/* ---- Loading --------------------------------------------------------------------------------- */

static calpol_loader *new_loader(void)
{
    struct calpol_load_options options;
    calpol_loader *loader;

    calpol_load_options_init(&options, sizeof(options));
    options.flags = CALPOL_LOAD_LENIENT | CALPOL_LOAD_UPDATABLE;
    ck_assert_int_eq(calpol_loader_new(&options, &loader), CALPOL_OK);
    return loader;
}

static void add_texts(calpol_loader *loader, const struct documents *documents)
{
    for (uint32_t i = 0; i < documents->count; i++)
        ck_assert_int_eq(calpol_loader_add_text(loader, documents->items[i].source,
                                                documents->items[i].text.data,
                                                documents->items[i].text.length),
                         CALPOL_OK);
}

static int load_all(const struct documents *documents,
                    calpol_ruleset **out_ruleset,
                    calpol_diagnostics **out_diagnostics)
{
    calpol_loader *loader = new_loader();
    int status;

    add_texts(loader, documents);
    status = calpol_loader_finish(loader, out_ruleset, out_diagnostics);
    calpol_loader_free(loader);
    return status;
}

/* ---- Comparing ------------------------------------------------------------------------------- */

static bool is_about(const struct documents *changes, const char *source)
{
    for (uint32_t i = 0; i < changes->count; i++) {
        if (strcmp(changes->items[i].source, source) == 0)
            return true;
    }
    return false;
}

/* The update says what the load says about the texts that changed. */
static void compare_diagnostics(const struct documents *changes,
                                const calpol_diagnostics *updated,
                                const calpol_diagnostics *loaded)
{
    size_t next = 0;
    struct calpol_diagnostic a, b;

    for (size_t i = 0; i < calpol_diagnostics_count(loaded); i++) {
        ck_assert_int_eq(calpol_diagnostics_get(loaded, i, &a, sizeof(a)), CALPOL_OK);
        if (a.severity != CALPOL_SEVERITY_ERROR && a.source[0] && !is_about(changes, a.source))
            continue;
        ck_assert_int_eq(calpol_diagnostics_get(updated, next++, &b, sizeof(b)), CALPOL_OK);
        ck_assert_str_eq(a.source, b.source);
        ck_assert_str_eq(a.message, b.message);
        ck_assert_uint_eq(a.code, b.code);
        ck_assert_uint_eq(a.line, b.line);
    }
    ck_assert_uint_eq(calpol_diagnostics_count(updated), next);
    ck_assert_uint_eq(calpol_diagnostics_source_count(updated), changes->count);
}

static void compare_traces(calpol_ruleset *updated, calpol_ruleset *loaded, uint32_t endpoint_count)
{
    for (uint32_t i = 0; i < endpoint_count; i++) {
        calpol_query *queries[2] = {new_query(updated), new_query(loaded)};
        calpol_trace *traces[2];
        struct calpol_endpoint_info info;

        ck_assert_int_eq(calpol_ruleset_endpoint(updated, i, &info, sizeof(info)), CALPOL_OK);
        for (int q = 0; q < 2; q++) {
            ck_assert_int_eq(calpol_query_set_source(queries[q], "ip:10.9.9.9"), CALPOL_OK);
            ck_assert_int_eq(calpol_query_set_destination(queries[q], info.reference), CALPOL_OK);
            (void)calpol_query_explain(queries[q], &traces[q]);
        }
        ck_assert_str_eq(calpol_trace_json(traces[0]), calpol_trace_json(traces[1]));
        ck_assert_str_eq(calpol_trace_text(traces[0]), calpol_trace_text(traces[1]));
        for (int q = 0; q < 2; q++) {
            calpol_trace_free(traces[q]);
            calpol_query_free(queries[q]);
        }
    }
}

static void compare_rulesets(calpol_ruleset *updated, calpol_ruleset *loaded, uint64_t *seed)
{
    struct calpol_counts counts, others;
    struct calpol_verdict verdicts[2][FLOWS], single;
    struct calpol_flow flows[FLOWS];
    int status;

    calpol_ruleset_counts(updated, &counts, sizeof(counts));
    calpol_ruleset_counts(loaded, &others, sizeof(others));
    ck_assert_uint_eq(counts.policies, others.policies);
    ck_assert_uint_eq(counts.rules, others.rules);
    ck_assert_uint_eq(counts.endpoints, others.endpoints);
    ck_assert_uint_eq(counts.tiers, others.tiers);
    ck_assert_uint_eq(counts.namespaces, others.namespaces);
    ck_assert_uint_eq(counts.dialect, others.dialect);
    for (uint32_t i = 0; i < FLOWS; i++)
        flows[i] = random_flow(seed, counts.endpoints);
    status =
        calpol_evaluate_batch(updated, flows, sizeof(*flows), FLOWS, verdicts[0], sizeof(single));
    ck_assert_int_eq(
        calpol_evaluate_batch(loaded, flows, sizeof(*flows), FLOWS, verdicts[1], sizeof(single)),
        status);
    ck_assert_mem_eq(verdicts[0], verdicts[1], sizeof(verdicts[0]));
    for (uint32_t i = 0; i < FLOWS; i++) {
        if (calpol_evaluate(updated, &flows[i], sizeof(*flows), &single, sizeof(single)) == 0)
            ck_assert_mem_eq(&single, &verdicts[1][i], sizeof(single));
    }
    compare_traces(updated, loaded, counts.endpoints);
}

/* ---- Sequences of changes -------------------------------------------------------------------- */

struct sequence {
    struct documents now, other; /* what there is; where changes are taken from */
    calpol_ruleset *ruleset;
    uint32_t source_count;
    uint32_t refused, quick;
    uint64_t seed;
    struct cp_arena arena;
};

static bool is_policy(const struct document *document)
{
    return strstr(document->kind, "NetworkPolicy") != NULL;
}

/* Any document, or the first policy behind it. */
static uint32_t choose_document(struct sequence *sequence,
                                const struct documents *documents,
                                bool policies_only)
{
    uint32_t index = random_below(&sequence->seed, documents->count);

    for (uint32_t i = 0; policies_only && i < documents->count; i++) {
        if (is_policy(&documents->items[index]))
            break;
        index = (index + 1) % documents->count;
    }
    return index;
}

/* Takes documents of the other cluster for changes, and some that are there for removal; most updates are
   of policies. */
static void choose(struct sequence *sequence,
                   struct documents *next,
                   struct documents *changes,
                   char removed[MOST_CHANGES][96],
                   uint32_t *out_removed_count)
{
    uint32_t count = random_below(&sequence->seed, MOST_CHANGES);
    bool policies_only = random_below(&sequence->seed, 4) > 0;

    *next = sequence->now;
    changes->count = *out_removed_count = 0;
    for (uint32_t i = random_below(&sequence->seed, MOST_CHANGES); i > 0 && next->count; i--) {
        uint32_t index = choose_document(sequence, next, policies_only);
        const struct document *document = &next->items[index];

        snprintf(removed[(*out_removed_count)++], 96, "%s %s%s%s", document->kind,
                 document->namespace_name, document->namespace_name[0] ? "/" : "", document->name);
        remove_document(next, index);
    }
    for (uint32_t i = 0; i < count; i++) {
        struct document change =
            sequence->other.items[choose_document(sequence, &sequence->other, policies_only)];

        if (find_document(changes, &change) < changes->count)
            continue;
        snprintf(change.source, sizeof(change.source), "d%u", sequence->source_count++);
        put_document(next, &change);
        changes->items[changes->count++] = change;
    }
}

static void take_step(struct sequence *sequence)
{
    static struct documents next, changes;
    char removed[MOST_CHANGES][96];
    const char *names[MOST_CHANGES];
    uint32_t removed_count;
    calpol_loader *loader = new_loader();
    calpol_ruleset *updated, *loaded;
    calpol_diagnostics *about_update, *about_load;
    int status;

    choose(sequence, &next, &changes, removed, &removed_count);
    for (uint32_t i = 0; i < removed_count; i++)
        names[i] = removed[i];
    add_texts(loader, &changes);
    status = calpol_ruleset_update(sequence->ruleset, loader, names, removed_count, &updated,
                                   &about_update);
    calpol_loader_free(loader);
    ck_assert_int_eq(load_all(&next, &loaded, &about_load), status);
    if (status) {
        sequence->refused++;
    } else {
        compare_diagnostics(&changes, about_update, about_load);
        compare_rulesets(updated, loaded, &sequence->seed);
        calpol_ruleset_unref(sequence->ruleset);
        sequence->ruleset = updated;
        sequence->quick += updated->root != NULL;
        sequence->now = next;
    }
    calpol_ruleset_unref(loaded);
    calpol_diagnostics_free(about_update);
    calpol_diagnostics_free(about_load);
}

static void run_sequence(struct sequence *sequence)
{
    cp_arena_init(&sequence->arena, NULL);
    make_documents(&sequence->now, &sequence->arena, &sequence->seed, &sequence->source_count);
    make_documents(&sequence->other, &sequence->arena, &sequence->seed, &sequence->source_count);
    if (load_all(&sequence->now, &sequence->ruleset, NULL) == CALPOL_OK) {
        for (uint32_t i = 0; i < STEPS; i++)
            take_step(sequence);
        calpol_ruleset_unref(sequence->ruleset);
    }
    cp_arena_finish(&sequence->arena);
}

START_TEST(updates_are_what_loads_are)
{
    static struct sequence sequence = {.seed = 4711};
    uint32_t count = share_of(SEQUENCES);

    for (uint32_t i = 0; i < count; i++)
        run_sequence(&sequence);
    ck_assert_uint_lt(sequence.refused, count * STEPS / 2);
    ck_assert_uint_gt(sequence.quick, count * STEPS / 10);
}
END_TEST

/* ---- By hand --------------------------------------------------------------------------------- */

#define CLUSTER                                                                                    \
    POD("shop", "web", "app: web", "containers: []", "{ip: 10.0.0.1}")                             \
    POD("shop", "db", "app: db", "containers: []", "{ip: 10.0.0.2}")                               \
    K8S_POLICY("shop", "db", "podSelector: {matchLabels: {app: db}}, policyTypes: [Ingress]")

static const char allowing[] =
    K8S_POLICY("shop", "db", "podSelector: {matchLabels: {app: db}}, ingress: [{}]");

/* From pod 0 to pod 1. */
static int action_in(const calpol_ruleset *ruleset)
{
    const struct calpol_flow flow = {
        .given = CALPOL_GIVEN_PROTOCOL | CALPOL_GIVEN_DESTINATION_PORT,
        .source_endpoint = 0,
        .destination_endpoint = 1,
        .protocol = 6,
        .destination_port = 80,
    };
    struct calpol_verdict verdict;

    ck_assert_int_eq(calpol_evaluate(ruleset, &flow, sizeof(flow), &verdict, sizeof(verdict)),
                     CALPOL_OK);
    return verdict.action;
}

START_TEST(the_old_ruleset_stays)
{
    calpol_ruleset *old, *updated, *without;

    ck_assert_int_eq(try_load_text(CLUSTER, CALPOL_LOAD_UPDATABLE, NULL, &old), CALPOL_OK);
    ck_assert_int_eq(try_update_text(old, allowing, NULL, NULL, &updated), CALPOL_OK);
    ck_assert_int_eq(action_in(old), CALPOL_ACTION_DENY);
    ck_assert_int_eq(action_in(updated), CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(try_update_text(old, "", "NetworkPolicy shop/db", NULL, &without), CALPOL_OK);
    calpol_ruleset_unref(old);
    ck_assert_int_eq(action_in(without), CALPOL_ACTION_ALLOW);
    ck_assert_int_eq(action_in(updated), CALPOL_ACTION_ALLOW);
    calpol_ruleset_unref(updated);
    calpol_ruleset_unref(without);
}
END_TEST

START_TEST(names_of_nothing_are_errors)
{
    static const char *const malformed[] = {"",         "NetworkPolicy",       "NetworkPolicy ",
                                            " shop/db", "NetworkPolicy shop/", "NetworkPolicy /db"};
    calpol_ruleset *old, *updated;

    ck_assert_int_eq(try_load_text(CLUSTER, CALPOL_LOAD_UPDATABLE, NULL, &old), CALPOL_OK);
    ck_assert_int_eq(try_update_text(old, "", "NetworkPolicy shop/other", NULL, &updated),
                     CALPOL_ERROR_NOT_FOUND);
    ck_assert_int_eq(try_update_text(old, "", "CalicoNetworkPolicy shop/db", NULL, &updated),
                     CALPOL_ERROR_NOT_FOUND);
    for (size_t i = 0; i < sizeof(malformed) / sizeof(malformed[0]); i++) {
        ck_assert_int_eq(try_update_text(old, "", malformed[i], NULL, &updated),
                         CALPOL_ERROR_INVALID_ARGUMENT);
        ck_assert_ptr_null(updated);
    }
    calpol_ruleset_unref(old);
}
END_TEST

START_TEST(only_what_keeps_its_texts_is_updated)
{
    calpol_ruleset *old = load_text(CLUSTER, NULL), *updated;

    ck_assert_int_eq(try_update_text(old, allowing, NULL, NULL, &updated),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    calpol_ruleset_unref(old);
}
END_TEST

START_TEST(a_bad_change_changes_nothing)
{
    calpol_ruleset *old, *updated;

    ck_assert_int_eq(try_load_text(CLUSTER, CALPOL_LOAD_UPDATABLE, NULL, &old), CALPOL_OK);
    ck_assert_int_eq(
        try_update_text(old, K8S_POLICY("shop", "db", "podSelector: 7"), NULL, NULL, &updated),
        CALPOL_ERROR_INVALID_INPUT);
    ck_assert_ptr_null(updated);
    ck_assert_int_eq(action_in(old), CALPOL_ACTION_DENY);
    ck_assert_int_eq(try_update_text(old, allowing, NULL, NULL, &updated), CALPOL_OK);
    calpol_ruleset_unref(old);
    calpol_ruleset_unref(updated);
}
END_TEST

/* What only removed objects made of the whole is no more. */
START_TEST(the_last_object_of_calico_leaves_its_dialect)
{
    calpol_ruleset *old, *updated, *back;
    struct calpol_counts counts;

    ck_assert_int_eq(try_load_text(CLUSTER, CALPOL_LOAD_UPDATABLE, NULL, &old), CALPOL_OK);
    ck_assert_int_eq(try_update_text(old, TIER("t", "order: 1"), NULL, NULL, &updated), CALPOL_OK);
    calpol_ruleset_counts(updated, &counts, sizeof(counts));
    ck_assert_uint_eq(counts.dialect, CALPOL_DIALECT_CALICO);
    ck_assert_int_eq(try_update_text(updated, "", "Tier t", NULL, &back), CALPOL_OK);
    calpol_ruleset_counts(back, &counts, sizeof(counts));
    ck_assert_uint_eq(counts.dialect, CALPOL_DIALECT_UPSTREAM);
    calpol_ruleset_unref(old);
    calpol_ruleset_unref(updated);
    calpol_ruleset_unref(back);
}
END_TEST

static int update_body(const struct calpol_allocator *allocator, void *context)
{
    calpol_ruleset *old = NULL, *updated = NULL, *again = NULL;
    int status = try_load_text(CLUSTER, CALPOL_LOAD_UPDATABLE, allocator, &old);

    (void)context;
    if (!status)
        status = try_update_text(old, allowing, NULL, allocator, &updated);
    if (!status)
        status = try_update_text(updated, CLUSTER, "Pod shop/web", allocator, &again);
    if (old)
        ck_assert_int_eq(action_in(old), CALPOL_ACTION_DENY);
    calpol_ruleset_unref(old);
    calpol_ruleset_unref(updated);
    calpol_ruleset_unref(again);
    return status;
}

START_TEST(each_allocation_may_fail)
{
    ck_assert_uint_gt(for_each_failure(update_body, NULL), 10);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("api/update");
    TCase *random = tcase_create("random"), *plain = tcase_create("plain");

    tcase_set_timeout(random, 120);
    tcase_set_timeout(plain, 120);
    tcase_add_test(random, updates_are_what_loads_are);
    tcase_add_test(plain, the_old_ruleset_stays);
    tcase_add_test(plain, names_of_nothing_are_errors);
    tcase_add_test(plain, only_what_keeps_its_texts_is_updated);
    tcase_add_test(plain, a_bad_change_changes_nothing);
    tcase_add_test(plain, the_last_object_of_calico_leaves_its_dialect);
    tcase_add_test(plain, each_allocation_may_fail);
    suite_add_tcase(suite, random);
    suite_add_tcase(suite, plain);
    return suite;
}
