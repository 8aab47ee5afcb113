//! What the page Leverage asks for: the panel, pictures, and plans.

use crate::programme::programme;
use crate::world::World;
use serde_json::Value as Json;

/// Of 400 people in each cell this many bought once: none, e-mail, push, both.
const BUYERS: [usize; 4] = [20, 40, 30, 120];

async fn measured() -> World {
    let cell = |(cell, buyers): (usize, &usize)| {
        let bought = (0..400).map(|n| if n < *buyers { 1.0 } else { 0.0 });
        (cell as u16, bought.collect())
    };
    World::after_counting(&BUYERS.iter().enumerate().map(cell).collect::<Vec<_>>()).await
}

/// `status` and, of a problem, its detail.
async fn check(world: &World, path: &str, expected: &str) {
    let answer = world.ask(&format!("GET {path}")).await;
    let body: Json = serde_json::from_str(&answer.body).unwrap_or_default();
    let detail = body["detail"].as_str().unwrap_or_default();
    let shown = format!("{} {detail}", answer.status.as_u16());
    assert_eq!(shown.trim(), expected, "for {path}");
}

#[tokio::test]
async fn the_panel_and_the_outcomes_are_those_of_the_programme() {
    let world = measured().await;
    let found = world.json("GET /api/v1/panel").await;
    let first = &found["outcomes"][0];
    assert_eq!((&first["name"], &first["event"]), (&"orders".into(), &"Order Completed".into()));
    let panel = &found["panel"];
    assert_eq!(panel["channels"], serde_json::json!(["email", "push"]));
    assert_eq!((&panel["share"], &panel["rule"]), (&0.5.into(), &"withhold".into()));
    assert_eq!((&panel["window"], &panel["design"]), (&"28d".into(), &"leverage".into()));
    // 1,600 people on one day, some forty days ago.
    let weekly = panel["people_per_week"].as_f64().expect("people came");
    assert!((1_600.0 / 6.0..=1_600.0 / 5.5).contains(&weekly), "{weekly}");
    let mut files = programme();
    files.insert("policy.yaml".to_owned(), "caps: []\n".to_owned());
    files.insert(
        "outcomes.yaml".to_owned(),
        "- {outcome: revenue, event: Paid, value: total, cap: 500}\n".to_owned(),
    );
    world.apply(files).await;
    let found = world.json("GET /api/v1/panel").await;
    assert_eq!(found["panel"], Json::Null);
    let revenue = &found["outcomes"][0];
    assert_eq!((&revenue["value"], revenue["cap"].as_f64()), (&"total".into(), Some(500.0)));
}

#[tokio::test]
async fn the_picture_is_drawn_from_the_report() {
    let world = measured().await;
    let answer = world.ask("GET /api/v1/leverage/figure?outcome=orders&width=800&height=500").await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, "image/svg+xml"));
    assert_eq!(answer.header("content-security-policy"), "default-src 'none'");
    let svg = answer.body;
    for part in ["width=\"800\" height=\"500\"", "<title>", "<desc>", "Simulated data", "orders"] {
        assert!(svg.contains(part), "{part} is missing in {}", &svg[..400.min(svg.len())]);
    }
    let figure = world.json("GET /api/v1/leverage/figure?format=json").await;
    let report = world.json("GET /api/v1/leverage").await;
    assert_eq!(figure["kind"], "leverage_lattice");
    assert_eq!(figure["leverage"]["estimate"], report["leverage"]["estimate"]);
    // 30 % with both, less the 5 and 2.5 % that each brings, and the 5 % of nobody.
    let leverage = report["leverage"]["estimate"].as_f64().expect("an estimate");
    assert!((leverage - (0.25 - 0.05 - 0.025)).abs() < 1e-12, "{leverage}");
}

#[tokio::test]
async fn without_numbers_there_is_a_reason_in_place_of_a_picture() {
    let world = World::signed_in().await;
    check(
        &world,
        "/api/v1/leverage/figure",
        "409 nobody is being counted yet: counting starts with a person's first message in a panel \
         channel",
    )
    .await;
    check(
        &world,
        "/api/v1/leverage/figure?outcome=gold",
        "404 the programme has no outcome `gold`",
    )
    .await;
    let answer = world.ask("GET /api/v1/leverage/figure?format=gif").await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("gif"), "{}", answer.body);
}

