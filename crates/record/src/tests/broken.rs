//! Every way in which a programme can be wrong, with the place and the remedy that people are told.

use super::check;

const HELLO: &str = r#"
== content/hello.md
---
content: hello
topic: news
summary: Hello
---
Hello.
"#;

/// A journey with these lines after its name and trigger.
fn journey(rest: &str) -> String {
    format!("{HELLO}\n== journeys/j.yaml\njourney: j\ntrigger: {{event: \"Signed Up\"}}\n{rest}")
}

#[test]
fn a_file_in_the_wrong_place() {
    check(
        "\n== brandy.yaml\nname: x\n== audiences.yaml\nx: y\n== segments/a.yaml\nx: y",
        r#"
        audiences.yaml: this file has no place in a programme
        hint: files are brand.yaml, site.yaml, policy.yaml, identity.yaml, topics.yaml, outcomes.yaml, and those in audiences/, journeys/, broadcasts/, posts/, content/, forms/, layouts/ and words/
        brandy.yaml: this file has no place in a programme
        hint: files are brand.yaml, site.yaml, policy.yaml, identity.yaml, topics.yaml, outcomes.yaml, and those in audiences/, journeys/, broadcasts/, posts/, content/, forms/, layouts/ and words/
        segments/a.yaml: this file has no place in a programme
        hint: files are brand.yaml, site.yaml, policy.yaml, identity.yaml, topics.yaml, outcomes.yaml, and those in audiences/, journeys/, broadcasts/, posts/, content/, forms/, layouts/ and words/
        "#,
    );
}

#[test]
fn identity_rules_that_cannot_hold() {
    check(
        "\n== identity.yaml\nlimits: {email: 0, user_id: 2}",
        r#"
        identity.yaml:1:20: unknown field `user_id`, expected one of email, phone, handle, device_token, anonymous_id
        "#,
    );
    check(
        "\n== identity.yaml\nlimits:\n  email: 0\n  phone: 201\nundo_within: 400d",
        r#"
        identity.yaml:2:10: a person cannot have 0 of kind email
        hint: 1 to 200
        identity.yaml:3:10: a person cannot have 201 of kind phone
        hint: 1 to 200
        identity.yaml:4:14: a merge cannot be kept undoable for 400d
        hint: 0s to 366d; what people did since is kept for so long
        "#,
    );
    check(
        "\n== identity.yaml\nblock:\n  mailboxes: [desk@shop.example]\n  values: ['']\nallow: {values: [kiosk]}\nlimit: {}",
        r#"
        identity.yaml:5:1: unknown field `limit`, expected one of limits, block, allow, undo_within
        "#,
    );
    check(
        "\n== identity.yaml\nblock:\n  mailboxes: [desk@shop.example]\n  values: ['']\nallow: {values: [kiosk]}",
        r#"
        identity.yaml:3:12: an empty value
        hint: nothing but zeros and separators is nobody's anyhow
        identity.yaml:2:15: `desk@shop.example` is not the part of an address before the `@`
        hint: a whole address belongs in `values`
        identity.yaml:4:18: `kiosk` is not on the list of placeholders
        hint: take the line out; docs/identity.md has the list
        "#,
    );
}

#[test]
fn a_file_that_is_no_yaml() {
    check(
        "\n== brand.yaml\nname: [Shop",
        r#"
        brand.yaml:1:7: expected string scalar
        "#,
    );
    check(
        "\n== audiences/a.yaml\naudience: a\n\twhen: did(\"X\")",
        r#"
        audiences/a.yaml:1:11: while scanning a plain scalar, found a tab
        "#,
    );
}

