//! How long, in words: what is said of timers, and what they are called by.

use std::time::Duration;

/// `1 hour and 20 minutes`, to the second.
pub(crate) fn spoken_length(length: Duration) -> String {
    let seconds = length.as_secs();
    let parts = [(seconds / 3600, "hour"), (seconds / 60 % 60, "minute"), (seconds % 60, "second")];
    let said: Vec<String> = parts
        .iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, unit)| if *n == 1 { format!("1 {unit}") } else { format!("{n} {unit}s") })
        .collect();
    if said.is_empty() { "0 seconds".to_owned() } else { and_list(&said) }
}

/// "10 minutes" stands as "10 minute" before a noun.
pub(crate) fn singular(length: &str) -> String {
    length.replace("hours", "hour").replace("minutes", "minute").replace("seconds", "second")
}

/// `a, b and c`.
pub(super) fn and_list<S: AsRef<str>>(items: &[S]) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [first @ .., last] => {
            let first: Vec<&str> = first.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", first.join(", "), last.as_ref())
        }
    }
}
