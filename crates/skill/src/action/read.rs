//! Reading the entries of `do`.

use std::time::Duration;

use mynah_home::{Capability, Entry, Fields, Kind, did_you_mean};
use mynah_intent::List;

use super::{ActionTemplate, Argument, AskedFor, LONGEST_DELAY, Payload, Target, Verb};
use crate::manifest;
use crate::plan::AlarmKind;
use crate::template::Template;
use crate::written::{parse_duration, parse_time};

const VERBS: [&str; 18] = [
    "set", "adjust", "read", "http", "mqtt", "say", "ask", "timer", "alarm", "reminder", "volume", "tell",
    "list", "scene", "sequence", "delay", "help", "undo",
];

impl ActionTemplate {
    /// Reads the entries of an array, with those of a `sequence` one after the other; every fault is noted.
    pub(crate) fn read_all(entries: Vec<Fields<'_, '_>>) -> Vec<ActionTemplate> {
        let mut actions: Vec<ActionTemplate> = Vec::new();
        for fields in entries {
            if !fields.has("sequence") {
                actions.extend(ActionTemplate::read(fields));
                continue;
            }
            let span = fields.span();
            for entry in fields.tables("sequence") {
                let Some(step) = ActionTemplate::read(entry) else { continue };
                let is_wait = |action: &ActionTemplate| matches!(action.verb, Verb::Wait { .. });
                if actions.last().is_some_and(|last| !is_wait(last) && !is_wait(&step)) {
                    actions.push(ActionTemplate { verb: Verb::Wait { length: None }, span: span.clone() });
                }
                actions.push(step);
            }
            fields.finish();
        }
        actions
    }

    /// Reads one entry; every fault is noted in `fields`.
    pub(crate) fn read(fields: Fields<'_, '_>) -> Option<ActionTemplate> {
        let span = fields.span();
        let verb = if fields.has("set") {
            read_set(&fields)
        } else if fields.has("adjust") {
            read_adjust(&fields)
        } else if fields.has("read") {
            let capability = read_capability(&fields, "read");
            let on = read_targets(&fields);
            if let Some(capability) = capability.filter(|capability| !capability.is_readable()) {
                fields.fault(fields.span_of("read"), format!("{capability} can only be set"), None);
            }
            capability.map(|capability| Verb::Read { capability, on })
        } else if fields.has("http") {
            fields.table("http").and_then(read_http)
        } else if fields.has("mqtt") {
            fields.table("mqtt").and_then(read_mqtt)
        } else if fields.has("timer") {
            read_timer(&fields)
        } else if fields.has("alarm") {
            read_alarm(&fields, AlarmKind::Alarm)
        } else if fields.has("reminder") {
            read_alarm(&fields, AlarmKind::Reminder)
        } else if fields.has("volume") {
            read_volume(&fields)
        } else if fields.has("tell") {
            read_tell(&fields)
        } else if fields.has("list") {
            read_list(&fields)
        } else if fields.has("help") {
            let topic = if fields.plain("help").is_some_and(|v| v.is_bool()) {
                None
            } else {
                template(&fields, "help")
            };
            Some(Verb::Help { topic })
        } else if fields.has("undo") {
            fields.boolean("undo").map(|_| Verb::Undo)
        } else if fields.has("say") {
            fields.required_text("say").map(|t| Verb::Say { text: Template::parse(&t.text) })
        } else if fields.has("ask") {
            read_ask(&fields)
        } else if fields.has("scene") {
            fields.required_text("scene").map(|t| Verb::Scene { name: Template::parse(&t.text) })
        } else if fields.has("delay") {
            read_delay(&fields)
        } else if fields.has("sequence") {
            let help = Some("write its steps out in the outer one".into());
            fields.fault(fields.span_of("sequence"), "a sequence inside a sequence", help);
            None
        } else if fields.has("cancel") {
            fields.boolean("cancel").map(|_| Verb::Cancel)
        } else {
            let keys: Vec<String> = fields.entries().into_iter().map(|e| e.key).collect();
            let help = keys.iter().find_map(|k| did_you_mean(k, VERBS).filter(|h| h.starts_with("did")));
            let all = format!("an action has one of: {}, cancel", VERBS.join(", "));
            fields.fault(span, "this action says nothing to do", help.or(Some(all)));
            return None;
        };
        fields.finish();
        verb.map(|verb| ActionTemplate { verb, span })
    }
}

