//! Reading one wire table: every key is asked for by name, and what nobody asked for is a fault.

use std::time::Duration;

use mynah_home::did_you_mean;
use toml::{Table, Value};

use crate::faults::Faults;

/// A table while it is being read. A value of the wrong type is a fault and counts as absent.
pub(crate) struct Keys<'t> {
    table: &'t Table,
    path: Vec<String>,
    asked: Vec<&'static str>,
}

impl<'t> Keys<'t> {
    pub(crate) fn new(table: &'t Table, path: &[&str]) -> Self {
        Self { table, path: path.iter().map(|&key| key.to_owned()).collect(), asked: Vec::new() }
    }

    /// The keys that lead to `key` of this table.
    pub(crate) fn at(&self, key: &str) -> Vec<String> {
        let mut path = self.path.clone();
        path.push(key.to_owned());
        path
    }

    /// The keys that lead to this table.
    pub(crate) fn path(&self) -> &[String] {
        &self.path
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(crate) fn value(&mut self, key: &'static str) -> Option<&'t Value> {
        self.asked.push(key);
        self.table.get(key)
    }

    fn typed<T>(
        &mut self,
        key: &'static str,
        wanted: &str,
        faults: &mut Faults<'_>,
        convert: impl FnOnce(&'t Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.value(key)?;
        let converted = convert(value);
        if converted.is_none() {
            faults.add(
                &self.at(key),
                format!("`{key}` must be {wanted}, but this is of type {}", value.type_str()),
                None,
            );
        }
        converted
    }

    pub(crate) fn text(&mut self, key: &'static str, faults: &mut Faults<'_>) -> Option<&'t str> {
        self.typed(key, "a string", faults, Value::as_str)
    }

    pub(crate) fn required_text(&mut self, key: &'static str, faults: &mut Faults<'_>) -> Option<&'t str> {
        if !self.has(key) {
            self.asked.push(key);
            faults.add(&self.path, format!("`{key}` is missing"), None);
            return None;
        }
        self.text(key, faults)
    }

    pub(crate) fn number(&mut self, key: &'static str, faults: &mut Faults<'_>) -> Option<f64> {
        self.typed(key, "a number", faults, |value| {
            value.as_float().or_else(|| value.as_integer().map(|n| n as f64)).filter(|n| n.is_finite())
        })
    }

    pub(crate) fn flag(&mut self, key: &'static str, faults: &mut Faults<'_>) -> Option<bool> {
        self.typed(key, "true or false", faults, Value::as_bool)
    }

    pub(crate) fn table(&mut self, key: &'static str, faults: &mut Faults<'_>) -> Option<Keys<'t>> {
        let path = self.at(key);
        self.typed(key, "a table", faults, Value::as_table).map(|table| Keys {
            table,
            path,
            asked: Vec::new(),
        })
    }

    /// A time in milliseconds, up to one minute.
    pub(crate) fn millis(&mut self, key: &'static str, faults: &mut Faults<'_>) -> Option<Duration> {
        let n = self.number(key, faults)?;
        if !(10.0..=60_000.0).contains(&n) {
            faults.add(&self.at(key), format!("`{key}` goes from 10 to 60000 milliseconds, not {n}"), None);
            return None;
        }
        Some(Duration::from_secs_f64(n / 1000.0))
    }

    /// Keys and values of a table whose keys are the author's own.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (&'t str, &'t Value)> + use<'t> {
        self.table.iter().map(|(key, value)| (key.as_str(), value))
    }

    /// Ends the reading: a key that was not asked for is a fault.
    pub(crate) fn finish(self, faults: &mut Faults<'_>) {
        for key in self.table.keys() {
            if !self.asked.contains(&key.as_str()) {
                faults.add(
                    &self.at(key),
                    format!("no key is called `{key}` here"),
                    did_you_mean(key, self.asked.iter().copied()),
                );
            }
        }
    }
}
