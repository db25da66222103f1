//! Why a class has no plan and what would help, all changes tried: courses in sections that may not review each other, in
//! one of which too much is asked for; and what one pair costs.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use peerplan::explain::{explain, pair};
use peerplan::generate::{Options, generate};
use peerplan::input::{Bound, Demand, Relation, Rule, RuleKind, RuleTarget};
use peerplan::{Input, Problem};

const SIZES: [u32; 2] = [200, 2_000];

/// A course in four sections with groups of four; three reviews on either side.
fn course(students: u32) -> Input {
    let options = Options { students, reviews: 3, sections: 4, group_size: 4, ..Options::default() };
    let mut input = generate(&options).expect("options in range");
    input.policy.section = Relation::Same;
    input.policy.reviews_per_submission = Demand::Within(Bound::exactly(3));
    input
}

/// One submission asks for more than its section can give; a hundred rules stand in the way of nothing much.
fn one_short(students: u32) -> Input {
    let mut input = course(students);
    input.submissions[1].reviews = Some(Bound::exactly(4));
    for place in 0..100.min(input.students.len() - 5) {
        let (assessor_id, user) = (input.students[place].id.clone(), input.students[place + 5].id.clone());
        let target = RuleTarget::User(user);
        input.rules.push(Rule { kind: RuleKind::MustNotReview, assessor_id, target, weight: 1 });
    }
    input
}

/// Every submission asks for four where everybody gives three.
fn all_short(students: u32) -> Input {
    let mut input = course(students);
    input.policy.reviews_per_submission = Demand::Within(Bound::exactly(4));
    input
}

fn explained(c: &mut Criterion) {
    let mut group = c.benchmark_group("explain");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5));
    for students in SIZES {
        for (name, input) in [("one_short", one_short(students)), ("all_short", all_short(students))] {
            let problem = Problem::new(&input).expect("a course");
            assert!(!explain(&input, &problem).feasible);
            group.bench_function(BenchmarkId::new(name, students), |b| {
                b.iter(|| explain(black_box(&input), black_box(&problem)));
            });
        }
        let input = course(students);
        let problem = Problem::new(&input).expect("a course");
        let submission = (0..problem.submissions()).find(|&j| problem.is_free(0, j)).expect("somebody else's");
        group.bench_function(BenchmarkId::new("pair", students), |b| {
            b.iter(|| pair(black_box(&input), black_box(&problem), 0, submission));
        });
    }
    group.finish();
}

criterion_group!(benches, explained);
criterion_main!(benches);
