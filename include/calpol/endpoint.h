/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file endpoint.h
 * Workloads that come and go without a new ruleset.
 *
 * A CNI or a proxy knows of a new pod before any file does. A handle says what it knows, and stands
 * in flows for the pod: verdicts are those that a ruleset with the pod in its input gives.
 *
 * Only flows that name the handle know of the pod. Other flows do not find it by its address, and
 * it is no backend of any Service.
 */
#ifndef CALPOL_ENDPOINT_H
#define CALPOL_ENDPOINT_H

#include "calpol/evaluate.h"

#ifdef __cplusplus
extern "C" {
#endif

/** A workload that is in no input: immutable. Threads: any number at once. */
typedef struct calpol_endpoint calpol_endpoint;

/** A named port of a workload. */
struct calpol_endpoint_port {
    const char *name;    /**< as in rules; an empty one counts for nothing */
    uint16_t port;       /**< its number */
    uint8_t protocol;    /**< number; 0: TCP */
    uint8_t reserved[5]; /**< zero */
};

/**
 * What is known of a workload. All zero is a pod of namespace "default" without labels, address and
 * ports. Arrays may be NULL where their count is 0; texts are copied.
 */
struct calpol_endpoint_spec {
    const char *namespace_name;  /**< NULL: "default" */
    const char *name;            /**< NULL: not known; of no influence on verdicts */
    const char *service_account; /**< NULL: "default" */
    const char *node;            /**< name; NULL: not known */
    const char *const *label_keys;   /**< own labels, without those of the namespace */
    const char *const *label_values; /**< parallel to the keys; of equal keys the first counts */
    const struct calpol_address *addresses; /**< the first of a family is the one that flows have */
    const struct calpol_endpoint_port *ports;   /**< named ports */
    const char *const
        *profiles; /**< in order (EV-110); NULL: those of namespace and service account */
    uint32_t label_count;   /**< of both label arrays */
    uint32_t address_count; /**< of addresses */
    uint32_t port_count;    /**< of ports */
    uint32_t profile_count; /**< counts only if profiles is not NULL */
    uint32_t reserved[4];   /**< zero */
};

/**
 * A handle for a workload. Where endpoints of the ruleset are like it in all that rules ask for, it
 * shares what was prepared for them, and flows with it are as fast as others; otherwise each takes
 * the slow way, with the same answer, as they do in a ruleset that was opened from a file.
 * @param ruleset       referenced until the handle is freed
 * @param out_endpoint  free it with calpol_endpoint_free()
 * @return CALPOL_OK; CALPOL_ERROR_NO_MEMORY; CALPOL_ERROR_INVALID_INPUT for an address without a
 *         family; CALPOL_ERROR_INVALID_ARGUMENT (NULL, an array that is missing, a reserved field
 * that is not zero); CALPOL_ERROR_ABI
 */
CALPOL_API int calpol_endpoint_new(calpol_ruleset *ruleset,
                                   const struct calpol_endpoint_spec *spec,
                                   size_t spec_size,
                                   calpol_endpoint **out_endpoint);

/** 1 if flows with this handle are judged by prepared programs, 0 if they take the slow way, also
   for NULL. For those who wonder; answers are the same. */
CALPOL_API int calpol_endpoint_is_fast(const calpol_endpoint *endpoint);

/** Frees a handle; no flow that names it may be under way. NULL is fine. */
CALPOL_API void calpol_endpoint_free(calpol_endpoint *endpoint);

/** As source_endpoint or destination_endpoint of a flow: a place in the table of handles that
    calpol_evaluate_with() is given. */
#define CALPOL_HANDLE(index) (0x80000000u | (uint32_t)(index))

/** The same for those who cannot use macros. */
CALPOL_API uint32_t calpol_handle(uint32_t index);

/**
 * Judges count flows as calpol_evaluate_batch() does, in which ends may be handles. A handle of
 * another ruleset, or a place that is empty or behind the table's end, makes a flow a bad one.
 * Allocates nothing. Any number of threads at once.
 * @param endpoints       the table; NULL if endpoint_count is 0
 * @return as calpol_evaluate_batch()
 */
CALPOL_API int calpol_evaluate_with(const calpol_ruleset *ruleset,
                                    const calpol_endpoint *const *endpoints,
                                    size_t endpoint_count,
                                    const void *flows,
                                    size_t flow_size,
                                    size_t count,
                                    void *out_verdicts,
                                    size_t verdict_size);

#ifdef __cplusplus
}
#endif

#endif
