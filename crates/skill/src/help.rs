//! What skills tell of themselves.

use crate::manifest::{IntentEntry, Manifest};

/// What a skill tells of itself.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SkillHelp {
    /// Its name.
    pub skill: String,
    /// What it is for.
    pub summary: String,
    /// Sentences that it understands, those of its tests: the first of each intent, then the others.
    pub sentences: Vec<String>,
}

impl SkillHelp {
    pub(crate) fn of(skill: &Manifest) -> SkillHelp {
        let says = |intent: &IntentEntry| {
            let good = intent.tests.iter().filter(|t| !t.refuse);
            good.map(|t| t.say.text.clone()).collect::<Vec<_>>()
        };
        let says: Vec<Vec<String>> = skill.intents.iter().map(says).collect();
        let firsts = says.iter().filter_map(|says| says.first());
        let others = says.iter().flat_map(|says| says.iter().skip(1));
        let mut sentences: Vec<String> = Vec::new();
        for say in firsts.chain(others) {
            if !sentences.contains(say) {
                sentences.push(say.clone());
            }
        }
        SkillHelp { skill: skill.name.text.clone(), summary: skill.summary.clone(), sentences }
    }
}
