//! What every strategy promises, checked against the oracle on random problems.

mod cases;
mod cycles;
mod draws;
mod optimality;
mod panels;
mod ways;
mod words;

use std::fmt::Write as _;

use peerplan::input::WorkflowState;
use peerplan::plan::{OperationRecord, PlanView, Records};
use peerplan::strategy::{AssignError, Run, Strategy};
use peerplan::verify::verify;
use peerplan::{Input, Plan, Problem, Refutation};
use proptest::strategy::Strategy as Instances;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::oracle::certificate::{Cut, CutSide};
use crate::oracle::facts::Fate;
use crate::oracle::{Assignment, Facts, Objective};

/// The strategies without a goal of their own: they reach every goal of the oracle.
const PLAIN: [&str; 3] = ["round_robin", "random", "matching"];

/// The strategies that may use the room up to the maxima where both sides are bounds.
const GREEDY: [&str; 3] = ["max_affinity", "random_limited", "perturbed"];

/// Checks a law on the same problems in every run; a failing problem is made smaller. `PROPTEST_CASES` asks for more.
fn for_all(problems: impl Instances<Value = Input>, cases: u32, law: impl Fn(&Input)) {
    let asked = Config::default();
    let config = Config { cases: cases.max(asked.cases), failure_persistence: None, ..asked };
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &[11; 32]);
    let checked = TestRunner::new_with_rng(config, rng).run(&problems, |input| {
        law(&input);
        Ok::<(), TestCaseError>(())
    });
    checked.unwrap_or_else(|failure| panic!("{failure}"));
}

fn compiled(input: &Input) -> Problem {
    Problem::new(input).unwrap_or_else(|found| panic!("refused: {found:#?}"))
}

/// The resulting reviews that count, or the proof that there are none.
fn result(input: &Input, strategy: &dyn Strategy, seed: u64) -> Result<Assignment, Refutation> {
    let problem = compiled(input);
    planned(&problem, strategy, seed).map(|plan| resulting(input, plan.view(&problem)))
}

fn planned(problem: &Problem, strategy: &dyn Strategy, seed: u64) -> Result<Plan, Refutation> {
    match strategy.assign(problem, &mut Run::new(seed)) {
        Ok(solution) => Ok(Plan::diff(problem, &solution)),
        Err(AssignError::Infeasible(proof)) => Err(*proof),
        Err(other) => panic!("{}: {other}", strategy.name()),
    }
}

/// Kept and created reviews, without those that nobody will write.
fn resulting(input: &Input, view: PlanView<'_>) -> Assignment {
    let facts = Facts::new(input);
    let kept = view.kept().map(|review| (review.assessor_id.clone(), review.asset_id.clone()));
    let created = view.operations().filter_map(|operation| match operation {
        OperationRecord::Create { peer_review, .. } => {
            assert_eq!(peer_review.workflow_state, WorkflowState::Assigned);
            Some((peer_review.assessor_id.clone(), peer_review.asset_id.clone()))
        }
        OperationRecord::Delete { .. } => None,
    });
    kept.chain(created).filter(|pair| facts.fates.get(pair) != Some(&Fate::Ghost)).collect()
}

/// Everything a plan says.
fn written(view: PlanView<'_>) -> String {
    let mut text = String::new();
    let written = writeln!(text, "{} {} {:?}", view.problem_digest(), view.generator(), view.strategy())
        .and_then(|()| writeln!(text, "{:#?}", view.operations().collect::<Vec<_>>()))
        .and_then(|()| writeln!(text, "{:#?}", view.kept().collect::<Vec<_>>()))
        .and_then(|()| writeln!(text, "{:#?} {:#?} {:#?}", view.shortfalls(), view.report(), view.alternates()));
    written.expect("a string takes everything");
    text
}

fn check_plan(input: &Input, strategy: &dyn Strategy, view: PlanView<'_>) {
    let verdict = verify(input, &view);
    assert!(verdict.valid(), "{}: {:#?}\n{}", strategy.name(), verdict.violations, written(view));
}

fn check_proof(facts: &Facts<'_>, proof: &Refutation) {
    // What a search refutes, the oracle refutes as well.
    let Some(proof) = proof.cut() else { return };
    let side = match proof.side {
        peerplan::CutSide::Submissions => CutSide::Submissions,
        peerplan::CutSide::Students => CutSide::Students,
    };
    let (students, submissions, works) = (proof.students.clone(), proof.submissions.clone(), proof.works.clone());
    let classes = |classes: &Vec<peerplan::PanelClass>| {
        classes.iter().map(|class| (class.asset_id.clone(), class.label.clone(), class.value.clone())).collect()
    };
    let panel = proof.panel.as_ref().map(classes);
    let cut = Cut { side, students, submissions, works, panel, required: proof.required, available: proof.available };
    assert_eq!(facts.check_cut(&cut), Ok(()), "{proof:?}");
}

/// The goals a strategy has to reach exactly.
fn binding(goals: Objective, strategy: &dyn Strategy, facts: &Facts<'_>) -> Objective {
    let plain = PLAIN.contains(&strategy.name());
    let (given_squares, spread_squares) = if plain { (goals.given_squares, goals.spread_squares) } else { (0, 0) };
    let free = GREEDY.contains(&strategy.name()) && !facts.balanced();
    let (total, gain) = if free { (0, 0) } else { (goals.total, goals.gain) };
    Objective { total, gain, given_squares, spread_squares, ..goals }
}
