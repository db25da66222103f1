//! Certificates of optimality: the checker accepts those that prove what they say, and no others.

use std::collections::{BTreeMap, BTreeSet};

use peerplan::input::{
    Affinity, Bound, CopyRule, Demand, Existing, Micros, Panel, PeerReview, Reciprocal, Relation, Rule, RuleKind,
    RuleTarget, Shortfall, Stance, Student, Submission, WorkflowState,
};
use peerplan::strategy::{Run, Solution, by_name};
use peerplan::verify::verify;
use peerplan::{Assignment, Certificate, Dual, Id, Input, Optimal, Plan, Problem, WorkDual, WorstOff};

use crate::instances::{samples, small};
use crate::oracle::facts::{Pair, left, to_u64};
use crate::oracle::{Assignment as Reviews, Facts};

/// The codes of what is wrong with a plan, each once.
fn codes(input: &Input, problem: &Problem, assignment: &Assignment, proof: &Optimal) -> BTreeSet<&'static str> {
    let mut solution = Solution::new("max_affinity", 0, assignment.clone());
    solution.certificate = Some(Certificate::Optimal(proof.clone()));
    let plan = Plan::diff(problem, &solution);
    verify(input, &plan.view(problem)).violations.into_iter().map(|violation| violation.code).collect()
}

/// What is left to choose once a result has settled which copy meets each must, by ids.
struct Open<'f, 'a> {
    facts: &'f Facts<'a>,
    free: BTreeSet<Pair>,
    students: BTreeMap<Id, Bound>,
    submissions: BTreeMap<Id, Bound>,
    /// The chosen pairs that are free.
    chosen: BTreeSet<Pair>,
}

impl<'f, 'a> Open<'f, 'a> {
    fn new(facts: &'f Facts<'a>, result: &Reviews) -> Self {
        let input = facts.rules.input;
        let met = |must: &crate::oracle::facts::OpenMust| {
            result.iter().find(|(assessor, asset)| *assessor == must.assessor && must.copies.contains(asset)).cloned()
        };
        let musts: BTreeSet<Pair> = facts.open_musts.iter().filter_map(met).collect();
        let students = input.students.iter().map(|student| {
            let more = to_u64(musts.iter().filter(|pair| pair.0 == student.id).count());
            (student.id.clone(), left(facts.student_left(&student.id), more))
        });
        let submissions = input.submissions.iter().map(|submission| {
            let more = to_u64(musts.iter().filter(|pair| pair.1 == submission.id).count());
            (submission.id.clone(), left(facts.submission_left(&submission.id), more))
        });
        let mut free = facts.free.clone();
        for must in &musts {
            let work = facts.rules.work(&must.1);
            free.retain(|pair| {
                pair != must && !(facts.once() && pair.0 == must.0 && facts.rules.work(&pair.1) == work)
            });
        }
        let chosen = result.intersection(&free).cloned().collect();
        Self { facts, free, students: students.collect(), submissions: submissions.collect(), chosen }
    }

    fn score(&self, pair: &Pair) -> i64 {
        self.facts.rules.score(&pair.0, &pair.1).unwrap_or(0)
    }

    /// The work of a pair of which a student may review one copy only.
    fn bundle(&self, pair: &Pair) -> Option<Pair> {
        let submission = self.facts.rules.submission(&pair.1);
        let copies = submission.work_id.is_some() && self.facts.rules.copies(submission).count() > 1;
        (self.facts.once() && copies).then(|| (pair.0.clone(), submission.work_id.clone().expect("has copies")))
    }

