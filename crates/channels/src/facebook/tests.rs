//! The contract before a network that is played here, and answers as the documentation shows them.

use super::{Facebook, FacebookConfig, response};
use crate::secret::Secret;
use crate::social::Trouble;
use crate::social::testing::{
    FakeNetwork, Heard, Running, SECRET, Said, picture_server, place, read,
};
use model::{LinkCard, Network, Post, PostImage, PostMetrics, PostPart, Span, Timestamp};
use port::contract::{self, Fate};
use port::{PostOrder, Published, Publisher, PublisherError};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const NOW: Timestamp = Timestamp(1_800_000_000_000);

#[derive(Default)]
struct Graph {
    posts: BTreeMap<String, String>,
    made: usize,
    photos: Vec<String>,
}

impl Graph {
    fn one(&mut self, call: &Heard, id: &str) -> Said {
        if !self.posts.contains_key(id) {
            let body = include_str!("../../../../fixtures/social/facebook-error-gone.json");
            return Said { status: 400, headers: Vec::new(), body: body.into() };
        }
        match call.method.as_str() {
            "DELETE" => drop(self.posts.remove(id)),
            "POST" => {
                let text = call.field("message").expect("a text");
                self.posts.insert(id.to_owned(), text);
            }
            _ => return Said::json(200, json!({"id": id, "shares": {"count": 1}})),
        }
        Said::json(200, json!({"success": true}))
    }
}

impl FakeNetwork for Graph {
    const KNOWS_KEYS: bool = false;

    fn publishes(&self, call: &Heard) -> bool {
        call.path.ends_with("/feed")
    }

    fn takes(&mut self, call: &Heard) -> Said {
        let path = call.path.strip_prefix("/v24.0/").expect("the version").to_owned();
        if path != "42/photos" {
            assert_eq!(call.field("access_token").as_deref(), Some(SECRET));
        }
        match path.as_str() {
            "me" => Said::json(200, json!({"id": "42", "name": "Shop"})),
            "42/feed" => {
                self.made += 1;
                let id = format!("42_{}", self.made);
                self.posts.insert(id.clone(), call.field("message").expect("a text"));
                Said::json(200, json!({"id": id}))
            }
            "42/photos" => {
                self.photos.push(String::from_utf8_lossy(&call.body).into_owned());
                Said::json(200, json!({"id": format!("p{}", self.photos.len())}))
            }
            "42/published_posts" => {
                let one = |(id, text): (&String, &String)| json!({"id": id, "message": text, "created_time": "2027-01-15T08:00:00+0000"});
                let data: Vec<Value> = self.posts.iter().map(one).collect();
                Said::json(200, json!({"data": data}))
            }
            id => self.one(call, id),
        }
    }

    fn refuses(&self) -> Said {
        let error = json!({"message": "Invalid parameter", "code": 100, "is_transient": false});
        Said::json(400, json!({"error": error}))
    }

    fn signs_out(&self) -> Said {
        let error = json!({"message": format!("Malformed access token {SECRET}"), "code": 190});
        Said::json(400, json!({"error": error}))
    }

    fn posts(&self) -> usize {
        self.posts.len()
    }
}

fn config(api: String) -> FacebookConfig {
    let (page, token) = ("42".to_owned(), Secret::given(SECRET));
    let version = "v24.0".to_owned();
    FacebookConfig { page, token, version, api, allow: Vec::new(), ca_file: None }
}

#[test]
fn facebook_keeps_the_contract() {
    contract::publisher(&mut |fate| {
        place(fate, Graph::default(), |url, http| {
            Box::new(Facebook::over(config(url), http).expect("settings"))
        })
    });
}

