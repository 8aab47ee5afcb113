//! What `--plot` takes, and what it writes.

use clap::Parser;
use plots::{Axes, Axis, Curve, Kind, Point, ResponseCurves};

use super::*;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    plot: PlotArguments,
}

fn parsed(line: &[&str]) -> Result<PlotArguments, String> {
    let line = Line::try_parse_from(std::iter::once("command").chain(line.iter().copied()));
    line.map(|it| it.plot).map_err(|error| error.to_string())
}

fn figure() -> Figure {
    let point = |x: f64| Point { x, y: x.sqrt(), low: Some(0.5 * x.sqrt()), high: None };
    let points = (0..5).map(|x| point(f64::from(x))).collect();
    Figure {
        kind: Kind::ResponseCurves(ResponseCurves {
            axes: Axes { x: Axis::new("spend"), y: Axis::new("revenue") },
            series: vec![Curve { name: "tv & radio".to_owned(), points, mark: None }],
        }),
        title: "A title".to_owned(),
        subtitle: String::new(),
        notes: Vec::new(),
    }
}

fn written(name: &str, more: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    let text = path.display().to_string();
    let line: Vec<&str> = ["--plot", &text].into_iter().chain(more.iter().copied()).collect();
    parsed(&line).expect("a plot").write(|| Ok(figure())).expect("it is written");
    std::fs::read(path).expect("a file")
}

#[test]
fn each_ending_has_its_form() {
    assert!(written("a.svg", &[]).starts_with(b"<svg "));
    let json: serde_json::Value = serde_json::from_slice(&written("a.JSON", &[])).expect("JSON");
    assert_eq!(json["kind"], "response_curves");
    let png = written("a.png", &["--plot-size", "640x480"]);
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n"));
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    assert_eq!((side(16), side(20)), (640, 480));
    // Letters were found: the page is not blank.
    let blank = tiny_skia::Pixmap::new(640, 480).expect("a page").encode_png().expect("PNG");
    assert!(2 * blank.len() < png.len());
}

#[test]
fn other_endings_and_sizes_are_refused_with_what_works() {
    for name in ["a.pdf", "a", ".svg/"] {
        let complaint = parsed(&["--plot", name]).expect_err("refused");
        assert!(complaint.contains(".svg, .png or .json"), "{complaint}");
    }
    for size in ["640", "640x", "10x10", "99999x600", "-640x480"] {
        let size = format!("--plot-size={size}");
        let complaint = parsed(&["--plot", "a.svg", &size]).expect_err("refused");
        assert!(complaint.contains("such as 1200x675"), "{complaint}");
    }
    assert!(parsed(&["--plot-size", "640x480"]).expect_err("refused").contains("--plot"));
}

#[test]
fn what_cannot_be_drawn_is_no_error_and_leaves_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.png");
    let plot = parsed(&["--plot", &path.display().to_string()]).expect("a plot");
    plot.write(|| Err("there is too little".to_owned())).expect("no error");
    assert!(!path.exists());
    let nowhere = folder.path().join("none").join("a.svg");
    let plot = parsed(&["--plot", &nowhere.display().to_string()]).expect("a plot");
    let error = plot.write(|| Ok(figure())).expect_err("no such folder");
    assert!(error.to_string().contains("cannot be written"));
}
