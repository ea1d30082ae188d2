// SPDX-License-Identifier: Apache-2.0

package calpol

import "sync/atomic"

// Who uses an object of C's, so that it goes when it is closed and no call is using it.
type lifetime struct {
	// Calls that are using the object, and one for as long as it is not closed. At 0 it is gone.
	users  atomic.Int64
	closed atomic.Bool
}

func (l *lifetime) begin() { l.users.Store(1) }

// Marks it closed. True for the first who does so: leave must be called.
func (l *lifetime) end() bool { return l.closed.CompareAndSwap(false, true) }

// A call begins. False: the object is closed.
func (l *lifetime) enter() bool {
	for !l.closed.Load() {
		users := l.users.Load()
		if users > 0 && l.users.CompareAndSwap(users, users+1) {
			return true
		}
	}
	return false
}

// A call ends. True: it was the last, and the object must be freed.
func (l *lifetime) leave() bool { return l.users.Add(-1) == 0 }
