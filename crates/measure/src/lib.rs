//! Wake words measured: what `mynah bench wake` knows that is not reading files or running engines.
//!
//! A **stream** ([`Scene`]) is made of a recording, a [`Condition`] (noise, room, level) and a [`Draw`] that depends on the
//! seed and the recording alone. An engine that hears it leaves a [`Track`] for each word: when, and how surely. Tracks of
//! positives become [`Trial`]s, tracks of negatives become alarms, and the two become a [`Det`] curve with operating
//! points. Every share has its Wilson interval, every rate its exact Poisson interval. The [`Report`] is all of it, as
//! JSON, as a [`table`](report::table) and as a [`page`](page::page).
//!
//! There is no file, process, thread or clock here.
#![forbid(unsafe_code)]

mod condition;
pub mod det;
pub mod page;
mod plot;
pub mod protocol;
pub mod report;
mod scene;
mod stats;
pub mod track;

pub use condition::{BadCondition, Condition};
pub use det::{Alarms, Det, OperatingPoint, Trial, thresholds};
pub use mynah_audio::{Draw, Room, align, convolve, mix};
pub use report::Report;
pub use scene::{Scene, Surroundings};
pub use stats::{Interval, Quantiles, Rate, Share, poisson, wilson};
pub use track::{Hit, Track};
