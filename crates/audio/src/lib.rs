//! Sound as Mynah's stages see it: 10 ms frames of 16 kHz mono, each stamped with its position.
//!
//! There is no device, thread, file or clock here. Time is counted in samples ([`SamplePos`]),
//! so that every stage gives the same output for the same input, however it is delivered.
#![forbid(unsafe_code)]

mod frame;

pub use frame::{FRAME_SAMPLES, Frame, SAMPLE_RATE, SamplePos, Samples};
