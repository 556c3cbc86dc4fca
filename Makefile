# All targets: make help. On a fresh machine call ./run TARGET, which installs
# what is missing first.

SHELL := /bin/sh
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# DuckDB is C++.
export CGO_ENABLED = 1

GO ?= go
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || cat VERSION 2>/dev/null || echo dev)

# The version is stamped by us, not by Go, so that any checkout builds.
BUILD := $(GO) build -trimpath -buildvcs=false
STAMP := -X main.version=$(VERSION)

TESTFLAGS ?=
BENCHFLAGS ?=
FUZZTIME ?= 30s
SEED ?= 1

# Tools, each at one version, in a folder that git ignores.
GOLANGCI_VERSION := v2.15.0
GOFUMPT_VERSION := v0.12.0

# Without tables for debuggers a test with DuckDB in it links in half the time.
SMALL := -s -w

RACE_TEST = $(GO) test -race -vet=off -ldflags='$(SMALL)' -timeout 25m

# Packages of the program that import sync or start goroutines, but for what takes
# minutes with the race detector; of generate and hunt, only tests with goroutines run.
RACE = $$(grep -rlE '"sync(/atomic)?"|\bgo func' --include='*.go' --exclude='*_test.go' internal | sed 's,^,./,; s,/[^/]*$$,,' | sort -u | grep -vE '/internal/(detect/|generate|hunt|prove)')

TOOLS := $(CURDIR)/.tools
GOLANGCI := $(TOOLS)/golangci-lint
GOFUMPT := $(TOOLS)/gofumpt
GOLANGCI_STAMP := $(TOOLS)/golangci-lint-$(GOLANGCI_VERSION).stamp
GOFUMPT_STAMP := $(TOOLS)/gofumpt-$(GOFUMPT_VERSION).stamp

##@ Use

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^##@ / {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' Makefile

.PHONY: demo
demo: build ## run barium on a week that it generates, with a theft in it; SEED=n varies the week
	@bin/barium demo --seed $(SEED) || [ $$? -eq 2 ] # 2: something was found

.PHONY: build
build: ## build bin/barium
	$(BUILD) -ldflags '$(STAMP)' -o bin/barium ./cmd/barium

# The linker warns about getaddrinfo and the like inside DuckDB's own network
# code, which barium never calls.
.PHONY: release
release: ## build dist/barium: one static, stripped file
	$(BUILD) -tags netgo,osusergo -o dist/barium \
		-ldflags '-s -w $(STAMP) -linkmode external -extldflags "-static"' ./cmd/barium
	@if readelf -lW dist/barium | grep -q INTERP; then echo 'dist/barium is not static:'; ldd dist/barium; exit 1; fi
	@if readelf -SW dist/barium | grep -q '\.symtab'; then echo 'dist/barium is not stripped'; exit 1; fi
	dist/barium version
	@ls -l dist/barium | awk '{printf "dist/barium: static, stripped, %.1f MB\n", $$5 / 1e6}'

.PHONY: clean
clean: ## remove what was built, except the tools
	rm -rf bin dist coverage.out barium-report.html

##@ Check

.PHONY: test
test: ## run all tests; TESTFLAGS are passed to go test
	$(GO) test -ldflags='$(SMALL)' $(TESTFLAGS) ./...

.PHONY: race
race: ## run the tests of packages that start goroutines with the race detector; of generate and hunt, those tests that do
	$(RACE_TEST) $(RACE)
	$(RACE_TEST) -run '^(TestBulkSameBytes|TestBulkFiles|TestBulkStops|TestFind|TestSame|TestImport)' ./internal/generate ./internal/hunt

.PHONY: cover
cover: ## run all tests, print the coverage of each package
	$(MAKE) test TESTFLAGS='-coverprofile=coverage.out'
	@sh scripts/coverage.sh coverage.out

.PHONY: lint
lint: $(GOLANGCI_STAMP) ## run the linters, import rules among them
	$(GOLANGCI) run ./...

.PHONY: vet
vet: ## run go vet
	$(GO) vet ./...

.PHONY: fmt
fmt: $(GOFUMPT_STAMP) ## format all Go files
	$(GOFUMPT) -w .

.PHONY: fmt-check
fmt-check: $(GOFUMPT_STAMP) ## fail, with a diff, if a Go file is not formatted
	@if ! diff=$$($(GOFUMPT) -d .) || [ -n "$$diff" ]; then \
		printf '%s\n' "$$diff" 'Not formatted: run make fmt.'; exit 1; fi

.PHONY: tidy-check
tidy-check: ## fail, with a diff, if go.mod or go.sum is not tidy
	$(GO) mod tidy -diff

.PHONY: fuzz
fuzz: ## run each fuzz target for FUZZTIME, 30 s if not given
	@GO='$(GO)' sh scripts/fuzz.sh $(FUZZTIME)

.PHONY: fuzz-short
fuzz-short: ## run each fuzz target for 5 s
	@$(MAKE) fuzz FUZZTIME=5s

.PHONY: bench
bench: ## measure barium beside DuckDB, tshark, jq and nfdump
	$(GO) run -buildvcs=false ./bench $(BENCHFLAGS)

.PHONY: accuracy
accuracy: build ## measure the injected thefts anew for docs/accuracy.md; HOSTS, DAYS, PLACEMENTS, SHARED_DATA (takes an hour)
	@sh scripts/accuracy.sh bin/barium docs/accuracy.md

.PHONY: demo-check
demo-check: build ## run the demo and check that its verdict names the theft
	@sh scripts/demo-check.sh bin/barium $(SEED)

# One after the other, so that the first failure is the last thing on the screen.
.PHONY: ci
ci: ## everything that must pass before a change is taken
	$(MAKE) fmt-check
	$(MAKE) tidy-check
	$(MAKE) vet
	$(MAKE) lint
	$(MAKE) test TESTFLAGS='-count=1 -vet=off -timeout 25m -coverprofile=coverage.out'
	@sh scripts/coverage.sh coverage.out
	$(MAKE) race
	$(MAKE) fuzz
	$(MAKE) demo-check

# Built with the toolchain that go.mod asks for: a linter that was built with an
# older one refuses newer code.
INSTALL = GOBIN=$(TOOLS) GOTOOLCHAIN=$$($(GO) env GOVERSION | grep -o '^go[0-9a-z.]*' || echo local) $(GO) install
$(GOLANGCI_STAMP):
	$(INSTALL) github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_VERSION)
	@rm -f $(TOOLS)/golangci-lint-*.stamp
	@touch $@

$(GOFUMPT_STAMP):
	$(INSTALL) mvdan.cc/gofumpt@$(GOFUMPT_VERSION)
	@rm -f $(TOOLS)/gofumpt-*.stamp
	@touch $@
