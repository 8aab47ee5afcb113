//! One content in several languages, and which of them a person reads.

use super::*;
use crate::{EmailForm, LinkKey, Links, PostTo, PushForm, Short, email, part, post, short};
use model::{Channel, ContentName, Map, MessageId, Network, PersonId, Topic};

fn english() -> FrontMatter {
    FrontMatter {
        content: ContentName::from("ride"),
        topic: Topic::from("news"),
        locale: "en".to_owned(),
        summary: "Your ride".to_owned(),
        action: Some(Action {
            label: "Plan".to_owned(),
            url: "https://shop.example/plan".to_owned(),
        }),
        forms: Forms {
            email: Some(EmailForm {
                subject: "Welcome".to_owned(),
                preheader: "One thing".to_owned(),
            }),
            push: Some(PushForm { title: "Ride".to_owned(), body: "Tap".to_owned() }),
            ..Forms::default()
        },
        ..FrontMatter::default()
    }
}

fn content() -> Content {
    let mut content = Content::from_parts(english(), "Hello.".to_owned()).expect("good");
    let dutch = LocaleFront {
        summary: Some("Je rit".to_owned()),
        forms: Forms {
            email: Some(EmailForm { subject: "Welkom".to_owned(), ..EmailForm::default() }),
            ..Forms::default()
        },
        ..LocaleFront::default()
    };
    assert_eq!(content.translate("nl", "ride.nl.md", dutch, "Hallo.".to_owned()), []);
    let brazilian = LocaleFront { summary: Some("Seu passeio".to_owned()), ..Default::default() };
    assert_eq!(content.translate("pt-br", "ride.pt.md", brazilian, String::new()), []);
    content
}

fn in_all_forms(brand: &Brand, locale: Option<&str>) -> String {
    let content = content();
    let traits: Map =
        locale.map(|it| ("locale".to_owned(), Value::Text(it.to_owned()))).into_iter().collect();
    let event = Map::new();
    let reader = Reader { traits: &traits, event: &event };
    let key = LinkKey([7; 32]);
    let (person, message) = (PersonId(3), MessageId(9));
    let links = Links { key: &key, person, message, campaign: "journey/a", followed: false };
    let mail = email(&content, brand, reader, &links, &[]).expect("a mail");
    let Short { body, .. } = short(&content, Channel::Push, brand, reader, &links).expect("short");
    let sms = short(&content, Channel::Sms, brand, reader, &links).expect("short").body;
    let part = part(&content, brand, reader, &links).expect("a part").title;
    let first = mail.text.split("\n\n").next().unwrap_or_default().to_owned();
    let stop = mail.text.lines().rev().nth(2).and_then(|it| it.split(':').next()).unwrap_or("");
    let to = PostTo { locale: locale.unwrap_or_default(), ..PostTo::new(Network::X, "post/a") };
    let posted = post(&content, brand, &to).expect("a post");
    let says = posted.parts[0].text.lines().next().unwrap_or_default().to_owned();
    let language = posted.language.unwrap_or_default();
    format!(
        "{} {} | {first} | {stop} | {} | {body} | {sms} | {part} | {language} {says}",
        mail.subject, mail.preheader, mail.lang
    )
}

#[test]
fn every_form_is_in_the_language_of_its_reader() {
    let brand = Brand::default();
    let english =
        "Welcome One thing | Hello. | Unsubscribe | en | Tap | Your ride | Welcome | en Your ride";
    // A form that is there stands whole: no English preheader below a Dutch subject.
    let dutch = "Welkom  | Hallo. | Afmelden | nl | Tap | Je rit | Welkom | nl Je rit";
    for (locale, expected) in [
        (None, english),
        (Some("en-GB"), english),
        (Some("fr"), english),
        (Some("nonsense!"), english),
        (Some("nl"), dutch),
        (Some("nl_BE"), dutch),
        (Some("NL-be"), dutch),
    ] {
        assert_eq!(in_all_forms(&brand, locale), expected, "{locale:?}");
    }
    let brazilian = "Welcome One thing | Hello. | Unsubscribe | pt-br | Tap | Seu passeio | Welcome | pt-br Seu passeio";
    assert_eq!(in_all_forms(&brand, Some("pt-BR")), brazilian);
    // Somebody in Portugal is not served by the Portuguese of Brazil, as on the customers' pages.
    assert_eq!(in_all_forms(&brand, Some("pt")), english);
}

#[test]
fn the_footer_speaks_the_programmes_own_words() {
    let mut brand = Brand::default();
    let key = "mail.unsubscribe";
    crate::words::add(&mut brand.words, "pt-br", key, "Cancelar").expect("a known key");
    assert!(in_all_forms(&brand, Some("pt-BR")).contains("| Cancelar |"));
}

#[test]
fn the_brand_says_the_language_of_contents_that_do_not() {
    let front = FrontMatter { locale: String::new(), ..english() };
    let content = Content::from_parts(front, "Hello.".to_owned()).expect("good");
    let links = Links {
        key: &LinkKey([7; 32]),
        person: PersonId(3),
        message: MessageId(9),
        campaign: "journey/a",
        followed: false,
    };
    let reader = Reader { traits: &Map::new(), event: &Map::new() };
    let sent = |brand: &Brand| email(&content, brand, reader, &links, &[]).expect("a mail");
    let silent = sent(&Brand::default());
    assert!(silent.html.contains("<html>\n") && silent.lang.is_empty());
    let hebrew = sent(&Brand { locale: "he".to_owned(), ..Brand::default() });
    assert!(hebrew.html.contains("<html lang=\"he\" dir=\"rtl\">\n"), "{}", hebrew.html);
    assert_eq!(hebrew.lang, "he");
}

#[test]
fn a_language_is_checked_for_what_it_says_itself() {
    let mut content = content();
    let front =
        LocaleFront { summary: Some("{{ person.name".to_owned()), ..LocaleFront::default() };
    let problems = content.translate("de", "ride.de.md", front, String::new());
    let said: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
    assert_eq!(said, ["summary: `}}` is missing"]);
    assert!(!content.translations.contains_key("de"));
    let front = LocaleFront { body_line: 4, ..LocaleFront::default() };
    let problems = content.translate("de", "ride.de.md", front, "Hallo.\nTODO".to_owned());
    assert_eq!(problems.iter().map(|it| it.line).collect::<Vec<_>>(), [5]);
}
