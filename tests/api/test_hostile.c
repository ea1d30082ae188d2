/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled files that somebody has changed, of a small ruleset that has everything in it: damage is
 * refused; what carries the right checksum is refused, or safe to ask.
 *
 * CALPOL_TEST_THOROUGH in the environment makes all changes to all bytes; usually a sample of them
 * is made, another one for every build of the file.
 */
#include "ruleset/image.h"
#include "support/asking.h"
#include "support/images.h"
#include "support/suite.h"

#include <stdlib.h>

static const unsigned char *bytes;
static unsigned char *changed;
static size_t size;
static calpol_text *text;

static void set_up(void)
{
    calpol_ruleset *ruleset = load_kinds(NULL);

    text = bytes_of(ruleset);
    calpol_ruleset_unref(ruleset);
    bytes = (const unsigned char *)calpol_text_string(text);
    size = calpol_text_length(text);
    changed = malloc(size);
    ck_assert_ptr_nonnull(changed);
    memcpy(changed, bytes, size);
}

static void tear_down(void)
{
    free(changed);
    calpol_text_free(text);
}

static bool is_thorough(void)
{
    return getenv("CALPOL_TEST_THOROUGH") != NULL;
}

/* Opens what changed is now; true: it was refused, with a reason. */
static bool is_refused(size_t length)
{
    calpol_ruleset *ruleset = NULL;
    char message[200] = "";
    int status =
        calpol_ruleset_open_bytes(changed, length, NULL, &ruleset, message, sizeof(message));

    if (status == CALPOL_OK) {
        ask_everything(ruleset);
        calpol_ruleset_unref(ruleset);
        return false;
    }
    ck_assert_int_eq(status, CALPOL_ERROR_INVALID_INPUT);
    ck_assert_ptr_null(ruleset);
    ck_assert_int_ne(message[0], '\0');
    ck_assert_ptr_null(strchr(message, '\n'));
    return true;
}

/* ---- Damage ---------------------------------------------------------------------------------- */

START_TEST(each_changed_byte_is_noticed)
{
    for (size_t i = 0; i < size; i++) {
        for (unsigned bit = 0; is_in_share((unsigned)i) && bit < 8; bit += is_thorough() ? 1 : 8) {
            changed[i] = (unsigned char)(bytes[i] ^ 1u << bit);
            ck_assert_msg(is_refused(size), "byte %zu, bit %u", i, bit);
        }
        changed[i] = bytes[i];
    }
}
END_TEST

START_TEST(each_length_but_the_right_one_is_noticed)
{
    unsigned char *longer = realloc(changed, size + 64);

    ck_assert_ptr_nonnull(longer);
    changed = longer;
    memset(changed + size, 0, 64);
    for (size_t length = 0; length < size + 64; length++) {
        if (length != size && is_in_share((unsigned)length))
            ck_assert_msg(is_refused(length), "%zu bytes of %zu", length, size);
    }
}
END_TEST

START_TEST(a_length_that_the_header_confirms_is_noticed)
{
    for (size_t length = sizeof(struct cp_image_header); length < size; length += 13) {
        struct cp_image_header header;

        if (!is_in_share((unsigned)(length / 13)))
            continue;
        memcpy(changed, bytes, size);
        memcpy(&header, bytes, sizeof(header));
        header.size = length;
        memcpy(changed, &header, sizeof(header));
        fix_checksum(changed, length);
        ck_assert_msg(is_refused(length), "%zu bytes", length);
    }
}
END_TEST

/* ---- Malice ---------------------------------------------------------------------------------- */

/* What may be put in place of a number, and its neighbours. */
static uint32_t other_number(uint32_t number, unsigned variant)
{
    const uint32_t others[] = {
        0,
        1,
        2,
        number + 1,
        number - 1,
        UINT32_MAX,
        INT32_MAX,
        number ^ 1u << 31,
        number + 64,
        number * 2,
        number + 4,
        UINT32_MAX - 1,
        255,
        65535,
        number ^ 0x0101,
        number << 8,
    };

    return others[variant % (sizeof(others) / sizeof(others[0]))];
}

#define NUMBER_VARIANTS 16u

START_TEST(any_number_with_the_right_checksum_is_refused_or_harmless)
{
    uint32_t refused = 0, step = is_thorough() ? 1 : 16, tried = 0;

    for (size_t i = 0; i + 4 <= size; i += 4) {
        for (uint32_t variant = (uint32_t)(i / 4) % step; variant < NUMBER_VARIANTS;
             variant += step) {
            uint32_t number, other;

            memcpy(&number, bytes + i, sizeof(number));
            other = other_number(number, variant);
            if (other == number || !is_in_share(tried++))
                continue;
            memcpy(changed + i, &other, sizeof(other));
            fix_checksum(changed, size);
            refused += is_refused(size);
            memcpy(changed + i, bytes + i, sizeof(number));
        }
    }
    ck_assert_uint_gt(refused, share_of((unsigned)(size / 16 / step)));
}
END_TEST

START_TEST(any_byte_with_the_right_checksum_is_refused_or_harmless)
{
    uint32_t refused = 0, step = is_thorough() ? 1 : 3, tried = 0;

    for (size_t i = 0; i < size; i++) {
        const unsigned char others[] = {0,
                                        1,
                                        2,
                                        3,
                                        0xff,
                                        (unsigned char)(bytes[i] ^ 0x80),
                                        (unsigned char)(bytes[i] + 1),
                                        (unsigned char)(bytes[i] - 1)};

        for (size_t variant = i % step; variant < sizeof(others); variant += step) {
            if (others[variant] == bytes[i] || (i + variant) % (is_thorough() ? 1 : 12) ||
                !is_in_share(tried++))
                continue;
            changed[i] = others[variant];
            fix_checksum(changed, size);
            refused += is_refused(size);
        }
        changed[i] = bytes[i];
    }
    ck_assert_uint_gt(refused, share_of((unsigned)(size / 64 / step)));
}
END_TEST

/* Pointers and numbers of one item in place of another's are often within limits. */
START_TEST(items_that_change_places_are_refused_or_harmless)
{
    uint64_t state = 0x9e3779b97f4a7c15u;
    uint32_t rounds = is_thorough() ? 100000 : share_of(2000);

    for (uint32_t round = 0; round < rounds; round++) {
        size_t from, to, words = 1 + round % 6;

        state = state * 6364136223846793005u + 1442695040888963407u;
        from = (state >> 33) % (size / 8 - words) * 8;
        state = state * 6364136223846793005u + 1442695040888963407u;
        to = (sizeof(struct cp_image_header) / 8 +
              (state >> 33) % ((size - sizeof(struct cp_image_header)) / 8 - words)) *
             8;
        memcpy(changed + to, bytes + from, words * 8);
        fix_checksum(changed, size);
        is_refused(size);
        memcpy(changed + to, bytes + to, words * 8);
    }
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("hostile");
    TCase *tcase = tcase_create("hostile");

    tcase_add_checked_fixture(tcase, set_up, tear_down);
    tcase_add_test(tcase, each_changed_byte_is_noticed);
    tcase_add_test(tcase, each_length_but_the_right_one_is_noticed);
    tcase_add_test(tcase, a_length_that_the_header_confirms_is_noticed);
    tcase_add_test(tcase, any_number_with_the_right_checksum_is_refused_or_harmless);
    tcase_add_test(tcase, any_byte_with_the_right_checksum_is_refused_or_harmless);
    tcase_add_test(tcase, items_that_change_places_are_refused_or_harmless);
    tcase_set_timeout(tcase, is_thorough() ? 36000 : 600);
    suite_add_tcase(suite, tcase);
    return suite;
}
