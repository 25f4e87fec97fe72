//! The house as a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::find::Names;
use crate::{Area, AreaId, Device, DeviceId, Fault};

/// The house: its rooms, its devices, and the settings of its wires.
#[derive(Clone, Debug, Default)]
pub struct Home {
    areas: Vec<Area>,
    devices: Vec<Device>,
    endpoint_settings: toml::Table,
    by_id: BTreeMap<DeviceId, usize>,
    pub(crate) names: Names,
    file: Arc<str>,
    source: Arc<str>,
}

impl Home {
    /// The rooms, in the order of the file.
    #[must_use]
    pub fn areas(&self) -> &[Area] {
        &self.areas
    }

    /// The devices, in the order of the file.
    #[must_use]
    pub fn devices(&self) -> &[Device] {
        &self.devices
    }

    /// The device of that id.
    #[must_use]
    pub fn device(&self, id: &DeviceId) -> Option<&Device> {
        self.by_id.get(id).map(|&i| &self.devices[i])
    }

    pub(crate) fn index(&self, id: &DeviceId) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The room of that id.
    #[must_use]
    pub fn area(&self, id: &AreaId) -> Option<&Area> {
        self.areas.iter().find(|a| a.id == *id)
    }

    /// Settings of the wires as a whole, such as the broker in `[mqtt]`, for the endpoint crate.
    #[must_use]
    pub fn endpoint_settings(&self) -> &toml::Table {
        &self.endpoint_settings
    }

    /// A fault in the wire tables, with its place in the file: of `device`, or of the file as a whole when there is none.
    /// `path` leads to the value: `["mqtt", "state_topic"]`; the place is the deepest part of it that exists.
    #[must_use]
    pub fn fault_at(
        &self,
        device: Option<&DeviceId>,
        path: &[&str],
        message: impl Into<String>,
        help: Option<String>,
    ) -> Fault {
        let index = device.and_then(|id| self.by_id.get(id).copied());
        Fault {
            file: self.file.clone(),
            span: crate::file::locate(&self.source, index, path),
            message: message.into(),
            help,
        }
    }

    pub(crate) fn new(
        areas: Vec<Area>,
        devices: Vec<Device>,
        endpoint_settings: toml::Table,
        file: &str,
        source: &str,
    ) -> Home {
        let names = Names::of(&areas, &devices);
        let by_id = devices.iter().enumerate().map(|(i, d)| (d.id.clone(), i)).collect();
        Home { areas, devices, endpoint_settings, by_id, names, file: file.into(), source: source.into() }
    }
}
