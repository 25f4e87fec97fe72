//! The house: floors, rooms, devices, what each can do and in which unit.
//!
//! Pure but for reading `home.toml`. How a device is reached stands in its `endpoint` table, which
//! the endpoint crate reads; nothing here knows a wire.
//!
//! # home.toml
//!
//! ```
//! let home = mynah_home::Home::parse("home.toml", r#"
//!     [[area]]
//!     name = "living room"             # as it is said
//!     id = "living_room"               # default: the name in snake case
//!     aliases = ["lounge"]
//!     floor = "ground floor"
//!
//!     [[device]]
//!     name = "living room lamp"        # as it is said; with the room in front it is also "the lamp in the living room"
//!     kind = "light"                   # light, plug, switch, cover, climate, sensor, fan, lock, media, tv, vacuum, door, presentation, weather, other
//!     id = "light.living_room_lamp"    # default: the kind, a dot, the name in snake case
//!     area = "living room"             # name or id
//!     aliases = ["reading light"]      # other names
//!     say_as = ["livin room lamp"]     # how it may be heard
//!     capabilities = ["power", "brightness"]   # default: what is usual for the kind
//!
//!     [device.http]                    # how it is reached: tables that the endpoint crate reads
//!     url = "http://lamp.local"
//!
//!     [mqtt]                           # settings of a wire as a whole, for the endpoint crate too
//!     broker = "mqtt://localhost"
//! "#).expect("a good file");
//!
//! let lamp = home.find("the lamp in the lounge", None).one().expect("one lamp");
//! assert_eq!(lamp.id.as_str(), "light.living_room_lamp");
//! assert!(home.find("the lamp in the gazebo", None).one().is_none());
//! ```
//!
//! | capability | states, in home.toml, skills and on the command line |
//! | --- | --- |
//! | `power` | `on`, `off` |
//! | `brightness`, `volume`, `speed` | 0 to 100 percent |
//! | `color` | a name ([`Color::names`]) or `#rrggbb` |
//! | `color_temperature` | 1,000 to 12,000 kelvin |
//! | `position` | percent open: 0 or `closed` to 100 or `open` |
//! | `target_temperature` | 5 to 35 °C |
//! | `temperature`, `humidity` | measured: °C, percent; read only |
//! | `lock` | `locked`, `unlocked` |
//! | `mode`, `source`, `media` | any name: of a mode, of an input or an app, of what is played |
//! | `playback` | `playing`, `paused`, `stopped` |
//! | `mute` | `muted`, `unmuted` |
//! | `step` | `next`, `previous`: a push of a button, which cannot be read |
//! | `cleaning` | `cleaning`, `paused`, `docked`; read also `returning`, `idle` |
//! | `contact` | `open`, `closed`; read only |
//! | `motion` | `motion`, `none`; read only |
//! | `battery`, `rain_chance` | percent; read only |
//! | `condition` | the weather in words; read only |
//!
//! Two devices of one area may not share a name. Every mistake of a file is reported at once, as [`Fault`]s.
#![forbid(unsafe_code)]

mod capability;
mod color;
mod device;
mod fields;
mod file;
mod find;
mod home;
mod state;

pub use capability::{BadState, Capability};
pub use color::Color;
pub use device::{Area, AreaId, Device, DeviceId, Kind};
pub use fields::{Entry, Fault, Fields, Text, did_you_mean, read_toml, read_toml_leniently};
pub use find::{Resolution, SpokenNames, plain_name};
pub use home::Home;
pub use state::State;
