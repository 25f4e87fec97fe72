//! What a new head misses and where it is alarmed, in what was kept aside, heard as `mynah run` would hear it.

use std::fmt::Write as _;

use mynah_assistant::ports::WakeWord;
use mynah_audio::{Draw, FRAME_SAMPLES, Frame, Room, SAMPLE_RATE, SamplePos, Samples, align};
use mynah_engine::ctc::AcousticModel;
use mynah_engine::wake::training::{Example, Lesson};
use mynah_engine::wake::{WakeModel, WordConfig};
use mynah_measure::{Condition, Scene, Surroundings, poisson, wilson};
use serde::Serialize;

/// A word counts as missed when it is not heard so long after its end.
const LATEST: Samples = Samples::from_millis(1000);
const CONDITIONS: [&str; 3] = ["clean", "10dB", "room"];

/// Figures, alone and confirmed by the phones.
#[derive(Serialize)]
pub struct Trial {
    /// Recordings of the phrase, and hours without it.
    recordings: u64,
    hours: f64,
    stages: Vec<Stage>,
}

#[derive(Serialize)]
struct Stage {
    name: &'static str,
    /// Recordings missed under each of the conditions.
    missed: Vec<(&'static str, u64)>,
    false_alarms: u64,
}

/// Plays what was kept aside.
pub fn hear(model: &WakeModel, lesson: &Lesson, phones: Option<&AcousticModel>) -> anyhow::Result<Trial> {
    let words = [WordConfig::new(lesson.id.as_str())];
    let mut stages = vec![stage("the head alone", &mut model.stream(&words)?, lesson)?];
    if let Some(phones) = phones {
        stages.push(stage("confirmed by its sounds", &mut model.confirmed(&words, phones)?, lesson)?);
    }
    let aside = |examples: &[Example]| -> (u64, usize) {
        let kept = examples.iter().filter(|example| example.aside);
        kept.fold((0, 0), |(n, samples), example| (n + 1, samples + example.samples.len()))
    };
    let (recordings, hours) = (aside(&lesson.positives).0, aside(&lesson.negatives).1);
    Ok(Trial { recordings, hours: hours as f64 / f64::from(SAMPLE_RATE) / 3600.0, stages })
}

fn stage(name: &'static str, ear: &mut impl WakeWord, lesson: &Lesson) -> anyhow::Result<Stage> {
    let mut missed = Vec::new();
    for text in CONDITIONS {
        let condition: Condition = text.parse().unwrap_or_default();
        let mut count = 0;
        for (n, example) in lesson.positives.iter().filter(|example| example.aside).enumerate() {
            let mut draw = Draw::new(lesson.seed, &["trial", text, &n.to_string()]);
            let place = align::word(&example.samples).unwrap_or(0..example.samples.len());
            let noise: Vec<f32> = (0..SAMPLE_RATE).map(|_| draw.noise(0.1)).collect();
            let response = if condition.room { Room::draw(&mut draw).response() } else { Vec::new() };
            let around = Surroundings { noise: (&noise, 0), response: &response };
            let scene = Scene::new(&example.samples, place, &condition, &around, &mut draw);
            let window = scene.window(LATEST);
            count += u64::from(!detections(ear, &scene.samples)?.iter().any(|at| window.contains(at)));
        }
        missed.push((text, count));
    }
    let mut false_alarms = 0;
    for example in lesson.negatives.iter().filter(|example| example.aside) {
        false_alarms += detections(ear, &example.samples)?.len() as u64;
    }
    Ok(Stage { name, missed, false_alarms })
}

/// Where something was heard, in samples.
fn detections(ear: &mut impl WakeWord, samples: &[f32]) -> anyhow::Result<Vec<usize>> {
    ear.reset();
    let mut found = Vec::new();
    for (n, samples) in samples.as_chunks::<FRAME_SAMPLES>().0.iter().enumerate() {
        let frame = Frame::new(SamplePos((n * FRAME_SAMPLES) as u64), *samples);
        if ear.push(&frame)?.is_some() {
            found.push(frame.end().0 as usize);
        }
    }
    Ok(found)
}

impl Trial {
    /// For people.
    pub fn table(&self) -> String {
        let Trial { recordings, hours, stages } = self;
        let mut out = String::new();
        for Stage { name, missed, false_alarms } in stages {
            let shares: Vec<String> = missed
                .iter()
                .map(|(condition, missed)| {
                    let interval = wilson(*missed, *recordings);
                    let percent = 100.0 * *missed as f64 / (*recordings).max(1) as f64;
                    format!("{percent:.1} % {condition} (at most {:.0})", 100.0 * interval.high)
                })
                .collect();
            let most = poisson(*false_alarms, *hours).high;
            // Writing into a String cannot fail.
            let _ = writeln!(
                out,
                "  {name}: missed {}; {false_alarms} false alarms in {:.0} minutes (at most {most:.1} an hour)",
                shares.join(", "),
                hours * 60.0,
            );
        }
        let _ = writeln!(out, "  {recordings} recordings of the phrase; “at most” with 95 % confidence.");
        out
    }
}
