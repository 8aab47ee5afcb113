//! Two persons turn out to be one: every section merged by the core that owns it.

use crate::batch::{Batch, Working};
use crate::broadcast::candidate_key;
use crate::{Engine, EngineError};
use audience::Profile;
use decision::panel::Assignment;
use decision::{Consents, Contacts, Learned};
use identity::{Known, MergeRecord};
use journey::Runs;
use model::{
    CampaignName, LedgerState, Message, MessageId, MessageState, Origin, PersonId, Reason,
};
use port::{Directory, Kept, Merge, PanelEntry, Person, RECENT_MAX};

impl Engine {
    /// Freezes both records, then makes one person of them.
    pub(crate) fn merge(
        &mut self,
        batch: &mut Batch,
        record: MergeRecord,
    ) -> Result<(), EngineError> {
        if batch.get(record.absorbed).is_none() {
            return Ok(());
        }
        let Some(mut survivor) = batch.take(record.survivor) else { return Ok(()) };
        let Some(absorbed) = batch.take(record.absorbed) else { return Ok(()) };
        let absorbed = *absorbed.person;
        self.stats.merges += 1;
        let until = batch.now + self.undo_within();
        let frozen = Merge {
            id: self.new_merge(),
            record: record.clone(),
            survivor: (*survivor.person).clone(),
            absorbed: absorbed.clone(),
            kept: Some(Kept { from: self.next.since, until }),
            undone: None,
        };
        batch.merges.push(frozen);
        batch.redirects.push((absorbed.id, survivor.person.id));
        for identifier in absorbed.known.identifiers.keys() {
            batch.set_owner(identifier.clone(), survivor.person.id);
        }
        let own: Vec<String> = names(&survivor.person).collect();
        let theirs: Vec<String> = names(&absorbed).collect();
        let before: Vec<String> = own.iter().chain(&theirs).cloned().collect();
        let (runs, commands) =
            Runs::merge(&survivor.person.runs, &absorbed.runs, &self.loaded.journeys);
        let nobody = Runs::default();
        self.steps.follow(&survivor.person.runs, &nobody);
        self.steps.follow(&absorbed.runs, &nobody);
        self.steps.follow(&nobody, &runs);
        let mut united = united(&survivor.person, &absorbed, runs);
        let half_life = self.learning().cloned().unwrap_or_default().half_life;
        united.learned = Learned::merge(&survivor.person.learned, &absorbed.learned, half_life);
        *survivor.person = united;
        survivor.person.undo_until = survivor.person.undo_until.max(Some(until));
        let after: Vec<String> = names(&survivor.person).collect();
        self.tally_union(&before, &after, batch.now);
        self.tell_difference(&absorbed, batch, &theirs, &[]);
        self.tell_difference(&survivor.person, batch, &own, &after);
        self.take_over_messages(batch, &mut survivor, absorbed);
        self.end_doubles(&mut survivor, batch)?;
        let loaded = self.loaded.clone();
        self.carry_out(&mut survivor, batch, commands, &loaded);
        self.replan(&mut survivor.person, batch.now);
        survivor.changed(crate::engine::EVERYTHING);
        batch.put_back(survivor);
        Ok(())
    }

    /// Open messages come along. Those of a run that does not go on end with it.
    fn take_over_messages(&mut self, batch: &mut Batch, survivor: &mut Working, absorbed: Person) {
        for mut message in absorbed.open {
            batch.touch(&message, false);
            message.person = survivor.person.id;
            survivor.person.open.push(message);
        }
        survivor.person.open.sort_by_key(|it| it.id);
    }

    /// Both were on the list of one broadcast: one copy is enough. What is on the wire or went out
    /// stands, else the older message.
    fn end_doubles(
        &mut self,
        survivor: &mut Working,
        batch: &mut Batch,
    ) -> Result<(), EngineError> {
        let mut waiting: Vec<(MessageId, CampaignName)> = Vec::new();
        for message in &survivor.person.open {
            if let Origin::Broadcast { campaign } = &message.origin {
                waiting.push((message.id, campaign.clone()));
            }
        }
        for (id, campaign) in waiting {
            let is_older = |it: &Message| match &it.state {
                MessageState::Waiting
                | MessageState::Planned { .. }
                | MessageState::Joined { .. } => it.id < id,
                MessageState::InFlight { .. } => true,
                MessageState::Ended { .. } => went_out(it),
            };
            let same = Origin::Broadcast { campaign: campaign.clone() };
            let mut others = survivor.person.open.iter().filter(|it| it.id != id);
            let another = others.any(|it| it.origin == same && is_older(it))
                || self.got_before(batch, survivor.person.id, &campaign)?;
            if another {
                let (outcome, reason) = (LedgerState::Merged, Reason::MergedAway);
                self.drop_message(survivor, batch, id, outcome, reason, &campaign.0);
            }
        }
        Ok(())
    }

