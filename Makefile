# The two commands: `make demo` and `make test`. Everything else is for those who work on Mynah.
#
# One build profile (release) serves clippy, the tests and the demo, so that a dependency is built once.

CARGO ?= cargo
MYNAH := target/release/mynah
export CARGO_TARGET_DIR := target
MYNAH_DATA ?= ../shared/data

.PHONY: demo test fuzz setup build model check skills bench bench-accuracy bench-endpointing bench-hassil bench-spoken bench-wake clean help

demo: setup build model ## Play recorded turns through the whole pipeline, on a demo house (MIC=1: use the microphone)
	$(MYNAH) demo $(if $(MIC),--mic) $(DEMO_ARGS)

test: setup check ## Format, lints, all tests
	# All targets at once: built crate by crate, the large dependencies would be built again with other features.
	$(CARGO) build --release --locked --workspace --all-targets
	$(MYNAH) models fetch whisper-tiny.en
	sh scripts/run-tests.sh
	$(MYNAH) skill test

setup: ## Install the Debian packages that are missing
	@sh scripts/setup.sh

build:
	$(CARGO) build --release --locked --workspace --bin mynah

check:
	$(CARGO) fmt --all --check
	$(CARGO) clippy --release --locked --workspace --all-targets -- -D warnings

model: build ## Fetch whisper-tiny.en into the user's cache, once
	@$(MYNAH) models fetch whisper-tiny.en

bench: build ## Cost of every stage (criterion)
	$(CARGO) bench --locked --workspace --bench stages --bench ears

bench-accuracy: model ## Spoken orders of real people (needs the recordings in MYNAH_DATA)
	$(CARGO) build --release --locked --workspace --bin accuracy
	target/release/accuracy $(ACCURACY_ARGS)

bench-hassil: build target/hassil/bin/python ## Meaning beside hassil 3.0.1, on Home Assistant's sentences (CORPUS=DIR, LANG_OF=en)
	$(MYNAH) bench intent --hassil $(or $(CORPUS),$(MYNAH_DATA)/text/ha-intents) --lang $(or $(LANG_OF),en) --python target/hassil/bin/python

target/hassil/bin/python:
	python3 -m venv target/hassil
	target/hassil/bin/pip install --quiet hassil==3.0.1

bench-spoken: model ## The skills' own test sentences, said by synthetic voices (SPOKEN_ARGS)
	$(CARGO) build --release --locked --workspace --bin spoken
	target/release/spoken $(SPOKEN_ARGS)

bench-endpointing: model ## Turns cut off or left open, and how long after the speech they end (needs the recordings in MYNAH_DATA)
	$(CARGO) build --release --locked --workspace --bin endpointing
	target/release/endpointing $(ENDPOINTING_ARGS)

bench-wake: build ## Misses, false alarms, delay and cost of the wake words (with the recordings in MYNAH_DATA, else cost alone)
	$(MYNAH) bench wake --page target/wake.html $(if $(wildcard $(MYNAH_DATA)/wake),--positives $(MYNAH_DATA)/wake --negatives $(MYNAH_DATA)/speech --noise $(MYNAH_DATA)/noise/kitchen) $(WAKE_ARGS)

fuzz: ## Every parser on random input (SECONDS_EACH=600: ten minutes each); needs cargo-fuzz
	sh scripts/fuzz.sh

clean:
	$(CARGO) clean

help: ## This list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  \1\t/' | expand -t 20
