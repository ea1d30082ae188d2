/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From texts to a collection of typed resources: the driver.
 *
 *     cp_resource_reader_init(&reader, &work, &names, &diagnostics, &collection, flags);
 *     cp_resources_read(&reader, &source, &limits);        (once a text)
 *     cp_resources_link(&reader);                          (once, at the end)
 *     cp_resource_reader_finish(&reader);
 *
 * What is wrong with the input is in the diagnostics, and an object with errors is not in the
 * collection. Time is linear in the length of the texts.
 */
#ifndef CP_RESOURCE_LOAD_H
#define CP_RESOURCE_LOAD_H

#include "resource/context.h"
#include "yaml/document.h"

/*
 * flags are enum calpol_load_flag; diagnostics->lenient is set by them. Everything read goes to
 * work; names is where keys and values of selectors go. CALPOL_OK or CALPOL_ERROR_NO_MEMORY.
 */
int cp_resource_reader_init(struct cp_resource_reader *reader,
                            struct cp_arena *work,
                            struct cp_intern *names,
                            struct calpol_diagnostics *diagnostics,
                            struct cp_collection *collection,
                            uint32_t flags);

/* Objects that are to be taken as not there, where texts of earlier rounds have them: found of each is
   set. The array stays the caller's. False: no memory. */
bool cp_resources_take_away(struct cp_resource_reader *reader,
                            struct cp_gone *gone,
                            uint32_t count);

/* Releases what is not in the arena. */
void cp_resource_reader_finish(struct cp_resource_reader *reader);

/* Reads all documents of a source, which must outlive the work arena's use. CALPOL_OK whatever the
   text is like, or CALPOL_ERROR_NO_MEMORY. */
int cp_resources_read(struct cp_resource_reader *reader,
                      const struct cp_source *source,
                      const struct cp_yaml_limits *limits);

/* What can be said only when everything is read: replaced objects go, tiers are looked up.
   CALPOL_OK or CALPOL_ERROR_NO_MEMORY. */
int cp_resources_link(struct cp_resource_reader *reader);

#endif
