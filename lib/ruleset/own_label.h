/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Keys of a pod's own labels (K8-46).
 *
 * Calico keeps them in one map with the labels of namespace and service account, so that a pod
 * could pretend to be in another namespace. In dialect upstream, keys that Calico reserves are
 * therefore put out of the way: as labels of pods, and in selectors that look at pods' own labels.
 */
#ifndef CP_RULESET_OWN_LABEL_H
#define CP_RULESET_OWN_LABEL_H

#include "base/arena.h"
#include "base/text.h"
#include "calpol/load.h"

/* Keys that the system sets, and that workloads cannot (EV-17): those which start with "pcns." or
   "pcsa.", and three of projectcalico.org. */
bool cp_label_is_system(struct cp_text key);

/* The key by which a label of a pod is known: key itself, or in dialect upstream, if it is
   reserved, key behind a byte 1, which no selector can spell. False: no memory. */
bool cp_own_label_key(struct cp_arena *arena,
                      enum calpol_dialect dialect,
                      struct cp_text key,
                      struct cp_text *out_key);

#endif
