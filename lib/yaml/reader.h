/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed reading of a tree: what the readers of the kinds are written with.
 *
 * A field is a node together with the way to it, so that a report knows place and path without
 * anybody building path texts beforehand. Fields live on the C stack; each points up to its parent,
 * which must outlive it.
 *
 *     struct cp_field spec = cp_field_member(&root, "spec");
 *     struct cp_field order = cp_field_member(&spec, "order");
 *
 *     if (cp_read_number(reader, &order, &policy->order))
 *         policy->has_order = true;
 *
 * Null is absent: a member that is null has node NULL like one that is not there. A null item of a
 * list keeps its node (resources.md 2.5: it is an empty item).
 *
 * Reports go to the reader's diagnostics; memory failure sticks in reader->status, so the readers
 * go on without looking and the caller looks once.
 */
#ifndef CP_YAML_READER_H
#define CP_YAML_READER_H

#include "base/diagnostic.h"
#include "yaml/node.h"

struct cp_field {
    const struct cp_node *node;  /* NULL: absent or null */
    const struct cp_field *up;   /* NULL: the root */
    struct cp_text name;         /* member: its key */
    uint32_t index;              /* item: its index; CP_FIELD_MEMBER for members */
    const struct cp_node *place; /* where to point when node is NULL: the nearest node above; for a
                                    member that is there, its key */
};

#define CP_FIELD_MEMBER UINT32_MAX

/* What lenient loading makes of an error at this place. */
enum cp_leniency {
    CP_LENIENCY_BY_CODE, /* what the table of codes says */
    CP_LENIENCY_NONE,    /* it stays an error (K8-130: a Kubernetes policy outside its rules) */
    CP_LENIENCY_ALL,     /* it is a warning, whatever the code */
    CP_LENIENCY_RULE     /* the same inside a rule, which fails closed as a whole (K8-130) */
};

/* A name of a field that mappings of a kind have, as cp_check_members() met it. */
struct cp_known_name {
    const char *const *names; /* NULL: nothing is remembered */
    const char *const *ignored;
    uint8_t length;
    char key[31];
};

#define CP_READER_KNOWN_NAMES 128u

struct cp_reader {
    struct cp_arena *arena; /* for what is read; texts are not copied, nodes' arenas keep them */
    struct calpol_diagnostics *diagnostics;
    const struct cp_source *source;
    uint32_t document;
    struct cp_text resource; /* "NetworkPolicy/ns/name", for reports; may be empty */
    struct cp_text ignored;  /* codes that the resource does not want to hear of; may be empty */
    bool lenient;
    bool strict_oss;
    int status;                /* CALPOL_OK, or CALPOL_ERROR_NO_MEMORY once memory ran out */
    uint32_t error_count;      /* errors (not warnings) reported through this reader */
    enum cp_leniency leniency; /* of cp_report and the readers below */
    uint32_t problem_count;    /* reports by cp_report of codes that are errors in strict loading */
    struct cp_known_name *known_names; /* CP_READER_KNOWN_NAMES of them, by hash; NULL: none are
                                          remembered */
};

/* The root of a document, or of an item of a list. */
struct cp_field cp_field_root(const struct cp_node *node);

/* A member of a mapping; absent if mapping is absent or no mapping. */
struct cp_field cp_field_tagged(const struct cp_field *mapping, struct cp_text name, uint32_t tag);

static inline struct cp_field cp_field_member(const struct cp_field *mapping, const char *name)
{
    const struct cp_text text = cp_text_from(name);

    return cp_field_tagged(mapping, text, cp_key_tag(text));
}

/* Item number index of a sequence, and member number index of a mapping (null values keep their
   node there, as for labels). */
struct cp_field cp_field_item(const struct cp_field *sequence, uint32_t index);
struct cp_field cp_field_entry(const struct cp_field *mapping, uint32_t index);

static inline bool cp_field_present(const struct cp_field *field)
{
    return field->node != NULL;
}

