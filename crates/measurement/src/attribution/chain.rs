//! The absorbing chain of one order: from the start through windows of channels to conversion or
//! null (Anderl, Becker, von Wangenheim, Schumann 2016, IJRM 33(3), section 3).
//!
//! A state is a window of `order` consecutive channels; a path that is shorter is one state. A
//! window that follows itself is the same visit, so its step is left out.

use super::counts::{BITS, channels_of, mask};
use super::paths::{Paths, Windows};

/// Probabilities by state. States are in the order of their channels' names.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    pub order: usize,
    /// The window of each state; channel numbers are places in alphabetical order.
    pub windows: Vec<u64>,
    /// How many people set out.
    pub people: f64,
    /// The probability of beginning in the state.
    pub start: Vec<f64>,
    /// How often the state was left.
    pub visits: Vec<f64>,
    /// The probability that the next thing is the conversion.
    pub conversion: Vec<f64>,
    pub null: Vec<f64>,
    /// The value that a visit brings at once: mean value of a conversion from here times its
    /// probability.
    pub value: Vec<f64>,
    /// Steps to other states, by the state they leave.
    pub forward: Steps,
    /// The same steps, by the state they reach.
    pub backward: Steps,
}

/// A sparse matrix by rows.
#[derive(Clone, Debug)]
pub(super) struct Steps {
    /// Where the row of each state begins in the other two; one more at the end.
    begins: Vec<usize>,
    others: Vec<u32>,
    probabilities: Vec<f64>,
}

impl Steps {
    /// The states on the other side of this state's steps, with the steps' probabilities.
    pub fn of(&self, state: usize) -> impl Iterator<Item = (usize, f64)> {
        let row = self.begins[state]..self.begins[state + 1];
        let others = self.others[row.clone()].iter().map(|other| *other as usize);
        others.zip(self.probabilities[row].iter().copied())
    }

    /// From (row, other, probability) in any order.
    fn new(states: usize, steps: &[(u32, u32, f64)]) -> Steps {
        let mut begins = vec![0; states + 1];
        for (row, ..) in steps {
            begins[*row as usize + 1] += 1;
        }
        for state in 0..states {
            begins[state + 1] += begins[state];
        }
        let mut next = begins.clone();
        let (mut others, mut probabilities) = (vec![0; steps.len()], vec![0.0; steps.len()]);
        for (row, other, probability) in steps {
            let at = next[*row as usize];
            (others[at], probabilities[at]) = (*other, *probability);
            next[*row as usize] += 1;
        }
        Steps { begins, others, probabilities }
    }
}

impl Chain {
    /// The chain of these counts. `ranks` are the channels' places in alphabetical order.
    pub fn new(counts: &Windows, ranks: &[u32]) -> Chain {
        let ends = counts.ends.sorted(ranks);
        let steps = counts.steps.sorted(ranks);
        let starts = counts.starts.sorted(ranks);
        let order = counts.order;
        let windows = windows(&ends, &steps, order);
        let state = |window: u64| windows.binary_search(&window).unwrap_or_default();
        let n = windows.len();
        let mut visits = vec![0.0; n];
        // A step to the same window is the same visit.
        let moves: Vec<(u32, u32, f64)> = steps
            .iter()
            .map(|(step, people)| {
                (state(step >> BITS) as u32, state(step & mask(order)) as u32, *people)
            })
            .filter(|(from, to, _)| from != to)
            .collect();
        for (from, _, people) in &moves {
            visits[*from as usize] += people;
        }
        let (mut conversion, mut null, mut value) = (vec![0.0; n], vec![0.0; n], vec![0.0; n]);
        for (window, ending) in &ends {
            let at = state(*window);
            visits[at] += ending.conversions + ending.nulls;
            (conversion[at], null[at], value[at]) =
                (ending.conversions, ending.nulls, ending.value);
        }
        for at in 0..n {
            conversion[at] /= visits[at];
            null[at] /= visits[at];
            value[at] /= visits[at];
        }
        let people: f64 = starts.iter().map(|start| start.1).sum();
        let mut start = vec![0.0; n];
        for (window, count) in &starts {
            start[state(*window)] = count / people;
        }
        let forward: Vec<(u32, u32, f64)> = moves
            .into_iter()
            .map(|(from, to, people)| (from, to, people / visits[from as usize]))
            .collect();
        let backward: Vec<(u32, u32, f64)> =
            forward.iter().map(|(from, to, probability)| (*to, *from, *probability)).collect();
        let (forward, backward) = (Steps::new(n, &forward), Steps::new(n, &backward));
        Chain { order, windows, people, start, visits, conversion, null, value, forward, backward }
    }

