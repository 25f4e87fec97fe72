//! Which sound devices there are, and finding one by name.

use std::fmt;

use cpal::HostId;
use cpal::traits::{DeviceTrait, HostTrait};

use super::error::{AudioError, Direction};
use super::pulse::{self, Endpoint};

/// One device in one direction.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct DeviceInfo {
    /// `pulseaudio:alsa_input.usb-…` or `alsa:hw:CARD=1,DEV=0`: unique, and the same after a restart.
    pub id: String,
    /// For people.
    pub name: String,
    /// Which way.
    pub direction: Direction,
    /// What is used when no device is named.
    pub default: bool,
    /// Its own rate in Hz; None when it does not say.
    pub rate: Option<u32>,
    /// Its own number of channels; None when it does not say.
    pub channels: Option<u16>,
}

impl fmt::Display for DeviceInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ({})", self.name, self.id)
    }
}

/// All devices of PulseAudio (also PipeWire's) and ALSA, PulseAudio's first. Empty when there are none.
pub fn list_devices() -> Vec<DeviceInfo> {
    devices(&SYSTEMS, None).into_iter().map(|found| found.info).filter(is_for_people).collect()
}

/// ALSA lists its plug-ins on every machine, and a device that hears and plays nothing. They can be named, but are no device.
/// A card that another program uses does not tell its rate either.
fn is_for_people(info: &DeviceInfo) -> bool {
    let plug_in = info.rate.is_none() && !info.id.contains("CARD=");
    !info.id.starts_with("alsa:") || (!plug_in && info.id != "alsa:null")
}

/// Who has devices.
#[derive(Clone, Copy, PartialEq, Eq)]
enum System {
    Pulse,
    Alsa,
}

/// PulseAudio shares the devices with other programs, so it is asked first.
const SYSTEMS: [System; 2] = [System::Pulse, System::Alsa];

pub(super) struct Found {
    pub(super) handle: Handle,
    pub(super) info: DeviceInfo,
}

/// What opens a device.
#[derive(Clone)]
pub(super) enum Handle {
    Pulse(Endpoint),
    Alsa(cpal::Device),
}

/// The device that `wanted` names: by id, by name, or by a part of either that fits no other. None for the default.
pub(super) fn find(direction: Direction, wanted: Option<&str>) -> Result<Found, AudioError> {
    match wanted {
        Some(wanted) if !wanted.eq_ignore_ascii_case("default") => {
            // One system at a time: ALSA is slow to list, and talks on stderr about cards that are not there.
            let systems = SYSTEMS.iter().map(|system| devices(&[*system], Some(direction)));
            choose(systems, |found| &found.info, direction, wanted)
        }
        _ => default(direction),
    }
}

/// The first of `systems` that has what is meant decides.
fn choose<T>(
    systems: impl Iterator<Item = Vec<T>>,
    info: impl Fn(&T) -> &DeviceInfo,
    direction: Direction,
    wanted: &str,
) -> Result<T, AudioError> {
    let low = wanted.to_lowercase();
    let bare =
        |info: &DeviceInfo| info.id.split_once(':').map_or_else(String::new, |(_, id)| id.to_lowercase());
    let exact = |info: &DeviceInfo| [info.id.to_lowercase(), bare(info)].contains(&low);
    let named = |info: &DeviceInfo| info.name.to_lowercase() == low;
    let partly = |info: &DeviceInfo| info.name.to_lowercase().contains(&low) || bare(info).contains(&low);
    let mut available = Vec::new();
    for mut devices in systems {
        let tests: [&dyn Fn(&DeviceInfo) -> bool; 3] = [&exact, &named, &partly];
        for test in tests {
            let fitting: Vec<usize> = (0..devices.len()).filter(|&at| test(info(&devices[at]))).collect();
            let Some(&first) = fitting.first() else { continue };
            let about = info(&devices[first]);
            // ALSA lists one card several times under one name, the plainest way first.
            let same = about.id.starts_with("alsa:")
                && fitting.iter().all(|&at| info(&devices[at]).name == about.name);
            if fitting.len() == 1 || same {
                return Ok(devices.swap_remove(first));
            }
            let matching = fitting.iter().map(|&at| info(&devices[at]).to_string()).collect();
            return Err(AudioError::AmbiguousDevice { direction, wanted: wanted.to_owned(), matching });
        }
        available.extend(devices.iter().map(|device| info(device).to_string()));
    }
    Err(AudioError::NoDevice { direction, wanted: Some(wanted.to_owned()), available })
}

