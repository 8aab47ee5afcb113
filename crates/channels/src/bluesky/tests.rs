//! The contract before a server of the AT Protocol that is played here, and what is this network's own.

use super::request::{Embeds, record, record_key};
use super::{Bluesky, BlueskyConfig};
use crate::media::{Kind, Picture};
use crate::secret::Secret;
use crate::social::testing::{FakeNetwork, Heard, Running, SECRET, Said, place};
use model::{LinkCard, Mark, Marked, Network, Post, PostImage, PostMetrics, PostPart, PostRef};
use model::{Span, Timestamp};
use port::contract::{self, Fate};
use port::{PostOrder, Published, Publisher, PublisherError};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::collections::BTreeMap;

const NOW: Timestamp = Timestamp(1_800_000_000_000);
const DID: &str = "did:plc:shop";

#[derive(Default)]
struct Pds {
    records: BTreeMap<String, (String, Value)>,
    writes: usize,
    sessions: usize,
    /// The session whose token is taken.
    access: String,
    blobs: Vec<(String, usize)>,
}

impl Pds {
    fn open_session(&mut self) -> Said {
        self.sessions += 1;
        self.access = format!("access{}", self.sessions);
        let body = json!({
            "did": DID, "handle": "shop.test", "accessJwt": self.access, "refreshJwt": "refresh",
        });
        Said::json(200, body)
    }

    /// As the reference server does: the same record again changes nothing, another one where none may
    /// be is `InvalidSwap`.
    fn put(&mut self, body: &Value) -> Said {
        let rkey = body["rkey"].as_str().expect("a record key").to_owned();
        let stands = self.records.get(&rkey);
        if let Some((cid, _)) = stands.filter(|it| it.1 == body["record"]) {
            return Said::json(200, json!({"uri": uri(&rkey), "cid": cid}));
        }
        let wanted = body["swapRecord"].as_str();
        if stands.map(|it| it.0.as_str()) != wanted {
            return failed(400, "InvalidSwap", "Record was at bafy");
        }
        self.writes += 1;
        let cid = format!("bafy{}", self.writes);
        self.records.insert(rkey.clone(), (cid.clone(), body["record"].clone()));
        Said::json(200, json!({"uri": uri(&rkey), "cid": cid}))
    }

    fn counts(&self, call: &Heard) -> Said {
        let stands = |it: &String| {
            let rkey = it.rsplit('/').next().unwrap_or_default();
            self.records.contains_key(rkey)
        };
        let counted =
            |uri: String| json!({"uri": uri, "likeCount": 3, "repostCount": 2, "quoteCount": 1});
        let posts: Vec<Value> =
            call.fields("uris").into_iter().filter(stands).map(counted).collect();
        Said::json(200, json!({"posts": posts}))
    }
}

impl FakeNetwork for Pds {
    const KNOWS_KEYS: bool = true;

    fn publishes(&self, call: &Heard) -> bool {
        call.path.ends_with("putRecord")
    }

    fn takes(&mut self, call: &Heard) -> Said {
        let name = call.path.strip_prefix("/xrpc/").expect("a method").to_owned();
        let bearer = call.header("authorization");
        match name.as_str() {
            "com.atproto.server.createSession" => {
                assert_eq!(call.json()["password"], SECRET);
                return self.open_session();
            }
            "com.atproto.server.refreshSession" => {
                assert_eq!(bearer, "Bearer refresh");
                return self.open_session();
            }
            "app.bsky.feed.getPosts" => return self.counts(call),
            "com.atproto.identity.resolveHandle" => {
                return match call.field("handle").as_deref() {
                    Some("ada.test") => Said::json(200, json!({"did": "did:plc:ada"})),
                    _ => failed(400, "InvalidRequest", "Unable to resolve handle"),
                };
            }
            _ => {}
        }
        if bearer != format!("Bearer {}", self.access) {
            return failed(400, "ExpiredToken", "Token has expired");
        }
        match name.as_str() {
            "com.atproto.server.getSession" => {
                Said::json(200, json!({"did": DID, "handle": "shop.test", "active": true}))
            }
            "com.atproto.repo.uploadBlob" => {
                self.blobs.push((call.header("content-type").to_owned(), call.body.len()));
                Said::json(200, json!({"blob": {"ref": self.blobs.len()}}))
            }
            "com.atproto.repo.putRecord" => self.put(&call.json()),
            "com.atproto.repo.getRecord" => {
                let rkey = call.field("rkey").expect("a record key");
                match self.records.get(&rkey) {
                    Some((cid, value)) => {
                        Said::json(200, json!({"uri": uri(&rkey), "cid": cid, "value": value}))
                    }
                    None => failed(400, "RecordNotFound", "Could not locate record"),
                }
            }
            "com.atproto.repo.deleteRecord" => {
                self.records.remove(call.json()["rkey"].as_str().expect("a record key"));
                Said::json(200, json!({}))
            }
            other => panic!("{other}"),
        }
    }

