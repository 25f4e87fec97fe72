//! The tests that skills bring with them, as they are written.

use std::collections::BTreeMap;

use mynah_home::{Capability, Fields, Text, did_you_mean};

use crate::action::ActionTemplate;
use crate::written::number;

/// One `[[intent.test]]` or `[[refuse]]`.
#[derive(Clone, Debug)]
pub(crate) struct SkillTest {
    pub(crate) say: Text,
    /// Room of the speaker.
    pub(crate) area: Option<String>,
    /// Another intent than the one it stands in.
    pub(crate) intent: Option<String>,
    pub(crate) slots: BTreeMap<String, toml::Value>,
    /// None: not looked at.
    pub(crate) does: Option<Vec<Expected>>,
    pub(crate) refuse: bool,
    pub(crate) reply: Option<String>,
    /// The question that is asked back.
    pub(crate) asks: Option<String>,
    /// What is answered to it, and to those that follow.
    pub(crate) answers: Vec<String>,
}

/// One entry of `does`.
#[derive(Clone, Debug)]
pub(crate) enum Expected {
    Device { name: Text, change: Change },
    Other(ActionTemplate),
}

#[derive(Clone, Debug)]
pub(crate) enum Change {
    Set(Capability, toml::Value),
    Adjust(Capability, f64),
    Read(Capability),
}

impl SkillTest {
    pub(crate) fn read(fields: Fields<'_, '_>, refuse: bool) -> Option<SkillTest> {
        let say = fields.required_text("say");
        let area = fields.text("area").map(|t| t.text);
        let refuse = if refuse { true } else { fields.boolean("refuse").unwrap_or(false) };
        let intent = fields.text("intent").map(|t| t.text);
        let slots = fields
            .table("slots")
            .map(|t| t.entries().into_iter().map(|e| (e.key.clone(), e.plain())).collect());
        let does =
            fields.has("does").then(|| fields.tables("does").into_iter().filter_map(read_expected).collect());
        let reply = fields.text("reply").map(|t| t.text);
        let asks = fields.text("asks").map(|t| t.text);
        let answers = fields.texts("answer").into_iter().map(|t| t.text).collect();
        fields.finish();
        let slots = slots.unwrap_or_default();
        Some(SkillTest { say: say?, area, intent, slots, does, refuse, reply, asks, answers })
    }
}

fn read_expected(fields: Fields<'_, '_>) -> Option<Expected> {
    if !fields.has("device") {
        return ActionTemplate::read(fields).map(Expected::Other);
    }
    let name = fields.text("device");
    let capability = |key: &'static str| {
        let text = fields.text(key)?;
        let found = Capability::from_name(&text.text);
        if found.is_none() {
            let help = did_you_mean(&text.text, Capability::ALL.iter().map(|c| c.name()));
            fields.fault(text.span, format!("no capability is called `{}`", text.text), help);
        }
        found
    };
    let change = if fields.has("read") {
        capability("read").map(Change::Read)
    } else if fields.has("adjust") {
        let by = fields.plain("by").and_then(|v| number(&v));
        if by.is_none() {
            fields.fault(fields.span(), "`by` must be a number", None);
        }
        capability("adjust").zip(by).map(|(c, by)| Change::Adjust(c, by))
    } else {
        let set = Capability::ALL.into_iter().find_map(|c| Some((c, fields.plain(c.name())?)));
        if set.is_none() {
            fields.fault(
                fields.span(),
                "what shall the device do?",
                Some("add what it is set to: power = \"on\"".into()),
            );
        }
        set.map(|(c, value)| Change::Set(c, value))
    };
    fields.finish();
    Some(Expected::Device { name: name?, change: change? })
}
