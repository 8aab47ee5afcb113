//! `diff`, `apply` and `pull` against a running server and against the data alone.

use crate::load::Shop;
use crate::process::{Ran, Served, fulcrum, until};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;

/// A command with the directory of a programme, asking the server.
fn ask(shop: &Shop, server: &Served, command: &str, dir: &Path, more: &[&str]) -> Ran {
    let (config, dir) = (shop.config().display().to_string(), dir.display().to_string());
    let mut all = vec!["--config", &config, command, &dir];
    all.extend(["--server", &server.address, "--token", &shop.token]);
    all.extend(more);
    fulcrum(&all)
}

/// A server on which the programme of the shop's files runs.
fn serve(shop: &Shop) -> Served {
    let server = shop.serve();
    let url = format!("http://{}/api/v1/programme", server.address);
    let runs = || crate::load::get(&url, &shop.token).filter(|it| it["version"] != 0);
    until("the programme", || runs().map(drop));
    server
}

/// What a form in the app does.
fn put_form(shop: &Shop, server: &Served, path: &str, form: &Value) -> u16 {
    let url = format!("http://{}/api/v1/programme/files/{path}", server.address);
    let config = ureq::Agent::config_builder().http_status_as_error(false);
    let agent: ureq::Agent = config.build().into();
    let request = agent.put(url).header("authorization", format!("Bearer {}", shop.token));
    let body = json!({ "form": form }).to_string();
    let answer = request.header("content-type", "application/json").send(body);
    answer.expect("an answer").status().as_u16()
}

fn write(path: &Path, text: &str) {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    std::fs::write(path, text).expect("a file");
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("a file")
}

const BUYERS: &str = "# Whoever bought, ever.\naudience:   buyers\nwhen: did('Order Completed')\n";

#[test]
fn files_and_app_change_one_programme_and_nothing_is_lost() {
    let shop = Shop::new();
    let server = serve(&shop);
    let program = shop.dir.path().join("program");
    let said = ask(&shop, &server, "diff", &program, &[]);
    let same = (0, "version 1 runs; no difference\n");
    assert_eq!((said.code, said.out.as_str()), same, "{}", said.err);
    // Another text, and yet the same.
    write(&program.join("audiences/buyers.yaml"), BUYERS);
    let said = ask(&shop, &server, "diff", &program, &[]);
    let expected = "version 1 runs; no difference but in comments or layout\n";
    assert_eq!((said.code, said.out.as_str()), (0, expected), "{}", said.err);
    let unasked = ask(&shop, &server, "apply", &program, &[]);
    assert_eq!(unasked.code, 2, "without a terminal it does not guess: {}", unasked.out);
    let applied = ask(&shop, &server, "apply", &program, &["--yes", "--by", "ada"]);
    assert_eq!(applied.code, 0, "{}", applied.err);
    assert!(applied.out.ends_with("version 2 of the programme runs\n"), "{}", applied.out);

    let form = json!({"audience": "pro", "when": "trait('plan') == 'pro'"});
    assert_eq!(put_form(&shop, &server, "audiences/pro.yaml", &form), 200);
    let said = ask(&shop, &server, "diff", &program, &[]);
    assert_eq!(said.code, 1, "{}", said.err);
    let expected = "version 3 runs; 1 difference\n\n- audience pro\n\nwhat it does\n  \
                    audience pro: 0 people now; 0 would enter, 0 would leave\n  \
                    whoever enters or leaves by this change begins no journey by it\n";
    assert_eq!(said.out, expected);

    let pulled = shop.dir.path().join("pulled");
    let said = ask(&shop, &server, "pull", &pulled, &[]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.ends_with("8 written, 0 removed, 0 as they were\n"), "{}", said.out);
    assert_eq!(text(&pulled.join("program/audiences/buyers.yaml")), BUYERS, "to the byte");
    let made = text(&pulled.join("program/audiences/pro.yaml"));
    assert_eq!(made, "audience: pro\nwhen: trait(\"plan\") == \"pro\"\n");
    assert_eq!(fulcrum(&["check", &pulled.display().to_string()]).code, 0);
    assert!(server.stop().success());
    // The data alone say the same, without a token.
    let (config, pulled) = (shop.config().display().to_string(), pulled.display().to_string());
    let said = fulcrum(&["--config", &config, "diff", &pulled]);
    assert_eq!((said.code, said.out.as_str()), (0, "version 3 runs; no difference\n"));
    // The files that the server starts with know nothing of the app's audience, and leave it alone.
    let server = serve(&shop);
    let told = server.said.iter().any(|it| it.ends_with("has changed audiences/pro.yaml"));
    assert!(told, "{:?}", server.said);
    let said = ask(&shop, &server, "diff", pulled.as_ref(), &[]);
    assert_eq!((said.code, said.out.as_str()), (0, "version 3 runs; no difference\n"));
}

