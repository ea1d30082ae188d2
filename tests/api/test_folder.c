/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files and folders as input. Each test has a folder of its own, which goes afterwards.
 */
#define _XOPEN_SOURCE 700 /* nftw */

#include "calpol/calpol.h"
#include "support/suite.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BAD "apiVersion: projectcalico.org/v3\nkind: Nonsense\n"

static char folder[64];

static void enter_folder(void)
{
    strcpy(folder, "calpol-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *walk)
{
    (void)status;
    (void)type;
    (void)walk;
    return remove(path);
}

static void leave_folder(void)
{
    nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

static const char *path_of(const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, const char *text)
{
    FILE *file = fopen(path_of(name), "w");

    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
}

static void make_folder(const char *name)
{
    ck_assert_int_eq(mkdir(path_of(name), 0700), 0);
}

static void make_link(const char *target, const char *name)
{
    ck_assert_int_eq(symlink(target, path_of(name)), 0);
}

/* Adds a path and finishes; each file has one error, so the list tells which were read, in order.
 */
static calpol_diagnostics *load(const char *path, int expected_add, int expected_finish)
{
    calpol_diagnostics *diagnostics = NULL;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;

    ck_assert_int_eq(calpol_loader_new(NULL, &loader), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_path(loader, path), expected_add);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, &diagnostics), expected_finish);
    calpol_ruleset_unref(ruleset);
    calpol_loader_free(loader);
    return diagnostics;
}

static struct calpol_diagnostic diagnostic(const calpol_diagnostics *diagnostics, size_t index)
{
    struct calpol_diagnostic item;

    ck_assert_int_eq(calpol_diagnostics_get(diagnostics, index, &item, sizeof(item)), CALPOL_OK);
    return item;
}

/* The sources of the diagnostics, without the folder. */
static void expect_sources(const calpol_diagnostics *diagnostics, const char *const *names)
{
    size_t count = 0;

    for (; names[count]; count++) {
        ck_assert_uint_lt(count, calpol_diagnostics_count(diagnostics));
        ck_assert_str_eq(diagnostic(diagnostics, count).source + strlen(folder) + 1, names[count]);
    }
    ck_assert_uint_eq(calpol_diagnostics_count(diagnostics), count);
}

START_TEST(files_come_in_byte_order_of_their_paths)
{
    static const char *const names[] = {"B.yml",    "a-b.yaml", "a.json", "a/b/x.yaml",
                                        "a/c.yaml", "a0.yaml",  NULL};
    calpol_diagnostics *diagnostics;

    make_folder("a");
    make_folder("a/b");
    make_folder("empty");
    write_file("a0.yaml", BAD);
    write_file("a/c.yaml", BAD);
    write_file("a/b/x.yaml", BAD);
    write_file("a-b.yaml", BAD);
    write_file("a.json", BAD);
    write_file("B.yml", BAD);
    write_file("readme.txt", BAD);
    write_file("x.yaml.bak", BAD);
    diagnostics = load(folder, CALPOL_OK, CALPOL_ERROR_INVALID_INPUT);
    expect_sources(diagnostics, names);
    calpol_diagnostics_free(diagnostics);
}
END_TEST

START_TEST(links_that_go_in_circles_are_followed_once)
{
    static const char *const names[] = {"a/x.yaml", "b.yaml", NULL};
    calpol_diagnostics *diagnostics;

    make_folder("a");
    write_file("a/x.yaml", BAD);
    write_file("b.yaml", BAD);
    make_link("..", "a/up");
    make_link(".", "self");
    make_link("b.yaml", "c.yaml");
    make_link("a", "z");
    diagnostics = load(folder, CALPOL_OK, CALPOL_ERROR_INVALID_INPUT);
    expect_sources(diagnostics, names);
    calpol_diagnostics_free(diagnostics);
}
END_TEST

START_TEST(a_named_file_may_be_called_anything)
{
    calpol_diagnostics *diagnostics;

    write_file("policy.txt", BAD);
    diagnostics = load(path_of("policy.txt"), CALPOL_OK, CALPOL_ERROR_INVALID_INPUT);
    ck_assert_uint_eq(calpol_diagnostics_count(diagnostics), 1);
    calpol_diagnostics_free(diagnostics);
}
END_TEST

static void expect_unreadable(const char *path, const char *message)
{
    calpol_diagnostics *diagnostics = load(path, CALPOL_ERROR_IO, CALPOL_ERROR_IO);

    ck_assert_uint_eq(calpol_diagnostics_count(diagnostics), 1);
    ck_assert_str_eq(diagnostic(diagnostics, 0).name, "file-unreadable");
    ck_assert_str_eq(diagnostic(diagnostics, 0).message, message);
    calpol_diagnostics_free(diagnostics);
}

START_TEST(a_file_that_is_not_there_is_told)
{
    expect_unreadable(path_of("nowhere.yaml"), "no such file or directory");
}
END_TEST

START_TEST(a_folder_without_files_is_told)
{
    write_file("readme.txt", BAD);
    expect_unreadable(folder, "no file below it ends in .yaml, .yml or .json");
}
END_TEST

START_TEST(a_broken_link_is_told_and_the_rest_is_read)
{
    calpol_diagnostics *diagnostics;

    make_link("nowhere", "a.yaml");
    make_link("nowhere", "ignored");
    write_file("b.yaml", BAD);
    diagnostics = load(folder, CALPOL_ERROR_IO, CALPOL_ERROR_IO);
    ck_assert_uint_eq(calpol_diagnostics_count(diagnostics), 2);
    ck_assert_str_eq(diagnostic(diagnostics, 0).name, "file-unreadable");
    ck_assert_str_eq(diagnostic(diagnostics, 1).name, "kind-unknown");
    calpol_diagnostics_free(diagnostics);
}
END_TEST

START_TEST(a_pipe_in_a_folder_is_not_waited_for)
{
    ck_assert_int_eq(mkfifo(path_of("pipe.yaml"), 0600), 0);
    expect_unreadable(folder, "it is not a regular file");
}
END_TEST

START_TEST(a_large_file_is_read_whole)
{
    FILE *file = fopen(path_of("large.yaml"), "w");
    calpol_diagnostics *diagnostics;

    ck_assert_ptr_nonnull(file);
    for (int i = 0; i < 40000; i++)
        fputs("# a comment\n", file);
    fputs(BAD, file);
    fclose(file);
    diagnostics = load(folder, CALPOL_OK, CALPOL_ERROR_INVALID_INPUT);
    ck_assert_uint_eq(diagnostic(diagnostics, 0).line, 40002);
    calpol_diagnostics_free(diagnostics);
}
END_TEST

START_TEST(max_total_bytes_holds_for_files)
{
    struct calpol_load_options options;
    calpol_diagnostics *diagnostics;
    calpol_ruleset *ruleset;
    calpol_loader *loader;

    write_file("a.yaml", "# 4567890");
    write_file("b.yaml", "# 4567890");
    calpol_load_options_init(&options, sizeof(options));
    options.max_bytes = 1;
    options.max_total_bytes = 15;
    ck_assert_int_eq(calpol_loader_new(&options, &loader), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_path(loader, folder), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, &diagnostics), CALPOL_ERROR_LIMIT);
    ck_assert_uint_eq(calpol_diagnostics_count_severity(diagnostics, CALPOL_SEVERITY_ERROR), 1);
    calpol_diagnostics_free(diagnostics);
    calpol_loader_free(loader);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("folder");
    TCase *tcase = tcase_create("files");

    tcase_add_checked_fixture(tcase, enter_folder, leave_folder);
    tcase_add_test(tcase, files_come_in_byte_order_of_their_paths);
    tcase_add_test(tcase, links_that_go_in_circles_are_followed_once);
    tcase_add_test(tcase, a_named_file_may_be_called_anything);
    tcase_add_test(tcase, a_file_that_is_not_there_is_told);
    tcase_add_test(tcase, a_folder_without_files_is_told);
    tcase_add_test(tcase, a_broken_link_is_told_and_the_rest_is_read);
    tcase_add_test(tcase, a_pipe_in_a_folder_is_not_waited_for);
    tcase_add_test(tcase, a_large_file_is_read_whole);
    tcase_add_test(tcase, max_total_bytes_holds_for_files);
    suite_add_tcase(suite, tcase);
    return suite;
}