    /// A proof for a result that is optimal: complementary slackness is a system of differences, and shortest paths
    /// solve it.
    fn proof(&self) -> Optimal {
        let mut names: BTreeMap<(u8, Id, Option<Id>), usize> = BTreeMap::new();
        let mut node = |kind, id: &Id, work: Option<&Id>| {
            let next = names.len() + 1;
            *names.entry((kind, id.clone(), work.cloned())).or_insert(next)
        };
        // (a, b, c): the number of a is at most that of b plus c. Node 0 has 0; submissions count negative.
        let mut limits: Vec<(usize, usize, i64)> = Vec::new();
        for (id, bound) in &self.students {
            let (at, load) = (node(0, id, None), to_u64(self.chosen.iter().filter(|pair| pair.0 == *id).count()));
            limits.extend((bound.max != Some(load)).then_some((at, 0, 0)));
            limits.extend((bound.min != load).then_some((0, at, 0)));
        }
        for (id, bound) in &self.submissions {
            let (at, load) = (node(1, id, None), to_u64(self.chosen.iter().filter(|pair| pair.1 == *id).count()));
            limits.extend((bound.max != Some(load)).then_some((0, at, 0)));
            limits.extend((bound.min != load).then_some((at, 0, 0)));
        }
        for pair in &self.free {
            let (student, submission, score) = (node(0, &pair.0, None), node(1, &pair.1, None), self.score(pair));
            let from = match self.bundle(pair) {
                None => student,
                Some(bundle) => {
                    let at = node(2, &bundle.0, Some(&bundle.1));
                    let used = self.chosen.iter().any(|other| self.bundle(other).as_ref() == Some(&bundle));
                    limits.push((student, at, 0));
                    limits.extend((!used).then_some((at, student, 0)));
                    at
                }
            };
            let chosen = self.chosen.contains(pair);
            limits.push(if chosen { (from, submission, score) } else { (submission, from, -score) });
        }
        let mut numbers = vec![0_i64; names.len() + 1];
        for round in 0..=numbers.len() {
            let before = numbers.clone();
            for &(a, b, c) in &limits {
                numbers[a] = numbers[a].min(numbers[b] + c);
            }
            if before == numbers {
                break;
            }
            assert!(round < numbers.len(), "the result is not optimal: {:#?}", self.facts.rules.input);
        }
        let mut proof =
            Optimal { objective_units: self.chosen.iter().map(|pair| self.score(pair)).sum(), ..Optimal::default() };
        for ((kind, id, work), &at) in &names {
            let value = numbers[at] - numbers[0];
            match (kind, work) {
                (0, _) => proof.student_duals.push(Dual { id: id.clone(), value }),
                (1, _) => proof.submission_duals.push(Dual { id: id.clone(), value: -value }),
                (_, Some(work)) => {
                    let value = value - (numbers[names[&(0, id.clone(), None)]] - numbers[0]);
                    proof.work_duals.push(WorkDual { assessor_id: id.clone(), work_id: work.clone(), value });
                }
                (_, None) => unreachable!("bundles have works"),
            }
        }
        proof
    }

    /// Whether the numbers prove what they say, word by word.
    fn proves(&self, proof: &Optimal) -> bool {
        let by_id = |duals: &[Dual]| -> BTreeMap<Id, i64> { duals.iter().map(|d| (d.id.clone(), d.value)).collect() };
        let (u, v) = (by_id(&proof.student_duals), by_id(&proof.submission_duals));
        let y: BTreeMap<Pair, i64> =
            proof.work_duals.iter().map(|d| ((d.assessor_id.clone(), d.work_id.clone()), d.value)).collect();
        let signs = |duals: &BTreeMap<Id, i64>, bounds: &BTreeMap<Id, Bound>| {
            duals.iter().all(|(id, value)| *value <= 0 || bounds[id].max.is_some())
        };
        if !signs(&u, &self.students) || !signs(&v, &self.submissions) || y.values().any(|value| *value < 0) {
            return false;
        }
        let ends = |duals: &BTreeMap<Id, i64>, bounds: &BTreeMap<Id, Bound>| -> i64 {
            let count = |count: u64| i64::try_from(count).expect("small");
            duals
                .iter()
                .map(|(id, &dual)| {
                    let bound = bounds[id];
                    if dual > 0 { count(bound.max.unwrap_or(0)) * dual } else { count(bound.min) * dual }
                })
                .sum()
        };
        let pairs: i64 = self
            .free
            .iter()
            .map(|pair| {
                let y = self.bundle(pair).and_then(|bundle| y.get(&bundle).copied()).unwrap_or(0);
                let dual = |duals: &BTreeMap<Id, i64>, id: &Id| duals.get(id).copied().unwrap_or(0);
                (self.score(pair) - dual(&u, &pair.0) - dual(&v, &pair.1) - y).max(0)
            })
            .sum();
        let bound = ends(&u, &self.students) + ends(&v, &self.submissions) + y.values().sum::<i64>() + pairs;
        let total: i64 = self.chosen.iter().map(|pair| self.score(pair)).sum();
        bound == proof.objective_units && total == proof.objective_units
    }
}

