//! Rooms that are simulated, and recordings heard in them.

use realfft::RealFftPlanner;
use realfft::num_complex::Complex32;
use serde::Serialize;

use crate::{Draw, SAMPLE_RATE};

/// In metres a second.
const SPEED_OF_SOUND: f64 = 343.0;
/// Of the response, in seconds: what comes later is soft and costs the most images.
const LONGEST: f64 = 0.4;
/// Mouth and microphone keep so far from the walls, in metres.
const FROM_WALL: f64 = 0.3;

/// A box-shaped room with a mouth and a microphone in it. Metres and seconds.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Room {
    /// Length, width, height.
    pub size: [f64; 3],
    /// Where the voice comes from.
    pub mouth: [f64; 3],
    /// Where the microphone is.
    pub ear: [f64; 3],
    /// The time in which sound falls by 60 dB, in seconds, by Eyring's formula; by image sources it takes up to 1.7 times as long.
    pub rt60: f64,
}

impl Room {
    /// A room of a house: 2.5 × 2 × 2.2 m to 8 × 6 × 3.2 m, reverberating for 0.15 to 0.6 s.
    pub fn draw(draw: &mut Draw) -> Room {
        let mut between = |low: f64, high: f64| (draw.between(low, high) * 1000.0).round() / 1000.0;
        let size = [between(2.5, 8.0), between(2.0, 6.0), between(2.2, 3.2)];
        let mut place = || size.map(|side| between(FROM_WALL, side - FROM_WALL));
        let (mouth, ear) = (place(), place());
        Room { size, mouth, ear, rt60: between(0.15, 0.6) }
    }

    /// Distance of mouth and microphone, in metres.
    pub fn distance(&self) -> f64 {
        distance(&self.mouth, &self.ear)
    }

    /// The impulse response at 16 kHz by image sources (J. B. Allen and D. A. Berkley, J. Acoust. Soc. Am. 65, 1979), all walls
    /// alike, their reflection from the reverberation time by Eyring's formula, delays rounded to samples. The direct
    /// sound is sample 0 with gain 1, so a word stays where it is.
    pub fn response(&self) -> Vec<f32> {
        let [length, width, height] = self.size;
        let volume = length * width * height;
        let surface = 2.0 * (length * width + width * height + height * length);
        // Eyring: rt60 = 0.161 V / (−S ln(1 − a)); a wall reflects the pressure by √(1 − a).
        let reflection = (-0.161 * volume / (surface * self.rt60) / 2.0).exp();
        let seconds = self.rt60.min(LONGEST);
        let mut response = vec![0f32; (seconds * f64::from(SAMPLE_RATE)) as usize + 1];
        // Closer than 10 cm is no distance at which one speaks, and a mouth at the microphone would divide by zero.
        let direct = self.distance().max(0.1);
        let reach = direct + seconds * SPEED_OF_SOUND;
        let images = |axis: usize| {
            let (side, mouth, ear) = (self.size[axis], self.mouth[axis], self.ear[axis]);
            let most = (reach / (2.0 * side)).ceil() as i32 + 1;
            (-most..=most).flat_map(move |n| {
                [(0, mouth), (1, -mouth)].map(move |(mirrored, at)| {
                    let away = 2.0 * f64::from(n) * side + at - ear;
                    (away * away, (2 * n - mirrored).unsigned_abs())
                })
            })
        };
        let axes: [Vec<(f64, u32)>; 3] = [0, 1, 2].map(|axis| images(axis).collect());
        let most = axes.iter().flatten().map(|(_, bounces)| *bounces).max().unwrap_or_default() * 3;
        let losses: Vec<f64> = (0..=most).map(|bounces| reflection.powi(bounces as i32)).collect();
        for (x, bounces_x) in &axes[0] {
            for (y, bounces_y) in &axes[1] {
                if x + y > reach * reach {
                    continue;
                }
                for (z, bounces_z) in &axes[2] {
                    let way = (x + y + z).sqrt();
                    let delay = ((way - direct) / SPEED_OF_SOUND * f64::from(SAMPLE_RATE)).round();
                    if let Some(sample) = response.get_mut(delay.max(0.0) as usize) {
                        let bounces = (bounces_x + bounces_y + bounces_z) as usize;
                        *sample += (losses[bounces] * direct / way.max(direct)) as f32;
                    }
                }
            }
        }
        response
    }
}

