//! How much two words differ in sound.

use crate::phone::Phone;

/// How much two rows of sounds differ: 0 when they are the same, about 1 for each sound that is quite another, missing or added.
///
/// A weighted edit distance. Sounds that are made alike (`P` and `B`, `IH` and `EH`) differ by less, and so does an ending that is easily
/// dropped: "lamb" and "lamp" differ by 0.5.
#[must_use]
pub fn distance(a: &[Phone], b: &[Phone]) -> f32 {
    let mut row = vec![0.0];
    for index in 0..b.len() {
        row.push(row[index] + alone(b, index));
    }
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] += alone(a, i);
        for (j, y) in b.iter().enumerate() {
            let best =
                (diagonal + substitution(*x, *y)).min(row[j] + alone(b, j)).min(row[j + 1] + alone(a, i));
            diagonal = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[b.len()]
}

/// What it costs when a sound is missing.
fn alone(phones: &[Phone], index: usize) -> f32 {
    use Phone::*;
    match phones[index] {
        B | D | G | K | P | T if index > 0 && index + 1 == phones.len() => 0.5,
        AH | HH => 0.6,
        _ => 1.0,
    }
}

fn substitution(a: Phone, b: Phone) -> f32 {
    match (vowel(a), vowel(b)) {
        _ if a == b => 0.0,
        (Some(a), Some(b)) => {
            let (height, back, glide) = (a.0 - b.0, a.1 - b.1, if a.2 == b.2 { 0.0 } else { 0.3 });
            (0.2 + 0.3 * (height * height + back * back).sqrt() + glide).min(1.0)
        }
        (None, None) => {
            let (a, b) = (consonant(a), consonant(b));
            let differ = [a.0 != b.0, a.1 != b.1, a.2 != b.2].into_iter().filter(|is| *is).count();
            [0.3, 0.3, 0.7, 1.0][differ]
        }
        _ => 1.0,
    }
}

/// Of a vowel how high (0 to 3) and how far back (0 to 2) it begins, and whereto it glides.
fn vowel(phone: Phone) -> Option<(f32, f32, char)> {
    use Phone::*;
    Some(match phone {
        IY => (3.0, 0.0, ' '),
        IH => (2.5, 0.3, ' '),
        EH => (1.5, 0.2, ' '),
        AE => (0.5, 0.2, ' '),
        AA => (0.0, 1.5, ' '),
        AO => (1.0, 2.0, ' '),
        AH => (1.2, 1.0, ' '),
        UH => (2.5, 1.7, ' '),
        UW => (3.0, 2.0, ' '),
        ER => (1.5, 1.0, 'r'),
        EY => (2.0, 0.0, 'i'),
        AY => (0.0, 1.0, 'i'),
        OY => (1.0, 2.0, 'i'),
        AW => (0.0, 1.0, 'u'),
        OW => (2.0, 2.0, 'u'),
        _ => return None,
    })
}

/// Of a consonant where it is made, how, and whether it is voiced.
fn consonant(phone: Phone) -> (char, char, bool) {
    use Phone::*;
    match phone {
        P => ('b', 's', false),
        B => ('b', 's', true),
        T => ('t', 's', false),
        D => ('t', 's', true),
        K => ('k', 's', false),
        G => ('k', 's', true),
        F => ('f', 'f', false),
        V => ('f', 'f', true),
        TH => ('h', 'f', false),
        DH => ('h', 'f', true),
        S => ('t', 'f', false),
        Z => ('t', 'f', true),
        SH => ('c', 'f', false),
        ZH => ('c', 'f', true),
        CH => ('c', 'a', false),
        JH => ('c', 'a', true),
        HH => ('g', 'f', false),
        M => ('b', 'n', true),
        N => ('t', 'n', true),
        NG => ('k', 'n', true),
        L => ('t', 'l', true),
        R => ('c', 'l', true),
        W => ('b', 'l', true),
        _ => ('c', 'y', true),
    }
}
