//! No number leaves the sheet, and no two words stand on each other.

use super::*;
use crate::drawing::{Area, Shape, Step, overlap};

/// Everything that has a place.
fn places(shape: &Shape) -> Vec<(f64, f64)> {
    let corners = |it: &Area| vec![(it.left, it.top), (it.right, it.bottom)];
    match shape {
        Shape::Rect { area, .. } => corners(area),
        Shape::Circle { at, radius, .. } => {
            vec![(at.0 - radius, at.1 - radius), (at.0 + radius, at.1 + radius)]
        }
        Shape::Path { steps, .. } => steps
            .iter()
            .flat_map(|step| match step {
                Step::Move(at) | Step::Line(at) => vec![*at],
                Step::Curve(a, b, c) => vec![*a, *b, *c],
                Step::Close => Vec::new(),
            })
            .collect(),
        Shape::Text(label) => corners(&label.area()),
    }
}

fn check(figure: &Figure, size: Size) {
    let sheet = figure.draw(size);
    for shape in &sheet.shapes {
        for (x, y) in places(shape) {
            assert!(x.is_finite() && y.is_finite(), "{shape:?} at {size:?}");
            let inside =
                -1.0 <= x && x <= sheet.width + 1.0 && -1.0 <= y && y <= sheet.height + 1.0;
            assert!(inside, "{shape:?} leaves {} x {}", sheet.width, sheet.height);
        }
    }
    let labels: Vec<_> = sheet.labels().collect();
    for (i, label) in labels.iter().enumerate() {
        for other in &labels[..i] {
            let clear = !overlap(&label.area(), &other.area());
            assert!(clear, "{:?} on {:?} at {size:?}", label, other);
        }
    }
}

proptest! {
    #![proptest_config(config(crate::tests::cases()))]
    #[test]
    fn whatever_the_data_words_are_apart_and_all_is_on_the_sheet(figure in figure()) {
        SIZES.iter().for_each(|size| check(&figure, *size));
    }
}
