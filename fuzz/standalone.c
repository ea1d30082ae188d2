/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A main() for fuzz targets without a fuzzer: hands files, and all files in folders, to the target
 * once each. So the corpus and every past crash run in the ordinary tests with any compiler.
 *
 * The empty input is always replayed first. A path that cannot be read is a failure: a regression
 * that silently was not run would look like one that passed.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define MAX_DEPTH 8

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned long replayed;

static bool complain(const char *path)
{
    perror(path);
    return false;
}

/* The block has exactly the size of the file, so that a sanitizer sees a read past its end. */
static bool replay_stream(FILE *stream, size_t size)
{
    uint8_t *data = malloc(size ? size : 1);
    bool complete = data && fread(data, 1, size, stream) == size;

    if (complete) {
        (void)LLVMFuzzerTestOneInput(data, size);
        replayed++;
    }
    free(data);
    return complete;
}

static bool replay_file(const char *path, size_t size)
{
    FILE *stream = fopen(path, "rb");
    bool complete;

    if (!stream)
        return complain(path);
    complete = replay_stream(stream, size);
    (void)fclose(stream);
    return complete ? true : complain(path);
}

static bool replay_path(const char *path, int depth);

static bool replay_member(const char *folder, const char *name, int depth)
{
    size_t length = strlen(folder) + strlen(name) + 2;
    char *path;
    bool complete;

    if (name[0] == '.')
        return true;
    path = malloc(length);
    if (!path)
        return complain(folder);
    (void)snprintf(path, length, "%s/%s", folder, name);
    complete = replay_path(path, depth);
    free(path);
    return complete;
}

static bool replay_folder(const char *path, int depth)
{
    DIR *folder = opendir(path);
    const struct dirent *member;
    bool complete = true;

    if (!folder)
        return complain(path);
    while ((member = readdir(folder)))
        complete = replay_member(path, member->d_name, depth) && complete;
    (void)closedir(folder);
    return complete;
}

static bool replay_path(const char *path, int depth)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return complain(path);
    if (!S_ISDIR(status.st_mode))
        return replay_file(path, (size_t)status.st_size);
    if (depth == MAX_DEPTH) {
        (void)fprintf(stderr, "%s: folders are nested too deep\n", path);
        return false;
    }
    return replay_folder(path, depth + 1);
}

int main(int argc, char **argv)
{
    bool complete = true;

    (void)LLVMFuzzerTestOneInput((const uint8_t *)"", 0);
    for (int i = 1; i < argc; i++)
        complete = replay_path(argv[i], 0) && complete;
    (void)printf("%lu files replayed\n", replayed);
    return complete ? EXIT_SUCCESS : EXIT_FAILURE;
}
