//! From the figures of single runs to mean and spread.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;

use super::bench::Outcome;
use super::contender::Contender;
use crate::cli::failure::Failure;
use crate::marginals::Marginals;
use crate::metrics::{Metrics, Randomness, price_of_fairness, randomness, share_of_optimum, wilson};
use crate::problem::Problem;
use crate::strategy::Solution;

/// How often each pair was drawn.
pub(super) type Drawn = BTreeMap<(u32, u32), u32>;

/// What one run came to.
pub(super) struct Answer {
    /// Each number of `metrics --json`, by its path.
    figures: Vec<(String, f64)>,
    pub(super) total_units: Option<i64>,
    /// From exact shares, where the strategy tells them.
    randomness: Option<Randomness>,
    pairs: Vec<(u32, u32)>,
}

impl Answer {
    pub(super) fn new(metrics: &Metrics, problem: &Problem, solution: &Solution) -> Result<Self, Failure> {
        let value = serde_json::to_value(metrics).map_err(|error| Failure::Bug(error.to_string()))?;
        let mut figures = Vec::new();
        collect(String::new(), &value, &mut figures);
        let pairs = solution.assignment.pairs().map(|(student, submission)| (number(student), number(submission)));
        Ok(Self {
            figures,
            total_units: metrics.affinity.as_ref().map(|affinity| affinity.total_units),
            randomness: solution.marginals.as_ref().map(|marginals| randomness(marginals, &counted(problem))),
            pairs: pairs.collect(),
        })
    }
}