fn read_set(fields: &Fields<'_, '_>) -> Option<Verb> {
    let capability = read_capability(fields, "set");
    let to = argument(fields, "to");
    let on = read_targets(fields);
    let (capability, to) = (capability?, to?);
    if !capability.is_writable() {
        fields.fault(
            fields.span_of("set"),
            format!("{capability} can only be read"),
            Some(format!("use: read = \"{}\"", capability.name())),
        );
        return None;
    }
    if let Some(Err(e)) = to.fixed().map(|state| capability.accept(&state)) {
        fields.fault(fields.span_of("to"), e.to_string(), None);
        return None;
    }
    Some(Verb::Set { capability, to, on })
}

fn read_adjust(fields: &Fields<'_, '_>) -> Option<Verb> {
    let capability = read_capability(fields, "adjust");
    let by = argument(fields, "by");
    let on = read_targets(fields);
    let (capability, by) = (capability?, by?);
    if !capability.is_writable() || capability.range().is_none() {
        fields.fault(
            fields.span_of("adjust"),
            format!("{capability} is no number that can be changed"),
            None,
        );
        return None;
    }
    number_or_slot(fields, "by", &by).then_some(Verb::Adjust { capability, by, on })
}

fn read_http(fields: Fields<'_, '_>) -> Option<Verb> {
    let method = fields.text("method").map_or_else(|| "GET".to_owned(), |t| t.text.to_uppercase());
    if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&method.as_str()) {
        let help = did_you_mean(&method, ["GET", "POST", "PUT", "PATCH", "DELETE"]);
        fields.fault(
            fields.span_of("method"),
            format!("`{method}` is no method of HTTP that a skill may use"),
            help,
        );
    }
    let url = fields.required_text("url");
    if let Some(url) =
        url.as_ref().filter(|u| !u.text.starts_with("http://") && !u.text.starts_with("https://"))
    {
        fields.fault(url.span.clone(), "the address must begin with http:// or https://", None);
    }
    let json = fields.plain("json").map(|v| json(&v));
    fields.finish();
    Some(Verb::Http { method, url: Template::parse(&url?.text), json })
}

fn read_mqtt(fields: Fields<'_, '_>) -> Option<Verb> {
    let topic = fields.required_text("topic");
    let payload = match fields.plain("payload") {
        None => {
            fields.fault(fields.span(), "`payload` is missing", Some("add: payload = \"…\"".into()));
            None
        }
        Some(toml::Value::String(text)) => Some(Payload::Text(Template::parse(&text))),
        Some(value) => Some(Payload::Json(json(&value))),
    };
    let retain = fields.boolean("retain").unwrap_or(false);
    fields.finish();
    Some(Verb::Mqtt { topic: Template::parse(&topic?.text), payload: payload?, retain })
}

fn read_timer(fields: &Fields<'_, '_>) -> Option<Verb> {
    let name = template(fields, "name");
    match fields.text("timer")?.text.as_str() {
        "start" => {
            let length = argument(fields, "length")?;
            let fixed_and_bad = match &length {
                Argument::Text(t) => t.holes().next().is_none() && parse_duration(&t.to_string()).is_none(),
                Argument::Number(n) => !n.is_finite() || *n <= 0.0,
                Argument::Bool(_) => true,
            };
            if fixed_and_bad {
                fields.fault(
                    fields.span_of("length"),
                    "this is no span of time",
                    Some("write \"10 minutes\" or \"{duration}\"".into()),
                );
            }
            Some(Verb::TimerStart { length, name })
        }
        "cancel" => Some(Verb::TimerCancel { name }),
        "remaining" => Some(Verb::TimerRemaining { name }),
        other => unknown_choice(fields, "timer", other, &["start", "cancel", "remaining"]),
    }
}

fn read_ask(fields: &Fields<'_, '_>) -> Option<Verb> {
    let text = fields.required_text("ask").map(|t| Template::parse(&t.text));
    let slot = fields.required_text("slot").map(|t| t.text);
    let answers = fields.entry("answers").map(|entry| AskedFor::read(fields, entry));
    Some(Verb::Ask { text: text?, slot: slot?, answers: answers.unwrap_or(AskedFor::Slot) })
}