#[test]
fn an_unknown_field() {
    check(
        "\n== brand.yaml\nname: Shop\ncolour: red",
        r#"
        brand.yaml:2:1: unknown field `colour`, expected one of name, postal_address, base_url, from_name, from_address, layout, locale
        "#,
    );
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: did(\"X\")\nwho: me",
        r#"
        audiences/a.yaml:3:1: unknown field `who`, expected one of audience, note, when, sync
        "#,
    );
    check(
        &journey("steps:\n  - wiat: 1d"),
        r#"
        journeys/j.yaml:4:5: unknown field `wiat`, expected one of id, wait, wait_until, wait_for, branch, split, experiment, message, set_trait, tag, repeat, webhook, task, tell_sales, end
        "#,
    );
    check(
        &journey("steps:\n  - message: {content: hello, channels: [email], vale: 3}"),
        r#"
        journeys/j.yaml:4:50: unknown field `vale`, expected one of content, channels, expires, value, class, otherwise
        "#,
    );
}

#[test]
fn a_missing_field() {
    check(
        "\n== audiences/a.yaml\naudience: a",
        r#"
        audiences/a.yaml:1:1: missing field `when`
        "#,
    );
    check(
        &journey("owner: me"),
        r#"
        journeys/j.yaml:3:1: missing field `steps`
        "#,
    );
}

#[test]
fn a_condition_that_cannot_be_read_has_its_place_in_the_file() {
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: 'dud(\"X\")'",
        r#"
        audiences/a.yaml:2:8: there is no function `dud`
        hint: did you mean `did`?
        "#,
    );
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: >\n  did(\"X\") and\n  dud(\"Y\")",
        r#"
        audiences/a.yaml:4:3: there is no function `dud`
        hint: did you mean `did`?
        "#,
    );
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: \"did(\\\"X\\\") and dud(\\\"Y\\\")\"",
        r#"
        audiences/a.yaml:2:23: there is no function `dud`
        hint: did you mean `did`?
        "#,
    );
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: |\n  did(\"X\")\n  and dud(\"Y\")",
        r#"
        audiences/a.yaml:4:7: there is no function `dud`
        hint: did you mean `did`?
        "#,
    );
    check(
        &journey("exit:\n  - when: trait(\"plan\" = 3\nsteps:\n  - wait: 1d"),
        r#"
        journeys/j.yaml:4:24: `=` is not known here
        hint: write `==`
        "#,
    );
    check(
        &journey("steps:\n  - branch:\n      - when: nonsense\n        steps: [{wait: 1d}]"),
        r#"
        journeys/j.yaml:5:15: `nonsense` is not known here
        hint: write `trait("nonsense")` for a trait or `property("nonsense")` for a property of the event; a text needs quotes
        "#,
    );
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: property(\"x\") == 1",
        r#"
        audiences/a.yaml:2:7: audience `a` reads a property of the event at hand
        hint: membership is not about one event: write did("…" where …)
        "#,
    );
    check(
        "\n== outcomes.yaml\n- outcome: o\n  event: Order\n  when: audience(\"nobody\")",
        r#"
        outcomes.yaml: there is no audience `nobody`
        hint: add audiences/nobody.yaml
        "#,
    );
    check(
        "\n== outcomes.yaml\n- outcome: o\n  event: Order\n  when: property(\"x\") >",
        r#"
        outcomes.yaml:3:24: the condition ends here, but something is missing
        hint: for example `did("Order Completed", last 30d)`
        "#,
    );
}

#[test]
fn lengths_shares_and_channels() {
    check(
        &journey("steps:\n  - wait: 3 days"),
        r#"
        journeys/j.yaml:4:11: `3 days` is not a length of time; write it like 30s, 10m, 2h, 7d or 4w
        "#,
    );
    check(
        &journey("steps:\n  - wait: 0s"),
        r#"
        journeys/j.yaml:4:5: step 0: the wait must be longer than nothing
        hint: write it like 10m, 2h or 7d
        "#,
    );
    check(
        &journey("steps:\n  - message: {content: hello, channels: [letter]}"),
        r#"
        journeys/j.yaml:4:42: unknown variant `letter`, expected one of email, push, onsite, social, sms, webhook
        "#,
    );
    check(
        &journey("steps:\n  - message: {content: hello, channels: []}"),
        r#"
        journeys/j.yaml:4:5: step 0: the message has no channels
        hint: list at least one, such as `channels: [email]`
        "#,
    );
    check(
        "\n== policy.yaml\ncaps: [{channels: letters, at_most: 1, per: 1d}]",
        r#"
        policy.yaml:1:19: `letters` is not a channel; the channels are email, push, onsite, social, sms, webhook
        "#,
    );
    check(
        "\n== policy.yaml\ncaps: [{channels: none, at_most: 1, per: 1d}]",
        r#"
        policy.yaml: a cap counts no channel
        hint: write `channels: any` for all
        "#,
    );
    check(
        "\n== policy.yaml\ncaps: [{channels: any, at_most: -1, per: 1d}]",
        r#"
        policy.yaml:1:33: invalid u32
        "#,
    );
    check(
        "\n== policy.yaml\npanel: {share: 110%, design: leverage, channels: [email, push]}",
        r#"
        policy.yaml:1:16: `110%` is not a share; write it like 10% or 0.1
        "#,
    );
}

