SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help lab local down preview test static unit clean node-is-there tools-are-there

STACK ?= local
ARGS ?=

packages := node_modules/.package-lock.json
run := node --require ts-node/register/transpile-only local/main.ts

help:
	@echo "make local                  deploys the stack to a local AWS, shows what came of it (LOCAL_AWS_PORT, default 4566)"
	@echo "make local ARGS=preview     what that would change; with STACK=dev or STACK=prod, another stack's preview"
	@echo "make local ARGS=kubeconfig  the administrator's kubeconfig of the local stack"
	@echo "make down                   destroys it, checks that nothing is left, ends the local AWS"
	@echo "make lab                    boots its instances on this machine and lets them fail (root, Linux; make lab ARGS=help)"
	@echo "make preview STACK=dev      short for make local ARGS=preview STACK=dev"
	@echo "make test                   types, lint, format, tests"
	@echo "make clean                  make down, then removes node_modules and all that was built here"

local: $(packages)
	@$(run) $(ARGS) --stack $(STACK)

lab: $(packages)
	@node --require ts-node/register/transpile-only lab/main.ts $(ARGS)

down: $(packages)
	@$(run) down

preview: $(packages)
	@$(run) preview --stack $(STACK)

test: $(packages) tools-are-there
	@$(MAKE) --no-print-directory --jobs=2 static unit

static:
	@npm run --silent typecheck
	@npm run --silent lint
	@npm run --silent format:check

unit:
	@npm run --silent test

clean: down
	rm -rf node_modules build .local

$(packages): package-lock.json | node-is-there
	npm ci --prefer-offline --no-audit --no-fund --loglevel=error
	@touch $@

node-is-there:
	@command -v node > /dev/null || { echo "node is missing: install Node.js 20.19 or newer" >&2; exit 1; }
	@node -e 'const [major, minor] = process.versions.node.split("."); process.exit(major > 20 || (major == 20 && minor >= 19) ? 0 : 1)' \
		|| { echo "node is $$(node --version): install Node.js 20.19 or newer" >&2; exit 1; }

tools-are-there: node-is-there
	@command -v go > /dev/null || { echo "go is missing: install Go 1.24 or newer, for the validators that the tests build" >&2; exit 1; }
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null \
		|| { echo "python3 is missing or older than 3.11: the local AWS needs it" >&2; exit 1; }
