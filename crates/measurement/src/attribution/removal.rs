//! What becomes of the conversions when a channel is taken out of a chain: exactly, by solving it.
//!
//! Two questions are answered. The *removal effect* (Anderl et al. 2016, eq. 4): whoever would have
//! come to the channel is lost. It is the share of conversions on whose way the channel lies. The
//! *net effect*: whoever would have come to the channel does what the others did at that point. A
//! channel that changes nothing has net effect 0, while its removal effect is as large as it is
//! frequent.

use super::chain::Chain;
use super::direct::Small;
use super::sweep::{LANES, Lane, solve};

/// Elimination of all scenarios may take this many multiplications: about a tenth of a second.
const DIRECT_WORK_MAX: f64 = 3e8;
/// Where sweeps do not settle, elimination may take seconds, and that many states.
const DIRECT_STATES_MAX: usize = 2_000;

/// Channels to take out, and whether the people who would have come there go other ways.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Scenario {
    pub removed: Vec<u32>,
    pub redistributed: bool,
}

/// What comes of up to [`LANES`] scenarios.
pub(super) struct Played {
    /// The chance to convert, per scenario.
    pub conversion: Lane,
    /// The expected value of a path.
    pub value: Lane,
    /// One over the share of people who begin elsewhere; 1 where nobody is redistributed.
    pub start_factor: Lane,
    /// By state: expected visits, over the share of people who go on elsewhere.
    pub flow: Vec<Lane>,
    /// By state: the chance to convert from there. Empty unless asked for.
    pub converts: Vec<Lane>,
    /// By state: 1 if it is taken out and the people who would have come go other ways.
    pub elsewhere: Vec<Lane>,
}

/// The chain never settles within reason; says how many states it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Unsettled {
    pub states: usize,
}

/// Up to [`LANES`] scenarios at once. `of` is how many there are in all.
pub(super) fn play(
    chain: &Chain,
    scenarios: &[Scenario],
    of: usize,
    with_converts: bool,
) -> Result<Played, Unsettled> {
    let work = (chain.states() as f64).powi(3) * of as f64;
    if work <= DIRECT_WORK_MAX {
        return play_by(chain, scenarios, true, with_converts);
    }
    play_by(chain, scenarios, false, with_converts).or_else(|unsettled| {
        match unsettled.states <= DIRECT_STATES_MAX {
            true => play_by(chain, scenarios, true, with_converts),
            false => Err(unsettled),
        }
    })
}

/// By elimination, or else by sweeps.
pub(super) fn play_by(
    chain: &Chain,
    scenarios: &[Scenario],
    directly: bool,
    with_converts: bool,
) -> Result<Played, Unsettled> {
    let states = chain.states();
    let mut gone = vec![[false; LANES]; states];
    let mut elsewhere = vec![[0.0; LANES]; states];
    let mut factors = vec![[0.0; LANES]; states];
    let mut start_factor = [1.0; LANES];
    for (lane, scenario) in scenarios.iter().enumerate() {
        let lost = |state: usize| scenario.removed.iter().any(|it| chain.contains(state, *it));
        for state in (0..states).filter(|state| lost(*state)) {
            gone[state][lane] = true;
            elsewhere[state][lane] = if scenario.redistributed { 1.0 } else { 0.0 };
        }
        for state in (0..states).filter(|state| !gone[*state][lane]) {
            factors[state][lane] = factor(chain, scenario, state, |to| !gone[to][lane]);
        }
        if scenario.redistributed {
            let alive = ending(chain, |state| 0.0 < factors[state][lane]);
            for state in (0..states).filter(|state| !alive[*state]) {
                factors[state][lane] = 0.0;
            }
            let kept = (0..states).filter(|state| !gone[*state][lane]);
            start_factor[lane] = inverse(kept.map(|state| chain.start[state]).sum());
        }
    }
    let mut played = Played {
        conversion: [0.0; LANES],
        value: [0.0; LANES],
        start_factor,
        flow: Vec::new(),
        converts: Vec::new(),
        elsewhere,
    };
    if directly {
        played.directly(chain, &factors, scenarios.len());
    } else {
        let settled = played.by_sweeps(chain, &factors, with_converts);
        settled.ok_or(Unsettled { states })?;
    }
    for (state, flow) in played.flow.iter().enumerate() {
        for (lane, flow) in flow.iter().enumerate() {
            played.conversion[lane] += flow * chain.conversion[state];
            played.value[lane] += flow * chain.value[state];
        }
    }
    Ok(played)
}

