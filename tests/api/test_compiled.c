/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled rulesets say what the rulesets say that they were made of, and who cannot read them says
 * so. What others make of files is for test_hostile.c.
 *
 * CALPOL_TEST_CLUSTERS in the environment sets how many random clusters are compared.
 */
#include "compile/compile.h"
#include "ruleset/image.h"
#include "support/asking.h"
#include "support/clusters.h"
#include "support/failing_allocator.h"
#include "support/images.h"
#include "support/resources.h"
#include "support/sessions.h"
#include "support/suite.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define USUAL_CLUSTERS 24u
#define FLOWS_OF_CLUSTER 256u

static char folder[] = "/tmp/calpol-compiled-XXXXXX";
static char path[64], other_path[64];

static void set_up(void)
{
    memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/one.calpol", folder);
    snprintf(other_path, sizeof(other_path), "%s/other.calpol", folder);
}

static void tear_down(void)
{
    unlink(path);
    unlink(other_path);
    ck_assert_msg(rmdir(folder) == 0, "something is left in %s", folder);
}

/* ---- The same answers ------------------------------------------------------------------------ */

/* What was saved and opened, and what was written from memory, is asked the same. */
static void expect_same(calpol_ruleset *ruleset)
{
    calpol_text *text = bytes_of(ruleset), *again;
    calpol_ruleset *opened = open_image(calpol_text_string(text), calpol_text_length(text));

    ck_assert_uint_eq(ask_everything(opened), ask_everything(ruleset));
    again = bytes_of(opened);
    ck_assert_uint_eq(calpol_text_length(again), calpol_text_length(text));
    ck_assert(
        memcmp(calpol_text_string(again), calpol_text_string(text), calpol_text_length(text)) == 0);
    calpol_text_free(again);
    calpol_text_free(text);
    calpol_ruleset_unref(opened);
}

START_TEST(an_opened_ruleset_says_the_same_of_everything)
{
    calpol_ruleset *ruleset = load_kinds(NULL);

    expect_same(ruleset);
    calpol_ruleset_unref(ruleset);
}
END_TEST

START_TEST(a_ruleset_of_nothing_can_be_compiled)
{
    calpol_ruleset *ruleset = load_text("", NULL);

    expect_same(ruleset);
    calpol_ruleset_unref(ruleset);
}
END_TEST

START_TEST(counts_are_the_same_but_for_memory)
{
    calpol_ruleset *ruleset = load_kinds(NULL), *opened;
    calpol_text *text = bytes_of(ruleset);
    struct calpol_counts one, other;

    opened = open_image(calpol_text_string(text), calpol_text_length(text));
    ck_assert_int_eq(calpol_ruleset_counts(ruleset, &one, sizeof(one)), CALPOL_OK);
    ck_assert_int_eq(calpol_ruleset_counts(opened, &other, sizeof(other)), CALPOL_OK);
    ck_assert_uint_ge(other.bytes, calpol_text_length(text));
    other.bytes = one.bytes;
    ck_assert_mem_eq(&one, &other, sizeof(one));
    calpol_text_free(text);
    calpol_ruleset_unref(opened);
    calpol_ruleset_unref(ruleset);
}
END_TEST

/* Programs in the forms that they take at any size, or none. */
static struct cp_program_limits random_limits(uint64_t *seed)
{
    struct cp_program_limits limits = cp_program_no_limits;

    limits.max_cells = random_below(seed, 3) ? limits.max_cells : random_below(seed, 30);
    limits.max_dense_classes = random_below(seed, 2) ? limits.max_dense_classes : 0;
    limits.max_narrow_classes = random_below(seed, 3) ? limits.max_narrow_classes : 0;
    limits.max_narrow_decisions = random_below(seed, 3) ? limits.max_narrow_decisions : 0;
    return limits;
}