/// The numbers of a document with their paths. Lists of records and of pairs are no figures, and exact sums in millionths
/// stand beside them as numbers already.
fn collect(path: String, value: &Value, figures: &mut Vec<(String, f64)>) {
    let below = |key: &dyn std::fmt::Display| if path.is_empty() { key.to_string() } else { format!("{path}.{key}") };
    match value {
        Value::Number(number) => figures.extend(number.as_f64().map(|number| (path, number))),
        Value::Object(fields) => {
            for (key, value) in fields.iter().filter(|(key, _)| !key.ends_with("_units")) {
                collect(below(key), value, figures);
            }
        }
        Value::Array(items) => {
            for (place, item) in items.iter().enumerate().filter(|(_, item)| item.is_number()) {
                collect(below(&place), item, figures);
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// The submissions over which randomness is measured.
fn counted(problem: &Problem) -> Vec<bool> {
    (0..problem.submissions()).map(|submission| problem.submission_bound(submission).max != Some(0)).collect()
}

/// A figure over the runs that have it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Statistics {
    /// How many runs have it.
    pub(super) runs: u32,
    pub(super) mean: f64,
    /// The standard deviation of the sample, 0 for one run.
    pub(super) deviation: f64,
    pub(super) min: f64,
    pub(super) max: f64,
}

impl Statistics {
    /// Of values in the order of their seeds; none without values. Each sum is one of IEEE operations in that order.
    fn new(values: &[f64]) -> Option<Self> {
        let &first = values.first()?;
        let runs = number(values.len());
        // Distances from the first value are exact where all are alike.
        let mean = first + values.iter().fold(0.0, |sum, value| sum + (value - first)) / f64::from(runs);
        let squares = values.iter().fold(0.0, |sum, value| sum + (value - mean) * (value - mean));
        let deviation = if runs < 2 { 0.0 } else { (squares / f64::from(runs - 1)).sqrt() };
        let (min, max) = values.iter().fold((first, first), |(min, max), &value| (value.min(min), value.max(max)));
        Some(Self { runs, mean, deviation, min, max })
    }
}

/// How random a strategy is.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Drawing {
    /// Whether the probabilities are exact: told by the strategy with its first seed, or those of certainty where no seed
    /// makes a difference. Else they are frequencies.
    pub(super) exact: bool,
    /// Over how many runs frequencies were counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) draws: Option<u32>,
    #[serde(flatten)]
    pub(super) figures: Randomness,
    /// The 95 % interval of the probability of the most frequent pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) max_probability_interval: Option<(f64, f64)>,
}

/// One strategy.
#[derive(Serialize)]
pub(super) struct Row {
    pub(super) strategy: String,
    /// How many runs there were, and how many of them had no valid plan or no answer.
    pub(super) runs: u32,
    pub(super) infeasible: u32,
    pub(super) undecided: u32,
    /// By the path of the figure in `metrics --json`.
    pub(super) figures: BTreeMap<String, Statistics>,
    pub(super) randomness: Option<Drawing>,
    #[serde(skip)]
    answers: BTreeMap<u32, Answer>,
    #[serde(skip)]
    seeded: bool,
}

impl Row {
    /// A contender with so many runs before it.
    pub(super) fn new(contender: &Contender, runs: u32) -> Self {
        Self {
            strategy: contender.label.clone(),
            runs,
            infeasible: 0,
            undecided: 0,
            figures: BTreeMap::new(),
            randomness: None,
            answers: BTreeMap::new(),
            seeded: contender.strategy.guarantees().seeded,
        }
    }

    /// How many runs made a plan.
    pub(super) fn answered(&self) -> u32 {
        self.runs - self.infeasible - self.undecided
    }

    /// Whether nothing is missing.
    pub(super) fn is_finished(&self) -> bool {
        number(self.answers.len()) == self.answered()
    }

    /// Adds what came of a run; the pairs it chose are counted and forgotten.
    pub(super) fn add(&mut self, seed: u32, outcome: Outcome, drawn: &mut Drawn) {
        match outcome {
            Outcome::Infeasible => self.infeasible += 1,
            Outcome::Undecided => self.undecided += 1,
            Outcome::Answered(mut answer) => {
                for pair in std::mem::take(&mut answer.pairs) {
                    *drawn.entry(pair).or_insert(0) += 1;
                }
                self.answers.insert(seed, *answer);
            }
        }
    }

    /// All runs are in: from single figures to mean and spread.
    pub(super) fn finish(&mut self, optimum: Option<i64>, drawn: &Drawn, problem: &Problem) {
        self.randomness = self.drawing(drawn, problem);
        let mut values: BTreeMap<String, Vec<f64>> = BTreeMap::new();
        let mut add = |name: String, value| values.entry(name).or_default().push(value);
        for answer in std::mem::take(&mut self.answers).into_values() {
            if let (Some(total), Some(optimum)) = (answer.total_units, optimum) {
                for (name, share) in [
                    ("affinity.share_of_optimum", share_of_optimum(total, optimum)),
                    ("affinity.price_of_fairness", price_of_fairness(total, optimum)),
                ] {
                    if let Some(share) = share {
                        add(String::from(name), share);
                    }
                }
            }
            for (name, value) in answer.figures {
                add(name, value);
            }
        }
        self.figures =
            values.into_iter().filter_map(|(name, values)| Some((name, Statistics::new(&values)?))).collect();
    }

    fn drawing(&self, drawn: &Drawn, problem: &Problem) -> Option<Drawing> {
        let (_, first) = self.answers.first_key_value()?;
        if let Some(figures) = first.randomness {
            return Some(Drawing { exact: true, draws: None, figures, max_probability_interval: None });
        }
        let runs = self.answered();
        let shares = drawn.iter().map(|(&(student, submission), &count)| (student, submission, count));
        let counted = counted(problem);
        let figures = randomness(&Marginals::new(runs, shares.collect()), &counted);
        if !self.seeded {
            return Some(Drawing { exact: true, draws: None, figures, max_probability_interval: None });
        }
        let most = drawn.iter().filter(|((_, submission), _)| counted[*submission as usize]).map(|(_, &count)| count);
        let interval = most.max().map(|count| wilson(count, runs));
        Some(Drawing { exact: false, draws: Some(runs), figures, max_probability_interval: interval })
    }
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::{Bound, Demand, Input, Student, Submission};
    use crate::metrics;
    use crate::plan::Plan;
    use crate::strategy::{RandomAssignment, Run, Strategy};

    #[test]
    fn statistics_of_few_values() {
        assert_eq!(Statistics::new(&[]), None);
        let alike = Statistics::new(&[0.1; 7]).expect("values");
        assert_eq!((alike.mean.to_bits(), alike.deviation.to_bits()), (0.1_f64.to_bits(), 0));
        let spread = Statistics::new(&[1.0, 2.0, 6.0]).expect("values");
        assert_eq!(spread, Statistics { runs: 3, mean: 3.0, deviation: 7_f64.sqrt(), min: 1.0, max: 6.0 });
    }

    #[test]
    fn figures_are_the_numbers_of_a_document() {
        let document = serde_json::json!({
            "a": {"count": 2, "total_units": 7, "gini": null}, "lowest": [0.5, 1], "histogram": [[1, 2]], "b": -1.5,
        });
        let mut found = Vec::new();
        collect(String::new(), &document, &mut found);
        let found: Vec<(&str, f64)> = found.iter().map(|(path, value)| (&**path, *value)).collect();
        assert_eq!(found, [("a.count", 2.0), ("b", -1.5), ("lowest.0", 0.5), ("lowest.1", 1.0)]);
    }

    /// Two reviewers, one of whom reviews the only paper.
    fn problem() -> (Input, Problem) {
        let mut input = Input {
            students: vec![Student::new(1), Student::new(2)],
            submissions: vec![Submission::new(11)],
            ..Input::default()
        };
        input.policy.reviews_per_submission = Demand::Within(Bound::exactly(1));
        let problem = Problem::new(&input).expect("no errors");
        (input, problem)
    }

    fn answer(seed: u32, marginals: Option<&Marginals>) -> Outcome {
        let (input, problem) = problem();
        let solution = RandomAssignment.assign(&problem, &mut Run::new(seed.into())).expect("a plan");
        let figures = metrics::of(&input, &problem, &Plan::diff(&problem, &solution).view(&problem));
        let solution = Solution { marginals: marginals.cloned(), ..solution };
        Outcome::Answered(Box::new(Answer::new(&figures, &problem, &solution).expect("numbers")))
    }

    #[test]
    fn a_row_is_finished_when_every_run_is_accounted_for() {
        let mut row = Row::new(&Contender::plain(&RandomAssignment), 4);
        let mut drawn = Drawn::new();
        let outcomes = [(0, Outcome::Undecided), (3, answer(3, None)), (2, Outcome::Infeasible), (1, answer(1, None))];
        for (seed, outcome) in outcomes {
            assert!(!row.is_finished());
            row.add(seed, outcome, &mut drawn);
        }
        assert!(row.is_finished());
        row.finish(None, &drawn, &problem().1);
        assert_eq!((row.answered(), row.undecided, row.infeasible), (2, 1, 1));
        assert_eq!(row.figures["reviews"], Statistics { runs: 2, mean: 1.0, deviation: 0.0, min: 1.0, max: 1.0 });
        assert_eq!(row.randomness.and_then(|drawing| drawing.draws), Some(2));
    }

    fn drawing(marginals: Option<&Marginals>) -> Drawing {
        let (_, problem) = problem();
        let mut row = Row::new(&Contender::plain(&RandomAssignment), 50);
        let mut drawn = Drawn::new();
        for seed in 0..50_u32 {
            assert!(!row.is_finished());
            row.add(seed, answer(seed, marginals), &mut drawn);
        }
        assert!(row.is_finished());
        row.finish(None, &drawn, &problem);
        row.randomness.expect("plans")
    }

    #[test]
    fn probabilities_that_a_strategy_tells_go_before_frequencies() {
        let told = drawing(Some(&Marginals::new(4, vec![(0, 0, 1), (1, 0, 3)])));
        assert!(told.exact && told.draws.is_none() && told.max_probability_interval.is_none());
        assert_eq!(told.figures.max_probability.to_bits(), 0.75_f64.to_bits());
        let counted = drawing(None);
        assert_eq!((counted.exact, counted.draws, counted.figures.support), (false, Some(50), 2));
        let (low, high) = counted.max_probability_interval.expect("an interval");
        assert!(low < counted.figures.max_probability && counted.figures.max_probability < high && low > 0.3);
    }
}
