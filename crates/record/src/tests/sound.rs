//! What a sound programme means.

use super::files;
use crate::programme::{Programme, parse};
use decision::{Design, Rule};
use model::{Channel, ChannelSet, Span, Topic};

fn programme(text: &str) -> Programme {
    match parse(&files(text)) {
        Ok(programme) => programme,
        Err(problems) => panic!("{problems:?}"),
    }
}

#[test]
fn an_empty_programme_is_a_programme() {
    let empty = programme("");
    assert!(empty.journeys.is_empty() && empty.audiences.is_empty());
    assert_eq!(empty.policy, decision::Policy::default(), "the rules hold without a file");
}

/// What is not written has its usual value, and what is written replaces it.
#[test]
fn a_policy_says_what_it_changes() {
    let policy = |text: &str| programme(&format!("\n== policy.yaml\n{text}")).policy;
    let usual = decision::Policy::default();
    let night = policy("window: 5m");
    assert_eq!((night.window, night.consent_needed), (Span::minutes(5), usual.consent_needed));
    assert_eq!(night.default_zone, usual.default_zone);
    let cap = policy("caps: [{channels: any, topic: offers, at_most: 2, per: 1w}]").caps.remove(0);
    assert_eq!((cap.channels, cap.at_most, cap.per), (ChannelSet::all(), 2, Span::WEEK));
    assert_eq!(cap.topic, Some(Topic::from("offers")));
    assert_eq!(policy("consent: none").consent_needed, ChannelSet::EMPTY);
    let mail = ChannelSet::EMPTY.with(Channel::Email);
    assert_eq!(policy("consent: email").consent_needed, mail);
    assert_eq!(policy("consent: [email]").consent_needed, mail);
}

#[test]
fn shares_are_per_cent_or_parts() {
    let panel = |share: &str| {
        let text = format!(
            "\n== policy.yaml\npanel: {{share: {share}, design: leverage, channels: [email, push]}}"
        );
        programme(&text).policy.panel.expect("a panel")
    };
    for share in ["10%", "0.1", "\"10 %\"", ".1"] {
        assert_eq!(panel(share).share, 0.1, "for {share}");
    }
    assert_eq!(panel("100%").share, 1.0);
    let usual = panel("0%");
    assert_eq!((usual.inside_all_on, usual.window, usual.epoch), (0.05, Span::days(28), 0));
    assert_eq!((usual.design, usual.rule), (Design::Leverage, Rule::Withhold));
}

#[test]
fn a_topic_may_ask_for_consent_of_its_own() {
    let text = "\n== topics.yaml\n- {topic: news, description: Now and then, consent: none}\n- topic: offers\n== policy.yaml\nconsent: [email]";
    let programme = programme(text);
    let needs = |topic: &str| programme.policy.needs_consent(Channel::Email, &Topic::from(topic));
    assert_eq!((needs("news"), needs("offers")), (false, true));
    assert_eq!(programme.topics[0].description, "Now and then");
}

/// Conditions of journeys and outcomes need their counters kept as those of audiences do.
#[test]
fn counters_of_all_conditions_are_kept() {
    let text = r#"
== journeys/j.yaml
journey: j
trigger: {event: A, when: did("InTrigger")}
goal: {event: G, when: did("InGoal")}
exit: [{when: did("InExit")}]
steps:
  - wait_until: {event: B, when: did("InWait"), timeout: 1d}
  - branch:
      - when: did("InArm")
        steps:
          - split:
              arms: {a: 1, b: 1}
              steps: {a: [{branch: [{when: did("InSplit"), steps: [{wait: 1d}]}]}]}
      - otherwise:
          - wait_until: {event: B, when: did("InRest"), timeout: 1d}
== outcomes.yaml
- {outcome: o, event: O, when: did("InOutcome")}
"#;
    let conditions = programme(text).conditions();
    let mut events: Vec<String> =
        (conditions.iter()).flat_map(|it| it.counters().into_iter().map(|it| it.event)).collect();
    events.sort();
    let expected =
        ["InArm", "InExit", "InGoal", "InOutcome", "InRest", "InSplit", "InTrigger", "InWait"];
    assert_eq!(events, expected);
}

#[test]
fn line_ends_of_other_systems_are_fine() {
    let text = "---\ncontent: a\ntopic: news\nsummary: x\n---\nHello.\n".replace('\n', "\r\n");
    let files = [("content/a.md".to_owned(), text)].into_iter().collect();
    let programme = parse(&files).expect("a sound programme");
    assert_eq!(programme.contents.values().next().map(|it| it.body.trim()), Some("Hello."));
}

