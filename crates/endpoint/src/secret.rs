//! `${NAME}` and `${file:PATH}` in the wire tables: what must not stand in `home.toml` itself.

use std::path::Path;

use toml::{Table, Value};

use crate::faults::Faults;

/// Looks a variable of the environment up.
pub(crate) type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

/// Replaces every `${NAME}` by the environment's value and every `${file:PATH}` by the first line of a
/// file that only its owner can read. `$${` stands for `${`. A secret that stands in the file itself is a fault.
pub(crate) fn expand(
    table: &Table,
    path: &[&str],
    environment: &Environment,
    faults: &mut Faults<'_>,
) -> Table {
    let mut path: Vec<String> = path.iter().map(|&key| key.to_owned()).collect();
    expand_table(table, &mut path, environment, faults)
}

fn expand_table(
    table: &Table,
    path: &mut Vec<String>,
    environment: &Environment,
    faults: &mut Faults<'_>,
) -> Table {
    let mut expanded = Table::new();
    for (key, value) in table {
        path.push(key.clone());
        if is_secret(key) && value.as_str().is_some_and(|text| !text.contains("${")) {
            let help = format!(
                "keep it in the environment and write {key} = \"${{A_NAME}}\", or in a file of mode 600: \"${{file:/etc/mynah/secret}}\""
            );
            faults.add(path, format!("a secret does not belong into this file: `{key}`"), Some(help));
        }
        expanded.insert(key.clone(), expand_value(value, path, environment, faults));
        path.pop();
    }
    expanded
}

fn expand_value(
    value: &Value,
    path: &mut Vec<String>,
    environment: &Environment,
    faults: &mut Faults<'_>,
) -> Value {
    match value {
        Value::String(text) if text.contains("${") => match expand_text(text, environment) {
            Ok(expanded) => Value::String(expanded),
            Err(message) => {
                faults.add_last(path, message);
                value.clone()
            }
        },
        Value::Table(table) => Value::Table(expand_table(table, path, environment, faults)),
        Value::Array(values) => {
            Value::Array(values.iter().map(|value| expand_value(value, path, environment, faults)).collect())
        }
        _ => value.clone(),
    }
}

/// Keys whose values are secrets wherever they stand.
fn is_secret(key: &str) -> bool {
    ["password", "authorization", "x-api-key", "cookie"].contains(&key.to_ascii_lowercase().as_str())
}

fn expand_text(text: &str, environment: &Environment) -> Result<String, String> {
    let mut expanded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find("${") {
        let (before, tail) = rest.split_at(start);
        if let Some(before) = before.strip_suffix('$') {
            expanded.push_str(before);
            expanded.push_str("${");
            rest = &tail[2..];
            continue;
        }
        expanded.push_str(before);
        let Some(end) = tail.find('}') else {
            return Err("`${` without its `}`".to_owned());
        };
        let name = &tail[2..end];
        let value = match name.strip_prefix("file:") {
            Some(path) => owner_only(Path::new(path))?,
            None => environment(name).ok_or_else(|| format!("the environment variable {name} is not set"))?,
        };
        expanded.push_str(&value);
        rest = &tail[end + 1..];
    }
    expanded.push_str(rest);
    Ok(expanded)
}

/// The first line of a file with rights 0600 or less.
fn owner_only(path: &Path) -> Result<String, String> {
    use std::os::unix::fs::PermissionsExt;
    let shown = path.display();
    let metadata = std::fs::metadata(path).map_err(|e| format!("{shown}: {e}"))?;
    if metadata.permissions().mode() & 0o077 != 0 {
        return Err(format!("{shown} holds a secret, but others can read it: chmod 600 {shown}"));
    }
    let text = std::fs::read_to_string(path).map_err(|e| format!("{shown}: {e}"))?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
