//! Rules on who reviews one submission together: classes of students, and how many of each a submission may and must have.
//!
//! Where the classes of each student lie one within the other, the rules are a network: a submission has places, and
//! within them those of its classes (the bihierarchy of E. Budish, Y.-K. Che, F. Kojima and P. Milgrom, "Designing Random
//! Allocation Mechanisms", AER 2013). So as many classes as fit are *nested*; those that cross them are *loose*.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::string::String;
use alloc::vec::Vec;

use super::Problem;
use super::dimension::{DimensionName, of_student};
use super::people::People;
use super::rows::{Rows, index};
use crate::diagnostic::Diagnostics;
use crate::id::Id;
use crate::input::{Input, Panel};

/// The students with one value of a label, and how many of them each submission has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Class {
    /// The label as the rule names it: a dimension, or `sections` or `groups`.
    pub(crate) label: String,
    pub(crate) value: Id,
    /// At least so many, of submissions that are handed in.
    pub(crate) min: u32,
    /// At most so many; a maximum out of reach is none.
    pub(crate) max: Option<u32>,
    pub(crate) place: Place,
}

/// How a class lies among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Within another one, or within none.
    Nested(Option<u32>),
    /// It crosses a nested one.
    Loose,
}

/// All classes that rules speak of, by label and value.
#[derive(Debug, Clone)]
pub(crate) struct Panels {
    pub(crate) classes: Vec<Class>,
    /// Student -> the classes he belongs to, ascending.
    pub(crate) of_student: Rows<u32>,
    /// Student -> the innermost nested class, where there is one.
    innermost: Vec<Option<u32>>,
}

impl Panels {
    /// The classes that the rules speak of; `may_review` tells the students who take part.
    pub(super) fn new(input: &Input, people: &People, may_review: &[bool]) -> Self {
        let n = people.students.len();
        let mut all: BTreeMap<(&str, &Id), (u64, Option<u64>)> = BTreeMap::new();
        for panel in &input.policy.panel {
            let mut put = |value| {
                let (min, max) = all.entry((&*panel.label, value)).or_insert((0, None));
                *min = (*min).max(panel.min.unwrap_or(0));
                *max = [*max, panel.max].into_iter().flatten().min();
            };
            match &panel.value {
                Some(value) => put(value),
                None => (0..n).flat_map(|student| values(panel, input, people, student)).for_each(put),
            }
        }
        let small = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
        let mut classes: Vec<Class> = Vec::new();
        for ((label, value), (min, max)) in all {
            let max = max.and_then(|max| u32::try_from(max).ok());
            if min > 0 || max.is_some() {
                let (label, value) = (String::from(label), value.clone());
                classes.push(Class { label, value, min: small(min), max, place: Place::Loose });
            }
        }
        let mut members: Vec<Vec<u32>> = alloc::vec![Vec::new(); classes.len()];
        let labels: Vec<DimensionName> = classes.iter().map(|class| dimension(&class.label)).collect();
        for student in 0..n {
            for (class, name) in labels.iter().enumerate() {
                if of_student(name, people.student(input, student)).contains(&classes[class].value) {
                    members[class].push(index(student));
                }
            }
        }
        let of_class = |(class, members): (usize, &Vec<u32>)| {
            members.iter().map(|&student| (student, index(class))).collect::<Vec<_>>()
        };
        let pairs: Vec<(u32, u32)> = members.iter().enumerate().flat_map(of_class).collect();
        let taking_part =
            members.iter().map(|members| members.iter().copied().filter(|&student| may_review[student as usize]));
        let members: Vec<Vec<u32>> = taking_part.map(Iterator::collect).collect();
        let Nest { places, innermost } = Nest::most(&classes, &members, n);
        for (class, place) in classes.iter_mut().zip(places) {
            class.place = place;
        }
        Self { classes, of_student: Rows::sorted(n, pairs), innermost }
    }

    /// Whether there is no rule.
    pub(crate) const fn is_empty(&self) -> bool {
        self.classes.is_empty()
    }

    /// The innermost nested class of a student.
    pub(crate) fn innermost(&self, student: usize) -> Option<u32> {
        self.innermost.get(student).copied().flatten()
    }

    /// The classes that cross nested ones.
    pub(crate) fn loose(&self) -> impl Iterator<Item = u32> + Clone + '_ {
        (0..).zip(&self.classes).filter(|(_, class)| class.place == Place::Loose).map(|(class, _)| class)
    }

    /// Whether some class is wanted.
    pub(crate) fn asks(&self) -> bool {
        self.classes.iter().any(|class| class.min > 0)
    }
}

/// So many labels are left out in all combinations, to see without which most classes nest; of more, none or one.
const COMBINED: usize = 6;

/// Classes nested as far as they fit.
struct Nest {
    places: Vec<Place>,
    /// Student -> the innermost class.
    innermost: Vec<Option<u32>>,
}

impl Nest {
    /// The nest of the most classes, of those in which some labels come last.
    fn most(classes: &[Class], members: &[Vec<u32>], students: usize) -> Self {
        let mut labels: Vec<&str> = classes.iter().map(|class| &*class.label).collect();
        labels.dedup();
        let count = labels.len().min(63);
        let masks = (0..1_u64 << if labels.len() <= COMBINED { count } else { 0 })
            .chain((0..count).filter(|_| labels.len() > COMBINED).map(|label| 1 << label));
        let nests = masks.map(|mask| {
            let last = |class: usize| {
                let label = labels.iter().position(|label| *label == classes[class].label);
                label.is_some_and(|label| label < 64 && mask >> label & 1 == 1)
            };
            Self::new(members, students, &last)
        });
        let loose = |nest: &Self| nest.places.iter().filter(|&&place| place == Place::Loose).count();
        nests.min_by_key(loose).unwrap_or(Self { places: Vec::new(), innermost: alloc::vec![None; students] })
    }

