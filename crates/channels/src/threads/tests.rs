//! The contract before a network that is played here, and answers as the documentation shows them.

use super::{Threads, ThreadsConfig, response};
use crate::secret::Secret;
use crate::social::Trouble;
use crate::social::testing::{FakeNetwork, Heard, Running, SECRET, Said, place, read};
use model::{Network, Post, PostImage, PostMetrics, PostPart, Timestamp};
use port::contract::{self, Fate};
use port::{PostOrder, Published, Publisher};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

#[derive(Default)]
struct Graph {
    /// What each container holds.
    containers: Vec<Vec<(String, String)>>,
    /// Text, and what it answers.
    posts: BTreeMap<String, (String, Option<String>)>,
    made: usize,
    /// How often a container is asked for before it is ready.
    looks: usize,
    looked: usize,
}

impl Graph {
    fn publish(&mut self, call: &Heard) -> Said {
        let number: usize =
            call.field("creation_id").expect("a container")[1..].parse().expect("a number");
        let held = &self.containers[number];
        let field = |name: &str| held.iter().find(|it| it.0 == name).map(|it| it.1.clone());
        self.made += 1;
        let id = format!("t{}", self.made);
        self.posts.insert(id.clone(), (field("text").expect("a text"), field("reply_to_id")));
        Said::json(200, json!({"id": id}))
    }

    fn list(&self, answers: bool) -> Said {
        let one = |(id, (text, answered)): (&String, &(String, Option<String>))| {
            let mut it = json!({"id": id, "text": text, "timestamp": "2027-01-15T08:00:00+0000"});
            if let Some(answered) = answered {
                it["replied_to"] = json!({"id": answered});
            }
            it
        };
        let of_kind = self.posts.iter().filter(|it| it.1.1.is_some() == answers);
        let data: Vec<Value> = of_kind.map(one).collect();
        Said::json(200, json!({"data": data}))
    }

    fn one(&mut self, call: &Heard, path: &str) -> Said {
        if path.starts_with('c') {
            self.looked += 1;
            let status = if self.looks < self.looked { "FINISHED" } else { "IN_PROGRESS" };
            return Said::json(200, json!({"id": path, "status": status}));
        }
        let id = path.trim_end_matches("/insights");
        if !self.posts.contains_key(id) {
            let error = json!({"message": "does not exist", "code": 100, "error_subcode": 33});
            return Said::json(400, json!({"error": error}));
        }
        if call.method == "DELETE" {
            self.posts.remove(id);
            return Said::json(200, json!({"success": true}));
        }
        let url = format!("https://www.threads.net/@shop/post/{id}");
        Said::json(200, json!({"id": id, "permalink": url, "data": []}))
    }
}

impl FakeNetwork for Graph {
    const KNOWS_KEYS: bool = false;

    fn publishes(&self, call: &Heard) -> bool {
        call.path.ends_with("/threads_publish")
    }

    fn takes(&mut self, call: &Heard) -> Said {
        assert_eq!(call.field("access_token").as_deref(), Some(SECRET));
        let path = call.path.strip_prefix("/v1.0/").expect("the version").to_owned();
        match (call.method.as_str(), path.as_str()) {
            ("GET", "me") => Said::json(200, json!({"id": "7", "username": "shop"})),
            ("POST", "me/threads") => {
                self.containers.push(call.form());
                Said::json(200, json!({"id": format!("c{}", self.containers.len() - 1)}))
            }
            ("POST", "me/threads_publish") => self.publish(call),
            ("GET", "me/threads") => self.list(false),
            ("GET", "me/replies") => self.list(true),
            (_, path) => self.one(call, path),
        }
    }

    fn refuses(&self) -> Said {
        Said::json(
            400,
            json!({"error": {"message": "Param text must be at most 500", "code": 100}}),
        )
    }

    fn signs_out(&self) -> Said {
        let message = format!("Invalid OAuth access token {SECRET}");
        Said::json(401, json!({"error": {"message": message, "code": 190}}))
    }

