package main

import "slices"

// element is an element of DER, with the changes that a hostile writer can make: another tag, another form of
// its length.
type element struct {
	tag      byte
	contents []byte     // of a primitive element, or the unread rest of a constructed one
	members  []*element // of a constructed element
	// long is how many bytes its length has beside the first: 0 for as few as possible, -1 for an indefinite
	// one.
	long int
}

func leaf(tag byte, contents ...byte) *element { return &element{tag: tag, contents: contents} }

func text(tag byte, contents string) *element { return &element{tag: tag, contents: []byte(contents)} }

func of(tag byte, members ...*element) *element { return &element{tag: tag, members: members} }

// read parses well-formed DER, also the content of an OCTET STRING if that is an element.
func read(der []byte) []*element {
	var found []*element
	for len(der) > 0 {
		if len(der) < 2 {
			return nil
		}
		one := &element{tag: der[0]}
		length, at := int(der[1]), 2
		if length > 0x80 {
			at += length - 0x80
			if at > len(der) || at > 4 {
				return nil
			}
			length = 0
			for _, digit := range der[2:at] {
				length = length<<8 | int(digit)
			}
		}
		if length == 0x80 || at+length > len(der) {
			return nil
		}
		one.contents = der[at : at+length]
		if one.tag&0x20 != 0 || one.tag == 0x04 {
			one.members = read(one.contents)
		}
		found = append(found, one)
		der = der[at+length:]
	}
	return found
}

func (e *element) bytes() []byte {
	contents := e.contents
	if e.members != nil {
		contents = nil
		for _, member := range e.members {
			contents = append(contents, member.bytes()...)
		}
	}
	var digits []byte
	for rest := len(contents); rest > 0; rest >>= 8 {
		digits = append([]byte{byte(rest)}, digits...)
	}
	head := []byte{e.tag}
	switch {
	case e.long < 0:
		return slices.Concat(head, []byte{0x80}, contents, []byte{0, 0})
	case e.long > 0:
		for len(digits) < e.long {
			digits = append([]byte{0}, digits...)
		}
		head = append(head, byte(0x80+len(digits)))
	case len(contents) < 0x80:
		return slices.Concat(head, []byte{byte(len(contents))}, contents)
	default:
		head = append(head, byte(0x80+len(digits)))
	}
	return slices.Concat(head, digits, contents)
}

// all lists the element and everything in it.
func (e *element) all() []*element {
	found := []*element{e}
	for _, member := range e.members {
		found = append(found, member.all()...)
	}
	return found
}
