//! Skills: TOML manifests → [`Catalog`]; an intent and the house → a [`Plan`] of [`Action`]s; outcomes → a [`Reply`].
//!
//! Pure but for reading files. Nothing here sends anything.
//!
//! # A skill is one TOML file
//!
//! ```toml
//! [skill]
//! name = "lamps"                    # its own among all skills
//! language = "en"                   # the default
//! summary = "Switch the lamps"      # what "what can I say" tells, with the sentences of the tests
//! version = "1"                     # for people
//! skip_words = ["kindly"]           # may stand anywhere without changing the meaning, beside those that every skill has
//! # extends = "lights"              # adds to that skill, see below
//!
//! [permissions]                     # anything else is refused, when the skill loads and again when it acts
//! devices = ["light.*"]             # patterns on device ids; `*` takes any characters
//! http = ["http://coffee.local/*"]  # patterns on addresses
//! mqtt = ["coffee/#"]               # topic filters
//!
//! [rules]                           # bodies of `<turn>`
//! turn = "(turn|switch)"
//!
//! [lists]                           # values of `{size}`, beside those that are always there
//! size = ["small", { in = "(large|big)", out = "large" }]
//! cups = { from = 1, to = 8, step = 1, type = "number" }      # or "percentage", "temperature"; fractions = "halves" or "tenths";
//!                                   # multiplier = 10; words = false: as digits only; digits = false: in words only
//! item = { wildcard = true }        # any words
//! pause = { duration = true }       # a span of time
//!
//! [[intent]]
//! name = "lamp.power"
//! sentences = ["<turn> {state} [the] {device:lamp}"]
//! slots = { room = "kitchen" }      # filled without being said
//! risk = "low"                      # "confirm": done after a yes; "pin": after the PIN
//! needs = ["light.*"]               # only in a house that has such a device; good for very short sentences
//! do = [{ set = "power", to = "{state}", on = "{targets}" }]
//! reply = "{targets} {state}"       # or several: the first whose slots were all said
//!
//! # Or, where it depends on what was said: reply = [{ when = { state = "on" }, say = ["Light", "Let there be light"] }, "Dark"]
//!
//! [[intent.test]]                   # any number, and at least one
//! say = "turn on the kitchen lamp"
//! area = "kitchen"                  # the room of the speaker
//! intent = "lamp.power"             # another than the one that it stands in
//! slots = { state = "on" }
//! does = [{ device = "kitchen lamp", power = "on" }]
//! reply = "The kitchen lamp is on." # when all goes as hoped
//! asks = "How large?"               # a question that is asked back, and
//! answer = "large"                  # what is answered to it; several: to those that follow
//! refuse = true                     # instead: not understood by this skill, or refused
//!
//! [[refuse]]                        # what this skill must not understand
//! say = "turn on the gazebo"
//! ```
//!
//! ## Other languages
//!
//! The words of a skill in another language stand beside those that it is written in; what it does, and what it may reach, is the same.
//! Lists that are not translated are as they are; an intent that is not translated is not there. `mynah skill check` tells what is missing.
//!
//! ```toml
//! [translations.de]
//! summary = "Kaffee kochen"
//!
//! [translations.de.rules]           # these alone; and `skip_words`
//!
//! [translations.de.lists]
//! size = [{ in = "(klein|kleinen)", out = "small" }, { in = "(groß|großen)", out = "large" }]
//!
//! [translations.de.says]            # what `say` actions say, by their own texts
//! "Here it comes" = "Schon unterwegs"
//!
//! [[translations.de.intent]]
//! name = "coffee.brew"              # one of this skill
//! sentences = ["mach [mir] einen [{size}] Kaffee"]
//! reply = "Kommt sofort"
//! asks = { size = "Wie groß?" }     # the questions of its actions; with answers of their own:
//! # asks = { milk = { ask = "Mit Milch?", answers = [{ in = "ja", out = "white" }, { in = "nein", out = "black" }] } }
//!
//! [[translations.de.intent.test]]   # as above; and [[translations.de.refuse]]
//! say = "mach mir einen großen Kaffee"
//! slots = { size = "large" }
//! ```
//!
//! `requires_context` and `excludes_context` of an intent are as Home Assistant has them; the context is `area`, the room of
//! the speaker. `requires_context = { area = { slot = true } }` also fills the slot `area` with it.
//!
//! ## Lists that are always there
//!
//! `{device}` are the devices that the permissions allow, and `{light}`, `{plug}`, `{switch}`, `{cover}`, `{climate}`, `{sensor}`,
//! `{fan}`, `{lock}`, `{media}`, `{tv}`, `{vacuum}`, `{door}`, `{presentation}`, `{weather}` those of one kind. Each is said as its name, its aliases, its `say_as`, with its room
//! before or after ("lamp in the kitchen"), and without the room ("the lamp"). Where several devices share a way of saying,
//! the one in the room of the speaker is meant, and where that does not tell, the speaker is asked. `{area}` are the rooms, with "here" and "this room" for that of the speaker, and `{floor}` the floors: a floor
//! stands for its rooms.
//! `{state}` is on or off; `{percentage}`, `{temperature}`, `{number}`, `{integer}`, `{duration}` and `{color}` are what they say.
//!
//! | list | is said | in an action |
//! | --- | --- | --- |
//! | `{ordinal}` | "third", "last" | `3`, `-1` |
//! | `{amount}` | "two liters", "half a pound" | `2 l`, `0.5 lb` |
//! | `{time}` | "seven", "half past six", "7:30 pm", "noon" | `19:30`, the next such time |
//! | `{date}` | "tomorrow", "next friday", "the third of may" | `2027-05-03` |
//! | `{datetime}` | "tomorrow evening", "friday at six", "in ten minutes", or a time | `2026-11-27T18:00:00+01:00` |
//! | `{recurrence}` | "every weekday at seven", "every other day" | `FREQ=DAILY;INTERVAL=2` (RFC 5545) |
//!
//! A test writes their values so, or as they were said: `slots = { date = "today+1" }`.
//!
//! ## Several things at once
//!
//! Commands may be joined by "and", "then" or a comma, of this skill and others: "turn off the lights and set a timer for ten
//! minutes". What a command shares with the one before may be left out: "turn off the lamp and the fan". All are done or none.
//! At each place of a device or a room several may be said, "dim the lamp and the spot to 20 percent", and behind a sentence
//! that speaks of all, some may be left out: "turn off all the lights except the kitchen". A skill has to do nothing for it.
//!
//! "It", "them" and "the other one" are in every device list, and mean the devices that were spoken of in the last minutes; "there", among the rooms,
//! is the room of those. "In the kitchen too", "and the lamp there too" and "what about the bedroom" ask again for what was asked for before, of
//! another room or device; where another skill is for that device, by its intent that does the same. When
//! "the lamp" may be several, the question takes an answer: "the bedroom one", "the second", "both".
//!
//! ## Actions
//!
//! | entry of `do` | what it does |
//! | --- | --- |
//! | `{ set = "brightness", to = "{percentage}", on = "{targets}" }` | brings a capability to a state, and reads it back |
//! | `{ adjust = "brightness", by = -20, on = "{targets}" }` | changes a number, in the unit of the capability |
//! | `{ read = "temperature", on = "{targets}" }` | asks for a state |
//! | `{ http = { method = "POST", url = "http://…/{size}", json = { n = "{cups}" } } }` | a request; slots in the address are escaped, the host must be fixed |
//! | `{ mqtt = { topic = "coffee/{size}", payload = "…", retain = true } }` | a message at QoS 1; a table as payload becomes JSON |
//! | `{ timer = "start", length = "{duration}", name = "{name}" }` | and `timer = "cancel"`, `timer = "remaining"`; `length = "{hours} h {minutes} m"` takes of several slots those that were said |
//! | `{ alarm = "set", at = "{date} {time}" }` | and `alarm = "cancel"` (with `at` or without), `"cancel_all"`, `"list"`, `{ alarm = "snooze", length = "9 minutes" }`; `at` names slots of times, days, points in time, spans or recurrences, of which those that were said are taken together (the values of a list of your own may be `today+1`, `friday`, `FREQ=WEEKLY;BYDAY=SA,SU`), or is `"07:00"`; `morning = "{slot}"`: when that was said, six is six in the morning |
//! | `{ reminder = "set", at = "{datetime}", about = "{text}" }` | and `reminder = "cancel"` (with `about`), `"cancel_all"`, `"list"` |
//! | `{ volume = "set", to = "{percentage}" }` | and `{ volume = "adjust", by = 10 }` |
//! | `{ tell = "time" }`, `{ tell = "date" }` | |
//! | `{ list = "add", name = "shopping", item = "{item}" }` | and `list = "remove"`; `list = "read"`, `list = "clear"` |
//! | `{ say = "Here it comes" }` | says it, before the reply |
//! | `{ ask = "How large?", slot = "size" }` | asks for a slot that was not said, before anything is done; what may be answered are the values of the list that the sentences have for the slot (`{duration:length}`), or of the list of its name; or `answers = "{duration}"`, the values of any list that is always there or the skill's own; or a list written out, `answers = ["small", { in = "(large\|big)", out = "large" }]`, `answers = { from = 1, to = 8 }` |
//! | `{ scene = "movie" }`, `{ scene = "{scene}" }` | does the actions of `[scenes]`, which has `movie = [{ … }, …]` |
//! | `{ delay = "5 seconds" }` | what follows is done so much later, ten minutes at most, and only when all went well so far |
//! | `{ sequence = [{ … }, { … }] }` | one after the other, up to the first that does not work |
//! | `{ help = "{topic}" }` or `{ help = true }` | tells what can be said |
//! | `{ undo = true }` | takes back the last plan that changed something: what was read before it is restored |
//! | `{ cancel = true }` | stops what goes on |
//!
//! `on` is `"{targets}"` (the default), `"{nearby}"`, `"{target}"`, a slot such as `"{lamp}"`, or a pattern such as `"cover.*"`. `{targets}` are the devices that
//! the sentence named; else the permitted ones in the room that it named; else, in a sentence that has no place for either, all
//! permitted ones; of these last two, the devices that have the capability. **Nothing widens them**: a slot that was said and
//! means nothing here is a [`Refusal`], and so is a device that cannot do what was asked. `{target}` is one of these devices:
//! where several could be meant, the one in the room of the speaker; where that does not tell, the speaker is asked. `{nearby}` are these
//! devices too, but where the sentence named neither device nor room, and has no `{all}`, only those in the room of the speaker, if there are any: "turn off the
//! lights" and "turn off all the lights". Of several
//! actions on patterns, those are left out for which the house has nothing.
//!
//! Actions of one intent on different devices are done side by side. Those behind a `delay`, and the steps of a `sequence`, wait for what
//! stands before them. What the assistant does itself (say, timer, list, volume, …) is done at once and stands before any delay.
//!
//! ## Adding to a skill
//!
//! With `extends = "lights"` a skill adds sentences to the one of that name, whose file stays as it is. It takes over its rules, lists and
//! scenes. An intent that has the name of one of its intents, and neither `do` nor `reply`, does and answers the same, at the same risk or a
//! greater one, with the permissions of both.
//!
//! ```toml
//! [skill]
//! name = "my lights"
//! extends = "lights"
//!
//! [[intent]]
//! name = "light.power"
//! sentences = ["let [the] {device:light} be {state}"]
//! ```
//!
//! ## Replies
//!
//! The first entry of `reply` that fits is taken: all of its slots were said, and each slot of its `when` has that value (or one of
//! several; `true`: any). Several wordings in `say` take turns.
//!
//! `{targets}` are the devices, `{state}` is what was read back with its verb ("is on", "are closed", "measures 20 degrees"), `{is}`
//! the verb alone, `{value}` a value that was read, `{temperature}` and the like the value of that capability, where several are read, `{said}` what the assistant itself has to tell (which goes before any reply
//! that does not ask for it), `{slot}` the words of a slot. See [`Plan::reply`] for what is said when not all went well.
#![forbid(unsafe_code)]

mod action;
mod ask;
mod catalog;
mod check;
mod compile;
mod extend;
mod files;
mod format;
mod help;
mod import;
mod language;
mod lists;
mod manifest;
mod outcome;
mod permission;
mod places;
mod plan;
mod planner;
mod refer;
mod refusal;
mod reply;
mod schema;
mod several;
mod skill_test;
mod sounds;
mod starter;
mod template;
mod too;
mod trial;
mod wording;
mod written;

pub use ask::answered;
pub use catalog::{Catalog, Situation};
pub use check::Findings;
pub use files::{skill_texts, with_bases};
pub use format::format;
pub use help::SkillHelp;
pub use import::{Import, ImportReport, LeftOut, import};
pub use language::Language;
pub use outcome::{Failure, FailureKind, Outcome, Reply};
pub use plan::{Action, AlarmKind, Due, HttpCall, Local, MqttMessage, Plan, PlanPart, Risk};
pub use refer::{chosen, is_too, refer};
pub use refusal::{Answers, BadValue, Refusal};
pub use schema::schema;
pub use sounds::pronouncer;
pub use starter::starter;
pub use trial::{TestReport, TestResult};
