//! Goes through all valid assignments, student by student.
//!
//! Each student picks one set of free pairs from a menu. Where the rules form a network, what is still possible
//! depends only on how many reviews each submission has received so far, so equal counts are gone through once;
//! otherwise on all that was chosen. `Facts::valid` and `Facts::tally` define what is searched for, and the tests
//! compare this search with all sets of free pairs.

#![allow(
    clippy::disallowed_types,
    reason = "the states of a search are looked up, and sorted before they are gone through"
)]

use std::collections::HashMap;

use peerplan::Id;
use peerplan::input::{Bound, Reciprocal};

use super::facts::{Assignment, Facts, Pair, received};
use super::judge::Tally;

/// Goals in order; smaller is better.
pub(crate) type Cost = [i64; 7];

/// One set of free pairs for one student.
struct Choice {
    pairs: Vec<usize>,
    tally: Tally,
}

/// What the later students need to know of the earlier ones.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
struct State {
    /// New reviews per submission, four bits each.
    received: u64,
    /// The free pairs chosen, where the rules are not a network.
    chosen: u64,
}

pub(crate) struct Search<'a> {
    facts: &'a Facts<'a>,
    pairs: Vec<Pair>,
    /// The position of each pair's submission.
    asset: Vec<usize>,
    menus: Vec<Vec<Choice>>,
    /// Fixed reviews and what is left of the bound, per submission.
    submissions: Vec<(u64, Bound)>,
    /// The positions of the copies of each work that shares a bound, and what is left of it.
    works: Vec<(Vec<usize>, Bound)>,
    network: bool,
    circles: Option<Circles>,
}

/// The rule on cycles, told at each step rather than for whole assignments: more reviews never break a cycle.
struct Circles {
    longest: u64,
    /// For each person those reviewed in every result, one bit each.
    fixed: Vec<u64>,
    /// For each free pair assessor, authors, and whether it could be left out.
    pairs: Vec<(usize, u64, bool)>,
}

impl Circles {
    fn new(facts: &Facts<'_>, pairs: &[Pair]) -> Option<Self> {
        let longest = facts.longest_forbidden()?;
        let mut persons: Vec<Id> = Vec::new();
        let mut person = |id: &Id| {
            persons.iter().position(|known| known == id).unwrap_or_else(|| {
                persons.push(id.clone());
                persons.len() - 1
            })
        };
        let mut arcs = |(assessor, asset): &Pair| {
            let from = person(assessor);
            let authors = facts.rules.authors(facts.rules.submission(asset));
            let set =
                authors.iter().filter(|author| *author != assessor).fold(0, |set, author| set | 1 << person(author));
            (from, set)
        };
        let of_pairs = pairs.iter().map(|pair| {
            let (from, set) = arcs(pair);
            (from, set, !facts.meets_must_by_author(pair))
        });
        let pairs: Vec<_> = of_pairs.collect();
        let of_fixed: Vec<_> = facts.fixed.iter().map(&mut arcs).collect();
        let mut fixed = vec![0; persons.len()];
        for (from, set) in of_fixed {
            fixed[from] |= set;
        }
        Some(Self { longest, fixed, pairs })
    }

    /// Whether some free pairs, with all that is fixed, are on no forbidden cycle.
    fn keeps(&self, chosen: u64) -> bool {
        let among =
            || self.pairs.iter().enumerate().filter(move |(pair, _)| chosen >> pair & 1 == 1).map(|(_, arcs)| *arcs);
        let mut graph = self.fixed.clone();
        for (from, set, _) in among() {
            graph[from] |= set;
        }
        among().filter(|arcs| arcs.2).all(|(from, set, _)| {
            let mut reached = set;
            for _ in 1..self.longest {
                let next = (0..graph.len())
                    .filter(|person| reached >> person & 1 == 1)
                    .fold(reached, |set, person| set | graph[person]);
                if next == reached {
                    break;
                }
                reached = next;
            }
            reached >> from & 1 == 0
        })
    }
}

impl<'a> Search<'a> {
    pub(crate) fn new(facts: &'a Facts<'a>) -> Self {
        let input = facts.rules.input;
        assert!(input.submissions.len() <= 16 && facts.free.len() <= 64, "too large for the oracle");
        let pairs: Vec<Pair> = facts.free.iter().cloned().collect();
        let position = |pair: &Pair| input.submissions.iter().position(|submission| submission.id == pair.1);
        let asset = pairs.iter().map(|pair| position(pair).expect("a submission")).collect();
        let of_submission = |submission: &peerplan::input::Submission| {
            (received(&facts.fixed, &submission.id), facts.submission_left(&submission.id))
        };
        let at = |id: &Id| input.submissions.iter().position(|submission| submission.id == *id).expect("a submission");
        let works = facts.rules.shared_works().map(|work| {
            let copies = facts.rules.copies(work).map(|copy| at(&copy.id)).collect();
            (copies, facts.work_left(work))
        });
        let circles = Circles::new(facts, &pairs);
        let mut search = Self {
            facts,
            circles,
            pairs,
            asset,
            menus: Vec::new(),
            submissions: input.submissions.iter().map(of_submission).collect(),
            works: works.collect(),
            network: input.policy.panel.is_empty()
                && matches!(input.policy.reciprocal, Reciprocal::Allow | Reciprocal::Avoid),
        };
        search.menus = (0..input.students.len()).map(|student| search.menu(student)).collect();
        search
    }

