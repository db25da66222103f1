//! The numbers that stand in a certificate, read against the input.

use alloc::vec::Vec;
use core::fmt;

use super::facts::Facts;
use super::index::{Index, Rows, at, dense};
use super::verdict::{Findings, Place};
use crate::certificate::{Dual, WorkDual};
use crate::id::Id;
use crate::input::CopyRule;

/// The numbers of a certificate, by dense numbers.
pub(super) struct Numbers {
    pub(super) students: Vec<i64>,
    pub(super) submissions: Vec<i64>,
    /// Student, work and number, sorted.
    pub(super) works: Vec<(u32, u32, i64)>,
}

impl Numbers {
    /// Reads a certificate and reports what it names wrongly; none where it does.
    pub(super) fn read(
        facts: &Facts<'_>,
        copies: &Rows,
        (students, submissions, works): (&[Dual], &[Dual], &[WorkDual]),
        findings: &mut Findings,
    ) -> Option<Self> {
        let mut reader = Reader { facts, findings, sound: true };
        let students = reader.duals("certificate/student_duals", students, facts.persons.len(), |id| {
            let person = facts.find_student(id)?;
            Some((person, &facts.student(person)?.id, facts.student_bound(person).max.is_some()))
        });
        let submissions = reader.duals("certificate/submission_duals", submissions, facts.submissions.len(), |id| {
            let submission = facts.submissions.find(id)?;
            let limited = facts.submission_bound(submission).max.is_some();
            Some((submission, &facts.submission(submission)?.id, limited))
        });
        let works = reader.work_duals(copies, works);
        reader.sound.then_some(Self { students, submissions, works })
    }
}

pub(super) struct Reader<'r, 'a> {
    pub(super) facts: &'r Facts<'a>,
    pub(super) findings: &'r mut Findings,
    /// Whether nothing was found so far that keeps the numbers from being added up.
    pub(super) sound: bool,
}

impl<'a> Reader<'_, 'a> {
    /// The numbers of all students or all submissions; 0 where none is given. `find` tells who is meant, how the id is
    /// written in the problem, and whether a number may be above 0.
    pub(super) fn duals(
        &mut self,
        list: &'static str,
        duals: &[Dual],
        length: usize,
        find: impl Fn(&Id) -> Option<(u32, &'a Id, bool)>,
    ) -> Vec<i64> {
        let mut values = alloc::vec![0; length];
        let mut given = alloc::vec![false; length];
        for (place, Dual { id, value }) in duals.iter().enumerate() {
            let place = Place(list, place);
            let Some((dense, written, limited)) = find(id) else {
                self.refuse("certificate_unknown", place, format_args!("the problem knows no {id}"));
                continue;
            };
            self.check_form(place, id, written);
            if given.get_mut(at(dense)).is_some_and(|given| core::mem::replace(given, true)) {
                self.refuse("certificate_twice", place, format_args!("{id} has a number already"));
            }
            if *value > 0 && !limited {
                self.refuse(
                    "certificate_sign",
                    place,
                    format_args!("{id} has no maximum, so {value} must not be above 0"),
                );
            }
            if let Some(entry) = values.get_mut(at(dense)) {
                *entry = *value;
            }
        }
        values
    }

    /// The numbers for a student and a work, sorted.
    fn work_duals(&mut self, copies: &Rows, duals: &[WorkDual]) -> Vec<(u32, u32, i64)> {
        let facts = self.facts;
        if duals.is_empty() {
            return Vec::new();
        }
        let stated = |submission| Some((facts.submission(submission)?.work_id.as_ref()?, facts.work(submission)));
        let named = || (0..dense(facts.submissions.len())).filter_map(stated);
        let ids = Index::new(named().map(|(id, _)| id));
        let mut works = alloc::vec![None; ids.len()];
        for (id, work) in named() {
            if let Some(entry) = ids.find(id).and_then(|rank| works.get_mut(at(rank))) {
                entry.get_or_insert((id, work));
            }
        }
        let mut values = Vec::with_capacity(duals.len());
        for (place, dual) in duals.iter().enumerate() {
            let place = Place("certificate/work_duals", place);
            let (assessor_id, work_id, value) = (&dual.assessor_id, &dual.work_id, dual.value);
            let person = facts.find_student(assessor_id);
            let work = ids.find(work_id).and_then(|rank| works.get(at(rank)).copied().flatten());
            let Some((person, (written, work))) = person.zip(work) else {
                let message = format_args!("the problem knows no student {assessor_id} or no work {work_id}");
                self.refuse("certificate_unknown", place, message);
                continue;
            };
            self.check_form(place, work_id, written);
            if let Some(student) = facts.student(person) {
                self.check_form(place, assessor_id, &student.id);
            }
            if facts.input.policy.same_work_once == CopyRule::Free || copies.row(work).len() < 2 {
                let message = format_args!("{work_id} has no copies, or they may all be reviewed by one student");
                self.refuse("certificate_work", place, message);
            }
            if value < 0 {
                self.refuse("certificate_sign", place, format_args!("{value} is below 0"));
            }
            values.push((person, work, value));
        }
        values.sort_unstable();
        let twice = values.iter().zip(values.iter().skip(1)).any(|(one, next)| (one.0, one.1) == (next.0, next.1));
        if twice {
            self.refuse("certificate_twice", "/certificate/work_duals", "a student and a work have two numbers");
        }
        values
    }

    fn check_form(&mut self, place: Place, id: &Id, written: &Id) {
        if !id.same_form(written) {
            self.findings.add("id_form", place, format_args!("{id} is not written as in the problem"));
        }
    }

    pub(super) fn refuse(&mut self, code: &'static str, place: impl fmt::Display, message: impl fmt::Display) {
        self.sound = false;
        self.findings.add(code, place, message);
    }
}