#[test]
fn answers_of_the_documentation_are_understood() {
    let post = include_str!("../../../../fixtures/social/facebook-post.json");
    let done = read(200, post, response::published).expect("a post");
    assert_eq!(done.id, "1234567890_9876543210");
    let token = include_str!("../../../../fixtures/social/facebook-error-token.json");
    let found = read(400, token, response::published);
    assert!(matches!(&found, Err(Trouble::SignIn(it)) if it.contains("code 190")), "{found:?}");
    let limit = include_str!("../../../../fixtures/social/facebook-error-limit.json");
    let found = read(400, limit, response::published);
    assert!(matches!(&found, Err(Trouble::Later { .. })), "{found:?}");
    let gone = include_str!("../../../../fixtures/social/facebook-error-gone.json");
    assert_eq!(read(400, gone, response::deleted), Ok(()));
    assert_eq!(read(400, gone, response::metrics), Ok(None));
    let counts = include_str!("../../../../fixtures/social/facebook-counts.json");
    let expected = PostMetrics { likes: 11, reposts: 4, replies: 3, ..PostMetrics::default() };
    assert_eq!(read(200, counts, response::metrics), Ok(Some(expected)));
    let posts = include_str!("../../../../fixtures/social/facebook-posts.json");
    let found = read(200, posts, response::latest).expect("posts");
    assert_eq!((found[0].text.as_str(), found[0].at), ("Second", Some(NOW + Span::seconds(3))));
    assert_eq!((found[1].text.as_str(), found.len()), ("", 2), "a post without words");
    let transient = r#"{"error": {"message": "x", "code": 99, "is_transient": true}}"#;
    assert!(matches!(read(400, transient, response::published), Err(Trouble::Broken(_))));
}

#[test]
fn pictures_go_first_with_their_words_and_a_card_as_its_link() {
    let running = Running::start(Graph::default(), Fate::Takes);
    let facebook = Facebook::over(config(running.url()), running.http()).expect("settings");
    let image = PostImage { url: picture_server(40, 30), alt: "A boat".to_owned() };
    let card = LinkCard {
        url: "https://shop.example/a".to_owned(),
        title: String::new(),
        description: String::new(),
        image: None,
    };
    let publish = |part: PostPart| {
        let post = Post { network: Network::Facebook, parts: vec![part], language: None };
        let order = PostOrder { key: "k", at: NOW, post: &post, part: 0, before: &[] };
        assert!(matches!(facebook.publish(&order), Published::Done(_)));
        running.calls().pop().expect("a call")
    };
    let text = "Look".to_owned();
    let call = publish(PostPart {
        text: text.clone(),
        images: vec![image],
        card: Some(card.clone()),
        ..PostPart::default()
    });
    assert_eq!(call.field("attached_media[0]").as_deref(), Some(r#"{"media_fbid":"p1"}"#));
    assert_eq!(call.field("message").as_deref(), Some("Look\n\nhttps://shop.example/a"));
    assert_eq!(call.field("link"), None);
    let photo = running.network.lock().expect("a network").photos.remove(0);
    assert!(photo.contains("name=\"alt_text_custom\"") && photo.contains("A boat"), "{photo}");
    let call = publish(PostPart { text, card: Some(card), ..PostPart::default() });
    assert_eq!(call.field("link").as_deref(), Some("https://shop.example/a"));
    assert_eq!(call.field("message").as_deref(), Some("Look"));
}

#[test]
fn a_token_of_somebody_else_is_no_token_of_the_page() {
    let running = Running::start(Graph::default(), Fate::Takes);
    let config = FacebookConfig { page: "43".to_owned(), ..config(running.url()) };
    let facebook = Facebook::over(config, running.http()).expect("settings");
    assert!(
        matches!(facebook.check(), Err(PublisherError::SignIn(it)) if it.contains("page's own"))
    );
}

#[test]
fn settings_are_checked() {
    let check = |text: &str| {
        let config: FacebookConfig = toml::from_str(text).map_err(|it| it.to_string())?;
        config.check().map_err(|it| it.to_string())
    };
    assert_eq!(check("page = \"42\"\ntoken = \"env:FACEBOOK_TOKEN\""), Ok(()));
    assert!(check("page = \"shop\"\ntoken = \"env:A\"").expect_err("a name").contains("page"));
    assert!(check("page = \"42\"\ntoken = \"env:A\"\nversion = \"24\"").is_err());
    assert!(check("page = \"42\"").expect_err("no token").contains("missing field `token`"));
    assert!(!format!("{:?}", config(String::new())).contains(SECRET));
}
