package prove

import _ "embed" // of the queries

var (
	//go:embed machines.sql
	machinesQuery string
	//go:embed resolvers.sql
	resolversQuery string
	//go:embed traffic.sql
	trafficQuery string
	//go:embed calls.sql
	callsQuery string
	//go:embed injected.sql
	injectedQuery string
	//go:embed lookups.sql
	lookupsQuery string
	//go:embed subdomains.sql
	subdomainsQuery string
)
