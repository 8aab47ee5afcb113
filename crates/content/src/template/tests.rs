//! Templates: strict about names, bounded in size, plain in their answers.

use super::*;
use model::Value;
use proptest::prelude::*;

fn scope_of(person: &Map, event: &Map) -> String {
    format!("{person:?} {event:?}")
}

fn person() -> Map {
    Map::from([
        ("first_name".to_owned(), Value::from("Anna")),
        ("empty".to_owned(), Value::from("")),
        ("nothing".to_owned(), Value::Null),
        ("age".to_owned(), Value::from(34.0)),
        ("vip".to_owned(), Value::from(true)),
        (
            "address".to_owned(),
            Value::Map(Map::from([("city".to_owned(), Value::from("Utrecht"))])),
        ),
    ])
}

fn event() -> Map {
    let item = |name: &str, price: f64| {
        Value::Map(Map::from([
            ("name".to_owned(), Value::from(name)),
            ("price".to_owned(), Value::from(price)),
        ]))
    };
    let mut gift = Map::from([("name".to_owned(), Value::from("Bell"))]);
    gift.insert("note".to_owned(), Value::from("free"));
    Map::from([
        (
            "items".to_owned(),
            Value::List(vec![item("Saddle", 49.5), item("Pump", 20.0), Value::Map(gift)]),
        ),
        ("shipped".to_owned(), Value::from("2026-11-24T09:12:00+01:00")),
    ])
}

/// The single place that touches the API: `Err` is shown as `! message`.
fn play(source: &str, place: Place) -> String {
    let (person, event) = (person(), event());
    let scope = Scope { person: &person, event: &event, brand_name: "Velo" };
    match Template::parse(source, place) {
        Err(problem) => format!("? {problem}").lines().next().unwrap_or_default().to_owned(),
        Ok(template) => match template.render(scope) {
            Ok(text) => text,
            Err(fault) => format!("! {}", fault.message),
        },
    }
}

fn check(source: &str, expected: &str) {
    assert_eq!(play(source, Place::Line), expected, "for `{source}`");
}

#[test]
fn variables_are_filled_from_person_event_and_brand() {
    check("Hello {{ person.first_name }} of {{ person.address.city }}", "Hello Anna of Utrecht");
    check("{{ brand.name }}: {{ event.items[0].name }}", "Velo: Saddle");
    check("{{ person.age }} {{ event.items[0].price }}", "34 49.5");
    check("{{ person['first_name'] }}", "Anna");
    check("a {{- person.age -}} b", "a34b");
}

#[test]
fn a_missing_variable_is_an_error_that_names_it_unless_it_has_a_default() {
    check("Hello {{ person.last_name }}", "! person.last_name has no value for this person");
    check("{{ person.nothing }}", "! person.nothing has no value for this person");
    check("{{ person.work.city }}", "! person.work.city has no value for this person");
    check("Hello {{ person.last_name | default: 'friend' }}", "Hello friend");
    check("Hello {{ person.last_name | default: \"friend\" | upcase }}", "Hello FRIEND");
    check("{{ person.work.city | default: 'town' }}", "town");
    check("{{ person.empty | default: 'friend' }}", "friend");
    check("{{ person.nothing | default: person.first_name }}", "Anna");
    check(
        "{{ person.nothing | default: person.absent }}",
        "! person.nothing has no value for this person",
    );
}

#[test]
fn conditions_take_a_missing_variable_for_no() {
    check("{% if person.vip %}yes{% endif %}{% if person.pro %}no{% endif %}", "yes");
    check("{% if person.plan == 'pro' %}pro{% else %}free{% endif %}", "free");
    check("{% unless person.plan %}none{% endunless %}", "none");
    check("{% if person.age >= 18 and person.vip %}adult{% elsif true %}x{% endif %}", "adult");
    check("{% case person.age %}{% when 34 %}a{% else %}b{% endcase %}", "a");
    check("{% if person.work.city %}x{% endif %}-", "-");
}

