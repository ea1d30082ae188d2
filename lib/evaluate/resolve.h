/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From a flow in words, or a plain one, to a flow with its participants found (EV-1 to EV-16).
 */
#ifndef CP_EVALUATE_RESOLVE_H
#define CP_EVALUATE_RESOLVE_H

#include "evaluate/flow.h"
#include "evaluate/words.h"
#include "evaluate/world.h"

/* What is wrong with a flow, and where. */
struct cp_flow_problem {
    enum calpol_flow_error error;
    struct cp_text text; /* what was found: the reference of CALPOL_FLOW_UNKNOWN_REF, ... */
    const char *field;   /* "source.ref", "destination.ip", ...; "": the flow as a whole */
};

/*
 * Resolves words. Inline workloads are added to the world, in place of those of an earlier
 * question; what that needs, the labels' matches above all, goes to arena.
 *
 * CALPOL_OK; CALPOL_ERROR_INVALID_INPUT with *out_problem set; CALPOL_ERROR_NO_MEMORY.
 */
int cp_resolve(struct cp_world *world,
               const struct cp_flow_words *words,
               struct cp_arena *arena,
               struct cp_flow *out_flow,
               struct cp_flow_problem *out_problem);

/* Resolves a plain flow, allocating nothing. Inline workloads of the world may be its ends, by
   their numbers. CALPOL_FLOW_OK or what is wrong: CALPOL_FLOW_UNKNOWN_REF,
   CALPOL_FLOW_MIXED_IP_VERSIONS, CALPOL_FLOW_BAD_ADDRESS. */
enum calpol_flow_error cp_resolve_plain(const struct cp_world *world,
                                        const struct calpol_flow *plain,
                                        struct cp_flow *out_flow);

/* EV-7: an IPv4-mapped IPv6 address is the IPv4 address. What lies behind an IPv4 address is
 * cleared. */
struct calpol_address cp_plain_address(const struct calpol_address *address);

/*
 * Settles family and addresses of a flow whose participants are known (EV-7, EV-14). False: no
 * family suits both sides.
 */
bool cp_settle_addresses(const struct cp_world *world, struct cp_flow *flow);

/* Who an address is (EV-11); kind, owner and node of *out_party. Its address is set too. */
void cp_party_of_address(const struct cp_world *world,
                         const struct calpol_address *address,
                         struct cp_party *out_party);

/* The owner that an address, reference or short name stands for, to be relabelled: a workload, host
   endpoint or network set; *out_owner is CP_NONE for anything else. CALPOL_OK or
   CALPOL_ERROR_NO_MEMORY. */
int cp_resolve_owner(const struct cp_world *world,
                     struct cp_text reference,
                     struct cp_arena *arena,
                     uint32_t *out_owner);

#endif
