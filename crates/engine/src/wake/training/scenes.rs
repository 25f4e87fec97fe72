//! Training scenes: 3.2 s of sound with or without the phrase, as the encoder hears it (`scenes.py` and `augment.py` of
//! models/training, for one phrase).

use std::ops::Range;
use std::thread;

use mynah_audio::{Draw, FRAME_SAMPLES, LogMel, Room, SAMPLE_RATE, align, convolve, mix};

use super::super::Head;
use super::super::network::{INPUTS, Level, Network};
use super::{Example, Lesson, TrainError};

/// Steps of 20 ms in a scene.
pub(super) const STEPS: usize = 160;
const STEP: usize = 2 * FRAME_SAMPLES;
const SAMPLES: usize = STEPS * STEP;
/// A level that a stream starts with.
const FRESH: f32 = -5.0;
/// The score may rise so long after the word, in samples,
const LATE: usize = SAMPLE_RATE as usize * 16 / 100;
/// and so long before the end that was found.
const SLACK: usize = SAMPLE_RATE as usize / 10;
/// For a recording whose sound is longer than this it is not known where the phrase ends.
const LONGEST: usize = SAMPLE_RATE as usize * 16 / 10;
/// Steps after a word that stand for nothing.
const AFTER: usize = 15;
const ROOMS: usize = 40;
/// Alarms are so many steps apart.
const APART: usize = 50;

/// What a step of a scene should score.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// Nothing.
    Silent,
    /// Somewhere here it must rise.
    Window,
    /// Whatever it likes.
    Free,
}

/// What a scene is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Theme {
    /// The phrase is said.
    Phrase,
    /// Something else is.
    Else,
}

/// A scene as the encoder hears it.
#[derive(Clone, Debug)]
pub(super) struct Scene {
    /// [`STEPS`] rows, each value the upper half of a float: a quarter of a thousandth is exact enough, and half the memory.
    rows: Vec<u16>,
    /// The steps in which the score must rise; empty without the phrase.
    pub(super) window: Range<usize>,
}

/// Local maxima of scores in negatives.
pub(super) struct Peaks {
    /// The highest first.
    pub(super) scores: Vec<f32>,
    pub(super) hours: f32,
}

/// Where scenes are made: one part of a lesson, rooms, and an encoder.
pub(super) struct Stage<'a> {
    network: &'a Network,
    positives: Drawn<'a>,
    negatives: Drawn<'a>,
    noises: &'a [Vec<f32>],
    rooms: Vec<Vec<f32>>,
    seed: u64,
}

/// Examples, drawn by their weights.
struct Drawn<'a> {
    examples: Vec<&'a Example>,
    /// Weights, summed up.
    sums: Vec<f32>,
    /// Where the word lies.
    places: Vec<Option<Range<usize>>>,
}

/// A stretch of sound; where a word in it ends, and how unsure that is.
struct Spoken {
    samples: Vec<f32>,
    end: usize,
    slack: usize,
}

impl Scene {
    /// The row of a step.
    pub(super) fn row(&self, step: usize) -> impl Iterator<Item = f32> {
        let width = self.rows.len() / STEPS;
        self.rows[step * width..][..width].iter().map(|half| f32::from_bits(u32::from(*half) << 16))
    }

    pub(super) fn label(&self, step: usize) -> Label {
        let Range { start, end } = self.window;
        match step {
            _ if self.window.contains(&step) => Label::Window,
            _ if start < end && (end..end + AFTER).contains(&step) => Label::Free,
            _ => Label::Silent,
        }
    }

    /// The highest score that so many steps hold while the word counts.
    pub(super) fn best(&self, head: &Head, patience: u32) -> f32 {
        let mut past = head.past();
        let mut row = Vec::new();
        let scores: Vec<f32> = (0..STEPS)
            .map(|step| {
                row.clear();
                row.extend(self.row(step));
                head.step(&row, &mut past)
            })
            .collect();
        let last = (self.window.end + AFTER).min(STEPS);
        held(&scores, patience).take(last).skip(self.window.start).fold(0.0, f32::max)
    }
}

