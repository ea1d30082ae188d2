// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"sync"
	"syscall"
)

// Longer lines end the connection.
const longestLine = 1 << 16

// Answers on a socket, each connection in a goroutine.
type server struct {
	rulesets *store
	logger   *log.Logger
	listener net.Listener

	handlers    sync.WaitGroup
	lock        sync.Mutex
	connections map[net.Conn]bool
	closed      bool
}

func listen(socket string, rulesets *store, logger *log.Logger) (*server, error) {
	listener, err := net.Listen("unix", socket)
	if errors.Is(err, syscall.EADDRINUSE) && isAbandoned(socket) {
		os.Remove(socket)
		listener, err = net.Listen("unix", socket)
	}
	if err != nil {
		return nil, err
	}
	return &server{
		rulesets:    rulesets,
		logger:      logger,
		listener:    listener,
		connections: make(map[net.Conn]bool),
	}, nil
}

// Was the socket left behind by a process that is no more?
func isAbandoned(socket string) bool {
	connection, err := net.Dial("unix", socket)
	if err == nil {
		connection.Close()
	}
	return errors.Is(err, syscall.ECONNREFUSED)
}

// Answers until close is called, and until the last connection is done.
func (s *server) serve() error {
	defer s.handlers.Wait()
	defer s.close()
	for {
		connection, err := s.listener.Accept()
		if err != nil {
			return err
		}
		if !s.register(connection) {
			connection.Close()
			continue
		}
		go s.handle(connection)
	}
}

// Not so if the server is closed.
func (s *server) register(connection net.Conn) bool {
	s.lock.Lock()
	defer s.lock.Unlock()
	if !s.closed {
		s.connections[connection] = true
		s.handlers.Add(1)
	}
	return !s.closed
}

func (s *server) close() {
	s.lock.Lock()
	defer s.lock.Unlock()
	s.closed = true
	s.listener.Close()
	for connection := range s.connections {
		connection.Close()
	}
}

func (s *server) handle(connection net.Conn) {
	defer s.handlers.Done()
	defer func() {
		connection.Close()
		s.lock.Lock()
		delete(s.connections, connection)
		s.lock.Unlock()
	}()
	if err := s.converse(connection); err != nil && !errors.Is(err, net.ErrClosed) {
		s.logger.Printf("a connection ended: %v", err)
	}
}

// One line out for each line in. Answers are held back only while another line is there to be read.
func (s *server) converse(connection io.ReadWriter) error {
	reader := bufio.NewReaderSize(connection, longestLine)
	writer := bufio.NewWriter(connection)
	for {
		line, err := reader.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			writer.Write(answer{Error: "failed", Message: "the line is too long"}.line())
			writer.Flush()
			return err
		}
		if len(line) > 0 {
			writer.Write(s.rulesets.answer(line).line())
		}
		waiting, _ := reader.Peek(reader.Buffered())
		if err != nil || bytes.IndexByte(waiting, '\n') < 0 {
			if flushErr := writer.Flush(); flushErr != nil {
				return flushErr
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