#[test]
fn loops_go_over_the_items_of_an_event() {
    check(
        "{% for item in event.items %}{{ item.name }} {{ item.price | default: 'gift' }}; {% endfor %}",
        "Saddle 49.5; Pump 20; Bell gift; ",
    );
    check(
        "{% for i in event.items %}{{ i.note }}{% endfor %}",
        "! i.note has no value for this person",
    );
    check("{% for i in event.absent %}x{% else %}none{% endfor %}", "none");
    check("{% for i in (1..3) %}{{ forloop.index }}{{ i }} {% endfor %}", "11 22 33 ");
    check(
        "{% for i in event.items %}{% if forloop.last %}and {% endif %}{{ i.name }} {% endfor %}",
        "Saddle Pump and Bell ",
    );
}

#[test]
fn an_assigned_name_that_was_not_reached_counts_as_missing() {
    check("{% if person.pro %}{% assign a = 'x' %}{% endif %}{{ a | default: 'y' }}", "y");
    check("{% assign a = person.last_name | default: 'friend' %}{{ a }}", "friend");
}

#[test]
fn filters_do_what_liquid_says() {
    check("{{ 'a-b' | split: '-' | join: '+' }}", "a+b");
    check("{{ 7 | divided_by: 2 }} {{ 7 | divided_by: 2.0 }} {{ 7 | modulo: 4 }}", "3 3.5 3");
    check(
        "{{ 2 | plus: 0.5 | round: 2 }} {{ 1.6 | round }} {{ 3 | times: 4 | minus: 2 }}",
        "2.50 2 10",
    );
    check(
        "{{ 'hello wide world' | truncate: 8 }} {{ 'a b c' | truncatewords: 2 }}",
        "hello... a b...",
    );
    check("{{ 'hELLO' | capitalize }} {{ ' x ' | strip }} {{ 'héé' | size }}", "Hello x 3");
    check("{{ event.shipped | date: '%d %B %Y, %H:%M' }}", "24 November 2026, 09:12");
    check("{{ '2026-01-05' | date: '%a %-d %b' }}", "Mon 5 Jan");
    check("{{ event.items | map: 'name' | sort | join: ', ' }}", "Bell, Pump, Saddle");
    check("{{ event.items | where: 'price', 20 | map: 'name' | first }}", "Pump");
    check("{{ 'a&b c' | url_encode }} {{ 'hello' | slice: -3, 2 }}", "a%26b%20c ll");
}

#[test]
fn what_cannot_be_computed_is_an_error_and_never_a_crash() {
    check("{{ 7 | divided_by: 0 }}", "! a number was divided by zero");
    check("{{ 'x' | plus: 1 }}", "! a number was expected");
    let huge = play("{{ 999999999999999 | times: 999999999999999 }}", Place::Line);
    assert!(huge.starts_with("99999999999999"), "{huge}");
    check("{{ 'now' | date: '%Y' }}", "! `date` needs a time such as 2026-11-22T09:00:00Z");
    check("{{ person.address }}", "! person.address is not one value; name a part of it");
    check("{{ 99999999999999999999 }}", "? 1:1: a number has more than 15 digits");
}

#[test]
fn mistakes_are_found_when_the_template_is_read_with_their_line() {
    check("a\n  {{ persn.name }}", "? 2:3: there is no variable `persn`");
    check("{{ person.name | shout }}", "? 1:1: there is no filter `shout`");
    check("{% include 'x' %}", "? 1:1: there is no tag `include`");
    check("{% capture x %}{% endcapture %}", "? 1:1: there is no tag `capture`");
    check("\n{% if true %}", "? 2:1: `{% if %}` is not closed");
    check("{% endif %}", "? 1:1: `{% endif %}` ends nothing");
    check("{% if true %}{% endfor %}", "? 1:14: `{% endfor %}` stands where `{% endif %}` belongs");
    check("{{ person.name ", "? 1:1: `}}` is missing");
    check("{{ 'x }}", "? 1:1: a ' is not closed");
    check("{{ }}", "? 1:1: `{{ }}` is empty");
    check(
        "{{ person.name | default }}",
        "? the template cannot be read: `default` takes 1 arguments and was given 0",
    );
}

