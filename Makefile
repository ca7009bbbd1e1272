# An index of the project's commands; each target is one line of cargo.
# SCALE and ARGS are passed on: make table1 SCALE=small ARGS="--checkpoints DIR --data DIR"
SCALE ?= mini
ARGS ?=
DEVICE ?= ndarray

.PHONY: first-build table1 table1-shared-lr domainbed domainbed-shared-lr table5 table8 table9 table10 tune tune-domainbed pretrain pretrain-vit figures publish bench memory microbench test test-memory test-slow check check-backends test-backend

## Trains what is missing of Table 1 and prints it beside the paper's.
table1: | first-build
	cargo run -p repro --bin table1 -- --scale $(SCALE) $(ARGS)

## The same with one learning rate for all arms.
table1-shared-lr:
	cargo run -p repro --bin table1 -- --scale $(SCALE) --shared-lr $(ARGS)

domainbed-shared-lr:
	cargo run -p repro --bin domainbed -- --scale $(SCALE) --shared-lr $(ARGS)

## Trains what is missing of the DomainBed suite and prints Tables 5, 8, 9 and 10.
domainbed: | first-build
	cargo run -p repro --bin domainbed -- --scale $(SCALE) $(ARGS)

# Nothing is built yet: says how long that will take.
first-build:
	@test -d target || echo "The first build takes about 7 minutes on two cores; then runs report as they end."

## One of them.
table5 table8 table9 table10: | first-build
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
	cargo run -p bench --bin bench -- $(ARGS)

## Bytes kept for the backward pass, by layer and arm, beside PEFT's and the arithmetic.
memory:
	cargo run -p bench --features count-memory --bin memory -- $(ARGS)

## Micro-benchmarks of single operations.
microbench:
	cargo bench -p bench -p ops -p adapters -p lab --profile dev --bench ops --bench adapters --bench optimizer --bench pictures -- $(ARGS)

## All tests.
test:
	cargo test --workspace

## The unsafe kernels' tests under valgrind (Debian's package), about a minute after a build of their own.
test-memory:
	CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER="valgrind -q --error-exitcode=9" cargo test -p ops --lib --test it --target-dir target/memory

## Tests that need data or weights of your own; see README.
test-slow:
	cargo test --workspace -- --ignored

## Formatting and lints.
check:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo clippy -p bench --features count-memory --bin memory -- -D warnings

## Type-checks every backend, in a folder of its own, so that the main build stays warm.
## DOCS_RS: Burn's CUDA brings an LLVM that its build script would download; checking needs none.
check-backends:
	cargo check -p repro -p bench --all-targets --features ndarray --target-dir target/backends
	cargo check -p repro -p bench --all-targets --features wgpu --target-dir target/backends
	DOCS_RS=1 cargo check -p repro -p bench --all-targets --features cuda --target-dir target/backends

## The operations', adapters' and models' tests on another device (DEVICE=ndarray or wgpu).
test-backend:
	LORA_TEST_DEVICE=$(DEVICE) cargo test -p ops -p adapters -p models --features ops/$(DEVICE) --target-dir target/backends --lib --test it --no-fail-fast
