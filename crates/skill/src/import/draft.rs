//! Skills as they are put together, before they are written.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use mynah_intent::{Fractions, IntentSpec, List, NumberKind, Sentence, Spec, Value, Written};

use super::LeftOut;
use super::house::quoted;
use super::serve::{Group, Served, unserved};
use crate::lists::is_of_house;

/// How deep rules may stand in rules.
const MOST_DEEP: usize = 20;

/// One skill.
pub(super) struct Draft {
    pub(super) name: String,
    language: String,
    skip_words: Vec<String>,
    rules: BTreeMap<String, String>,
    lists: BTreeMap<String, List>,
    devices: BTreeSet<String>,
    pub(super) intents: Vec<DraftIntent>,
}

pub(super) struct DraftIntent {
    pub(super) name: String,
    pub(super) sentences: Vec<DraftSentence>,
    slots: BTreeMap<String, Value>,
    /// The room of the speaker must be known, and fills `area`.
    takes_area: bool,
    requires_area: bool,
    risk: &'static str,
    action: Option<String>,
    /// Why nothing is done.
    pub(super) unserved: Option<String>,
    pub(super) tests: Vec<DraftTest>,
}

pub(super) struct DraftSentence {
    pub(super) text: String,
    /// As it stands in the corpus.
    pub(super) original: String,
}

pub(super) struct DraftTest {
    pub(super) say: String,
    pub(super) area: Option<String>,
    pub(super) slots: BTreeMap<String, toml::Value>,
}

/// What a line of a skill's text is.
enum LineOf {
    Other,
    Rule(String),
    List(String),
    Intent(usize),
    Sentence(usize, usize),
    Test(usize, usize),
}

/// One skill for each domain of Home Assistant that the corpus has files for.
pub(super) fn of(spec: &Spec, left_out: &mut Vec<LeftOut>) -> Vec<Draft> {
    let mut drafts: Vec<Draft> = Vec::new();
    for intent in &spec.intents {
        let file = intent.sentences.first().map_or("", |sentence| &sentence.origin.file);
        let file = file.rsplit(['/', '\\']).next().unwrap_or_default();
        let domain = file.split_once("_Hass").map_or("homeassistant", |(domain, _)| domain);
        let name = format!("ha-{}", domain.replace('_', "-"));
        let at = drafts.iter().position(|draft| draft.name == name).unwrap_or_else(|| {
            drafts.push(Draft::new(name, spec));
            drafts.len() - 1
        });
        // What names a device does that to it, and what names none to all of a room.
        let names = |sentence: &Sentence| {
            let mut group = Group { intent, slots: BTreeSet::new(), has_name: false, domain };
            mentioned(&sentence.template, intent, spec, &mut group, &mut BTreeSet::new());
            group.has_name
        };
        let (named, others): (Vec<_>, Vec<_>) = intent.sentences.iter().cloned().partition(names);
        for sentences in [named, others].into_iter().filter(|sentences| !sentences.is_empty()) {
            drafts[at].add(&IntentSpec { sentences, ..intent.clone() }, domain, spec, left_out);
        }
    }
    drafts
}

/// File name and text of each.
pub(super) fn texts(drafts: &[Draft]) -> Vec<(String, String)> {
    drafts.iter().map(|draft| (format!("{}.toml", draft.name), draft.write().0)).collect()
}

impl Draft {
    fn new(name: String, spec: &Spec) -> Draft {
        let (rules, lists, devices, intents) = Default::default();
        let (language, skip_words) = (spec.language.clone(), spec.skip_words.clone());
        Draft { name, language, skip_words, rules, lists, devices, intents }
    }

