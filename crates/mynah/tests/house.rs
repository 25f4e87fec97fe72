//! The plan of the house, checked: who may import whom, and where `unsafe` may stand.

#![allow(clippy::unwrap_used, reason = "a test")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What each crate may import, in words of its crate names without `mynah-`.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("audio", &[]),
    ("pronounce", &[]),
    ("intent", &["pronounce"]),
    ("home", &[]),
    ("measure", &["audio"]),
    ("skill", &["pronounce", "intent", "home"]),
    ("assistant", &["audio", "skill", "intent", "home"]),
    ("engine", &["assistant", "audio", "intent", "pronounce"]),
    ("endpoint", &["skill", "home"]),
    (
        "host",
        &["audio", "pronounce", "intent", "home", "skill", "assistant", "engine", "endpoint", "measure"],
    ),
    (
        "mynah",
        &[
            "audio",
            "pronounce",
            "intent",
            "home",
            "skill",
            "assistant",
            "engine",
            "endpoint",
            "host",
            "measure",
        ],
    ),
];

/// The core does no I/O: none of these may be a dependency of it.
const CORE: &[&str] = &["audio", "pronounce", "intent", "home", "skill", "assistant", "measure"];
const NOT_IN_CORE: &[&str] = &["tokio", "cpal", "reqwest", "rumqttc", "ort", "whisper-rs", "axum", "rtrb"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// Dependencies (not those of tests) of each crate of ours, by name without `mynah-`.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let out = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    let short = |name: &str| name.strip_prefix("mynah-").unwrap_or(name).to_owned();
    metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| {
            let dependencies = package["dependencies"].as_array().unwrap();
            let normal = dependencies.iter().filter(|d| d["kind"].is_null());
            (
                short(package["name"].as_str().unwrap()),
                normal.map(|d| short(d["name"].as_str().unwrap())).collect(),
            )
        })
        .collect()
}

#[test]
fn crates_import_only_what_the_plan_allows() {
    let all = dependencies();
    let ours: BTreeSet<&str> = MAY_IMPORT.iter().map(|(name, _)| *name).collect();
    for (name, allowed) in MAY_IMPORT {
        let found = all.get(*name).unwrap_or_else(|| panic!("crate {name} is missing"));
        for dependency in found.iter().filter(|d| ours.contains(d.as_str())) {
            assert!(allowed.contains(&dependency.as_str()), "{name} imports {dependency}");
        }
    }
    for name in CORE {
        for dependency in NOT_IN_CORE {
            assert!(!all[*name].contains(*dependency), "{name} is core and imports {dependency}");
        }
    }
}

fn sources(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn unsafe_stands_in_engine_alone() {
    let mut files = Vec::new();
    sources(&root().join("crates"), &mut files);
    assert!(files.len() > 20, "found the sources");
    let word = concat!("uns", "afe ");
    for file in files {
        let inside = file.strip_prefix(root().join("crates")).unwrap();
        if inside.starts_with("engine") {
            continue;
        }
        for (number, line) in std::fs::read_to_string(&file).unwrap().lines().enumerate() {
            let code = line.split("//").next().unwrap_or_default();
            assert!(
                !code.contains(&format!("{word}{{"))
                    && !code.contains(&format!("{word}fn"))
                    && !code.contains(&format!("{word}impl")),
                "{}:{}: {line}",
                inside.display(),
                number + 1
            );
        }
    }
}
