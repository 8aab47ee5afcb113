//! To whom an event belongs, and who thereby turns out to be the same person.

use crate::{Known, MergeRecord, Refusal, Rules};
use model::{Identifier, IdentifierKind, PersonId, Timestamp};

/// A person who owns at least one of the identifiers asked about.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    pub person: PersonId,
    pub known: &'a Known,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nobody is known by these identifiers: a new person.
    Create,
    Use(PersonId),
    /// Several persons turn out to be one.
    Merge {
        survivor: PersonId,
        absorbed: Vec<PersonId>,
    },
    /// No identifier is usable: the event belongs to nobody.
    Nobody,
}

/// What to do with an event's identifiers. `absorbed` of the outcome and `mergers` are in the same
/// order, strongest identifier first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolution {
    pub outcome: Outcome,
    /// To add to the outcome's person, strongest first.
    pub join: Vec<Identifier>,
    /// What did not come along, and why.
    pub refused: Vec<(Identifier, Refusal)>,
    /// For each absorbed person, what brought them in.
    pub mergers: Vec<Merger>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merger {
    pub absorbed: PersonId,
    /// The strongest identifier of the absorbed person that the event carried.
    pub by: Identifier,
    pub cause: String,
}

/// Decides whose event this is. `alias` is the previous id of an `alias` call: it is treated as one
/// more identifier that comes last, whatever its kind, so that the call always goes to the person it
/// names and the previous one is merged into them. It passes neither guard nor limits: several SDKs
/// send `alias` by themselves when one user signs in after another, and a mistake there would fuse
/// two customers with their consents. `claims` may be in any order and may hold persons that own
/// none of the identifiers.
pub fn resolve(
    identifiers: &[Identifier],
    alias: Option<&Identifier>,
    claims: &[Claim<'_>],
    rules: &Rules,
) -> Resolution {
    let mut own: Vec<&Identifier> = identifiers.iter().collect();
    own.sort_by_key(|it| it.kind);
    let mut gathering = Gathering::new(claims, rules);
    for identifier in own {
        gathering.place(identifier, false);
    }
    if let Some(previous) = alias
        && !gathering.is_empty()
    {
        gathering.place(previous, true);
    }
    gathering.conclude()
}

/// What the previous id of an `alias` call may be: it is bare text, and Segment allows an anonymous
/// id, a user id or an e-mail address there. Look all of them up and pass the claims to
/// [`previous_identifier`].
pub fn previous_candidates(previous_id: &str) -> Vec<Identifier> {
    let mut kinds = vec![IdentifierKind::AnonymousId, IdentifierKind::UserId];
    if previous_id.contains('@') {
        kinds.insert(0, IdentifierKind::Email);
    }
    kinds.into_iter().map(|kind| Identifier::new(kind, previous_id)).collect()
}

/// Which of the candidates is meant: the first that somebody owns, else the first of all, since
/// that one can join anybody whereas a second user id cannot. `None` for empty text.
pub fn previous_identifier(previous_id: &str, claims: &[Claim<'_>]) -> Option<Identifier> {
    let mut candidates = previous_candidates(previous_id);
    let owned = candidates
        .iter()
        .position(|it| claims.iter().any(|claim| claim.known.has(it)))
        .unwrap_or(0);
    let chosen = candidates.swap_remove(owned);
    (!chosen.value.is_empty()).then_some(chosen)
}

impl Resolution {
    /// The records of the merges at `at`, to be appended in this order: each is frozen as the
    /// persons were after the ones before it.
    pub fn merges(&self, claims: &[Claim<'_>], at: Timestamp) -> Vec<MergeRecord> {
        let Outcome::Merge { survivor, .. } = self.outcome else { return Vec::new() };
        let Some(survivor_known) = known_of(claims, survivor) else { return Vec::new() };
        let mut running = survivor_known.clone();
        let mut records = Vec::with_capacity(self.mergers.len());
        for merger in &self.mergers {
            let Some(absorbed_known) = known_of(claims, merger.absorbed) else { continue };
            let merged = Known::merge(&running, absorbed_known);
            records.push(MergeRecord {
                at,
                survivor,
                absorbed: merger.absorbed,
                by: merger.by.clone(),
                cause: merger.cause.clone(),
                survivor_known: std::mem::replace(&mut running, merged),
                absorbed_known: absorbed_known.clone(),
            });
        }
        records
    }

    /// What the outcome's person is known by afterwards; `None` when that is nobody. `claims` are
    /// those given to [`resolve`].
    pub fn known(&self, claims: &[Claim<'_>], at: Timestamp) -> Option<Known> {
        let mut known = match &self.outcome {
            Outcome::Nobody => return None,
            Outcome::Create => Known::new(at),
            Outcome::Use(person) => known_of(claims, *person)?.clone(),
            Outcome::Merge { survivor, absorbed } => {
                let first = known_of(claims, *survivor)?.clone();
                let others = absorbed.iter().filter_map(|it| known_of(claims, *it));
                others.fold(first, |known, it| Known::merge(&known, it))
            }
        };
        for identifier in &self.join {
            known.join(identifier.clone(), at);
        }
        Some(known)
    }
}

/// The person who takes shape while the identifiers are placed one after the other.
struct Gathering<'a> {
    claims: &'a [Claim<'a>],
    rules: &'a Rules,
    members: Vec<Member<'a>>,
    join: Vec<Identifier>,
    refused: Vec<(Identifier, Refusal)>,
    /// The one `user_id` so far, a member's or the event's own.
    user: Option<Identifier>,
    counts: Counts,
}

struct Member<'a> {
    person: PersonId,
    known: &'a Known,
    by: Identifier,
    by_alias: bool,
}

/// Identifiers per kind, in the order of [`IdentifierKind::ALL`].
type Counts = [u32; IdentifierKind::ALL.len()];

impl<'a> Gathering<'a> {
    fn new(claims: &'a [Claim<'a>], rules: &'a Rules) -> Gathering<'a> {
        Gathering {
            claims,
            rules,
            members: Vec::new(),
            join: Vec::new(),
            refused: Vec::new(),
            user: None,
            counts: Counts::default(),
        }
    }

    fn is_empty(&self) -> bool {
        self.members.is_empty() && self.join.is_empty()
    }

    /// Puts one identifier where it belongs: already here, joined, merged in with its owner, or
    /// refused.
    fn place(&mut self, identifier: &Identifier, by_alias: bool) {
        let is_here = self.join.contains(identifier)
            || self.members.iter().any(|it| it.known.has(identifier))
            || self.refused.iter().any(|(it, _)| it == identifier);
        if is_here {
            return;
        }
        if let Some(refusal) = self.rules.refuses(identifier) {
            self.refused.push((identifier.clone(), refusal));
            return;
        }
        let answer = match owner(self.claims, identifier) {
            Some(claim) => self.take_in(claim, identifier, by_alias),
            None => self.take(identifier),
        };
        if let Err(refusal) = answer {
            self.refused.push((identifier.clone(), refusal));
        }
    }

    /// An identifier that nobody owns.
    fn take(&mut self, identifier: &Identifier) -> Result<(), Refusal> {
        let kind = identifier.kind;
        if kind == IdentifierKind::UserId && self.user.is_some() {
            return Err(Refusal::SecondUser);
        }
        let limit = self.rules.limits.of(kind);
        let count = &mut self.counts[kind as usize];
        if limit <= *count {
            return Err(Refusal::Limit { kind, limit });
        }
        *count += 1;
        if kind == IdentifierKind::UserId {
            self.user = Some(identifier.clone());
        }
        self.join.push(identifier.clone());
        Ok(())
    }

    /// The person who owns an identifier.
    fn take_in(
        &mut self,
        claim: Claim<'a>,
        identifier: &Identifier,
        by_alias: bool,
    ) -> Result<(), Refusal> {
        let theirs = claim.known.user_id();
        if let (Some(user), Some(theirs)) = (&self.user, theirs)
            && user != theirs
        {
            return Err(Refusal::OtherUser { owner: claim.person });
        }
        let parted = self.members.iter().find_map(|it| it.known.kept_apart(claim.known));
        if let Some(merge) = parted {
            return Err(Refusal::KeptApart { owner: claim.person, merge });
        }
        let counts = count(claim.known);
        for kind in IdentifierKind::ALL {
            let (here, there) = (self.counts[kind as usize], counts[kind as usize]);
            let limit = self.rules.limits.of(kind);
            // A person who was beyond a limit before it was lowered is still a person: only the
            // union of two that both have the kind can be too much.
            if 0 < here && 0 < there && limit < here.saturating_add(there) {
                return Err(Refusal::Limit { kind, limit });
            }
        }
        for (here, there) in self.counts.iter_mut().zip(counts) {
            *here = here.saturating_add(there);
        }
        self.user = self.user.take().or_else(|| theirs.cloned());
        let by = identifier.clone();
        self.members.push(Member { person: claim.person, known: claim.known, by, by_alias });
        Ok(())
    }

    fn conclude(mut self) -> Resolution {
        let rank = |it: &Member<'_>| (it.known.user_id().is_none(), it.known.created, it.person);
        let survivor = (0..self.members.len()).min_by_key(|i| rank(&self.members[*i]));
        let (outcome, mergers) = match survivor {
            None if self.join.is_empty() => (Outcome::Nobody, Vec::new()),
            None => (Outcome::Create, Vec::new()),
            Some(index) => {
                let survivor = self.members.remove(index);
                let mergers: Vec<Merger> =
                    self.members.iter().map(|it| merger(&survivor, it)).collect();
                let outcome = if mergers.is_empty() {
                    Outcome::Use(survivor.person)
                } else {
                    let absorbed = mergers.iter().map(|it| it.absorbed).collect();
                    Outcome::Merge { survivor: survivor.person, absorbed }
                };
                (outcome, mergers)
            }
        };
        Resolution { outcome, join: self.join, refused: self.refused, mergers }
    }
}

fn merger(survivor: &Member<'_>, absorbed: &Member<'_>) -> Merger {
    let (one, other) = (survivor.by.kind.name(), absorbed.by.kind.name());
    let cause = if survivor.by_alias || absorbed.by_alias {
        format!("an alias call joined {other} to {one}")
    } else {
        format!("one event carried {one} and {other}")
    };
    Merger { absorbed: absorbed.person, by: absorbed.by.clone(), cause }
}

/// The person who owns an identifier. Should a directory ever name two, the older id is believed, so
/// that the answer does not depend on the order of the claims.
fn owner<'a>(claims: &'a [Claim<'a>], identifier: &Identifier) -> Option<Claim<'a>> {
    claims.iter().filter(|it| it.known.has(identifier)).min_by_key(|it| it.person).copied()
}

fn known_of<'a>(claims: &'a [Claim<'a>], person: PersonId) -> Option<&'a Known> {
    claims.iter().find(|it| it.person == person).map(|it| it.known)
}

fn count(known: &Known) -> Counts {
    let mut counts = Counts::default();
    for identifier in known.identifiers.keys() {
        counts[identifier.kind as usize] += 1;
    }
    counts
}
