SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help lab local down preview aws-check test test-all static unit clean needs-local needs-lab needs-test needs-test-all

STACK ?= local
ARGS ?=
EXAMPLE ?=

packages := node_modules/.package-lock.json
run := node --require ts-node/register/transpile-only proof/local/main.ts

help:
	@echo "make local                  deploys the stack to a local AWS, shows what came of it (LOCAL_AWS_PORT, default 4566; LOCAL_AWS_MOOD=typical or worst: as slow as AWS)"
	@echo "make local ARGS=preview     what that would change; with STACK=dev or STACK=prod, another stack's preview"
	@echo "make local ARGS=--judged     allows the engine only what docs/preview-policy.json and deploy-policy.json allow"
	@echo "make local ARGS=kubeconfig  the administrator's kubeconfig of the local stack"
	@echo "make down                   destroys it, checks that nothing is left, ends the local AWS"
	@echo "make lab                    boots its instances on this machine and lets them fail (root, Linux; make lab ARGS=help)"
	@echo "make preview STACK=dev      short for make local ARGS=preview STACK=dev; with EXAMPLE=two-regions, an example's"
	@echo "make aws-check STACK=dev    compares a real AWS account with what the local AWS assumes (docs/first-day.md; asks first)"
	@echo "make test                   types, lint, format, tests of the product: with Node alone"
	@echo "make test-all               these and the tests that start etcd, apiservers, nodes and the local AWS (root, Linux)"
	@echo "make clean                  make down, then removes node_modules and all that was built here"

local: needs-local $(packages)
	@$(run) $(ARGS) --stack $(STACK)

lab: needs-lab $(packages)
	@node --require ts-node/register/transpile-only proof/lab/main.ts $(ARGS)

down: needs-local $(packages)
	@$(run) down

preview: needs-local $(packages)
	@$(run) preview --stack $(STACK) $(addprefix --example=,$(EXAMPLE))

# The program itself, as npm would pass Ctrl-C on a second time.
aws-check: STACK = dev
aws-check: needs-test $(packages)
	@node --require ts-node/register/transpile-only proof/account/main.ts --stack $(STACK) $(ARGS)

test: needs-test $(packages)
	@$(MAKE) --no-print-directory --jobs=2 static unit

test-all: needs-test-all $(packages)
	@$(MAKE) --no-print-directory --jobs=2 static unit
	@npm run --silent test:proof -- 'proof/test/nodes/*.test.ts' 'proof/test/!(nodes)/**/*.test.ts'

static:
	@npm run --silent typecheck
	@npm run --silent lint
	@npm run --silent imports
	@npm run --silent format:check

unit:
	@npm test --silent

clean: down
	rm -rf node_modules build .local

$(packages): package-lock.json
	npm ci --prefer-offline --no-audit --no-fund --loglevel=error
	@touch $@

# Before all else: what is missing is installed, or told.
needs-local needs-lab needs-test needs-test-all: needs-%:
	@proof/toolchain/require $* '$(MAKECMDGOALS)'
