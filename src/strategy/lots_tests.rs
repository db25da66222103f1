use alloc::vec::Vec;

use super::{Wanted, by_lot};
use crate::certificate::{CutSide, Infeasible, Refutation};
use crate::generate::{Options, generate};
use crate::input::{
    Affinity, Bound, CopyRule, Demand, Existing, Input, Micros, Reciprocal, StrategyChoice, Student, Submission,
};
use crate::plan::Plan;
use crate::problem::Problem;
use crate::strategy::ground::{Ground, OpenPair};
use crate::strategy::limits::Limits;
use crate::strategy::shares::Shared;
use crate::strategy::{AssignError, Run, Solution, by_name};
use crate::verify::verify;

fn drawn(problem: &Problem, name: &str, seed: u64, parameters: &[(&str, i64)]) -> Result<Solution, AssignError> {
    let parameters = parameters.iter().map(|&(name, value)| (name.into(), Micros(value))).collect();
    let choice = StrategyChoice { name: name.into(), seed, parameters };
    by_name(name).expect("listed").assign(problem, &mut Run::of(&choice))
}

/// Problems of many kinds, all with room for probabilities of one half.
fn inputs(seed: u64, students: u32) -> Vec<Input> {
    let plain = Options { seed, students, affinities: 12, ..Options::default() };
    let copies = Options { group_size: 3, copies: true, ..plain.clone() };
    let moved = Options { existing_percent: 60, completed_percent: 30, ..plain.clone() };
    let mut all = Vec::new();
    for options in [&plain, &copies, &moved] {
        let mut input = generate(options).expect("options in range");
        input.policy.reviews_per_student = Bound::between(0, 4);
        input.policy.reviews_per_submission = Demand::Within(Bound::between(1, 3));
        all.push(input.clone());
        input.policy.same_work_once = CopyRule::Free;
        input.policy.reviews_per_student = Bound::exactly(2);
        input.policy.reviews_per_submission = Demand::Balanced;
        all.push(input.clone());
        input.policy.existing = Existing::Replace;
        input.policy.reciprocal = Reciprocal::Forbid;
        input.policy.reviews_per_submission = Demand::Within(Bound::between(1, 3));
        all.push(input);
    }
    all
}

#[test]
fn whatever_is_drawn_keeps_the_rules_the_limits_and_its_share() {
    let parameters: [(&str, &[(&str, i64)]); 4] = [
        ("random_limited", &[("limit", 500_000)]),
        ("random_limited", &[("limit", 730_000)]),
        ("perturbed", &[("limit", 600_000), ("perturbation", 400_000)]),
        ("perturbed", &[("decay", 2_000_000)]),
    ];
    let (mut fractions, mut open) = (0, 0);
    for (seed, input) in (0..2).flat_map(|seed| inputs(seed, 24).into_iter().map(move |input| (seed, input))) {
        let problem = Problem::new(&input).expect("sound");
        for (name, parameters) in parameters {
            let first = match drawn(&problem, name, seed, parameters) {
                Ok(solution) => solution.marginals.expect("drawn by lot"),
                Err(AssignError::Unsupported { .. } | AssignError::Undecided { .. }) => {
                    open += 1;
                    continue;
                }
                Err(error) => panic!("{name} {parameters:?}: {error}\n{input:#?}"),
            };
            let limit = parameters.iter().find(|(name, _)| *name == "limit").map_or(1_000_000, |&(_, limit)| limit);
            let whole = first.whole();
            for &(i, j, share) in first.pairs() {
                let settled = &problem.settled;
                let stays = settled.is_fixed(i as usize, j as usize) || problem.may_stay(i as usize, j as usize);
                assert!(stays || i64::from(share) * 1_000_000 <= limit * i64::from(whole));
                fractions += usize::from(share < whole);
            }
            // A list is made anew for each seed.
            for seed in 0..if problem.is_network() { 12 } else { 2 } {
                let solution = drawn(&problem, name, seed, parameters).expect("feasible");
                assert_eq!(solution.marginals.as_ref(), Some(&first), "the same for all seeds");
                let verdict = verify(&input, &Plan::diff(&problem, &solution).view(&problem));
                assert!(verdict.valid(), "{name}: {:#?}", verdict.violations);
                assert!(solution.assignment.pairs().all(|(i, j)| first.share(i, j) > 0));
                // One of a list of assignments has what loads it has.
                if !problem.is_network() {
                    continue;
                }
                let load = |drawn: usize, share: u64| {
                    let whole = u64::from(whole);
                    assert!(share / whole == drawn as u64 || share.div_ceil(whole) == drawn as u64);
                };
                for student in 0..problem.students() {
                    let own = first.pairs().iter().filter(|&&(i, ..)| i as usize == student);
                    load(solution.assignment.of(student).len(), own.map(|&(.., share)| u64::from(share)).sum());
                }
                for submission in 0..problem.submissions() {
                    let own = first.pairs().iter().filter(|&&(_, j, _)| j as usize == submission);
                    let drawn = solution.assignment.pairs().filter(|&(_, j)| j == submission).count();
                    load(drawn, own.map(|&(.., share)| u64::from(share)).sum());
                }
            }
        }
    }
    assert!(fractions > 1_000 && open < 20, "{fractions} {open}");
}