    fn add(&mut self, intent: &IntentSpec, domain: &str, spec: &Spec, left_out: &mut Vec<LeftOut>) {
        let mut group = Group { intent, slots: BTreeSet::new(), has_name: false, domain };
        group.slots.extend(intent.slots.keys().chain(intent.context_slots.values()).cloned());
        for sentence in &intent.sentences {
            mentioned(&sentence.template, intent, spec, &mut group, &mut BTreeSet::new());
        }
        let mut leave_out = |what, why: &str| {
            left_out.extend(intent.sentences.iter().map(|sentence| LeftOut {
                what,
                why: why.to_owned(),
                intent: intent.name.clone(),
                text: sentence.template.clone(),
            }));
        };
        let other = |key: &&String| !matches!(key.as_str(), "domain" | "area" | "device_class");
        if let Some(key) = intent.requires_context.keys().chain(intent.excludes_context.keys()).find(other) {
            return leave_out("sentence", &format!("the context here has no `{key}`"));
        }
        let (action, risk, unserved) = match group.serve() {
            Served::Nameless(why) => return leave_out("sentence", &why),
            Served::Not(why) => (None, "low", Some(why)),
            Served::Does { action, risk } => (Some(action), risk, None),
        };
        let names = group.names();
        if group.has_name || action.as_ref().is_some_and(|action| action.contains("on = ")) {
            match (names, domain) {
                ("device", _) => {
                    let kinds = ["light.*", "switch.*", "plug.*", "fan.*", "media.*", "tv.*"];
                    self.devices.extend(kinds.map(str::to_owned));
                }
                (kind, _) => {
                    self.devices.insert(format!("{kind}.*"));
                }
            }
        }
        let sentences = intent.sentences.iter().map(|sentence| DraftSentence {
            text: self.rewrite(&sentence.template, intent, spec, names, &mut Vec::new()),
            original: sentence.template.clone(),
        });
        let sentences = sentences.collect();
        self.intents.push(DraftIntent {
            name: intent.name.clone(),
            sentences,
            slots: intent.slots.clone(),
            takes_area: intent.context_slots.contains_key("area"),
            requires_area: intent.requires_context.contains_key("area"),
            risk,
            action,
            unserved,
            tests: Vec::new(),
        });
    }

