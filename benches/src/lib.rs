//! The benchmarks are in `benches/`; this library is empty.
