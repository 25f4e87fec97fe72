//! Values of several words, such as dates, as rules: one table both reads them and says what may be said.
//!
//! A rule is a name, what is said, and what that means. What is said is a template: words, `(a|b)`, `[a]`, and in braces
//! what fills the parts in the order in which they stand:
//!
//! | part | is |
//! | --- | --- |
//! | `{1..12}` | a whole number in words or digits |
//! | `{1..31th}` | an ordinal |
//! | `{clock}` | `7:30` |
//! | `{duration}` | a span of time |
//! | `{name}` | what the rules of that name say |

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::rc::Rc;
use std::time::Duration;

use super::{Language, Phrases};
use crate::Value;
use crate::fold::tokens;
use crate::graph::written_word;
use crate::template::{Kind, Node, parse};
use crate::when::{Recurrence, SaidDate, SaidDateTime, SaidTime, Weekdays};

/// What a part of a rule means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Part {
    Number(f64),
    Span(Duration),
    Time(SaidTime),
    Date(SaidDate),
    DateTime(SaidDateTime),
    Weekdays(Weekdays),
    Recurrence(Recurrence),
    Unit(&'static str),
    Amount(f64, &'static str),
}

impl Part {
    /// As the outside sees it. A number by itself is an ordinal.
    pub(crate) fn value(self) -> Value {
        match self {
            Part::Number(value) => Value::Ordinal(value as i32),
            Part::Span(span) => Value::Duration(span),
            Part::Time(time) => Value::Time(time),
            Part::Date(date) => Value::Date(date),
            Part::DateTime(said) => Value::DateTime(said),
            Part::Weekdays(days) => Value::Ordinal(days.0.into()),
            Part::Recurrence(recurrence) => Value::Recurrence(recurrence),
            Part::Unit(unit) => Value::Text(unit.to_owned()),
            Part::Amount(number, unit) => Value::Amount { number, unit: unit.to_owned() },
        }
    }
}

impl Hash for Part {
    fn hash<H: Hasher>(&self, state: &mut H) {
        std::mem::discriminant(self).hash(state);
        match self {
            Part::Number(value) => value.to_bits().hash(state),
            Part::Span(span) => span.hash(state),
            Part::Time(time) => time.hash(state),
            Part::Date(date) => date.hash(state),
            Part::DateTime(said) => said.hash(state),
            Part::Weekdays(days) => days.hash(state),
            Part::Recurrence(recurrence) => recurrence.hash(state),
            Part::Unit(unit) => unit.hash(state),
            Part::Amount(number, unit) => (number.to_bits(), unit).hash(state),
        }
    }
}

/// A name, what is said, and what the parts of it mean together, in the order in which they were said.
pub(crate) type Rule = (&'static str, &'static str, Means);

/// What the parts of a rule mean together.
type Means = fn(&[Part]) -> Part;

/// The rules of a language, ready to read with.
pub(crate) struct Rules {
    names: Vec<&'static str>,
    /// By name.
    rules: Vec<Vec<(Piece, Means)>>,
    /// Whether each character is a word.
    is_spaceless: bool,
}

enum Piece {
    /// A word, as it is compared and as a graph has it.
    Words(Vec<String>, String),
    All(Vec<Piece>),
    One(Vec<Piece>),
    Maybe(Box<Piece>),
    Number(i32, i32),
    Ordinal(i32, i32),
    Clock,
    Duration,
    Rule(usize),
}

/// Of the times that recognisers write in one word, "7:30", a graph has those of every so many minutes; the others can be
/// heard in words. All of them would be most of the graph.
const CLOCK_STEP: usize = 5;

impl Rules {
    /// Reads a table. What is wrong in it is left out; the tests see to it that nothing is.
    pub(crate) fn new(table: &[Rule], is_spaceless: bool) -> Rules {
        let mut names: Vec<&'static str> = Vec::new();
        for (name, ..) in table {
            if !names.contains(name) {
                names.push(name);
            }
        }
        let mut rules = Rules { rules: names.iter().map(|_| Vec::new()).collect(), names, is_spaceless };
        for &(name, said, means) in table {
            let piece = parse(said).ok().and_then(|node| rules.piece(&node));
            debug_assert!(piece.is_some(), "the rule {said:?} of {name}");
            if let (Some(piece), Some(index)) = (piece, rules.index(name)) {
                rules.rules[index].push((piece, means));
            }
        }
        rules
    }

    fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| *known == name)
    }

    fn piece(&self, node: &Node) -> Option<Piece> {
        let all = |nodes: &[Node]| nodes.iter().map(|node| self.piece(node)).collect::<Option<Vec<_>>>();
        Some(match &node.kind {
            Kind::Text(text) => {
                let words = text.split_whitespace().flat_map(|word| match self.is_spaceless {
                    true => word.chars().map(String::from).collect(),
                    false => vec![word.to_owned()],
                });
                Piece::All(words.map(|word| Piece::Words(folded(&word), written_word(&word))).collect())
            }
            Kind::Sequence(nodes) => Piece::All(all(nodes)?),
            Kind::Alternatives(nodes) => Piece::One(all(nodes)?),
            Kind::Optional(node) => Piece::Maybe(Box::new(self.piece(node)?)),
            Kind::List { list, .. } => match (list.as_str(), list.split_once("..")) {
                ("clock", _) => Piece::Clock,
                ("duration", _) if self.index("duration").is_none() => Piece::Duration,
                (_, Some((from, to))) if to.ends_with("th") => {
                    Piece::Ordinal(from.parse().ok()?, to.trim_end_matches("th").parse().ok()?)
                }
                (_, Some((from, to))) => Piece::Number(from.parse().ok()?, to.parse().ok()?),
                (name, None) => Piece::Rule(self.index(name)?),
            },
            _ => return None,
        })
    }

    /// All that the rules of that name take from the first word on: how many words, and what they mean.
    pub(crate) fn read(&self, name: &str, words: &[&str], language: &dyn Language) -> Vec<(usize, Part)> {
        let Some(index) = self.index(name) else {
            return Vec::new();
        };
        if self.is_spaceless {
            let (characters, ends) = characters(words);
            let mut reader = Reader::new(self, &characters, language);
            let found = reader.rules(index, 0);
            return found.iter().filter_map(|&(end, part)| Some((ends[end]?, part))).collect();
        }
        Reader::new(self, words, language).rules(index, 0).to_vec()
    }

    /// Adds all that the rules of that name say between two states.
    pub(crate) fn say(&self, name: &str, phrases: &mut Phrases<'_>, from: u32, to: u32) {
        for (piece, _) in self.index(name).map_or(&[][..], |index| &self.rules[index]) {
            self.say_piece(piece, phrases, from, to);
        }
    }

    fn say_piece(&self, piece: &Piece, phrases: &mut Phrases<'_>, from: u32, to: u32) {
        match piece {
            Piece::Words(_, written) => phrases.say(written, from, to),
            Piece::All(pieces) => {
                let mut state = from;
                for (index, piece) in pieces.iter().enumerate() {
                    let next = if index + 1 == pieces.len() { to } else { phrases.nfa.add_state() };
                    self.say_piece(piece, phrases, state, next);
                    state = next;
                }
                if pieces.is_empty() {
                    phrases.nfa.add_empty(from, to);
                }
            }
            Piece::One(pieces) => pieces.iter().for_each(|piece| self.say_piece(piece, phrases, from, to)),
            Piece::Maybe(piece) => {
                phrases.nfa.add_empty(from, to);
                self.say_piece(piece, phrases, from, to);
            }
            &Piece::Number(least, most) => phrases.numbers(least..=most, from, to),
            &Piece::Ordinal(least, most) => (least..=most).for_each(|value| phrases.ordinal(value, from, to)),
            Piece::Clock => {
                for hour in 0..24 {
                    for minute in (0..60).step_by(CLOCK_STEP) {
                        phrases.say(&format!("{hour}:{minute:02}"), from, to);
                    }
                }
            }
            Piece::Duration => phrases.language.say_durations(phrases, from, to),
            &Piece::Rule(index) => self.say(self.names[index], phrases, from, to),
        }
    }
}

