//! What strangers type, by a form's definition.

use super::*;
use model::{Map, Value};

fn form() -> Form {
    let field = |name: &str, kind: FieldKind| Field {
        field: name.to_owned(),
        kind,
        label: name.to_owned(),
        ..Field::default()
    };
    Form {
        name: "news".to_owned(),
        fields: vec![
            Field { to_trait: "first_name".to_owned(), ..field("name", FieldKind::Name) },
            field("phone", FieldKind::Phone),
            Field {
                choices: vec!["road".to_owned(), "hills".to_owned()],
                ..field("where", FieldKind::Choice)
            },
            Field { chars: Some(5), ..field("why", FieldKind::Text) },
            Field { required: true, ..field("terms", FieldKind::Checkbox) },
        ],
        topics: vec![
            AskedTopic { topic: Topic::from("rides"), wording: "Send me rides".to_owned() },
            AskedTopic { topic: Topic::from("offers"), wording: "Send me offers".to_owned() },
        ],
        ..Form::default()
    }
}

/// `name=value; …` as it is read: fields, traits and topics, or the faults.
#[track_caller]
fn check(posted: &str, expected: &str) {
    let pairs = posted.split("; ").filter_map(|it| it.split_once('='));
    let posted: Vec<_> = pairs.map(|(name, it)| (name.to_owned(), it.to_owned())).collect();
    let map = |it: &Map| {
        let value = |it: &Value| it.as_text().map_or_else(|| "true".to_owned(), str::to_owned);
        it.iter().map(|(name, it)| format!("{name}={}", value(it))).collect::<Vec<_>>().join(",")
    };
    let shown = match read(&form(), &posted) {
        Ok(it) => {
            let topics: Vec<_> = it.topics.iter().map(|it| it.0.as_str()).collect();
            format!("{} {} | {} | {}", it.email, map(&it.fields), map(&it.traits), topics.join(","))
        }
        Err(it) => {
            let faults = it.faults.iter().map(|(field, it)| format!("{field}: {it:?}"));
            faults.collect::<Vec<_>>().join(", ")
        }
    };
    assert_eq!(shown, expected, "for {posted:?}");
}

#[test]
fn a_form_is_read_by_what_it_asks() {
    check(
        "email= a@shop.test; terms=on; name=Ann; where=hills; topic.1=on",
        "a@shop.test name=Ann,terms=true,where=hills | first_name=Ann | offers",
    );
    check("email=a@shop.test; terms=1; userId=root; admin=1", "a@shop.test terms=true |  | ");
    check("email=a@shop.test; terms=1; email=b@shop.test", "a@shop.test terms=true |  | ");
    check(
        "email=a@shop.test; terms=1; phone=+31 (0)6 123 456",
        "a@shop.test phone=+31 (0)6 123 456,terms=true |  | ",
    );
    // Two characters, and not six bytes.
    check("email=a@shop.test; terms=1; why=héé", "a@shop.test terms=true,why=héé |  | ");
}

#[test]
fn every_fault_is_named_at_once() {
    check(
        "email=a@b; phone=abc; where=sea; why=because",
        "email: Address, phone: Phone, where: NoChoice, why: TooLong, terms: Missing",
    );
    check("", "email: Address, terms: Missing");
}

#[test]
fn no_address_carries_another_line_or_another_address() {
    for wrong in [
        "a@b.test\r\nBcc: c@d.test",
        "a@b.test,c@d.test",
        "<a@b.test>",
        "a b@c.test",
        "@b.test",
        "a@.test",
    ] {
        assert!(!is_email(wrong), "{wrong}");
    }
    assert!(is_email("a+b@mail.shop.test") && is_email("ö@shop.test"));
}

#[test]
fn a_form_leads_to_our_own_pages_or_to_whole_addresses() {
    for wrong in [
        "//evil.test",
        "javascript:alert(1)",
        "https:evil",
        "/a b",
        "/\\evil.test",
        "/dänke",
        "thanks",
    ] {
        let form = Form { then: wrong.to_owned(), ..form() };
        assert_eq!(form.leads_to(), None, "{wrong}");
        assert_eq!(form.check().len(), 1, "{wrong}");
    }
    let form = Form { then: "https://shop.test/thanks?a=b".to_owned(), ..form() };
    assert!(form.leads_to().is_some() && form.check().is_empty(), "{:?}", form.check());
}

#[test]
fn no_form_says_who_somebody_is() {
    let check = |change: fn(&mut Field), expected: &str| {
        let mut form = form();
        change(&mut form.fields[0]);
        let said: Vec<_> = form.check().into_iter().map(|it| it.message).collect();
        assert_eq!(said.join("; "), expected);
    };
    check(|it| it.field = "userId".to_owned(), "`userId` has a meaning of its own");
    check(|it| it.to_trait = "email".to_owned(), "a form does not set the trait `email`");
    check(|it| it.to_trait = "phone".to_owned(), "a form does not set the trait `phone`");
    check(|it| it.label = String::new(), "");
}
