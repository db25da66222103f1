//! Sections, groups and labels: the sets of students and submissions, and whether two of them meet.

use alloc::vec::Vec;

use super::facts::Facts;
use super::index::{Index, NONE, at, dense};
use crate::id::Id;
use crate::input::{Student, Submission};

/// A set that students and submissions have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dimension<'a> {
    Section,
    Group,
    Label(&'a str),
}

impl<'a> Dimension<'a> {
    /// The values of a student.
    pub(super) fn of_student(self, student: &'a Student) -> &'a [Id] {
        match self {
            Self::Section => &student.sections,
            Self::Group => &student.groups,
            Self::Label(label) => student.labels.get(label).map_or(&[], Vec::as_slice),
        }
    }

    /// The values that a submission states itself.
    fn of_submission(self, submission: &'a Submission) -> Option<&'a [Id]> {
        let own = match self {
            Self::Section => submission.sections.as_ref(),
            Self::Group => submission.groups.as_ref(),
            Self::Label(label) => submission.labels.get(label),
        };
        own.map(Vec::as_slice)
    }
}

/// A set of values in one number: the rank of its only value, or the place of a longer set (or the empty one).
#[derive(Clone, Copy, PartialEq, Eq)]
struct Code(u32);

impl Code {
    const LONG: u32 = 1 << 31;
    const EMPTY: Self = Self(NONE);
}

/// The sets of all students and submissions in one dimension.
///
/// A set that a submission does not state itself is the union over the listed authors of the work. Built in O(n log n);
/// 4 bytes for a person, a submission and a work, and more only for sets of several values.
pub(super) struct Sets {
    persons: Vec<Code>,
    submissions: Vec<Code>,
    /// Sets of several values, sorted, one after the other.
    values: Vec<u32>,
    starts: Vec<u32>,
}

impl Sets {
    /// Reads one dimension.
    pub(super) fn new<'a>(facts: &Facts<'a>, dimension: Dimension<'a>) -> Self {
        let students = facts.input.students.iter().flat_map(|student| dimension.of_student(student));
        let stated = facts.input.submissions.iter().filter_map(|submission| dimension.of_submission(submission));
        let index = Index::new(students.chain(stated.flatten()));
        let mut sets = Self {
            persons: alloc::vec![Code::EMPTY; facts.persons.len()],
            submissions: alloc::vec![Code::EMPTY; facts.submissions.len()],
            values: Vec::new(),
            starts: [0].into(),
        };
        let mut values = Vec::new();
        for person in 0..dense(facts.persons.len()) {
            let own = facts.student(person).map_or(&[][..], |student| dimension.of_student(student));
            values.extend(own.iter().filter_map(|value| index.find(value)));
            let code = sets.encode(&mut values);
            if let Some(entry) = sets.persons.get_mut(at(person)) {
                *entry = code;
            }
        }
        let mut of_works: Vec<Option<Code>> = alloc::vec![None; facts.works()];
        for submission in 0..dense(facts.submissions.len()) {
            let stated = facts.submission(submission).and_then(|given| dimension.of_submission(given));
            let work = at(facts.work(submission));
            let known = of_works.get(work).copied().flatten().filter(|_| stated.is_none());
            let code = known.unwrap_or_else(|| {
                if let Some(stated) = stated {
                    values.extend(stated.iter().filter_map(|value| index.find(value)));
                } else {
                    for &author in facts.authors(submission) {
                        values.extend(sets.of_person(author).values());
                    }
                }
                sets.encode(&mut values)
            });
            if let Some(entry) = of_works.get_mut(work).filter(|_| stated.is_none()) {
                *entry = Some(code);
            }
            if let Some(entry) = sets.submissions.get_mut(at(submission)) {
                *entry = code;
            }
        }
        sets
    }

    /// The code of a set of values, which is left empty.
    fn encode(&mut self, values: &mut Vec<u32>) -> Code {
        values.sort_unstable();
        values.dedup();
        let code = match values.as_slice() {
            [] => Code::EMPTY,
            &[value] if value < Code::LONG => Code(value),
            _ => {
                let place = dense(self.starts.len() - 1);
                self.values.extend_from_slice(values);
                self.starts.push(dense(self.values.len()));
                Code(Code::LONG | place)
            }
        };
        values.clear();
        code
    }

    fn of_person(&self, person: u32) -> Set<'_> {
        self.set(self.persons.get(at(person)).copied().unwrap_or(Code::EMPTY))
    }

