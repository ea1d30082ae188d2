/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Updating. The bytes make two clusters and changes of the first, with documents of the second: each
 * time the updated ruleset answers everything as one that is loaded from all of what remains, or both
 * are refused.
 *
 * The first bytes tell the changes, those behind them the first cluster up to half of what is left, then
 * the second.
 */
#include "answers.h"
#include "cluster.h"
#include "support/asking.h"

#include <string.h>

#define STEPS 4u
#define STEP_BYTES 8u /* flags, up to 3 removals, up to 4 documents that are put in */
#define MOST_REMOVED 3u
#define MOST_PUT 4u
#define MOST_BYTES 600u
#define MOST_DOCUMENTS 24u /* of a cluster */

enum { POLICIES_ONLY = 1 }; /* flags of a step */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- Documents ------------------------------------------------------------------------------- */

struct document {
    struct cp_text text;
    char name[80];   /* "KIND NAMESPACE/NAME" */
    char source[16]; /* what diagnostics and traces call it */
};

struct documents {
    struct document items[MOST_DOCUMENTS + STEPS * MOST_PUT];
    uint32_t count;
};

/* Appends the word behind a key of a text. */
static bool add_word(struct cp_buffer *buffer, struct cp_text text, const char *key)
{
    size_t length = strlen(key), end;

    for (size_t i = 0; i + length <= text.length; i++) {
        if (memcmp(text.data + i, key, length) != 0)
            continue;
        text = cp_text_from_byte(text, i + length);
        for (end = 0; end < text.length && !strchr(",}\n", text.data[end]);)
            end++;
        cp_buffer_add(buffer, cp_text_make(text.data, end));
        return true;
    }
    return false;
}

/* As far as metadata goes, which is on one line. */
static struct cp_text head_of(struct cp_text text)
{
    uint32_t lines = 0;
    size_t end = 0;

    while (end < text.length && lines < 4)
        lines += text.data[end++] == '\n';
    return cp_text_make(text.data, end);
}

static void name_document(struct document *document, struct cp_arena *arena, uint32_t number)
{
    struct cp_text head = head_of(document->text), name;
    struct cp_buffer full, source;

    cp_buffer_init(&full, arena);
    cp_buffer_init(&source, arena);
    if (strstr(cp_arena_text(arena, head.data, head.length), "v3\nkind: NetworkPolicy"))
        cp_buffer_add_string(&full, "Calico");
    EXPECT(add_word(&full, head, "\nkind: "));
    cp_buffer_add_string(&full, " ");
    if (add_word(&full, head, ", namespace: "))
        cp_buffer_add_string(&full, "/");
    EXPECT(add_word(&full, head, "{name: "));
    cp_buffer_format(&source, "d%u", number);
    name = cp_buffer_text(&full);
    EXPECT(!full.failed && !source.failed && name.length < sizeof(document->name));
    memcpy(document->name, cp_buffer_string(&full), name.length + 1);
    memcpy(document->source, cp_buffer_string(&source), source.length + 1);
}

static void remove_document(struct documents *documents, uint32_t index)
{
    documents->count--;
    for (uint32_t i = index; i < documents->count; i++)
        documents->items[i] = documents->items[i + 1];
}

/* As an update does it: what was there goes, what is new comes last. */
static void put_document(struct documents *documents, const struct document *document)
{
    for (uint32_t i = 0; i < documents->count; i++) {
        if (strcmp(documents->items[i].name, document->name) == 0) {
            remove_document(documents, i);
            break;
        }
    }
    documents->items[documents->count++] = *document;
}

/* The documents of a cluster; "---" begins each. */
static void make_documents(struct choices *choices,
                           struct cp_arena *arena,
                           uint32_t *number,
                           struct documents *out_documents)
{
    static const char start[] = "---\n";
    struct cp_buffer buffer;
    struct cp_text rest;

    out_documents->count = 0;
    cp_buffer_init(&buffer, arena);
    write_cluster(choices, &buffer);
    rest = cp_text_from(cp_buffer_string(&buffer));
    while (rest.length && out_documents->count < MOST_DOCUMENTS) {
        const char *next = strstr(rest.data + 1, start);
        size_t length = next ? (size_t)(next - rest.data) : rest.length;
        struct document document = {.text = cp_text_make(rest.data, length)};

        name_document(&document, arena, (*number)++);
        put_document(out_documents, &document);
        rest = cp_text_from_byte(rest, length);
    }
}

/* ---- Rulesets -------------------------------------------------------------------------------- */

static calpol_loader *loader_of(const struct documents *documents)
{
    struct calpol_load_options options;
    calpol_loader *loader;

    EXPECT(!calpol_load_options_init(&options, sizeof(options)));
    options.flags = CALPOL_LOAD_LENIENT | CALPOL_LOAD_UPDATABLE;
    EXPECT(!calpol_loader_new(&options, &loader));
    for (uint32_t i = 0; i < documents->count; i++) {
        const struct document *document = &documents->items[i];

        EXPECT(!calpol_loader_add_text(loader, document->source, document->text.data,
                                       document->text.length));
    }
    return loader;
}