    /// The same with a free pair settled: chosen for sure, or for sure not.
    pub(crate) fn settled(mut self, pair: &Pair, chosen: bool) -> Self {
        let place = self.pairs.iter().position(|other| other == pair).expect("a free pair");
        let students = &self.facts.rules.input.students;
        let student = students.iter().position(|student| student.id == pair.0).expect("a listed student");
        self.menus[student].retain(|choice| choice.pairs.contains(&place) == chosen);
        self
    }

    /// All sets of free pairs that suit one student alone.
    fn menu(&self, student: usize) -> Vec<Choice> {
        let facts = self.facts;
        let id = &facts.rules.input.students[student].id;
        let own: Vec<usize> = (0..self.pairs.len()).filter(|&pair| self.pairs[pair].0 == *id).collect();
        let left = facts.student_left(id);
        let mut menu = Vec::new();
        for set in 0_u64..1 << own.len() {
            let count = u64::from(set.count_ones());
            if left.max.is_some_and(|max| count > max) || (count < left.min && !facts.partial()) {
                continue;
            }
            let pairs: Vec<usize> = (0..own.len()).filter(|bit| set >> bit & 1 == 1).map(|bit| own[bit]).collect();
            let reviews: Assignment = pairs.iter().map(|&pair| self.pairs[pair].clone()).collect();
            let mut works: Vec<_> = reviews.iter().map(|(_, asset)| facts.rules.work(asset)).collect();
            works.sort();
            works.dedup();
            let twice = facts.once() && works.len() < reviews.len();
            let unmet = facts.open_musts.iter().any(|must| must.assessor == *id && must.met_by(&reviews) == 0);
            let needless = facts.nothing_asked() && facts.creates(&reviews);
            if !twice && !unmet && !needless {
                menu.push(Choice { pairs, tally: self.student_tally(student, &reviews) });
            }
        }
        menu
    }

    /// The part of the sums that one student settles.
    fn student_tally(&self, student: usize, chosen: &Assignment) -> Tally {
        let facts = self.facts;
        let student = &facts.rules.input.students[student];
        let reviews: Assignment = facts.fixed.union(chosen).filter(|pair| pair.0 == student.id).cloned().collect();
        let all = i64::try_from(reviews.len()).expect("few");
        let min = i64::try_from(facts.rules.student_bound(student).min).expect("small");
        let missing = (min - all).max(0);
        let movable = facts.movable.iter().filter(|pair| pair.0 == student.id);
        Tally {
            missing,
            missing_squares: missing * missing,
            deletes: i64::try_from(movable.filter(|pair| !chosen.contains(pair)).count()).expect("few"),
            gain: chosen.iter().map(|(assessor, asset)| facts.rules.gain(assessor, asset)).sum(),
            affinity: chosen.iter().map(|(assessor, asset)| facts.rules.score(assessor, asset).unwrap_or(0)).sum(),
            given_squares: if facts.rules.may_review(student) { all * all } else { 0 },
            ..Tally::default()
        }
    }

    /// The state after one more student has chosen, if no submission receives too many.
    fn add(&self, mut state: State, choice: &Choice) -> Option<State> {
        for &pair in &choice.pairs {
            let asset = self.asset[pair];
            let count = (state.received >> (4 * asset)) & 15;
            if self.submissions[asset].1.max.is_some_and(|max| count >= max) {
                return None;
            }
            state.received += 1 << (4 * asset);
            if !self.network {
                state.chosen |= 1 << pair;
            }
        }
        if self.circles.as_ref().is_some_and(|circles| !circles.keeps(state.chosen)) {
            return None;
        }
        Some(state)
    }

