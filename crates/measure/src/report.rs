//! All figures of a run, and the table in which a terminal shows them.

use std::fmt::Write as _;

use serde::Serialize;

use crate::det::Alarms;
use crate::{Condition, Det, OperatingPoint, Quantiles, Rate, Share, Trial};

/// The false alarms an hour at which engines are compared.
pub const TARGETS: [f64; 3] = [0.1, 0.5, 1.0];

/// A run of the benchmark.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// Of this form of report.
    pub format: u32,
    /// Name and version of the program that measured.
    pub program: String,
    /// The command line, without its folders' places.
    pub command: String,
    /// Processor and cores.
    pub machine: String,
    /// What was drawn depends on it.
    pub seed: u64,
    /// A detection counts until so many milliseconds after the end of the word.
    pub latest_ms: u64,
    /// By word.
    pub positives: Vec<Positives>,
    /// Recorded and synthetic ones.
    pub negatives: Vec<Negatives>,
    /// Side by side.
    pub engines: Vec<Engine>,
    /// What a reader must know to judge the figures.
    pub notes: Vec<String>,
}

/// Recordings of a word.
#[derive(Clone, Debug, Serialize)]
pub struct Positives {
    /// Its id.
    pub word: String,
    /// How many were heard, under each condition.
    pub recordings: u64,
    /// Those in which nothing sounds or that could not be read.
    pub left_out: u64,
}

/// Where false alarms come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Recordings.
    Real,
    /// Speech made for the purpose.
    Synthetic,
}

/// Sound without a wake word.
#[derive(Clone, Debug, Serialize)]
pub struct Negatives {
    /// A folder's name, or a voice's.
    pub name: String,
    /// Recorded or made.
    pub kind: Kind,
    /// Files or sentences.
    pub recordings: u64,
    /// Without the pauses between them.
    pub hours: f64,
    /// Files that could not be read.
    pub left_out: u64,
}

/// One engine.
#[derive(Clone, Debug, Serialize)]
pub struct Engine {
    /// Name and version.
    pub name: String,
    /// What it takes.
    pub cost: Cost,
    /// The words of this run that it knows.
    pub words: Vec<Word>,
}

/// What an engine takes.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Cost {
    /// Sound that is worked on at a time, in milliseconds.
    pub hop_ms: Option<f64>,
    /// Time of a hop in milliseconds, of all words together; none for a program, whose hops cannot be seen.
    pub hop: Option<Quantiles>,
    /// Processor time over audio time, in percent of a core.
    pub core_percent: Option<f64>,
    /// Resident memory in megabytes: what this process grew by, or all of a program.
    pub memory_mb: Option<f64>,
    /// Of the hop in a quiet room, where that is less: percent of a core.
    pub quiet_core_percent: Option<f64>,
}

/// A word of an engine.
#[derive(Clone, Debug, Serialize)]
pub struct Word {
    /// Its id.
    pub word: String,
    /// As the engine is set, then at each of [`TARGETS`] by recorded and by synthetic negatives.
    pub settings: Vec<Setting>,
    /// Misses against false alarms.
    pub curves: Vec<Curve>,
    /// False alarms by source, as the engine is set.
    pub sources: Vec<Source>,
    /// Recordings of other words in which it was heard, as the engine is set.
    pub other_words: Option<Share>,
}

/// A setting of an engine, and what comes of it.
#[derive(Clone, Debug, Serialize)]
pub struct Setting {
    /// The most false alarms an hour …
    pub target_per_hour: Option<f64>,
    /// … on these negatives; None for the engine's own setting.
    pub chosen_on: Option<Kind>,
    /// The score that counts; None for the engine's own setting.
    pub threshold: Option<f32>,
    /// On recordings.
    pub real: Option<Rate>,
    /// On synthetic speech.
    pub synthetic: Option<Rate>,
    /// By condition.
    pub conditions: Vec<Heard>,
}

