//! What a script may ask to see.

use super::play::Play;
use super::times;
use crate::ProgrammePlan;
use model::{IdentifierKind, Message, MessageState, PersonId, Span, Timestamp};
use port::{Directory, FactLog, Ledger, People, Person};
use std::collections::BTreeMap;

impl Play {
    pub(super) fn show(&mut self, what: &[&str]) {
        let lines = match what {
            ["people"] => self.all_people().iter().map(person_line).collect(),
            ["ledger"] => self.all_messages().iter().map(message_line).collect(),
            ["trail", message] => self.trail(message),
            ["slots", person] => self.slots(person),
            ["audiences"] => vec![self.audiences()],
            ["growth", audience] => self.growth(audience),
            ["journeys"] => self.journeys(),
            ["steps", journey] => self.steps(journey),
            ["experiment", journey] => self.experiment(journey),
            ["moves"] => self.moves(),
            ["tasks"] => self.tasks(),
            ["calls"] => self.calls(),
            ["sums", outcome] => self.sums_of(outcome),
            ["decisions"] => self.decisions(),
            ["holdouts", outcome] => self.holdouts_of(outcome),
            ["learned", person] => vec![self.learned(person)],
            ["choice", message] => vec![self.choice(message)],
            ["policy"] => vec![self.policy()],
            ["pressure", person] => vec![self.pressure(person)],
            ["plan"] => self.plan_of(1),
            ["plan", "again"] => self.plan_of(0),
            ["hold"] => vec![match &self.status().hold {
                Some(hold) => format!("hold: {}", hold.reason),
                None => "no hold".to_owned(),
            }],
            ["broadcast", name] => vec![self.broadcast(name)],
            ["waves", name] => vec![self.waves(name)],
            ["post", name] => self.post(name),
            ["notes", name] => self.post_notes(name),
            ["accounts"] => self.accounts(),
            ["journal"] => {
                let journal = self.journal.as_ref().expect("after `restored`");
                let all = journal.read(port::LogPosition(0), 100, usize::MAX).expect("memory");
                all.into_iter().map(|it| String::from_utf8_lossy(&it.1).into_owned()).collect()
            }
            ["merges"] => self.merges(),
            ["cell", person] => vec![self.cell(person)],
            ["undo", merge] => vec![self.undo_words(merge)],
            ["stats"] => {
                let it = self.status().stats;
                vec![format!(
                    "{} events, {} duplicates, {} late answers",
                    it.events, it.duplicates, it.late_answers
                )]
            }
            ["backlog"] => {
                let left = 0 < self.status().lag_bytes;
                vec![if left { "events wait" } else { "nothing waits" }.to_owned()]
            }
            _ => panic!("`{}` cannot be shown", what.join(" ")),
        };
        self.wire.said.extend(lines);
    }

    /// What applying a version of the programme would do.
    fn plan_of(&self, index: usize) -> Vec<String> {
        let engine = self.engine.as_ref().expect("the engine runs");
        let files = self.programme(index);
        let plan = ProgrammePlan::of(&self.store, engine.loaded(), files, self.now);
        let plan = match plan.expect("memory") {
            Ok(plan) => plan,
            Err(problems) => return problems.iter().map(ToString::to_string).collect(),
        };
        let mut lines = vec![format!("{} differences", plan.differences.len())];
        lines.extend(plan.audiences.iter().map(|it| match it.moves {
            Some(moves) => {
                format!("{}: {} +{} -{}", it.name, it.before, moves.enter, moves.leave)
            }
            None => format!("{}: {} counts anew", it.name, it.before),
        }));
        lines.extend(plan.journeys.iter().map(|it| {
            let gone = if it.gone { " gone" } else { "" };
            format!("{}{gone}: {:?}", it.name, it.running)
        }));
        let by = |it: &crate::BroadcastEffect| {
            format!("{} {:?} by {}", it.name, it.state, it.by.join(", "))
        };
        lines.extend(plan.broadcasts.iter().map(by));
        lines.extend(plan.panel.map(|it| format!("panel {it:?}")));
        if let Some(caps) = &plan.caps {
            lines.extend(caps.tighter.iter().map(|it| format!("tighter: {it}")));
            lines.extend(caps.looser.iter().map(|it| format!("looser: {it}")));
        }
        lines
    }

