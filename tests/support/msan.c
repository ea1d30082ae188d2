/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What MemorySanitizer does not see being written, because it is written by libraries that were not
 * compiled with it: linked, with --wrap, into everything of such a build. Told is only what these
 * calls promise to write, so that the library's own reads are watched as everywhere. (stat is
 * stat64 where files have 64 bits, as meson wants it.)
 */
#include <sanitizer/msan_interface.h>
#include <string.h>
#include <sys/stat.h>
#include <yaml.h>

int __real_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);
int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event);
int __real_stat64(const char *path, struct stat *status);
int __wrap_stat64(const char *path, struct stat *status);
int __real_fstat64(int file, struct stat *status);
int __wrap_fstat64(int file, struct stat *status);

static void tell_string(const unsigned char *string)
{
    if (!string)
        return;
    while (__msan_unpoison(string, 1), *string)
        string++;
}

static void tell_event(const yaml_event_t *event)
{
    switch ((int)event->type) {
    case YAML_ALIAS_EVENT:
        tell_string(event->data.alias.anchor);
        break;
    case YAML_SCALAR_EVENT:
        __msan_unpoison(event->data.scalar.value, event->data.scalar.length + 1);
        tell_string(event->data.scalar.anchor);
        tell_string(event->data.scalar.tag);
        break;
    case YAML_SEQUENCE_START_EVENT:
        tell_string(event->data.sequence_start.anchor);
        tell_string(event->data.sequence_start.tag);
        break;
    case YAML_MAPPING_START_EVENT:
        tell_string(event->data.mapping_start.anchor);
        tell_string(event->data.mapping_start.tag);
        break;
    default:
        break;
    }
}

int __wrap_yaml_parser_parse(yaml_parser_t *parser, yaml_event_t *event)
{
    int result;

    /* What it hands to memmove and the like has not been seen being written either. */
    __msan_scoped_disable_interceptor_checks();
    result = __real_yaml_parser_parse(parser, event);
    __msan_scoped_enable_interceptor_checks();
    __msan_unpoison(&result, sizeof(result));
    __msan_unpoison(parser, sizeof(*parser));
    __msan_unpoison(event, sizeof(*event));
    if (result)
        tell_event(event);
    else
        tell_string((const unsigned char *)parser->problem);
    return result;
}

int __wrap_stat64(const char *path, struct stat *status)
{
    int result = __real_stat64(path, status);

    __msan_unpoison(&result, sizeof(result));
    __msan_unpoison(status, sizeof(*status));
    return result;
}

int __wrap_fstat64(int file, struct stat *status)
{
    int result = __real_fstat64(file, status);

    __msan_unpoison(&result, sizeof(result));
    __msan_unpoison(status, sizeof(*status));
    return result;
}
