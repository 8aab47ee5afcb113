//! Contents in, posts out: as one text per part, with its marks, images and card.

use super::*;
use crate::{Action, Forms, FrontMatter, Image};
use model::{ContentName, Topic};
use proptest::prelude::*;

fn brand() -> Brand {
    Brand {
        name: "Velo".to_owned(),
        base_url: "https://go.shop.example".to_owned(),
        ..Brand::default()
    }
}

fn front() -> FrontMatter {
    FrontMatter {
        content: ContentName::from("spring"),
        topic: Topic::from("news"),
        summary: "Your first ride is on us".to_owned(),
        action: Some(Action {
            label: "Plan my ride".to_owned(),
            url: "https://shop.example/plan".to_owned(),
        }),
        ..FrontMatter::default()
    }
}

fn saying(network: Network, text: &str) -> FrontMatter {
    let form = Some(PostForm { text: text.to_owned(), thread: None });
    let mut forms = Forms::default();
    match network {
        Network::Bluesky => forms.bluesky = form,
        Network::Mastodon => forms.mastodon = form,
        Network::Linkedin => forms.linkedin = form,
        Network::Facebook => forms.facebook = form,
        Network::Threads => forms.threads = form,
        Network::X => forms.x = form,
    }
    FrontMatter { forms, action: None, ..front() }
}

fn made(network: Network, front: FrontMatter) -> Result<Post, RenderError> {
    let content = Content::from_parts(front, String::new()).expect("a good content");
    post(&content, &brand(), &PostTo::new(network, "post/spring"))
}

/// Each part as its text, then its marks, images and card, one a line.
fn shown(post: &Post) -> String {
    let mut lines = Vec::new();
    for part in &post.parts {
        lines.push(part.text.clone());
        for mark in &part.marks {
            lines.push(format!("  {:?} {:?}", &part.text[mark.start..mark.end], mark.what));
        }
        lines.extend(part.images.iter().map(|it| format!("  image {} {}", it.url, it.alt)));
        lines.extend(
            part.card
                .iter()
                .map(|it| format!("  card {} | {} | {}", it.url, it.title, it.description)),
        );
    }
    lines.join("\n")
}

fn check(network: Network, front: FrontMatter, expected: &str) {
    let said = match made(network, front) {
        Ok(post) => shown(&post),
        Err(error) => error.to_string(),
    };
    let expected: Vec<&str> = expected.lines().map(|it| it.trim_start_matches('|')).collect();
    assert_eq!(said, expected.join("\n").trim_start_matches('\n'));
}

#[test]
fn without_a_form_the_summary_is_posted_with_the_action() {
    check(
        Network::Bluesky,
        front(),
        "Your first ride is on us\n  card https://shop.example/plan?utm_source=bluesky&utm_medium=social\
         &utm_campaign=post%2Fspring&utm_content=spring | Plan my ride | ",
    );
    // Mastodon makes the card itself, of the link in the text.
    let url = "https://shop.example/plan?utm_source=mastodon&utm_medium=social\
               &utm_campaign=post%2Fspring&utm_content=spring";
    let marked = format!("  {url:?} Link({url:?})");
    check(Network::Mastodon, front(), &format!("Your first ride is on us\n\n{url}\n{marked}"));
}

#[test]
fn a_networks_own_form_wins_over_the_shared_one() {
    let mut front = saying(Network::X, "For X");
    front.forms.social = Some(PostForm { text: "For all".to_owned(), thread: None });
    check(Network::X, front.clone(), "For X");
    check(Network::Threads, front, "For all");
}

#[test]
fn a_post_speaks_to_everyone() {
    let text = "Hello {{ person.address.city | default: \"you\" }}";
    check(
        Network::Facebook,
        saying(Network::Facebook, text),
        "facebook text: person.address.city is about one person, and a post speaks to everyone; \
         take it out, or write a form for posts",
    );
    let text = "{% if event[\"total\"] %}a{% endif %}";
    let error = made(Network::X, saying(Network::X, text)).expect_err("an error");
    assert!(error.message.starts_with("event.total is"), "{error}");
    check(Network::X, saying(Network::X, "We are {{ brand.name }}"), "We are Velo");
}

