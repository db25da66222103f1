//! From the plan to its bytes and back, and the check of a plan.

use std::hint::black_box;
use std::io;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use peerplan::formats::{self, Layout};
use peerplan::generate::{Options, generate};
use peerplan::strategy::{Run, by_name};
use peerplan::verify::verify;
use peerplan::{Plan, Problem};

fn plan_io(c: &mut Criterion) {
    let mut group = c.benchmark_group("plan");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    for students in [1_000, 100_000] {
        let options = Options { students, reviews: 3, sections: 3, group_size: 4, ..Options::default() };
        let input = generate(&options).expect("options in range");
        let problem = Problem::new(&input).expect("a valid course");
        let strategy = by_name("random").expect("a strategy of the registry");
        let solution = strategy.assign(&problem, &mut Run::new(0)).expect("a course has a valid assignment");
        let plan = Plan::diff(&problem, &solution);
        let view = plan.view(&problem);
        let mut bytes = Vec::new();
        formats::plan::write(&view, Layout::Lines, &mut bytes).expect("memory takes everything");
        group.throughput(Throughput::Elements(plan.steps().len() as u64));
        group.bench_function(BenchmarkId::new("json", students), |b| {
            b.iter(|| formats::plan::write(black_box(&view), Layout::Lines, io::sink()));
        });
        group.bench_function(BenchmarkId::new("csv", students), |b| {
            b.iter(|| formats::plan::write_csv(black_box(&view), io::sink()));
        });
        group.bench_function(BenchmarkId::new("read", students), |b| {
            b.iter_with_large_drop(|| formats::plan::read(black_box(&bytes)));
        });
        group.bench_function(BenchmarkId::new("verify", students), |b| {
            b.iter(|| verify(black_box(&input), &view));
        });
    }
    group.finish();
}

criterion_group!(benches, plan_io);
criterion_main!(benches);
