//! Which numbers the model has, what they are called, what is believed of them, and where they are.

use std::ops::Range;

use super::prior::Prior;
use super::{Form, Saturation, Setup};

/// One number of the model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Value {
    pub name: String,
    /// `None` for one of a [`Group`].
    pub prior: Option<Prior>,
    /// A helper of the sampler that nobody asks about, such as one region's deviation.
    pub hidden: bool,
}

/// Numbers that vary normally around a centre (0 where there is none) with an estimated spread.
///
/// What the sampler moves of each of them is told in [`super::density`]'s groups.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Group {
    pub members: Vec<usize>,
    pub centre: Option<usize>,
    /// Of levels: the value that they are added to, which plays the part of a centre.
    pub base: Option<usize>,
    /// What is believed of the centre (or the base), where it is sampled with its members.
    pub prior: Option<Told>,
    pub spread: usize,
    /// By member: what the data alone say of it; nothing until they are looked at.
    pub told: Vec<Told>,
    pub kind: Kind,
}

/// What it is of a group's members that the data tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Each by itself.
    Each,
    /// How they differ; what they have in common is another parameter's.
    Differences,
    /// They are the levels of regions, and what is told is a region's mean outcome: the level with
    /// all that comes on top of it.
    Levels,
}

impl Group {
    fn new(members: Vec<usize>, centre: Option<usize>, spread: usize, kind: Kind) -> Group {
        let told = vec![Told::default(); members.len()];
        Group { members, centre, base: None, prior: None, spread, told, kind }
    }
}

/// What a first look at the data says of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Told {
    pub mean: f64,
    /// 1 over the squared error; 0 where nothing is known.
    pub precision: f64,
}

impl Told {
    pub fn less(&self, value: f64) -> Told {
        Told { mean: self.mean - value, ..*self }
    }

    /// Where a member of this spread lies between its centre (1) and what is told of it (0).
    pub fn weight(&self, spread: f64) -> f64 {
        1.0 / (1.0 + self.precision * spread * spread)
    }

    /// How precisely the centre is told through a member of this spread.
    pub fn through(&self, spread: f64) -> f64 {
        self.precision * self.weight(spread)
    }
}

/// Whether the sampler moves a level together with what the media bring on average.
///
/// More from the media means less from the level: the two are sampled as their sum, which the data
/// tell well, and the level is what is left. The density of the level itself is that of its prior.
pub(crate) fn lifted(slots: &Slots, groups: &[Group], value: usize) -> bool {
    let grouped = groups.iter().any(|it| it.members.contains(&value));
    let level = slots.intercept == Some(value) || slots.knot.contains(&value);
    (level && !(slots.intercept.is_some() && slots.knot.contains(&value)))
        || (slots.region.contains(&value) && !grouped)
}

/// Where each number is among the values. A number that the model lacks has an empty place.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Slots {
    pub intercept: Option<usize>,
    pub alpha: Range<usize>,
    pub shape: Range<usize>,
    /// Of Hill's curve.
    pub slope: Range<usize>,
    /// β, or in Meridian's form the return per unit of spend.
    pub effect: Range<usize>,
    /// The spread of the effects over the regions, by medium.
    pub spread: Range<usize>,
    /// By region, then by medium: the logarithm of the effect less that of the medium.
    pub deviation: Range<usize>,
    /// The synergies, which vary around 0.
    pub pair: Range<usize>,
    pub control: Range<usize>,
    /// The spread of a control's coefficient over the regions, by control.
    pub control_spread: Range<usize>,
    /// By region, then by control: the coefficients themselves.
    pub control_region: Range<usize>,
    /// By region, without the baseline region where there is one.
    pub region: Range<usize>,
    pub knot: Range<usize>,
    pub sigma: usize,
}

/// The values with their default beliefs, for a model of this shape.
pub(crate) fn layout(setup: &Setup) -> (Slots, Vec<Value>, Vec<Group>) {
    let mut values = Values(Vec::new());
    let meridian = setup.form == Form::Meridian;
    let mut slots = Slots::default();
    let mut groups = Vec::new();
    if !meridian {
        let prior = Prior::Normal { mean: 0.5, sd: 0.3 };
        slots.intercept = Some(values.one("intercept", prior));
    }
    groups.extend(media_values(setup, &mut values, &mut slots));
    let (wide, season) = match setup.form {
        Form::Plain => {
            (Prior::Normal { mean: 0.0, sd: 0.3 }, Prior::Laplace { mean: 0.0, scale: 0.2 })
        }
        Form::Meridian => {
            (Prior::Normal { mean: 0.0, sd: 5.0 }, Prior::Normal { mean: 0.0, sd: 5.0 })
        }
    };
    let first = values.0.len();
    values.each("gamma", setup.controls.iter().map(String::as_str), wide);
    values.each("gamma", setup.season.iter().map(String::as_str), season);
    slots.control = first..values.0.len();
    if 1 < setup.regions.len() {
        groups.extend(panel(setup, &mut values, &mut slots));
    }
    if 0 < setup.knots {
        let prior = match setup.form {
            Form::Plain => Prior::Normal { mean: 0.0, sd: 0.3 },
            Form::Meridian => Prior::Normal { mean: 0.0, sd: 5.0 },
        };
        let names: Vec<String> = (1..=setup.knots).map(|it| it.to_string()).collect();
        slots.knot = values.hidden("knot", &names, Some(prior));
    }
    let noise = if meridian { 5.0 } else { 0.5 };
    slots.sigma = values.one("sigma", Prior::HalfNormal { sd: noise });
    (slots, values.0, groups)
}