#[test]
fn marks_count_bytes_and_punctuation_is_no_part_of_a_link() {
    check(
        Network::Bluesky,
        saying(
            Network::Bluesky,
            "Één dag (https://www.shop.example/a-long-path-to-a-page?x=1). #lente @anna.example.",
        ),
        "Één dag (shop.example/a-long-path-to-a…). #lente @anna.example.\n  \
         \"shop.example/a-long-path-to-a…\" Link(\"https://www.shop.example/a-long-path-to-a-page?x=1\
         &utm_source=bluesky&utm_medium=social&utm_campaign=post%2Fspring&utm_content=spring\")\n  \
         \"#lente\" Tag(\"lente\")\n  \"@anna.example\" Mention(\"anna.example\")",
    );
    check(
        Network::X,
        saying(Network::X, "mail me@shop.example, #1 of a#b"),
        "mail me@shop.example, #1 of a#b",
    );
}

#[test]
fn hashtags_are_added_where_they_are_not_said() {
    let mut front = saying(Network::Mastodon, "The #Spring is here");
    front.hashtags = vec!["spring".to_owned(), "cycling".to_owned()];
    check(
        Network::Mastodon,
        front,
        "The #Spring is here\n\n#cycling\n  \"#Spring\" Tag(\"Spring\")\n  \"#cycling\" Tag(\"cycling\")",
    );
}

#[test]
fn images_stand_on_the_first_part_each_with_words_and_take_the_cards_place() {
    let image = |n: usize| Image {
        url: format!("https://shop.example/{n}.jpg"),
        alt: format!("Bike {n} of {{{{ brand.name }}}}"),
    };
    let with = |n: usize| FrontMatter {
        image: Some(image(1)),
        images: (2..=n).map(image).collect(),
        action: None,
        ..front()
    };
    check(
        Network::Bluesky,
        with(2),
        "Your first ride is on us\n  image https://shop.example/1.jpg Bike 1 of Velo\n  \
         image https://shop.example/2.jpg Bike 2 of Velo",
    );
    check(
        Network::X,
        with(5),
        "images: there are 5 images, and the network takes 4; leave some out",
    );
    assert_eq!(made(Network::Threads, with(5)).expect("a post").parts[0].images.len(), 5);
    let mut silent = with(2);
    silent.images[0].alt = String::new();
    check(
        Network::X,
        silent,
        "image 2 alt: the image has no alt text; write `alt:`; some people hear the image",
    );
    let shown = FrontMatter { action: front().action, ..with(1) };
    let post = made(Network::Bluesky, shown).expect("a post");
    assert_eq!(post.parts[0].card, None);
    assert!(post.parts[0].text.ends_with("\n\nshop.example/plan"), "{}", post.parts[0].text);
}

#[test]
fn lengths_on_x_are_those_of_its_own_library() {
    let cases = include_str!("../../../../fixtures/posts/x-lengths.tsv");
    let limits = Limits::of(Network::X);
    for line in cases.lines().filter(|it| !it.starts_with('#')) {
        let (expected, text) = line.split_once('\t').expect("two columns");
        let text = text.replace("\\s", " ");
        let (text, marks) = marks::marked(&text, &|it| (it.to_owned(), it.to_owned()));
        let found = count::length(Network::X, &limits, &text, &marks);
        assert_eq!(found.to_string(), expected, "{text}");
    }
}

#[test]
fn each_network_counts_in_its_own_way() {
    let length = |network, text: &str| {
        let (text, marks) = marks::marked(text, &|it| (it.to_owned(), it.to_owned()));
        count::length(network, &Limits::of(network), &text, &marks)
    };
    // A family is one character to a reader, 25 bytes, and 11 units of UTF-16.
    let family = "👨\u{200d}👩\u{200d}👧\u{200d}👦";
    assert_eq!(length(Network::Bluesky, family), 1);
    assert_eq!(length(Network::Mastodon, family), 1);
    assert_eq!(length(Network::Threads, family), 25);
    assert_eq!(length(Network::Linkedin, family), 11);
    assert_eq!(length(Network::X, family), 2);
    // Mastodon's documentation: any link is 23, and a mention counts without its domain.
    assert_eq!(length(Network::Mastodon, "a https://shop.example/very/long/address/indeed b"), 27);
    assert_eq!(length(Network::Mastodon, "@anna@social.example hi"), 8);
    assert_eq!(length(Network::Threads, "https://a.example é"), 19);
}

