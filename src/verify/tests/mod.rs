//! A small course with all that plans deal with, a valid plan for it, and figures worked out the slow way.

mod figures;
mod records;
mod rules;
mod together;

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::verify;
use crate::id::{Id, PersonName};
use crate::input::{
    Admission, Affinity, Bound, Demand, Existing, Input, Micros, Past, PeerReview, Rule, RuleKind, RuleTarget, Source,
    StrategyChoice, Student, Submission, WorkflowState,
};
use crate::plan::{AffinityReport, Alternates, Operation, PlanDocument, Report, ShortfallRecord, Side, Spread};

/// A problem and a plan for it.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) input: Input,
    pub(super) plan: PlanDocument,
}

/// An existing review; its id is 9000 and the place in the input.
fn existing(input: &mut Input, assessor: u64, asset: u64, state: WorkflowState) {
    let id = Some(Id::from(9000 + input.peer_reviews.len() as u64));
    let user_id = owner(input, asset);
    let (assessor_id, asset_id) = (Id::from(assessor), Id::from(asset));
    input.peer_reviews.push(PeerReview { id, user_id, assessor_id, asset_id, workflow_state: state });
}

fn owner(input: &Input, asset: u64) -> Option<Id> {
    let id = Id::from(asset);
    input.submissions.iter().find(|submission| submission.id == id).and_then(|submission| submission.user_id.clone())
}

fn rule(kind: RuleKind, assessor: u64, target: RuleTarget) -> Rule {
    Rule { kind, assessor_id: Id::from(assessor), target, weight: 1 }
}

fn asset(id: u64) -> RuleTarget {
    RuleTarget::Asset(Id::from(id))
}

fn user(id: u64) -> RuleTarget {
    RuleTarget::User(Id::from(id))
}

/// Students 1 to 5 may review, 6 may not, 7 has left. Submissions 101 (of 1) and 102 (of 2) are copies of one work,
/// 103, 104, 105 are of 3, 4, 5; 106 of 6 is not handed in. Student 3 has completed 101, the one who left 103; open
/// are 6 → 104 (who will not write it), 4 → 105, 5 → 106 (which is not handed in).
fn course() -> Input {
    let source = Source { course_id: Some(Id::from(8)), ..Source::default() };
    let mut input = Input { source: Some(source), ..Input::default() };
    for (id, section, group) in [(1, 11, 701), (2, 11, 701), (3, 11, 702), (4, 12, 703), (5, 12, 704), (6, 12, 705)] {
        let mut student = Student::new(id);
        student.name = Some(PersonName::new("Secret"));
        student.sections.push(Id::from(section));
        student.groups.push(Id::from(group));
        student.can_review = id != 6;
        input.students.push(student);
        input.submissions.push(Submission::by(100 + id, id));
    }
    input.submissions[0].work_id = Some(Id::from(1));
    input.submissions[1].work_id = Some(Id::from(1));
    input.submissions[5].submitted = false;
    existing(&mut input, 3, 101, WorkflowState::Completed);
    existing(&mut input, 7, 103, WorkflowState::Completed);
    existing(&mut input, 6, 104, WorkflowState::Assigned);
    existing(&mut input, 4, 105, WorkflowState::Assigned);
    existing(&mut input, 5, 106, WorkflowState::Assigned);
    input.policy.existing = Existing::Rebalance;
    input.policy.reviews_per_student = Bound::between(1, 2);
    input.policy.reviews_per_submission = Demand::Within(Bound::between(1, 2));
    input.rules.push(rule(RuleKind::MustReview, 1, asset(103)));
    input.rules.push(rule(RuleKind::MustNotReview, 4, user(1)));
    input.rules.push(rule(RuleKind::ShouldReview, 2, user(4)));
    input.rules.push(rule(RuleKind::ShouldNotReview, 5, asset(102)));
    input.history.push(Past { assessor_id: Id::from(5), user_id: Id::from(1) });
    for (assessor, asset, score) in [(1, 103, 500_000), (3, 101, 250_000), (2, 105, 900_000), (4, 105, -125_000)] {
        let (assessor_id, asset_id) = (Id::from(assessor), Id::from(asset));
        input.affinities.push(Affinity { assessor_id, asset_id, score: Micros(score), limit: None });
    }
    input
}

