//! Values of dimensions that must be the same: another section for one student or submission, or two sections together.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::supply::Delta;
use super::edit::{Edit, key};
use super::{Candidate, Finder};
use crate::id::Id;
use crate::input::Relation;
use crate::problem::rows::index;
use crate::problem::{DimensionName, Hindrance};

/// Dimensions of more values are not mingled by twos.
const MINGLED: usize = 1 << 10;

/// Pairs by the value that would allow them.
type ByValue = BTreeMap<u32, Vec<(u32, u32)>>;

impl Finder<'_> {
    /// One value more, in each dimension in turn.
    pub(super) fn values(&mut self) {
        for place in 0..self.problem.dimensions.len() {
            if self.problem.dimensions[place].relation == Relation::Same {
                self.values_of_students(place);
                self.values_of_submissions(place);
                self.two_values(place);
            }
        }
    }

    /// The pairs of a student that only a dimension excludes.
    fn excluded_of_student(&self, place: usize, student: usize) -> Vec<u32> {
        let only =
            |&submission: &usize| self.problem.only_hindrance(student, submission) == Some(Hindrance::Dimension(place));
        (0..self.problem.submissions()).filter(only).map(index).collect()
    }

    fn values_of_students(&mut self, place: usize) {
        let problem = self.problem;
        let dimension = &problem.dimensions[place];
        let mut candidates = Vec::new();
        for student in (0..problem.students()).filter(|&student| self.scope().may_help_student(student)) {
            let mut by_value = ByValue::new();
            for submission in self.excluded_of_student(place, student) {
                for &value in dimension.submissions.row(submission as usize) {
                    by_value.entry(value).or_default().push((index(student), submission));
                }
            }
            let id = problem.student_id(student);
            candidates.extend(self.of_values(place, &by_value, |value, named| {
                let words = format!("let student {id} review in {named} too");
                (words, Edit::StudentValue { student: id.clone(), dimension: key(&dimension.name), value })
            }));
        }
        self.offer_smallest(candidates, |finder, edit| {
            let Edit::StudentValue { student, value, .. } = edit else { return None };
            let student = finder.problem.find_student(student)?;
            let value = finder.value(place, value)?;
            let pairs = finder.excluded_of_student(place, student).into_iter();
            let pairs =
                pairs.filter(|&j| finder.problem.dimensions[place].submissions.row(j as usize).contains(&value));
            Some(finder.freed(&pairs.map(|submission| (index(student), submission)).collect::<Vec<_>>()))
        });
    }

    fn values_of_submissions(&mut self, place: usize) {
        let problem = self.problem;
        let dimension = &problem.dimensions[place];
        let only = |student: usize, submission: usize| {
            problem.only_hindrance(student, submission) == Some(Hindrance::Dimension(place))
        };
        let mut candidates = Vec::new();
        for submission in (0..problem.submissions()).filter(|&submission| self.scope().may_help_submission(submission))
        {
            let mut by_value = ByValue::new();
            for student in (0..problem.students()).filter(|&student| only(student, submission)) {
                for &value in dimension.students.row(student) {
                    by_value.entry(value).or_default().push((index(student), index(submission)));
                }
            }
            let id = problem.submission_id(submission);
            candidates.extend(self.of_values(place, &by_value, |value, named| {
                let words = format!("let {named} review submission {id} too");
                (words, Edit::SubmissionValue { submission: id.clone(), dimension: key(&dimension.name), value })
            }));
        }
        self.offer_smallest(candidates, |finder, edit| {
            let Edit::SubmissionValue { submission, value, .. } = edit else { return None };
            let submission = finder.problem.find_submission(submission)?;
            let value = finder.value(place, value)?;
            let students = (0..finder.problem.students()).filter(|&student| only(student, submission));
            let students = students.filter(|&i| finder.problem.dimensions[place].students.row(i).contains(&value));
            Some(finder.freed(&students.map(|student| (index(student), index(submission))).collect::<Vec<_>>()))
        });
    }

    /// The values that allow pairs enough.
    fn of_values(
        &self,
        place: usize,
        by_value: &ByValue,
        describe: impl Fn(Id, &str) -> (String, Edit),
    ) -> Vec<Candidate> {
        let dimension = &self.problem.dimensions[place];
        let crossing = by_value.iter().filter(|(_, pairs)| self.scope().crossed_by(&self.free(pairs)));
        let candidates = crossing.map(|(&value, pairs)| {
            let id = dimension.values[value as usize].clone();
            let (words, edit) = describe(id.clone(), &named(&dimension.name, &id));
            Candidate { size: pairs.len() as u64, words, edit }
        });
        candidates.collect()
    }

    /// Two values whose students review each other.
    fn two_values(&mut self, place: usize) {
        let problem = self.problem;
        let dimension = &problem.dimensions[place];
        if dimension.values.len() > MINGLED {
            return;
        }
        // What helps begins with a new pair of a student to whom something is left over (or missing).
        let mut twos: BTreeSet<(u32, u32)> = BTreeSet::new();
        for student in (0..problem.students()).filter(|&student| self.scope().may_begin(student)) {
            let excluded = self.excluded_of_student(place, student).into_iter();
            let seen: BTreeSet<u32> = excluded.flat_map(|j| dimension.submissions.row(j as usize)).copied().collect();
            for &own in dimension.students.row(student) {
                twos.extend(seen.iter().map(|&other| (own.min(other), own.max(other))));
            }
        }
        let mut candidates = Vec::new();
        for (one, other) in twos {
            let pairs = self.between(place, one, other);
            if self.scope().crossed_by(&self.free(&pairs)) {
                let values = [one, other].map(|value| dimension.values[value as usize].clone());
                let [a, b] = [0, 1].map(|value: usize| named(&dimension.name, &values[value]));
                let words = format!("let {a} and {b} review each other");
                let edit = Edit::Mingle { dimension: key(&dimension.name), values };
                candidates.push(Candidate { size: pairs.len() as u64, words, edit });
            }
        }
        self.offer_smallest(candidates, |finder, edit| {
            let Edit::Mingle { values: [one, other], .. } = edit else { return None };
            let (one, other) = (finder.value(place, one)?, finder.value(place, other)?);
            Some(finder.freed(&finder.between(place, one, other)))
        });
    }

    /// The pairs that would be eligible if those with one of two values had both.
    fn between(&self, place: usize, one: u32, other: u32) -> Vec<(u32, u32)> {
        let dimension = &self.problem.dimensions[place];
        let either = |values: &[u32]| values.contains(&one) || values.contains(&other);
        let submissions = (0..self.problem.submissions()).filter(|&j| either(dimension.submissions.row(j)));
        let submissions: Vec<usize> = submissions.collect();
        let students = (0..self.problem.students()).filter(|&i| either(dimension.students.row(i)));
        let pairs = students.flat_map(|i| submissions.iter().map(move |&j| (i, j)));
        let only = |&(i, j): &(usize, usize)| self.problem.only_hindrance(i, j) == Some(Hindrance::Dimension(place));
        pairs.filter(only).map(|(i, j)| (index(i), index(j))).collect()
    }

    fn freed(&self, pairs: &[(u32, u32)]) -> Delta {
        Delta { pairs: self.free(pairs), ..Delta::default() }
    }

    fn value(&self, place: usize, id: &Id) -> Option<u32> {
        self.problem.dimensions[place].values.iter().position(|value| value == id).map(index)
    }
}

/// A value in words.
fn named(name: &DimensionName, value: &Id) -> String {
    format!("{name} {value}")
}
