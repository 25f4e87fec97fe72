#!/bin/sh
# Runs every fuzz target for SECONDS_EACH (default 60), from the shipped files as seeds. A finding ends it with its input.
set -eu
cd "$(dirname "$0")/../fuzz"
each=${SECONDS_EACH:-60}
if ! cargo fuzz --version >/dev/null 2>&1; then
    echo "cargo-fuzz is missing. Install it: cargo install cargo-fuzz" >&2
    exit 1
fi
# The coverage counters are an unstable flag of the compiler; sanitizers would need another standard library.
export RUSTC_BOOTSTRAP=1
run() { # target, features, seeds…
    target=$1 features=$2
    shift 2
    mkdir -p "corpus/$target"
    echo "fuzzing $target for $each s"
    cargo fuzz run --fuzz-dir . --sanitizer none --release $features "$target" "corpus/$target" "$@" -- \
        -max_total_time="$each" -timeout=20 -max_len=20000 -print_final_stats=1 -verbosity=0 -close_fd_mask=1
}
run template ""
run home "" ../intents
run skill "" ../intents/en
run utterance ""
run pronounce "" ../models/letters
run corpus "" ../crates/intent/tests/corpus
run turn_file "--features machine"
run sound "--features machine" ../assets/demo
run model "--features machine" ../models/wake
run head "--features machine" ../models/wake
