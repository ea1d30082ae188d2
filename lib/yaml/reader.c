/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed reading of fields.
 */
#include "yaml/reader.h"

#include "base/utf8.h"

/* The power of two at which int64_t ends: what is below it and no int64_t is a fraction. */
#define INT64_END 9223372036854775808.0

static struct cp_place place_of(const struct cp_reader *reader, const struct cp_field *field)
{
    const struct cp_node *node = field->node ? field->node : field->place;

    return (struct cp_place){
        .source = reader->source,
        .line = node ? node->line : 0,
        .column = node ? node->column : 0,
    };
}

/* What a dataplane makes of an error that is none for it; "" if it stays one, or is none. */
static const char *consequence_of(const struct cp_reader *reader,
                                  enum cp_code code,
                                  enum calpol_severity severity)
{
    if (!reader->diagnostics->lenient || severity != CALPOL_SEVERITY_WARNING ||
        cp_code_info(code)->severity != CALPOL_SEVERITY_ERROR)
        return "";
    switch (reader->leniency) {
    case CP_LENIENCY_BY_CODE:
        return cp_code_consequence(code);
    case CP_LENIENCY_RULE:
        return "the whole rule fails closed: it allows nothing, or denies everything";
    case CP_LENIENCY_ALL:
        return "left out";
    case CP_LENIENCY_NONE:
        break;
    }
    return "";
}

/* "; the later one counts". Behind a question it stands alone. */
static void add_consequence(const char *consequence, struct cp_buffer *message)
{
    if (!*consequence)
        return;
    if (!message->failed && message->length && message->data[message->length - 1] != '?')
        cp_buffer_add_byte(message, ';');
    cp_buffer_add_byte(message, ' ');
    cp_buffer_add_string(message, consequence);
}

static int diagnose(struct cp_reader *reader,
                    const struct cp_field *field,
                    const struct cp_place *place,
                    enum cp_code code,
                    enum calpol_severity severity,
                    const char *consequence,
                    struct cp_arena *scratch,
                    const char *format,
                    va_list *arguments)
{
    struct cp_subject subject = {
        .place = *place,
        .resource = reader->resource,
        .document = reader->document,
        .ignored = reader->ignored,
    };
    struct cp_buffer path, message;

    cp_buffer_init(&path, scratch);
    cp_buffer_init(&message, scratch);
    cp_field_path(field, &path);
    cp_buffer_format_list(&message, format, arguments);
    add_consequence(consequence, &message);
    if (path.failed)
        return CALPOL_ERROR_NO_MEMORY;
    subject.path = cp_buffer_text(&path);
    return cp_diagnose_as(reader->diagnostics, &subject, code, severity, cp_buffer_text(&message));
}

/* Path and message are built in an arena of their own: a hostile file may cause many. */
static void report_at(struct cp_reader *reader,
                      const struct cp_field *field,
                      const struct cp_place *place,
                      enum cp_code code,
                      enum calpol_severity severity,
                      const char *consequence,
                      const char *format,
                      va_list *arguments)
{
    struct cp_arena scratch;
    int status;

    if (reader->status != CALPOL_OK)
        return;
    cp_arena_init(&scratch, &reader->arena->allocator);
    status =
        diagnose(reader, field, place, code, severity, consequence, &scratch, format, arguments);
    cp_arena_finish(&scratch);
    if (status == CALPOL_ERROR_NO_MEMORY)
        reader->status = status;
    if (severity == CALPOL_SEVERITY_ERROR)
        reader->error_count++;
}

/* The severity of a code at this place of the input. What is an error in strict loading is counted,
   whatever becomes of it. */
static enum calpol_severity severity_here(struct cp_reader *reader, enum cp_code code)
{
    if (cp_code_info(code)->severity != CALPOL_SEVERITY_ERROR)
        return cp_code_info(code)->severity;
    reader->problem_count++;
    if (!reader->diagnostics->lenient || reader->leniency == CP_LENIENCY_NONE)
        return CALPOL_SEVERITY_ERROR;
    return reader->leniency == CP_LENIENCY_BY_CODE
               ? cp_diagnostics_severity(reader->diagnostics, code)
               : CALPOL_SEVERITY_WARNING;
}

void cp_report(struct cp_reader *reader,
               const struct cp_field *field,
               enum cp_code code,
               const char *format,
               ...)
{
    const struct cp_place place = place_of(reader, field);
    const enum calpol_severity severity = severity_here(reader, code);
    va_list arguments;

    va_start(arguments, format);
    report_at(reader, field, &place, code, severity, consequence_of(reader, code, severity), format,
              &arguments);
    va_end(arguments);
}

void cp_report_as(struct cp_reader *reader,
                  const struct cp_field *field,
                  enum cp_code code,
                  enum calpol_severity severity,
                  const char *format,
                  ...)
{
    const struct cp_place place = place_of(reader, field);
    const bool is_by_code = reader->leniency == CP_LENIENCY_BY_CODE;
    va_list arguments;

    va_start(arguments, format);
    report_at(reader, field, &place, code, severity,
              is_by_code ? consequence_of(reader, code, severity) : "", format, &arguments);
    va_end(arguments);
}

void cp_report_inside(struct cp_reader *reader,
                      const struct cp_field *field,
                      size_t offset,
                      enum cp_code code,
                      const char *format,
                      ...)
{
    struct cp_place place = place_of(reader, field);
    const enum calpol_severity severity = severity_here(reader, code);
    const struct cp_node *node = field->node;
    va_list arguments;

    if (node && node->verbatim) {
        place.column += node->style == CP_STYLE_QUOTED ? 1 : 0;
        place.column += (uint32_t)cp_utf8_count(cp_text_first(cp_node_text(node), offset));
    }
    va_start(arguments, format);
    report_at(reader, field, &place, code, severity, consequence_of(reader, code, severity), format,
              &arguments);
    va_end(arguments);
}

