//! A programme that runs: compiled, with the journey versions that runs still need.

use audience::Definitions;
use content::Content;
use decision::Policy;
use journey::{Journey, Journeys};
use model::{ContentName, JourneyName, Origin, Problem};
use port::Person;
use record::Programme;
use record::programme::OutcomeDefinition;
use std::collections::BTreeMap;
use std::sync::Arc;

type Pinned = BTreeMap<(JourneyName, u64), BTreeMap<ContentName, Content>>;

/// Cheap to clone: pages and previews read the same one as the engine.
#[derive(Clone)]
pub struct Loaded {
    pub version: u64,
    pub programme: Arc<Programme>,
    /// As they are evaluated now: see [`Definitions::holding`].
    pub definitions: Arc<Definitions>,
    /// As they were compiled.
    pub(crate) compiled: Arc<Definitions>,
    pub journeys: Arc<Journeys>,
    /// Contents that experiments say, by journey and version, as they were when the version came.
    pub(crate) pinned: Arc<Pinned>,
    /// The policy for people whose caps are halved by lot.
    pub halved: Arc<Policy>,
    /// The policy for seeds.
    pub(crate) unbounded: Arc<Policy>,
    /// Outcomes by the event that they look at.
    pub(crate) outcomes: Arc<BTreeMap<String, Vec<OutcomeDefinition>>>,
    /// The shares of the panel's cells among all people, by the count of its shares.
    pub(crate) panel_shares: Arc<BTreeMap<u16, Vec<(u16, f64)>>>,
}

impl Loaded {
    /// The programme that runs when nothing was applied yet.
    pub fn empty() -> Loaded {
        Loaded {
            version: 0,
            programme: Arc::new(Programme::default()),
            definitions: Arc::new(Definitions::default()),
            compiled: Arc::new(Definitions::default()),
            journeys: Arc::new(Journeys::new()),
            pinned: Arc::default(),
            halved: Arc::new(Policy::default().halved()),
            unbounded: Arc::new(Policy::default().unbounded()),
            outcomes: Arc::default(),
            panel_shares: Arc::default(),
        }
    }

    /// The same installation with the next version of its programme. A journey that did not change
    /// keeps its version; one that is gone takes no new runs; runs stay in the version that they
    /// began in.
    pub fn next(&self, version: u64, mut programme: Programme) -> Result<Loaded, Vec<Problem>> {
        let definitions = programme.definitions()?;
        let mut journeys = (*self.journeys).clone();
        let gone: Vec<JourneyName> = journeys
            .names()
            .filter(|name| programme.journeys.iter().all(|it| it.name != **name))
            .cloned()
            .collect();
        let mut pinned = (*self.pinned).clone();
        for journey in &mut programme.journeys {
            journey.version = match journeys.latest(&journey.name) {
                Some(latest) if same_but_version(latest, journey) => latest.version,
                Some(_) | None => version,
            };
            journeys.insert(journey.clone())?;
            let place = (journey.name.clone(), journey.version);
            if !journey.experiments().is_empty() && !pinned.contains_key(&place) {
                pinned.insert(place, pinned_contents(journey, &programme.contents));
            }
        }
        for name in gone {
            journeys.close(&name);
        }
        let mut outcomes: BTreeMap<String, Vec<OutcomeDefinition>> = BTreeMap::new();
        for outcome in &programme.outcomes {
            outcomes.entry(outcome.event.clone()).or_default().push(outcome.clone());
        }
        let definitions = Arc::new(definitions);
        Ok(Loaded {
            version,
            compiled: definitions.clone(),
            pinned: Arc::new(pinned),
            halved: Arc::new(programme.policy.halved()),
            unbounded: Arc::new(programme.policy.unbounded()),
            programme: Arc::new(programme),
            definitions,
            journeys: Arc::new(journeys),
            outcomes: Arc::new(outcomes),
            panel_shares: self.panel_shares.clone(),
        })
    }
}

impl Loaded {
    /// Whether the person gets every broadcast to look it over, and so stands outside of measurement.
    pub fn is_seed(&self, person: &Person) -> bool {
        let seeds = self.programme.seeds.as_ref();
        seeds.is_some_and(|it| person.profile.memberships().contains_key(it))
    }

    /// The content that a message says: the latest, except in an arm of an experiment.
    pub fn content_for(
        &self,
        origin: &Origin,
        name: &ContentName,
        pinned: Option<u64>,
    ) -> Option<&Content> {
        let kept = match (origin, pinned) {
            (Origin::Journey { journey, .. }, Some(version)) => {
                self.pinned.get(&(journey.clone(), version)).and_then(|it| it.get(name))
            }
            _ => None,
        };
        kept.or_else(|| self.programme.contents.get(name))
    }
}

fn pinned_contents(
    journey: &Journey,
    contents: &BTreeMap<ContentName, Content>,
) -> BTreeMap<ContentName, Content> {
    let experiments = journey.experiments();
    let names = experiments.iter().flat_map(|(_, it)| it.contents());
    names.filter_map(|it| Some((it.clone(), contents.get(it)?.clone()))).collect()
}

fn same_but_version(a: &Journey, b: &Journey) -> bool {
    Journey { version: b.version, ..a.clone() } == *b
}