    fn refuses(&self) -> Said {
        failed(400, "InvalidRecord", "Invalid record: text must not be longer than 300 graphemes")
    }

    fn signs_out(&self) -> Said {
        failed(401, "AuthenticationRequired", &format!("Invalid identifier or password {SECRET}"))
    }

    fn posts(&self) -> usize {
        self.records.len()
    }
}

fn failed(status: u16, error: &str, message: &str) -> Said {
    Said::json(status, json!({"error": error, "message": message}))
}

fn uri(rkey: &str) -> String {
    format!("at://{DID}/app.bsky.feed.post/{rkey}")
}

fn config(service: String) -> BlueskyConfig {
    BlueskyConfig {
        app_view: service.clone(),
        service,
        handle: "shop.test".to_owned(),
        password: Secret::given(SECRET),
        web: "https://bsky.app".to_owned(),
        allow: Vec::new(),
        ca_file: None,
    }
}

fn before(running: &Running<Pds>) -> Bluesky {
    Bluesky::over(config(running.url()), running.http()).expect("settings")
}

fn post(part: PostPart) -> Post {
    Post { network: Network::Bluesky, parts: vec![part], language: Some("nl".to_owned()) }
}

fn order<'a>(post: &'a Post, before: &'a [PostRef]) -> PostOrder<'a> {
    PostOrder { key: "post/p1/1", at: NOW, post, part: 0, before }
}

fn text(text: &str) -> PostPart {
    PostPart { text: text.to_owned(), ..PostPart::default() }
}

fn done(bluesky: &Bluesky, order: &PostOrder<'_>) -> PostRef {
    match bluesky.publish(order) {
        Published::Done(done) => done,
        other => panic!("{other:?}"),
    }
}

#[test]
fn bluesky_keeps_the_contract() {
    contract::publisher(&mut |fate| {
        place(fate, Pds::default(), |url, http| {
            Box::new(Bluesky::over(config(url), http).expect("settings"))
        })
    });
}

#[test]
fn a_record_says_what_the_post_is() {
    let part = PostPart {
        text: "Dag @ada.test, zie é shop.example/a… #nieuw @niemand.test".to_owned(),
        marks: vec![
            Mark { start: 4, end: 13, what: Marked::Mention("ada.test".to_owned()) },
            Mark { start: 22, end: 39, what: Marked::Link("https://shop.example/abc".to_owned()) },
            Mark { start: 40, end: 46, what: Marked::Tag("nieuw".to_owned()) },
            Mark { start: 47, end: 60, what: Marked::Mention("niemand.test".to_owned()) },
        ],
        card: Some(LinkCard {
            url: "https://shop.example/abc".to_owned(),
            title: "Abc".to_owned(),
            description: "Een rit".to_owned(),
            image: None,
        }),
        ..PostPart::default()
    };
    let mentions = BTreeMap::from([("ada.test".to_owned(), "did:plc:ada".to_owned())]);
    let embeds = Embeds { mentions, thumb: Some(json!({"ref": 1})), ..Embeds::default() };
    let parent =
        |id: &str| PostRef { id: id.to_owned(), hash: format!("c{id}"), url: String::new() };
    let found = record(&part, Some("nl"), &[parent("a"), parent("b")], &embeds, NOW);
    let facet = |start: usize, end: usize, feature: Value| json!({"index": {"byteStart": start, "byteEnd": end}, "features": [feature]});
    let link = json!({"$type": "app.bsky.richtext.facet#link", "uri": "https://shop.example/abc"});
    let expected = json!({
        "$type": "app.bsky.feed.post",
        "text": part.text,
        "createdAt": "2027-01-15T08:00:00Z",
        "langs": ["nl"],
        "facets": [
            facet(4, 13, json!({"$type": "app.bsky.richtext.facet#mention", "did": "did:plc:ada"})),
            facet(22, 39, link),
            facet(40, 46, json!({"$type": "app.bsky.richtext.facet#tag", "tag": "nieuw"})),
        ],
        "reply": {"root": {"uri": "a", "cid": "ca"}, "parent": {"uri": "b", "cid": "cb"}},
        "embed": {
            "$type": "app.bsky.embed.external",
            "external": {
                "uri": "https://shop.example/abc", "title": "Abc", "description": "Een rit",
                "thumb": {"ref": 1},
            },
        },
    });
    assert_eq!(found, expected);
    assert_eq!(&part.text[22..39], "shop.example/a…");
}

