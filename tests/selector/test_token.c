/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tokens: what a word is depends on what stands before it (selectors.md 1.3).
 */
#include "selector/token.h"
#include "support/expect.h"
#include "support/suite.h"

static const char *const token_names[] = {
    [CP_TOKEN_END] = "end",
    [CP_TOKEN_LEFT_PARENTHESIS] = "(",
    [CP_TOKEN_RIGHT_PARENTHESIS] = ")",
    [CP_TOKEN_LEFT_BRACE] = "{",
    [CP_TOKEN_RIGHT_BRACE] = "}",
    [CP_TOKEN_COMMA] = ",",
    [CP_TOKEN_AND] = "&&",
    [CP_TOKEN_OR] = "||",
    [CP_TOKEN_NOT] = "!",
    [CP_TOKEN_LITERAL] = "literal",
    [CP_TOKEN_LABEL] = "label",
};

static const char *const node_names[] = {
    [CP_SELECTOR_ALL] = "all",
    [CP_SELECTOR_GLOBAL] = "global",
    [CP_SELECTOR_HAS] = "has",
    [CP_SELECTOR_EQUAL] = "==",
    [CP_SELECTOR_NOT_EQUAL] = "!=",
    [CP_SELECTOR_IN] = "in",
    [CP_SELECTOR_NOT_IN] = "not-in",
    [CP_SELECTOR_CONTAINS] = "contains",
    [CP_SELECTOR_STARTS_WITH] = "starts-with",
    [CP_SELECTOR_ENDS_WITH] = "ends-with",
};

static const char *name_of(const struct cp_token *token)
{
    return token->type < CP_TOKEN_CALL ? token_names[token->type] : node_names[token->node];
}

static const struct sentence {
    const char *text;
    const char *tokens; /* ends with "end", or with the error and its offset */
} sentences[] = {
    {"", "end"},
    {" \t ", "end"},
    {"(){},!&&||", "( ) { } , ! && || end"},
    {"a==\"b\"", "label == literal end"},
    {"a != 'b'", "label != literal end"},
    {"a ==== \"b\"", "label == == literal end"},
    {"a in b", "label in label end"},
    {"a not in b", "expected_operator 2"},
    {"a contains b", "label contains label end"},
    {"a starts with b", "expected_operator 2"},
    {"a inx {\"y\"}", "expected_operator 2"},
    {"a in- {\"y\"}", "expected_operator 2"},
    {"a in. {\"y\"}", "expected_operator 2"},
    {"a in/ {\"y\"}", "expected_operator 2"},
    {"a in\"x\"", "label in literal end"},
    {"a notin{\"x\"}", "label not-in { literal } end"},
    {"a startswith\"x\"", "label starts-with literal end"},
    {"a ends\twith\"x\"", "label ends-with literal end"},
    {"a not \t in {}", "label not-in { } end"},
    {"in in {\"in\"}", "label in { literal } end"},
    {"not not in {'x'}", "label not-in { literal } end"},
    {"contains contains \"contains\"", "label contains literal end"},
    {"has == \"x\"", "label == literal end"},
    {"has(has)", "has end"},
    {"has(\ta )", "has end"},
    {"all( )global(\t)", "all global end"},
    {"has (a)", "label ( label ) end"},
    {"a has(b)", "expected_operator 2"},
    {"hasa has.x", "expected_operator 5"},
    {"hasa,has.x,all-x,xall", "label , label , label , label end"},
    {"has(a) in {\"b\"}", "has label { literal } end"},
    {"not a == \"b\"", "expected_operator 4"},
    {"a !== \"b\"", "expected_eqeq 4"},
    {"a & b", "expected_andand 2"},
    {"a | b", "expected_oror 2"},
    {"a == \"b", "unterminated_string 5"},
    {"a == \"b'", "unterminated_string 5"},
    {"\"a", "unterminated_string 0"},
    {"a\n", "expected_operator 1"},
    {"\na", "expected_identifier 0"},
    {"\xc2\xa0", "expected_identifier 0"},
    {"has()", "expected_identifier 4"},
    {"has(", "expected_identifier 4"},
    {"has(a b)", "unclosed_has 6"},
    {"has(a", "unclosed_has 5"},
    {"all(x)", "unclosed_all 4"},
    {"global( \t", "unclosed_global 9"},
};