fn folded(word: &str) -> Vec<String> {
    tokens(word).into_iter().map(|token| token.text).collect()
}

/// Each character outside ASCII by itself. After each, the number of whole words so far, where a word ends.
pub(super) fn characters<'a>(words: &[&'a str]) -> (Vec<&'a str>, Vec<Option<usize>>) {
    let (mut characters, mut ends) = (Vec::new(), vec![Some(0)]);
    for (index, word) in words.iter().enumerate() {
        if word.is_ascii() {
            characters.push(*word);
            ends.push(None);
        } else {
            for (at, c) in word.char_indices() {
                characters.push(&word[at..at + c.len_utf8()]);
                ends.push(None);
            }
        }
        if let Some(end) = ends.last_mut() {
            *end = Some(index + 1);
        }
    }
    (characters, ends)
}

/// What was found from some word on: where each ends, and what it means.
type Found = Rc<[(usize, Part)]>;

struct Reader<'a> {
    rules: &'a Rules,
    words: &'a [&'a str],
    language: &'a dyn Language,
    /// By rule and position.
    known: HashMap<(usize, usize), Found>,
    /// By position.
    numbers: HashMap<usize, Rc<[(usize, f64)]>>,
}

impl<'a> Reader<'a> {
    fn new(rules: &'a Rules, words: &'a [&'a str], language: &'a dyn Language) -> Reader<'a> {
        Reader { rules, words, language, known: HashMap::new(), numbers: HashMap::new() }
    }