/* Must not move afterwards. */
static void compile_cluster(struct loaded *loaded, uint32_t number, uint64_t *seed)
{
    const struct cp_program_limits limits = random_limits(seed);
    struct cp_compile_input input = {
        .work = &loaded->work,
        .diagnostics = &loaded->diagnostics,
        .collection = &loaded->collection,
        .dialect = random_below(seed, 4) ? CALPOL_DIALECT_CALICO : CALPOL_DIALECT_UPSTREAM,
        .lenient = true,
        .programs = number % 7 == 6 ? NULL : &limits,
    };
    const char *name, *value;
    struct cp_buffer text;
    struct cp_arena arena;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&text, &arena);
    (number % 3 == 2 ? write_crowded_cluster : write_random_cluster)(&text, seed);
    load_resources(loaded, cp_buffer_text(&text), CALPOL_LOAD_LENIENT);
    cp_options_init(&input.options);
    random_option(seed, &name, &value);
    if (name[0])
        ck_assert_int_eq(
            cp_options_set(&input.options, &loaded->work, cp_text_from(name), cp_text_from(value)),
            CALPOL_OK);
    ck_assert_int_eq(cp_compile(&input, loaded->ruleset), CALPOL_OK);
    cp_arena_finish(&arena);
}

static void expect_same_verdicts(const calpol_ruleset *ruleset,
                                 const calpol_ruleset *opened,
                                 uint32_t number,
                                 uint64_t *seed)
{
    static struct calpol_flow flows[FLOWS_OF_CLUSTER];
    static struct calpol_verdict one[FLOWS_OF_CLUSTER], other[FLOWS_OF_CLUSTER];
    struct calpol_counts counts;
    int status;

    ck_assert_int_eq(calpol_ruleset_counts(ruleset, &counts, sizeof(counts)), CALPOL_OK);
    for (uint32_t i = 0; i < FLOWS_OF_CLUSTER; i++)
        flows[i] = (number % 3 == 2 ? random_crowded_flow : random_flow)(seed, counts.endpoints);
    memset(one, 0, sizeof(one));
    memset(other, 0, sizeof(other));
    status = calpol_evaluate_batch(ruleset, flows, sizeof(flows[0]), FLOWS_OF_CLUSTER, one,
                                   sizeof(one[0]));
    ck_assert_int_eq(calpol_evaluate_batch(opened, flows, sizeof(flows[0]), FLOWS_OF_CLUSTER, other,
                                           sizeof(other[0])),
                     status);
    ck_assert_mem_eq(one, other, sizeof(one));
}

START_TEST(random_clusters_answer_the_same)
{
    const char *wanted = getenv("CALPOL_TEST_CLUSTERS");
    uint32_t count = wanted ? (uint32_t)strtoul(wanted, NULL, 10) : share_of(USUAL_CLUSTERS);

    for (uint32_t i = 0; i < count; i++) {
        uint64_t seed = 0x5851f42d4c957f2du * (i + 1);
        calpol_ruleset *opened;
        struct loaded loaded;
        calpol_text *text;

        compile_cluster(&loaded, i, &seed);
        text = bytes_of(loaded.ruleset);
        opened = open_image(calpol_text_string(text), calpol_text_length(text));
        expect_same_verdicts(loaded.ruleset, opened, i, &seed);
        if (i % 4 == 0)
            expect_same(loaded.ruleset);
        calpol_text_free(text);
        calpol_ruleset_unref(opened);
        finish_resources(&loaded);
    }
}
END_TEST

START_TEST(equal_input_makes_equal_bytes)
{
    calpol_ruleset *one = load_kinds(NULL), *other = load_kinds(NULL);
    calpol_text *text = bytes_of(one), *other_text = bytes_of(other);

    ck_assert_uint_eq(calpol_text_length(text), calpol_text_length(other_text));
    ck_assert(memcmp(calpol_text_string(text), calpol_text_string(other_text),
                     calpol_text_length(text)) == 0);
    ck_assert_int_eq(calpol_is_compiled(calpol_text_string(text), 8), 1);
    ck_assert_int_eq(calpol_is_compiled(calpol_text_string(text), 7), 0);
    ck_assert_int_eq(calpol_is_compiled("apiVersion: v1", 14), 0);
    calpol_text_free(text);
    calpol_text_free(other_text);
    calpol_ruleset_unref(one);
    calpol_ruleset_unref(other);
}
END_TEST

/* ---- Files ----------------------------------------------------------------------------------- */

static int open_file(const char *file, calpol_ruleset **out_ruleset, char message[200])
{
    return calpol_ruleset_open(file, NULL, out_ruleset, message, 200);
}

