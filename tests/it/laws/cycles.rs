//! Forbidden cycles beyond what the oracle can go through.

use peerplan::input::{Bound, Demand, Reciprocal, Rule, RuleKind, RuleTarget, Shortfall, Student, Submission};
use peerplan::random::{Purpose, Random};
use peerplan::strategy::{Run, by_name, registry};
use peerplan::{Input, Refutation};

use super::{check_plan, compiled, planned};

/// How many classes of more than forty are drawn.
const ROUNDS_BEYOND_FORTY: u64 = 10;

/// Student `i` owns submission `1000 + i`; everybody reviews `reviews`.
fn class(students: u64, reviews: u64, reciprocal: Reciprocal) -> Input {
    let mut input = Input {
        students: (0..students).map(Student::new).collect(),
        submissions: (0..students).map(|id| Submission::by(1_000_000 + id, id)).collect(),
        ..Input::default()
    };
    input.policy.reviews_per_student = Bound::exactly(reviews);
    input.policy.reciprocal = reciprocal;
    input
}

#[test]
fn what_no_cut_refutes_is_refuted_by_a_search() {
    // 72 reviews, and 66 pairs of persons; then the bound of Caccetta and Haggkvist.
    for (students, reviews, rule) in [
        (3, 2, Reciprocal::Forbid),
        (12, 6, Reciprocal::Forbid),
        (12, 4, Reciprocal::ForbidCycles(3)),
        (12, 3, Reciprocal::ForbidCycles(4)),
        (11, 1, Reciprocal::ForbidCycles(11)),
    ] {
        let problem = compiled(&class(students, reviews, rule));
        for &strategy in registry() {
            let proof = planned(&problem, strategy, 1).expect_err("infeasible");
            assert!(matches!(proof, Refutation::Search(_)), "{}: {proof:?}", strategy.name());
        }
    }
}

#[test]
fn shortfalls_are_as_few_as_pairs_of_persons_leave() {
    let mut input = class(12, 6, Reciprocal::Forbid);
    input.policy.shortfall = Shortfall::Partial;
    let problem = compiled(&input);
    for &strategy in registry() {
        let plan = planned(&problem, strategy, 1).expect("always something");
        check_plan(&input, strategy, plan.view(&problem));
        // 66 pairs of persons at most; a tournament has all of them.
        assert!(plan.report().reviews >= 60, "{}: {}", strategy.name(), plan.report().reviews);
    }
}

#[test]
fn classes_are_free_of_cycles() {
    for (students, reviews, rule) in [
        (20, 3, Reciprocal::Forbid),
        (41, 3, Reciprocal::ForbidCycles(4)),
        (300, 3, Reciprocal::ForbidCycles(3)),
        (1_000, 3, Reciprocal::Forbid),
        (3_000, 3, Reciprocal::ForbidCycles(3)),
    ] {
        let mut input = class(students, reviews, rule);
        for (place, student) in input.students.iter_mut().enumerate() {
            student.groups = vec![(place as u64 / 4).into()];
        }
        let problem = compiled(&input);
        for &strategy in registry() {
            let plan = planned(&problem, strategy, 1).expect("feasible");
            check_plan(&input, strategy, plan.view(&problem));
        }
    }
}

#[test]
fn groups_that_hand_in_copies_keep_the_rule() {
    // Everybody reviews three other groups: ten groups are the fewest of whom no three review each other in turn.
    for (groups, size) in [(10, 2), (10, 4), (17, 3), (33, 4), (40, 5)] {
        let mut input = class(groups * size, 3, Reciprocal::ForbidCycles(3));
        for (place, (student, submission)) in (0_u64..).zip(input.students.iter_mut().zip(&mut input.submissions)) {
            student.groups = vec![(place / size).into()];
            submission.work_id = Some((place / size).into());
        }
        let problem = compiled(&input);
        for name in ["random", "matching", "round_robin"] {
            let strategy = by_name(name).expect("listed");
            let plan = planned(&problem, strategy, 1).unwrap_or_else(|proof| panic!("{name}, {groups}: {proof:?}"));
            check_plan(&input, strategy, plan.view(&problem));
            assert_eq!(
                (plan.report().per_submission.min, plan.report().per_submission.max),
                (3, 3),
                "{name}, {groups}"
            );
        }
    }
}

