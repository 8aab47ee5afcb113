//! The text of the SVG: it parses, takes the room that was measured, and holds no raw data.

use super::*;

fn texts<'a>(group: &'a usvg::Group, found: &mut Vec<&'a usvg::Text>) {
    for node in group.children() {
        match node {
            usvg::Node::Text(text) => found.push(text),
            usvg::Node::Group(group) => texts(group, found),
            usvg::Node::Path(_) | usvg::Node::Image(_) => {}
        }
    }
}

proptest! {
    #![proptest_config(config(crate::tests::cases() / 4))]
    #[test]
    fn whatever_the_data_other_programs_can_read_the_picture(figure in figure()) {
        let svg = figure.svg(Size::DEFAULT);
        prop_assert_eq!(&svg, &figure.svg(Size::DEFAULT));
        let tree = parsed(&svg);
        prop_assert_eq!(tree.size().to_int_size().width(), Size::DEFAULT.width);
        prop_assert!(!svg.contains("NaN") && !svg.contains("inf\""), "{}", svg);
    }
}

/// What was measured by the table is what the font takes.
#[test]
fn words_take_the_room_that_was_measured() {
    let samples = [
        "A leverage of 0.01 per person is seen after 20 weeks",
        "−12,345.6 to +7.8 % · “quoted” – été, Größe, naïve Œuvre, Łódź",
        "Λ = Σ Δ(S), λ ≥ 0 → φ; Реклама и письма",
    ];
    for text in samples {
        for bold in [false, true] {
            assert!(text::is_measured(text), "{text}");
            let weight = if bold { "bold" } else { "normal" };
            let svg = format!(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"2000\" height=\"50\"><text x=\"0\" \
                 y=\"30\" font-family=\"Noto Sans\" font-size=\"20\" font-weight=\"{weight}\">{text}\
                 </text></svg>"
            );
            let tree = parsed(&svg);
            let mut found = Vec::new();
            texts(tree.root(), &mut found);
            let drawn = f64::from(found[0].bounding_box().width());
            let measured = text::width(text, bold) * 20.0;
            // Pairs of letters that are put closer together make up the difference.
            assert!((drawn - measured).abs() < 0.02 * measured, "{text}: {drawn}, {measured}");
        }
    }
}

#[test]
fn names_are_escaped_and_the_picture_is_told_in_words() {
    let figure = Figure {
        kind: Kind::ResponseCurves(ResponseCurves { axes: Axes::default(), series: Vec::new() }),
        title: "<script>&\"x\"</script>".to_owned(),
        subtitle: "Observational".to_owned(),
        notes: vec!["A note.".to_owned()],
    };
    let svg = figure.of_simulated_data().svg(Size::DEFAULT);
    assert!(!svg.contains("<script"), "{svg}");
    for part in [
        "role=\"img\"",
        "<title>&lt;script&gt;&amp;&quot;x&quot;&lt;/script&gt;</title>",
        "<desc>Simulated data · Observational A note.</desc>",
        "font-family=\"'Noto Sans'",
        "viewBox=\"0 0 ",
    ] {
        assert!(svg.contains(part), "{part} in {svg}");
    }
}

#[test]
fn text_is_cut_and_wrapped_to_its_room() {
    let room = 100.0;
    for words in [
        "short",
        "a rather long line of words that must be cut",
        "長い名前長い名前長い名前",
        "👍👍👍👍👍👍👍👍",
    ] {
        let cut = text::fitted(words, room, 13.0, false);
        assert!(text::width(&cut, false) * 13.0 <= room, "{cut}");
        assert!(cut == words || cut.ends_with('…'), "{cut}");
        let lines = text::wrapped(words, room, 13.0, true, 2);
        assert!(lines.len() <= 2);
        assert!(lines.iter().all(|it| text::width(it, true) * 13.0 <= room), "{lines:?}");
    }
    assert_eq!(text::clean(" a\n\tb\u{7} "), "a b");
    assert_eq!(text::wrapped("one two three", 60.0, 13.0, false, 3), ["one two", "three"]);
}
