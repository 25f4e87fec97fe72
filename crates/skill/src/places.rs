//! Places inside strings of a file that are written with escapes.

use mynah_intent::Fault;

use crate::manifest::Manifest;

/// Corrects the places of faults inside sentences and rules. A place counts the letters of a sentence, and where the file writes one with
/// an escape (`\u00e9`, `\\`) it takes more room there. Whatever comes of it is a place of the text.
pub(crate) fn correct(faults: &mut [Fault], skills: &[Manifest], texts: &[(String, String)]) {
    let of_skill = |skill: &'_ Manifest| {
        let sentences = skill.intents.iter().flat_map(|intent| &intent.sentences).chain(skill.rules.values());
        sentences.map(|sentence| (sentence.origin.clone(), sentence.template.len())).collect::<Vec<_>>()
    };
    let mut escaped: Vec<_> = skills.iter().flat_map(of_skill).collect();
    escaped.retain(|(origin, length)| origin.span.len() != *length);
    for fault in faults {
        let Some((_, text)) = texts.iter().find(|(file, _)| **file == *fault.origin.file) else { continue };
        let span = &mut fault.origin.span;
        let inside = escaped.iter().find(|(origin, _)| {
            origin.file == fault.origin.file && origin.span.start <= span.start && span.end <= origin.span.end
        });
        if let Some((origin, length)) = inside
            && *span != origin.span
            && let Some(source) = text.get(origin.span.clone())
        {
            let start = origin.span.start;
            let at = |place: usize| start + in_source(source, (place - start).min(*length));
            *span = at(span.start)..at(span.end);
        }
        let boundary = |mut at: usize| {
            at = at.min(text.len());
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        *span = boundary(span.start)..boundary(span.end);
    }
}

/// Where the byte `wanted` of a string stands in its source, the contents of a TOML string.
fn in_source(source: &str, wanted: usize) -> usize {
    let mut value = 0;
    let mut chars = source.char_indices();
    while let Some((at, c)) = chars.next() {
        if value >= wanted {
            return at;
        }
        value += match (c, source[at + c.len_utf8()..].chars().next()) {
            ('\\', Some(kind)) => {
                chars.next();
                let digits = match kind {
                    'x' => 2,
                    'u' => 4,
                    'U' => 8,
                    _ => 0,
                };
                let code: String = chars.by_ref().take(digits).map(|(_, digit)| digit).collect();
                let letter = u32::from_str_radix(&code, 16).ok().and_then(char::from_u32);
                letter.map_or(1, char::len_utf8)
            }
            _ => c.len_utf8(),
        };
    }
    source.len()
}
