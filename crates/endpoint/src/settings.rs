//! What a caller may choose.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use crate::secret::Environment;

/// Time limits, and where the secrets of home.toml come from.
#[derive(Clone)]
pub struct Settings {
    /// All the time that an order has until the device has accepted it, retries included. 2.5 s.
    pub send_within: Duration,
    /// The time that a device then has to be in the wanted state. 1 s; a device can have its own in home.toml (`confirm_ms`).
    pub confirm_within: Duration,
    environment: Arc<Environment>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            send_within: Duration::from_millis(2500),
            confirm_within: Duration::from_millis(1000),
            environment: Arc::new(|name| std::env::var(name).ok()),
        }
    }
}

impl Settings {
    /// Looks `${NAME}` up by `environment` first, then in the environment of the process.
    #[must_use]
    pub fn with_environment(
        mut self,
        environment: impl Fn(&str) -> Option<String> + Send + Sync + 'static,
    ) -> Self {
        let outer = self.environment;
        self.environment = Arc::new(move |name| environment(name).or_else(|| outer(name)));
        self
    }

    pub(crate) fn environment(&self) -> &Environment {
        &*self.environment
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("send_within", &self.send_within)
            .field("confirm_within", &self.confirm_within)
            .finish_non_exhaustive()
    }
}
