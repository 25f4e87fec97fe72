//! `mynah skill`: for those who write skills.

mod check;
mod format;
mod import;
mod new;
mod test;
mod try_out;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::{Common, Skill};
use crate::setup::Household;

pub fn skill(common: &Common, command: &Skill) -> anyhow::Result<ExitCode> {
    match command {
        Skill::Check { paths, strict } => check::check(common, paths, *strict),
        Skill::Test { paths, watch: false } => test::test(common, paths),
        Skill::Test { paths, watch: true } => test::watch(common, paths),
        Skill::Try { paths, area } => try_out::try_out(common, paths, area.as_deref()),
        Skill::New { name, dir } => new::new(name, dir),
        Skill::Format { paths, check } => format::format(common, paths, *check),
        Skill::Import { hassil, lang, out } => import::import(common, hassil, lang, out),
        Skill::Schema => {
            print!("{}", mynah_skill::schema());
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The household with the skills in `paths`, or with those that are installed.
fn household(common: &Common, paths: &[PathBuf]) -> anyhow::Result<Household> {
    let mut common = common.clone();
    if !paths.is_empty() {
        common.skills = paths.to_vec();
    }
    Household::load_or_demo(&common)
}