/// At each step the least of the last ones.
fn held(scores: &[f32], patience: u32) -> impl Iterator<Item = f32> {
    let before = patience.max(1) as usize - 1;
    (0..scores.len()).map(move |step| {
        scores[step.saturating_sub(before)..=step].iter().copied().fold(f32::INFINITY, f32::min)
    })
}

impl<'a> Stage<'a> {
    /// Of what is kept aside, or of what is not.
    pub(super) fn new(network: &'a Network, lesson: &'a Lesson, aside: bool) -> Self {
        let part =
            |examples: &'a [Example]| examples.iter().filter(|example| example.aside == aside).collect();
        let mut draw = Draw::new(lesson.seed, &["rooms", if aside { "aside" } else { "learned" }]);
        Stage {
            network,
            positives: Drawn::new(part(&lesson.positives)),
            negatives: Drawn::new(part(&lesson.negatives)),
            noises: &lesson.noises,
            rooms: (0..ROOMS).map(|_| Room::draw(&mut draw).response()).collect(),
            seed: lesson.seed ^ u64::from(aside),
        }
    }

    /// So many scenes, on all cores.
    pub(super) fn perform(
        &self,
        theme: Theme,
        count: usize,
        progress: &mut dyn FnMut(f32) -> Result<(), TrainError>,
    ) -> Result<Vec<Scene>, TrainError> {
        on_all_cores(count, |n| self.scene(theme, n), progress)
    }

    /// The alarms that a head gives in the negatives, each heard as a stream of its own.
    pub(super) fn alarms(
        &self,
        head: &Head,
        progress: &mut dyn FnMut(f32) -> Result<(), TrainError>,
    ) -> Result<Peaks, TrainError> {
        let examples = &self.negatives.examples;
        let peaks = on_all_cores(examples.len(), |n| self.peaks(head, &examples[n].samples), progress)?;
        let mut scores: Vec<f32> = peaks.into_iter().flatten().collect();
        scores.sort_by(|a, b| b.total_cmp(a));
        let samples: usize = examples.iter().map(|example| example.samples.len()).sum();
        Ok(Peaks { scores, hours: samples as f32 / SAMPLE_RATE as f32 / 3600.0 })
    }

    fn peaks(&self, head: &Head, samples: &[f32]) -> Vec<f32> {
        let mut past = head.past();
        let mut scores = Vec::new();
        hear(self.network, samples, Some(FRESH), &mut |row| scores.push(head.step(row, &mut past)));
        let mut held: Vec<f32> = held(&scores, head.word().patience).collect();
        let mut found = Vec::new();
        while let Some((at, score)) = held
            .iter()
            .copied()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .filter(|(_, score)| *score >= 0.1)
        {
            found.push(score);
            let last = (at + APART).min(held.len());
            held[at.saturating_sub(APART)..last].fill(0.0);
        }
        found
    }

    fn scene(&self, theme: Theme, n: usize) -> Scene {
        let mut draw =
            Draw::new(self.seed, &[if theme == Theme::Phrase { "phrase" } else { "else" }, &n.to_string()]);
        let mut samples = vec![0.0; SAMPLES];
        let window = match theme {
            Theme::Phrase => self.phrase(&mut samples, &mut draw),
            Theme::Else => {
                self.something_else(&mut samples, &mut draw);
                0..0
            }
        };
        self.treat(&mut samples, &mut draw);
        let mut rows = Vec::with_capacity(STEPS * self.network.channels());
        // Half of the streams have just begun, the others have run for a while in the same place.
        let level = (draw.index(2) == 0).then_some(FRESH);
        hear(self.network, &samples, level, &mut |row| {
            rows.extend(row.iter().map(|value| (value.to_bits() >> 16) as u16));
        });
        Scene { rows, window }
    }

