# Each target is a sentence; what is missing on the machine is installed first, and said.

RELEASE := swift build --configuration release --static-swift-stdlib

# Each test opens a database of its own: all at once would be more files than a process may open.
SWIFT_TEST := swift test --skip-build --experimental-maximum-parallelization-width 16

PYTEST  := var/venv/bin/python -m pytest Tests/EndToEnd

# What is the same whatever keeps the rows: the looks of pages, how HTTP is framed, the servers that tests are given, and what
# SQLite's file goes through.
SAME    := $(foreach name,pages http_edge spellings_of_paths postgres_server failing_disk power_loss locked grown_store,--ignore Tests/EndToEnd/test_$(name).py)

.PHONY: run test check torture bench format lint storybook release

run:            ## The portal on localhost with the demo tenants, on an SQLite file in var/; API=1 adds a guarded API
	@scripts/setup run $(if $(API),api)
	$(RELEASE) --product portal
	@.build/release/portal demo --data var
	@$(if $(API),setpriv --pdeathsig TERM scripts/api var $(filter-out 1,$(API)) & )exec .build/release/portal serve --data var

test: lint      ## Everything CI runs: all tests on SQLite, then on PostgreSQL all that touch a row, two nodes and failures
	@scripts/setup test
	$(RELEASE) --product portal
	swift build --build-tests
	$(SWIFT_TEST)
	$(PYTEST)
	scripts/postgres run swift test --skip-build --no-parallel --filter RegistryTests --filter PortalTests
	scripts/postgres run $(PYTEST) $(SAME)

check: lint     ## The quick part of that, for every commit
	@scripts/setup run
	swift build --build-tests
	$(SWIFT_TEST)

torture:        ## Hours of what the server must survive: kills, power cuts, failing disks; fuzzing, attack tools, sanitizers
	@scripts/setup test
	@scripts/setup torture
	$(RELEASE) --product portal
	PORTAL_TORTURE=1 $(PYTEST) -m torture
	PORTAL_TORTURE=1 scripts/postgres run $(PYTEST)/test_killed.py Tests/EndToEnd/test_migrations.py Tests/EndToEnd/test_stopping.py
	scripts/torture-hostile

bench:          ## The benchmark beside peers on SQLite, then on PostgreSQL; TOKENS=1000000, GROWN=1, POSTGRES=0|only|peers
	@scripts/setup bench
	$(RELEASE) --product portal
	@PORTAL_BENCH_TOKENS=$(TOKENS) PORTAL_BENCH_GROWN=$(GROWN) PORTAL_BENCH_POSTGRES=$(or $(POSTGRES),1) scripts/bench

format:         ## Sources as the formatter writes them
	swift format --in-place --parallel --recursive Sources Tests Package.swift

lint:           ## The formatter's findings, and the rules it cannot know
	@scripts/setup lint
	swift format lint --strict --parallel --recursive Sources Tests Package.swift
	@scripts/lint

storybook:      ## Every page in every state with sample data, in var/pages and var/screenshots
	@scripts/setup test
	$(RELEASE) --product portal
	$(PYTEST)/test_pages.py
