//! Which sections and groups students and submissions are in, in numbers.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::facts::{Facts, count};
use super::rows::{Rows, key, pair};
use crate::id::Id;
use crate::input::{Student, Submission};

/// The sets of one kind.
pub(super) struct Sets {
    of_students: Rows,
    of_submissions: Rows,
}

impl Sets {
    /// The sections.
    pub(super) fn sections(facts: &Facts<'_>) -> Self {
        Self::new(facts, |student| &student.sections, |submission| submission.sections.as_deref())
    }

    /// The groups.
    pub(super) fn groups(facts: &Facts<'_>) -> Self {
        Self::new(facts, |student| &student.groups, |submission| submission.groups.as_deref())
    }

    /// The values of a dimension of labels.
    pub(super) fn labels(facts: &Facts<'_>, name: &str) -> Self {
        Self::new(
            facts,
            |student| student.labels.get(name).map_or(&[], Vec::as_slice),
            |submission| submission.labels.get(name).map(Vec::as_slice),
        )
    }

    /// The dimensions of labels that students have; in others nothing is shared.
    pub(super) fn label_names<'a>(facts: &Facts<'a>) -> BTreeSet<&'a String> {
        facts.input.students.iter().flat_map(|student| student.labels.keys()).collect()
    }

    /// The sets that a submission does not state are those of the listed authors of its work.
    fn new<'a>(
        facts: &Facts<'a>,
        own: impl Fn(&'a Student) -> &'a [Id],
        stated: impl Fn(&'a Submission) -> Option<&'a [Id]>,
    ) -> Self {
        let (students, submissions) = (&facts.input.students, &facts.input.submissions);
        let mut numbers = BTreeMap::new();
        let mut keys = Vec::with_capacity(students.len());
        let mut add = |keys: &mut Vec<u64>, place: u32, ids: &'a [Id]| {
            for id in ids {
                let next = count(numbers.len());
                keys.push(key(place, *numbers.entry(id).or_insert(next)));
            }
        };
        for (place, student) in (0..).zip(students) {
            add(&mut keys, place, own(student));
        }
        let of_students = rows(students.len(), keys);
        let mut keys = Vec::with_capacity(submissions.len());
        for (place, submission) in (0..).zip(submissions) {
            if let Some(ids) = stated(submission) {
                add(&mut keys, place, ids);
                continue;
            }
            for &author in facts.authors(place).iter().filter(|&&author| (author as usize) < students.len()) {
                keys.extend(of_students.row(author).iter().map(|&set| key(place, set)));
            }
        }
        Self { of_students, of_submissions: rows(submissions.len(), keys) }
    }

    /// How many (person, submission) pairs have a set in common. A person who is no listed student has none.
    pub(super) fn shared(&self, pairs: &[(u32, u32)], students: usize) -> u64 {
        let shared = |&&(person, submission): &&(u32, u32)| {
            (person as usize) < students && {
                let theirs = self.of_submissions.row(submission);
                self.of_students.row(person).iter().any(|set| theirs.contains(set))
            }
        };
        if self.of_students.len() == 0 { 0 } else { pairs.iter().filter(shared).count() as u64 }
    }
}

fn rows(len: usize, mut keys: Vec<u64>) -> Rows {
    keys.sort_unstable();
    keys.dedup();
    Rows::new(count(len), keys.iter().copied().map(pair))
}
