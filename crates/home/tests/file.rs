//! home.toml: what is read, and how its mistakes are told.

use expect_test::{Expect, expect};
use mynah_home::{Fault, Home};

/// `line:column message`, the line, a caret under the place, and the remedy.
fn render(source: &str, faults: &[Fault]) -> String {
    let mut text = String::new();
    for fault in faults {
        let start = fault.span.start.min(source.len());
        let line_start = source[..start].rfind('\n').map_or(0, |i| i + 1);
        let line = source[line_start..].lines().next().unwrap_or_default();
        let number = source[..start].matches('\n').count() + 1;
        let width = fault.span.len().min(line.len().saturating_sub(start - line_start)).max(1);
        text.push_str(&format!(
            "{}:{number}: {}\n  {line}\n  {}{}\n",
            fault.file,
            fault.message,
            " ".repeat(start - line_start),
            "^".repeat(width)
        ));
        if let Some(help) = &fault.help {
            text.push_str(&format!("  help: {help}\n"));
        }
    }
    text
}

fn check(source: &str, expected: Expect) {
    let found = match Home::parse("home.toml", source) {
        Ok(home) => format!("{} areas, {} devices", home.areas().len(), home.devices().len()),
        Err(faults) => render(source, &faults),
    };
    expected.assert_eq(&found);
}

