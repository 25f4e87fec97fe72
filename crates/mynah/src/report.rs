//! Faults of files, as a compiler shows them: file, line, caret, remedy.

use std::fmt::Write as _;
use std::ops::Range;

use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteDiagnostic, NamedSource, Report, Severity,
};
use serde::Serialize;

/// One fault, whichever crate found it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file as the user named it.
    pub file: String,
    /// Byte range in it.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
}

impl From<mynah_home::Fault> for Fault {
    fn from(fault: mynah_home::Fault) -> Self {
        Fault { file: fault.file.to_string(), span: fault.span, message: fault.message, help: fault.help }
    }
}

impl From<mynah_intent::Fault> for Fault {
    fn from(fault: mynah_intent::Fault) -> Self {
        Fault {
            file: fault.origin.file.to_string(),
            span: fault.origin.span,
            message: fault.message,
            help: fault.help,
        }
    }
}

/// Many faults as an error: every one of them is shown.
#[derive(Debug)]
pub struct Faults(pub Vec<Fault>);

impl std::error::Error for Faults {}

impl std::fmt::Display for Faults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&render(&self.0, &crate::shipped::source))
    }
}

/// Turns the faults of another crate into an error.
pub fn faults<F: Into<Fault>>(found: Vec<F>) -> Faults {
    Faults(found.into_iter().map(Into::into).collect())
}

/// Renders `faults` and how many they are; `source` gives the text of a file by the name that the faults have.
pub fn render(faults: &[Fault], source: &dyn Fn(&str) -> Option<String>) -> String {
    let mut out = render_as(Severity::Error, faults, source);
    if !faults.is_empty() {
        let _ = writeln!(out, "{}", count(faults.len(), "fault"));
    }
    out
}

/// "1 fault", "2 faults".
pub fn count(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

/// Renders `faults`, as errors or as warnings.
pub fn render_as(severity: Severity, faults: &[Fault], source: &dyn Fn(&str) -> Option<String>) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100);
    let mut out = String::new();
    for fault in faults {
        let text = source(&fault.file).unwrap_or_default();
        let mut diagnostic = MietteDiagnostic::new(&fault.message).with_severity(severity);
        if let Some(help) = &fault.help {
            diagnostic = diagnostic.with_help(help);
        }
        let end = fault.span.end.min(text.len());
        let start = fault.span.start.min(end);
        let located = text.is_char_boundary(start) && text.is_char_boundary(end) && !text.is_empty();
        if located {
            diagnostic = diagnostic.with_label(LabeledSpan::new_with_span(None, start..end));
        }
        let mut report = Report::new(diagnostic);
        if located {
            report = report.with_source_code(NamedSource::new(&fault.file, text));
        } else {
            let _ = write!(out, "{}: ", fault.file);
        }
        // Rendering into a String does not fail; if it did, the message alone is still told.
        if handler.render_report(&mut out, report.as_ref()).is_err() {
            let _ = writeln!(out, "{}: {}", fault.file, fault.message);
        }
    }
    out
}
