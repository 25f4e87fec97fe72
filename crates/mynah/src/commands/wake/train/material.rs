//! What a head learns from: the phrase and everything else in espeak-ng's voices, and recordings of the household.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use mynah_audio::{Draw, SAMPLE_RATE};
use mynah_engine::speech::EspeakConfig;
use mynah_engine::wake::WakeModel;
use mynah_engine::wake::training::Example;
use mynah_pronounce::{Pronouncer, Pronunciation};
use mynah_skill::Catalog;

use super::super::nearness::Neighbours;
use super::bar;
use crate::cli::WakeTrain;
use crate::commands::bench::wake::recordings::{Only, find, read};
use crate::voices::{ACCENTS, SPEAKERS, speak, voice};
use crate::wake::id;

/// Stretches of sentences in one voice, and how many sentences each has: 40 minutes or so.
const STRETCHES: usize = 120;
const SENTENCES: usize = 8;
/// Phrases that sound like this one, each in so many voices.
const NEAR: usize = 40;
const NEAR_VOICES: usize = 4;
/// What is no further from the phrase, in sounds, is the phrase to every ear.
const SAME: f32 = 0.75;
/// Every so many-th voice and recording is kept aside.
const ASIDE: usize = 5;
/// What part of all that is drawn is recorded, when there are recordings, and what part of the rest sounds like the phrase.
const RECORDED: f32 = 0.6;
const NEAR_SHARE: f32 = 0.3;

/// Sounds by where they come from.
pub struct Material {
    phrase: Sounds,
    near: Sounds,
    speech: Sounds,
    noises: Vec<Vec<f32>>,
}

/// Made and recorded, each with whether it is kept aside.
#[derive(Default)]
struct Sounds {
    made: Vec<(Vec<f32>, bool)>,
    recorded: Vec<(Vec<f32>, bool)>,
}

/// Something to be said.
struct Line {
    text: String,
    how: EspeakConfig,
    aside: bool,
}

impl Material {
    pub fn gather(
        phrase: &str,
        ways: &[Pronunciation],
        skills: &Catalog,
        english: &Pronouncer,
        args: &WakeTrain,
    ) -> anyhow::Result<Material> {
        let neighbours = Neighbours::new(skills, english);
        let mut draw = Draw::new(args.seed, &["voices", phrase]);
        let said: Vec<Line> = (0..args.voices)
            .map(|n| {
                line(["", ".", "!", "?", ","].map(|mark| format!("{phrase}{mark}"))[n % 5].clone(), &mut draw)
            })
            .collect();
        let near: Vec<Line> = near(phrase, ways, &neighbours)?
            .iter()
            .flat_map(|text| std::iter::repeat_n(text, NEAR_VOICES))
            // None is kept aside: the threshold is for what people say all day.
            .map(|text| Line { aside: false, ..line(text.clone(), &mut draw) })
            .collect();
        let sentences: Vec<String> =
            neighbours.sentences().filter(|sentence| !id(sentence).contains(&id(phrase))).collect();
        let stretches: Vec<Line> = (0..STRETCHES)
            .map(|_| {
                let text: Vec<&str> =
                    (0..SENTENCES).filter_map(|_| draw.choose(&sentences)).map(String::as_str).collect();
                line(text.join(". "), &mut draw)
            })
            .collect();
        let bar = bar((said.len() + near.len() + stretches.len()) as u64, "voices");
        let mut made = [said, near, stretches].map(|lines| spoken(&lines, &|| bar.inc(1)));
        bar.finish_and_clear();
        let mut take = |n: usize| std::mem::replace(&mut made[n], Ok(Vec::new()));
        let only = Only::open(args.only.as_deref())?;
        let aside = args.aside.as_deref().map(|file| Only::open(Some(file))).transpose()?;
        let recorded = |folders: &[PathBuf], what: &str| recorded(folders, &only, aside.as_ref(), what);
        Ok(Material {
            phrase: Sounds { made: take(0)?, recorded: recorded(&args.from, "recordings of the phrase")? },
            near: Sounds { made: take(1)?, recorded: Vec::new() },
            speech: Sounds { made: take(2)?, recorded: recorded(&args.negatives, "recordings without it")? },
            noises: recorded(&args.noise, "noise")?.into_iter().map(|(samples, _)| samples).collect(),
        })
    }

    /// The phrase, everything else, and noise, weighed against one another.
    pub fn examples(self) -> (Vec<Example>, Vec<Example>, Vec<Vec<f32>>) {
        let Material { phrase, near, speech, noises } = self;
        let said = shares(&phrase.made, &phrase.recorded);
        let share = shares(&speech.made, &speech.recorded);
        let phrases = [weighed(phrase.made, 1.0 - said, false), weighed(phrase.recorded, said, false)];
        let others = [
            weighed(near.made, NEAR_SHARE * (1.0 - share), false),
            weighed(speech.made, (1.0 - NEAR_SHARE) * (1.0 - share), true),
            weighed(speech.recorded, share, true),
        ];
        (phrases.into_iter().flatten().collect(), others.into_iter().flatten().collect(), noises)
    }

    /// Whether nobody's voice is in the phrase.
    pub fn is_synthetic(&self) -> bool {
        self.phrase.recorded.is_empty()
    }

    /// For a person to read.
    pub fn told(&self, seed: u64) -> String {
        let minutes = |sounds: &[(Vec<f32>, bool)]| {
            let samples: usize = sounds.iter().map(|(samples, _)| samples.len()).sum();
            samples / SAMPLE_RATE as usize / 60
        };
        let count = |sounds: &[(Vec<f32>, bool)]| sounds.iter().filter(|(_, aside)| !aside).count();
        format!(
            "{} recordings and {} times in espeak-ng's voices, against {} and {} minutes of speech (seed {seed})",
            count(&self.phrase.recorded),
            count(&self.phrase.made),
            minutes(&self.speech.recorded),
            minutes(&self.speech.made) + minutes(&self.near.made),
        )
    }
}