#[test]
fn too_many_and_too_large_files_are_refused() {
    let large = [("brand.yaml".to_owned(), "x".repeat(256 * 1024 + 1))].into_iter().collect();
    let problems = parse(&large).expect_err("too large");
    assert_eq!(problems[0].to_string(), "brand.yaml: the file is larger than 262144 bytes");
    let many = (0..5_001).map(|n| (format!("audiences/{n}.yaml"), String::new())).collect();
    let problems = parse(&many).expect_err("too many");
    assert_eq!(problems[0].to_string(), "a programme has at most 5000 files, this one 5001");
    let text = "# why\n".repeat(40_000);
    let much = (0..4).map(|n| (format!("audiences/{n}.yaml"), text.clone())).collect();
    let problems = parse(&much).expect_err("too much");
    let expected = "the files of a programme have at most 1048064 bytes together\n  \
                    hint: take out what does not run any more";
    assert_eq!(problems[0].to_string(), expected);
}

#[test]
fn the_markets_programme_is_whole() {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../sim/programme");
    let mut files = std::collections::BTreeMap::new();
    for folder in ["", "audiences", "journeys", "content", "broadcasts", "forms"] {
        for entry in std::fs::read_dir(dir.join(folder)).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_file() {
                let name = path.strip_prefix(&dir).expect("below").to_string_lossy().into_owned();
                files.insert(name, std::fs::read_to_string(&path).expect("text"));
            }
        }
    }
    if let Err(problems) = parse(&files) {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        panic!("{}", lines.join("\n"));
    }
}

#[test]
fn identity_says_what_it_changes() {
    let identity = |text: &str| programme(&format!("\n== identity.yaml\n{text}")).identity;
    let usual = programme("").identity;
    assert_eq!((usual.undo_within, &usual.rules), (Span::days(90), &::identity::Rules::default()));
    let written = identity(
        "limits: {email: 1, anonymous_id: 30}\nblock: {values: [Kiosk], mailboxes: [desk@, Info]}\n\
         allow: {values: [guest]}\nundo_within: 30d",
    );
    let limits = &written.rules.limits;
    assert_eq!((limits.email, limits.anonymous_id, limits.phone), (1, 30, 5));
    assert_eq!(written.undo_within, Span::days(30));
    let refused = |text: &str| {
        let identifier: model::Identifier = text.parse().expect("an identifier");
        written.rules.refuses(&identifier).is_some()
    };
    let blocked =
        ["user_id:KIOSK", "email:desk@shop.example", "email:info@x.example", "user_id:null"];
    for text in blocked {
        assert!(refused(text), "{text}");
    }
    for text in ["user_id:guest", "email:ada@shop.example"] {
        assert!(!refused(text), "{text}");
    }
}

#[test]
fn a_content_finds_its_languages_beside_it_and_its_words_in_the_programme() {
    let text = "\n== content/a/ride.md\n---\ncontent: ride\ntopic: news\nsummary: Ride\n\
                locales: {nl-BE: ride.be.md, de: ride.de.md}\n---\nHi.\n\
                == content/a/ride.be.md\n---\nsummary: Rit\n---\nDag.\n\
                == content/a/ride.de.md\n---\nsummary: Fahrt\n---\n\
                == words/fr.yaml\nmail.unsubscribe: Ne plus recevoir\n";
    let programme = programme(text);
    let content = &programme.contents[&model::ContentName::from("ride")];
    let said = |wanted: &str| content.speak(wanted).summary.clone();
    assert_eq!([said("nl-be"), said("nl"), said("de-AT")], ["Rit", "Ride", "Fahrt"]);
    assert_eq!(programme.brand.words, programme.words);
    assert_eq!(programme.words.len(), 1);
}

#[test]
fn a_campaign_is_all_that_a_journey_or_a_broadcast_sends() {
    let content = |name: &str, body: &str| {
        format!(
            "\n== content/{name}.md\n---\ncontent: {name}\ntopic: news\nsummary: {name}\n---\n{body}\n"
        )
    };
    let text = format!(
        "\n== journeys/j.yaml\njourney: j\ntrigger: {{event: A}}\nsteps:\n  \
         - message: {{content: a, channels: [email]}}\n  - wait: 1d\n  \
         - split:\n      arms: {{x: 50, y: 50}}\n      steps:\n        \
         x: [{{message: {{content: b, channels: [push]}}}}]\n        y: [{{end: true}}]\n\
         == audiences/all.yaml\naudience: all\nwhen: did(\"A\")\n\
         == broadcasts/s.yaml\n{{broadcast: s, audience: all, content: b, channels: [email]}}{}{}",
        content("a", "Hi."),
        content("b", "[here](http://localhost/)"),
    );
    let programme = programme(&text);
    let campaigns = programme.campaigns(&[]);
    let shown: Vec<String> = campaigns
        .iter()
        .map(|it| {
            let used =
                it.contents.iter().map(|it| format!("{} {:?}", it.content.name, it.channels));
            format!("{}: {}", it.name, used.collect::<Vec<_>>().join(", "))
        })
        .collect();
    assert_eq!(shown, ["journey/j: a [Email], b [Push]", "broadcast/s: b [Email]"]);
    let found = content::consistency::check(&campaigns[1]);
    assert_eq!(
        found.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "content b, email, line 6: `http://localhost/` leads to a machine that readers cannot reach; \
          write where it really leads"
        ]
    );
}
