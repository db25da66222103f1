use alloc::vec::Vec;

use super::*;
use crate::input::{Affinity, Input, Micros, Reciprocal, Rule as Wish, RuleKind, RuleTarget, Student, Submission};
use crate::random::{Purpose, Random};

/// Seven persons with one to two authors a work, musts, and some works in two copies.
fn course(random: &mut Random) -> Input {
    let persons = 7;
    let mut input = Input { students: (0..persons).map(Student::new).collect(), ..Input::default() };
    for id in 0..persons {
        let mut submission = Submission::by(100 + id, id);
        if random.chance(1, 3) {
            submission.authors.push(((id + 1 + random.below(persons - 1)) % persons).into());
        }
        if random.chance(1, 4) {
            submission.work_id = Some((200 + id).into());
            input.submissions.push(Submission { id: (300 + id).into(), ..submission.clone() });
        }
        input.submissions.push(submission);
    }
    for assessor in 0..persons {
        let author = (assessor + 1 + random.below(persons - 1)) % persons;
        if random.chance(1, 4) {
            let target = RuleTarget::User(author.into());
            input.rules.push(Wish { kind: RuleKind::MustReview, assessor_id: assessor.into(), target, weight: 1 });
        }
        let (assessor_id, asset_id) = (assessor.into(), (100 + author).into());
        let score = Micros(250_000 * i64::try_from(random.below(5)).expect("small"));
        input.affinities.push(Affinity { assessor_id, asset_id, score, limit: None });
    }
    input.policy.reciprocal = Reciprocal::ForbidCycles(2 + random.below(3));
    input
}

/// Each free pair with some probability, beside what is fixed.
fn drawn(problem: &Problem, percent: u64, random: &mut Random) -> Assignment {
    let all = (0..problem.students()).flat_map(|i| (0..problem.submissions()).map(move |j| (i, j)));
    let chosen =
        all.filter(|&(i, j)| problem.settled.is_fixed(i, j) || (problem.is_free(i, j) && random.chance(percent, 100)));
    let pairs: Vec<Pair> = chosen.map(|(i, j)| (index(i), index(j))).collect();
    Assignment::new(problem.students(), pairs)
}

#[test]
fn who_keeps_the_rule_loses_nothing_by_prices() {
    let mut random = Random::new(17, Purpose::Generate);
    let (mut kept, mut went_round) = (0, 0);
    for _ in 0..200 {
        let Ok(problem) = Problem::new(&course(&mut random)) else { continue };
        let rule = Rule::of(&problem).expect("cycles are forbidden");
        let mut prices = Prices::default();
        for _ in 0..12 {
            let assignment = drawn(&problem, 25, &mut random);
            prices.meet(&problem, &rule, &assignment);
            let broken = !rule.broken(&assignment).is_empty();
            // Every cycle that is met is one of those that are noted.
            assert_eq!(broken, prices.of.keys().any(|cycle| spare(cycle, &assignment) < 0));
            went_round += u32::from(broken);
            prices.follow(&assignment, 1 + i64::from(index(random.index(900_000))), PARTS, 2_000_000);
            assert!(prices.of.values().all(|price| (0..=2_000_000).contains(price)));
        }
        let barred = rule.clone().barred();
        for _ in 0..40 {
            let assignment = drawn(&problem, 8, &mut random);
            if rule.kept(&assignment) {
                kept += 1;
                assert!(prices.refund(&assignment, &[]) >= 0 && prices.refund(&assignment, &barred) >= 0);
            }
        }
    }
    assert!(kept > 500 && went_round > 500, "{kept} {went_round}");
}

#[test]
fn a_price_is_paid_by_each_pair_and_got_back_but_once() {
    let cycle: Vec<Pair> = alloc::vec![(0, 1), (1, 2), (2, 0)];
    let prices = Prices { of: [(cycle.clone(), 10)].into() };
    for (pairs, refund) in [(3, -10), (2, 0), (1, 10), (0, 20)] {
        let assignment = Assignment::new(3, cycle[..pairs].to_vec());
        assert_eq!(prices.refund(&assignment, &[]), refund);
        // Broken already.
        assert_eq!(prices.refund(&assignment, &[(1, 2)]), 0);
        assert_eq!(prices.loosest(&assignment, &[]).is_some(), refund > 0);
    }
    assert_eq!(prices.by_pair(&[]).into_iter().collect::<Vec<_>>(), [((0, 1), 10), ((1, 2), 10), ((2, 0), 10)]);
}

#[test]
fn sums_are_rounded_down_to_what_scores_can_add_up_to() {
    let mut random = Random::new(5, Purpose::Generate);
    for _ in 0..100 {
        let Ok(problem) = Problem::new(&course(&mut random)) else { continue };
        let grain = Grain::of(&problem);
        let assignment = drawn(&problem, 30, &mut random);
        let sum = crate::strategy::bound::scores(&problem, &assignment);
        for above in [0, 1, 249_999] {
            assert_eq!(grain.down(sum + above), if grain.step == 0 { sum + above } else { sum });
        }
        assert!(grain.step == 0 || grain.down(sum - 1) < sum);
    }
}