#[test]
fn windows_shares_and_channels() {
    check(
        "\n== policy.yaml\npanel: {share: many, design: leverage, channels: [email, push]}",
        r#"
        policy.yaml:1:16: `many` is not a share; write it like 10% or 0.1
        "#,
    );
    check(
        "\n== policy.yaml\npanel: {share: 10%, design: leverage, channels: [email]}",
        r#"
        policy.yaml: this panel design needs at least 2 channels
        hint: name more channels, or choose `factorial`
        "#,
    );
    check(
        "\n== policy.yaml\npanel: {share: 10%, design: guess, channels: [email, push]}",
        r#"
        policy.yaml:1:29: unknown variant `guess`, expected one of factorial, leverage, pairs
        "#,
    );
    check(
        "\n== policy.yaml\nzone: Europe/Amsterdan",
        r#"
        policy.yaml: `Europe/Amsterdan` is not a known time zone
        hint: write a name such as Europe/Amsterdam
        "#,
    );
    check(
        "\n== policy.yaml\nquiet_hours: {from: \"21:00\", to: \"25:00\"}",
        r#"
        policy.yaml:1:14: `25:00` is not a time of day
        hint: write hours and minutes, from 00:00 to 24:00
        "#,
    );
    check(
        &journey("reentry: sometimes\nsteps:\n  - wait: 1d"),
        r#"
        journeys/j.yaml:3:10: `sometimes` is no re-entry rule; write never, always, or a length such as 30d
        "#,
    );
    check(
        &journey("steps:\n  - wait_for: {from: \"9\", to: \"12:00\"}"),
        r#"
        journeys/j.yaml:4:22: `9` is not a time of the day
        hint: write it like 09:00, from 00:00 to 23:59
        "#,
    );
}

#[test]
fn triggers() {
    let trigger =
        |it: &str| format!("\n== journeys/j.yaml\njourney: j\ntrigger: {it}\nsteps:\n  - wait: 1d");
    check(
        &trigger("{}"),
        r#"
        journeys/j.yaml:2:10: a trigger is one thing: an event or a conversation (with an optional `when`), an audience, a date, a schedule, or the api
        hint: write {event: NAME}, {enters: AUDIENCE}, {leaves: AUDIENCE}, {date: {trait: NAME}}, {schedule: {audience: NAME, every: day, at: "09:00"}}, {api: true} or {conversation: {kind: reply}}
        "#,
    );
    check(
        &trigger("{event: A, enters: b}"),
        r#"
        journeys/j.yaml:2:10: a trigger is one thing: an event or a conversation (with an optional `when`), an audience, a date, a schedule, or the api
        hint: write {event: NAME}, {enters: AUDIENCE}, {leaves: AUDIENCE}, {date: {trait: NAME}}, {schedule: {audience: NAME, every: day, at: "09:00"}}, {api: true} or {conversation: {kind: reply}}
        "#,
    );
    check(
        &trigger("{enters: b, when: did(\"X\")}"),
        r#"
        journeys/j.yaml:2:10: a trigger is one thing: an event or a conversation (with an optional `when`), an audience, a date, a schedule, or the api
        hint: write {event: NAME}, {enters: AUDIENCE}, {leaves: AUDIENCE}, {date: {trait: NAME}}, {schedule: {audience: NAME, every: day, at: "09:00"}}, {api: true} or {conversation: {kind: reply}}
        "#,
    );
    check(
        &trigger("{enters: nobody}"),
        r#"
        journeys/j.yaml: there is no audience `nobody`
        hint: add audiences/nobody.yaml
        "#,
    );
    check(
        &trigger("{event: \"\"}"),
        r#"
        journeys/j.yaml: trigger: the event has no name
        hint: name what begins a run
        "#,
    );
}

