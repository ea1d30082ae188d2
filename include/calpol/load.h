/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file load.h
 * From YAML or JSON text to a ruleset, and what there is to say about the text.
 */
#ifndef CALPOL_LOAD_H
#define CALPOL_LOAD_H

#include "calpol/base.h"

#ifdef __cplusplus
extern "C" {
#endif

/** Collects documents and makes a ruleset of them. Threads: one at a time. */
typedef struct calpol_loader calpol_loader;

/** Compiled policy, immutable. Threads: any number at once. See ruleset.h. */
typedef struct calpol_ruleset calpol_ruleset;

/** What was found in the input: an immutable list. Threads: any number at once. */
typedef struct calpol_diagnostics calpol_diagnostics;

/** A text that was made for the caller, immutable. Threads: any number at once. */
typedef struct calpol_text calpol_text;

/** How grave a diagnostic is. Errors make a load fail. */
enum calpol_severity {
    CALPOL_SEVERITY_NOTE = 1,
    CALPOL_SEVERITY_WARNING = 2,
    CALPOL_SEVERITY_ERROR = 3
};

/** Where Calico's reading of Kubernetes objects departs from Kubernetes' own, whose to follow
    (spec K8-3). */
enum calpol_dialect {
    CALPOL_DIALECT_AUTO = 0,     /**< Calico's if any Calico object is in the input, else Kubernetes' */
    CALPOL_DIALECT_UPSTREAM = 1, /**< the Kubernetes documentation decides */
    CALPOL_DIALECT_CALICO = 2    /**< what a Calico cluster does decides */
};

/** Flags of struct calpol_load_options. */
enum calpol_load_flag {
    /** Load what a dataplane would have accepted or silently changed; each such change is a warning
        (resources.md 12, K8-130). Without it, what an API server refuses is an error. */
    CALPOL_LOAD_LENIENT = 1u << 0,
    /** Refuse fields that no open-source release of Calico has (domains, allowedEgressDomains). */
    CALPOL_LOAD_STRICT_OSS = 1u << 1,
    /** Read every Calico object like one read raw from its CRD: no types means both directions
        (resources.md 10). */
    CALPOL_LOAD_RAW_DEFAULTS = 1u << 2,
    /** A policy whose tier is not in the input is an error, not a warning. */
    CALPOL_LOAD_TIERS_REQUIRED = 1u << 3,
    /** A policy name that does not go with its tier by the rule of Calico 3.30 is an error. */
    CALPOL_LOAD_TIER_PREFIX_REQUIRED = 1u << 4,
    /** Look for what is well-formed and yet hardly meant: policies that select nothing, rules that
        are never reached, and so on. Each is a warning that says what the consequence is. Takes
        about as long as compiling; left out when there are errors. */
    CALPOL_LOAD_LINT = 1u << 5,
    /** Make no programs, which calpol_evaluate() needs to be fast: a shorter load, for those who only
        explain. Answers are the same. */
    CALPOL_LOAD_NO_PROGRAMS = 1u << 6,
    /** Keep the texts, so that calpol_ruleset_update() can be told what changed. */
    CALPOL_LOAD_UPDATABLE = 1u << 7
};

/** Options of a load. Fill with calpol_load_options_init(), then change what differs. */
struct calpol_load_options {
    size_t struct_size;                         /**< sizeof of the caller's struct */
    const struct calpol_allocator *allocator;   /**< copied; NULL: malloc */
    uint64_t max_bytes;       /**< of one text, 0: any; default 64 MiB */
    uint64_t max_total_bytes; /**< of all texts, 0: any (default) */
    uint32_t max_depth;       /**< of nested mappings and sequences; default 100, also for 0 */
    uint32_t max_nodes;       /**< of one document after aliases, 0: any (default) */
    uint32_t max_diagnostics; /**< of a severity; further ones are counted only; default 1,000; 0: any */
    uint32_t flags;           /**< CALPOL_LOAD_..., default 0 */
    uint32_t dialect;         /**< enum calpol_dialect, default CALPOL_DIALECT_AUTO */
    uint32_t max_program_megabytes; /**< of the programs that make calpol_evaluate() fast; endpoints
                                         beyond are judged slowly. Default 1024; 0: any */
    uint32_t max_memory_megabytes; /**< of the load: texts, what is made of them, and the ruleset, at
                                         once; 0: any (default). libyaml's buffers and the list of
                                         diagnostics do not count. A load that needs more ends with
                                         CALPOL_ERROR_LIMIT and one diagnostic */
    uint32_t reserved[5];     /**< zero */
};

/**
 * Sets all fields to their defaults.
 * @param options      the struct to fill
 * @param struct_size  sizeof(struct calpol_load_options) of the caller
 * @return CALPOL_OK, CALPOL_ERROR_INVALID_ARGUMENT for NULL, CALPOL_ERROR_ABI
 */
CALPOL_API int calpol_load_options_init(struct calpol_load_options *options, size_t struct_size);

/**
 * A new, empty loader.
 * @param options     NULL for the defaults; copied
 * @param out_loader  the loader; free it with calpol_loader_free()
 * @return CALPOL_OK, CALPOL_ERROR_NO_MEMORY, CALPOL_ERROR_INVALID_ARGUMENT (an unknown flag or
 *         dialect, a reserved field that is not zero), CALPOL_ERROR_ABI
 */
CALPOL_API int calpol_loader_new(const struct calpol_load_options *options,
                                 calpol_loader **out_loader);

/**
 * Adds a text of YAML or JSON documents. Problems in it are kept for calpol_loader_finish(), so
 * that one run reports all of them; the call itself then still returns CALPOL_OK.
 * @param name    what diagnostics call it, such as a path or "<stdin>"; copied
 * @param text    length bytes; copied as far as needed
 * @return CALPOL_OK, CALPOL_ERROR_NO_MEMORY, CALPOL_ERROR_INVALID_ARGUMENT
 */
CALPOL_API int calpol_loader_add_text(calpol_loader *loader, const char *name, const char *text,
                                      size_t length);

/**
 * Adds a file, or every .yaml, .yml and .json file below a directory in byte order of their paths.
 * Symbolic links are followed; what can be reached in several ways is added once. A directory
 * without any such file counts as one that cannot be read: most likely it is the wrong one. No byte
 * limit applies but max_total_bytes, since the user named the file. Beside libyaml, opendir() of the
 * C library is the one thing that allocates without the hook.
 * @return CALPOL_OK; CALPOL_ERROR_IO if it cannot be read (a diagnostic "file-unreadable" says why,
 *         and calpol_loader_finish() will fail); CALPOL_ERROR_NO_MEMORY;
 *         CALPOL_ERROR_INVALID_ARGUMENT
 */
CALPOL_API int calpol_loader_add_path(calpol_loader *loader, const char *path);

/**
 * Sets an option of evaluation (evaluation.md, chapter 17) for the ruleset to come, such as
 * "endpoint_to_host_action" = "Accept". It wins over a FelixConfiguration in the input. The name
 * "preset" sets several: "iptables", "nftables", "bpf", "app-policy". Stays set for later loads.
 * @return CALPOL_OK; CALPOL_ERROR_NOT_FOUND for an unknown name, CALPOL_ERROR_INVALID_INPUT for a
 *         value that the option does not take
 */
CALPOL_API int calpol_loader_set_option(calpol_loader *loader, const char *name, const char *value);

/**
 * Leaves a code out of the diagnostics, such as "no-dns-egress". Warnings and notes only: an error is
 * reported all the same, and the load fails. Stays set for later loads. The files themselves can ask
 * for this too: in YAML by a comment "# calpol: ignore CODE, CODE", which counts for its own line or,
 * standing alone, for the line below; a resource by its annotation "calpol.dev/ignore", whose value
 * is such a list.
 * @return CALPOL_OK; CALPOL_ERROR_NOT_FOUND for an unknown name; CALPOL_ERROR_INVALID_ARGUMENT
 */
CALPOL_API int calpol_loader_disable(calpol_loader *loader, const char *code);

/**
 * Judges everything that was added and makes a ruleset of it. The loader is empty afterwards,
 * whatever came of it, and may be used again with the same options.
 * @param out_ruleset      the ruleset with one reference, or NULL on failure
 * @param out_diagnostics  always written, NULL only if memory ran out; free it with
 *                         calpol_diagnostics_free(). The parameter itself may be NULL.
 * @return CALPOL_OK (there may be warnings and notes), CALPOL_ERROR_INVALID_INPUT (the list says
 *         what is wrong and where), CALPOL_ERROR_LIMIT (a limit was exceeded, the list says which),
 *         CALPOL_ERROR_IO, CALPOL_ERROR_NO_MEMORY, CALPOL_ERROR_INVALID_ARGUMENT
 */
CALPOL_API int calpol_loader_finish(calpol_loader *loader, calpol_ruleset **out_ruleset,
                                    calpol_diagnostics **out_diagnostics);

/**
 * Reads everything that was added like calpol_loader_finish(), and in place of a ruleset makes a text:
 * the Kubernetes policies of the input in Calico's form (kubernetes.md 6), as YAML documents in the
 * order of the input. Dialect AUTO is CALICO here. The loader is empty afterwards.
 * @param out_text         the text, empty if the input has no Kubernetes policy; free it with
 *                         calpol_text_free(). NULL on failure.
 * @param out_diagnostics  as for calpol_loader_finish()
 * @return as calpol_loader_finish()
 */
CALPOL_API int calpol_loader_convert(calpol_loader *loader, calpol_text **out_text,
                                     calpol_diagnostics **out_diagnostics);

/** Frees a loader and what was added to it. NULL is fine. */
CALPOL_API void calpol_loader_free(calpol_loader *loader);

/** One diagnostic. The texts live as long as the list; none is NULL. */
struct calpol_diagnostic {
    uint32_t code;           /**< stable number; calpol_code_name() names it */
    uint32_t severity;       /**< enum calpol_severity */
    uint32_t line;           /**< from 1; 0: not known */
    uint32_t column;         /**< in characters, from 1; 0: not known */
    const char *name;        /**< the code as text, "selector-syntax" */
    const char *source;      /**< as given to calpol_loader_add_text(), or the path */
    const char *resource;    /**< "GlobalNetworkPolicy/new-ns", "NetworkPolicy/shop/web" */
    const char *path;        /**< "spec.ingress[0].action" */
    const char *message;     /**< one line: what was found and what would be right */
    const char *excerpt;     /**< the line in question, shortened around the column */
    uint32_t excerpt_column; /**< where column falls in excerpt, from 1; 0: not known */
    uint32_t reserved;       /**< zero */
};

/** Number of diagnostics; 0 for NULL. */
CALPOL_API size_t calpol_diagnostics_count(const calpol_diagnostics *diagnostics);

/** Number of diagnostics of a severity, those left out by max_diagnostics included. */
CALPOL_API size_t calpol_diagnostics_count_severity(const calpol_diagnostics *diagnostics,
                                                    int severity);

/**
 * Diagnostic number index, sorted by source in the order of adding, line and column.
 * @return CALPOL_OK, CALPOL_ERROR_INVALID_ARGUMENT (index too large), CALPOL_ERROR_ABI
 */
CALPOL_API int calpol_diagnostics_get(const calpol_diagnostics *diagnostics, size_t index,
                                      struct calpol_diagnostic *out_diagnostic,
                                      size_t diagnostic_size);

/** Number of texts and files that the load was about, those that could not be read included; 0 for
    NULL. */
CALPOL_API size_t calpol_diagnostics_source_count(const calpol_diagnostics *diagnostics);

/** The name of text or file number index in the order of adding; NULL if there are not so many. */
CALPOL_API const char *calpol_diagnostics_source(const calpol_diagnostics *diagnostics,
                                                 size_t index);

/** Number of resources of known kinds that were read, bad ones included; 0 for NULL. */
CALPOL_API size_t calpol_diagnostics_resource_count(const calpol_diagnostics *diagnostics);

/** Frees a list. NULL is fine. */
CALPOL_API void calpol_diagnostics_free(calpol_diagnostics *diagnostics);

/** The name of a code, "selector-syntax"; "unknown" for any other number. Numbers run from 1 without
    gaps. */
CALPOL_API const char *calpol_code_name(uint32_t code);

/** The severity that a code usually has: enum calpol_severity; 0 for an unknown number. A lenient load
    makes warnings of errors, and CALPOL_LOAD_TIERS_REQUIRED and the like errors of warnings. */
CALPOL_API int calpol_code_severity(uint32_t code);

/** One line on what a code means; "" for an unknown number. */
CALPOL_API const char *calpol_code_meaning(uint32_t code);

/** The text, NUL-terminated, owned by the object; "" for NULL. */
CALPOL_API const char *calpol_text_string(const calpol_text *text);

/** Its length in bytes, without the NUL; 0 for NULL. */
CALPOL_API size_t calpol_text_length(const calpol_text *text);

/** Frees a text. NULL is fine. */
CALPOL_API void calpol_text_free(calpol_text *text);

#ifdef __cplusplus
}
#endif

#endif
