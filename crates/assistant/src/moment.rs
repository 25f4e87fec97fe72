//! The time, as an argument.

use std::time::Duration;

use time::OffsetDateTime;

/// One moment on both clocks, as the host reads them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment {
    /// Monotonic time since the start of the run. All waiting is counted in it.
    pub since_start: Duration,
    /// Time of day at the speaker's place. Only told and written down, never waited for: it may jump.
    pub wall: OffsetDateTime,
}
