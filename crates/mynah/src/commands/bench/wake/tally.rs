//! What streams mean, and what an engine made of them.

use std::ops::Range;

use mynah_audio::Samples;
use mynah_measure::det::Answer;
use mynah_measure::report::{Cost, Engine, Kind, Outcome, Word};
use mynah_measure::{Alarms, Condition, Track, Trial};

use super::engines::Told;

/// What was played in a stream.
#[derive(Clone, Debug)]
pub enum Meaning {
    /// A word (by its number), which counts as heard within the window and ends at the sample `end`.
    Positive { word: usize, condition: Condition, window: Range<usize>, end: usize },
    /// None.
    Negative { source: usize },
}

/// All streams, by number.
#[derive(Debug, Default)]
pub struct Tally {
    streams: Vec<Meaning>,
    sources: Vec<(String, Kind, f64)>,
}

impl Tally {
    /// Takes a stream; gives its number.
    pub fn push(&mut self, meaning: Meaning) -> usize {
        self.streams.push(meaning);
        self.streams.len() - 1
    }

    pub fn is_empty(&self) -> bool {
        self.streams.is_empty()
    }

    /// The number of a source of negatives.
    pub fn source(&mut self, name: &str, kind: Kind) -> usize {
        match self.sources.iter().position(|(known, its, _)| known == name && *its == kind) {
            Some(n) => n,
            None => {
                self.sources.push((name.to_owned(), kind, 0.0));
                self.sources.len() - 1
            }
        }
    }

    pub fn add_hours(&mut self, source: usize, hours: f64) {
        self.sources[source].2 += hours;
    }

    /// The figures of an engine, for those of `words` that it knows.
    pub fn engine(
        &self,
        name: &str,
        known: &[(String, Samples)],
        words: &[String],
        told: &[Told],
        cost: Cost,
    ) -> Engine {
        let of = |word: &String| {
            let number = known.iter().position(|(id, _)| id == word)?;
            let wanted = words.iter().position(|other| other == word)?;
            let those: Vec<&Told> = told.iter().filter(|told| told.word == number).collect();
            Some(Word::new(word, &self.outcome(wanted, known[number].1, &those)))
        };
        Engine { name: name.to_owned(), cost, words: words.iter().filter_map(of).collect() }
    }

    /// What came of one word; `told` is in the order of streams.
    fn outcome(&self, word: usize, gap: Samples, told: &[&Told]) -> Outcome {
        let mut outcome = Outcome {
            alarms: self
                .sources
                .iter()
                .map(|(name, kind, hours)| {
                    (name.clone(), Some(*kind), Alarms { hours: *hours, ..Alarms::default() })
                })
                .collect(),
            ..Outcome::default()
        };
        let mut rest = told;
        for (number, meaning) in self.streams.iter().enumerate() {
            let (here, later) = rest.split_at(rest.iter().take_while(|told| told.stream == number).count());
            rest = later;
            let curve = || here.iter().filter(|told| !told.own);
            let own = || here.iter().filter(|told| told.own);
            match meaning {
                Meaning::Negative { source } => {
                    let alarms = &mut outcome.alarms[*source].2;
                    alarms.own += own().count() as u64;
                    if curve().count() > 0 {
                        alarms.tracks.push(Track { hits: curve().map(|told| told.hit).collect(), gap });
                    }
                }
                Meaning::Positive { word: said, condition, .. } if *said != word => {
                    // Under one condition is enough, and the first is the plainest.
                    if self.is_first(condition) {
                        outcome.other_words.0 += u64::from(own().next().is_some());
                        outcome.other_words.1 += 1;
                    }
                }
                Meaning::Positive { condition, window, end, .. } => {
                    let answer = |told: &&&Told| {
                        let at = told.hit.at as usize;
                        let delay_ms = (at as f64 - *end as f64) / 16.0;
                        window.contains(&at).then_some(Answer {
                            score: told.hit.score,
                            delay_ms,
                            compute_ms: told.compute_ms,
                        })
                    };
                    let trial = Trial {
                        answers: curve().filter_map(|told| answer(&told)).collect(),
                        own: own().find_map(|told| answer(&told)),
                    };
                    match outcome.trials.iter_mut().find(|(known, _)| known == condition) {
                        Some((_, trials)) => trials.push(trial),
                        None => outcome.trials.push((*condition, vec![trial])),
                    }
                }
            }
        }
        outcome
    }

    fn is_first(&self, condition: &Condition) -> bool {
        let first = self.streams.iter().find_map(|meaning| match meaning {
            Meaning::Positive { condition, .. } => Some(condition),
            Meaning::Negative { .. } => None,
        });
        first == Some(condition)
    }
}
