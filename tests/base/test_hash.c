/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes and the index over them.
 */
#include "base/hash.h"

#include "support/expect.h"
#include "support/failing_allocator.h"
#include "support/suite.h"

static struct cp_arena arena;

static void set_up(void)
{
    cp_arena_init(&arena, NULL);
}

static void tear_down(void)
{
    cp_arena_finish(&arena);
}

START_TEST(a_hash_depends_on_bytes_length_and_seed)
{
    char bytes[40] = {0};
    uint64_t zeros[COUNT_OF(bytes) + 1];

    for (size_t length = 0; length <= sizeof(bytes); length++) {
        zeros[length] = cp_hash_bytes(bytes, length, 0);
        ck_assert_uint_eq(zeros[length], cp_hash_bytes(bytes, length, 0));
        ck_assert_uint_ne(zeros[length], cp_hash_bytes(bytes, length, 1));
        for (size_t i = 0; i < length; i++)
            ck_assert_uint_ne(zeros[length], zeros[i]);
    }
    for (size_t i = 0; i < sizeof(bytes); i++) {
        bytes[i] = 1;
        ck_assert_uint_ne(cp_hash_bytes(bytes, sizeof(bytes), 0), zeros[sizeof(bytes)]);
        bytes[i] = 0;
    }
}
END_TEST

START_TEST(a_hash_does_not_depend_on_alignment)
{
    char bytes[32];

    for (size_t start = 0; start < 16; start++) {
        memcpy(bytes + start, "kube-system/dns", 15);
        ck_assert_uint_eq(cp_hash_bytes(bytes + start, 15, 7),
                          cp_hash_text(CP_TEXT("kube-system/dns"), 7));
    }
}
END_TEST

START_TEST(no_text_hashes_like_the_empty_text)
{
    ck_assert_uint_eq(cp_hash_text(cp_text_from(NULL), 3), cp_hash_text(CP_TEXT(""), 3));
}
END_TEST

/* Both halves of the hash are used, so both must differ. 65536 hashes of 32 bits have 0.5 pairs. */
START_TEST(similar_texts_have_different_tags)
{
    struct cp_index index = {0};
    unsigned collisions = 0;

    for (uint32_t i = 0; i < 65536; i++) {
        char name[] = "pod-0000";
        uint64_t hash;

        for (uint32_t rest = i, at = 8; rest; rest /= 16)
            name[--at] = "0123456789abcdef"[rest % 16];
        hash = cp_hash_text(cp_text_make(name, 8), 0);
        collisions += cp_index_first(&index, hash) != CP_INDEX_END;
        ck_assert(cp_index_add(&index, &arena, hash, i));
    }
    ck_assert_uint_le(collisions, 5);
}
END_TEST

/* How often an item is found under a hash. */
static unsigned occurrences(const struct cp_index *index, uint64_t hash, uint32_t item)
{
    unsigned count = 0;

    for (uint32_t i = cp_index_first(index, hash); i != CP_INDEX_END; i = cp_index_next(index, i))
        count += cp_index_item(index, i) == item;
    return count;
}

START_TEST(nothing_is_in_an_empty_index)
{
    struct cp_index index = {0};

    ck_assert_uint_eq(cp_index_first(&index, 0), CP_INDEX_END);
    ck_assert_uint_eq(cp_index_first(&index, UINT64_MAX), CP_INDEX_END);
}
END_TEST

START_TEST(every_item_is_found_once_as_often_as_it_was_added)
{
    struct cp_index index = {0};
    uint64_t random = 1;

    for (uint32_t i = 0; i < 5000; i++)
        ck_assert(cp_index_add(&index, &arena, next_random(&random), i));
    random = 1;
    for (uint32_t i = 0; i < 5000; i++)
        ck_assert_uint_eq(occurrences(&index, next_random(&random), i), 1);
    ck_assert_uint_eq(index.count, 5000);
}
END_TEST

START_TEST(items_of_one_hash_are_all_found)
{
    struct cp_index index = {0};
    /* The last position: the probe goes around the end. */
    const uint64_t hash = UINT64_MAX;

    for (uint32_t i = 0; i < 100; i++)
        ck_assert(cp_index_add(&index, &arena, hash, i));
    for (uint32_t i = 0; i < 100; i++)
        ck_assert_uint_eq(occurrences(&index, hash, i), 1);
    ck_assert_uint_eq(cp_index_first(&index, 0), CP_INDEX_END);
}
END_TEST

START_TEST(a_failed_addition_leaves_the_index)
{
    struct cp_index index = {0};
    struct failing_allocator failing;
    struct cp_arena small;
    uint64_t random = 1;

    failing_allocator_init(&failing, 2);
    cp_arena_init(&small, &failing.allocator);
    while (cp_index_add(&index, &small, next_random(&random), index.count))
        continue;
    ck_assert_uint_gt(index.count, 0);
    random = 1;
    for (uint32_t i = 0; i < index.count; i++)
        ck_assert_uint_eq(occurrences(&index, next_random(&random), i), 1);
    cp_arena_finish(&small);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("base/hash");
    TCase *hash = tcase_create("hash");
    TCase *index = tcase_create("index");

    tcase_add_checked_fixture(hash, set_up, tear_down);
    if (!HARSH) {
        tcase_add_test(hash, a_hash_depends_on_bytes_length_and_seed);
        tcase_add_test(hash, similar_texts_have_different_tags);
    }
    tcase_add_test(hash, a_hash_does_not_depend_on_alignment);
    tcase_add_test(hash, no_text_hashes_like_the_empty_text);
    suite_add_tcase(suite, hash);
    tcase_add_checked_fixture(index, set_up, tear_down);
    tcase_add_test(index, nothing_is_in_an_empty_index);
    tcase_add_test(index, every_item_is_found_once_as_often_as_it_was_added);
    tcase_add_test(index, items_of_one_hash_are_all_found);
    tcase_add_test(index, a_failed_addition_leaves_the_index);
    suite_add_tcase(suite, index);
    return suite;
}
