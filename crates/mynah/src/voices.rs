//! espeak-ng's voices, to make speech of that nobody recorded.

use std::ops::ControlFlow;

use mynah_assistant::ports::Speech as _;
use mynah_audio::{Draw, SAMPLE_RATE, resample};
use mynah_engine::speech::{Espeak, EspeakConfig};

/// Accents of English.
pub const ACCENTS: [&str; 8] = [
    "en-us",
    "en-gb",
    "en-gb-x-rp",
    "en-gb-scotland",
    "en-gb-x-gbclan",
    "en-gb-x-gbcwmd",
    "en-029",
    "en-us-nyc",
];
/// Voices of people; espeak-ng has whispering and robotic ones too.
pub const SPEAKERS: [&str; 40] = [
    "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5", "Adam", "Alex", "Alicia",
    "Andrea", "Andy", "Annie", "antonio", "belinda", "benjamin", "boris", "caleb", "david", "Denis", "ed",
    "edward", "Gene", "grandma", "grandpa", "Jacky", "john", "lee", "linda", "Marco", "michael", "paul",
    "quincy", "shelby",
];

/// One of `speakers` with one of `accents`; `voice` is then `accent+speaker`.
pub fn voice(accents: &[String], speakers: &[&str], draw: &mut Draw) -> (String, String) {
    let accent = draw.choose(accents).cloned().unwrap_or_default();
    let voice = draw.choose(speakers).map_or(accent.clone(), |speaker| format!("{accent}+{speaker}"));
    (accent, voice)
}

/// What it sounds like, 16 kHz mono.
pub fn speak(text: &str, how: &EspeakConfig) -> anyhow::Result<Vec<f32>> {
    let mut espeak = Espeak::new(how)?;
    let mut spoken = Vec::new();
    espeak.speak(text, &mut |samples| {
        spoken.extend_from_slice(samples);
        ControlFlow::Continue(())
    })?;
    Ok(resample(espeak.sample_rate(), SAMPLE_RATE, &spoken)?)
}