/// A problem whose bounds are those of a plan without reciprocal reviews, and whose pairs are hardly more than that plan's:
/// any valid plan reaches the same goals. `least` students or up to 20 more.
fn planted(least: u64, random: &mut Random) -> Input {
    let (n, reviews) = (least + random.below(21), 3 + random.below(5));
    let submissions = if random.chance(1, 3) { n + 1 + random.below(20) } else { n };
    let mut authors: Vec<Vec<u64>> = (0..submissions).map(|j| vec![j % n]).collect();
    for of in &mut authors {
        if random.chance(1, 3) {
            of.push(random.below(n));
        }
    }
    let mut pairs: Vec<(u64, u64)> = (0..n).flat_map(|i| (0..submissions).map(move |j| (i, j))).collect();
    random.shuffle(&mut pairs);
    let count = |of: &std::collections::BTreeMap<u64, u64>, id: u64| of.get(&id).copied().unwrap_or(0);
    let (mut given, mut received) = (std::collections::BTreeMap::new(), std::collections::BTreeMap::new());
    let (mut arcs, mut chosen) = (std::collections::BTreeSet::new(), std::collections::BTreeSet::new());
    let by = |j: u64| &authors[usize::try_from(j).expect("small")];
    for &(i, j) in &pairs {
        let of = by(j);
        let both_ways = of.iter().any(|&author| author == i || arcs.contains(&(author, i)));
        if count(&given, i) < reviews && count(&received, j) <= n * reviews / submissions && !both_ways {
            *given.entry(i).or_insert(0) += 1;
            *received.entry(j).or_insert(0) += 1;
            chosen.insert((i, j));
            arcs.extend(of.iter().map(|&author| (i, author)));
        }
    }
    let mut input = class(0, 0, Reciprocal::Avoid);
    let tempting = 10 + random.below(60);
    for i in 0..n {
        input.students.push(Student { reviews: Some(Bound::exactly(count(&given, i))), ..Student::new(i) });
    }
    for (j, of) in (0..).zip(&authors) {
        let mut submission = Submission::by(1_000_000 + j, of[0]);
        submission.authors.extend(of[1..].iter().map(|&author| author.into()));
        submission.reviews = Some(Bound::exactly(count(&received, j)));
        input.submissions.push(submission);
    }
    for (i, j) in pairs {
        let back = by(j).iter().any(|&author| arcs.contains(&(author, i)));
        if !chosen.contains(&(i, j)) && !random.chance(if back { tempting } else { 10 }, 100) {
            let target = RuleTarget::Asset((1_000_000 + j).into());
            input.rules.push(Rule { kind: RuleKind::MustNotReview, assessor_id: i.into(), target, weight: 1 });
        }
    }
    input
}

#[test]
fn up_to_forty_none_go_both_ways_where_none_need_to() {
    let mut random = Random::new(23, Purpose::Generate);
    for round in 0..40 {
        let input = planted(20, &mut random);
        let problem = compiled(&input);
        for name in ["random", "max_affinity"] {
            let plan = planned(&problem, by_name(name).expect("listed"), round).expect("one is planted");
            assert_eq!(plan.report().reciprocal_pairs, 0, "{round}, {name}");
        }
    }
}

#[test]
fn where_forbidding_finds_a_plan_avoiding_leaves_none_both_ways() {
    let mut random = Random::new(29, Purpose::Generate);
    let mut found = 0;
    for round in 0..ROUNDS_BEYOND_FORTY {
        let least = [41, 70][random.index(2)];
        // Whatever keeps the bounds of these reaches the same goals.
        let avoiding = planted(least, &mut random);
        let mut forbidding = avoiding.clone();
        forbidding.policy.reciprocal = Reciprocal::Forbid;
        let (avoiding, forbidding) = (compiled(&avoiding), compiled(&forbidding));
        for name in ["round_robin", "random", "matching", "max_affinity"] {
            let strategy = by_name(name).expect("listed");
            if strategy.assign(&forbidding, &mut Run::new(round)).is_ok() {
                let plan = planned(&avoiding, strategy, round).expect("one is planted");
                assert_eq!(plan.report().reciprocal_pairs, 0, "{round}, {name}");
                found += 1;
            }
        }
    }
    assert!(found >= ROUNDS_BEYOND_FORTY, "{found}");
}

/// A class of up to 12 with exclusions and bounds of all kinds.
fn drawn(random: &mut Random) -> Input {
    let n = 6 + random.below(7);
    let rule = match random.below(3) {
        0 => Reciprocal::Forbid,
        _ => Reciprocal::ForbidCycles(2 + random.below(4)),
    };
    let mut input = class(n, 1, rule);
    let reviews = 1 + random.below(n / 2);
    input.policy.reviews_per_student = Bound::between(reviews - random.below(2), reviews);
    if random.chance(1, 2) {
        input.policy.reviews_per_submission = Demand::Within(Bound::between(reviews - random.below(2), reviews));
    }
    let excluded = random.below(40);
    for assessor in 0..n {
        for author in (0..n).filter(|&author| author != assessor) {
            if random.chance(excluded, 100) {
                let target = RuleTarget::User(author.into());
                let kind = RuleKind::MustNotReview;
                input.rules.push(Rule { kind, assessor_id: assessor.into(), target, weight: 1 });
            }
        }
    }
    input
}

#[test]
fn up_to_twelve_it_is_always_decided_and_all_strategies_agree() {
    let mut random = Random::new(17, Purpose::Generate);
    let strategies = ["matching", "round_robin"].map(|name| by_name(name).expect("listed"));
    let (mut feasible, mut refuted) = (0, 0);
    for round in 0..60 {
        let input = drawn(&mut random);
        let problem = compiled(&input);
        let answers = strategies.map(|strategy| {
            let answer = planned(&problem, strategy, 1);
            answer.map(|plan| check_plan(&input, strategy, plan.view(&problem))).map_err(|proof| proof.cut().is_some())
        });
        assert_eq!(answers[0].is_ok(), answers[1].is_ok(), "{round}");
        if answers[0].is_ok() { feasible += 1 } else { refuted += usize::from(answers[0] == Err(false)) }
    }
    assert!(feasible > 15 && refuted > 5, "{feasible} {refuted}");
}
