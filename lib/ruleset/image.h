/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ruleset as one block of bytes, which a file holds and memory maps.
 *
 *     [ header ][ items of kind 0 ][ items of kind 1 ] ... each from a multiple of 64 bytes on
 *
 * Items are the structs of ruleset.h and program.h as the compiler lays them out, described by
 * layout.h. Pointers are those of an image that lies at the address base, so one that is mapped there
 * is used as it is, by all who map it from the same memory. Anywhere else its pointers are moved.
 *
 * An image is for the library that wrote it, or one whose structs are the same, on a machine of the
 * same kind. The same ruleset makes the same bytes.
 *
 * Nothing that an image says is believed: whoever can change the bytes can change the checksum. Every
 * pointer, count, number, enumeration and chain that anything follows is checked before the ruleset is
 * handed out. What an image may still do is lie about what policies say, as a YAML file may.
 */
#ifndef CP_RULESET_IMAGE_H
#define CP_RULESET_IMAGE_H

#include "ruleset/layout.h"

#define CP_IMAGE_MAGIC                                                                             \
    "\x89"                                                                                         \
    "CALPOL\n"
#define CP_IMAGE_MAGIC_BYTES 8u
#define CP_IMAGE_ALIGNMENT 64u

/* Changes whenever the meaning of an image does though its layout does not. */
#define CP_IMAGE_VERSION 1u

/* The first four fields are the same in all versions, so that foreign images are told apart. */
struct cp_image_header {
    unsigned char magic[CP_IMAGE_MAGIC_BYTES];
    uint32_t byte_order; /* CP_IMAGE_BYTE_ORDER as the writer's machine has it */
    uint16_t version, pointer_size;
    char writer[24];      /* version of calpol, NUL-terminated */
    uint64_t fingerprint; /* of the layout */
    uint64_t size;        /* of the image */
    uint64_t base;
    uint64_t checksum; /* of everything else */
    uint64_t counts[CP_ITEM_COUNT];
};

#define CP_IMAGE_BYTE_ORDER 0x01020304u

/* Where the items of each kind are. */
struct cp_image_map {
    uint64_t offsets[CP_ITEM_COUNT];
    uint64_t sizes[CP_ITEM_COUNT]; /* in bytes */
    uint64_t size;                 /* of the image */
};

/* By the counts of a header; false if there is no such image. */
bool cp_image_map_of(const struct cp_image_header *header, struct cp_image_map *out_map);

/* An image as it is written: memory of before + size + after bytes, with the image in the middle. */
struct cp_image_bytes {
    unsigned char *memory;
    size_t size; /* of the image */
};

/*
 * The image of a ruleset, in memory from the ruleset's allocator, with room before and behind it.
 * CALPOL_OK, CALPOL_ERROR_NO_MEMORY; CALPOL_ERROR_LIMIT if it is too large for one.
 */
int cp_image_write(const struct calpol_ruleset *ruleset,
                   size_t before,
                   size_t after,
                   struct cp_image_bytes *out_image);

/* The checksum that belongs into the header of an image, which is complete but for it. */
uint64_t cp_image_checksum(const unsigned char *bytes, size_t size);

/*
 * Can this library read an image that begins with these bytes, size at least a header's? What stands
 * against it goes to message. CALPOL_OK or CALPOL_ERROR_INVALID_INPUT.
 */
int cp_image_read_header(const unsigned char *bytes,
                         size_t size,
                         struct cp_image_header *out_header,
                         struct cp_buffer *message);

/*
 * Checks an image, at a multiple of CP_IMAGE_ALIGNMENT, and moves its pointers to where it is: bytes
 * are written only if that is not its base. On success *out_root is the ruleset in it, whose fields
 * that are not in images are zero. CALPOL_OK; CALPOL_ERROR_INVALID_INPUT, with the reason in message;
 * CALPOL_ERROR_NO_MEMORY.
 */
int cp_image_check(unsigned char *bytes,
                   size_t size,
                   const struct calpol_allocator *allocator,
                   const struct calpol_ruleset **out_root,
                   struct cp_buffer *message);

/*
 * The ruleset of an image, with one reference; it takes the mapping over. On failure the mapping is
 * still the caller's. As cp_image_check; CALPOL_ERROR_NO_MEMORY also if the system refuses to let a
 * mapping be written.
 */
int cp_image_open(struct cp_mapping *image,
                  const struct calpol_allocator *allocator,
                  struct calpol_ruleset **out_ruleset,
                  struct cp_buffer *message);

/* Adds delta to all pointers of count items. */
void cp_image_move(enum cp_item item, unsigned char *items, size_t count, uintptr_t delta);

#endif
