//! Numbers in digits as words.

const SMALL: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const TENS: [&str; 10] =
    ["", "ten", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"];
const POWERS: [(u64, &str); 4] =
    [(1_000_000_000, "billion"), (1_000_000, "million"), (1_000, "thousand"), (100, "hundred")];
const ORDINALS: [(&str, &str); 7] = [
    ("one", "first"),
    ("two", "second"),
    ("three", "third"),
    ("five", "fifth"),
    ("eight", "eighth"),
    ("nine", "ninth"),
    ("twelve", "twelfth"),
];

/// The ways to say a row of digits, the likeliest first: 1984 is one thousand nine hundred eighty four, or nineteen eighty four.
pub(crate) fn cardinal(digits: &str) -> Vec<Vec<String>> {
    let one_by_one =
        || digits.bytes().map(|b| SMALL[usize::from(b.wrapping_sub(b'0') % 10)].to_owned()).collect();
    let number: u64 = match digits.parse() {
        Ok(number) if digits.len() <= 12 && (digits.len() == 1 || !digits.starts_with('0')) => number,
        _ => return vec![one_by_one()],
    };
    let mut ways = vec![words(number)];
    let (high, low) = (number / 100, number % 100);
    if digits.len() == 4 && low >= 10 && high % 10 > 0 {
        ways.push([words(high), words(low)].concat());
    }
    ways
}

/// Whether a word is one of twenty, thirty, … ninety.
pub(crate) fn is_ten(word: &str) -> bool {
    TENS[2..].contains(&word)
}

/// A row of digits with `st`, `nd`, `rd` or `th` behind.
pub(crate) fn ordinal(digits: &str) -> Vec<Vec<String>> {
    let mut ways = cardinal(digits);
    for last in ways.iter_mut().filter_map(|way| way.last_mut()) {
        *last = match ORDINALS.iter().find(|(cardinal, _)| cardinal == last) {
            Some((_, ordinal)) => (*ordinal).to_owned(),
            None => match last.strip_suffix('y') {
                Some(stem) => format!("{stem}ieth"),
                None => format!("{last}th"),
            },
        };
    }
    ways
}

fn words(number: u64) -> Vec<String> {
    if let Some(&(power, name)) = POWERS.iter().find(|(power, _)| number >= *power) {
        let mut all = words(number / power);
        all.push(name.to_owned());
        if !number.is_multiple_of(power) {
            all.extend(words(number % power));
        }
        return all;
    }
    let (tens, ones) = ((number / 10) as usize, (number % 10) as usize);
    match (number as usize, ones) {
        (0..20, _) => vec![SMALL[number as usize].to_owned()],
        (_, 0) => vec![TENS[tens].to_owned()],
        _ => vec![TENS[tens].to_owned(), SMALL[ones].to_owned()],
    }
}
