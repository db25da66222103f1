//! Applying plans: whatever happens on the way, the plan is in effect in the end, each step was sent once with effect, and no work of a
//! student is lost.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

pub(crate) mod case;
mod laws;
mod teacher;

use std::time::Duration;

use peerplan::canvas::Ending;
use peerplan::random::{Purpose, Random};
use proptest::prelude::*;

use self::case::{Case, Desk};
use super::sim::{Faults, Until};

/// Runs and kills, with faults; then one run in peace, if the plan is not in effect already.
fn through_storms(desk: &mut Desk, seed: u64) {
    let mut chance = Random::new(seed, Purpose::Remainder);
    let case = desk.case.clone();
    for _ in 0..chance.below(5) {
        let kill = Until::Killed(chance.index(60));
        let (summary, trace) = desk.run(if chance.chance(3, 4) { kill } else { Until::Done });
        if !trace.killed {
            assert!(matches!(summary.ending, Ending::Complete | Ending::Partly), "{summary:?}");
            assert_eq!(summary.ending == Ending::Partly, summary.trouble.is_some(), "{summary:?}");
        }
        if summary.ending == Ending::Complete {
            assert!(desk.live().into_iter().eq(case.result()));
        }
        laws::never_below(&case, desk);
        // Whoever starts it again does so when nothing is under way any more.
        if desk.world.faults.late > 0 && trace.killed {
            desk.world.settle();
        }
    }
}

fn in_peace(desk: &mut Desk) {
    desk.world.faults = Faults::default();
    let (summary, _) = desk.run(Until::Done);
    assert_eq!((summary.ending, summary.trouble.as_ref()), (Ending::Complete, None), "{summary:?}");
    assert!(summary.left.is_empty() && summary.drift.is_empty() && summary.changed.is_empty());
    assert_eq!((summary.pending, summary.unclear), (0, 0));
    assert!(desk.live().into_iter().eq(desk.case.result()));
    desk.world.settle();
    assert!(desk.live().into_iter().eq(desk.case.result()));
}

proptest! {
    #[test]
    fn without_faults_each_step_is_sent_once(seed: u64) {
        let mut desk = Desk::new(Case::small(seed), Faults::default(), seed);
        in_peace(&mut desk);
        let writes = desk.world.log.iter().filter(|sent| sent.request.method.writes()).count();
        prop_assert_eq!(writes, desk.case.creates.len() + desk.case.deletes.len());
        laws::once(&desk);
    }

    #[test]
    fn through_faults_and_kills_the_plan_is_in_effect_in_the_end(seed: u64, per_mille in 0_u64..80) {
        let mut desk = Desk::new(Case::small(seed), Faults { old: seed % 2 == 0, ..Faults::each(per_mille) }, seed);
        through_storms(&mut desk, seed);
        in_peace(&mut desk);
        laws::once(&desk);
        laws::looked_at_before_repeated(&desk);
    }

    /// A request whose effect comes after its loss, but before the second look, is not sent again.
    #[test]
    fn effects_that_come_a_little_late_are_waited_for(seed: u64) {
        let faults = Faults { late: 150, latest: Duration::from_millis(900), lost_before: 100, ..Faults::default() };
        let mut desk = Desk::new(Case::small(seed), faults, seed);
        through_storms(&mut desk, seed);
        in_peace(&mut desk);
        laws::once(&desk);
        laws::looked_at_before_repeated(&desk);
    }

    /// One that comes later still may be sent twice, and Canvas answers with the review that is there.
    #[test]
    fn effects_that_come_very_late_do_no_lasting_harm(seed: u64) {
        let faults = Faults { late: 150, latest: Duration::from_secs(50), lost_before: 100, ..Faults::default() };
        let mut desk = Desk::new(Case::small(seed), faults, seed);
        through_storms(&mut desk, seed);
        in_peace(&mut desk);
        prop_assert_eq!(&desk.world.course.ledger.completed_deleted, &[]);
        prop_assert!(desk.world.course.ledger.created.values().all(|&count| count == 1));
        laws::looked_at_before_repeated(&desk);
    }

    #[test]
    fn what_is_stopped_goes_on_later(seed: u64, step in 0_usize..60) {
        let mut desk = Desk::new(Case::small(seed), Faults::each(20), seed);
        let (summary, _) = desk.run(Until::Stopped(step));
        prop_assert!(summary.ending != Ending::Running);
        laws::never_below(&desk.case.clone(), &desk);
        in_peace(&mut desk);
        laws::once(&desk);
    }

    /// To undo restores what was there, wherever it was broken off, and it may be applied again.
    #[test]
    fn what_was_applied_can_be_undone_and_applied_again(seed: u64, per_mille in 0_u64..60) {
        let mut desk = Desk::new(Case::small(seed), Faults::each(per_mille), seed);
        let mut chance = Random::new(seed, Purpose::Regular);
        for _ in 0..=chance.below(4) {
            let until = if chance.chance(3, 4) { Until::Killed(chance.index(60)) } else { Until::Done };
            let task = if chance.chance(1, 2) { desk.rollback() } else { None };
            match task {
                Some(task) => desk.run_task(task, until),
                None => desk.run(until),
            };
        }
        desk.world.faults = Faults::default();
        if let Some(task) = desk.rollback() {
            let (summary, _) = desk.run_task(task, Until::Done);
            prop_assert_eq!(summary.ending, Ending::Complete, "{:?}", summary);
        }
        desk.world.settle();
        prop_assert_eq!(desk.live(), desk.case.course.pairs());
        in_peace(&mut desk);
        prop_assert_eq!(&desk.world.course.ledger.completed_deleted, &[]);
        laws::looked_at_before_repeated(&desk);
    }
}
