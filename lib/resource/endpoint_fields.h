/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields that HostEndpoint and WorkloadEndpoint have in common (resources.md 6.9).
 */
#ifndef CP_RESOURCE_ENDPOINT_FIELDS_H
#define CP_RESOURCE_ENDPOINT_FIELDS_H

#include "resource/context.h"

/* interfaceName; empty if it is absent or empty. */
void cp_read_interface_name(struct cp_resource_reader *reader,
                            const struct cp_field *field,
                            struct cp_text *out_name);

/* One item of ports; false: it has been reported and is left out. A workload's port may have a
   hostPort, and then needs no name. */
bool cp_read_endpoint_port(struct cp_resource_reader *reader,
                           const struct cp_field *item,
                           bool is_workload,
                           struct cp_endpoint_port *out_port);

#endif
