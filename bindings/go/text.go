// SPDX-License-Identifier: Apache-2.0

package calpol

/*
#include <stdlib.h>

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

// Memory of C's for structs that point to others, which those of Go's may not do. To be freed when
// the call is over. err is the first that was wrong with a text.
type cMemory struct {
	pieces []unsafe.Pointer
	err    error
}

func (m *cMemory) free() {
	for _, piece := range m.pieces {
		C.free(piece)
	}
}

// Memory for an array, not NULL and to be filled by the caller. C.malloc ends the program rather than fail.
func (m *cMemory) allocate(count int, size C.size_t) unsafe.Pointer {
	piece := C.malloc((C.size_t(count) + 1) * size)
	m.pieces = append(m.pieces, piece)
	return piece
}

func (m *cMemory) text(what, text string) *C.char {
	if strings.IndexByte(text, 0) >= 0 && m.err == nil {
		m.err = fmt.Errorf("%s contains a NUL character: %w", what, ErrInvalidArgument)
	}
	piece := C.CString(text)
	m.pieces = append(m.pieces, unsafe.Pointer(piece))
	return piece
}

// NULL for what is empty.
func (m *cMemory) optional(what, text string) *C.char {
	if text == "" {
		return nil
	}
	return m.text(what, text)
}

// An array of texts, not NULL.
func (m *cMemory) texts(what string, texts []string) **C.char {
	first := (**C.char)(m.allocate(len(texts), C.size_t(unsafe.Sizeof((*C.char)(nil)))))
	for i, raw := 0, unsafe.Slice(first, len(texts)); i < len(raw); i++ {
		raw[i] = m.text(what, texts[i])
	}
	return first
}