#[tokio::test]
async fn a_plan_is_the_same_as_the_commands() {
    let world = World::signed_in().await;
    let plan = "channels=3&panel=0.2&people_per_week=5000&baseline=0.04&together=0.012";
    let found = world.json(&format!("GET /api/v1/power?{plan}")).await;
    // As docs/measurement/power.md has it of `fulcrum power`.
    let rounded = |value: &Json, digits: i32| {
        let scale = 10_f64.powi(digits);
        (value.as_f64().expect("a number") * scale).round() / scale
    };
    let smallest = &found["minimum_detectable"];
    assert_eq!(
        (rounded(&smallest["leverage"], 3), rounded(&smallest["single"], 3)),
        (0.026, 0.014)
    );
    assert_eq!(rounded(&found["withheld_share"], 3), 0.152);
    assert_eq!(rounded(&found["forgone"]["per_week"], 2), 9.12);
    assert_eq!(rounded(&found["cells"][0]["people"], 0), 4_560.0);
    let svg = world.ask(&format!("GET /api/v1/power/figure?{plan}&design=factorial")).await;
    assert_eq!((svg.status.as_u16(), svg.header("content-type")), (200, "image/svg+xml"));
    world.json(&format!("GET /api/v1/power/figure?{plan}&format=json")).await;
}

#[tokio::test]
async fn a_plan_that_makes_no_sense_is_told_which_number() {
    let world = World::signed_in().await;
    let rest = "panel=0.2&people_per_week=5000";
    let cases = [
        ("channels=3&baseline=4", "400 the baseline rate must lie between 0 and 1"),
        ("channels=1&baseline=0.04", "400 leverage needs two or more channels"),
        ("channels=3", "400 give `baseline`, or `mean` and `sd`"),
        ("channels=3&baseline=0.04&mean=1&sd=1", "400 give `baseline`, or `mean` and `sd`"),
        ("channels=3&mean=1&sd=0", "400 the standard deviation must be above 0"),
        (
            "channels=3&baseline=0.04&weeks=4&leverage=1",
            "400 give `weeks` or `leverage`: each follows from the other",
        ),
        (
            "channels=3&baseline=0.04&leverage=1e-300",
            "400 the numbers are so far apart that no plan can be calculated; check the leverage, \
             the weeks and the people per week",
        ),
    ];
    let far = cases[cases.len() - 1].1;
    let too_far = ["weeks=1e308", "weeks=12&together=1e308"];
    for numbers in too_far {
        check(&world, &format!("/api/v1/power?channels=3&baseline=0.04&{numbers}&{rest}"), far)
            .await;
    }
    for (plan, expected) in cases {
        for path in ["/api/v1/power", "/api/v1/power/figure"] {
            check(&world, &format!("{path}?{plan}&{rest}"), expected).await;
        }
    }
    let answer = world.ask(&format!("GET /api/v1/power?channels=many&baseline=0.04&{rest}")).await;
    assert_eq!(answer.status, 400);
    assert!(answer.body.contains("channels"), "{}", answer.body);
}

#[tokio::test]
async fn nobody_reads_the_panel_without_signing_in() {
    let world = World::new().await;
    for path in ["/api/v1/panel", "/api/v1/leverage/figure", "/api/v1/power?channels=2"] {
        assert_eq!(world.status(&format!("GET {path}")).await, 401, "{path}");
    }
}

#[tokio::test]
async fn the_report_can_be_taken_along_as_csv() {
    let cells = [(0, vec![1.0, 2.0, 3.0]), (1, vec![2.0, 3.0, 4.0]), (2, vec![1.0, 3.0, 4.0])];
    let world = World::after_counting(&cells).await;
    let answer = world.ask("GET /api/v1/leverage/csv").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    let rows: Vec<&str> = answer.body.lines().collect();
    assert!(rows[0].starts_with("kind,channels,n,estimate,se,"), "{}", rows[0]);
    let cells: Vec<&&str> = rows.iter().filter(|it| it.starts_with("cell,")).collect();
    assert!(cells[0].starts_with("cell,,3,2,"), "{}", cells[0]);
}