fn distance(a: &[f64; 3], b: &[f64; 3]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

/// `samples` through `response`, as long as before: what rings on after the last sample is cut off. By overlapping
/// blocks of the Fourier transform.
pub fn convolve(samples: &[f32], response: &[f32]) -> Vec<f32> {
    if response.is_empty() || samples.is_empty() {
        return vec![0.0; samples.len()];
    }
    let size = (2 * response.len()).next_power_of_two().max(1024);
    let step = size - response.len() + 1;
    let mut planner = RealFftPlanner::<f32>::new();
    let (forward, back) = (planner.plan_fft_forward(size), planner.plan_fft_inverse(size));
    let transform = |piece: &[f32]| {
        let mut block = vec![0.0; size];
        block[..piece.len()].copy_from_slice(piece);
        let mut spectrum = forward.make_output_vec();
        // Fails only for buffers of another length than the plan's.
        let done = forward.process(&mut block, &mut spectrum);
        debug_assert!(done.is_ok());
        spectrum
    };
    let filter = transform(response);
    let mut out = vec![0.0; samples.len()];
    let mut block = vec![0.0; size];
    for (n, piece) in samples.chunks(step).enumerate() {
        let mut spectrum: Vec<Complex32> = transform(piece);
        for (bin, factor) in spectrum.iter_mut().zip(&filter) {
            *bin *= factor / size as f32;
        }
        let done = back.process(&mut spectrum, &mut block);
        debug_assert!(done.is_ok());
        for (to, from) in out[n * step..].iter_mut().zip(&block) {
            *to += from;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn living_room(rt60: f64) -> Room {
        Room { size: [5.0, 4.0, 2.5], mouth: [1.0, 1.0, 1.1], ear: [4.0, 3.0, 1.2], rt60 }
    }

    #[test]
    fn the_first_reflections_are_where_geometry_has_them() {
        let room = living_room(0.4);
        let response = room.response();
        assert!((response[0] - 1.0).abs() < 1e-6, "the direct sound: {}", response[0]);
        // Over the floor: the mouth's image is at a height of −1.1 m.
        let floor = (9f64 + 4.0 + 2.3 * 2.3).sqrt();
        let delay = ((floor - room.distance()) / SPEED_OF_SOUND * 16_000.0).round() as usize;
        assert!(response[1..delay].iter().all(|s| *s == 0.0), "nothing is nearer than the floor");
        let reflection = (-0.161 * 50.0 / (85.0 * 0.4) / 2.0f64).exp();
        let expected = reflection * room.distance() / floor;
        assert!((f64::from(response[delay]) - expected).abs() < 1e-6);
    }

    /// Schroeder's backward integral, over the stretch that is long past the direct sound and clear of the cut. A box with even
    /// walls rings longer than Eyring's formula has it, since sound that
    /// runs along it meets few walls (E. A. Lehmann and A. M. Johansson, J. Acoust. Soc. Am. 124, 2008).
    #[test]
    fn sound_dies_away_in_the_time_that_was_asked_for() {
        for rt60 in [0.2, 0.35, 0.5] {
            let response = living_room(rt60).response();
            let mut energy = vec![0f64; response.len() + 1];
            for n in (0..response.len()).rev() {
                energy[n] = energy[n + 1] + f64::from(response[n]).powi(2);
            }
            let fall = |seconds: f64| 10.0 * (energy[(seconds * 16_000.0) as usize] / energy[0]).log10();
            let (from, to) = (0.15 * rt60, 0.5 * rt60);
            let measured = 60.0 * (to - from) / (fall(from) - fall(to));
            assert!((0.8..1.8).contains(&(measured / rt60)), "{measured:.3} s for {rt60} s");
        }
    }

    #[test]
    fn a_response_of_one_changes_nothing() {
        let mut draw = Draw::new(3, &[]);
        let samples: Vec<f32> = (0..5000).map(|_| draw.noise(0.1)).collect();
        let same = convolve(&samples, &[1.0]);
        assert!(samples.iter().zip(&same).all(|(a, b)| (a - b).abs() < 1e-5));
        assert_eq!(convolve(&[], &[1.0]).len(), 0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn it_is_the_sum_of_the_definition(signal in 1usize..4000, filter in 1usize..900, seed: u64) {
            let mut draw = Draw::new(seed, &[]);
            let mut some = |len| -> Vec<f32> { (0..len).map(|_| draw.noise(0.3)).collect() };
            let (x, h) = (some(signal), some(filter));
            let quick = convolve(&x, &h);
            for n in (0..signal).step_by(97) {
                let sum: f32 = (0..=n.min(filter - 1)).map(|k| h[k] * x[n - k]).sum();
                prop_assert!((quick[n] - sum).abs() < 1e-3);
            }
        }

        #[test]
        fn every_room_has_a_finite_response(seed: u64) {
            let room = Room::draw(&mut Draw::new(seed, &["room"]));
            let response = room.response();
            prop_assert!(response.iter().all(|s| s.is_finite()));
            prop_assert!(response[0] >= 0.99);
        }
    }
}
