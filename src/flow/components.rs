//! Instances that fall apart: rows and columns of which no pair links some with others are solved by themselves, each
//! group as an instance of its own. Those are smaller, have fewer levels or prices each, and share no work; put
//! together, their matchings and duals are those of the whole.

use alloc::vec::Vec;
use core::cmp::Reverse;
use core::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use petgraph::unionfind::UnionFind;

use super::instance::{Builder, Instance};
use super::matching::{Counters, Duals, Matching, Unmatched};
use super::solve::Method;
use super::{NONE, number};
use crate::parallel::map_beside;

/// Fewer pairs are not worth the threads.
const FEW: usize = if cfg!(test) { 100 } else { 1 << 14 };

/// An instance and the groups it falls into.
pub(super) struct Components<'i> {
    instance: &'i Instance,
    /// The largest first, so that no thread begins the most work when others have nothing left to do. Rows and columns
    /// without a pair are in none.
    groups: Vec<Group>,
    /// Column -> its place in its group.
    places: Vec<u32>,
}

/// Rows and columns, each ascending, and how many pairs they have.
#[derive(Default)]
struct Group {
    rows: Vec<u32>,
    columns: Vec<u32>,
    pairs: usize,
}

impl<'i> Components<'i> {
    /// The groups, if there are several and none is nearly the whole: then there would be nothing to gain.
    ///
    /// Takes O(columns) and as many pairs as it takes to see that most columns hang together, so a row that has pairs
    /// with most of them is enough.
    pub(super) fn of(instance: &'i Instance) -> Option<Self> {
        let columns = instance.columns().len();
        let mut sets = Sets::new(columns);
        for row in 0..instance.rows().len() {
            let mut first = None;
            instance.for_each_in(row, |column, _| {
                first = Some(match first {
                    None => sets.find(column),
                    Some(first) => sets.unite(first, column),
                });
            });
            if first.is_some_and(|first| sets.size(first) > columns - columns / 8) {
                return None;
            }
        }
        let mut group_of = alloc::vec![NONE; columns];
        let mut groups: Vec<Group> = Vec::new();
        for row in 0..instance.rows().len() {
            let (mut root, mut pairs) = (None, 0);
            instance.for_each_in(row, |column, _| {
                root.get_or_insert(column);
                pairs += 1;
            });
            let Some(root) = root.map(|column| sets.find(column)) else { continue };
            let group = &mut group_of[root as usize];
            if *group == NONE {
                *group = number(groups.len());
                groups.push(Group::default());
            }
            let group = &mut groups[*group as usize];
            group.rows.push(number(row));
            group.pairs += pairs;
        }
        if groups.len() < 2 {
            return None;
        }
        let mut places = alloc::vec![NONE; columns];
        for column in 0..number(columns) {
            if let Some(group) = groups.get_mut(group_of[sets.find(column) as usize] as usize) {
                places[column as usize] = number(group.columns.len());
                group.columns.push(column);
            }
        }
        groups.sort_by_key(|group| Reverse(group.pairs));
        Some(Self { instance, groups, places })
    }

    /// An optimum of the whole, which is known to be feasible, each group by the given method or its own.
    pub(super) fn solve(
        &self,
        method: Option<Method>,
        watch: &mut dyn FnMut(&Counters) -> bool,
    ) -> Result<Matching, Unmatched> {
        let (owed, stopped) = (AtomicUsize::new(0), AtomicBool::new(false));
        // The observer stays in its thread; what others owe it, it gets there. So it is asked as often in all,
        // however many they are, and a limit on that number means the same.
        let mut done = Counters::default();
        let mut ask = |counters: &Counters, times: usize| {
            let times = times + owed.swap(0, Ordering::Relaxed);
            let goes_on = !stopped.load(Ordering::Relaxed) && (0..times).all(|_| watch(counters));
            stopped.fetch_or(!goes_on, Ordering::Relaxed);
            goes_on
        };
        let mine = |group: usize| {
            let solved = self.solve_group(group, method, &mut |counters| ask(&done.plus(*counters), 1));
            done = solved.as_ref().map_or(done, |solved| done.plus(solved.counters()));
            solved
        };
        let theirs = |group: usize| {
            self.solve_group(group, method, &mut |_| {
                owed.fetch_add(1, Ordering::Relaxed);
                !stopped.load(Ordering::Relaxed)
            })
        };
        let groups = self.groups.len();
        let beside = self.instance.pairs() >= FEW;
        let solved = if beside { map_beside(groups, mine, theirs) } else { (0..groups).map(mine).collect() };
        if !ask(&done, 0) {
            return Err(Unmatched::Stopped);
        }
        Ok(self.together(&solved.into_iter().collect::<Result<Vec<Matching>, Unmatched>>()?))
    }