START_TEST(a_file_can_be_open_twice_and_replaced_meanwhile)
{
    calpol_ruleset *ruleset = load_kinds(NULL), *small = load_text("", NULL);
    calpol_ruleset *first = NULL, *second = NULL, *third = NULL;
    uint64_t answers = ask_everything(ruleset);
    char message[200];

    ck_assert_int_eq(calpol_ruleset_save(ruleset, path), CALPOL_OK);
    ck_assert_int_eq(open_file(path, &first, message), CALPOL_OK);
    ck_assert_int_eq(open_file(path, &second, message), CALPOL_OK);
    ck_assert_int_eq(calpol_ruleset_save(small, path), CALPOL_OK);
    ck_assert_int_eq(open_file(path, &third, message), CALPOL_OK);
    ck_assert_uint_eq(ask_everything(first), answers);
    ck_assert_uint_eq(ask_everything(second), answers);
    ck_assert_uint_ne(ask_everything(third), answers);
    calpol_ruleset_unref(first);
    ck_assert_uint_eq(ask_everything(second), answers);
    calpol_ruleset_unref(second);
    calpol_ruleset_unref(third);
    calpol_ruleset_unref(small);
    calpol_ruleset_unref(ruleset);
}
END_TEST

START_TEST(a_file_has_the_bytes_that_are_written)
{
    calpol_ruleset *ruleset = load_kinds(NULL);
    calpol_text *text = bytes_of(ruleset);
    struct stat status;
    FILE *file;
    char *bytes;

    ck_assert_int_eq(calpol_ruleset_save(ruleset, path), CALPOL_OK);
    ck_assert_int_eq(stat(path, &status), 0);
    ck_assert_uint_eq((size_t)status.st_size, calpol_text_length(text));
    bytes = malloc(calpol_text_length(text));
    file = fopen(path, "rb");
    ck_assert(bytes && file && fread(bytes, 1, calpol_text_length(text), file));
    ck_assert(memcmp(bytes, calpol_text_string(text), calpol_text_length(text)) == 0);
    fclose(file);
    free(bytes);
    calpol_text_free(text);
    calpol_ruleset_unref(ruleset);
}
END_TEST

START_TEST(what_is_no_regular_file_is_written_to)
{
    calpol_ruleset *ruleset = load_text("", NULL);
    struct stat status;

    ck_assert_int_eq(calpol_ruleset_save(ruleset, "/dev/null"), CALPOL_OK);
    ck_assert_int_eq(stat("/dev/null", &status), 0);
    ck_assert(S_ISCHR(status.st_mode));
    ck_assert_int_eq(calpol_ruleset_save(ruleset, "/dev/full"), CALPOL_ERROR_IO);
    ck_assert_int_eq(errno, ENOSPC);
    calpol_ruleset_unref(ruleset);
}
END_TEST

START_TEST(a_pipe_is_read)
{
    calpol_ruleset *ruleset = load_text("", NULL), *opened = NULL;
    calpol_text *text = bytes_of(ruleset);
    char message[200], pipe_path[64];
    int ends[2];

    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq(write(ends[1], calpol_text_string(text), calpol_text_length(text)),
                     (ssize_t)calpol_text_length(text));
    close(ends[1]);
    snprintf(pipe_path, sizeof(pipe_path), "/dev/fd/%d", ends[0]);
    ck_assert_int_eq(open_file(pipe_path, &opened, message), CALPOL_OK);
    ck_assert_uint_eq(ask_everything(opened), ask_everything(ruleset));
    close(ends[0]);
    calpol_text_free(text);
    calpol_ruleset_unref(opened);
    calpol_ruleset_unref(ruleset);
}
END_TEST

START_TEST(files_that_are_not_there_say_so)
{
    calpol_ruleset *ruleset = NULL, *saved = load_text("", NULL);
    char message[200];

    ck_assert_int_eq(open_file(path, &ruleset, message), CALPOL_ERROR_IO);
    ck_assert_str_eq(message, "no such file or directory");
    ck_assert_int_eq(open_file(folder, &ruleset, message), CALPOL_ERROR_IO);
    ck_assert_str_eq(message, "it is a directory");
    ck_assert_int_eq(open_file("/dev/null", &ruleset, message), CALPOL_ERROR_INVALID_INPUT);
    ck_assert_str_eq(message, "not a compiled ruleset");
    snprintf(other_path, sizeof(other_path), "%s/none/x", folder);
    ck_assert_int_eq(calpol_ruleset_save(saved, other_path), CALPOL_ERROR_IO);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_ptr_null(ruleset);
    calpol_ruleset_unref(saved);
}
END_TEST

/* ---- Foreign files --------------------------------------------------------------------------- */