    /// Audience sizes are kept by adding and subtracting; they must be what counting gives.
    pub(super) fn check_tallies(&self) {
        let Some(engine) = &self.engine else { return };
        if engine.status().tallies.fill.is_some() {
            return;
        }
        let mut counted: BTreeMap<String, i64> = BTreeMap::new();
        for person in self.all_people() {
            for name in person.profile.memberships().keys() {
                *counted.entry(name.clone()).or_default() += 1;
            }
        }
        let mut kept = engine.status().tallies.audiences;
        kept.retain(|_, size| *size != 0);
        assert_eq!(kept, counted, "audience sizes are not what counting gives");
        for (name, size) in &counted {
            let members = self.store.members(name, None, usize::MAX).expect("memory");
            let people = self.all_people();
            let within = people.iter().filter(|it| it.profile.memberships().contains_key(name));
            assert_eq!(members, within.map(|it| it.id).collect::<Vec<_>>(), "members of {name}");
            let today = crate::growth(&self.store, name, 0).expect("memory").pop();
            assert_eq!(today.map(|it| it.1.size), Some(*size), "the last day of {name}");
        }
        self.check_steps(engine);
    }

    /// So are the counts of who stands where.
    fn check_steps(&self, engine: &crate::Engine) {
        let mut counted: BTreeMap<(String, u64, String), i64> = BTreeMap::new();
        for person in self.all_people() {
            for run in person.runs.active() {
                let place = (run.journey.to_string(), run.version, run.step.clone());
                *counted.entry(place).or_default() += 1;
            }
        }
        let mut kept = BTreeMap::new();
        for journey in engine.loaded().journeys.names() {
            for (version, steps) in
                engine.steps().of(journey).into_iter().flat_map(|it| &it.versions)
            {
                for (step, it) in steps.iter().filter(|(_, it)| it.now != 0) {
                    kept.insert((journey.to_string(), *version, step.clone()), it.now);
                }
            }
        }
        assert_eq!(kept, counted, "counts of steps are not what counting gives");
    }

    fn steps(&self, journey: &str) -> Vec<String> {
        let engine = self.engine.as_ref().expect("the engine runs");
        let Some(counts) = engine.steps().of(&journey.into()) else { return Vec::new() };
        let mut lines = Vec::new();
        for (version, steps) in &counts.versions {
            for (step, it) in steps {
                let words = |(code, n): (&str, u64)| format!(", {n} {code}");
                let arms: String = it.arms.iter().map(|(arm, n)| words((arm, *n))).collect();
                let failed: String =
                    it.failed.iter().map(|(why, n)| words((why.code(), *n))).collect();
                let (entered, now) = (it.entered, it.now);
                lines.push(format!("v{version} {step}: {entered} in, {now} there{arms}{failed}"));
            }
        }
        let ended = counts.ended.iter().map(|(why, n)| format!("{n} {}", why.code()));
        let refused = counts.refused.iter().map(|(why, n)| format!("{n} {}", why.code()));
        let rest: Vec<String> = ended.chain(refused).collect();
        lines.extend((!rest.is_empty()).then(|| rest.join(", ")));
        lines
    }

    fn experiment(&self, journey: &str) -> Vec<String> {
        let engine = self.engine.as_ref().expect("the engine runs");
        let sums = engine.holdouts();
        let all =
            crate::ExperimentReport::all(engine.loaded(), sums, &journey.into(), 1..10, self.now);
        let line = |it: crate::ExperimentReport| {
            let arm = |it: &crate::ArmReport| {
                let mean = it.mean.map(|it| format!(" mean {}", round(it))).unwrap_or_default();
                format!("{} {}{mean}", it.arm, it.n)
            };
            let arms: Vec<String> = it.arms.iter().map(arm).collect();
            let first = &it.arms[0].arm;
            let differences = it.arms.iter().filter_map(|arm| {
                let effect = arm.effect.as_ref()?;
                let value = effect.estimate.map(|it| round(it).to_string());
                let told = value.or_else(|| effect.reason.clone())?;
                Some(format!("; {} - {first} = {told}", arm.arm))
            });
            let (arms, differences) = (arms.join(", "), differences.collect::<String>());
            format!(
                "v{} {} {}: {arms}; {} running{differences}",
                it.version, it.step, it.outcome, it.running
            )
        };
        all.into_iter().map(line).collect()
    }

