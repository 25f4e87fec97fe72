//! Packs the CMU Pronouncing Dictionary, so that the binary has it in under a megabyte and nothing is read or unpacked at its start.
//!
//! The dictionary comes with the crate `cmudict-fast`, which does not give its text out; `cargo metadata` knows where its files are.
//! `MYNAH_CMUDICT` names another `cmudict.dict` to be taken, for those who build without Cargo's registry.
//!
//! `dictionary.bin`, all numbers little-endian (`src/dictionary.rs` reads it):
//! - `u32` number of words, `u32` number of blocks, `u16` length of the table of letters, `u16` length of that of phones;
//! - the two tables: two bytes a code, of what the codes from [`FIRST_PAIR`] on are made (byte-pair coding);
//! - a `u32` a block: where it begins, counted from the end of these;
//! - the blocks of [`BLOCK`] words: each word the number of letters that it shares with the one before (the first of a block: 0), the rest of its
//!   letters up to [`END`], then its phones up to [`END`], a [`MORE`] between two pronunciations.
#![allow(clippy::unwrap_used, reason = "a build that cannot have its dictionary must stop")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

#[path = "src/packing.rs"]
mod packing;
#[path = "src/phone.rs"]
#[allow(dead_code, unreachable_pub, reason = "the crate has use for all of it")]
mod phone;

use packing::{BLOCK, END, FIRST_PAIR, MORE};
use phone::Phone;

const CARRIER: &str = "cmudict-fast";

fn main() {
    println!("cargo::rerun-if-env-changed=MYNAH_CMUDICT");
    for file in ["build.rs", "src/packing.rs", "src/phone.rs"] {
        println!("cargo::rerun-if-changed={file}");
    }
    let named = env::var_os("MYNAH_CMUDICT").map(PathBuf::from);
    let dictionary = named.unwrap_or_else(|| carrier().join("resources/cmudict.dict"));
    println!("cargo::rerun-if-changed={}", dictionary.display());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap());
    fs::write(out.join("dictionary.bin"), pack(&words(&read(&dictionary)))).unwrap();
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|why| panic!("{}: {why}", path.display()))
}

/// Where the files of the crate with the dictionary are.
fn carrier() -> PathBuf {
    let out = Command::new(env::var_os("CARGO").unwrap())
        .args(["metadata", "--format-version=1", "--locked", "--filter-platform"])
        .arg(env::var_os("TARGET").unwrap())
        .current_dir(env::var_os("CARGO_MANIFEST_DIR").unwrap())
        .output()
        .unwrap();
    let metadata = String::from_utf8_lossy(&out.stdout);
    let package = metadata.find(&format!("{{\"name\":\"{CARRIER}\",\"version\":")).map(|at| &metadata[at..]);
    let manifest = package.and_then(|text| text.split_once("\"manifest_path\":\""));
    let path =
        manifest.and_then(|(_, text)| text.split_once('"')).map(|(path, _)| path.replace("\\\\", "\\"));
    let Some(path) = path else {
        panic!(
            "cargo metadata does not know where {CARRIER} is; MYNAH_CMUDICT=/path/to/cmudict.dict names the dictionary\n{}",
            String::from_utf8_lossy(&out.stderr)
        );
    };
    Path::new(&path).parent().unwrap().to_owned()
}

/// Each word with its pronunciations, in the dictionary's order, without stress, and each once. Words with a digit are none.
fn words(text: &str) -> BTreeMap<&str, Vec<Vec<Phone>>> {
    let mut words: BTreeMap<&str, Vec<Vec<Phone>>> = BTreeMap::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap();
        let mut fields = line.split_ascii_whitespace();
        let Some(label) = fields.next().filter(|label| !label.starts_with(";;;")) else { continue };
        let word = label.split_once('(').map_or(label, |(word, _)| word);
        if !word.bytes().all(|b| packing::LETTERS.contains(&b)) {
            continue;
        }
        let phones: Vec<Phone> = fields
            .map(|name| Phone::from_name(name).unwrap_or_else(|| panic!("{word}: no phone `{name}`")))
            .collect();
        let known = words.entry(word).or_default();
        if !phones.is_empty() && !known.contains(&phones) {
            known.push(phones);
        }
    }
    words
}

