//! What would be said if all went well.

use mynah_home::{Capability, Home, State};

use crate::language::Language;
use crate::outcome::{Outcome, Reply};
use crate::plan::{Action, Local, Plan};
use crate::wording;

impl Plan {
    /// What would be said if every action went as hoped: for those who try a skill.
    #[must_use]
    pub fn hoped(&self, home: &Home) -> Reply {
        let outcomes: Vec<Outcome> =
            self.actions.iter().map(|action| as_hoped(action, self.language)).collect();
        self.reply(home, &outcomes)
    }
}

/// What an action would bring if all went well.
fn as_hoped(action: &Action, language: Language) -> Outcome {
    match action {
        Action::Set { capability, .. } if !capability.is_readable() => Outcome::Done { said: None },
        Action::Set { to, .. } => Outcome::Confirmed { state: to.clone() },
        Action::Adjust { capability, by, .. } => {
            let middle = capability.range().map_or(0.0, |(from, to)| f64::from(from + to) / 2.0);
            Outcome::Confirmed { state: State::Number(middle + by) }
        }
        Action::Read { capability, .. } => Outcome::Read {
            state: match capability {
                Capability::Power | Capability::Lock => State::Bool(true),
                Capability::Mute | Capability::Contact | Capability::Motion => State::Bool(false),
                Capability::Color => State::Text("white".into()),
                Capability::Mode => State::Text("auto".into()),
                Capability::Playback => State::Text("playing".into()),
                Capability::Source | Capability::Media => State::Text("radio".into()),
                Capability::Cleaning => State::Text("docked".into()),
                Capability::Condition => State::Text("cloudy".into()),
                Capability::RainChance => State::Number(40.0),
                Capability::Temperature | Capability::TargetTemperature => State::Number(21.0),
                _ => State::Number(50.0),
            },
        },
        Action::Local(Local::Say { text }) => {
            Outcome::Done { said: Some(wording::of(language).sentence(text)) }
        }
        Action::Http(_) | Action::Mqtt(_) | Action::Local(_) | Action::Wait { .. } => {
            Outcome::Done { said: None }
        }
    }
}
