package duck

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"barium/internal/condense"
)

// Checksum is the SHA-256 over, for each table, its name, the number of its
// rows and the sum of the rows' MD5 values, with ids resolved. The sum does not
// depend on the order of the rows. Sources, offsets and paths are left out.
func (s *Store) Checksum(ctx context.Context) (string, error) {
	h := sha256.New()
	for _, t := range condense.Tables {
		var rows int64
		var low, high string
		if err := s.db.QueryRowContext(ctx, checksumQuery(t)).Scan(&rows, &low, &high); err != nil {
			return "", fmt.Errorf("checksum of table %s: %w", t.Name, err)
		}
		fmt.Fprintf(h, "%s %d %s %s\n", t.Name, rows, low, high)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

func checksumQuery(t *condense.Table) string {
	var cols, joins []string
	for i, k := range t.Key {
		switch k.Kind {
		case condense.KindAddress:
			a := fmt.Sprintf("a%d", i)
			joins = append(joins, fmt.Sprintf("JOIN ledger.address %s ON %s.id = r.%s", a, a, k.Name))
			cols = append(cols, a+".ip")
		case condense.KindName:
			n := fmt.Sprintf("n%d", i)
			joins = append(joins, fmt.Sprintf("JOIN ledger.name %s ON %s.id = r.%s", n, n, k.Name))
			// Texts come from outside and may hold the separator.
			cols = append(cols, "md5("+n+".text)")
		default:
			cols = append(cols, "r."+k.Name)
		}
	}
	cols = append(cols, "r.first", "r.last")
	for _, x := range t.Sums {
		cols = append(cols, "r."+x.Name)
	}
	if len(t.Values) > 0 {
		joins = append(joins, fmt.Sprintf("JOIN ledger.%s_list l ON l.hour = r.hour AND l.seq = r.seq", t.Name))
		cols = append(cols, "md5(l.list)")
	}
	return fmt.Sprintf(`SELECT count(*), coalesce(sum(md5_number_lower(x)), 0)::VARCHAR, coalesce(sum(md5_number_upper(x)), 0)::VARCHAR
		FROM (SELECT concat_ws('|', %s) AS x FROM ledger.%s r %s)`, strings.Join(cols, ", "), t.Name, strings.Join(joins, " "))
}
