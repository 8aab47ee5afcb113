//! Figures in, pictures out: what holds of every picture, whatever the data.

mod kinds;
mod layout;
mod numbers;
mod schema;
mod written;

use std::sync::{Arc, LazyLock};

use proptest::prelude::*;
use resvg::usvg;

use super::*;

/// The sizes that pictures are looked at in.
const SIZES: [Size; 3] = [Size::DEFAULT, Size { width: 640, height: 480 }, Size::SMALLEST];

/// More under FULCRUM_SLOW.
fn cases() -> u32 {
    if std::env::var_os("FULCRUM_SLOW").is_some() { 20_000 } else { 200 }
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn options() -> usvg::Options<'static> {
    static FONTS: LazyLock<Arc<usvg::fontdb::Database>> = LazyLock::new(|| {
        let mut fonts = usvg::fontdb::Database::new();
        for font in [notosans::REGULAR_TTF, notosans::BOLD_TTF] {
            fonts.load_font_source(usvg::fontdb::Source::Binary(Arc::new(font)));
        }
        Arc::new(fonts)
    });
    usvg::Options {
        font_family: "Noto Sans".to_owned(),
        fontdb: Arc::clone(&FONTS),
        ..usvg::Options::default()
    }
}

/// As other programs read it.
fn parsed(svg: &str) -> usvg::Tree {
    usvg::Tree::from_str(svg, &options()).unwrap_or_else(|error| panic!("{error}: {svg}"))
}

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        6 => -100.0..100.0,
        2 => 0.0..1e7,
        1 => Just(0.0),
        1 => prop::sample::select(vec![1e300, -1e300, f64::MAX, f64::MIN, 1e-300, f64::MIN_POSITIVE, 5e-324]),
        1 => prop::sample::select(vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY]),
    ]
}

fn name() -> impl Strategy<Value = String> {
    let names = [
        "",
        "email",
        "<&\"'>",
        "a name of thirty letters, or so",
        "אימייל שבועי",
        "البريد الإلكتروني",
        "電子メールと広告のキャンペーン",
        "👩‍👩‍👧 📣 🎉🎉🎉🎉🎉",
        "line\nbreak\ttab\u{0}\u{1b}",
        "e\u{301}\u{302}\u{303}te",
        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    ];
    prop_oneof![
        3 => prop::sample::select(names.to_vec()).prop_map(str::to_owned),
        1 => "\\PC{0,30}",
    ]
}

fn value() -> impl Strategy<Value = Value> {
    (prop::option::weighted(0.85, number()), prop::option::weighted(0.8, (number(), number())))
        .prop_map(|(estimate, ends)| Value {
            estimate,
            low: ends.map(|it| it.0.min(it.1)),
            high: ends.map(|it| it.0.max(it.1)),
            reason: estimate.is_none().then(|| "not known".to_owned()),
        })
}

fn values(count: usize) -> impl Strategy<Value = Vec<Value>> {
    prop::collection::vec(value(), count)
}

fn axis() -> impl Strategy<Value = Axis> {
    (name(), any::<bool>(), any::<bool>()).prop_map(|(label, percent, logarithmic)| Axis {
        label,
        unit: None,
        percent,
        logarithmic,
    })
}

fn axes() -> impl Strategy<Value = Axes> {
    (axis(), axis()).prop_map(|(x, y)| Axes { x, y })
}

fn leverage_lattice() -> impl Strategy<Value = Kind> {
    let of = |k: usize| {
        let sets: Vec<Vec<usize>> = (1_u32..1 << k)
            .map(|on| (0..k).filter(|i| on >> i & 1 == 1).collect::<Vec<usize>>())
            .filter(|set| 2 <= set.len() && (k <= 4 || set.len() == 2))
            .collect();
        let names = prop::collection::vec(name(), k);
        (axis(), names, values(k), values(3), values(2 * sets.len())).prop_map(
            move |(axis, channels, parts, whole, numbers)| {
                let set = |(set, pair): (&Vec<usize>, &[Value])| ChannelSet {
                    channels: set.clone(),
                    value: pair[0].clone(),
                    dividend: pair[1].clone(),
                };
                Kind::LeverageLattice(LeverageLattice {
                    axis,
                    channels,
                    baseline: whole[0].clone(),
                    parts,
                    together: whole[1].clone(),
                    leverage: whole[2].clone(),
                    sets: sets.iter().zip(numbers.chunks(2)).map(set).collect(),
                })
            },
        )
    };
    (2_usize..=12).prop_flat_map(of)
}

