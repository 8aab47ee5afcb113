//! The data on the scale of the model, and what is constant while the sampler moves.

use super::experiment::Scaled;
use super::layout::{Group, Slots, Told, Value, layout, lifted};
use super::prior::{Prior, Support};
use super::{BayesQuestion, Form, Scaling, Setup};

/// How the model's units follow from the user's.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Scales {
    /// Outcome = size × (shift + scale × modelled), with the size of the row's region.
    pub shift: f64,
    pub scale: f64,
    /// By region: its people, or where they are not given its mean outcome; 1 without regions.
    pub size: Vec<f64>,
    /// By medium: modelled = value / (size × scale).
    pub media: Vec<f64>,
    /// By control, the season last: modelled = (value − mean) / sd.
    pub control: Vec<(f64, f64)>,
}

/// Piecewise straight lines over time.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Knots {
    /// By week: the knot before it, and the weight of that one; the next one has the rest.
    pub place: Vec<(usize, f64)>,
}

/// A return per unit of spend as the parameter of an effect.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Returns {
    /// By row: what a unit of the modelled outcome earns.
    pub weight: Vec<f64>,
    /// By medium: all spend.
    pub spend: Vec<f64>,
}

/// A number that is sampled.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Free {
    pub value: usize,
    pub support: Support,
    /// `None` for one of a group, which is sampled as its [`Group`] says.
    pub prior: Option<Prior>,
    /// Sampled together with what the media bring; see [`lifted`].
    pub lifted: bool,
    /// The medium whose effect is sampled as what it brings on average, and not as the coefficient
    /// of its curve: a steeper curve with a smaller coefficient brings the same, and only that is
    /// told well by the data.
    pub tied: Option<usize>,
    /// The centre of a group (or the base of levels), sampled with its members.
    pub central: bool,
}

/// Everything that the density needs. Rows are regions one after another, `weeks` rows each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    pub setup: Setup,
    pub scales: Scales,
    pub weeks: usize,
    pub lags: usize,
    pub outcome: Vec<f64>,
    pub media: Vec<Vec<f64>>,
    pub controls: Vec<Vec<f64>>,
    pub knots: Knots,
    pub returns: Option<Returns>,
    pub experiments: Vec<Scaled>,
    pub slots: Slots,
    pub values: Vec<Value>,
    pub groups: Vec<Group>,
    pub free: Vec<Free>,
    /// What known values are; others are 0.
    pub known: Vec<f64>,
    /// The part of the log density that never moves.
    pub constant: f64,
}

impl Model {
    /// The reason where a prior makes no sense.
    pub fn new(question: &BayesQuestion) -> Result<Model, String> {
        let setup = setup(question);
        let weeks = question.outcome.len() / setup.regions.len();
        let scales = scales(question, &setup, weeks);
        let (slots, mut values, groups) = layout(&setup);
        believe(question.priors, &mut values)?;
        let size = |row: usize| scales.size[row / weeks];
        let outcome = question.outcome.iter().enumerate();
        let scaled = |(row, y): (usize, &f64)| (y / size(row) - scales.shift) / scales.scale;
        let media = question.media.iter().zip(&scales.media).map(|(medium, scale)| {
            medium.values.iter().enumerate().map(|(row, x)| x / (size(row) * scale)).collect()
        });
        let controls = question.controls.iter().chain(question.season);
        let controls = controls.zip(&scales.control).map(|(control, (mean, sd))| {
            control.values.iter().map(|it| (it - mean) / sd).collect()
        });
        let mut model = Model {
            weeks,
            lags: question.lags,
            outcome: outcome.map(scaled).collect(),
            media: media.collect(),
            controls: controls.collect(),
            knots: knots(setup.knots, weeks),
            returns: (setup.form == Form::Meridian).then(|| returns(question, &scales, weeks)),
            experiments: Vec::new(),
            known: vec![0.0; values.len()],
            free: Vec::new(),
            constant: 0.0,
            slots,
            values,
            groups,
            setup,
            scales,
        };
        model.experiments = super::experiment::scaled(question, &model)?;
        model.settle();
        super::pilot::look(&mut model);
        Ok(model)
    }

