//! A score means the same wherever it stands: among the affinities of a problem, or in a score file.

use std::collections::BTreeMap;

use peerplan::input::{Affinity, Micros, Score};
use peerplan::strategy::{self, AssignError, Run};
use peerplan::verify::verify;
use peerplan::{Id, Input, Plan, Problem, metrics};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use crate::instances::small;

/// The same problem with all scores but each third one in the table, the last one first.
fn with_table(input: &Input) -> Input {
    let mut moved = input.clone();
    let students: BTreeMap<&Id, u32> = input.students.iter().map(|student| &student.id).zip(0..).collect();
    let submissions: BTreeMap<&Id, u32> = input.submissions.iter().map(|submission| &submission.id).zip(0..).collect();
    moved.affinities.clear();
    for (at, row) in input.affinities.iter().enumerate().rev() {
        if at % 3 == 0 {
            moved.affinities.push(row.clone());
        } else {
            let (student, submission) = (students[&row.assessor_id], submissions[&row.asset_id]);
            let line = (input.affinities.len() - at) as u64;
            moved.scores.push(line, Score { student, submission, score: row.score, limit: row.limit });
        }
    }
    moved
}

fn scored() -> impl Strategy<Value = Input> {
    small().prop_map(|mut input| {
        if input.affinities.is_empty() {
            let pairs = input.students.iter().zip(&input.submissions).map(|(student, submission)| Affinity {
                assessor_id: student.id.clone(),
                asset_id: submission.id.clone(),
                score: Micros(500_000),
                limit: Some(Micros(250_000)),
            });
            input.affinities = pairs.collect();
        }
        input
    })
}

/// What a strategy makes of a problem, in words.
fn planned(input: &Input, strategy: &dyn strategy::Strategy) -> String {
    let problem = Problem::new(input).expect("no errors");
    match strategy.assign(&problem, &mut Run::new(7)) {
        Ok(solution) => {
            let plan = Plan::diff(&problem, &solution);
            let view = plan.view(&problem);
            let verdict = verify(input, &view);
            assert!(verdict.valid(), "{verdict:?}");
            format!("{:?}\n{:?}\n{:?}", plan.report(), metrics::of(input, &problem, &view), solution.assignment)
        }
        Err(AssignError::Infeasible(proof)) => format!("{proof:?}"),
        Err(other) => panic!("{}: {other}", strategy.name()),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, failure_persistence: None, rng_seed: RngSeed::Fixed(5), ..ProptestConfig::default() })]

    #[test]
    fn nothing_depends_on_where_a_score_stands(input in scored()) {
        let moved = with_table(&input);
        prop_assert_eq!(input.all_scores().count(), moved.all_scores().count());
        let (one, other) = (Problem::new(&input).expect("no errors"), Problem::new(&moved).expect("no errors"));
        prop_assert_eq!(one.digest(), other.digest());
        for strategy in strategy::registry() {
            prop_assert_eq!(planned(&input, *strategy), planned(&moved, *strategy));
        }
    }
}

#[test]
fn a_pair_with_two_scores_is_refused_wherever_they_stand() {
    let mut input = Input::default();
    input.students.extend([1_u64, 2].map(peerplan::input::Student::new));
    input.submissions.push(peerplan::input::Submission::new(9_u64));
    let row = Score { student: 1, submission: 0, score: Micros(1), limit: None };
    input.scores.push(4, row);
    assert!(Problem::new(&input).is_ok());
    input.scores.push(6, row);
    let found = Problem::new(&input).expect_err("twice in the table");
    assert_eq!((found.items()[0].code, &*found.items()[0].pointer), ("duplicate_pair", "/scores/1"));
    let with_ids = Affinity { assessor_id: 2.into(), asset_id: 9.into(), score: Micros(1), limit: None };
    input.affinities.push(with_ids);
    let found = Problem::new(&input).expect_err("three times");
    let said: Vec<_> = found.items().iter().map(|item| (&*item.pointer, item.message.rsplit(' ').next())).collect();
    assert_eq!(said, [("/scores/0", Some("/affinities/0")), ("/scores/1", Some("/scores/0"))]);
    input = Input { scores: peerplan::input::ScoreTable::new(), affinities: Vec::new(), ..input };
    input.scores.push(1, Score { student: 2, submission: 1, score: Micros(i64::MIN), limit: None });
    let found = Problem::new(&input).expect_err("no such places");
    let said: Vec<_> = found.items().iter().map(|item| (item.code, &*item.pointer)).collect();
    let expected = [
        ("out_of_range", "/scores/0/score"),
        ("unknown_id", "/scores/0/student"),
        ("unknown_id", "/scores/0/submission"),
    ];
    assert_eq!(said, expected);
}

#[cfg(feature = "formats")]
#[test]
fn a_problem_with_a_table_is_written_with_affinities() {
    use peerplan::formats::{Layout, csv_scores, problem};

    let mut input = Input::default();
    input.students.extend([1_u64, 2].map(peerplan::input::Student::new));
    input.submissions.push(peerplan::input::Submission::new(9_u64));
    let csv = "asset_id,assessor_id,score,limit\n9,2,0.5,\n9,1,-0.25,0.125\n";
    input.scores = csv_scores::read(csv.as_bytes(), &input).expect("good").0;
    let mut text = Vec::new();
    problem::write(&input, Layout::Lines, &mut text).expect("memory takes everything");
    let (back, _) = problem::read(&text, false).expect("what was written");
    assert!(back.scores.is_empty() && back.affinities.len() == 2);
    assert!(back.all_scores().eq(input.all_scores()));
    let digest = |input: &Input| Problem::new(input).expect("no errors").digest().to_owned();
    assert_eq!(digest(&back), digest(&input));
    assert_eq!(
        serde_json::to_value(&input).expect("JSON")["affinities"],
        serde_json::from_slice::<serde_json::Value>(&text).expect("JSON")["affinities"]
    );
}