    /// The phrase, between silence or speech. Gives the steps in which the score must rise.
    fn phrase(&self, scene: &mut [f32], draw: &mut Draw) -> Range<usize> {
        let word = self.positives.word(draw);
        let (mut before, mut pause) = (Vec::new(), 0);
        if chance(draw, 0.25) {
            before = self.negatives.stretch(seconds(draw, 0.3, 1.2), draw);
            pause = seconds(draw, 0.05, 0.5);
        }
        let level = mix::speech_rms(&word.samples);
        as_loud(&mut before, level, draw);
        let room = SAMPLES.saturating_sub(LATE + word.end + before.len() + pause);
        let mut lead = (draw.between(0.0, 1.0) * room.min(SAMPLES / 2) as f64) as usize;
        let mut start = lead + before.len() + pause;
        if start + word.end + LATE > SAMPLES {
            (before, lead) = (Vec::new(), 0);
            start = SAMPLES.saturating_sub(LATE + word.end + 800);
        }
        paste(scene, &before, lead);
        paste(scene, &word.samples, start);
        if chance(draw, 0.55) {
            let mut after = self.negatives.stretch(SAMPLES, draw);
            as_loud(&mut after, level, draw);
            let gap = draw.between(-0.1, 0.25).max(0.0) * f64::from(SAMPLE_RATE);
            paste(scene, &after, start + word.samples.len() + gap as usize);
        }
        let end = start + word.end;
        let last = (end + word.slack.min(LATE) + LATE) / STEP;
        end.saturating_sub(word.slack) / STEP..last.min(STEPS)
    }

    fn something_else(&self, scene: &mut [f32], draw: &mut Draw) {
        let mut piece = match draw.between(0.0, 1.0) {
            // The beginning or the end of the phrase is not the phrase.
            share if share < 0.1 => {
                let word = self.positives.word(draw);
                let (start, end) = (0.55 * word.end as f64, draw.between(0.3, 0.55) * word.end as f64);
                let mut part = match draw.index(2) {
                    0 => word.samples[..end as usize].to_vec(),
                    _ => word.samples[start as usize..].to_vec(),
                };
                if chance(draw, 0.7) {
                    let level = mix::speech_rms(&part);
                    let mut more = self.negatives.stretch(SAMPLES, draw);
                    as_loud(&mut more, level, draw);
                    part.extend(more);
                }
                part
            }
            share if share < 0.95 => self.negatives.stretch(SAMPLES, draw),
            _ => Vec::new(),
        };
        if chance(draw, 0.4) {
            piece = at_speed(&piece, draw.between(0.87, 1.15));
        }
        let room = SAMPLES.saturating_sub(piece.len()).max(SAMPLES / 6);
        let lead = draw.index(room);
        paste(scene, &piece, lead);
        let after = lead + piece.len() + seconds(draw, 0.0, 0.4);
        if after + SAMPLES / 6 < SAMPLES && !piece.is_empty() && chance(draw, 0.5) {
            let mut more = self.negatives.stretch(SAMPLES, draw);
            as_loud(&mut more, mix::speech_rms(&piece), draw);
            paste(scene, &more, after);
        }
    }

    /// Room, microphone, noise and level: what lies between the mouth and the network.
    fn treat(&self, scene: &mut Vec<f32>, draw: &mut Draw) {
        let level = Some(mix::speech_rms(scene)).filter(|level| *level > 1e-6).unwrap_or(0.03);
        if chance(draw, 0.4)
            && let Some(response) = draw.choose(&self.rooms)
        {
            *scene = convolve(scene, response);
            let factor = level / mix::speech_rms(scene).max(1e-9);
            scene.iter_mut().for_each(|sample| *sample *= factor);
        }
        if chance(draw, 0.7) {
            let snr = if chance(draw, 0.5) { draw.between(0.0, 12.0) } else { draw.between(10.0, 30.0) };
            match draw
                .choose(self.noises)
                .filter(|noise| !noise.is_empty())
                .filter(|_| draw.clone().index(4) > 0)
            {
                Some(noise) => {
                    let from = draw.index(noise.len());
                    mix::add_noise(scene, noise, from, level, snr as f32);
                }
                None => {
                    mix::add_noise(scene, &made_up_noise(draw), 0, level, snr as f32);
                }
            }
        }
        if chance(draw, 0.1) {
            // Somebody else, or a television.
            let babble = self.negatives.stretch(SAMPLES, draw);
            mix::add_noise(scene, &babble, 0, level, draw.between(8.0, 25.0) as f32);
        }
        if chance(draw, 0.5) {
            colour(scene, draw);
        }
        let hiss = level * mix::gain(draw.between(-75.0, -30.0) as f32);
        scene.iter_mut().for_each(|sample| *sample += draw.noise(hiss));
        mix::set_peak(scene, draw.between(-40.0, 0.0) as f32);
        if chance(draw, 0.04) {
            let over = draw.between(1.0, 4.0) as f32;
            scene.iter_mut().for_each(|sample| *sample = (*sample * over).clamp(-1.0, 1.0));
        }
        scene.iter_mut().for_each(|sample| *sample = (*sample * 32768.0).round() / 32768.0);
    }
}

