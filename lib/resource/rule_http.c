/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Methods and paths of http.
 */
#include "resource/rule_http.h"

#include "base/utf8.h"
#include "resource/values.h"

#define MOST_METHODS 20u
#define MOST_PATHS 20u
#define LONGEST_PATH 1024u

static const char *path_fault(struct cp_text path)
{
    if (path.data[0] != '/')
        return "does not begin with \"/\"";
    if (cp_text_find_byte(path, '?') != SIZE_MAX)
        return "holds a \"?\"";
    if (cp_text_find_byte(path, '#') != SIZE_MAX)
        return "holds a \"#\"";
    if (cp_text_find_byte(path, ' ') != SIZE_MAX)
        return "holds a blank";
    if (path.length > LONGEST_PATH && cp_utf8_count(path) > LONGEST_PATH)
        return "has more than 1024 characters";
    return NULL;
}

static void read_path(struct cp_resource_reader *reader,
                      const struct cp_field *item,
                      struct cp_rule_spec *rule)
{
    static const char *const members[] = {"exact", "prefix", NULL};
    struct cp_field exact_field = cp_field_member(item, "exact");
    struct cp_field prefix_field = cp_field_member(item, "prefix");
    struct cp_text exact = CP_TEXT(""), prefix = CP_TEXT("");
    struct cp_http_path_spec *slot;
    const char *fault;

    if (!cp_read_mapping(&reader->base, item))
        return;
    cp_check_members(&reader->base, item, members, NULL);
    (void)cp_read_given_text(reader, &exact_field, &exact);
    (void)cp_read_given_text(reader, &prefix_field, &prefix);
    if ((exact.length == 0) == (prefix.length == 0)) {
        cp_report(&reader->base, item, CP_CODE_HTTP_PATH,
                  "a path needs exactly one of exact and prefix");
        return;
    }
    slot = cp_resource_push(reader, &rule->http_paths);
    if (!slot)
        return;
    *slot = (struct cp_http_path_spec){prefix.length != 0, prefix.length ? prefix : exact};
    fault = path_fault(slot->path);
    if (fault)
        cp_report(&reader->base, item, CP_CODE_HTTP_PATH, "path %q %s", slot->path, fault);
}

void cp_read_http(struct cp_resource_reader *reader,
                  const struct cp_field *field,
                  struct cp_rule_spec *rule)
{
    static const char *const members[] = {"methods", "paths", NULL};
    struct cp_field methods = cp_field_member(field, "methods");
    struct cp_field paths = cp_field_member(field, "paths");

    if (!cp_read_mapping(&reader->base, field))
        return;
    cp_check_members(&reader->base, field, members, NULL);
    rule->http_given = true;
    if (cp_read_texts(reader, &methods, &rule->http_methods)) {
        cp_check_count(reader, &methods, MOST_METHODS);
        cp_check_repeats(reader, &methods, CP_CODE_HTTP_METHOD_DUPLICATE);
    }
    if (!cp_read_sequence(&reader->base, &paths))
        return;
    cp_check_count(reader, &paths, MOST_PATHS);
    for (uint32_t i = 0; i < cp_field_count(&paths); i++) {
        struct cp_field item = cp_field_item(&paths, i);

        read_path(reader, &item, rule);
    }
}
