//! Plan files: what is written reads back, in the order of the format.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::{read, write, write_csv};
use crate::certificate::{Certificate, Dual, Optimal, WorkDual, WorstOff};
use crate::formats::Layout;
use crate::formats::problem::test_values::{ids, reviews, sources, strategies};
use crate::id::Id;
use crate::input::{PeerReview, StrategyChoice, WorkflowState};
use crate::plan::*;

fn review(id: Option<u64>, assessor: u64, asset: u64) -> PeerReview {
    PeerReview {
        id: id.map(Id::from),
        user_id: Some(Id::from(1003)),
        assessor_id: Id::from(assessor),
        asset_id: Id::from(asset),
        workflow_state: WorkflowState::Assigned,
    }
}

fn example() -> PlanDocument {
    PlanDocument {
        source: None,
        problem_digest: "00ff".into(),
        generator: "peerplan 0.1.0".into(),
        strategy: StrategyChoice { name: "random".into(), seed: 42, ..StrategyChoice::default() },
        operations: vec![
            Operation::Create(review(None, 1001, 40013), "evens out received reviews".into()),
            Operation::Delete(review(Some(5001), 1020, 40011), "no longer \"eligible\", by rule".into()),
        ],
        kept: Vec::new(),
        shortfalls: vec![ShortfallRecord {
            kind: Side::Submission,
            id: Id::from(40017),
            wanted: 3,
            got: 2,
            reason: "nobody may review it".into(),
        }],
        report: Report { reviews: 1, created: 1, deleted: 1, ..Report::default() },
        alternates: vec![Alternates { asset_id: Id::from(40013), assessor_ids: vec![Id::from(1020)] }],
        certificate: None,
    }
}

fn proof() -> Certificate {
    Certificate::Optimal(Optimal {
        objective_units: -3,
        student_duals: vec![Dual { id: Id::from(1001), value: 7 }, Dual { id: Id::from(1002), value: -7 }],
        submission_duals: Vec::new(),
        work_duals: vec![WorkDual { assessor_id: Id::from(1001), work_id: Id::text("w").unwrap(), value: 1 }],
    })
}

