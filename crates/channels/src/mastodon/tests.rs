//! The contract before a server that is played here, and what is this network's own.

use super::config::Visibility;
use super::{Mastodon, MastodonConfig};
use crate::secret::Secret;
use crate::social::testing::{FakeNetwork, Heard, Running, SECRET, Said, picture_server, place};
use model::{Mark, Marked, Network, Post, PostImage, PostPart, Timestamp};
use port::contract::{self, Fate};
use port::{PostLimits, PostOrder, Published, Publisher};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

#[derive(Default)]
struct Server {
    statuses: BTreeMap<String, Value>,
    keys: BTreeMap<String, String>,
    made: usize,
    uploads: Vec<String>,
    /// How often a picture is asked for before it is ready.
    looks: usize,
    looked: usize,
}

impl Server {
    fn publish(&mut self, call: &Heard) -> Said {
        let key = call.header("idempotency-key").to_owned();
        if let Some(stands) = self.keys.get(&key).and_then(|it| self.statuses.get(it)) {
            return Said::json(200, stands.clone());
        }
        self.made += 1;
        let (id, body) = (self.made.to_string(), call.json());
        let media = body["media_ids"].as_array().expect("a list").iter();
        let media: Vec<Value> = media.map(|it| json!({"id": it})).collect();
        let stands = json!({
            "id": id, "url": format!("https://social.test/@shop/{id}"), "text": body["status"],
            "created_at": "2027-01-15T08:00:00.000Z", "in_reply_to_id": body["in_reply_to_id"],
            "media_attachments": media, "language": body["language"],
            "visibility": body["visibility"], "favourites_count": 5, "replies_count": 2,
        });
        self.keys.insert(key, id.clone());
        self.statuses.insert(id, stands.clone());
        Said::json(200, stands)
    }

    fn media(&mut self) -> Said {
        self.looked += 1;
        let ready = self.looks < self.looked;
        Said::json(if ready { 200 } else { 206 }, json!({"id": "m1", "url": null}))
    }
}

impl FakeNetwork for Server {
    const KNOWS_KEYS: bool = true;

    fn publishes(&self, call: &Heard) -> bool {
        (call.method.as_str(), call.path.as_str()) == ("POST", "/api/v1/statuses")
    }

    fn takes(&mut self, call: &Heard) -> Said {
        let missing = || Said::json(404, json!({"error": "Record not found"}));
        if call.path == "/api/v2/instance" {
            let body = json!({"domain": "social.test", "configuration": {
                "statuses": {"max_characters": 900}, "media_attachments": {"image_size_limit": 9_000},
            }});
            return Said::json(200, body);
        }
        assert_eq!(call.header("authorization"), format!("Bearer {SECRET}"));
        if let Some(rest) = call.path.strip_prefix("/api/v1/statuses/") {
            let id = rest.trim_end_matches("/source").to_owned();
            let Some(stands) = self.statuses.get_mut(&id) else { return missing() };
            if call.method == "PUT" {
                stands["text"] = call.json()["status"].clone();
                stands["media_attachments"] = call.json()["media_ids"]
                    .as_array()
                    .expect("a list")
                    .iter()
                    .map(|it| json!({"id": it}))
                    .collect();
            }
            let stands = stands.clone();
            if call.method == "DELETE" {
                self.statuses.remove(&id);
            }
            return Said::json(200, stands);
        }
        match (call.method.as_str(), call.path.as_str()) {
            ("POST", "/api/v1/statuses") => self.publish(call),
            ("POST", "/api/v2/media") => {
                self.uploads.push(String::from_utf8_lossy(&call.body).into_owned());
                Said::json(202, json!({"id": "m1", "url": null}))
            }
            ("GET", "/api/v1/media/m1") => self.media(),
            ("GET", "/api/v1/accounts/verify_credentials") => {
                Said::json(200, json!({"id": "7", "acct": "shop"}))
            }
            ("GET", "/api/v1/accounts/7/statuses") => {
                Said::json(200, self.statuses.values().cloned().collect())
            }
            other => panic!("{other:?}"),
        }
    }

    fn refuses(&self) -> Said {
        Said::json(422, json!({"error": "Validation failed: Text character limit of 500 exceeded"}))
    }

    fn signs_out(&self) -> Said {
        Said::json(401, json!({"error": format!("The access token {SECRET} was revoked")}))
    }

    fn posts(&self) -> usize {
        self.statuses.len()
    }
}

fn config(server: String) -> MastodonConfig {
    let (token, visibility) = (Secret::given(SECRET), Visibility::Public);
    MastodonConfig { server, token, visibility, allow: Vec::new(), ca_file: None }
}

fn before(running: &Running<Server>) -> Mastodon {
    Mastodon::over(config(running.url()), running.http(), Duration::ZERO).expect("settings")
}

