//! What the benchmarks share. The criterion benches are in `benches/`, the programs that measure accuracy in `src/bin/`.

pub mod hearing;
pub mod recordings;
