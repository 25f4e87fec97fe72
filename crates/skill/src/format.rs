//! `mynah skill format`: one way to lay a TOML file out. Words, values, comments and their order stay as they are.
//!
//! The text is walked once and written again: spaces around `=` and inside brackets, one blank line before a table and never two,
//! arrays on one line while they fit into 110 columns, else one value a line. What its author wrote on several lines stays so.
//! A comment behind a value keeps its column where it can.

use mynah_home::read_toml_leniently;
use mynah_intent::Fault;

use crate::manifest::from_home;

/// Columns of a line.
const WIDTH: usize = 110;
const INDENT: usize = 2;

/// The same file, laid out. Doing it twice changes nothing more, and what the file means stays the same.
///
/// # Errors
/// The places where the text is not TOML, or that its layout is one that cannot be followed.
pub fn format(file: &str, text: &str) -> Result<String, Vec<Fault>> {
    let laid_out = lay_out(file, text)?;
    // A key on another line than its value, as inline tables may have it since TOML 1.1: nothing is better than something else.
    let means = |text: &str| text.parse::<toml::Table>().ok();
    if means(&laid_out) != means(text) || lay_out(file, &laid_out).as_ref() != Ok(&laid_out) {
        return Err(cannot_be_followed(file));
    }
    Ok(laid_out)
}

fn cannot_be_followed(file: &str) -> Vec<Fault> {
    vec![Fault {
        origin: mynah_intent::Origin { file: file.into(), span: 0..0 },
        message: "this layout cannot be followed; the file stays as it is".to_owned(),
        help: Some("write each key on the line of its value".to_owned()),
    }]
}

fn lay_out(file: &str, text: &str) -> Result<String, Vec<Fault>> {
    let (_, faults) = read_toml_leniently(file, text, |_| ());
    if !faults.is_empty() {
        return Err(faults.into_iter().map(from_home).collect());
    }
    let mut reader = Reader { text, at: 0, lost: false };
    let mut writer = Writer { out: String::new(), blank: false, comments: Vec::new() };
    while let Some(statement) = reader.statement() {
        writer.write(statement);
    }
    if reader.lost {
        return Err(cannot_be_followed(file));
    }
    writer.flush();
    Ok(writer.out)
}

/// One line of a file, or several when a value goes over them.
enum Statement<'a> {
    Blank,
    Comment(&'a str),
    Header { name: String, comment: Option<Comment<'a>> },
    Pair { key: String, value: Value<'a>, comment: Option<Comment<'a>> },
}

/// A comment behind something.
#[derive(Clone, Copy)]
struct Comment<'a> {
    text: &'a str,
    /// Where it began, in characters from the start of its line.
    column: usize,
}

enum Value<'a> {
    /// As it is written.
    Scalar(&'a str),
    Group {
        open: char,
        items: Vec<Item<'a>>,
        on_several_lines: bool,
    },
}

/// What stands between brackets.
enum Item<'a> {
    Blank,
    Comment(&'a str),
    Value { key: Option<String>, value: Value<'a>, comment: Option<Comment<'a>> },
}

struct Reader<'a> {
    /// TOML without a fault.
    text: &'a str,
    at: usize,
    /// Stood where nothing it knows begins, and has given up.
    lost: bool,
}

impl<'a> Reader<'a> {
    /// Gives up if it has not moved since.
    fn must_have_moved(&mut self, since: usize) {
        if self.at == since {
            (self.at, self.lost) = (self.text.len(), true);
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take(&mut self, c: char) -> bool {
        let here = self.peek() == Some(c);
        if here {
            self.at += c.len_utf8();
        }
        here
    }

    fn spaces(&mut self) {
        while let Some(c) = self.peek().filter(|c| matches!(c, ' ' | '\t' | '\r')) {
            self.at += c.len_utf8();
        }
    }

    fn statement(&mut self) -> Option<Statement<'a>> {
        self.take('\u{feff}');
        self.spaces();
        let first = self.peek()?;
        Some(match first {
            '\n' => {
                self.at += 1;
                Statement::Blank
            }
            '#' => {
                let comment = self.comment().text;
                self.take('\n');
                Statement::Comment(comment)
            }
            '[' => {
                self.at += 1;
                let double = self.take('[');
                let name = self.key();
                self.take(']');
                if double {
                    self.take(']');
                }
                let name = if double { format!("[[{name}]]") } else { format!("[{name}]") };
                Statement::Header { name, comment: self.rest_of_line() }
            }
            _ => {
                let before = self.at;
                let key = self.key();
                self.take('=');
                let value = self.value();
                self.must_have_moved(before);
                Statement::Pair { key, value, comment: self.rest_of_line() }
            }
        })
    }

    fn comment(&mut self) -> Comment<'a> {
        let before = &self.text[..self.at];
        let line = before.rfind('\n').map_or(0, |at| at + 1);
        let rest = &self.text[self.at..];
        let text = &rest[..rest.find('\n').unwrap_or(rest.len())];
        self.at += text.len();
        Comment { text: text.trim_end(), column: before[line..].chars().count() }
    }

