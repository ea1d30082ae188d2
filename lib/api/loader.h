/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The loader: texts and options, until a load is finished.
 */
#ifndef CP_API_LOADER_H
#define CP_API_LOADER_H

#include "base/diagnostic.h"
#include "resource/context.h"
#include "ruleset/ruleset.h"

/* A text to be read, or why there is none: then code and message are reported in its place. */
struct cp_input {
    struct cp_source source;
    bool is_file;              /* no limit for a single text applies */
    bool has_others;           /* once it is read: documents that are no objects of known kinds */
    struct cp_kept_text *kept; /* where the text is kept already; NULL: nowhere */
    enum cp_code code;         /* CP_CODE_NONE: all is well */
    const char *message;
};

struct calpol_loader {
    struct calpol_allocator allocator;
    struct calpol_load_options options; /* its allocator is not used */
    struct cp_arena kept;               /* lists of evaluation's options, for all loads */
    struct cp_options evaluation;
    uint64_t disabled[CP_CODE_COUNT / 64 + 1]; /* codes that diagnostics leave out */
    struct cp_arena work;         /* texts, and all that is made of them; of this load */
    struct cp_memory_limit limit; /* of work and of the ruleset that is being made */
    CP_ARRAY(struct cp_input *) inputs;
    uint64_t total_bytes; /* of the texts */
    /* Of updates: */
    const struct cp_text *known_tiers; /* as those of struct cp_resource_reader */
    uint32_t known_tier_count;
    uint32_t round;
    struct cp_gone *gone;
    uint32_t gone_count;
};

/* What is made of everything that was added; result is the caller's. */
typedef int cp_load_work(struct calpol_loader *loader,
                         struct calpol_diagnostics *list,
                         void *result);

/* The hook for what counts as the load's memory. */
struct calpol_allocator cp_loader_allocator(struct calpol_loader *loader);

/* Sets the limit anew, when nothing is left of a load. */
void cp_loader_reset_limit(struct calpol_loader *loader);

/* Does the work with a new list, which is handed out as for calpol_loader_finish(); and empties the
   loader. Returns what the work returned, or CALPOL_ERROR_NO_MEMORY. */
int cp_loader_run(struct calpol_loader *loader,
                  cp_load_work *work,
                  void *result,
                  calpol_diagnostics **out_diagnostics);

/* The work of calpol_loader_finish(); result is where the ruleset goes. */
cp_load_work cp_loader_make_ruleset;

/* quick_update.c: an update in time that goes with what changed, if it can be had. Whatever the status, the
   texts of changes and of the names are still there. CALPOL_OK, CALPOL_ERROR_NO_MEMORY; CALPOL_ERROR_LIMIT if
   it takes a load. */
int cp_quick_update(calpol_ruleset *old,
                    const struct calpol_loader *changes,
                    const char *const *removed,
                    size_t removed_count,
                    calpol_ruleset **out_ruleset,
                    calpol_diagnostics **out_diagnostics);

/* update.c: a loader with the options that a ruleset was loaded with, for the next round. It is emptied by
   cp_loader_run() or cp_loader_empty(), and needs no more. */
void cp_loader_of_update(struct calpol_loader *loader, const calpol_ruleset *old);

/* update.c: a load of what a ruleset keeps. As cp_loader_run(). */
int cp_ruleset_anew(const calpol_ruleset *ruleset, calpol_ruleset **out_ruleset);

/* update.c: adds a copy of an input of another loader, whose text stays where it is. CALPOL_OK or
   CALPOL_ERROR_NO_MEMORY. */
int cp_loader_add_input(struct calpol_loader *loader, const struct cp_input *input);

/* update.c: "KIND NAMESPACE/NAME" or "KIND NAME". */
bool cp_read_removed(const char *string, struct cp_gone *out_gone);

/* Drops what was added. Options stay. */
void cp_loader_empty(struct calpol_loader *loader);

/* update.c: keeps in a ruleset what an update needs, if that is asked for. CALPOL_OK or
   CALPOL_ERROR_NO_MEMORY. */
int cp_loader_keep(struct calpol_loader *loader,
                   const struct cp_collection *collection,
                   struct calpol_ruleset *ruleset);

/* The first part of any work: reads all inputs. names is where keys and values of selectors go. */
int cp_loader_read(struct calpol_loader *loader,
                   struct calpol_diagnostics *list,
                   struct cp_intern *names,
                   struct cp_collection **out_collection);

/* The last part: sorts the list. What the work so far came to, and what was reported meanwhile. */
int cp_loader_end(struct calpol_diagnostics *list, int status);

#endif