/// What is heard of a word under a condition.
#[derive(Clone, Debug, Serialize)]
pub struct Heard {
    /// Which.
    pub condition: Condition,
    /// Share of the recordings in which the word was missed.
    pub missed: Share,
    /// From the end of the word to the event in audio time, milliseconds.
    pub delay_ms: Quantiles,
    /// The same with the computing.
    pub response_ms: Quantiles,
}

/// A DET curve.
#[derive(Clone, Debug, Serialize)]
pub struct Curve {
    /// Of the recordings.
    pub condition: Condition,
    /// Of the false alarms.
    pub kind: Kind,
    /// Behind the false alarms.
    pub hours: f64,
    /// By rising threshold.
    pub points: Vec<CurvePoint>,
}

/// A point of [`Curve`].
#[derive(Clone, Debug, Serialize)]
pub struct CurvePoint {
    /// The score that counts.
    pub threshold: f32,
    /// False alarms.
    pub alarms: u64,
    /// Recordings missed.
    pub missed: Share,
}

/// False alarms from one source.
#[derive(Clone, Debug, Serialize)]
pub struct Source {
    /// [`Negatives::name`].
    pub name: String,
    /// Recorded or made.
    pub kind: Kind,
    /// How many.
    pub rate: Rate,
}

/// What an engine made of a word, before it is counted.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Of each recording, by condition.
    pub trials: Vec<(Condition, Vec<Trial>)>,
    /// By source.
    pub alarms: Vec<(String, Option<Kind>, Alarms)>,
    /// Recordings of other words in which it was heard, and how many there were.
    pub other_words: (u64, u64),
}

impl Word {
    /// Counts.
    pub fn new(word: &str, outcome: &Outcome) -> Word {
        let of = |kind: Kind| {
            let those = outcome.alarms.iter().filter(|(_, its, _)| *its == Some(kind));
            those.map(|(.., alarms)| alarms).fold(Alarms::default(), Alarms::with)
        };
        let kinds = [(Kind::Real, of(Kind::Real)), (Kind::Synthetic, of(Kind::Synthetic))];
        let heard = |kind: &(Kind, Alarms)| kind.1.hours > 0.0;
        let at = |point: OperatingPoint, target: Option<(f64, Kind)>| {
            let rate = |n: usize| heard(&kinds[n]).then(|| kinds[n].1.rate(point.threshold));
            let of_condition = |(condition, trials): &(Condition, Vec<Trial>)| {
                let (missed, delay_ms, response_ms) = point.on(trials);
                Heard { condition: *condition, missed, delay_ms, response_ms }
            };
            Setting {
                target_per_hour: target.map(|(per_hour, _)| per_hour),
                chosen_on: target.map(|(_, kind)| kind),
                threshold: point.threshold,
                real: rate(0),
                synthetic: rate(1),
                conditions: outcome.trials.iter().map(of_condition).collect(),
            }
        };
        let mut settings = vec![at(OperatingPoint { threshold: None }, None)];
        for (kind, alarms) in kinds.iter().filter(|kind| heard(kind)) {
            for target in TARGETS {
                settings.extend(
                    OperatingPoint::at_most(target, alarms).map(|point| at(point, Some((target, *kind)))),
                );
            }
        }
        let curve = |(condition, trials): &(Condition, Vec<Trial>), (kind, alarms): &(Kind, Alarms)| {
            let det = Det::new(trials, alarms);
            let points = det.points.iter().map(|point| CurvePoint {
                threshold: point.threshold,
                alarms: point.alarms,
                missed: Share::new(point.missed, det.of),
            });
            Curve { condition: *condition, kind: *kind, hours: det.hours, points: points.collect() }
        };
        let curves = outcome
            .trials
            .iter()
            .flat_map(|trials| kinds.iter().filter(|kind| heard(kind)).map(move |kind| curve(trials, kind)))
            .collect();
        let sources = outcome.alarms.iter().filter_map(|(name, kind, alarms)| {
            Some(Source { name: name.clone(), kind: (*kind)?, rate: alarms.rate(None) })
        });
        let (count, of) = outcome.other_words;
        Word {
            word: word.to_owned(),
            settings,
            curves,
            sources: sources.collect(),
            other_words: (of > 0).then(|| Share::new(count, of)),
        }
    }
}