    fn posts(&self) -> usize {
        self.posts.len()
    }
}

fn config(api: &str) -> ThreadsConfig {
    let (api, token) = (format!("{api}/v1.0"), Secret::given(SECRET));
    ThreadsConfig { token, api, allow: Vec::new(), ca_file: None }
}

fn before(running: &Running<Graph>) -> Threads {
    Threads::over(config(&running.url()), running.http(), Duration::ZERO).expect("settings")
}

fn publish(threads: &Threads, images: usize) -> Published {
    let image = |n: usize| PostImage {
        url: format!("https://shop.example/{n}.jpg"),
        alt: format!("Boat {n}"),
    };
    let images = (0..images).map(image).collect();
    let part = PostPart { text: "Look".to_owned(), images, ..PostPart::default() };
    let post = Post { network: Network::Threads, parts: vec![part], language: None };
    threads.publish(&PostOrder { key: "k", at: NOW, post: &post, part: 0, before: &[] })
}

#[test]
fn threads_keeps_the_contract() {
    contract::publisher(&mut |fate| {
        place(fate, Graph::default(), |url, http| {
            Box::new(Threads::over(config(&url), http, Duration::ZERO).expect("settings"))
        })
    });
}

#[test]
fn several_pictures_are_made_one_by_one_and_published_together() {
    let running = Running::start(Graph::default(), Fate::Takes);
    let Published::Done(done) = publish(&before(&running), 2) else { panic!("a post") };
    assert_eq!(done.url, "https://www.threads.net/@shop/post/t1");
    let network = running.network.lock().expect("a network");
    let held = |n: usize, name: &str| {
        let found = network.containers[n].iter().find(|it| it.0 == name);
        found.map(|it| it.1.as_str())
    };
    assert_eq!((held(0, "media_type"), held(0, "alt_text")), (Some("IMAGE"), Some("Boat 0")));
    assert_eq!(held(1, "is_carousel_item"), Some("true"));
    assert_eq!((held(2, "media_type"), held(2, "children")), (Some("CAROUSEL"), Some("c0,c1")));
    assert_eq!(held(2, "text"), Some("Look"));
}

#[test]
fn a_container_is_waited_for_and_not_without_end() {
    let running = Running::start(Graph { looks: 3, ..Graph::default() }, Fate::Takes);
    assert!(matches!(publish(&before(&running), 1), Published::Done(_)));
    let running = Running::start(Graph { looks: usize::MAX, ..Graph::default() }, Fate::Takes);
    let found = publish(&before(&running), 1);
    assert!(matches!(found, Published::Later { detail, .. } if detail.contains("still works")));
    let network = running.network.lock().expect("a network");
    assert_eq!((network.looked, network.posts.len()), (30, 0));
}

#[test]
fn answers_of_the_documentation_are_understood() {
    let posts = include_str!("../../../../fixtures/social/threads-posts.json");
    let found = read(200, posts, response::latest).expect("posts").remove(0);
    assert_eq!(found.text, "Today Is Monday");
    assert_eq!(found.at, Timestamp::parse("2023-10-17T05:42:03Z").ok());
    let error = include_str!("../../../../fixtures/social/threads-container-error.json");
    let found = read(200, error, response::progress);
    assert!(matches!(found, Err(Trouble::Refused(it)) if it.contains("INVALID_ASPEC_RATIO")));
    let insights = include_str!("../../../../fixtures/social/threads-insights.json");
    let expected = PostMetrics { likes: 100, replies: 10, ..PostMetrics::default() };
    assert_eq!(read(200, insights, response::metrics), Ok(Some(expected)));
}

#[test]
fn settings_are_checked() {
    let check = |text: &str| {
        let config: ThreadsConfig = toml::from_str(text).map_err(|it| it.to_string())?;
        config.check().map_err(|it| it.to_string())
    };
    assert_eq!(check("token = \"env:THREADS_TOKEN\""), Ok(()));
    assert!(check("").expect_err("no token").contains("missing field `token`"));
    assert!(!format!("{:?}", config("")).contains(SECRET));
}