/// How each medium lasts and saturates, what it brings, and what pairs bring.
fn media_values(setup: &Setup, values: &mut Values, slots: &mut Slots) -> Option<Group> {
    let media = setup.media.iter().map(String::as_str);
    let meridian = setup.form == Form::Meridian;
    let alpha = match setup.form {
        Form::Plain => Prior::Beta { a: 1.0, b: 3.0 },
        Form::Meridian => Prior::Uniform { low: 0.0, high: 1.0 },
    };
    slots.alpha = values.each("alpha", media.clone(), alpha);
    slots.shape = match (setup.saturation, setup.form) {
        (Saturation::Logistic, _) => {
            values.each("lambda", media.clone(), Prior::Gamma { shape: 3.0, rate: 1.0 })
        }
        (Saturation::Hill, Form::Plain) => {
            let half = Prior::LogNormal { mean: -0.7, sd: 0.6 };
            values.each("ec", media.clone(), half)
        }
        (Saturation::Hill, Form::Meridian) => {
            let half = Prior::TruncatedNormal { mean: 0.8, sd: 0.8, low: 0.1, high: 10.0 };
            values.each("ec", media.clone(), half)
        }
    };
    if setup.saturation == Saturation::Hill {
        let slope = match setup.form {
            Form::Plain => Prior::LogNormal { mean: 0.2, sd: 0.3 },
            Form::Meridian => Prior::Fixed { value: 1.0 },
        };
        slots.slope = values.each("slope", media.clone(), slope);
    }
    slots.effect = match setup.form {
        Form::Plain => values.each("beta", media.clone(), Prior::HalfNormal { sd: 0.5 }),
        Form::Meridian => {
            values.each("roi", media.clone(), Prior::LogNormal { mean: 0.2, sd: 0.9 })
        }
    };
    if setup.pairs.is_empty() {
        return None;
    }
    let sd = if meridian { 0.5 } else { 0.15 };
    let scale = values.one("kappa_scale", Prior::HalfNormal { sd });
    let names: Vec<String> = setup.pairs.iter().map(|it| setup.pair_name(*it)).collect();
    slots.pair = values.hidden("kappa", &names, None);
    Some(Group::new(slots.pair.clone().collect(), None, scale, Kind::Each))
}

/// What differs from region to region.
fn panel(setup: &Setup, values: &mut Values, slots: &mut Slots) -> Vec<Group> {
    let meridian = setup.form == Form::Meridian;
    let media: Vec<&str> = setup.media.iter().map(String::as_str).collect();
    let crossed = |of: &[&str]| -> Vec<String> {
        let regions = setup.regions.iter();
        regions.flat_map(|region| of.iter().map(move |it| format!("{it}[{region}]"))).collect()
    };
    let every = |members: &Range<usize>, of: usize, i: usize| -> Vec<usize> {
        members.clone().skip(i).step_by(of).collect()
    };
    let spread = Prior::HalfNormal { sd: if meridian { 1.0 } else { 0.5 } };
    slots.spread = values.each("eta", media.iter().copied(), spread);
    slots.deviation = values.hidden("deviation", &crossed(&media), None);
    let spreads = slots.spread.clone().enumerate();
    let mut groups: Vec<Group> = spreads
        .map(|(m, spread)| {
            let members = every(&slots.deviation, media.len(), m);
            Group::new(members, None, spread, Kind::Differences)
        })
        .collect();
    if meridian {
        let controls: Vec<&str> =
            setup.controls.iter().chain(&setup.season).map(String::as_str).collect();
        let wide = Prior::HalfNormal { sd: 5.0 };
        slots.control_spread = values.each("xi", controls.iter().copied(), wide);
        slots.control_region = values.hidden("gamma", &crossed(&controls), None);
        groups.extend(slots.control_spread.clone().enumerate().map(|(i, spread)| {
            let members = every(&slots.control_region, controls.len(), i);
            Group::new(members, Some(slots.control.start + i), spread, Kind::Each)
        }));
        let others = (0..setup.regions.len()).filter(|it| Some(*it) != setup.baseline);
        let names: Vec<String> = others.map(|it| setup.regions[it].clone()).collect();
        let level = Prior::Normal { mean: 0.0, sd: 5.0 };
        slots.region = values.hidden("tau", &names, Some(level));
    } else {
        let spread = values.one("tau_scale", Prior::HalfNormal { sd: 0.3 });
        slots.region = values.hidden("tau", &setup.regions, None);
        let members = slots.region.clone().collect();
        let group = Group::new(members, None, spread, Kind::Levels);
        groups.push(Group { base: slots.intercept, ..group });
    }
    groups
}

struct Values(Vec<Value>);

impl Values {
    fn push(&mut self, name: String, prior: Option<Prior>, hidden: bool) -> usize {
        self.0.push(Value { name, prior, hidden });
        self.0.len() - 1
    }

    fn one(&mut self, name: &str, prior: Prior) -> usize {
        self.push(name.to_owned(), Some(prior), false)
    }

    fn each<'a>(
        &mut self,
        kind: &str,
        of: impl Iterator<Item = &'a str>,
        prior: Prior,
    ) -> Range<usize> {
        let first = self.0.len();
        of.for_each(|name| {
            self.push(format!("{kind}_{name}"), Some(prior), false);
        });
        first..self.0.len()
    }

    fn hidden(&mut self, kind: &str, of: &[String], prior: Option<Prior>) -> Range<usize> {
        let first = self.0.len();
        of.iter().for_each(|name| {
            self.push(format!("{kind}_{name}"), prior, true);
        });
        first..self.0.len()
    }
}