    fn moves(&self) -> Vec<String> {
        let engine = self.engine.as_ref().expect("the engine runs");
        let line = |(name, it): (&model::JourneyName, &crate::MoveStatus)| {
            let stay: String =
                it.stay.iter().map(|(why, n)| format!(", {n} {}", why.code())).collect();
            let done = if it.is_done() { "done" } else { "goes on" };
            format!("{name} v{} to v{}: {} moved{stay}; {done}", it.from, it.to, it.moved)
        };
        engine.moves().iter().map(line).collect()
    }

    fn tasks(&self) -> Vec<String> {
        let line = |it: crate::TaskRecord| {
            let due = it.due.map(|it| format!(" by {}", times::print(it))).unwrap_or_default();
            let (kind, text) = (it.kind.name(), [it.title.as_str(), &it.note].concat());
            format!("{} {kind} `{text}` for {} about {}{due}", it.id, it.to, it.person)
        };
        crate::TaskRecord::all(&self.store).expect("memory").into_iter().map(line).collect()
    }

    fn calls(&self) -> Vec<String> {
        let mut hooks = port::Hooks::hooks(&self.store, None, None, 100).expect("memory");
        hooks.reverse();
        let line = |it: port::HookRecord| {
            let body = String::from_utf8_lossy(&it.hook.body).into_owned();
            let tried = match it.tries {
                0 => String::new(),
                tries => format!(" {} after {tries}", it.state.name()),
            };
            format!("{} {}{tried} {body}", times::print(it.hook.made), it.hook.url)
        };
        hooks.into_iter().map(line).collect()
    }

    fn status(&self) -> crate::Status {
        self.engine.as_ref().expect("the engine runs").status()
    }

    fn all_people(&self) -> Vec<Person> {
        let ids = self.store.ids_after(None, usize::MAX).expect("memory");
        self.store.load(&ids).expect("memory")
    }

    fn all_messages(&self) -> Vec<Message> {
        let message = |id| self.store.message(model::MessageId(id)).expect("memory");
        (1..).map_while(message).collect()
    }

    fn trail(&self, message: &str) -> Vec<String> {
        let id = message.parse().expect("a message");
        let message = self.store.message(id).expect("memory").expect("the message exists");
        message.trail.iter().map(|it| format!("{}: {}", it.reason, it.detail)).collect()
    }

    fn learned(&self, person: &str) -> String {
        let id: PersonId = person.parse().expect("a person");
        let learned = self.store.load(&[id]).expect("memory").remove(0).learned;
        let (sent, answered) = learned.totals();
        let awaits: Vec<String> = (learned.trials().iter())
            .map(|it| format!("{} until {}", it.message, times::print(it.ends)))
            .collect();
        if sent == 0 && awaits.is_empty() {
            return format!("{person}: nothing");
        }
        let number = |milli: u64| format!("{}.{:03}", milli / 1_000, milli % 1_000);
        let mut text = format!("{person}: {} sent, {} answered", number(sent), number(answered));
        if !awaits.is_empty() {
            text += &format!("; awaits {}", awaits.join(", "));
        }
        text
    }

    fn pressure(&self, person: &str) -> String {
        let id: PersonId = person.parse().expect("a person");
        let learned = self.store.load(&[id]).expect("memory").remove(0).learned;
        let Some(it) = learned.pressure else { return format!("{person}: no pressure") };
        let caps = if it.halved { "half" } else { "full" };
        let left = if it.opted_out { "opted out" } else { "stayed" };
        let counted = if it.counted { "counted" } else { "running" };
        let (messages, load) = (it.messages, it.load);
        format!("{person}: {caps} caps, {messages} messages, load {load}, {left}, {counted}")
    }

    fn choice(&self, message: &str) -> String {
        let id = message.parse().expect("a message");
        let found = self.store.message(id).expect("memory").expect("the message exists");
        let Some(choice) = found.choice else { return format!("{message}: no choice") };
        let response = match choice.response {
            None => "open",
            Some(true) => "answered",
            Some(false) => "not answered",
        };
        let at = times::print(choice.instant);
        let (p, n) = (choice.probability(), choice.len());
        format!("{message}: {} {at}, {p} of {n}, {response}", choice.channel)
    }

