//! Colours by name and by value.

use std::fmt;

/// An sRGB colour. Its text form is its name where it has one, else `#rrggbb`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Color {
    /// Red, 0 to 255.
    pub red: u8,
    /// Green, 0 to 255.
    pub green: u8,
    /// Blue, 0 to 255.
    pub blue: u8,
}

/// Names that people say, with the values of CSS Color 4; `warm white` is 2,700 K and `cool white` 6,500 K.
const NAMES: &[(&str, u32)] = &[
    ("red", 0xff0000),
    ("green", 0x008000),
    ("blue", 0x0000ff),
    ("white", 0xffffff),
    ("warm white", 0xffa757),
    ("cool white", 0xfff9fd),
    ("yellow", 0xffff00),
    ("orange", 0xffa500),
    ("purple", 0x800080),
    ("violet", 0xee82ee),
    ("pink", 0xffc0cb),
    ("magenta", 0xff00ff),
    ("cyan", 0x00ffff),
    ("turquoise", 0x40e0d0),
    ("teal", 0x008080),
    ("lime", 0x00ff00),
    ("gold", 0xffd700),
    ("indigo", 0x4b0082),
    ("lavender", 0xe6e6fa),
    ("coral", 0xff7f50),
    ("salmon", 0xfa8072),
    ("crimson", 0xdc143c),
];

impl Color {
    /// The colours that have a name, in an order fit for people.
    pub fn names() -> impl Iterator<Item = &'static str> {
        NAMES.iter().map(|(name, _)| *name)
    }

    /// Reads a name (`warm white`, in any case) or `#rrggbb`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Color> {
        let text = text.trim().to_lowercase();
        if let Some(hex) = text.strip_prefix('#') {
            let six_digits = hex.len() == 6 && hex.bytes().all(|b| b.is_ascii_hexdigit());
            return six_digits.then(|| u32::from_str_radix(hex, 16).ok().map(Color::from_rgb)).flatten();
        }
        NAMES.iter().find(|(name, _)| *name == text).map(|(_, rgb)| Color::from_rgb(*rgb))
    }

    /// Its name, if it has one.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        NAMES.iter().find(|(_, rgb)| Color::from_rgb(*rgb) == self).map(|(name, _)| *name)
    }

    /// `#rrggbb`.
    #[must_use]
    pub fn hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.red, self.green, self.blue)
    }

    /// The greatest difference of a channel, 0 to 255.
    #[must_use]
    pub fn distance(self, other: Color) -> u8 {
        let red = self.red.abs_diff(other.red);
        red.max(self.green.abs_diff(other.green)).max(self.blue.abs_diff(other.blue))
    }

    fn from_rgb(rgb: u32) -> Color {
        let [_, red, green, blue] = rgb.to_be_bytes();
        Color { red, green, blue }
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => f.write_str(&self.hex()),
        }
    }
}
