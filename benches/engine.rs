//! The engine for weighted b-matching. The largest instances only with `PEERPLAN_BENCH_LARGE=1`.

#![allow(
    clippy::disallowed_methods,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program that reads files and prints figures"
)]

mod instances;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use instances::{
    BIDS, CVPR17, CVPR18, CVPR18_LB, ICLR18, LAP2K, LAP5K, MIDL, MOOC1M, MOOC10K, MOOC100K, N20K, S2K, S10K, Shape,
};
use peerplan::flow::{Builder, Instance, Window};

fn large() -> bool {
    std::env::var_os("PEERPLAN_BENCH_LARGE").is_some()
}

/// The shapes, and the large ones where they are asked for.
fn shapes(small: &[Shape], large_ones: &[Shape]) -> Vec<Shape> {
    let more = if large() { large_ones } else { &[] };
    small.iter().chain(more).copied().collect()
}

fn measure(c: &mut Criterion, group: &str, shapes: &[Shape], run: impl Fn(&Instance)) {
    let mut group = c.benchmark_group(group);
    group.sample_size(10).sampling_mode(SamplingMode::Flat);
    group.warm_up_time(Duration::from_millis(200)).measurement_time(Duration::from_secs(2));
    for shape in shapes {
        let instance = shape.instance(1);
        group.bench_function(BenchmarkId::from_parameter(shape.name), |b| b.iter(|| run(black_box(&instance))));
    }
    group.finish();
}

/// Solves, and prints the counters, which do not depend on the machine.
fn solve(c: &mut Criterion, group: &str, shapes: &[Shape]) {
    for shape in shapes {
        let instance = shape.instance(1);
        let matching = instance.solve().expect("a matching");
        instance.check(&matching).expect("an optimum");
        println!("{group}/{}: {:?}", shape.name, matching.counters());
    }
    measure(c, group, shapes, |instance| {
        black_box(instance.solve().expect("a matching"));
    });
}

fn p2(c: &mut Criterion) {
    solve(c, "p2_dense", &shapes(&[MIDL, ICLR18, CVPR17], &[CVPR18]));
    solve(c, "p2_bounds", &shapes(&[Shape { load: (2, 9), ..CVPR17 }], &[CVPR18_LB]));
    solve(c, "p2_sparse", &shapes(&[S2K, S10K], &[N20K]));
    solve(c, "p2_mooc", &shapes(&[MOOC10K, MOOC100K], &[MOOC1M]));
    solve(c, "p2_ties", &shapes(&[BIDS], &[]));
    solve(c, "lap", &shapes(&[LAP2K], &[LAP5K]));
}

fn p1_feasible(c: &mut Criterion) {
    measure(c, "p1_feasible", &shapes(&[MOOC10K, MOOC100K], &[MOOC1M]), |instance| {
        black_box(instance.feasible(&mut || true).expect("windows in order"));
    });
}

fn certificate(c: &mut Criterion) {
    for shape in shapes(&[CVPR17], &[CVPR18]) {
        let matching = shape.instance(1).solve().expect("a matching");
        measure(c, "certificate", &[shape], |instance| instance.check(&matching).expect("an optimum"));
    }
}

/// One row in a hundred has other weights.
fn edited(instance: &Instance, columns: Window) -> Instance {
    let (rows, pairs) = (instance.rows().len(), instance.pairs());
    let mut builder = Builder::with_shape(vec![columns; instance.columns().len()], rows, pairs);
    for (row, &window) in instance.rows().iter().enumerate() {
        let mut pairs = Vec::new();
        instance.for_each_in(row, |column, weight| {
            let other = weight + i64::from(column % 7) * 100_000;
            pairs.push((column, if row % 100 == 0 { other } else { weight }));
        });
        builder.row(window, &pairs);
    }
    builder.finish()
}

fn warm(c: &mut Criterion) {
    for shape in shapes(&[CVPR17], &[CVPR18]) {
        let instance = shape.instance(1);
        let before = instance.solve().expect("a matching");
        let after = edited(&instance, Window::new(shape.load.0, shape.load.1));
        let mut group = c.benchmark_group("warm");
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        group.bench_function(BenchmarkId::new("cold", shape.name), |b| {
            b.iter(|| black_box(&after).solve().expect("a matching"));
        });
        group.bench_function(BenchmarkId::new("warm", shape.name), |b| {
            b.iter(|| black_box(&after).solve_again(&before, &mut |_| true).expect("a matching"));
        });
        group.finish();
    }
}

criterion_group!(benches, p2, p1_feasible, certificate, warm);
criterion_main!(benches);
