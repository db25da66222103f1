//! Reviews on demand: what one call takes in a class of which half have asked already, and building the state.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use peerplan::Problem;
use peerplan::demand::Demand;
use peerplan::generate::{Options, generate};
use peerplan::random::{Purpose, Random};

/// So many calls are measured together.
const CALLS: usize = 1_000;

fn class(students: u32) -> Problem {
    let options = Options { students, reviews: 3, sections: 3, group_size: 4, ..Options::default() };
    Problem::new(&generate(&options).expect("options in range")).expect("a valid course")
}

/// Who asks, three times each, in random order.
fn asking(students: usize) -> Vec<usize> {
    let mut asking: Vec<usize> = (0..students).flat_map(|student| [student; 3]).collect();
    Random::new(1, Purpose::Generate).shuffle(&mut asking);
    asking
}

/// The state once a part of all calls, in hundredths, was answered.
fn after<'p>(problem: &'p Problem, asking: &[usize], part: usize) -> Demand<'p> {
    let mut demand = Demand::new(problem, 0, |_| 0).expect("rules that can be kept");
    for &student in &asking[..asking.len() * part / 100] {
        demand.ask(student, 1, 0, None);
    }
    demand
}

fn next(c: &mut Criterion) {
    let mut group = c.benchmark_group("next");
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5));
    for students in [1_000, 10_000, 100_000] {
        let problem = class(students);
        let asking = asking(problem.students());
        for part in [0, 50, 99] {
            let demand = after(&problem, &asking, part);
            let from = asking.len() * part / 100;
            let calls = &asking[from..asking.len().min(from + CALLS)];
            group.throughput(criterion::Throughput::Elements(calls.len() as u64));
            group.bench_function(BenchmarkId::new(format!("ask_after_{part}_percent"), students), |b| {
                b.iter_batched_ref(
                    || demand.clone(),
                    |demand| {
                        for &student in calls {
                            black_box(demand.ask(student, 1, 0, None));
                        }
                    },
                    BatchSize::PerIteration,
                );
            });
        }
        group.throughput(criterion::Throughput::Elements(problem.students() as u64));
        group.bench_function(BenchmarkId::new("build", students), |b| {
            b.iter_with_large_drop(|| Demand::new(black_box(&problem), 0, |_| 0).expect("rules that can be kept"));
        });
    }
    group.finish();
}

criterion_group!(benches, next);
criterion_main!(benches);