/// What would be sent is looked at first, everywhere in the same words; a script goes on as before
/// unless it asks for more.
#[test]
fn what_does_not_agree_is_said_before_it_is_applied() {
    let shop = Shop::new();
    let server = serve(&shop);
    let program = shop.dir.path().join("program");
    let hello = program.join("content/hello.md");
    write(&hello, &text(&hello).replace("good to have you.", "[see](http://localhost/x)."));
    let at = program.display().to_string();
    let checked = fulcrum(&["check", &at]);
    let said = checked.err.lines().find(|it| it.contains("localhost")).expect("a finding");
    assert!(said.starts_with("problem: ") && said.contains(", line 8: "), "{said}");
    assert_eq!((checked.code, fulcrum(&["check", &at, "--strict"]).code), (0, 2));
    let compared = ask(&shop, &server, "diff", &program, &[]);
    assert!(
        compared.out.contains(&format!("\nwhat to look at first\n  {said}\n")),
        "{}",
        compared.out
    );
    let refused = ask(&shop, &server, "apply", &program, &["--yes", "--strict"]);
    assert_eq!(refused.code, 2, "{}", refused.out);
    assert!(
        refused.err.contains("nothing was applied: the programme comes with"),
        "{}",
        refused.err
    );
    let applied = ask(&shop, &server, "apply", &program, &["--yes"]);
    assert_eq!(applied.code, 0, "{}", applied.err);
    assert!(applied.out.contains(said), "{}", applied.out);
    // It runs so now: what comes next only counts it.
    write(
        &program.join("brand.yaml"),
        &format!("{}# ours\n", text(&program.join("brand.yaml")).replace("Shop", "Store")),
    );
    let compared = ask(&shop, &server, "diff", &program, &[]);
    assert!(!compared.out.contains(said), "{}", compared.out);
    assert!(
        compared.out.contains("that what runs has too; see `fulcrum check`\n"),
        "{}",
        compared.out
    );
}

/// A site on this machine, of which each path says what it answers.
fn site() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream);
            let mut head = String::new();
            while reader.read_line(&mut head).is_ok_and(|it| 2 < it) {}
            let path = head.split_whitespace().nth(1).unwrap_or_default().to_owned();
            let (status, more) = match path.as_str() {
                "/there" => (200, String::new()),
                "/only-get" if head.starts_with("GET") => (200, String::new()),
                "/only-get" => (405, String::new()),
                "/moved" => (301, "Location: there\r\n".to_owned()),
                "/round" => (302, "Location: /round\r\n".to_owned()),
                "/inside" => (302, "Location: http://10.1.2.3/\r\n".to_owned()),
                "/closed" => (403, String::new()),
                _ => (404, String::new()),
            };
            let answer = format!("HTTP/1.1 {status} Said\r\n{more}Content-Length: 0\r\n\r\n");
            // Whoever asked may be gone.
            let _ = reader.into_inner().write_all(answer.as_bytes());
        }
    });
    address
}

#[test]
fn links_are_asked_and_dead_ones_named_with_their_line() {
    let shop = Shop::new();
    let program = shop.dir.path().join("program");
    let site = site();
    let hello = program.join("content/hello.md");
    let paths = ["there", "only-get", "moved", "gone", "round", "inside", "closed"];
    let links = paths.map(|it| format!("[{it}](http://{site}/{it})\n")).join("\n");
    write(&hello, &text(&hello).replace("Hello, good to have you.", &links));
    let at = program.display().to_string();
    let ran = fulcrum(&["check", &at, "--links", "--allow", "127.0.0.1", "--strict"]);
    assert_eq!(ran.code, 2, "{}", ran.err);
    let said: Vec<String> = ran
        .err
        .lines()
        .filter(|it| it.contains("content/hello.md"))
        .map(|it| it.replace(&format!("http://{site}"), ""))
        .collect();
    assert_eq!(
        said,
        [
            "problem: content/hello.md:14: `/gone` is dead: answers 404",
            "problem: content/hello.md:16: `/round` is dead: it redirects more than 5 times",
            "hint: content/hello.md:18: `/inside` could not be asked: only https is called; --allow names a host that may be asked",
            "hint: content/hello.md:20: `/closed` could not be asked: answers 403 to a program",
        ]
    );
    let unasked = fulcrum(&["check", &at, "--links"]);
    assert_eq!(unasked.code, 0, "{}", unasked.err);
    let refused = unasked.err.matches("could not be asked: only https is called").count();
    assert_eq!(refused, paths.len(), "{}", unasked.err);
}

