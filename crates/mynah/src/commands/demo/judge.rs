//! Whether each recorded turn came out as it must: by what was understood, and by what the devices then really are.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use mynah_endpoint::demo::DemoHouse;
use mynah_home::{Capability, Home, State};
use mynah_host::events::{Event, Line};
use mynah_intent::{Slot, Value};
use owo_colors::{OwoColorize, Stream};

use super::turns::Turn;

/// Follows a run and compares.
pub struct Judge {
    turns: Vec<Turn>,
    home: Arc<Home>,
    playing: Option<usize>,
    seen: Seen,
    verdicts: BTreeMap<usize, Vec<String>>,
}

/// What was seen while one recording played.
#[derive(Default)]
struct Seen {
    wake: Option<String>,
    intent: Option<String>,
    slots: BTreeMap<String, Slot>,
    planned: bool,
    reply: Option<(String, bool)>,
    errors: Vec<String>,
}

impl Judge {
    pub fn new(turns: Vec<Turn>, home: Arc<Home>) -> Self {
        Judge { turns, home, playing: None, seen: Seen::default(), verdicts: BTreeMap::new() }
    }

    /// The next recording begins: the last is judged. Returns the heading.
    pub fn begin(&mut self, index: usize, house: &DemoHouse) -> String {
        self.end(house);
        self.playing = Some(index);
        let Some(turn) = self.turns.get(index) else { return String::new() };
        let mut heading = format!("\n{:>2}  “{}”", index + 1, turn.say);
        let noise = turn.noise_snr_db.map(|db| format!(", kitchen noise at {db} dB")).unwrap_or_default();
        let note = turn.expect.note.as_ref().map(|note| format!(" — {note}")).unwrap_or_default();
        let about = format!("{}, {}{noise}{note}", turn.voice, turn.variant);
        heading = heading.if_supports_color(Stream::Stdout, |t| t.bold()).to_string();
        let about = about.if_supports_color(Stream::Stdout, |t| t.dimmed()).to_string();
        format!("{heading}\n    {about}\n")
    }

    /// Something happened.
    pub fn take(&mut self, line: &Line) {
        let seen = &mut self.seen;
        match &line.event {
            Event::Wake { word, .. } => seen.wake = Some(word.clone()),
            Event::Intent { name, slots, refused, .. } if refused.is_none() => {
                seen.intent.clone_from(name);
                seen.slots.clone_from(slots);
            }
            Event::Plan { .. } => seen.planned = true,
            Event::Reply { speech, ok } => seen.reply = Some((speech.clone(), *ok)),
            Event::Error { stage, message } => seen.errors.push(format!("{stage}: {message}")),
            _ => {}
        }
    }

    /// Judges the recording that has just played.
    pub fn end(&mut self, house: &DemoHouse) {
        let seen = std::mem::take(&mut self.seen);
        let Some(index) = self.playing.take() else { return };
        let Some(turn) = self.turns.get(index) else { return };
        let mut faults = seen.errors.clone();
        if seen.wake.as_deref() != Some(&*turn.wake) {
            faults.push(format!(
                "wake word {:?}, not {:?}",
                seen.wake.as_deref().unwrap_or("none"),
                turn.wake
            ));
        }
        let expect = &turn.expect;
        if expect.reject {
            if seen.planned {
                faults.push(format!("{} was carried out", seen.intent.as_deref().unwrap_or("something")));
            }
        } else {
            if seen.intent != expect.intent {
                let (is, wanted) = (seen.intent.as_deref(), expect.intent.as_deref());
                faults.push(format!(
                    "understood {}, not {}",
                    is.unwrap_or("nothing"),
                    wanted.unwrap_or("nothing")
                ));
            }
            for (name, wanted) in &expect.slots {
                let found = seen.slots.get(name).is_some_and(|slot| same(slot, wanted));
                if !found {
                    faults.push(format!(
                        "slot {name} is {:?}, not {wanted}",
                        seen.slots.get(name).map(|s| &s.said)
                    ));
                }
            }
            let ok = expect.fails.is_none();
            match &seen.reply {
                Some((_, is)) if *is == ok => {}
                Some((speech, _)) => faults.push(format!("the reply was “{speech}”")),
                None => faults.push("there was no reply".into()),
            }
        }
        for (name, wanted) in &expect.state {
            faults.extend(self.wrong_state(house, name, wanted));
        }
        self.verdicts.insert(index, faults);
    }

    /// What the device is, against what it must be.
    fn wrong_state(
        &self,
        house: &DemoHouse,
        name: &str,
        wanted: &BTreeMap<String, toml::Value>,
    ) -> Vec<String> {
        let Some(device) = self.home.find(name, None).one() else {
            return vec![format!("there is no device {name:?}")];
        };
        let states = house.state(&device.id);
        let compare = |(capability, wanted): (&String, &toml::Value)| {
            let found = Capability::from_name(capability).and_then(|c| Some((c, states.get(&c)?)));
            let Some((capability, state)) = found else {
                return Some(format!("{name} has no {capability}"));
            };
            let wanted = match wanted {
                toml::Value::Boolean(b) => State::Bool(*b),
                toml::Value::Integer(n) => State::Number(*n as f64),
                toml::Value::Float(n) => State::Number(*n),
                other => State::Text(other.as_str().unwrap_or_default().to_owned()),
            };
            let same = state.matches(&wanted, capability);
            (!same).then(|| format!("{name}: {} is {state}, not {wanted}", capability.name()))
        };
        wanted.iter().filter_map(compare).collect()
    }

    /// Whether every turn came out as it must.
    pub fn right(&self) -> bool {
        self.verdicts.len() == self.turns.len() && self.verdicts.values().all(Vec::is_empty)
    }

    /// One line a turn.
    pub fn table(&self) -> String {
        let mut out = String::new();
        let mut right = 0;
        for (index, turn) in self.turns.iter().enumerate() {
            let (mark, why) = match self.verdicts.get(&index) {
                Some(faults) if faults.is_empty() => {
                    right += 1;
                    ("✓".if_supports_color(Stream::Stdout, |t| t.green()).to_string(), String::new())
                }
                Some(faults) => {
                    ("✗".if_supports_color(Stream::Stdout, |t| t.red()).to_string(), faults.join("; "))
                }
                None => ("✗".into(), "not played".into()),
            };
            let _ = writeln!(out, "{mark} {:>2}  {:<62} {why}", index + 1, turn.say);
        }
        let _ = writeln!(out, "{right} of {} turns as they must be", self.turns.len());
        out
    }
}

fn same(slot: &Slot, wanted: &toml::Value) -> bool {
    let number = wanted.as_float().or_else(|| wanted.as_integer().map(|n| n as f64));
    match (&slot.value, number, wanted.as_str()) {
        (Value::Number(n) | Value::Percentage(n) | Value::Temperature(n), Some(wanted), _) => {
            (n - wanted).abs() < 1e-9
        }
        (Value::Duration(d), Some(wanted), _) => (d.as_secs_f64() - wanted).abs() < 1e-9,
        (Value::Text(text), _, Some(wanted)) => text == wanted || slot.said == wanted,
        _ => false,
    }
}
