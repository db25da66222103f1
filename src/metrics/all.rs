//! All figures of a plan at once.

use alloc::collections::BTreeMap;
use alloc::string::String;

use serde::Serialize;

use super::affinity::AffinityFigures;
use super::bundles::bundle_components;
use super::canonical::Canonical;
use super::envious::EnvyFigures;
use super::facts::Facts;
use super::graph::Components;
use super::sets::Sets;
use super::spectrum::spectral_gap;
use super::spread::{Histogram, histogram, jain, ratio, spread};
use super::tally::Tally;
use crate::input::Input;
use crate::plan::{Records, Spread};
use crate::problem::Problem;

/// How a count is spread.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Load {
    /// Least, greatest, mean and Gini coefficient.
    #[serde(flatten)]
    pub spread: Spread,
    /// [Jain's index](super::jain()).
    pub jain: f64,
    /// How often each count occurs: (count, times).
    pub histogram: Histogram,
}

impl Load {
    /// The figures of `counts`.
    #[must_use]
    pub fn new(counts: &[u32]) -> Self {
        let histogram = histogram(counts);
        Self { spread: spread(counts), jain: jain(&histogram), histogram }
    }
}

/// So many of so many.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Share {
    /// How many have the property.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// `count / of`; 0 where `of` is 0.
    pub share: f64,
}

impl Share {
    /// `count` of `of`.
    #[must_use]
    pub fn new(count: u64, of: u64) -> Self {
        Self { count, of, share: ratio(count.into(), of.into()) }
    }
}

/// The share of submissions with at least one review, from the number of reviews of each.
#[must_use]
pub fn coverage(received: &[u32]) -> Share {
    Share::new(received.iter().filter(|&&count| count > 0).count() as u64, received.len() as u64)
}

/// The fairness figures of a plan.
///
/// The resulting reviews are those kept and those created. Kept reviews that nobody will write (unfinished, by an
/// assessor who has left or may not review) are counted as `idle` and enter no other figure but `reviews` and `kept`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Metrics {
    /// Resulting reviews.
    pub reviews: u64,
    /// Reviews that exist before the plan.
    pub existing: u64,
    /// Reviews the plan creates.
    pub created: u64,
    /// Reviews the plan deletes.
    pub deleted: u64,
    /// Reviews that stay.
    pub kept: u64,
    /// Reviews that stay and that nobody will write.
    pub idle: u64,
    /// How much the plan changes: created and deleted together.
    pub churn: u64,
    /// Reviews received, over handed-in submissions.
    pub per_submission: Load,
    /// Reviews given, over students who may review.
    pub per_student: Load,
    /// Handed-in submissions with at least one review.
    pub coverage: Share,
    /// Reviews within a section: assessor and submission have one in common.
    pub same_section: Share,
    /// Reviews within a group.
    pub same_group: Share,
    /// Reviews within a label, for each dimension of labels that occurs: assessor and submission have a value in common.
    pub same_label: BTreeMap<String, Share>,
    /// Reviews that a history row covers.
    pub repeat_pairs: u64,
    /// Unordered pairs of persons who review each other's work.
    pub reciprocal_pairs: u64,
    /// Rings of three persons.
    pub three_cycles: u64,
    /// Rings of four persons.
    pub four_cycles: u64,
    /// [Strongly connected components](super::ReviewGraph::strong_components) of those who review or are reviewed.
    pub strong_components: Components,
    /// [Components](bundle_components) of the handed-in submissions, joined by common reviewers.
    pub bundle_components: Components,
    /// The [spectral gap] of the same; absent for fewer than two submissions.
    ///
    /// [spectral gap]: super::spectral_gap
    pub spectral_gap: Option<f64>,
    /// Scores; absent where the input has none.
    pub affinity: Option<AffinityFigures>,
    /// Envy among submissions; absent where the input has no scores.
    pub envy: Option<EnvyFigures>,
}

/// All figures of a plan for a problem; `problem` is `input` compiled.
///
/// The plan is not checked: records that name unknown submissions or persons are left out. Time O((r + n + s) log (r + n) +
/// c + e) for r reviews, n students and submissions, s scores, the c steps of the [rings](super::ReviewGraph::four_cycles) and of
/// the [gap](spectral_gap), and the e of [envy](super::ef1).
#[must_use]
pub fn of(input: &Input, problem: &Problem, records: &dyn Records) -> Metrics {
    let facts = Facts::new(input);
    let tally = Tally::new(&facts, records);
    let (received, given) = tally.loads(&facts);
    let graph = tally.graph(&facts);
    let canonical = Canonical::new(&facts, problem);
    let (submissions, bundles) = canonical.bundles(&tally);
    let reviews = tally.pairs.len() as u64;
    let inside = |sets: &Sets| Share::new(sets.shared(&tally.pairs, input.students.len()), reviews);
    let labels = Sets::label_names(&facts).into_iter();
    Metrics {
        reviews: tally.kept + tally.created,
        existing: input.peer_reviews.len() as u64,
        created: tally.created,
        deleted: tally.deleted,
        kept: tally.kept,
        idle: tally.idle,
        churn: tally.created + tally.deleted,
        per_submission: Load::new(&received),
        per_student: Load::new(&given),
        coverage: coverage(&received),
        same_section: inside(&Sets::sections(&facts)),
        same_group: inside(&Sets::groups(&facts)),
        same_label: labels.map(|name| (name.clone(), inside(&Sets::labels(&facts, name)))).collect(),
        repeat_pairs: tally.repeats(&facts),
        reciprocal_pairs: graph.reciprocal_pairs(),
        three_cycles: graph.three_cycles(),
        four_cycles: graph.four_cycles(),
        strong_components: graph.strong_components(),
        bundle_components: bundle_components(facts.persons, submissions, &bundles),
        spectral_gap: spectral_gap(facts.persons, submissions, &bundles),
        affinity: tally.affinity(&facts),
        envy: EnvyFigures::new(&facts, &canonical, &tally),
    }
}
