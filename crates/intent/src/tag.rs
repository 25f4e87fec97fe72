//! Language tags.

/// The primary language subtag of a BCP 47 tag, as it is written there: `zh` of `zh-TW`. `_` is taken for `-`.
pub fn primary_subtag(tag: &str) -> &str {
    tag.split(['-', '_']).next().unwrap_or_default()
}