    /// Whether the broadcast went out to the person, under any of the ids they had.
    fn got_before(
        &self,
        batch: &Batch,
        person: PersonId,
        campaign: &CampaignName,
    ) -> Result<bool, EngineError> {
        for id in self.ids_of(batch, person)? {
            let key = candidate_key(campaign, id);
            let Some(message) = self.store.message_by_key(&key)? else { continue };
            if self.store.message(message)?.is_some_and(|it| went_out(&it)) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// `everybody_in`, with the merges of this batch.
    pub(crate) fn ids_of(
        &self,
        batch: &Batch,
        person: PersonId,
    ) -> Result<Vec<PersonId>, EngineError> {
        absorbed_by(&*self.store, &batch.merges, person)
    }
}

/// The person's id first, and those of everybody who became part of them and stays so.
pub fn everybody_in(
    views: &(impl Directory + ?Sized),
    person: PersonId,
) -> Result<Vec<PersonId>, EngineError> {
    absorbed_by(views, &[], person)
}

fn absorbed_by(
    views: &(impl Directory + ?Sized),
    also: &[Merge],
    person: PersonId,
) -> Result<Vec<PersonId>, EngineError> {
    let mut ids = vec![person];
    let mut next = 0;
    while let Some(id) = ids.get(next).copied() {
        next += 1;
        let stored = views.merges_of(id)?;
        let merges = stored.iter().chain(also).filter(|it| it.undone.is_none());
        let records = merges.map(|it| &it.record).filter(|it| it.survivor == id);
        ids.extend(records.map(|it| it.absorbed));
    }
    Ok(ids)
}

/// Whether it reached the person, or may have, or counts as if it had.
fn went_out(message: &Message) -> bool {
    match message.ledger_state() {
        LedgerState::Sent | LedgerState::Unknown | LedgerState::HeldOut => true,
        LedgerState::Merged => decision::digest::has_left(message),
        LedgerState::Suppressed
        | LedgerState::Dropped
        | LedgerState::Failed
        | LedgerState::Pending => false,
    }
}

fn united(survivor: &Person, absorbed: &Person, runs: Runs) -> Person {
    let mut recent = survivor.recent.clone();
    recent.extend(&absorbed.recent);
    recent.sort_by_key(|it| it.position);
    let surplus = recent.len().saturating_sub(RECENT_MAX);
    recent.drain(..surplus);
    Person {
        id: survivor.id,
        known: Known::merge(&survivor.known, &absorbed.known),
        profile: Profile::merge(&survivor.profile, &absorbed.profile),
        consents: Consents::merge(&survivor.consents, &absorbed.consents),
        contacts: Contacts::merge(&survivor.contacts, &absorbed.contacts),
        runs,
        holdouts: crate::holdouts::merged(&survivor.holdouts, &absorbed.holdouts),
        learned: Learned::default(),
        panel: one_panel(survivor.panel.as_ref(), absorbed.panel.as_ref()),
        recent,
        last_seen: survivor.last_seen.max(absorbed.last_seen),
        undo_until: survivor.undo_until,
        open: survivor.open.clone(),
    }
}

/// The place assigned first stays, with its own totals; what the other one counted stays in its
/// cell's sums, as that of a person who is no longer followed.
fn one_panel(a: Option<&PanelEntry>, b: Option<&PanelEntry>) -> Option<PanelEntry> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b).cloned() };
    let assignment = Assignment::merge(&a.assignment, &b.assignment);
    let from = if assignment.identifiers == a.assignment.identifiers { a } else { b };
    Some(PanelEntry { assignment, ..from.clone() })
}

pub(crate) fn names(person: &Person) -> impl Iterator<Item = String> + '_ {
    person.profile.memberships().keys().cloned()
}
