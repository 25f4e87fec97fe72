//! What the dictionary and the model cost: memory and time, the first question and later ones.
//!
//! `cargo run --release -p mynah-pronounce --example cost`
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a tool for those who work on Mynah")]

use std::hint::black_box;
use std::time::Instant;

use mynah_pronounce::{Pronouncer, dictionary};

/// Memory of this process in KiB: what is its own, and what it has of files.
fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find(|line| line.starts_with(name));
        line.and_then(|line| line.split_whitespace().nth(1)).and_then(|kib| kib.parse().ok()).unwrap_or(0)
    };
    (of("RssAnon:"), of("RssFile:"))
}

fn main() {
    println!("dictionary: {} words in {} bytes", dictionary::len(), dictionary::size());
    let before = memory();
    let english = Pronouncer::english();
    let started = Instant::now();
    black_box(english.word("lamp").unwrap());
    println!("first word: {:?}", started.elapsed());
    let started = Instant::now();
    black_box(english.word("ecobee").unwrap());
    println!("first guess: {:?}", started.elapsed());
    let after = memory();
    println!("memory: {} KiB own, {} KiB of the file", after.0 - before.0, after.1 - before.1);
    let words: Vec<String> = dictionary::words().map(|(word, _)| word).step_by(13).collect();
    for (what, ending) in [("known", ""), ("unknown", "ab")] {
        let words: Vec<String> = words.iter().map(|word| format!("{word}{ending}")).collect();
        let started = Instant::now();
        words.iter().for_each(|word| drop(black_box(english.word(word))));
        let each = started.elapsed() / words.len() as u32;
        let after = memory();
        println!(
            "{} {what} words: {each:?} each; memory then: {} KiB own, {} KiB of the file",
            words.len(),
            after.0 - before.0,
            after.1 - before.1
        );
    }
}