#[test]
fn steps() {
    check(
        &journey("steps: []"),
        r#"
        journeys/j.yaml: steps: the journey has no steps
        hint: add at least one
        "#,
    );
    check(
        &journey("steps:\n  - wait: 1d\n  - {}"),
        r#"
        journeys/j.yaml:5:5: a step does exactly one thing
        hint: one of wait, wait_until, wait_for, branch, split, experiment, message, set_trait, tag, repeat, webhook, task, tell_sales, end
        "#,
    );
    check(
        &journey("steps:\n  - {wait: 1d, end: true}"),
        r#"
        journeys/j.yaml:4:5: a step does exactly one thing
        hint: one of wait, wait_until, wait_for, branch, split, experiment, message, set_trait, tag, repeat, webhook, task, tell_sales, end
        "#,
    );
    check(
        &journey("steps:\n  - wait_until: {timeout: 1d}"),
        r#"
        journeys/j.yaml:4:5: `wait_until` waits for one event (with an optional `when`), one audience, or `any` of several
        hint: write {event: NAME, timeout: 3d}, {enters: AUDIENCE, timeout: 3d} or {leaves: AUDIENCE, timeout: 3d}
        "#,
    );
    check(
        &journey("steps:\n  - wait_until: {enters: a, when: did(\"X\"), timeout: 1d}"),
        r#"
        journeys/j.yaml:4:5: `wait_until` waits for one event (with an optional `when`), one audience, or `any` of several
        hint: write {event: NAME, timeout: 3d}, {enters: AUDIENCE, timeout: 3d} or {leaves: AUDIENCE, timeout: 3d}
        "#,
    );
    check(
        &journey("steps:\n  - branch: [{when: did(\"X\")}]"),
        r#"
        journeys/j.yaml:4:14: an arm of a branch has a condition with steps, or is the rest
        hint: write {when: …, steps: […]} or {otherwise: […]}
        "#,
    );
}

#[test]
fn more_steps() {
    check(
        &journey("steps:\n  - branch: [{otherwise: [{wait: 1d}], steps: []}]"),
        r#"
        journeys/j.yaml:4:14: an arm of a branch has a condition with steps, or is the rest
        hint: write {when: …, steps: […]} or {otherwise: […]}
        "#,
    );
    check(
        &journey("steps:\n  - split: {arms: {a: 50, b: 50}, steps: {c: [{wait: 1d}]}}"),
        r#"
        journeys/j.yaml:4:5: there is no arm `c`
        hint: give it a weight in `arms`
        "#,
    );
    check(
        &journey("steps:\n  - split: {arms: {a: 50}, steps: {a: [{wait: 1d}]}}"),
        r#"
        journeys/j.yaml:4:5: step 0: there are 1 arms; at least 2 must be
        hint: add arms, or remove the step
        "#,
    );
    check(
        &journey("steps:\n  - end: true\n  - wait: 1d"),
        r#"
        journeys/j.yaml:5:5: step 1: no run can get here, since all ways before it end
        hint: remove the step, or the `end` before it
        "#,
    );
    check(
        &journey("steps:\n  - {id: x, wait: 1d}\n  - {id: x, wait: 1d}"),
        r#"
        journeys/j.yaml:5:5: step x: another step has the same id
        hint: ids are unique within a journey
        "#,
    );
}

