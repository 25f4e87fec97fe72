//! Several commands at once: "turn off all the lights except the kitchen and close the blinds".

use mynah_home::Home;
use mynah_intent::{Context, Reading};

use crate::catalog::{Catalog, Situation};
use crate::plan::{Plan, Risk};
use crate::refer::locate;
use crate::refusal::Refusal;

impl Catalog {
    /// The commands of an utterance, each with what it may mean, the best reading first. Empty when any part of it is not
    /// understood. What was heard a little wrong ("turn on the lamb") has a confidence below 0.8, and is never risky.
    #[must_use]
    pub fn commands(&self, text: &str, situation: &Situation) -> Vec<Vec<Reading>> {
        let mut commands = self.read_commands(text, &self.context(situation));
        commands.iter_mut().for_each(|readings| locate(readings, situation.area.as_ref()));
        commands
    }

    fn read_commands(&self, text: &str, context: &Context) -> Vec<Vec<Reading>> {
        let commands = self.recognizer().commands(text, context);
        if !commands.is_empty() || !self.recognizer().spec().language.starts_with("en") {
            return commands;
        }
        let orders = order_of_request(text);
        let found = orders.iter().map(|order| self.recognizer().commands(order, context));
        let found = found.into_iter().find(|commands| !commands.is_empty());
        found.unwrap_or_else(|| self.near(text, context))
    }

    /// What a text that was heard a little wrong may mean. Nothing that is risky.
    fn near(&self, text: &str, context: &Context) -> Vec<Vec<Reading>> {
        let mut commands = self.recognizer().near(text, context);
        let is_harmless =
            |reading: &Reading| self.entry(reading.spec).is_some_and(|(_, entry)| entry.risk == Risk::Low);
        commands.iter_mut().for_each(|readings| readings.retain(is_harmless));
        if commands.iter().any(Vec::is_empty) { Vec::new() } else { commands }
    }

    /// What commands come down to together. Of readings that fit a command equally well, one that this house can do is meant.
    ///
    /// # Errors
    /// When any of them is not done, nothing is.
    pub fn plan_all(
        &self,
        commands: &[Vec<Reading>],
        home: &Home,
        situation: &Situation,
    ) -> Result<Plan, Refusal> {
        let plans = commands.iter().map(|readings| {
            let best = readings.first().map_or(0.0, |reading| reading.confidence);
            let equal = readings.iter().take_while(|reading| reading.confidence >= best);
            let mut plans = equal.map(|reading| self.plan(reading, home, situation)).collect::<Vec<_>>();
            let chosen = plans.iter().position(Result::is_ok).unwrap_or(0);
            if plans.is_empty() { Err(Refusal::UnknownIntent) } else { plans.swap_remove(chosen) }
        });
        Plan::together(plans.collect::<Result<_, _>>()?).ok_or(Refusal::UnknownIntent)
    }
}

/// "Would you mind turning off the light" as an order, in each way to write the verb: turn, turne, tur.
fn order_of_request(text: &str) -> Vec<String> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let bare = |word: &str| word.trim_end_matches([',', '.', '?']).to_lowercase();
    let is_mind = |pair: &[&str]| bare(pair[0]) == "you" && bare(pair[1]) == "mind";
    let Some(at) = words.windows(2).position(is_mind).map(|you| you + 2) else {
        return Vec::new();
    };
    let Some(stem) = words.get(at).and_then(|verb| bare(verb).strip_suffix("ing").map(str::to_owned)) else {
        return Vec::new();
    };
    let mut verbs = vec![stem.clone(), format!("{stem}e")];
    let mut end = stem.chars().rev();
    if let (Some(last), Some(before)) = (end.next(), end.next())
        && last == before
    {
        verbs.push(stem[..stem.len() - last.len_utf8()].to_owned());
    }
    verbs.iter().map(|verb| format!("{verb} {}", words[at + 1..].join(" "))).collect()
}
