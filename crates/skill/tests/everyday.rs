//! What people say to assistants all day, most of which the shipped skills do not serve: it must be refused, not half understood,
//! with the guesses at what was heard a little wrong.
//!
//! CLINC150 (validation) and SLURP (development), from `$MYNAH_DATA` or `../shared/data`; skipped without them.

use std::path::PathBuf;
use std::time::Instant;

use mynah_home::Home;
use mynah_skill::{Catalog, Situation};
use serde_json::Value;

fn data(file: &str) -> Option<Value> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let root = std::env::var_os("MYNAH_DATA").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    let text = std::fs::read_to_string(root.join("text/everyday").join(file)).ok()?;
    serde_json::from_str(&text).ok()
}

/// `(label, sentence)` of both sets.
fn sentences() -> Option<Vec<(String, String)>> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let mut all = Vec::new();
    for split in data("clinc-val.json")?.as_object()?.values() {
        all.extend(split.as_array()?.iter().map(|pair| (text(&pair[1]), text(&pair[0]))));
    }
    for item in data("slurp-devel.json")?.as_array()? {
        all.push((format!("{}.{}", text(&item["scenario"]), text(&item["action"])), text(&item["text"])));
    }
    Some(all)
}

/// Labels that speak of what the shipped skills do.
fn is_served(label: &str) -> bool {
    let labels = [
        "timer",
        "time",
        "date",
        "change_volume",
        "cancel",
        "shopping_list",
        "shopping_list_update",
        "smart_home",
        "what_can_i_ask_you",
        "todo_list",
        "todo_list_update",
        "weather",
        "play_music",
        "next_song",
        "what_song",
        "goodbye",
        "reminder",
        "reminder_update",
        "alarm",
    ];
    let scenarios = ["iot.", "audio.", "datetime.", "lists.", "weather.", "play.", "music.", "alarm."];
    labels.contains(&label) || scenarios.iter().any(|s| label.starts_with(s))
}

#[test]
#[expect(clippy::print_stdout, reason = "says that it was skipped, and the figures")]
fn what_is_not_served_is_not_understood() {
    let Some(sentences) = sentences() else {
        println!("skipped: no data");
        return;
    };
    let intents = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../intents"));
    let home = Home::load(&intents.join("home.toml")).unwrap_or_else(|f| panic!("{f:#?}"));
    let catalog = Catalog::load(&[intents.join("en")], &home).unwrap_or_else(|f| panic!("{f:#?}"));
    let here = Situation { area: None, now: time::OffsetDateTime::UNIX_EPOCH };
    let mut wrong = Vec::new();
    let mut times = Vec::new();
    let (mut served, mut understood, mut others) = (0, 0, 0);
    for (label, said) in sentences {
        let start = Instant::now();
        let reading = catalog.commands(&said, &here).into_iter().flatten().next();
        times.push(start.elapsed());
        if is_served(&label) {
            served += 1;
            understood += usize::from(reading.is_some());
        } else {
            others += 1;
            wrong.extend(reading.map(|r| format!("{label}: {said}: {}", r.intent.name)));
        }
    }
    times.sort_unstable();
    let p99 = times[times.len() * 99 / 100];
    println!("p99 {p99:?}, longest {:?}", times[times.len() - 1]);
    println!("{understood} of {served} served ones understood; of {others} others, wrongly: {wrong:#?}");
    assert!(others > 3800, "only {others} sentences");
    assert!(wrong.len() * 200 <= others, "{} of {others} accepted:\n{}", wrong.len(), wrong.join("\n"));
    assert!(understood >= 80, "only {understood} of {served} served ones understood");
}
