//! Whether a phrase has just been said, by its phones alone: rows of an acoustic model against the phrase.
//!
//! The phrase may begin at any row. Along the best way through its tokens, by the rules of connectionist temporal
//! classification (Graves et al. 2006), each row costs what its likeliest token is better than the phrase's: the score is
//! that of the phrase less that of the free loop over all tokens in the same rows, and so at most 0. It is told per token,
//! so that long phrases are not worse than short ones.

use std::sync::Arc;

use mynah_pronounce::Pronouncer;

use crate::ctc::{AcousticModel, Token};

/// a: scores are log p − a · log prior. Wake words want less of it than sentences, which have to choose among words.
const PRIOR_SCALE: f32 = 0.2;
/// A token takes this long at most, on average, and a phrase so much more, in samples: 250 and 300 ms.
const MOST_PER_TOKEN: usize = 4_000;
const MOST_BESIDE: usize = 4_800;
const NOTHING: f32 = f32::NEG_INFINITY;

/// Scores one phrase over the rows of a stream.
#[derive(Clone, Debug)]
pub struct PhraseScorer {
    /// a · log prior of each token.
    prior: Arc<[f32]>,
    blank: usize,
    forms: Vec<Form>,
    /// Rows since the start.
    now: u32,
}

/// One way of saying the phrase.
#[derive(Clone, Debug)]
struct Form {
    tokens: Box<[Token]>,
    /// Of the token, and of the blank after it; the last token has none.
    cells: Vec<[Cell; 2]>,
    /// The longest that it takes, in rows.
    longest: u32,
}

/// The best way that has come so far.
#[derive(Clone, Copy, Debug)]
struct Cell {
    score: f32,
    /// The row in which it began.
    since: u32,
}

impl Cell {
    const NONE: Cell = Cell { score: NOTHING, since: 0 };

    fn better(self, other: Cell) -> Cell {
        if other.score > self.score { other } else { self }
    }
}

impl PhraseScorer {
    /// For rows of `model`; nothing when the phrase cannot be made of its tokens.
    pub fn new(model: &AcousticModel, phrase: &str, pronouncer: &Pronouncer) -> Option<Self> {
        let forms = model.tokens().forms(phrase, pronouncer);
        Self::of(forms, model.tokens().blank(), model.log_prior(), model.row_samples())
    }

    fn of(forms: Vec<Box<[Token]>>, blank: Token, log_prior: &[f32], row_samples: usize) -> Option<Self> {
        let form = |tokens: Box<[Token]>| Form {
            cells: vec![[Cell::NONE; 2]; tokens.len()],
            longest: ((tokens.len() * MOST_PER_TOKEN + MOST_BESIDE) / row_samples) as u32,
            tokens,
        };
        let forms: Vec<Form> = forms.into_iter().filter(|tokens| !tokens.is_empty()).map(form).collect();
        let prior = log_prior.iter().map(|log_prior| PRIOR_SCALE * log_prior).collect();
        (!forms.is_empty()).then_some(PhraseScorer { prior, blank: blank.into(), forms, now: 0 })
    }

    /// Tokens of the shortest way of saying the phrase.
    pub fn tokens(&self) -> usize {
        self.forms.iter().map(|form| form.tokens.len()).min().unwrap_or_default()
    }

    /// Takes the next row of log-probabilities; gives the score of the phrase ending in it, in nats a token, at most 0.
    pub fn push(&mut self, row: &[f32]) -> f32 {
        let scaled =
            |token: usize| row.get(token).zip(self.prior.get(token)).map_or(NOTHING, |(p, prior)| p - prior);
        let free = (0..row.len()).map(scaled).fold(NOTHING, f32::max);
        let regret = |token: usize| match scaled(token) - free {
            regret if regret <= 0.0 => regret,
            _ => NOTHING,
        };
        let of_blank = regret(self.blank);
        let mut best = NOTHING;
        for Form { tokens, cells, longest } in &mut self.forms {
            // From the last to the first, so that what stands before is still of the row before.
            for at in (0..tokens.len()).rev() {
                let [said, paused] = cells[at];
                let before = match at.checked_sub(1) {
                    None => Cell { score: 0.0, since: self.now },
                    Some(before) => {
                        let [token, blank] = cells[before];
                        // Two equal tokens in a row have a blank between them.
                        if tokens[before] == tokens[at] { blank } else { blank.better(token) }
                    }
                };
                let on = |cell: Cell, regret: f32| match self.now - cell.since < *longest {
                    true => Cell { score: cell.score + regret, ..cell },
                    false => Cell::NONE,
                };
                let of_token = regret(tokens[at].into());
                cells[at] = [on(said.better(before), of_token), on(paused.better(said), of_blank)];
            }
            if let Some([said, _]) = cells.last() {
                best = best.max(said.score / tokens.len() as f32);
            }
        }
        self.now += 1;
        best
    }