impl<'a> Drawn<'a> {
    fn new(examples: Vec<&'a Example>) -> Self {
        let sums = examples.iter().scan(0.0, |sum, example| {
            *sum += example.weight.max(0.0);
            Some(*sum)
        });
        let short = |example: &&Example| example.samples.len() < SAMPLES * 2;
        Drawn {
            sums: sums.collect(),
            places: examples.iter().map(|e| short(e).then(|| align::word(&e.samples)).flatten()).collect(),
            examples,
        }
    }

    fn draw(&self, draw: &mut Draw) -> usize {
        let all = self.sums.last().copied().unwrap_or_default();
        let at = draw.between(0.0, 1.0) as f32 * all;
        self.sums.partition_point(|sum| *sum <= at).min(self.examples.len() - 1)
    }

    /// One of them, cut close to its sound, at some speed.
    fn word(&self, draw: &mut Draw) -> Spoken {
        let n = self.draw(draw);
        let samples = &self.examples[n].samples;
        let (place, slack) = match self.places[n].clone() {
            Some(place) if place.len() <= LONGEST => (place, SLACK),
            // Noise or music hides where it is.
            _ => (
                0..samples.len().min(SAMPLES - LATE),
                samples.len().saturating_sub(SAMPLE_RATE as usize * 4 / 10),
            ),
        };
        let begin = place.start.saturating_sub(seconds(draw, 0.0, 0.15));
        let last = (place.end + seconds(draw, 0.0, 0.12)).min(samples.len());
        let factor = if chance(draw, 0.6) { draw.between(0.87, 1.15) } else { 1.0 };
        let scaled = |samples: usize| (samples as f64 / factor) as usize;
        let sound = at_speed(&samples[begin..last], factor);
        let end = scaled(place.end - begin).min(sound.len());
        Spoken { end, slack: scaled(slack).clamp(SLACK, SAMPLES), samples: sound }
    }

    /// At most so much of one of them.
    fn stretch(&self, most: usize, draw: &mut Draw) -> Vec<f32> {
        let samples = &self.examples[self.draw(draw)].samples;
        let begin = draw.index(samples.len().saturating_sub(most / 2).max(1));
        samples[begin..(begin + most).min(samples.len())].to_vec()
    }
}

/// Runs the encoder over a stream: a row of activations for each step. `level`: what the stream starts with; otherwise
/// it has run for a while.
fn hear(network: &Network, samples: &[f32], level: Option<f32>, take: &mut dyn FnMut(&[f32])) {
    let mut mel = LogMel::new();
    let frames: Vec<_> =
        samples.as_chunks::<FRAME_SAMPLES>().0.iter().map(|frame| *mel.push(frame)).collect();
    let running = || {
        let first = &frames[..frames.len().min(30)];
        first.iter().flatten().sum::<f32>()
            / (first.len() * first.first().map_or(1, |f| f.len())).max(1) as f32
    };
    let mut level = Level::at(level.unwrap_or_else(running));
    let (mut past, mut step) = (network.past(), [0.0; INPUTS]);
    let mut scores = vec![0.0; network.scores()];
    for pair in frames.chunks_exact(2) {
        let (first, second) = step.split_at_mut(INPUTS / 2);
        first.copy_from_slice(&pair[0]);
        second.copy_from_slice(&pair[1]);
        network.normalise(&mut step, &mut level);
        network.step(&step, &mut past, &mut scores);
        take(network.activations(&past));
    }
}

