//! Somebody who edits the reviews by hand, or does them, while others work.

use peerplan::random::Random;

use super::course::{Course, Enrolled, Pair};

/// A change by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Edit {
    Add(Pair),
    Remove(Pair),
    Complete(Pair),
    /// A student leaves the course; the reviews stay.
    Leave(u64),
}

impl Edit {
    /// One that is possible at present, of the first three kinds.
    pub(crate) fn draw(course: &Course, chance: &mut Random) -> Option<Self> {
        let of = |wanted: &dyn Fn(bool) -> bool| -> Vec<Pair> {
            course.reviews.iter().filter(|review| wanted(review.completed)).map(|review| review.pair).collect()
        };
        let assigned = of(&|completed| !completed);
        let pick = |pairs: &[Pair], chance: &mut Random| (!pairs.is_empty()).then(|| pairs[chance.index(pairs.len())]);
        match chance.index(3) {
            0 => {
                let mut free = Vec::new();
                for &assessor in course.students.keys() {
                    let others = course.students.iter().filter(|&(&id, _)| id != assessor);
                    free.extend(others.map(|(_, student)| (student.submission, assessor)));
                }
                free.retain(|&pair| course.reviews.iter().all(|review| review.pair != pair));
                pick(&free, chance).map(Self::Add)
            }
            1 => pick(&assigned, chance).map(Self::Remove),
            _ => pick(&assigned, chance).map(Self::Complete),
        }
    }

    /// Does it; whether there was something to do.
    pub(crate) fn apply(self, course: &mut Course) -> bool {
        match self {
            Self::Add(pair) => {
                let there = course.reviews.iter().any(|review| review.pair == pair);
                if !there {
                    course.add(pair, false);
                }
                !there
            }
            Self::Remove(pair) => course.remove(pair).is_some(),
            Self::Complete(pair) => {
                let found = course.reviews.iter_mut().find(|review| review.pair == pair && !review.completed);
                found.map(|review| review.completed = true).is_some()
            }
            Self::Leave(student) => {
                course.students.get_mut(&student).map(|student| student.state = Enrolled::Inactive).is_some()
            }
        }
    }
}
