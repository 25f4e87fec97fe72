//! How sure is a reading? Features of a search, and the map from them to the share of such readings that are right.

use super::search::{Found, Reading};

/// What is known about the best reading.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Evidence {
    /// Its logarithm of probability per token; what is said in the grammar has −0.3 in the median.
    pub(crate) per_token: f32,
    /// How much likelier the model's own words were, per token.
    pub(crate) regret: f32,
    /// Lead over the best reading with other words, in nats.
    pub(crate) lead: f32,
}

/// A lead beyond this says no more.
const LEAD: f32 = 6.0;

impl Evidence {
    pub(crate) fn of(found: &Found) -> Option<(&Reading, Evidence)> {
        let (best, others) = found.readings.split_first()?;
        let tokens = best.tokens.max(1) as f32;
        let lead = others.first().map_or(LEAD, |other| (best.rank - other.rank).clamp(0.0, LEAD));
        Some((best, Evidence { per_token: best.score / tokens, regret: best.regret / tokens, lead }))
    }

    /// 0 to 1.
    pub(crate) fn confidence(&self) -> f32 {
        let logit = 4.0 + 5.0 * self.per_token.max(-6.0) + 0.8 * self.lead;
        1.0 / (1.0 + (-logit).exp())
    }
}
