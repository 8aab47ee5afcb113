//! The contract before a network that is played here, and answers as the documentation shows them.

use super::request::{Keys, signature};
use super::{X, XConfig, response};
use crate::secret::Secret;
use crate::social::Trouble;
use crate::social::testing::{
    FakeNetwork, Heard, Running, SECRET, Said, picture_server, place, read,
};
use model::{Network, Post, PostImage, PostMetrics, PostPart, PostRef, Timestamp};
use port::contract::{self, Fate};
use port::{PostOrder, Published, Publisher};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const NOW: Timestamp = Timestamp(1_800_000_000_000);

#[derive(Default)]
struct Api {
    posts: BTreeMap<String, Value>,
    made: usize,
    described: Vec<Value>,
    nonces: BTreeSet<String>,
}

impl Api {
    fn list(&self) -> Said {
        let one = |(id, body): (&String, &Value)| {
            let mut it = json!({
                "id": id, "text": body["text"].as_str().expect("a text").replace('&', "&amp;"),
                "created_at": "2027-01-15T08:00:00.000Z",
            });
            if let Some(answered) = body["reply"]["in_reply_to_tweet_id"].as_str() {
                it["referenced_tweets"] = json!([{"type": "replied_to", "id": answered}]);
            }
            it
        };
        let data: Vec<Value> = self.posts.iter().map(one).collect();
        // Where there are none, the list itself is left out.
        let body = if data.is_empty() { json!({"meta": {}}) } else { json!({"data": data}) };
        Said::json(200, body)
    }

    fn counts(&self, call: &Heard) -> Said {
        let ids = call.field("ids").expect("ids");
        let stands = ids.split(',').filter(|it| self.posts.contains_key(*it));
        let data: Vec<Value> =
            stands.map(|id| json!({"id": id, "public_metrics": {"like_count": 1}})).collect();
        Said::json(200, json!({"data": data}))
    }
}

impl FakeNetwork for Api {
    const KNOWS_KEYS: bool = false;

    fn publishes(&self, call: &Heard) -> bool {
        call.method == "POST" && call.path == "/2/tweets"
    }

    fn takes(&mut self, call: &Heard) -> Said {
        let signed = call.header("authorization");
        assert!(signed.starts_with("OAuth oauth_consumer_key=\"key\""), "{signed}");
        let nonce = signed.split("oauth_nonce=\"").nth(1).expect("a nonce")[..32].to_owned();
        assert!(self.nonces.insert(nonce), "a word that was used before");
        match (call.method.as_str(), call.path.as_str()) {
            ("GET", "/2/users/me") => {
                Said::json(200, json!({"data": {"id": "7", "username": "shop"}}))
            }
            ("POST", "/2/tweets") => {
                self.made += 1;
                let id = self.made.to_string();
                self.posts.insert(id.clone(), call.json());
                Said::json(201, json!({"data": {"id": id, "text": "x"}}))
            }
            ("GET", "/2/tweets") => self.counts(call),
            ("GET", "/2/users/7/tweets") => self.list(),
            ("POST", "/2/media/upload") => Said::json(200, json!({"data": {"id": "m1"}})),
            ("POST", "/2/media/metadata") => {
                self.described.push(call.json());
                Said::json(200, json!({"data": {"id": "m1"}}))
            }
            ("DELETE", path) => {
                let id = path.rsplit('/').next().expect("an id");
                let stood = self.posts.remove(id).is_some();
                Said::json(if stood { 200 } else { 404 }, json!({"data": {"deleted": stood}}))
            }
            other => panic!("{other:?}"),
        }
    }

    fn refuses(&self) -> Said {
        let body = include_str!("../../../../fixtures/social/x-error-duplicate.json");
        Said { status: 403, headers: Vec::new(), body: body.into() }
    }

    fn signs_out(&self) -> Said {
        Said::json(401, json!({"title": "Unauthorized", "detail": SECRET, "status": 401}))
    }

    fn posts(&self) -> usize {
        self.posts.len()
    }
}

fn config(api: String) -> XConfig {
    XConfig {
        api,
        consumer_key: "key".to_owned(),
        consumer_secret: Secret::given("consumer-secret"),
        token: Secret::given("7-token"),
        token_secret: Secret::given(SECRET),
        allow: Vec::new(),
        ca_file: None,
    }
}

#[test]
fn x_keeps_the_contract() {
    contract::publisher(&mut |fate| {
        place(fate, Api::default(), |url, http| {
            Box::new(X::over(config(url), http).expect("settings"))
        })
    });
}