#[test]
fn a_good_home() {
    let home = Home::parse(
        "home.toml",
        r#"
[mqtt]
broker = "mqtt://localhost"

[[area]]
name = "Living Room"

[[device]]
name = "Reading Lamp"
kind = "light"
area = "living_room"
[device.http]
url = "http://lamp/"

[[device]]
id = "sensor.porch"
name = "porch thermometer"
kind = "sensor"
capabilities = ["temperature"]
"#,
    )
    .expect("a good home");
    expect![[r#"
        Home mqtt={"broker": String("mqtt://localhost")}
        light.reading_lamp in Some("living_room") can {Power} by {"http": Table({"url": String("http://lamp/")})}
        sensor.porch in None can {Temperature} by {}
    "#]]
    .assert_eq(&{
        let mut text = format!("Home mqtt={:?}\n", home.endpoint_settings()["mqtt"].as_table().expect("a table"));
        for d in home.devices() {
            let area = d.area.as_ref().map(mynah_home::AreaId::as_str);
            text.push_str(&format!("{} in {area:?} can {:?} by {:?}\n", d.id, d.capabilities, d.endpoint));
        }
        text
    });
}

#[test]
fn every_mistake_at_once() {
    check(
        r#"
[[area]]
name = "kitchen"
flor = "ground"

[[device]]
name = "kitchen lamp"
kind = "lihgt"
area = "kichen"
capabilities = ["power", "brightnes"]
alias = ["lamp"]

[[device]]
kind = "plug"
area = "cellar"

[[device]]
name = "door"
kind = "sensor"
"#,
        expect![[r#"
            home.toml:4: unknown key `flor`
              flor = "ground"
              ^^^^
              help: did you mean `floor`?
            home.toml:8: no kind of device is called `lihgt`
              kind = "lihgt"
                      ^^^^^
              help: did you mean `light`?
            home.toml:9: no area is called `kichen`
              area = "kichen"
                      ^^^^^^
              help: did you mean `kitchen`?
            home.toml:10: no capability is called `brightnes`
              capabilities = ["power", "brightnes"]
                                        ^^^^^^^^^
              help: did you mean `brightness`?
            home.toml:11: unknown key `alias`
              alias = ["lamp"]
              ^^^^^
              help: did you mean `aliases`?
            home.toml:13: `name` is missing
              [[device]]
              ^^^^^^^^^^
              help: add: name = "…"
            home.toml:15: no area is called `cellar`
              area = "cellar"
                      ^^^^^^
              help: known here: kitchen
            home.toml:17: a device of kind `sensor` must say what it can do
              [[device]]
              ^^^^^^^^^^
              help: add: capabilities = ["…"]
        "#]],
    );
}

#[test]
fn one_name_twice() {
    check(
        r#"
[[area]]
name = "kitchen"
[[area]]
name = "bedroom"
[[device]]
name = "lamp"
kind = "light"
area = "kitchen"
[[device]]
name = "lamp"
kind = "light"
area = "bedroom"
id = "light.bedroom"
[[device]]
name = "spot"
aliases = ["The Lamp"]
kind = "light"
area = "kitchen"
"#,
        expect![[r#"
            home.toml:17: two devices in the area `kitchen` are called `The Lamp`: this one and `lamp`
              aliases = ["The Lamp"]
                          ^^^^^^^^
              help: rename one, or put it into another area
        "#]],
    );
    check(
        r#"
[[device]]
name = "lamp"
kind = "light"
[[device]]
name = "lamp"
kind = "light"
"#,
        expect![[r#"
            home.toml:6: two devices without an area are called `lamp`: this one and `lamp`
              name = "lamp"
                      ^^^^
              help: rename one, or put it into another area
            home.toml:6: two devices have the id `light.lamp`
              name = "lamp"
                      ^^^^
              help: give one of them an `id` of its own
        "#]],
    );
}

#[test]
fn broken_toml_and_wrong_types() {
    check(
        "[[device]\nname = \"lamp\"\nkind = light\n",
        expect![[r#"
        home.toml:1: this is not TOML: unclosed array table, expected `]`
          [[device]
                   ^
    "#]],
    );
    check(
        "[[device]]\nname = lamp\nkind = \"light\naliases = [\"a\"\narea = 'x'\n",
        expect![[r#"
        home.toml:2: this is not TOML: string values must be quoted, expected literal string
          name = lamp
                 ^^^^
        home.toml:3: this is not TOML: invalid basic string, expected `"`
          kind = "light
                       ^
        home.toml:5: this is not TOML: missing comma between array elements, expected `,`
          area = 'x'
          ^
    "#]],
    );
    check(
        "device = 3\n[[area]]\nname = 7\naliases = [\"a\", 2]\nfloor = true\n",
        expect![[r#"
            home.toml:1: `device` must be an array of tables, but this is of type integer
              device = 3
                       ^
            home.toml:3: `name` must be a string, but this is of type integer
              name = 7
                     ^
            home.toml:4: each of `aliases` must be a string, but this is of type integer
              aliases = ["a", 2]
                              ^
            home.toml:5: `floor` must be a string, but this is of type boolean
              floor = true
                      ^^^^
        "#]],
    );
    check("", expect!["0 areas, 0 devices"]);
}

#[test]
fn a_wire_fault_has_its_place() {
    let source = "[[device]]\nname = \"lamp\"\nkind = \"light\"\n[device.http]\nurl = \"ftp://x\"\n[device.http.power]\nset = 3\n";
    let home = Home::parse("home.toml", source).expect("a good home");
    let id = home.devices()[0].id.clone();
    let at = |path: &[&str]| render(source, &[home.fault_at(Some(&id), path, "wrong", None)]);
    expect![[r#"
        home.toml:5: wrong
          url = "ftp://x"
                ^^^^^^^^^
        home.toml:6: wrong
          [device.http.power]
                       ^^^^^
        home.toml:1: wrong
          [[device]]
          ^^^^^^^^^^
    "#]]
    .assert_eq(&(at(&["http", "url"]) + &at(&["http", "power", "get"]) + &at(&[])));
}

#[test]
fn ids_and_names() {
    check(
        "[[device]]\nid = \"lamp\"\nname = \"lamp\"\nkind = \"light\"\n[[device]]\nname = \"!?\"\nkind = \"plug\"\n[[device]]\nid = \"\"\nname = \" \"\nkind = \"plug\"\n",
        expect![[r#"
            home.toml:2: the id of a light begins with `light.`
              id = "lamp"
                    ^^^^
              help: skills reach devices by ids such as "light.*"
            home.toml:6: nobody can say `!?`
              name = "!?"
                      ^^
              help: a name needs words
            home.toml:10: `name` is empty
              name = " "
                     ^^^
        "#]],
    );
}

#[test]
fn a_missing_file_is_a_fault() {
    let faults = Home::load(std::path::Path::new("/nonexistent/home.toml")).expect_err("no such file");
    assert!(faults[0].message.starts_with("cannot read /nonexistent/home.toml"), "{}", faults[0].message);
}

/// A house that nothing could hold is refused at once, with the limit.
#[test]
fn a_house_beyond_measure() {
    let check = |text: &str, expected: Expect| {
        let faults = Home::parse("home.toml", text).unwrap_err();
        let told: Vec<String> = faults
            .iter()
            .map(|fault| format!("{} ({})", fault, fault.help.as_deref().unwrap_or_default()))
            .collect();
        expected.assert_eq(&told.join("\n"));
    };
    let device = |n: usize| format!("[[device]]\nname = \"lamp {n}\"\nkind = \"light\"\n");
    let devices = |count: usize| (0..count).map(device).collect::<String>();
    assert_eq!(Home::parse("home.toml", &devices(10_000)).map(|home| home.devices().len()), Ok(10_000));
    check(
        &devices(10_001),
        expect!["home.toml has 10001 devices; 10000 are the most (leave out what nobody speaks to)"],
    );
    check(
        &devices(1_000_000),
        expect![
            "home.toml has 46888890 bytes; 8000000 are the most (is it the right file? Devices that nobody speaks to need not be in it)"
        ],
    );
    let areas: String = (0..2_001).map(|n| format!("[[area]]\nname = \"room {n}\"\n")).collect();
    check(&areas, expect!["home.toml has 2001 areas; 2000 are the most (leave out what nobody speaks to)"]);
    let comment = format!("# {}\n", "x".repeat(10_000_000));
    check(
        &comment,
        expect![
            "home.toml has 10000003 bytes; 8000000 are the most (is it the right file? Devices that nobody speaks to need not be in it)"
        ],
    );
    // The file is not even read.
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("home.toml");
    std::fs::write(&path, comment).unwrap();
    let faults = Home::load(&path).unwrap_err();
    assert_eq!(faults.len(), 1);
    assert!(
        faults[0].message.ends_with("home.toml has 10000003 bytes; 8000000 are the most"),
        "{}",
        faults[0]
    );
}