fn path_flow() -> impl Strategy<Value = Kind> {
    let channel = (name(), prop::collection::vec(number(), 5))
        .prop_map(|(name, it)| FlowChannel {
            name,
            starts: it[0],
            from_others: it[1],
            to_others: it[2],
            conversions: it[3],
            nulls: it[4],
            to: Vec::new(),
        })
        .boxed();
    (0_usize..30, 0_usize..8).prop_flat_map(move |(channels, models)| {
        let model = prop::sample::select(vec!["first", "last", "linear", "Markov", "Shapley"]);
        let credit = (model, values(channels))
            .prop_map(|(model, shares)| Credit { model: model.to_owned(), shares });
        let channels = prop::collection::vec(channel.clone(), channels);
        (channels, prop::collection::vec(credit, models), number(), number()).prop_map(
            |(channels, credit, paths, conversions)| {
                Kind::PathFlow(PathFlow { paths, conversions, channels, credit })
            },
        )
    })
}

fn curve() -> impl Strategy<Value = Curve> {
    let point =
        (number(), number(), prop::option::of((number(), number()))).prop_map(|(x, y, ends)| {
            Point { x, y, low: ends.map(|it| it.0.min(it.1)), high: ends.map(|it| it.0.max(it.1)) }
        });
    let mark = prop::option::of((number(), name()).prop_map(|(x, label)| Mark { x, label }));
    (name(), prop::collection::vec(point, 0..12), mark).prop_map(|(name, mut points, mark)| {
        points.sort_by(|a, b| a.x.total_cmp(&b.x));
        Curve { name, points, mark }
    })
}

fn curves(most: usize) -> impl Strategy<Value = Vec<Curve>> {
    prop::collection::vec(curve(), 0..=most)
}

fn contributions() -> impl Strategy<Value = Kind> {
    (0_usize..40, 0_usize..14, any::<bool>(), any::<bool>()).prop_flat_map(
        |(rows, layers, dates, seen)| {
            let numbers = || prop::collection::vec(number(), rows);
            let layer = (name(), numbers()).prop_map(|(name, values)| Layer { name, values });
            let time = move |row: usize| match dates {
                true => format!("20{:02}-{:02}-01", 20 + row / 12, 1 + row % 12),
                false => format!("row number {row} of many"),
            };
            (axes(), prop::collection::vec(layer, layers), numbers()).prop_map(
                move |(axes, series, observed)| {
                    Kind::Contributions(Contributions {
                        axes,
                        times: (0..rows).map(time).collect(),
                        series,
                        observed: seen.then_some(observed),
                    })
                },
            )
        },
    )
}

fn kind() -> impl Strategy<Value = Kind> {
    let wanted = prop::option::of((number(), name()).prop_map(|(y, label)| Wanted { y, label }));
    prop_oneof![
        leverage_lattice(),
        path_flow(),
        contributions(),
        (axes(), curves(14))
            .prop_map(|(axes, series)| Kind::ResponseCurves(ResponseCurves { axes, series })),
        (axes(), curves(6), axes(), curves(6)).prop_map(
            |(axes, series, purchases_axes, purchases)| {
                Kind::AliveSurvival(AliveSurvival { axes, series, purchases_axes, purchases })
            }
        ),
        (axes(), curves(3), wanted, number()).prop_map(|(axes, series, wanted, planned)| {
            Kind::PowerCurve(PowerCurve { axes, series, wanted, planned })
        }),
        (axes(), curves(5)).prop_map(|(axes, series)| Kind::QiniCurve(QiniCurve { axes, series })),
    ]
}

fn figure() -> impl Strategy<Value = Figure> {
    let words = || prop::collection::vec(name(), 0..8).prop_map(|words| words.join(" "));
    (kind(), words(), words(), prop::collection::vec(words(), 0..3))
        .prop_map(|(kind, title, subtitle, notes)| Figure { kind, title, subtitle, notes })
}