fn pack(words: &BTreeMap<&str, Vec<Vec<Phone>>>) -> Vec<u8> {
    let mut letters = Vec::new();
    let mut phones = Vec::new();
    let mut shared = Vec::new();
    let mut last = "";
    for (index, (word, said)) in words.iter().enumerate() {
        let same = word.bytes().zip(last.bytes()).take_while(|(a, b)| a == b).count();
        let same = if index % BLOCK == 0 { 0 } else { same };
        shared.push(u8::try_from(same).unwrap());
        let code = |b: u8| packing::LETTERS.iter().position(|l| *l == b).unwrap() as u8 + 2;
        letters.extend(word.bytes().skip(same).map(code));
        letters.push(END);
        for (place, phone) in said.iter().enumerate() {
            phones.extend((place > 0).then_some(MORE));
            phones.extend(phone.iter().map(|phone| *phone as u8 + 2));
        }
        phones.push(END);
        last = word;
    }
    let (letter_table, letters) = byte_pairs(letters);
    let (phone_table, phones) = byte_pairs(phones);
    let (mut letters, mut phones) = (strings(&letters, &letter_table), strings(&phones, &phone_table));
    let mut blocks = Vec::new();
    let mut starts = Vec::new();
    for (index, shared) in shared.into_iter().enumerate() {
        if index % BLOCK == 0 {
            starts.push(blocks.len() as u32);
        }
        blocks.push(shared);
        blocks.extend(letters.next().unwrap());
        blocks.extend(phones.next().unwrap());
    }
    let mut packed = Vec::new();
    packed.extend((words.len() as u32).to_le_bytes());
    packed.extend((starts.len() as u32).to_le_bytes());
    packed.extend((letter_table.len() as u16).to_le_bytes());
    packed.extend((phone_table.len() as u16).to_le_bytes());
    packed.extend(letter_table.iter().chain(&phone_table).flatten());
    packed.extend(starts.iter().flat_map(|start| start.to_le_bytes()));
    packed.extend(blocks);
    packed
}

/// Byte-pair coding: what stands side by side most often becomes one code, until there are no codes left. No code goes on behind [`END`].
fn byte_pairs(mut codes: Vec<u8>) -> (Vec<[u8; 2]>, Vec<u8>) {
    /// So many pairs are taken at a time.
    const AT_ONCE: usize = 8;
    let mut table: Vec<[u8; 2]> = Vec::new();
    let mut is_last = [false; 256];
    is_last[END as usize] = true;
    while FIRST_PAIR + table.len() < 256 {
        let mut counts = vec![0_u32; 1 << 16];
        for pair in codes.windows(2).filter(|pair| !is_last[pair[0] as usize]) {
            counts[usize::from(pair[0]) << 8 | usize::from(pair[1])] += 1;
        }
        let mut pairs: Vec<usize> = (0..counts.len()).filter(|pair| counts[*pair] > 0).collect();
        pairs.sort_by_key(|pair| (std::cmp::Reverse(counts[*pair]), *pair));
        let mut new = vec![0_u8; 1 << 16];
        let mut used = [false; 256];
        for pair in pairs {
            let (a, b) = (pair >> 8, pair & 255);
            if FIRST_PAIR + table.len() == 256 || new.iter().filter(|code| **code > 0).count() == AT_ONCE {
                break;
            }
            // A pair that has a code in common with one that was taken is counted anew first.
            if !used[a] && !used[b] {
                (used[a], used[b]) = (true, true);
                let code = FIRST_PAIR + table.len();
                new[pair] = code as u8;
                is_last[code] = is_last[b];
                table.push([a as u8, b as u8]);
            }
        }
        let mut shorter = Vec::with_capacity(codes.len());
        let mut index = 0;
        while index < codes.len() {
            let next = codes.get(index + 1).copied();
            let code = next.map_or(0, |next| new[usize::from(codes[index]) << 8 | usize::from(next)]);
            shorter.push(if code > 0 { code } else { codes[index] });
            index += if code > 0 { 2 } else { 1 };
        }
        codes = shorter;
    }
    (table, codes)
}

/// The codes, parted behind those that end with [`END`].
fn strings<'a>(codes: &'a [u8], table: &'a [[u8; 2]]) -> impl Iterator<Item = &'a [u8]> {
    let ends = |code: &u8| {
        let mut code = *code;
        while let Some(pair) = usize::from(code).checked_sub(FIRST_PAIR) {
            code = table[pair][1];
        }
        code == END
    };
    codes.split_inclusive(ends)
}