/// The same problem without what a certificate of optimality does not speak of.
fn without_other_goals(mut input: Input) -> Input {
    let policy = &mut input.policy;
    if policy.reviews_per_submission == Demand::Balanced {
        policy.reviews_per_submission = Demand::Within(Bound::between(0, 2));
    }
    policy.shortfall = Shortfall::Error;
    policy.reviews_per_work = None;
    policy.reciprocal = Reciprocal::Allow;
    if policy.history == Stance::Avoid {
        policy.history = Stance::Allow;
    }
    for relation in [&mut policy.section, &mut policy.group].into_iter().chain(policy.labels.values_mut()) {
        match relation {
            Relation::PreferSame => *relation = Relation::Same,
            Relation::PreferDifferent => *relation = Relation::Different,
            _ => {}
        }
    }
    input.rules.retain(|rule| matches!(rule.kind, RuleKind::MustReview | RuleKind::MustNotReview));
    input
}

/// The indices of a result.
fn indexed(input: &Input, problem: &Problem, result: &Reviews) -> Assignment {
    let student = |id: &Id| (0..problem.students()).find(|&student| problem.student_id(student) == id);
    let submission = |id: &Id| (0..problem.submissions()).find(|&submission| problem.submission_id(submission) == id);
    let index = |at: usize| u32::try_from(at).expect("small");
    let listed = |id: &Id| input.students.iter().any(|student| student.id == *id);
    let pairs = result.iter().filter(|(assessor, _)| listed(assessor));
    let pairs =
        pairs.map(|(one, other)| (index(student(one).expect("listed")), index(submission(other).expect("known"))));
    Assignment::new(problem.students(), pairs.collect())
}

/// Every certificate that differs in one number.
fn changed(proof: &Optimal) -> Vec<Optimal> {
    let mut all = Vec::new();
    for by in [-250_000, -1, 1, 250_000] {
        let mut change = |place: &dyn Fn(&mut Optimal) -> &mut i64| {
            let mut changed = proof.clone();
            *place(&mut changed) += by;
            all.push(changed);
        };
        change(&|proof| &mut proof.objective_units);
        for at in 0..proof.student_duals.len() {
            change(&|proof| &mut proof.student_duals[at].value);
        }
        for at in 0..proof.submission_duals.len() {
            change(&|proof| &mut proof.submission_duals[at].value);
        }
        for at in 0..proof.work_duals.len() {
            change(&|proof| &mut proof.work_duals[at].value);
        }
    }
    all
}

#[test]
fn the_checker_accepts_what_proves_an_optimum_and_nothing_else() {
    let (mut accepted, mut rejected, mut equal, mut worse, mut bundles, mut musts) = (0, 0, 0, 0, 0, 0);
    for input in samples(small(), 2000).into_iter().map(without_other_goals) {
        let facts = Facts::new(&input);
        // Where nothing is asked for the plan is empty, however much there would be to gain.
        let Some(problem) = Problem::new(&input).ok().filter(|_| !facts.nothing_asked()) else { continue };
        let Some((_, best)) = facts.greatest_affinity() else { continue };
        let assignment = indexed(&input, &problem, &best);
        let open = Open::new(&facts, &best);
        if input.policy.existing == Existing::Rebalance && facts.movable.iter().any(|pair| open.free.contains(pair)) {
            // Fewest deletes come first there.
            let found = codes(&input, &problem, &assignment, &Optimal::default());
            assert!(found.contains("certificate_not_allowed"), "{input:#?}");
            continue;
        }
        let proof = open.proof();
        assert!(open.proves(&proof), "{proof:?}");
        let found = codes(&input, &problem, &assignment, &proof);
        assert!(found.is_empty(), "{found:?} {proof:#?} {input:#?}");
        accepted += 1;
        bundles += usize::from(proof.work_duals.iter().any(|dual| dual.value > 0));
        musts += usize::from(!facts.open_musts.is_empty());
        for changed in changed(&proof) {
            let holds = open.proves(&changed);
            let found = codes(&input, &problem, &assignment, &changed);
            assert_eq!(found.is_empty(), holds, "{found:?} {changed:#?} {input:#?}");
            if holds { equal += 1 } else { rejected += 1 }
        }
        // What is not listed is 0.
        let mut short = proof.clone();
        short.student_duals.retain(|dual| dual.value != 0);
        short.submission_duals.retain(|dual| dual.value != 0);
        short.work_duals.retain(|dual| dual.value != 0);
        assert!(codes(&input, &problem, &assignment, &short).is_empty());
        // Another valid plan with a lower total has no proof.
        let random = by_name("random").expect("listed").assign(&problem, &mut Run::new(0)).expect("feasible");
        let total = |assignment: &Assignment| -> i64 {
            assignment.pairs().map(|(student, submission)| problem.score(student, submission).unwrap_or(0)).sum()
        };
        let worse_by = total(&assignment) - total(&random.assignment);
        if worse_by > 0 && facts.open_musts.is_empty() {
            worse += 1;
            assert!(codes(&input, &problem, &random.assignment, &proof).contains("certificate_objective"));
            let lower = Optimal { objective_units: proof.objective_units - worse_by, ..proof.clone() };
            assert_eq!(codes(&input, &problem, &random.assignment, &lower), BTreeSet::from(["certificate_gap"]));
        }
    }
    assert!(accepted > 400 && rejected > 5_000 && equal > 100 && worse > 50, "{accepted} {rejected} {equal} {worse}");
    assert!(bundles > 5 && musts > 5, "{bundles} {musts}");
}

