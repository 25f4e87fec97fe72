//! Reading what is said: the sentences and the answers of an intent.

use std::collections::BTreeMap;

use mynah_home::{Fields, Text};
use mynah_intent::Sentence;

use super::{ReplyVariant, sentence};
use crate::template::Template;

pub(super) fn read_sentences(fields: &Fields<'_, '_>) -> Vec<Sentence> {
    let file = fields.file();
    let sentences: Vec<Sentence> =
        fields.texts("sentences").into_iter().map(|t| sentence(&file, t)).collect();
    if sentences.is_empty() {
        fields.fault(
            fields.span_of("sentences"),
            "an intent needs sentences",
            Some("add: sentences = [\"…\"]".into()),
        );
    }
    sentences
}

/// `"text"`, or an array of texts and of `{ when = { slot = "value" }, say = "text" }`, where `say` may be several.
pub(super) fn read_reply(fields: &Fields<'_, '_>) -> Vec<ReplyVariant> {
    let template = |t: Text| (Template::parse(&t.text), t.span);
    let plain =
        |t: Text| ReplyVariant { when: BTreeMap::new(), span: t.span.clone(), say: vec![template(t)] };
    let Some(entry) = fields.entry("reply") else { return Vec::new() };
    if let Some(text) = entry.text {
        return vec![plain(text)];
    }
    let Some(values) = entry.values(fields) else {
        fields.fault(entry.span(), "`reply` must be a text or an array of texts", None);
        return Vec::new();
    };
    let mut variants = Vec::new();
    for value in values {
        let span = value.span();
        match (value.text, value.table) {
            (Some(text), _) => variants.push(plain(text)),
            (None, Some(table)) => {
                let when = table.table("when").map(|when| when.entries()).unwrap_or_default();
                let when = when.into_iter().map(|entry| {
                    let values = match entry.plain() {
                        toml::Value::Boolean(true) => Vec::new(),
                        toml::Value::Array(values) => values,
                        value => vec![value],
                    };
                    (entry.key, values)
                });
                let when = when.collect();
                let say: Vec<_> = table.texts("say").into_iter().map(template).collect();
                if say.is_empty() {
                    table.fault(table.span(), "`say` is missing", Some("add: say = \"…\"".into()));
                }
                table.finish();
                variants.push(ReplyVariant { when, say, span });
            }
            (None, None) => {
                let help = Some("write \"…\" or { when = { slot = \"value\" }, say = \"…\" }".into());
                fields.fault(span, "this is no answer", help);
            }
        }
    }
    variants
}