static int load(const struct documents *documents, calpol_ruleset **out_ruleset)
{
    calpol_loader *loader = loader_of(documents);
    int status = calpol_loader_finish(loader, out_ruleset, NULL);

    calpol_loader_free(loader);
    return status;
}

static int update(calpol_ruleset *old,
                  const struct documents *changes,
                  const struct documents *removed,
                  calpol_ruleset **out_ruleset)
{
    const char *names[MOST_REMOVED];
    calpol_loader *loader = loader_of(changes);
    int status;

    for (uint32_t i = 0; i < removed->count; i++)
        names[i] = removed->items[i].name;
    status = calpol_ruleset_update(old, loader, names, removed->count, out_ruleset, NULL);
    calpol_loader_free(loader);
    return status;
}

static void expect_same(calpol_ruleset *updated, calpol_ruleset *loaded)
{
    struct calpol_counts counts, others;

    EXPECT(!calpol_ruleset_counts(updated, &counts, sizeof(counts)));
    EXPECT(!calpol_ruleset_counts(loaded, &others, sizeof(others)));
    EXPECT(counts.policies == others.policies && counts.rules == others.rules);
    EXPECT(counts.tiers == others.tiers && counts.endpoints == others.endpoints);
    EXPECT(ask_everything(updated) == ask_everything(loaded));
}

/* ---- Steps ----------------------------------------------------------------------------------- */

static bool is_wanted(const struct document *document, uint32_t flags)
{
    return !(flags & POLICIES_ONLY) || strstr(document->name, "NetworkPolicy ") != NULL;
}

/* A document that a byte names: the next one that is wanted. False: none. */
static bool pick(struct choices *choices,
                 const struct documents *documents,
                 uint32_t flags,
                 uint32_t *out_index)
{
    uint32_t choice = choose(choices, 256);

    for (uint32_t i = 0; choice < 160 && i < documents->count; i++) {
        *out_index = (choice + i) % documents->count;
        if (is_wanted(&documents->items[*out_index], flags))
            return true;
    }
    return false;
}

/* Takes out of *next, and puts in of *other, what the bytes say. */
static void choose_changes(struct choices *choices,
                           const struct documents *other,
                           struct documents *next,
                           struct documents *changes,
                           struct documents *removed)
{
    uint32_t flags = choose(choices, 256), index;

    changes->count = removed->count = 0;
    for (uint32_t i = 0; i < MOST_REMOVED; i++) {
        if (!pick(choices, next, flags, &index))
            continue;
        removed->items[removed->count++] = next->items[index];
        remove_document(next, index);
    }
    for (uint32_t i = 0; i < MOST_PUT; i++) {
        if (!pick(choices, other, flags, &index))
            continue;
        put_document(changes, &other->items[index]);
        put_document(next, &other->items[index]);
    }
}

/* Returns the updated ruleset, or the old one if it cannot be. */
static calpol_ruleset *take_step(calpol_ruleset *ruleset,
                                 struct choices *choices,
                                 const struct documents *other,
                                 struct documents *now)
{
    struct documents next = *now, changes, removed;
    calpol_ruleset *updated = NULL, *loaded = NULL;
    int status;

    choose_changes(choices, other, &next, &changes, &removed);
    status = update(ruleset, &changes, &removed, &updated);
    EXPECT(load(&next, &loaded) == status);
    EXPECT((status == CALPOL_OK) == (updated != NULL));
    if (status)
        return ruleset;
    expect_same(updated, loaded);
    calpol_ruleset_unref(loaded);
    calpol_ruleset_unref(ruleset);
    *now = next;
    return updated;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t told = size < STEPS * STEP_BYTES ? size : STEPS * STEP_BYTES, half = (size - told) / 2;
    struct choices steps = {data, told, 0};
    struct choices first = {data + told, half, 0};
    struct choices second = {data + told + half, size - told - half, 0};
    struct documents now, other;
    calpol_ruleset *ruleset = NULL;
    struct cp_arena arena;
    uint32_t number = 0;

    if (size > MOST_BYTES)
        return 0;
    cp_arena_init(&arena, NULL);
    make_documents(&first, &arena, &number, &now);
    make_documents(&second, &arena, &number, &other);
    if (load(&now, &ruleset) == CALPOL_OK) {
        for (uint32_t i = 0; i < STEPS; i++)
            ruleset = take_step(ruleset, &steps, &other, &now);
    }
    calpol_ruleset_unref(ruleset);
    cp_arena_finish(&arena);
    return 0;
}
