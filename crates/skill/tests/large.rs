//! The skills that ship, in a house of 2,000 devices and 100 rooms more than the demo home has.

use std::fmt::Write as _;
use std::path::Path;

use expect_test::expect;
use mynah_home::Home;
use mynah_skill::{Catalog, Situation, TestResult};

const SIDES: [&str; 10] = ["north", "south", "east", "west", "upper", "lower", "old", "new", "front", "back"];
const ROOMS: [&str; 10] = [
    "office",
    "bathroom",
    "study",
    "attic",
    "cellar",
    "guest room",
    "nursery",
    "corridor",
    "library",
    "workshop",
];
/// Name, kind and capabilities of what is in each room.
const THINGS: [(&str, &str, &str); 20] = [
    ("ceiling lamp", "light", r#""power", "brightness", "color""#),
    ("desk lamp", "light", r#""power", "brightness""#),
    ("floor lamp", "light", r#""power""#),
    ("wall light", "light", r#""power""#),
    ("reading lamp", "light", r#""power""#),
    ("fan", "fan", r#""power", "speed""#),
    ("blind", "cover", r#""position""#),
    ("curtain", "cover", r#""position""#),
    ("thermostat", "climate", r#""target_temperature", "temperature""#),
    ("heater", "plug", r#""power""#),
    ("tv", "tv", r#""power", "volume", "mute", "source", "playback""#),
    ("speaker", "media", r#""volume", "playback", "media""#),
    ("radio", "media", r#""playback", "media""#),
    ("socket", "plug", r#""power""#),
    ("printer", "plug", r#""power""#),
    ("window", "sensor", r#""contact""#),
    ("thermometer", "sensor", r#""temperature", "humidity""#),
    ("motion sensor", "sensor", r#""motion""#),
    ("lock", "lock", r#""lock""#),
    ("robot", "vacuum", r#""cleaning""#),
];

fn large() -> (Catalog, Home) {
    let intents = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../intents"));
    let demo = std::fs::read_to_string(intents.join("home.toml")).expect("the demo home");
    let mut text = format!("{demo}\n{}", include_str!("more.toml"));
    for room in ROOMS {
        for side in SIDES {
            let _ = writeln!(text, "[[area]]\nname = \"{side} {room}\"");
            for (thing, kind, capabilities) in THINGS {
                let _ = writeln!(
                    text,
                    "[[device]]\nname = \"{side} {room} {thing}\"\nkind = \"{kind}\"\narea = \"{side} {room}\"\ncapabilities = [{capabilities}]"
                );
            }
        }
    }
    let home = Home::parse("large.toml", &text).unwrap_or_else(|f| panic!("{f:#?}"));
    let catalog = Catalog::load(&[intents.join("en")], &home).unwrap_or_else(|f| panic!("{f:#?}"));
    (catalog, home)
}

/// The tests of the skills were written for the demo home. Here, they mean the same, but for what is asked of the whole house, which is larger, and
/// for what names one of many: that is asked back, or told from others by the room of the speaker.
#[test]
fn what_is_said_means_the_same_as_in_a_small_house() {
    let (catalog, home) = large();
    assert!(home.devices().len() > 2000 && home.areas().len() > 100);
    let mut text = String::new();
    for report in catalog.test(&home) {
        let TestResult::Failed(why) = &report.result else { continue };
        let why = match why[0].as_str() {
            why if why.starts_with("does ") => "of the whole house",
            why if why.starts_with("is refused: Which one do you mean") => "asks which one",
            why => why,
        };
        let _ = writeln!(text, "{}: {}: {why}", report.skill, report.say);
    }
    expect![[r#"
        climate: set the temperature to twenty one degrees: of the whole house
        climate: turn up the heating: of the whole house
        climate: turn the heating down: of the whole house
        climate: it is too hot in here: asks which one
        climate: turn up the heating by two degrees: of the whole house
        covers: open all the blinds: of the whole house
        household: are any windows open: of the whole house
        lights: turn off all the lights: of the whole house
        lights: turn off the lights everywhere: of the whole house
        lights: switch all of the lamps off: of the whole house
        lights: turn off the lights except the bedroom: of the whole house
        lights: turn off the lights: of the whole house
        lights: turn all the lights green: of the whole house
        locks: lock all the doors: of the whole house
        locks: are all the doors locked: of the whole house
        music: pause the music: asks which one
        music: pause: asks which one
        music: play some music: asks which one
        music: continue playing: asks which one
        music: turn the music up: asks which one
        music: turn down the music a little: asks which one
        music: set the volume of the music to thirty percent: asks which one
        music: what song is this: asks which one
        plugs: turn on the fan: is understood as fan.power, not as plug.power
        plugs: start the fan: is understood as fan.start, not as plug.start
        plugs: is the fan on: is understood as fan.query, not as plug.query
        radio: play the radio: asks which one
        radio: i want to hear the news: asks which one
        radio: tell us a bedtime story: asks which one
        scenes: good night: of the whole house
        scenes: good morning: of the whole house
        scenes: i'm leaving now: of the whole house
        vacuum: start the vacuum cleaner: asks which one
        vacuum: vacuum the floor: asks which one
        vacuum: stop the vacuum: asks which one
        vacuum: send the vacuum home: asks which one
        vacuum: is the robot vacuum done: asks which one
    "#]]
    .assert_eq(&text);
    // Said in a room, it is that room's. A whole name goes before those that devices share: there is one fan that is called "fan".
    let check = |area: &str, said: &str| {
        let area = home.find_area(area).map(|area| area.id.clone());
        let here = Situation { area, now: time::OffsetDateTime::UNIX_EPOCH };
        let plan = catalog.plan_all(&catalog.commands(said, &here), &home, &here);
        let actions =
            |plan: mynah_skill::Plan| plan.actions.iter().map(ToString::to_string).collect::<Vec<_>>();
        format!(
            "{said}: {}\n",
            plan.map_or_else(|refusal| refusal.to_string(), |plan| actions(plan).join("; "))
        )
    };
    let here = [
        "it is too hot in here",
        "how humid is it in here",
        "turn off the lights in here except the desk lamp",
        "turn on the fan",
        "set the volume of the speaker to thirty percent",
        "stop the vacuum",
        "turn off the tv",
    ];
    let said =
        here.map(|said| check("old library", said)).concat() + "somewhere:\n" + &check("", "turn on the fan");
    expect![[r#"
        it is too hot in here: climate.old_library_thermostat target_temperature -1
        how humid is it in here: read sensor.old_library_thermometer humidity
        turn off the lights in here except the desk lamp: light.old_library_ceiling_lamp power = off; light.old_library_floor_lamp power = off; light.old_library_wall_light power = off; light.old_library_reading_lamp power = off
        turn on the fan: fan.old_library_fan power = on
        set the volume of the speaker to thirty percent: media.old_library_speaker volume = 30
        stop the vacuum: vacuum.old_library_robot cleaning = paused
        turn off the tv: tv.old_library_tv power = off
        somewhere:
        turn on the fan: plug.fan power = on
    "#]].assert_eq(&said);
}