fn text_of(plan: &PlanDocument, layout: Layout) -> String {
    let mut text = Vec::new();
    write(plan, layout, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn the_file_reads_line_by_line_in_the_order_of_the_format() {
    let text = text_of(&example(), Layout::Lines);
    let expected = r#"{
  "format": "peerplan/plan", "version": 1,
  "source": null,
  "problem_digest": "00ff",
  "generator": "peerplan 0.1.0",
  "strategy": {"name":"random","seed":42},
  "operations": [
    {"op":"create","peer_review":{"user_id":1003,"assessor_id":1001,"asset_id":40013,"asset_type":"Submission","workflow_state":"assigned"},"reason":"evens out received reviews"},
    {"op":"delete","peer_review":{"id":5001,"user_id":1003,"assessor_id":1020,"asset_id":40011,"asset_type":"Submission","workflow_state":"assigned"},"reason":"no longer \"eligible\", by rule"}
  ],
  "kept": [],
  "shortfalls": [
    {"kind":"submission","id":40017,"wanted":3,"got":2,"reason":"nobody may review it"}
  ],
  "report": {
    "reviews": 1,
"#;
    assert_eq!(&text[..expected.len()], expected);
    assert!(text.ends_with("  \"certificate\": null\n}\n"));
}

#[test]
fn a_certificate_stands_at_the_end_line_by_line() {
    let text = text_of(&PlanDocument { certificate: Some(proof()), ..example() }, Layout::Lines);
    let expected = r#"
  "certificate": {
    "kind": "optimal",
    "objective_units": -3,
    "student_duals": [
      {"id":1001,"value":7},
      {"id":1002,"value":-7}
    ],
    "submission_duals": [],
    "work_duals": [
      {"assessor_id":1001,"work_id":"w","value":1}
    ]
  }
}
"#;
    assert!(text.ends_with(expected), "{text}");
    let line = text_of(&PlanDocument { certificate: Some(proof()), ..example() }, Layout::OneLine);
    let written: serde_json::Value = serde_json::from_str(&line).unwrap();
    assert_eq!(written["certificate"], serde_json::to_value(proof()).unwrap());
}

#[test]
fn the_table_has_one_line_an_operation() {
    let mut text = Vec::new();
    write_csv(&example(), &mut text).unwrap();
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "op,assessor_id,asset_id,user_id,review_id,workflow_state,reason\n\
         create,1001,40013,1003,,assigned,evens out received reviews\n\
         delete,1020,40011,1003,5001,assigned,\"no longer \"\"eligible\"\", by rule\"\n"
    );
}

#[test]
fn a_plan_without_operations_is_a_table_of_a_header() {
    let mut text = Vec::new();
    write_csv(&PlanDocument { operations: Vec::new(), ..example() }, &mut text).unwrap();
    assert_eq!(String::from_utf8(text).unwrap().lines().count(), 1);
}

fn operations() -> impl Strategy<Value = Operation> {
    prop_oneof![
        (reviews(), ".{0,9}").prop_map(|(review, reason)| Operation::Create(PeerReview { id: None, ..review }, reason)),
        (reviews(), ".{0,9}").prop_map(|(review, reason)| Operation::Delete(review, reason)),
    ]
}

fn spreads() -> impl Strategy<Value = Spread> {
    (any::<u64>(), any::<u64>(), -1e9..1e9, 0.0..1.0).prop_map(|(min, max, mean, gini)| Spread { min, max, mean, gini })
}

fn reports() -> impl Strategy<Value = Report> {
    let figures = (-1e12..1e12, any::<i64>(), -1e6..1e6, -1e12..1e12, any::<i64>());
    let affinity = figures.prop_map(|(total, total_units, mean, min_submission, min_submission_units)| {
        AffinityReport { total, total_units, mean, min_submission, min_submission_units }
    });
    let counts = (option::of(any::<u64>()), option::of(any::<u64>()), option::of(any::<u64>()));
    let units = || option::of(any::<i64>());
    let goals = (counts, any::<i64>(), units(), units());
    let bound = goals.prop_map(|((missing, reviews, deletes), preferences, affinity_units, worst_units)| GoalBound {
        missing,
        missing_squares: missing,
        reviews,
        received_squares: reviews,
        deletes,
        preferences,
        affinity_units,
        worst_units,
    });
    let proven = (option::of(bound), option::of(any::<bool>()));
    (any::<[u64; 8]>(), spreads(), spreads(), affinity, proven).prop_map(
        |(counts, per_submission, per_student, affinity, (bound, optimal))| {
            let [reviews, created, deleted, kept, reciprocal_pairs, repeat_pairs, should_met, should_not_broken] =
                counts;
            Report {
                reviews,
                created,
                deleted,
                kept,
                per_submission,
                per_student,
                reciprocal_pairs,
                repeat_pairs,
                should_met,
                should_not_broken,
                affinity,
                bound,
                optimal,
            }
        },
    )
}

fn certificates() -> impl Strategy<Value = Certificate> {
    let dual = || (ids(), any::<i64>()).prop_map(|(id, value)| Dual { id, value });
    let work = (ids(), ids(), any::<i64>());
    let work = work.prop_map(|(assessor_id, work_id, value)| WorkDual { assessor_id, work_id, value });
    let duals = (vec(dual(), 0..3), vec(dual(), 0..3), vec(dual(), 0..3), vec(work, 0..3));
    (any::<i64>(), any::<Option<i64>>(), duals).prop_map(
        |(units, upper_bound_units, (weights, student_duals, submission_duals, work_duals))| match upper_bound_units {
            None => {
                Certificate::Optimal(Optimal { objective_units: units, student_duals, submission_duals, work_duals })
            }
            Some(upper_bound_units) => Certificate::WorstOff(WorstOff {
                worst_units: units,
                upper_bound_units,
                weights,
                student_duals,
                submission_duals,
                work_duals,
            }),
        },
    )
}

fn plans() -> impl Strategy<Value = PlanDocument> {
    let side = prop::sample::select(vec![Side::Student, Side::Submission, Side::Work]);
    let shortfall = (side, ids(), any::<u64>(), any::<u64>(), ".{0,9}")
        .prop_map(|(kind, id, wanted, got, reason)| ShortfallRecord { kind, id, wanted, got, reason });
    let alternates =
        (ids(), vec(ids(), 0..3)).prop_map(|(asset_id, assessor_ids)| Alternates { asset_id, assessor_ids });
    let rows = (vec(operations(), 0..5), vec(reviews(), 0..4), vec(shortfall, 0..3), vec(alternates, 0..3));
    let texts = (".{0,9}", ".{0,9}");
    (option::of(sources()), texts, strategies(), rows, reports(), option::of(certificates())).prop_map(
        |(source, texts, strategy, (operations, kept, shortfalls, alternates), report, certificate)| {
            let (problem_digest, generator) = texts;
            PlanDocument {
                source,
                problem_digest,
                generator,
                strategy,
                operations,
                kept,
                shortfalls,
                report,
                alternates,
                certificate,
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_written_reads_back(plan in plans(), one_line: bool) {
        let text = text_of(&plan, if one_line { Layout::OneLine } else { Layout::Lines });
        let read = read(text.as_bytes());
        prop_assert!(read.is_ok(), "{}\n{text}", read.unwrap_err());
        let read = read.unwrap();
        prop_assert_eq!(format!("{:?}", &read), format!("{:?}", &plan));
        prop_assert_eq!(read, plan);
    }

    #[test]
    fn mutated_files_never_panic(at: prop::sample::Index, length in 0_usize..12, insert in "[\\[\\]{}:,\"0-9a-z.\\\\-]{0,6}") {
        let plan = PlanDocument { certificate: Some(proof()), ..example() };
        let mut text = text_of(&plan, Layout::Lines).into_bytes();
        let (at, end) = (at.index(text.len()), text.len());
        text.splice(at..(at + length).min(end), insert.bytes());
        if let Err(found) = read(&text) {
            prop_assert!(found.items().iter().all(|d| d.position.is_some()), "{}", found);
        }
    }
}
