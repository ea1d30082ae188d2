/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The YAML that Kubernetes objects are written in, read straight into a tree.
 *
 * Mappings and sequences by indentation, plain and quoted scalars on one line, block scalars, flow
 * collections on one line, comments and "---": this reads several times as fast as libyaml finds
 * events. Whatever else is in a document (anchors, tags, directives, scalars of several lines, keys
 * of several kinds, tabs, errors) makes the reader give up on it: then libyaml reads it, and
 * reports. So there are no messages here, and the rule is: the same tree as through libyaml, or
 * none.
 *
 * The text must be fit for libyaml (encoding.h) and have no line breaks but LF and CR LF.
 */
#ifndef CP_YAML_BLOCK_H
#define CP_YAML_BLOCK_H

#include "base/buffer.h"
#include "yaml/tree.h"

/* What came of reading a part of a document. */
enum cp_block_result {
    CP_BLOCK_OK,
    CP_BLOCK_GIVEN_UP, /* there is something in it that is not read here */
    CP_BLOCK_NO_MEMORY
};

/* Deeper nesting is given up. */
#define CP_BLOCK_MOST_LEVELS 64u

/* Where libyaml looks for the colon of a key: in 1,024 characters of one line. */
#define CP_BLOCK_LONGEST_KEY 1000

/* An open collection of the block style. */
struct cp_block_level {
    int32_t column; /* of its keys or dashes, from 0 */
    bool is_sequence;
};

/* What the collection that was opened last waits for. */
enum cp_block_pending {
    CP_BLOCK_NOTHING,
    CP_BLOCK_ROOT,  /* anything, in the column 0 or behind */
    CP_BLOCK_VALUE, /* the value of a key, null if no line for it follows */
    CP_BLOCK_ITEM   /* what belongs to a dash, null as well */
};

struct cp_block {
    struct cp_tree *tree;
    const char *end; /* of the text */

    /* The line being read. */
    const char *line_start, *at, *line_end; /* line_end: without its break */
    const char *next;                       /* the line after it */
    uint32_t line;                          /* its number, from 1; lines before next */
    uint32_t continuing_bytes;              /* before at, of those that begin no character */

    struct cp_block_level levels[CP_BLOCK_MOST_LEVELS];
    uint32_t level_count;
    enum cp_block_pending pending;
    uint32_t pending_line, pending_column; /* where the null would stand */

    struct cp_buffer buffer; /* for scalars that do not stand in the text as they are */
};

void cp_block_init(struct cp_block *block, struct cp_tree *tree, struct cp_text text);

/*
 * Reads from the next line up to the end of a document, which is in the tree then, and ended. The
 * next line is the next document's. If it is given up, the tree has to forget it
 * (cp_tree_forget_document), and the lines looked at must be found again.
 */
enum cp_block_result cp_block_read_document(struct cp_block *block);

/* ---- Between the files of the reader ---- */

/* Goes to the next line. False: the text ends here. */
bool cp_block_next_line(struct cp_block *block);

/* Goes back to in front of the line. */
static inline void cp_block_unread_line(struct cp_block *block)
{
    block->next = block->line_start;
    block->line--;
}

static inline uint32_t cp_block_column(const struct cp_block *block)
{
    return (uint32_t)(block->at - block->line_start) - block->continuing_bytes + 1;
}

static inline void cp_block_skip_spaces(struct cp_block *block)
{
    while (block->at < block->line_end && *block->at == ' ')
        block->at++;
}

/* Does the line end here but for blanks and a comment, which a blank must precede? */
static inline bool cp_block_is_at_end(struct cp_block *block)
{
    const char *start = block->at;

    cp_block_skip_spaces(block);
    return block->at == block->line_end || (*block->at == '#' && block->at > start);
}

/* Is a character at a place in the line a blank, or the place its end? */
static inline bool cp_block_is_blank(const struct cp_block *block, const char *at)
{
    return at >= block->line_end || *at == ' ' || *at == '\t';
}

/* Counts the bytes of a part of the line that begin no character. */
void cp_block_count_continuing(struct cp_block *block, const char *start, const char *end);

/* Adds a plain scalar, from at up to an end without blanks before it; at does not move. */
enum cp_block_result cp_block_add_plain(struct cp_block *block, const char *end, bool is_ascii);

/* Reads a quoted scalar of one line; at is behind its quote then. */
enum cp_block_result cp_block_read_quoted(struct cp_block *block);

/* The closing quote of what begins at at; NULL if it is not in the line. */
const char *cp_block_find_quote(const struct cp_block *block, bool *out_escaped, bool *out_ascii);

/* Reads a literal or folded scalar, whose "|" or ">" is at at, with its lines. */
enum cp_block_result cp_block_read_lines(struct cp_block *block);

/* Reads a sequence or mapping of the flow style, with all that is in it. */
enum cp_block_result cp_block_read_flow(struct cp_block *block);

#endif