    fn rules(&mut self, index: usize, at: usize) -> Found {
        if let Some(found) = self.known.get(&(index, at)) {
            return Rc::clone(found);
        }
        let mut found: Vec<(usize, Part)> = Vec::new();
        let rules = self.rules;
        for (piece, means) in &rules.rules[index] {
            for (end, parts) in self.piece(piece, at, Vec::new()) {
                let read = (end, means(&parts));
                if end > at && !found.contains(&read) {
                    found.push(read);
                }
            }
        }
        let found: Found = found.into();
        self.known.insert((index, at), Rc::clone(&found));
        found
    }

    /// Where a piece that begins at a word ends, with all parts so far.
    fn piece(&mut self, piece: &Piece, at: usize, parts: Vec<Part>) -> Vec<(usize, Vec<Part>)> {
        let with = |end: usize, part: Part| {
            let mut parts = parts.clone();
            parts.push(part);
            (end, parts)
        };
        match piece {
            Piece::Words(words, _) => {
                let is_here = self.words[at..].len() >= words.len()
                    && words.iter().zip(&self.words[at..]).all(|(a, b)| a == b);
                if is_here { vec![(at + words.len(), parts)] } else { Vec::new() }
            }
            Piece::All(pieces) => {
                let mut ways = vec![(at, parts)];
                for piece in pieces {
                    let next = std::mem::take(&mut ways).into_iter();
                    ways = next.flat_map(|(at, parts)| self.piece(piece, at, parts)).collect();
                    if ways.is_empty() {
                        break;
                    }
                }
                ways
            }
            Piece::One(pieces) => {
                pieces.iter().flat_map(|piece| self.piece(piece, at, parts.clone())).collect()
            }
            Piece::Maybe(piece) => {
                let mut ways = self.piece(piece, at, parts.clone());
                ways.push((at, parts));
                ways
            }
            &Piece::Number(least, most) => {
                let numbers = self.numbers(at);
                let fits = |value: f64| {
                    value.fract() == 0.0 && (f64::from(least)..=f64::from(most)).contains(&value)
                };
                let numbers = numbers.iter().filter(|(_, value)| fits(*value));
                numbers.map(|&(length, value)| with(at + length, Part::Number(value))).collect()
            }
            &Piece::Ordinal(least, most) => {
                let ordinals = self.language.ordinals(&self.words[at..]).into_iter();
                let ordinals = ordinals.filter(|(_, value)| (least..=most).contains(value));
                ordinals.map(|(length, value)| with(at + length, Part::Number(value.into()))).collect()
            }
            Piece::Clock => {
                let time = self.words.get(at).and_then(|word| clock(word));
                time.map(|time| with(at + 1, Part::Time(time))).into_iter().collect()
            }
            Piece::Duration => {
                let spans = self.language.durations(&self.words[at..]).into_iter();
                spans.map(|(length, span)| with(at + length, Part::Span(span))).collect()
            }
            &Piece::Rule(index) => {
                let found = self.rules(index, at);
                found.iter().map(|&(end, part)| with(end, part)).collect()
            }
        }
    }

    fn numbers(&mut self, at: usize) -> Rc<[(usize, f64)]> {
        let (words, language) = (self.words, self.language);
        let numbers = self.numbers.entry(at).or_insert_with(|| language.numbers(&words[at..]).into());
        Rc::clone(numbers)
    }
}

/// `7:30` may be in either half of the day; `07:30`, `0:30` and `19:30` may not.
fn clock(word: &str) -> Option<SaidTime> {
    let (hour, minute) = word.split_once(':')?;
    if hour.len() > 2 || minute.len() != 2 {
        return None;
    }
    let is_either = !hour.starts_with('0');
    let (hour, minute): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
    if hour > 23 || minute > 59 {
        return None;
    }
    Some(if is_either && hour <= 12 { SaidTime::either(hour, minute) } else { SaidTime::exact(hour, minute) })
}

/// What the rules of all languages are made with.
pub(super) mod make {
    use std::time::Duration;

    use super::Part;
    use crate::when::{Frequency, Recurrence, SaidDate, SaidDateTime, SaidTime, Weekdays, Which};

