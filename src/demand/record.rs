//! What stands, as records with ids: enough to go on later, or with another problem.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Serialize, Serializer};

use super::{Demand, Held, HeldState};
use crate::id::Id;
use crate::problem::Problem;
use crate::problem::rows::index;

/// The state of a [`Demand`]: with the same problem it gives the same answers from here on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DemandRecord {
    /// The digest of the problem.
    pub problem_digest: String,
    /// What decides between equals.
    pub seed: u64,
    /// All students, in canonical order.
    pub students: Vec<StudentRecord>,
    /// All submissions, in canonical order.
    pub submissions: Vec<SubmissionRecord>,
    /// The reviews of students that stand, by student and submission.
    pub reviews: Vec<LeaseRecord>,
}

/// A student, and whether he has left.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StudentRecord {
    /// Who.
    pub id: Id,
    /// Whether he has not left.
    pub present: bool,
}

/// A submission, and since when it waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SubmissionRecord {
    /// Which.
    pub id: Id,
    /// Whether it may be given out.
    pub handed_in: bool,
    /// When it came.
    pub arrival: i64,
}

/// A review that stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeaseRecord {
    /// Who reviews.
    pub assessor_id: Id,
    /// What is reviewed.
    pub asset_id: Id,
    /// How far it is: `"leased"` or `"finished"`.
    #[serde(rename = "state", serialize_with = "word")]
    pub finished: bool,
    /// When the lease ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "the signature serde asks for")]
fn word<S: Serializer>(finished: &bool, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(if *finished { "finished" } else { "leased" })
}

/// Why a record cannot be used with a problem.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RestoreError {
    /// It was made with another problem, or another state of it.
    #[error("the record was made with another problem, or another state of it")]
    OtherProblem,
    /// It names a student or a submission that the problem does not know.
    #[error("the record names {0}, which the problem does not know")]
    UnknownId(Id),
    /// The problem has a rule that cannot be kept on demand.
    #[error(transparent)]
    Unsupported(#[from] super::Unsupported),
    /// It names a student, a submission or a review twice.
    #[error("the record names {0} twice in one list")]
    Twice(Id),
}

impl DemandRecord {
    /// Goes on where the record was made.
    ///
    /// # Errors
    /// [`RestoreError::OtherProblem`] where the problem has another digest; the others of [`transfer`](Self::transfer).
    pub fn restore<'p>(&self, problem: &'p Problem) -> Result<Demand<'p>, RestoreError> {
        if self.problem_digest != problem.digest() {
            return Err(RestoreError::OtherProblem);
        }
        self.transfer(problem, |_| 0)
    }

    /// Goes on with another problem, such as one with students and submissions that came later. Who is in the record
    /// is taken from there; for others `arrival` tells when a submission came, and what exists is taken from the
    /// problem.
    ///
    /// # Errors
    /// The record names somebody or something unknown, or something twice.
    pub fn transfer<'p>(
        &self,
        problem: &'p Problem,
        arrival: impl Fn(usize) -> i64,
    ) -> Result<Demand<'p>, RestoreError> {
        super::Unsupported::check(problem)?;
        let mut known = alloc::vec![false; problem.students()];
        let mut present = alloc::vec![true; problem.students()];
        for student in &self.students {
            let place = find(problem.find_student(&student.id), &student.id)?;
            once(&mut known, place, &student.id)?;
            present[place] = student.present;
        }
        let mut seen = alloc::vec![false; problem.submissions()];
        let mut open: Vec<bool> = (0..problem.submissions()).map(|place| problem.is_handed_in(place)).collect();
        let mut arrivals: Vec<i64> = (0..problem.submissions()).map(arrival).collect();
        for submission in &self.submissions {
            let place = find(problem.find_submission(&submission.id), &submission.id)?;
            once(&mut seen, place, &submission.id)?;
            open[place] = submission.handed_in;
            arrivals[place] = submission.arrival;
        }
        let mut held = super::standing_in(problem);
        for (held, _) in held.iter_mut().zip(&known).filter(|(_, known)| **known) {
            held.clear();
        }
        for review in &self.reviews {
            let student = find(problem.find_student(&review.assessor_id), &review.assessor_id)?;
            let submission = index(find(problem.find_submission(&review.asset_id), &review.asset_id)?);
            if held[student].iter().any(|held| held.submission == submission) {
                return Err(RestoreError::Twice(review.asset_id.clone()));
            }
            let state = if review.finished { HeldState::Finished } else { HeldState::Leased(review.until) };
            held[student].push(Held { submission, state });
        }
        Ok(Demand::assemble(problem, self.seed, present, open, arrivals, held))
    }
}

fn find(place: Option<usize>, id: &Id) -> Result<usize, RestoreError> {
    place.ok_or_else(|| RestoreError::UnknownId(id.clone()))
}

fn once(seen: &mut [bool], place: usize, id: &Id) -> Result<(), RestoreError> {
    if core::mem::replace(&mut seen[place], true) { Err(RestoreError::Twice(id.clone())) } else { Ok(()) }
}

impl Demand<'_> {
    /// The state as records.
    #[must_use]
    pub fn record(&self) -> DemandRecord {
        let problem = self.problem;
        let mut reviews = Vec::new();
        for (student, held) in self.held.iter().enumerate() {
            let mut held = held.clone();
            held.sort_unstable();
            reviews.extend(held.into_iter().map(|Held { submission, state }| LeaseRecord {
                assessor_id: problem.student_id(student).clone(),
                asset_id: problem.submission_id(submission as usize).clone(),
                finished: state == HeldState::Finished,
                until: if let HeldState::Leased(until) = state { until } else { None },
            }));
        }
        let students = self.present.iter().enumerate();
        let submissions = self.open.iter().zip(&self.arrival).enumerate();
        DemandRecord {
            problem_digest: String::from(problem.digest()),
            seed: self.seed,
            students: students
                .map(|(place, &present)| StudentRecord { id: problem.student_id(place).clone(), present })
                .collect(),
            submissions: submissions
                .map(|(place, (&handed_in, &arrival))| SubmissionRecord {
                    id: problem.submission_id(place).clone(),
                    handed_in,
                    arrival,
                })
                .collect(),
            reviews,
        }
    }
}