    fn policy(&self) -> String {
        match crate::latest_policy(&self.store).expect("readable") {
            Some(it) => format!("policy {} of {}", it.version, times::print(it.at)),
            None => "no policy".to_owned(),
        }
    }

    fn slots(&self, person: &str) -> Vec<String> {
        let id: PersonId = person.parse().expect("a person");
        let person = self.store.load(&[id]).expect("memory").remove(0);
        let slots = person.contacts.slots().iter();
        let line = |it: &decision::Slot| {
            let kind = format!("{:?}", it.kind).to_lowercase();
            format!("{} {kind} {}", it.message, times::print(it.at))
        };
        match slots.len() {
            0 => vec!["no slots".to_owned()],
            _ => slots.map(line).collect(),
        }
    }

    fn cell(&self, person: &str) -> String {
        let id: PersonId = person.parse().expect("a person");
        let panel = self.store.load(&[id]).expect("memory").remove(0).panel;
        let Some(entry) = panel else { return format!("{person} has no cell") };
        let it = &entry.assignment;
        let exposed = match (it.exposed, it.exposed_by) {
            (true, Some(merge)) => format!(", exposed by {merge}"),
            (true, None) => ", exposed".to_owned(),
            (false, _) => String::new(),
        };
        format!("{person} in cell {}{exposed}: {:?}", it.cell, entry.totals)
    }

    fn growth(&self, audience: &str) -> Vec<String> {
        let days = crate::growth(&self.store, audience, 0).expect("memory");
        let line = |(day, it): (i64, crate::AudienceDay)| {
            let (entered, left) = (it.entered, it.left);
            let day = super::times::print(Timestamp(day * Span::DAY.0));
            let day = day.split('.').next().unwrap_or_default();
            format!("day {day}: +{entered} -{left} and {} to {}", it.otherwise, it.size)
        };
        days.into_iter().map(line).collect()
    }

    fn audiences(&self) -> String {
        let tallies = self.status().tallies.audiences;
        let sizes: Vec<String> = tallies.iter().map(|(name, n)| format!("{name} {n}")).collect();
        format!("audiences: {}", sizes.join(", "))
    }

    fn journeys(&self) -> Vec<String> {
        let tallies = self.status().tallies.journeys;
        let line = |(name, it): (&model::JourneyName, &crate::JourneyTally)| {
            let (started, ended) = (it.started, it.ended);
            let (goals, messages) = (it.goals, it.messages);
            format!("{name}: {started} started, {ended} ended, {goals} goals, {messages} messages")
        };
        tallies.iter().map(line).collect()
    }

    /// The sums as they will be when every window has ended.
    fn sums_of(&self, outcome: &str) -> Vec<String> {
        let engine = self.engine.as_ref().expect("the engine runs");
        let panel = engine.loaded().programme.policy.panel.clone().expect("a panel");
        let report = engine.sums().report(&panel, outcome, self.now + Span::days(1_000));
        let line = |(cell, inside, sums): &(u16, bool, measurement::Sums)| {
            let place = if *inside { "inside" } else { "outside" };
            let total = sums.mean * sums.n as f64;
            format!("{outcome} cell {cell} {place}: {} persons, {total} in all", sums.n)
        };
        let all: Vec<String> = (report.cohorts.iter())
            .flat_map(|(cohort, cells)| {
                let name = match (cohort.is_first(), cohort) {
                    (true, _) => String::new(),
                    (false, it) => format!(" of shares {} {:?}", it.shares, it.came),
                };
                cells.iter().map(move |it| line(it) + &name)
            })
            .collect();
        if all.is_empty() { vec![format!("{outcome}: nobody")] } else { all }
    }

    fn decisions(&self) -> Vec<String> {
        let days = crate::days(&self.store, 0).expect("memory");
        let mut lines = Vec::new();
        for (day, it) in days {
            for (asker, asked) in &it.asked {
                let ended = it.ended.get(asker).into_iter().flatten();
                let ended: Vec<String> =
                    ended.map(|(words, count)| format!("{count} {words}")).collect();
                let day = super::times::print(Timestamp(day * Span::DAY.0));
                lines.push(format!("{day} {asker} asked {asked}: {}", ended.join(", ")));
                for (winner, became) in it.lost.get(asker).into_iter().flatten() {
                    lines.push(format!("  lost to {winner}: {became:?}"));
                }
            }
        }
        lines
    }

