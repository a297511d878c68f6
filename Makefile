SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help lab local down preview aws-check test test-all static unit clean needs-local needs-lab needs-test needs-test-all

STACK ?= local
ARGS ?=
EXAMPLE ?=

packages := node_modules/.package-lock.json
run := node --require ts-node/register/transpile-only proof/local/main.ts

help:
	@echo "make local                  deploys the stack to a local AWS and shows the result (LOCAL_AWS_PORT, default 4566; LOCAL_AWS_MOOD=typical or worst: as slow as AWS)"
	@echo "make local ARGS=preview     shows what a deployment would change; STACK=dev or STACK=prod shows another stack's preview"
	@echo "make local ARGS=--judged    allows the engine only what docs/preview-policy.json and deploy-policy.json allow"
	@echo "make local ARGS=kubeconfig  prints the administrator's kubeconfig of the local stack"
	@echo "make down                   destroys the local stack, checks that nothing is left, and ends the local AWS"
	@echo "make lab                    boots the local stack's instances on this machine and makes them fail (root, Linux; make lab ARGS=help lists the drills)"
	@echo "make preview STACK=dev      the same as make local ARGS=preview STACK=dev; EXAMPLE=two-regions previews an example"
	@echo "make aws-check STACK=dev    compares a real AWS account with what the local AWS assumes (docs/first-day.md; asks first)"
	@echo "make test                   checks types, lint and format, and runs the tests of the product (needs only Node)"
	@echo "make test-all               also runs the tests that start etcd, apiservers, nodes and the local AWS (root, Linux)"
	@echo "make clean                  runs make down, then removes node_modules, build and .local"

local: needs-local $(packages)
	@$(run) $(ARGS) --stack $(STACK)

lab: needs-lab $(packages)
	@node --require ts-node/register/transpile-only proof/lab/main.ts $(ARGS)

down: needs-local $(packages)
	@$(run) down

preview: needs-local $(packages)
	@$(run) preview --stack $(STACK) $(addprefix --example=,$(EXAMPLE))

# It runs the program without npm, because npm would pass Ctrl-C on a second time.
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

# First of all, it installs what is missing, or says what to install.
needs-local needs-lab needs-test needs-test-all: needs-%:
	@proof/toolchain/require $* '$(MAKECMDGOALS)'
