//! How words are said: one word a line in, `word<TAB>P H O N E S` out, the first pronunciation; a word that cannot be said is left out.
//!
//! `cargo run --release -p mynah-pronounce --example said < words.txt > lexicon.tsv`
#![allow(clippy::print_stdout, reason = "a tool for those who work on Mynah")]

use std::io::{self, BufRead as _, Write as _};

use mynah_pronounce::Pronouncer;

fn main() -> io::Result<()> {
    let english = Pronouncer::english();
    let mut out = io::BufWriter::new(io::stdout().lock());
    for word in io::stdin().lock().lines() {
        let word = word?;
        if let Some(first) = english.word(word.trim()).ok().and_then(|said| said.into_iter().next()) {
            writeln!(out, "{}\t{first}", word.trim())?;
        }
    }
    out.flush()
}
