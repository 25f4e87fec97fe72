//! `[wake] phrases` and `words` of a mynah.toml whose comments and layout are its owner's.

use toml_edit::{Array, DocumentMut, Item, TableLike, Value};

use crate::wake::id;

/// The text with one phrase more.
pub fn with(text: &str, phrase: &str) -> Result<String, String> {
    change(text, |wake| {
        push(list(wake, "phrases", &[])?, phrase);
        Ok(())
    })
}

/// The text with one word more, which is no phrase any longer. `usual` are the words where none are written.
pub fn with_word(text: &str, phrase: &str, usual: &[String]) -> Result<String, String> {
    change(text, |wake| {
        if wake.contains_key("phrases") {
            take_out(list(wake, "phrases", &[])?, phrase);
        }
        let words = list(wake, "words", usual)?;
        if !words.iter().any(|word| word.as_str() == Some(&id(phrase))) {
            push(words, &id(phrase));
        }
        Ok(())
    })
}

/// The text with one phrase or word less.
pub fn without(text: &str, phrase: &str, usual: &[String]) -> Result<String, String> {
    change(text, |wake| {
        if wake.contains_key("phrases") {
            take_out(list(wake, "phrases", &[])?, phrase);
        }
        if wake.contains_key("words") || usual.contains(&id(phrase)) {
            take_out(list(wake, "words", usual)?, phrase);
        }
        Ok(())
    })
}

fn push(list: &mut Array, text: &str) {
    list.push(text);
    // In a list with a line for each it has one too, as far to the right.
    let before = |value: &Value| {
        value.decor().prefix()?.as_str()?.rsplit_once('\n').map(|(_, space)| space.to_owned())
    };
    let new = list.len() - 1;
    if let Some(space) = list.get(0).and_then(before)
        && let Some(value) = list.get_mut(new)
    {
        value.decor_mut().set_prefix(format!("\n{space}"));
    }
}

fn take_out(list: &mut Array, phrase: &str) {
    list.retain(|value| value.as_str().is_none_or(|other| id(other) != id(phrase)));
    // What stood second has a space before it.
    if let Some(first) = list.get_mut(0)
        && first.decor().prefix().and_then(|prefix| prefix.as_str()) == Some(" ")
    {
        first.decor_mut().set_prefix("");
    }
}

/// A list below `[wake]`, which is as usual where it was not written.
fn list<'a>(wake: &'a mut dyn TableLike, key: &str, usual: &[String]) -> Result<&'a mut Array, String> {
    let list = wake.entry(key).or_insert_with(|| Item::Value(Value::Array(usual.iter().collect())));
    list.as_array_mut().ok_or_else(|| format!("`{key}` is no list"))
}

fn change(text: &str, how: impl Fn(&mut dyn TableLike) -> Result<(), String>) -> Result<String, String> {
    let mut document: DocumentMut = text.parse().map_err(|error: toml_edit::TomlError| error.to_string())?;
    let wake = document.entry("wake").or_insert(toml_edit::table());
    how(wake.as_table_like_mut().ok_or("`wake` is no table")?)?;
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
        let remove = |text: &str| without(text, "Hey  Mynah", &["computer".to_owned()]);
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
        check(
            "[wake]\nwords = [\"hey_mynah\", \"jarvis\"]\n",
            remove,
            expect![[r#"
            [wake]
            words = ["jarvis"]
        "#]],
        );
        // A usual word is out when the others are written.
        check(
            "",
            |text| without(text, "computer", &["computer".to_owned(), "jarvis".to_owned()]),
            expect![[r#"
            [wake]
            words = ["jarvis"]
        "#]],
        );
    }

    #[test]
    fn a_phrase_becomes_a_word() {
        let usual = ["computer".to_owned(), "jarvis".to_owned()];
        let train = |text: &str| with_word(text, "hey mynah", &usual);
        check(
            "",
            train,
            expect![[r#"
            [wake]
            words = ["computer", "jarvis", "hey_mynah"]
        "#]],
        );
        check(
            "[wake]\nwords = [] # none\nphrases = [\"hey mynah\", \"dear house\"]\n",
            train,
            expect![[r#"
            [wake]
            words = ["hey_mynah"] # none
            phrases = ["dear house"]
        "#]],
        );
        // Trained again.
        check(
            "[wake]\nwords = [\"hey_mynah\"]\n",
            train,
            expect![[r#"
            [wake]
            words = ["hey_mynah"]
        "#]],
        );
    }
}
