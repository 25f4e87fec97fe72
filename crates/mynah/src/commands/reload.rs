//! Skills and home.toml that are saved while Mynah runs.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread;

use mynah_assistant::dialogue::House;
use mynah_home::Home;
use mynah_host::runtime::{Fresh, Reload, Wires};
use mynah_skill::Catalog;
use tokio::runtime::Handle;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::config::Config;
use crate::report::{count, faults};
use crate::setup::{self, Household};
use crate::watched::Watched;

/// Tells what the files of the household say, each time one of them was saved, until nobody listens any more. `home_is_a_file`: the house
/// is that of home.toml, not the demo.
pub fn watch(household: &Household, home_is_a_file: bool) -> UnboundedReceiver<Reload> {
    let (saved, reloads) = unbounded_channel();
    let config = household.config.clone();
    let home_file = config.home.clone().filter(|_| home_is_a_file);
    let mut watched = Watched::new(config.skills.iter().chain(&home_file).cloned().collect());
    let mut files = Files {
        home: household.home.clone(),
        home_text: text_of(home_file.as_ref()),
        home_file,
        catalog: None,
        skill_texts: Vec::new(),
        config,
    };
    let runtime = Handle::current();
    let body = move || {
        // Connecting to devices needs the loop.
        let _entered = runtime.enter();
        while !saved.is_closed() {
            if !watched.changed_by_the_next_look() {
                continue;
            }
            let reload = match files.load() {
                Ok(fresh) => Reload::Fresh(Box::new(fresh)),
                Err(error) => Reload::Broken { message: format!("{error:#}") },
            };
            match &reload {
                Reload::Fresh(fresh) => tracing::info!("reloaded: {}", fresh.message),
                Reload::Broken { message } => {
                    tracing::warn!("not reloaded, the version before goes on: {message}");
                }
            }
            if saved.send(reload).is_err() {
                return;
            }
        }
    };
    // Without the thread nothing is reloaded, and everything else works.
    if let Err(error) = thread::Builder::new().name("mynah-files".into()).spawn(body) {
        tracing::warn!("files that are saved will not be noticed: {error}");
    }
    reloads
}

struct Files {
    config: Config,
    home_file: Option<PathBuf>,
    home: Arc<Home>,
    /// What `home` was read from: wires are opened again only when it differs.
    home_text: Option<String>,
    /// What was loaded last, and what from: where only the house differs, sentences need not be compiled again.
    catalog: Option<Arc<Catalog>>,
    skill_texts: Vec<(String, String)>,
}

impl Files {
    fn load(&mut self) -> anyhow::Result<Fresh> {
        let text = text_of(self.home_file.as_ref());
        let home = match &self.home_file {
            Some(path) if text != self.home_text => Home::load(path).map_err(faults)?,
            _ => (*self.home).clone(),
        };
        let skill_texts = mynah_skill::skill_texts(&self.config.skills).0;
        let catalog = match &self.catalog {
            // Only the house is another.
            Some(catalog) if skill_texts == self.skill_texts => catalog.for_home(&home).map_err(faults)?,
            _ => setup::catalog(&self.config, &home)?,
        };
        let household = Household::assemble(self.config.clone(), home, catalog)?;
        let wires = match text == self.home_text {
            true => None,
            false => Some(Wires::House(Arc::new(household.endpoints()?))),
        };
        let skills = count(household.catalog.summaries().count(), "skill");
        let devices = count(household.home.devices().len(), "device");
        (self.catalog, self.skill_texts) = (Some(household.catalog.clone()), skill_texts);
        let fresh = Fresh {
            graph: household.graph(),
            wires,
            configuration: household.configuration_hash(),
            message: format!("{skills}, {devices}"),
            mind: Box::new(House { catalog: household.catalog, home: household.home.clone() }),
        };
        (self.home, self.home_text) = (household.home, text);
        Ok(fresh)
    }
}

fn text_of(file: Option<&PathBuf>) -> Option<String> {
    file.and_then(|file| std::fs::read_to_string(file).ok())
}
