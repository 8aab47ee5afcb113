//! What is stored about who a person is, and the record of a merge.

use crate::Half;
use model::{Identifier, IdentifierKind, MergeId, PersonId, Timestamp};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The identifiers of one person, each with the moment at which it joined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    pub created: Timestamp,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", with = "as_list")]
    pub identifiers: BTreeMap<Identifier, Timestamp>,
    /// Merges that were undone, and which of the two this is: the other half is kept apart from it,
    /// whatever they share, until somebody allows it again.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub apart: BTreeMap<MergeId, Half>,
}

/// The appended fact that two persons became one: who, by what, when and why, and what each was
/// known by just before. With the events since then, each stored with the identifier it came with,
/// this is what an undo needs on the side of identity: see [`crate::Halves`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergeRecord {
    pub at: Timestamp,
    pub survivor: PersonId,
    pub absorbed: PersonId,
    /// The absorbed person's identifier that the event carried.
    pub by: Identifier,
    /// For people: which kinds came together, or that it was an alias. Without the values.
    pub cause: String,
    /// Frozen: the survivor just before this merge (after earlier merges of the same event).
    pub survivor_known: Known,
    /// Frozen: the absorbed person just before this merge.
    pub absorbed_known: Known,
}

impl Known {
    pub fn new(created: Timestamp) -> Known {
        Known { created, identifiers: BTreeMap::new(), apart: BTreeMap::new() }
    }

    /// Adds an identifier; one that is already there keeps its first moment.
    pub fn join(&mut self, identifier: Identifier, at: Timestamp) {
        self.identifiers.entry(identifier).or_insert(at);
    }

    pub fn has(&self, identifier: &Identifier) -> bool {
        self.identifiers.contains_key(identifier)
    }

    /// The `user_id`; [`crate::resolve`] sees to it that there is at most one.
    pub fn user_id(&self) -> Option<&Identifier> {
        self.of_kind(IdentifierKind::UserId).next().map(|(it, _)| it)
    }

    /// The identifier of a kind that joined last: of several addresses the one most likely in use.
    pub fn best(&self, kind: IdentifierKind) -> Option<&Identifier> {
        self.of_kind(kind).max_by_key(|(_, joined)| **joined).map(|(it, _)| it)
    }

    pub fn of_kind(
        &self,
        kind: IdentifierKind,
    ) -> impl Iterator<Item = (&Identifier, &Timestamp)> + use<'_> {
        // Kinds are the first field that identifiers are ordered by, so a kind is one range.
        let from = Identifier { kind, value: String::new() };
        self.identifiers.range(from..).take_while(move |(it, _)| it.kind == kind)
    }

    /// Both as one: every identifier of both, and the earlier creation, since the person was
    /// first seen then, whichever record survives.
    pub fn merge(survivor: &Known, absorbed: &Known) -> Known {
        let mut merged = survivor.clone();
        merged.created = survivor.created.min(absorbed.created);
        for (identifier, joined) in &absorbed.identifiers {
            let at = merged.identifiers.entry(identifier.clone()).or_insert(*joined);
            *at = (*at).min(*joined);
        }
        merged.apart.extend(&absorbed.apart);
        merged
    }

    /// The undone merge that keeps these two apart: one is its survivor, the other the absorbed.
    pub fn kept_apart(&self, other: &Known) -> Option<MergeId> {
        let opposite = |(merge, half): &(&MergeId, &Half)| {
            other.apart.get(merge).is_some_and(|it| it != *half)
        };
        self.apart.iter().find(opposite).map(|(merge, _)| *merge)
    }
}

/// JSON keys must be text, so the identifiers are stored as a list of (kind, value, joined).
mod as_list {
    use super::{BTreeMap, Identifier, IdentifierKind, Timestamp};
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(
        identifiers: &BTreeMap<Identifier, Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(identifiers.iter().map(|(it, joined)| (it.kind, &it.value, joined)))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Identifier, Timestamp>, D::Error> {
        let list = Vec::<(IdentifierKind, String, Timestamp)>::deserialize(deserializer)?;
        Ok(list
            .into_iter()
            .map(|(kind, value, joined)| (Identifier { kind, value }, joined))
            .collect())
    }
}