/// What the state's chances are multiplied with: 1, or what makes those that are left add up to 1.
/// People who all went to what is taken out end there.
fn factor(chain: &Chain, scenario: &Scenario, state: usize, kept: impl Fn(usize) -> bool) -> f64 {
    if !scenario.redistributed {
        return 1.0;
    }
    let onward: f64 = chain.forward.of(state).filter(|step| kept(step.0)).map(|step| step.1).sum();
    inverse(onward + chain.conversion[state] + chain.null[state])
}

/// From which of these states people ever come to an end. Where all ways out led through what is
/// taken out, they would go round for ever: for them it ends there.
fn ending(chain: &Chain, stays: impl Fn(usize) -> bool) -> Vec<bool> {
    let ends = |state: &usize| 0.0 < chain.conversion[*state] + chain.null[*state];
    let mut rest: Vec<usize> = (0..chain.states()).filter(|it| stays(*it) && ends(it)).collect();
    let mut alive = vec![false; chain.states()];
    rest.iter().for_each(|state| alive[*state] = true);
    while let Some(state) = rest.pop() {
        for (from, _) in chain.backward.of(state).filter(|step| stays(step.0)) {
            if !alive[from] {
                alive[from] = true;
                rest.push(from);
            }
        }
    }
    alive
}

fn inverse(share: f64) -> f64 {
    if 0.0 < share { 1.0 / share } else { 0.0 }
}

impl Played {
    fn by_sweeps(&mut self, chain: &Chain, factors: &[Lane], with_converts: bool) -> Option<()> {
        self.flow = solve(&chain.backward, &chain.start, factors)?;
        for flow in &mut self.flow {
            flow.iter_mut().zip(&self.start_factor).for_each(|(flow, factor)| *flow *= factor);
        }
        if with_converts {
            self.converts = solve(&chain.forward, &chain.conversion, factors)?;
        }
        Some(())
    }

    fn directly(&mut self, chain: &Chain, factors: &[Lane], scenarios: usize) {
        self.flow = vec![[0.0; LANES]; chain.states()];
        self.converts = self.flow.clone();
        for (lane, start) in self.start_factor.iter().enumerate().take(scenarios) {
            let factor = |state: usize| factors[state][lane];
            let onward = |to: usize| match (0.0 < factor(to), self.elsewhere[to][lane]) {
                (true, _) => Onward::Goes,
                (false, 0.0) => Onward::Ends,
                (false, _) => Onward::Elsewhere,
            };
            let kept: Vec<usize> =
                (0..chain.states()).filter(|state| 0.0 < factor(*state)).collect();
            let (visits, converts) = small(chain, &kept, factor, onward).solve();
            for (at, state) in kept.iter().enumerate() {
                self.flow[*state][lane] = visits[at] * start * factor(*state);
                self.converts[*state][lane] = converts[at];
            }
        }
    }
}

/// What becomes of people on the way to a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Onward {
    Goes,
    /// The state is out, and they are among those that the factor has sent elsewhere.
    Elsewhere,
    /// The state is out, or nothing is known to come after it.
    Ends,
}

/// The chain of the states that are left.
fn small(
    chain: &Chain,
    kept: &[usize],
    factor: impl Fn(usize) -> f64,
    onward: impl Fn(usize) -> Onward,
) -> Small {
    let n = kept.len();
    let mut place = vec![0; chain.states()];
    for (at, state) in kept.iter().enumerate() {
        place[*state] = at;
    }
    let mut small = Small {
        n,
        steps: vec![0.0; n * n],
        start: kept.iter().map(|state| chain.start[*state]).collect(),
        conversion: Vec::with_capacity(n),
        ends: Vec::with_capacity(n),
    };
    for (at, state) in kept.iter().enumerate() {
        let factor = factor(*state);
        let mut ends = factor * (chain.conversion[*state] + chain.null[*state]);
        for (to, probability) in chain.forward.of(*state) {
            match onward(to) {
                Onward::Goes => small.steps[at * n + place[to]] += factor * probability,
                Onward::Ends => ends += factor * probability,
                Onward::Elsewhere => {}
            }
        }
        small.conversion.push(factor * chain.conversion[*state]);
        small.ends.push(ends);
    }
    small
}
