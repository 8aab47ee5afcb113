//! Paths, one at a time, into sums that merge: memory goes with distinct windows, not with rows.

use super::chain::{CONVERSION, NULL, START};
use super::counts::{BITS, Counts, Ending, ORDER_MAX, joined, mask};
use super::credit::{Credits, Distance};
use super::names::{NameProblem, Names};

/// More channels than anybody buys: whoever has more has given the wrong separator. It keeps a
/// window of the longest memory and its successor in one word.
pub const PATH_CHANNELS_MAX: usize = 1_000;

/// A channel with such a name could not be told from the states around a path.
pub(super) const RESERVED: [&str; 3] = [START, CONVERSION, NULL];

const _: () = assert!(PATH_CHANNELS_MAX < 1 << BITS && BITS as usize * (ORDER_MAX + 1) <= 64);

/// A channel's number, good for whatever gave it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathChannel(pub(super) u32);

/// What is to be known of the paths later; it decides what is counted.
#[derive(Clone, Debug, PartialEq)]
pub struct PathSettings {
    /// The lengths of memory of the Markov chains, each from 1 to [`ORDER_MAX`].
    pub orders: Vec<usize>,
    /// After it, a touch weighs half: in touches, or in days where the ages are known. Above 0.
    pub half_life: f64,
    /// Whether pairs of channels are counted as well.
    pub pairs: bool,
    /// Whether the paths come with values; without, results have none.
    pub value: bool,
}

impl Default for PathSettings {
    fn default() -> PathSettings {
        PathSettings { orders: vec![1], half_life: 7.0, pairs: false, value: false }
    }
}

/// How many people went a path, and how it ended for them.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct PathWeight {
    conversions: f64,
    nulls: f64,
    value: f64,
}

/// Why a weight is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WeightProblem {
    Conversions,
    Nulls,
    Value,
}

impl PathWeight {
    /// One path without a conversion.
    pub const NULL: PathWeight = PathWeight { conversions: 0.0, nulls: 1.0, value: 0.0 };

    /// Conversions, paths without one, and the value of all these conversions together; each a
    /// finite number from 0 on.
    pub fn new(conversions: f64, nulls: f64, value: f64) -> Result<PathWeight, WeightProblem> {
        let fine = |number: f64| 0.0 <= number && number.is_finite();
        match (fine(conversions), fine(nulls), fine(value)) {
            (false, ..) => Err(WeightProblem::Conversions),
            (_, false, _) => Err(WeightProblem::Nulls),
            (_, _, false) => Err(WeightProblem::Value),
            (true, true, true) => Ok(PathWeight { conversions, nulls, value }),
        }
    }

    pub(super) fn converts(&self) -> bool {
        0.0 < self.conversions
    }

    pub(super) fn value(&self) -> f64 {
        self.value
    }
}

/// The sums over all paths so far.
#[derive(Clone, Debug)]
pub struct Paths {
    pub(super) settings: PathSettings,
    pub(super) names: Names,
    pub(super) credits: Credits,
    /// One per order, as in the settings.
    pub(super) windows: Vec<Windows>,
    pub(super) rows: u64,
    pub(super) conversions: f64,
    pub(super) nulls: f64,
    pub(super) value: f64,
    /// Conversions and paths that no channel was seen before.
    pub(super) conversions_without_touch: f64,
    pub(super) nulls_without_touch: f64,
    /// Value on rows without a conversion, which belongs to none.
    pub(super) value_without_conversion: f64,
    /// Paths without a conversion that could still come to one when the data end.
    pub(super) still_open: f64,
    /// Touches of the longest path.
    pub(super) longest: usize,
    path: Vec<u32>,
}

/// Counts for a chain whose states are windows of `order` channels.
#[derive(Clone, Debug)]
pub(super) struct Windows {
    pub order: usize,
    /// A window with the channel that came after it.
    pub steps: Counts<f64>,
    pub starts: Counts<f64>,
    pub ends: Counts<Ending>,
}

