//! The measurement panel: who is randomly not contacted in which channel, so that effects are known.
//!
//! Assignments come from a keyed hash of the person, are made once, stored, and never drawn again.

use model::{
    ChanceKey, Channel, Identifier, MergeId, Message, PersonId, Problem, Purpose, Span, Timestamp,
};
use serde::{Deserialize, Serialize};

/// Beyond this a factorial cell holds too few people to be useful, and every channel has its bit.
pub const PANEL_CHANNELS_MAX: usize = Channel::ALL.len();

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Panel {
    /// The part of all people who are inside.
    pub share: f64,
    /// The part of the panel that has all channels on: compared with the people outside, it shows
    /// that being inside has no effect of its own.
    #[serde(default = "inside_all_on")]
    pub inside_all_on: f64,
    pub design: Design,
    pub channels: Vec<Channel>,
    #[serde(default)]
    pub rule: Rule,
    /// How long outcomes count from the start of counting.
    #[serde(default = "window")]
    pub window: Span,
    /// A new number is a new draw: for changed channels or another design.
    #[serde(default)]
    pub epoch: u32,
    /// Counts the shares that the epoch has had; people of each are a cohort. Set by whoever runs
    /// the panel, with the epoch: see [`Panel::after`].
    #[serde(default)]
    pub shares: u16,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// Every combination of channels, in equal shares.
    Factorial,
    /// None and each single channel: all that leverage needs, with the people outside as all-on.
    Leverage,
    /// `Leverage` and each pair of channels.
    Pairs,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    /// The cell is looked at last of all, and a withheld message takes its slot.
    #[default]
    Withhold,
    /// The cell is looked at before arbitration: what if we did not have this channel?
    Replan,
}

/// People who are compared with each other only: drawn under the same shares, and in the same
/// situation. Cohorts with other shares and another base rate must not look like an effect.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
pub struct Cohort {
    /// Counts the shares that this epoch has had.
    pub shares: u16,
    pub came: Came,
}

/// How somebody came to their place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Came {
    /// After the panel began.
    #[default]
    New,
    /// Before: for them a channel is taken away, and its value is what that costs.
    Before,
    /// From outside, when a larger share took them in.
    Raised,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Assignment {
    pub epoch: u32,
    /// Inside the panel; outside, every channel is allowed.
    pub inside: bool,
    /// Bit i: the panel's channel i is allowed.
    pub cell: u16,
    #[serde(default, skip_serializing_if = "Cohort::is_first")]
    pub cohort: Cohort,
    pub assigned: Timestamp,
    /// When the first message in a panel channel would have been sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_from: Option<Timestamp>,
    /// Was merged with a person of another cell.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub exposed: bool,
    /// The merge by which that was, where it was undone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exposed_by: Option<MergeId>,
    /// What the person was known by at assignment: only outcomes under these count.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identifiers: Vec<Identifier>,
}

/// The shares of a design's cells for `k` channels, in the order of the cells; they add up to 1.
pub fn shares(design: Design, k: usize) -> Vec<(u16, f64)> {
    let k = k.min(PANEL_CHANNELS_MAX);
    let weight = |on: u32| -> f64 {
        let k = k as f64;
        // With one channel there is no leverage, and with two a pair is everything.
        match (design, on) {
            (Design::Factorial, _) => 1.0,
            (Design::Leverage | Design::Pairs, _) if k < 2.0 => 1.0,
            (Design::Pairs, 0) if 3.0 <= k => ((k - 1.0).powi(2) + k * (k - 1.0) / 2.0).sqrt(),
            (Design::Pairs, 1) if 3.0 <= k => k.sqrt(),
            (Design::Pairs, 2) if 3.0 <= k => 1.0,
            (Design::Leverage | Design::Pairs, 0) => k - 1.0,
            (Design::Leverage | Design::Pairs, 1) => 1.0,
            (Design::Leverage | Design::Pairs, _) => 0.0,
        }
    };
    let cells = (0..1_u16 << k).map(|cell| (cell, weight(cell.count_ones())));
    let cells: Vec<(u16, f64)> = cells.filter(|(_, weight)| 0.0 < *weight).collect();
    let total: f64 = cells.iter().map(|(_, weight)| weight).sum();
    cells.into_iter().map(|(cell, weight)| (cell, weight / total)).collect()
}

/// Draws a person's place. The same person, key and epoch always give the same one, and a larger
/// share only moves people from outside in.
pub fn assign(panel: &Panel, person: PersonId, key: &ChanceKey, now: Timestamp) -> Assignment {
    let epoch = panel.epoch.to_le_bytes();
    let draw = |what: &str| key.draw(&[b"panel", &epoch, what.as_bytes(), &person.0.to_le_bytes()]);
    let inside = draw("share").unit() < panel.share;
    let cell = if inside {
        let cells = panel.cells();
        let weights: Vec<f64> = cells.iter().map(|(_, share)| *share).collect();
        draw("cell").pick(&weights).map_or(panel.all_on(), |index| cells[index].0)
    } else {
        panel.all_on()
    };
    Assignment {
        epoch: panel.epoch,
        inside,
        cell,
        cohort: Cohort { shares: panel.shares, came: Came::New },
        assigned: now,
        counted_from: None,
        exposed: false,
        exposed_by: None,
        identifiers: Vec::new(),
    }
}