    /// The part of the sums that the submissions settle, if what was chosen is valid.
    fn end(&self, state: State) -> Option<Tally> {
        let mut tally = Tally::default();
        for (asset, (fixed, left)) in self.submissions.iter().enumerate() {
            let count = (state.received >> (4 * asset)) & 15;
            let missing = left.min.saturating_sub(count);
            if missing > 0 && !self.facts.partial() {
                return None;
            }
            let (missing, all) = (i64::try_from(missing).ok()?, i64::try_from(fixed + count).ok()?);
            tally.missing += missing;
            tally.missing_squares += missing * missing;
            tally.total += i64::try_from(count).ok()?;
            tally.received_squares += all * all;
        }
        for (copies, left) in &self.works {
            let count = copies.iter().map(|copy| (state.received >> (4 * copy)) & 15).sum::<u64>();
            let missing = left.min.saturating_sub(count);
            if left.max.is_some_and(|max| count > max) || (missing > 0 && !self.facts.partial()) {
                return None;
            }
            let missing = i64::try_from(missing).ok()?;
            tally.missing += missing;
            tally.missing_squares += missing * missing;
        }
        let panel = !self.facts.rules.input.policy.panel.is_empty();
        if panel && !self.facts.valid(&self.result((0..64).filter(|pair| state.chosen >> pair & 1 == 1))) {
            return None;
        }
        Some(tally)
    }

    fn result(&self, chosen: impl IntoIterator<Item = usize>) -> Assignment {
        let chosen = chosen.into_iter().map(|pair| self.pairs[pair].clone());
        self.facts.fixed.iter().cloned().chain(chosen).collect()
    }

    /// How many assignments are valid.
    pub(crate) fn count_valid(&self) -> u64 {
        let mut states = HashMap::from([(State::default(), 1_u64)]);
        for menu in &self.menus {
            let mut next = HashMap::new();
            for (state, ways) in sorted(states) {
                for state in menu.iter().filter_map(|choice| self.add(state, choice)) {
                    let sum: &mut u64 = next.entry(state).or_default();
                    *sum = sum.saturating_add(ways);
                }
            }
            states = next;
        }
        let valid = sorted(states).into_iter().filter(|(state, _)| self.end(*state).is_some());
        valid.fold(0, |sum, (_, ways)| sum.saturating_add(ways))
    }

    /// The least cost, and up to `limit` of the assignments that have it; `None` when none is valid.
    pub(crate) fn best(
        &self,
        total: Option<i64>,
        cost: &dyn Fn(&Tally) -> Cost,
        limit: usize,
    ) -> Option<Vec<Assignment>> {
        let fixed = i64::try_from(self.facts.fixed.len()).expect("few");
        let chosen = total.map(|total| total - fixed);
        let mut hunt = Hunt { search: self, chosen, cost, memo: HashMap::new(), found: Vec::new(), limit };
        hunt.least(0, State::default())?;
        hunt.collect(0, State::default(), &mut Vec::new());
        Some(hunt.found)
    }
}

fn sorted(states: HashMap<State, u64>) -> Vec<(State, u64)> {
    let mut states: Vec<_> = states.into_iter().collect();
    states.sort_by_key(|(state, _)| (state.received, state.chosen));
    states
}

/// One search for the least cost.
struct Hunt<'s, 'a> {
    search: &'s Search<'a>,
    /// How many free pairs are to be chosen, where that is settled.
    chosen: Option<i64>,
    cost: &'s dyn Fn(&Tally) -> Cost,
    memo: HashMap<(usize, State), Option<Cost>>,
    found: Vec<Assignment>,
    limit: usize,
}

impl Hunt<'_, '_> {
    /// The least cost of all that is still open from `student` on.
    fn least(&mut self, student: usize, state: State) -> Option<Cost> {
        let search = self.search;
        if student == search.menus.len() {
            let end = search.end(state)?;
            return self.chosen.is_none_or(|chosen| chosen == end.total).then(|| (self.cost)(&end));
        }
        if let Some(&known) = self.memo.get(&(student, state)) {
            return known;
        }
        let mut least: Option<Cost> = None;
        for choice in &search.menus[student] {
            let Some(next) = search.add(state, choice) else { continue };
            let Some(rest) = self.least(student + 1, next) else { continue };
            let cost = sum((self.cost)(&choice.tally), rest);
            least = Some(least.map_or(cost, |least| least.min(cost)));
        }
        self.memo.insert((student, state), least);
        least
    }

    /// Follows every choice that loses nothing.
    fn collect(&mut self, student: usize, state: State, chosen: &mut Vec<usize>) {
        let search = self.search;
        if self.found.len() >= self.limit {
            return;
        }
        if student == search.menus.len() {
            self.found.push(search.result(chosen.iter().copied()));
            return;
        }
        let least = self.least(student, state).expect("followed only where something is valid");
        for choice in &search.menus[student] {
            let Some(next) = search.add(state, choice) else { continue };
            let Some(rest) = self.least(student + 1, next) else { continue };
            if sum((self.cost)(&choice.tally), rest) == least {
                chosen.extend(&choice.pairs);
                self.collect(student + 1, next, chosen);
                chosen.truncate(chosen.len() - choice.pairs.len());
            }
        }
    }
}

fn sum(mut left: Cost, right: Cost) -> Cost {
    for (left, right) in left.iter_mut().zip(right) {
        *left += right;
    }
    left
}
