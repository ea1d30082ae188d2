/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Seconds on the terminal. The library calls nobody back, so a clock tells that time goes by: the signal
 * of alarm(), whose handler does no more than to write a line.
 */
#include "progress.h"

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static const char *volatile going_on; /* NULL: nothing */
static volatile sig_atomic_t seconds;

static size_t add(char *line, size_t length, const char *text)
{
    while (*text)
        line[length++] = *text++;
    return length;
}

static size_t add_number(char *line, size_t length, unsigned number)
{
    char digits[12];
    size_t at = sizeof(digits) - 1;

    digits[at] = '\0';
    do
        digits[--at] = (char)('0' + number % 10);
    while (number /= 10);
    return add(line, length, digits + at);
}

static void write_line(const char *line, size_t length)
{
    ssize_t written = write(STDERR_FILENO, line, length);

    (void)written; /* a terminal that is gone is told nothing */
}

static void tick(int signal_number)
{
    int saved = errno;
    const char *what = going_on;
    size_t length = 0;
    char line[80];

    (void)signal_number;
    if (!what)
        return;
    seconds++;
    length = add(line, length, "\rcalpol: ");
    length = add(line, length, what);
    length = add(line, length, ", ");
    length = add_number(line, length, (unsigned)seconds);
    length = add(line, length, " s ");
    write_line(line, length);
    alarm(1);
    errno = saved;
}

void cli_progress_begin(const char *what)
{
    struct sigaction action;

    if (going_on) {
        going_on = what;
        return;
    }
    if (!isatty(STDERR_FILENO))
        return;
    memset(&action, 0, sizeof(action));
    action.sa_handler = tick;
    action.sa_flags = SA_RESTART;
    if (sigaction(SIGALRM, &action, NULL) != 0)
        return;
    seconds = 0;
    going_on = what;
    alarm(1);
}

void cli_progress_end(void)
{
    static const char blank[] = "\r                                        \r";

    if (!going_on)
        return;
    alarm(0);
    going_on = NULL;
    if (seconds > 0)
        write_line(blank, sizeof(blank) - 1);
}