#[test]
fn pull_does_not_write_over_what_was_never_applied() {
    let shop = Shop::new();
    let server = serve(&shop);
    let program = shop.dir.path().join("program");
    let form = json!({"audience": "buyers", "when": "did('Order Completed', last 30d)"});
    let path = "audiences/buyers.yaml";
    let listed = format!("http://{}/api/v1/programme/files/{path}", server.address);
    let file = crate::load::get(&listed, &shop.token).expect("the file");
    assert_eq!(put_form(&shop, &server, path, &form), 428, "it was not looked at");
    let changes = json!({ path: "audience: buyers\nwhen: did('Order Completed', last 30d)\n" });
    assert!(file["etag"].as_str().is_some_and(|it| it.len() == 32), "{file}");
    let url = |path: &str| format!("http://{}/api/v1/programme{path}", server.address);
    let post = |path: &str, body: Value| -> Value {
        let agent = ureq::Agent::new_with_defaults();
        let request =
            agent.post(url(path)).header("authorization", format!("Bearer {}", shop.token));
        let answer = request.header("content-type", "application/json").send(body.to_string());
        let text = answer.expect("taken").body_mut().read_to_string().expect("text");
        serde_json::from_str(&text).expect("JSON")
    };
    let plan = post("/plan", json!({ "changes": changes }));
    post("", json!({ "changes": changes, "plan": plan["id"] }));

    write(
        &program.join("content/mine.md"),
        "---\ncontent: mine\ntopic: news\nsummary: Mine\n---\n\n",
    );
    write(&program.join("brand.yaml"), "name: Mine\n");
    let said = ask(&shop, &server, "pull", &program, &[]);
    assert_eq!(said.code, 1, "{}", said.out);
    assert!(said.err.contains("changed here and never applied: brand.yaml"), "{}", said.err);
    assert!(text(&program.join(path)).contains("did(\"Order Completed\")"), "nothing was written");
    let said = ask(&shop, &server, "pull", &program, &["--force"]);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.starts_with("+ audiences/buyers.yaml\n+ brand.yaml\n"), "{}", said.out);
    assert!(said.err.contains("content/mine.md was never applied; it stays"), "{}", said.err);
    assert!(text(&program.join("brand.yaml")).starts_with("name: Shop\n"));
    let said = ask(&shop, &server, "diff", &program, &["--format", "json"]);
    let plan: Value = serde_json::from_str(&said.out).expect("JSON");
    assert_eq!((said.code, &plan["differences"][0]["name"]), (1, &json!("mine")));
}

/// Every template as its users meet it: written, sound, and played with its own script.
#[test]
fn templates_are_written_checked_and_played() {
    let dir = tempfile::tempdir().expect("a folder");
    let listed = fulcrum(&["init", "--list"]);
    let names: Vec<&str> =
        listed.out.lines().filter_map(|it| it.split_whitespace().next()).collect();
    assert_eq!(names.len(), 7, "{}", listed.out);
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    for name in names {
        let shop = dir.path().join(name).display().to_string();
        let wrote = fulcrum(&["init", &shop, "--template", name]);
        assert_eq!(wrote.code, 0, "{}", wrote.err);
        assert_eq!(fulcrum(&["check", &shop]).code, 0, "{name}");
        let script = scenarios.join(name).join("script.txt").display().to_string();
        let played = fulcrum(&["simulate", "--program", &shop, "--events", &script]);
        let expected = text(&scenarios.join(name).join("expected.txt"));
        assert_eq!(played.out, expected, "{name}: {}", played.err);
    }
    let none = fulcrum(&["init", &dir.path().join("x").display().to_string(), "--template", "x"]);
    assert_eq!(none.code, 2);
    assert!(none.err.contains("hint: one of welcome, abandoned-cart"), "{}", none.err);
}

#[test]
fn a_template_joins_a_programme_and_takes_nothing_from_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let shop = dir.path().join("shop");
    let at = shop.display().to_string();
    assert_eq!(fulcrum(&["init", &at, "--template", "welcome"]).code, 0);
    let brand = "# ours\nname: Ours\nbase_url: https://ours.example\n";
    write(&shop.join("program/brand.yaml"), brand);
    let added = fulcrum(&["template", "add", "abandoned-cart", &at]);
    assert_eq!(added.code, 0, "{}", added.err);
    assert!(added.out.contains("+ journeys/abandoned-cart.yaml\n"), "{}", added.out);
    assert_eq!(text(&shop.join("program/brand.yaml")), brand);
    let topics = text(&shop.join("program/topics.yaml"));
    assert!(
        topics.contains("- topic: rides\n") && topics.contains("- topic: my cart\n"),
        "{topics}"
    );
    assert_eq!(fulcrum(&["check", &at]).code, 0);
    // A second time there is nothing to add.
    let again = fulcrum(&["template", "add", "abandoned-cart", &at]);
    assert_eq!((again.code, again.out.as_str()), (0, ""), "{}", again.err);
    write(&shop.join("program/journeys/abandoned-cart.yaml"), "# mine\n");
    let taken = fulcrum(&["template", "add", "abandoned-cart", &at]);
    assert_eq!(taken.code, 2);
    assert!(taken.err.contains("there already: journeys/abandoned-cart.yaml"), "{}", taken.err);
}

