//! Who may review what.

use alloc::vec::Vec;

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

/// A rule that excludes a pair, as it is compiled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hindrance {
    CannotReview,
    NotHandedIn,
    OwnWork,
    /// By the place of the dimension.
    Dimension(usize),
    MustNot,
    History,
    Unscored,
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
        self.hindrances(student, submission).next().map(|hindrance| self.exclusion_by(hindrance))
    }

    /// All rules by which a student may not be given a submission, in their order.
    #[must_use]
    pub fn exclusions(&self, student: usize, submission: usize) -> Vec<Exclusion> {
        self.hindrances(student, submission).map(|hindrance| self.exclusion_by(hindrance)).collect()
    }

    /// The only rule that excludes a pair; none where the pair is eligible or several do.
    pub(crate) fn only_hindrance(&self, student: usize, submission: usize) -> Option<Hindrance> {
        let mut hindrances = self.hindrances(student, submission);
        let first = hindrances.next()?;
        hindrances.next().is_none().then_some(first)
    }

    /// The rules that exclude a pair, in their order, each looked at when it is asked for.
    fn hindrances(&self, student: usize, submission: usize) -> impl Iterator<Item = Hindrance> + '_ {
        let met = |met: bool, hindrance| met.then_some(hindrance);
        let people = (0..3).filter_map(move |rule| match rule {
            0 => met(!self.may_review[student], Hindrance::CannotReview),
            1 => met(!self.handed_in[submission], Hindrance::NotHandedIn),
            _ => met(self.is_author(student, submission), Hindrance::OwnWork),
        });
        let dimensions = self.dimensions.iter().enumerate().filter_map(move |(place, dimension)| {
            let broken = match dimension.relation {
                Relation::Same => !dimension.intersects(student, submission),
                Relation::Different => dimension.intersects(student, submission),
                Relation::Any | Relation::PreferSame | Relation::PreferDifferent => false,
            };
            met(broken, Hindrance::Dimension(place))
        });
        let pairs = (0..3).filter_map(move |rule| match rule {
            0 => met(self.pairs.is_forbidden(student, submission), Hindrance::MustNot),
            1 => {
                let repeat = self.policy.history == Stance::Forbid && self.pairs.is_repeat(student, submission);
                met(repeat, Hindrance::History)
            }
            _ => {
                let unscored = self.policy.unscored == Unscored::Forbid;
                met(unscored && self.pairs.score(student, submission).is_none(), Hindrance::Unscored)
            }
        });
        people.chain(dimensions).chain(pairs)
    }

    fn exclusion_by(&self, hindrance: Hindrance) -> Exclusion {
        match hindrance {
            Hindrance::CannotReview => Exclusion::CannotReview,
            Hindrance::NotHandedIn => Exclusion::NotHandedIn,
            Hindrance::OwnWork => Exclusion::OwnWork,
            Hindrance::Dimension(place) => {
                let dimension = &self.dimensions[place];
                let name = dimension.name.clone();
                if dimension.relation == Relation::Same {
                    Exclusion::NotSame(name)
                } else {
                    Exclusion::NotDifferent(name)
                }
            }
            Hindrance::MustNot => Exclusion::MustNot,
            Hindrance::History => Exclusion::History,
            Hindrance::Unscored => Exclusion::Unscored,
        }
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
}