static void expect_refusal(const void *bytes, size_t size, const char *expected)
{
    calpol_ruleset *ruleset = NULL;
    char message[200];

    ck_assert_int_eq(
        calpol_ruleset_open_bytes(bytes, size, NULL, &ruleset, message, sizeof(message)),
        CALPOL_ERROR_INVALID_INPUT);
    ck_assert_ptr_null(ruleset);
    ck_assert_str_eq(message, expected);
}

/* Opens a file whose header was changed by change(), with the right checksum. */
static void expect_header_refusal(void (*change)(struct cp_image_header *), const char *expected)
{
    calpol_ruleset *ruleset = load_text("", NULL);
    calpol_text *text = bytes_of(ruleset);
    size_t size = calpol_text_length(text);
    unsigned char *bytes = malloc(size);
    struct cp_image_header header;

    ck_assert_ptr_nonnull(bytes);
    memcpy(bytes, calpol_text_string(text), size);
    memcpy(&header, bytes, sizeof(header));
    change(&header);
    memcpy(bytes, &header, sizeof(header));
    fix_checksum(bytes, size);
    expect_refusal(bytes, size, expected);
    free(bytes);
    calpol_text_free(text);
    calpol_ruleset_unref(ruleset);
}

static void swap_bytes(struct cp_image_header *header)
{
    header->byte_order = 0x04030201;
}

static void change_pointers(struct cp_image_header *header)
{
    header->pointer_size = sizeof(void *) == 8 ? 4 : 8;
}

static void change_version(struct cp_image_header *header)
{
    header->version++;
    memcpy(header->writer, "9.8.7", 6);
}

static void change_layout(struct cp_image_header *header)
{
    header->fingerprint++;
}

#define LINES_4 "\\x0a\\x0a\\x0a\\x0a"
#define LINES_24 LINES_4 LINES_4 LINES_4 LINES_4 LINES_4 LINES_4

static void change_writer(struct cp_image_header *header)
{
    header->fingerprint++;
    memset(header->writer, '\n', sizeof(header->writer));
}

START_TEST(files_of_other_machines_and_versions_are_told_apart)
{
    expect_refusal("apiVersion: v1\n", 15, "not a compiled ruleset");
    expect_refusal("", 0, "not a compiled ruleset");
    expect_header_refusal(swap_bytes, "compiled on a machine with the other byte order");
    expect_header_refusal(change_pointers, "compiled on a machine with pointers of another size");
    expect_header_refusal(change_version,
                          "compiled by another build of calpol (\"9.8.7\", this is " CALPOL_VERSION
                          "): compile it anew");
    expect_header_refusal(change_layout, "compiled by another build of calpol (\"" CALPOL_VERSION
                                         "\", this is " CALPOL_VERSION "): compile it anew");
    expect_header_refusal(change_writer,
                          "compiled by another build of calpol "
                          "(\"" LINES_24 "\", this is " CALPOL_VERSION "): compile it anew");
}
END_TEST

