package history

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/anishathalye/porcupine"
)

// register is a key's value; empty: absent. In a part of a history, the first value is unknown.
type register struct {
	known bool
	value string
}

func (r register) holds(value string) bool { return !r.known || r.value == value }

// model is a register with its valid operations: https://github.com/anishathalye/porcupine
func model(initial register) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return initial },
		Step: func(state, input, _ any) (bool, any) { return step(state.(register), input.(*Operation)) },
		DescribeOperation: func(input, _ any) string {
			return describe(input.(*Operation))
		},
		DescribeState: func(state any) string {
			if holds := state.(register); holds.known {
				return fmt.Sprintf("%q", holds.value)
			}
			return "anything"
		},
	}
}

func step(state register, operation *Operation) (bool, register) {
	switch {
	case operation.Kind == Put:
		return true, register{known: true, value: operation.Value}
	case operation.Kind == CompareAndSwap && operation.Swapped:
		return state.holds(operation.Expect), register{known: true, value: operation.Value}
	default:
		return state.holds(operation.Found), register{known: true, value: operation.Found}
	}
}

func describe(operation *Operation) string {
	switch {
	case operation.Kind == Put:
		return fmt.Sprintf("put %q (%s)", operation.Value, operation.Outcome)
	case operation.Kind == Get:
		return fmt.Sprintf("get: %q", operation.Found)
	case operation.Swapped:
		return fmt.Sprintf("cas %q to %q (%s)", operation.Expect, operation.Value, operation.Outcome)
	default:
		return fmt.Sprintf("cas %q to %q: no, %q", operation.Expect, operation.Value, operation.Found)
	}
}

// registers returns the operations for porcupine in a window, by key. All of them have certainly been applied:
//
//   - A failed operation, and a read without an answer, proves nothing and is left out.
//   - A write of unknown outcome whose value nobody has seen is left out too. Values are written once, so the history
//     is linearizable with this write exactly if it is linearizable without it.
//   - A write whose value was seen was applied before the first answer with that value. So it is closed there. This
//     keeps the search short: a write that stays open until the end would be concurrent with everything after it.
func registers(operations []Operation, window Window) map[string][]porcupine.Operation {
	applied, unknown := inWindow(operations, window)
	byKey := map[string][]porcupine.Operation{}
	add := func(operation *Operation, returned int64) {
		byKey[operation.Key] = append(byKey[operation.Key], porcupine.Operation{
			ClientId: operation.Client, Input: operation, Call: operation.Call, Return: returned,
		})
	}
	seen := map[[2]string]int64{} // by key and value: the time of the first answer with that value
	see := func(operation *Operation, returned int64) (earlier bool) {
		value := operation.Found
		switch {
		case operation.Kind == Put:
			return false
		case operation.Swapped:
			value = operation.Expect
		}
		known, found := seen[[2]string{operation.Key, value}]
		if earlier = !found || returned < known; earlier {
			seen[[2]string{operation.Key, value}] = returned
		}
		return earlier
	}
	for _, operation := range applied {
		see(operation, operation.Return)
		add(operation, operation.Return)
	}
	for changed := true; changed; { // A swap whose value was seen has itself read a value.
		changed = false
		for _, operation := range unknown {
			if returned, found := seen[[2]string{operation.Key, operation.Value}]; found && see(operation, returned) {
				changed = true
			}
		}
	}
	for _, operation := range unknown {
		if returned, found := seen[[2]string{operation.Key, operation.Value}]; found {
			add(operation, max(returned, operation.Call))
		}
	}
	return byKey
}

// inWindow returns copies of the operations on registers that have an answer within the window, and of the
// writes that may have been applied.
func inWindow(operations []Operation, window Window) (applied, unknown []*Operation) {
	type call struct {
		client int
		call   int64
	}
	pending := map[call]*Operation{}
	for i := range operations {
		operation := operations[i]
		if operation.Kind != Put && operation.Kind != Get && operation.Kind != CompareAndSwap {
			continue
		}
		if operation.Outcome == Pending {
			pending[call{operation.Client, operation.Call}] = &operation
			continue
		}
		delete(pending, call{operation.Client, operation.Call})
		late := !window.To.IsZero() && operation.ReturnAt.After(window.To)
		early := operation.ReturnAt.Before(window.From)
		switch {
		case operation.Outcome == OK && early:
		case operation.Outcome == OK && !late:
			applied = append(applied, &operation)
		case operation.Outcome != Failed && operation.IsWrite():
			// An answer after the window does not count, but the request may have taken effect within it.
			if operation.Kind != CompareAndSwap || operation.Swapped || operation.Outcome == Unknown {
				unknown = append(unknown, &operation)
			}
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(pending), func(a, b call) int { return int(a.call - b.call) }) {
		unknown = append(unknown, pending[key])
	}
	for _, operation := range unknown {
		operation.Outcome, operation.Return = Unknown, math.MaxInt64
		// A swap that was applied did swap.
		operation.Swapped = operation.Kind == CompareAndSwap
	}
	return applied, unknown
}
