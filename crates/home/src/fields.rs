//! Reading TOML so that every fault of a file is found at once, each with its place and a remedy.
//!
//! `home.toml` and the skill manifests are read this way.

use std::cell::RefCell;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// One fault in a file. All faults of a file are reported together.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Fault {
    /// The file as the user named it.
    pub file: Arc<str>,
    /// Byte range in that file; empty at 0 when the fault has no place in it.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do about it, such as a near name.
    pub help: Option<String>,
}

/// A string of the file and where its contents stand, without the quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The string.
    pub text: String,
    /// Byte range of the contents. With escapes in the string, offsets inside it are approximate.
    pub span: Range<usize>,
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Parses `text` as TOML and hands its top table to `read`. Returns what `read` made of it, or every fault:
/// the syntax errors if there are any (nothing else could be trusted then), else what `read` found.
///
/// # Errors
/// All faults of the file, in the order of their places.
pub fn read_toml<T>(file: &str, text: &str, read: impl FnOnce(Fields<'_, '_>) -> T) -> Result<T, Vec<Fault>> {
    match read_toml_leniently(file, text, read) {
        (Some(made), faults) if faults.is_empty() => Ok(made),
        (_, faults) => Err(faults),
    }
}

/// As [`read_toml`], but what `read` made is returned beside the faults that it found, for those who go on to look for more.
/// Nothing is made of a text that is not TOML.
pub fn read_toml_leniently<T>(
    file: &str,
    text: &str,
    read: impl FnOnce(Fields<'_, '_>) -> T,
) -> (Option<T>, Vec<Fault>) {
    let name: Arc<str> = file.into();
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let mut faults: Vec<Fault> = errors
            .into_iter()
            .map(|e| Fault {
                file: name.clone(),
                span: e.span().unwrap_or(0..0),
                message: format!("this is not TOML: {}", e.message()),
                help: None,
            })
            .collect();
        faults.sort_by_key(|f| (f.span.start, f.span.end));
        // What follows on the same line is mostly the parser finding its way again.
        faults.dedup_by_key(|f| text[..f.span.start.min(text.len())].matches('\n').count());
        return (None, faults);
    }
    let faults = RefCell::new(Vec::new());
    let top = Fields {
        file: &name,
        source: text,
        span: 0..0,
        table: table.get_ref(),
        known: RefCell::default(),
        faults: &faults,
    };
    let made = read(top);
    let mut faults = faults.into_inner();
    faults.sort_by_key(|f| (f.span.start, f.span.end));
    (Some(made), faults)
}

/// "did you mean `brightness`?", or all that is permitted when nothing is near and the choice is short.
#[must_use]
pub fn did_you_mean<'c>(word: &str, permitted: impl IntoIterator<Item = &'c str>) -> Option<String> {
    let permitted: Vec<&str> = permitted.into_iter().collect();
    let lower = word.to_lowercase();
    let near = permitted
        .iter()
        .map(|p| (strsim::damerau_levenshtein(&lower, &p.to_lowercase()), *p))
        .filter(|(distance, p)| *distance <= (p.chars().count().max(word.chars().count()) / 3).max(1))
        .min_by_key(|(distance, _)| *distance);
    match near {
        Some((_, near)) => Some(format!("did you mean `{near}`?")),
        None if !permitted.is_empty() && permitted.len() <= 16 => {
            Some(format!("known here: {}", permitted.join(", ")))
        }
        None => None,
    }
}

/// A table of the file. Every key that is asked for is known; [`Fields::finish`] reports the others.
///
/// The methods report a value of the wrong type as a fault and answer as if it were not there.
#[derive(Debug)]
pub struct Fields<'a, 'i> {
    file: &'a Arc<str>,
    source: &'a str,
    span: Range<usize>,
    table: &'a DeTable<'i>,
    known: RefCell<Vec<&'static str>>,
    faults: &'a RefCell<Vec<Fault>>,
}

impl<'a, 'i> Fields<'a, 'i> {
    /// Where the table stands: its header, its braces, or its whole.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The file as the user named it.
    #[must_use]
    pub fn file(&self) -> Arc<str> {
        self.file.clone()
    }

    /// Is the key there? Makes it known.
    #[must_use]
    pub fn has(&self, key: &'static str) -> bool {
        self.value(key).is_some()
    }

