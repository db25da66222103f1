use alloc::vec::Vec;

use super::tableau::Tableau;
use super::*;
use crate::certificate::{NoLottery, PairWeight, Refutation};
use crate::input::{
    Affinity, Bound as Between, Demand, Input, Micros, Panel, Reciprocal, Shortfall, StrategyChoice, Student,
    Submission,
};
use crate::plan::Plan;
use crate::strategy::bound::scores;
use crate::strategy::by_name;
use crate::strategy::cycles::Rule;
use crate::verify::verify;

/// Few students of an institution and a rank each, of which no submission has two alike; often with forbidden cycles.
fn crossing(seed: u64, shortfall: Shortfall) -> Input {
    let mut random = Random::new(seed, Purpose::Walk);
    let mut input = Input::default();
    let (students, submissions) = (3 + random.below(2), 2 + random.below(2));
    for id in 0..students {
        let mut student = Student::new(id);
        student.labels.insert("inst".into(), alloc::vec![random.below(3).into()]);
        if random.chance(3, 4) {
            student.labels.insert("rank".into(), alloc::vec![(10 + random.below(2)).into()]);
        }
        input.students.push(student);
    }
    let written = random.chance(1, 2);
    for id in 0..submissions {
        input.submissions.push(if written { Submission::by(100 + id, id) } else { Submission::new(100 + id) });
        for student in 0..students {
            let score = Micros(i64::try_from(random.below(5)).expect("small") * 250_000);
            let limit = random.chance(1, 8).then_some(Micros(250_000));
            input.affinities.push(Affinity { assessor_id: student.into(), asset_id: (100 + id).into(), score, limit });
        }
    }
    let policy = &mut input.policy;
    policy.shortfall = shortfall;
    policy.reviews_per_student = Between::between(0, 1 + random.below(3));
    policy.reviews_per_submission = Demand::Within(Between::exactly(1 + random.below(2)));
    for label in ["inst", "rank"] {
        policy.panel.push(Panel { label: label.into(), value: None, min: None, max: Some(1) });
    }
    if written {
        policy.reciprocal = Reciprocal::ForbidCycles(2 + random.below(2));
    }
    input
}

fn drawn(problem: &Problem, name: &str, seed: u64, limit: i64) -> Result<Solution, AssignError> {
    let parameters = [("limit".into(), Micros(limit))].into();
    let choice = StrategyChoice { name: name.into(), seed, parameters };
    by_name(name).expect("listed").assign(problem, &mut Run::of(&choice))
}

/// All valid assignments of a tiny problem whose submissions receive exactly their minima.
fn all(input: &Input, problem: &Problem) -> Vec<Assignment> {
    let min: u64 = (0..problem.submissions()).map(|j| problem.submission_bound(j).min).sum();
    of_size(min, input, problem)
}

/// The same where students give exactly theirs.
fn all_given(input: &Input, problem: &Problem) -> Vec<Assignment> {
    let min: u64 = (0..problem.students()).map(|i| problem.student_bound(i).min).sum();
    of_size(min, input, problem)
}

fn of_size(size: u64, input: &Input, problem: &Problem) -> Vec<Assignment> {
    let ends = (0..index(problem.students())).flat_map(|i| (0..index(problem.submissions())).map(move |j| (i, j)));
    let free: Vec<(u32, u32)> = ends.filter(|&(i, j)| problem.is_free(i as usize, j as usize)).collect();
    let sets = (0..1_u32 << free.len()).filter(|set| u64::from(set.count_ones()) == size);
    let chosen = sets.map(|set| {
        let pairs = free.iter().enumerate().filter(|(at, _)| set >> at & 1 == 1).map(|(_, &pair)| pair);
        Assignment::new(problem.students(), pairs.collect())
    });
    let kept = chosen.filter(|assignment| Rule::of(problem).is_none_or(|rule| rule.kept(assignment)));
    let valid = |assignment: &Assignment| {
        let plan = Plan::diff(problem, &Solution::new("matching", 0, assignment.clone()));
        verify(input, &plan.view(problem)).valid()
    };
    kept.filter(valid).collect()
}

