// Prints, as JSON, what bash scripts use of their system: each program with its options, and the devices of
// redirections. The input is a JSON object with the scripts' texts by name. A word that is known only at run
// time is ignored. A test that runs the scripts with a limited PATH finds such programs.
package main

import (
	"encoding/json"
	"fmt"
	"log"
	"os"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// use is one call of a program, as far as the text shows it.
type use struct {
	File    string   `json:"file"`
	Program string   `json:"program"`
	Options []string `json:"options"`
}

type uses struct {
	Programs  []use    `json:"programs"`
	Functions []string `json:"functions"`
	// Coprocesses, and redirections to devices in /dev; name of the script and text.
	Features [][2]string `json:"features"`
}

// runners are programs and functions that run the command after their options and this many operands.
var runners = map[string]int{"timeout": 1, "xargs": 0, "command": 0, "exec": 0, "wait_for": 2, "etcdctl lock": 1, "api_client": 0, "within": 1}

// families have a program for each subcommand, with its name.
var families = map[string]bool{"openssl": true, "systemctl": true, "resolvectl": true, "etcdctl": true, "kubeadm": true}

// program is the form of a command's name; anything else, such as a function's argument, is no command.
var program = regexp.MustCompile(`^[A-Za-z/][\w./-]*$`)

// isOption distinguishes options from numbers, and from the end of options.
var isOption = regexp.MustCompile(`^--?[A-Za-z]`)

// isNumber is a number between an option of timeout or xargs and the command.
var isNumber = regexp.MustCompile(`^[0-9.]+[smhd]?$`)

var parser = syntax.NewParser(syntax.Variant(syntax.LangBash))

// script is one file with the names that its commands may use.
type script struct {
	name   string
	arrays map[string][]*syntax.Word
	found  *uses
}

func main() {
	var scripts map[string]string
	if err := json.NewDecoder(os.Stdin).Decode(&scripts); err != nil {
		log.Fatal(err)
	}
	found := uses{Programs: []use{}, Functions: []string{}, Features: [][2]string{}}
	for name, text := range scripts {
		one := script{name: name, arrays: map[string][]*syntax.Word{}, found: &found}
		if err := one.read(text); err != nil {
			log.Fatal(fmt.Errorf("%s: %w", name, err))
		}
	}
	if err := json.NewEncoder(os.Stdout).Encode(found); err != nil {
		log.Fatal(err)
	}
}

func (s *script) read(text string) error {
	file, err := parser.Parse(strings.NewReader(text), s.name)
	if err != nil {
		return err
	}
	syntax.Walk(file, func(node syntax.Node) bool {
		if assigned, is := node.(*syntax.Assign); is && assigned.Array != nil && assigned.Name != nil {
			for _, element := range assigned.Array.Elems {
				s.arrays[assigned.Name.Value] = append(s.arrays[assigned.Name.Value], element.Value)
			}
		}
		return true
	})
	var failed error
	syntax.Walk(file, func(node syntax.Node) bool {
		switch node := node.(type) {
		case *syntax.CallExpr:
			if err := s.call(s.expanded(node.Args)); err != nil {
				failed = err
			}
		case *syntax.Redirect:
			if target := literal(node.Word); strings.HasPrefix(target, "/dev/") && target != "/dev/null" {
				s.feature(target)
			}
		case *syntax.FuncDecl:
			s.found.Functions = append(s.found.Functions, node.Name.Value)
		case *syntax.CoprocClause:
			s.feature("coproc")
		}
		return true
	})
	return failed
}

func (s *script) feature(what string) {
	s.found.Features = append(s.found.Features, [2]string{s.name, what})
}

// expanded replaces "${array[@]}" by the array's elements, as far as the text assigns them.
func (s *script) expanded(args []*syntax.Word) []*syntax.Word {
	var words []*syntax.Word
	for _, arg := range args {
		words = append(words, arg)
		syntax.Walk(arg, func(node syntax.Node) bool {
			if parameter, is := node.(*syntax.ParamExp); is && parameter.Param != nil {
				words = append(words, s.arrays[parameter.Param.Value]...)
			}
			return true
		})
	}
	return words
}

// call records one command, and the one that it runs.
func (s *script) call(words []*syntax.Word) error {
	if len(words) == 0 {
		return nil
	}
	name := literal(words[0])
	if !program.MatchString(name) {
		return nil
	}
	words = words[1:]
	if families[name] && len(words) > 0 && program.MatchString(literal(words[0])) {
		name += " " + literal(words[0])
		words = words[1:]
	}
	if name == "trap" && len(words) > 0 {
		return s.read(text(words[0]))
	}
	operands, runs := runners[name]
	options := []string{}
	for at, word := range words {
		if option, _, _ := strings.Cut(literal(word), "="); isOption.MatchString(option) {
			options = append(options, option)
		} else if runs && operands == 0 && !isNumber.MatchString(literal(word)) {
			if err := s.call(words[at:]); err != nil {
				return err
			}
			break
		} else if runs && operands > 0 {
			operands--
		}
	}
	s.found.Programs = append(s.found.Programs, use{File: s.name, Program: name, Options: options})
	return nil
}

// literal is a word's text up to the first part that is known only at run time.
func literal(word *syntax.Word) string {
	if word == nil {
		return ""
	}
	var known strings.Builder
	parts := word.Parts
	for len(parts) > 0 {
		switch part := parts[0].(type) {
		case *syntax.Lit:
			known.WriteString(part.Value)
		case *syntax.SglQuoted:
			known.WriteString(part.Value)
		case *syntax.DblQuoted:
			parts = append(append([]syntax.WordPart{part}, part.Parts...), parts[1:]...)
		default:
			return known.String()
		}
		parts = parts[1:]
	}
	return known.String()
}

// text is a quoted script's own.
func text(word *syntax.Word) string {
	for _, part := range word.Parts {
		if quoted, is := part.(*syntax.SglQuoted); is {
			return quoted.Value
		}
	}
	return literal(word)
}
