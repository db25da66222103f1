//! The difference between what exists and what is wanted, in a safe order.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::grounds::Grounds;
use super::report::report;
use super::shortfalls::shortfalls;
use super::{Alternates, GENERATOR, OperationRecord, Reason, Records, Report, ShortfallRecord, Words};
use crate::certificate::Certificate;
use crate::input::{ReviewRecord, Source, StrategyChoice, WorkflowState};
use crate::problem::rows::{Rows, index};
use crate::problem::{Problem, Standing};
use crate::strategy::{Solution, counts};

/// One step of a plan, by indices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Ask for a review.
    Create {
        /// Who reviews.
        student: u32,
        /// What is reviewed.
        submission: u32,
    },
    /// Take an existing review back.
    Delete {
        /// Its place among [`Problem::existing_reviews`].
        review: u32,
    },
}

/// What is to be done so that the existing reviews become an assignment: indices only; records are rendered while
/// they are written ([`Plan::view`]).
///
/// Steps come submission by submission in canonical order, creates (by student) before deletes: stopping anywhere
/// leaves no submission with fewer reviews than the smaller of its counts before and after.
#[derive(Debug, Clone)]
pub struct Plan {
    pub(super) steps: Vec<Step>,
    /// Places among the existing reviews that stay.
    pub(super) kept: Vec<u32>,
    /// The reason of each step; none where no review exists, and all are for the first time.
    reasons: Vec<Reason>,
    strategy: StrategyChoice,
    shortfalls: Vec<ShortfallRecord>,
    report: Report,
    alternates: Vec<Alternates>,
    certificate: Option<Certificate>,
}

/// What plans for one student who asks name in place of a strategy.
pub const ON_DEMAND: &str = "next";

impl Plan {
    /// The plan that turns the existing reviews into a solution, with the solution's certificate. O(n + m + T log T).
    ///
    /// Where reviews exist, O(T log E) more for the reasons; under `shortfall: partial`, up to 2^26 pairs are looked at
    /// for those of the shortfalls.
    #[must_use]
    pub fn diff(problem: &Problem, solution: &Solution) -> Self {
        let assignment = &solution.assignment;
        let counts = counts(problem, assignment);
        let reviewers = assignment.by_submission(problem.submissions());
        // Reviews on demand are given out one after the other.
        let is_step = solution.strategy.name == ON_DEMAND;
        let mut plan = Self {
            steps: Vec::with_capacity(assignment.len()),
            kept: Vec::new(),
            reasons: Vec::new(),
            strategy: solution.strategy.clone(),
            shortfalls: shortfalls(problem, assignment, &reviewers, &counts, is_step),
            report: Report::default(),
            alternates: Vec::new(),
            certificate: solution.certificate.clone(),
        };
        if problem.existing_reviews().is_empty() {
            let creates = reviewers.entries().map(|(submission, student)| (student, index(submission)));
            plan.steps.extend(creates.map(|(student, submission)| Step::Create { student, submission }));
        } else {
            plan.compare(problem, &reviewers, &Grounds::new(problem, assignment, &reviewers, (&counts.0, &counts.1)));
        }
        plan.report = report(problem, solution, &reviewers, &counts, &plan);
        plan
    }

    /// The plan with those who could step in: for submissions, each listed once, the students in the order in which they
    /// would be asked (see [`alternates`](crate::strategy::alternates)).
    #[must_use]
    pub fn with_alternates(mut self, problem: &Problem, alternates: &[(u32, Vec<u32>)]) -> Self {
        let records = alternates.iter().map(|(submission, students)| Alternates {
            asset_id: problem.submission_id(*submission as usize).clone(),
            assessor_ids: students.iter().map(|&student| problem.student_id(student as usize).clone()).collect(),
        });
        self.alternates = records.collect();
        self
    }

