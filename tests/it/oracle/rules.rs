//! What the contract says of single students, submissions and pairs: eligibility, bounds, gain.

use std::collections::BTreeSet;

use peerplan::Id;
use peerplan::input::{
    Admission, Bound, Demand, Input, Labels, Relation, Rule, RuleKind, RuleTarget, Stance, Student, Submission,
    Unscored,
};

/// The rules of one problem, asked one pair at a time and never remembered.
#[derive(Clone, Copy)]
pub(crate) struct Rules<'a> {
    pub(crate) input: &'a Input,
}

impl<'a> Rules<'a> {
    pub(crate) fn student(self, id: &Id) -> Option<&'a Student> {
        self.input.students.iter().find(|student| student.id == *id)
    }

    pub(crate) fn submission(self, id: &Id) -> &'a Submission {
        let found = self.input.submissions.iter().find(|submission| submission.id == *id);
        found.expect("every asset_id names a submission")
    }

    /// The submissions that are copies of one work, in the order of the input; always with `submission` itself.
    pub(crate) fn copies(self, submission: &Submission) -> impl Iterator<Item = &'a Submission> {
        let (id, work) = (submission.id.clone(), submission.work_id.clone());
        self.input.submissions.iter().filter(move |other| other.id == id || (work.is_some() && other.work_id == work))
    }

    /// The first copy stands for the work.
    pub(crate) fn work(self, asset: &Id) -> &'a Id {
        &self.copies(self.submission(asset)).next().expect("a work has a copy").id
    }

    /// The authors of a work are the authors of all its copies.
    pub(crate) fn authors(self, submission: &Submission) -> BTreeSet<Id> {
        self.copies(submission).flat_map(own_authors).cloned().collect()
    }

    /// Rule 1.
    pub(crate) fn may_review(self, student: &Student) -> bool {
        let handed_in = || self.input.submissions.iter().filter(|submission| self.handed_in(submission));
        student.can_review
            && (self.input.policy.unsubmitted_reviewers == Admission::Include
                || handed_in().any(|submission| own_authors(submission).any(|author| *author == student.id)))
    }

    /// Rule 2.
    pub(crate) fn handed_in(self, submission: &Submission) -> bool {
        submission.submitted && !(submission.late && self.input.policy.late == Admission::Exclude)
    }

    /// All six rules.
    pub(crate) fn eligible(self, student: &Student, submission: &Submission) -> bool {
        let policy = &self.input.policy;
        let authors = self.authors(submission);
        let relations = self.relations(student, submission);
        self.may_review(student)
            && self.handed_in(submission)
            && !authors.contains(&student.id)
            && relations.iter().all(|&(relation, intersect)| match relation {
                Relation::Same => intersect,
                Relation::Different => !intersect,
                Relation::Any | Relation::PreferSame | Relation::PreferDifferent => true,
            })
            && !self.covering(RuleKind::MustNotReview, &student.id, submission).any(|_| true)
            && !(policy.history == Stance::Forbid && self.in_history(&student.id, submission))
            && !(policy.unscored == Unscored::Forbid && self.score(&student.id, &submission.id).is_none())
    }

    /// Eligibility of a pair of ids; nobody who is not listed may review.
    pub(crate) fn eligible_pair(self, assessor: &Id, asset: &Id) -> bool {
        self.student(assessor).is_some_and(|student| self.eligible(student, self.submission(asset)))
    }

    /// For sections, groups and every named dimension: what is asked, and whether the sets intersect.
    fn relations(self, student: &Student, submission: &Submission) -> Vec<(Relation, bool)> {
        let policy = &self.input.policy;
        let authors = self.authors(submission);
        let listed = || self.input.students.iter().filter(|student| authors.contains(&student.id));
        let of_authors =
            |set: fn(&Student) -> &Vec<Id>| listed().flat_map(|author| set(author).clone()).collect::<Vec<_>>();

        let sections = submission.sections.clone().unwrap_or_else(|| of_authors(|author| &author.sections));
        let groups = submission.groups.clone().unwrap_or_else(|| of_authors(|author| &author.groups));
        let mut relations = vec![
            (policy.section, intersect(&student.sections, &sections)),
            (policy.group, intersect(&student.groups, &groups)),
        ];
        for (dimension, &relation) in &policy.labels {
            let of_work = submission.labels.get(dimension).cloned().unwrap_or_else(|| {
                listed().flat_map(|author| values(&author.labels, dimension)).cloned().collect::<Vec<_>>()
            });
            relations.push((relation, intersect(values(&student.labels, dimension), &of_work)));
        }
        relations
    }

    /// The rules of one kind that cover a pair: by that submission, or by an author of its work.
    pub(crate) fn covering(
        self,
        kind: RuleKind,
        assessor: &Id,
        submission: &Submission,
    ) -> impl Iterator<Item = &'a Rule> {
        let (assessor, asset, authors) = (assessor.clone(), submission.id.clone(), self.authors(submission));
        self.input.rules.iter().filter(move |rule| {
            rule.kind == kind
                && rule.assessor_id == assessor
                && match &rule.target {
                    RuleTarget::Asset(id) => *id == asset,
                    RuleTarget::User(id) => authors.contains(id),
                }
        })
    }

    fn in_history(self, assessor: &Id, submission: &Submission) -> bool {
        let authors = self.authors(submission);
        self.input.history.iter().any(|row| row.assessor_id == *assessor && authors.contains(&row.user_id))
    }

    /// The score of a pair in 10^-6, where it has one.
    pub(crate) fn score(self, assessor: &Id, asset: &Id) -> Option<i64> {
        let row = self.input.affinities.iter().find(|row| row.assessor_id == *assessor && row.asset_id == *asset);
        row.map(|row| row.score.0)
    }

    /// What a chosen pair adds to the sum of should rules, wishes and history.
    pub(crate) fn gain(self, assessor: &Id, asset: &Id) -> i64 {
        let Some(student) = self.student(assessor) else { return 0 };
        let submission = self.submission(asset);
        let weights = |kind| self.covering(kind, assessor, submission).map(|rule| i64::from(rule.weight)).sum::<i64>();
        let wishes = self.relations(student, submission).into_iter().filter(|&(relation, intersect)| match relation {
            Relation::PreferSame => intersect,
            Relation::PreferDifferent => !intersect,
            Relation::Any | Relation::Same | Relation::Different => false,
        });
        let avoided = self.input.policy.history == Stance::Avoid && self.in_history(assessor, submission);
        weights(RuleKind::ShouldReview) - weights(RuleKind::ShouldNotReview)
            + i64::try_from(wishes.count()).expect("few dimensions")
            - i64::from(avoided)
    }

    /// How many reviews a student gives.
    pub(crate) fn student_bound(self, student: &Student) -> Bound {
        if !self.may_review(student) {
            return Bound::exactly(0);
        }
        student.reviews.unwrap_or(self.input.policy.reviews_per_student)
    }

    /// How many reviews a submission receives. One that is its whole work keeps within the bound on works too.
    pub(crate) fn submission_bound(self, submission: &Submission) -> Bound {
        if !self.handed_in(submission) {
            return Bound::exactly(0);
        }
        let own = submission.reviews.unwrap_or(match self.input.policy.reviews_per_submission {
            Demand::Balanced => Bound::at_least(0),
            Demand::Within(bound) => bound,
        });
        let of_work = self.input.policy.reviews_per_work.filter(|_| self.copies(submission).count() == 1);
        let of_work = of_work.unwrap_or_default();
        let max = match (own.max, of_work.max) {
            (Some(own), Some(of_work)) => Some(own.min(of_work)),
            (own, of_work) => own.or(of_work),
        };
        Bound { min: own.min.max(of_work.min), max }
    }

    /// The bound on all copies of a work together.
    pub(crate) fn work_bound(self) -> Bound {
        self.input.policy.reviews_per_work.unwrap_or_default()
    }

    /// The first copies of the works of several copies that share a bound: one copy at least is handed in.
    pub(crate) fn shared_works(self) -> impl Iterator<Item = &'a Submission> {
        let bounded = self.input.policy.reviews_per_work.is_some();
        self.input.submissions.iter().filter(move |submission| {
            bounded
                && *self.work(&submission.id) == submission.id
                && self.copies(submission).count() > 1
                && self.copies(submission).any(|copy| self.handed_in(copy))
        })
    }
}

/// The authors written at one submission: its owner and the further authors.
fn own_authors(submission: &Submission) -> impl Iterator<Item = &Id> {
    submission.user_id.iter().chain(&submission.authors)
}

pub(crate) fn values<'a>(labels: &'a Labels, dimension: &str) -> &'a [Id] {
    labels.get(dimension).map_or(&[], Vec::as_slice)
}

fn intersect(left: &[Id], right: &[Id]) -> bool {
    left.iter().any(|value| right.contains(value))
}
