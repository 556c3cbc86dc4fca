package report

import (
	"reflect"
	"time"
)

// rewriter copies a document and changes its strings and times on the way.
// Every string of the document passes through text, also those of fields that
// do not exist yet, so that nothing new leaves the house by having been
// forgotten.
type rewriter struct {
	// text gets a string and the field that it lies in, as "Finding.Src".
	text func(field, s string) string
	// when gets a time; nil leaves times as they are.
	when func(t time.Time) time.Time
}

// copy returns a deep copy of d without nil slices and maps.
func (w rewriter) copy(d *Document) *Document {
	out := new(Document)
	w.value(reflect.ValueOf(out).Elem(), reflect.ValueOf(d).Elem(), "")
	return out
}

func (w rewriter) value(dst, src reflect.Value, field string) {
	if t, ok := src.Interface().(time.Time); ok {
		if w.when != nil {
			t = w.when(t)
		}
		dst.Set(reflect.ValueOf(t))
		return
	}
	switch src.Kind() {
	case reflect.Struct:
		for i := range src.NumField() {
			w.value(dst.Field(i), src.Field(i), src.Type().Name()+"."+src.Type().Field(i).Name)
		}
	case reflect.Slice:
		dst.Set(reflect.MakeSlice(src.Type(), src.Len(), src.Len()))
		for i := range src.Len() {
			w.value(dst.Index(i), src.Index(i), field)
		}
	case reflect.Map:
		w.counts(dst, src, field)
	case reflect.Pointer:
		if !src.IsNil() {
			dst.Set(reflect.New(src.Type().Elem()))
			w.value(dst.Elem(), src.Elem(), field)
		}
	case reflect.String:
		dst.SetString(w.text(field, src.String()))
	default:
		dst.Set(src)
	}
}

// counts copies a map of counts by name; names that become equal are added up.
func (w rewriter) counts(dst, src reflect.Value, field string) {
	dst.Set(reflect.MakeMapWithSize(src.Type(), src.Len()))
	for iter := src.MapRange(); iter.Next(); {
		key := reflect.New(src.Type().Key()).Elem()
		w.value(key, iter.Key(), field)
		sum := reflect.New(src.Type().Elem()).Elem()
		sum.SetInt(iter.Value().Int())
		if old := dst.MapIndex(key); old.IsValid() {
			sum.SetInt(sum.Int() + old.Int())
		}
		dst.SetMapIndex(key, sum)
	}
}
