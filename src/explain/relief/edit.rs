//! What a relief changes in the input.

use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};

use super::LIMIT;
use crate::id::Id;
use crate::input::{
    Admission, Affinity, Bound, CopyRule, Demand, Existing, Input, Micros, Panel, Reciprocal, Relation, Shortfall,
    Stance, Student, Submission, Unscored,
};
use crate::problem::DimensionName;

/// One change of an input, with all that a program needs to make it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Edit {
    /// Gives a student a bound of its own.
    StudentReviews {
        /// Whose.
        student: Id,
        /// The new bound.
        reviews: Bound,
    },
    /// Gives a submission a bound of its own.
    SubmissionReviews {
        /// Whose.
        submission: Id,
        /// The new bound.
        reviews: Bound,
    },
    /// Sets a value of the policy.
    Policy(Setting),
    /// Removes a rule.
    DropRule {
        /// Its place among the `rules`, from 0.
        rule: usize,
    },
    /// Removes a row of the history.
    DropHistory {
        /// Its place in the `history`, from 0.
        history: usize,
    },
    /// Gives a pair the score 0, so that it is no longer without one.
    Score {
        /// Who may review it then.
        assessor_id: Id,
        /// What may be reviewed.
        asset_id: Id,
    },
    /// Lets a student review: `can_review` becomes true.
    CanReview {
        /// Who.
        student: Id,
    },
    /// Counts a submission as handed in: `submitted` becomes true, `late` false.
    HandedIn {
        /// Which.
        submission: Id,
    },
    /// Gives a student one more value of a dimension. Submissions whose values are those of their authors keep the
    /// values they have.
    StudentValue {
        /// Who.
        student: Id,
        /// `section`, `group` or `labels.NAME`.
        dimension: String,
        /// Which value.
        value: Id,
    },
    /// Gives a submission one more value of a dimension.
    SubmissionValue {
        /// Which.
        submission: Id,
        /// `section`, `group` or `labels.NAME`.
        dimension: String,
        /// Which value.
        value: Id,
    },
    /// Sets the `limit` of the strategy.
    Limit {
        /// How likely pairs without a limit of their own may be then.
        limit: Micros,
    },
    /// Gives all students who have one of two values of a dimension both. Submissions whose values are those of their
    /// authors keep the values they have.
    Mingle {
        /// `section`, `group` or `labels.NAME`.
        dimension: String,
        /// The two values.
        values: [Id; 2],
    },
}

/// A value of the policy that asks for less than before.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Setting {
    /// `reviews_per_student`.
    ReviewsPerStudent(Bound),
    /// `reviews_per_submission`.
    ReviewsPerSubmission(Bound),
    /// `reviews_per_submission` becomes `balanced`.
    Balanced,
    /// `reviews_per_work`.
    ReviewsPerWork(Bound),
    /// `section`, `group` or a label becomes `any`.
    AnyValue(DimensionName),
    /// `same_work_once` becomes false.
    CopiesFree,
    /// `unsubmitted_reviewers` becomes `include`.
    IncludeUnsubmitted,
    /// `late` becomes `include`.
    IncludeLate,
    /// `unscored` becomes `allow`.
    AllowUnscored,
    /// `history` becomes `avoid`.
    AvoidHistory,
    /// `existing` becomes `rebalance`.
    Rebalance,
    /// `reciprocal` becomes `avoid`.
    AvoidReciprocal,
    /// `panel` without one of its rules: what remains.
    Panel(Vec<Panel>),
    /// `shortfall` becomes `partial`.
    Partial,
}

impl Setting {
    /// The key in the policy, as `--set policy.KEY=VALUE` has it.
    #[must_use]
    pub fn key(&self) -> String {
        String::from(match self {
            Self::ReviewsPerStudent(_) => "reviews_per_student",
            Self::ReviewsPerSubmission(_) | Self::Balanced => "reviews_per_submission",
            Self::ReviewsPerWork(_) => "reviews_per_work",
            Self::AnyValue(name) => return key(name),
            Self::CopiesFree => "same_work_once",
            Self::IncludeUnsubmitted => "unsubmitted_reviewers",
            Self::IncludeLate => "late",
            Self::AllowUnscored => "unscored",
            Self::AvoidHistory => "history",
            Self::Rebalance => "existing",
            Self::AvoidReciprocal => "reciprocal",
            Self::Panel(_) => "panel",
            Self::Partial => "shortfall",
        })
    }

