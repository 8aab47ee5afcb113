//! An installation with a mail server, and events that are sent to it until they are acknowledged.

use crate::process::{Served, succeed};
use channels::smtp::sink::{Script, Sink};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

pub struct Shop {
    pub dir: tempfile::TempDir,
    pub sink: Sink,
    pub write_key: String,
    pub token: String,
}

const PROGRAMME: [(&str, &str); 7] = [
    (
        "brand.yaml",
        "name: Shop\npostal_address: Shop, Canal Street 12, Utrecht\n\
         base_url: \"http://127.0.0.1:7411\"\nfrom_name: Shop\nfrom_address: hello@shop.example\n",
    ),
    // Candidates wait one millisecond for each other, so that messages follow events at once.
    ("policy.yaml", "window: 1ms\nzone: Europe/Amsterdam\nconsent: []\n"),
    ("topics.yaml", "- topic: news\n  description: What is new\n"),
    (
        "journeys/welcome.yaml",
        "journey: welcome\nowner: crm@shop.example\ntrigger: {event: \"Signed Up\"}\nreentry: never\n\
         steps:\n  - message: {content: hello, channels: [email], expires: 1d, value: 1.0}\n",
    ),
    (
        "journeys/thanks.yaml",
        "journey: thanks\nowner: crm@shop.example\ntrigger: {event: \"Order Completed\"}\n\
         key: order_id\nreentry: never\nsteps:\n  \
         - message: {content: hello, channels: [email], expires: 1d, value: 1.0, class: service}\n",
    ),
    (
        "content/hello.md",
        "---\ncontent: hello\ntopic: news\nsummary: Hello\nforms:\n  \
         email: {subject: Hello, preheader: Good to have you}\n---\nHello, good to have you.\n",
    ),
    ("audiences/buyers.yaml", "audience: buyers\nwhen: did(\"Order Completed\")\n"),
];

impl Shop {
    pub fn new() -> Shop {
        Shop::with(&[])
    }

    /// With these files beside the programme's own.
    pub fn with(more: &[(&str, &str)]) -> Shop {
        let dir = tempfile::tempdir().expect("a folder");
        let sink = Sink::start(Script::default()).expect("a sink");
        for (name, text) in PROGRAMME.iter().chain(more) {
            let path = dir.path().join("program").join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, text).expect("a file");
        }
        let settings = format!(
            "data = \"data\"\nprogram = \"program\"\n\
             [smtp]\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n",
            sink.address().port()
        );
        std::fs::write(dir.path().join("fulcrum.toml"), settings).expect("a file");
        let mut shop = Shop { dir, sink, write_key: String::new(), token: String::new() };
        shop.write_key = shop.run(&["source", "create", "Web shop"]).trim().to_owned();
        shop.token = shop.run(&["token", "create"]).trim().to_owned();
        shop
    }

    pub fn data(&self) -> PathBuf {
        self.dir.path().join("data")
    }

    pub fn config(&self) -> PathBuf {
        self.dir.path().join("fulcrum.toml")
    }

    /// A command on this installation that must succeed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let config = self.config().display().to_string();
        let all: Vec<&str> =
            ["--config", &config].into_iter().chain(arguments.iter().copied()).collect();
        succeed(&all)
    }

    pub fn serve(&self) -> Served {
        self.serve_on(&self.data())
    }

    pub fn serve_on(&self, data: &Path) -> Served {
        Served::start(data, &self.config())
    }

    pub fn today(&self, address: &str) -> Option<Value> {
        get(&format!("http://{address}/api/v1/today"), &self.token)
    }
}

fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(30)))
        .http_status_as_error(false);
    config.build().into()
}

pub fn get(url: &str, token: &str) -> Option<Value> {
    let answer = agent().get(url).header("authorization", format!("Bearer {token}")).call();
    let mut answer = answer.ok().filter(|it| it.status().as_u16() == 200)?;
    serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()
}

/// What the API answers to JSON, if it takes it.
pub fn ask(url: &str, token: &str, body: &Value) -> Option<Value> {
    let asked = agent().post(url).header("authorization", format!("Bearer {token}"));
    let answer = asked.header("content-type", "application/json").send(body.to_string());
    let mut answer = answer.ok().filter(|it| it.status().is_success())?;
    serde_json::from_str(&answer.body_mut().read_to_string().ok()?).ok()
}

/// Whether the batch was acknowledged.
pub fn post(address: &str, write_key: &str, batch: &Value) -> bool {
    let body = json!({ "writeKey": write_key, "batch": batch }).to_string();
    let url = format!("http://{address}/v1/batch");
    let answer = agent().post(url).header("content-type", "application/json").send(body);
    answer.is_ok_and(|it| it.status().as_u16() == 200)
}

/// The `n`-th person signs up and orders twice: three events, each with a fixed id.
pub fn person(n: usize) -> Vec<Value> {
    let user = format!("u{n}");
    let order = |i: usize| {
        json!({
            "type": "track", "event": "Order Completed", "userId": user,
            "messageId": format!("order-{n}-{i}"),
            "properties": { "order_id": format!("o{n}-{i}"), "revenue": 10.0 },
        })
    };
    let traits = json!({ "email": format!("{user}@people.example") });
    vec![
        json!({
            "type": "identify", "userId": user, "messageId": format!("identify-{n}"),
            "traits": traits,
        }),
        json!({
            "type": "track", "event": "Signed Up", "userId": user,
            "messageId": format!("signup-{n}"),
        }),
        order(1),
        order(2),
    ]
}

pub const EVENTS_PER_PERSON: u64 = 4;
/// One welcome and two thanks.
pub const MESSAGES_PER_PERSON: i64 = 3;
