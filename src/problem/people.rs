//! Students, submissions, works and their authors as dense indices.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::ids::{IdIndex, check_form};
use super::rows::{Rows, index};
use crate::diagnostic::Diagnostics;
use crate::id::Id;
use crate::input::{Input, Student, Submission};

/// Who and what there is.
///
/// A *person* is a student or an author: the students come first, in canonical order, then the authors who are not
/// listed students. A *work* is numbered by its first copy in canonical order.
#[derive(Debug, Clone)]
pub(crate) struct People {
    pub(crate) students: IdIndex,
    pub(crate) submissions: IdIndex,
    /// Dense student -> place in the input.
    pub(crate) student_places: Vec<u32>,
    /// Dense submission -> place in the input.
    pub(crate) submission_places: Vec<u32>,
    /// Submission -> its own authors (persons), the owner among them.
    pub(crate) own_authors: Rows<u32>,
    /// Submission -> work.
    pub(crate) work_of: Vec<u32>,
    /// Work -> submissions.
    pub(crate) copies: Rows<u32>,
    /// Work -> persons: the authors of all its copies.
    pub(crate) authors: Rows<u32>,
    /// Person -> works.
    pub(crate) works_by: Rows<u32>,
    /// The stated ids of works.
    pub(crate) work_ids: BTreeMap<u32, Id>,
    /// Authors who are not listed students.
    others: BTreeMap<Id, u32>,
}

impl People {
    pub(crate) fn new(input: &Input, found: &mut Diagnostics) -> Self {
        let (students, student_places) = IdIndex::new(input.students.iter().map(|s| &s.id), "/students", found);
        let (submissions, submission_places) =
            IdIndex::new(input.submissions.iter().map(|s| &s.id), "/submissions", found);
        let mut people = Self {
            work_of: Vec::with_capacity(submissions.len()),
            copies: Rows::empty(0),
            own_authors: Rows::empty(0),
            authors: Rows::empty(0),
            works_by: Rows::empty(0),
            work_ids: BTreeMap::new(),
            others: BTreeMap::new(),
            students,
            submissions,
            student_places,
            submission_places,
        };
        people.read_authors(input, found);
        people.read_works(input, found);
        people
    }

    /// The number of persons.
    pub(crate) fn persons(&self) -> usize {
        self.students.len() + self.others.len()
    }

    /// The person with an id; `last` speeds up references that come in order.
    pub(crate) fn person(
        &self,
        id: &Id,
        last: &mut usize,
        pointer: impl core::fmt::Display,
        found: &mut Diagnostics,
    ) -> Option<u32> {
        if let Some(student) = self.students.find_near(id, last) {
            check_form(&self.students.ids()[student as usize], id, pointer, found);
            return Some(student);
        }
        let (known, &person) = self.others.get_key_value(id)?;
        check_form(known, id, pointer, found);
        Some(person)
    }

    /// The author with an id who is no listed student.
    pub(crate) fn other(&self, id: &Id) -> Option<u32> {
        self.others.get(id).copied()
    }

    /// A student as stated in the input.
    pub(crate) fn student<'a>(&self, input: &'a Input, student: usize) -> &'a Student {
        &input.students[self.student_places[student] as usize]
    }

    /// A submission as stated in the input.
    pub(crate) fn submission<'a>(&self, input: &'a Input, submission: usize) -> &'a Submission {
        &input.submissions[self.submission_places[submission] as usize]
    }

    fn read_authors(&mut self, input: &Input, found: &mut Diagnostics) {
        let mut last = 0;
        let count = self.submissions.len();
        self.own_authors = Rows::sets(count, count, |submission, authors| {
            let place = self.submission_places[submission];
            let stated = &input.submissions[place as usize];
            if let Some(owner) = &stated.user_id {
                let pointer = format_args!("/submissions/{place}/user_id");
                authors.push(self.author(owner, &mut last, pointer, found));
            }
            for (k, author) in stated.authors.iter().enumerate() {
                let pointer = format_args!("/submissions/{place}/authors/{k}");
                authors.push(self.author(author, &mut last, pointer, found));
            }
        });
    }

    fn author(&mut self, id: &Id, last: &mut usize, pointer: impl core::fmt::Display, found: &mut Diagnostics) -> u32 {
        if let Some(person) = self.person(id, last, pointer, found) {
            return person;
        }
        let person = index(self.persons());
        self.others.insert(id.clone(), person);
        person
    }

    fn read_works(&mut self, input: &Input, found: &mut Diagnostics) {
        let mut known: BTreeMap<&Id, u32> = BTreeMap::new();
        let mut works = 0;
        for submission in 0..self.submissions.len() {
            let place = self.submission_places[submission];
            let work = match &input.submissions[place as usize].work_id {
                None => works,
                Some(id) => match known.get_key_value(id) {
                    Some((first, &work)) => {
                        check_form(first, id, format_args!("/submissions/{place}/work_id"), found);
                        work
                    }
                    None => {
                        known.insert(id, works);
                        works
                    }
                },
            };
            works += u32::from(work == works);
            self.work_of.push(work);
        }
        let copies = self.work_of.iter().enumerate().map(|(submission, &work)| (work, index(submission)));
        self.copies = Rows::counted(works as usize, copies);
        self.work_ids = known.into_iter().map(|(id, work)| (work, id.clone())).collect();
        let authors = self.own_authors.entries().map(|(submission, person)| (self.work_of[submission], person));
        self.authors = Rows::sorted(works as usize, authors.collect());
        let works_by = self.authors.entries().map(|(work, person)| (person, index(work)));
        self.works_by = Rows::counted(self.persons(), works_by);
    }
}