    fn set(&self, code: Code) -> Set<'_> {
        if code == Code::EMPTY {
            return Set::Several(&[]);
        }
        if code.0 < Code::LONG {
            return Set::One(code.0);
        }
        let segment = super::index::segment(&self.starts, code.0 & !Code::LONG);
        Set::Several(self.values.get(segment).unwrap_or_default())
    }

    /// Whether the sets of a person and a submission have a value in common; empty sets never do.
    pub(super) fn meet(&self, person: u32, submission: u32) -> bool {
        let submission = self.submissions.get(at(submission)).copied().unwrap_or(Code::EMPTY);
        self.of_person(person).meets(&self.set(submission))
    }

    /// Takes away from `open` each submission whose set meets that of a person, or does not where it is to be the
    /// `same`.
    pub(super) fn restrict(&self, person: u32, same: bool, open: &mut [bool]) {
        let own = self.of_person(person);
        for (open, &code) in open.iter_mut().zip(&self.submissions) {
            let meet = match own {
                Set::One(value) if code.0 < Code::LONG => value == code.0,
                _ => *open && own.meets(&self.set(code)),
            };
            *open &= meet == same;
        }
    }
}

/// A set of ranks of values.
enum Set<'s> {
    One(u32),
    Several(&'s [u32]),
}

impl Set<'_> {
    fn values(&self) -> &[u32] {
        match self {
            Self::One(value) => core::slice::from_ref(value),
            Self::Several(values) => values,
        }
    }

    /// Whether two sets have a value in common.
    fn meets(&self, other: &Set<'_>) -> bool {
        match (self, other) {
            (Set::One(one), Set::One(other)) => one == other,
            (Set::One(one), Set::Several(others)) | (Set::Several(others), Set::One(one)) => {
                others.binary_search(one).is_ok()
            }
            (Set::Several(some), Set::Several(others)) => {
                let (few, many) = if some.len() < others.len() { (some, others) } else { (others, some) };
                few.iter().any(|value| many.binary_search(value).is_ok())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::Input;

    /// Whether the slow way finds a value that both have.
    fn common(input: &Input, student: usize, submission: usize) -> bool {
        let own = &input.students[student].sections;
        let given = &input.submissions[submission];
        let copies =
            |other: &&Submission| other.id == given.id || (given.work_id.is_some() && other.work_id == given.work_id);
        let of_authors = || {
            let owners = input.submissions.iter().filter(copies).filter_map(|copy| copy.user_id.as_ref());
            let listed = owners.filter_map(|owner| input.students.iter().find(|student| student.id == *owner));
            listed.flat_map(|student| student.sections.clone()).collect()
        };
        let sections: Vec<Id> = given.sections.clone().unwrap_or_else(of_authors);
        own.iter().any(|value| sections.contains(value))
    }

    #[test]
    fn sets_meet_where_they_have_a_value_in_common() {
        let mut input = Input::default();
        // Every set of the values 0, 1 and "x"; the text "0" is the value 0.
        let texts = [Id::text("0"), Ok(Id::from(1)), Id::text("x")].map(|id| id.expect("not empty"));
        for bits in 0..8_u64 {
            let mut student = Student::new(bits);
            student.sections = (0..3).filter(|bit| bits >> bit & 1 == 1).map(|bit| texts[bit].clone()).collect();
            let mut stated = Submission::by(100 + bits, bits);
            stated.sections = Some(student.sections.iter().cloned().chain([Id::from(bits)]).collect());
            input.students.push(student);
            input.submissions.push(stated);
            let mut implied = Submission::by(200 + bits, bits);
            implied.work_id = (bits < 3).then(|| Id::from(1));
            input.submissions.push(implied);
        }
        input.submissions.push(Submission::by(300, 99));
        let facts = Facts::new(&input);
        let sets = Sets::new(&facts, Dimension::Section);
        for (student, of) in input.students.iter().enumerate() {
            for (place, given) in input.submissions.iter().enumerate() {
                let person = facts.persons.find(&of.id).expect("listed");
                let submission = facts.submissions.find(&given.id).expect("listed");
                let meet = sets.meet(person, submission);
                assert_eq!(meet, common(&input, student, place), "{:?} {:?}", of.id, given.id);
                for same in [false, true] {
                    let mut open = alloc::vec![true; facts.submissions.len()];
                    sets.restrict(person, same, &mut open);
                    assert_eq!(open[at(submission)], meet == same, "{:?} {:?}", of.id, given.id);
                }
            }
        }
    }
}
