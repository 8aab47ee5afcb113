//! Settings in, settings or complaints out.

use super::*;
use std::collections::BTreeMap;

fn ask(text: &str, environment: &[(&str, &str)]) -> Result<Config, String> {
    let set: BTreeMap<&str, &str> = environment.iter().copied().collect();
    read(text, Path::new("fulcrum.toml"), |name| set.get(name).map(|it| (*it).to_owned()))
        .map_err(|error| error.to_string())
}

#[test]
fn the_environment_goes_before_the_file() {
    let text = "bind = \"127.0.0.1:1\"\n[smtp]\nhost = \"mail.example\"\n";
    let config = ask(text, &[("FULCRUM_BIND", "127.0.0.1:2"), ("FULCRUM_SMTP_PORT", "2525")]);
    let config = config.expect("settings");
    assert_eq!(config.bind.as_deref(), Some("127.0.0.1:2"));
    let smtp = config.smtp.expect("a mail server");
    assert_eq!((smtp.host.as_str(), smtp.port), ("mail.example", 2525));
}

#[test]
fn a_mail_server_may_come_from_the_environment_alone() {
    let set = [
        ("FULCRUM_SMTP_HOST", "mail.example"),
        ("FULCRUM_SMTP_USER", "shop"),
        // Only digits, and still text.
        ("FULCRUM_SMTP_PASSWORD", "0815"),
        ("FULCRUM_SMTP_TIMEOUT_END", "2m"),
    ];
    let smtp = ask("", &set).expect("settings").smtp.expect("a mail server");
    assert_eq!(smtp.password.as_deref(), Some("0815"));
    assert_eq!(smtp.timeouts.end.to_string(), "2m");
}

#[test]
fn who_may_be_called_inside_and_with_which_secret() {
    let text = "[webhooks]\nallow = [\"crm.internal\"]\n";
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let config = ask(text, &[("FULCRUM_WEBHOOKS_SECRET", secret)]).expect("settings");
    assert!(config.webhooks.allow == ["crm.internal"] && config.webhooks.secrets().len() == 1);
    assert!(!format!("{config:?}").contains(secret), "it is not in what is logged");
    let complaint = ask(text, &[("FULCRUM_WEBHOOKS_SECRET", "hunter2")]).expect_err("refused");
    assert!(complaint.contains("whsec_") && !complaint.contains("hunter2"), "{complaint}");
}

#[test]
fn unknown_fields_are_named_with_their_place() {
    let complaint = ask("bind = \"127.0.0.1:1\"\nprogramme = \"x\"\n", &[]).expect_err("refused");
    assert!(complaint.starts_with("fulcrum.toml:2:1: unknown field `programme`"), "{complaint}");
    let complaint = ask("[smtp]\nhosts = \"x\"\n", &[]).expect_err("refused");
    assert!(complaint.starts_with("fulcrum.toml:2:1: unknown field `hosts`"), "{complaint}");
    let complaint = ask("bind = 7411\n", &[]).expect_err("refused");
    assert!(complaint.starts_with("fulcrum.toml:1:8: invalid type"), "{complaint}");
}

#[test]
fn a_wrong_variable_is_named() {
    let set = [("FULCRUM_SMTP_HOST", "mail.example"), ("FULCRUM_SMTP_PORT", "many")];
    let complaint = ask("", &set).expect_err("refused");
    assert!(complaint.contains("FULCRUM_SMTP_PORT"), "{complaint}");
}

#[test]
fn what_the_mail_module_refuses_is_said_with_its_remedy() {
    let complaint = ask("[smtp]\nhost = \"\"\n", &[]).expect_err("refused");
    assert!(complaint.contains("the host is missing"), "{complaint}");
    assert!(complaint.contains("hint: write host"), "{complaint}");
}

#[test]
fn how_fast_messages_leave_is_read_and_checked() {
    let text = r#"
[pace.email]
whole = {at_most = 20000, per = "1h"}
per_domain = {at_most = 600, per = "1m"}
domains = {"GMail.com" = {at_most = 1200, per = "1m"}}
warm_up = {from = "2026-12-01"}
[brake]
bounces = 0.02
"#;
    let engine = ask(text, &[]).expect("settings").engine().expect("rules");
    let rules = &engine.paces[&model::Channel::Email];
    assert_eq!(rules.domains["gmail.com"].at_most, 1_200);
    let warm = rules.warm_up.expect("a warm-up");
    let day = |after: i64| warm.of_day(warm.from + after);
    assert_eq!((day(0), day(1), day(2)), (Some(50), Some(75), Some(112)));
    assert_eq!((engine.brake.after, engine.brake.bounces), (200, 0.02));
    for (wrong, says) in [
        ("[pace.pigeon]\n", "no channel `pigeon`"),
        ("[pace.email]\nwhole = {at_most = 0, per = \"1m\"}\n", "lets nothing through"),
        ("[pace.email]\nwhole = {at_most = 9, per = \"soon\"}\n", "pace.email.whole"),
        ("[pace.email]\nwarm_up = {from = \"soon\"}\n", "not a day"),
        ("[pace.email]\nwarm_up = {from = \"2026-12-01\", growth = 0.5}\n", "above 1"),
        ("[brake]\nbounces = 5\n", "at most 1"),
        ("[pace.email]\nspeed = 9\n", "unknown field"),
    ] {
        let complaint = ask(wrong, &[]).expect_err(wrong);
        assert!(complaint.contains(says), "{complaint}");
    }
}