#[test]
fn a_play_is_bounded_by_times_and_names_what_it_cannot_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let shop = dir.path().join("shop").display().to_string();
    assert_eq!(fulcrum(&["init", &shop, "--template", "welcome"]).code, 0);
    let script = dir.path().join("script.txt");
    let scenarios = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../scenarios");
    let whole = text(&scenarios.join("welcome/script.txt"));
    write(&script, &whole);
    let path = script.display().to_string();
    let play = |more: &[&str]| {
        let mut all = vec!["simulate", "--program", &shop, "--events", &path, "--format", "json"];
        all.extend(more);
        let ran = fulcrum(&all);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let played: Value = serde_json::from_str(&ran.out).expect("JSON");
        let all = played["decisions"].as_array().expect("a list").iter();
        all.map(|it| it["person"].as_str().expect("text").to_owned()).collect::<Vec<_>>()
    };
    let bounds = ["--from", "2026-03-02T12:00:00Z", "--to", "2026-03-04"];
    assert_eq!(play(&bounds), ["dee"]);
    write(&script, "2026-03-02T09:00 ada\n");
    let broken = fulcrum(&["simulate", "--program", &shop, "--events", &path]);
    assert_eq!(broken.code, 2);
    assert!(
        broken.err.contains("script.txt:1:1: a line is a time, a person and an event"),
        "{}",
        broken.err
    );
}

/// The server plays what it has as the command plays a copy of it.
#[test]
fn a_play_over_a_server_is_the_one_over_its_data() {
    let shop = Shop::new();
    let server = serve(&shop);
    let people = Value::Array((0..12).flat_map(crate::load::person).collect());
    assert!(crate::load::post(&server.address, &shop.write_key, &people));
    let events = 12 * crate::load::EVENTS_PER_PERSON;
    until("the events", || {
        (shop.today(&server.address)?["engine"]["events"] == events).then_some(())
    });
    let to = jiff::Timestamp::now();
    let (from, to) = ((to - jiff::SignedDuration::from_hours(24)).to_string(), to.to_string());
    let (config, program) = (shop.config().display().to_string(), shop.dir.path().join("program"));
    let program = program.display().to_string();
    let play = |more: &[&str]| {
        let mut all = vec!["--config", &config, "simulate", "--program", &program, "--history"];
        all.extend(["--from", &from, "--to", &to, "--format", "json"]);
        all.extend(more);
        let ran = fulcrum(&all);
        assert_eq!(ran.code, 0, "{}", ran.err);
        let mut found: Value = serde_json::from_str(&ran.out).expect("JSON");
        for name in ["replay", "against"] {
            found[name].as_object_mut().map(|it| it.remove("decisions"));
        }
        found
    };
    let own = play(&[]);
    let there = play(&["--server", &server.address, "--token", &shop.token]);
    assert_eq!(own["replay"], there["replay"]);
    assert_eq!(own["replay"]["facts"], events);
    assert_eq!(there["against"], there["replay"], "the same programme runs");
    assert!(own["replay"]["messages"][0]["asked"].as_u64().is_some_and(|it| 0 < it), "{own}");
}

#[test]
fn a_token_that_begins_with_a_hyphen_is_taken_for_an_option() {
    let shop = Shop::new();
    let server = shop.serve();
    let config = shop.config().display().to_string();
    let dir = shop.dir.path().join("program").display().to_string();
    let asked = ["--config", &config, "diff", &dir, "--server", &server.address, "--token", "-o"];
    let said = fulcrum(&asked);
    assert!(said.err.contains("the server does not know this token"), "{}", said.err);
}

#[test]
fn schemas_are_listed_printed_and_written() {
    let dir = tempfile::tempdir().expect("a folder");
    let listed = fulcrum(&["schema"]);
    assert!(listed.out.contains("journey     journeys/*.yaml\n"), "{}", listed.out);
    let printed = fulcrum(&["schema", "journey"]);
    let schema: Value = serde_json::from_str(&printed.out).expect("JSON");
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let to = dir.path().join("schema");
    let wrote = fulcrum(&["schema", "--dir", &to.display().to_string()]);
    assert!(wrote.out.starts_with("wrote 13 schemas to "), "{}", wrote.out);
    assert_eq!(text(&to.join("journey.json")), printed.out);
    assert_eq!(fulcrum(&["schema", "fax"]).code, 2);
}