/// `make` of each number below `count`, in order, on all cores.
fn on_all_cores<T: Send>(
    count: usize,
    make: impl Fn(usize) -> T + Sync,
    progress: &mut dyn FnMut(f32) -> Result<(), TrainError>,
) -> Result<Vec<T>, TrainError> {
    const AT_ONCE: usize = 64;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut made = Vec::with_capacity(count);
    while made.len() < count {
        progress(made.len() as f32 / count as f32)?;
        let first = made.len();
        let due = first..(first + AT_ONCE).min(count);
        let each = due.len().div_ceil(cores);
        thread::scope(|scope| {
            let parts: Vec<_> = (0..cores)
                .map(|core| (first + core * each).min(due.end)..(first + (core + 1) * each).min(due.end))
                .map(|part| scope.spawn(|| part.map(&make).collect::<Vec<T>>()))
                .collect();
            for part in parts {
                // A panic goes on in this thread.
                made.extend(part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)));
            }
        });
    }
    Ok(made)
}

fn chance(draw: &mut Draw, share: f64) -> bool {
    draw.between(0.0, 1.0) < share
}

/// A time, in samples.
fn seconds(draw: &mut Draw, low: f64, high: f64) -> usize {
    (draw.between(low, high) * f64::from(SAMPLE_RATE)) as usize
}

/// Adds a piece to a scene, cut at its end, faded in and out over 5 ms.
fn paste(scene: &mut [f32], piece: &[f32], at: usize) {
    const FADE: usize = 80;
    for (n, (to, from)) in scene.iter_mut().skip(at).zip(piece).enumerate() {
        let edge = n.min(piece.len() - 1 - n);
        *to += from * (edge as f32 / FADE as f32).min(1.0);
    }
}

/// As loud as the speech beside it, within a few decibels.
fn as_loud(samples: &mut [f32], level: f32, draw: &mut Draw) {
    let factor = level / mix::speech_rms(samples).max(1e-6) * mix::gain(draw.between(-5.0, 5.0) as f32);
    samples.iter_mut().for_each(|sample| *sample *= factor);
}

/// Faster and higher for factors above 1.
fn at_speed(samples: &[f32], factor: f64) -> Vec<f32> {
    let length = (samples.len().saturating_sub(1) as f64 / factor) as usize;
    let at = |n: usize| {
        let place = n as f64 * factor;
        let (whole, rest) = (place as usize, place.fract() as f32);
        let next = samples.get(whole + 1).copied().unwrap_or_default();
        samples[whole] * (1.0 - rest) + next * rest
    };
    (0..length).map(at).collect()
}

/// Noise of a random colour, steady or in bursts, sometimes with tones as of a machine or music.
fn made_up_noise(draw: &mut Draw) -> Vec<f32> {
    let pole = draw.between(-0.5, 0.97) as f32;
    let burst = chance(draw, 0.4).then(|| draw.between(0.5, 6.0));
    let tones: Vec<(f64, f32)> = match chance(draw, 0.35) {
        true => (0..1 + draw.index(5))
            .map(|_| (draw.between(50.0, 2500.0), draw.between(0.2, 2.0) as f32))
            .collect(),
        false => Vec::new(),
    };
    let (mut last, rate) = (0.0, f64::from(SAMPLE_RATE));
    let turn = std::f64::consts::TAU / rate;
    (0..SAMPLES)
        .map(|n| {
            last = last * pole + draw.noise(1.0);
            let beat = burst.map_or(1.0, |hertz| (0.55 + 0.45 * (hertz * turn * n as f64).sin()) as f32);
            let tone: f32 =
                tones.iter().map(|(hertz, loud)| loud * (hertz * turn * n as f64).sin() as f32).sum();
            last * beat + tone * beat
        })
        .collect()
}

/// A microphone's colour: a tilt, and sometimes a cut at the low or at the high end.
fn colour(samples: &mut [f32], draw: &mut Draw) {
    let tilt = draw.between(-0.6, 0.6) as f32;
    let (low, high) = (chance(draw, 0.3), chance(draw, 0.2));
    let (keep, smooth) = (draw.between(0.9, 0.98) as f32, draw.between(0.2, 0.6) as f32);
    let (mut before, mut dull, mut through, mut cut) = (0.0, 0.0, 0.0, 0.0);
    for sample in samples {
        let mut now = *sample + tilt * before;
        before = *sample;
        if high {
            dull = smooth * dull + (1.0 - smooth) * now;
            now = dull;
        }
        if low {
            cut = now - through + keep * cut;
            through = now;
            now = cut;
        }
        *sample = now;
    }
}
