//! Conferences made up in the shapes of real ones: what must hold between strategies whatever the scores are.

use peerplan::generate::{Conference, Options, generate};
use peerplan::input::{Bound, Demand, Micros};
use peerplan::plan::Records;
use peerplan::strategy::{Run, Strategy, by_name, registry};
use peerplan::verify::verify;
use peerplan::{Certificate, Input, Plan, Problem, metrics};

use crate::conference::{drawn, expected};

/// A shape of conferences.
struct Shape {
    name: &'static str,
    reviewers: u32,
    papers: u32,
    /// Scores of each paper.
    candidates: u32,
    /// Scores are multiples of this many 10^-6: as coarse as bids, or as fine as computed ones.
    step: i64,
    loads: (u64, u64),
}

const SHAPES: [Shape; 4] = [
    Shape { name: "bids", reviewers: 31, papers: 54, candidates: 31, step: 250_000, loads: (0, 6) },
    Shape { name: "computed", reviewers: 59, papers: 40, candidates: 59, step: 1, loads: (0, 4) },
    Shape { name: "computed, with minima", reviewers: 59, papers: 40, candidates: 59, step: 1, loads: (2, 4) },
    Shape { name: "few bids", reviewers: 67, papers: 150, candidates: 20, step: 250_000, loads: (0, 12) },
];

const REVIEWS: u64 = 3;

fn twin(shape: &Shape, seed: u64) -> Input {
    let conference = Conference {
        submissions: shape.papers,
        candidates: shape.candidates,
        author_percent: 0,
        ..Conference::default()
    };
    let options = Options { students: shape.reviewers, conference: Some(conference), seed, ..Options::default() };
    let mut input = generate(&options).expect("options in range");
    for affinity in &mut input.affinities {
        affinity.score = Micros(affinity.score.0 / shape.step * shape.step);
    }
    input.policy.reviews_per_student = Bound::between(shape.loads.0, shape.loads.1);
    input.policy.reviews_per_submission = Demand::Within(Bound::exactly(REVIEWS));
    input.students.iter_mut().for_each(|student| student.reviews = None);
    input
}

fn twins() -> impl Iterator<Item = (&'static Shape, Input, Problem)> {
    SHAPES.iter().flat_map(|shape| [1, 2].map(|seed| (shape, seed))).map(|(shape, seed)| {
        let input = twin(shape, seed);
        let problem = Problem::new(&input).unwrap_or_else(|found| panic!("{}: {found}", shape.name));
        (shape, input, problem)
    })
}

fn named(name: &str) -> &'static dyn Strategy {
    by_name(name).expect("listed")
}

#[test]
fn no_strategy_has_a_greater_total_or_a_better_worst_than_those_that_look_for_it() {
    for (shape, input, problem) in twins() {
        let best = named("max_affinity").assign(&problem, &mut Run::new(0)).expect("feasible");
        let Some(Certificate::Optimal(proof)) = &best.certificate else { panic!("{}: no proof", shape.name) };
        let worst = named("max_min").assign(&problem, &mut Run::new(0)).expect("feasible");
        let Some(Certificate::WorstOff(worst)) = &worst.certificate else { panic!("{}: no proof", shape.name) };
        assert!(worst.worst_units > 0 && worst.worst_units <= worst.upper_bound_units, "{}", shape.name);
        // A step of the scores at most lies between what is found and what is proven.
        assert!(worst.upper_bound_units - worst.worst_units < shape.step.max(10_000), "{}: {worst:?}", shape.name);
        for strategy in registry() {
            let solution = strategy.assign(&problem, &mut Run::new(3)).expect("feasible");
            let plan = Plan::diff(&problem, &solution);
            let verdict = verify(&input, &plan.view(&problem));
            assert!(verdict.valid(), "{}, {}: {:#?}", shape.name, strategy.name(), verdict.violations);
            let affinity = plan.view(&problem).report().affinity;
            assert!(affinity.total_units <= proof.objective_units, "{}, {}", shape.name, strategy.name());
            assert!(affinity.min_submission_units <= worst.worst_units, "{}, {}", shape.name, strategy.name());
        }
    }
}

#[test]
fn turns_leave_nobody_envious_beyond_one_review() {
    for (shape, input, problem) in twins().filter(|(shape, ..)| shape.loads.0 == 0) {
        for seed in 0..3 {
            let solution = named("fair_sequence").assign(&problem, &mut Run::new(seed)).expect("feasible");
            let figures = metrics::of(&input, &problem, &Plan::diff(&problem, &solution).view(&problem));
            assert_eq!(figures.envy.expect("scores").ef1.count, 0, "{}", shape.name);
        }
    }
}

#[test]
fn limits_cost_less_the_higher_they_are_and_evenness_costs_more() {
    for (shape, _, problem) in twins() {
        let best = named("max_affinity").assign(&problem, &mut Run::new(0)).expect("feasible");
        let Some(Certificate::Optimal(proof)) = &best.certificate else { panic!("{}: no proof", shape.name) };
        // The expected total and the sum of squares of probabilities, as parts of 10^-6.
        let of = |strategy: &str, parameters: &[(&str, i64)]| {
            let marginals = drawn(&problem, strategy, 2, parameters).marginals.expect("drawn by lot");
            let whole = i128::from(marginals.whole());
            let limit = i128::from(parameters[0].1);
            let pairs = || marginals.pairs().iter().map(|&(.., share)| i128::from(share));
            assert!(pairs().all(|share| share * 1_000_000 <= limit * whole), "{}", shape.name);
            let squares: i128 = pairs().map(|share| share * share).sum();
            (expected(&problem, &marginals) / whole, squares * 1_000_000 / (whole * whole))
        };
        let totals = [250_000, 500_000, 750_000, 1_000_000].map(|limit| of("random_limited", &[("limit", limit)]));
        assert_eq!(totals[3].0, i128::from(proof.objective_units), "{}", shape.name);
        for three in totals.windows(3) {
            let [low, middle, high] = [three[0].0, three[1].0, three[2].0];
            assert!(low <= middle && middle <= high, "{}: {totals:?}", shape.name);
            // A mixture of the outer two keeps to the limit between them.
            assert!(2 * middle + 2 >= low + high, "{}: {totals:?}", shape.name);
        }
        let even = of("perturbed", &[("limit", 500_000), ("perturbation", 500_000)]);
        assert!(even.0 <= totals[1].0 && even.1 <= totals[1].1, "{}: {even:?} {totals:?}", shape.name);
    }
}