fn default(direction: Direction) -> Result<Found, AudioError> {
    if let Ok(endpoint) = pulse::Client::connect().and_then(|mut client| client.default(direction)) {
        return Ok(of_pulse(endpoint, true));
    }
    if let Some(found) = quietly(|| default_of_alsa(direction)) {
        return Ok(found);
    }
    let available = devices(&SYSTEMS, Some(direction)).iter().map(|found| found.info.to_string()).collect();
    Err(AudioError::NoDevice { direction, wanted: None, available })
}

fn devices(systems: &[System], direction: Option<Direction>) -> Vec<Found> {
    let mut all = Vec::new();
    for system in systems {
        all.extend(match system {
            System::Pulse => of_the_server().unwrap_or_default(),
            System::Alsa => quietly(of_alsa),
        });
    }
    all.retain(|found| direction.is_none_or(|wanted| found.info.direction == wanted));
    // Only one default a direction: that of the first system that has one.
    for way in [Direction::Input, Direction::Output] {
        let mut seen = false;
        for found in all.iter_mut().filter(|found| found.info.direction == way) {
            found.info.default &= !seen;
            seen |= found.info.default;
        }
    }
    all
}

/// PulseAudio's; an error where there is no server.
fn of_the_server() -> Result<Vec<Found>, pulse::PulseFault> {
    let mut client = pulse::Client::connect()?;
    let defaults = [Direction::Input, Direction::Output].map(|direction| client.default(direction).ok());
    let is_default = |endpoint: &Endpoint| {
        defaults.iter().flatten().any(|d| d.direction == endpoint.direction && d.name == endpoint.name)
    };
    let endpoints = client.endpoints()?.into_iter();
    Ok(endpoints
        .map(|endpoint| {
            let default = is_default(&endpoint);
            of_pulse(endpoint, default)
        })
        .collect())
}

fn of_pulse(endpoint: Endpoint, default: bool) -> Found {
    let info = DeviceInfo {
        id: format!("pulseaudio:{}", endpoint.name.to_string_lossy()),
        name: endpoint.description.clone(),
        direction: endpoint.direction,
        default,
        rate: Some(endpoint.rate),
        channels: Some(endpoint.channel_count()),
    };
    Found { handle: Handle::Pulse(endpoint), info }
}

/// libasound and its plug-ins (JACK's, for one) complain on standard error about cards and servers that are not there. That
/// nothing was found is told in our own words. What other threads write there meanwhile is lost, too.
fn quietly<T>(body: impl FnOnce() -> T) -> T {
    let _shut = gag::Gag::stderr();
    body()
}

fn default_of_alsa(direction: Direction) -> Option<Found> {
    let host = cpal::host_from_id(HostId::Alsa).ok()?;
    let device = match direction {
        Direction::Input => host.default_input_device(),
        Direction::Output => host.default_output_device(),
    }?;
    // ALSA names a default even where there is no card; it then has no configuration.
    let info = describe(&device, direction, true).filter(|info| info.rate.is_some())?;
    Some(Found { handle: Handle::Alsa(device), info })
}

fn of_alsa() -> Vec<Found> {
    let mut all = Vec::new();
    let Ok(host) = cpal::host_from_id(HostId::Alsa) else { return all };
    let defaults = [host.default_input_device(), host.default_output_device()];
    let Ok(devices) = host.devices() else { return all };
    for device in devices {
        for (way, default) in [Direction::Input, Direction::Output].into_iter().zip(&defaults) {
            let usable = match way {
                Direction::Input => device.supports_input(),
                Direction::Output => device.supports_output(),
            };
            if usable && let Some(info) = describe(&device, way, default.as_ref() == Some(&device)) {
                all.push(Found { handle: Handle::Alsa(device.clone()), info });
            }
        }
    }
    all
}