#[test]
fn a_long_text_becomes_a_thread_between_sentences() {
    let sentence = "Spring is here, and with it come the long rides along the river. ";
    let form = |thread| Some(PostForm { text: sentence.repeat(9), thread });
    let of = |thread| FrontMatter {
        forms: Forms { x: form(thread), ..Forms::default() },
        action: None,
        ..front()
    };
    let post = made(Network::X, of(None)).expect("a thread");
    // Four sentences of 65 fit into 280, a fifth does not.
    let four = sentence.repeat(4).trim_end().to_owned();
    assert_eq!(
        post.parts.iter().map(|it| it.text.clone()).collect::<Vec<_>>(),
        [four.clone(), four.clone(), sentence.trim_end().to_owned()]
    );
    let post = made(Network::X, of(Some(Threading::Numbered))).expect("a thread");
    assert_eq!(post.parts[1].text, format!("{four} 2/3"));
    let error = made(Network::X, of(Some(Threading::Never))).expect_err("too long");
    assert!(error.message.starts_with("the post has 584 characters (weighted), and x takes 280"));
}

#[test]
fn networks_without_threads_say_how_long_it_is() {
    check(
        Network::Linkedin,
        saying(Network::Linkedin, &"word ".repeat(601)),
        "linkedin text: the post has 3004 characters, and linkedin takes 3000; shorten it, or write \
         `forms: {linkedin: {text: …}}`",
    );
    assert!(made(Network::Facebook, saying(Network::Facebook, &"é".repeat(30_000))).is_ok());
}

#[test]
fn an_instance_of_mastodon_may_take_more() {
    let content =
        Content::from_parts(saying(Network::Mastodon, &"word ".repeat(200)), String::new());
    let content = content.expect("a good content");
    let to = PostTo::new(Network::Mastodon, "post/spring");
    assert_eq!(post(&content, &brand(), &to).expect("a thread").parts.len(), 2);
    let to = PostTo { limits: Limits { text: 1_000, ..to.limits }, ..to };
    assert_eq!(post(&content, &brand(), &to).expect("a post").parts.len(), 1);
}

#[test]
fn what_cannot_be_split_is_said() {
    let long = format!("https://a.example/{}", "x".repeat(300));
    let error = made(Network::Threads, saying(Network::Threads, &format!("See {long}{long}")));
    assert!(error.expect_err("too long").message.contains("a link or a name"));
    let error = made(Network::X, saying(Network::X, &"word ".repeat(2_000)));
    assert!(error.expect_err("too long").message.contains("at most 25 parts"));
    let links: String = (0..6).map(|n| format!("https://a.example/{n} ")).collect();
    check(
        Network::Threads,
        saying(Network::Threads, &links),
        "threads text: there are 6 links, and the network takes 5; leave some out",
    );
}

/// Words, sentences, links, names, tags, scripts without spaces, and characters of several parts.
fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        6 => "[a-zé]{1,12}",
        2 => "[a-z]{1,9}[.!?]",
        1 => "https://[a-z]{1,9}\\.example/[a-z0-9]{0,60}",
        1 => "#[a-z]{2,12}",
        1 => "@[a-z]{2,12}@[a-z]{2,8}\\.example",
        1 => "[の本語。]{1,80}",
        1 => Just("👨\u{200d}👩\u{200d}👧\u{200d}👦".to_owned()),
        1 => Just("\n\n".to_owned()),
    ];
    prop::collection::vec(word, 1..220).prop_map(|it| it.join(" "))
}

proptest! {
    #[test]
    fn a_thread_says_the_whole_text_in_parts_that_fit_with_whole_marks(
        text in texts(),
        n in 0_usize..6,
        numbered in any::<bool>(),
    ) {
        let network = Network::ALL[n];
        let limits = Limits { threads: true, ..Limits::of(network) };
        let to = PostTo { limits, ..PostTo::new(network, "post/spring") };
        let (text, marks) = marks::marked(text.trim(), &|it| (it.to_owned(), it.to_owned()));
        let threading = numbered.then_some(Threading::Numbered);
        let Ok(parts) = parts("text", &text, &marks, threading, &to) else { return Ok(()) };
        let squeezed = |it: &str| it.split_whitespace().collect::<String>();
        let mut said = String::new();
        let mut found = Vec::new();
        for (n, part) in parts.iter().enumerate() {
            prop_assert!(length(network, &limits, part) <= limits.text, "{}", part.text);
            prop_assert!(limits.bytes.is_none_or(|it| part.text.len() <= it));
            let suffix = thread::suffix(n + 1, parts.len());
            let is_numbered = numbered && 1 < parts.len();
            let text = if is_numbered { part.text.strip_suffix(&suffix) } else { Some(&*part.text) };
            said.push_str(text.expect("its number"));
            found.extend(part.marks.iter().map(|it| &it.what));
        }
        prop_assert_eq!(squeezed(&said), squeezed(&text));
        prop_assert_eq!(found, marks.iter().map(|it| &it.what).collect::<Vec<_>>());
    }
}
