/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What EndpointSlices and Endpoints have in common.
 */
#ifndef CP_RESOURCE_BACKENDS_H
#define CP_RESOURCE_BACKENDS_H

#include "resource/context.h"

/* Reads a list of ports. Those of a protocol without ports are passed over; one without a number is
   kept (EV-90). */
void cp_read_backend_ports(struct cp_resource_reader *reader,
                           const struct cp_field *list,
                           struct cp_slice_spec *slice);

/* Reads a targetRef: the pod behind an address, if it is one. */
void cp_read_pod_reference(struct cp_resource_reader *reader,
                           const struct cp_field *field,
                           struct cp_slice_endpoint *endpoint);

#endif
