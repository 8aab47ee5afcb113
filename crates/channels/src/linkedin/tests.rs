//! The contract before a network that is played here, and answers as the documentation shows them.

use super::request::{commentary, content};
use super::{Linkedin, LinkedinConfig, response};
use crate::secret::Secret;
use crate::social::Trouble;
use crate::social::testing::{
    FakeNetwork, Heard, Running, SECRET, Said, T0, picture_server, place, read,
};
use model::Timestamp;
use model::{LinkCard, Mark, Marked, Network, Post, PostImage, PostMetrics, PostPart, PostRef};
use port::contract::{self, Fate};
use port::{PostOrder, Published, Publisher};
use serde_json::{Value, json};
use std::collections::BTreeMap;

#[derive(Default)]
struct Rest {
    posts: BTreeMap<String, Value>,
    made: usize,
    url: String,
    uploads: usize,
}

impl Rest {
    fn publish(&mut self, call: &Heard) -> Said {
        self.made += 1;
        let id = format!("urn:li:share:{}", self.made);
        self.posts.insert(id.clone(), call.json());
        Said { status: 201, headers: vec![("x-restli-id", id)], body: Vec::new() }
    }

    fn list(&self) -> Said {
        let one = |(id, body): (&String, &Value)| json!({"id": id, "commentary": body["commentary"], "publishedAt": T0});
        let elements: Vec<Value> = self.posts.iter().map(one).collect();
        Said::json(200, json!({"elements": elements}))
    }

    fn counts(&self, call: &Heard) -> Said {
        let asked = call.field("shares").unwrap_or_default();
        let asked = asked.trim_start_matches("List(").trim_end_matches(')').to_owned();
        let stands = asked.split(',').filter(|it| self.posts.contains_key(*it));
        let one = |id: &str| json!({"share": id, "totalShareStatistics": {"likeCount": 1}});
        let elements: Vec<Value> = stands.map(one).collect();
        Said::json(200, json!({"elements": elements}))
    }

    fn one(&mut self, call: &Heard, id: &str) -> Said {
        if !self.posts.contains_key(id) {
            return Said::json(404, json!({"message": "Not Found", "status": 404}));
        }
        match call.header("x-restli-method") {
            "DELETE" => drop(self.posts.remove(id)),
            "PARTIAL_UPDATE" => {
                let text = call.json()["patch"]["$set"]["commentary"].clone();
                self.posts.get_mut(id).expect("it stands")["commentary"] = text;
            }
            other => panic!("{other}"),
        }
        Said::empty(204)
    }
}

impl FakeNetwork for Rest {
    const KNOWS_KEYS: bool = false;

    fn publishes(&self, call: &Heard) -> bool {
        call.method == "POST" && call.path == "/rest/posts"
    }

    fn takes(&mut self, call: &Heard) -> Said {
        assert_eq!(call.header("authorization"), format!("Bearer {SECRET}"));
        if call.path != "/put/1" {
            assert_eq!(call.header("linkedin-version"), "202610");
            assert_eq!(call.header("x-restli-protocol-version"), "2.0.0");
        }
        match (call.method.as_str(), call.path.as_str()) {
            ("POST", "/rest/posts") => self.publish(call),
            ("GET", "/rest/posts") => self.list(),
            ("GET", "/rest/organizations/42") => Said::json(200, json!({"localizedName": "Shop"})),
            ("GET", "/rest/organizationalEntityShareStatistics") => self.counts(call),
            ("POST", "/rest/images") => {
                let place =
                    json!({"uploadUrl": format!("{}/put/1", self.url), "image": "urn:li:image:1"});
                Said::json(200, json!({"value": place}))
            }
            ("PUT", "/put/1") => {
                assert!(call.body.starts_with(b"\x89PNG"));
                self.uploads += 1;
                Said::empty(201)
            }
            (_, path) => {
                let id = path.strip_prefix("/rest/posts/").expect("a post").to_owned();
                self.one(call, &id)
            }
        }
    }

    fn refuses(&self) -> Said {
        let body = include_str!("../../../../fixtures/social/linkedin-error-duplicate.json");
        Said { status: 422, headers: Vec::new(), body: body.into() }
    }

    fn signs_out(&self) -> Said {
        let message = format!("The token {SECRET} has been revoked");
        Said::json(401, json!({"code": "REVOKED_ACCESS_TOKEN", "message": message, "status": 401}))
    }

    fn posts(&self) -> usize {
        self.posts.len()
    }
}

fn config(api: String) -> LinkedinConfig {
    LinkedinConfig {
        api,
        organization: "42".to_owned(),
        version: "202610".to_owned(),
        token: Secret::given(SECRET),
        allow: Vec::new(),
        ca_file: None,
    }
}

fn card() -> LinkCard {
    LinkCard {
        url: "https://shop.example/a".to_owned(),
        title: "A".to_owned(),
        description: "B".to_owned(),
        image: None,
    }
}

#[test]
fn linkedin_keeps_the_contract() {
    contract::publisher(&mut |fate| {
        place(fate, Rest::default(), |url, http| {
            Box::new(Linkedin::over(config(url), http).expect("settings"))
        })
    });
}

