/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The description of the ruleset's structs, for itself. That no member is missing is for the test
 * "layout" of suite abi.
 */
#include "ruleset/layout.h"

#include "support/expect.h"
#include "support/suite.h"

#define LARGEST_ITEM 4096u

/* A field takes an offset behind another one, but for what alignment needs. */
START_TEST(fields_are_within_their_struct_and_do_not_overlap)
{
    const struct cp_item_layout *layout = cp_item_layout((enum cp_item)_i);
    unsigned char taken[LARGEST_ITEM] = {0};

    ck_assert_uint_le(layout->size, sizeof(taken));
    ck_assert_uint_gt(layout->field_count, 0);
    for (uint32_t f = 0; f < layout->field_count; f++) {
        const struct cp_layout_field *field = &layout->fields[f];

        ck_assert_uint_le(field->offset + field->size, layout->size);
        for (uint32_t b = 0; b < field->size; b++) {
            ck_assert_msg(!taken[field->offset + b], "%s: %s", layout->name, field->name);
            taken[field->offset + b] = 1;
        }
    }
    for (uint32_t b = 0, free = 0; b < layout->size; b++) {
        free = taken[b] ? 0 : free + 1;
        ck_assert_msg(free < _Alignof(max_align_t) / 2, "%s: nothing at byte %u", layout->name, b);
    }
}
END_TEST

START_TEST(pointers_lead_to_later_kinds_of_the_size_they_are_declared_with)
{
    const struct cp_item_layout *layout = cp_item_layout((enum cp_item)_i);

    for (uint32_t f = 0; f < layout->field_count; f++) {
        const struct cp_layout_field *field = &layout->fields[f];

        if (field->type != CP_LAYOUT_ARRAY && field->type != CP_LAYOUT_OPTIONAL_ARRAY)
            continue;
        ck_assert_uint_eq(field->size, sizeof(void *));
        ck_assert_msg(field->item > _i && field->item < CP_ITEM_COUNT, "%s: %s", layout->name,
                      field->name);
        /* Code is pointed to as bytes and counted in pieces. */
        if (field->item != CP_ITEM_CODE)
            ck_assert_uint_eq(field->item_size, cp_item_layout((enum cp_item)field->item)->size);
    }
}
END_TEST

START_TEST(fields_have_the_size_of_their_type)
{
    const struct cp_item_layout *layout = cp_item_layout((enum cp_item)_i);

    for (uint32_t f = 0; f < layout->field_count; f++) {
        const struct cp_layout_field *field = &layout->fields[f];

        switch ((enum cp_layout_type)field->type) {
        case CP_LAYOUT_ENUM:
        case CP_LAYOUT_INDEX:
        case CP_LAYOUT_INDEX_OR_NONE:
        case CP_LAYOUT_RANGE:
            ck_assert_uint_eq(field->size, sizeof(uint32_t));
            break;
        case CP_LAYOUT_TEXT:
            ck_assert_uint_eq(field->size, sizeof(struct cp_text));
            break;
        case CP_LAYOUT_PLAIN:
        case CP_LAYOUT_ABSENT:
        case CP_LAYOUT_BYTE:
        case CP_LAYOUT_ARRAY:
        case CP_LAYOUT_OPTIONAL_ARRAY:
            break;
        }
        ck_assert_uint_le(field->first, field->last);
        ck_assert_uint_lt(field->limit, CP_NUMBER_KIND_COUNT);
    }
}
END_TEST

START_TEST(the_fingerprint_is_the_same_each_time)
{
    ck_assert_uint_eq(cp_layout_fingerprint(), cp_layout_fingerprint());
    ck_assert_uint_ne(cp_layout_fingerprint(), 0);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("layout");
    TCase *tcase = tcase_create("layout");

    tcase_add_loop_test(tcase, fields_are_within_their_struct_and_do_not_overlap, 0, CP_ITEM_COUNT);
    tcase_add_loop_test(tcase, pointers_lead_to_later_kinds_of_the_size_they_are_declared_with, 0,
                        CP_ITEM_COUNT);
    tcase_add_loop_test(tcase, fields_have_the_size_of_their_type, 0, CP_ITEM_COUNT);
    tcase_add_test(tcase, the_fingerprint_is_the_same_each_time);
    suite_add_tcase(suite, tcase);
    return suite;
}
