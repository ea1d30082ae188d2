/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the parts of checking an image share. Internal to ruleset/.
 */
#ifndef CP_RULESET_IMAGE_CHECK_H
#define CP_RULESET_IMAGE_CHECK_H

#include "base/checksum.h"
#include "ruleset/image.h"

/* Numbers of a kind: first ... first + count - 1. */
struct cp_number_limit {
    uint32_t first, count;
};

struct cp_image_check {
    unsigned char *bytes;
    struct cp_image_header header;
    struct cp_image_map map;
    uintptr_t delta; /* between where the image is and where its pointers say it is */
    const struct calpol_ruleset *root;
    struct cp_number_limit limits[CP_NUMBER_KIND_COUNT];
    struct cp_arena arena; /* for what is noted on the way */
    struct cp_checksum checksum;
    uint64_t summed;          /* bytes so far */
    const char *item, *fault; /* what is wrong with which kind of item; NULL: nothing so far */
    int status;               /* CALPOL_ERROR_NO_MEMORY: there is none to check with */
    uint64_t *programs; /* where programs that a record leads to begin, as bits by unit of code */
    uint64_t code_seen; /* bytes of programs checked so far */
};

static inline bool cp_is_within(struct cp_number_limit limit, uint32_t number)
{
    return number - limit.first < limit.count;
}

/*
 * image_facts.c: what no table says of items, which come in the order of the image: NULL, or what is
 * wrong. first is the number of the first item. Whatever they point to is not checked yet, but there.
 */
const char *cp_image_check_items(const struct cp_image_check *check,
                                 enum cp_item item,
                                 const void *items,
                                 size_t first,
                                 size_t count);

/* What is said of the whole, once all items are checked. */
const char *cp_image_check_whole(const struct cp_image_check *check);

/*
 * image_programs.c: can any flow be judged by the programs? First everything but the code, once what the
 * programs point to is there; then the programs that begin in a piece of the code. Sets fault or status.
 */
void cp_image_check_programs(struct cp_image_check *check);
void cp_image_check_code(struct cp_image_check *check, size_t first, size_t count);

#endif
