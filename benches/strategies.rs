//! From the parsed input to the plan: compile, assign, difference. Courses of n students who give three reviews each,
//! in three sections and groups of four.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};
use criterion::{criterion_group, criterion_main, measurement::WallTime};
use peerplan::generate::{Options, generate};
use peerplan::input::{Existing, PeerReview, WorkflowState};
use peerplan::plan::{OperationRecord, Records};
use peerplan::strategy::{Run, Solution, by_name};
use peerplan::{Id, Input, Plan, Problem};

/// Sizes of courses; the matching is measured up to [`MATCHING_UP_TO`].
const SIZES: [u32; 4] = [30, 1_000, 100_000, 1_000_000];
const MATCHING_UP_TO: u32 = 1_000;

fn course(students: u32) -> Input {
    let options = Options { students, reviews: 3, sections: 3, group_size: 4, ..Options::default() };
    generate(&options).expect("options in range")
}

fn solve(problem: &Problem, strategy: &str) -> Solution {
    let strategy = by_name(strategy).expect("a strategy of the registry");
    strategy.assign(problem, &mut Run::new(0)).expect("a course has a valid assignment")
}

/// Few samples where a single run takes long.
fn fit(group: &mut BenchmarkGroup<'_, WallTime>, students: u32) {
    group.throughput(Throughput::Elements(students.into()));
    if students >= 100_000 {
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5));
    } else {
        group.sample_size(30).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    }
}

fn compile(c: &mut Criterion) {
    let mut group = c.benchmark_group("compile");
    for students in SIZES {
        let input = course(students);
        fit(&mut group, students);
        group.bench_function(BenchmarkId::from_parameter(students), |b| {
            b.iter_with_large_drop(|| Problem::new(black_box(&input)));
        });
    }
    group.finish();
}

fn assign(c: &mut Criterion) {
    for strategy in ["round_robin", "random", "matching"] {
        let mut group = c.benchmark_group(strategy);
        for students in SIZES {
            if strategy == "matching" && students > MATCHING_UP_TO {
                continue;
            }
            let problem = Problem::new(&course(students)).expect("a valid course");
            fit(&mut group, students);
            group.bench_function(BenchmarkId::from_parameter(students), |b| {
                b.iter_with_large_drop(|| solve(black_box(&problem), strategy));
            });
        }
        group.finish();
    }
}

fn diff(c: &mut Criterion) {
    let mut group = c.benchmark_group("diff");
    for students in SIZES {
        let problem = Problem::new(&course(students)).expect("a valid course");
        let solution = solve(&problem, "random");
        fit(&mut group, students);
        group.bench_function(BenchmarkId::from_parameter(students), |b| {
            b.iter_with_large_drop(|| Plan::diff(&problem, black_box(&solution)));
        });
    }
    group.finish();
}

/// Everything between a parsed problem file and the plan in memory.
fn whole(c: &mut Criterion) {
    for strategy in ["round_robin", "random"] {
        let mut group = c.benchmark_group(format!("whole_{strategy}"));
        for students in SIZES {
            let input = course(students);
            fit(&mut group, students);
            group.bench_function(BenchmarkId::from_parameter(students), |b| {
                b.iter_batched(
                    || (),
                    |()| {
                        let problem = Problem::new(black_box(&input)).expect("a valid course");
                        let plan = Plan::diff(&problem, &solve(&problem, strategy));
                        (problem, plan)
                    },
                    BatchSize::PerIteration,
                );
            });
        }
        group.finish();
    }
}

/// A course in its second week: every hundredth student has joined late, all others have been given their reviews.
fn second_week(students: u32) -> Input {
    let input = course(students);
    let late = input.students.iter().rev().take(students as usize / 100);
    let joined: BTreeSet<&Id> = late.map(|student| &student.id).collect();
    let mut before = input.clone();
    before.students.retain(|student| !joined.contains(&student.id));
    before.submissions.retain(|submission| submission.user_id.as_ref().is_some_and(|user| !joined.contains(user)));
    let problem = Problem::new(&before).expect("a valid course");
    let plan = Plan::diff(&problem, &solve(&problem, "random"));
    let mut input = input.clone();
    input.policy.existing = Existing::Rebalance;
    input.peer_reviews = plan.view(&problem).operations().filter_map(created).collect();
    input
}

/// The review that an operation asks for.
fn created(operation: OperationRecord<'_>) -> Option<PeerReview> {
    let OperationRecord::Create { peer_review, .. } = operation else { return None };
    Some(PeerReview {
        id: None,
        user_id: None,
        assessor_id: peer_review.assessor_id.clone(),
        asset_id: peer_review.asset_id.clone(),
        workflow_state: WorkflowState::Assigned,
    })
}

/// Replanning for those who joined late, without a change for the others.
fn replan(c: &mut Criterion) {
    let mut group = c.benchmark_group("replan");
    for students in [1_000, 10_000, 100_000] {
        let problem = Problem::new(&second_week(students)).expect("a valid course");
        fit(&mut group, students);
        group.bench_function(BenchmarkId::from_parameter(students), |b| {
            b.iter_with_large_drop(|| solve(black_box(&problem), "random"));
        });
    }
    group.finish();
}

criterion_group!(benches, compile, assign, diff, whole, replan);
criterion_main!(benches);