    pub fn states(&self) -> usize {
        self.windows.len()
    }

    pub fn contains(&self, state: usize, channel: u32) -> bool {
        channels_of(self.windows[state]).any(|it| it == channel)
    }

    /// How often each channel was come to. The latest of a window is where one is; what came
    /// before it in the first window of a path counts as well.
    pub fn visits_by_channel(&self, channels: usize) -> Vec<f64> {
        let mut visits = vec![0.0; channels];
        for (state, window) in self.windows.iter().enumerate() {
            let mut present = channels_of(*window);
            if let Some(latest) = present.next() {
                visits[latest as usize] += self.visits[state];
            }
            let first = self.start[state] * self.people;
            present.for_each(|channel| visits[channel as usize] += first);
        }
        visits
    }

    /// All that can come after the start or a state, with probabilities: the rows of a printed
    /// transition matrix, self-steps left out.
    pub fn transitions(&self, names: &[String]) -> Vec<Transition> {
        let name = |window: u64| -> String {
            let mut channels: Vec<&str> =
                channels_of(window).map(|rank| names[rank as usize].as_str()).collect();
            channels.reverse();
            channels.join(" > ")
        };
        let mut all = Vec::new();
        let mut push = |from: &str, to: String, probability: f64| {
            if 0.0 < probability {
                all.push(Transition { from: from.to_owned(), to, probability });
            }
        };
        for (window, probability) in self.windows.iter().zip(&self.start) {
            push(START, name(*window), *probability);
        }
        for state in 0..self.states() {
            let from = name(self.windows[state]);
            for (to, probability) in self.forward.of(state) {
                push(&from, name(self.windows[to]), probability);
            }
            push(&from, CONVERSION.to_owned(), self.conversion[state]);
            push(&from, NULL.to_owned(), self.null[state]);
        }
        all
    }
}

/// All windows that occur, ascending: each path ends in one, and each step reaches one.
fn windows<V, W>(ends: &[(u64, V)], steps: &[(u64, W)], order: usize) -> Vec<u64> {
    let from = steps.iter().map(|step| step.0 >> BITS);
    let to = steps.iter().map(|step| step.0 & mask(order));
    let mut windows: Vec<u64> = ends.iter().map(|end| end.0).chain(from).chain(to).collect();
    windows.sort_unstable();
    windows.dedup();
    windows
}

/// The state before a path.
pub const START: &str = "(start)";
/// The state after a path that converted.
pub const CONVERSION: &str = "(conversion)";
/// The state after a path that did not.
pub const NULL: &str = "(null)";

/// One entry of a transition matrix. States are named by their channels, as in `a > b`.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub struct Transition {
    pub from: String,
    pub to: String,
    pub probability: f64,
}

impl Paths {
    /// The channels' names in alphabetical order, and each channel's place in it.
    pub(super) fn alphabet(&self) -> (Vec<String>, Vec<u32>) {
        let ranks = self.names.ranks();
        let mut names = vec![String::new(); ranks.len()];
        for (number, rank) in (0..).zip(&ranks) {
            names[*rank as usize] = self.names.name(number).to_owned();
        }
        (names, ranks)
    }
}