    /// A part of the day: its usual time, and how it reads the hours of a clock face.
    #[derive(Clone, Copy)]
    pub(in crate::language) enum DayPart {
        Morning,
        Noon,
        Afternoon,
        Evening,
        Night,
    }

    impl DayPart {
        const ALL: [DayPart; 5] =
            [DayPart::Morning, DayPart::Noon, DayPart::Afternoon, DayPart::Evening, DayPart::Night];

        /// As part of a rule.
        pub(in crate::language) fn part(self) -> Part {
            Part::Number(self as u8 as f64)
        }

        fn of(part: Part) -> DayPart {
            let number = number(&[part], 0) as usize;
            DayPart::ALL[number.min(DayPart::ALL.len() - 1)]
        }

        /// What is meant by the part alone: "tomorrow evening".
        fn usual(self) -> SaidTime {
            SaidTime::exact(
                match self {
                    DayPart::Morning => 8,
                    DayPart::Noon => 12,
                    DayPart::Afternoon => 15,
                    DayPart::Evening => 18,
                    DayPart::Night => 21,
                },
                0,
            )
        }

        /// "Seven in the evening" is 19:00.
        fn resolve(self, time: SaidTime) -> SaidTime {
            if !time.either_half {
                return time;
            }
            let hour = match (self, time.hour) {
                (DayPart::Morning, 12) | (DayPart::Evening | DayPart::Night, 12) => 0,
                (DayPart::Morning, hour) => hour,
                (DayPart::Noon, hour @ (10..=12)) => hour,
                (DayPart::Afternoon, 12) => 12,
                (DayPart::Night, hour @ 1..=5) => hour,
                (_, hour) => hour + 12,
            };
            SaidTime::exact(hour, time.minute)
        }
    }

    /// The number at a place among the parts, as whole.
    pub(in crate::language) fn number(parts: &[Part], place: usize) -> i32 {
        match parts.get(place) {
            Some(Part::Number(value)) => *value as i32,
            _ => 0,
        }
    }

    fn time_at(parts: &[Part], place: usize) -> SaidTime {
        match parts.get(place) {
            Some(Part::Time(time)) => *time,
            _ => SaidTime::exact(0, 0),
        }
    }

    fn date_at(parts: &[Part], place: usize) -> SaidDate {
        match parts.get(place) {
            Some(Part::Date(date)) => *date,
            _ => SaidDate::InDays(0),
        }
    }

    fn weekdays_at(parts: &[Part], place: usize) -> Weekdays {
        match parts.get(place) {
            Some(Part::Weekdays(days)) => *days,
            _ => Weekdays::default(),
        }
    }

    /// The first part, as it is.
    pub(in crate::language) fn same(parts: &[Part]) -> Part {
        parts.first().copied().unwrap_or(Part::Number(0.0))
    }

    /// A time of a clock face, or of 24 hours when it is none.
    pub(in crate::language) fn clock(hour: i32, minute: i32) -> Part {
        let is_face = (1..=12).contains(&hour);
        let (hour, minute) = (hour.rem_euclid(24) as u8, minute.clamp(0, 59) as u8);
        Part::Time(if is_face { SaidTime::either(hour, minute) } else { SaidTime::exact(hour, minute) })
    }

    /// So many minutes before the hour.
    pub(in crate::language) fn before(hour: i32, minutes: i32) -> Part {
        let is_face = (1..=12).contains(&hour);
        let hour = if hour == 1 && is_face { 12 } else { hour - 1 };
        match clock(hour, 60 - minutes) {
            // "Ten to thirteen" is in the afternoon.
            Part::Time(time) if !is_face => Part::Time(SaidTime { either_half: false, ..time }),
            part => part,
        }
    }

    pub(in crate::language) fn exact(hour: u8, minute: u8) -> Part {
        Part::Time(SaidTime::exact(hour, minute))
    }

    /// Time and part of the day.
    pub(in crate::language) fn time_in_part(parts: &[Part]) -> Part {
        match parts {
            [time @ Part::Time(_), part] | [part, time @ Part::Time(_)] => {
                Part::Time(DayPart::of(*part).resolve(time_at(&[*time], 0)))
            }
            _ => same(parts),
        }
    }

    pub(in crate::language) fn in_days(days: i32) -> Part {
        Part::Date(SaidDate::InDays(days))
    }

    pub(in crate::language) fn weekday(parts: &[Part], which: Which) -> Part {
        let weekday = weekdays_at(parts, 0).iter().next().unwrap_or(1);
        Part::Date(SaidDate::Weekday { weekday, which })
    }