    fn solve_group(
        &self,
        group: usize,
        method: Option<Method>,
        watch: &mut dyn FnMut(&Counters) -> bool,
    ) -> Result<Matching, Unmatched> {
        let group = &self.groups[group];
        let windows = group.columns.iter().map(|&column| self.instance.columns()[column as usize]).collect();
        let mut builder = Builder::with_shape(windows, group.rows.len(), group.pairs);
        let mut pairs = Vec::new();
        for &row in &group.rows {
            pairs.clear();
            self.instance.for_each_in(row as usize, |column, weight| {
                pairs.push((self.places[column as usize], weight));
            });
            builder.row(self.instance.rows()[row as usize], &pairs);
        }
        builder.finish().solve_feasible(method, watch)
    }

    /// The matching of the whole; what has no pair is worth nothing.
    fn together(&self, solved: &[Matching]) -> Matching {
        let instance = self.instance;
        let mut duals =
            Duals { rows: alloc::vec![0; instance.rows().len()], columns: alloc::vec![0; instance.columns().len()] };
        let mut counters = Counters::default();
        let mut chosen: Vec<&[u32]> = alloc::vec![&[]; instance.rows().len()];
        let mut group_of = alloc::vec![0; instance.rows().len()];
        for (number, (group, solved)) in self.groups.iter().zip(solved).enumerate() {
            counters = counters.plus(solved.counters());
            for (place, &row) in group.rows.iter().enumerate() {
                duals.rows[row as usize] = solved.duals().rows[place];
                chosen[row as usize] = solved.of(place);
                group_of[row as usize] = number;
            }
            for (&column, &dual) in group.columns.iter().zip(&solved.duals().columns) {
                duals.columns[column as usize] = dual;
            }
        }
        let rows = chosen.iter().zip(&group_of).enumerate().map(|(row, (places, &group))| {
            let columns = places.iter().map(move |&place| self.groups[group].columns[place as usize]);
            columns.filter_map(move |column| Some((column, instance.weight(row, column)?)))
        });
        Matching::new(rows, duals, counters)
    }
}

/// Disjoint sets that know how many members they have.
struct Sets {
    sets: UnionFind<u32>,
    /// At the root of each set, how many members it has.
    sizes: Vec<usize>,
}

impl Sets {
    fn new(len: usize) -> Self {
        Self { sets: UnionFind::new(len), sizes: alloc::vec![1; len] }
    }

    #[inline]
    fn find(&mut self, member: u32) -> u32 {
        self.sets.find_mut(member)
    }

    /// Unites the set of a root with that of a member; returns the new root.
    #[inline]
    fn unite(&mut self, root: u32, member: u32) -> u32 {
        let other = self.find(member);
        if other == root {
            return root;
        }
        let size = self.size(root) + self.size(other);
        self.sets.union(root, other);
        let above = self.find(root);
        self.sizes[above as usize] = size;
        above
    }

    /// How many members the set of a root has.
    fn size(&self, root: u32) -> usize {
        self.sizes[root as usize]
    }
}

#[cfg(test)]
#[path = "components_tests.rs"]
mod tests;
