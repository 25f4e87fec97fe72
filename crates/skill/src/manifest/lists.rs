//! Reading `[lists]`.

use mynah_home::{Entry, Fields, Text, did_you_mean};
use mynah_intent::{Fractions, List, ListEntry, NumberKind, Value, Written};

use super::sentence;
use crate::written::{number, plain_value};

/// `["one", { in = "two", out = "2" }]`, `{ from = 0, to = 10, step = 2, type = "percentage" }`, `{ wildcard = true }` or `{ duration = true }`.
pub(crate) fn read_list(lists: &Fields<'_, '_>, entry: Entry<'_, '_>) -> Option<List> {
    let span = entry.span();
    if let Some(table) = entry.table {
        let list = if table.has("wildcard") {
            table.boolean("wildcard").map(|_| List::Wildcard)
        } else if table.has("duration") {
            table.boolean("duration").map(|_| List::Duration)
        } else {
            read_range(&table)
        };
        table.finish();
        return list;
    }
    let Some(values) = entry.values(lists) else {
        let help = Some("write [\"one\", \"two\"], { from = 0, to = 100 } or { wildcard = true }".into());
        lists.fault(span, format!("the list `{}` must be an array or a table", entry.key), help);
        return None;
    };
    let mut entries = Vec::new();
    let mut is_empty = true;
    for item in values {
        is_empty = false;
        match (item.text, item.table) {
            (Some(text), _) if is_template(lists, &entry.key, &text) => {
                entries.push(ListEntry::new(text.text.clone(), Value::Text(text.text)));
            }
            (Some(_), _) => {}
            (None, Some(table)) => {
                let said = table.required_text("in");
                let value = table
                    .plain("out")
                    .and_then(|v| plain_value(&v))
                    .or_else(|| said.as_ref().map(|t| Value::Text(t.text.clone())));
                let context = table
                    .table("context")
                    .map(|c| c.entries().into_iter().filter_map(|e| Some((e.key, e.text?.text))).collect());
                table.finish();
                if let (Some(said), Some(value)) =
                    (said.filter(|said| is_template(lists, &entry.key, said)), value)
                {
                    let context = context.unwrap_or_default();
                    entries.push(ListEntry { context, ..ListEntry::new(said.text, value) });
                }
            }
            (None, None) => {
                lists.fault(item.key_span, "a value must be a string or a table with `in` and `out`", None);
            }
        }
    }
    if is_empty {
        lists.fault(span, format!("the list `{}` has no values", entry.key), None);
    }
    Some(List::Text(entries))
}

/// Whether a value can be read as a template; its faults are told here, where its place is known.
fn is_template(fields: &Fields<'_, '_>, list: &str, said: &Text) -> bool {
    let read = mynah_intent::mentions(&sentence(&fields.file(), said.clone()));
    for fault in read.as_ref().err().into_iter().flatten() {
        fields.fault(fault.origin.span.clone(), fault.message.clone(), fault.help.clone());
    }
    let lists = read.as_ref().map(|mentions| &mentions.lists);
    if let Some((inner, _)) = lists.ok().and_then(|lists| lists.first()) {
        let help = format!(
            "say it in the sentences, `({{{list}}}|{said})` in place of `{{{list}}}`, where `{{{inner}}}` fills its own slot; or write the values out"
        );
        fields.fault(
            said.span.clone(),
            format!("a value of a list cannot have a list in it, `{{{inner}}}`"),
            Some(help),
        );
        return false;
    }
    read.is_ok()
}

fn read_range(table: &Fields<'_, '_>) -> Option<List> {
    for key in ["from", "to"] {
        if !table.has(key) {
            table.fault(
                table.span(),
                format!("`{key}` is missing"),
                Some("a list is an array, { from = 0, to = 100 } or { wildcard = true }".into()),
            );
        }
    }
    let (from, to) = (table.integer("from"), table.integer("to"));
    let step = if table.has("step") { table.integer("step") } else { Some(1) };
    let kind = match table.text("type") {
        None => NumberKind::Number,
        Some(text) => match text.text.as_str() {
            "number" => NumberKind::Number,
            "percentage" => NumberKind::Percentage,
            "temperature" => NumberKind::Temperature,
            other => {
                let help = did_you_mean(other, ["number", "percentage", "temperature"]);
                table.fault(text.span.clone(), format!("there is no type of number `{other}`"), help);
                NumberKind::Number
            }
        },
    };
    let fractions = table.text("fractions");
    let multiplier = table.plain("multiplier").and_then(|value| match number(&value) {
        Some(factor) if factor.is_finite() => Some(factor),
        _ => {
            table.fault(table.span_of("multiplier"), "`multiplier` must be a number", None);
            None
        }
    });
    let may = |key: &'static str| !table.has(key) || table.boolean(key).unwrap_or(true);
    let written = match (may("digits"), may("words")) {
        (true, true) => Written::Either,
        (true, false) => Written::Digits,
        (false, true) => Written::Words,
        (false, false) => {
            let help = Some("leave out one of the two".to_owned());
            table.fault(table.span_of("words"), "a range of numbers in neither digits nor words", help);
            Written::Either
        }
    };
    let (from, to, step) = (from?, to?, step?);
    if from > to {
        table.fault(
            table.span_of("from"),
            format!("the range goes from {from} down to {to}"),
            Some("swap `from` and `to`".into()),
        );
        return None;
    }
    if step < 1 {
        table.fault(table.span_of("step"), "`step` must be at least 1", None);
        return None;
    }
    let fractions = match fractions.as_ref().map(|text| text.text.as_str()) {
        None if kind == NumberKind::Temperature && step == 1 => Fractions::Halves,
        None | Some("none") => Fractions::None,
        Some("halves") => Fractions::Halves,
        Some("tenths") => Fractions::Tenths,
        Some(other) => {
            let help = did_you_mean(other, ["none", "halves", "tenths"]);
            table.fault(table.span_of("fractions"), format!("there are no fractions `{other}`"), help);
            return None;
        }
    };
    Some(List::Range { from, to, step, kind, fractions, multiplier, written })
}
