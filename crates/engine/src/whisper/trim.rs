//! Where the speech lies in a recording, by level alone: cheap, and careful rather than tight.

use std::ops::Range;

/// 10 ms at 16 kHz.
const HOP: usize = 160;
/// Hops over which the level is averaged.
const SMOOTH: usize = 5;
/// Loud hops in a row that count as speech; a click is shorter.
const RUN: usize = 6;
/// Kept before the first loud hop and after the last.
const BEFORE: usize = 25 * HOP;
const AFTER: usize = 30 * HOP;
/// A recording whose loud and quiet parts lie nearer than this, in dB, is kept whole: in noise the end of a sentence is no
/// louder than the room, and cutting it costs 2 of 100 orders at 6 dB.
const LEAST_RANGE: f32 = 20.0;

/// The part of `samples` (16 kHz) that holds the speech, with some silence around it.
pub fn speech(samples: &[f32]) -> Range<usize> {
    let whole = 0..samples.len();
    let energy: Vec<f32> =
        samples.chunks(HOP).map(|hop| hop.iter().map(|x| x * x).sum::<f32>() / hop.len() as f32).collect();
    let level: Vec<f32> = (0..energy.len())
        .map(|i| {
            let around = &energy[i.saturating_sub(SMOOTH / 2)..(i + SMOOTH / 2 + 1).min(energy.len())];
            10.0 * (around.iter().sum::<f32>() / around.len() as f32 + 1e-10).log10()
        })
        .collect();
    let mut sorted = level.clone();
    sorted.sort_by(f32::total_cmp);
    let at = |share: f32| sorted.get(((sorted.len() as f32 - 1.0) * share) as usize).copied().unwrap_or(0.0);
    let (quiet, loud) = (at(0.1), at(0.95));
    if loud - quiet < LEAST_RANGE {
        return whole;
    }
    // 30 % of the way up in dB, but never more than 30 dB below the loud parts' level.
    let threshold = (quiet + 0.3 * (loud - quiet)).max(loud - 30.0);
    let is_loud: Vec<bool> = level.iter().map(|&l| l > threshold).collect();
    let run = |window: &[bool]| window.iter().all(|&l| l);
    let first = is_loud.windows(RUN).position(run);
    let last = is_loud.windows(RUN).rposition(run);
    match (first, last) {
        (Some(first), Some(last)) => {
            let end = ((last + RUN) * HOP + AFTER).min(samples.len());
            (first * HOP).saturating_sub(BEFORE)..end
        }
        _ => whole,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// One character is 100 ms: `.` quiet, `-` noise, `S` speech, `|` a click of 10 ms in the quiet.
    fn check(picture: &str, expected: Expect) {
        let mut samples = Vec::new();
        for (i, c) in picture.chars().enumerate() {
            for n in 0..1600 {
                let tone = ((i * 1600 + n) as f32 * 0.3).sin();
                let level = match c {
                    'S' => 0.2,
                    '-' => 0.02,
                    '|' if n < 160 => 0.5,
                    _ => 0.001,
                };
                samples.push(tone * level);
            }
        }
        let range = speech(&samples);
        expected.assert_eq(&format!("{} to {} ms", range.start / 16, range.end / 16));
    }

    #[test]
    fn silence_around_speech_is_cut() {
        check("..........SSSSS.SSSS............", expect!["730 to 2320 ms"]);
        check("----------SSSSS-SSSS------------", expect!["730 to 2320 ms"]);
        check("|.........SSSSS.SSSS.........|..", expect!["730 to 2320 ms"]);
        check("SSSSSSSS", expect!["0 to 800 ms"]);
        check("........", expect!["0 to 800 ms"]);
        check("", expect!["0 to 0 ms"]);
    }
}
