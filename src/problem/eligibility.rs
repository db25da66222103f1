//! Who may review what.

use super::Problem;
use super::cards::Few;
use super::dimension::DimensionName;
use crate::input::{Relation, Stance, Unscored};

/// Why a student may not be given a submission: the first of the rules, in the order of the documentation, that
/// says so.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exclusion {
    /// The student may not review.
    CannotReview,
    /// The submission is not handed in, or late where late ones are left out.
    NotHandedIn,
    /// The student is an author of the work.
    OwnWork,
    /// The sets do not intersect where they must.
    NotSame(DimensionName),
    /// The sets intersect where they must not.
    NotDifferent(DimensionName),
    /// A `must_not_review` covers the pair.
    MustNot,
    /// The student has reviewed an author of the work before.
    History,
    /// The pair has no score where it needs one.
    Unscored,
}

impl core::fmt::Display for Exclusion {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::CannotReview => f.write_str("the student may not review"),
            Self::NotHandedIn => f.write_str("the submission does not count as handed in"),
            Self::OwnWork => f.write_str("the student is an author of the work"),
            Self::NotSame(name) => write!(f, "the {name} rule asks for the same, and they share none"),
            Self::NotDifferent(name) => write!(f, "the {name} rule asks for different ones, and they share one"),
            Self::MustNot => f.write_str("a must_not_review rule covers the pair"),
            Self::History => f.write_str("the student has reviewed an author of the work before"),
            Self::Unscored => f.write_str("the pair has no score"),
        }
    }
}

impl Problem {
    /// Whether a student may be given a submission.
    #[must_use]
    pub fn eligible(&self, student: usize, submission: usize) -> bool {
        self.may_review[student] && self.cards.of(submission).is_open() && self.compatible(student, submission)
    }

    /// The rules on the pair itself: all but that the student may review at all and that the submission is handed in,
    /// which may change while reviews are given out on demand.
    pub(crate) fn compatible(&self, student: usize, submission: usize) -> bool {
        if self.is_author(student, submission) {
            return false;
        }
        let card = self.cards.of(submission);
        let related = self.dimensions.iter().enumerate().all(|(place, dimension)| {
            let wanted = match dimension.relation {
                Relation::Same => true,
                Relation::Different => false,
                Relation::Any | Relation::PreferSame | Relation::PreferDifferent => return true,
            };
            let intersects = match card.value(place) {
                Few::None => false,
                Few::One(value) => dimension.students.row(student).contains(&value),
                Few::Several => dimension.intersects(student, submission),
            };
            intersects == wanted
        });
        related
            && !self.pairs.is_forbidden(student, submission)
            && (self.policy.history != Stance::Forbid || !self.pairs.is_repeat(student, submission))
            && (self.policy.unscored != Unscored::Forbid || self.pairs.score(student, submission).is_some())
    }

    /// Why a student may not be given a submission, if so.
    #[must_use]
    pub fn exclusion(&self, student: usize, submission: usize) -> Option<Exclusion> {
        if !self.may_review[student] {
            return Some(Exclusion::CannotReview);
        }
        if !self.handed_in[submission] {
            return Some(Exclusion::NotHandedIn);
        }
        if self.is_author(student, submission) {
            return Some(Exclusion::OwnWork);
        }
        for dimension in self.hard_dimensions() {
            let intersects = dimension.intersects(student, submission);
            if intersects && dimension.relation == Relation::Different {
                return Some(Exclusion::NotDifferent(dimension.name.clone()));
            }
            if !intersects && dimension.relation == Relation::Same {
                return Some(Exclusion::NotSame(dimension.name.clone()));
            }
        }
        if self.pairs.is_forbidden(student, submission) {
            return Some(Exclusion::MustNot);
        }
        if self.policy.history == Stance::Forbid && self.pairs.is_repeat(student, submission) {
            return Some(Exclusion::History);
        }
        if self.policy.unscored == Unscored::Forbid && self.pairs.score(student, submission).is_none() {
            return Some(Exclusion::Unscored);
        }
        None
    }

    /// What a pair adds to the sum of should rules, wishes and history `avoid` when it is chosen.
    #[must_use]
    pub fn gain(&self, student: usize, submission: usize) -> i64 {
        let rules = self.pairs.wish(student, submission).map_or(0, |wish| wish.gain);
        let wishes = self.dimensions.iter().filter(|d| match d.relation {
            Relation::PreferSame => d.intersects(student, submission),
            Relation::PreferDifferent => !d.intersects(student, submission),
            Relation::Any | Relation::Same | Relation::Different => false,
        });
        let repeat = self.policy.history == Stance::Avoid && self.pairs.is_repeat(student, submission);
        rules + i64::try_from(wishes.count()).unwrap_or(i64::MAX) - i64::from(repeat)
    }

    /// Whether a student is an author of the work of a submission.
    #[must_use]
    pub fn is_author(&self, student: usize, submission: usize) -> bool {
        self.authors(submission).iter().any(|&person| person as usize == student)
    }

    fn hard_dimensions(&self) -> impl Iterator<Item = &super::dimension::Dimension> {
        self.dimensions.iter().filter(|d| matches!(d.relation, Relation::Same | Relation::Different))
    }
}