    fn rest_of_line(&mut self) -> Option<Comment<'a>> {
        self.spaces();
        let comment = (self.peek() == Some('#')).then(|| self.comment());
        self.take('\n');
        comment
    }

    /// A key with its dots, without white space.
    fn key(&mut self) -> String {
        let mut key = String::new();
        while let Some(c) = self.peek().filter(|c| !matches!(c, '=' | ']' | '\n')) {
            match c {
                '"' | '\'' => key.push_str(self.quoted(c)),
                ' ' | '\t' => self.at += 1,
                _ => {
                    key.push(c);
                    self.at += c.len_utf8();
                }
            }
        }
        key
    }

    /// A string, which begins here.
    fn quoted(&mut self, quote: char) -> &'a str {
        let start = self.at;
        let rest = &self.text[start..];
        let triple = [quote; 3].iter().collect::<String>();
        let long = rest.starts_with(&triple);
        let mut from = if long { 3 } else { 1 };
        loop {
            let Some(found) = rest[from..].find([quote, '\\']).map(|at| from + at) else {
                self.at = self.text.len();
                return rest;
            };
            if rest[found..].starts_with('\\') {
                let escaped = rest[found + 1..].chars().next().map_or(0, char::len_utf8);
                from = found + 1 + if quote == '"' { escaped } else { 0 };
                continue;
            }
            let end = match long {
                false => found + 1,
                true if rest[found..].starts_with(&triple) => {
                    // Up to two quotes may stand before the closing three.
                    let quotes = rest[found..].chars().take_while(|c| *c == quote).count();
                    found + quotes.min(5)
                }
                true => {
                    from = found + 1;
                    continue;
                }
            };
            self.at = start + end;
            return &rest[..end];
        }
    }

    fn value(&mut self) -> Value<'a> {
        self.spaces();
        match self.peek() {
            Some(quote @ ('"' | '\'')) => Value::Scalar(self.quoted(quote)),
            Some(open @ ('[' | '{')) => self.group(open),
            _ => {
                let rest = &self.text[self.at..];
                let scalar = &rest[..rest.find([',', ']', '}', '#', '\n']).unwrap_or(rest.len())];
                self.at += scalar.len();
                Value::Scalar(scalar.trim())
            }
        }
    }

    fn group(&mut self, open: char) -> Value<'a> {
        self.take(open);
        let close = if open == '[' { ']' } else { '}' };
        let mut items: Vec<Item<'a>> = Vec::new();
        let (mut newlines, mut on_several_lines) = (0, false);
        loop {
            self.spaces();
            match self.peek() {
                None => break,
                Some(c) if c == close => {
                    self.at += 1;
                    break;
                }
                Some('\n') => {
                    self.at += 1;
                    newlines += 1;
                    on_several_lines = true;
                }
                Some(',') => self.at += 1,
                Some('#') => {
                    let comment = self.comment();
                    match items.last_mut() {
                        Some(Item::Value { comment: behind @ None, .. }) if newlines == 0 => {
                            *behind = Some(comment);
                        }
                        _ => {
                            blank(&mut items, newlines);
                            items.push(Item::Comment(comment.text));
                        }
                    }
                    newlines = 0;
                }
                Some(_) => {
                    blank(&mut items, newlines);
                    newlines = 0;
                    let before = self.at;
                    let key = (open == '{').then(|| {
                        let key = self.key();
                        self.take('=');
                        key
                    });
                    items.push(Item::Value { key, value: self.value(), comment: None });
                    self.must_have_moved(before);
                }
            }
        }
        Value::Group { open, items, on_several_lines }
    }
}

fn blank(items: &mut Vec<Item<'_>>, newlines: usize) {
    if newlines > 1 && !items.is_empty() {
        items.push(Item::Blank);
    }
}

struct Writer<'a> {
    out: String,
    /// A blank line is due.
    blank: bool,
    /// Comments that may belong to the table that follows.
    comments: Vec<&'a str>,
}