#[test]
fn pictures_keep_their_words_and_shape() {
    let picture = Picture {
        bytes: Vec::new(),
        kind: Kind::Png,
        width: 4,
        height: 3,
        alt: "A boat".to_owned(),
    };
    let embeds = Embeds { images: vec![(picture, json!({"ref": 1}))], ..Embeds::default() };
    let expected = json!({
        "$type": "app.bsky.embed.images",
        "images": [
            {"alt": "A boat", "image": {"ref": 1}, "aspectRatio": {"width": 4, "height": 3}},
        ],
    });
    assert_eq!(record(&text("x"), None, &[], &embeds, NOW)["embed"], expected);
}

#[test]
fn a_mark_that_cuts_a_letter_is_left_out() {
    let mark = Mark { start: 1, end: 2, what: Marked::Tag("x".to_owned()) };
    let beyond = Mark { start: 1, end: 99, what: Marked::Tag("y".to_owned()) };
    let part = PostPart { marks: vec![mark, beyond], ..text("é") };
    assert_eq!(record(&part, None, &[], &Embeds::default(), NOW).get("facets"), None);
}

proptest! {
    /// The form that atproto.com asks of a TID: 13 digits, the first of which leaves the top bit 0.
    #[test]
    fn record_keys_are_tids(key in ".{0,60}") {
        let rkey = record_key(&key);
        prop_assert_eq!(rkey.len(), 13);
        prop_assert!(rkey.bytes().all(|it| b"234567abcdefghijklmnopqrstuvwxyz".contains(&it)));
        prop_assert!((b'2'..=b'j').contains(&rkey.as_bytes()[0]));
        prop_assert_eq!(&rkey, &record_key(&key));
        let micros = rkey.bytes().fold(0_u64, |sum, it| {
            let digit = if it < b'a' { it - b'2' } else { it - b'a' + 6 };
            sum << 5 | u64::from(digit)
        }) >> 10;
        let day = 86_400_000_000;
        prop_assert!((19_358 * day..19_766 * day).contains(&micros), "2023 and a bit of 2024");
    }
}

#[test]
fn a_session_that_ended_is_refreshed_and_kept() {
    let running = Running::start(Pds::default(), Fate::Takes);
    let bluesky = before(&running);
    let (first, second) = (post(text("One")), post(text("Two")));
    done(&bluesky, &order(&first, &[]));
    running.network.lock().expect("a network").access = "another".to_owned();
    running.calls();
    done(&bluesky, &PostOrder { key: "post/p2/1", ..order(&second, &[]) });
    let paths: Vec<String> = running.calls().into_iter().map(|it| it.path).collect();
    let names: Vec<&str> = paths.iter().map(|it| it.rsplit('.').next().expect("a name")).collect();
    assert_eq!(names, ["putRecord", "refreshSession", "putRecord"]);
    done(&bluesky, &order(&first, &[]));
    assert_eq!(running.network.lock().expect("a network").sessions, 2);
}

#[test]
fn a_later_try_finds_the_first_although_its_time_differs() {
    let running = Running::start(Pds::default(), Fate::Takes);
    let bluesky = before(&running);
    let post = post(text("One"));
    let first = done(&bluesky, &order(&post, &[]));
    assert_eq!(
        first.url,
        format!("https://bsky.app/profile/{DID}/post/{}", record_key("post/p1/1"))
    );
    let again = PostOrder { at: NOW + Span::hours(3), ..order(&post, &[]) };
    assert_eq!(done(&bluesky, &again), first);
    assert_eq!(running.network.lock().expect("a network").writes, 1);
}

#[test]
fn an_edit_keeps_time_thread_and_pictures() {
    let running = Running::start(Pds::default(), Fate::Takes);
    let bluesky = before(&running);
    let old = post(text("A tpyo"));
    let root = PostRef { id: uri("root"), hash: "bafyroot".to_owned(), url: String::new() };
    let stands = done(&bluesky, &order(&old, std::slice::from_ref(&root)));
    let new = post(text("A typo"));
    let later = PostOrder { at: NOW + Span::hours(1), ..order(&new, &[]) };
    let edited = bluesky.edit(&stands, &later).expect("an edit");
    assert_eq!((&edited.id, edited.hash.as_str()), (&stands.id, "bafy2"));
    let network = running.network.lock().expect("a network");
    let (_, record) = network.records.values().next().expect("a record");
    assert_eq!(record["text"], "A typo");
    assert_eq!(record["createdAt"], "2027-01-15T08:00:00Z");
    assert_eq!(record["reply"]["root"]["cid"], "bafyroot");
}

