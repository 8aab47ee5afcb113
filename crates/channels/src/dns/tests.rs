//! Records against zones: what is needed goes in with what stands there, and what is said comes out.

use super::config::{DnsConfig, first_of};
use super::{Resolver, Sender, check, needed, sink};
use crate::dkim::Record;
use std::fmt::Write;

fn sender() -> Sender {
    Sender {
        from_address: "hello@shop.example".to_owned(),
        base_url: "https://go.shop.example/x".to_owned(),
        bounce_address: Some("bounces@mail.shop.example".to_owned()),
        mail_host: Some("smtp.host.example".to_owned()),
        includes: None,
        dkim: vec![Record {
            name: "s1._domainkey.shop.example".to_owned(),
            value: format!("v=DKIM1; k=rsa; p={}", "MIIB".repeat(80)),
        }],
    }
}

/// One line a record: purpose, standing and remedy.
fn said(zone: &str) -> String {
    let resolver = Resolver::new(sink::start(zone).expect("a port of this machine"));
    let needed = needed(&sender());
    let mut text = String::new();
    for (it, checked) in needed.iter().zip(check(&needed, &resolver)) {
        let line = format!("{} {} {}", it.purpose.name(), checked.standing.name(), checked.remedy);
        writeln!(text, "{}", line.trim_end()).expect("text");
    }
    text
}

fn check_said(zone: &str, expected: &[&str]) {
    let said = said(zone);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines, expected, "{zone}");
}

#[test]
fn what_to_publish_follows_from_the_sender() {
    let lines: Vec<String> = needed(&sender())
        .iter()
        .map(|it| format!("{} {} {:.40}", it.name, it.kind.name(), it.value))
        .collect();
    assert_eq!(
        lines,
        [
            "mail.shop.example TXT v=spf1 a:smtp.host.example -all",
            "s1._domainkey.shop.example TXT v=DKIM1; k=rsa; p=MIIBMIIBMIIBMIIBMIIBMI",
            "_dmarc.shop.example TXT v=DMARC1; p=none; rua=mailto:postmaster@",
            "mail.shop.example MX (the host that takes your mail)",
            "go.shop.example A or AAAA (the address of this server, or of the p",
        ]
    );
    let by_provider = Sender { includes: Some("include:sendgrid.net"), ..sender() };
    assert_eq!(needed(&by_provider)[0].value, "v=spf1 include:sendgrid.net -all");
    let local = Sender { mail_host: Some("127.0.0.1".to_owned()), ..sender() };
    assert_eq!(needed(&local)[0].value, "v=spf1 mx -all");
    let unnamed = Sender { from_address: String::new(), ..sender() };
    assert!(needed(&unnamed).is_empty());
}

#[test]
fn what_stands_there_as_needed_is_found() {
    let key = "MIIB".repeat(80);
    check_said(
        &format!(
            "mail.shop.example TXT v=spf1 a:smtp.host.example -all\n\
             mail.shop.example TXT something else\n\
             mail.shop.example MX 10 mx.shop.example\n\
             s1._domainkey.shop.example TXT v=DKIM1; p={key}\n\
             _dmarc.shop.example TXT v=DMARC1; p=reject\n\
             go.shop.example A 192.0.2.1"
        ),
        &["spf found", "dkim found", "dmarc found", "return_path found", "links found"],
    );
}

#[test]
fn what_is_not_there_is_missing_with_its_remedy() {
    check_said(
        "",
        &[
            "spf missing publish a TXT record at mail.shop.example",
            "dkim missing publish a TXT record at s1._domainkey.shop.example",
            "dmarc missing publish a TXT record at _dmarc.shop.example",
            "return_path missing mail that comes back is lost: give mail.shop.example an MX record",
            "links missing links and one-click unsubscription lead nowhere: give go.shop.example an A or AAAA record",
        ],
    );
}

#[test]
fn what_differs_says_how() {
    check_said(
        "mail.shop.example TXT v=spf1 mx -all\n\
         mail.shop.example TXT v=spf1 a -all\n\
         mail.shop.example MX 0 .\n\
         s1._domainkey.shop.example TXT v=DKIM1; k=rsa; p=other\n\
         _dmarc.shop.example TXT v=DMARC1; rua=mailto:a@shop.example\n\
         go.shop.example A 192.0.2.1",
        &[
            "spf differs there are several, and then none of them counts: make one of them",
            "dkim differs another key stands there; publish a TXT record at s1._domainkey.shop.example",
            "dmarc differs it has no policy: write p=none, p=quarantine or p=reject",
            "return_path differs it says that it takes no mail, so nothing can come back: name a host",
            "links found",
        ],
    );
    check_said(
        "mail.shop.example TXT v=spf1 mx +all\n\
         s1._domainkey.shop.example TXT not a key\n\
         _dmarc.shop.example TXT v=DMARC1; p=none\n\
         _dmarc.shop.example TXT v=DMARC1; p=reject\n\
         mail.shop.example MX 10 mx.shop.example\n\
         go.shop.example A 192.0.2.1",
        &[
            "spf differs it lets everybody send as you: end it with -all or ~all",
            "dkim differs publish a TXT record at s1._domainkey.shop.example",
            "dmarc differs there are several, and then none of them counts: keep one",
            "return_path found",
            "links found",
        ],
    );
}

/// What nobody knows is not taken for missing.
#[test]
fn an_answer_that_did_not_come_is_unknown() {
    let said = said("mail.shop.example SERVFAIL\ngo.shop.example SERVFAIL");
    let spf = said.lines().next().expect("a line");
    assert!(
        spf.starts_with("spf unknown the resolver could not find out about mail.shop"),
        "{spf}"
    );
    assert!(said.lines().last().is_some_and(|it| it.starts_with("links unknown")), "{said}");
}

#[test]
fn the_first_resolver_of_the_system_is_asked_unless_another_is_set() {
    let system = "# made by hand\nsearch shop.example\nnameserver 192.0.2.53\nnameserver ::1\n";
    assert_eq!(first_of(system).expect("one").to_string(), "192.0.2.53:53");
    assert_eq!(first_of("nameserver ::1\n").expect("one").to_string(), "[::1]:53");
    assert_eq!(first_of("search x\n"), None);
    let set = |it: &str| DnsConfig { resolver: Some(it.to_owned()) };
    assert_eq!(set("127.0.0.1:5353").address().expect("set").port(), 5353);
    assert!(set("9.9.9.9").check().expect_err("no port").message.contains("with a port"));
}
