//! Why a single pair may or may not be chosen.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use crate::id::Id;
use crate::problem::Problem;

/// What stands for and against a pair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PairExplanation {
    /// Who would review.
    pub assessor_id: Id,
    /// What would be reviewed.
    pub asset_id: Id,
    /// Whether the rules on who may review what allow the pair.
    pub eligible: bool,
    /// Whether it is part of every assignment: completed, kept or a must.
    pub fixed: bool,
    /// The same in words, one sentence each.
    pub sentences: Vec<String>,
}

/// Explains a pair of a student and a submission, by index.
#[must_use]
pub fn pair(problem: &Problem, student: usize, submission: usize) -> PairExplanation {
    let exclusion = problem.exclusion(student, submission);
    let fixed = problem.settled.is_fixed(student, submission);
    let mut sentences = Vec::new();
    match &exclusion {
        Some(exclusion) => sentences.push(format!("the pair is not eligible: {exclusion}")),
        None => sentences.push(String::from("the pair is eligible")),
    }
    if fixed {
        sentences.push("it is part of every plan: completed, kept or a must_review".to_string());
    } else if exclusion.is_none() && problem.blocked_by_fixed(student, submission) {
        sentences.push("the student reviews another copy of the same work in every plan".to_string());
    }
    let gain = problem.gain(student, submission);
    if gain != 0 {
        let word = if gain > 0 { "wished for" } else { "to be avoided" };
        sentences.push(format!("it is {word}, with a weight of {}", gain.unsigned_abs()));
    }
    PairExplanation {
        assessor_id: problem.student_id(student).clone(),
        asset_id: problem.submission_id(submission).clone(),
        eligible: exclusion.is_none(),
        fixed,
        sentences,
    }
}