    /// A template with the names that its rules and lists have in this skill, which gets them.
    fn rewrite(
        &mut self,
        template: &str,
        intent: &IntentSpec,
        spec: &Spec,
        names: &str,
        inside: &mut Vec<String>,
    ) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some(at) = rest.find(['<', '{', '\\']) {
            text.push_str(&rest[..at]);
            let close = match rest.as_bytes()[at] {
                b'\\' => {
                    let end = rest[at + 1..].chars().next().map_or(0, char::len_utf8) + at + 1;
                    text.push_str(&rest[at..end]);
                    rest = &rest[end..];
                    continue;
                }
                b'<' => '>',
                _ => '}',
            };
            let Some(end) = rest[at..].find(close).map(|end| at + end) else { break };
            let inner = rest[at + 1..end].trim();
            rest = &rest[end + 1..];
            if close == '>' {
                let name = self.rule(inner, intent, spec, names, inside);
                let _ = write!(text, "<{name}>");
                continue;
            }
            let (list, slot) = inner.split_once(':').unwrap_or((inner, inner));
            let name = if list == "name" { names.to_owned() } else { self.list(list, intent, spec) };
            match name == slot {
                true => write!(text, "{{{name}}}"),
                false => write!(text, "{{{name}:{slot}}}"),
            }
            .unwrap_or_default();
            // "50[([ ]%)| percent]": a number takes its unit with it, and here a word ends with its list.
            if ["[(", "[ ", "[["].iter().any(|open| rest.starts_with(open)) {
                text.push(' ');
            }
        }
        text.push_str(rest);
        text.replace("[ ]", " ")
    }

    fn rule(
        &mut self,
        name: &str,
        intent: &IntentSpec,
        spec: &Spec,
        names: &str,
        inside: &mut Vec<String>,
    ) -> String {
        let body = intent.rules.get(name).or_else(|| spec.rules.get(name));
        let Some(body) = body.filter(|_| !inside.iter().any(|outer| outer == name)) else {
            return name.to_owned();
        };
        inside.push(name.to_owned());
        let body = self.rewrite(&body.template, intent, spec, names, inside);
        inside.pop();
        // Several groups may have a rule of that name, and "the lamp" is of another list than "the lock".
        let own = (1..).map(|n| if n == 1 { name.to_owned() } else { format!("{name}_{n}") });
        let own = own.take(1000).find(|own| self.rules.get(own).is_none_or(|known| *known == body));
        let own = own.unwrap_or_else(|| name.to_owned());
        self.rules.insert(own.clone(), body);
        own
    }

    fn list(&mut self, name: &str, intent: &IntentSpec, spec: &Spec) -> String {
        let list = intent.lists.get(name).or_else(|| spec.lists.get(name));
        let Some(list) = list.filter(|_| !matches!(name, "area" | "floor")) else { return name.to_owned() };
        let list = match list.clone() {
            List::Text(mut entries) => {
                for entry in &mut entries {
                    entry.said = written_out(&entry.said, intent, spec, 0);
                }
                List::Text(entries)
            }
            list => list,
        };
        let own = (1..).map(|n| if n == 1 { name.to_owned() } else { format!("{name}_{n}") });
        let fits = |own: &String| !is_of_house(own) && self.lists.get(own).is_none_or(|known| *known == list);
        let own = own.take(1000).find(fits).unwrap_or_else(|| name.to_owned());
        self.lists.insert(own.clone(), list);
        own
    }

    /// Takes out what stands on a line. False when nothing can be.
    pub(super) fn leave_out(&mut self, line: usize, why: &str, left_out: &mut Vec<LeftOut>) -> bool {
        let (_, lines) = self.write();
        let mut without = |intents: &mut Vec<DraftIntent>, uses: &dyn Fn(&str) -> bool| {
            let mut changed = false;
            for intent in intents {
                let (bad, good): (Vec<_>, Vec<_>) =
                    std::mem::take(&mut intent.sentences).into_iter().partition(|s| uses(&s.text));
                intent.sentences = good;
                changed |= !bad.is_empty();
                left_out.extend(bad.into_iter().map(|sentence| LeftOut {
                    what: "sentence",
                    why: why.to_owned(),
                    intent: intent.name.clone(),
                    text: sentence.original,
                }));
            }
            changed
        };
        match lines.get(line) {
            Some(LineOf::Sentence(intent, sentence)) => {
                let Some(text) = self.intents[*intent].sentences.get(*sentence).map(|s| s.text.clone())
                else {
                    return false;
                };
                without(&mut self.intents, &|other| other == text)
            }
            Some(LineOf::Rule(rule)) => {
                let bad = self.rules_with(&format!("<{rule}>"), rule);
                without(&mut self.intents, &|text| bad.iter().any(|rule| text.contains(&format!("<{rule}>"))))
            }
            Some(LineOf::List(list)) => {
                let own = [format!("{{{list}}}"), format!("{{{list}:")];
                let mut bad = BTreeSet::new();
                for own in &own {
                    bad.extend(self.rules_with(own, ""));
                }
                without(&mut self.intents, &|text| {
                    own.iter().any(|own| text.contains(own))
                        || bad.iter().any(|rule| text.contains(&format!("<{rule}>")))
                })
            }
            Some(LineOf::Intent(intent)) => {
                let mut one = vec![self.intents.remove(*intent)];
                without(&mut one, &|_| true)
            }
            Some(LineOf::Test(intent, test)) => {
                let test = self.intents[*intent].tests.remove(*test);
                let intent = self.intents[*intent].name.clone();
                left_out.push(LeftOut { what: "test", why: why.to_owned(), intent, text: test.say });
                true
            }
            Some(LineOf::Other) | None => false,
        }
    }

    /// The rules that have this in them, directly or by another rule, and `first`.
    fn rules_with(&self, part: &str, first: &str) -> BTreeSet<String> {
        let mut found: BTreeSet<String> = BTreeSet::from([first.to_owned()]);
        found.remove("");
        loop {
            let uses = |body: &String| {
                body.contains(part) || found.iter().any(|rule| body.contains(&format!("<{rule}>")))
            };
            let more: Vec<String> =
                self.rules.iter().filter(|(_, body)| uses(body)).map(|(name, _)| name.clone()).collect();
            let known = found.len();
            found.extend(more);
            if found.len() == known {
                return found;
            }
        }
    }

    /// Rules and lists that the sentences use.
    fn used(&self) -> (BTreeSet<&str>, BTreeSet<&str>) {
        let (mut rules, mut lists) = (BTreeSet::new(), BTreeSet::new());
        let sentences = self.intents.iter().flat_map(|intent| &intent.sentences);
        let mut open: Vec<&str> = sentences.map(|sentence| sentence.text.as_str()).collect();
        while let Some(text) = open.pop() {
            for (name, body) in &self.rules {
                if text.contains(&format!("<{name}>")) && rules.insert(name.as_str()) {
                    open.push(body);
                }
            }
            let uses =
                |name: &String| text.contains(&format!("{{{name}}}")) || text.contains(&format!("{{{name}:"));
            lists.extend(self.lists.keys().filter(|name| uses(name)).map(String::as_str));
        }
        (rules, lists)
    }

    fn write(&self) -> (String, Vec<LineOf>) {
        let mut text = String::new();
        let mut lines = Vec::new();
        let mut line = |of: LineOf, what: String| {
            debug_assert!(!what.contains('\n'), "one line: {what}");
            text.push_str(&what);
            text.push('\n');
            lines.push(of);
        };
        let other = || LineOf::Other;
        line(
            other(),
            "# From Home Assistant's sentences, https://github.com/home-assistant/intents (CC BY 4.0)."
                .into(),
        );
        line(other(), "[skill]".into());
        line(other(), format!("name = {}", quoted(&self.name)));
        line(other(), format!("language = {}", quoted(&self.language)));
        line(
            other(),
            format!("summary = {}", quoted(&format!("Home Assistant's sentences: {}", &self.name[3..]))),
        );
        if !self.skip_words.is_empty() {
            let words: Vec<String> = self.skip_words.iter().map(|word| quoted(word)).collect();
            line(other(), format!("skip_words = [{}]", words.join(", ")));
        }
        if !self.devices.is_empty() {
            let devices: Vec<String> = self.devices.iter().map(|d| quoted(d)).collect();
            line(other(), String::new());
            line(other(), "[permissions]".into());
            line(other(), format!("devices = [{}]", devices.join(", ")));
        }
        let (rules, lists) = self.used();
        if !rules.is_empty() {
            line(other(), String::new());
            line(other(), "[rules]".into());
            for (name, body) in self.rules.iter().filter(|(name, _)| rules.contains(name.as_str())) {
                line(LineOf::Rule(name.clone()), format!("{} = {}", key(name), quoted(body)));
            }
        }
        if !lists.is_empty() {
            line(other(), String::new());
            line(other(), "[lists]".into());
            for (name, list) in self.lists.iter().filter(|(name, _)| lists.contains(name.as_str())) {
                line(LineOf::List(name.clone()), format!("{} = {}", key(name), list_text(list)));
            }
        }
        for (i, intent) in self.intents.iter().enumerate() {
            line(other(), String::new());
            line(LineOf::Intent(i), "[[intent]]".into());
            line(LineOf::Intent(i), format!("name = {}", quoted(&intent.name)));
            line(LineOf::Intent(i), "sentences = [".into());
            for (s, sentence) in intent.sentences.iter().enumerate() {
                line(LineOf::Sentence(i, s), format!("  {},", quoted(&sentence.text)));
            }
            line(LineOf::Intent(i), "]".into());
            if !intent.slots.is_empty() {
                let slots =
                    intent.slots.iter().map(|(name, value)| format!("{} = {}", key(name), value_text(value)));
                let slots: Vec<String> = slots.collect();
                line(LineOf::Intent(i), format!("slots = {{ {} }}", slots.join(", ")));
            }
            match (intent.takes_area, intent.requires_area) {
                (true, _) => {
                    line(LineOf::Intent(i), "requires_context = { area = { slot = true } }".into());
                }
                (false, true) => line(LineOf::Intent(i), "requires_context = { area = true }".into()),
                (false, false) => {}
            }
            if intent.risk != "low" {
                line(LineOf::Intent(i), format!("risk = {}", quoted(intent.risk)));
            }
            match &intent.action {
                Some(action) => line(LineOf::Intent(i), format!("do = [{action}]")),
                None => line(LineOf::Intent(i), format!("reply = {}", quoted(unserved(&self.language)))),
            }
            for (t, test) in intent.tests.iter().enumerate() {
                line(LineOf::Test(i, t), String::new());
                line(LineOf::Test(i, t), "[[intent.test]]".into());
                line(LineOf::Test(i, t), format!("say = {}", quoted(&test.say)));
                if let Some(area) = &test.area {
                    line(LineOf::Test(i, t), format!("area = {}", quoted(area)));
                }
                let slots = test.slots.iter().map(|(name, value)| format!("{} = {value}", key(name)));
                let slots: Vec<String> = slots.collect();
                if !slots.is_empty() {
                    line(LineOf::Test(i, t), format!("slots = {{ {} }}", slots.join(", ")));
                }
            }
        }
        (text, lines)
    }
}

