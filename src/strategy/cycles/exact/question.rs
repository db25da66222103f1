//! What is asked: bounds, open pairs, and who is an author of what, as bit sets.

use alloc::vec::Vec;

use crate::flow::Window;
use crate::problem::Problem;
use crate::strategy::cycles::rule::Rule;

/// So many rows, columns and persons fit into a set.
pub(crate) const MOST: usize = 64;

/// How many of some columns a row has: the copies of one work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WorkLimit {
    pub(crate) row: usize,
    pub(crate) columns: u64,
    pub(crate) min: u32,
    pub(crate) max: u32,
}

/// How many pairs some columns have together: the copies of one work with a bound of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shared {
    pub(crate) columns: u64,
    pub(crate) window: Window,
}

/// How many of some rows a column has: a class of students on a panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seats {
    pub(crate) column: usize,
    pub(crate) rows: u64,
    pub(crate) window: Window,
}

/// Rows are students, columns are submissions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Question {
    pub(crate) rows: Vec<Window>,
    pub(crate) columns: Vec<Window>,
    /// Row -> columns that may be chosen.
    pub(crate) open: Vec<u64>,
    /// Row -> columns that are chosen already, beside the open ones.
    pub(crate) forced: Vec<u64>,
    /// Row -> columns that are on no forbidden cycle whatever happens.
    pub(crate) exempt: Vec<u64>,
    /// By row, once the question is closed.
    pub(crate) works: Vec<WorkLimit>,
    pub(crate) shared: Vec<Shared>,
    pub(crate) seats: Vec<Seats>,
    /// How many pairs there are in all, where that is given.
    pub(crate) total: Option<u32>,
    /// The length of the longest forbidden cycles.
    pub(crate) longest: usize,
    /// Row -> its person, if the person may be on a cycle.
    pub(crate) person: Vec<Option<usize>>,
    /// Column -> the authors who may be on a cycle.
    pub(crate) authors: Vec<u64>,
    /// Person -> whom they review in every result.
    pub(crate) standing: Vec<u64>,
    /// Row -> the only column whose only author it is, and column -> that row, where there is nothing else to say of
    /// the person.
    pub(super) own_column: Vec<Option<usize>>,
    pub(super) own_row: Vec<Option<usize>>,
    /// Rows and columns of which exchanges are not looked into: several authors, several works, copies.
    pub(super) odd_rows: u64,
    pub(super) odd_columns: u64,
}

impl Question {
    /// A question between some students and submissions of a problem, without bounds and pairs yet; none when there
    /// are too many.
    pub(crate) fn between(problem: &Problem, rule: &Rule<'_>, students: &[u32], submissions: &[u32]) -> Option<Self> {
        if students.len() > MOST || submissions.len() > MOST {
            return None;
        }
        // A person without reviews to give or without a work to be reviewed is on no cycle.
        let mut gives = alloc::vec![false; problem.people.persons()];
        let mut receives = gives.clone();
        for &student in students {
            gives[student as usize] = true;
        }
        let authors = submissions.iter().flat_map(|&submission| problem.authors(submission as usize));
        for &author in authors {
            receives[author as usize] = true;
        }
        let arcs = rule.arcs();
        let persons: Vec<u32> = (0..crate::problem::rows::index(gives.len()))
            .filter(|_| rule.longest() > 1)
            .filter(|&person| {
                (gives[person as usize] || !arcs.out(person).is_empty())
                    && (receives[person as usize] || !arcs.back(person).is_empty())
            })
            .collect();
        if persons.len() > MOST {
            return None;
        }
        let place = |person: &u32| persons.binary_search(person).ok();
        let set = |of: &[u32]| of.iter().filter_map(place).fold(0_u64, |set, person| set | 1 << person);
        let mut question = Self {
            rows: alloc::vec![Window::default(); students.len()],
            columns: alloc::vec![Window::default(); submissions.len()],
            open: alloc::vec![0; students.len()],
            forced: alloc::vec![0; students.len()],
            exempt: alloc::vec![0; students.len()],
            works: Vec::new(),
            shared: Vec::new(),
            seats: Vec::new(),
            total: None,
            longest: rule.longest(),
            person: students.iter().map(place).collect(),
            authors: submissions.iter().map(|&submission| set(problem.authors(submission as usize))).collect(),
            standing: persons.iter().map(|&person| set(arcs.out(person))).collect(),
            ..Self::default()
        };
        for (row, &student) in students.iter().enumerate() {
            for (column, &submission) in submissions.iter().enumerate() {
                if rule.has_to_be(student, submission) {
                    question.exempt[row] |= 1 << column;
                }
            }
        }
        Some(question)
    }

    /// Adds bounds on works: a window for each, and its place for each column that has one.
    pub(crate) fn share(&mut self, windows: &[Window], of: impl Fn(usize) -> Option<usize>) {
        let mut shared: Vec<Shared> = windows.iter().map(|&window| Shared { columns: 0, window }).collect();
        for column in 0..self.columns.len() {
            if let Some(place) = of(column) {
                shared[place].columns |= 1 << column;
            }
        }
        self.shared = shared;
    }

