//! A workspace in a few lines of text in, findings as text out; and the workspace itself.

use super::{check, code, lengths, purity, tree::Tree};
use std::path::Path;

#[test]
fn the_workspace_is_tidy() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let tree = Tree::read(&root).expect("the workspace can be read");
    let found = lines(&tree);
    assert!(found.is_empty(), "cargo xtask tidy:\n{found}");
}

#[test]
fn a_whole_workspace_gives_no_findings() {
    finds("", "");
}

#[test]
fn dependencies_point_down() {
    let upward = format!(
        "{}\n[dependencies]\nserde.workspace = true\nengine.workspace = true",
        pure("journey")
    );
    finds(
        &format!("=== crates/journey/Cargo.toml\n{upward}\n{}", crate_of("engine", 5)),
        "crates/journey/Cargo.toml:13: journey must not depend on engine \
         (journey is of layer 3, engine of 5; point down only)",
    );
}

#[test]
fn crates_of_one_layer_do_not_know_each_other() {
    let manifest = manifest("engine", 5);
    finds(
        &format!(
            "=== crates/engine/Cargo.toml\n{manifest}\n[dependencies]\nchannels.workspace = true\n{}",
            crate_of("channels", 5)
        ),
        "crates/engine/Cargo.toml:12: engine must not depend on channels \
         (both are of layer 5; let a higher crate bring them together)",
    );
}

#[test]
fn the_one_sideways_edge_holds_in_its_direction_only() {
    let of = |name: &str, target: &str| {
        let manifest = manifest(name, 4);
        format!(
            "=== crates/{name}/Cargo.toml\n{manifest}\n[dependencies]\n{target}.workspace = true\n"
        )
    };
    finds(&format!("{}{}", of("record", "serde"), of("port", "serde")), "");
    finds(&format!("{}{}", of("record", "port"), of("port", "serde")), "");
    finds(
        &format!("{}{}", of("record", "serde"), of("port", "record")),
        "crates/port/Cargo.toml:12: port must not depend on record \
         (both are of layer 4; let a higher crate bring them together)",
    );
}

#[test]
fn tests_may_depend_on_anything() {
    let manifest = pure("journey");
    let engine = crate_of("engine", 5);
    finds(
        &format!(
            "=== crates/journey/Cargo.toml\n{manifest}\n[dev-dependencies]\nengine.workspace = true\n{engine}"
        ),
        "",
    );
}

#[test]
fn pure_crates_use_listed_crates_only_and_the_same_on_every_machine() {
    let manifest = pure("journey");
    finds(
        &format!("=== crates/journey/Cargo.toml\n{manifest}\n[dependencies]\ntokio = \"1\""),
        "crates/journey/Cargo.toml:12: journey must not depend on tokio (layers 1 to 3 use the \
         crates listed in xtask/src/tidy/layers.rs; do it in a higher layer, or add it there with \
         its reason)",
    );
    finds(
        &format!(
            "=== crates/journey/Cargo.toml\n{manifest}\n[target.'cfg(unix)'.dependencies]\nserde = \"1\""
        ),
        "crates/journey/Cargo.toml:1: journey has dependencies for one target only \
         (a rule is the same on every machine)",
    );
}

#[test]
fn every_manifest_has_layer_lints_and_no_doctests() {
    finds(
        "=== crates/extra/Cargo.toml\n[package]\nname = \"more\"\n[lib]\n[dependencies]",
        "ARCHITECTURE.md:1: there is no section about crates/extra (add a heading ### `extra`)\n\
         crates/extra/Cargo.toml:1: [lib] has no `doctest = false` \
         (add it: each doctest is a program of its own to link; write a test)\n\
         crates/extra/Cargo.toml:1: [lints] has no `workspace = true` \
         (add it: the lints of the workspace hold everywhere)\n\
         crates/extra/Cargo.toml:1: [package] has no `name = \"extra\"` \
         (a crate is named like its directory)\n\
         crates/extra/Cargo.toml:1: extra has no layer \
         (add `layer = N` under [package.metadata]; ARCHITECTURE.md has the map)",
    );
}

#[test]
fn pure_crates_carry_the_same_bans() {
    finds(
        "=== crates/journey/clippy.toml\ndisallowed-types = []",
        "crates/journey/clippy.toml:1: the list of bans is not that of the other pure crates \
         (run `cargo xtask tidy --write`)",
    );
}

#[test]
fn pure_crates_reach_nothing_outside() {
    let impure = |code: &str, expected: &str| {
        let file = "crates/journey/src/run.rs";
        finds(&format!("=== {file}\n//! Runs.\n{code}"), expected);
    };
    let found = |module: &str, remedy: &str| {
        format!("crates/journey/src/run.rs:2: journey is pure and uses {module} ({remedy})")
    };
    impure("use std::fs;", &found("std::fs", "bytes are arguments"));
    impure("use std::{fmt, net::IpAddr};", &found("std::net", "answers are arguments"));
    impure("use std::{mem::{self}, thread};", &found("std::thread", "the engine owns the threads"));
    impure("let zone = std::env::args();", &found("std::env", "settings are arguments"));
    impure(
        "let at = jiff::Timestamp::now();",
        &found("Timestamp::now", "take `now` as an argument"),
    );
    let chance = "draw from `ChanceKey`, so that nothing is ever redrawn";
    impure("let n = rand::random::<u8>();", &found("rand", chance));
    let order = "its order differs from run to run; use BTreeMap";
    impure("use std::collections::HashMap;", &found("HashMap", order));
}

