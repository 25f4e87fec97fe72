//! Ending what another thread hears.

use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, OnceLock};
use std::thread::Thread;

/// Ends [`Input::hear`](super::Input::hear) from another thread. Clones share the flag.
#[derive(Clone, Debug, Default)]
pub struct Stop(Arc<State>);

#[derive(Debug, Default)]
struct State {
    stopped: AtomicBool,
    reader: OnceLock<Thread>,
}

impl Stop {
    /// The thread that hears, which is woken when it is to stop. The first to be told stays it.
    pub(super) fn wakes(&self, reader: Thread) {
        let _ = self.0.reader.set(reader);
    }

    /// The next thing that is heard is [`Heard::End`](super::Heard::End).
    pub fn stop(&self) {
        self.0.stopped.store(true, Relaxed);
        if let Some(reader) = self.0.reader.get() {
            reader.unpark();
        }
    }

    /// Whether it was asked for.
    pub fn is_stopped(&self) -> bool {
        self.0.stopped.load(Relaxed)
    }
}