    fn apply(&self, input: &mut Input) {
        let policy = &mut input.policy;
        match self {
            Self::ReviewsPerStudent(bound) => policy.reviews_per_student = *bound,
            Self::ReviewsPerSubmission(bound) => policy.reviews_per_submission = Demand::Within(*bound),
            Self::Balanced => policy.reviews_per_submission = Demand::Balanced,
            Self::ReviewsPerWork(bound) => policy.reviews_per_work = Some(*bound),
            Self::AnyValue(DimensionName::Section) => policy.section = Relation::Any,
            Self::AnyValue(DimensionName::Group) => policy.group = Relation::Any,
            Self::AnyValue(DimensionName::Label(label)) => _ = policy.labels.insert(label.clone(), Relation::Any),
            Self::CopiesFree => policy.same_work_once = CopyRule::Free,
            Self::IncludeUnsubmitted => policy.unsubmitted_reviewers = Admission::Include,
            Self::IncludeLate => policy.late = Admission::Include,
            Self::AllowUnscored => policy.unscored = Unscored::Allow,
            Self::AvoidHistory => policy.history = Stance::Avoid,
            Self::Rebalance => policy.existing = Existing::Rebalance,
            Self::AvoidReciprocal => policy.reciprocal = Reciprocal::Avoid,
            Self::Panel(rules) => policy.panel.clone_from(rules),
            Self::Partial => policy.shortfall = Shortfall::Partial,
        }
    }
}

impl Serialize for Setting {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut record = serializer.serialize_struct("Setting", 2)?;
        record.serialize_field("policy", &self.key())?;
        match self {
            Self::ReviewsPerStudent(bound) | Self::ReviewsPerSubmission(bound) | Self::ReviewsPerWork(bound) => {
                record.serialize_field("value", bound)?;
            }
            Self::Balanced => record.serialize_field("value", "balanced")?,
            Self::AnyValue(_) => record.serialize_field("value", "any")?,
            Self::CopiesFree => record.serialize_field("value", &false)?,
            Self::IncludeUnsubmitted | Self::IncludeLate => record.serialize_field("value", "include")?,
            Self::AllowUnscored => record.serialize_field("value", "allow")?,
            Self::AvoidHistory | Self::AvoidReciprocal => record.serialize_field("value", "avoid")?,
            Self::Rebalance => record.serialize_field("value", "rebalance")?,
            Self::Panel(rules) => record.serialize_field("value", rules)?,
            Self::Partial => record.serialize_field("value", "partial")?,
        }
        record.end()
    }
}

impl Edit {
    /// Makes the change. Ids and places that the input does not have are passed over.
    pub fn apply(&self, input: &mut Input) {
        match self {
            Self::StudentReviews { student, reviews } => {
                if let Some(student) = of_student(input, student) {
                    student.reviews = Some(*reviews);
                }
            }
            Self::SubmissionReviews { submission, reviews } => {
                if let Some(submission) = of_submission(input, submission) {
                    submission.reviews = Some(*reviews);
                }
            }
            Self::Policy(setting) => setting.apply(input),
            Self::Limit { limit } => {
                if let Some(choice) = &mut input.strategy {
                    choice.parameters.insert(String::from(LIMIT), *limit);
                }
            }
            Self::DropRule { rule } if *rule < input.rules.len() => _ = input.rules.remove(*rule),
            Self::DropHistory { history } if *history < input.history.len() => _ = input.history.remove(*history),
            Self::DropRule { .. } | Self::DropHistory { .. } => {}
            Self::Score { assessor_id, asset_id } => {
                let (assessor_id, asset_id) = (assessor_id.clone(), asset_id.clone());
                input.affinities.push(Affinity { assessor_id, asset_id, score: Micros(0), limit: None });
            }
            Self::CanReview { student } => {
                if let Some(student) = of_student(input, student) {
                    student.can_review = true;
                }
            }
            Self::HandedIn { submission } => {
                if let Some(submission) = of_submission(input, submission) {
                    (submission.submitted, submission.late) = (true, false);
                }
            }
            Self::StudentValue { student, dimension, value } => {
                write_out(input, dimension);
                if let Some(student) = of_student(input, student) {
                    add(values_of(student, dimension), value);
                }
            }
            Self::SubmissionValue { submission, dimension, value } => {
                write_out(input, dimension);
                if let Some(submission) = of_submission(input, submission) {
                    add(stated(submission, dimension), value);
                }
            }
            Self::Mingle { dimension, values } => {
                write_out(input, dimension);
                for student in &mut input.students {
                    let of_student = values_of(student, dimension);
                    if values.iter().any(|value| of_student.contains(value)) {
                        for value in values {
                            add(of_student, value);
                        }
                    }
                }
            }
        }
    }
}