    fn holdouts_of(&self, outcome: &str) -> Vec<String> {
        let engine = self.engine.as_ref().expect("the engine runs");
        let (holdouts, later) =
            (engine.loaded().programme.policy.holdouts.clone(), self.now + Span::days(1_000));
        let group = |it: crate::Group| match it.mean {
            Some(mean) => format!("{} x {mean}", it.n),
            None => "nobody".to_owned(),
        };
        let reports = engine.holdouts().reports(&holdouts, &[outcome.to_owned()], later);
        let line = |it: &crate::HoldoutReport| {
            let effect = it.effect.estimate.map(|it| format!(", effect {}", round(it)));
            let (sent, held) = (group(it.sent), group(it.held));
            format!("{}: sent {sent}, held {held}{}", it.holdout, effect.unwrap_or_default())
        };
        reports.iter().map(line).collect()
    }

    fn broadcast(&self, name: &str) -> String {
        let status = self.status().broadcasts;
        let status = status.get(&model::CampaignName::from(name)).expect("the broadcast is known");
        let (state, counted) = (status.progress.state.name(), status.counted);
        format!("{name} is {state}: {} of {counted} made", status.progress.recipients)
    }

    /// As it is stored, which is what pages read.
    fn stored_post(&self, name: &str) -> crate::PostStatus {
        let found = crate::PostStatus::find(&self.store, &model::CampaignName::from(name));
        found.expect("memory").unwrap_or_default()
    }

    fn post(&self, name: &str) -> Vec<String> {
        let status = self.stored_post(name);
        let due =
            status.progress.due.map_or(String::new(), |it| format!(" for {}", times::print(it)));
        let mut lines = vec![format!("{name} is {}{due}", status.progress.state.name())];
        for (network, posting) in &status.networks {
            let parts = posting.parts.iter().map(|it| match it {
                delivery::PartState::Waiting { at, tries, .. } => {
                    format!("waits until {} after {tries}", times::print(*at))
                }
                delivery::PartState::Stands { post, .. } => format!("stands as {}", post.id),
                delivery::PartState::Lost { look_at, looks, .. } => match look_at {
                    Some(at) => format!("lost, look {} at {}", looks + 1, times::print(*at)),
                    None => "lost".to_owned(),
                },
                delivery::PartState::Refused { detail } => format!("refused: {detail}"),
                delivery::PartState::Late => "late".to_owned(),
                delivery::PartState::Gone => "gone".to_owned(),
            });
            let parts: Vec<String> = parts.collect();
            lines.push(format!("{network} {}: {}", posting.standing().name(), parts.join(", ")));
        }
        let problem = |(network, text): (&model::Network, &String)| format!("{network}: {text}");
        lines.extend(status.problems.iter().map(problem));
        lines
    }

    fn post_notes(&self, name: &str) -> Vec<String> {
        let status = self.stored_post(name);
        let of = |it: (&model::Network, &delivery::Posting)| {
            let line = |note: &delivery::PostNote| {
                format!("{} {}: {}", it.0, times::print(note.at), note.text)
            };
            it.1.notes.iter().map(line).collect::<Vec<_>>()
        };
        let counted = |it: &delivery::Posting| {
            let likes = |it: &delivery::PostCount| {
                let likes: u64 = it.parts.iter().flatten().map(|it| it.likes).sum();
                format!("{likes} at {}", times::print(it.at))
            };
            it.counts.iter().map(likes).collect::<Vec<_>>()
        };
        let counts = status.networks.values().flat_map(counted);
        status.networks.iter().flat_map(of).chain(counts).collect()
    }

    fn accounts(&self) -> Vec<String> {
        let all = crate::AccountStatus::all(&self.store).expect("memory");
        let line = |(network, it): (&model::Network, &crate::AccountStatus)| {
            let trouble = it.trouble.as_ref().map_or("well".to_owned(), |it| {
                format!("{}{}", if it.sign_in { "sign in: " } else { "" }, it.detail)
            });
            format!("{network} {} at {}: {trouble}", it.name, times::print(it.checked))
        };
        all.iter().map(line).collect()
    }

    fn waves(&self, name: &str) -> String {
        let status = self.status().broadcasts;
        let status = status.get(&model::CampaignName::from(name)).expect("the broadcast is known");
        let when = |it: &crate::Wave| it.due.map_or("at once".to_owned(), |it| it.to_string());
        let wave = |it: &crate::Wave| format!("{} {}", when(it), it.people);
        format!("{name}: {}", status.waves.iter().map(wave).collect::<Vec<_>>().join(", "))
    }