#[test]
fn the_signature_is_that_of_the_documentation() {
    let keys = Keys {
        consumer_key: "xvz1evFS4wEEPTGEFPHBog".to_owned(),
        consumer_secret: "kAcSOqF21Fu85e7zjz7ZN2U4ZRhfV3WpwPAoE3Z7kBw".to_owned(),
        token: "370773112-GmHxMAgYyLbNEtIKZeRNFsMKPR9EyMZeS9weJAEb".to_owned(),
        token_secret: "LswwdoUaIvS8ltyTt5jkRh4J50vUPVVHtR2YPi5kE".to_owned(),
    };
    let own = [
        ("status", "Hello Ladies + Gentlemen, a signed OAuth request!"),
        ("oauth_consumer_key", &keys.consumer_key),
        ("oauth_nonce", "kYjzVBB8Y0ZFabxSWbWovY3uYSQ2pTgmZeNu2VS4cg"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "1318622958"),
        ("oauth_token", &keys.token),
        ("oauth_version", "1.0"),
    ];
    for (base, expected) in [
        ("https://api.twitter.com/1/statuses/update.json", "tnnArxj06cWHq44gCs1OSKk/jLY="),
        ("https://api.twitter.com/1.1/statuses/update.json", "hCtSmYh+iHYCEqBWrE7C7hYmtUk="),
    ] {
        assert_eq!(signature("POST", base, "include_entities=true", &own, &keys), expected);
    }
}

#[test]
fn a_picture_is_described_before_it_is_posted() {
    let running = Running::start(Api::default(), Fate::Takes);
    let x = X::over(config(running.url()), running.http()).expect("settings");
    let images = vec![PostImage { url: picture_server(40, 30), alt: "A boat".to_owned() }];
    let part = PostPart { text: "Look".to_owned(), images, ..PostPart::default() };
    let post = Post { network: Network::X, parts: vec![part], language: None };
    let order = PostOrder { key: "k", at: NOW, post: &post, part: 0, before: &[] };
    let Published::Done(done) = x.publish(&order) else { panic!("a post") };
    assert_eq!(done.url, "https://x.com/i/web/status/1");
    let network = running.network.lock().expect("a network");
    let described = json!({"id": "m1", "metadata": {"alt_text": {"text": "A boat"}}});
    assert_eq!(network.described, [described]);
    assert_eq!(network.posts["1"], json!({"text": "Look", "media": {"media_ids": ["m1"]}}));
}

#[test]
fn answers_of_the_documentation_are_understood() {
    let post = include_str!("../../../../fixtures/social/x-post.json");
    assert_eq!(read(201, post, response::published).expect("a post").id, "1445880548472328192");
    let posts = include_str!("../../../../fixtures/social/x-posts.json");
    let found = read(200, posts, response::latest).expect("posts").remove(0);
    assert_eq!(found.text.trim(), "See https://shop.example/a?b=c & more");
    assert_eq!(found.answers.as_deref(), Some("1338971066700000000"));
    let duplicate = include_str!("../../../../fixtures/social/x-error-duplicate.json");
    let found = read(403, duplicate, response::published);
    assert!(matches!(found, Err(Trouble::Refused(it)) if it.contains("duplicate content")));
    let counts = include_str!("../../../../fixtures/social/x-counts.json");
    let named = |id: &str| PostRef { id: id.to_owned(), ..PostRef::default() };
    let asked = [named("1"), named("1204084171334832128")];
    let found = read(200, counts, |it| response::metrics(it, &asked)).expect("counts");
    let views = Some(1_200);
    let expected = PostMetrics { likes: 11, reposts: 4, replies: 2, views, clicks: None };
    assert_eq!(found, [None, Some(expected)]);
    let spent = r#"{"title": "CreditsDepleted", "detail": "no credits"}"#;
    assert!(matches!(read(402, spent, response::published), Err(Trouble::Later { .. })));
}

#[test]
fn settings_are_checked() {
    let check = |text: &str| {
        let config: XConfig = toml::from_str(text).map_err(|it| it.to_string())?;
        config.check().map_err(|it| it.to_string())
    };
    let keys = "consumer_key = \"a\"\ntoken = \"env:T\"\ntoken_secret = \"env:X_TOKEN_SECRET\"\n";
    assert_eq!(check(&format!("{keys}consumer_secret = \"env:C\"")), Ok(()));
    assert!(check(keys).expect_err("no secret").contains("missing field `consumer_secret`"));
    let nameless = keys.replace("\"a\"", "\"a b\"") + "consumer_secret = \"env:C\"";
    assert!(check(&nameless).expect_err("no key").contains("consumer_key"));
    let shown = format!("{:?}", config(String::new()));
    assert!(!shown.contains(SECRET) && !shown.contains("consumer-secret"), "{shown}");
}
