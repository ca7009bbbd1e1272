# An index of the project's commands; each target is one line of cargo.
# SCALE and ARGS are passed on: make table1 SCALE=small ARGS="--checkpoints DIR --data DIR"
SCALE ?= mini
ARGS ?=
DEVICE ?= ndarray

.PHONY: table1 table1-shared-lr domainbed table5 table8 table9 table10 tune tune-domainbed pretrain pretrain-vit figures publish bench memory microbench test test-slow check check-backends test-backend

## Trains what is missing of Table 1 and prints it beside the paper's.
table1:
	cargo run -p repro --bin table1 -- --scale $(SCALE) $(ARGS)

## The same with one learning rate for all arms.
table1-shared-lr:
	cargo run -p repro --bin table1 -- --scale $(SCALE) --shared-lr $(ARGS)

## Trains what is missing of the DomainBed suite and prints Tables 5, 8, 9 and 10.
domainbed:
	cargo run -p repro --bin domainbed -- --scale $(SCALE) $(ARGS)

## One of them.
table5 table8 table9 table10:
	cargo run -p repro --bin $@ -- --scale $(SCALE) $(ARGS)

## Chooses each arm's learning rate on data that no table reports.
tune:
	cargo run -p repro --bin tune -- --scale $(SCALE) $(ARGS)

tune-domainbed:
	cargo run -p repro --bin tune -- --suite domainbed --scale $(SCALE) $(ARGS)

## Makes the mini lab's pretrained encoder again.
pretrain:
	cargo run -p repro --bin pretrain -- $(ARGS)

## Makes the mini lab's pretrained vision transformer again.
pretrain-vit:
	cargo run -p repro --bin pretrain -- --experiment experiments/mini/pretrain-vit.toml $(ARGS)

## Draws the plots and the page of the published rows (ARGS=--local: of this machine's).
figures:
	cargo run -p figures -- --scale $(SCALE) $(ARGS)

## Moves this machine's rows to results/, and renders tables and figures again.
publish:
	cargo run -p repro --bin publish -- --scale $(SCALE) $(ARGS)

## Steps, evaluation and memory beside PyTorch + PEFT, in turns (ARGS=--quick: one step of each).
bench:
	cargo run -p repro --bin bench -- $(ARGS)

## Bytes kept for the backward pass, by layer and arm, beside PEFT's and the arithmetic.
memory:
	cargo run -p repro --features count-memory --bin memory -- $(ARGS)

## Micro-benchmarks of single operations.
microbench:
	cargo bench -p repro -p ops -p adapters -p tasks --profile dev --bench ops --bench adapters --bench optimizer --bench pictures -- $(ARGS)

## All tests.
test:
	cargo test --workspace

## Tests that need data or weights of your own; see README.
test-slow:
	cargo test --workspace -- --ignored

## Formatting and lints.
check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

## Type-checks every backend, in a folder of its own, so that the main build stays warm.
## DOCS_RS: Burn's CUDA brings an LLVM that its build script would download; checking needs none.
check-backends:
	cargo check -p repro --all-targets --features ndarray --target-dir target/backends
	cargo check -p repro --all-targets --features wgpu --target-dir target/backends
	DOCS_RS=1 cargo check -p repro --all-targets --features cuda --target-dir target/backends

## The operations', adapters' and models' tests on another device (DEVICE=ndarray or wgpu).
test-backend:
	LORA_TEST_DEVICE=$(DEVICE) cargo test -p ops -p adapters -p models --features ops/$(DEVICE) --target-dir target/backends --lib --test it --no-fail-fast