#[test]
fn names_that_stand_twice() {
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: did(\"X\")\n== audiences/b.yaml\naudience: a\nwhen: did(\"Y\")",
        r#"
        audiences/b.yaml: the audience `a` stands in audiences/a.yaml too
        hint: names are unique
        "#,
    );
    check(
        "\n== topics.yaml\n- topic: news\n- topic: news",
        r#"
        topics.yaml: the topic `news` stands in topics.yaml too
        hint: names are unique
        "#,
    );
    check(
        "\n== outcomes.yaml\n- {outcome: o, event: A}\n- {outcome: o, event: B}",
        r#"
        outcomes.yaml: the outcome `o` stands in outcomes.yaml too
        hint: names are unique
        "#,
    );
    check(
        &format!(
            "{HELLO}\n== content/hello-again.md\n---\ncontent: hello\ntopic: news\nsummary: Hello\n---\nHello."
        ),
        r#"
        content/hello.md: the content `hello` stands in content/hello-again.md too
        hint: names are unique
        "#,
    );
}

#[test]
fn names_that_nothing_has() {
    check(
        &journey("steps:\n  - message: {content: goodbye, channels: [email]}"),
        r#"
        journeys/j.yaml: there is no content `goodbye`
        hint: add content/goodbye.md
        "#,
    );
    check(
        &journey("exit:\n  - when: audience(\"nobody\")\nsteps:\n  - wait: 1d"),
        r#"
        journeys/j.yaml: there is no audience `nobody`
        hint: add audiences/nobody.yaml
        "#,
    );
    check(
        &journey("steps:\n  - wait_until: {enters: nobody, timeout: 1d}"),
        r#"
        journeys/j.yaml: there is no audience `nobody`
        hint: add audiences/nobody.yaml
        "#,
    );
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: audience(\"b\")",
        r#"
        audiences/a.yaml:2:7: there is no audience `b`
        hint: add audiences/b.yaml
        "#,
    );
    check(
        "\n== broadcasts/b.yaml\n{broadcast: b, audience: nobody, content: nothing, channels: [email]}",
        r#"
        broadcasts/b.yaml: there is no audience `nobody`
        hint: add audiences/nobody.yaml
        broadcasts/b.yaml: there is no content `nothing`
        hint: add content/nothing.md
        "#,
    );
    check(
        &format!("{HELLO}\n== topics.yaml\n- topic: offers"),
        r#"
        content/hello.md: there is no topic `news`
        hint: add it to topics.yaml
        "#,
    );
}

#[test]
fn a_sync_that_leads_nowhere() {
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: did(\"X\")\nsync: {url: crm.example}",
        "
        audiences/a.yaml:3:13: there is no https:// or http:// in the url of the webhook
        hint: write it like https://crm.example/hooks/fulcrum
        ",
    );
}

#[test]
fn audiences_in_a_circle() {
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: audience(\"b\")\n== audiences/b.yaml\naudience: b\nwhen: audience(\"a\")",
        r#"
        audiences/a.yaml:2:7: audiences refer to each other in a circle: a → b → a
        hint: state the condition of one of them in full
        "#,
    );
}

#[test]
fn posts() {
    let post = |rest: &str| format!("{HELLO}\n== posts/p.yaml\npost: p\ncontent: hello\n{rest}");
    check(
        &post("networks: [x, x]"),
        r#"
        posts/p.yaml: the post names x twice
        hint: name each network once
        "#,
    );
    check(
        &post("networks: []"),
        r#"
        posts/p.yaml: the post names no network
        hint: write for example `networks: [bluesky, mastodon]`
        "#,
    );
    check(
        &post("networks: [x]\nat: soon"),
        r#"
        posts/p.yaml:4:5: `soon` is not a time; write it like 2026-11-22T09:00:00Z
        hint: write 2026-11-27T09:00:00Z, 2026-11-27T09:00 for the zone of policy.yaml, or queue
        "#,
    );
    check(
        &post("networks: [x]\nat: queue"),
        r#"
        posts/p.yaml: the queue has no places
        hint: add them to policy.yaml: `post_slots: [mon 09:00, thu 16:30]`
        "#,
    );
    check(
        "\n== policy.yaml\npost_slots: [mon 09:00, monday 9]",
        r#"
        policy.yaml:1:25: `monday 9` is not a place in a week
        hint: write it like `mon 09:00`
        "#,
    );
}

