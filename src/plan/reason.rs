//! Why a step is taken: by indices in a plan, in words in a plan file.

use core::fmt;

use serde::{Serialize, Serializer};

use super::Step;
use crate::problem::{DimensionName, Exclusion, ExistingReview, Problem, Standing};

/// Why a review is created or deleted; students, submissions and existing reviews by their indices.
///
/// Counts of reviews before leave out those that count for nobody and those that cannot stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// Created: no review exists yet.
    First,
    /// Created: a `must_review` rule asks for it.
    Must,
    /// Created beside an existing review of the submission that is deleted or that nobody will write.
    InPlace {
        /// That review, by its place among [`Problem::existing_reviews`].
        review: u32,
    },
    /// Created: its assessor gives no review yet.
    GivesNone,
    /// Created: its submission has no review yet.
    HasNone,
    /// Created: its submission has too few reviews.
    HasFew {
        /// How many it had before.
        had: u32,
    },
    /// Created: its assessor gives too few reviews.
    GivesFew {
        /// How many there were before.
        gave: u32,
    },
    /// Created: nothing of the above, so received reviews are evened out.
    Evens,
    /// Deleted: its pair is not eligible any more ([`Standing::Void`] tells why).
    Void,
    /// Deleted: unfinished reviews are free to go, and the new assignment has others.
    Replaced,
    /// Deleted: its assessor would give more reviews than allowed.
    GivesMany {
        /// How many there would be, with musts.
        would_give: u32,
    },
    /// Deleted: its submission would have more reviews than allowed.
    HasMany {
        /// How many there would be, with musts.
        would_have: u32,
    },
    /// Deleted: its assessor reviews another copy of the same work.
    OtherCopy {
        /// That copy.
        submission: u32,
    },
    /// Deleted: its submission had more reviews than any has in the result.
    HasMore {
        /// How many it had before.
        had: u32,
        /// The most that any has in the result.
        most: u32,
    },
    /// Deleted: its assessor reviews another submission instead, which had fewer reviews than it gets.
    ForSubmission {
        /// That submission.
        submission: u32,
    },
    /// Deleted: somebody who gave fewer reviews than in the result reviews its submission instead.
    ForStudent {
        /// That student.
        student: u32,
    },
    /// Deleted: all of the rules and goals together ask for it.
    Moved,
}

impl Reason {
    /// The words of reasons that say the same of every step.
    const fn text(self) -> Option<&'static str> {
        Some(match self {
            Self::First => "first allocation",
            Self::Must => "a must_review rule asks for it",
            Self::Evens => "evens out received reviews",
            Self::Replaced => "replaced by the new assignment",
            Self::Moved => "moved so that the rules are kept and received reviews are as even as possible",
            _ => return None,
        })
    }
}

/// The words of a reason, with ids and never with names; put together while they are written.
#[derive(Clone, Copy)]
pub struct Words<'a>(Kind<'a>);

#[derive(Clone, Copy)]
enum Kind<'a> {
    Text(&'a str),
    Told { problem: &'a Problem, step: Step, reason: Reason },
}

impl<'a> Words<'a> {
    /// Words that are there already.
    #[must_use]
    pub const fn new(text: &'a str) -> Self {
        Self(Kind::Text(text))
    }

    pub(super) const fn told(problem: &'a Problem, step: Step, reason: Reason) -> Self {
        match reason.text() {
            Some(text) => Self(Kind::Text(text)),
            None => Self(Kind::Told { problem, step, reason }),
        }
    }

    /// The words, where they need not be put together.
    #[must_use]
    pub const fn as_str(&self) -> Option<&'a str> {
        match self.0 {
            Kind::Text(text) => Some(text),
            Kind::Told { .. } => None,
        }
    }

    /// Whether nothing is said.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self.0, Kind::Text(text) if text.is_empty())
    }
}

impl fmt::Display for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Kind::Text(text) => f.write_str(text),
            Kind::Told { problem, step: Step::Create { student, submission }, reason } => {
                create(f, problem, student as usize, submission as usize, reason)
            }
            Kind::Told { problem, step: Step::Delete { review }, reason } => {
                delete(f, problem, &problem.existing_reviews()[review as usize], reason)
            }
        }
    }
}

impl fmt::Debug for Words<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{self}\"")
    }
}

impl Serialize for Words<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.as_str() {
            Some(text) => serializer.serialize_str(text),
            None => serializer.collect_str(self),
        }
    }
}

