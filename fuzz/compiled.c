/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled files of hostile bytes, with the right checksum: they are refused with a reason, or safe to ask
 * everything.
 *
 * The first byte says which good file to begin with, what follows what to change in it, so that inputs
 * stay of use when structs change: records of 8 bytes, each a kind of change, a place and a number. With
 * 255 in front the rest is a file itself, but for the parts of the header that would only get it refused.
 */
#include "answers.h"
#include "ruleset/image.h"
#include "support/asking.h"

#include <string.h>

#define RECORD_BYTES 8u
#define FILE_COUNT 3u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- Good files ------------------------------------------------------------------------------ */

static const char *const sources[FILE_COUNT][2] = {
    {FUZZ_FOLDER "/../tests/api/all-kinds.yaml", FUZZ_FOLDER "/../tests/api/more-kinds.yaml"},
    {FUZZ_FOLDER "/flow.yaml", NULL},
    {FUZZ_FOLDER "/../tests/api/more-kinds.yaml", NULL},
};

static calpol_text *compile(const char *const paths[2])
{
    calpol_ruleset *ruleset = NULL;
    calpol_text *text = NULL;
    calpol_loader *loader;

    EXPECT(!calpol_loader_new(NULL, &loader));
    for (int i = 0; i < 2 && paths[i]; i++)
        EXPECT(!calpol_loader_add_path(loader, paths[i]));
    EXPECT(!calpol_loader_finish(loader, &ruleset, NULL));
    EXPECT(!calpol_ruleset_write(ruleset, &text));
    calpol_ruleset_unref(ruleset);
    calpol_loader_free(loader);
    return text;
}

/* Compiled by the first call and kept. */
static const calpol_text *good_file(unsigned number)
{
    static calpol_text *files[FILE_COUNT];

    if (!files[number])
        files[number] = compile(sources[number]);
    return files[number];
}

/* ---- Changes --------------------------------------------------------------------------------- */

enum change {
    SET_BYTE,
    SET_NUMBER,
    SET_SMALL,   /* a number of 8 bits, in 32 */
    ADD,         /* to a number of 32 bits */
    ADD_POINTER, /* to one of 64 */
    SET_POINTER, /* to some place in the file */
    COPY,        /* 8 to 64 bytes from some other place */
    COPY_ITEM,   /* what is as far behind as the number says */
    CHANGE_COUNT
};

/* Where a pointer to a place in the file points to. */
static uint64_t address_of(const unsigned char *file, uint64_t place)
{
    struct cp_image_header header;

    memcpy(&header, file, sizeof(header));
    return header.base + place;
}

static void change(unsigned char *file, size_t size, const uint8_t record[RECORD_BYTES])
{
    enum change kind = (enum change)(record[0] % CHANGE_COUNT);
    size_t length = kind == COPY || kind == COPY_ITEM ? (size_t)(record[1] % 8 + 1) * 8 : 8;
    size_t place, from;
    uint32_t number, value;
    uint64_t wide;

    memcpy(&value, record + 4, sizeof(value));
    place = ((size_t)record[2] << 8 | record[3]) * 4 + (kind == SET_BYTE ? record[1] % 4 : 0);
    place %= size - length;
    from = value % (size - length);
    memcpy(&number, file + place, sizeof(number));
    memcpy(&wide, file + place, sizeof(wide));
    if (kind == SET_BYTE)
        file[place] = record[4];
    if (kind == SET_SMALL)
        value &= 0xff;
    if (kind == ADD)
        value += number;
    if (kind == SET_NUMBER || kind == SET_SMALL || kind == ADD)
        memcpy(file + place, &value, sizeof(value));
    wide = kind == ADD_POINTER ? wide + (uint64_t)(int64_t)(int32_t)value : address_of(file, from);
    if (kind == ADD_POINTER || kind == SET_POINTER)
        memcpy(file + place, &wide, sizeof(wide));
    if (kind == COPY_ITEM)
        from = (place + value % 1024) % (size - length);
    if (kind == COPY || kind == COPY_ITEM)
        memmove(file + place, file + from, length);
}

/* What would get a file refused and has nothing else to it. */
static void fix_header(unsigned char *file, size_t size)
{
    struct cp_image_header header, good;

    if (size < sizeof(header))
        return;
    memcpy(&header, file, sizeof(header));
    memcpy(&good, calpol_text_string(good_file(0)), sizeof(good));
    memcpy(header.magic, good.magic, sizeof(header.magic));
    header.byte_order = good.byte_order;
    header.version = good.version;
    header.pointer_size = good.pointer_size;
    header.fingerprint = good.fingerprint;
    header.size = size;
    memcpy(file, &header, sizeof(header));
    header.checksum = cp_image_checksum(file, size);
    memcpy(file, &header, sizeof(header));
}

/* ---- The target ------------------------------------------------------------------------------ */

static void check(const unsigned char *file, size_t size)
{
    calpol_ruleset *ruleset = NULL;
    char message[200] = "";
    int status = calpol_ruleset_open_bytes(file, size, NULL, &ruleset, message, sizeof(message));

    EXPECT(status == CALPOL_OK || status == CALPOL_ERROR_INVALID_INPUT);
    EXPECT((status == CALPOL_OK) == (ruleset != NULL));
    EXPECT((status == CALPOL_OK) == !message[0]);
    if (!ruleset)
        return;
    ask_everything(ruleset);
    calpol_ruleset_unref(ruleset);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool is_file = size && data[0] == 255;
    const calpol_text *good = good_file(size ? data[0] % FILE_COUNT : 0);
    size_t length = is_file ? size - 1 : calpol_text_length(good);
    unsigned char *file = malloc(length + 1);

    EXPECT(file);
    memcpy(file, is_file ? (const void *)(data + 1) : calpol_text_string(good), length);
    for (size_t at = 1; !is_file && at + RECORD_BYTES <= size; at += RECORD_BYTES)
        change(file, length, data + at);
    fix_header(file, length);
    check(file, length);
    free(file);
    return 0;
}
