//! What everybody may read: pages, lists and feeds.

use crate::programme::programme;
use crate::world::World;
use model::Span;

const SPRING: &str = "---
content: spring-hills
topic: rides
summary: Three rides & a \"view\"
image: {url: \"https://shop.test/h.jpg\", alt: Hills}
action: {label: Plan a ride, url: \"https://shop.test/plan?utm_source=own\"}
locale: en
forms:
  page: {title: Hills <in> spring, published: 2026-01-02, author: Ada, tags: [hills, north sea]}
locales: {nl: spring.nl.md}
---
Hello {{ person.first_name | default: \"friend\" }} of {{ brand.name }}, see [the map](https://map.test/a).
";

const SPRING_NL: &str = "---
summary: Drie ritten
forms:
  page: {title: Heuvels}
---
Hallo.
";

async fn world(site: &str, more: &[(&str, &str)]) -> World {
    let world = World::new().await;
    let mut files = programme();
    files.insert("content/spring.md".to_owned(), SPRING.to_owned());
    files.insert("content/spring.nl.md".to_owned(), SPRING_NL.to_owned());
    files.insert("site.yaml".to_owned(), site.to_owned());
    for (path, text) in more {
        files.insert((*path).to_owned(), (*text).to_owned());
    }
    world.apply(files).await;
    world
}

#[tokio::test]
async fn a_content_is_a_page_for_everybody() {
    let world = world("title: Velo news", &[]).await;
    let page = world.ask("GET /read/spring-hills").await;
    assert_eq!(page.status, 200, "{}", page.body);
    for expected in [
        "<html lang=\"en\" dir=\"ltr\">",
        "<title>Hills &lt;in&gt; spring – Velo news</title>",
        "<meta name=\"description\" content=\"Three rides &amp; a &quot;view&quot;\">",
        "<link rel=\"canonical\" href=\"http://shop.test/read/spring-hills\">",
        "<link rel=\"alternate\" hreflang=\"nl\" href=\"http://shop.test/read/nl/spring-hills\">",
        "<link rel=\"alternate\" hreflang=\"x-default\" href=\"http://shop.test/read/spring-hills\">",
        "<meta property=\"og:type\" content=\"article\">",
        "<meta property=\"og:image\" content=\"https://shop.test/h.jpg\">",
        "<meta name=\"twitter:card\" content=\"summary_large_image\">",
        "<h1>Hills &lt;in&gt; spring</h1>",
        "<p>Hello friend of Two Wheels, see <a href=\"https://map.test/a\">the map</a>.</p>",
        "<a href=\"https://shop.test/plan?utm_source=own\">Plan a ride</a>",
        "<a rel=\"tag\" href=\"/read/tagged/north%20sea\">north sea</a>",
        "2 January 2026",
    ] {
        assert!(page.body.contains(expected), "{expected} is not in {}", page.body);
    }
    assert!(!page.body.contains("<script>"), "{}", page.body);
    let data = page
        .body
        .split("application/ld+json\">")
        .nth(1)
        .and_then(|it| it.split("</script>").next());
    let data: serde_json::Value = serde_json::from_str(data.expect("data")).expect("JSON");
    assert_eq!(data["headline"], "Hills <in> spring");
    assert_eq!(data["author"]["name"], "Ada");
    let policy = page.headers["content-security-policy"].to_str().expect("text");
    assert!(policy.starts_with("default-src 'none';"), "{policy}");
}

#[tokio::test]
async fn each_language_has_an_address_of_its_own() {
    let world = world("", &[]).await;
    let page = world.ask("GET /read/nl/spring-hills").await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("<html lang=\"nl\""), "{}", page.body);
    assert!(page.body.contains("<h1>Heuvels</h1>") && page.body.contains("2 januari 2026"));
    assert!(page.body.contains("href=\"/read/spring-hills\" lang=\"en\""), "{}", page.body);
    assert_eq!(world.status("GET /read/de/spring-hills").await, 404);
    let list = world.ask("GET /read?lang=nl").await.body;
    assert!(list.contains("/read/nl/spring-hills") && list.contains("Heuvels"), "{list}");
    let feed = world.ask("GET /feed.xml?lang=nl").await.body;
    assert!(feed.contains("<language>nl</language>") && feed.contains("Heuvels"), "{feed}");
}

#[tokio::test]
async fn nothing_is_seen_before_its_time() {
    let tomorrow = |world: &World| (world.now() + Span::DAY).to_string();
    let first = World::new().await;
    let soon = format!(
        "---\ncontent: soon\ntopic: rides\nsummary: Soon\nforms:\n  page: {{title: Soon out, published: \"{}\"}}\n---\nBody.\n",
        tomorrow(&first)
    );
    let world = world("", &[("content/soon.md", &soon)]).await;
    let places = ["/read", "/feed.xml", "/atom.xml", "/feed.json", "/sitemap.xml"];
    assert_eq!(world.status("GET /read/soon").await, 404);
    for place in places {
        let answer = world.ask(&format!("GET {place}")).await;
        assert_eq!(answer.status, 200, "{place}");
        assert!(answer.body.contains("spring-hills"), "{place}: {}", answer.body);
        assert!(!answer.body.contains("/read/soon"), "{place}: {}", answer.body);
    }
    world.advance(Span(2 * Span::DAY.0));
    assert_eq!(world.status("GET /read/soon").await, 200);
    for place in places {
        let answer = world.ask(&format!("GET {place}")).await;
        assert!(answer.body.contains("/read/soon"), "{place}: {}", answer.body);
    }
}

#[tokio::test]
async fn who_has_the_answer_already_is_told_so() {
    let world = world("", &[]).await;
    for path in
        ["/read", "/read/spring-hills", "/feed.xml", "/atom.xml", "/feed.json", "/sitemap.xml"]
    {
        let first = world.ask(&format!("GET {path}")).await;
        let tag = first.headers["etag"].to_str().expect("text").to_owned();
        assert_eq!(first.headers["cache-control"], "public, max-age=60", "{path}");
        let again = world.ask(&format!("GET {path}\nif-none-match: \"x\", W/{tag}")).await;
        assert_eq!((again.status.as_u16(), again.body.as_str()), (304, ""), "{path}");
        assert_eq!(again.headers["etag"].to_str().expect("text"), tag, "{path}");
        let other = world.ask(&format!("GET {path}\nif-none-match: \"x\"")).await;
        assert_eq!(other.status, 200, "{path}");
    }
}

#[tokio::test]
async fn tags_have_lists_and_feeds_of_their_own() {
    let world = world("title: Velo news", &[]).await;
    let list = world.ask("GET /read/tagged/north%20sea").await;
    assert_eq!(list.status, 200);
    assert!(list.body.contains("/read/spring-hills"), "{}", list.body);
    assert!(list.body.contains("href=\"/feed.xml?tag=north%20sea\""), "{}", list.body);
    assert_eq!(world.status("GET /read/tagged/south").await, 404);
    let feed = world.ask("GET /feed.xml?tag=north%20sea").await.body;
    assert!(feed.contains("<title>Velo news: north sea</title>") && feed.contains("spring-hills"));
    let none = world.ask("GET /feed.xml?tag=south").await;
    assert!(none.status == 200 && !none.body.contains("<item>"), "{}", none.body);
}

#[tokio::test]
async fn a_feed_says_who_tells_of_what_is_new() {
    let world = world("hub: https://hub.test/", &[]).await;
    let feed = world.ask("GET /atom.xml").await;
    let links: Vec<_> =
        feed.headers.get_all("link").iter().map(|it| it.to_str().expect("text")).collect();
    assert_eq!(
        links,
        ["<http://shop.test/atom.xml>; rel=\"self\"", "<https://hub.test/>; rel=\"hub\""]
    );
}

#[tokio::test]
async fn search_engines_find_pages_and_nothing_else() {
    let plain = World::new().await;
    plain.check("GET /robots.txt", "200 User-agent: *\nDisallow: /").await;
    let hidden = "---\ncontent: hidden\ntopic: rides\nsummary: Not for all\nforms:\n  page: {title: Offer, kind: landing, noindex: true}\n---\nBody.\n";
    let world = world("", &[("content/hidden.md", hidden)]).await;
    let robots = world.ask("GET /robots.txt").await.body;
    assert!(
        robots.contains("Disallow: /u/")
            && robots.contains("Sitemap: http://shop.test/sitemap.xml")
    );
    let page = world.ask("GET /read/hidden").await;
    assert!(page.status == 200 && page.body.contains("name=\"robots\" content=\"noindex\""));
    assert!(!world.ask("GET /sitemap.xml").await.body.contains("hidden"));
    assert!(!world.ask("GET /read").await.body.contains("hidden"), "a landing page is no article");
}
