//! Words and sentences that answers and refusals are made of.

/// A name with its article, unless it brings one or is somebody's.
pub(crate) fn the(name: &str) -> String {
    let first = name.split_whitespace().next().unwrap_or_default().to_lowercase();
    let has_one = ["the", "my", "our"].contains(&first.as_str())
        || first.ends_with("'s")
        || first.ends_with("\u{2019}s");
    if has_one { name.to_owned() } else { format!("the {name}") }
}

pub(crate) fn and_list(parts: &[String]) -> String {
    match parts {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// With a capital letter and a full stop.
pub(crate) fn sentence(text: &str) -> String {
    let text = capitalized(text.trim());
    match text.chars().last() {
        None | Some('.' | '!' | '?' | '。' | '！' | '？') => text,
        // Chinese and Japanese have their own.
        Some('\u{2e80}'..='\u{9fff}') => format!("{text}。"),
        Some(_) => format!("{text}."),
    }
}

pub(crate) fn capitalized(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
