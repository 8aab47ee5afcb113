//! The programme: everything that a team decides in files, checked and ready to run.

mod difference;
mod edit;
mod forms;
mod identity;
mod place;
mod read;
mod requests;
mod schema;
mod tree;
mod written;
mod yaml;

pub use difference::{Difference, FieldChange, Kind, What, differences};
pub use edit::{Defined, defined, from_json, path_problem};
pub use read::{audiences_of, parse};
pub use schema::{SCHEMAS, Schema};
pub use tree::Tree;
pub use yaml::flow;

use audience::Definitions;
use content::{Brand, Content};
use decision::Policy;
use expr::Expr;
use journey::{Broadcast, Journey, Node, Step, Trigger, Until};
use model::{ContentName, Problem, Span, Topic};
use std::collections::BTreeMap;

/// All definitions of one installation at one version.
#[derive(Clone, Debug, Default)]
pub struct Programme {
    pub brand: Brand,
    pub policy: Policy,
    pub identity: IdentityDefinition,
    pub topics: Vec<TopicDefinition>,
    /// In the order of the files; a name stands once.
    pub audiences: Vec<(String, Expr)>,
    /// What the audiences are for, by name, where their files say it.
    pub notes: BTreeMap<String, String>,
    pub journeys: Vec<Journey>,
    pub contents: BTreeMap<ContentName, Content>,
    pub broadcasts: Vec<Broadcast>,
    pub outcomes: Vec<OutcomeDefinition>,
    /// Texts of the customers' pages, by language.
    pub words: content::words::Own,
    /// How long the log keeps events: by name, and `events` for all that have no rule of their own.
    pub keep: BTreeMap<String, Span>,
}

/// Which identifiers count, how many of each one person has, and for how long a merge can be undone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityDefinition {
    pub rules: ::identity::Rules,
    /// What comes after a merge is kept for so long.
    pub undo_within: Span,
}

impl Default for IdentityDefinition {
    fn default() -> IdentityDefinition {
        IdentityDefinition { rules: ::identity::Rules::default(), undo_within: Span::days(90) }
    }
}

/// What a person can subscribe to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDefinition {
    pub name: Topic,
    /// For the preference page.
    pub description: String,
}

/// An event that counts as success, and what it is worth.
#[derive(Clone, Debug, PartialEq)]
pub struct OutcomeDefinition {
    pub name: String,
    pub event: String,
    pub when: Option<Expr>,
    /// Path of the property that holds the value; without one, each event counts 1.
    pub value: Option<String>,
    /// The most that one person can count for: a different estimand, declared beforehand.
    pub cap: Option<f64>,
}

impl Programme {
    /// The audiences and every other condition that needs counters, compiled.
    pub fn definitions(&self) -> Result<Definitions, Vec<Problem>> {
        Definitions::compile(&self.audiences, &self.conditions())
    }

    /// The conditions outside audiences: of journeys and outcomes.
    pub fn conditions(&self) -> Vec<Expr> {
        let outcomes = self.outcomes.iter().filter_map(|it| it.when.clone());
        let journeys = self.journeys.iter().flat_map(journey_conditions);
        outcomes.chain(journeys).collect()
    }
}

fn journey_conditions(journey: &Journey) -> Vec<Expr> {
    let mut found = journey.exit.clone();
    match &journey.trigger {
        Trigger::Event { when, .. } => found.extend(when.clone()),
        Trigger::Entered { .. } | Trigger::Left { .. } => {}
    }
    found.extend(journey.goal.as_ref().and_then(|it| it.when.clone()));
    step_conditions(&journey.steps, &mut found);
    found
}

fn step_conditions(steps: &[Node], found: &mut Vec<Expr>) {
    for node in steps {
        match &node.step {
            Step::WaitUntil { until: Until::Event { when, .. }, .. } => found.extend(when.clone()),
            Step::Branch(arms) => {
                for arm in arms {
                    found.extend(arm.when.clone());
                    step_conditions(&arm.steps, found);
                }
            }
            Step::Message(message) => {
                message.otherwise.iter().for_each(|it| step_conditions(it, found));
            }
            Step::Split(arms) => arms.iter().for_each(|it| step_conditions(&it.steps, found)),
            Step::Wait(_)
            | Step::WaitUntil { until: Until::Entered { .. }, .. }
            | Step::WaitForWindow(_)
            | Step::SetTrait { .. }
            | Step::End => {}
        }
    }
}
