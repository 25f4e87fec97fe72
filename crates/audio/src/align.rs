//! Where the word lies in a recording of one word.

use std::ops::Range;

use crate::FRAME_SAMPLES;

/// Frames count as the word within so many decibels of the loudest …
const BELOW_PEAK: f32 = 28.0;
/// … and so many above the quiet ones, as far as that leaves …
const ABOVE_FLOOR: f32 = 8.0;
/// … so many decibels of the loudest.
const LEAST: f32 = 12.0;
/// From its loud part on the word goes on, softly, until a frame is so far below the loudest …
const END_BELOW_PEAK: f32 = 40.0;
/// … or so near the quiet ones. An s at the end is often 30 dB softer than the vowel before.
const END_ABOVE_FLOOR: f32 = 10.0;
/// Silence within the word, such as before a plosive, is at most this many frames: 250 ms.
const LONGEST_GAP: usize = 25;

/// The samples (16 kHz mono) of the one word in a recording, to 10 ms; None when nothing sounds. The word is the stretch with
/// most energy, where pauses of a quarter second do not part stretches. Meant for recordings of one word without loud
/// noise; `benches/wake` says how far it is from what people hear.
pub fn word(samples: &[f32]) -> Option<Range<usize>> {
    let levels: Vec<f32> = samples.chunks_exact(FRAME_SAMPLES).map(decibels).collect();
    let smooth: Vec<f32> = (0..levels.len())
        .map(|i| {
            let around = &levels[i.saturating_sub(1)..(i + 2).min(levels.len())];
            around.iter().sum::<f32>() / around.len() as f32
        })
        .collect();
    let mut sorted = smooth.clone();
    sorted.sort_by(f32::total_cmp);
    let (floor, peak) = (*sorted.get(sorted.len() / 10)?, *sorted.last()?);
    if peak <= SILENT {
        return None;
    }
    let least = (peak - BELOW_PEAK).max((floor + ABOVE_FLOOR).min(peak - LEAST));
    let mut best: Option<(f32, Range<usize>)> = None;
    let mut run: Option<(f32, Range<usize>)> = None;
    for (i, level) in smooth.iter().enumerate().filter(|(_, level)| **level > least) {
        let power = 10f32.powf(level / 10.0);
        run = match run {
            Some((sum, range)) if i - range.end < LONGEST_GAP => Some((sum + power, range.start..i + 1)),
            other => {
                keep(&mut best, other);
                Some((power, i..i + 1))
            }
        };
    }
    keep(&mut best, run);
    let (_, frames) = best?;
    let soft = (peak - END_BELOW_PEAK).max(floor + END_ABOVE_FLOOR).min(least);
    let more = smooth[frames.end..].iter().take_while(|level| **level > soft).count();
    Some(frames.start * FRAME_SAMPLES..(frames.end + more) * FRAME_SAMPLES)
}

/// Frames are not quieter than this, in dBFS.
const SILENT: f32 = -100.0;

fn decibels(frame: &[f32]) -> f32 {
    let power = frame.iter().map(|s| s * s).sum::<f32>() / frame.len() as f32;
    10.0 * (power + 1e-10).log10()
}

fn keep(best: &mut Option<(f32, Range<usize>)>, run: Option<(f32, Range<usize>)>) {
    if let Some(run) = run
        && best.as_ref().is_none_or(|(sum, _)| run.0 > *sum)
    {
        *best = Some(run);
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// One character is 50 ms: `.` a quiet room, `s` very soft, `o` soft and `O` loud sound, `_` digital silence.
    fn check(picture: &str, expected: Expect) {
        let mut draw = crate::Draw::new(1, &[picture]);
        let samples: Vec<f32> = picture
            .chars()
            .flat_map(|c| std::iter::repeat_n(c, 800))
            .map(|c| match c {
                '.' => draw.noise(0.001),
                's' => draw.noise(0.006),
                'o' => draw.noise(0.02),
                'O' => draw.noise(0.3),
                _ => 0.0,
            })
            .collect();
        let found = word(&samples).map(|range| {
            let place = |at: usize| at as f32 / 800.0;
            format!("{:.1} to {:.1}", place(range.start), place(range.end))
        });
        expected.assert_eq(&found.unwrap_or_else(|| "nothing".into()));
    }

    #[test]
    fn the_word_is_where_the_energy_is() {
        check("......OOOOOO......", expect!["6.0 to 12.2"]);
        check("....OOO..OOO......", expect!["4.0 to 12.2"]);
        // A soft end belongs to it, a click long before does not.
        check("..O.......OOOOOOooo...", expect!["10.0 to 19.0"]);
        // Nor does what is very soft, unless the word fades into it.
        check("....OOOOss....", expect!["4.0 to 10.0"]);
        check("..ss..OOOO....", expect!["6.0 to 10.2"]);
        check("....OOOO.ss...", expect!["4.0 to 8.2"]);
        check("____OOOOO____", expect!["4.2 to 9.0"]);
        check("OOOO", expect!["0.0 to 4.0"]);
        check("......", expect!["0.0 to 6.0"]);
        check("____", expect!["nothing"]);
        check("", expect!["nothing"]);
    }
}
