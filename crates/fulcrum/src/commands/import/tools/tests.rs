//! Exports in, plans and people out.

use super::*;
use clap::Parser;
use model::{Channel, Identifier, Topic};
use port::{Directory, People};

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    arguments: Arguments,
}

fn line(from: &str, path: &Path, options: &[&str]) -> Result<Arguments, String> {
    let path = path.display().to_string();
    let words = ["import", &path, "--from", from, "--exported", "2026-06-01T00:00:00Z"];
    let words = words.into_iter().chain(options.iter().copied());
    Line::try_parse_from(words).map(|it| it.arguments).map_err(|error| error.to_string())
}

fn fixture(folder: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/exports").join(folder)
}

/// The plan without the paths, or the complaint.
fn planned(from: &str, path: &Path, options: &[&str]) -> String {
    let told = |error: anyhow::Error| error.to_string();
    let ask = || -> Result<String, String> {
        let arguments = line(from, path, options)?;
        let from = arguments.exports.from.expect("a tool");
        let export = read(&arguments.file, from, &arguments.exports).map_err(told)?;
        check_topics(&export, &arguments.exports).map_err(told)?;
        Ok(export.plan.text())
    };
    let text = ask().unwrap_or_else(|complaint| complaint);
    let file = |line: &str| line.rsplit_once('/').map_or(line.to_owned(), |it| it.1.to_owned());
    text.lines().map(file).map(|it| it.trim().to_owned() + "\n").collect()
}

fn check(from: &str, folder: &str, options: &[&str], expected: &str) {
    let expected: String = expected.lines().map(|it| it.trim().to_owned() + "\n").skip(1).collect();
    assert_eq!(planned(from, &fixture(folder), options), expected, "{folder} {options:?}");
}

#[test]
fn the_plan_of_listmonks_tables() {
    check(
        "listmonk",
        "listmonk",
        &["--list-topic", "Offers=offers"],
        "
        subscribers.csv: subscribers, 5 rows
        lists.csv: lists, 2 rows
        subscriber_lists.csv: subscriptions, 8 rows
        bounces.csv: bounces, 2 rows
        campaigns.csv: campaigns, 1 row
        links.csv: links, 1 row
        campaign_views.csv: opened mails, 2 rows
        link_clicks.csv: followed links, 1 row
        5  people
        2  no: Product news
        1  no: every topic by email
        1  not confirmed: Product news
        1  not confirmed: offers
        2  yes: Product news
        1  yes: offers
        1  addresses closed: the address does not take mail any more
        1  addresses closed: the address is on the block list
        1  events: Email Bounced
        1  events: Email Delayed
        1  events: Email Link Clicked
        1  events: Email Opened
        1  rows rejected: the event has neither `userId` nor `anonymousId`
        The first of them:
        subscriber_lists.csv, row 9: the event has neither `userId` nor `anonymousId` (no subscriber has this `subscriber_id`; export the table `subscribers`, which has ids)",
    );
}

#[test]
fn the_plan_of_mautics_contacts() {
    let people = "
        contacts.csv: contacts, 5 rows
        lead_donotcontact.csv: who must not be contacted, 3 rows
        lead_tags.csv: tags, 2 rows
        lead_tags_xref.csv: tags of contacts, 2 rows
        4  people
        1  no: every topic by email
        1  no: every topic by sms";
    let rest = "
        1  addresses closed: the address does not take mail any more
        1  events: Email Bounced
        1  rows rejected: the event has neither `userId` nor `anonymousId`
        The first of them:
        contacts.csv, row 6: the event has neither `userId` nor `anonymousId` (a contact without e-mail address and phone)";
    check("mautic", "mautic", &[], &format!("{people}{rest}"));
    let yes = "\n3  yes: news\n3  of the yeses on your word alone";
    let vouched = ["--topic", "news", "--vouch", "shop account"];
    check("mautic", "mautic", &vouched, &format!("{people}{yes}{rest}"));
}

#[test]
fn the_plan_of_mailchimps_audience() {
    check(
        "mailchimp",
        "mailchimp",
        &["--topic", "news"],
        "
        subscribed_email_audience_export_8d0e4c4f9a.csv: subscribed, 2 rows
        unsubscribed_email_audience_export_8d0e4c4f9a.csv: unsubscribed, 2 rows
        cleaned_email_audience_export_8d0e4c4f9a.csv: cleaned, 1 row
        5  people
        2  no: news
        1  not confirmed: news
        1  yes: news
        1  addresses closed: the address does not take mail any more
        1  addresses closed: the person reported a message as unwanted
        1  events: Email Bounced",
    );
}