impl Word {
    /// Whether anything was played for it; without recordings, only the cost is known.
    pub fn is_measured(&self) -> bool {
        self.settings.iter().any(|s| !s.conditions.is_empty() || s.real.is_some() || s.synthetic.is_some())
    }
}

impl Setting {
    /// In words: `as set`, `at most 0.5 an hour`.
    pub fn name(&self) -> String {
        match (self.target_per_hour, self.chosen_on) {
            (Some(target), Some(Kind::Synthetic)) => format!("≤ {target}/h synthetic"),
            (Some(target), _) => format!("≤ {target}/h"),
            (None, _) => "as set".into(),
        }
    }

    /// Whether the hours are too few to tell a rate as low as the one that was aimed at.
    pub fn is_beyond_its_hours(&self) -> bool {
        let rate = match self.chosen_on {
            Some(Kind::Synthetic) => self.synthetic,
            _ => self.real,
        };
        match (self.target_per_hour, rate) {
            (Some(target), Some(rate)) => target * rate.hours < 1.0,
            _ => false,
        }
    }
}

/// `3.8 % (1.0–12.8)`.
pub fn percent(share: &Share) -> String {
    let Share { interval, .. } = share;
    format!("{:.1} % ({:.1}–{:.1})", share.share * 100.0, interval.low * 100.0, interval.high * 100.0)
}

/// `0.23/h (0.01–1.26)`.
pub fn per_hour(rate: &Rate) -> String {
    format!("{:.2}/h ({:.2}–{:.2})", rate.per_hour, rate.interval.low, rate.interval.high)
}

/// The figures as a terminal shows them.
pub fn table(report: &Report) -> String {
    let mut text = String::new();
    // Writing into a string does not fail.
    let _ = write_table(report, &mut text);
    text
}

fn write_table(report: &Report, text: &mut String) -> std::fmt::Result {
    for kind in [Kind::Real, Kind::Synthetic] {
        let those: Vec<&Negatives> = report.negatives.iter().filter(|n| n.kind == kind).collect();
        let hours: f64 = those.iter().map(|n| n.hours).sum();
        if hours > 0.0 {
            let what = if kind == Kind::Real { "recorded" } else { "synthetic" };
            writeln!(text, "{hours:.2} h of {what} negatives ({} sources)", those.len())?;
        }
    }
    for engine in &report.engines {
        writeln!(text, "\n{}", engine.name)?;
        writeln!(text, "  {}", cost(&engine.cost))?;
        for word in engine.words.iter().filter(|word| word.is_measured()) {
            writeln!(text, "\n  {}", word.word)?;
            word_table(word, text)?;
        }
    }
    for note in &report.notes {
        writeln!(text, "\n{note}")?;
    }
    Ok(())
}

/// What an engine takes, in a line.
pub fn cost(cost: &Cost) -> String {
    let mut parts = Vec::new();
    if let Some(hop) = cost.hop {
        let of = cost.hop_ms.unwrap_or_default();
        parts
            .push(format!("a hop of {of} ms: p50 {:.3} ms, p95 {:.3}, p99 {:.3}", hop.p50, hop.p95, hop.p99));
    }
    if let Some(share) = cost.core_percent {
        parts.push(format!("{share:.2} % of a core"));
    }
    if let Some(share) = cost.quiet_core_percent {
        parts.push(format!("{share:.2} % in a quiet room"));
    }
    if let Some(memory) = cost.memory_mb {
        parts.push(format!("{memory:.1} MB"));
    }
    parts.join("; ")
}

