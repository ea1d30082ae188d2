// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <calpol/calpol.h>
*/
import "C"

import (
	"fmt"
	"unsafe"
)

// Room for the line that says why a compiled ruleset was refused.
const messageSize = 1024

// Open opens a compiled ruleset: what [Ruleset.Save] or the command calpol compile wrote. That takes
// milliseconds where its policies take seconds to load.
//
// It answers whatever the ruleset answers that was written, but cannot be updated. The file is mapped,
// not read, so it must not be changed in place; Save replaces it. Nothing in it is believed: whatever
// the bytes, they make a ruleset that is safe to ask, or none. The error wraps [ErrInvalidInput] if it
// is no compiled ruleset, damaged, or made by another version of the library or on another kind of
// machine, and [ErrIO] if it cannot be opened.
func Open(path string) (*Ruleset, error) {
	text, err := cText("a path", path)
	if err != nil {
		return nil, err
	}
	return open(path, func(ruleset **C.calpol_ruleset, message *C.char) C.int {
		return C.calpol_ruleset_open(text, nil, ruleset, message, messageSize)
	})
}

// OpenBytes is Open for the bytes of a file, or of [Ruleset.Bytes]. They are copied.
func OpenBytes(content []byte) (*Ruleset, error) {
	return open("compiled ruleset", func(ruleset **C.calpol_ruleset, message *C.char) C.int {
		return C.calpol_ruleset_open_bytes(unsafe.Pointer(cBytes(content)), C.size_t(len(content)), nil, ruleset, message,
			messageSize)
	})
}

func open(what string, call func(ruleset **C.calpol_ruleset, message *C.char) C.int) (*Ruleset, error) {
	var handle *C.calpol_ruleset
	var message [messageSize]C.char

	if libraryError != nil {
		return nil, libraryError
	}
	status := call(&handle, &message[0])
	if status != C.CALPOL_OK && message[0] != 0 {
		return nil, fmt.Errorf("%s: %s: %w", what, C.GoString(&message[0]), Status(status))
	}
	if err := statusError(status, what); err != nil {
		return nil, err
	}
	return newRuleset(handle, nil), nil
}

// Save writes it to a file, compiled, for [Open]. What was there is replaced at once: who has it open
// keeps the old one. The error wraps [ErrIO] if the file cannot be written.
func (r *Ruleset) Save(path string) error {
	text, err := cText("a path", path)
	if err != nil {
		return err
	}
	handle, err := r.acquire()
	if err != nil {
		return err
	}
	defer r.release()
	status, cause := C.calpol_ruleset_save(handle, text)
	if status == C.CALPOL_ERROR_IO && cause != nil {
		return fmt.Errorf("%s: %v: %w", path, cause, ErrIO)
	}
	return statusError(status, path)
}

// Bytes are what Save writes, for [OpenBytes]. They hang on the ruleset alone: equal input makes equal
// bytes.
func (r *Ruleset) Bytes() ([]byte, error) {
	var text *C.calpol_text

	handle, err := r.acquire()
	if err != nil {
		return nil, err
	}
	defer r.release()
	if err := statusError(C.calpol_ruleset_write(handle, &text), "compiled ruleset"); err != nil {
		return nil, err
	}
	defer C.calpol_text_free(text)
	bytes := (*byte)(unsafe.Pointer(C.calpol_text_string(text)))
	return append([]byte(nil), unsafe.Slice(bytes, int(C.calpol_text_length(text)))...), nil
}
