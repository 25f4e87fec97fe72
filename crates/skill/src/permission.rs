//! What a skill may reach.

use mynah_home::{Device, Kind};

/// The `[permissions]` of a skill. What is not in it is refused, when the skill loads and again when it acts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Permissions {
    /// Patterns on device ids: `light.*`.
    pub(crate) devices: Vec<String>,
    /// Patterns on addresses: `http://weather.local/*`.
    pub(crate) http: Vec<String>,
    /// MQTT topic filters: `home/+/set`, `home/#`.
    pub(crate) mqtt: Vec<String>,
}

impl Permissions {
    pub(crate) fn device(&self, device: &Device) -> bool {
        self.devices.iter().any(|p| glob(p, device.id.as_str()))
    }

    /// The kinds of devices that it is about, none when there are too many to tell.
    pub(crate) fn kinds(&self) -> Option<Vec<Kind>> {
        kinds_of(self.devices.iter().map(String::as_str))
    }

    pub(crate) fn http(&self, url: &str) -> bool {
        // A path that climbs, or a user name before the host, could lead elsewhere than the pattern shows.
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        !rest.contains("..")
            && !host.contains('@')
            && !url.contains(char::is_whitespace)
            && self.http.iter().any(|p| glob(p, url))
    }

    pub(crate) fn mqtt(&self, topic: &str) -> bool {
        !topic.is_empty()
            && !topic.contains(['+', '#', '\0'])
            && self.mqtt.iter().any(|p| topic_matches(p, topic))
    }
}

/// The kinds in front of patterns on device ids.
pub(crate) fn kinds_of<'a>(patterns: impl IntoIterator<Item = &'a str>) -> Option<Vec<Kind>> {
    let mut kinds = Vec::new();
    for pattern in patterns {
        let kind = Kind::from_name(pattern.split('.').next()?)?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    (1..=2).contains(&kinds.len()).then_some(kinds)
}

/// `*` takes any run of characters.
pub(crate) fn glob(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

/// MQTT 3.1.1, section 4.7: `+` takes one level, `#` all that follow.
fn topic_matches(filter: &str, topic: &str) -> bool {
    let mut levels = topic.split('/');
    for part in filter.split('/') {
        match (part, levels.next()) {
            ("#", _) => return true,
            ("+", Some(_)) => {}
            (part, Some(level)) if part == level => {}
            _ => return false,
        }
    }
    levels.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        for (pattern, text, wanted) in [
            ("light.*", "light.kitchen", true),
            ("light.*", "lights", false),
            ("*", "anything", true),
            ("a*b*c", "aXbYc", true),
            ("a*b*c", "aXc", false),
            ("ab*ba", "aba", false),
            ("plug.fan", "plug.fan", true),
            ("plug.fan", "plug.fan2", false),
        ] {
            assert_eq!(glob(pattern, text), wanted, "{pattern} {text}");
        }
        for (filter, topic, wanted) in [
            ("home/#", "home/a/b", true),
            ("home/#", "home", true),
            ("home/+/set", "home/a/set", true),
            ("home/+/set", "home/a/b/set", false),
            ("home/a", "home/a/b", false),
        ] {
            assert_eq!(topic_matches(filter, topic), wanted, "{filter} {topic}");
        }
        let permissions = Permissions {
            http: vec!["http://host/*".into()],
            mqtt: vec!["a/#".into()],
            ..Permissions::default()
        };
        assert!(permissions.http("http://host/x?y=1"));
        assert!(!permissions.http("http://host/../x"));
        assert!(!permissions.http("http://host@evil/x"));
        assert!(!permissions.http("http://hostile/x"));
        assert!(!permissions.mqtt("a/#"));
    }
}
