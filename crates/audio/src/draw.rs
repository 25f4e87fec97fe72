//! Numbers that look random and are always the same.

/// A generator of its own for each thing that is drawn, so that what is drawn for one recording does not depend on which
/// others are there. SplitMix64 (Steele, Lea and Flood 2014), started from the FNV-1a hash of seed and names.
#[derive(Clone, Debug)]
pub struct Draw(u64);

impl Draw {
    /// `names` say what is drawn: a recording's hash, a condition.
    pub fn new(seed: u64, names: &[&str]) -> Draw {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        let mut take = |byte: u8| hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        seed.to_le_bytes().into_iter().for_each(&mut take);
        for name in names {
            name.bytes().for_each(&mut take);
            // A byte that UTF-8 never has: ("ab", "c") is not ("a", "bc").
            take(0xff);
        }
        Draw(hash)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Evenly from `low` up to, not including, `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// An index below `n`; 0 when there is none.
    pub fn index(&mut self, n: usize) -> usize {
        (self.between(0.0, 1.0) * n as f64) as usize
    }

    /// One of them.
    pub fn choose<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.index(from.len()))
    }

    /// White noise of the given RMS, evenly distributed.
    pub fn noise(&mut self, rms: f32) -> f32 {
        let bound = f64::from(rms) * 3f64.sqrt();
        self.between(-bound, bound) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_names_draw_the_same() {
        let four = |names: &[&str], seed| {
            let mut draw = Draw::new(seed, names);
            [(); 4].map(|()| draw.index(1000))
        };
        // Published figures depend on these values: they must not change.
        expect_test::expect!["[934, 649, 55, 458]"].assert_eq(&format!("{:?}", four(&["clip", "room"], 1)));
        assert_ne!(four(&["clip", "room"], 1), four(&["clip", "room"], 2));
        assert_ne!(four(&["ab", "c"], 1), four(&["a", "bc"], 1));
    }

    #[test]
    fn noise_has_its_level() {
        let mut draw = Draw::new(1, &[]);
        let power: f32 = (0..10_000).map(|_| draw.noise(0.1).powi(2)).sum::<f32>() / 10_000.0;
        assert!((power.sqrt() - 0.1).abs() < 0.002);
    }
}
