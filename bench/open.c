/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What compiled rulesets cost: how large the file of W1 and of W2 is, what is in it, and how long it
 * takes to open it, mapped where it wants to be and copied from memory.
 */
#include "cluster.h"
#include "load.h"
#include "measure.h"

#include "ruleset/image.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define RUNS 15

/* Kinds of items that take less of a file are not worth a line. */
#define SHARE_SHOWN 0.01

static void require(bool is_good, const char *what)
{
    if (is_good)
        return;
    fprintf(stderr, "%s fails\n", what);
    exit(1);
}

static double milliseconds_since(uint64_t start)
{
    return (double)(busy() - start) / 1e6;
}

static double measure_open(const char *path)
{
    double best = 1e9;

    for (int run = 0; run < RUNS; run++) {
        uint64_t start = busy();
        calpol_ruleset *ruleset;
        double took;

        require(calpol_ruleset_open(path, NULL, &ruleset, NULL, 0) == CALPOL_OK, "opening");
        took = milliseconds_since(start);
        best = took < best ? took : best;
        calpol_ruleset_unref(ruleset);
    }
    return best;
}

static double measure_open_bytes(const void *bytes, size_t size)
{
    double best = 1e9;

    for (int run = 0; run < RUNS; run++) {
        uint64_t start = busy();
        calpol_ruleset *ruleset;
        double took;

        require(calpol_ruleset_open_bytes(bytes, size, NULL, &ruleset, NULL, 0) == CALPOL_OK,
                "opening");
        took = milliseconds_since(start);
        best = took < best ? took : best;
        calpol_ruleset_unref(ruleset);
    }
    return best;
}

static void print_items(const void *bytes, size_t size)
{
    struct cp_image_header header;
    struct cp_image_map map;

    memcpy(&header, bytes, sizeof(header));
    require(cp_image_map_of(&header, &map), "reading");
    for (int item = 0; item < CP_ITEM_COUNT; item++) {
        const struct cp_item_layout *layout = cp_item_layout((enum cp_item)item);

        if ((double)map.sizes[item] >= (double)size * SHARE_SHOWN)
            printf("    %-24s %9llu of %4u bytes %8.1f MB\n", layout->name,
                   (unsigned long long)header.counts[item], layout->size,
                   (double)map.sizes[item] / 1e6);
    }
}

static void bench_open(const char *name, const struct mesh *mesh)
{
    char path[] = "bench-open-XXXXXX";
    int file = mkstemp(path);
    struct cluster cluster;
    struct text text = {0};
    calpol_text *compiled;
    double mapped, copied;
    const char *bytes;
    size_t size;

    require(file >= 0, "making a file");
    write_mesh(&text, mesh);
    cluster = load_cluster(&text, EFFORT_USUAL);
    require(calpol_ruleset_write(cluster.ruleset, &compiled) == CALPOL_OK, "writing");
    require(calpol_ruleset_save(cluster.ruleset, path) == CALPOL_OK, "saving");
    free_cluster(&cluster);
    bytes = calpol_text_string(compiled);
    size = calpol_text_length(compiled);
    mapped = measure_open(path);
    copied = measure_open_bytes(bytes, size);
    printf("%-4s %8.1f MB, opened in %6.2f ms, from memory in %6.2f ms\n", name, (double)size / 1e6,
           mapped, copied);
    print_items(bytes, size);
    calpol_text_free(compiled);
    remove(path);
}

int main(void)
{
    bench_open("W1", &mesh_w1);
    bench_open("W2", &mesh_w2);
    return 0;
}