    /// The place of a value, or of the table when there is no such key.
    #[must_use]
    pub fn span_of(&self, key: &'static str) -> Range<usize> {
        self.value(key).map_or_else(|| self.span(), Spanned::span)
    }

    /// A string.
    pub fn text(&self, key: &'static str) -> Option<Text> {
        let value = self.value(key)?;
        let text = self.as_text(value);
        if text.is_none() {
            self.wrong_type(key, value, "a string");
        }
        text
    }

    /// A string that must be there and not be empty.
    pub fn required_text(&self, key: &'static str) -> Option<Text> {
        if !self.has(key) {
            self.fault(self.span(), format!("`{key}` is missing"), Some(format!("add: {key} = \"…\"")));
        }
        let text = self.text(key)?;
        if text.text.trim().is_empty() {
            self.fault(self.span_of(key), format!("`{key}` is empty"), None);
            return None;
        }
        Some(text)
    }

    /// A string or an array of strings; empty when the key is not there.
    pub fn texts(&self, key: &'static str) -> Vec<Text> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        if let Some(text) = self.as_text(value) {
            return vec![text];
        }
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "a string or an array of strings");
            return Vec::new();
        };
        let mut texts = Vec::with_capacity(array.len());
        for item in array.iter() {
            match self.as_text(item) {
                Some(text) => texts.push(text),
                None => {
                    let found = item.get_ref().type_str();
                    let message = format!("each of `{key}` must be a string, but this is of type {found}");
                    self.fault(item.span(), message, None);
                }
            }
        }
        texts
    }

    /// `true` or `false`.
    pub fn boolean(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let boolean = value.get_ref().as_bool();
        if boolean.is_none() {
            self.wrong_type(key, value, "true or false");
        }
        boolean
    }

    /// An integer that fits.
    pub fn integer(&self, key: &'static str) -> Option<i32> {
        let value = self.value(key)?;
        let integer =
            value.get_ref().as_integer().and_then(|n| i32::from_str_radix(n.as_str(), n.radix()).ok());
        if integer.is_none() {
            self.wrong_type(key, value, "a whole number");
        }
        integer
    }

    /// Any value, as plain TOML.
    pub fn plain(&self, key: &'static str) -> Option<toml::Value> {
        self.value(key).map(|v| plain(v.get_ref()))
    }

    /// A table.
    pub fn table(&self, key: &'static str) -> Option<Fields<'a, 'i>> {
        let value = self.value(key)?;
        let table = self.as_table(value);
        if table.is_none() {
            self.wrong_type(key, value, "a table");
        }
        table
    }

    /// An array of tables; empty when the key is not there.
    pub fn tables(&self, key: &'static str) -> Vec<Fields<'a, 'i>> {
        let Some(value) = self.value(key) else {
            return Vec::new();
        };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, "an array of tables");
            return Vec::new();
        };
        let mut tables = Vec::with_capacity(array.len());
        for item in array.iter() {
            match self.as_table(item) {
                Some(table) => tables.push(table),
                None => self.wrong_type(key, item, "a table"),
            }
        }
        tables
    }

    /// How many values an array has; 0 when the key is no array or not there.
    #[must_use]
    pub fn count(&self, key: &'static str) -> usize {
        self.value(key).and_then(|value| value.get_ref().as_array()).map_or(0, |array| array.len())
    }

    /// One entry, of whatever type. Makes its key known.
    #[must_use]
    pub fn entry(&self, key: &'static str) -> Option<Entry<'a, 'i>> {
        self.value(key).map(|value| self.entry_of(String::new(), value.span(), value))
    }

    /// All entries, whatever their keys: for tables whose keys are names that the author chose.
    #[must_use]
    pub fn entries(&self) -> Vec<Entry<'a, 'i>> {
        self.table
            .iter()
            .map(|(key, value)| self.entry_of(key.get_ref().to_string(), key.span(), value))
            .collect()
    }

    /// The tables under keys that were not asked for, as plain TOML. They are no faults then.
    #[must_use]
    pub fn other_tables(&self) -> toml::Table {
        let known = self.known.borrow();
        let others = self
            .table
            .iter()
            .filter(|(key, value)| !known.contains(&key.get_ref().as_ref()) && value.get_ref().is_table());
        others.map(|(key, value)| (key.get_ref().to_string(), plain(value.get_ref()))).collect()
    }

    /// Notes a fault at a place of this file.
    pub fn fault(&self, span: Range<usize>, message: impl Into<String>, help: Option<String>) {
        self.faults.borrow_mut().push(Fault { file: self.file.clone(), span, message: message.into(), help });
    }

    /// Reports every key that was not asked for.
    pub fn finish(self) {
        self.report_unknown(false);
    }

    /// Reports every key that was not asked for, but for tables, which [`Fields::other_tables`] gave.
    pub fn finish_with_other_tables(self) {
        self.report_unknown(true);
    }

    fn report_unknown(&self, tables_may_be: bool) {
        let known = self.known.borrow();
        for (key, value) in self.table {
            let name = key.get_ref().as_ref();
            if known.contains(&name) || (tables_may_be && value.get_ref().is_table()) {
                continue;
            }
            self.fault(
                key.span(),
                format!("unknown key `{name}`"),
                did_you_mean(name, known.iter().copied()),
            );
        }
    }

    fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'i>>> {
        let mut known = self.known.borrow_mut();
        if !known.contains(&key) {
            known.push(key);
        }
        self.table.iter().find(|(k, _)| k.get_ref() == key).map(|(_, v)| v)
    }

    fn entry_of(
        &self,
        key: String,
        key_span: Range<usize>,
        value: &'a Spanned<DeValue<'i>>,
    ) -> Entry<'a, 'i> {
        Entry { key, key_span, text: self.as_text(value), table: self.as_table(value), value }
    }

    fn as_text(&self, value: &Spanned<DeValue<'_>>) -> Option<Text> {
        let text = value.get_ref().as_str()?.to_owned();
        let mut span = value.span();
        let raw = self.source.get(span.clone()).unwrap_or_default();
        let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { 1 };
        if raw.len() >= 2 * quotes {
            span = span.start + quotes..span.end - quotes;
        }
        Some(Text { text, span })
    }

    fn as_table(&self, value: &'a Spanned<DeValue<'i>>) -> Option<Fields<'a, 'i>> {
        let table = value.get_ref().as_table()?;
        Some(Fields { span: value.span(), table, known: RefCell::default(), ..*self })
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let found = value.get_ref().type_str();
        self.fault(value.span(), format!("`{key}` must be {wanted}, but this is of type {found}"), None);
    }
}