#[test]
fn what_is_counted_is_told_and_nothing_where_nobody_counts() {
    let running = Running::start(Pds::default(), Fate::Takes);
    let bluesky = before(&running);
    let stands = done(&bluesky, &order(&post(text("One")), &[]));
    let many: Vec<PostRef> = std::iter::repeat_n(stands, 30).collect();
    running.calls();
    let found = bluesky.metrics(&many).expect("counts");
    let counts = PostMetrics { likes: 3, reposts: 3, ..PostMetrics::default() };
    assert_eq!(found, vec![Some(counts); 30]);
    assert_eq!(running.calls().len(), 2, "25 in a call");
    let config = BlueskyConfig { app_view: String::new(), ..config(running.url()) };
    let bare = Bluesky::over(config, running.http()).expect("settings");
    let found = bare.metrics(&many);
    assert!(matches!(found, Err(PublisherError::NotAllowed(it)) if it.contains("app_view")));
}

#[test]
fn what_cannot_be_shown_stops_the_post_before_anything_is_called() {
    let running = Running::start(Pds::default(), Fate::Takes);
    let refused = |part: PostPart, why: &str| {
        let found = before(&running).publish(&order(&post(part), &[]));
        assert!(
            matches!(&found, Published::Refused { detail } if detail.contains(why)),
            "{found:?}"
        );
        assert!(running.calls().is_empty());
    };
    let image = |alt: &str| vec![PostImage { url: running.url(), alt: alt.to_owned() }];
    refused(PostPart { images: image(" "), ..text("x") }, "alt text");
    let card = Some(LinkCard {
        url: "https://shop.example/".to_owned(),
        title: String::new(),
        description: String::new(),
        image: None,
    });
    refused(PostPart { images: image("A boat"), card, ..text("x") }, "pictures or a card");
    let none = post(text("x"));
    let found = before(&running).publish(&PostOrder { part: 1, ..order(&none, &[]) });
    assert!(matches!(found, Published::Refused { detail } if detail.contains("part 1 of 1")));
}

#[test]
fn settings_are_checked() {
    let check = |text: &str| {
        let config: BlueskyConfig = toml::from_str(text).map_err(|it| it.to_string())?;
        config.check().map_err(|it| it.to_string())
    };
    let account = "handle = \"shop.test\"\n";
    let signed = format!("{account}password = \"env:BLUESKY_PASSWORD\"\n");
    assert_eq!(check(&signed), Ok(()));
    assert_eq!(check(&format!("{signed}app_view = \"\"")), Ok(()));
    for (settings, why) in [
        (account.to_owned(), "missing field `password`"),
        (format!("{account}password = \"abcd\""), "a secret stands in the settings themselves"),
        (format!("{account}password_env = \"BLUESKY_PASSWORD\""), "unknown field"),
        (signed.replace("shop.test", "@shop.test"), "handle is not a name"),
        (format!("{signed}service = \"bsky.social\""), "service"),
        (format!("{signed}service = \"https://a.b/\""), "slash"),
        (format!("{signed}allow = [\"*\"]"), "not a host"),
    ] {
        let problem = check(&settings).expect_err(&settings);
        assert!(problem.contains(why), "{problem}");
    }
    let shown = format!("{:?}", config("https://a.b".to_owned()));
    assert!(!shown.contains(SECRET), "{shown}");
}

#[test]
fn a_password_is_read_when_the_channel_is_made() {
    let made = |password: Secret| {
        let config = BlueskyConfig { password, ..config("https://a.b".to_owned()) };
        Bluesky::new(config).err().map(|it| it.to_string())
    };
    assert_eq!(made(Secret::given(SECRET)), None);
    let missing = made(Secret::Env("FULCRUM_NO_SUCH_VARIABLE".to_owned())).expect("a problem");
    assert!(missing.contains("the environment has no FULCRUM_NO_SUCH_VARIABLE"), "{missing}");
    let spoilt = made(Secret::given("hunter2 4711")).expect("a problem");
    assert!(spoilt.contains("social.bluesky: password: the secret has a space"), "{spoilt}");
    assert!(!spoilt.contains("hunter2"), "{spoilt}");
}
