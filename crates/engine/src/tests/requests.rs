//! Mails that people ask for: a confirmation of the address, and the link to all their choices.

use super::play::check;

/// A yes by mail must be confirmed, and mails need a yes.
const CONFIRMED: &str = r#"
== policy.yaml
{zone: UTC, window: 10m, consent: email, double_opt_in: email}
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [email], class: service}
== journeys/order.yaml
journey: order
trigger: {event: "Order"}
reentry: always
steps:
  - message: {content: receipt, channels: [email]}
"#;

#[test]
fn an_unconfirmed_address_is_mailed_nothing_but_the_one_confirmation() {
    check(
        CONFIRMED,
        r#"
        1.09:00 identify ada email=ada@x.example
        1.10:00 track ada "Consent Given" channel=email topic=news
        1.11:00 track ada "Consent Given" channel=email topic=news ; track ada "Ping"
        1.12:00 track ada "Consent Requested" channel=email topic=offers
        1.13:00 track ada "Order"
        1.14:00 show ledger
        "#,
        r#"
        1.10:00 m1 email to ada@x.example "Please confirm that you want our messages"
        1.13:00 m3 email to ada@x.example "Receipt"
        m1 p1 request-confirmation sent: created planned sent
        m2 p1 hello suppressed: created unconfirmed
        m3 p1 receipt sent: created planned sent
        "#,
    );
}

#[test]
fn a_form_has_an_address_confirmed_although_the_policy_does_not() {
    check(
        &CONFIRMED.replace(", double_opt_in: email", ""),
        r#"
        1.09:00 identify ada email=ada@x.example
        1.10:00 track ada "Consent Given" channel=email topic=news confirm=true
        1.11:00 track ada "Ping"
        1.12:00 show ledger
        "#,
        r#"
        1.10:00 m1 email to ada@x.example "Please confirm that you want our messages"
        m1 p1 request-confirmation sent: created planned sent
        m2 p1 hello suppressed: created unconfirmed
        "#,
    );
}

#[test]
fn a_form_may_name_the_mail_that_asks() {
    check(
        CONFIRMED,
        r#"
        1.09:00 identify ada email=ada@x.example
        1.10:00 track ada "Consent Given" channel=email confirm=true confirmation=receipt
        2.10:00 track ada "Consent Given" channel=email confirm=true confirmation=hello
        2.11:00 show ledger
        "#,
        r#"
        1.10:00 m1 email to ada@x.example "Receipt"
        2.10:00 m2 email to ada@x.example "Please confirm that you want our messages"
        m1 p1 receipt sent: created planned sent
        m2 p1 request-confirmation sent: created planned sent
        "#,
    );
}

/// Otherwise a form is a weapon against whoever's address is typed into it.
#[test]
fn an_address_is_asked_once_a_day_and_three_times_a_month() {
    check(
        CONFIRMED,
        r#"
        1.09:00 identify ada email=ada@x.example
        1.10:00 track ada "Consent Given" channel=email
        2.10:00 track ada "Consent Given" channel=email
        3.10:00 track ada "Consent Given" channel=email
        4.10:00 track ada "Consent Given" channel=email
        9.10:00 track ada "Consent Given" channel=email
        "#,
        r#"
        1.10:00 m1 email to ada@x.example "Please confirm that you want our messages"
        2.10:00 m2 email to ada@x.example "Please confirm that you want our messages"
        3.10:00 m3 email to ada@x.example "Please confirm that you want our messages"
        "#,
    );
}

#[test]
fn a_yes_that_was_confirmed_or_imported_needs_no_mail() {
    check(
        CONFIRMED,
        r#"
        1.09:00 identify ada email=ada@x.example ; identify bob email=bob@x.example
        1.10:00 track ada "Consent Given" channel=email confirmed=true
        1.10:00 track bob "Consent Given" channel=email historical @1.08:00
        1.11:00 track ada "Ping" ; track bob "Ping"
        1.12:00 track ada "Consent Given" channel=email
        1.13:00 track ada "Ping"
        "#,
        r#"
        1.11:00 m1 email to ada@x.example "Hello"
        1.11:00 m2 email to bob@x.example "Hello"
        1.13:00 m3 email to ada@x.example "Hello"
        "#,
    );
}

#[test]
fn the_mails_of_requests_speak_the_language_of_the_person() {
    check(
        CONFIRMED,
        r#"
        1.09:00 identify ada email=ada@x.example locale=nl-NL
        1.10:00 track ada "Consent Given" channel=email
        "#,
        r#"
        1.10:00 m1 email to ada@x.example "Bevestig dat je onze berichten wilt"
        "#,
    );
}

#[test]
fn the_address_that_signed_up_is_the_one_that_is_asked() {
    check(
        CONFIRMED,
        r#"
        1.09:00 identify ada email=old@x.example
        1.10:00 identify ada email=new@x.example
        1.11:00 track ada "Consent Given" channel=email with=old@x.example
        1.12:00 says ada mail
        1.12:01 says ada mail
        "#,
        r#"
        1.11:00 m1 email to old@x.example "Please confirm that you want our messages"
        1.12:00 m2 email to new@x.example "Your link to everything that we know and send"
        1.12:01 m3 email to new@x.example "Your link to everything that we know and send"
        "#,
    );
}

const LASTING: &str = r#"
== policy.yaml
{zone: UTC, window: 0s, consent: onsite, consent_lasts: 10d}
== audiences/readers.yaml
audience: readers
when: consent("onsite", "news")
== journeys/bye.yaml
journey: bye
trigger: {leaves: readers}
steps:
  - set_trait: {name: left, value: true}
== journeys/ping.yaml
journey: ping
trigger: {event: "Ping"}
reentry: always
steps:
  - message: {content: hello, channels: [onsite]}
"#;

#[test]
fn a_yes_lasts_as_long_as_the_policy_says() {
    check(
        LASTING,
        r#"
        1.09:00 track ada "Consent Given" channel=onsite
        11.08:00 track ada "Ping"
        11.10:00 show people
        11.10:01 track ada "Ping"
        11.11:00 show ledger
        "#,
        r#"
        11.08:00 m1 onsite to ada "Hello"
        p1 = ada; left=true; says granted onsite
        m1 p1 hello sent: created planned sent
        m2 p1 hello suppressed: created no_consent
        "#,
    );
}