#[test]
fn seeds() {
    check(
        "\n== policy.yaml\nseeds: office",
        r#"
        policy.yaml: there is no audience `office`
        hint: add audiences/office.yaml
        "#,
    );
}

#[test]
fn broadcasts() {
    let all = "\n== audiences/all.yaml\naudience: all\nwhen: not did(\"Never\")";
    let broadcast = |rest: &str| {
        format!(
            "{HELLO}{all}\n== broadcasts/b.yaml\nbroadcast: b\naudience: all\ncontent: hello\n{rest}"
        )
    };
    check(
        &broadcast("channels: [email, email]"),
        r#"
        broadcasts/b.yaml: the broadcast has the channel `email` twice
        hint: list each channel once, the preferred one first
        "#,
    );
    check(
        &broadcast("channels: [email]\nat: tomorrow"),
        r#"
        broadcasts/b.yaml:5:5: `tomorrow` is not a time; write it like 2026-11-22T09:00:00Z
        hint: write 2026-11-27T09:00:00Z, or 2026-11-27T09:00 for each person's own clock
        "#,
    );
    check(
        &broadcast("channels: [email]\nrate: {at_most: 0, per: 1m}"),
        r#"
        broadcasts/b.yaml: the broadcast: `rate` lets nobody through
        hint: write for example `rate: {at_most: 1000, per: 1m}`
        "#,
    );
    check(
        &broadcast("channels: [email]\nvalue: -1"),
        r#"
        broadcasts/b.yaml: the broadcast has the value -1
        hint: write what a response is worth, 0 or more
        "#,
    );
}

#[test]
fn contents() {
    check(
        "\n== content/a.md\ncontent: a",
        r#"
        content/a.md:1:1: a content begins with a line `---`, front matter, and `---`
        "#,
    );
    check(
        "\n== content/a.md\n---\ncontent: a\nsummary: x",
        r#"
        content/a.md:1:1: a content begins with a line `---`, front matter, and `---`
        "#,
    );
    check(
        "\n== content/a.md\n---\ntopic: news\nsummary: x\n---\nx",
        r#"
        content/a.md: the content has no name
        hint: begin the front matter with `content: NAME`
        "#,
    );
    check(
        "\n== content/a.md\n---\ncontent: a\ntopic: news\nsumary: x\n---\nx",
        r#"
        content/a.md:4:1: unknown field `sumary`, expected one of content, topic, purpose, class, digest, locale, summary, image, images, action, tags, hashtags, forms, layout, locales
        "#,
    );
    check(
        "\n== content/a.md\n---\ncontent: a\ntopic: news\nsummary: x\n---\nHello {{ person.name",
        r#"
        content/a.md:6:7: `}}` is missing
        "#,
    );
    check(
        "\n== content/a.md\n---\ncontent: a\nsummary: x\n---\nx",
        r#"
        content/a.md: marketing needs a topic
        hint: people subscribe to topics: write `topic: NAME`
        "#,
    );
    check(
        "\n== content/a.md\n---\ncontent: a\ntopic: news\nsummary: x\n---\nOne.\n\nTODO write more",
        r#"
        content/a.md:8:1: `TODO` is still in the text
        "#,
    );
}

#[test]
fn layouts() {
    let with = |head: &str, body: &str| {
        format!(
            "\n== content/a.md\n---\ncontent: a\ntopic: news\nsummary: x\n{head}\n---\nOne.\n\
             == layouts/main.mjml\n<mjml>\n<mj-body>\n{body}\n</mj-body>\n</mjml>"
        )
    };
    check(
        &with("layout: mian", "<mj-raw>{{ content }}</mj-raw>"),
        r#"
        content/a.md: there is no layout `mian`
        hint: add layouts/mian.mjml
        "#,
    );
    check(
        &with("layout: main", "<mj-raw>{{ content }}</mj-raw>"),
        r#"
        content/a.md: nobody can unsubscribe in the layout `main`
        hint: write {{ footer }} or {{ unsubscribe }} in it
        "#,
    );
    check(
        &with("", "<mj-row>{{ contents }}</mj-row>"),
        r#"
        layouts/main.mjml:3:1: there is no element `mj-row`
        hint: the elements are those of MJML
        layouts/main.mjml:3:9: there is no slot `contents` in a layout
        hint: there are content, image, action, footer, open, preheader, subject, brand.name, address, unsubscribe, preferences, why
        "#,
    );
    check(
        "\n== layouts/main.html\n<p>",
        r#"
        layouts/main.html: a layout is named after what it is for
        hint: name it like layouts/news.mjml
        "#,
    );
}

