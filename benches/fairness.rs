//! What strategies that look at scores take, from the compiled problem to the assignment: conferences of the size of a
//! workshop, of one whose scores are nearly all stated, and of a large one with a few scores for each paper.

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, SamplingMode, criterion_group, criterion_main};
use peerplan::Problem;
use peerplan::generate::{Conference, Options, generate};
use peerplan::input::{Micros, StrategyChoice};
use peerplan::strategy::{Run, by_name};

/// Name, reviewers, papers, and scores of each paper.
const CONFERENCES: [(&str, u32, u32, u32); 3] =
    [("177x118", 177, 118, 177), ("201x613", 201, 613, 200), ("2000x2000", 2_000, 2_000, 60)];

/// Strategies with their parameters, in 10^-6.
const STRATEGIES: [(&str, &[(&str, i64)]); 6] = [
    ("max_affinity", &[]),
    ("max_min", &[]),
    ("fair_flow", &[]),
    ("fair_sequence", &[]),
    ("random_limited", &[("limit", 500_000)]),
    ("perturbed", &[("limit", 800_000), ("perturbation", 500_000)]),
];

fn conference(reviewers: u32, papers: u32, candidates: u32) -> Problem {
    let conference = Conference { submissions: papers, candidates, ..Conference::default() };
    let options = Options { students: reviewers, conference: Some(conference), seed: 1, ..Options::default() };
    Problem::new(&generate(&options).expect("options in range")).expect("sound")
}

fn fairness(c: &mut Criterion) {
    for (strategy, parameters) in STRATEGIES {
        let mut group = c.benchmark_group(strategy);
        group.sample_size(10).sampling_mode(SamplingMode::Flat);
        group.warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(5));
        let parameters = parameters.iter().map(|&(name, value)| (name.to_owned(), Micros(value))).collect();
        let choice = StrategyChoice { name: strategy.to_owned(), seed: 1, parameters };
        let strategy = by_name(strategy).expect("a strategy of the registry");
        for (name, reviewers, papers, candidates) in CONFERENCES {
            let problem = conference(reviewers, papers, candidates);
            group.bench_function(BenchmarkId::from_parameter(name), |b| {
                b.iter(|| strategy.assign(black_box(&problem), &mut Run::of(&choice)).expect("feasible"));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, fairness);
criterion_main!(benches);