/// Three students and submissions, everything reviewed once; 1 reviews 12 (3 units), 2 reviews 13 (5), 3 reviews 11 (2);
/// the other way round it would be 1 + 1 + 1.
fn ring() -> (Input, Vec<(u32, u32)>, Optimal) {
    let mut input = Input { students: (1..=3).map(Student::new).collect(), ..Input::default() };
    input.submissions = (1..=3_u64).map(|id| Submission::by(10 + id, id)).collect();
    input.policy.reviews_per_student = Bound::exactly(1);
    input.policy.reviews_per_submission = Demand::Within(Bound::exactly(1));
    for (assessor, asset, units) in [(1, 12, 3), (2, 13, 5), (3, 11, 2), (2, 11, 1), (3, 12, 1), (1, 13, 1)] {
        let (assessor_id, asset_id) = (Id::from(assessor), Id::from(asset));
        input.affinities.push(Affinity { assessor_id, asset_id, score: Micros(units), limit: None });
    }
    let dual = |(id, value): (u64, i64)| Dual { id: Id::from(id), value };
    let proof = Optimal {
        objective_units: 10,
        student_duals: [(1, 3), (2, 5), (3, 2)].map(dual).to_vec(),
        submission_duals: [(11, 0), (12, 0), (13, 0)].map(dual).to_vec(),
        work_duals: Vec::new(),
    };
    (input, vec![(0, 1), (1, 2), (2, 0)], proof)
}

/// The codes for the ring with something changed.
fn changed_ring(change: impl FnOnce(&mut Input, &mut Optimal)) -> Vec<&'static str> {
    let (mut input, pairs, mut proof) = ring();
    change(&mut input, &mut proof);
    let problem = Problem::new(&input).expect("no contradictions");
    codes(&input, &problem, &Assignment::new(3, pairs), &proof).into_iter().collect()
}

