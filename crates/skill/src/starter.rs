//! `mynah skill new`: a skill to start from.

/// The text of a new skill, with comments that explain it. It loads, has nothing to be warned of, and passes its own tests
/// in any house. `name` is lower case letters, `-` and `_`.
///
/// # Errors
/// What a name may be, when this is none.
pub fn starter(name: &str) -> Result<String, String> {
    let is_name = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c == '-' || c == '_');
    if !is_name {
        return Err(format!(
            "`{name}` is no name for a skill: use small letters, `-` and `_`, such as `coffee` or `good-night`"
        ));
    }
    let spoken = name.replace(['-', '_'], " ");
    Ok(TEXT.replace("NAME", name).replace("SPOKEN", spoken.trim()))
}

const TEXT: &str = r#"# A skill of Mynah: what is said, what is meant, what is done, what is answered.
#
#   mynah skill check NAME.toml    every mistake at once
#   mynah skill test NAME.toml     the tests in this file; with --watch, each time it is saved
#   mynah skill try NAME.toml      type sentences and see what they do

[skill]
name = "NAME"
language = "en"
summary = "Try out the SPOKEN skill" # told when somebody asks "what can I say about SPOKEN"

# What the skill may reach. Nothing else is ever reached. Take out the `#` of what you need:
# [permissions]
# devices = ["light.*"]                # kinds or single devices of home.toml: `mynah home list`
# http = ["http://coffee.local/*"]
# mqtt = ["coffee/#"]

# Parts of sentences that are used again and again, as <try>.
[rules]
try = "(try|test|start)"

# Values that a sentence may say, as {size}. `out` is what is meant; without it, what is said.
[lists]
size = ["small", { in = "(large|big)", out = "large" }]

[[intent]]
name = "NAME.try"
# (a|b) is one of them, [a] may be left out, <rule> and {list} are those from above.
sentences = ["<try> [the|a] {size} SPOKEN", "<try> [the|a] SPOKEN [skill]"]
# What is done. Without `do`, there is only the answer. Others, for instance:
# do = [{ set = "power", to = "on", on = "light.*" }]
# do = [{ http = { method = "POST", url = "http://coffee.local/brew", json = { size = "{size}" } } }]
# do = [{ mqtt = { topic = "coffee/brew", payload = "{size}" } }]
# What is answered: the first for which everything was said.
reply = ["The {size} SPOKEN works", "SPOKEN works"]

# Tests: say something, and tell what must come of it.
[[intent.test]]
say = "try the big SPOKEN"
slots = { size = "large" }
reply = "The big SPOKEN works."

[[intent.test]]
say = "please start SPOKEN"

# What this skill must not understand.
[[refuse]]
say = "try the gigantic SPOKEN"
"#;