fn word_table(word: &Word, text: &mut String) -> std::fmt::Result {
    let Some(first) = word.settings.first() else { return Ok(()) };
    let mut head = vec!["setting".to_owned(), "threshold".into(), "recorded".into(), "synthetic".into()];
    head.extend(first.conditions.iter().map(|heard| format!("missed, {}", heard.condition)));
    head.push("delay p50/p95/p99".into());
    let mut rows = vec![head];
    for setting in &word.settings {
        let rate = |rate: Option<Rate>| {
            rate.map_or("–".into(), |rate| format!("{} {}", rate.count, per_hour(&rate)))
        };
        let mut row = vec![
            format!("{}{}", setting.name(), if setting.is_beyond_its_hours() { " *" } else { "" }),
            setting.threshold.map_or("–".into(), |threshold| format!("{threshold:.3}")),
            rate(setting.real),
            rate(setting.synthetic),
        ];
        row.extend(setting.conditions.iter().map(|heard| percent(&heard.missed)));
        let delay = setting.conditions.iter().map(|heard| heard.response_ms).find(|delay| delay.n > 0);
        row.push(delay.map_or("–".into(), |d| format!("{:.0}/{:.0}/{:.0} ms", d.p50, d.p95, d.p99)));
        rows.push(row);
    }
    let widths: Vec<usize> = (0..rows[0].len())
        .map(|n| rows.iter().map(|row| row[n].chars().count()).max().unwrap_or(0))
        .collect();
    for row in &rows {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:<width$}"));
        writeln!(text, "    {}", cells.collect::<Vec<_>>().join("  ").trim_end())?;
    }
    if word.settings.iter().any(Setting::is_beyond_its_hours) {
        writeln!(
            text,
            "    * fewer hours than this rate needs for one alarm: the lowest threshold without any"
        )?;
    }
    let sources: Vec<String> = word
        .sources
        .iter()
        .filter(|source| source.rate.count > 0)
        .map(|source| format!("{} in {}", source.rate.count, source.name))
        .collect();
    if !sources.is_empty() {
        writeln!(text, "    false alarms as set: {}", sources.join(", "))?;
    }
    if let Some(share) = word.other_words {
        writeln!(text, "    heard in {} of {} recordings of other words", share.count, share.of)?;
    }
    Ok(())
}

#[cfg(test)]
pub(crate) mod tests {
    use expect_test::expect;
    use mynah_audio::Samples;

    use super::*;
    use crate::det::Answer;
    use crate::{Hit, Track};

    /// Two engines, two words, two conditions.
    pub(crate) fn example() -> Report {
        let trials = |scores: &[f32], own: f32| -> Vec<Trial> {
            scores
                .iter()
                .map(|&score| {
                    let answer = Answer { score, delay_ms: 20.0 + 100.0 * f64::from(score), compute_ms: 0.1 };
                    Trial { answers: vec![answer], own: (score >= own).then_some(answer) }
                })
                .collect()
        };
        let alarms = |scores: &[f32], hours, own: f32| Alarms {
            tracks: vec![Track {
                hits: scores.iter().zip(1..).map(|(&score, n)| Hit { at: n * 32_000, score }).collect(),
                gap: Samples(16_000),
            }],
            hours,
            own: scores.iter().filter(|score| **score >= own).count() as u64,
        };
        let outcome = |own| Outcome {
            trials: vec![
                (Condition::default(), trials(&[0.99, 0.95, 0.9, 0.97, 0.8], own)),
                (
                    Condition { snr_db: Some(10.0), ..Condition::default() },
                    trials(&[0.9, 0.2, 0.6, 0.95, 0.4], own),
                ),
            ],
            alarms: vec![
                ("readers".into(), Some(Kind::Real), alarms(&[0.3, 0.75, 0.6], 2.5, own)),
                ("noise & music".into(), Some(Kind::Real), alarms(&[0.2], 1.5, own)),
                ("espeak-ng en-us".into(), Some(Kind::Synthetic), alarms(&[0.5, 0.85], 50.0, own)),
            ],
            other_words: (1, 20),
        };
        let engine = |name: &str, own| Engine {
            name: name.into(),
            cost: Cost {
                hop_ms: Some(20.0),
                hop: Some(Quantiles { n: 1000, p50: 0.02, p95: 0.03, p99: 0.05 }),
                core_percent: Some(0.1),
                memory_mb: Some(3.2),
                quiet_core_percent: None,
            },
            words: vec![Word::new("computer", &outcome(own)), Word::new("jarvis", &outcome(own))],
        };
        let negatives = |name: &str, kind, hours| Negatives {
            name: name.into(),
            kind,
            recordings: 10,
            hours,
            left_out: 0,
        };
        Report {
            format: 1,
            program: "mynah 0.1.0".into(),
            command: "mynah bench wake".into(),
            machine: "2 cores".into(),
            seed: 1,
            latest_ms: 1000,
            positives: vec![Positives { word: "computer".into(), recordings: 5, left_out: 0 }],
            negatives: vec![
                negatives("readers", Kind::Real, 2.5),
                negatives("noise & music", Kind::Real, 1.5),
                negatives("espeak-ng en-us", Kind::Synthetic, 50.0),
            ],
            engines: vec![engine("mynah-wake", 0.7), engine("<other>", 0.5)],
            notes: vec![
                "Thresholds that are chosen on the negatives on which they are judged flatter.".into(),
            ],
        }
    }

