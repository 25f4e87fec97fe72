//! What every stage promises: the same output at any chunking, and sound that stays where and what it was.

#![allow(clippy::unwrap_used, reason = "a test fails that way")]

use std::f64::consts::TAU;

use mynah_audio::{Channel, FRAME_SAMPLES, Framer, Intake, Piece, RATES, Resampler, SamplePos, resample};
use proptest::prelude::*;

fn sine(hz: f64, rate: u32, seconds: f64) -> Vec<f32> {
    let len = (f64::from(rate) * seconds) as usize;
    (0..len).map(|n| (0.5 * (TAU * hz * n as f64 / f64::from(rate)).sin()) as f32).collect()
}

fn noise(len: usize) -> Vec<f32> {
    let mut state = 1u32;
    (0..len)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state as f32 / 2f32.powi(31) - 1.0
        })
        .collect()
}

/// The middle of a signal, where neither its beginning nor its end is felt.
fn middle(samples: &[f32]) -> (usize, &[f32]) {
    let edge = samples.len() / 5;
    (edge, &samples[edge..samples.len() - edge])
}

/// Amplitude of `hz` in the middle of `samples`, and how much later than a sine from position 0 it stands, in seconds.
fn measure(samples: &[f32], hz: f64, rate: u32) -> (f64, f64) {
    let (start, samples) = middle(samples);
    let (mut sin, mut cos) = (0.0, 0.0);
    for (n, sample) in samples.iter().enumerate() {
        // A window, so that the tone need not fit the stretch.
        let window = 1.0 - (TAU * n as f64 / samples.len() as f64).cos();
        let angle = TAU * hz * (start + n) as f64 / f64::from(rate);
        sin += window * f64::from(*sample) * angle.sin();
        cos += window * f64::from(*sample) * angle.cos();
    }
    let scale = 2.0 / samples.len() as f64;
    (scale * sin.hypot(cos), -cos.atan2(sin) / (TAU * hz))
}

/// All kinds of rates, with both directions of ours.
const PAIRS: [(u32, u32); 13] = [
    (8_000, 16_000),
    (11_025, 16_000),
    (16_000, 16_000),
    (22_050, 16_000),
    (32_000, 16_000),
    (44_100, 16_000),
    (48_000, 16_000),
    (96_000, 16_000),
    (192_000, 16_000),
    (16_000, 48_000),
    (22_050, 48_000),
    (24_000, 44_100),
    (24_000, 48_000),
];

#[test]
fn a_tone_keeps_its_level_and_its_place() {
    for (from, to) in PAIRS {
        for hz in [100.0, 440.0, 1000.0, 3000.0] {
            let out = resample(from, to, &sine(hz, from, 1.0)).unwrap();
            assert_eq!(out.len() as u32, to, "{from} → {to}: a second stays a second");
            let (amplitude, late) = measure(&out, hz, to);
            let db = 20.0 * (amplitude / 0.5).log10();
            assert!(db.abs() < 0.01, "{from} → {to}: {hz} Hz changes by {db} dB");
            assert!(late.abs() < 0.05e-3, "{from} → {to}: {hz} Hz is {late} s late");
        }
    }
}

#[test]
fn speech_up_to_the_last_mel_band_passes() {
    for from in [22_050, 44_100, 48_000, 96_000] {
        let (amplitude, _) =
            measure(&resample(from, 16_000, &sine(7_300.0, from, 1.0)).unwrap(), 7_300.0, 16_000);
        let db = 20.0 * (amplitude / 0.5).log10();
        assert!(db > -1.0, "{from}: 7.3 kHz is down by {db} dB");
    }
}

#[test]
fn what_does_not_fit_the_new_rate_is_gone() {
    for from in [22_050, 32_000, 44_100, 48_000, 96_000, 192_000] {
        for hz in [8_100.0, 9_000.0, 10_500.0, 12_000.0, 15_000.0, 23_000.0, 40_000.0] {
            if hz >= f64::from(from) / 2.0 {
                continue;
            }
            let out = resample(from, 16_000, &sine(hz, from, 1.0)).unwrap();
            let (_, out) = middle(&out);
            let rms = (out.iter().map(|s| f64::from(s * s)).sum::<f64>() / out.len() as f64).sqrt();
            let db = 20.0 * (rms / (0.5 / 2f64.sqrt())).log10();
            assert!(db < -80.0, "{from}: {hz} Hz leaves {db:.1} dB");
        }
    }
}

#[test]
fn delay_and_block_are_what_they_say() {
    for (from, to) in PAIRS {
        let mut resampler = Resampler::new(from, to).unwrap();
        let (block, delay) = (resampler.block(), resampler.delay());
        let mut given = 0;
        for n in 1..=200 {
            resampler.push(&vec![0.1; block], &mut |piece| given += piece.len());
            let taken = n * block as u64 * u64::from(to) / u64::from(from);
            assert_eq!(given as u64, taken.saturating_sub(delay as u64), "{from} → {to} after block {n}");
        }
        let ms = 1000.0 * (block as f64 / f64::from(from) + delay as f64 / f64::from(to));
        // 11.025 kHz shares so few factors with 16 kHz that its block is 40 ms.
        assert!(ms < 61.0, "{from} → {to}: {ms} ms is long");
    }
}

