//! Static lists: tables in, members out.

use crate::world::World;
use model::{Identifier, Value};
use port::{Directory, Ledger, People};

/// Ann and Bob are known.
async fn world() -> World {
    let world = World::signed_in().await;
    world.track(r#"{"type":"identify","userId":"ann","traits":{"email":"ann@shop.test"}}"#).await;
    world.track(r#"{"type":"identify","userId":"bob","traits":{"email":"bob@shop.test"}}"#).await;
    world
}

/// Sends a table to a list; what it came to.
async fn change(world: &World, query: &str, table: &str) -> String {
    let answer =
        world.json(&format!("POST /api/v1/lists/{query}\ncontent-type: text/csv\n\n{table}")).await;
    world.settle().await;
    let count = |name: &str| match answer[name].as_u64().expect("a count") {
        0 => String::new(),
        count => format!(" {name}={count}"),
    };
    let names = ["added", "new", "removed", "unchanged", "unknown", "unreadable"];
    names.map(count).concat().trim().to_owned()
}

async fn lists(world: &World) -> String {
    let answer = world.json("GET /api/v1/lists").await;
    let lists = answer["lists"].as_array().expect("lists").iter();
    lists.map(|it| format!("{}={} ", it["name"].as_str().unwrap_or(""), it["people"])).collect()
}

#[tokio::test]
async fn a_table_puts_people_on_a_list_and_takes_them_off() {
    let world = world().await;
    let check = async |query: &str, table: &str, expected: &str, then: &str| {
        assert_eq!(change(&world, query, table).await, expected, "{query} {table}");
        assert_eq!(lists(&world).await.trim(), then, "{query} {table}");
    };
    let by = "?column=email";
    check(&format!("vip{by}"), "email\nAnn@shop.test\n", "added=1", "vip=1").await;
    check(&format!("vip{by}"), "email\nann@shop.test\n", "unchanged=1", "vip=1").await;
    // One list's change leaves the other's alone.
    check(&format!("press{by}"), "name,email\nBob,bob@shop.test\n", "added=1", "press=1 vip=1")
        .await;
    // Whom nobody knew is made, once.
    let table = "email\neve@shop.test\neve@shop.test\n\"\"\nnobody\n";
    check(&format!("vip{by}"), table, "added=1 new=1 unreadable=2", "press=1 vip=2").await;
    let known = format!("vip{by}&known_only=true");
    check(&known, "email\njoe@shop.test\nbob@shop.test\n", "added=1 unknown=1", "press=1 vip=3")
        .await;
    let dry = format!("vip{by}&mode=replace&dry_run=true");
    check(&dry, "email\nann@shop.test\n", "removed=2 unchanged=1", "press=1 vip=3").await;
    let replace = format!("vip{by}&mode=replace");
    check(&replace, "email\nann@shop.test\n", "removed=2 unchanged=1", "press=1 vip=1").await;
    let remove = format!("vip{by}&mode=remove");
    check(&remove, "email\nann@shop.test\njoe@shop.test\n", "removed=1 unknown=1", "press=1 vip=0")
        .await;
    check("vip?column=user_id", "user_id\nbob\ncleo\n", "added=2 new=1", "press=1 vip=2").await;
    check(
        "vip?column=tel&kind=phone",
        "tel\n+31 6 1234 5678\n00000\n",
        "added=1 new=1 unreadable=1",
        "press=1 vip=3",
    )
    .await;
}

#[tokio::test]
async fn being_on_a_list_is_a_trait_and_agrees_to_nothing() {
    let world = world().await;
    change(&world, "big%20ones?column=email", "email\neve@shop.test\nann@shop.test\n").await;
    for address in ["eve@shop.test", "ann@shop.test"] {
        let owner = world.store.owners(&[Identifier::email(address)]).expect("owners")[0];
        let person = world.store.load(&[owner.expect("somebody")]).expect("people").remove(0);
        assert_eq!(person.profile.trait_value("list.big ones"), Some(&Value::Bool(true)));
        assert!(person.consents.listing(world.now()).is_empty());
        assert!(world.store.messages_of(person.id, None, 1).expect("messages").is_empty());
    }
}

#[tokio::test]
async fn audiences_read_a_list() {
    let world = world().await;
    let mut files = crate::programme::programme();
    let vips = "audience: vips\nwhen: trait(\"list.vip\") == true\n";
    files.insert("audiences/vips.yaml".to_owned(), vips.to_owned());
    world.apply(files).await;
    let person = world.person("ann");
    let is_in = |it: &World| {
        let person = it.store.load(&[person]).expect("people").remove(0);
        person.profile.memberships().contains_key("vips")
    };
    assert!(!is_in(&world));
    change(&world, "vip?column=email", "email\nann@shop.test\n").await;
    world.until("Ann is in", is_in).await;
    change(&world, "vip?column=email&mode=remove", "email\nann@shop.test\n").await;
    world.until("Ann is out", |it| !is_in(it)).await;
}

#[tokio::test]
async fn what_cannot_be_meant_is_refused_with_the_remedy() {
    let world = world().await;
    let check = async |query: &str, table: &str, expected: &str| {
        let answer = world
            .ask(&format!("POST /api/v1/lists/{query}\ncontent-type: text/csv\n\n{table}"))
            .await;
        let shown = format!("{} {}", answer.status.as_u16(), answer.body);
        assert!(answer.status == 400 && shown.contains(expected), "{shown}");
    };
    check("a.b?column=email", "email\n", "letters, digits, blanks").await;
    check("vip?column=mail", "email\n", "the table has no column `mail`").await;
    check("vip?column=email&mode=drop", "email\n", "`mode` is add, remove or replace").await;
    check("vip?column=email&kind=name", "email\n", "`kind` is email").await;
    check("vip", "email\n", "column").await;
    // Another site's form can send text as plain, and nothing by it.
    let foreign = "POST /api/v1/lists/vip?column=email\ncontent-type: text/plain\n\nemail\n";
    assert_eq!(world.status(foreign).await, 403);
    assert_eq!(lists(&world).await, "");
}
