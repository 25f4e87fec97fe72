//! The sounds of English, as the CMU Pronouncing Dictionary writes them.

/// A sound: one of the 39 of ARPAbet, without stress.
///
/// A vowel without stress is `AH` (`sofa`) or `IH`, as in the dictionary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[rustfmt::skip]
#[allow(missing_docs, reason = "ARPAbet's own names")]
pub enum Phone {
    AA, AE, AH, AO, AW, AY, B, CH, D, DH, EH, ER, EY, F, G, HH, IH, IY, JH, K, L, M, N, NG, OW, OY, P, R, S, SH, T, TH,
    UH, UW, V, W, Y, Z, ZH,
}

impl Phone {
    /// All of them, in the order of their names; a phone's place is its number (`as u8`).
    #[rustfmt::skip]
    pub const ALL: [Phone; 39] = {
        use Phone::*;
        [
            AA, AE, AH, AO, AW, AY, B, CH, D, DH, EH, ER, EY, F, G, HH, IH, IY, JH, K, L, M, N, NG, OW, OY, P, R, S, SH, T,
            TH, UH, UW, V, W, Y, Z, ZH,
        ]
    };

    /// Its name: `AE`, `ZH`.
    #[must_use]
    #[rustfmt::skip]
    pub fn name(self) -> &'static str {
        const NAMES: [&str; 39] = [
            "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH", "IH", "IY", "JH",
            "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH", "UW", "V", "W", "Y", "Z", "ZH",
        ];
        NAMES[self as usize]
    }

    /// The phone of a name, with or without its stress: `AE`, `AE1`.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Phone> {
        let bare = name.strip_suffix(['0', '1', '2']).unwrap_or(name);
        Phone::ALL.into_iter().find(|phone| phone.name() == bare)
    }
}