/// What a stored assignment becomes under the panel of today: a new one in a new epoch, or when a
/// raised share takes the person in; otherwise it stays, and nothing is returned.
pub fn reassign(
    stored: &Assignment,
    panel: &Panel,
    person: PersonId,
    key: &ChanceKey,
    now: Timestamp,
) -> Option<Assignment> {
    let mut drawn = assign(panel, person, key, now);
    if stored.epoch != panel.epoch {
        // Whoever was in the last epoch was in the programme before this one.
        drawn.cohort.came = Came::Before;
        return Some(drawn);
    }
    drawn.cohort.came = Came::Raised;
    // Who is being counted outside stays there until that has ended: a count cut short would make
    // the people outside look worse than they are.
    let is_counted = stored.counted_from.is_some_and(|from| now < from + panel.window);
    (!stored.inside && drawn.inside && !is_counted).then_some(drawn)
}

/// Whether this person gets nothing in this channel. For marketing only: see [`withholds`].
pub fn withheld(assignment: &Assignment, panel: &Panel, channel: Channel) -> bool {
    if !assignment.inside || assignment.epoch != panel.epoch {
        return false;
    }
    match panel.channels.iter().position(|it| *it == channel) {
        Some(bit) => assignment.cell & (1 << bit) == 0,
        None => false,
    }
}

/// Whether this message is withheld in this channel; a transactional one never is.
pub fn withholds(
    assignment: &Assignment,
    panel: &Panel,
    message: &Message,
    channel: Channel,
) -> bool {
    match message.purpose {
        Purpose::Marketing => withheld(assignment, panel, channel),
        Purpose::Transactional | Purpose::Measurement => false,
    }
}

impl Panel {
    /// Enough to see whether being inside does something by itself, at little cost.
    pub const INSIDE_ALL_ON: f64 = 0.05;

    /// Four whole weeks, so that each weekday counts the same.
    pub const WINDOW: Span = Span::days(28);

    /// The panel as it runs after `before`: other channels, another design, rule or window are
    /// another question and open an epoch; other shares only begin a cohort.
    pub fn after(mut self, before: Option<&Panel>) -> Panel {
        let Some(before) = before else { return self };
        let question = |it: &Panel| (it.channels.clone(), it.design, it.rule, it.window);
        if question(&self) != question(before) || before.epoch < self.epoch {
            self.epoch = self.epoch.max(before.epoch + 1);
            return self;
        }
        self.epoch = before.epoch;
        let same = (self.share, self.inside_all_on) == (before.share, before.inside_all_on);
        self.shares = before.shares + u16::from(!same);
        self
    }

    /// The cell in which every channel of the panel is allowed.
    pub fn all_on(&self) -> u16 {
        ((1_u32 << self.channels.len().min(PANEL_CHANNELS_MAX)) - 1) as u16
    }

    /// The cells inside the panel with their shares of it: those of the design, and the all-on cell
    /// with `inside_all_on` or, where the design gives it more, that.
    pub fn cells(&self) -> Vec<(u16, f64)> {
        let (all_on, design) = (self.all_on(), shares(self.design, self.channels.len()));
        let own = design.iter().find(|(cell, _)| *cell == all_on).map_or(0.0, |it| it.1);
        let kept = own.max(self.inside_all_on.clamp(0.0, 1.0));
        let scale = if own < 1.0 { (1.0 - kept) / (1.0 - own) } else { 0.0 };
        let mut cells: Vec<(u16, f64)> = design
            .into_iter()
            .filter(|(cell, _)| *cell != all_on)
            .map(|(cell, share)| (cell, share * scale))
            .collect();
        cells.push((all_on, kept));
        cells
    }

    pub fn check(&self) -> Vec<Problem> {
        let mut problems = Vec::new();
        if !(0.0..=1.0).contains(&self.share) {
            problems.push(
                Problem::new(format!(
                    "the panel's share {} is not a part of the whole",
                    self.share
                ))
                .hint("write it like 10%"),
            );
        }
        if !(0.0..1.0).contains(&self.inside_all_on) {
            problems.push(Problem::new(format!(
                "the all-on part {} of the panel must leave room for its other cells",
                self.inside_all_on
            )));
        }
        let mut channels = self.channels.clone();
        channels.sort();
        channels.dedup();
        if channels.len() != self.channels.len() {
            problems.push(Problem::new("the panel names a channel twice"));
        }
        let least = match self.design {
            Design::Factorial => 1,
            Design::Leverage => 2,
            Design::Pairs => 3,
        };
        if self.channels.len() < least {
            problems.push(
                Problem::new(format!("this panel design needs at least {least} channels"))
                    .hint("name more channels, or choose `factorial`"),
            );
        }
        problems
    }
}

impl Cohort {
    pub fn is_first(&self) -> bool {
        *self == Cohort::default()
    }
}

impl Assignment {
    /// The first message that would have been sent in a panel channel starts the counting, once.
    pub fn count_from(&mut self, now: Timestamp) {
        self.counted_from.get_or_insert(now);
    }

    /// At a merge the cell assigned first stays; that the person saw another one is recorded.
    pub fn merge(a: &Assignment, b: &Assignment) -> Assignment {
        let order = |it: &Assignment| (it.assigned, !it.inside, it.epoch, it.cell);
        let (first, second) = if order(b) < order(a) { (b, a) } else { (a, b) };
        let differs = (first.epoch, first.cell) != (second.epoch, second.cell);
        let exposed = first.exposed || second.exposed || differs;
        Assignment { exposed, ..first.clone() }
    }

    /// After an undone merge: the own cell again, with the mark that the person saw another one.
    pub fn exposed_by(&self, merge: MergeId) -> Assignment {
        Assignment { exposed: true, exposed_by: Some(merge), ..self.clone() }
    }
}

fn inside_all_on() -> f64 {
    Panel::INSIDE_ALL_ON
}

fn window() -> Span {
    Panel::WINDOW
}