/* Number of items or members; 0 if absent or a scalar. */
static inline uint32_t cp_field_count(const struct cp_field *field)
{
    return field->node && !cp_node_is_scalar(field->node) ? field->node->length : 0;
}

/* "spec.ingress[0].ports[1]", "metadata.labels[\"a.b/c\"]" (resources.md, 1). Appends to buffer. */
void cp_field_path(const struct cp_field *field, struct cp_buffer *buffer);

/*
 * Where a path leads from a root, for reports that are made when no field is at hand. The way is
 * gone as far as it exists and consists of names and indexes; the node is the one to point at: of a
 * member that is a list or mapping, the key.
 */
const struct cp_node *cp_node_at(const struct cp_node *root, struct cp_text path);

/* Reports about a field; format as cp_buffer_format. cp_report_as takes a severity of the caller's
   (CALPOL_SEVERITY_ERROR also where lenient loading would soften the code). */
void cp_report(struct cp_reader *reader,
               const struct cp_field *field,
               enum cp_code code,
               const char *format,
               ...);
void cp_report_as(struct cp_reader *reader,
                  const struct cp_field *field,
                  enum cp_code code,
                  enum calpol_severity severity,
                  const char *format,
                  ...);

/* Reports at the character that lies offset bytes into a scalar's text, as near as can be told: the
   column is exact for verbatim scalars, else the scalar's own. */
void cp_report_inside(struct cp_reader *reader,
                      const struct cp_field *field,
                      size_t offset,
                      enum cp_code code,
                      const char *format,
                      ...);

/* Reports the flaw of the field's own node; false if it has none. */
bool cp_report_flaw(struct cp_reader *reader, const struct cp_field *field);

/*
 * The readers. Each returns true and writes *out if the field is present and good; an absent field
 * is false without a report; a present one of another type is reported (code type) and false. Flaws
 * of the node itself are reported first (then false).
 *
 * cp_read_text refuses text with a NUL (text-nul). With the reader lenient, a boolean or number
 * where text is wanted gives a warning and the scalar as written.
 *
 * A null item of a list or null value of a label map, which keep their nodes, read as the empty
 * value of the type: "", false, 0, a list or mapping of nothing (resources.md 2.5).
 */
bool cp_read_text(struct cp_reader *reader, const struct cp_field *field, struct cp_text *out_text);
bool cp_read_boolean(struct cp_reader *reader, const struct cp_field *field, bool *out_value);
bool cp_read_number(struct cp_reader *reader, const struct cp_field *field, double *out_value);

/* An integer, integral floats included. One that does not fit int64 is INT64_MAX or INT64_MIN, so
   that the range check of the field refuses it. */
bool cp_read_integer(struct cp_reader *reader, const struct cp_field *field, int64_t *out_value);

/* True if the field is a sequence, a mapping. An absent field is false without a report. */
bool cp_read_sequence(struct cp_reader *reader, const struct cp_field *field);
bool cp_read_mapping(struct cp_reader *reader, const struct cp_field *field);

/*
 * Reports every member whose key is not in names as unknown-field at its own path, with the nearest
 * name if one is near, and repeated keys and bad keys of this mapping (their flaws). names is
 * sorted or not, ends with NULL; NULL for names is any name. ignored (may be NULL) are names that
 * are known and not looked into.
 */
void cp_check_members(struct cp_reader *reader,
                      const struct cp_field *mapping,
                      const char *const *names,
                      const char *const *ignored);

/* Reports all flaws at and below a field whose content is read freely (label maps, annotations,
   qosControls are not: they are ignored). */
void cp_check_flaws(struct cp_reader *reader, const struct cp_field *field);

/* The name nearest to text, for "did you mean": equal but for case, or at most two changes away;
   NULL if none is near. names ends with NULL. */
const char *cp_nearest_name(struct cp_text text, const char *const *names);

#endif
