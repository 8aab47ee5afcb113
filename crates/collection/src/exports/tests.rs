//! Rows in, events out.

use super::*;
use crate::{Arrival, Limits, import_from_json};
use model::{EventKind, SourceId, Value};

fn at(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time")
}

fn terms() -> Terms {
    Terms {
        topic: Some("news".to_owned()),
        exported: at("2026-06-01T00:00:00Z"),
        ..Terms::default()
    }
}

/// Cells by column.
type Row<'a> = Vec<(&'a str, &'a str)>;

/// Reads tables, each a name, a header and rows with `|` between the cells, and shows what they carry.
fn read(tool: Tool, terms: Terms, tables: &[&str]) -> Vec<String> {
    let tables: Vec<(Sheet, Vec<Row>)> = tables
        .iter()
        .map(|table| {
            let mut lines = table.lines().map(str::trim).filter(|it| !it.is_empty());
            let name = lines.next().expect("a name");
            let columns: Vec<&str> = lines.next().expect("a header").split('|').collect();
            let sheet = tool.sheet(name, &columns).unwrap_or_else(|| panic!("{name} is unknown"));
            let rows = lines.map(|it| columns.iter().copied().zip(it.split('|')).collect());
            (sheet, rows.collect())
        })
        .collect();
    let sheets: Vec<Sheet> = tables.iter().map(|it| it.0).collect();
    let mut book = Book::new(tool, terms, &sheets);
    for (sheet, rows) in tables.iter().filter(|it| it.0.is_referred_to()) {
        rows.iter().for_each(|row| book.learn(*sheet, &Cells(row)));
    }
    let shown = |(sheet, row): (&Sheet, &Row)| match book.carry(*sheet, &Cells(row)) {
        Ok(events) => events.iter().map(|it| show(it)).collect(),
        Err(refusal) => vec![format!("{}: {}", refusal.rejection, refusal.detail)],
    };
    tables.iter().flat_map(|it| it.1.iter().map(move |row| (&it.0, row))).flat_map(shown).collect()
}

/// Through the same steps as any import.
fn show(text: &str) -> String {
    let source = SourceId::from("old");
    let received = at("2026-11-22T09:00:00Z");
    let arrival = Arrival {
        source: &source,
        received,
        sent_at: None,
        historical: true,
        event_type: None,
        anonymous_id: None,
    };
    let (event, closing) =
        import_from_json(text, &arrival, &Limits::default()).expect("an event that is taken");
    assert!(event.message_id.is_some(), "{text}");
    let of = |name: &str| event.properties.get(name).map(Value::to_string);
    let mut shown = match &event.kind {
        EventKind::Identify => format!("is {:?}", Value::Map(event.properties.clone())),
        EventKind::Track { name } => {
            let who: Vec<String> = event.identifiers().iter().map(|it| it.value.clone()).collect();
            let mut text = format!("{name} {}", who.join("+"));
            for property in
                ["channel", "topic", "address", "source", "proof", "wording", "campaign", "url"]
            {
                if let Some(value) = of(property).filter(|it| *it != who[0] && !it.is_empty()) {
                    text += &format!(" {property}={value}");
                }
            }
            text
        }
        other => panic!("{other:?}"),
    };
    if event.time != received {
        shown += &format!(" at {}", event.time);
    }
    if let Some(closing) = closing {
        shown += &format!(", closed: {} {}", closing.address.value, closing.reason);
    }
    shown
}