    /// Nests the classes, the largest first, but those that come last.
    fn new(members: &[Vec<u32>], students: usize, last: &dyn Fn(usize) -> bool) -> Self {
        let mut nest =
            Self { places: alloc::vec![Place::Loose; members.len()], innermost: alloc::vec![None; students] };
        let mut order: Vec<usize> = (0..members.len()).collect();
        order.sort_by_key(|&class| (last(class), core::cmp::Reverse(members[class].len())));
        for class in order {
            let mut around = members[class].iter().map(|&student| nest.innermost[student as usize]);
            let parent = around.next().flatten();
            // One that comes last may lie around others, and crosses them then as far as a nest goes.
            if !around.all(|other| other == parent) {
                continue;
            }
            nest.places[class] = Place::Nested(parent);
            for &student in &members[class] {
                nest.innermost[student as usize] = Some(index(class));
            }
        }
        nest
    }
}

/// The dimension that a label of a rule names.
fn dimension(label: &str) -> DimensionName {
    match label {
        "sections" => DimensionName::Section,
        "groups" => DimensionName::Group,
        label => DimensionName::Label(String::from(label)),
    }
}

/// The values of a student that a rule counts.
fn values<'a>(panel: &Panel, input: &'a Input, people: &People, student: usize) -> &'a [Id] {
    of_student(&dimension(&panel.label), people.student(input, student))
}

impl Problem {
    /// How many fixed reviews of each submission are by students of each class, where there are any.
    pub(crate) fn fixed_of_classes(&self) -> BTreeMap<(u32, u32), u32> {
        let mut counts = BTreeMap::new();
        for (student, submission) in self.settled.fixed.entries() {
            for &class in self.panels.of_student.row(student) {
                *counts.entry((submission, class)).or_insert(0) += 1;
            }
        }
        counts
    }

    /// The submissions that lack a reviewer of some class.
    pub(crate) fn wanting_classes(&self) -> BTreeSet<u32> {
        if !self.panels.asks() {
            return BTreeSet::new();
        }
        let fixed = self.fixed_of_classes();
        let lacks = |&submission: &u32| {
            (0..)
                .zip(&self.panels.classes)
                .any(|(class, rule)| rule.min > fixed.get(&(submission, class)).copied().unwrap_or(0))
        };
        (0..index(self.submissions())).filter(|&submission| self.handed_in[submission as usize]).filter(lacks).collect()
    }

    /// Warns of submissions that have more of a class among the reviews that stay and the musts than a rule allows.
    pub(super) fn report_standing_panels(&self, found: &mut Diagnostics) {
        for ((submission, class), count) in self.fixed_of_classes() {
            let rule = &self.panels.classes[class as usize];
            if let Some(max) = rule.max.filter(|&max| count > max) {
                let (label, value) = (&rule.label, &rule.value);
                let asset = self.submission_id(submission as usize);
                found.warning(
                    "kept_breaks_rule",
                    format_args!("/submissions/{}", self.people.submission_places[submission as usize]),
                    format_args!(
                        "{asset} has {count} reviewers with {label} {value} among the reviews that stay and the musts, more than the {max} of a panel rule"
                    ),
                    "they stay as they are, and nothing is added there",
                );
            }
        }
    }

    /// Warns of rules that are about nobody: most likely a label or a value is misspelt.
    pub(super) fn report_empty_panels(&self, input: &Input, found: &mut Diagnostics) {
        for (place, panel) in input.policy.panel.iter().enumerate() {
            let of = |student| values(panel, input, &self.people, student);
            let concerns =
                |student| panel.value.as_ref().map_or(!of(student).is_empty(), |own| of(student).contains(own));
            if (0..self.students()).any(concerns) {
                continue;
            }
            let label = &panel.label;
            let message = match &panel.value {
                Some(value) => alloc::format!("no student has {label} {value}, so this rule is about nobody"),
                None => alloc::format!("no student has {label}, so this rule is about nobody"),
            };
            let pointer = format_args!("/policy/panel/{place}");
            found.warning(
                "panel_of_nobody",
                pointer,
                format_args!("{message}"),
                "correct the label or the value, or remove the rule",
            );
        }
    }

    /// Reports musts that are more than a submission may have of a class, with the place of each.
    pub(super) fn check_panel_musts(&self, musts: &[(u32, u32)], input: &Input, found: &mut Diagnostics) {
        let mut counts: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
        for &(student, submission) in musts {
            for &class in self.panels.of_student.row(student as usize) {
                counts.entry((submission, class)).or_default().push(student);
            }
        }
        for ((submission, class), students) in counts {
            let Class { label, value, max: Some(max), .. } = &self.panels.classes[class as usize] else { continue };
            if students.len() as u64 <= u64::from(*max) {
                continue;
            }
            let rules = input
                .policy
                .panel
                .iter()
                .enumerate()
                .filter(|(_, panel)| panel.label == *label && panel.value.as_ref().is_none_or(|own| own == value));
            let rules = super::sides::listed(rules.map(|(place, _)| alloc::format!("/policy/panel/{place}")));
            let asset = self.submission_id(submission as usize);
            let names = super::sides::listed(students.iter().map(|&student| self.student_id(student as usize)));
            found.error(
                "panel_exceeded",
                format_args!("/submissions/{}", self.people.submission_places[submission as usize]),
                format_args!(
                    "{} students with {label} {value} must review the submission {asset} ({names}), and at most {max} may ({rules})",
                    students.len()
                ),
                "remove a must_review, or raise the maximum of the panel rule",
            );
        }
    }
}
