//! Any bytes as sound on stdin: raw samples, or a file of some format. Every frame is finite, positions only grow.
#![no_main]

use std::io::Cursor;

use libfuzzer_sys::fuzz_target;
use mynah_audio::Channel;
use mynah_host::audio::{Heard, Input, InputSpec, Source, Stop};

fuzz_target!(|bytes: &[u8]| {
    let spec = InputSpec { source: Source::Stdin, channel: Channel::Mix, realtime: false };
    let Ok(mut input) = Input::from_pipe(Cursor::new(bytes.to_vec()), &spec, Stop::default()) else { return };
    let mut end = 0;
    loop {
        match input.hear() {
            Heard::Frame(frame) => {
                assert!(frame.end().0 > end);
                end = frame.end().0;
                assert!(frame.samples().iter().all(|sample| sample.is_finite()));
            }
            Heard::End(_) => break,
            _ => {}
        }
    }
});
