package netflow

import (
	"bytes"
	"encoding/binary"
	"fmt"

	goflow "github.com/netsampler/goflow2/v2/decoders/netflow"
)

// How much is kept of what exporters say. An attacker can send any number of
// templates in any number of names: the ones used least recently go first.
const (
	maxExporters = 1024
	maxTemplates = 256     // of one exporter
	maxFields    = 1024    // of one template
	maxSteps     = 1 << 20 // of all templates of all exporters
)

// plan says what to do with the bytes of a record, field after field. Fields that
// are not read, one after the other, are one step.
type plan struct {
	steps   []step
	least   int  // bytes that a record has at least, never 0
	options bool // the records are about the exporter, not flows
	used    int64
}

type step struct {
	do op
	n  uint16 // bytes; variable for a length that stands in the record
}

// variable is the field length that means that each record gives its own
// (RFC 7011 section 7).
const variable = 65535

// reverseEnterprise numbers the fields of the way back (RFC 5103 section 6.1).
const reverseEnterprise = 29305

// compile makes a plan of the fields of a template.
func compile(fields []goflow.Field) (*plan, error) {
	if len(fields) > maxFields {
		return nil, fmt.Errorf("a template of %d fields (at most %d are read)", len(fields), maxFields)
	}
	p := &plan{}
	for _, f := range fields {
		do := opOf(f)
		if f.Length == variable {
			p.least++
		} else {
			p.least += int(f.Length)
		}
		if last := len(p.steps) - 1; do == opSkip && f.Length != variable && last >= 0 && p.steps[last].do == opSkip &&
			p.steps[last].n != variable && int(p.steps[last].n)+int(f.Length) < variable {
			p.steps[last].n += f.Length
			continue
		}
		p.steps = append(p.steps, step{do, f.Length})
	}
	if p.least == 0 {
		return nil, fmt.Errorf("a template of records without bytes")
	}
	return p, nil
}

// opOf returns what a field is read for. A field of a length that it cannot have
// is passed over.
func opOf(f goflow.Field) op {
	number := f.Type &^ 0x8000 // the library leaves the bit in options templates
	table := ops
	switch {
	case f.PenProvided && f.Pen == reverseEnterprise:
		table = reverseOps
	case f.PenProvided:
		return opSkip
	}
	do := table[number]
	switch do {
	case opSrc4, opDst4:
		if f.Length != 4 {
			return opSkip
		}
	case opSrc6, opDst6:
		if f.Length != 16 {
			return opSkip
		}
	case opStartNTP, opEndNTP:
		if f.Length != 8 {
			return opSkip
		}
	default:
		if f.Length == 0 || f.Length > 8 && f.Length != variable {
			return opSkip
		}
	}
	return do
}

// templateSet reads a set of templates. Those that can be used are learnt; each of
// the others is reported.
func (d *decoder) templateSet(x *exporter, id uint16, set []byte) {
	if !sane(id, set) {
		d.bad("a template that ends too early", set)
		return
	}
	learn := func(id uint16, fields []goflow.Field, options bool) { d.learn(x, id, fields, options) }
	var err error
	switch {
	case id == 0 || id == 2:
		var list []goflow.TemplateRecord
		list, err = goflow.DecodeTemplateSet(x.version, bytes.NewBuffer(set))
		for _, t := range list {
			learn(t.TemplateId, t.Fields, false)
		}
	case id == 1:
		var list []goflow.NFv9OptionsTemplateRecord
		list, err = goflow.DecodeNFv9OptionsTemplateSet(bytes.NewBuffer(set))
		for _, t := range list {
			learn(t.TemplateId, append(t.Scopes, t.Options...), true)
		}
	default:
		var list []goflow.IPFIXOptionsTemplateRecord
		list, err = goflow.DecodeIPFIXOptionsTemplateSet(bytes.NewBuffer(set))
		for _, t := range list {
			learn(t.TemplateId, append(t.Scopes, t.Options...), true)
		}
	}
	if err != nil {
		d.bad("a template that ends too early", set)
	}
}

// sane reports whether the first template of a set can have as many fields as it
// says: the library takes memory for them before it reads any.
func sane(id uint16, set []byte) bool {
	if len(set) < 4 {
		return false
	}
	count := int(binary.BigEndian.Uint16(set[2:]))
	if id == 1 && len(set) >= 6 { // scope and option lengths, in bytes
		return count+int(binary.BigEndian.Uint16(set[4:])) <= len(set)
	}
	if id == 3 && len(set) >= 6 && int(binary.BigEndian.Uint16(set[4:])) > count {
		return false
	}
	return count*4 <= len(set)
}

// learn takes in one template.
func (d *decoder) learn(x *exporter, id uint16, fields []goflow.Field, options bool) {
	if id < 256 {
		if id != 0 || len(fields) > 0 { // padding looks like a template 0 without fields
			d.bad(fmt.Sprintf("a template with the number %d, below 256", id), nil)
		}
		return
	}
	if len(fields) == 0 { // withdrawal (RFC 7011 section 8.1): whoever needs it will send it again
		d.forget(x, id)
		return
	}
	p, err := compile(fields)
	if err != nil {
		d.bad(err.Error(), nil)
		return
	}
	p.options = options
	d.forget(x, id)
	d.tick++
	p.used = d.tick
	if len(x.templates) >= maxTemplates {
		d.forget(x, x.oldest())
	}
	x.templates[id] = p
	d.steps += len(p.steps)
	for d.steps > maxSteps && d.exporters.Len() > 1 {
		d.dropExporter()
	}
	d.retry(x, id, p)
}

func (d *decoder) forget(x *exporter, id uint16) {
	if p := x.templates[id]; p != nil {
		d.steps -= len(p.steps)
		delete(x.templates, id)
	}
}

// oldest returns the template used least recently.
func (x *exporter) oldest() (id uint16) {
	least := d63
	for i, p := range x.templates {
		if p.used < least {
			id, least = i, p.used
		}
	}
	return id
}

const d63 = int64(1<<63 - 1)