#[test]
fn what_the_export_does_not_say_is_asked_for() {
    let complaint = |from: &str, folder: &str, options: &[&str], expected: &str| {
        let found = planned(from, &fixture(folder), options);
        assert!(found.contains(expected), "{folder} {options:?}: {found}");
    };
    complaint("mailchimp", "mailchimp", &[], "say it with --topic");
    complaint("listmonk", "listmonk-page", &[], "say it with --topic");
    complaint("mautic", "mautic", &["--vouch", "x"], "say it with --topic");
    let near = ["--list-topic", "Offer=offers"];
    complaint("listmonk", "listmonk", &near, "did you mean `Offers`?");
    complaint("listmonk", "listmonk", &["--list-topic", "Offers"], "names no list and topic");
    complaint("listmonk", "mautic/lead_tags.csv", &[], "is an export of listmonk");
    complaint("listmonk", "nowhere", &[], "nowhere");
    let folder = tempfile::tempdir().expect("a folder");
    let zip = folder.path().join("audience.zip");
    std::fs::write(&zip, "PK").expect("a file");
    assert!(planned("mailchimp", &zip, &[]).contains("unpack it"));
}

#[test]
fn a_row_that_is_too_long_keeps_its_no() {
    let folder = tempfile::tempdir().expect("a folder");
    let table = folder.path().join("unsubscribed_1.csv");
    let long = "x".repeat(40_000);
    let text =
        format!("Email Address,Story,UNSUB_TIME\nann@example.test,{long},2024-05-01 10:00:00\n");
    std::fs::write(&table, text).expect("a file");
    let found = planned("mailchimp", &table, &["--topic", "news"]);
    assert!(found.contains("\n1  no: news\n"), "{found}");
    assert!(found.contains("row 2: the event is larger than one event may be"), "{found}");
}

/// An installation that takes exports in; `say` is what stands of a person afterwards.
struct Installation {
    _folder: tempfile::TempDir,
    place: Place,
}

impl Installation {
    fn new() -> Installation {
        let folder = tempfile::tempdir().expect("a folder");
        let config = folder.path().join("fulcrum.toml");
        std::fs::write(&config, "").expect("a file");
        let place = Place { data: Some(folder.path().join("data")), config: Some(config) };
        Installation { _folder: folder, place }
    }

    fn import(&self, from: &str, path: &Path, options: &[&str]) {
        let options: Vec<&str> = options.iter().copied().chain(["--yes"]).collect();
        let arguments = line(from, path, &options).expect("a command line");
        run(&self.place, &arguments, arguments.exports.from.expect("a tool")).expect("taken in");
    }

    /// Who is known, by address, with what holds for them; one line each.
    fn people(&self) -> Vec<String> {
        let data = DataDir::new(self.place.data.clone().expect("a folder"));
        let store = data.read().expect("data").store;
        let addresses = ["ann.lee", "bob", "eve", "joe", "kim"];
        let identifiers: Vec<Identifier> =
            addresses.iter().map(|it| Identifier::email(&format!("{it}@example.test"))).collect();
        let owners = store.owners(&identifiers).expect("owners");
        let of = |(address, owner): (&Identifier, &Option<model::PersonId>)| {
            let person = store.load(&[(*owner)?]).expect("a person").remove(0);
            let now = Timestamp::MAX;
            let state = |topic: &str| {
                let (purpose, topic) = (model::Purpose::Marketing, Topic::from(topic));
                let said =
                    person.consents.deciding(purpose, Channel::Email, &topic, Some(address), now);
                said.map_or("-".to_owned(), |it| format!("{} {}", it.state, it.at))
            };
            let closed = person.consents.suppression(address).map(|it| it.reason.code());
            let city = person.profile.trait_value("city").map(ToString::to_string);
            Some(format!(
                "{} news: {}, offers: {}, closed: {}, city: {}",
                address.value.split('@').next().unwrap_or_default(),
                state("news"),
                state("offers"),
                closed.unwrap_or("-"),
                city.unwrap_or_default(),
            ))
        };
        identifiers.iter().zip(&owners).filter_map(of).collect()
    }
}

const LISTMONK: [&str; 4] = ["--list-topic", "Product news=news", "--list-topic", "Offers=offers"];

#[test]
fn people_come_with_what_they_said_and_when() {
    let shop = Installation::new();
    shop.import("listmonk", &fixture("listmonk"), &LISTMONK);
    let expected = [
        "ann.lee news: granted 2024-01-15T10:42:10Z, offers: granted 2024-01-15T10:30:00Z, closed: -, city: Utrecht",
        "bob news: unconfirmed 2024-03-01T10:00:00Z, offers: unconfirmed 2024-03-01T10:00:00Z, closed: -, city: ",
        "eve news: withdrawn 2024-05-20T18:03:00Z, offers: -, closed: -, city: ",
        "joe news: withdrawn 2024-06-01T09:00:00Z, offers: withdrawn 2024-06-01T09:00:00Z, closed: blocked, city: ",
        "kim news: granted 2024-04-01T10:01:00Z, offers: -, closed: bounced, city: ",
    ];
    assert_eq!(shop.people(), expected);
    shop.import("listmonk", &fixture("listmonk"), &LISTMONK);
    assert_eq!(shop.people(), expected, "imported again");
}