    /// A day of a month; 0 for what was not said.
    pub(in crate::language) fn day(year: i32, month: i32, day: i32) -> Part {
        let month = (month > 0).then_some(month as u8);
        Part::Date(SaidDate::Day { year: (year > 0).then_some(year), month, day: day as u8 })
    }

    /// A date and a time, in any order; a time alone; a span from now.
    pub(in crate::language) fn moment(parts: &[Part]) -> Part {
        let (mut date, mut time) = (None, None);
        for part in parts {
            match part {
                Part::Date(_) => date = Some(date_at(&[*part], 0)),
                Part::Time(said) => time = Some(*said),
                Part::Span(span) => return Part::DateTime(SaidDateTime::In(*span)),
                _ => {}
            }
        }
        Part::DateTime(SaidDateTime::At { date, time: time.unwrap_or(SaidTime::exact(0, 0)) })
    }

    /// A date, a part of its day and a time, in any order: "tomorrow evening at seven".
    pub(in crate::language) fn moment_in_part(parts: &[Part]) -> Part {
        let mut said = parts.to_vec();
        let part = parts.iter().find(|part| matches!(part, Part::Number(_)));
        if let Some(part) = part {
            let of = DayPart::of(*part);
            let time = parts.iter().find(|part| matches!(part, Part::Time(_)));
            let time = time.map_or(of.usual(), |time| of.resolve(time_at(&[*time], 0)));
            said.retain(|part| !matches!(part, Part::Time(_)));
            said.push(Part::Time(time));
        }
        moment(&said)
    }

    pub(in crate::language) fn today_in_part(parts: &[Part]) -> Part {
        let mut parts = parts.to_vec();
        parts.push(in_days(0));
        moment_in_part(&parts)
    }

    pub(in crate::language) fn days(days: Weekdays) -> Part {
        Part::Weekdays(days)
    }

    pub(in crate::language) fn both_days(parts: &[Part]) -> Part {
        Part::Weekdays(weekdays_at(parts, 0).and(weekdays_at(parts, 1)))
    }

    pub(in crate::language) fn every(frequency: Frequency, interval: i32) -> Part {
        let interval = interval.clamp(1, 1000) as u16;
        Part::Recurrence(Recurrence {
            frequency,
            interval,
            weekdays: Weekdays::default(),
            month_day: None,
            at: None,
        })
    }

    pub(in crate::language) fn weekly(parts: &[Part], interval: u16) -> Part {
        let weekdays = weekdays_at(parts, 0);
        Part::Recurrence(Recurrence {
            frequency: Frequency::Weekly,
            interval,
            weekdays,
            month_day: None,
            at: None,
        })
    }

    pub(in crate::language) fn monthly(day: i32) -> Part {
        match every(Frequency::Monthly, 1) {
            Part::Recurrence(it) => Part::Recurrence(Recurrence { month_day: Some(day as u8), ..it }),
            part => part,
        }
    }

    /// A recurrence, and a time, a part of the day, or both, in any order.
    pub(in crate::language) fn every_at(parts: &[Part]) -> Part {
        let recurrence = parts.iter().find_map(|part| match part {
            Part::Recurrence(it) => Some(*it),
            _ => None,
        });
        let at = match moment_in_part(parts) {
            Part::DateTime(SaidDateTime::At { time, .. }) => Some(time),
            _ => None,
        };
        recurrence.map_or_else(|| same(parts), |it| Part::Recurrence(Recurrence { at, ..it }))
    }

    /// Every day at a time, a part of the day, or both.
    pub(in crate::language) fn daily_at(parts: &[Part]) -> Part {
        let mut parts = parts.to_vec();
        parts.push(every(Frequency::Daily, 1));
        every_at(&parts)
    }

    pub(in crate::language) fn amount(parts: &[Part], plus: f64) -> Part {
        match parts {
            [Part::Number(number), Part::Unit(unit)] => Part::Amount(number + plus, unit),
            [Part::Unit(unit)] => Part::Amount(plus, unit),
            _ => same(parts),
        }
    }

    /// So many units of time and the rest that follows, in seconds.
    pub(in crate::language) fn span(parts: &[Part], seconds: f64, plus: f64) -> Part {
        let rest = parts.iter().find_map(|part| match part {
            Part::Span(span) => Some(*span),
            _ => None,
        });
        let count = match parts.first() {
            Some(Part::Number(value)) => *value,
            _ => 0.0,
        };
        let millis = ((count * seconds + plus) * 1000.0).round().max(0.0) as u64;
        Part::Span(Duration::from_millis(millis) + rest.unwrap_or_default())
    }
}
