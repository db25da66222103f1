//! From the bytes of a problem file to the compiled problem.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use peerplan::Problem;
use peerplan::formats::{self, Layout};
use peerplan::generate::{Options, generate};

/// A problem file of n students in three sections and groups of four.
fn file(students: u32) -> Vec<u8> {
    let options = Options { students, reviews: 3, sections: 3, group_size: 4, ..Options::default() };
    let input = generate(&options).expect("options in range");
    let mut bytes = Vec::new();
    formats::problem::write(&input, Layout::Lines, &mut bytes).expect("memory takes everything");
    bytes
}

fn parse(c: &mut Criterion) {
    let mut group = c.benchmark_group("parse");
    group.sampling_mode(SamplingMode::Flat).sample_size(10);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(3));
    for students in [1_000, 100_000] {
        let bytes = file(students);
        group.throughput(Throughput::Bytes(bytes.len() as u64));
        group.bench_function(BenchmarkId::new("input", students), |b| {
            b.iter_with_large_drop(|| formats::problem::read(black_box(&bytes), false));
        });
        group.bench_function(BenchmarkId::new("problem", students), |b| {
            b.iter_with_large_drop(|| {
                let (input, _) = formats::problem::read(black_box(&bytes), false).expect("a valid file");
                Problem::new(&input)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, parse);
criterion_main!(benches);