#[test]
fn several_tools_in_any_order_come_to_the_same() {
    let imports: [(&str, &[&str]); 3] = [
        ("listmonk", &LISTMONK),
        ("mailchimp", &["--topic", "news"]),
        ("mautic", &["--topic", "offers", "--vouch", "shop account"]),
    ];
    let orders = [[0, 1, 2], [2, 1, 0], [1, 2, 0]];
    let mut found = Vec::new();
    for order in orders {
        let shop = Installation::new();
        for index in order {
            let (tool, options) = imports[index];
            shop.import(tool, &fixture(tool), options);
        }
        found.push(shop.people());
    }
    assert_eq!(found[0], found[1]);
    assert_eq!(found[0], found[2]);
    // Bob agreed by the team's word, undated and so before everything; Mautic knows a mail that came back.
    assert!(
        found[0][1].contains("offers: granted 1990-01-01T00:00:00Z, closed: bounced"),
        "{found:?}"
    );
    // Eve's no is the same day in all three, and what the team vouches for does not lift Mautic's.
    assert!(found[0][2].contains("offers: withdrawn 2024-05-20T18:03:00Z"), "{found:?}");
}

/// All statements of the three exports, in 200 orders, some of them twice, with a no of today among
/// them: what holds is always the same, and today's no is lifted by none of them.
#[test]
fn statements_of_exports_commute_with_each_other_and_with_newer_ones() {
    let mut statements = Vec::new();
    for (tool, options) in [
        ("listmonk", &LISTMONK[..]),
        ("mailchimp", &["--topic", "news", "--vouch", "fair"][..]),
        ("mautic", &["--topic", "news", "--vouch", "shop account"][..]),
    ] {
        let arguments = line(tool, &fixture(tool), options).expect("a command line");
        let from = arguments.exports.from.expect("a tool");
        let export = read(&arguments.file, from, &arguments.exports).expect("an export");
        for file in &export.files {
            let mut rows = Rows::open(&file.path, None).expect("rows");
            let source = SourceId::from("old");
            let take = |row: &Cells<'_>| Ok(carried(&export.book, file.sheet, row, &source));
            while let Some((_, row)) = rows.next(take).expect("a row") {
                let imports = row.map(|it| it.imports).unwrap_or_default();
                statements.extend(imports.iter().flat_map(|it| decision::statements_of(&it.event)));
            }
        }
    }
    assert_eq!(statements.len(), 17);
    let news = Topic::from("news");
    let eve = Identifier::email("eve@example.test");
    let today = decision::Statement {
        topic: None,
        address: None,
        state: decision::ConsentState::Withdrawn,
        at: Timestamp::parse("2026-11-22T09:00:00Z").expect("a time"),
        ..statements[0].clone()
    };
    let mut found = Vec::new();
    for seed in 0..200_u64 {
        let mut order: Vec<usize> = (0..statements.len()).chain(0..(seed as usize % 17)).collect();
        order.sort_by_key(|it| *blake3::hash(format!("{seed} {it}").as_bytes()).as_bytes());
        let mut consents = decision::Consents::default();
        for (at, index) in order.iter().enumerate() {
            if at == seed as usize % 17 {
                consents.record(today.clone());
            }
            consents.record(statements[*index].clone());
        }
        let listing: Vec<_> = consents.listing(Timestamp::MAX).into_iter().cloned().collect();
        let purpose = model::Purpose::Marketing;
        let state = consents.state(purpose, Channel::Email, &news, Some(&eve), today.at);
        assert_eq!(state, Some(decision::ConsentState::Withdrawn), "order {seed}");
        found.push(listing);
    }
    found.dedup();
    assert_eq!(found.len(), 1);
}

#[test]
fn other_terms_are_read_anew_and_the_same_ones_are_not() {
    let shop = Installation::new();
    let page = fixture("listmonk-page");
    shop.import("listmonk", &page, &["--topic", "news"]);
    assert!(shop.people()[0].contains("news: unconfirmed"), "{:?}", shop.people());
    shop.import("listmonk", &page, &["--topic", "news", "--subscription", "confirmed"]);
    assert!(
        shop.people()[0].contains("news: granted 2024-01-15T10:30:00.123Z"),
        "{:?}",
        shop.people()
    );
}