fn describe(device: &cpal::Device, direction: Direction, default: bool) -> Option<DeviceInfo> {
    let id = device.id().ok()?.to_string();
    let name = device.description().map_or_else(|_| id.clone(), |description| description.name().to_owned());
    let config = match direction {
        Direction::Input => device.default_input_config(),
        Direction::Output => device.default_output_config(),
    };
    let config = config.ok();
    Some(DeviceInfo {
        id,
        name,
        direction,
        default,
        rate: config.as_ref().map(cpal::SupportedStreamConfig::sample_rate),
        channels: config.as_ref().map(cpal::SupportedStreamConfig::channels),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(wanted: &str, expected: Expect) {
        let info = |id: &str, name: &str| DeviceInfo {
            id: id.into(),
            name: name.into(),
            direction: Direction::Input,
            default: false,
            rate: Some(48_000),
            channels: Some(2),
        };
        let systems = [
            vec![
                info("pulseaudio:usb_jabra", "Jabra Speak 410"),
                info("pulseaudio:spk.monitor", "Monitor of Built-in"),
                info("pulseaudio:hdmi.monitor", "Monitor of HDMI"),
            ],
            vec![
                info("alsa:hw:CARD=1", "Jabra Speak 410"),
                info("alsa:plughw:CARD=1", "Jabra Speak 410"),
                info("alsa:hw:CARD=0", "Built-in Audio"),
            ],
        ];
        let found = choose(systems.into_iter(), |info| info, Direction::Input, wanted);
        expected.assert_eq(&found.map_or_else(|error| error.to_string(), |info| info.id));
    }

    #[test]
    fn devices_are_found_by_id_name_or_part() {
        check("jabra", expect!["pulseaudio:usb_jabra"]);
        check("alsa:hw:CARD=1", expect!["alsa:hw:CARD=1"]);
        check("plughw:card=1", expect!["alsa:plughw:CARD=1"]);
        check("Built-in audio", expect!["alsa:hw:CARD=0"]);
        check("card=1", expect!["alsa:hw:CARD=1"]);
        check(
            "monitor",
            expect![[
                r#"microphone "monitor" may be any of these: "Monitor of Built-in" (pulseaudio:spk.monitor), "Monitor of HDMI" (pulseaudio:hdmi.monitor)"#
            ]],
        );
        check(
            "webcam",
            expect![[
                r#"there is no microphone "webcam"; there is: "Jabra Speak 410" (pulseaudio:usb_jabra), "Monitor of Built-in" (pulseaudio:spk.monitor), "Monitor of HDMI" (pulseaudio:hdmi.monitor), "Jabra Speak 410" (alsa:hw:CARD=1), "Jabra Speak 410" (alsa:plughw:CARD=1), "Built-in Audio" (alsa:hw:CARD=0)"#
            ]],
        );
    }

    #[test]
    fn plug_ins_are_not_shown_as_devices() {
        let shown = |id: &str, rate| {
            let info = DeviceInfo {
                id: id.into(),
                name: id.into(),
                direction: Direction::Input,
                default: false,
                rate,
                channels: None,
            };
            is_for_people(&info)
        };
        assert!(shown("pulseaudio:mic", Some(16_000)) && shown("alsa:hw:CARD=1,DEV=0", None));
        assert!(shown("alsa:default", Some(48_000)));
        assert!(!shown("alsa:jack", None) && !shown("alsa:null", Some(48_000)));
    }

    #[test]
    fn no_device_at_all_says_what_to_do() {
        let error = AudioError::NoDevice { direction: Direction::Input, wanted: None, available: vec![] };
        expect!["no microphone was found; the machine has none. Connect one, or give a file with --input"]
            .assert_eq(&error.to_string());
    }
}