/// A key that the author chose, and its value.
#[derive(Debug)]
pub struct Entry<'a, 'i> {
    /// The key; empty in an array.
    pub key: String,
    /// Where the key stands; in an array, the value.
    pub key_span: Range<usize>,
    /// The value, when it is a string.
    pub text: Option<Text>,
    /// The value, when it is a table.
    pub table: Option<Fields<'a, 'i>>,
    value: &'a Spanned<DeValue<'i>>,
}

impl<'a, 'i> Entry<'a, 'i> {
    /// The values in it, when it is an array. `of` is the table that it stands in.
    #[must_use]
    pub fn values(&self, of: &Fields<'a, 'i>) -> Option<Vec<Entry<'a, 'i>>> {
        let array = self.value.get_ref().as_array()?;
        let values = array.iter();
        Some(values.map(|v| of.entry_of(String::new(), v.span(), v)).collect())
    }

    /// Where the value stands.
    #[must_use]
    pub fn span(&self) -> Range<usize> {
        self.value.span()
    }

    /// The value as plain TOML.
    #[must_use]
    pub fn plain(&self) -> toml::Value {
        plain(self.value.get_ref())
    }
}

fn plain(value: &DeValue<'_>) -> toml::Value {
    match value {
        DeValue::String(s) => toml::Value::String(s.to_string()),
        DeValue::Integer(n) => match i64::from_str_radix(n.as_str(), n.radix()) {
            Ok(n) => toml::Value::Integer(n),
            // Too great for 64 bits: the nearest float tells the reader of the value that it is out of range.
            Err(_) => toml::Value::Float(n.as_str().parse().unwrap_or(f64::INFINITY)),
        },
        DeValue::Float(n) => toml::Value::Float(n.as_str().parse().unwrap_or(f64::NAN)),
        DeValue::Boolean(b) => toml::Value::Boolean(*b),
        DeValue::Datetime(d) => toml::Value::Datetime(*d),
        DeValue::Array(a) => toml::Value::Array(a.iter().map(|v| plain(v.get_ref())).collect()),
        DeValue::Table(t) => {
            toml::Value::Table(t.iter().map(|(k, v)| (k.get_ref().to_string(), plain(v.get_ref()))).collect())
        }
    }
}