START_TEST(a_message_is_cut_to_fit)
{
    calpol_ruleset *ruleset = NULL;
    char message[8] = "xxxxxxx";

    ck_assert_int_eq(calpol_ruleset_open_bytes("x", 1, NULL, &ruleset, message, 4),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert_str_eq(message, "not");
    ck_assert_int_eq(message[4], 'x');
    ck_assert_int_eq(calpol_ruleset_open_bytes("x", 1, NULL, &ruleset, NULL, 0),
                     CALPOL_ERROR_INVALID_INPUT);
    ck_assert_int_eq(calpol_ruleset_open_bytes("x", 1, NULL, &ruleset, message, 0),
                     CALPOL_ERROR_INVALID_INPUT);
}
END_TEST

START_TEST(wrong_arguments_are_refused)
{
    const struct calpol_allocator half = {.allocate = NULL};
    calpol_ruleset *ruleset = load_text("", NULL), *opened = NULL;
    calpol_text *text = NULL;

    ck_assert_int_eq(calpol_ruleset_write(NULL, &text), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_ruleset_write(ruleset, NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_ruleset_save(NULL, path), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_ruleset_save(ruleset, NULL), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_ruleset_open(NULL, NULL, &opened, NULL, 0),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_ruleset_open(path, &half, &opened, NULL, 0),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_ruleset_open(path, NULL, NULL, NULL, 0), CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_ruleset_open(path, NULL, &opened, NULL, 1),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    ck_assert_int_eq(calpol_ruleset_open_bytes(NULL, 1, NULL, &opened, NULL, 0),
                     CALPOL_ERROR_INVALID_ARGUMENT);
    calpol_ruleset_unref(ruleset);
}
END_TEST

/* ---- Memory ---------------------------------------------------------------------------------- */

/* The allocator of a ruleset, which can be told to fail later on. */
static struct failing_allocator late;

/* Runs a body with each allocation of the late allocator failing in turn. */
static void fail_each(int (*body)(const calpol_ruleset *), const calpol_ruleset *ruleset)
{
    size_t live_count = late.live_count, live_bytes = late.live_bytes, at = 0;

    do {
        int status;

        late.fail_at = late.allocation_count + at++;
        late.failed = false;
        status = body(ruleset);
        late.fail_at = FAIL_NEVER;
        ck_assert_int_eq(status, late.failed ? CALPOL_ERROR_NO_MEMORY : CALPOL_OK);
        ck_assert_uint_eq(late.live_count, live_count);
        ck_assert_uint_eq(late.live_bytes, live_bytes);
    } while (late.failed);
    ck_assert_uint_gt(at, 3);
}

static int write_body(const calpol_ruleset *ruleset)
{
    calpol_text *text = NULL;
    int status = calpol_ruleset_write(ruleset, &text);

    calpol_text_free(text);
    return status;
}

static int save_body(const calpol_ruleset *ruleset)
{
    return calpol_ruleset_save(ruleset, path);
}

START_TEST(writing_survives_every_failure)
{
    calpol_ruleset *ruleset;

    failing_allocator_init(&late, FAIL_NEVER);
    ruleset = load_kinds(&late.allocator);
    fail_each(write_body, ruleset);
    fail_each(save_body, ruleset);
    ask_everything(ruleset);
    calpol_ruleset_unref(ruleset);
}
END_TEST

static int open_body(const struct calpol_allocator *allocator, void *context)
{
    const calpol_text *text = context;
    calpol_ruleset *ruleset = NULL;
    char message[200] = "";
    int status = text
                     ? calpol_ruleset_open_bytes(calpol_text_string(text), calpol_text_length(text),
                                                 allocator, &ruleset, message, sizeof(message))
                     : calpol_ruleset_open(path, allocator, &ruleset, message, sizeof(message));

    ck_assert_int_eq(ruleset != NULL, status == CALPOL_OK);
    calpol_ruleset_unref(ruleset);
    return status;
}

START_TEST(opening_survives_every_failure)
{
    calpol_ruleset *ruleset = load_kinds(NULL), *held = NULL;
    calpol_text *text = bytes_of(ruleset);

    ck_assert_int_eq(calpol_ruleset_save(ruleset, path), CALPOL_OK);
    ck_assert_uint_gt(for_each_failure(open_body, text), 2);
    ck_assert_uint_gt(for_each_failure(open_body, NULL), 1);
    ck_assert_int_eq(calpol_ruleset_open(path, NULL, &held, NULL, 0), CALPOL_OK);
    ck_assert_uint_gt(for_each_failure(open_body, NULL), 1);
    calpol_ruleset_unref(held);
    calpol_text_free(text);
    calpol_ruleset_unref(ruleset);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("compiled");
    TCase *tcase = tcase_create("compiled");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, an_opened_ruleset_says_the_same_of_everything);
    tcase_add_test(tcase, a_ruleset_of_nothing_can_be_compiled);
    tcase_add_test(tcase, counts_are_the_same_but_for_memory);
    tcase_add_test(tcase, random_clusters_answer_the_same);
    tcase_add_test(tcase, equal_input_makes_equal_bytes);
    tcase_add_test(tcase, a_file_can_be_open_twice_and_replaced_meanwhile);
    tcase_add_test(tcase, a_file_has_the_bytes_that_are_written);
    tcase_add_test(tcase, what_is_no_regular_file_is_written_to);
    tcase_add_test(tcase, a_pipe_is_read);
    tcase_add_test(tcase, files_that_are_not_there_say_so);
    tcase_add_test(tcase, files_of_other_machines_and_versions_are_told_apart);
    tcase_add_test(tcase, a_message_is_cut_to_fit);
    tcase_add_test(tcase, wrong_arguments_are_refused);
    tcase_add_test(tcase, writing_survives_every_failure);
    tcase_add_test(tcase, opening_survives_every_failure);
    tcase_set_timeout(tcase, 600);
    suite_add_tcase(suite, tcase);
    return suite;
}