#[test]
fn pairs_are_drawn_as_often_as_their_shares_say() {
    const RUNS: u32 = 4_000;
    let problem = Problem::new(&inputs(5, 16)[0]).expect("sound");
    for (name, parameters) in [("random_limited", [("limit", 500_000)]), ("perturbed", [("limit", 700_000)])] {
        let mut counts = alloc::vec![0_u32; problem.students() * problem.submissions()];
        let marginals = drawn(&problem, name, 0, &parameters).expect("feasible").marginals.expect("drawn by lot");
        // Shares are the same for all seeds, so they are made once.
        let known = |ground: &Ground<'_>, _: &mut Run<'_>| {
            let of = |pair: &OpenPair| ground.nodes.members((pair.left as usize, pair.right as usize));
            let share = |(student, submission): (u32, u32)| marginals.share(student as usize, submission as usize);
            let units = ground.pairs.iter().map(|pair| share(of(pair))).collect();
            Ok(Shared { whole: marginals.whole(), units })
        };
        let limits = Limits::new(Some(Micros(parameters[0].1)));
        for seed in 0..u64::from(RUNS) {
            let mut run = Run::new(seed);
            let solution = by_lot(name, &problem, limits, &known, Wanted::Shares, &mut run).expect("feasible");
            solution.assignment.pairs().for_each(|(i, j)| counts[i * problem.submissions() + j] += 1);
            assert_eq!(solution.marginals.as_ref(), Some(&marginals));
        }
        let drawn = marginals.pairs().iter().filter(|&&(.., share)| share < marginals.whole());
        assert!(drawn.count() > 8, "{name}: too little is left to the lot");
        // Hoeffding: beyond 0.04 with probability 2 · e^(−2 · 4000 · 0.0016) for each of 256 pairs, 0.002 for any.
        for (place, &count) in counts.iter().enumerate() {
            let share = marginals.share(place / problem.submissions(), place % problem.submissions());
            let (share, often) = (f64::from(share) / f64::from(marginals.whole()), f64::from(count) / f64::from(RUNS));
            assert!((share - often).abs() < 0.04, "{name}: {share} {often}");
        }
    }
}

fn crowd(students: u64, own: Option<i64>) -> Input {
    let mut input = Input {
        students: (0..students).map(Student::new).collect(),
        submissions: alloc::vec![Submission::new(100)],
        ..Input::default()
    };
    input.policy.reviews_per_submission = Demand::Within(Bound::exactly(2));
    input.affinities.push(Affinity {
        assessor_id: 0.into(),
        asset_id: 100.into(),
        score: Micros(1_000_000),
        limit: own.map(Micros),
    });
    input
}

#[test]
fn limits_that_leave_too_little_are_refuted_by_a_cut_that_counts_them() {
    for (students, own, limit, available) in [
        (3, None, 500_000, (1, 500_000)),
        (4, Some(250_000), 500_000, (1, 750_000)),
        (5, Some(0), 333_333, (1, 333_332)),
    ] {
        let problem = Problem::new(&crowd(students, own)).expect("sound");
        let refused = drawn(&problem, "random_limited", 0, &[("limit", limit)]).expect_err("too little");
        let AssignError::Infeasible(proof) = refused else { panic!("{refused}") };
        let Refutation::Cut(Infeasible { side, required, available: whole, available_millionths, .. }) = *proof else {
            panic!("no cut")
        };
        assert_eq!((side, required, (whole, available_millionths)), (CutSide::Submissions, 2, available));
    }
    let problem = Problem::new(&crowd(4, Some(1_000_000))).expect("sound");
    let solution = drawn(&problem, "random_limited", 0, &[("limit", 333_334)]).expect("just enough");
    let marginals = solution.marginals.expect("drawn by lot");
    assert_eq!(marginals.share(0, 0), marginals.whole(), "the own limit counts");
}

#[test]
fn what_is_tuned_keeps_the_share_asked_for() {
    for seed in 0..4 {
        let problem = Problem::new(&inputs(seed, 24)[0]).expect("sound");
        let expected = |solution: &Solution| {
            let marginals = solution.marginals.as_ref().expect("drawn by lot");
            let of = |&(i, j, share): &(u32, u32, u32)| {
                problem.score(i as usize, j as usize).unwrap_or(0) * i64::from(share)
            };
            #[allow(clippy::cast_precision_loss, reason = "compared to three digits")]
            let total = marginals.pairs().iter().map(of).sum::<i64>() as f64 / f64::from(marginals.whole());
            (total, marginals.pairs().len())
        };
        let (best, certain) = expected(&drawn(&problem, "random_limited", 0, &[]).expect("feasible"));
        let (kept, spread) = expected(&drawn(&problem, "perturbed", 0, &[("quality", 900_000)]).expect("feasible"));
        assert!(kept >= 0.8995 * best && kept <= best && spread > certain, "{kept} of {best}, {spread} {certain}");
    }
}