/// A template with the bodies of its rules: the values of lists have no rules here.
fn written_out(template: &str, intent: &IntentSpec, spec: &Spec, depth: usize) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, (rule, after))) =
        rest.split_once('<').and_then(|(before, from)| Some((before, from.split_once('>')?)))
    {
        text.push_str(before);
        let body = intent.rules.get(rule.trim()).or_else(|| spec.rules.get(rule.trim()));
        match body.filter(|_| depth < MOST_DEEP) {
            Some(body) => {
                let _ = write!(text, "({})", written_out(&body.template, intent, spec, depth + 1));
            }
            None => {
                let _ = write!(text, "<{rule}>");
            }
        }
        rest = after;
    }
    text + rest
}

/// Notes the slots of a template, through rules.
fn mentioned<'a>(
    template: &'a str,
    intent: &'a IntentSpec,
    spec: &'a Spec,
    group: &mut Group<'_>,
    rules: &mut BTreeSet<&'a str>,
) {
    let parts = |open: char, close: char| {
        template
            .split(open)
            .skip(1)
            .filter_map(move |part| part.split_once(close).map(|(inner, _)| inner.trim()))
    };
    for inner in parts('{', '}') {
        let (list, slot) = inner.split_once(':').unwrap_or((inner, inner));
        group.has_name |= list == "name";
        group.slots.insert(slot.to_owned());
    }
    for rule in parts('<', '>') {
        let body = intent.rules.get(rule).or_else(|| spec.rules.get(rule));
        if let Some(body) = body.filter(|_| rules.insert(rule)) {
            mentioned(&body.template, intent, spec, group, rules);
        }
    }
}