    /// Adds an open pair.
    pub(crate) fn allow(&mut self, row: usize, column: usize) {
        self.open[row] |= 1 << column;
    }

    /// Adds a pair that is chosen already.
    pub(crate) fn demand(&mut self, row: usize, column: usize) {
        self.forced[row] |= 1 << column;
    }

    /// Whether a choice gives every panel its classes.
    pub(super) fn seats(&self, rows: &[u64]) -> bool {
        self.seats.iter().all(|seats| {
            let of_class = |&(row, set): &(usize, &u64)| seats.rows >> row & 1 == 1 && *set >> seats.column & 1 == 1;
            let count = rows.iter().enumerate().filter(of_class).count();
            (seats.window.min as usize..=seats.window.max as usize).contains(&count)
        })
    }

    /// The same question with nothing asked of panels.
    pub(crate) fn without_seats(&self) -> Option<Self> {
        (!self.seats.is_empty()).then(|| Self { seats: Vec::new(), ..self.clone() }.closed())
    }

    /// To be called once all bounds and pairs are there: who has exactly one column of their own.
    pub(crate) fn closed(mut self) -> Self {
        self.works.sort_by_key(|limit| limit.row);
        self.tighten();
        let (rows, columns) = (self.rows.len(), self.columns.len());
        self.own_column = alloc::vec![None; rows];
        self.own_row = alloc::vec![None; columns];
        let (mut odd_rows, mut odd_columns) = (0_u64, 0_u64);
        let mut pairs = Vec::new();
        for person in 0..self.standing.len() {
            let mut owns = (0..columns).filter(|&column| self.authors[column] >> person & 1 == 1);
            let (first, second) = (owns.next(), owns.next());
            match ((0..rows).find(|&row| self.person[row] == Some(person)), first, second) {
                (Some(row), Some(column), None) if self.authors[column].is_power_of_two() => pairs.push((row, column)),
                (row, ..) => {
                    if let Some(row) = row {
                        odd_rows |= 1 << row;
                    }
                    for column in (0..columns).filter(|&column| self.authors[column] >> person & 1 == 1) {
                        odd_columns |= 1 << column;
                    }
                }
            }
        }
        for limit in &self.works {
            odd_rows |= 1 << limit.row;
            odd_columns |= limit.columns;
        }
        if !self.seats.is_empty() {
            // Who is alike otherwise may be of other classes.
            (odd_rows, odd_columns) = (u64::MAX, u64::MAX);
        }
        odd_columns |= self.shared.iter().fold(0, |set, shared| set | shared.columns);
        for (row, &exempt) in self.exempt.iter().enumerate().filter(|(_, exempt)| **exempt != 0) {
            odd_rows |= 1 << row;
            odd_columns |= exempt;
        }
        for (row, column) in pairs {
            self.own_column[row] = Some(column);
            self.own_row[column] = Some(row);
        }
        (self.odd_rows, self.odd_columns) = (odd_rows, odd_columns);
        self
    }

    /// What one side asks for in all bounds each node of the other.
    fn tighten(&mut self) {
        let places = |side: &[Window], most: &[u32]| -> Vec<Window> {
            let clipped = side.iter().zip(most);
            clipped.map(|(window, &most)| Window::new(window.min, window.max.min(most))).collect()
        };
        let sum = |side: &[Window], bound: fn(&Window) -> u32| {
            side.iter().map(|window| u64::from(bound(window))).sum::<u64>()
        };
        let all: Vec<u64> = self.open.iter().zip(&self.forced).map(|(open, forced)| open | forced).collect();
        let by_column = (0..self.columns.len())
            .map(|column| all.iter().fold(0, |count, set| count + u32::from(set >> column & 1 == 1)));
        self.columns = places(&self.columns, &by_column.collect::<Vec<_>>());
        self.rows = places(&self.rows, &all.iter().map(|set| set.count_ones()).collect::<Vec<_>>());
        let given = self.total.map(u64::from);
        let least = sum(&self.rows, |window| window.min).max(sum(&self.columns, |window| window.min));
        let most = sum(&self.rows, |window| window.max).min(sum(&self.columns, |window| window.max));
        let (least, most) = (given.unwrap_or(least).max(least), given.unwrap_or(most).min(most));
        for side in [&mut self.rows, &mut self.columns] {
            let (mins, maxes) = (sum(side, |window| window.min), sum(side, |window| window.max));
            for window in side {
                let narrow = |value: u64| u32::try_from(value).unwrap_or(u32::MAX);
                let (min, max) = (window.min, window.max);
                window.min = min.max(narrow(least.saturating_sub(maxes - u64::from(max))));
                window.max = max.min(narrow(most.saturating_sub(mins - u64::from(min))));
            }
        }
    }
}