impl<'a> Writer<'a> {
    fn write(&mut self, statement: Statement<'a>) {
        match statement {
            Statement::Blank => {
                self.flush();
                self.blank = true;
            }
            Statement::Comment(comment) => self.comments.push(comment),
            Statement::Header { name, comment } => {
                self.blank = true;
                self.flush();
                self.start();
                self.out.push_str(&name);
                self.end(comment);
            }
            Statement::Pair { key, value, comment } => {
                self.flush();
                self.start();
                self.out.push_str(&key);
                self.out.push_str(" = ");
                let tail = comment.map_or(0, |comment| comment.text.chars().count() + 1);
                value.write(&mut self.out, 0, tail);
                self.end(comment);
            }
        }
    }

    fn flush(&mut self) {
        for comment in std::mem::take(&mut self.comments) {
            self.start();
            self.out.push_str(comment);
            self.out.push('\n');
        }
    }

    fn start(&mut self) {
        if std::mem::take(&mut self.blank) && !self.out.is_empty() {
            self.out.push('\n');
        }
    }

    fn end(&mut self, comment: Option<Comment<'_>>) {
        push_comment(&mut self.out, comment);
        self.out.push('\n');
    }
}

fn column(out: &str) -> usize {
    out[out.rfind('\n').map_or(0, |at| at + 1)..].chars().count()
}

fn push_comment(out: &mut String, comment: Option<Comment<'_>>) {
    if let Some(comment) = comment {
        let spaces = comment.column.saturating_sub(column(out)).max(1);
        out.push_str(&" ".repeat(spaces));
        out.push_str(comment.text);
    }
}

fn new_line(out: &mut String, indent: usize) {
    out.push('\n');
    out.push_str(&" ".repeat(indent));
}

impl Value<'_> {
    /// Writes it behind what is in `out`. `indent` is that of the line, `tail` what will stand behind it there.
    fn write(&self, out: &mut String, indent: usize, tail: usize) {
        let Value::Group { open, items, .. } = self else {
            self.write_on_one_line(out);
            return;
        };
        let fits = || {
            let mut line = String::new();
            self.write_on_one_line(&mut line);
            column(out) + line.chars().count() + tail <= WIDTH
        };
        // A table on several lines is TOML 1.1: it is left to those who write it so.
        let one_line = !self.must_be_on_several_lines() && (*open == '{' || items.is_empty() || fits());
        if one_line {
            self.write_on_one_line(out);
            return;
        }
        out.push(*open);
        let inside = indent + INDENT;
        for item in items {
            match item {
                Item::Blank => out.push('\n'),
                Item::Comment(comment) => {
                    new_line(out, inside);
                    out.push_str(comment);
                }
                Item::Value { key, value, comment } => {
                    new_line(out, inside);
                    if let Some(key) = key {
                        out.push_str(key);
                        out.push_str(" = ");
                    }
                    let tail = comment.map_or(1, |comment| comment.text.chars().count() + 2);
                    value.write(out, inside, tail);
                    out.push(',');
                    push_comment(out, *comment);
                }
            }
        }
        new_line(out, indent);
        out.push(if *open == '[' { ']' } else { '}' });
    }

    /// Whether there is a comment or a line break in it that is its author's.
    fn must_be_on_several_lines(&self) -> bool {
        let Value::Group { items, on_several_lines, .. } = self else { return false };
        let inside = items.iter().any(|item| match item {
            Item::Blank => false,
            Item::Comment(_) => true,
            Item::Value { value, comment, .. } => comment.is_some() || value.must_be_on_several_lines(),
        });
        inside || (*on_several_lines && !items.is_empty())
    }

    fn write_on_one_line(&self, out: &mut String) {
        let (open, items) = match self {
            Value::Scalar(text) => {
                out.push_str(text);
                return;
            }
            Value::Group { open, items, .. } => (*open, items),
        };
        out.push(open);
        let mut first = true;
        for item in items {
            let Item::Value { key, value, .. } = item else { continue };
            match (first, open) {
                (true, '{') => out.push(' '),
                (true, _) => {}
                (false, _) => out.push_str(", "),
            }
            first = false;
            if let Some(key) = key {
                out.push_str(key);
                out.push_str(" = ");
            }
            value.write_on_one_line(out);
        }
        if open == '{' && !first {
            out.push(' ');
        }
        out.push(if open == '[' { ']' } else { '}' });
    }
}