/// The greatest expected total of all lotteries over some assignments, times a million times the scores; none where none is
/// within limits.
fn best_lottery(problem: &Problem, limits: Limits, of: &[Assignment]) -> Option<i128> {
    let whole = limits.whole(problem);
    let (limited, caps): (Vec<_>, Vec<_>) = caps(problem, limits, whole).unzip();
    let rows_of = |member: &Assignment| {
        let place = |pair| limited.iter().position(|&other| other == pair).map(|place| place + 1);
        pairs(member).filter_map(place).collect::<Vec<_>>()
    };
    let (first, others) = of.split_first()?;
    let mut tableau = Tableau::new(whole, &caps, rows_of(first)).expect("small");
    for member in others {
        tableau.add(rows_of(member));
    }
    let value = |member: usize| scores(problem, &of[member]);
    tableau.best(&value).expect("small");
    if tableau.exceeds() {
        return None;
    }
    tableau.best(&value).expect("small");
    let (weights, denominator) = tableau.weights();
    let sum: i128 = weights.iter().map(|&(member, weight)| i128::from(value(member)) * weight).sum();
    Some(sum * 1_000_000 / (denominator * i128::from(whole)))
}

#[test]
fn lotteries_are_found_wherever_there_are_any_and_are_the_best() {
    let (mut found, mut none, mut weighed, mut spread) = (0, 0, 0, 0);
    for seed in 0..150 {
        let input = crossing(seed, Shortfall::Error);
        let Ok(problem) = Problem::new(&input) else { continue };
        let all = all(&input, &problem);
        for limit in [500_000, 600_000, 900_000] {
            let limits = Limits::new(Some(Micros(limit)));
            let best = best_lottery(&problem, limits, &all);
            let solution = drawn(&problem, "random_limited", seed, limit);
            let Some(best) = best else {
                let Err(AssignError::Infeasible(proof)) = solution else {
                    panic!("{seed} {limit}: a lottery that cannot be, or no proof: {solution:?}")
                };
                if let Refutation::Lottery(proof) = *proof {
                    assert!(proves(&problem, limits, &all, &proof), "{seed} {limit}: {proof:?}");
                    weighed += 1;
                }
                none += 1;
                continue;
            };
            let solution = solution.unwrap_or_else(|error| panic!("{seed} {limit}: {error}"));
            let marginals = solution.marginals.expect("drawn by lot");
            let of = |&(i, j, share): &(u32, u32, u32)| {
                i128::from(problem.score(i as usize, j as usize).unwrap_or(0)) * i128::from(share)
            };
            let total: i128 = marginals.pairs().iter().map(of).sum();
            let total = total * 1_000_000 / i128::from(marginals.whole());
            // The pairs of a lottery without cycles are not all there could be.
            assert!(total <= best, "{seed} {limit}");
            found += 1;
            spread += usize::from(total == best);
        }
    }
    assert!(found > 100 && none > 20 && weighed > 0, "{found} {none} {weighed}");
    assert!(spread * 10 > found * 9, "{found} {spread}");
}

/// Whether all of some assignments weigh more than limits allow for.
fn proves(problem: &Problem, limits: Limits, all: &[Assignment], proof: &NoLottery) -> bool {
    let place = |weight: &PairWeight| {
        let student = problem.find_student(&weight.assessor_id).expect("a student");
        (student, problem.find_submission(&weight.asset_id).expect("a submission"))
    };
    let of = |member: &Assignment| {
        let has = proof.weights.iter().map(|weight| (place(weight), weight.value));
        has.filter(|&((i, j), _)| member.contains(i, j)).map(|(_, value)| value).sum::<u64>()
    };
    let allowed = proof.weights.iter().map(|weight| {
        let (i, j) = place(weight);
        weight.value * u64::from(limits.of(problem, i, j))
    });
    let available: u64 = allowed.sum();
    available == u64::try_from(proof.available.0).expect("a sum")
        && available < proof.required * 1_000_000
        && all.iter().all(|member| of(member) >= proof.required)
}

