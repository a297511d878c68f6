package history

import (
	"fmt"
	"strconv"
	"strings"
)

// LogKey names the key of a client's `number`th write to the log.
func LogKey(client, number int) string { return fmt.Sprintf("%d/%08d", client, number) }

// ParseLogKey returns the client and the number in such a name.
func ParseLogKey(key string) (client, number int, err error) {
	before, after, found := strings.Cut(key, "/")
	if !found {
		return 0, 0, fmt.Errorf("%q is no key of the log: <client>/<number>", key)
	}
	if client, err = strconv.Atoi(before); err != nil {
		return 0, 0, fmt.Errorf("client of the log key %q: %w", key, err)
	}
	if number, err = strconv.Atoi(after); err != nil {
		return 0, 0, fmt.Errorf("number of the log key %q: %w", key, err)
	}
	return client, number, nil
}

// Ranges returns the first and last of each run without a gap, for ascending numbers.
func Ranges(numbers []int) [][2]int {
	var ranges [][2]int
	for _, number := range numbers {
		if last := len(ranges) - 1; last >= 0 && ranges[last][1]+1 == number {
			ranges[last][1] = number
		} else {
			ranges = append(ranges, [2]int{number, number})
		}
	}
	return ranges
}

// lost returns the acknowledged appends that a later lookup did not find, or that were missing at the end. It
// also reports whether the log was read at the end.
func lost(operations []Operation) (keys map[string]bool, readBack bool) {
	keys = map[string]bool{}
	present := map[string]bool{}
	for _, operation := range operations {
		switch operation.Kind {
		case Log:
			for _, run := range operation.Ranges {
				for number := run[0]; number <= run[1]; number++ {
					present[LogKey(operation.Client, number)] = true
				}
			}
		case LogEnd:
			readBack = true
		case Lookup:
			if operation.Outcome == OK && operation.Found == "" {
				keys[operation.Key] = true
			}
		}
	}
	for _, operation := range operations {
		if readBack && operation.Kind == Append && operation.Outcome == OK && !present[operation.Key] {
			keys[operation.Key] = true
		}
	}
	return keys, readBack
}
