/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Compiled rulesets among the files named on the command line.
 */
#include "compiled.h"

#include "command.h"

#include <string.h>
#include <sys/stat.h>

static bool is_compiled(const char *path)
{
    struct stat status;
    char bytes[8];
    size_t count;
    FILE *file;

    if (strcmp(path, "-") == 0 || stat(path, &status) != 0 || !S_ISREG(status.st_mode))
        return false;
    file = fopen(path, "rb");
    if (!file)
        return false;
    count = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);
    return calpol_is_compiled(bytes, count);
}

const char *cli_compiled_among(const struct cli_load *load)
{
    for (size_t i = 0; i < load->policies.count; i++)
        if (is_compiled(load->policies.items[i]))
            return load->policies.items[i];
    return NULL;
}

/* An option that was given and takes effect when policies are compiled; NULL: none was. */
static const char *late_option(const struct cli_load *load)
{
    if (load->preset)
        return "preset";
    if (load->options.count)
        return "option";
    if (load->dialect)
        return "dialect";
    if (load->as_dataplane)
        return "as-dataplane";
    if (load->strict_oss)
        return "strict-oss";
    return load->defaults ? "defaults" : NULL;
}

int cli_compiled_open(const struct cli_load *load, const char *path, calpol_ruleset **out_ruleset)
{
    const char *option = late_option(load);
    char message[200];
    int status;

    if (load->policies.count > 1) {
        cli_error("%s is a compiled ruleset: nothing can be added to it", path);
        return CLI_EXIT_INVALID;
    }
    if (option) {
        cli_error("%s is a compiled ruleset: --%s is for calpol compile", path, option);
        return CLI_EXIT_INVALID;
    }
    status = calpol_ruleset_open(path, NULL, out_ruleset, message, sizeof(message));
    if (status == CALPOL_ERROR_INVALID_INPUT || status == CALPOL_ERROR_IO)
        cli_error("%s: %s", path, message);
    return cli_load_status(status);
}
