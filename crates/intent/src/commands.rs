//! Several commands in one text: "turn off the lights and close the blinds".

use std::collections::HashMap;

use crate::fold::{Token, tokens};
use crate::{Context, Intent, Reading, Recognizer, Slot};

/// The most places at which a text is parted.
const MOST_JOINTS: usize = 4;
/// Of two ways to part a text, the one of fewer commands, unless another has fewer words that could be anything.
const PER_COMMAND: f32 = 0.001;
/// A reading with less has words that could be anything, which never stand in for what was left out.
const LEAST_LITERAL: f32 = 0.992;
/// The most words that two commands share before or after what differs: "turn … off".
const MOST_SHARED: usize = 4;
const ARTICLES: [&str; 3] = ["the", "my", "our"];

impl Recognizer {
    /// The commands of a text, each with its readings, the best first. One for most texts; none when any part of it is not
    /// understood: nothing is guessed from half of what was said.
    ///
    /// What a command shares with the one before may be left out: "turn off the lamp and the fan", "turn the lamp and the
    /// fan off". It is taken over word for word, so that both say the same but for one slot.
    pub fn commands(&self, text: &str, context: &Context) -> Vec<Vec<Reading>> {
        let whole = self.recognize(text, context);
        let tokens = tokens(text);
        let joints = self.joints(text, &tokens);
        // Words for words, nothing could be better.
        let is_literal = whole.first().is_some_and(|reading| reading.confidence >= LEAST_LITERAL);
        if joints.is_empty() || joints.len() > MOST_JOINTS || is_literal {
            return if whole.is_empty() { Vec::new() } else { vec![whole] };
        }
        let mut parting = Parting { recognizer: self, context, text, tokens: &tokens, known: HashMap::new() };
        match parting.part(&joints) {
            Some((cost, commands)) if whole.first().is_none_or(|reading| cost < 1.0 - reading.confidence) => {
                commands.into_iter().map(|command| command.readings).collect()
            }
            _ if whole.is_empty() => Vec::new(),
            _ => vec![whole],
        }
    }

    /// Where commands may be joined: first word and number of words of each joint.
    /// A comma is one, too.
    fn joints(&self, text: &str, words: &[Token]) -> Vec<(usize, usize)> {
        let mut joints = Vec::new();
        let mut at = 0;
        while at < words.len() {
            let is_here = |joint: &&Vec<String>| {
                words[at..].len() >= joint.len() && joint.iter().zip(&words[at..]).all(|(a, b)| *a == b.text)
            };
            let length = self.joint_words().iter().filter(is_here).map(Vec::len).max().unwrap_or(0);
            let is_comma = || {
                let gap =
                    at.checked_sub(1).and_then(|last| text.get(words[last].span.end..words[at].span.start));
                !self.joint_words().is_empty() && gap.is_some_and(|gap| gap.contains([',', ';', '，', '；']))
            };
            if at > 0 && at + length < words.len() && (length > 0 || is_comma()) {
                joints.push((at, length));
            }
            at += length.max(1);
        }
        joints
    }
}

/// One command, in words that are understood by themselves.
#[derive(Clone)]
struct Command {
    text: String,
    readings: Vec<Reading>,
}

/// The cost of commands, and these.
type Parts = (f32, Vec<Command>);

struct Parting<'a> {
    recognizer: &'a Recognizer,
    context: &'a Context,
    text: &'a str,
    tokens: &'a [Token],
    /// Readings of the words from one to another.
    known: HashMap<(usize, usize), Vec<Reading>>,
}

