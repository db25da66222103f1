//! The sides of a contradiction between musts, reviews that stay and other rules: words that name the place of each.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::{self, Display};

use super::Problem;
use super::dimension::{DimensionName, of_student, of_submission};
use super::eligibility::Exclusion;
use super::existing::Standing;
use crate::id::Id;
use crate::input::{Demand, Input, RuleKind, RuleTarget};

/// More places than these are counted.
const LISTED: usize = 5;

/// Places, separated by commas: the first ones, and how many more there are.
pub(super) fn listed(places: impl Iterator<Item = impl Display>) -> String {
    let mut text: Vec<String> = Vec::new();
    let mut more = 0;
    for place in places {
        if text.len() < LISTED { text.push(place.to_string()) } else { more += 1 }
    }
    let text = text.join(", ");
    if more > 0 { alloc::format!("{text} and {more} more") } else { text }
}

/// Words that are put together only where they are kept.
pub(super) struct Lazy<F>(pub(super) F);

impl<F: Fn() -> String> Display for Lazy<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&(self.0)())
    }
}

impl Problem {
    /// What stands against a pair, with its place: the rule, the row of history, the values of either side.
    pub(super) fn against(&self, input: &Input, student: u32, submission: u32, exclusion: &Exclusion) -> String {
        let (i, j) = (student as usize, submission as usize);
        let (assessor, asset) = (self.student_id(i), self.submission_id(j));
        let (place, places) = (self.people.student_places[i], self.people.submission_places[j]);
        match exclusion {
            Exclusion::CannotReview if !self.people.student(input, i).can_review => {
                alloc::format!("{assessor} may not review (/students/{place}/can_review)")
            }
            Exclusion::CannotReview => {
                alloc::format!("{assessor} has not handed in, and so may not review (/policy/unsubmitted_reviewers)")
            }
            Exclusion::NotHandedIn if !self.people.submission(input, j).submitted => {
                alloc::format!("{asset} is not handed in (/submissions/{places}/submitted)")
            }
            Exclusion::NotHandedIn => {
                alloc::format!(
                    "{asset} is late (/submissions/{places}/late), and late ones are left out (/policy/late)"
                )
            }
            Exclusion::OwnWork => {
                let copies = self.people.copies.row(self.work(j) as usize).iter();
                let own = copies.filter(|&&copy| self.people.own_authors.row(copy as usize).contains(&student));
                let own = own.map(|&copy| self.people.submission_places[copy as usize]);
                let own = listed(own.map(|place| alloc::format!("/submissions/{place}")));
                alloc::format!("{assessor} is an author of the work ({own})")
            }
            Exclusion::NotSame(name) => {
                let sets = self.sets(input, name, i, j);
                alloc::format!("{} asks for the same, and they share none: {sets}", Rule(name))
            }
            Exclusion::NotDifferent(name) => {
                let sets = self.sets(input, name, i, j);
                alloc::format!("{} asks for different ones, and they share one: {sets}", Rule(name))
            }
            Exclusion::MustNot => {
                let covers = |target: &RuleTarget| match target {
                    RuleTarget::Asset(id) => id == asset,
                    RuleTarget::User(id) => self.is_work_of(id, j),
                };
                let rules = input.rules.iter().enumerate().filter(|(_, rule)| {
                    rule.kind == RuleKind::MustNotReview && rule.assessor_id == *assessor && covers(&rule.target)
                });
                let rules = listed(rules.map(|(place, _)| alloc::format!("/rules/{place}")));
                alloc::format!("a must_not_review rule covers the pair ({rules})")
            }
            Exclusion::History => {
                let rows = input.history.iter().enumerate();
                let rows = rows.filter(|(_, row)| row.assessor_id == *assessor && self.is_work_of(&row.user_id, j));
                let rows = listed(rows.map(|(place, _)| alloc::format!("/history/{place}")));
                alloc::format!(
                    "{assessor} has reviewed an author of the work before ({rows}), which /policy/history forbids"
                )
            }
            Exclusion::Unscored => String::from("the pair has no score, and /policy/unscored asks for one"),
        }
    }

    /// Whether somebody is an author of the work of a submission.
    fn is_work_of(&self, person: &Id, submission: usize) -> bool {
        let person = self.people.students.find(person).or_else(|| self.people.other(person));
        person.is_some_and(|person| self.authors(submission).contains(&person))
    }

    /// The values of both sides of a pair in a dimension, with their places.
    fn sets(&self, input: &Input, name: &DimensionName, student: usize, submission: usize) -> String {
        let own = of_student(name, self.people.student(input, student));
        let stated = of_submission(name, self.people.submission(input, submission));
        let (place, places) = (self.people.student_places[student], self.people.submission_places[submission]);
        let work = self.people.work_of[submission] as usize;
        let authors = self.people.authors.row(work).iter().filter(|&&person| (person as usize) < self.students());
        let of_authors = || authors.flat_map(|&author| of_student(name, self.people.student(input, author as usize)));
        let (theirs, whose): (Vec<&Id>, _) = match stated {
            Some(ids) => (ids.iter().collect(), ""),
            None => (of_authors().collect(), " by its authors"),
        };
        let values = |ids: &[&Id]| if ids.is_empty() { String::from("none") } else { listed(ids.iter()) };
        alloc::format!(
            "{} has {} (/students/{place}), {} has {}{whose} (/submissions/{places})",
            self.student_id(student),
            values(&own.iter().collect::<Vec<_>>()),
            self.submission_id(submission),
            values(&theirs),
        )
    }