    /// Compares the existing reviews with the assignment, submission by submission.
    fn compare(&mut self, problem: &Problem, reviewers: &Rows<u32>, grounds: &Grounds<'_>) {
        let mut existing = problem.existing_reviews();
        let mut place = 0;
        // Reviews of a submission that nobody will write, and their successors.
        let (mut gone, mut deletes) = (Vec::new(), Vec::new());
        for submission in 0..problem.submissions() {
            let count = existing.iter().take_while(|review| review.submission as usize == submission).count();
            let (here, rest) = existing.split_at(count);
            gone.clear();
            deletes.clear();
            for (review, place) in here.iter().zip(place..) {
                match grounds.delete(review) {
                    Some(reason) => deletes.push((place, reason)),
                    None => self.kept.push(place),
                }
                if !grounds.stays(review) {
                    gone.push((review.standing == Standing::Movable, place));
                }
            }
            // Those who cannot review any more come first.
            gone.sort_unstable();
            let mut gone = gone.iter().map(|&(_, place)| place);
            for &student in reviewers.row(submission) {
                if here.iter().any(|review| review.student == Some(student)) {
                    continue;
                }
                let submission = index(submission);
                let must = grounds.is_must(student, submission);
                let reason = if must { Reason::Must } else { grounds.create(student, submission, gone.next()) };
                self.step(Step::Create { student, submission }, reason);
            }
            for &(review, reason) in &deletes {
                self.step(Step::Delete { review }, reason);
            }
            place += index(count);
            existing = rest;
        }
    }

    fn step(&mut self, step: Step, reason: Reason) {
        self.steps.push(step);
        self.reasons.push(reason);
    }

    /// The steps, in the order in which they are to be done.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Why a step is taken, by its place among the steps; none where there is no such step.
    #[must_use]
    pub fn reason(&self, step: usize) -> Option<Reason> {
        self.steps.get(step)?;
        Some(self.reasons.get(step).copied().unwrap_or(Reason::First))
    }

    /// The figures.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// The minima that are not met.
    #[must_use]
    pub fn shortfalls(&self) -> &[ShortfallRecord] {
        &self.shortfalls
    }

    /// The proof that there is no better plan.
    #[must_use]
    pub const fn certificate(&self) -> Option<&Certificate> {
        self.certificate.as_ref()
    }

    /// The plan as records, rendered as they are asked for.
    #[must_use]
    pub const fn view<'a>(&'a self, problem: &'a Problem) -> PlanView<'a> {
        PlanView { plan: self, problem }
    }
}

/// A plan beside its problem: the records of a plan file.
#[derive(Debug, Clone, Copy)]
pub struct PlanView<'a> {
    plan: &'a Plan,
    problem: &'a Problem,
}

impl<'a> PlanView<'a> {
    /// Whether the reasons of the steps differ: all are the same where no review exists yet.
    #[must_use]
    pub const fn tells_reasons(&self) -> bool {
        !self.plan.reasons.is_empty()
    }

    fn existing(self, place: u32) -> ReviewRecord<'a> {
        let review = &self.problem.existing_reviews()[place as usize];
        ReviewRecord {
            id: review.id.as_ref(),
            user_id: review.user_id.as_ref(),
            assessor_id: &review.assessor_id,
            asset_id: self.problem.submission_id(review.submission as usize),
            workflow_state: review.workflow_state,
        }
    }

    fn step(self, place: usize, step: Step) -> OperationRecord<'a> {
        let reason = self.plan.reasons.get(place).copied().unwrap_or(Reason::First);
        let reason = Words::told(self.problem, step, reason);
        match step {
            Step::Create { student, submission } => OperationRecord::Create {
                peer_review: ReviewRecord {
                    id: None,
                    user_id: self.problem.owner(submission as usize),
                    assessor_id: self.problem.student_id(student as usize),
                    asset_id: self.problem.submission_id(submission as usize),
                    workflow_state: WorkflowState::Assigned,
                },
                reason,
            },
            Step::Delete { review } => OperationRecord::Delete { peer_review: self.existing(review), reason },
        }
    }
}

impl Records for PlanView<'_> {
    fn source(&self) -> Option<&Source> {
        self.problem.source()
    }
    fn problem_digest(&self) -> &str {
        self.problem.digest()
    }
    fn generator(&self) -> &str {
        GENERATOR
    }
    fn strategy(&self) -> &StrategyChoice {
        &self.plan.strategy
    }
    fn operations(&self) -> Box<dyn Iterator<Item = OperationRecord<'_>> + '_> {
        Box::new(self.plan.steps.iter().enumerate().map(|(place, &step)| self.step(place, step)))
    }
    fn kept(&self) -> Box<dyn Iterator<Item = ReviewRecord<'_>> + '_> {
        Box::new(self.plan.kept.iter().map(|&place| self.existing(place)))
    }
    fn shortfalls(&self) -> &[ShortfallRecord] {
        &self.plan.shortfalls
    }
    fn report(&self) -> &Report {
        &self.plan.report
    }
    fn alternates(&self) -> &[Alternates] {
        &self.plan.alternates
    }
    fn certificate(&self) -> Option<&Certificate> {
        self.plan.certificate.as_ref()
    }
}
