//! The short sounds that tell what is happening. Made here, so that there is no file to lose or to license.

use std::f32::consts::TAU;

/// The rate of the cues, in Hz.
pub const CUE_RATE: u32 = 24_000;

/// What a cue tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Cue {
    /// "I am listening": two soft rising notes.
    Wake,
    /// "It is done": a short high third.
    Done,
    /// "That did not work": two low falling notes.
    Error,
    /// "The timer is over": a chime, three times. Repeat it until someone answers.
    Timer,
}

/// The sound of a cue: mono at [`CUE_RATE`], within −0.5..0.5, beginning and ending in silence.
pub fn cue(cue: Cue) -> Vec<f32> {
    // Notes of equal temperament, in Hz.
    const G3: f32 = 196.00;
    const C4: f32 = 261.63;
    const G5: f32 = 783.99;
    const C6: f32 = 1046.50;
    const E6: f32 = 1318.51;
    const G6: f32 = 1567.98;
    let notes: &[(u32, f32, f32)] = match cue {
        Cue::Wake => &[(0, G5, 0.10), (70, C6, 0.16)],
        Cue::Done => &[(0, C6, 0.09), (80, E6, 0.14)],
        Cue::Error => &[(0, C4, 0.18), (150, G3, 0.26)],
        Cue::Timer => {
            &[(0, E6, 0.5), (120, G6, 0.7), (600, E6, 0.5), (720, G6, 0.7), (1200, E6, 0.5), (1320, G6, 0.9)]
        }
    };
    let at = |ms: u32| (ms * CUE_RATE / 1000) as usize;
    let len = notes.iter().map(|&(start, _, seconds)| at(start) + (seconds * CUE_RATE as f32) as usize).max();
    let mut sound = vec![0.0; len.unwrap_or(0)];
    for &(start, hz, seconds) in notes {
        strike(&mut sound[at(start)..], hz, seconds);
    }
    sound
}

/// Adds a note like that of a struck bar: partials 1, 2 and 4, the higher ones dying away sooner.
fn strike(sound: &mut [f32], hz: f32, seconds: f32) {
    let len = (seconds * CUE_RATE as f32) as usize;
    for (n, sample) in sound.iter_mut().take(len).enumerate() {
        let t = n as f32 / CUE_RATE as f32;
        let rise = (t / 0.006).min(1.0);
        let end = ((seconds - t) / 0.02).min(1.0);
        let tone: f32 = [(1.0, 0.18, 4.0), (2.0, 0.04, 9.0), (4.0, 0.015, 18.0)]
            .iter()
            .map(|&(partial, gain, decay)| gain * (-decay * t).exp() * (TAU * hz * partial * t).sin())
            .sum();
        *sample += tone * rise * rise * end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cues_are_short_quiet_and_without_clicks() {
        for (kind, most_ms) in [(Cue::Wake, 300), (Cue::Done, 300), (Cue::Error, 500), (Cue::Timer, 2500)] {
            let sound = cue(kind);
            assert!(
                sound.len() as u32 <= most_ms * CUE_RATE / 1000,
                "{kind:?} lasts {} samples",
                sound.len()
            );
            let peak = sound.iter().fold(0.0f32, |peak, s| peak.max(s.abs()));
            assert!((0.1..=0.5).contains(&peak), "{kind:?} peaks at {peak}");
            assert!(sound[0].abs() < 1e-3 && sound[sound.len() - 1].abs() < 1e-2, "{kind:?} clicks");
        }
    }
}
