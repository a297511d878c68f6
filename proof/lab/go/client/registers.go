package main

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
)

// operationsPerRegister limits how many operations one register gets, because the work of checking grows with
// their square. A new register replaces a used-up one.
const operationsPerRegister = 2000

// registers names the keys that all clients work on.
type registers struct{ used []atomic.Int64 }

func newRegisters(number int) *registers { return &registers{used: make([]atomic.Int64, number)} }

// choose returns one of the names, such as `2.17`.
func (r *registers) choose() string {
	place := rand.IntN(len(r.used))
	return fmt.Sprintf("%d.%d", place, r.used[place].Add(1)/operationsPerRegister)
}
