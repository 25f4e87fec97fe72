#!/bin/sh
# Unit, property, integration and documentation tests; with cargo-nextest where it is installed.
set -eu
if cargo nextest --version >/dev/null 2>&1; then
    cargo nextest run --release --locked --workspace --no-fail-fast
else
    cargo test --release --locked --workspace --lib --bins --tests --no-fail-fast
fi
cargo test --release --locked --workspace --doc