    /// Parts what is known from what is sampled, and adds up the constants.
    fn settle(&mut self) {
        let rows = self.outcome.len() as f64;
        let ln_2pi = std::f64::consts::TAU.ln();
        self.constant = -0.5 * rows * ln_2pi;
        for group in &self.groups {
            self.constant -= 0.5 * ln_2pi * group.members.len() as f64;
        }
        for experiment in &self.experiments {
            self.constant -= 0.5 * ln_2pi + experiment.se.ln();
        }
        for value in 0..self.values.len() {
            match self.values[value].prior {
                Some(Prior::Fixed { value: known }) => self.known[value] = known,
                Some(prior) => {
                    self.constant += prior.constant();
                    let support = prior.support();
                    let central = self.centre(value, &prior);
                    let lifted = support == Support::Line
                        && !central
                        && lifted(&self.slots, &self.groups, value);
                    let effect = self.slots.effect.clone().position(|it| it == value);
                    let tied =
                        effect.filter(|_| self.returns.is_none() && support == Support::Positive);
                    self.free.push(Free {
                        value,
                        support,
                        prior: Some(prior),
                        lifted,
                        tied,
                        central,
                    });
                }
                None => {
                    let support = Support::Line;
                    let (prior, tied) = (None, None);
                    let (lifted, central) = (false, false);
                    self.free.push(Free { value, support, prior, lifted, tied, central });
                }
            }
        }
    }

    /// Whether a value is the centre of a group whose prior the group can work with; keeps it there.
    fn centre(&mut self, value: usize, prior: &Prior) -> bool {
        let precision = match *prior {
            Prior::Normal { mean, sd } => Told { mean, precision: 1.0 / (sd * sd) },
            Prior::Laplace { mean, scale } => Told { mean, precision: 0.5 / (scale * scale) },
            _ => return false,
        };
        let of = |it: &&mut Group| it.centre == Some(value) || it.base == Some(value);
        match self.groups.iter_mut().find(of) {
            Some(group) => group.prior = Some(precision),
            None => return false,
        }
        true
    }

    pub fn regions(&self) -> usize {
        self.setup.regions.len()
    }

    /// Whether the slope of a medium's Hill curve is anything but known to be 1.
    pub fn has_slopes(&self) -> bool {
        let straight = Some(Prior::Fixed { value: 1.0 });
        self.slots.slope.clone().any(|it| self.values[it].prior != straight)
    }
}

fn setup(question: &BayesQuestion) -> Setup {
    let names = |of: &[crate::Named]| of.iter().map(|it| it.name.clone()).collect();
    let regions = match question.panel {
        Some(panel) => panel.regions.to_vec(),
        None => vec![String::new()],
    };
    let weeks = question.outcome.len() / regions.len();
    let meridian = question.form == Form::Meridian;
    let knots = match (meridian, question.knots) {
        (_, Some(knots)) => knots,
        (true, None) if 1 < regions.len() => weeks,
        (true, None) => 1,
        (false, None) => 0,
    };
    let population = question.panel.and_then(|it| it.population);
    let largest = |sizes: &[f64]| {
        (0..sizes.len()).rev().max_by(|a, b| sizes[*a].total_cmp(&sizes[*b])).unwrap_or(0)
    };
    Setup {
        form: question.form,
        saturation: question.saturation,
        media: names(question.media),
        controls: names(question.controls),
        season: names(question.season),
        pairs: question.synergy.to_vec(),
        baseline: (meridian && 1 < regions.len()).then(|| population.map_or(0, largest)),
        regions,
        knots,
    }
}

fn scales(question: &BayesQuestion, setup: &Setup, weeks: usize) -> Scales {
    let regions = setup.regions.len();
    let size = match question.panel.and_then(|it| it.population) {
        Some(population) => population.to_vec(),
        None if regions == 1 => vec![1.0],
        None => question.outcome.chunks_exact(weeks).map(|it| mean(it).abs()).collect(),
    };
    let per_head = |values: &[f64]| -> Vec<f64> {
        values.iter().enumerate().map(|(row, it)| it / size[row / weeks]).collect()
    };
    let largest = |values: &[f64]| values.iter().fold(0.0, |most: f64, it| most.max(it.abs()));
    let outcome = per_head(question.outcome);
    let meridian = setup.form == Form::Meridian;
    let (shift, scale) = if meridian { spread(&outcome) } else { (0.0, largest(&outcome)) };
    let medium = |it: &crate::Named| match (question.scaling, meridian) {
        (Scaling::AsIs, _) => 1.0,
        (Scaling::Standard, true) => median_of_positive(per_head(&it.values)),
        (Scaling::Standard, false) => largest(&per_head(&it.values)),
    };
    let control = |it: &crate::Named| match question.scaling {
        Scaling::AsIs => (0.0, 1.0),
        Scaling::Standard => spread(&it.values),
    };
    let controls = question.controls.iter().map(control);
    let season = question.season.iter().map(|_| (0.0, 1.0));
    Scales {
        shift,
        scale,
        media: question.media.iter().map(medium).collect(),
        control: controls.chain(season).collect(),
        size,
    }
}

