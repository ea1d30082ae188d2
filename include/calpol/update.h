/* SPDX-License-Identifier: Apache-2.0 */
/**
 * @file update.h
 * From a ruleset and what changed to the next ruleset.
 *
 * A ruleset that was loaded with CALPOL_LOAD_UPDATABLE keeps its texts. An update is like kubectl
 * apply: a document replaces the object of the same kind, namespace and name, and is added where there
 * is none.
 */
#ifndef CALPOL_UPDATE_H
#define CALPOL_UPDATE_H

#include "calpol/load.h"

#ifdef __cplusplus
extern "C" {
#endif

/**
 * Makes the ruleset that a load of all remaining documents would make, those that changed being
 * declared last. The old ruleset stays as it is and valid. Options are those of the load that the old
 * ruleset goes back to, and so is its allocator; of the loader only the texts count. The new ruleset
 * can be updated in turn.
 *
 * The list of diagnostics is about the texts of the loader; of others it tells errors only, such as a
 * tier that is gone.
 *
 * An update of policies takes time that goes with the change, and shares what stays with the old ruleset; any
 * other update takes as long as a load. Such are those of other kinds, of policies that name services, tiers
 * or namespaces that are not declared, of admin policies, of those with applyOnForward, preDNAT or
 * doNotTrack, all of a ruleset loaded with CALPOL_LOAD_LINT or CALPOL_LOAD_NO_PROGRAMS, one in some hundreds
 * that clears up, and one without any change, which is the way to clear up at a time of one's own choice.
 *
 * Any number of threads may update a ruleset at once, and others use it meanwhile.
 * @param old              made with CALPOL_LOAD_UPDATABLE, not by calpol_ruleset_open() or the like
 * @param changes          what was added to it; empty afterwards, as after calpol_loader_finish().
 *                         NULL: nothing changed
 * @param removed          names of objects that are gone, as "KIND NAMESPACE/NAME", or "KIND NAME" for
 *                         kinds without namespace. KIND is as in diagnostics: "NetworkPolicy" is the one of
 *                         Kubernetes, "CalicoNetworkPolicy" that of Calico. An object that is in the texts
 *                         too is not gone. NULL if removed_count is 0
 * @param out_ruleset      the new ruleset with one reference, or NULL on failure
 * @param out_diagnostics  as for calpol_loader_finish()
 * @return as calpol_loader_finish(); CALPOL_ERROR_INVALID_ARGUMENT also if old keeps no texts, or for a
 *         name not of the form above; CALPOL_ERROR_NOT_FOUND if there is no object of a name
 */
CALPOL_API int calpol_ruleset_update(calpol_ruleset *old, calpol_loader *changes,
                                     const char *const *removed, size_t removed_count,
                                     calpol_ruleset **out_ruleset,
                                     calpol_diagnostics **out_diagnostics);

#ifdef __cplusplus
}
#endif

#endif