fn order(post: &Post) -> PostOrder<'_> {
    PostOrder { key: "post/p1/1", at: NOW, post, part: 0, before: &[] }
}

fn with_picture(url: String) -> Post {
    let images = vec![PostImage { url, alt: "A boat é".to_owned() }];
    let parts = vec![PostPart { text: "Look".to_owned(), images, ..PostPart::default() }];
    Post { network: Network::Mastodon, parts, language: None }
}

#[test]
fn mastodon_keeps_the_contract() {
    contract::publisher(&mut |fate| {
        place(fate, Server::default(), |url, http| {
            Box::new(Mastodon::over(config(url), http, Duration::ZERO).expect("settings"))
        })
    });
}

#[test]
fn a_status_says_what_the_post_is() {
    let running = Running::start(Server::default(), Fate::Takes);
    let mark = Mark { start: 4, end: 14, what: Marked::Link("https://a.example/b".to_owned()) };
    let text = "See a.examp… #x".to_owned();
    let part = PostPart { text, marks: vec![mark], ..PostPart::default() };
    let post =
        Post { network: Network::Mastodon, parts: vec![part], language: Some("nl".to_owned()) };
    let Published::Done(done) = before(&running).publish(&order(&post)) else { panic!("a post") };
    assert_eq!(done.url, "https://social.test/@shop/1");
    let call = running.calls().pop().expect("a call");
    let expected = json!({
        "status": "See https://a.example/b #x", "media_ids": [], "in_reply_to_id": null,
        "language": "nl", "visibility": "public",
    });
    assert_eq!(call.json(), expected);
    // `printf %s post/p1/1 | sha256sum`
    let key = "4f0fee358a9d17038891c6b787cc0bf9c5698d367ff22cfb8a9af8726db55dc9";
    assert_eq!(call.header("idempotency-key"), key);
}

#[test]
fn a_picture_is_waited_for_and_kept_by_an_edit() {
    let running = Running::start(Server { looks: 3, ..Server::default() }, Fate::Takes);
    let mastodon = before(&running);
    let post = with_picture(picture_server(40, 30));
    let Published::Done(done) = mastodon.publish(&order(&post)) else { panic!("a post") };
    let edited = PostPart { text: "Look here".to_owned(), ..PostPart::default() };
    let edited = Post { parts: vec![edited], ..post };
    mastodon.edit(&done, &order(&edited)).expect("an edit");
    let network = running.network.lock().expect("a network");
    assert_eq!(network.looked, 4);
    let stands = &network.statuses["1"];
    assert_eq!(
        (&stands["text"], &stands["media_attachments"][0]["id"]),
        (&json!("Look here"), &json!("m1"))
    );
    let form = &network.uploads[0];
    assert!(form.contains("name=\"description\"") && form.contains("A boat é"), "{form}");
}

#[test]
fn a_picture_that_is_never_ready_is_not_waited_for_without_end() {
    let running = Running::start(Server { looks: usize::MAX, ..Server::default() }, Fate::Takes);
    let found = before(&running).publish(&order(&with_picture(picture_server(40, 30))));
    assert!(
        matches!(&found, Published::Later { detail, .. } if detail.contains("picture")),
        "{found:?}"
    );
    let network = running.network.lock().expect("a network");
    assert_eq!((network.looked, network.statuses.len()), (30, 0));
}

#[test]
fn a_server_says_what_it_takes() {
    let running = Running::start(Server::default(), Fate::Takes);
    let account = before(&running).check().expect("an account");
    assert_eq!(account.name, "@shop@social.test");
    let limits =
        PostLimits { characters: 900, per_link: Some(23), images: 4, alt_characters: 1_500 };
    assert_eq!(account.limits, limits);
}

#[test]
fn a_token_without_the_scope_needs_a_sign_in() {
    let reply = crate::social::Reply {
        status: 403,
        body: br#"{"error": "This action is outside the authorized scopes"}"#.to_vec(),
        ..crate::social::Reply::default()
    };
    let found = super::response::published(reply);
    assert!(matches!(found, Err(crate::social::Trouble::SignIn(it)) if it.contains("scopes")));
}

#[test]
fn settings_are_checked() {
    let check = |text: &str| {
        let config: MastodonConfig = toml::from_str(text).map_err(|it| it.to_string())?;
        config.check().map_err(|it| it.to_string())
    };
    let server = "server = \"https://mastodon.example\"\n";
    assert_eq!(check(&format!("{server}token = \"env:A\"\nvisibility = \"unlisted\"")), Ok(()));
    assert!(check(&format!("{server}token = \"env:\"")).is_err());
    assert!(check("token = \"env:A\"").expect_err("no server").contains("server"));
    assert!(check(&format!("{server}token = \"env:A\"\nvisibility = \"direct\"")).is_err());
    assert!(!format!("{:?}", config(String::new())).contains(SECRET));
}