static void list_tokens(const char *text, struct cp_buffer *buffer)
{
    struct cp_tokens tokens;

    cp_tokens_init(&tokens, cp_text_from(text));
    do {
        if (!cp_tokens_next(&tokens)) {
            buffer->length = 0; /* what stood before it does not matter */
            cp_buffer_format(buffer, "%s %u", cp_selector_error_name(tokens.problem.error),
                             (uint32_t)tokens.problem.offset);
            return;
        }
        cp_buffer_format(buffer, "%s%s", buffer->length ? " " : "", name_of(&tokens.token));
    } while (tokens.token.type != CP_TOKEN_END);
}

START_TEST(a_text_has_these_tokens)
{
    const struct sentence *sentence = &sentences[_i];
    struct cp_arena arena;
    struct cp_buffer buffer;

    cp_arena_init(&arena, NULL);
    cp_buffer_init(&buffer, &arena);
    list_tokens(sentence->text, &buffer);
    ck_assert_str_eq(cp_buffer_string(&buffer), sentence->tokens);
    cp_arena_finish(&arena);
}
END_TEST

START_TEST(the_end_comes_again_and_again)
{
    struct cp_tokens tokens;

    cp_tokens_init(&tokens, CP_TEXT("a "));
    ck_assert(cp_tokens_next(&tokens));
    for (int i = 0; i < 3; i++) {
        ck_assert(cp_tokens_next(&tokens));
        ck_assert_int_eq(tokens.token.type, CP_TOKEN_END);
        ck_assert_uint_eq(tokens.token.offset, 2);
    }
}
END_TEST

START_TEST(tokens_know_their_place_and_text)
{
    struct cp_tokens tokens;

    cp_tokens_init(&tokens, CP_TEXT("  has( a.b ) 'x\0y'"));
    ck_assert(cp_tokens_next(&tokens));
    ck_assert_uint_eq(tokens.token.offset, 2);
    ck_assert(cp_text_is(tokens.token.text, "a.b"));
    ck_assert(cp_tokens_next(&tokens));
    ck_assert_uint_eq(tokens.token.offset, 13);
    ck_assert(cp_text_equal(tokens.token.text, CP_TEXT("x\0y")));
}
END_TEST

/* Is the first token of a text that ends with a name of length bytes there? */
static bool takes_name(struct cp_text before, size_t length, struct cp_tokens *tokens)
{
    static char text[600]; /* the tokens point to it */

    ck_assert_uint_le(before.length + length, sizeof(text));
    memset(text, 'a', sizeof(text));
    memcpy(text, before.data, before.length);
    cp_tokens_init(tokens, cp_text_make(text, before.length + length));
    return cp_tokens_next(tokens);
}

START_TEST(a_name_has_up_to_512_bytes)
{
    struct cp_tokens tokens;

    ck_assert(takes_name(CP_TEXT(""), 512, &tokens));
    ck_assert_uint_eq(tokens.token.text.length, 512);
    ck_assert(!takes_name(CP_TEXT(""), 513, &tokens));
    ck_assert_int_eq(tokens.problem.error, CP_SELECTOR_LABEL_TOO_LONG);
    ck_assert_uint_eq(tokens.problem.offset, 0);
    ck_assert(!takes_name(CP_TEXT("has( "), 513, &tokens));
    ck_assert_int_eq(tokens.problem.error, CP_SELECTOR_LABEL_TOO_LONG);
    ck_assert_uint_eq(tokens.problem.offset, 5);
    ck_assert(!takes_name(CP_TEXT("has( "), 512, &tokens));
    ck_assert_int_eq(tokens.problem.error, CP_SELECTOR_UNCLOSED_HAS);
    ck_assert_uint_eq(tokens.problem.offset, 517);
}
END_TEST

Suite *test_suite(void)
{
    Suite *suite = suite_create("selector/token");
    TCase *tokens = tcase_create("tokens");

    tcase_add_loop_test(tokens, a_text_has_these_tokens, 0, COUNT_OF(sentences));
    tcase_add_test(tokens, the_end_comes_again_and_again);
    tcase_add_test(tokens, tokens_know_their_place_and_text);
    tcase_add_test(tokens, a_name_has_up_to_512_bytes);
    suite_add_tcase(suite, tokens);
    return suite;
}