#[test]
fn each_way_to_be_wrong_has_its_code() {
    let word = |text: &str| Id::text(text).expect("not empty");
    assert!(changed_ring(|_, _| ()).is_empty());
    assert_eq!(changed_ring(|_, proof| proof.objective_units = 9), ["certificate_gap", "certificate_objective"]);
    assert_eq!(changed_ring(|_, proof| proof.student_duals[0].value = 4), ["certificate_gap"]);
    assert_eq!(changed_ring(|_, proof| proof.student_duals[0].value = i64::MAX), ["certificate_gap"]);
    assert_eq!(changed_ring(|_, proof| proof.submission_duals[0].value = i64::MIN), ["certificate_gap"]);
    assert_eq!(changed_ring(|_, proof| proof.student_duals[0].id = Id::from(11)), ["certificate_unknown"]);
    assert_eq!(changed_ring(|_, proof| proof.submission_duals[0].id = Id::from(1)), ["certificate_unknown"]);
    assert_eq!(changed_ring(|_, proof| proof.student_duals[0].id = Id::from(2)), ["certificate_twice"]);
    assert_eq!(changed_ring(|_, proof| proof.student_duals[0].id = word("1")), ["id_form"]);
    let unbounded = |input: &mut Input, _: &mut Optimal| input.students[0].reviews = Some(Bound::at_least(1));
    assert_eq!(changed_ring(unbounded), ["certificate_sign"]);
    let copy = |input: &mut Input, proof: &mut Optimal, value: i64| {
        input.submissions[1].work_id = Some(Id::from(7));
        input.submissions[2].work_id = Some(Id::from(7));
        input.affinities.retain(|row| row.assessor_id != Id::from(1) || row.asset_id != Id::from(13));
        proof.work_duals.push(WorkDual { assessor_id: Id::from(1), work_id: Id::from(7), value });
        proof.student_duals[0].value -= value;
    };
    // 2 and 3 are authors of both copies then, so the plan itself is not valid; the certificate is looked at all the same.
    let of_copies = changed_ring(|input, proof| {
        input.submissions[1].user_id = None;
        input.submissions[2].user_id = None;
        copy(input, proof, 1);
    });
    assert!(of_copies.is_empty(), "{of_copies:?}");
    let negative = changed_ring(|input, proof| {
        input.submissions[1].user_id = None;
        input.submissions[2].user_id = None;
        copy(input, proof, -1);
    });
    assert_eq!(negative, ["certificate_sign"]);
    let free = changed_ring(|input, proof| {
        input.submissions[1].user_id = None;
        input.submissions[2].user_id = None;
        input.policy.same_work_once = CopyRule::Free;
        copy(input, proof, 1);
    });
    assert_eq!(free, ["certificate_work"]);
    let alone = changed_ring(|input, proof| {
        input.submissions[1].work_id = Some(Id::from(7));
        proof.work_duals.push(WorkDual { assessor_id: Id::from(1), work_id: Id::from(7), value: 0 });
    });
    assert_eq!(alone, ["certificate_work"]);
    let nowhere = changed_ring(|_, proof| {
        proof.work_duals.push(WorkDual { assessor_id: Id::from(1), work_id: Id::from(7), value: 0 });
    });
    assert_eq!(nowhere, ["certificate_unknown"]);
}

#[test]
fn where_there_is_another_goal_there_is_no_such_certificate() {
    let rule = |kind| Rule { kind, assessor_id: Id::from(1), target: RuleTarget::Asset(Id::from(12)), weight: 1 };
    let assigned = |asset: u64| PeerReview {
        id: None,
        user_id: None,
        assessor_id: Id::from(1),
        asset_id: Id::from(asset),
        workflow_state: WorkflowState::Assigned,
    };
    let changes: [&dyn Fn(&mut Input); 8] = [
        &|input| input.policy.reviews_per_submission = Demand::Balanced,
        &|input| input.rules.push(rule(RuleKind::ShouldReview)),
        &|input| input.rules.push(rule(RuleKind::ShouldNotReview)),
        &|input| input.policy.section = Relation::PreferSame,
        &|input| _ = input.policy.labels.insert("institution".into(), Relation::PreferDifferent),
        &|input| input.policy.shortfall = Shortfall::Partial,
        &|input| {
            input.policy.existing = Existing::Rebalance;
            input.peer_reviews.push(assigned(12));
        },
        &|input| {
            input.policy.existing = Existing::Rebalance;
            input.peer_reviews.push(assigned(13));
        },
    ];
    for change in changes {
        assert_eq!(changed_ring(|input, _| change(input)), ["certificate_not_allowed"]);
    }
    // What the release does not compile is checked on the input alone.
    let (input, pairs, proof) = ring();
    let problem = Problem::new(&input).expect("no contradictions");
    let mut solution = Solution::new("max_affinity", 0, Assignment::new(3, pairs));
    solution.certificate = Some(Certificate::Optimal(proof));
    let plan = Plan::diff(&problem, &solution);
    let policies: [&dyn Fn(&mut Input); 4] = [
        &|input| input.policy.reviews_per_work = Some(Bound::default()),
        &|input| input.policy.panel.push(Panel { label: "sections".into(), value: None, min: None, max: Some(1) }),
        &|input| input.policy.reciprocal = Reciprocal::Forbid,
        &|input| input.policy.reciprocal = Reciprocal::ForbidCycles(2),
    ];
    for change in policies {
        let mut input = input.clone();
        change(&mut input);
        let found = verify(&input, &plan.view(&problem)).violations;
        assert!(found.iter().any(|violation| violation.code == "certificate_not_allowed"), "{found:?}");
    }
    solution.strategy.name = "random".into();
    let plan = Plan::diff(&problem, &solution);
    assert_eq!(verify(&input, &plan.view(&problem)).violations[0].code, "certificate_not_allowed");
}