fn key(name: &str) -> String {
    let is_bare = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-');
    if is_bare { name.to_owned() } else { quoted(name) }
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Number(n) | Value::Percentage(n) | Value::Temperature(n) => n.to_string(),
        other => quoted(&other.to_string()),
    }
}

fn list_text(list: &List) -> String {
    match list {
        List::Text(entries) => {
            let entries = entries.iter().map(|entry| match &entry.value {
                Value::Text(text) if *text == entry.said && entry.context.is_empty() => quoted(text),
                value => format!("{{ in = {}, out = {} }}", quoted(&entry.said), value_text(value)),
            });
            format!("[{}]", entries.collect::<Vec<_>>().join(", "))
        }
        List::Range { from, to, step, kind, fractions, multiplier, written } => {
            let kind = match kind {
                NumberKind::Number => "number",
                NumberKind::Percentage => "percentage",
                NumberKind::Temperature => "temperature",
            };
            let fractions = match fractions {
                Fractions::None => "none",
                Fractions::Halves => "halves",
                Fractions::Tenths => "tenths",
            };
            let multiplier = multiplier.map_or(String::new(), |factor| format!(", multiplier = {factor:?}"));
            let written = match written {
                Written::Either => "",
                Written::Digits => ", words = false",
                Written::Words => ", digits = false",
            };
            format!(
                "{{ from = {from}, to = {to}, step = {step}, type = \"{kind}\", fractions = \"{fractions}\"{multiplier}{written} }}"
            )
        }
        List::Duration => "{ duration = true }".to_owned(),
        // The corpus has none of these.
        List::Value(_) | List::Wildcard => "{ wildcard = true }".to_owned(),
    }
}
