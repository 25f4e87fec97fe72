//! `mynah wake train`: a head of its own for any phrase, made on this machine.

mod material;
mod trial;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use mynah_engine::wake::training::{Effort, Lesson, TrainError, Trained, train as learn};
use mynah_engine::wake::{Head, WakeModel};
use mynah_skill::pronouncer;
use serde_json::json;

use self::material::Material;
use self::trial::{Trial, hear};
use super::{edit, file, sayable, unshipped};
use crate::Misuse;
use crate::cli::{Common, WakeTrain};
use crate::commands::show_json;
use crate::config::{Config, Wake as WakeConfig};
use crate::setup::{catalog, home_or_demo};
use crate::wake::{confirming, head_file, id};

pub fn train(common: &Common, phrase: &str, args: &WakeTrain) -> anyhow::Result<ExitCode> {
    let config = Config::load(common)?;
    let home = home_or_demo(&config)?;
    let english = pronouncer(&home);
    let ways = sayable(phrase, &english)?;
    if args.out.is_none() {
        unshipped(phrase)?;
    }
    let skills = catalog(&config, &home)?;
    let material = Material::gather(phrase, &ways, &skills, &english, args)?;
    let (made, synthetic) = (material.told(args.seed), material.is_synthetic());
    let (positives, negatives, noises) = material.examples();
    let lesson = Lesson {
        id: id(phrase),
        phrase: phrase.to_owned(),
        made,
        seed: args.seed,
        effort: Effort { scenes: args.scenes.max(64), ..Effort::default() },
        positives,
        negatives,
        noises,
    };
    let shipped = WakeModel::builtin()?;
    let bar = bar(1000, "training");
    let trained = learn(&shipped, &lesson, &mut |share| {
        bar.set_position((share * 1000.0) as u64);
        ControlFlow::Continue(())
    });
    bar.finish_and_clear();
    let Trained { head, .. } = trained.map_err(|error| match error {
        TrainError::TooLittle(why) => Misuse(why).into(),
        other => anyhow::Error::from(other),
    })?;

    let trial = hear(&shipped.with_heads([head.clone()])?, &lesson, confirming(&config)?.as_ref())?;
    let path = keep(common, &config, phrase, &head, args.out.as_deref())?;
    tell(common, phrase, &head, synthetic, &trial, &path, args.out.is_none())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the head whole or not at all, and then the word into mynah.toml. Gives where the head is.
fn keep(
    common: &Common,
    config: &Config,
    phrase: &str,
    head: &Head,
    out: Option<&Path>,
) -> anyhow::Result<PathBuf> {
    let path = out.map_or_else(|| head_file(config, &id(phrase)), Path::to_path_buf);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
    }
    let partial = path.with_extension("part");
    fs::write(&partial, head.to_bytes())
        .and_then(|()| fs::rename(&partial, &path))
        .with_context(|| format!("cannot write {}", path.display()))?;
    if out.is_none() {
        edit(common, |text| file::with_word(text, phrase, &WakeConfig::default().words))?;
    }
    Ok(path)
}

fn tell(
    common: &Common,
    phrase: &str,
    head: &Head,
    synthetic: bool,
    trial: &Trial,
    path: &Path,
    listens: bool,
) -> anyhow::Result<()> {
    if common.json {
        return show_json(&json!({
            "phrase": phrase,
            "id": id(phrase),
            "made": head.made(),
            "threshold": head.word().threshold,
            "aside": trial,
            "file": path,
        }));
    }
    println!("\"{phrase}\" was learned from {}.", head.made());
    println!("Kept aside and heard for the first time:");
    print!("{}", trial.table());
    if synthetic {
        println!(
            "  espeak-ng's voices are easier than people, so this flatters. A few dozen recordings of the household\n  help most: --from DIR; television and talk without the phrase against false alarms: --negatives DIR."
        );
    }
    match listens {
        true => println!("{} has it; `mynah run` listens for it.", path.display()),
        false => println!("{} has it.", path.display()),
    }
    Ok(())
}

/// Drawn only where someone looks.
fn bar(length: u64, what: &str) -> ProgressBar {
    let bar = ProgressBar::new(length).with_message(what.to_owned());
    match ProgressStyle::with_template("{msg} {wide_bar} {percent} %, {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
