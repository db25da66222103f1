//! Submissions that the rules on sections, groups and labels treat alike stand on one shelf.
//!
//! Whoever asks looks at the shelves that may hold something for him, instead of at all submissions. Students who see
//! the same shelves are of one kind. Dimensions of many values in which pairs have to differ are left out: nearly
//! every pair differs there, and the few that do not are skipped one by one.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::input::{Relation, Stance, Unscored};
use crate::problem::Problem;
use crate::problem::rows::{Rows, index};

/// So many values may the dimensions have together, beside those that must be the same.
const VALUES: usize = 64;

#[derive(Debug, Clone)]
pub(super) struct Shelves {
    /// Submission -> shelf.
    pub(super) of: Vec<u32>,
    /// How many shelves there are.
    pub(super) len: usize,
    /// Student -> kind.
    kind_of: Vec<u32>,
    /// Kind -> what its shelves gain and which they are, the greatest gain first.
    kinds: Rows<(i64, u32)>,
    /// Wishes on dimensions of many values: place of the dimension, and its submissions by value.
    many: Vec<(usize, Rows<u32>)>,
    /// Members who can be linked by pairs, side by side.
    pub(super) parts: Parts,
    /// The scored pairs, where no others are allowed: submissions by student, and students by submission.
    pub(super) scored: Option<(Rows<u32>, Rows<u32>)>,
}

/// Students and submissions sorted by the part of the problem they belong to; no pair links two parts.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts {
    pub(super) of_student: Vec<u32>,
    pub(super) of_submission: Vec<u32>,
    pub(super) students: Vec<u32>,
    pub(super) submissions: Vec<u32>,
    /// Part -> where its students begin; the last entry is the end.
    pub(super) student_starts: Vec<u32>,
    pub(super) submission_starts: Vec<u32>,
}

impl Shelves {
    pub(super) fn new(problem: &Problem) -> Self {
        let dimensions = &problem.dimensions;
        let (n, m) = (problem.students(), problem.submissions());
        let (mut keyed, mut many, mut product) = (Vec::new(), Vec::new(), 1);
        for (place, dimension) in dimensions.iter().enumerate() {
            let small = product * dimension.values.len().max(1) <= VALUES;
            match dimension.relation {
                Relation::Any => {}
                Relation::Same => keyed.push(place),
                _ if small => {
                    product *= dimension.values.len().max(1);
                    keyed.push(place);
                }
                Relation::Different => {}
                Relation::PreferSame | Relation::PreferDifferent => {
                    let entries = dimension.submissions.entries();
                    let by_value = Rows::counted(dimension.values.len(), entries.map(|(j, value)| (value, index(j))));
                    many.push((place, by_value));
                }
            }
        }
        let of = Signatures::of(m, |j, words| write(&keyed, words, |place| dimensions[place].submissions.row(j)));
        let kinds = Signatures::of(n, |i, words| write(&keyed, words, |place| dimensions[place].students.row(i)));
        let same = keyed.iter().copied().find(|&place| dimensions[place].relation == Relation::Same);
        let by_value = same.map(|place| {
            let shelves = of.first.iter().enumerate();
            let entries = shelves.flat_map(|(shelf, &j)| {
                dimensions[place].submissions.row(j as usize).iter().map(move |&value| (value, index(shelf)))
            });
            (place, Rows::counted(dimensions[place].values.len(), entries))
        });
        let all: Vec<u32> = (0..index(of.first.len())).collect();
        let rows = Rows::written(kinds.first.len(), 0, |kind, row: &mut Vec<(i64, u32)>| {
            let i = kinds.first[kind] as usize;
            let seen: Vec<u32> = match &by_value {
                None => all.clone(),
                Some((place, shelves)) => {
                    let values = dimensions[*place].students.row(i).iter();
                    let mut seen: Vec<u32> = values.flat_map(|&value| shelves.row(value as usize)).copied().collect();
                    seen.sort_unstable();
                    seen.dedup();
                    seen
                }
            };
            row.extend(seen.into_iter().filter_map(|shelf| {
                let gain = gain_of_shelf(problem, &keyed, i, of.first[shelf as usize] as usize)?;
                Some((-gain, shelf))
            }));
        });
        // Sorted by what is lost, then turned into what is gained.
        let kinds_rows = rows.sorted_by_key(|&entry| entry).map(|(loss, shelf)| (-loss, shelf));
        let scored = (problem.policy.unscored == Unscored::Forbid).then(|| {
            let rows = Rows::written(n, 0, |i, row: &mut Vec<u32>| {
                row.extend(problem.pairs.scores.row(i).iter().map(|&(j, _)| j));
            });
            let columns = Rows::counted(m, rows.entries().map(|(i, j)| (j, index(i))));
            (rows, columns)
        });
        let parts = Parts::new(&of.of, of.first.len(), &kinds.of, &kinds_rows);
        Self { len: of.first.len(), of: of.of, kind_of: kinds.of, kinds: kinds_rows, many, parts, scored }
    }

    /// The shelves that may hold something for a student and what they gain, the greatest gain first.
    pub(super) fn seen_by(&self, student: usize) -> &[(i64, u32)] {
        self.kinds.row(self.kind_of[student] as usize)
    }