    #[test]
    fn the_table_says_it_all() {
        let mut report = example();
        report.engines.truncate(1);
        report.engines[0].words.truncate(1);
        expect![[r#"
            4.00 h of recorded negatives (2 sources)
            50.00 h of synthetic negatives (1 sources)

            mynah-wake
              a hop of 20 ms: p50 0.020 ms, p95 0.030, p99 0.050; 0.10 % of a core; 3.2 MB

              computer
                setting            threshold  recorded              synthetic             missed, clean     missed, 10dB        delay p50/p95/p99
                as set             –          1 0.25/h (0.01–1.39)  1 0.02/h (0.00–0.11)  0.0 % (0.0–43.4)  60.0 % (23.1–88.2)  115/119/119 ms
                ≤ 0.1/h *          0.755      0 0.00/h (0.00–0.92)  1 0.02/h (0.00–0.11)  0.0 % (0.0–43.4)  60.0 % (23.1–88.2)  115/119/119 ms
                ≤ 0.5/h            0.306      2 0.50/h (0.06–1.81)  2 0.04/h (0.00–0.14)  0.0 % (0.0–43.4)  20.0 % (3.6–62.4)   115/119/119 ms
                ≤ 1/h              0.050      4 1.00/h (0.27–2.56)  2 0.04/h (0.00–0.14)  0.0 % (0.0–43.4)  0.0 % (0.0–43.4)    115/119/119 ms
                ≤ 0.1/h synthetic  0.050      4 1.00/h (0.27–2.56)  2 0.04/h (0.00–0.14)  0.0 % (0.0–43.4)  0.0 % (0.0–43.4)    115/119/119 ms
                ≤ 0.5/h synthetic  0.050      4 1.00/h (0.27–2.56)  2 0.04/h (0.00–0.14)  0.0 % (0.0–43.4)  0.0 % (0.0–43.4)    115/119/119 ms
                ≤ 1/h synthetic    0.050      4 1.00/h (0.27–2.56)  2 0.04/h (0.00–0.14)  0.0 % (0.0–43.4)  0.0 % (0.0–43.4)    115/119/119 ms
                * fewer hours than this rate needs for one alarm: the lowest threshold without any
                false alarms as set: 1 in readers, 1 in espeak-ng en-us
                heard in 1 of 20 recordings of other words

            Thresholds that are chosen on the negatives on which they are judged flatter.
        "#]].assert_eq(&table(&report));
    }

    #[test]
    fn json_has_no_infinity() {
        let mut report = example();
        report.engines[0].words[0].sources[0].rate = Rate::new(1, 0.0);
        let json = serde_json::to_string(&report).unwrap_or_default();
        assert!(json.contains(r#""high":null"#));
        assert!(json.contains(r#""condition":"10dB""#));
    }
}
