package history

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
)

// Writer appends lines to a history file, from many goroutines at once. Every line is one system call, so it
// survives the process.
type Writer struct {
	mutex sync.Mutex
	file  *os.File
}

// Create starts a new history, and replaces an older file of that name.
func Create(name string) (*Writer, error) {
	file, err := os.Create(name)
	return &Writer{file: file}, err
}

// Write appends a line.
func (w *Writer) Write(operation *Operation) error {
	line, err := json.Marshal(operation)
	if err != nil {
		return err
	}
	w.mutex.Lock()
	defer w.mutex.Unlock()
	_, err = w.file.Write(append(line, '\n'))
	return err
}

// Close ends the history.
func (w *Writer) Close() error { return w.file.Close() }

// Read returns the lines of a history in their order. It ignores an incomplete last line, which a full disk
// or a crash of the machine can leave.
func Read(name string) ([]Operation, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var operations []Operation
	for reader, number := bufio.NewReader(file), 1; ; number++ {
		line, err := reader.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return operations, nil
		}
		if err != nil {
			return nil, err
		}
		var operation Operation
		decoder := json.NewDecoder(bytes.NewReader(line))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&operation); err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", name, number, err)
		}
		operations = append(operations, operation)
	}
}
