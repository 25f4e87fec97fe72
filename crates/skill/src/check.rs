//! What is no fault but most likely no intention: the warnings of `mynah skill check`.

use std::collections::BTreeMap;
use std::ops::Range;

use mynah_home::{Home, did_you_mean};
use mynah_intent::{Context, Fault, Origin, Reading};

use crate::action::Verb;
use crate::catalog::Catalog;
use crate::manifest::Manifest;
use crate::permission::Permissions;

/// How many sentences are drawn from the graph to look for collisions.
const SAMPLES: usize = 2000;

impl Catalog {
    /// Looks for what a skill author would want to know: rules, lists and permissions that nothing uses, intents without a
    /// test, and sentences that two intents accept, of each pair the shortest that was found.
    ///
    /// Collisions are looked for in the tests' sentences and in sentences drawn from the graph, the same ones each time;
    /// that none is found is no proof.
    #[must_use]
    pub fn check(&self, home: &Home) -> Vec<Fault> {
        let mut warnings = Vec::new();
        for skill in &self.skills {
            check_unused(skill, &mut warnings);
            check_permissions(skill, home, &mut warnings);
            for intent in skill.intents.iter().filter(|i| i.tests.is_empty()) {
                let message = format!("no test says what `{}` does", intent.name);
                let help = Some("add: [[intent.test]] with say and does".into());
                warnings.push(warning(skill, intent.name.span.clone(), message, help));
            }
        }
        warnings.extend(self.collisions());
        warnings
    }

    fn collisions(&self) -> Vec<Fault> {
        let mut shortest: BTreeMap<(usize, usize), (String, Reading)> = BTreeMap::new();
        let mut look = |text: &str| {
            let readings = self.recognizer().recognize(text, &Context::default());
            let Some(first) = readings.first() else { return };
            let rivals = readings.iter().skip(1).filter(|r| r.intent.name != first.intent.name);
            for rival in rivals.filter(|r| first.confidence - r.confidence < 0.005) {
                let pair = (first.spec.min(rival.spec), first.spec.max(rival.spec));
                let found = shortest.get(&pair).is_none_or(|(known, _)| text.len() < known.len());
                if found {
                    let later = if first.spec > rival.spec { first } else { rival };
                    shortest.insert(pair, (text.to_owned(), later.clone()));
                }
            }
        };
        let tests = self.skills.iter().flat_map(|s| &s.intents).flat_map(|i| &i.tests);
        tests.for_each(|t| look(&t.say.text));
        // Knuth's linear congruential generator: the same sentences on every machine.
        let mut state: u64 = 1;
        for _ in 0..SAMPLES {
            let text = self.graph().sample("something", |n| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                usize::try_from(state >> 33).unwrap_or_default() % n.max(1)
            });
            look(&text);
        }
        let mut warnings = Vec::new();
        for ((earlier, _), (text, later)) in shortest {
            let (Some((other_skill, other)), Some((skill, intent))) =
                (self.entry(earlier), self.entry(later.spec))
            else {
                continue;
            };
            let origin = intent.sentences.get(later.sentence).map(|s| s.origin.span.clone());
            let message = format!(
                "\u{201c}{text}\u{201d} is a sentence of `{}` and of `{}` of {}",
                intent.name, other.name, other_skill.file
            );
            let help =
                Some("make one of them more special; now the better match is taken, or the first".into());
            warnings.push(warning(skill, origin.unwrap_or_else(|| intent.name.span.clone()), message, help));
        }
        warnings
    }
}

fn check_unused(skill: &Manifest, warnings: &mut Vec<Fault>) {
    let mentions: Vec<_> = skill.intents.iter().map(|i| skill.mentions(&i.sentences)).collect();
    for (name, rule) in &skill.rules {
        if !mentions.iter().any(|m| m.rules.contains(name)) {
            warnings.push(warning(
                skill,
                rule.origin.span.clone(),
                format!("no sentence uses the rule `{name}`"),
                None,
            ));
        }
    }
    for (name, (_, span)) in &skill.lists {
        if !mentions.iter().any(|m| m.lists.contains(name)) {
            warnings.push(warning(skill, span.clone(), format!("no sentence uses the list `{name}`"), None));
        }
    }
}

fn check_permissions(skill: &Manifest, home: &Home, warnings: &mut Vec<Fault>) {
    let verbs = || skill.intents.iter().flat_map(|i| &i.actions).map(|a| &a.verb);
    let sample = |t: &crate::template::Template| t.fill(|_| Some("x".into())).unwrap_or_default();
    let only = |http: &[String], mqtt: &[String]| Permissions {
        devices: Vec::new(),
        http: http.to_vec(),
        mqtt: mqtt.to_vec(),
    };
    let mut unused = |pattern: &str, message: String, help: Option<String>| {
        let span = skill.permission_spans.iter().find(|(p, _)| p == pattern).map(|(_, span)| span.clone());
        warnings.push(warning(skill, span.unwrap_or_default(), message, help));
    };
    for pattern in &skill.permissions.devices {
        if !verbs().any(|v| matches!(v, Verb::Set { .. } | Verb::Adjust { .. } | Verb::Read { .. })) {
            unused(pattern, format!("nothing here does anything with `{pattern}`"), None);
        } else if !pattern.contains('*') && home.device(&pattern.as_str().into()).is_none() {
            let help = did_you_mean(pattern, home.devices().iter().map(|d| d.id.as_str()));
            unused(pattern, format!("no device of this house is `{pattern}`"), help);
        }
    }
    for pattern in &skill.permissions.http {
        let permissions = only(std::slice::from_ref(pattern), &[]);
        if !verbs().any(|v| matches!(v, Verb::Http { url, .. } if permissions.http(&sample(url)))) {
            unused(pattern, format!("no action needs the permission `{pattern}`"), None);
        }
    }
    for pattern in &skill.permissions.mqtt {
        let permissions = only(&[], std::slice::from_ref(pattern));
        if !verbs().any(|v| matches!(v, Verb::Mqtt { topic, .. } if permissions.mqtt(&sample(topic)))) {
            unused(pattern, format!("no action needs the permission `{pattern}`"), None);
        }
    }
}

fn warning(skill: &Manifest, span: Range<usize>, message: String, help: Option<String>) -> Fault {
    Fault { origin: Origin { file: skill.file.clone(), span }, message, help }
}