#[test]
fn templates_are_bounded_in_source_loops_values_and_output() {
    check(&"x".repeat(SOURCE_MAX_BYTES + 1), "? the template is longer than 65536 bytes");
    check(
        "{% for i in (1..100000000) %}{% endfor %}",
        "? 1:1: a range needs two numbers that are not far apart",
    );
    let nested = "{% for a in (1..900) %}{% for b in (1..900) %}{% endfor %}{% endfor %}";
    check(nested, "! the loops take more than 1000 rounds");
    let doubling =
        "{% assign a = 'xx' %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}";
    check(doubling, "! a value grew beyond 65536 bytes");
    let replacing = "{% assign a = 'xx' %}{% for i in (1..60) %}{% assign a = a | replace: 'x', a %}{% endfor %}";
    check(replacing, "! a value grew beyond 65536 bytes");
    let long = format!("{{% for i in (1..900) %}}{}{{% endfor %}}", "x".repeat(1000));
    check(&long, "! the text is longer than 131072 bytes");
    let deep = "{% if true %}".repeat(NESTING_MAX + 1);
    check(&deep, "? 1:209: blocks are nested deeper than 16");
}

#[test]
fn raw_and_comments_are_left_alone() {
    check("{% raw %}{{ persn }}{% endraw %}", "{{ persn }}");
    check("a{% comment %}{{ persn }}{% endcomment %}b", "ab");
}

#[test]
fn an_error_never_shows_what_a_person_told_us() {
    let person = Map::from([("secret".to_owned(), Value::from("anna@example.org"))]);
    for source in [
        "{{ person.secret | plus: 1 }}",
        "{{ person.secret | date: '%Y' }}",
        "{{ person.secret | map: 'x' }}",
        "{% for i in person.secret %}{% endfor %}",
        "{% assign a = person.secret | split: '@' %}{{ a[person.secret] }}",
        "{{ brand[person.secret] }}",
    ] {
        let scope = Scope { person: &person, event: &Map::new(), brand_name: "" };
        let template = Template::parse(source, Place::Line).expect(source);
        let fault = template.render(scope).expect_err(source);
        assert!(!format!("{fault:?}").contains("anna"), "{source}: {fault:?}");
    }
}

#[test]
fn data_is_escaped_for_the_place_it_lands_in() {
    let person = Map::from([("x".to_owned(), Value::from("<b>*a*</b>\n# [x](y) & \"q\" 1."))]);
    let scope = Scope { person: &person, event: &Map::new(), brand_name: "" };
    let render = |source: &str, place| {
        let template = Template::parse(source, place).expect(source);
        template.render(scope).expect(source)
    };
    assert_eq!(
        render("{{ person.x }}", Place::Markdown),
        "&lt;b&gt;\\*a\\*&lt;\\/b&gt; \\# \\[x\\]\\(y\\) &amp; &quot;q&quot; 1\\."
    );
    assert_eq!(render("{{ person.x }}", Place::Line), "<b>*a*</b> # [x](y) & \"q\" 1.");
    assert_eq!(
        render("https://a/{{ person.x }}", Place::Url),
        "https://a/%3Cb%3E%2Aa%2A%3C%2Fb%3E%0A%23%20%5Bx%5D%28y%29%20%26%20%22q%22%201."
    );
    assert_eq!(render("/{{ 'a b' | url_encode }}", Place::Url), "/a%20b");
    assert_eq!(render("{{ 'https://a/b?c=d' | append: 'e' }}", Place::Url), "https://a/b?c=de");
}

proptest! {
    /// Whatever an author writes is read or refused, within the limits, and never a panic.
    #[test]
    fn any_text_is_read_or_refused(parts in prop::collection::vec(prop::sample::select(vec![
        "{{", "}}", "{%", "%}", "-", " ", "if", "endif", "for", "endfor", "assign", "person", ".x",
        "|", "default", ":", "'a'", "\"", "'", "1", "..", "(", ")", "[", "]", "in", "raw", "endraw",
        "comment", "endcomment", "=", "==", "contains", ",", "é", "\n", "case", "when", "endcase",
        "else", "a", "and", "append", "split", "nil", "true",
    ]), 0..24)) {
        let source: String = parts.concat();
        let (person, event) = (person(), event());
        if let Ok(template) = Template::parse(&source, Place::Markdown) {
            let _ = template.render(Scope { person: &person, event: &event, brand_name: "V" });
        }
        prop_assert!(scope_of(&person, &event).len() < 10_000);
    }
}
