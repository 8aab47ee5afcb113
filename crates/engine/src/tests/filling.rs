//! What people did before an audience was defined is read from the history, and counts as if the
//! audience had been there from the beginning.

use super::play::{Play, check};
use port::History;
use record::Control;

impl Play {
    /// Commands that are about the history; whether it was one.
    pub(super) fn history_command(&mut self, words: &[&str]) -> bool {
        match words {
            ["history"] => {
                self.fills = true;
                self.engine.as_mut().expect("the engine runs").fill_from_history();
            }
            ["fill"] => self.fill(usize::MAX, true),
            ["fill", "on"] => self.fill(1, false),
            ["fill", chunks] => self.fill(chunks.parse().expect("a number"), true),
            ["try", name, condition] => {
                self.settle();
                let said = self.tried(name, &condition.replace('_', " "));
                self.wire.said.push(said);
            }
            ["end", "fill"] => self.control(Control::EndFill { by: "test".to_owned() }),
            _ => return false,
        }
        true
    }

    /// What a condition would make of an audience, as the page says it.
    fn tried(&mut self, name: &str, condition: &str) -> String {
        self.file();
        let engine = self.engine.as_ref().expect("the engine runs");
        let redirects = crate::redirects(&self.store).expect("memory");
        let tried = crate::Tried {
            loaded: engine.loaded(),
            name: Some(name),
            condition: &expr::parse(condition).expect("a condition"),
            history: Some(&*self.history),
            redirects: &redirects,
            now: self.now,
        };
        let found = crate::preview_audience(&self.store, &tried, &mut |_| true);
        let found = found.expect("memory").expect("nobody stopped it");
        let (size, entering, leaving) = (found.size, found.entering, found.leaving);
        format!("{name} would have {size} of {}: +{entering} -{leaving}", found.people)
    }

    /// Reads the history for what is to be filled: all of it, or so many chunks of one person each; with the
    /// last one or without.
    fn fill(&mut self, mut left: usize, to_end: bool) {
        self.settle();
        let history = self.history.clone();
        let is_behind =
            |it: crate::FillOrder| history.position().expect("memory").0 < it.filling.until;
        if self.engine.as_ref().and_then(crate::Engine::fill_order).is_some_and(is_behind) {
            self.file();
        }
        while let Some(order) = self.engine.as_ref().and_then(crate::Engine::fill_order) {
            let mut found = Vec::new();
            crate::filling::fill_by(&*history, &order, 1, &mut |it| {
                found.push(it);
                true
            })
            .expect("memory");
            for chunk in found {
                if left == 0 || !to_end && chunk.through.is_none() {
                    return;
                }
                left -= 1;
                self.engine.as_mut().expect("the engine runs").filled(chunk);
                self.settle();
            }
        }
    }
}

/// `last 30d` needs counters that `buyers` has, and `twice` does not.
const PROGRAMME: &str = r#"
== audiences/buyers.yaml
audience: buyers
when: did("Order", last 30d)
==== 2
== audiences/buyers.yaml
audience: buyers
when: did("Order", last 30d)
== audiences/twice.yaml
audience: twice
when: count("Order", last 30d where total > 10) >= 2
== audiences/never.yaml
audience: never
when: not did("Visit")
== journeys/thanks.yaml
journey: thanks
trigger: {enters: twice}
steps:
  - message: {content: receipt, channels: [onsite]}
"#;

#[test]
fn a_new_audience_knows_what_people_did_before() {
    check(
        PROGRAMME,
        r#"
        1.08:00 history
        1.09:00 track ada "Order" total=20 ; track bob "Order" total=20 ; track ada "Visit"
        2.09:00 track ada "Order" total=30 ; track cat "Order" total=5 ; track cat "Order" total=5
        3.09:00 apply 2 ; track bob "Order" total=12 ; show audiences
        3.09:01 fill ; show audiences ; show people
        3.10:00 track cat "Order" total=50 ; track cat "Order" total=50 ; show audiences
        "#,
        r#"
        audiences: buyers 3
        audiences: buyers 3, never 2, twice 2
        p1 = ada; in buyers twice
        p2 = bob; in buyers never twice
        p3 = cat; in buyers never
        3.10:00 m1 onsite to cat "Receipt"
        audiences: buyers 3, never 2, twice 3
        "#,
    );
}

/// "Has never visited" would hold for everybody until the visits are counted.
#[test]
fn nobody_enters_or_leaves_while_it_is_not_known() {
    check(
        PROGRAMME,
        r#"
        1.08:00 history
        1.09:00 track ada "Visit" ; track bob "Visit" ; track cat "Order"
        3.09:00 apply 2 ; show audiences
        3.09:00 track ada "Order" total=20 ; track dan "Order" total=20 ; show audiences
        3.09:01 fill 1 ; show audiences
        3.09:02 fill ; show audiences ; show people
        "#,
        r#"
        audiences: buyers 1
        audiences: buyers 3
        audiences: buyers 3
        audiences: buyers 3, never 2
        p1 = ada; in buyers
        p2 = bob
        p3 = cat; in buyers never
        p4 = dan; in buyers never
        "#,
    );
}

