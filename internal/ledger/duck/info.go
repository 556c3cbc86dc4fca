package duck

import (
	"context"
	"fmt"
	"os"

	"barium/internal/condense"
	"barium/internal/ledger"
)

// Info describes a ledger.
type Info struct {
	Schema    int         `json:"schema_version"`
	Condenser []int       `json:"condenser_versions"` // that wrote its hours
	Engine    string      `json:"duckdb"`
	Size      int64       `json:"bytes"`      // of the file
	Free      int64       `json:"bytes_free"` // of these, what compacting gives back at least
	Hours     int64       `json:"hours"`      // with records, kept as such
	Days      int64       `json:"days"`       // with records, whose hours were rolled up
	Hourly    uint32      `json:"-"`
	First     *int64      `json:"-"` // first and last record, microseconds since 1970 UTC; nil without any
	Last      *int64      `json:"-"`
	Sensors   []string    `json:"sensors"` // "" is one without a name
	Sources   int64       `json:"sources"`
	Records   int64       `json:"records"` // of the sources
	Addresses int64       `json:"addresses"`
	Names     int64       `json:"names"`
	PerRow    float64     `json:"bytes_per_conversation_hour"` // 0 without conversations
	Tables    []TableInfo `json:"tables"`
}

// TableInfo describes a table of a ledger.
type TableInfo struct {
	Name   string `json:"name"`
	Rows   int64  `json:"rows"`
	Hours  int64  `json:"hour_rows"` // of these, rows of an hour; the others stand for days
	Events int64  `json:"events"`    // each once
}

// Info describes the ledger.
func (s *Store) Info(ctx context.Context) (x Info, err error) {
	x.Condenser, x.Sensors = []int{}, []string{}
	if x.Engine, err = s.Version(ctx); err != nil {
		return x, err
	}
	if x.Hourly, err = s.Hourly(ctx); err != nil {
		return x, err
	}
	st, err := os.Stat(s.path)
	if err != nil {
		return x, fmt.Errorf("ledger: %w", err)
	}
	x.Size = st.Size()
	steps := []struct {
		query string
		into  []any
	}{
		{"SELECT max(version) FROM ledger.schema_version", []any{&x.Schema}},
		{"SELECT coalesce(sum(free_blocks * block_size), 0)::BIGINT FROM pragma_database_size() WHERE database_name = 'ledger'", []any{&x.Free}},
		{fmt.Sprintf("SELECT count(DISTINCT hour) FILTER (hour >= %[1]d), count(DISTINCT hour - hour %% 24) FILTER (hour < %[1]d) FROM ledger.coverage", x.Hourly), []any{&x.Hours, &x.Days}},
		{"SELECT min(first) FILTER (records > 0), max(last) FILTER (records > 0), count(*), coalesce(sum(records - repeated), 0)::BIGINT FROM ledger.source", []any{&x.First, &x.Last, &x.Sources, &x.Records}},
		{"SELECT (SELECT count(*) FROM ledger.address WHERE id > 0), (SELECT count(*) FROM ledger.name WHERE id > 0)", []any{&x.Addresses, &x.Names}},
	}
	for _, q := range steps {
		if err := ledger.One(ctx, s, q.query, q.into...); err != nil {
			return x, err
		}
	}
	var version int
	if err := ledger.Each(ctx, s, "SELECT DISTINCT condenser FROM ledger.hour ORDER BY 1", nil, []any{&version}, func() error {
		x.Condenser = append(x.Condenser, version)
		return nil
	}); err != nil {
		return x, err
	}
	var sensor string
	if err := ledger.Each(ctx, s, "SELECT DISTINCT n.text FROM ledger.coverage c JOIN ledger.name n ON n.id = c.sensor ORDER BY 1", nil, []any{&sensor}, func() error {
		x.Sensors = append(x.Sensors, sensor)
		return nil
	}); err != nil {
		return x, err
	}
	for _, t := range condense.Tables {
		i := TableInfo{Name: t.Name}
		hourly := x.Hourly
		if !t.Rolls() {
			hourly = 0
		}
		err := ledger.One(ctx, s, fmt.Sprintf("SELECT count(*), count(*) FILTER (hour >= %d), coalesce(sum(events), 0)::BIGINT FROM ledger.%s", hourly, t.Name), &i.Rows, &i.Hours, &i.Events)
		if err != nil {
			return x, err
		}
		x.Tables = append(x.Tables, i)
		if t.ID == condense.Conversation && i.Rows > 0 {
			x.PerRow = float64(x.Size-x.Free) / float64(i.Rows)
		}
	}
	return x, nil
}