#[test]
fn what_only_looks_impure_is_left_alone() {
    finds(
        "=== crates/journey/src/run.rs\n//! Runs.\n\
         // std::fs is not used here.\n\
         const TEXT: &str = \"std::fs\";\n\
         use std::{fmt, collections::BTreeMap, mem::{self, time}};\n\
         fn strand::quiet() { mystd::fs(); std::fsync(); errand::go(); HashMapper::new() }\n\
         #[cfg(test)]\nmod tests { use std::time::Instant; }\n\
         === crates/journey/src/tests.rs\n//! Tests.\nuse std::fs;",
        "",
    );
}

#[test]
fn words_that_do_not_go_in_name_their_replacement() {
    let word = |code: &str, expected: &str| {
        finds(&format!("=== crates/engine/src/lib.rs\n//! Does.\n{code}"), expected);
    };
    word(
        "fn a() { dbg!(1); }",
        "crates/engine/src/lib.rs:2: `dbg!` does not go in \
         (remove it, or trace with the message's id)",
    );
    word(
        "fn a() { b.unwrap() }",
        "crates/engine/src/lib.rs:2: `.unwrap()` does not go in \
         (handle it, or `expect` why it cannot be)",
    );
    word(
        "fn a() {}\n// FIXME later",
        "crates/engine/src/lib.rs:3: `FIXME` does not go in \
         (do it now, or write down in docs/adr why not)",
    );
    word(
        "fn a() { eprintln!(); }",
        "crates/engine/src/lib.rs:2: `eprintln!` does not go in (trace, or return the text)",
    );
    word(
        &format!("fn a() {{ open({:?}) }}", concat!("/tm", "p/x")),
        concat!(
            "crates/engine/src/lib.rs:2: `/tm",
            "p/` exists on one machine only (use tempfile, or a relative path)"
        ),
    );
}

#[test]
fn tests_may_unwrap_and_print_and_may_not_sleep() {
    let sleep = "crates/engine/src/tests.rs:2: `thread::sleep` does not go in \
                 (pass the time as an argument, or wait on a channel)";
    finds("=== crates/engine/src/tests.rs\n//! Tests.\nfn a() { b.unwrap(); println!(); }", "");
    finds("=== crates/engine/src/tests.rs\n//! Tests.\nfn a() { thread::sleep(b) }", sleep);
    finds("=== crates/engine/src/lib.rs\n//! Does.\nfn a() { thread::sleep(b) }", "");
    finds("=== crates/engine/examples/rate.rs\n//! Shows.\nfn a() { thread::sleep(b) }", "");
    finds(
        "=== crates/engine/src/tests/slow.rs\n//! Tests.\n#[ignore]\nfn a() {}",
        "crates/engine/src/tests/slow.rs:2: `#[ignore` does not go in \
         (assert what it does wrongly and say why, or gate it by FULCRUM_SLOW)",
    );
}

#[test]
fn commands_print() {
    finds("=== crates/fulcrum/src/main.rs\n//! The binary.\nfn main() { println!() }", "");
}

#[test]
fn a_function_may_not_cross_the_limit_and_the_list_may_only_shrink() {
    let with = |lines: usize, ratchet: &str| {
        let body = "    step();\n".repeat(lines - 2);
        format!(
            "=== crates/engine/src/lib.rs\n//! Does.\nfn long() {{\n{body}}}\n\
             === {}\n{ratchet}",
            lengths::RATCHET
        )
    };
    finds(&with(70, ""), "");
    finds(
        &with(71, ""),
        "crates/engine/src/lib.rs:2: `long` has 71 lines, 70 are allowed \
         (part the decision from its execution, or name its steps)",
    );
    finds(&with(80, "crates/engine/src/lib.rs long 80"), "");
    finds(
        &with(81, "crates/engine/src/lib.rs long 80"),
        "crates/engine/src/lib.rs:2: `long` has 81 lines, 80 are allowed \
         (part the decision from its execution, or name its steps)",
    );
    let shorter = with(75, "crates/engine/src/lib.rs long 80");
    finds(
        &shorter,
        "xtask/ratchet.txt:1: crates/engine/src/lib.rs long has 75 lines, 80 are listed \
         (run `cargo xtask tidy --write`)",
    );
    let lowered = |text: &str| {
        let text = lengths::lowered(&Tree::parse(text));
        text.lines().filter(|it| !it.starts_with('#')).collect::<Vec<&str>>().join("\n")
    };
    assert_eq!(lowered(&shorter), "crates/engine/src/lib.rs long 75");
    assert_eq!(
        lowered(&with(90, "crates/engine/src/lib.rs long 80")),
        "crates/engine/src/lib.rs long 80"
    );
    assert_eq!(lowered(&with(60, "crates/engine/src/lib.rs long 80")), "");
}