impl Case {
    /// The course and a valid plan for it under `existing: rebalance`.
    pub(super) fn new() -> Self {
        let mut case = Self { input: course(), plan: empty_plan() };
        case.plan.source.clone_from(&case.input.source);
        for (assessor, asset) in [(2, 104), (1, 103), (5, 102)] {
            case.create(assessor, asset);
        }
        case.delete(2);
        case.delete(4);
        for place in [0, 1, 3] {
            case.keep(place);
        }
        let assessor_ids = [1, 3].map(Id::from).to_vec();
        case.plan.alternates.push(Alternates { asset_id: Id::from(104), assessor_ids });
        case.report();
        case
    }

    /// The course under `existing: keep`, where all existing reviews stay.
    pub(super) fn keeping() -> Self {
        let mut case = Self::new();
        case.input.policy.existing = Existing::Keep;
        case.plan.operations.truncate(3);
        case.keep(2);
        case.keep(4);
        case.report();
        case
    }

    pub(super) fn create(&mut self, assessor: u64, asset: u64) -> &mut PeerReview {
        let review = PeerReview {
            id: None,
            user_id: owner(&self.input, asset),
            assessor_id: Id::from(assessor),
            asset_id: Id::from(asset),
            workflow_state: WorkflowState::Assigned,
        };
        self.stands_by_no_more(assessor);
        // Before the deletes.
        let creates =
            self.plan.operations.iter().filter(|operation| matches!(operation, Operation::Create(..))).count();
        self.plan.operations.insert(creates, Operation::Create(review, String::from("new")));
        self.created(creates)
    }

    /// The review of a create.
    pub(super) fn created(&mut self, place: usize) -> &mut PeerReview {
        match &mut self.plan.operations[place] {
            Operation::Create(review, _) | Operation::Delete(review, _) => review,
        }
    }

    /// Takes a create back.
    pub(super) fn uncreate(&mut self, assessor: u64, asset: u64) {
        let (assessor, asset) = (Id::from(assessor), Id::from(asset));
        self.plan.operations.retain(|operation| match operation {
            Operation::Create(review, _) => review.assessor_id != assessor || review.asset_id != asset,
            Operation::Delete(..) => true,
        });
    }

    pub(super) fn delete(&mut self, place: usize) {
        let review = self.input.peer_reviews[place].clone();
        self.plan.operations.push(Operation::Delete(review, String::from("free to go")));
    }

    pub(super) fn keep(&mut self, place: usize) {
        self.plan.kept.push(self.input.peer_reviews[place].clone());
    }

    /// Adds an existing review.
    pub(super) fn existing(&mut self, assessor: u64, asset: u64, state: WorkflowState) -> usize {
        existing(&mut self.input, assessor, asset, state);
        self.stands_by_no_more(assessor);
        self.input.peer_reviews.len() - 1
    }

    /// Who reviews more has less room to stand by.
    fn stands_by_no_more(&mut self, assessor: u64) {
        for alternates in &mut self.plan.alternates {
            alternates.assessor_ids.retain(|id| *id != Id::from(assessor));
        }
    }

    pub(super) fn shortfall(&mut self, kind: Side, id: u64, wanted: u64, got: u64) {
        self.plan.shortfalls.push(ShortfallRecord { kind, id: Id::from(id), wanted, got, reason: String::new() });
    }

    /// Makes the report true again.
    pub(super) fn report(&mut self) {
        self.plan.report = slow_report(&self.input, &self.plan);
    }