impl AskedFor {
    /// As in `[lists]`, or `"{duration}"` for the values of the list of that name.
    pub(crate) fn read(fields: &Fields<'_, '_>, mut entry: Entry<'_, '_>) -> AskedFor {
        let template = entry.text.as_ref().map(|text| Template::parse(&text.text));
        if let Some(list) = template.as_ref().and_then(Template::only_hole) {
            return AskedFor::List(list.to_owned());
        }
        entry.key = "answers".to_owned();
        // A faulty one is there all the same: that nobody knows its answers is no second fault.
        AskedFor::Own(manifest::read_list(fields, entry).unwrap_or(List::Text(Vec::new())))
    }
}

fn read_delay(fields: &Fields<'_, '_>) -> Option<Verb> {
    let length = argument(fields, "delay")?;
    let fixed = match &length {
        Argument::Text(t) if t.holes().next().is_some() => None,
        Argument::Text(t) => Some(parse_duration(&t.to_string())),
        Argument::Number(seconds) => {
            Some(Duration::try_from_secs_f64(*seconds).ok().filter(|d| !d.is_zero()))
        }
        Argument::Bool(_) => Some(None),
    };
    let message = match fixed {
        Some(None) => "this is no span of time".to_owned(),
        Some(Some(length)) if length > LONGEST_DELAY => {
            format!("a delay is {} minutes at most", LONGEST_DELAY.as_secs() / 60)
        }
        _ => return Some(Verb::Wait { length: Some(length) }),
    };
    let help = "write \"5 seconds\" or \"{duration}\"; for a later time, start a timer";
    fields.fault(fields.span_of("delay"), message, Some(help.into()));
    None
}

fn read_alarm(fields: &Fields<'_, '_>, kind: AlarmKind) -> Option<Verb> {
    match fields.text(kind.name())?.text.as_str() {
        "set" => {
            let at = fields.required_text("at")?;
            let due = Template::parse(&at.text);
            let good = due.holes().next().is_some() || parse_time(&at.text).is_some();
            if !good {
                fields.fault(at.span, "this is no time", Some("write \"07:00\" or \"{datetime}\"".into()));
            }
            let morning =
                if fields.has("morning") { argument(fields, "morning")? } else { Argument::Bool(false) };
            Some(Verb::AlarmSet { kind, at: due, morning, about: template(fields, "about") })
        }
        "cancel" => {
            Some(Verb::AlarmCancel { kind, at: template(fields, "at"), about: template(fields, "about") })
        }
        "cancel_all" => Some(Verb::AlarmCancelAll { kind }),
        "list" => Some(Verb::AlarmList { kind }),
        "snooze" if kind == AlarmKind::Alarm => {
            argument(fields, "length").map(|length| Verb::Snooze { length })
        }
        other => {
            unknown_choice(fields, kind.name(), other, &["set", "cancel", "cancel_all", "list", "snooze"])
        }
    }
}

fn read_volume(fields: &Fields<'_, '_>) -> Option<Verb> {
    match fields.text("volume")?.text.as_str() {
        "set" => {
            let to = argument(fields, "to")?;
            number_or_slot(fields, "to", &to).then_some(Verb::VolumeSet { to })
        }
        "adjust" => {
            let by = argument(fields, "by")?;
            number_or_slot(fields, "by", &by).then_some(Verb::VolumeAdjust { by })
        }
        other => unknown_choice(fields, "volume", other, &["set", "adjust"]),
    }
}

fn read_list(fields: &Fields<'_, '_>) -> Option<Verb> {
    let list = fields.required_text("name").map(|t| Template::parse(&t.text));
    match fields.text("list")?.text.as_str() {
        verb @ ("add" | "remove") => {
            let item = fields.required_text("item").map(|t| Template::parse(&t.text));
            let (list, item) = (list?, item?);
            Some(if verb == "add" { Verb::ListAdd { list, item } } else { Verb::ListRemove { list, item } })
        }
        "read" => Some(Verb::ListRead { list: list? }),
        "clear" => Some(Verb::ListClear { list: list? }),
        other => unknown_choice(fields, "list", other, &["add", "remove", "read", "clear"]),
    }
}

fn read_tell(fields: &Fields<'_, '_>) -> Option<Verb> {
    match fields.text("tell")?.text.as_str() {
        "time" => Some(Verb::TellTime),
        "date" => Some(Verb::TellDate),
        other => unknown_choice(fields, "tell", other, &["time", "date"]),
    }
}