    /// A phrase of which half was said may come to this score at most.
    pub fn at_most(&self) -> f32 {
        let of = |form: &Form| {
            let under_way = form.cells[form.cells.len() / 2..].iter().flatten();
            under_way.map(|cell| cell.score).fold(NOTHING, f32::max) / form.cells.len() as f32
        };
        self.forms.iter().map(of).fold(NOTHING, f32::max)
    }

    /// Back to the start of a stream.
    pub fn reset(&mut self) {
        self.now = 0;
        for form in &mut self.forms {
            form.cells.fill([Cell::NONE; 2]);
        }
    }

    /// The best score of the phrase ending in one of these rows (row-major), were they the next ones.
    pub fn ahead(&self, rows: &[f32]) -> f32 {
        let mut scorer = self.clone();
        rows.chunks_exact(self.prior.len()).map(|row| scorer.push(row)).fold(NOTHING, f32::max)
    }

    /// The best score of the phrase ending in one of the last `ends` of these rows (row-major), as after a start.
    pub fn window(&self, rows: &[f32], ends: usize) -> f32 {
        let mut scorer = self.clone();
        scorer.reset();
        let rows = rows.chunks_exact(self.prior.len());
        let first = rows.len().saturating_sub(ends);
        rows.map(|row| scorer.push(row)).skip(first).fold(NOTHING, f32::max)
    }
}

#[cfg(test)]
impl PhraseScorer {
    /// Of a model of a blank, `-`, and the sounds a, b and c.
    pub(super) fn toy(form: &str) -> PhraseScorer {
        Self::toys(&[form])
    }

    fn toys(forms: &[&str]) -> PhraseScorer {
        let forms = forms.iter().map(|form| form.chars().map(Self::toy_token).collect()).collect();
        Self::of(forms, 0, &[0.0; 4], 480).unwrap_or_else(|| panic!("a phrase"))
    }

    fn toy_token(name: char) -> Token {
        "-abc".find(name).unwrap_or_else(|| panic!("no token {name}")) as Token
    }