#[test]
fn a_budget_of_steps_ends_a_run_at_the_same_place_every_time() {
    let (input, ..) = ring();
    let problem = Problem::new(&input).expect("no contradictions");
    for strategy in peerplan::strategy::registry() {
        let mut run = Run::new(3);
        strategy.assign(&problem, &mut run).expect("feasible");
        let steps = run.steps();
        let enough = strategy.assign(&problem, &mut Run::new(3).with_budget(steps));
        assert!(enough.is_ok(), "{} takes {steps}", strategy.name());
        for budget in 0..steps {
            let stopped = strategy.assign(&problem, &mut Run::new(3).with_budget(budget)).expect_err("too few steps");
            let expected = peerplan::strategy::AssignError::OutOfBudget { steps: budget };
            assert_eq!(stopped, expected, "{}", strategy.name());
        }
    }
}

/// The code of a violation, and what leads to it.
type Spoiled<'a> = (&'a str, &'a dyn Fn(&mut WorstOff));

#[test]
fn what_the_worst_off_submission_has_at_most_is_proven_and_nothing_else_is() {
    let strategy = by_name("max_min").expect("listed");
    let mut proven = 0;
    for input in samples(small(), 1_500) {
        let problem = Problem::new(&input).expect("accepted");
        let Ok(solution) = strategy.assign(&problem, &mut Run::new(2)) else { continue };
        let Some(Certificate::WorstOff(proof)) = &solution.certificate else { continue };
        proven += 1;
        let codes = |proof: &WorstOff| -> BTreeSet<&'static str> {
            let certificate = Some(Certificate::WorstOff(proof.clone()));
            let plan = Plan::diff(&problem, &Solution { certificate, ..solution.clone() });
            verify(&input, &plan.view(&problem)).violations.into_iter().map(|violation| violation.code).collect()
        };
        assert_eq!(codes(proof), BTreeSet::new(), "{input:#?}");
        let facts = Facts::new(&input);
        // The bound holds for all valid assignments, not for those of the fewest reviews alone.
        for seed in 0..3 {
            for name in ["max_affinity", "random"] {
                let other = by_name(name).expect("listed").assign(&problem, &mut Run::new(seed)).expect("feasible");
                let pair = |(student, submission)| {
                    (problem.student_id(student).clone(), problem.submission_id(submission).clone())
                };
                let sums = facts.sums(&other.assignment.pairs().map(pair).collect());
                assert!(sums.first().is_some_and(|&worst| worst <= proof.upper_bound_units), "{name}: {sums:?}");
            }
        }
        let wrong: [Spoiled<'_>; 7] = [
            ("certificate_worst", &|proof| proof.worst_units += 1),
            ("certificate_gap", &|proof| proof.upper_bound_units -= 1),
            ("certificate_gap", &|proof| proof.upper_bound_units += 1),
            ("certificate_weights", &|proof| proof.weights.clear()),
            ("certificate_weights", &|proof| proof.weights[0].value = -1),
            ("certificate_twice", &|proof| proof.weights.push(proof.weights[0].clone())),
            ("certificate_unknown", &|proof| proof.weights[0].id = Id::text("of nobody").expect("an id")),
        ];
        for (code, spoil) in wrong {
            let mut spoilt = proof.clone();
            spoil(&mut spoilt);
            assert_eq!(codes(&spoilt), BTreeSet::from([code]), "{spoilt:?}");
        }
        let plan = Plan::diff(
            &problem,
            &Solution {
                strategy: Solution::new("matching", 0, solution.assignment.clone()).strategy,
                ..solution.clone()
            },
        );
        let found = verify(&input, &plan.view(&problem)).violations;
        assert!(found.iter().any(|violation| violation.code == "certificate_not_allowed"), "{found:#?}");
    }
    assert!(proven > 10, "{proven}");
}