bool cp_report_flaw(struct cp_reader *reader, const struct cp_field *field)
{
    const struct cp_node *node = field->node;

    if (!node || node->flaw == CP_FLAW_NONE)
        return false;
    if (node->flaw == CP_FLAW_KEY)
        cp_report(
            reader, field, CP_CODE_YAML_KEY,
            "a key of this mapping is no text, or it merges something that is no mapping; put "
            "keys such as on, no and 80 in quotes");
    else if (cp_node_is_scalar(node))
        cp_report(reader, field, CP_CODE_YAML_TAG,
                  "%q begins with a YAML tag that is not supported or does not fit; if it is text, "
                  "put all of it in quotes",
                  cp_node_text(node));
    else
        cp_report(reader, field, CP_CODE_YAML_TAG, "%s with a YAML tag that is not supported",
                  cp_node_type_text(node));
    return true;
}

/* True if the field is to be read: it is there and has no flaw. */
static bool is_readable(struct cp_reader *reader, const struct cp_field *field)
{
    if (!field->node)
        return false;
    return !cp_report_flaw(reader, field);
}

static void report_type(struct cp_reader *reader, const struct cp_field *field, const char *wanted)
{
    const struct cp_node *node = field->node;
    const char *found = cp_node_type_text(node);

    if (!cp_node_is_scalar(node) || node->type == CP_NODE_NULL)
        cp_report(reader, field, CP_CODE_TYPE, "expected %s, found %s", wanted, found);
    else
        cp_report(reader, field, CP_CODE_TYPE, "expected %s, found %s, %q", wanted, found,
                  cp_node_text(node));
}

/* A number or boolean where text belongs. */
static bool read_unquoted(struct cp_reader *reader,
                          const struct cp_field *field,
                          struct cp_text *out_text)
{
    const struct cp_node *node = field->node;

    /* resources.md 12.1, type: lenient loading takes the scalar as written. */
    if (reader->lenient && reader->leniency != CP_LENIENCY_NONE) {
        cp_report_as(reader, field, CP_CODE_TYPE, CALPOL_SEVERITY_WARNING,
                     "expected text, found %s; %q is taken as text", cp_node_type_text(node),
                     cp_node_text(node));
        *out_text = cp_node_text(node);
        return true;
    }
    cp_report(reader, field, CP_CODE_TYPE, "expected text, found %s; put %q in quotes",
              cp_node_type_text(node), cp_node_text(node));
    return false;
}

bool cp_read_text(struct cp_reader *reader, const struct cp_field *field, struct cp_text *out_text)
{
    struct cp_text text;

    if (!is_readable(reader, field))
        return false;
    if (!cp_node_is_scalar(field->node)) {
        report_type(reader, field, "text");
        return false;
    }
    text = cp_node_text(field->node);
    if (field->node->type == CP_NODE_NULL)
        text = CP_TEXT("");
    else if (field->node->type != CP_NODE_TEXT)
        return read_unquoted(reader, field, out_text);
    if (cp_text_find_byte(text, '\0') != SIZE_MAX) {
        cp_report(reader, field, CP_CODE_TEXT_NUL, "text contains a NUL character: %q", text);
        return false;
    }
    *out_text = text;
    return true;
}

bool cp_read_boolean(struct cp_reader *reader, const struct cp_field *field, bool *out_value)
{
    if (!is_readable(reader, field))
        return false;
    if (field->node->type != CP_NODE_BOOLEAN && field->node->type != CP_NODE_NULL) {
        report_type(reader, field, "true or false");
        return false;
    }
    *out_value = field->node->type == CP_NODE_BOOLEAN && field->node->boolean;
    return true;
}

/* The number of a node; null is 0. False: reported. */
static bool read_finite(struct cp_reader *reader,
                        const struct cp_field *field,
                        const char *wanted,
                        double *out_value)
{
    if (field->node->type == CP_NODE_NULL) {
        *out_value = 0;
        return true;
    }
    if (cp_node_number(field->node, out_value))
        return true;
    report_type(reader, field, wanted);
    return false;
}

bool cp_read_number(struct cp_reader *reader, const struct cp_field *field, double *out_value)
{
    const char *wanted;

    if (!is_readable(reader, field))
        return false;
    wanted = field->node->type == CP_NODE_FLOAT ? "a finite number" : "a number";
    return read_finite(reader, field, wanted, out_value);
}

bool cp_read_integer(struct cp_reader *reader, const struct cp_field *field, int64_t *out_value)
{
    double number;

    if (!is_readable(reader, field))
        return false;
    if (cp_node_integer(field->node, out_value))
        return true;
    if (!read_finite(reader, field, "a whole number", &number))
        return false;
    if (field->node->type != CP_NODE_NULL && number >= -INT64_END && number < INT64_END) {
        report_type(reader, field, "a whole number");
        return false;
    }
    *out_value = number > 0 ? INT64_MAX : number < 0 ? INT64_MIN : 0;
    return true;
}

static bool read_collection(struct cp_reader *reader,
                            const struct cp_field *field,
                            enum cp_node_type type,
                            const char *wanted)
{
    if (!is_readable(reader, field))
        return false;
    if (field->node->type == type || field->node->type == CP_NODE_NULL)
        return true;
    report_type(reader, field, wanted);
    return false;
}

bool cp_read_sequence(struct cp_reader *reader, const struct cp_field *field)
{
    return read_collection(reader, field, CP_NODE_SEQUENCE, "a list");
}

bool cp_read_mapping(struct cp_reader *reader, const struct cp_field *field)
{
    return read_collection(reader, field, CP_NODE_MAPPING, "a mapping");
}
