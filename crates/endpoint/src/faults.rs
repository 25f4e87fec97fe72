//! The faults of the wire tables, gathered so that all of them are reported together.

use mynah_home::{DeviceId, Fault, Home};

/// The faults found so far, and whose tables are being read.
pub(crate) struct Faults<'h> {
    home: &'h Home,
    device: Option<&'h DeviceId>,
    found: Vec<Fault>,
    /// Values that are wrong from the start: what else is wrong with them only follows from it.
    hopeless: Vec<(Option<&'h DeviceId>, Vec<String>)>,
}

impl<'h> Faults<'h> {
    pub(crate) fn new(home: &'h Home) -> Self {
        Self { home, device: None, found: Vec::new(), hopeless: Vec::new() }
    }

    /// What follows is about the tables of this device, or of the house.
    pub(crate) fn about(&mut self, device: Option<&'h DeviceId>) {
        self.device = device;
    }

    /// A fault at the value that `path` leads to.
    pub(crate) fn add(&mut self, path: &[String], message: impl Into<String>, help: Option<String>) {
        if self.hopeless.iter().any(|(device, at)| *device == self.device && at == path) {
            return;
        }
        let keys: Vec<&str> = path.iter().map(String::as_str).collect();
        self.found.push(self.home.fault_at(self.device, &keys, message, help));
    }

    /// A fault after which nothing else is reported about the value.
    pub(crate) fn add_last(&mut self, path: &[String], message: impl Into<String>) {
        self.add(path, message, None);
        self.hopeless.push((self.device, path.to_vec()));
    }

    pub(crate) fn into_found(self) -> Vec<Fault> {
        let mut found = self.found;
        found.sort_by_key(|fault| (fault.span.start, fault.span.end));
        found
    }
}