    /// Rows in which the named token has 0.91 and the others 0.03.
    pub(super) fn toy_rows(said: &str) -> Vec<f32> {
        let row = |name: char| (0..4).map(move |at| if at == Self::toy_token(name) { 0.91f32 } else { 0.03 });
        said.chars().flat_map(row).map(f32::ln).collect()
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use proptest::prelude::*;

    use super::*;

    /// Wrong rows a token (a row that says something else costs ln(0.91 / 0.03)), at each row; `.` where there is no way yet.
    #[track_caller]
    fn check(forms: &[&str], said: &str, expected: Expect) {
        let mut scorer = PhraseScorer::toys(forms);
        let rows = PhraseScorer::toy_rows(said);
        let scores = rows.chunks_exact(4).map(|row| match scorer.push(row) {
            NOTHING => ".".to_owned(),
            score => format!("{:.1}", -score / (0.91f32 / 0.03).ln() + 0.0),
        });
        expected.assert_eq(&scores.collect::<Vec<_>>().join(" "));
    }

    #[test]
    fn a_phrase_costs_what_is_wrong_with_it() {
        check(&["abc"], "abc", expect![[r#". . 0.0"#]]);
        check(&["abc"], "--a-bb-c", expect![". . 1.0 1.0 0.7 0.3 0.3 0.0"]);
        // A token that was not said, and one too many.
        check(&["abc"], "a--c", expect![". . 0.7 0.3"]);
        check(&["abc"], "acbc", expect![". . 0.7 0.3"]);
        check(&["abc"], "----", expect![". . 1.0 1.0"]);
        // Equal tokens need a blank between them.
        check(&["aa"], "aaaa", expect![". . 0.5 0.5"]);
        check(&["aa"], "a-a", expect![". . 0.0"]);
        // The better of two ways of saying it.
        check(&["abc", "ac"], "a-c-", expect![". 0.5 0.0 0.5"]);
        // It goes away again.
        check(&["ab"], "ab--cc--", expect![". 0.0 0.5 1.0 1.0 1.0 1.0 1.0"]);
    }

    #[test]
    fn a_phrase_takes_only_so_long() {
        // Two tokens: 800 ms, 26 rows.
        let last = |pause: usize| {
            PhraseScorer::toy("ab").window(&PhraseScorer::toy_rows(&format!("a{}b", "-".repeat(pause))), 1)
        };
        assert!(last(24) > -0.01, "{}", last(24));
        assert!(last(25) < -1.0, "{}", last(25));
    }

    #[test]
    fn rows_that_do_not_fit_are_no_harm() {
        let mut scorer = PhraseScorer::toy("ab");
        for row in [&[][..], &[0.0], &[f32::NAN; 4], &[NOTHING; 4]].repeat(3) {
            assert_eq!(scorer.push(row), NOTHING);
        }
        scorer.reset();
        assert_eq!(
            scorer.window(&PhraseScorer::toy_rows("ab"), 1),
            scorer.window(&PhraseScorer::toy_rows("--ab"), 1)
        );
        assert!(PhraseScorer::of(vec![Box::from([])], 0, &[0.0; 4], 480).is_none());
    }

    fn some_rows() -> impl Strategy<Value = Vec<f32>> {
        proptest::collection::vec(-6.0f32..0.0, 0..60).prop_map(|mut rows| {
            rows.truncate(rows.len() / 4 * 4);
            rows
        })
    }

    proptest! {
        /// A scorer that goes on gives what a window over the same rows gives, and never more than 0.
        #[test]
        fn a_stream_is_a_window(rows in some_rows(), ends in 0usize..20) {
            let mut stream = PhraseScorer::toys(&["abca", "ab"]);
            let scores: Vec<f32> = rows.chunks_exact(4).map(|row| stream.push(row)).collect();
            prop_assert!(scores.iter().all(|score| *score <= 0.0));
            let last = scores.iter().rev().take(ends).copied().fold(NOTHING, f32::max);
            prop_assert_eq!(stream.window(&rows, ends), last);
        }

        /// What was said long before changes nothing.
        #[test]
        fn the_past_is_forgotten(before in some_rows(), rows in some_rows()) {
            let mut stream = PhraseScorer::toy("abc");
            for row in before.chunks_exact(4).chain(std::iter::repeat_n(&[0.0; 4][..], 50)) {
                stream.push(row);
            }
            let alone = stream.window(&rows, 1);
            let after = rows.chunks_exact(4).map(|row| stream.push(row)).last();
            // The rows between cost nothing, so that the phrase may have begun in them.
            prop_assert!(after.is_none_or(|after| after >= alone));
        }

        /// What can still come of what is under way is never underrated.
        #[test]
        fn at_most_is_no_less_than_what_comes(rows in some_rows(), next in proptest::collection::vec(-6.0f32..0.0, 4)) {
            let mut stream = PhraseScorer::toy("abca");
            rows.chunks_exact(4).for_each(|row| _ = stream.push(row));
            prop_assert!(stream.ahead(&next) <= stream.at_most() + 1e-6);
        }

        /// A phrase that was said perfectly scores 0 whatever stands around it.
        #[test]
        fn it_is_found_anywhere(before in "[-abc]{0,9}", after in "[-abc]{0,2}") {
            let said = format!("{before}-a-b-c{after}");
            let score = PhraseScorer::toy("abc").window(&PhraseScorer::toy_rows(&said), 3);
            prop_assert!(score > -1e-5, "{said}: {score}");
        }
    }
}