/// The name of a dimension in edits, as in `--set policy.NAME=any`.
pub(super) fn key(name: &DimensionName) -> String {
    match name {
        DimensionName::Section => String::from("section"),
        DimensionName::Group => String::from("group"),
        DimensionName::Label(label) => format!("labels.{label}"),
    }
}

fn of_student<'a>(input: &'a mut Input, id: &Id) -> Option<&'a mut Student> {
    input.students.iter_mut().find(|student| student.id == *id)
}

fn of_submission<'a>(input: &'a mut Input, id: &Id) -> Option<&'a mut Submission> {
    input.submissions.iter_mut().find(|submission| submission.id == *id)
}

fn add(values: &mut Vec<Id>, value: &Id) {
    if !values.contains(value) {
        values.push(value.clone());
    }
}

fn values_of<'a>(student: &'a mut Student, dimension: &str) -> &'a mut Vec<Id> {
    match dimension.strip_prefix("labels.") {
        Some(label) => student.labels.entry(String::from(label)).or_default(),
        None if dimension == "group" => &mut student.groups,
        None => &mut student.sections,
    }
}

/// The stated values of a submission, which become so if they were not.
fn stated<'a>(submission: &'a mut Submission, dimension: &str) -> &'a mut Vec<Id> {
    match dimension.strip_prefix("labels.") {
        Some(label) => submission.labels.entry(String::from(label)).or_default(),
        None if dimension == "group" => submission.groups.get_or_insert_default(),
        None => submission.sections.get_or_insert_default(),
    }
}

/// Writes the values of a dimension out at all submissions that take them from the authors of their work.
fn write_out(input: &mut Input, dimension: &str) {
    let is_stated = |submission: &Submission| match dimension.strip_prefix("labels.") {
        Some(label) => submission.labels.contains_key(label),
        None if dimension == "group" => submission.groups.is_some(),
        None => submission.sections.is_some(),
    };
    let mut derived: Vec<(usize, Vec<Id>)> = Vec::new();
    let mut students: Vec<(&Id, usize)> =
        input.students.iter().enumerate().map(|(place, student)| (&student.id, place)).collect();
    students.sort_unstable();
    let mut copies: Vec<(Option<&Id>, usize)> =
        input.submissions.iter().enumerate().map(|(place, copy)| (copy.work_id.as_ref(), place)).collect();
    copies.sort_unstable();
    let none: &[Id] = &[];
    for (place, submission) in input.submissions.iter().enumerate().filter(|(_, submission)| !is_stated(submission)) {
        let work = submission.work_id.as_ref();
        let start = copies.partition_point(|&(other, _)| other < work);
        let of_work = copies[start..].iter().take_while(|&&(other, _)| other == work).map(|&(_, place)| place);
        let places: Vec<usize> = if work.is_some() { of_work.collect() } else { alloc::vec![place] };
        let mut values: BTreeSet<&Id> = BTreeSet::new();
        for copy in places.into_iter().map(|place| &input.submissions[place]) {
            for author in copy.user_id.iter().chain(&copy.authors) {
                let Ok(at) = students.binary_search_by_key(&author, |&(id, _)| id) else { continue };
                let student = &input.students[students[at].1];
                values.extend(match dimension.strip_prefix("labels.") {
                    Some(label) => student.labels.get(label).map_or(none, Vec::as_slice),
                    None if dimension == "group" => &student.groups,
                    None => &student.sections,
                });
            }
        }
        derived.push((place, values.into_iter().cloned().collect()));
    }
    for (place, values) in derived {
        *stated(&mut input.submissions[place], dimension) = values;
    }
}