fn unknown_choice(fields: &Fields<'_, '_>, key: &'static str, found: &str, choices: &[&str]) -> Option<Verb> {
    let help = did_you_mean(found, choices.iter().copied());
    // The other keys belong to a choice that is not known: they are no faults of their own.
    for key in ["length", "name", "to", "by", "item", "at", "about", "morning"] {
        let _known = fields.has(key);
    }
    fields.fault(fields.span_of(key), format!("`{key}` cannot be `{found}`"), help);
    None
}

fn read_capability(fields: &Fields<'_, '_>, key: &'static str) -> Option<Capability> {
    let text = fields.text(key)?;
    let found = Capability::from_name(&text.text);
    if found.is_none() {
        let help = did_you_mean(&text.text, Capability::ALL.iter().map(|c| c.name()));
        fields.fault(text.span, format!("no capability is called `{}`", text.text), help);
    }
    found
}

/// `on`; `{targets}` when it is not there.
fn read_targets(fields: &Fields<'_, '_>) -> Vec<Target> {
    let mut targets = Vec::new();
    for text in fields.texts("on") {
        let template = Template::parse(&text.text);
        match template.only_hole() {
            Some("targets") => targets.push(Target::Named),
            Some("nearby") => targets.push(Target::Nearby),
            Some("target") => targets.push(Target::One),
            Some(slot) => targets.push(Target::Slot(slot.to_owned())),
            None if template.holes().next().is_none() && !template.is_empty() => {
                if let Some((kind, _)) = text
                    .text
                    .split_once('.')
                    .filter(|(kind, _)| !kind.contains('*') && Kind::from_name(kind).is_none())
                {
                    let help = did_you_mean(kind, Kind::ALL.iter().map(|k| k.name()));
                    fields.fault(text.span.clone(), format!("no kind of device is called `{kind}`"), help);
                }
                targets.push(Target::Pattern(text.text));
            }
            None => {
                let help = Some("write \"{targets}\", \"{slot}\" or a pattern such as \"cover.*\"".into());
                fields.fault(text.span, "`on` must be one slot or one pattern", help);
            }
        }
    }
    if !fields.has("on") {
        targets.push(Target::Named);
    }
    targets
}

fn argument(fields: &Fields<'_, '_>, key: &'static str) -> Option<Argument> {
    match fields.plain(key) {
        Some(toml::Value::Boolean(b)) => Some(Argument::Bool(b)),
        #[expect(clippy::cast_precision_loss, reason = "values of devices are small")]
        Some(toml::Value::Integer(n)) => Some(Argument::Number(n as f64)),
        Some(toml::Value::Float(n)) => Some(Argument::Number(n)),
        Some(toml::Value::String(text)) => Some(Argument::Text(Template::parse(&text))),
        Some(_) => {
            fields.fault(
                fields.span_of(key),
                format!("`{key}` must be a text, a number, true or false"),
                None,
            );
            None
        }
        None => {
            fields.fault(fields.span(), format!("`{key}` is missing"), None);
            None
        }
    }
}

fn number_or_slot(fields: &Fields<'_, '_>, key: &'static str, argument: &Argument) -> bool {
    let good = match argument {
        Argument::Number(_) => true,
        Argument::Text(t) => t.holes().next().is_some() || t.to_string().trim().parse::<f64>().is_ok(),
        Argument::Bool(_) => false,
    };
    if !good {
        fields.fault(fields.span_of(key), format!("`{key}` must be a number or a slot"), None);
    }
    good
}

fn template(fields: &Fields<'_, '_>, key: &'static str) -> Option<Template> {
    fields.text(key).map(|t| Template::parse(&t.text))
}

pub(crate) fn json(value: &toml::Value) -> serde_json::Value {
    match value {
        toml::Value::String(s) => serde_json::Value::String(s.clone()),
        toml::Value::Integer(n) => (*n).into(),
        toml::Value::Float(n) => (*n).into(),
        toml::Value::Boolean(b) => (*b).into(),
        toml::Value::Datetime(d) => serde_json::Value::String(d.to_string()),
        toml::Value::Array(a) => a.iter().map(json).collect(),
        toml::Value::Table(t) => {
            serde_json::Value::Object(t.iter().map(|(k, v)| (k.clone(), json(v))).collect())
        }
    }
}