#[test]
fn a_crash_or_a_failed_commit_counts_nothing_twice() {
    for trouble in ["crash ; start", "fail 1 store-and-fail", "fail 1 refuse"] {
        check(
            PROGRAMME,
            &format!(
                r#"
        1.08:00 history
        1.09:00 track ada "Order" total=20 ; track bob "Order" total=20
        1.10:00 track bob "Order" total=20
        3.09:00 apply 2
        3.09:01 fill 1
        3.09:02 {trouble}
        3.09:03 fill ; show people
        "#
            ),
            &format!(
                r#"
        {}p1 = ada; in buyers never
        p2 = bob; in buyers never twice
        "#,
                if trouble.starts_with("fail") { "3.09:03 a commit failed\n        " } else { "" }
            ),
        );
    }
}

#[test]
fn those_who_became_one_meanwhile_are_filled_as_one() {
    check(
        PROGRAMME,
        r#"
        1.08:00 history
        1.09:00 track ~phone "Order" total=20 ; track ~laptop "Order" total=20
        1.10:00 identify ada~laptop
        3.09:00 apply 2
        3.09:01 fill 1
        3.09:02 identify ada~phone
        3.09:03 fill ; show people
        "#,
        r#"
        p2 = ada ~laptop ~phone; in buyers never twice
        "#,
    );
}

#[test]
fn called_off_it_counts_from_the_change_on() {
    check(
        PROGRAMME,
        r#"
        1.08:00 history
        1.09:00 track ada "Order" total=20 ; track ada "Order" total=20
        3.09:00 apply 2 ; end fill ; show audiences
        3.09:01 track ada "Order" total=20 ; track ada "Order" total=20 ; show audiences
        "#,
        r#"
        audiences: buyers 1, never 1
        3.09:01 m1 onsite to ada "Receipt"
        audiences: buyers 1, never 1, twice 1
        "#,
    );
}

#[test]
fn a_condition_that_nobody_counts_yet_is_tried_on_the_history() {
    check(
        PROGRAMME,
        r#"
        1.08:00 history
        1.09:00 track ada "Order" total=20 ; track bob "Order" total=20 ; track ~phone "Order" total=11
        2.09:00 track ada "Order" total=30 ; track cat "Order" total=5 ; track cat "Order" total=5
        3.09:00 identify bob~phone
        3.10:00 try buyers count('Order',last_30d_where_total>10)>=2
        3.10:00 try buyers count('Order',last_1d_where_total>10)>=1
        "#,
        r#"
        buyers would have 2 of 3: +0 -1
        buyers would have 0 of 3: +0 -3
        "#,
    );
}

/// Both halves were frozen before the counters were there.
#[test]
fn an_undo_after_a_fill_gives_each_what_they_did_before_the_merge() {
    check(
        PROGRAMME,
        r#"
        1.08:00 history
        1.09:00 track ~c "Order" total=20 ; track ada "Order" total=20 ; track ada "Visit"
        1.10:00 identify ada~c ; show people
        1.11:00 track ~c "Order" total=40 ; track ada "Order" total=5
        2.09:00 apply 2 ; show undo j1 ; undo j1
        2.09:01 fill ; show people
        2.10:00 undo j1 ; show people ; show audiences
        2.11:00 track ada "Order" total=50 ; show audiences
        "#,
        r#"
        p2 = ada ~c; in buyers
        j1: new audiences are being filled from the history; ask again when that is done
        p2 = ada ~c; in buyers twice
        p1 = ~c; in buyers never twice
        p2 = ada; in buyers
        audiences: buyers 2, never 1, twice 1
        2.11:00 m1 onsite to ada "Receipt"
        audiences: buyers 2, never 1, twice 2
        "#,
    );
}

/// The one whom the fill had come to is not counted twice, and the other is not forgotten.
#[test]
fn an_undo_of_a_merge_in_the_midst_of_a_fill_gives_each_their_own() {
    check(
        PROGRAMME,
        r#"
        1.08:00 history
        1.09:00 track ~c "Order" total=20 ; track ada "Order" total=20
        2.09:00 apply 2
        2.09:30 track ~c "Visit"
        2.10:00 fill 1 ; identify ada~c
        2.10:01 fill ; show people
        2.11:00 track ~c "Order" total=40 ; undo j1 ; show people
        "#,
        r#"
        p2 = ada ~c; in buyers twice
        p1 = ~c; in buyers twice
        p2 = ada; in buyers never
        "#,
    );
}
