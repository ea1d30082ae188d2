/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled rulesets in tests.
 */
#include "support/images.h"

#include "ruleset/image.h"

#include <check.h>

calpol_ruleset *load_kinds(const struct calpol_allocator *allocator)
{
    struct calpol_load_options options;
    calpol_ruleset *ruleset = NULL;
    calpol_loader *loader;

    ck_assert_int_eq(calpol_load_options_init(&options, sizeof(options)), CALPOL_OK);
    options.allocator = allocator;
    ck_assert_int_eq(calpol_loader_new(&options, &loader), CALPOL_OK);
    ck_assert_int_eq(
        calpol_loader_set_option(loader, "failsafe_inbound", "tcp:22,udp:10.0.0.0/8:68"),
        CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_path(loader, TESTS_FOLDER "/api/all-kinds.yaml"), CALPOL_OK);
    ck_assert_int_eq(calpol_loader_add_path(loader, TESTS_FOLDER "/api/more-kinds.yaml"),
                     CALPOL_OK);
    ck_assert_int_eq(calpol_loader_finish(loader, &ruleset, NULL), CALPOL_OK);
    calpol_loader_free(loader);
    return ruleset;
}

calpol_text *bytes_of(const calpol_ruleset *ruleset)
{
    calpol_text *text = NULL;

    ck_assert_int_eq(calpol_ruleset_write(ruleset, &text), CALPOL_OK);
    return text;
}

calpol_ruleset *open_image(const void *bytes, size_t size)
{
    calpol_ruleset *ruleset = NULL;
    char message[200] = "";
    int status = calpol_ruleset_open_bytes(bytes, size, NULL, &ruleset, message, sizeof(message));

    ck_assert_msg(status == CALPOL_OK, "status %d: %s", status, message);
    ck_assert_str_eq(message, "");
    return ruleset;
}

void fix_checksum(unsigned char *bytes, size_t size)
{
    struct cp_image_header header;

    if (size < sizeof(header))
        return;
    memcpy(&header, bytes, sizeof(header));
    header.checksum = cp_image_checksum(bytes, size);
    memcpy(bytes, &header, sizeof(header));
}
