//! The figures of the report, each computed again from the listed pairs.

use alloc::vec::Vec;
use core::fmt;

use super::bookkeeping::Counts;
use super::bounds::Tally;
use super::facts::Facts;
use super::index::{at, dense};
use super::marks::Scores;
use super::pairs::{HISTORY, Pairs, SHOULD, SHOULD_NOT};
use super::verdict::Findings;
use crate::plan::{Records, Report, Spread};

/// How far a figure with a fraction may be off, relative to its size where that is above 1.
const TOLERANCE: f64 = 1e-9;

/// Reports each figure that is not what the records give. O(n log n).
///
/// Counts, sums of scores and reciprocal pairs are over all resulting reviews; the spreads leave out reviews that
/// count for nobody. Where records name what the problem does not know, there are no true figures.
pub(super) fn check(facts: &Facts<'_>, found: &Found<'_>, plan: &dyn Records, findings: &mut Findings) {
    if found.records.unknown > 0 {
        return;
    }
    let report = plan.report();
    let expected = found.counts(facts);
    let mut whole = |name: &str, stated: i128, right: i128| {
        if stated != right {
            differs(findings, name, &stated, &right);
        }
    };
    for (name, read) in COUNTS {
        whole(name, i128::from(read(report)), i128::from(read(&expected)));
    }
    let least = found.least(facts);
    whole("affinity/total_units", i128::from(report.affinity.total_units), found.scores.total);
    whole("affinity/min_submission_units", i128::from(report.affinity.min_submission_units), i128::from(least));
    let total = in_ones(found.scores.total);
    let mean = if expected.reviews == 0 { 0.0 } else { total / float(expected.reviews) };
    for (name, stated, right) in [
        ("per_submission/mean", report.per_submission.mean, expected.per_submission.mean),
        ("per_submission/gini", report.per_submission.gini, expected.per_submission.gini),
        ("per_student/mean", report.per_student.mean, expected.per_student.mean),
        ("per_student/gini", report.per_student.gini, expected.per_student.gini),
        ("affinity/total", report.affinity.total, total),
        ("affinity/mean", report.affinity.mean, mean),
        ("affinity/min_submission", report.affinity.min_submission, in_ones(i128::from(least))),
    ] {
        let size = if right.abs() > 1.0 { right.abs() } else { 1.0 };
        // Written so that a figure that is not a number differs.
        let same = (stated - right).abs() <= TOLERANCE * size;
        if !same {
            differs(findings, name, &stated, &right);
        }
    }
}

/// Reads one figure of a report.
type Read = fn(&Report) -> u64;

/// The figures that are counts.
const COUNTS: [(&str, Read); 12] = [
    ("reviews", |report| report.reviews),
    ("created", |report| report.created),
    ("deleted", |report| report.deleted),
    ("kept", |report| report.kept),
    ("per_submission/min", |report| report.per_submission.min),
    ("per_submission/max", |report| report.per_submission.max),
    ("per_student/min", |report| report.per_student.min),
    ("per_student/max", |report| report.per_student.max),
    ("reciprocal_pairs", |report| report.reciprocal_pairs),
    ("repeat_pairs", |report| report.repeat_pairs),
    ("should_met", |report| report.should_met),
    ("should_not_broken", |report| report.should_not_broken),
];

fn differs(findings: &mut Findings, name: &str, stated: &dyn fmt::Display, right: &dyn fmt::Display) {
    findings.add(
        "report_figure",
        format_args!("/report/{name}"),
        format_args!("the report states {name} {stated}; the records give {right}"),
    );
}

/// What the figures are made of.
pub(super) struct Found<'f> {
    pub(super) records: Counts,
    pub(super) pairs: &'f Pairs,
    pub(super) tally: &'f Tally,
    pub(super) scores: &'f Scores,
    pub(super) reciprocal_pairs: u64,
}

impl Found<'_> {
    /// The report without its affinity.
    fn counts(&self, facts: &Facts<'_>) -> Report {
        let mut report = Report {
            created: self.records.created,
            deleted: self.records.deleted,
            kept: self.records.kept,
            reciprocal_pairs: self.reciprocal_pairs,
            ..Report::default()
        };
        for pair in self.pairs.all().iter().filter(|pair| pair.results()) {
            report.reviews += 1;
            report.repeat_pairs += u64::from(pair.is(HISTORY));
            report.should_met += u64::from(pair.is(SHOULD));
            report.should_not_broken += u64::from(pair.is(SHOULD_NOT));
        }
        let (given, received) = (&self.tally.given, &self.tally.received);
        report.per_submission = spread(received, |submission| facts.handed_in(submission));
        report.per_student = spread(given, |person| facts.may_review(person));
        report
    }

    /// The least sum of scores over the reviews of one handed-in submission.
    fn least(&self, facts: &Facts<'_>) -> i64 {
        let sums = self.scores.by_submission.iter().enumerate();
        sums.filter(|(place, _)| facts.handed_in(dense(*place))).map(|(_, &sum)| sum).min().unwrap_or(0)
    }
}

/// The spread of the counts that take part.
fn spread(counts: &[u32], takes_part: impl Fn(u32) -> bool) -> Spread {
    let numbered = (0..dense(counts.len())).filter(|&place| takes_part(place));
    let mut counts: Vec<u32> = numbered.filter_map(|place| counts.get(at(place)).copied()).collect();
    counts.sort_unstable();
    let (Some(&min), Some(&max)) = (counts.first(), counts.last()) else { return Spread::default() };
    let number = i128::from(dense(counts.len()));
    let (mut sum, mut weighted, mut rank) = (0_i128, 0_i128, 0_i128);
    for &count in &counts {
        rank += 1;
        sum += i128::from(count);
        weighted += (2 * rank - number - 1) * i128::from(count);
    }
    Spread {
        min: u64::from(min),
        max: u64::from(max),
        mean: ratio(sum, number),
        gini: if sum == 0 { 0.0 } else { ratio(weighted, number * sum) },
    }
}

#[allow(clippy::cast_precision_loss, reason = "compared with a tolerance")]
fn ratio(part: i128, whole: i128) -> f64 {
    part as f64 / whole as f64
}

#[allow(clippy::cast_precision_loss, reason = "compared with a tolerance")]
fn float(count: u64) -> f64 {
    count as f64
}

/// Units of 10^-6 as a number.
fn in_ones(units: i128) -> f64 {
    ratio(units, 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spreads_are_those_of_the_formula() {
        let all = spread(&[3, 1, 0, 4], |_| true);
        assert_eq!((all.min, all.max), (0, 4));
        assert!((all.mean - 2.0).abs() < 1e-12);
        // (−3·0 − 1·1 + 1·3 + 3·4) / (4·8)
        assert!((all.gini - 14.0 / 32.0).abs() < 1e-12);
        assert_eq!(spread(&[3, 1, 0, 4], |place| place == 1), Spread { min: 1, max: 1, mean: 1.0, gini: 0.0 });
        assert_eq!(spread(&[0, 0], |_| true), Spread::default());
        assert_eq!(spread(&[], |_| true), Spread::default());
    }
}
