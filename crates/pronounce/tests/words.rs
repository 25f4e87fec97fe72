//! How words are said, as a user would ask.

#![allow(clippy::unwrap_used, reason = "a test")]

use expect_test::{Expect, expect};
use mynah_pronounce::{Phone, Pronouncer, Source, Unpronounceable, dictionary, distance, letters};
use proptest::prelude::*;

fn table(english: &Pronouncer, words: &[&str]) -> String {
    let line = |word: &&str| match english.word(word) {
        Ok(ways) => {
            let ways: Vec<String> = ways.iter().map(|way| format!("{way} ({:?})", way.source)).collect();
            format!("{word}: {}\n", ways.join(", "))
        }
        Err(why) => format!("{word}: {why}\n"),
    };
    words.iter().map(line).collect()
}

fn check(words: &[&str], expected: &Expect) {
    expected.assert_eq(&table(&Pronouncer::english(), words));
}

#[test]
fn words_of_the_dictionary() {
    check(
        &["Lamp", "lamb", "write", "right", "read", "don’t", "kitchen,", "a.m.", "TV", "wi-fi"],
        &expect![[r#"
            Lamp: L AE M P (Dictionary)
            lamb: L AE M (Dictionary)
            write: R AY T (Dictionary)
            right: R AY T (Dictionary)
            read: R EH D (Dictionary), R IY D (Dictionary)
            don’t: D OW N T (Dictionary), D OW N (Dictionary)
            kitchen,: K IH CH AH N (Dictionary)
            a.m.: EY EH M (Dictionary)
            TV: T IY V IY (Dictionary), T EH L AH V IH ZH AH N (Dictionary)
            wi-fi: W AY F AY (Dictionary)
        "#]],
    );
}

#[test]
fn numbers_are_said_in_words() {
    check(
        &[
            "8",
            "21",
            "100",
            "305",
            "1984",
            "2024",
            "007",
            "21.5",
            "7:30",
            "7:05",
            "7:00",
            "9am",
            "9pm",
            "20%",
            "21°",
            "1st",
            "22nd",
            "30th",
            "twenty-one",
            "1000000",
        ],
        &expect![[r#"
            8: EY T (Rule)
            21: T W EH N T IY W AH N (Rule), T W EH N IY W AH N (Rule)
            100: W AH N HH AH N D R AH D (Rule), W AH N HH AH N D R IH D (Rule), W AH N HH AH N ER D (Rule), W AH N HH AH N D ER D (Rule)
            305: TH R IY HH AH N D R AH D F AY V (Rule), TH R IY HH AH N D R IH D F AY V (Rule), TH R IY HH AH N ER D F AY V (Rule), TH R IY HH AH N D ER D F AY V (Rule)
            1984: W AH N TH AW Z AH N D N AY N HH AH N D R AH D EY T IY F AO R (Rule), N AY N T IY N EY T IY F AO R (Rule), W AH N TH AW Z AH N D N AY N HH AH N D R IH D EY T IY F AO R (Rule), W AH N TH AW Z AH N N AY N HH AH N D R AH D EY T IY F AO R (Rule), W AH N TH AW Z AH N D N AY N HH AH N ER D EY T IY F AO R (Rule), W AH N TH AW Z AH N N AY N HH AH N D R IH D EY T IY F AO R (Rule)
            2024: T UW TH AW Z AH N D T W EH N T IY F AO R (Rule), T UW TH AW Z AH N D T W EH N IY F AO R (Rule), T UW TH AW Z AH N T W EH N T IY F AO R (Rule), T UW TH AW Z AH N T W EH N IY F AO R (Rule)
            007: Z IH R OW Z IH R OW S EH V AH N (Rule), Z IH R OW Z IY R OW S EH V AH N (Rule), Z IY R OW Z IH R OW S EH V AH N (Rule), Z IY R OW Z IY R OW S EH V AH N (Rule)
            21.5: T W EH N T IY W AH N P OY N T F AY V (Rule), T W EH N IY W AH N P OY N T F AY V (Rule)
            7:30: S EH V AH N TH ER D IY (Rule), S EH V AH N TH ER T IY (Rule)
            7:05: S EH V AH N OW F AY V (Rule)
            7:00: S EH V AH N AH K L AA K (Rule), S EH V AH N (Rule)
            9am: N AY N EY EH M (Rule)
            9pm: N AY N P IY EH M (Rule)
            20%: T W EH N T IY P ER S EH N T (Rule), T W EH N IY P ER S EH N T (Rule)
            21°: T W EH N T IY W AH N D IH G R IY Z (Rule), T W EH N IY W AH N D IH G R IY Z (Rule)
            1st: F ER S T (Rule)
            22nd: T W EH N T IY S EH K AH N D (Rule), T W EH N IY S EH K AH N D (Rule)
            30th: TH ER T IY AH TH (Rule), TH ER T IY IH TH (Rule)
            twenty-one: T W EH N T IY W AH N (Dictionary), T W EH N IY W AH N (Dictionary)
            1000000: W AH N M IH L Y AH N (Rule)
        "#]],
    );
}

#[test]
fn abbreviations_endings_and_words_of_several_parts() {
    check(
        &[
            "hvac",
            "HDMI",
            "led",
            "kwh",
            "dr",
            "tvs",
            "TV's",
            "lamps'",
            "netflix's",
            "it'd",
            "oclock",
            "whats",
            "r2d2",
            "ps5",
            "coffee-maker",
            "café",
            "5kg",
            "-3",
            "&",
        ],
        &expect![[r#"
            hvac: EY CH V AE K (Guess), EY CH V IY EY S IY (Rule)
            HDMI: EY CH D IY EH M AY (Rule)
            led: EH L IY D IY (Rule), L EH D (Dictionary)
            kwh: K IH L AH W AA T AW ER Z (Rule), K IH L AH W AA T AW R Z (Rule), K EY D AH B AH L Y UW EY CH (Dictionary)
            dr: D AA K T ER (Rule), D R AY V (Rule), D AO K T ER (Rule)
            tvs: T IY V IY Z (Dictionary)
            TV's: T IY V IY Z (Dictionary)
            lamps': L AE M P S (Rule)
            netflix's: N EH T F L IH K S IH Z (Guess)
            it'd: IH T AH D (Dictionary)
            oclock: AH K L AA K (Rule)
            whats: W AH T S (Dictionary), HH W AH T S (Dictionary)
            r2d2: AA R T UW D IY T UW (Rule)
            ps5: P IY Z F AY V (Rule)
            coffee-maker: K AA F IY M EY K ER (Dictionary), K AO F IY M EY K ER (Dictionary)
            café: K AH F EY (Dictionary), K AE F EY (Dictionary)
            5kg: F AY V K IH L AH G R AE M Z (Rule), F AY V K IH L AH G R AE M (Rule), F AY V K IY L OW Z (Rule)
            -3: M AY N AH S TH R IY (Rule)
            &: AH N D (Rule), AE N D (Rule)
        "#]],
    );
}

#[test]
fn words_that_no_dictionary_has_are_guessed() {
    check(
        &["mynah", "ecobee", "thermomixer", "zigbee", "blorp", "spotifying"],
        &expect![[r#"
            mynah: M AY N AH (Guess), M IH N AH (Guess)
            ecobee: IH K AA B IY (Guess), IY K OW B IY (Guess), EH K AH B IY (Guess)
            thermomixer: TH ER M OW M IH K S ER (Guess), TH ER M AH M IH K S ER (Guess)
            zigbee: Z IH G B IY (Guess)
            blorp: B L AO R P (Guess), B L ER P (Guess)
            spotifying: S P AA T AH F AY IH NG (Guess), S P AA T IH F AY IH NG (Guess)
        "#]],
    );
}

#[test]
fn what_cannot_be_said_is_told() {
    let long = "a".repeat(80);
    check(
        &["", "  ", "...", "'", "-", "#", "灯", "лампа", "x灯", "a#b", &long],
        &expect![[r#"
        : there is nothing to say in ``
          : there is nothing to say in `  `
        ...: there is nothing to say in `...`
        ': there is nothing to say in `'`
        -: there is nothing to say in `-`
        #: nobody knows how `#` in `#` is said
        灯: `灯` in `灯` is no letter of English
        лампа: `л` in `лампа` is no letter of English
        x灯: `灯` in `x灯` is no letter of English
        a#b: nobody knows how `#` in `a#b` is said
        aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: `aaaaaaaaaaaa…` is too long for a word
    "#]],
    );
}

#[test]
fn the_household_is_asked_first() {
    let mut english = Pronouncer::english();
    english.respell("EcoBee", "eeko bee").unwrap();
    english.respell("hue", "/HH Y UW1 IY/").unwrap();
    english.respell("灯", "dung").unwrap();
    expect![[r#"
        ecobee: IY K OW B IY (Household)
        ecobee's: IY K OW B IY Z (Rule)
        Hue: HH Y UW IY (Household)
        灯: D AH NG (Household)
        hue-lamp: HH Y UW IY L AE M P (Dictionary)
    "#]]
    .assert_eq(&table(&english, &["ecobee", "ecobee's", "Hue", "灯", "hue-lamp"]));
    assert_eq!(english.respell("x", "/QQ/"), Err(Unpronounceable::Phone("QQ".into())));
    assert_eq!(english.respell("x", "灯"), Err(Unpronounceable::Script("灯".into(), '灯')));
    assert_eq!(english.respell("x", " "), Err(Unpronounceable::Nothing(" ".into())));
}

#[test]
fn words_one_after_the_other() {
    let said = Pronouncer::english().text("hey mynah").unwrap();
    expect!["HH EY M AY N AH"].assert_eq(&said[0].to_string());
    assert_eq!(said[0].source, Source::Guess);
}

#[test]
fn near_and_far() {
    let english = Pronouncer::english();
    let pairs = [
        ("write", "right"),
        ("lamb", "lamp"),
        ("light", "lights"),
        ("pin", "bin"),
        ("ten", "tin"),
        ("thirteen", "thirty"),
        ("kitchen", "chicken"),
        ("on", "off"),
        ("lamp", "heater"),
    ];
    let line = |(a, b): &(&str, &str)| {
        let first = |word| english.word(word).unwrap().remove(0).phones;
        format!("{a} {b} {:.2}\n", distance(&first(a), &first(b)))
    };
    expect![[r#"
        write right 0.00
        lamb lamp 0.50
        light lights 1.00
        pin bin 0.30
        ten tin 0.50
        thirteen thirty 1.30
        kitchen chicken 1.40
        on off 1.54
        lamp heater 3.95
    "#]]
    .assert_eq(&pairs.iter().map(line).collect::<String>());
}

#[test]
fn a_file_that_is_no_model_is_refused() {
    assert!(letters::english().guess("mynah", 1).len() == 1);
    for bytes in [&[][..], &[6], &[6, 251], &[0, 0], &[1, 0, 0, 0, 0, 0], &[9; 400]] {
        assert!(letters::Model::new(bytes).is_none(), "{bytes:?}");
    }
}

/// Of the words in the dictionary one in 200: the model must be of use, and is no copy of the dictionary.
#[test]
fn the_model_says_most_words_as_the_dictionary_does() {
    let model = letters::english();
    let words =
        dictionary::words().filter(|(word, _)| word.bytes().all(|b| b.is_ascii_lowercase())).step_by(200);
    let (mut right, mut all) = (0, 0);
    for (word, said) in words {
        all += 1;
        right += usize::from(model.guess(&word, 1).first().is_some_and(|guess| said.contains(&guess.phones)));
    }
    let share = 100 * right / all;
    assert!((65..90).contains(&share), "{share} %");
}

proptest! {
    #[test]
    fn nothing_panics_and_what_is_said_has_sounds(word in "\\PC{0,70}") {
        if let Ok(ways) = Pronouncer::english().word(&word) {
            prop_assert!(!ways.is_empty() && ways.len() <= 6);
            prop_assert!(ways.iter().all(|way| !way.phones.is_empty()));
        }
    }

    #[test]
    fn nothing_panics_on_what_looks_like_words(word in "[a-z0-9'.:%°&+-]{0,20}") {
        if let Ok(ways) = Pronouncer::english().word(&word) {
            prop_assert!(ways.iter().all(|way| !way.phones.is_empty()));
        }
    }

    #[test]
    fn any_row_of_letters_can_be_said(word in "[a-z]{1,20}") {
        prop_assert!(Pronouncer::english().word(&word).is_ok());
    }

    #[test]
    fn the_distance_is_one(a in proptest::collection::vec(0_usize..39, 0..8), b in proptest::collection::vec(0_usize..39, 0..8)) {
        let phones = |places: &[usize]| places.iter().map(|place| Phone::ALL[*place]).collect::<Vec<_>>();
        let (a, b) = (phones(&a), phones(&b));
        prop_assert!((distance(&a, &b) - distance(&b, &a)).abs() < 1e-5);
        prop_assert_eq!(distance(&a, &b) == 0.0, a == b);
    }
}
