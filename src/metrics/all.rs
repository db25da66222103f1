//! All figures of a plan at once.

use alloc::vec;
use alloc::vec::Vec;

use serde::Serialize;

use super::affinity::AffinityFigures;
use super::bundles::bundle_components;
use super::facts::Facts;
use super::graph::{Components, ReviewGraph};
use super::rows::{key, pair};
use super::sets::Sets;
use super::spread::{Histogram, histogram, jain, ratio, spread};
use crate::input::{Input, ReviewRecord, WorkflowState};
use crate::plan::{OperationRecord, Records, Spread};

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
    /// Reviews that a history row covers.
    pub repeat_pairs: u64,
    /// Unordered pairs of persons who review each other's work.
    pub reciprocal_pairs: u64,
    /// Rings of three persons.
    pub three_cycles: u64,
    /// [Strongly connected components](ReviewGraph::strong_components) of those who review or are reviewed.
    pub strong_components: Components,
    /// [Components](bundle_components) of the handed-in submissions, joined by common reviewers.
    pub bundle_components: Components,
    /// Scores; absent where the input has none.
    pub affinity: Option<AffinityFigures>,
}

/// All figures of a plan for a problem.
///
/// Neither is checked: records that name unknown submissions or persons are left out. Time
/// O((r + n) log (r + n) + c) for r reviews, n students and submissions, and the c steps of
/// [`ReviewGraph::three_cycles`].
#[must_use]
pub fn of(input: &Input, records: &dyn Records) -> Metrics {
    let facts = Facts::new(input);
    let tally = Tally::new(&facts, records);
    let (received, given) = tally.loads(&facts);
    let graph = tally.graph(&facts);
    let reviews = tally.pairs.len() as u64;
    let inside = |sets: &Sets| Share::new(sets.shared(&tally.pairs, input.students.len()), reviews);
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
        repeat_pairs: tally.repeats(&facts),
        reciprocal_pairs: graph.reciprocal_pairs(),
        three_cycles: graph.three_cycles(),
        strong_components: graph.strong_components(),
        bundle_components: tally.bundles(&facts),
        affinity: tally.affinity(&facts),
    }
}

/// The resulting reviews in numbers.
#[derive(Default)]
struct Tally {
    /// (assessor, submission) of the reviews that count, ascending.
    pairs: Vec<(u32, u32)>,
    created: u64,
    deleted: u64,
    kept: u64,
    idle: u64,
}

impl Tally {
    fn new(facts: &Facts<'_>, records: &dyn Records) -> Self {
        let mut tally = Self::default();
        let mut keys = Vec::new();
        let mut add = |record: ReviewRecord<'_>| {
            if let (Some(person), Some(submission)) =
                (facts.person(record.assessor_id), facts.submission(record.asset_id))
            {
                keys.push(key(person, submission));
            }
        };
        for record in records.kept() {
            tally.kept += 1;
            let writer = facts.person(record.assessor_id).is_some_and(|person| facts.reviews(person));
            if writer || record.workflow_state == WorkflowState::Completed {
                add(record);
            } else {
                tally.idle += 1;
            }
        }
        for operation in records.operations() {
            match operation {
                OperationRecord::Create { peer_review, .. } => {
                    tally.created += 1;
                    add(peer_review);
                }
                OperationRecord::Delete { .. } => tally.deleted += 1,
            }
        }
        keys.sort_unstable();
        tally.pairs = keys.into_iter().map(pair).collect();
        tally
    }

    /// Reviews received by each handed-in submission, and given by each student who may review.
    fn loads(&self, facts: &Facts<'_>) -> (Vec<u32>, Vec<u32>) {
        let mut received = vec![0_u32; facts.handed_in.len()];
        let mut given = vec![0_u32; facts.persons as usize];
        for &(person, submission) in &self.pairs {
            received[submission as usize] += 1;
            given[person as usize] += 1;
        }
        (only(received, &facts.handed_in), only(given, &facts.may_review))
    }

    fn graph(&self, facts: &Facts<'_>) -> ReviewGraph {
        let mut arcs = Vec::with_capacity(self.pairs.len());
        for &(person, submission) in &self.pairs {
            arcs.extend(facts.authors(submission).iter().map(|&author| (person, author)));
        }
        ReviewGraph::new(facts.persons, &arcs)
    }

    fn bundles(&self, facts: &Facts<'_>) -> Components {
        let mut places = vec![u32::MAX; facts.handed_in.len()];
        let mut submissions = 0;
        for (place, _) in places.iter_mut().zip(&facts.handed_in).filter(|&(_, &handed_in)| handed_in) {
            *place = submissions;
            submissions += 1;
        }
        let reviews: Vec<(u32, u32)> =
            self.pairs.iter().map(|&(a, submission)| (a, places[submission as usize])).collect();
        bundle_components(facts.persons, submissions, &reviews)
    }

    fn repeats(&self, facts: &Facts<'_>) -> u64 {
        let rows = facts.input.history.iter();
        let mut past: Vec<u64> =
            rows.filter_map(|row| Some(key(facts.person(&row.assessor_id)?, facts.person(&row.user_id)?))).collect();
        if past.is_empty() {
            return 0;
        }
        past.sort_unstable();
        let covered = |&&(person, submission): &&(u32, u32)| {
            let mut authors = facts.authors(submission).iter();
            authors.any(|&author| past.binary_search(&key(person, author)).is_ok())
        };
        self.pairs.iter().filter(covered).count() as u64
    }

    fn affinity(&self, facts: &Facts<'_>) -> Option<AffinityFigures> {
        let input = facts.input;
        if input.is_unscored() {
            return None;
        }
        // For each pair the score; a pair without one has 0.
        let mut scores = vec![0_i64; self.pairs.len()];
        let mut starts = vec![0_usize; facts.persons as usize + 1];
        for &(person, _) in &self.pairs {
            starts[person as usize + 1] += 1;
        }
        for person in 0..facts.persons as usize {
            starts[person + 1] += starts[person];
        }
        let mut note = |person: u32, submission: u32, score: i64| {
            let own = starts[person as usize]..starts[person as usize + 1];
            for (pair, entry) in self.pairs[own.clone()].iter().zip(&mut scores[own]) {
                if pair.1 == submission {
                    *entry = score;
                }
            }
        };
        for row in &input.affinities {
            if let (Some(person), Some(submission)) = (facts.person(&row.assessor_id), facts.submission(&row.asset_id))
            {
                note(person, submission, row.score.0);
            }
        }
        if !input.scores.is_empty() {
            let persons: Vec<_> = input.students.iter().map(|student| facts.person(&student.id)).collect();
            let submissions: Vec<_> = input.submissions.iter().map(|given| facts.submission(&given.id)).collect();
            for row in input.scores.iter() {
                let person = persons.get(row.student as usize).copied().flatten();
                let submission = submissions.get(row.submission as usize).copied().flatten();
                if let (Some(person), Some(submission)) = (person, submission) {
                    note(person, submission, row.score.0);
                }
            }
        }
        let mut sums = vec![0_i64; facts.handed_in.len()];
        let mut total = 0_i128;
        for (&(_, submission), score) in self.pairs.iter().zip(scores) {
            total += i128::from(score);
            sums[submission as usize] = sums[submission as usize].saturating_add(score);
        }
        Some(AffinityFigures::new(only(sums, &facts.handed_in), self.pairs.len() as u64, total))
    }
}

/// The values at places that are marked.
fn only<T>(values: Vec<T>, marked: &[bool]) -> Vec<T> {
    values.into_iter().zip(marked).filter(|&(_, &marked)| marked).map(|(value, _)| value).collect()
}
