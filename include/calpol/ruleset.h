/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file ruleset.h
 * What is in a ruleset: lookups, and names for the ids that verdicts carry.
 *
 * A ruleset is immutable and reference-counted. Any number of threads may use one at once; texts it
 * hands out live as long as the ruleset.
 */
#ifndef CALPOL_RULESET_H
#define CALPOL_RULESET_H

#include "calpol/evaluate.h"

#ifdef __cplusplus
extern "C" {
#endif

/** One more reference. Returns its argument; NULL is fine. */
CALPOL_API calpol_ruleset *calpol_ruleset_ref(calpol_ruleset *ruleset);

/** One reference less; the last one frees. NULL is fine. */
CALPOL_API void calpol_ruleset_unref(calpol_ruleset *ruleset);

/** How much is in a ruleset. */
struct calpol_counts {
    uint32_t tiers;        /**< declared or not */
    uint32_t policies;     /**< staged ones included */
    uint32_t rules;        /**< of all policies, as expanded */
    uint32_t endpoints;    /**< workload and host endpoints; ids run from 0 */
    uint32_t network_sets; /**< of a namespace and global ones */
    uint32_t namespaces;   /**< declared or mentioned */
    uint32_t services;     /**< of the input */
    uint32_t nodes;        /**< likewise */
    uint32_t selectors;    /**< distinct ones, after combining */
    uint32_t label_sets;   /**< distinct ones */
    uint64_t bytes;        /**< memory taken */
    uint32_t dialect;      /**< the one in force: enum calpol_dialect, never AUTO */
    uint32_t programs;          /**< that make calpol_evaluate() fast */
    uint32_t programs_left_out; /**< by max_program_megabytes, or because a rule cannot be said so */
    uint32_t reserved[3]; /**< zero */
};

/** Fills *out_counts. CALPOL_OK, CALPOL_ERROR_INVALID_ARGUMENT, CALPOL_ERROR_ABI. */
CALPOL_API int calpol_ruleset_counts(const calpol_ruleset *ruleset,
                                     struct calpol_counts *out_counts, size_t counts_size);

/**
 * The endpoint of a reference: "pod:NS/NAME", "workloadendpoint:NS/NAME", "hostendpoint:NAME", or
 * in short "NS/NAME".
 * @return CALPOL_OK, CALPOL_ERROR_NOT_FOUND, CALPOL_ERROR_INVALID_ARGUMENT,
 *         CALPOL_ERROR_NO_MEMORY
 */
CALPOL_API int calpol_ruleset_find_endpoint(const calpol_ruleset *ruleset, const char *reference,
                                            uint32_t *out_endpoint);

/** The first declared workload endpoint that owns an address (EV-11). Returns as above. */
CALPOL_API int calpol_ruleset_find_address(const calpol_ruleset *ruleset,
                                           const struct calpol_address *address,
                                           uint32_t *out_endpoint);

/** Reads an address such as "10.0.0.1". CALPOL_OK or CALPOL_ERROR_INVALID_INPUT. */
CALPOL_API int calpol_address_parse(const char *text, struct calpol_address *out_address);

/** An endpoint. */
struct calpol_endpoint_info {
    const char *reference;      /**< "pod:NS/NAME", "workloadendpoint:NS/NAME", "hostendpoint:NAME" */
    const char *namespace_name; /**< "" for host endpoints */
    const char *name;       /**< without the namespace */
    const char *node;       /**< "" if not known */
    const char *source;     /**< where it was declared; "" if nowhere */
    uint32_t line;          /**< from 1; 0: not known */
    uint32_t address_count; /**< of both families */
    uint32_t is_host;       /**< 1 for a host endpoint */
    uint32_t reserved;      /**< zero */
};

/** Describes an endpoint id. CALPOL_OK, CALPOL_ERROR_NOT_FOUND, CALPOL_ERROR_ABI. */
CALPOL_API int calpol_ruleset_endpoint(const calpol_ruleset *ruleset, uint32_t endpoint,
                                       struct calpol_endpoint_info *out_info, size_t info_size);

/** A policy or, for ids in verdicts whose tier is CALPOL_NONE, a profile. */
struct calpol_policy_info {
    const char *label;          /**< "np:shop/web", "gnp:deny", "pro:kns.shop" */
    const char *kind;           /**< "NetworkPolicy", "KubernetesNetworkPolicy", "Profile", ... */
    const char *namespace_name; /**< "" for cluster-wide kinds */
    const char *name;   /**< as written */
    const char *source; /**< file it came from; "" for what is implied */
    uint32_t line;      /**< of the resource, from 1; 0: not known */
    uint32_t tier;      /**< id; CALPOL_NONE for profiles */
    double order;       /**< infinity if it has none */
    uint32_t ingress_count; /**< rules, as expanded */
    uint32_t egress_count;  /**< likewise */
    uint32_t staged;    /**< 1 if staged */
    uint32_t reserved[3]; /**< zero */
};

/** Describes a policy id. CALPOL_OK, CALPOL_ERROR_NOT_FOUND, CALPOL_ERROR_ABI. */
CALPOL_API int calpol_ruleset_policy(const calpol_ruleset *ruleset, uint32_t policy,
                                     struct calpol_policy_info *out_info, size_t info_size);

/** A tier. */
struct calpol_tier_info {
    const char *name;        /**< "default" */
    double order;            /**< infinity if it has none */
    uint32_t default_action; /**< CALPOL_ACTION_DENY or CALPOL_ACTION_PASS */
    uint32_t policy_count;   /**< staged ones included */
    uint32_t declared;       /**< 0: built in, or only named by a policy */
    uint32_t reserved[3]; /**< zero */
};

/** Describes a tier id; ids ascend in order of evaluation. Returns as above. */
CALPOL_API int calpol_ruleset_tier(const calpol_ruleset *ruleset, uint32_t tier,
                                   struct calpol_tier_info *out_info, size_t info_size);

/** The names nearest to a reference that was not found, as "a, b, c"; at most three; "" if none is
    near. Written to buffer, cut to buffer_size with its NUL. */
CALPOL_API int calpol_ruleset_suggest(const calpol_ruleset *ruleset, const char *reference,
                                      char *buffer, size_t buffer_size);

#ifdef __cplusplus
}
#endif

#endif
