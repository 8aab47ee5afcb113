//! All keys in all languages, and what a programme may say instead.

use super::*;

#[test]
fn every_text_is_there_in_every_language_with_the_same_values() {
    for word in Word::ALL {
        assert_eq!(Word::from_key(word.key()), Some(*word), "{} stands twice", word.key());
        let texts = word.texts();
        let values: BTreeSet<&str> = placeholders(texts[0]).collect();
        for (language, text) in BUILT_IN.iter().zip(texts) {
            let key = word.key();
            assert!(!text.trim().is_empty(), "{key} has no text in {language}");
            assert_eq!(text.trim(), text, "{key} in {language}");
            let own: BTreeSet<&str> = placeholders(text).collect();
            assert_eq!(own, values, "{key} in {language}");
        }
    }
}

#[test]
fn every_reason_has_words_in_every_language() {
    for reason in Reason::ALL {
        let key = format!("reason.{}", reason.code());
        assert!(Word::from_key(&key).is_some(), "{key} is missing");
    }
}

#[test]
fn nobody_learns_that_something_was_withheld_from_them() {
    for text in Word::ReasonHeldOut.texts() {
        for telling in ["random", "measur", "willekeur", "meten", "Zufall", "Messung"] {
            assert!(!text.contains(telling), "{text}");
        }
    }
}

#[test]
fn the_first_wanted_language_that_there_is_is_taken() {
    let mut own = Own::new();
    add(&mut own, "fr", "choices.save", "Enregistrer").expect("a text");
    add(&mut own, "nl-be", "choices.save", "Bewaren").expect("a text");
    add(&mut own, "en", "choices.title", "Your post").expect("a text");
    let check = |wanted: &[&str], expected: &str| {
        let words = Words::choose(&own, wanted);
        let shown = format!(
            "{}: {}, {}",
            words.tag(),
            words.say(Word::ChoicesSave),
            words.say(Word::ChoicesTitle)
        );
        assert_eq!(shown, expected, "for {wanted:?}");
    };
    check(&[], "en: Save, Your post");
    check(&["xx", "de-AT"], "de: Speichern, Was Sie von uns bekommen");
    check(&["nl_NL.UTF-8"], "nl: Opslaan, Wat je van ons krijgt");
    check(&["nl-BE"], "nl-be: Bewaren, Wat je van ons krijgt");
    check(&["fr-CA"], "fr: Enregistrer, Your post");
    check(&["<script>", "../etc", ""], "en: Save, Your post");
}

#[test]
fn browsers_weights_order_their_languages() {
    assert_eq!(accepted("en;q=0.5, nl-BE, de;q=0.8, fr;q=0, *"), ["nl-be", "de", "en"]);
    assert_eq!(accepted(&"x".repeat(10_000)), Vec::<String>::new());
}

#[test]
fn right_to_left_is_known() {
    let mut own = Own::new();
    add(&mut own, "ar", "choices.save", "حفظ").expect("a text");
    let words = Words::choose(&own, ["ar-EG"]);
    assert_eq!((words.tag(), words.direction()), ("ar", "rtl"));
    assert_eq!(Words::choose(&own, ["nl"]).direction(), "ltr");
}

#[test]
fn a_text_that_no_page_has_or_a_value_that_it_lacks_is_a_problem() {
    let problem = |key: &str, text: &str| {
        add(&mut Own::new(), "fr", key, text).expect_err("a problem").to_string()
    };
    assert!(problem("choices.sav", "x").contains("did you mean `choices.save`"));
    assert!(problem("choices.paused_until", "{when}").contains("{date}"));
    assert!(problem("choices.save", "{date}").contains("no values"));
    assert!(problem("choices.save", &"x".repeat(1_001)).contains("1000 characters"));
}

#[test]
fn dates_and_spans_are_in_words() {
    let own = Own::new();
    let at = Timestamp::parse("2026-03-05T09:07:00Z").expect("a time");
    let check = |language: &str, expected: &str| {
        let words = Words::choose(&own, [language]);
        let spans = [Span::DAY, Span::WEEK, Span::hours(12), Span::MINUTE].map(|it| words.span(it));
        assert_eq!(format!("{}; {}", words.date_time(at), spans.join(", ")), expected);
    };
    check("en", "5 March 2026, 09:07 UTC; day, 7 days, 12 hours, minute");
    check("nl", "5 maart 2026, 09:07 UTC; dag, 7 dagen, 12 uur, minuut");
    check("de", "5. März 2026, 09:07 UTC; Tag, 7 Tage, 12 Stunden, Minute");
}

#[test]
fn what_stands_in_a_value_is_not_looked_at_again() {
    let words = Own::new();
    let words = Words::choose(&words, ["en"]);
    let text = words.with(Word::ChoicesNowLimit, &[("n", "{span}"), ("span", "day")]);
    assert_eq!(text, "Now: at most {span} in any day.");
}
