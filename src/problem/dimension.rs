//! Dimensions in which students and submissions carry sets: sections, groups and labels.

use alloc::borrow::Cow;
use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use super::Problem;
use super::ids::Interner;
use super::people::People;
use super::rows::Rows;
use crate::diagnostic::Diagnostics;
use crate::id::Id;
use crate::input::{Input, Relation, Student, Submission};

/// Which dimension.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DimensionName {
    /// The sections.
    Section,
    /// The groups.
    Group,
    /// A label dimension.
    Label(String),
}

impl core::fmt::Display for DimensionName {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Section => f.write_str("section"),
            Self::Group => f.write_str("group"),
            Self::Label(label) => write!(f, "label \"{label}\""),
        }
    }
}

/// One dimension with a rule or a wish, and the sets of everybody in it.
#[derive(Debug, Clone)]
pub(crate) struct Dimension {
    pub(crate) name: DimensionName,
    pub(crate) relation: Relation,
    pub(crate) students: Rows<u32>,
    pub(crate) submissions: Rows<u32>,
    /// The values, each at its number.
    pub(crate) values: Vec<Id>,
}

impl Dimension {
    /// The dimensions in which the policy says something.
    pub(crate) fn all(input: &Input, people: &People, found: &mut Diagnostics) -> Vec<Self> {
        let policy = &input.policy;
        let mut named = alloc::vec![(DimensionName::Section, policy.section), (DimensionName::Group, policy.group)];
        named.extend(policy.labels.iter().map(|(label, &relation)| (DimensionName::Label(label.clone()), relation)));
        // Where nothing is said, the sets are looked at only if ids could stand in two forms there.
        let labels = input.students.iter().map(|s| &s.labels).chain(input.submissions.iter().map(|s| &s.labels));
        let unused: BTreeSet<&String> = labels.flat_map(|labels| labels.keys()).collect();
        let silent = unused.into_iter().filter(|label| !policy.labels.contains_key(*label));
        named.extend(silent.map(|label| (DimensionName::Label(label.clone()), Relation::Any)));
        for (name, _) in
            named.iter().filter(|(name, relation)| *relation == Relation::Any && has_two_forms(name, input))
        {
            Self::read(name.clone(), Relation::Any, input, people, found);
        }
        named.retain(|(_, relation)| *relation != Relation::Any);
        named.into_iter().map(|(name, relation)| Self::read(name, relation, input, people, found)).collect()
    }

    /// Whether the sets of a student and a submission intersect.
    pub(crate) fn intersects(&self, student: usize, submission: usize) -> bool {
        match (self.students.row(student), self.submissions.row(submission)) {
            ([], _) | (_, []) => false,
            ([a], [b]) => a == b,
            (a, b) => {
                let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
                while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
                    match x.cmp(y) {
                        core::cmp::Ordering::Less => a.next(),
                        core::cmp::Ordering::Greater => b.next(),
                        core::cmp::Ordering::Equal => return true,
                    };
                }
                false
            }
        }
    }

    fn read(name: DimensionName, relation: Relation, input: &Input, people: &People, found: &mut Diagnostics) -> Self {
        let mut interner = Interner::default();
        let (n, m) = (people.students.len(), people.submissions.len());
        let students = Rows::sets(n, n, |student, row| {
            let pointer = Place { array: "students", number: people.student_places[student], name: &name };
            for id in sorted(of_student(&name, people.student(input, student))).iter() {
                row.push(interner.number(id, &pointer, found));
            }
        });
        let submissions = Rows::sets(m, m, |submission, row| {
            let pointer = Place { array: "submissions", number: people.submission_places[submission], name: &name };
            if let Some(ids) = of_submission(&name, people.submission(input, submission)) {
                for id in sorted(ids).iter() {
                    row.push(interner.number(id, &pointer, found));
                }
            } else {
                let authors = people.authors.row(people.work_of[submission] as usize).iter();
                let listed = authors.filter(|&&person| (person as usize) < n);
                row.extend(listed.flat_map(|&person| students.row(person as usize)));
            }
        });
        Self { name, relation, students, submissions, values: interner.into_ids() }
    }
}

impl Problem {
    /// The values of a student and of a submission in a dimension with a rule.
    pub(crate) fn values(
        &self,
        name: &DimensionName,
        student: usize,
        submission: usize,
    ) -> [impl Iterator<Item = &Id> + Clone; 2] {
        let dimension = self.dimensions.iter().find(|dimension| dimension.name == *name);
        let rows = dimension.map(|of| [of.students.row(student), of.submissions.row(submission)]).unwrap_or_default();
        let ids = dimension.map_or(&[][..], |dimension| &dimension.values);
        rows.map(|row| row.iter().filter_map(move |&value| ids.get(value as usize)))
    }
}

/// Where the set of an entity stands in the input.
struct Place<'a> {
    array: &'static str,
    number: u32,
    name: &'a DimensionName,
}

impl core::fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "/{}/{}/", self.array, self.number)?;
        match self.name {
            DimensionName::Section => f.write_str("sections"),
            DimensionName::Group => f.write_str("groups"),
            DimensionName::Label(label) => {
                write!(f, "labels/{}", label.replace('~', "~0").replace('/', "~1"))
            }
        }
    }
}

/// A set in canonical order, so that values are numbered alike however the input lists them.
fn sorted(ids: &[Id]) -> Cow<'_, [Id]> {
    if ids.is_sorted() {
        return Cow::Borrowed(ids);
    }
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    Cow::Owned(ids)
}

/// Whether both numbers and texts that could be numbers stand in a dimension.
fn has_two_forms(name: &DimensionName, input: &Input) -> bool {
    let students = input.students.iter().flat_map(|student| of_student(name, student));
    let submissions = input.submissions.iter().filter_map(|submission| of_submission(name, submission)).flatten();
    let (mut numbers, mut texts) = (false, false);
    for id in students.chain(submissions) {
        numbers |= id.is_number();
        texts |= !id.is_number() && id.value().is_some();
    }
    numbers && texts
}

pub(super) fn of_student<'a>(name: &DimensionName, student: &'a Student) -> &'a [Id] {
    match name {
        DimensionName::Section => &student.sections,
        DimensionName::Group => &student.groups,
        DimensionName::Label(label) => student.labels.get(label).map_or(&[], Vec::as_slice),
    }
}

/// The stated set of a submission, or none where that of its work's listed authors holds.
pub(super) fn of_submission<'a>(name: &DimensionName, submission: &'a Submission) -> Option<&'a [Id]> {
    match name {
        DimensionName::Section => submission.sections.as_deref(),
        DimensionName::Group => submission.groups.as_deref(),
        DimensionName::Label(label) => submission.labels.get(label).map(Vec::as_slice),
    }
}
