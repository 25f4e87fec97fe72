//! The wires to things: [`Endpoints`] does the [`Action`](mynah_skill::Action)s of a plan on the devices of a
//! [`Home`](mynah_home::Home), reads back what came of them, and says so truthfully.
//!
//! ```no_run
//! # async fn example() -> Result<(), Vec<mynah_home::Fault>> {
//! use mynah_endpoint::{Endpoints, Settings};
//! use mynah_home::{Capability, DeviceId, Home};
//! use mynah_skill::{Action, Outcome};
//!
//! let home = Home::load("home.toml".as_ref())?;
//! let endpoints = Endpoints::connect(&home, Settings::default())?;
//! let device = DeviceId("light.kitchen_lamp".into());
//! let action = Action::Set { device, capability: Capability::Power, to: true.into() };
//! if let Outcome::Confirmed { state } = endpoints.execute(&action).await {
//!     // The lamp itself says that it is on.
//!     assert_eq!(state, true.into());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # Describing a device in home.toml
//!
//! A device has a table for its wire, `[device.http]` or `[device.mqtt]`, and in it one table for each capability.
//! The shipped `intents/home.toml` has an example of each.
//!
//! ```toml
//! [[device]]
//! name = "kitchen lamp"
//! kind = "light"
//! capabilities = ["power", "brightness"]
//!
//! [device.http]
//! url = "http://192.168.1.20"
//! headers = { Authorization = "Bearer ${LAMP_TOKEN}" }
//!
//! [device.http.power]
//! set = { method = "PUT", path = "/state", json = { on = "{value}" } }
//! get = { path = "/state", at = "/on" }
//!
//! [device.http.brightness]
//! set = { path = "/state", json = { level = "{value}" } }
//! get = { path = "/state", at = "/level" }
//! scale = 2.55
//! step = 1
//! ```
//!
//! ## Each capability, on any wire
//!
//! | key | what it is |
//! | --- | --- |
//! | `set` | how it is set; leave it out when it can only be read |
//! | `get` | how it is read; leave it out when it cannot be, and an order ends as [`Done`](mynah_skill::Outcome::Done) |
//! | `values` | what our states are called there: `{ on = "ON", off = "OFF" }`, `{ eco = 3, heat = 1 }`; where they have several for one of ours, the first is sent: `{ clear = [0, 1], cloudy = [2, 3] }` |
//! | `scale`, `offset` | for numbers: theirs = ours × scale + offset. Ours are percent, °C and kelvin. 1 and 0 |
//! | `step` | theirs is rounded to a multiple of it: `1` for whole numbers |
//! | `confirm_ms` | the time until it must be in the wanted state, in milliseconds; 1000, unless [`Settings`] say otherwise |
//!
//! Where the value belongs, write `{value}`; for a colour also `{r}`, `{g}`, `{b}` (0 to 255). In `json`, a string that is
//! `"{value}"` and nothing else becomes the value with its type (`true`, `30`, `"#0000ff"`). In a text, on and off are
//! `on` and `off`. In a path it is percent-encoded. No value can break out of its place.
//!
//! Without `values`, on is read from `true`, `"on"`, `1` (in any case of letters), a number also from a string, a colour from
//! `"#rrggbb"`, `[r, g, b]` or `{ r, g, b }`.
//!
//! ## `[device.http]`
//!
//! | key | what it is |
//! | --- | --- |
//! | `url` | the address; `path`s are added to it as they stand |
//! | `headers` | of every request |
//! | `timeout_ms` | time of one try, 1500 |
//! | `ca` | a PEM file with the certificate that signs the device's, for `https://` |
//! | `watch_every_ms` | how often it is asked for changes; never, unless given |
//! | `set`: `method` | `PUT` unless given |
//! | `set`: `path`, `headers` | may be left out |
//! | `set`: `json` or `text` | the body |
//! | `set`: `idempotency_key` | the name of a header that gets a key of its own for each order, so that a `POST` may be repeated |
//! | `get`: `method`, `path`, `headers` | as above; `GET` unless given |
//! | `get`: `at` | a JSON pointer to the value in the answer; the whole answer, unless given |
//!
//! A request without an answer is repeated, at most twice and within 2.5 s in all, when that does no harm: with `GET`, `PUT`
//! and `DELETE`, with an idempotency key, or when there was no connection yet. "503" and the like count as no answer.
//! Redirects are not followed.
//!
//! ## `[mqtt]` and `[device.mqtt]`
//!
//! | key of `[mqtt]` | what it is |
//! | --- | --- |
//! | `broker` | `mqtt://host:1883`, or `mqtts://host:8883` for TLS |
//! | `username`, `password` | if the broker wants them |
//! | `ca` | a PEM file with the certificate that signs the broker's; those of the system, unless given |
//! | `client_id` | one of its own, unless given |
//! | `status_topic` | where Mynah says `online` and, also by its last will, `offline`; `mynah/status` |
//!
//! | key of `[device.mqtt]` | what it is |
//! | --- | --- |
//! | `availability` | `{ topic, at, online, offline }`: where the device's own last will tells that it is away; the words are `online` and `offline` unless given |
//! | `set`: `topic`, `retain` | where orders go, at QoS 1 |
//! | `set`: `json` or `payload` | what they are; a `payload` that is a JSON object is filled in like `json` |
//! | `get`: `topic`, `at` | where the device tells its state, and a JSON pointer into it. JSON without a value there tells nothing |
//! | `get`: `ask` | `{ topic, payload }`: a message that makes the device tell its state, for one that does not do so by itself |
//!
//! mosquitto answers some 40 ms sooner with `set_tcp_nodelay true` in its configuration.
//!
//! A state that the broker has kept for the device is known as soon as the broker is. While the broker is away, orders fail
//! at once, and none of them is done later. A device that is known to be there and says already what is wanted need not
//! say so again.
//!
//! ## Secrets
//!
//! `${NAME}` in any string is replaced by a variable of the environment, `${file:/path}` by the first line of a file that
//! only its owner can read; `$${` stands for `${`. A password, or a header that holds a key, is not accepted in the file itself.
#![forbid(unsafe_code)]

mod codec;
pub mod demo;
mod endpoints;
mod faults;
mod http;
mod keys;
mod mqtt;
mod secret;
mod settings;
mod spec;
mod template;

pub use endpoints::Endpoints;
pub use settings::Settings;
pub use spec::{Ability, Change, Changes, Endpoint, Health, Mark, Pending, Report};