    /// The submissions that may gain something else for a student than their shelves do.
    pub(super) fn singled_out(&self, problem: &Problem, student: usize, all: &mut Vec<u32>) {
        all.clear();
        all.extend(problem.pairs.wishes.row(student).iter().map(|wish| wish.submission));
        if problem.policy.history == Stance::Avoid {
            all.extend_from_slice(problem.pairs.history.row(student));
        }
        for (place, by_value) in &self.many {
            for &value in problem.dimensions[*place].students.row(student) {
                all.extend_from_slice(by_value.row(value as usize));
            }
        }
        if let Some((rows, _)) = &self.scored {
            all.extend_from_slice(rows.row(student));
        }
        all.sort_unstable();
        all.dedup();
    }
}

/// What the pairs of a kind of student and a shelf gain by wishes; none where a rule excludes them.
fn gain_of_shelf(problem: &Problem, keyed: &[usize], student: usize, submission: usize) -> Option<i64> {
    let mut gain = 0;
    for (place, dimension) in problem.dimensions.iter().enumerate() {
        let known = keyed.contains(&place);
        let intersects = known && dimension.intersects(student, submission);
        match dimension.relation {
            Relation::Same if !intersects => return None,
            Relation::Different if intersects => return None,
            Relation::PreferSame if intersects => gain += 1,
            // Where the dimension has many values, those who share one are singled out.
            Relation::PreferDifferent if !intersects => gain += 1,
            _ => {}
        }
    }
    Some(gain)
}

fn write<'a>(keyed: &[usize], words: &mut Vec<u32>, row: impl Fn(usize) -> &'a [u32]) {
    for &place in keyed {
        let values = row(place);
        words.push(index(values.len()));
        words.extend_from_slice(values);
    }
}

/// Members with equal values, numbered by the first of them.
struct Signatures {
    of: Vec<u32>,
    first: Vec<u32>,
}

impl Signatures {
    fn of(count: usize, mut write: impl FnMut(usize, &mut Vec<u32>)) -> Self {
        let mut known: BTreeMap<Vec<u32>, u32> = BTreeMap::new();
        let (mut of, mut first, mut words) = (Vec::with_capacity(count), Vec::new(), Vec::new());
        for member in 0..count {
            words.clear();
            write(member, &mut words);
            let number = known.get(&words).copied().unwrap_or_else(|| {
                let number = index(first.len());
                first.push(index(member));
                known.insert(words.clone(), number);
                number
            });
            of.push(number);
        }
        Self { of, first }
    }
}

impl Parts {
    fn new(shelf_of: &[u32], shelves: usize, kind_of: &[u32], kinds: &Rows<(i64, u32)>) -> Self {
        let mut root: Vec<u32> = (0..index(shelves)).collect();
        for kind in 0..kinds.len() {
            for pair in kinds.row(kind).windows(2) {
                let (a, b) = (find(&mut root, pair[0].1), find(&mut root, pair[1].1));
                root[a.max(b) as usize] = a.min(b);
            }
        }
        // Kinds that see nothing are a part of their own, the last one.
        let mut number = alloc::vec![u32::MAX; shelves];
        let mut parts = 0;
        let of_shelf: Vec<u32> = (0..index(shelves))
            .map(|shelf| {
                let root = find(&mut root, shelf) as usize;
                if number[root] == u32::MAX {
                    number[root] = parts;
                    parts += 1;
                }
                number[root]
            })
            .collect();
        let of_kind: Vec<u32> = (0..kinds.len())
            .map(|kind| kinds.row(kind).first().map_or(parts, |seen| of_shelf[seen.1 as usize]))
            .collect();
        let of_submission: Vec<u32> = shelf_of.iter().map(|&shelf| of_shelf[shelf as usize]).collect();
        let of_student: Vec<u32> = kind_of.iter().map(|&kind| of_kind[kind as usize]).collect();
        let (submissions, submission_starts) = sorted(&of_submission, parts + 1);
        let (students, student_starts) = sorted(&of_student, parts + 1);
        Self { of_student, of_submission, students, submissions, student_starts, submission_starts }
    }

    pub(super) fn students_of(&self, part: u32) -> &[u32] {
        let at = part as usize;
        &self.students[self.student_starts[at] as usize..self.student_starts[at + 1] as usize]
    }

    pub(super) fn submissions_of(&self, part: u32) -> &[u32] {
        let at = part as usize;
        &self.submissions[self.submission_starts[at] as usize..self.submission_starts[at + 1] as usize]
    }

    /// How many parts there are.
    pub(super) fn len(&self) -> usize {
        self.student_starts.len() - 1
    }
}

/// Members by part, and where each part begins.
fn sorted(part_of: &[u32], parts: u32) -> (Vec<u32>, Vec<u32>) {
    let rows = Rows::counted(parts as usize, part_of.iter().enumerate().map(|(member, &part)| (part, index(member))));
    let mut starts = alloc::vec![0];
    for part in 0..parts as usize {
        starts.push(starts[part] + index(rows.row(part).len()));
    }
    (rows.values().to_vec(), starts)
}

fn find(root: &mut [u32], mut shelf: u32) -> u32 {
    while root[shelf as usize] != shelf {
        root[shelf as usize] = root[root[shelf as usize] as usize];
        shelf = root[shelf as usize];
    }
    shelf
}
