//! Uniform problems: n students with one submission and three reviews each, in groups of four that do not review each
//! other. The time to fill fresh memory of the size of the result is the measure: no result can be had sooner.
//!
//! The allocator of the GNU library keeps memory that was given back, which makes later runs faster than first ones; with
//! `MALLOC_MMAP_THRESHOLD_=1000000` in the environment all memory is fresh in every run.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkGroup, BenchmarkId, Criterion, SamplingMode, Throughput};
use criterion::{criterion_group, criterion_main, measurement::WallTime};
use peerplan::Problem;
use peerplan::flow::Regular;
use peerplan::generate::{Options, generate};
use peerplan::random::{Purpose, Random};
use peerplan::strategy::{Run, by_name};

const SIZES: [u32; 2] = [10_000, 1_000_000];
const REVIEWS: usize = 3;
const GROUP: u32 = 4;
/// Memory beyond 32 MiB is fresh at each allocation.
const ALWAYS_FRESH: usize = 9_000_000;

/// Everybody's group: four who stand side by side, or any four.
fn groups(students: u32, scattered: bool) -> Vec<u32> {
    let mut groups: Vec<u32> = (0..students).map(|student| student / GROUP).collect();
    if scattered {
        Random::new(0, Purpose::Generate).shuffle(&mut groups);
    }
    groups
}

fn measure<T>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, students: u32, mut routine: impl FnMut() -> T) {
    group.bench_function(BenchmarkId::new(name, students), |b| {
        b.iter_batched(|| (), |()| routine(), BatchSize::PerIteration);
    });
}

fn p1_uniform(c: &mut Criterion) {
    let mut group = c.benchmark_group("p1_uniform");
    group.sampling_mode(SamplingMode::Flat).sample_size(20);
    group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2));
    for students in SIZES {
        let reviews = REVIEWS * students as usize;
        group.throughput(Throughput::Elements(reviews as u64));
        measure(&mut group, "fill", students, || {
            let mut result = Vec::with_capacity(reviews.max(ALWAYS_FRESH));
            result.resize(reviews, black_box(1_u32));
            result
        });
        for (place, scattered) in [("side_by_side", false), ("scattered", true)] {
            let groups = groups(students, scattered);
            let regular = || Regular::new(groups.len(), REVIEWS).apart(black_box(&groups), &groups);
            measure(&mut group, &format!("deterministic/{place}"), students, || regular().deterministic());
            let mut random = Random::new(0, Purpose::Regular);
            measure(&mut group, &format!("random/{place}"), students, || regular().random(&mut random));
            let options = Options { students, reviews: 3, group_size: GROUP, ..Options::default() };
            let mut input = generate(&options).expect("options in range");
            for ((student, submission), &group) in input.students.iter_mut().zip(&mut input.submissions).zip(&groups) {
                student.groups = vec![u64::from(group).into()];
                submission.groups = None;
            }
            let problem = Problem::new(&input).expect("a valid course");
            drop(input);
            for name in ["round_robin", "random"] {
                let strategy = by_name(name).expect("listed");
                measure(&mut group, &format!("assign_{name}/{place}"), students, || {
                    strategy.assign(black_box(&problem), &mut Run::new(0)).expect("a course has a valid assignment")
                });
            }
        }
    }
    group.finish();
}

criterion_group!(benches, p1_uniform);
criterion_main!(benches);