#[test]
fn text_is_made_plain_and_tags_become_tags() {
    let check = |text: &str, tags: &[&str]| {
        let mark = |it: &&str| Mark { start: 0, end: 0, what: Marked::Tag((*it).to_owned()) };
        let part = PostPart { marks: tags.iter().map(mark).collect(), ..PostPart::default() };
        commentary(&part, text)
    };
    // The page "little Text Format": what is reserved, and the form of a hashtag.
    assert_eq!(
        check(r"a|b{c}@[d](e)<f>#g*h_i~j\k", &[]),
        r"a\|b\{c\}\@\[d\]\(e\)\<f\>\#g\*h\_i\~j\\k"
    );
    assert_eq!(check("See #spring!", &["spring"]), r"See {hashtag|\#|spring}!");
    assert_eq!(check("#spring #springtime", &["spring"]), r"{hashtag|\#|spring} \#springtime");
    let twice = check("#a #b #a", &["a", "b", "a"]);
    assert_eq!(twice, r"{hashtag|\#|a} {hashtag|\#|b} {hashtag|\#|a}");
}

#[test]
fn a_post_shows_its_pictures_or_its_card() {
    let image = |n: usize| (format!("urn:li:image:{n}"), format!("Boat {n}"));
    assert_eq!(content(&[], None), None);
    let article = json!({"source": "https://shop.example/a", "title": "A", "description": "B"});
    assert_eq!(content(&[], Some((&card(), None))), Some(json!({"article": article})));
    let one = json!({"media": {"id": "urn:li:image:1", "altText": "Boat 1"}});
    assert_eq!(content(&[image(1)], None), Some(one));
    let two = content(&[image(1), image(2)], None).expect("content");
    assert_eq!(two["multiImage"]["images"][1]["id"], "urn:li:image:2");
}

#[test]
fn a_picture_is_put_in_its_place_before_the_post() {
    let running = Running::start(Rest::default(), Fate::Takes);
    running.network.lock().expect("a network").url = running.url();
    let linkedin = Linkedin::over(config(running.url()), running.http()).expect("settings");
    let images = vec![PostImage { url: picture_server(40, 30), alt: "A boat".to_owned() }];
    let part = PostPart { text: "Look".to_owned(), images, ..PostPart::default() };
    let post = Post { network: Network::Linkedin, parts: vec![part], language: None };
    let order = PostOrder { key: "k", at: Timestamp(T0), post: &post, part: 0, before: &[] };
    let Published::Done(done) = linkedin.publish(&order) else { panic!("a post") };
    assert_eq!(done.url, "https://www.linkedin.com/feed/update/urn:li:share:1");
    let network = running.network.lock().expect("a network");
    assert_eq!(network.uploads, 1);
    let media = &network.posts["urn:li:share:1"]["content"]["media"];
    assert_eq!(*media, json!({"id": "urn:li:image:1", "altText": "A boat"}));
}

#[test]
fn answers_of_the_documentation_are_understood() {
    let place = include_str!("../../../../fixtures/social/linkedin-place.json");
    let place = read(200, place, response::place).expect("a place");
    assert_eq!(place.image, "urn:li:image:C4E10AQFoyyAjHPMQuQ");
    assert!(place.upload_url.starts_with("https://www.linkedin.com/dms-uploads/"));
    let posts = include_str!("../../../../fixtures/social/linkedin-posts.json");
    let found = read(200, posts, response::latest).expect("posts").remove(0);
    assert_eq!(
        (found.text.as_str(), found.at),
        (r"Sample text \(one\)", Some(Timestamp(1_634_790_968_743)))
    );
    let counts = include_str!("../../../../fixtures/social/linkedin-counts.json");
    let named = |id: &str| PostRef { id: id.to_owned(), ..PostRef::default() };
    let asked = [named("urn:li:share:1"), named("urn:li:share:1000000")];
    let found = read(200, counts, |it| response::metrics(it, &asked)).expect("counts");
    let (views, clicks) = (Some(503), Some(10));
    let expected = PostMetrics { likes: 0, reposts: 1, replies: 2, views, clicks };
    assert_eq!(found, [None, Some(expected)]);
    let nameless = read(200, "", response::published);
    assert!(matches!(nameless, Err(Trouble::Lost(_))), "it stands under a name that nobody knows");
}

#[test]
fn settings_are_checked() {
    let check = |text: &str| {
        let config: LinkedinConfig = toml::from_str(text).map_err(|it| it.to_string())?;
        config.check().map_err(|it| it.to_string())
    };
    let page = "organization = \"42\"\ntoken = \"env:A\"\n";
    assert_eq!(check(&format!("{page}version = \"202610\"")), Ok(()));
    assert!(check(page).expect_err("no version").contains("version"));
    let named = format!("{}version = \"202610\"", page.replace("42", "shop"));
    assert!(check(&named).expect_err("a name").contains("organization is not a number"));
    assert!(!format!("{:?}", config(String::new())).contains(SECRET));
}