impl Parting<'_> {
    /// The best way to part the text at some of the joints.
    fn part(&mut self, joints: &[(usize, usize)]) -> Option<Parts> {
        // Where commands end, and where the next begins.
        let mut ends: Vec<(usize, usize)> = joints.iter().map(|&(at, length)| (at, at + length)).collect();
        ends.push((self.tokens.len(), self.tokens.len()));
        let mut best: Vec<Option<Parts>> = vec![None; ends.len()];
        for (index, &(to, _)) in ends.iter().enumerate() {
            for before in 0..=index {
                let from = if before == 0 { 0 } else { ends[before - 1].1 };
                let head = match before {
                    0 => Some((0.0, Vec::new())),
                    _ => best[before - 1].clone(),
                };
                let Some((cost, commands)) = head else { continue };
                let mut ways: Vec<Parts> = self.command(from, to, commands.last()).into_iter().collect();
                // What is a command word for word has no joint in it: "twenty and a half minutes" is one span.
                let is_one = self.read(from, to).first().is_some_and(|one| one.confidence >= LEAST_LITERAL);
                // Two commands that share their end: "turn the lamp | and the fan off".
                for &(joint, next) in ends[..index].iter().filter(|(joint, _)| *joint > from && !is_one) {
                    ways.extend(self.sharing_an_end(from, joint, next, to));
                }
                for (more, mut found) in ways {
                    let cost = cost + more;
                    if best[index].as_ref().is_none_or(|(least, _)| cost < *least) {
                        let mut commands = commands.clone();
                        commands.append(&mut found);
                        best[index] = Some((cost, commands));
                    }
                }
            }
        }
        best.pop().flatten()
    }

    fn words(&self, from: usize, to: usize) -> &str {
        match (self.tokens.get(from), to.checked_sub(1).and_then(|last| self.tokens.get(last))) {
            (Some(first), Some(last)) if from < to => &self.text[first.span.start..last.span.end],
            _ => "",
        }
    }

    fn read(&mut self, from: usize, to: usize) -> Vec<Reading> {
        if let Some(readings) = self.known.get(&(from, to)) {
            return readings.clone();
        }
        let readings = self.recognizer.recognize(self.words(from, to), self.context);
        self.known.insert((from, to), readings.clone());
        readings
    }

    fn read_text(&self, text: &str) -> Vec<Reading> {
        let mut readings = self.recognizer.recognize(text, self.context);
        readings.retain(|reading| reading.confidence >= LEAST_LITERAL);
        readings
    }

    /// One command: by itself, or as the one before with another value in a slot.
    fn command(&mut self, from: usize, to: usize, before: Option<&Command>) -> Option<Parts> {
        let readings = self.read(from, to);
        if let Some(first) = readings.first() {
            let cost = 1.0 - first.confidence + PER_COMMAND;
            return Some((cost, vec![Command { text: self.words(from, to).to_owned(), readings }]));
        }
        let (before, said) = (before?, bare(self.words(from, to)));
        let model = &before.readings.first()?.intent;
        for slot in model.slots.values().filter(|slot| !slot.said.is_empty()) {
            let text = before.text.replacen(&slot.said, said, 1);
            let mut readings = self.read_text(&text);
            readings.retain(|reading| differ_in_one(model, &reading.intent, Some(said)));
            if !readings.is_empty() {
                return Some((2.0 * PER_COMMAND, vec![Command { text, readings }]));
            }
        }
        None
    }

    /// Two commands of which the first lacks the end of the second, and the second the beginning of the first.
    fn sharing_an_end(&mut self, from: usize, joint: usize, next: usize, to: usize) -> Option<Parts> {
        if !self.read(from, joint).is_empty() {
            return None;
        }
        for shared in 1..=MOST_SHARED.min((to - next).saturating_sub(1)) {
            let left = format!("{} {}", self.words(from, joint), self.words(to - shared, to));
            let lefts = self.read_text(&left);
            let Some(first) = lefts.first().map(|reading| reading.intent.clone()) else { continue };
            for begin in 0..=MOST_SHARED.min(joint - from - 1) {
                let right = format!("{} {}", self.words(from, from + begin), bare(self.words(next, to)));
                let mut rights = self.read_text(&right);
                rights.retain(|reading| differ_in_one(&first, &reading.intent, None));
                if !rights.is_empty() {
                    let left = Command { text: left, readings: lefts };
                    return Some((3.0 * PER_COMMAND, vec![left, Command { text: right, readings: rights }]));
                }
            }
        }
        None
    }
}

/// Without an article in front.
fn bare(text: &str) -> &str {
    let bare = text.split_once(' ').filter(|(first, _)| ARTICLES.contains(&first.to_lowercase().as_str()));
    bare.map_or(text, |(_, rest)| rest)
}

/// Whether two intents say the same but for one slot, which in the second is filled by `said`. They may be of two skills,
/// where that slot has two names.
fn differ_in_one(first: &Intent, second: &Intent, said: Option<&str>) -> bool {
    let only = |these: &Intent, others: &Intent| -> Vec<Slot> {
        let lacks = |(name, slot): &(&String, &Slot)| {
            others.slots.get(*name).is_none_or(|other| other.value != slot.value)
        };
        these.slots.iter().filter(lacks).map(|(_, slot)| slot.clone()).collect()
    };
    match (only(first, second).as_slice(), only(second, first).as_slice()) {
        ([a], [b]) => a.value != b.value && said.is_none_or(|said| bare(&b.said).eq_ignore_ascii_case(said)),
        _ => false,
    }
}