#[test]
fn rates_out_of_range_are_refused() {
    for rate in [0, 7_999, 192_001, u32::MAX] {
        assert!(!RATES.contains(&rate));
        assert!(Resampler::new(rate, 16_000).is_err() && Resampler::new(16_000, rate).is_err());
    }
    // An odd one works, though in long blocks.
    let out = resample(44_101, 16_000, &sine(440.0, 44_101, 3.0)).unwrap();
    assert_eq!(out.len(), 48_000);
    assert!((measure(&out, 440.0, 16_000).0 - 0.5).abs() < 1e-3);
}

/// Lengths that add up to `total`.
fn pieces(total: usize, longest: usize) -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(0..=longest, 1..60).prop_map(move |lens| {
        let mut left = total;
        let mut cut: Vec<usize> = lens
            .into_iter()
            .map(|len| {
                let len = len.min(left);
                left -= len;
                len
            })
            .collect();
        cut.push(left);
        cut
    })
}

fn intake(rate: u32, channels: u16, interleaved: &[f32], cuts: &[usize]) -> Vec<Piece> {
    let mut intake = Intake::new(rate, channels, Channel::Mix, SamplePos(320)).unwrap();
    let (mut at, mut out) = (0, Vec::new());
    for &len in cuts {
        let block = &interleaved[at * channels as usize..(at + len) * channels as usize];
        intake.push(at as u64, block, &mut |piece| out.push(piece));
        at += len;
    }
    intake.finish(&mut |piece| out.push(piece));
    out
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn resampling_in_pieces_is_resampling_at_once(
        pair in prop::sample::select(&PAIRS[..]),
        cuts in pieces(20_000, 3_000),
    ) {
        let signal = noise(20_000);
        let whole = resample(pair.0, pair.1, &signal).unwrap();
        let mut resampler = Resampler::new(pair.0, pair.1).unwrap();
        // Twice: a finished resampler is as good as a new one.
        for _ in 0..2 {
            let (mut at, mut out) = (0, Vec::new());
            for &len in &cuts {
                resampler.push(&signal[at..at + len], &mut |piece| out.extend_from_slice(piece));
                at += len;
            }
            resampler.finish(&mut |piece| out.extend_from_slice(piece));
            prop_assert!(out == whole);
        }
    }

    #[test]
    fn framing_in_pieces_is_framing_at_once(cuts in pieces(5_000, 700), start in 0..10_000u64) {
        let signal = noise(5_000);
        let frames = |cuts: &[usize]| {
            let (mut framer, mut at, mut out) = (Framer::new(), 0, Vec::new());
            for &len in cuts {
                assert_eq!(framer.push(SamplePos(start + at as u64), &signal[at..at + len], &mut |f| out.push(f)), None);
                at += len;
            }
            out.extend(framer.finish());
            out
        };
        prop_assert!(frames(&cuts) == frames(&[5_000]));
    }

    #[test]
    fn the_whole_intake_is_the_same_at_any_chunking(
        rate in prop::sample::select(&[8_000u32, 16_000, 44_100, 48_000][..]),
        channels in 1..4u16,
        cuts in pieces(9_000, 2_000),
    ) {
        let interleaved = noise(9_000 * channels as usize);
        let whole = intake(rate, channels, &interleaved, &[9_000]);
        prop_assert!(intake(rate, channels, &interleaved, &cuts) == whole);
        let seconds = 9_000.0 / f64::from(rate);
        prop_assert_eq!(whole.len(), (seconds * 100.0).ceil() as usize);
    }

    /// Wherever blocks are lost, the frames after the gap stand within 1 ms of where they were said.
    #[test]
    fn after_a_gap_sound_stands_where_it_was_said(
        rate in prop::sample::select(&[16_000u32, 44_100, 48_000][..]),
        lost in 1..20_000u64,
        heard in 1_000..10_000usize,
    ) {
        let hz = 50.0;
        let signal = sine(hz, rate, 2.0);
        let mut intake = Intake::new(rate, 1, Channel::Mix, SamplePos(0)).unwrap();
        let (mut frames, mut gaps) = (Vec::new(), Vec::new());
        let mut take = |piece| match piece {
            Piece::Frame(frame) => frames.push(frame),
            Piece::Gap(gap) => gaps.push((frames.len(), gap)),
        };
        intake.push(0, &signal[..heard], &mut take);
        let after = heard + lost as usize;
        intake.push(after as u64, &signal[after..], &mut take);
        prop_assert_eq!(gaps.len(), 1);
        let (at, gap) = gaps[0];
        let before = if at == 0 { SamplePos(0) } else { frames[at - 1].end() };
        prop_assert_eq!(frames[at].pos(), gap.at);
        prop_assert_eq!(gap.at.since(before), gap.lost);
        // The resampler's edge is left out.
        let tail: Vec<f32> = frames[at + 4..].iter().flat_map(|f| f.samples().iter().copied()).collect();
        let start = frames[at + 4].pos().0;
        // The sine is compared with one that begins at the frame's own position.
        let phase = TAU * hz * start as f64 / 16_000.0;
        let (mut sin, mut cos) = (0.0, 0.0);
        // A whole number of periods of 50 Hz.
        let len = tail.len() / 320 * 320;
        prop_assume!(len >= 3_200);
        for (n, s) in tail[..len].iter().enumerate() {
            let angle = phase + TAU * hz * n as f64 / 16_000.0;
            sin += f64::from(*s) * angle.sin();
            cos += f64::from(*s) * angle.cos();
        }
        let late = -cos.atan2(sin) / (TAU * hz);
        prop_assert!(late.abs() < 1e-3, "{} s late", late);
        prop_assert_eq!(FRAME_SAMPLES, 160);
    }
}