impl Paths {
    pub fn new(settings: &PathSettings) -> Paths {
        let mut orders: Vec<usize> =
            settings.orders.iter().map(|order| (*order).clamp(1, ORDER_MAX)).collect();
        orders.sort_unstable();
        orders.dedup();
        let windows = |order: &usize| Windows {
            order: *order,
            steps: Counts::new(),
            starts: Counts::new(),
            ends: Counts::new(),
        };
        Paths {
            names: Names::new(PATH_CHANNELS_MAX, &RESERVED),
            credits: Credits::new(settings.half_life, settings.pairs),
            windows: orders.iter().map(windows).collect(),
            rows: 0,
            conversions: 0.0,
            nulls: 0.0,
            value: 0.0,
            conversions_without_touch: 0.0,
            nulls_without_touch: 0.0,
            value_without_conversion: 0.0,
            still_open: 0.0,
            longest: 0,
            path: Vec::new(),
            settings: PathSettings { orders, ..settings.clone() },
        }
    }

    /// The number of the channel with this name.
    pub fn channel(&mut self, name: &[u8]) -> Result<PathChannel, NameProblem> {
        self.names.number(name).map(PathChannel)
    }

    /// How many rows were added.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Adds people who went this path. Repeated touches of a channel count each.
    pub fn add(&mut self, path: impl Iterator<Item = PathChannel>, weight: PathWeight) {
        self.begin(path);
        self.count(Distance::Touches, weight);
    }

    /// The same where it is known how many days before its end each touch was: from 0 on, finite,
    /// one per touch.
    pub fn add_aged(&mut self, path: &[(PathChannel, f64)], weight: PathWeight) {
        self.begin(path.iter().map(|touch| touch.0));
        let days: Vec<f64> = path.iter().map(|touch| touch.1).collect();
        self.count(Distance::Days(&days), weight);
    }

    fn begin(&mut self, path: impl Iterator<Item = PathChannel>) {
        self.path.clear();
        self.path.extend(path.map(|channel| channel.0));
    }

    fn count(&mut self, distance: Distance, weight: PathWeight) {
        let PathWeight { conversions, nulls, value } = weight;
        self.rows += 1;
        if self.path.is_empty() {
            self.conversions_without_touch += conversions;
            self.nulls_without_touch += nulls;
            return;
        }
        self.longest = self.longest.max(self.path.len());
        self.nulls += nulls;
        if 0.0 < conversions {
            self.conversions += conversions;
            self.value += value;
            let channels = self.names.len();
            self.credits.add(&self.path, channels, distance, conversions, value);
        } else if value != 0.0 {
            self.value_without_conversion += value;
        }
        if 0.0 < conversions + nulls {
            let value = if 0.0 < conversions { value } else { 0.0 };
            let ending = Ending { conversions, nulls, value };
            self.windows.iter_mut().for_each(|windows| windows.add(&self.path, ending));
        }
    }

    /// Adds everything that the other has, whose settings must be the same.
    pub fn merge(&mut self, other: &Paths) -> Result<(), NameProblem> {
        let numbers: Result<Vec<u32>, NameProblem> = (0..other.names.len() as u32)
            .map(|number| self.names.number(other.names.name(number).as_bytes()))
            .collect();
        let numbers = numbers?;
        self.credits.merge(&other.credits, &numbers, self.names.len());
        for (windows, others) in self.windows.iter_mut().zip(&other.windows) {
            windows.steps.merge(&others.steps, &numbers);
            windows.starts.merge(&others.starts, &numbers);
            windows.ends.merge(&others.ends, &numbers);
        }
        self.rows += other.rows;
        self.conversions += other.conversions;
        self.nulls += other.nulls;
        self.value += other.value;
        self.conversions_without_touch += other.conversions_without_touch;
        self.nulls_without_touch += other.nulls_without_touch;
        self.value_without_conversion += other.value_without_conversion;
        self.still_open += other.still_open;
        self.longest = self.longest.max(other.longest);
        Ok(())
    }
}

impl Windows {
    fn add(&mut self, path: &[u32], ending: Ending) {
        let people = ending.conversions + ending.nulls;
        let (first, rest) = path.split_at(self.order.min(path.len()));
        let mut window = first.iter().fold(0, |window, channel| joined(window, *channel));
        self.starts.add(window, people);
        for channel in rest {
            let step = joined(window, *channel);
            self.steps.add(step, people);
            window = step & mask(self.order);
        }
        self.ends.add(window, ending);
    }
}
