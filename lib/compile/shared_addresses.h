/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Addresses that several workloads have.
 */
#ifndef CP_COMPILE_SHARED_ADDRESSES_H
#define CP_COMPILE_SHARED_ADDRESSES_H

#include "compile/compiler.h"

/* Warns of workloads which have an address of an earlier one, but other labels: a flow that names the address
   is judged as the earlier one's (EV-11). CALPOL_OK or CALPOL_ERROR_NO_MEMORY. */
int cp_warn_of_shared_addresses(struct cp_compiler *compiler);

#endif