#[test]
fn goals_give_way_to_limits_before_a_lottery_is_refuted() {
    let (mut found, mut none) = (0, 0);
    for seed in 0..150 {
        let mut input = crossing(seed, Shortfall::Error);
        // As many reviews as students give, spread evenly: what no limit allows for may be met unevenly.
        input.policy.reviews_per_submission = Demand::Balanced;
        input.policy.reviews_per_student = Between::exactly(1);
        let Ok(problem) = Problem::new(&input) else { continue };
        let all = all_given(&input, &problem);
        for limit in [400_000, 500_000, 700_000] {
            let limits = Limits::new(Some(Micros(limit)));
            let feasible = best_lottery(&problem, limits, &all).is_some();
            match drawn(&problem, "random_limited", seed, limit) {
                Ok(solution) => {
                    assert!(feasible, "{seed} {limit}");
                    let verdict = verify(&input, &Plan::diff(&problem, &solution).view(&problem));
                    assert!(verdict.valid(), "{seed} {limit}: {:#?}", verdict.violations);
                    found += 1;
                }
                Err(AssignError::Infeasible(proof)) => {
                    assert!(!feasible, "{seed} {limit}: {proof}");
                    if let Refutation::Lottery(proof) = *proof {
                        assert!(proves(&problem, limits, &all, &proof), "{seed} {limit}: {proof:?}");
                    }
                    none += 1;
                }
                Err(error) => panic!("{seed} {limit}: {error}"),
            }
        }
    }
    assert!(found > 100 && none > 20, "{found} {none}");
}

#[test]
fn what_is_listed_keeps_the_rules_and_the_limits_and_is_drawn_as_often_as_it_says() {
    let mut given = 0;
    for (seed, shortfall) in
        (0..40).flat_map(|seed| [Shortfall::Error, Shortfall::Partial].map(|partial| (seed, partial)))
    {
        let input = crossing(seed, shortfall);
        let Ok(problem) = Problem::new(&input) else { continue };
        for (name, limit) in [("random_limited", 500_000), ("random_limited", 730_000), ("perturbed", 600_000)] {
            let limits = Limits::new(Some(Micros(limit)));
            let first = match drawn(&problem, name, 0, limit) {
                Ok(solution) => solution.marginals.expect("drawn by lot"),
                Err(AssignError::Infeasible(_) | AssignError::Undecided { .. }) if shortfall == Shortfall::Error => {
                    continue;
                }
                Err(error) => panic!("{seed} {name} {limit}: {error}"),
            };
            given += 1;
            for &(i, j, share) in first.pairs() {
                let own = u64::from(limits.of(&problem, i as usize, j as usize));
                assert!(u64::from(share) * 1_000_000 <= own * u64::from(first.whole()), "{seed} {name} {limit}");
            }
            for draw in 0..8 {
                let solution = drawn(&problem, name, draw, limit).expect("the same for all seeds");
                assert_eq!(solution.marginals.as_ref(), Some(&first), "the same for all seeds");
                assert!(solution.assignment.pairs().all(|(i, j)| first.share(i, j) > 0));
                let verdict = verify(&input, &Plan::diff(&problem, &solution).view(&problem));
                assert!(verdict.valid(), "{seed} {name}: {:#?}", verdict.violations);
            }
            let Ok(mixture) = Mixture::new(&problem, limits, &mut Run::new(0)) else { continue };
            assert_eq!(mixture.members.iter().map(|(weight, _)| weight).sum::<u32>(), mixture.whole);
            let listed = mixture.marginals();
            for (i, j, share) in listed.pairs() {
                let with = mixture.members.iter().filter(|(_, member)| member.contains(*i as usize, *j as usize));
                assert_eq!(with.map(|(weight, _)| weight).sum::<u32>(), *share);
            }
        }
    }
    assert!(given > 60, "{given}");
}

#[test]
fn lists_made_one_after_the_other_keep_limits_as_well() {
    let (mut made, mut steps) = (0, 0);
    for seed in 0..40 {
        let input = crossing(seed, Shortfall::Partial);
        let Ok(problem) = Problem::new(&input) else { continue };
        let limits = Limits::new(Some(Micros(700_000)));
        for evenly in [false, true] {
            let (whole, members) = by_turns(&problem, limits, 20, evenly, None, &mut steps, &mut Run::new(0))
                .expect("no budget")
                .expect("minima may be missed");
            assert_eq!(members.iter().map(|(weight, _)| weight).sum::<u32>(), whole);
            let bound = shared(&problem, Aim::Affinity, &members[0].1);
            let mixture = Mixture { whole, members, bound };
            for &(i, j, share) in mixture.marginals().pairs() {
                assert!(limits.cap(&problem, (i, j), whole).is_none_or(|cap| share <= cap));
            }
            made += 1;
        }
    }
    assert!(made > 50);
}
