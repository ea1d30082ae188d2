// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <calpol/calpol.h>
*/
import "C"

import (
	"errors"
	"fmt"
	"strings"
)

// Update makes the next ruleset of this one and of what changed, as kubectl apply would: a document of
// inputs replaces the object of the same kind, namespace and name, or is added where there is none.
// removed has what is gone, "KIND NAMESPACE/NAME", or "KIND NAME" for kinds without namespace. KIND is
// as in diagnostics: "NetworkPolicy" is the one of Kubernetes, "CalicoNetworkPolicy" that of Calico.
//
// The verdicts are those of a load of all documents that remain, with the options of the first load.
// This ruleset stays as it is; ids of endpoints, tiers and policies may be others in the new one. The
// new ruleset's diagnostics are about what changed.
//
// The ruleset must have been loaded with Options.Updatable. The error is a [*LoadError] if the new ruleset
// could not be used, and wraps [ErrNotFound] if something of removed is not there.
func (r *Ruleset) Update(removed []string, inputs ...Input) (*Ruleset, error) {
	var memory cMemory
	var loadError *LoadError

	old, err := r.acquire()
	if err != nil {
		return nil, err
	}
	defer r.release()
	loader, err := newLoader(&Options{})
	if err != nil {
		return nil, err
	}
	defer C.calpol_loader_free(loader)
	if err := addInputs(loader, inputs); err != nil {
		return nil, err
	}
	defer memory.free()
	names := memory.texts("a name of what is removed", removed)
	if memory.err != nil {
		return nil, memory.err
	}
	updated, err := finish(func(handle **C.calpol_ruleset, list **C.calpol_diagnostics) C.int {
		return C.calpol_ruleset_update(old, loader, names, C.size_t(len(removed)), handle, list)
	})
	if errors.As(err, &loadError) && loadError.Status == ErrInvalidArgument {
		return nil, fmt.Errorf(`the ruleset was not loaded with Updatable, or a name of what is removed is not `+
			`"KIND NAMESPACE/NAME" or "KIND NAME": %w`, ErrInvalidArgument)
	}
	if errors.As(err, &loadError) && loadError.Status == ErrNotFound {
		return nil, fmt.Errorf("what is removed is not there: %s: %w", strings.Join(removed, ", "), ErrNotFound)
	}
	return updated, err
}