fn create(
    f: &mut fmt::Formatter<'_>,
    problem: &Problem,
    student: usize,
    submission: usize,
    reason: Reason,
) -> fmt::Result {
    let (assessor, asset) = (problem.student_id(student), problem.submission_id(submission));
    match reason {
        Reason::InPlace { review } => {
            let review = &problem.existing_reviews()[review as usize];
            let assessor = &review.assessor_id;
            match (&review.standing, review.student) {
                (_, None) => write!(f, "in place of assessor {assessor}, who has left"),
                (Standing::Idle | Standing::Void(Some(Exclusion::CannotReview)), _) => {
                    write!(f, "in place of assessor {assessor}, who may not review any more")
                }
                _ => write!(f, "in place of the review by {assessor}"),
            }
        }
        Reason::GivesNone => write!(f, "assessor {assessor} has no reviews yet"),
        Reason::HasNone => write!(f, "submission {asset} has no reviews yet"),
        Reason::HasFew { had } => {
            write!(f, "submission {asset} has {had} of {} reviews", problem.submission_bound(submission).min)
        }
        Reason::GivesFew { gave } => {
            write!(f, "student {assessor} gives {gave} of {} reviews", problem.student_bound(student).min)
        }
        other => f.write_str(other.text().unwrap_or_default()),
    }
}

fn delete(f: &mut fmt::Formatter<'_>, problem: &Problem, review: &ExistingReview, reason: Reason) -> fmt::Result {
    let (assessor, submission) = (&review.assessor_id, review.submission as usize);
    let asset = problem.submission_id(submission);
    match reason {
        Reason::Void => match (&review.standing, review.student) {
            (Standing::Void(Some(exclusion)), Some(student)) => {
                write!(f, "{}", Excluded { problem, student: student as usize, submission, exclusion })
            }
            _ => write!(f, "assessor {assessor} is not among the students any more"),
        },
        Reason::GivesMany { would_give } => {
            let max = review.student.and_then(|student| problem.student_bound(student as usize).max).unwrap_or(0);
            write!(f, "assessor {assessor} would give {would_give} reviews where at most {max} are allowed")
        }
        Reason::HasMany { would_have } => {
            let max = problem.submission_bound(submission).max.unwrap_or(0);
            write!(f, "submission {asset} would have {would_have} reviews where at most {max} are allowed")
        }
        Reason::OtherCopy { submission } => {
            let copy = problem.submission_id(submission as usize);
            write!(f, "assessor {assessor} reviews another copy of the same work, submission {copy}")
        }
        Reason::HasMore { had, most } => {
            write!(f, "submission {asset} had {had} reviews where the others have at most {most}")
        }
        Reason::ForSubmission { submission } => {
            write!(f, "moved so that submission {} gets its reviews", problem.submission_id(submission as usize))
        }
        Reason::ForStudent { student } => {
            write!(f, "moved so that student {} gives enough reviews", problem.student_id(student as usize))
        }
        other => f.write_str(other.text().unwrap_or_default()),
    }
}

/// Why an existing review cannot stay.
struct Excluded<'a> {
    problem: &'a Problem,
    student: usize,
    submission: usize,
    exclusion: &'a Exclusion,
}

impl fmt::Display for Excluded<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { problem, student, submission, exclusion } = *self;
        let (assessor, asset) = (problem.student_id(student), problem.submission_id(submission));
        match exclusion {
            Exclusion::CannotReview => write!(f, "assessor {assessor} may not review any more"),
            Exclusion::NotHandedIn => write!(f, "submission {asset} does not count as handed in any more"),
            Exclusion::OwnWork => write!(f, "assessor {assessor} is an author of submission {asset} now"),
            Exclusion::NotSame(name) => {
                let [mut of_student, mut of_submission] = problem.values(name, student, submission);
                match (of_student.next(), of_submission.next(), of_submission.next(), name) {
                    // Whoever is in no section, and could review, was in that one.
                    (None, Some(value), None, DimensionName::Section | DimensionName::Group) => {
                        write!(f, "assessor {assessor} has left {name} {value}")
                    }
                    (_, _, _, DimensionName::Label(label)) => {
                        write!(f, "assessor {assessor} and submission {asset} share no {label:?} any more")
                    }
                    _ => write!(f, "assessor {assessor} and submission {asset} share no {name} any more"),
                }
            }
            Exclusion::NotDifferent(name) => {
                let [mut of_student, of_submission] = problem.values(name, student, submission);
                let shared = of_student.find(|value| of_submission.clone().any(|other| other == *value));
                match (name, shared) {
                    (DimensionName::Label(label), Some(value)) => {
                        write!(f, "assessor {assessor} and submission {asset} share the {label:?} {value} now")
                    }
                    (DimensionName::Label(label), None) => {
                        write!(f, "assessor {assessor} and submission {asset} share a {label:?} now")
                    }
                    (_, Some(value)) => {
                        write!(f, "assessor {assessor} and submission {asset} are in the same {name} now, {value}")
                    }
                    (_, None) => write!(f, "assessor {assessor} and submission {asset} are in the same {name} now"),
                }
            }
            Exclusion::MustNot => f.write_str("a must_not_review rule stands against it"),
            Exclusion::History => {
                write!(f, "assessor {assessor} has reviewed an author of submission {asset} before")
            }
            Exclusion::Unscored => write!(f, "assessor {assessor} has no score for submission {asset}"),
        }
    }
}
