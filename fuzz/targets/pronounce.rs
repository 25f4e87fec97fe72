//! Any text as a word, and any bytes as a letter-to-sound model.
#![no_main]

use libfuzzer_sys::fuzz_target;
use mynah_pronounce::{Pronouncer, letters};

fuzz_target!(|data: &[u8]| {
    if let Some(model) = letters::Model::new(data) {
        let _ = model.guess("mynah", 3);
    }
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut english = Pronouncer::english();
    let (word, said) = text.split_once('\n').unwrap_or((text, text));
    if let Ok(ways) = english.word(word) {
        assert!(!ways.is_empty() && ways.iter().all(|way| !way.phones.is_empty()), "{word}");
    }
    if english.respell(word, said).is_ok() {
        assert!(english.word(word).is_ok(), "{word}");
    }
    let _ = english.text(text);
});