/// A user's beliefs in place of the defaults: by the whole name, or by its kind for all of them.
fn believe(priors: &[(String, Prior)], values: &mut [Value]) -> Result<(), String> {
    for (name, prior) in priors {
        if let Some(why) = prior.problem() {
            return Err(format!("the prior of `{name}`: {why}"));
        }
        let exact = values.iter().any(|it| !it.hidden && it.name == *name);
        let kind = format!("{name}_");
        let mut found = false;
        for value in values.iter_mut().filter(|it| !it.hidden) {
            if value.name == *name || (!exact && value.name.starts_with(&kind)) {
                fits(&value.name, prior)?;
                // The whole name wins over its kind, in whatever order they come.
                let own = priors.iter().any(|it| it.0 == value.name);
                if exact || !own {
                    value.prior = Some(*prior);
                }
                found = true;
            }
        }
        if !found {
            let names: Vec<&str> =
                values.iter().filter(|it| !it.hidden).map(|it| it.name.as_str()).collect();
            return Err(format!(
                "the prior of `{name}`: the model has no such parameter; it has {}",
                names.join(", ")
            ));
        }
    }
    Ok(())
}

/// Whether a prior stays where the parameter has a meaning.
fn fits(name: &str, prior: &Prior) -> Result<(), String> {
    let kind = name.split('_').next().unwrap_or(name);
    let (low, high) = match prior.support() {
        Support::Line => (f64::NEG_INFINITY, f64::INFINITY),
        Support::Positive => (0.0, f64::INFINITY),
        Support::Between(low, high) => (low, high),
    };
    let (least, most, words) = match kind {
        "alpha" => (0.0, 1.0, "lies between 0 and 1: use beta, uniform, truncated_normal or fixed"),
        "lambda" | "ec" | "slope" | "sigma" | "eta" | "xi" | "tau" | "roi" => {
            (0.0, f64::INFINITY, "is above 0: use a prior that is, such as gamma or half_normal")
        }
        "kappa" => (0.0, f64::INFINITY, "is the size of all synergies, above 0"),
        _ => return Ok(()),
    };
    let fixed = matches!(prior, Prior::Fixed { .. });
    let inside = least <= low && high <= most && !(fixed && kind != "alpha" && low <= 0.0);
    if inside { Ok(()) } else { Err(format!("the prior of `{name}`: it {words}")) }
}

/// Straight lines between knots evenly apart, the first and last rows among them; one knot is a
/// constant. The places are cut to whole weeks, as numpy's `linspace(…, dtype=int)` does.
fn knots(count: usize, weeks: usize) -> Knots {
    if count < 2 {
        return Knots { place: vec![(0, 1.0); if count == 0 { 0 } else { weeks }] };
    }
    let at = |knot: usize| (weeks - 1) * knot / (count - 1);
    let mut before = 0;
    let place = |week: usize| {
        while before + 1 < count && at(before + 1) <= week {
            before += 1;
        }
        if before + 1 == count {
            return (before, 1.0);
        }
        let (left, right) = (at(before), at(before + 1));
        (before, (right - week) as f64 / (right - left) as f64)
    };
    Knots { place: (0..weeks).map(place).collect() }
}

fn returns(question: &BayesQuestion, scales: &Scales, weeks: usize) -> Returns {
    let weight = |row: usize| {
        question.value.map_or(1.0, |it| it[row]) * scales.size[row / weeks] * scales.scale
    };
    let spend = question.spend.unwrap_or(question.media);
    Returns {
        weight: (0..question.outcome.len()).map(weight).collect(),
        spend: spend.iter().map(|it| it.values.iter().sum()).collect(),
    }
}

pub(crate) fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Mean and standard deviation (over n), which is never 0.
fn spread(values: &[f64]) -> (f64, f64) {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|it| (it - mean).powi(2)).sum();
    let sd = (squares / values.len() as f64).sqrt();
    (mean, if 0.0 < sd { sd } else { 1.0 })
}

fn median_of_positive(mut values: Vec<f64>) -> f64 {
    values.retain(|it| *it != 0.0);
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => 1.0,
        _ => 0.5 * (values[(n - 1) / 2] + values[n / 2]),
    }
}
