/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tokens of a selector (selectors.md 1.3), one after the other.
 *
 * What a word is depends on the token before it: behind a label only an operator may stand,
 * anywhere else a word is a label, and has(, all( and global( are one piece.
 */
#ifndef CP_SELECTOR_TOKEN_H
#define CP_SELECTOR_TOKEN_H

#include "base/text.h"
#include "selector/selector.h"

enum cp_token_type {
    CP_TOKEN_END,
    CP_TOKEN_LEFT_PARENTHESIS,
    CP_TOKEN_RIGHT_PARENTHESIS,
    CP_TOKEN_LEFT_BRACE,
    CP_TOKEN_RIGHT_BRACE,
    CP_TOKEN_COMMA,
    CP_TOKEN_AND,
    CP_TOKEN_OR,
    CP_TOKEN_NOT,
    CP_TOKEN_LITERAL, /* text is what stands between the quotes */
    CP_TOKEN_LABEL,   /* text is the name */
    CP_TOKEN_CALL,    /* has(name), all(), global(): node says which, text is the name */
    CP_TOKEN_COMPARE, /* an operator that wants a literal: node says which */
    CP_TOKEN_MEMBER   /* an operator that wants a set: node says which */
};

struct cp_token {
    enum cp_token_type type;
    enum cp_selector_type node; /* of CALL, COMPARE and MEMBER */
    size_t offset;              /* where the token begins */
    struct cp_text text;
};

struct cp_tokens {
    struct cp_text text;
    size_t position;       /* behind the token */
    struct cp_token token; /* the one to look at */
    struct cp_selector_problem problem;
};

/* Before the first token: cp_tokens_next comes next. */
void cp_tokens_init(struct cp_tokens *tokens, struct cp_text text);

/* Goes on to the next token; it is END again and again once the text is used up. False: the text
   goes on with no token and problem says why; token and position are then of no use. */
bool cp_tokens_next(struct cp_tokens *tokens);

#endif