    /// The places of musts that ask for more than what stands, and of reviews that stay, each of those that `concerns`
    /// holds for (by student and submission).
    pub(super) fn sides(&self, concerns: impl Fn(u32, u32) -> bool) -> String {
        let stands = |student: u32, copy: u32| self.settled.is_fixed(student as usize, copy as usize);
        let of_submissions = self.pairs.submission_musts.iter();
        let of_submissions = of_submissions.filter(|must| concerns(must.student, must.target));
        let of_submissions = of_submissions.filter(|must| !stands(must.student, must.target));
        let of_works = self.pairs.work_musts.iter().filter(|must| {
            let copies = self.people.copies.row(must.target as usize);
            copies.iter().any(|&copy| concerns(must.student, copy))
                && !copies.iter().any(|&copy| stands(must.student, copy))
        });
        let mut rules: Vec<u32> =
            of_submissions.map(|must| must.place).chain(of_works.map(|must| must.place)).collect();
        rules.sort_unstable();
        // Somebody who has left is nobody's index.
        let kept = self.settled.reviews.iter().filter(|review| {
            review.standing == Standing::Fixed && concerns(review.student.unwrap_or(u32::MAX), review.submission)
        });
        let mut kept: Vec<u32> = kept.map(|review| review.place).collect();
        kept.sort_unstable();
        let rules = listed(rules.iter().map(|place| alloc::format!("/rules/{place}")));
        let kept = listed(kept.iter().map(|place| alloc::format!("/peer_reviews/{place}")));
        match (rules.is_empty(), kept.is_empty()) {
            (false, false) => alloc::format!("must_review rules ({rules}) and reviews that stay ({kept})"),
            (true, false) => alloc::format!("reviews that stay ({kept})"),
            _ => alloc::format!("must_review rules ({rules})"),
        }
    }

    /// Where the maximum of a student stands.
    pub(super) fn place_of_student_bound(&self, input: &Input, student: u32) -> String {
        match self.people.student(input, student as usize).reviews {
            Some(_) => alloc::format!("/students/{}/reviews", self.people.student_places[student as usize]),
            None => String::from("/policy/reviews_per_student"),
        }
    }

    /// Where the maximum of a submission stands.
    pub(super) fn place_of_submission_bound(&self, input: &Input, submission: u32) -> String {
        let place = self.people.submission_places[submission as usize];
        match (self.people.submission(input, submission as usize).reviews, input.policy.reviews_per_submission) {
            (None, Demand::Within(_)) if self.handed_in[submission as usize] => {
                String::from("/policy/reviews_per_submission")
            }
            _ => alloc::format!("/submissions/{place}"),
        }
    }

    /// What makes a student review another copy of a work: a must, or a review that stays.
    pub(super) fn source_of(&self, musts: &[super::pairs::Must<u32>], student: u32, copy: u32) -> String {
        let review = self.settled.reviews.iter().find(|review| {
            review.standing == Standing::Fixed && review.student == Some(student) && review.submission == copy
        });
        let must = musts.iter().find(|must| (must.student, must.target) == (student, copy));
        match (review, must) {
            (Some(review), _) => alloc::format!("by a review that stays (/peer_reviews/{})", review.place),
            (None, Some(must)) => alloc::format!("by another must (/rules/{})", must.place),
            (None, None) => String::from("already"),
        }
    }

    /// The copies of a work, the maximum of each, and what uses it up.
    pub(super) fn room_of(&self, work: u32, input: &Input) -> String {
        let copies = self.people.copies.row(work as usize);
        let bounds = copies.iter().filter(|&&copy| self.handed_in[copy as usize]).map(|&copy| {
            let max = self.submission_bound(copy as usize).max.unwrap_or(0);
            let (id, place) = (self.submission_id(copy as usize), self.place_of_submission_bound(input, copy));
            alloc::format!("{id} may have {max} ({place})")
        });
        alloc::format!("{}; there are {}", listed(bounds), self.sides(|_, of| copies.contains(&of)))
    }
}

/// The place of the rule for a dimension.
struct Rule<'a>(&'a DimensionName);

impl Display for Rule<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            DimensionName::Section => f.write_str("/policy/section"),
            DimensionName::Group => f.write_str("/policy/group"),
            DimensionName::Label(label) => {
                write!(f, "/policy/labels/{}", label.replace('~', "~0").replace('/', "~1"))
            }
        }
    }
}
