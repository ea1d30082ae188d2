/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Why a text is no selector: names (those of selectors.md 1.4) and sentences.
 */
#include "selector/selector.h"

#include <assert.h>

static const struct error_text {
    const char *name;
    const char *text;
} error_texts[] = {
    [CP_SELECTOR_OK] = {"ok", "no error"},
    [CP_SELECTOR_UNTERMINATED_STRING] = {"unterminated_string", "the quote is never closed"},
    [CP_SELECTOR_EXPECTED_EQEQ] = {"expected_eqeq", "a single \"=\", expected \"==\""},
    [CP_SELECTOR_EXPECTED_ANDAND] = {"expected_andand", "a single \"&\", expected \"&&\""},
    [CP_SELECTOR_EXPECTED_OROR] = {"expected_oror", "a single \"|\", expected \"||\""},
    [CP_SELECTOR_EXPECTED_OPERATOR] = {"expected_operator",
                                       "expected an operator such as == or in behind the label"},
    [CP_SELECTOR_EXPECTED_IDENTIFIER] = {"expected_identifier", "expected the name of a label"},
    [CP_SELECTOR_LABEL_TOO_LONG] = {"label_too_long",
                                    "the name of the label has more than 512 bytes"},
    [CP_SELECTOR_UNCLOSED_HAS] = {"unclosed_has", "expected \")\" to close has("},
    [CP_SELECTOR_UNCLOSED_ALL] = {"unclosed_all", "expected \")\" to close all("},
    [CP_SELECTOR_UNCLOSED_GLOBAL] = {"unclosed_global", "expected \")\" to close global("},
    [CP_SELECTOR_UNEXPECTED_EOF] = {"unexpected_eof",
                                    "a label alone, expected an operator such as == or in"},
    [CP_SELECTOR_EXPECTED_COMPARISON] = {"expected_comparison",
                                         "expected an operator such as == or in behind the label"},
    [CP_SELECTOR_EXPECTED_STRING] = {"expected_string",
                                     "expected a value in quotes behind the operator"},
    [CP_SELECTOR_EXPECTED_SET] = {"expected_set", "expected \"{\" behind in or not in"},
    [CP_SELECTOR_EXPECTED_RBRACE] = {"expected_rbrace",
                                     "expected values in quotes, with commas between, then \"}\""},
    [CP_SELECTOR_EXPECTED_RPAREN] = {"expected_rparen", "expected \")\", \"&&\" or \"||\""},
    [CP_SELECTOR_UNEXPECTED_TOKEN] = {"unexpected_token",
                                      "expected a term such as has(a), a == \"b\" or a group"},
    [CP_SELECTOR_TRAILING_CONTENT] = {"trailing_content",
                                      "expected \"&&\", \"||\" or the end behind the term"},
};

static const struct error_text *find(enum cp_selector_error error)
{
    assert((size_t)error < sizeof(error_texts) / sizeof(error_texts[0]));
    return &error_texts[error];
}

const char *cp_selector_error_name(enum cp_selector_error error)
{
    return find(error)->name;
}

const char *cp_selector_error_text(enum cp_selector_error error)
{
    return find(error)->text;
}
