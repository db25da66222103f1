//! Who may review what: the six rules, decided for one pair at a time.

use alloc::vec::Vec;
use core::fmt;

use super::facts::Facts;
use super::pairs::{ALTERNATE, COMPLETED, CREATED, HISTORY, KEPT, MUST_NOT, Pair, Pairs, SCORED, ids};
use super::verdict::Findings;
use crate::id::Id;
use crate::input::{Existing, Relation, Stance, Student, Submission, Unscored};

/// Why a pair is not eligible: the first rule that it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason<'a> {
    MayNotReview,
    NotHandedIn,
    OwnWork,
    Relation(Dimension<'a>, Relation),
    MustNot,
    History,
    Unscored,
}

/// A set that students and submissions have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension<'a> {
    Section,
    Group,
    Label(&'a str),
}

impl<'a> Dimension<'a> {
    /// The values of a student.
    pub(super) fn of_student(self, student: &'a Student) -> &'a [Id] {
        match self {
            Self::Section => &student.sections,
            Self::Group => &student.groups,
            Self::Label(label) => student.labels.get(label).map_or(&[], Vec::as_slice),
        }
    }

    /// The values that a submission states itself.
    fn of_submission(self, submission: &'a Submission) -> Option<&'a [Id]> {
        let own = match self {
            Self::Section => submission.sections.as_ref(),
            Self::Group => submission.groups.as_ref(),
            Self::Label(label) => submission.labels.get(label),
        };
        own.map(Vec::as_slice)
    }
}

impl Reason<'_> {
    const fn code(self) -> &'static str {
        match self {
            Self::MayNotReview => "assessor_may_not_review",
            Self::NotHandedIn => "not_handed_in",
            Self::OwnWork => "own_work",
            Self::Relation(..) => "relation_broken",
            Self::MustNot => "must_not_review",
            Self::History => "history_forbidden",
            Self::Unscored => "unscored_pair",
        }
    }
}

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MayNotReview => f.write_str("the assessor may not review"),
            Self::NotHandedIn => f.write_str("the submission does not count as handed in"),
            Self::OwnWork => f.write_str("the assessor is an author of the work"),
            Self::Relation(dimension, relation) => {
                match dimension {
                    Dimension::Section => f.write_str("section")?,
                    Dimension::Group => f.write_str("group")?,
                    Dimension::Label(label) => write!(f, "label {label:?}")?,
                }
                f.write_str(if *relation == Relation::Same { " is not the same" } else { " is not different" })
            }
            Self::MustNot => f.write_str("a must_not_review covers the pair"),
            Self::History => f.write_str("a history row covers the pair"),
            Self::Unscored => f.write_str("the pair has no score"),
        }
    }
}

/// Reports created reviews and alternates that are not eligible, and unfinished reviews that are kept though they are
/// not and need not stay. O(pairs · (log authors + values of the dimensions that matter)).
pub(super) fn check(facts: &Facts<'_>, pairs: &Pairs, findings: &mut Findings) {
    let stays = facts.input.policy.existing == Existing::Keep;
    let dimensions = dimensions(facts);
    for &pair in pairs.all() {
        if pair.is(COMPLETED) || (pair.is(KEPT) && stays) {
            continue;
        }
        let Some(reason) = reason(facts, &dimensions, pair) else { continue };
        let code = match pair.flags & (CREATED | ALTERNATE) {
            CREATED => reason.code(),
            ALTERNATE => "alternate_ineligible",
            _ => "keeps_ineligible",
        };
        let (assessor, asset) = ids(facts, pair);
        findings.add_for(code, pair, format_args!("{}: {reason}", Named(assessor, asset)), assessor, asset);
    }
}

/// An assessor and a submission in a message.
pub(super) struct Named<'a>(pub(super) Option<&'a Id>, pub(super) Option<&'a Id>);

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(assessor) => write!(f, "assessor {assessor}")?,
            None => f.write_str("an assessor who is not listed")?,
        }
        self.1.map_or(Ok(()), |asset| write!(f, ", submission {asset}"))
    }
}

/// The dimensions in which the policy has a hard rule.
fn dimensions<'a>(facts: &Facts<'a>) -> Vec<(Dimension<'a>, Relation)> {
    let policy = &facts.input.policy;
    let named = [(Dimension::Section, policy.section), (Dimension::Group, policy.group)];
    let labels = policy.labels.iter().map(|(label, &relation)| (Dimension::Label(label), relation));
    let hard = |entry: &(Dimension<'a>, Relation)| matches!(entry.1, Relation::Same | Relation::Different);
    named.into_iter().chain(labels).filter(hard).collect()
}

/// The first rule that a pair breaks.
fn reason<'a>(facts: &Facts<'a>, dimensions: &[(Dimension<'a>, Relation)], pair: Pair) -> Option<Reason<'a>> {
    if !facts.may_review(pair.assessor) {
        return Some(Reason::MayNotReview);
    }
    if !facts.handed_in(pair.asset) {
        return Some(Reason::NotHandedIn);
    }
    if facts.authors(pair.asset).binary_search(&pair.assessor).is_ok() {
        return Some(Reason::OwnWork);
    }
    for &(dimension, relation) in dimensions {
        if meet(facts, dimension, pair) != (relation == Relation::Same) {
            return Some(Reason::Relation(dimension, relation));
        }
    }
    let policy = &facts.input.policy;
    if pair.is(MUST_NOT) {
        return Some(Reason::MustNot);
    }
    if policy.history == Stance::Forbid && pair.is(HISTORY) {
        return Some(Reason::History);
    }
    (policy.unscored == Unscored::Forbid && !pair.is(SCORED)).then_some(Reason::Unscored)
}

/// Whether the sets of assessor and submission intersect. A set that the submission does not state itself is the
/// union over the listed authors of the work.
fn meet<'a>(facts: &Facts<'a>, dimension: Dimension<'a>, pair: Pair) -> bool {
    let (Some(student), Some(submission)) = (facts.student(pair.assessor), facts.submission(pair.asset)) else {
        return false;
    };
    let own = dimension.of_student(student);
    if own.is_empty() {
        return false;
    }
    if let Some(stated) = dimension.of_submission(submission) {
        return intersect(own, stated);
    }
    let authors = facts.authors(pair.asset).iter().filter_map(|&author| facts.student(author));
    authors.into_iter().any(|author| intersect(own, dimension.of_student(author)))
}

/// Whether two sets have a value in common.
fn intersect(one: &[Id], other: &[Id]) -> bool {
    if one.len().saturating_mul(other.len()) <= 256 {
        return one.iter().any(|value| other.contains(value));
    }
    let mut sorted: Vec<&Id> = one.iter().collect();
    sorted.sort_unstable();
    other.iter().any(|value| sorted.binary_search(&value).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_intersect_whatever_their_size_and_form() {
        let many: Vec<Id> = (0..300).map(Id::from).collect();
        let text = Id::text("299").expect("not empty");
        assert!(intersect(&many, core::slice::from_ref(&text)));
        assert!(intersect(&many[298..], &[text]));
        assert!(!intersect(&many, &[Id::from(300)]));
        assert!(!intersect(&many, &[]) && !intersect(&[], &[]));
    }
}