    /// What an undo would bring about, or why there can be none.
    fn undo_words(&self, merge: &str) -> String {
        let engine = self.engine.as_ref().expect("the engine runs");
        let id = merge.parse().expect("a merge");
        let plan = crate::UndoPlan::of(&self.store, engine.facts(), engine.loaded(), id, self.now);
        match plan.expect("memory") {
            Err(why) => format!("{merge}: {why}"),
            Ok(plan) => {
                let (ours, theirs) = (person_line(&plan.survivor), person_line(&plan.absorbed));
                let facts = (plan.survivor_facts, plan.absorbed_facts);
                format!("{merge}: {ours} with {}; {theirs} with {}", facts.0, facts.1)
            }
        }
    }

    fn merges(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for person in self.all_people() {
            for merge in self.store.merges_of(person.id).expect("memory") {
                let (survivor, absorbed) =
                    (person_line(&merge.survivor), person_line(&merge.absorbed));
                lines.push(format!("{}; was {survivor}; and {absorbed}", merge.record.cause));
            }
        }
        lines
    }
}

/// `p1 = ada ada@x.example ~cookie; plan=pro; in buyers; at welcome:1 until 1.09:10`
fn person_line(person: &Person) -> String {
    let names: Vec<String> = person
        .known
        .identifiers
        .keys()
        .map(|it| match it.kind {
            IdentifierKind::AnonymousId => format!("~{}", it.value),
            IdentifierKind::UserId
            | IdentifierKind::Email
            | IdentifierKind::Phone
            | IdentifierKind::Handle
            | IdentifierKind::DeviceToken => it.value.clone(),
        })
        .collect();
    let mut text = format!("{} = {}", person.id, names.join(" "));
    let addresses = ["email", "phone", "handle"];
    let traits = person.profile.traits.iter().filter(|it| !addresses.contains(&it.0.as_str()));
    let traits: Vec<String> = traits.map(|(name, it)| format!("{name}={}", it.value)).collect();
    let audiences: Vec<&str> = person.profile.memberships().keys().map(String::as_str).collect();
    let said: Vec<String> =
        person.consents.listing(Timestamp::MIN).into_iter().map(statement_words).collect();
    let runs: Vec<String> = person.runs.active().iter().map(run_words).collect();
    let (traits, audiences) = (traits.join(" "), audiences.join(" "));
    let (said, runs) = (said.join(" "), runs.join(" "));
    for (word, items) in [("", traits), ("in ", audiences), ("says ", said), ("at ", runs)] {
        if !items.is_empty() {
            text.push_str(&format!("; {word}{items}"));
        }
    }
    text
}

fn statement_words(it: &decision::Statement) -> String {
    let channel = it.channel.map(|it| format!(" {it}")).unwrap_or_default();
    format!("{}{channel}", it.state.name())
}

/// To thousandths, since sums of moving totals are not exact.
fn round(value: f64) -> f64 {
    (value * 1e3).round() / 1e3 + 0.0
}

fn run_words(run: &journey::Run) -> String {
    let key = run.key.as_ref().map(|it| format!("[{it}]")).unwrap_or_default();
    let wake = run.wake.map(|it| format!(" until {}", times::print(it))).unwrap_or_default();
    format!("{}{key}:{}{wake}", run.journey, run.step)
}

/// `m1 p1 hello sent: created planned sent`
fn message_line(message: &Message) -> String {
    let state = match &message.state {
        MessageState::Waiting => "waiting".to_owned(),
        MessageState::Planned { channel, at, .. } => format!("planned {channel} {}", print(*at)),
        MessageState::Joined { host } => format!("leaves with {host}"),
        MessageState::InFlight { channel, .. } => format!("on the wire {channel}"),
        MessageState::Ended { outcome, .. } => outcome.name().to_owned(),
    };
    let trail: Vec<&str> = message.trail.iter().map(|it| it.reason.code()).collect();
    let (id, person, content) = (message.id, message.person, &message.content);
    format!("{id} {person} {content} {state}: {}", trail.join(" "))
}

fn print(at: Timestamp) -> String {
    times::print(at)
}
