//! `diff`, `apply` and `pull` against a running server and against the data alone.

use crate::load::Shop;
use crate::process::{Ran, Served, fulcrum};
use serde_json::{Value, json};
use std::path::Path;

/// A command with the directory of a programme, asking the server.
fn ask(shop: &Shop, server: &Served, command: &str, dir: &Path, more: &[&str]) -> Ran {
    let (config, dir) = (shop.config().display().to_string(), dir.display().to_string());
    let mut all = vec!["--config", &config, command, &dir];
    all.extend(["--server", &server.address, "--token", &shop.token]);
    all.extend(more);
    fulcrum(&all)
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
    let server = shop.serve();
    let program = shop.dir.path().join("program");
    let said = ask(&shop, &server, "diff", &program, &[]);
    assert_eq!((said.code, said.out.as_str()), (0, "version 1 runs; no difference\n"));
    // Another text, and yet the same.
    write(&program.join("audiences/buyers.yaml"), BUYERS);
    let said = ask(&shop, &server, "diff", &program, &[]);
    let expected = "version 1 runs; no difference but in comments or layout\n";
    assert_eq!((said.code, said.out.as_str()), (0, expected));
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
}

#[test]
fn pull_does_not_write_over_what_was_never_applied() {
    let shop = Shop::new();
    let server = shop.serve();
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
