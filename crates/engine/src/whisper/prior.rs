//! What would the model have written anyway? Whisper has learnt a language as well as its sound: it finds "coffee" likelier than
//! "mocha" whatever is said, and a short sentence likelier than a long one. In quiet rooms the sound outweighs that; in noise
//! it decides. Orders to a house are not the subtitles that it learnt from, so a part of what it writes on hearing silence
//! is taken off again, where readings are close (the "internal language model" of end-to-end recognisers; Meng et al., 2021,
//! *Internal language model estimation for domain-adaptive end-to-end speech recognition*).

use std::collections::BTreeMap;

use mynah_assistant::ports::{Cancel, ModelError};

use super::lexicon::Lexicon;
use super::search::{Found, NextToken};
use super::vocabulary::Token;

/// How to discount what would have been written anyway.
#[derive(Clone, Debug, PartialEq)]
pub struct PriorConfig {
    /// The share of it that is taken off, 0 to 1.
    pub weight: f32,
    /// Only readings this close to the best one are looked at, in nats.
    pub within: f32,
    /// Readings that are looked at, at most.
    pub most: usize,
}

impl Default for PriorConfig {
    fn default() -> Self {
        PriorConfig { weight: 0.3, within: 4.0, most: 8 }
    }
}

/// Ranks readings that are close anew, by less of what `silent`, the model hearing nothing, would have written. The ranks are
/// then relative to the reading that was the best before.
pub fn discount(
    found: &mut Found,
    silent: &mut dyn NextToken,
    lexicon: &Lexicon,
    config: &PriorConfig,
    cancel: &Cancel,
) -> Result<(), ModelError> {
    let Some(best) = found.readings.first().map(|r| r.rank) else { return Ok(()) };
    let close =
        found.readings.iter().take(config.most).take_while(|r| best - r.rank <= config.within).count();
    if close < 2 {
        return Ok(());
    }
    // Prefix → what the readings that begin so go on with; `None` is the end. Sorted, so that each prefix stands before
    // those that it begins, and the decoder rarely has to go back.
    let mut next: BTreeMap<&[Token], Vec<(usize, Option<Token>)>> = BTreeMap::new();
    for (i, reading) in found.readings[..close].iter().enumerate() {
        for length in 0..=reading.path.len() {
            let token = reading.path.get(length).copied();
            next.entry(&reading.path[..length]).or_default().push((i, token));
        }
    }
    let mut priors = vec![0.0; close];
    let mut log_probs = Vec::new();
    for (prefix, tokens) in &next {
        // What all of them go on with makes no difference.
        if tokens.len() == close && tokens.iter().all(|(_, token)| *token == tokens[0].1) {
            continue;
        }
        if cancel.is_cancelled() {
            return Err(ModelError::Cancelled);
        }
        silent.after(prefix, &mut log_probs)?;
        found.steps += 1;
        for &(i, token) in tokens {
            // Another command is no less to be expected than the model thinks: it would be found wherever it is quiet.
            let reading = &found.readings[i];
            if reading.first < reading.path.len() && prefix.len() >= reading.first {
                continue;
            }
            priors[i] += match token {
                Some(token) => log_probs.get(token as usize).copied().unwrap_or(f32::NEG_INFINITY),
                None => lexicon.end_score(&log_probs),
            };
        }
    }
    if priors.iter().all(|prior| prior.is_finite()) {
        for (reading, prior) in found.readings.iter_mut().zip(&priors) {
            reading.rank -= config.weight * (prior - priors[0]);
        }
        found.readings.sort_by(|a, b| b.rank.total_cmp(&a.rank));
    }
    Ok(())
}
