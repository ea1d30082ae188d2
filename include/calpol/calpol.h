/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file calpol.h
 * calpol: offline evaluation of Calico and Kubernetes network policy.
 *
 * Three nouns. A **loader** (load.h) reads YAML or JSON and yields a **ruleset** (ruleset.h), which
 * never changes and may be shared by any number of threads. A **query** (evaluate.h) asks it about
 * one flow in words; plain structs serve the fast path:
 *
 *     calpol_loader_new(NULL, &loader);
 *     calpol_loader_add_path(loader, "policies/");
 *     calpol_loader_finish(loader, &ruleset, &diagnostics);
 *
 *     calpol_query_new(ruleset, &query);
 *     calpol_query_set_source(query, "pod:default/cat");
 *     calpol_query_set_destination(query, "203.0.113.9");
 *     calpol_query_explain(query, &trace);
 *     puts(calpol_trace_summary(trace));
 */
#ifndef CALPOL_CALPOL_H
#define CALPOL_CALPOL_H

#include "calpol/base.h"
#include "calpol/endpoint.h"
#include "calpol/evaluate.h"
#include "calpol/file.h"
#include "calpol/load.h"
#include "calpol/ruleset.h"
#include "calpol/update.h"

#endif
