# What a person and CI need; the rest is `npx shika --help`.
.DEFAULT_GOAL := help
.PHONY: help setup install demo test bench native sbom audit clean

# The packages bring Node 22; the machine's own (any from 18 on) only installs them.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
PAGE := stages/filter/page
TESTS := unit contract bus e2e browser chaos

help: ## Lists the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

setup: node_modules/.setup $(PAGE)/dist/index.html ## Installs what is missing: packages, Node 22, a nats-server; default weights and native backend if it can
	@node pipeline/runtime/supervisor/set-up.ts

install: setup ## Makes `shika` a command everywhere, which runs this folder
	@npm install --global --no-progress .

demo: setup ## Runs the whole job on a clip that it renders, and prints true scores
	@node pipeline/app/cli/shika.ts demo

test: setup ## Checks types, style and import cycles, and runs all tests
	tsc
	tsc -p stages/filter/page
	biome check --error-on-warnings
	node --test --test-concurrency=2 --test-timeout=900000 --test-reporter=spec $(TESTS:%='test/%/**/*.test.ts')

bench: setup ## Measures the stages, the bus and the whole
	@node test/bench/bench.ts

native: setup ## Builds TensorFlow's native backend, where wasm is too slow
	@deploy/native/build.sh

# npm itself from the registry: Debian's has no `sbom`.
NPM := npx --yes npm@11

sbom: ## Writes sbom.cdx.json: every package that Shika runs on, with its licence and digest (CycloneDX)
	@$(NPM) sbom --package-lock-only --omit dev --sbom-format cyclonedx > sbom.cdx.json.part
	@mv sbom.cdx.json.part sbom.cdx.json

audit: ## Asks the registry what is known against these packages
	@$(NPM) audit --package-lock-only --omit dev

clean: ## Removes what setup and native put into this folder
	rm -rf node_modules $(PAGE)/dist

node_modules/.setup: package-lock.json .npmrc
	@sh deploy/install-node.sh
	npm ci --no-progress
	@# .npmrc forbids install scripts; this one only takes Node's binary out of a package of the registry.
	npm rebuild node --ignore-scripts=false
	@node --version | grep -q '^v22\.' || { echo "make setup: found Node $$(node --version), expected v22 in node_modules/.bin" >&2; exit 1; }
	@node pipeline/app/set-up-extras.ts
	@touch $@

$(PAGE)/dist/index.html: node_modules/.setup $(shell find $(PAGE)/src $(PAGE)/index.html $(PAGE)/vite.config.ts -type f)
	vite build --logLevel warn $(PAGE)