#[test]
fn a_file_may_not_cross_its_limit() {
    let file = format!("=== crates/engine/src/lib.rs\n//! Does.\n{}", "//\n".repeat(999));
    finds(
        &file,
        "crates/engine/src/lib.rs:1: the file has 1001 lines, 1000 are allowed \
         (give each subject its own module)",
    );
}

#[test]
fn documents_agree_with_the_code() {
    finds(
        "=== crates/engine/src/lib.rs\nfn a() {}",
        "crates/engine/src/lib.rs:1: the file does not say what it is for \
         (begin with a `//!` line that says what it is for)",
    );
    finds(
        "=== ARCHITECTURE.md\n### `journey`\n### `ghost`\n**Invariant:** none",
        "ARCHITECTURE.md:1: the section about `journey` has no invariant \
         (add a line `**Invariant:** …`; prefer what is absent)\n\
         ARCHITECTURE.md:2: there is no crate `ghost` (the headings are those of crates/)",
    );
    finds(
        "=== docs/api.md\nSee [the map](../ARCHITECTURE.md#map), [us](https://a.example) and [it](gone.md).",
        "docs/api.md:1: the link to gone.md leads nowhere (name a file that is there)",
    );
    finds(
        "=== docs/adr/0001-a.md\nStatus: Accepted\n=== docs/adr/0003-b.md\nStatus: Proposed",
        "docs/adr/0003-b.md:1: the decision is not taken \
         (take it (`Status: Accepted`), or keep it out of the folder)\n\
         docs/adr/0003-b.md:1: the numbers of decisions have a gap or a double \
         (this one begins with docs/adr/0002-)",
    );
}

#[test]
fn code_comments_and_texts_are_told_apart() {
    let code = |text: &str, expected: &str| assert_eq!(code::views(text).code, expected, "{text}");
    code("a // b\nc", "a     \nc");
    code("a /* b /* c */ d */ e", "a                   e");
    code(r#"f("x \" y") + 1"#, "f(        ) + 1");
    code(r##"f(r#"x " y"#) + 1"##, "f(          ) + 1");
    code("f('\"', b'x', 'a')", "f(   ,     ,    )");
    code("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
    code("for r in b { c }", "for r in b { c }");
    assert_eq!(code::views("a // b").comments, "  // b");
}

#[test]
fn functions_are_found_with_their_length() {
    let text =
        "trait T {\n    fn a();\n    fn b(x: [u8; 4]) {\n        c();\n    }\n}\nstruct fnord {}\n";
    let found: Vec<String> = code::functions(&code::views(text).code)
        .iter()
        .map(|it| format!("{} {} {}", it.name, it.line, it.length))
        .collect();
    assert_eq!(found, ["b 3 3"]);
}

/// Adds `text` to a small workspace without faults and compares what tidy says.
#[track_caller]
fn finds(text: &str, expected: &str) {
    let bans = purity::BANS;
    let journey = pure("journey");
    let mut whole = format!(
        "=== crates/journey/Cargo.toml\n{journey}\n=== crates/journey/clippy.toml\n{bans}\
         === ARCHITECTURE.md\n### `journey`\n**Invariant:** it never waits\n"
    );
    // A file given by the test takes the place of the standard one.
    for path in ["crates/journey/Cargo.toml", "crates/journey/clippy.toml", "ARCHITECTURE.md"] {
        if text.contains(&format!("=== {path}\n")) {
            whole = whole.replace(&format!("=== {path}\n"), &format!("=== old/{path}\n"));
        }
    }
    let mut tree = format!("{whole}{text}\n");
    for name in ["engine", "channels", "record", "port"] {
        if text.contains(&format!("=== crates/{name}/Cargo.toml")) {
            tree = tree.replace(
                "**Invariant:** it never waits\n",
                &format!("**Invariant:** it never waits\n### `{name}`\n**Invariant:** none\n"),
            );
        }
    }
    assert_eq!(lines(&Tree::parse(&tree)), expected);
}

fn lines(tree: &Tree) -> String {
    check(tree).iter().map(ToString::to_string).collect::<Vec<String>>().join("\n")
}

fn pure(name: &str) -> String {
    manifest(name, 3)
}

fn manifest(name: &str, layer: u8) -> String {
    format!(
        "[package]\nname = \"{name}\"\n\n[package.metadata]\nlayer = {layer}\n\n[lib]\ndoctest = false\n\n\
         [lints]\nworkspace = true"
    )
    .replace("\n\n[lints]", "\n[lints]")
}

fn crate_of(name: &str, layer: u8) -> String {
    format!("=== crates/{name}/Cargo.toml\n{}", manifest(name, layer))
}