    /// The codes of all violations, each once.
    pub(super) fn codes(&self) -> Vec<&'static str> {
        let verdict = verify(&self.input, &self.plan);
        for violation in &verdict.violations {
            assert!(!violation.message.contains("Secret"), "{violation}");
            assert!(!violation.message.is_empty());
        }
        let codes: BTreeSet<&str> = verdict.violations.iter().map(|violation| violation.code).collect();
        assert_eq!(codes.is_empty(), verdict.valid());
        codes.into_iter().collect()
    }
}

fn empty_plan() -> PlanDocument {
    PlanDocument {
        source: None,
        problem_digest: String::new(),
        generator: String::new(),
        strategy: StrategyChoice::default(),
        operations: Vec::new(),
        kept: Vec::new(),
        shortfalls: Vec::new(),
        report: Report::default(),
        alternates: Vec::new(),
        certificate: None,
    }
}

/// Changes the valid plan of the course (or its problem), makes the report true again, and asserts that the
/// violations have exactly these codes.
#[track_caller]
pub(super) fn expect(codes: &[&str], change: impl FnOnce(&mut Case)) {
    let mut case = Case::new();
    change(&mut case);
    case.report();
    assert_eq!(case.codes(), codes, "{:#?}", verify(&case.input, &case.plan).violations);
}

#[test]
fn the_plans_of_the_course_are_valid() {
    assert!(Case::new().codes().is_empty());
    assert!(Case::keeping().codes().is_empty(), "{:?}", Case::keeping().codes());
    let report = Case::new().plan.report;
    assert_eq!((report.reviews, report.created, report.deleted, report.kept), (6, 3, 2, 3));
    assert_eq!((report.reciprocal_pairs, report.repeat_pairs), (1, 1));
    assert_eq!((report.should_met, report.should_not_broken), (1, 1));
    assert_eq!(report.affinity.total_units, 625_000);
    assert_eq!(report.affinity.min_submission_units, -125_000);
    assert_eq!((report.per_submission.min, report.per_submission.max), (1, 2));
    assert_eq!((report.per_student.min, report.per_student.max), (1, 1));
}

#[test]
fn nothing_at_all_is_valid() {
    let mut case = Case { input: Input::default(), plan: empty_plan() };
    assert!(case.codes().is_empty());
    case.plan.source = Some(Source::default());
    assert!(case.codes().is_empty());
}