/// How much of what is drawn is recorded.
fn shares(made: &[(Vec<f32>, bool)], recorded: &[(Vec<f32>, bool)]) -> f32 {
    match (made.is_empty(), recorded.is_empty()) {
        (_, true) => 0.0,
        (true, false) => 1.0,
        (false, false) => RECORDED,
    }
}

/// Examples that are drawn as often as `share` says, all together; long ones for more.
fn weighed(sounds: Vec<(Vec<f32>, bool)>, share: f32, by_length: bool) -> Vec<Example> {
    let weight = |samples: &[f32]| if by_length { samples.len() as f32 } else { 1.0 };
    let all: f32 = sounds.iter().filter(|(_, aside)| !aside).map(|(samples, _)| weight(samples)).sum();
    let example = |(samples, aside): (Vec<f32>, bool)| {
        let weight = share * weight(&samples) / all.max(1.0);
        Example { samples, weight, aside }
    };
    sounds.into_iter().map(example).collect()
}

/// In one of espeak-ng's voices, at some speed and pitch. Voices that are kept aside say nothing that is learned.
fn line(text: String, draw: &mut Draw) -> Line {
    let aside = draw.index(ASIDE) == 0;
    let part = SPEAKERS.iter().enumerate().filter(|(n, _)| (n % ASIDE == 0) == aside);
    let speakers: Vec<&str> = part.map(|(_, speaker)| *speaker).collect();
    let (_, voice) = voice(&ACCENTS.map(str::to_owned), &speakers, draw);
    let (rate, pitch) = (draw.between(110.0, 240.0) as u32, draw.between(10.0, 90.0) as u32);
    Line { text, how: EspeakConfig { voice, rate, pitch }, aside }
}

/// What may be taken for the phrase: parts of it, the other wake words, and the stretches of sentences that sound most like it.
fn near(phrase: &str, ways: &[Pronunciation], neighbours: &Neighbours) -> anyhow::Result<Vec<String>> {
    let words: Vec<&str> = phrase.split(' ').collect();
    let mut texts: Vec<String> = Vec::new();
    if words.len() > 1 {
        texts.extend(words.iter().map(|word| (*word).to_owned()));
        texts.push(words[1..].join(" "));
        texts.push(words[..words.len() - 1].join(" "));
        // Its beginning with other names, and other beginnings with its name.
        let last = words[words.len() - 1];
        for other in ["robert", "maria", "siri", "sarah", "everybody"] {
            texts.push(format!("{} {other}", words[..words.len() - 1].join(" ")));
        }
        texts.extend(["my", "the", "a", "our"].map(|other| format!("{other} {last}")));
    }
    texts.extend(WakeModel::builtin()?.words().iter().map(|word| word.phrase.to_string()));
    let alike = neighbours.by_nearness(ways).into_iter().filter(|near| near.apart > SAME);
    texts.extend(alike.take(NEAR).map(|near| near.text));
    texts.retain(|text| id(text) != id(phrase));
    texts.sort();
    texts.dedup();
    Ok(texts)
}

/// Lines as they sound, in order, on all cores; those that espeak-ng says nothing for are left out.
fn spoken(lines: &[Line], done: &(impl Fn() + Sync)) -> anyhow::Result<Vec<(Vec<f32>, bool)>> {
    let next = AtomicUsize::new(0);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let mut all: Vec<(usize, anyhow::Result<Vec<f32>>)> = thread::scope(|scope| {
        let work = || {
            let mut made = Vec::new();
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                let Some(Line { text, how, .. }) = lines.get(n) else { return made };
                let sound = speak(text, how);
                let over = sound.is_err();
                made.push((n, sound));
                done();
                if over {
                    return made;
                }
            }
        };
        let threads: Vec<_> = (0..cores).map(|_| scope.spawn(work)).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, Vec<_>>| {
            thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().flat_map(join).collect()
    });
    all.sort_by_key(|(n, _)| *n);
    let sounds = all.into_iter().map(|(n, sound)| Ok((sound?, lines[n].aside)));
    let audible = |sound: &anyhow::Result<(Vec<f32>, bool)>| {
        !sound.as_ref().is_ok_and(|(samples, _)| samples.len() < SAMPLE_RATE as usize / 10)
    };
    sounds.filter(audible).collect()
}

/// The recordings in folders, each with whether it is kept aside: those that `aside` names, or every fifth.
fn recorded(
    folders: &[PathBuf],
    only: &Only,
    aside: Option<&Only>,
    what: &str,
) -> anyhow::Result<Vec<(Vec<f32>, bool)>> {
    let mut sounds = Vec::new();
    for folder in folders {
        let kept = |path: &Path, n: usize| aside.map_or(n.is_multiple_of(ASIDE), |aside| aside.takes(path));
        let files = find(folder, only)?;
        let bar = bar(files.len() as u64, what);
        for (n, file) in files.into_iter().enumerate() {
            bar.inc(1);
            match read(&file.path) {
                Ok(sound) if sound.samples.len() >= SAMPLE_RATE as usize / 10 => {
                    sounds.push((sound.samples, kept(&file.path, n)));
                }
                Ok(_) => {}
                Err(error) => eprintln!("mynah: left out: {error:#}"),
            }
        }
        bar.finish_and_clear();
    }
    Ok(sounds)
}
