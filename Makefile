# One entry for each chore. `make` lists them.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
SOURCES := outreach tests benchmarks
REPLIES ?= tests/data/replies
CORPUS ?=
ERRORS ?=
MUTATIONS ?= 100000
KILLS ?= 2000
LETTERS ?= 50000
SEED ?=

# What a machine's own settings of pip say must not lead it out of the virtual environment.
export PIP_USER := 0
export PIP_REQUIRE_HASHES := 0
unexport PIP_TARGET PIP_PREFIX PIP_ROOT PIP_PYTHON PIP_CONSTRAINT PIP_REQUIREMENT PIP_EDITABLE PIP_DRY_RUN
unexport PYTHONPATH

.PHONY: help rehearse test check coverage format lint types floors bench bench-web relaying torture accuracy fuzz learn messages screenshots map docs lock clean

help:  ## list the chores
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" && $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "outreach needs Python 3.11 or newer; name one: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); echo "no virtual environment could be made; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.rehearsal: requirements/rehearsal.lock pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) …"
	@test -f $(VENV)/.dev || $(PIP) install --quiet --require-hashes -r requirements/rehearsal.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.lock pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) for tests …"
	@$(PIP) install --quiet --require-hashes -r requirements/dev.lock
	@$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

rehearse: $(VENV)/.rehearsal  ## play the whole campaign on embedded servers and a virtual clock
	@$(BIN)/outreach rehearse

test: $(VENV)/.dev  ## run the tests that need nothing but Python
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "not real_server"

check: $(VENV)/.dev format-check lint types floors test  ## everything that CI runs; needs Dovecot, Postfix, PostgreSQL, Chromium
	$(BIN)/python -m pytest -n 2 --dist worksteal -m real_server

coverage: $(VENV)/.dev  ## which lines the tests never reach; takes twice as long as they do
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term:skip-covered

format: $(VENV)/.dev  ## put every file in its form
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

.PHONY: format-check
format-check: $(VENV)/.dev
	$(BIN)/ruff format --check $(SOURCES)

lint: $(VENV)/.dev  ## look for bad habits
	$(BIN)/ruff check $(SOURCES)

types: $(VENV)/.dev  ## check the types
	$(BIN)/mypy

floors: $(VENV)/.dev  ## imports go strictly down
	$(BIN)/lint-imports

bench: $(VENV)/.dev  ## measure, against limits and peers
	$(BIN)/python benchmarks/contacts.py
	$(BIN)/python -m benchmarks.sending
	$(BIN)/python benchmarks/composing.py
	$(BIN)/python benchmarks/speed_reading.py --replies "$(REPLIES)"

bench-web: $(VENV)/.dev  ## how fast the page answers with 250,000 invitees, on SQLite and PostgreSQL; takes minutes
	$(BIN)/python -m benchmarks.web_speed

relaying: $(VENV)/.dev  ## letters a second to a relay, beside smtp-source and aiosmtplib; needs Postfix
	$(BIN)/python benchmarks/relaying.py

torture: $(VENV)/.dev  ## kill what sends and reads, and let the relay fail: make torture KILLS=N LETTERS=M SEED=S
	$(BIN)/python -m tests.torture.senders --kills "$(KILLS)" --letters "$(LETTERS)" --seed "$(or $(SEED),1)"
	$(BIN)/python -m tests.torture.senders --kills 200 --letters 5000 --seed "$(or $(SEED),1)" --no-archive
	$(BIN)/python -m tests.torture.senders --kills 200 --letters 5000 --seed "$(or $(SEED),1)" --faults 5
	$(BIN)/python -m tests.torture.readers --kills 200 --replies 1000 --seed "$(or $(SEED),1)"
	$(BIN)/python -m tests.torture.upgrades
	$(BIN)/python -m benchmarks.soak

accuracy: $(VENV)/.dev $(VENV)/.peers  ## how well mails are read: make accuracy REPLIES=DIR CORPUS=DIR ERRORS=no
	@PYTHONPATH="$(VENV)/peers" $(BIN)/python benchmarks/accuracy.py --replies "$(REPLIES)" --corpus "$(CORPUS)" \
		$(if $(filter no,$(ERRORS)),--no-errors)

# Programs that figures are compared with; in a folder of their own, and done without where they cannot be fetched.
$(VENV)/.peers: requirements/peers.lock | $(VENV)/bin/python
	@rm -rf $(VENV)/peers
	@$(PIP) install --quiet --require-hashes --target $(VENV)/peers -r requirements/peers.lock && touch $@ \
		|| echo "the peers could not be installed; measuring without them"

$(VENV)/.learn: requirements/learn.lock | $(VENV)/bin/python
	@$(PIP) install --quiet --require-hashes -r requirements/learn.lock
	@touch $@

learn: $(VENV)/.dev $(VENV)/.learn  ## train the vote anew; LEAVE_OUT="AUTHOR …" (or WITHOUT_LANGUAGE=, WITHOUT_TOPIC=) measures instead
	$(BIN)/python benchmarks/learn.py $(if $(LEAVE_OUT),--leave-out $(LEAVE_OUT)) \
		$(if $(WITHOUT_LANGUAGE),--without-language $(WITHOUT_LANGUAGE)) $(if $(WITHOUT_TOPIC),--without-topic $(WITHOUT_TOPIC))

fuzz: $(VENV)/.dev  ## break mails in many ways and read them: make fuzz MUTATIONS=N CORPUS=DIR SEED=S
	$(BIN)/python -m pytest -q -n 2 -m hypothesis --hypothesis-profile=searching
	$(BIN)/python benchmarks/fuzz.py --mutations "$(MUTATIONS)" --seed "$(SEED)" $(CORPUS)

messages: $(VENV)/.dev  ## put new words of the page into its catalogues, and list those without a translation
	@$(BIN)/python -m tests.web.messages

screenshots: $(VENV)/.dev  ## take pictures of every page, desk and phone, light and dark, into docs/screenshots; needs Chromium
	@$(BIN)/python -m tests.web.screenshots

# Natural Earth's outlines, as this package ships them; outlines.py refuses any other.
map: $(VENV)/.dev  ## draw the countries of the map anew from Natural Earth's outlines; needs npm
	@npm install --silent --no-save --ignore-scripts --prefix $(VENV)/map world-atlas@2.0.2
	@$(BIN)/python -m outreach.entrypoints.web.charts.outlines $(VENV)/map/node_modules/world-atlas/countries-50m.json

docs: $(VENV)/.dev  ## write docs/settings.md anew from the code
	$(BIN)/python -m outreach.entrypoints.documents

lock: | $(VENV)/bin/python  ## pin every package anew, with hashes
	@test -x $(VENV)/uv/bin/uv || { $(PYTHON) -m venv $(VENV)/uv && $(VENV)/uv/bin/python -m pip install --quiet uv; }
	@for extras in "runtime" "rehearsal --extra rehearsal" "dev --extra rehearsal --extra forms --extra dev"; do set -- $$extras; name=$$1; shift; \
		$(VENV)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --no-strip-extras pyproject.toml "$$@" --output-file requirements/$$name.lock; done
	@echo scikit-learn | $(VENV)/uv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate - --output-file requirements/learn.lock
	@printf '%s\n' email-reply-parser flufl.bounce mail-parser-reply | $(VENV)/uv/bin/uv pip compile --quiet --universal \
		--python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate - --output-file requirements/peers.lock

clean:  ## remove what was made; campaigns and rehearsals stay
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage* htmlcov
