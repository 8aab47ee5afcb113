//! The programme: everything that a team decides in files, checked and ready to run.

mod campaigns;
mod check_pages;
mod contents;
mod contents_written;
mod difference;
mod edit;
mod forms;
mod identity;
mod journey_forms;
mod journeys;
mod journeys_written;
mod place;
mod read;
mod requests;
mod schema;
mod tree;
mod written;
mod yaml;

pub use difference::{Difference, FieldChange, Kind, What, differences};
pub use edit::{Defined, defined, fields, from_json, path_problem};
pub use journeys::{audiences_of, journey_tree, journey_trees};
pub use read::parse;
pub use schema::{SCHEMAS, Schema};
pub use tree::Tree;
pub use yaml::flow;

use audience::Definitions;
use content::{Brand, Content, Form, Layout, Site};
use decision::Policy;
use expr::Expr;
use journey::{Broadcast, Journey, Node, PostSlot, ScheduledPost, Step, Trigger, Until};
use model::{ContentName, Problem, Span, Topic};
use std::collections::BTreeMap;
use std::sync::Arc;

/// All definitions of one installation at one version.
#[derive(Clone, Debug, Default)]
pub struct Programme {
    pub brand: Brand,
    /// What its pages make together.
    pub site: Site,
    /// What strangers fill in, by name.
    pub forms: BTreeMap<String, Form>,
    pub policy: Policy,
    pub identity: IdentityDefinition,
    pub topics: Vec<TopicDefinition>,
    /// In the order of the files; a name stands once.
    pub audiences: Vec<(String, Expr)>,
    /// What the audiences are for, by name, where their files say it.
    pub notes: BTreeMap<String, String>,
    /// Where other systems are told who enters and leaves, by audience.
    pub syncs: BTreeMap<String, String>,
    pub journeys: Vec<Journey>,
    pub contents: BTreeMap<ContentName, Content>,
    /// What stands around mails, by name.
    pub layouts: BTreeMap<String, Arc<Layout>>,
    pub broadcasts: Vec<Broadcast>,
    pub posts: Vec<ScheduledPost>,
    /// The places of the queue of posts, in the programme's zone.
    pub post_slots: Vec<PostSlot>,
    pub outcomes: Vec<OutcomeDefinition>,
    /// Texts of the customers' pages, by language.
    pub words: content::words::Own,
    /// How long the log keeps events: by name, and `events` for all that have no rule of their own.
    pub keep: BTreeMap<String, Span>,
    /// The audience whose members get every broadcast, before all others, and are measured nowhere.
    pub seeds: Option<String>,
    /// Where another system is told what became of the messages that it ordered.
    pub message_status: Option<String>,
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
        Trigger::Event { when, .. } | Trigger::Conversation { when, .. } => {
            found.extend(when.clone());
        }
        Trigger::Entered { .. }
        | Trigger::Left { .. }
        | Trigger::Date(_)
        | Trigger::Schedule(_)
        | Trigger::Called => {}
    }
    found.extend(journey.goal.as_ref().and_then(|it| it.when.clone()));
    step_conditions(&journey.steps, &mut found);
    found
}

fn step_conditions(steps: &[Node], found: &mut Vec<Expr>) {
    for Node { step, .. } in steps {
        match step {
            Step::WaitUntil { until, .. } => until_conditions(until, found),
            Step::Branch(arms) => found.extend(arms.iter().filter_map(|it| it.when.clone())),
            Step::Repeat(it) => found.extend(it.condition.clone()),
            Step::Wait(_)
            | Step::WaitForWindow(_)
            | Step::Split(_)
            | Step::Experiment(_)
            | Step::Message(_)
            | Step::SetTrait { .. }
            | Step::Tag(_)
            | Step::Webhook(_)
            | Step::Task(_)
            | Step::TellSales(_)
            | Step::End => {}
        }
        step.below("").into_iter().for_each(|(_, it)| step_conditions(it, found));
    }
}

fn until_conditions(until: &Until, found: &mut Vec<Expr>) {
    match until {
        Until::Event { when, .. } => found.extend(when.clone()),
        Until::Entered { .. } | Until::Left { .. } => {}
        Until::Any(several) => several.iter().for_each(|it| until_conditions(it, found)),
    }
}
