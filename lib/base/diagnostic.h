/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Collecting what is to be said about the input.
 *
 * Diagnostics are made where the fact is known (the reader of a field) and say one thing each:
 * code, place, resource, field and a one-line message. Codes and their severities are one table,
 * codes.def. The list owns everything it points to.
 */
#ifndef CP_BASE_DIAGNOSTIC_H
#define CP_BASE_DIAGNOSTIC_H

#include "base/array.h"
#include "base/bitset.h"
#include "base/buffer.h"
#include "base/hash.h"
#include "base/ignores.h"
#include "base/lines.h"
#include "calpol/load.h"

enum cp_code {
#define CP_CODE(identifier, number, name, severity, lenient, meaning) CP_CODE_##identifier = number,
#include "base/codes.def"
#undef CP_CODE
    CP_CODE_NONE = 0
};

/* Number of codes. */
enum {
    CP_CODE_COUNT = 0
#define CP_CODE(identifier, number, name, severity, lenient, meaning) +1
#include "base/codes.def"
#undef CP_CODE
};

/* What lenient loading makes of an error (resources.md 12): still an error, or a warning with the
   value used, or a warning with the value left out. */
enum cp_lenient { CP_LENIENT_ERROR, CP_LENIENT_USE, CP_LENIENT_DROP };

struct cp_code_info {
    enum cp_code code;
    const char *name; /* "selector-syntax" */
    enum calpol_severity severity;
    enum cp_lenient lenient;
    const char *meaning; /* one line */
};

/* The row of a code; NULL for a number that is none. */
const struct cp_code_info *cp_code_info(uint32_t code);
const struct cp_code_info *cp_code_find(struct cp_text name);

/* What becomes of the input if lenient loading makes a warning of the code, as a clause to be put
   behind the message; "" if there is nothing to say. */
const char *cp_code_consequence(enum cp_code code);

/* All rows, by number. */
const struct cp_code_info *cp_code_table(uint32_t *out_count);

/* One text that was loaded: its name for messages, and its bytes for excerpts. */
struct cp_source {
    const char *name;
    struct cp_text text;
    uint32_t number; /* in the order of loading: diagnostics are sorted by it */
    uint32_t round;  /* of updates; 0: of the load itself */
};

/* A spot in a source. Lines and columns count from 1, columns in characters; 0: not known. */
struct cp_place {
    const struct cp_source *source; /* NULL: nowhere in particular */
    uint32_t line;
    uint32_t column;
};

struct cp_diagnostic {
    enum cp_code code;
    enum calpol_severity severity;
    uint32_t line, column;
    const char *source;   /* "" : none */
    const char *resource; /* "GlobalNetworkPolicy/name", "NetworkPolicy/ns/name"; "": none */
    const char *path;     /* "spec.order"; "": none */
    const char *message;
    const char *excerpt;     /* the line of the source, shortened around the column; "": none */
    uint32_t excerpt_column; /* where column falls in it, from 1 */
    uint32_t source_number;
    uint32_t
        document; /* number of the document within its source, from 0, empty ones not counted */
};

/* A source that was reported about. */
struct cp_reported_source {
    const struct cp_source *source; /* the same object is the same source */
    const char *name;               /* a copy of its name */
    struct cp_lines lines;
    struct cp_ignores ignores;
    bool ignores_read;
};

/* The list. Also what the public calpol_diagnostics is. */
struct calpol_diagnostics {
    struct cp_arena arena;
    CP_ARRAY(struct cp_diagnostic) items;
    struct cp_index seen; /* same code, source, resource, path and place: said once */
    uint32_t limit;       /* at most so many items of a severity; 0: any number */
    bool full;            /* something was left out */
    bool lenient;         /* errors that lenient loading tolerates become warnings */
    uint32_t error_count, warning_count, note_count;
    CP_ARRAY(struct cp_reported_source) sources;
    struct cp_index source_index;              /* by address */
    uint64_t disabled[CP_CODE_COUNT / 64 + 1]; /* a bit for each code that is not to be heard of
                                                  unless it is an error */
    uint32_t round;                            /* of texts of earlier rounds only errors are told */
    /* What was read, for who asks the finished list. */
    CP_ARRAY(const char *) inputs; /* names, in the order of loading */
    uint32_t resource_count;
};

void cp_diagnostics_init(struct calpol_diagnostics *list,
                         const struct calpol_allocator *allocator,
                         uint32_t limit,
                         bool lenient);
void cp_diagnostics_finish(struct calpol_diagnostics *list);

/* What a diagnostic is about. resource and path may be empty. */
struct cp_subject {
    struct cp_place place;
    struct cp_text resource;
    struct cp_text path;
    uint32_t document;
    struct cp_text ignored; /* codes that the resource itself switches off (cp_codes_name) */
};

/*
 * Adds a diagnostic with the severity of its code (softened when the list is lenient). The same
 * code at the same place, resource and path is taken once. A message of {NULL, 0}, a failed
 * buffer's, is CALPOL_ERROR_NO_MEMORY.
 *
 * Unless it is an error it is dropped without a trace if its code is disabled, if the resource or a
 * comment at the place asks for that, or if its source is of an earlier round than the list.
 *
 * CALPOL_OK, CALPOL_ERROR_NO_MEMORY, or CALPOL_ERROR_LIMIT when the list is full: what does not fit
 * is still counted, and the caller may go on.
 */
int cp_diagnose(struct calpol_diagnostics *list,
                const struct cp_subject *subject,
                enum cp_code code,
                struct cp_text message);

/* The same with a severity of the caller's. */
int cp_diagnose_as(struct calpol_diagnostics *list,
                   const struct cp_subject *subject,
                   enum cp_code code,
                   enum calpol_severity severity,
                   struct cp_text message);

/* The severity that a code has in this list. */
enum calpol_severity cp_diagnostics_severity(const struct calpol_diagnostics *list,
                                             enum cp_code code);

/* Sorts by source, line and column, keeping the order of equals. Sources are in order of their
   numbers, then names; what is about none comes last. */
int cp_diagnostics_sort(struct calpol_diagnostics *list);

#endif
