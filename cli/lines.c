/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines of a file or pipe.
 */
#include "lines.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FIRST_CAPACITY ((size_t)1 << 18)

bool cli_lines_open(struct cli_lines *lines, const char *path)
{
    memset(lines, 0, sizeof(*lines));
    lines->file = strcmp(path, "-") == 0 ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    return lines->file >= 0;
}

void cli_lines_close(struct cli_lines *lines)
{
    free(lines->buffer);
    if (lines->file > STDIN_FILENO)
        close(lines->file);
}

/* Room behind the unread bytes: moves them to the front, or makes the buffer larger. */
static bool make_room(struct cli_lines *lines)
{
    size_t capacity = lines->capacity ? lines->capacity * 2 : FIRST_CAPACITY;
    char *buffer;

    if (lines->start > 0) {
        memmove(lines->buffer, lines->buffer + lines->start, lines->end - lines->start);
        lines->end -= lines->start;
        lines->start = 0;
    }
    if (lines->end < lines->capacity)
        return true;
    buffer = realloc(lines->buffer, capacity);
    if (!buffer) {
        lines->error = ENOMEM;
        return false;
    }
    lines->buffer = buffer;
    lines->capacity = capacity;
    return true;
}

/* More bytes behind the unread ones; false at the end and on failure. */
static bool read_more(struct cli_lines *lines)
{
    ssize_t count;

    if (lines->ended || lines->error || !make_room(lines))
        return false;
    fflush(stdout);
    do
        count = read(lines->file, lines->buffer + lines->end, lines->capacity - lines->end);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        lines->error = errno;
    else if (count == 0)
        lines->ended = true;
    else
        lines->end += (size_t)count;
    return count > 0;
}

/* Length of what is unread up to a line feed; false if there is none before limit or end. */
static bool find_feed(struct cli_lines *lines, size_t *out_length)
{
    size_t searched = 0;

    for (;;) {
        size_t unread = lines->end - lines->start;
        const char *from = lines->buffer + lines->start;
        const char *feed = NULL;

        if (unread > searched)
            feed = memchr(from + searched, '\n', unread - searched);
        if (feed) {
            *out_length = (size_t)(feed - from);
            return true;
        }
        searched = unread;
        if (unread >= CLI_LINE_LIMIT || !read_more(lines)) {
            *out_length = searched;
            return false;
        }
    }
}

/* Passes over the rest of a line that was cut. */
static void skip_rest(struct cli_lines *lines)
{
    size_t length;
    bool found;

    while (!(found = find_feed(lines, &length)) && length > 0)
        lines->start += length;
    if (found)
        lines->start += length + 1;
}

bool cli_lines_next(struct cli_lines *lines, struct cli_line *out_line)
{
    size_t length;
    bool found;

    if (lines->cut)
        skip_rest(lines);
    lines->cut = false;
    found = find_feed(lines, &length);
    if (lines->error || (!found && length == 0))
        return false;
    lines->cut = !found && !lines->ended;
    out_line->text = lines->buffer + lines->start;
    out_line->length = length;
    out_line->number = ++lines->number;
    out_line->cut = lines->cut;
    lines->start += length + (found ? 1 : 0);
    return true;
}

bool cli_lines_has_next(const struct cli_lines *lines)
{
    size_t unread = lines->end - lines->start;

    return !lines->cut && unread && memchr(lines->buffer + lines->start, '\n', unread);
}
