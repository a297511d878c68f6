SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help lab local down preview test static unit clean needs-local needs-lab needs-test

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
	@echo "make test                   types, lint, format, tests (root, Linux)"
	@echo "make clean                  make down, then removes node_modules and all that was built here"

local: needs-local $(packages)
	@$(run) $(ARGS) --stack $(STACK)

lab: needs-lab $(packages)
	@node --require ts-node/register/transpile-only lab/main.ts $(ARGS)

down: needs-local $(packages)
	@$(run) down

preview: needs-local $(packages)
	@$(run) preview --stack $(STACK)

test: needs-test $(packages)
	@$(MAKE) --no-print-directory --jobs=2 static unit

static:
	@npm run --silent typecheck
	@npm run --silent lint
	@npm run --silent format:check

# Those of nodes first: they take longest, and mostly wait.
unit:
	@npm run --silent test -- 'test/nodes/*.test.ts' 'test/!(nodes)/**/*.test.ts'

clean: down
	rm -rf node_modules build .local

$(packages): package-lock.json
	npm ci --prefer-offline --no-audit --no-fund --loglevel=error
	@touch $@

# Before all else: what is missing is installed, or told.
needs-local needs-lab needs-test: needs-%:
	@toolchain/require $* '$(MAKECMDGOALS)'
