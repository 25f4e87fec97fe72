//! `[wake] phrases` of a mynah.toml whose comments and layout are its owner's.

use toml_edit::{Array, DocumentMut, Item, TableLike, Value};

use crate::wake::id;

/// The text with one phrase more.
pub fn with(text: &str, phrase: &str) -> Result<String, String> {
    change(text, |phrases| {
        phrases.push(phrase);
        // In a list with a line for each it has one too, as far to the right.
        let before = |value: &Value| {
            value.decor().prefix()?.as_str()?.rsplit_once('\n').map(|(_, space)| space.to_owned())
        };
        let new = phrases.len() - 1;
        if let Some(space) = phrases.get(0).and_then(before)
            && let Some(value) = phrases.get_mut(new)
        {
            value.decor_mut().set_prefix(format!("\n{space}"));
        }
    })
}

/// The text with one phrase less.
pub fn without(text: &str, phrase: &str) -> Result<String, String> {
    change(text, |phrases| {
        phrases.retain(|value| value.as_str().is_none_or(|other| id(other) != id(phrase)));
        // What stood second has a space before it.
        if let Some(first) = phrases.get_mut(0)
            && first.decor().prefix().and_then(|prefix| prefix.as_str()) == Some(" ")
        {
            first.decor_mut().set_prefix("");
        }
    })
}

fn change(text: &str, how: impl Fn(&mut Array)) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    let wake = document.entry("wake").or_insert(toml_edit::table());
    let wake: &mut dyn TableLike = wake.as_table_like_mut().ok_or("`wake` is no table")?;
    let phrases = wake.entry("phrases").or_insert(Item::Value(Value::Array(Array::new())));
    how(phrases.as_array_mut().ok_or("`phrases` is no list")?);
    Ok(document.to_string())
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    #[track_caller]
    fn check(text: &str, change: impl Fn(&str) -> Result<String, String>, expected: Expect) {
        expected.assert_eq(&change(text).unwrap_or_else(|error| format!("error: {error}\n")));
    }

    #[test]
    fn a_phrase_is_written_and_the_rest_stays() {
        let add = |text: &str| with(text, "hey mynah");
        check(
            "",
            add,
            expect![[r#"
            [wake]
            phrases = ["hey mynah"]
        "#]],
        );
        check(
            "area = \"kitchen\" # mine\n",
            add,
            expect![[r#"
            area = "kitchen" # mine

            [wake]
            phrases = ["hey mynah"]
        "#]],
        );
        check(
            "# the ears\n[wake] # words\nwords = [\"jarvis\"]   # one\n\n[audio]\nvolume = 70\n",
            add,
            expect![[r##"
                # the ears
                [wake] # words
                words = ["jarvis"]   # one
                phrases = ["hey mynah"]

                [audio]
                volume = 70
            "##]],
        );
        check(
            "[wake]\nphrases = [\"dear house\"] # ours\n",
            add,
            expect![[r#"
            [wake]
            phrases = ["dear house", "hey mynah"] # ours
        "#]],
        );
        check(
            "[wake]\nphrases = [\n    \"dear house\", # hers\n    \"oh speaker\",\n]\n",
            add,
            expect![[r#"
                [wake]
                phrases = [
                    "dear house", # hers
                    "oh speaker",
                    "hey mynah",
                ]
            "#]],
        );
        check(
            "wake = { words = [] }\n",
            add,
            expect![[r#"
            wake = { words = [] , phrases = ["hey mynah"] }
        "#]],
        );
        check(
            "wake.words = []\n",
            add,
            expect![[r#"
            wake.words = []
            wake.phrases = ["hey mynah"]
        "#]],
        );
        check(
            "wake = 3\n",
            add,
            expect![[r#"
            error: `wake` is no table
        "#]],
        );
        check(
            "[wake]\nphrases = 3\n",
            add,
            expect![[r#"
            error: `phrases` is no list
        "#]],
        );
    }

    #[test]
    fn a_phrase_is_taken_out_and_the_rest_stays() {
        let remove = |text: &str| without(text, "Hey  Mynah");
        check(
            "[wake]\nphrases = [\"hey mynah\", \"dear house\"] # ours\n",
            remove,
            expect![[r#"
            [wake]
            phrases = ["dear house"] # ours
        "#]],
        );
        check(
            "[wake]\nphrases = [\"hey mynah\"]\n",
            remove,
            expect![[r#"
            [wake]
            phrases = []
        "#]],
        );
    }
}
