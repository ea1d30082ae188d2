// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <calpol/calpol.h>
*/
import "C"

import (
	"fmt"
	"strings"
	"unsafe"
)

// A text on its way into a call, which keeps no pointer to it. C would see no further than to a NUL
// and answer another question.
func cText(what, text string) (*C.char, error) {
	if strings.IndexByte(text, 0) >= 0 {
		return nil, fmt.Errorf("%s contains a NUL character: %w", what, ErrInvalidArgument)
	}
	bytes := make([]byte, len(text)+1)
	copy(bytes, text)
	return (*C.char)(unsafe.Pointer(&bytes[0])), nil
}

// The bytes of a text that goes with its length; never NULL.
func cBytes(text []byte) *C.char {
	if len(text) == 0 {
		text = []byte{0}
	}
	return (*C.char)(unsafe.Pointer(&text[0]))
}