/// All figures the slow way: over sets of ids, straight from their definitions.
#[allow(clippy::cast_precision_loss, reason = "small numbers")]
pub(super) fn slow_report(input: &Input, plan: &PlanDocument) -> Report {
    let work = |submission: &Submission| submission.work_id.clone().ok_or(submission.id.clone());
    let mut authors: BTreeMap<_, BTreeSet<Id>> = BTreeMap::new();
    for submission in &input.submissions {
        let own = submission.user_id.iter().chain(&submission.authors).cloned();
        authors.entry(work(submission)).or_default().extend(own);
    }
    let authors_of = |id: &Id| {
        let submission = input.submissions.iter().find(|submission| submission.id == *id);
        submission.and_then(|submission| authors.get(&work(submission))).cloned().unwrap_or_default()
    };
    let late_counts = input.policy.late == Admission::Include;
    let handed: Vec<&Submission> =
        input.submissions.iter().filter(|one| one.submitted && (late_counts || !one.late)).collect();
    let admitted = |id: &Id| {
        input.policy.unsubmitted_reviewers == Admission::Include
            || handed.iter().any(|one| one.user_id.as_ref() == Some(id) || one.authors.contains(id))
    };
    let reviewers: Vec<&Id> =
        input.students.iter().filter(|one| one.can_review && admitted(&one.id)).map(|one| &one.id).collect();
    let mut result: BTreeMap<(Id, Id), bool> = BTreeMap::new();
    let (mut created, mut deleted) = (0, 0);
    for operation in &plan.operations {
        if let Operation::Create(review, _) = operation {
            created += 1;
            let counts = reviewers.contains(&&review.assessor_id);
            result.insert((review.assessor_id.clone(), review.asset_id.clone()), counts);
        } else {
            deleted += 1;
        }
    }
    for review in &plan.kept {
        let counts = review.workflow_state == WorkflowState::Completed || reviewers.contains(&&review.assessor_id);
        result.insert((review.assessor_id.clone(), review.asset_id.clone()), counts);
    }
    let count =
        |part: &dyn Fn(&(Id, Id)) -> bool| result.iter().filter(|(pair, counts)| **counts && part(pair)).count() as u64;
    let covered = |kind: RuleKind, pair: &(Id, Id)| {
        input.rules.iter().filter(|rule| rule.kind == kind && rule.assessor_id == pair.0).any(|rule| {
            match &rule.target {
                RuleTarget::Asset(id) => *id == pair.1,
                RuleTarget::User(id) => authors_of(&pair.1).contains(id),
            }
        })
    };
    let past = |pair: &(Id, Id)| {
        input.history.iter().any(|row| row.assessor_id == pair.0 && authors_of(&pair.1).contains(&row.user_id))
    };
    let edges: BTreeSet<(Id, Id)> = result
        .keys()
        .flat_map(|(assessor, asset)| authors_of(asset).into_iter().map(|author| (assessor.clone(), author)))
        .collect();
    let both = edges.iter().filter(|(one, other)| one < other && edges.contains(&(other.clone(), one.clone())));
    let score = |pair: &(Id, Id)| {
        let row = input.affinities.iter().find(|row| row.assessor_id == pair.0 && row.asset_id == pair.1);
        row.map_or(0, |row| row.score.0)
    };
    let total: i64 = result.keys().map(score).sum();
    let of = |id: &Id| result.keys().filter(|pair| pair.1 == *id).map(score).sum::<i64>();
    let least = handed.iter().map(|one| of(&one.id)).min().unwrap_or(0);
    let reviews = result.len() as u64;
    Report {
        reviews,
        created,
        deleted,
        kept: plan.kept.len() as u64,
        per_submission: slow_spread(&handed.iter().map(|one| count(&|pair| pair.1 == one.id)).collect::<Vec<_>>()),
        per_student: slow_spread(&reviewers.iter().map(|id| count(&|pair| pair.0 == **id)).collect::<Vec<_>>()),
        reciprocal_pairs: both.count() as u64,
        repeat_pairs: result.keys().filter(|pair| past(pair)).count() as u64,
        should_met: result.keys().filter(|pair| covered(RuleKind::ShouldReview, pair)).count() as u64,
        should_not_broken: result.keys().filter(|pair| covered(RuleKind::ShouldNotReview, pair)).count() as u64,
        affinity: AffinityReport {
            total: total as f64 / 1e6,
            total_units: total,
            mean: if reviews == 0 { 0.0 } else { total as f64 / 1e6 / reviews as f64 },
            min_submission: least as f64 / 1e6,
            min_submission_units: least,
        },
        bound: plan.report.bound,
        optimal: plan.report.optimal,
    }
}

/// The Gini coefficient as half the relative mean difference of all ordered pairs.
#[allow(clippy::cast_precision_loss, reason = "small numbers")]
fn slow_spread(counts: &[u64]) -> Spread {
    let (Some(&min), Some(&max)) = (counts.iter().min(), counts.iter().max()) else { return Spread::default() };
    let (number, sum) = (counts.len() as f64, counts.iter().sum::<u64>() as f64);
    let apart: u64 = counts.iter().flat_map(|one| counts.iter().map(|other| one.abs_diff(*other))).sum();
    let gini = if sum > 0.0 { apart as f64 / (2.0 * number * sum) } else { 0.0 };
    Spread { min, max, mean: sum / number, gini }
}