const SUBSCRIBERS: &str = "subscribers
    id|uuid|email|name|attribs|status|created_at|updated_at
    1|u-1|Ann@Shop.test|Ann Lee|{\"city\": \"Utrecht\", \"points\": 3}|enabled|2024-01-15 10:30:00.5+00|2024-02-01 08:00:00+00
    2|u-2|bob@shop.test|Bob|{}|enabled|2024-03-01 10:00:00+00|2024-03-01 10:00:00+00
    3|u-3|eve@shop.test||{}|blocklisted|2024-03-01 10:00:00+00|2024-04-01 10:00:00+00";

const LISTS: &str = "lists
    id|uuid|name|type|optin
    1|l-1|Product news|public|double
    2|l-2|Offers|public|single";

#[test]
fn listmonks_subscribers_are_people_and_the_blocked_ones_closed() {
    let found = read(Tool::Listmonk, Terms { topic: None, ..terms() }, &[SUBSCRIBERS]);
    assert_eq!(
        found,
        [
            r#"is {"city": "Utrecht", "email": "ann@shop.test", "first_name": "Ann", "last_name": "Lee", "name": "Ann Lee", "points": 3} at 2024-02-01T08:00:00Z"#,
            r#"is {"email": "bob@shop.test", "first_name": "Bob", "name": "Bob"} at 2024-03-01T10:00:00Z"#,
            r#"is {"email": "eve@shop.test"} at 2024-04-01T10:00:00Z"#,
            "Consent Withdrawn eve@shop.test channel=email source=listmonk proof=listmonk subscriber u-3 at 2024-04-01T10:00:00Z, closed: eve@shop.test blocked",
        ]
    );
}

#[test]
fn listmonks_subscriptions_keep_their_state_date_and_proof() {
    let subscriptions = "subscriber_lists
        subscriber_id|list_id|meta|status|created_at|updated_at
        1|1|{\"optin_ip\": \"192.0.2.7\"}|confirmed|2024-01-15 10:30:00+00|2024-01-15 10:42:00+00
        1|2|{}|confirmed|2024-01-16 10:00:00+00|2024-05-01 10:00:00+00
        2|1|{}|unconfirmed|2024-03-01 10:00:00+00|2024-03-01 10:00:00+00
        2|2|{}|unconfirmed|2024-03-01 10:00:00+00|2024-03-01 10:00:00+00
        3|1|{}|unsubscribed|2024-03-01 10:00:00+00|2024-04-01 10:00:00+00
        9|1|{}|confirmed|2024-03-01 10:00:00+00|2024-04-01 10:00:00+00
        1|8|{}|confirmed|2024-03-01 10:00:00+00|2024-04-01 10:00:00+00
        1|1|{}|waiting|2024-03-01 10:00:00+00|2024-04-01 10:00:00+00";
    let own = Terms {
        topic: None,
        list_topics: BTreeMap::from([("Offers".to_owned(), "offers".to_owned())]),
        ..terms()
    };
    let found = |terms: Terms| -> Vec<String> {
        let all = read(Tool::Listmonk, terms, &[SUBSCRIBERS, LISTS, subscriptions]);
        all.into_iter().filter(|it| !it.starts_with("is ")).collect()
    };
    assert_eq!(
        found(own.clone()),
        [
            "Consent Withdrawn eve@shop.test channel=email source=listmonk proof=listmonk subscriber u-3 at 2024-04-01T10:00:00Z, closed: eve@shop.test blocked",
            // Double opt-in: the row's last change is the confirmation, and the address it came from is kept.
            "Consent Given ann@shop.test channel=email topic=Product news source=listmonk proof=listmonk subscriber 1 on list 1, opt-in from 192.0.2.7 at 2024-01-15T10:42:00Z",
            "Consent Given ann@shop.test channel=email topic=offers source=listmonk proof=listmonk subscriber 1 on list 2 at 2024-01-16T10:00:00Z",
            "Consent Requested bob@shop.test channel=email topic=Product news source=listmonk proof=listmonk subscriber 2 on list 1 at 2024-03-01T10:00:00Z",
            "Consent Requested bob@shop.test channel=email topic=offers source=listmonk proof=listmonk subscriber 2 on list 2 at 2024-03-01T10:00:00Z",
            "Consent Withdrawn eve@shop.test channel=email topic=Product news source=listmonk proof=listmonk subscriber 3 on list 1 at 2024-04-01T10:00:00Z",
            "no_identity: no subscriber has this `subscriber_id`; export the table `subscribers`, which has ids",
            "bad_field: no list has this `list_id`; export `lists` too",
            "bad_field: `status` is none of the states of a subscription",
        ]
    );
    // The team's word stands for those of whom the list never asked a confirmation, and for no others.
    let vouched = found(Terms { vouch: Some("form at the till".to_owned()), ..own });
    assert!(vouched[3].starts_with("Consent Requested bob@shop.test"), "{}", vouched[3]);
    assert_eq!(
        vouched[4],
        "Consent Given bob@shop.test channel=email topic=offers source=listmonk, by the team's word proof=listmonk subscriber 2 on list 2 wording=form at the till at 2024-03-01T10:00:00Z"
    );
}

#[test]
fn a_list_from_listmonks_page_says_only_what_its_filter_was() {
    let file = "subscribers.csv
        uuid|email|name|attributes|status|created_at|updated_at
        u-1|ann@shop.test|Ann|{}|enabled|2024-01-15 10:30:00.123456 +0000 UTC|2024-02-01 08:00:00 +0000 UTC";
    let statement = |subscription: Option<Subscription>, vouch: Option<&str>| {
        let vouch = vouch.map(str::to_owned);
        let found = read(Tool::Listmonk, Terms { subscription, vouch, ..terms() }, &[file]);
        found[1].split(" channel").next().unwrap_or_default().to_owned()
            + found[1].rsplit(" at").next().unwrap_or_default()
    };
    let created = "2024-01-15T10:30:00.123Z";
    let check = |subscription, vouch, expected: String| {
        assert_eq!(statement(subscription, vouch), expected, "{subscription:?} {vouch:?}");
    };
    check(None, None, format!("Consent Requested ann@shop.test {created}"));
    check(None, Some("paper"), format!("Consent Given ann@shop.test {created}"));
    check(Some(Subscription::Confirmed), None, format!("Consent Given ann@shop.test {created}"));
    check(
        Some(Subscription::Unconfirmed),
        None,
        format!("Consent Requested ann@shop.test {created}"),
    );
    // Since when is not in the file: until the export at the latest.
    check(
        Some(Subscription::Unsubscribed),
        None,
        "Consent Withdrawn ann@shop.test 2026-06-01T00:00:00Z".to_owned(),
    );
}

#[test]
fn listmonks_bounces_close_addresses_unless_they_are_soft() {
    let bounces = "bounces
        id|subscriber_id|campaign_id|type|source|meta|created_at
        1|1|7|hard|ses|{}|2024-05-01 10:00:00+00
        2|2|7|soft|ses|{}|2024-05-01 10:00:00+00
        3|3|\\N|complaint|ses|{}|2024-05-02 10:00:00+00
        4|1|7|odd|ses|{}|2024-05-01 10:00:00+00";
    let campaigns = "campaigns
        id|uuid|name|subject
        7|c-7|Spring|Spring is here";
    let views = "campaign_views
        id|campaign_id|subscriber_id|created_at
        1|7|1|2024-04-30 09:00:00+00
        2|7|\\N|2024-04-30 09:00:00+00";
    let clicks = "link_clicks
        id|campaign_id|link_id|subscriber_id|created_at
        1|7|4|1|2024-04-30 09:01:00+00";
    let links = "links
        id|uuid|url|created_at
        4|k-4|https://shop.test/spring|2024-04-29 09:00:00+00";
    let found =
        read(Tool::Listmonk, terms(), &[SUBSCRIBERS, bounces, campaigns, views, clicks, links]);
    let of: Vec<&String> =
        found.iter().filter(|it| !it.starts_with("is ") && !it.starts_with("Consent")).collect();
    assert_eq!(
        of,
        [
            "Email Bounced ann@shop.test source=listmonk campaign=Spring at 2024-05-01T10:00:00Z, closed: ann@shop.test bounced",
            "Email Delayed bob@shop.test source=listmonk campaign=Spring at 2024-05-01T10:00:00Z",
            "Email Complained eve@shop.test source=listmonk at 2024-05-02T10:00:00Z, closed: eve@shop.test complained",
            "bad_field: `type` is none of soft, hard and complaint",
            "Email Opened ann@shop.test source=listmonk campaign=Spring at 2024-04-30T09:00:00Z",
            "Email Link Clicked ann@shop.test source=listmonk campaign=Spring url=https://shop.test/spring at 2024-04-30T09:01:00Z",
        ]
    );
}

#[test]
fn a_broken_row_is_named_and_its_no_is_taken() {
    let file = |status: &str| {
        format!(
            "subscribers.csv
            uuid|email|name|attributes|status|created_at|updated_at
            u-1|ann@shop.test|Ann|{{broken|{status}|2024-01-15 10:30:00 +0000 UTC|"
        )
    };
    let found = read(Tool::Listmonk, terms(), &[&file("enabled")]);
    assert_eq!(found, ["bad_json: `attributes` is no JSON object"]);
    let found = read(Tool::Listmonk, terms(), &[&file("blocklisted")]);
    assert_eq!(
        found,
        [
            "Consent Withdrawn ann@shop.test channel=email source=listmonk proof=listmonk subscriber u-1 at 2024-01-15T10:30:00Z, closed: ann@shop.test blocked"
        ]
    );
    for address in ["", "nobody", "a b@shop.test", "a@b", "a@@shop.test", "@shop.test"] {
        let file = format!("subscribers.csv\nemail|name|status\n{address}|Ann|enabled");
        let found = read(Tool::Listmonk, terms(), &[&file]);
        assert!(found[0].starts_with("no_identity: "), "{found:?}");
        assert!(
            address.is_empty() || !found[0].contains(address),
            "an address in an error: {found:?}"
        );
    }
    // A yes needs a date that can be read.
    let file = "subscribers.csv\nemail|name|status|created_at\na@shop.test|Ann|enabled|soon";
    assert_eq!(read(Tool::Listmonk, terms(), &[file]), ["bad_time: `soon` is no time"]);
}

const CONTACTS: &str = "contacts
    id|points|title|firstname|lastname|email|mobile|phone|city|zipcode|preferred_locale|timezone|favourite|stage|date_added|date_identified|date_modified
    7|42|Ms|Ann|Lee|ann@shop.test||+31 20 1|Utrecht|3511 AA|nl|Europe/Amsterdam|blue|customer|2023-01-01 10:00:00|2023-02-01 10:00:00|2024-02-01 10:00:00
    8|0|||||+31612||||||||2023-01-01 10:00:00|NULL|NULL
    9|0||||||||||||||2023-01-01 10:00:00||";

#[test]
fn mautics_contacts_are_people_and_agreed_to_nothing() {
    let tags = "tags\nid|tag\n1|vip\n2|press";
    let of = "xref\nlead_id|tag_id\n7|1\n7|2";
    let person = r#"is {"city": "Utrecht", "email": "ann@shop.test", "favourite": "blue", "first_name": "Ann", "last_name": "Lee", "locale": "nl", "mautic_id": "7", "phone": "+31 20 1", "points": 42, "postal_code": "3511 AA", "stage": "customer", "tags": ["vip", "press"], "timezone": "Europe/Amsterdam", "title": "Ms"} at 2024-02-01T10:00:00Z"#;
    let other = r#"is {"mautic_id": "8", "phone": "+31612", "points": 0} at 2023-01-01T10:00:00Z"#;
    let nobody = "no_identity: a contact without e-mail address and phone";
    let found = read(Tool::Mautic, terms(), &[CONTACTS, tags, of]);
    assert_eq!(found, [person, other, nobody]);
    let vouched = Terms { vouch: Some("shop account".to_owned()), ..terms() };
    let found = read(Tool::Mautic, vouched, &[CONTACTS, tags, of]);
    let yes = "Consent Given ann@shop.test channel=email topic=news source=mautic, by the team's word proof=Mautic contact 7 wording=shop account at 2023-02-01T10:00:00Z";
    assert_eq!(found, [person, yes, other, nobody]);
}

#[test]
fn mautics_do_not_contact_is_a_no_or_a_closed_address() {
    let dnc = "lead_donotcontact
        id|lead_id|date_added|reason|channel|channel_id|comments
        1|7|2024-03-01 10:00:00|1|email|5|User unsubscribed.
        2|7|2024-03-02 10:00:00|2|email|5|550 no such user
        3|7|2024-03-03 10:00:00|3|email||asked by phone
        4|8|2024-03-04 10:00:00|1|sms||
        5|7|2024-03-05 10:00:00|0|email||
        6|7|2024-03-06 10:00:00|1|fax||
        7|7|2024-03-07 10:00:00|4|email||
        8|8|2024-03-08 10:00:00|1|email||
        9|1|2024-03-09 10:00:00|1|email||";
    let found = read(Tool::Mautic, terms(), &[CONTACTS, dnc]);
    assert_eq!(
        found[3..],
        [
            "Consent Withdrawn ann@shop.test channel=email source=mautic proof=Mautic contact 7: User unsubscribed. at 2024-03-01T10:00:00Z",
            "Email Bounced ann@shop.test source=mautic at 2024-03-02T10:00:00Z, closed: ann@shop.test bounced",
            "Consent Withdrawn ann@shop.test channel=email source=mautic, by the team proof=Mautic contact 7: asked by phone at 2024-03-03T10:00:00Z",
            "Consent Withdrawn +31612 channel=sms source=mautic proof=Mautic contact 8 at 2024-03-04T10:00:00Z",
            "bad_field: `channel` is none that exists here",
            "bad_field: `reason` is none of 0, 1, 2 and 3",
            "no_identity: the row has no e-mail address",
            "no_identity: no contact has this `lead_id`",
        ]
    );
}

const OF_MEMBERS: &str = "MEMBER_RATING|OPTIN_TIME|OPTIN_IP|CONFIRM_TIME|CONFIRM_IP|LATITUDE|TIMEZONE|CC|LAST_CHANGED|LEID|EUID|NOTES|TAGS";

#[test]
fn mailchimps_subscribed_agreed_where_their_own_act_is_on_record() {
    let file = format!(
        "subscribed_email_audience_export_1.csv
        Email Address|First Name|Last Name|Favourite colour|{OF_MEMBERS}
        ann@shop.test|Ann|Lee|Sea green|4|2024-01-15 10:30:00|192.0.2.1|2024-01-15 10:42:00|192.0.2.2|52.1|Europe/Amsterdam|NL|2024-02-01 08:00:00|11|ab12|likes tea|\"VIP\",\"Blog, short\"
        bob@shop.test||||2|||2024-03-01 10:00:00|||||2024-03-01 10:00:00|12|cd34||"
    );
    let person = r#"is {"country": "NL", "email": "ann@shop.test", "favourite_colour": "Sea green", "first_name": "Ann", "last_name": "Lee", "mailchimp_id": "ab12", "member_rating": 4, "notes": "likes tea", "tags": ["VIP", "Blog, short"], "timezone": "Europe/Amsterdam"} at 2024-02-01T08:00:00Z"#;
    let found = read(Tool::Mailchimp, terms(), &[&file]);
    assert_eq!(found[0], person);
    assert_eq!(
        found[1],
        "Consent Given ann@shop.test channel=email topic=news source=mailchimp proof=Mailchimp contact 11; opt-in 2024-01-15T10:30:00Z from 192.0.2.1; confirmed 2024-01-15T10:42:00Z from 192.0.2.2 at 2024-01-15T10:42:00Z"
    );
    // Brought to the audience by somebody else: the export shows no act of Bob's.
    assert_eq!(
        found[3],
        "Consent Requested bob@shop.test channel=email topic=news source=mailchimp proof=Mailchimp contact 12 at 2024-03-01T10:00:00Z"
    );
    let vouched = Terms { vouch: Some("signed at the fair".to_owned()), ..terms() };
    let found = read(Tool::Mailchimp, vouched, &[&file]);
    assert!(!found[1].contains("wording"), "{}", found[1]);
    assert_eq!(
        found[3],
        "Consent Given bob@shop.test channel=email topic=news source=mailchimp, by the team's word proof=Mailchimp contact 12 wording=signed at the fair at 2024-03-01T10:00:00Z"
    );
}

#[test]
fn mailchimps_unsubscribed_and_cleaned_are_a_no_and_a_closed_address() {
    let unsubscribed = "unsubscribed_email_audience_export_1.csv
        Email Address|First Name|OPTIN_TIME|CONFIRM_TIME|UNSUB_TIME|UNSUB_CAMPAIGN_TITLE|UNSUB_CAMPAIGN_ID|UNSUB_REASON|UNSUB_REASON_OTHER|LEID|EUID
        ann@shop.test|Ann|2024-01-15 10:30:00|2024-01-15 10:42:00|2024-05-01 10:00:00|Spring|c1|NORMAL||11|ab
        eve@shop.test|Eve|||2024-05-02 10:00:00|Spring|c1|ABUSE||12|cd
        old@shop.test|Old|||||||left us|13|ef";
    let cleaned = "cleaned_email_audience_export_1.csv
        Email Address|First Name|CLEAN_TIME|CLEAN_CAMPAIGN_TITLE|CLEAN_CAMPAIGN_ID|LEID
        bob@shop.test|Bob|2024-05-03 10:00:00|Spring|c1|14";
    let others = "nonsubscribed_email_audience_export_1.csv
        Email Address|First Name|LEID
        joe@shop.test|Joe|15";
    let found = read(Tool::Mailchimp, terms(), &[unsubscribed, cleaned, others]);
    let said: Vec<&String> = found.iter().filter(|it| !it.starts_with("is ")).collect();
    assert_eq!(
        said,
        [
            "Consent Withdrawn ann@shop.test channel=email topic=news source=mailchimp proof=Mailchimp contact 11; campaign Spring; reason NORMAL at 2024-05-01T10:00:00Z",
            "Consent Withdrawn eve@shop.test channel=email topic=news source=mailchimp proof=Mailchimp contact 12; campaign Spring; reason ABUSE at 2024-05-02T10:00:00Z, closed: eve@shop.test complained",
            "Consent Withdrawn old@shop.test channel=email topic=news source=mailchimp proof=Mailchimp contact 13; reason left us at 2026-06-01T00:00:00Z",
            "Email Bounced bob@shop.test source=mailchimp campaign=Spring at 2024-05-03T10:00:00Z, closed: bob@shop.test bounced",
        ]
    );
    assert_eq!(found.iter().filter(|it| it.starts_with("is ")).count(), 5);
}

#[test]
fn a_yes_is_dated_within_what_is_possible_and_never_by_its_arrival() {
    let check = |optin: &str, expected: &str| {
        let file = format!(
            "subscribed_1.csv\nEmail Address|OPTIN_TIME|OPTIN_IP\nann@shop.test|{optin}|192.0.2.1"
        );
        let found = read(Tool::Mailchimp, terms(), &[&file]);
        assert!(found[1].starts_with("Consent Given"), "{found:?}");
        assert!(found[1].ends_with(expected), "{found:?}");
    };
    check("2024-01-15 10:30:00", " at 2024-01-15T10:30:00Z");
    check("2029-01-15 10:30:00", " at 2026-06-01T00:00:00Z");
    check("1970-01-01 00:00:00", " at 1990-01-01T00:00:00Z");
    check("0000-00-00 00:00:00", " at 1990-01-01T00:00:00Z");
    check("", " at 1990-01-01T00:00:00Z");
}

#[test]
fn a_no_is_taken_whatever_its_date_says() {
    let check = |tool: Tool, tables: &[&str], expected: &str| {
        let found = read(tool, terms(), tables);
        assert!(found.iter().any(|it| it.starts_with(expected)), "{found:?}");
        assert!(found.iter().all(|it| !it.starts_with("bad_time")), "{found:?}");
    };
    let no = |of: &str, proof: &str| {
        format!(
            "Consent Withdrawn ann@shop.test channel=email{of} proof={proof} at 2026-06-01T00:00:00Z"
        )
    };
    let blocked = "subscribers\nid|uuid|email|name|attribs|status|created_at|updated_at\n1|u-1|ann@shop.test|Ann|{}|blocklisted|soon|soon";
    check(Tool::Listmonk, &[blocked], &no(" source=listmonk", "listmonk subscriber u-1"));
    let enabled = "subscribers\nid|email|name|status\n1|ann@shop.test|Ann|enabled";
    let of_list = "subscriber_lists\nsubscriber_id|list_id|status|updated_at|created_at\n1|1|unsubscribed|soon|soon";
    check(
        Tool::Listmonk,
        &[enabled, LISTS, of_list],
        &no(" topic=news source=listmonk", "listmonk subscriber 1 on list 1"),
    );
    let contact = "contacts\nid|email\n1|ann@shop.test";
    let dnc = "dnc\nid|lead_id|date_added|reason|channel\n1|1|soon|1|email";
    check(Tool::Mautic, &[contact, dnc], &no(" source=mautic", "Mautic contact 1"));
    let left = "unsubscribed_1.csv\nEmail Address|UNSUB_TIME|LEID\nann@shop.test|soon|7";
    check(Tool::Mailchimp, &[left], &no(" topic=news source=mailchimp", "Mailchimp contact 7"));
}

#[test]
fn the_same_row_is_the_same_event_in_any_file() {
    let row = [("email", "ann@shop.test"), ("name", "Ann"), ("status", "enabled")];
    let ids = |row: &[(&str, &str)]| -> Vec<String> {
        let book = Book::new(Tool::Listmonk, terms(), &[Sheet::Subscribers]);
        let events = book.carry(Sheet::Subscribers, &Cells(row)).expect("events");
        let id =
            |it: &String| serde_json::from_str::<Json>(it).expect("JSON")["messageId"].to_string();
        events.iter().map(id).collect()
    };
    assert_eq!(ids(&row), ids(&row));
    assert_eq!(ids(&row).len(), 2);
    let other = [("email", "ann@shop.test"), ("name", "Anna"), ("status", "enabled")];
    assert_ne!(ids(&row)[0], ids(&other)[0]);
    assert_eq!(ids(&row)[1], ids(&other)[1]);
}

#[test]
fn times_are_read_as_each_tool_writes_them() {
    let check = |text: &str, expected: Option<&str>| {
        let found = time(text).ok().flatten().map(|it| it.to_string());
        assert_eq!(found.as_deref(), expected, "{text}");
    };
    check("2024-01-15T10:30:00Z", Some("2024-01-15T10:30:00Z"));
    check("2024-01-15 10:30:00", Some("2024-01-15T10:30:00Z"));
    check("2024-01-15 10:30:00.123456+00", Some("2024-01-15T10:30:00.123Z"));
    check("2024-01-15 12:30:00+02", Some("2024-01-15T10:30:00Z"));
    check("2024-01-15 12:30:00+05:30", Some("2024-01-15T07:00:00Z"));
    check("2024-01-15 10:30:00.123456 +0000 UTC", Some("2024-01-15T10:30:00.123Z"));
    check("2024-01-15 16:00:00.5 +0530 IST", Some("2024-01-15T10:30:00.5Z"));
    check("2024-01-15", Some("2024-01-15T00:00:00Z"));
    check("", None);
    check("0000-00-00 00:00:00", None);
    assert!(time("yesterday").is_err());
    assert!(time("15/01/2024 10:30").is_err());
}

#[test]
fn an_address_is_closed_by_its_own_events_only() {
    let source = SourceId::from("old");
    let arrival = Arrival {
        source: &source,
        received: at("2026-11-22T09:00:00Z"),
        sent_at: None,
        historical: true,
        event_type: None,
        anonymous_id: None,
    };
    let check = |suppress: &str, expected: &str| {
        let text = format!(
            r#"{{"type":"track","event":"Email Bounced","context":{{"traits":{{"email":"A@shop.test"}}}},"suppress":{suppress}}}"#
        );
        let found = match import_from_json(&text, &arrival, &Limits::default()) {
            Ok((_, closing)) => {
                closing.map(|it| format!("{} {}", it.address, it.reason)).unwrap_or_default()
            }
            Err(refusal) => format!("{}: {}", refusal.rejection, refusal.detail),
        };
        assert_eq!(found, expected, "{suppress}");
    };
    check(r#"{"address":" a@SHOP.test","reason":"bounced"}"#, "email:a@shop.test bounced");
    check("null", "");
    check(
        r#"{"address":"b@shop.test","reason":"bounced"}"#,
        "bad_field: `suppress` names an address that is none of the event's identifiers",
    );
    check(
        r#"{"address":"a@shop.test","reason":"erased"}"#,
        "bad_field: `suppress` knows the reasons bounced, complained and blocked",
    );
    check(r#"{"address":7}"#, "bad_field: `suppress` needs the texts `address` and `reason`");
}
