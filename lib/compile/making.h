/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The making of programs and of the records that point to them: of all workloads by a load
 * (programs.c), of some by an update (program_update.c). Internal to compile/.
 */
#ifndef CP_COMPILE_MAKING_H
#define CP_COMPILE_MAKING_H

#include "compile/program_builder.h"
#include "ruleset/exemplar.h"

/* What is known of a list of policies and profiles in a direction and family. */
struct cp_chain_entry {
    bool is_made;
    bool is_own_free;              /* the class of the endpoint's own address does not matter */
    uint32_t draft;                /* if so; else of the VECTORS for any own address */
    struct cp_program_lines lines; /* if not */
};

struct cp_making {
    struct cp_program_builder *builder;
    struct cp_tuples chains; /* direction << 1 | family, policies, CP_NONE, profiles */
    CP_ARRAY(struct cp_chain_entry) entries; /* parallel */
    struct cp_tuples profile_lists;
    struct cp_tuples kinds;         /* label set, profile list, direction << 1 | family */
    CP_ARRAY(uint32_t) kind_chains; /* parallel */
    struct cp_tuples folded;        /* chain, own class */
    CP_ARRAY(uint32_t) folded_drafts;
    struct cp_tuples variants; /* draft, draft for any own address */
    CP_ARRAY(uint32_t) variant_drafts;
    CP_ARRAY(uint32_t) numbers; /* a list being put together */
    struct cp_program_lines lines, folded_lines;
    const bool *is_quiet; /* by node */
    CP_ARRAY(struct cp_exemplar) exemplars;
    struct cp_index exemplar_index;
    struct cp_endpoint_record *records[2];
};

/* Empty, but for what stands for the plain walk. CALPOL_OK or CALPOL_ERROR_NO_MEMORY. */
int cp_making_init(struct cp_making *making, struct cp_program_builder *builder);

/* Room for marks, once classes and clauses are there. False: no memory. */
bool cp_making_marks(struct cp_program_builder *builder);

/* The drafts of a workload in one family; they become places once all are made. CALPOL_OK,
   CALPOL_ERROR_NO_MEMORY; of an update CALPOL_ERROR_LIMIT if there is no room left. */
int cp_making_record(struct cp_making *making,
                     uint32_t workload,
                     int family,
                     struct cp_endpoint_record *record);

/* Makes a workload an exemplar unless there is one for the like of it. CALPOL_OK or
   CALPOL_ERROR_NO_MEMORY. */
int cp_making_exemplar(struct cp_making *making,
                       struct cp_arena *arena,
                       uint32_t workload,
                       int family);

/* Bytes of a draft with cells of the width that decisions need, and these bytes. */
size_t cp_draft_size(const struct cp_draft *draft, unsigned cell_shift);
void cp_draft_write(const struct cp_draft *draft, unsigned cell_shift, unsigned char *target);

#endif