#[test]
fn languages_of_a_content() {
    let with = |locales: &str, files: &str| {
        format!(
            "\n== content/a.md\n---\ncontent: a\ntopic: news\nsummary: x\n{locales}\n---\nOne.{files}"
        )
    };
    let nl = |text: &str| with("locales: {nl: a.nl.md}", &format!("\n== content/a.nl.md\n{text}"));
    check(
        &with("locales:\n  nl: a.nl.md", ""),
        r#"
        content/a.md:6:7: there is no file content/a.nl.md
        hint: write it, or take `nl` out of `locales`
        "#,
    );
    check(
        &with(
            "locales: {\"not a language\": a.nl.md}",
            "\n== content/a.nl.md\n---\nsummary: y\n---\n",
        ),
        r#"
        content/a.md: `not a language` is no language
        hint: write it like nl or pt-BR
        "#,
    );
    check(
        &nl("---\nsummary: y\ntopic: nieuws\n---\n"),
        r#"
        content/a.nl.md:3:1: unknown field `topic`, expected one of summary, image, images, action, hashtags, forms
        "#,
    );
    check(
        &nl("---\nsummary: y\n---\nEen.\n\nHallo {{ person.name"),
        r#"
        content/a.nl.md:6:7: `}}` is missing
        "#,
    );
    check(
        &nl("---\naction: {label: Ga, url: winkel}\n---\nEen.\nTODO"),
        r#"
        content/a.nl.md: the action's url `winkel` is not a web address
        hint: begin it with https://
        content/a.nl.md:5:1: `TODO` is still in the text
        "#,
    );
    // Nobody names it, so it is a document without a name.
    check(
        "\n== content/a.nl.md\n---\ntopic: news\nsummary: y\n---\n",
        r#"
        content/a.nl.md: the content has no name
        hint: begin the front matter with `content: NAME`
        "#,
    );
}

#[test]
fn all_problems_are_told_and_not_only_the_first() {
    check(
        "\n== audiences/a.yaml\naudience: a\nwhen: dud(\"X\")\n== audiences/b.yaml\naudience: b\nwhen: dud(\"X\")",
        r#"
        audiences/a.yaml:2:7: there is no function `dud`
        hint: did you mean `did`?
        audiences/b.yaml:2:7: there is no function `dud`
        hint: did you mean `did`?
        "#,
    );
}

#[test]
fn words_of_a_language() {
    check(
        "\n== words/fr.yaml\nchoices.save: Enregistrer\nchoices.sav: x\n\nchoices.paused_until: \"{when}\"\n== words/french.yaml\nchoices.save: x\n== words/f.yaml\na: b",
        r#"
        words/f.yaml: the file is not named after a language
        hint: name it like words/fr.yaml or words/pt-br.yaml
        words/fr.yaml:2:14: there is no text `choices.sav`
        hint: did you mean `choices.save`? All keys are in docs/words.md
        words/fr.yaml:4:23: there is no value {when} in `choices.paused_until`
        hint: this text has {date}
        words/french.yaml: the file is not named after a language
        hint: name it like words/fr.yaml or words/pt-br.yaml
        "#,
    );
}

#[test]
fn events_that_are_kept_for_less_than_a_day() {
    check(
        "\n== policy.yaml\nkeep: {events: 400d, \"Page Viewed\": 3h}",
        r#"
        policy.yaml:1:37: `Page Viewed` is kept for less than 1d
        hint: a day is the shortest that can be promised
        "#,
    );
}
