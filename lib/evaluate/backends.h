/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The backends of a Service's port as one question sees them (K8-113, K8-114): those of the ruleset,
 * without pods that were relabelled out of the Service's selector, and with pods that were relabelled
 * into it and inline workloads which it selects.
 *
 * Where backends come from the selector, what the input says of pods settles all of it. EndpointSlices
 * and Endpoints are what a controller wrote before labels were other ones: whether a pod whose labels
 * changed is a backend then is not known, and hangs on the address that the flow gets to.
 */
#ifndef CP_EVALUATE_BACKENDS_H
#define CP_EVALUATE_BACKENDS_H

#include "evaluate/world.h"

/* Between the backends of a port; all 0 before the first. */
struct cp_backend_walk {
    uint32_t position; /* in the port's backends */
    uint64_t joined;   /* behind the last one that joined */
};

/* The next backend in order (K8-115). *out_changed is the owner whose other labels leave open whether it is
   one, or CP_NONE: it is. False: no more. */
bool cp_next_backend(const struct cp_world *world,
                     const struct cp_service *service,
                     const struct cp_service_port_entry *port,
                     struct cp_backend_walk *walk,
                     struct cp_backend *out_backend,
                     uint32_t *out_changed);

/*
 * Do other labels leave open whether the address is among those of a Service that a rule names (EV-90,
 * EV-91)? Its slices are those of the input.
 */
bool cp_rule_service_in_doubt(const struct cp_world *world,
                              const struct cp_rule_service *service,
                              const struct calpol_address *address);

#endif
