//! Somebody else edits the same assignment.

use std::time::Duration;

use peerplan::canvas::{Change, Ending, Why};
use peerplan::random::{Purpose, Random};
use proptest::prelude::*;

use super::case::{Case, Desk};
use super::laws;
use crate::canvas::sim::{Edit, Faults, Pair, Until};

/// Pairs that are not as they were when the plan was made, by definition.
fn drifted(desk: &Desk) -> Vec<(Change, Pair)> {
    let Case { creates, deletes, kept, .. } = &desk.case;
    let live = desk.live();
    let completed = desk.world.course.completed();
    let mut found: Vec<_> = kept.iter().filter(|pair| !live.contains(pair)).map(|&pair| (Change::Gone, pair)).collect();
    let known = |pair: &Pair| kept.contains(pair) || creates.contains(pair) || deletes.contains(pair);
    found.extend(live.iter().filter(|pair| !known(pair)).map(|&pair| (Change::Added, pair)));
    found.extend(deletes.iter().filter(|pair| completed.contains(pair)).map(|&pair| (Change::Completed, pair)));
    found.sort();
    found
}

fn edited(seed: u64, edits: u64) -> Desk {
    let mut desk = Desk::new(Case::small(seed), Faults::default(), seed);
    let mut chance = Random::new(seed, Purpose::PairOrder);
    for _ in 0..edits {
        if let Some(edit) = Edit::draw(&desk.world.course, &mut chance) {
            edit.apply(&mut desk.world.course);
        }
    }
    desk
}

proptest! {
    #[test]
    fn what_was_edited_before_is_reported_and_nothing_is_sent(seed: u64, edits in 0_u64..4) {
        let mut desk = edited(seed, edits);
        let (expected, before) = (drifted(&desk), desk.live());
        let (summary, trace) = desk.run(Until::Done);
        let number = |id: &peerplan::Id| id.value().unwrap();
        let mut found: Vec<(Change, Pair)> = summary.drift.iter()
            .map(|found| (found.change, (number(&found.pair.asset_id), number(&found.pair.assessor_id)))).collect();
        found.sort();
        prop_assert_eq!(&found, &expected);
        if expected.is_empty() {
            prop_assert_eq!(summary.ending, Ending::Complete);
            prop_assert!(desk.live().into_iter().eq(desk.case.result()));
        } else {
            prop_assert_eq!(summary.ending, Ending::Drift);
            prop_assert!(trace.lines.is_empty() && desk.live() == before);
            prop_assert!(!desk.world.log.iter().any(|sent| sent.request.method.writes()));
        }
    }

    /// Then what can be done is done: what is there is not asked for, and what is completed stays.
    #[test]
    fn drift_may_be_allowed(seed: u64, edits in 0_u64..4) {
        let mut desk = edited(seed, edits);
        desk.options.allow_drift = true;
        let (before, completed) = (desk.live(), desk.world.course.completed());
        let (summary, _) = desk.run(Until::Done);
        prop_assert!(matches!(summary.ending, Ending::Complete | Ending::Changed), "{:?}", summary);
        let expected = |pair: &Pair| {
            let (create, delete) = (desk.case.creates.contains(pair), desk.case.deletes.contains(pair));
            create || (before.contains(pair) && (!delete || completed.contains(pair)))
        };
        prop_assert!(desk.live().iter().all(expected));
        prop_assert!(before.iter().chain(&desk.case.creates).filter(|pair| expected(pair)).all(|pair| desk.live().contains(pair)));
        prop_assert!(desk.world.course.ledger.posts.keys().all(|pair| !before.contains(pair)));
        laws::once(&desk);
    }

    /// Edits meanwhile: no step is sent twice, and what is lost in the one moment between looking and deleting is reported.
    #[test]
    fn edits_meanwhile_are_noticed(seed: u64, edits in 1_u64..5) {
        let mut desk = Desk::new(Case::small(seed), Faults::default(), seed);
        let mut chance = Random::new(seed, Purpose::PairOrder);
        for _ in 0..edits {
            desk.world.edit_at(Duration::from_millis(chance.below(3000)), None);
        }
        let (summary, _) = desk.run(Until::Done);
        let ledger = &desk.world.course.ledger;
        prop_assert!(ledger.posts.values().chain(ledger.deleted.values()).all(|&count| count == 1));
        let mut lost: Vec<Pair> = ledger.completed_deleted.iter().map(|review| review.pair).collect();
        lost.sort_unstable();
        let mut reported: Vec<Pair> = summary.lost.iter()
            .map(|pair| (pair.asset_id.value().unwrap(), pair.assessor_id.value().unwrap())).collect();
        reported.sort_unstable();
        prop_assert_eq!(lost, reported);
        // The last look is the last request: what was edited before it is seen.
        let last = desk.world.log.last().unwrap().at;
        let quiet = desk.world.edits.iter().all(|(at, _)| *at < last);
        if summary.ending == Ending::Complete && quiet && summary.left.is_empty() {
            prop_assert!(desk.live().into_iter().eq(desk.case.result()), "{:?}", summary);
        }
        prop_assert!(summary.ending != Ending::Running);
    }

    /// The reviews of who has left stay; nothing else is held up.
    #[test]
    fn who_leaves_the_course_is_left_alone(seed: u64) {
        let mut desk = Desk::new(Case::small(seed), Faults::default(), seed);
        let mut chance = Random::new(seed, Purpose::PairOrder);
        let students: Vec<u64> = desk.case.course.students.keys().copied().collect();
        let gone = students[chance.index(students.len())];
        Edit::Leave(gone).apply(&mut desk.world.course);
        let (summary, _) = desk.run(Until::Done);
        let case = desk.case.clone();
        let owner = |pair: &Pair| case.course.owner_of(pair.0).unwrap();
        let concerned = |pair: &&Pair| pair.1 == gone || owner(pair) == gone;
        for left in &summary.left {
            let pair = (left.pair.asset_id.value().unwrap(), left.pair.assessor_id.value().unwrap());
            prop_assert!(concerned(&&pair) || left.reason == Why::Held, "{:?}", left);
        }
        let creates: Vec<&Pair> = case.creates.iter().filter(|pair| !concerned(pair)).collect();
        prop_assert!(creates.iter().all(|pair| desk.live().contains(pair)));
        prop_assert_eq!(summary.trouble, None);
        laws::once(&desk);
    }
}
