//! Feasibility against all subsets of pairs, and against the maximum flows of petgraph.

#![allow(clippy::cast_possible_truncation, reason = "the numbers are small by construction")]

use alloc::vec::Vec;

use petgraph::algo::ford_fulkerson;
use petgraph::graph::DiGraph;

use super::{Chosen, Feasibility, Partial};
use crate::flow::instance::{Builder, Instance, Window};
use crate::flow::{Cut, CutFlaw, CutSide, Unmatched};
use crate::random::{Purpose, Random};

/// How pairs are kept in memory.
#[derive(Debug, Clone, Copy)]
enum Kept {
    Dense,
    Sparse,
    Wide,
}

const ALL: [Kept; 3] = [Kept::Dense, Kept::Sparse, Kept::Wide];

/// Windows and the columns of each row.
#[derive(Debug, Clone)]
struct Case {
    rows: Vec<Window>,
    columns: Vec<Window>,
    pairs: Vec<Vec<u32>>,
}

impl Case {
    fn instance(&self, kept: Kept) -> Instance {
        let mut builder = match kept {
            Kept::Dense => Builder::with_shape(self.columns.clone(), 0, 1),
            Kept::Sparse | Kept::Wide => Builder::with_shape(self.columns.clone(), self.rows.len(), 0),
        };
        let weight = if matches!(kept, Kept::Wide) { i64::MAX } else { 1 };
        for (&window, columns) in self.rows.iter().zip(&self.pairs) {
            let pairs: Vec<(u32, i64)> = columns.iter().map(|&column| (column, weight)).collect();
            builder.row(window, &pairs);
        }
        builder.finish()
    }

    fn random(
        random: &mut Random,
        rows: usize,
        columns: usize,
        chance: u64,
        window: fn(&mut Random) -> Window,
    ) -> Self {
        let pairs = (0..rows).map(|_| (0..columns as u32).filter(|_| random.chance(chance, 8)).collect()).collect();
        Self {
            rows: (0..rows).map(|_| window(random)).collect(),
            columns: (0..columns).map(|_| window(random)).collect(),
            pairs,
        }
    }

    /// The same with the sides exchanged.
    fn turned(&self) -> Self {
        let mut pairs = alloc::vec![Vec::new(); self.columns.len()];
        for (row, columns) in (0_u32..).zip(&self.pairs) {
            for &column in columns {
                pairs[column as usize].push(row);
            }
        }
        Self { rows: self.columns.clone(), columns: self.rows.clone(), pairs }
    }

    /// Loads of a choice; panics on pairs that are none.
    fn loads(&self, chosen: &Chosen) -> (Vec<u32>, Vec<u32>) {
        assert_eq!(chosen.rows(), self.rows.len());
        let mut columns = alloc::vec![0; self.columns.len()];
        let mut rows = Vec::new();
        for (row, pairs) in self.pairs.iter().enumerate() {
            let of = chosen.of(row);
            assert!(of.is_sorted_by(|a, b| a < b) && of.iter().all(|column| pairs.contains(column)), "pairs exist");
            for &column in of {
                columns[column as usize] += 1;
            }
            rows.push(of.len() as u32);
        }
        assert_eq!(rows.iter().sum::<u32>() as usize, chosen.len());
        (rows, columns)
    }

    /// Checks every answer on its own evidence; returns whether the windows can be kept, and what is short.
    fn answers(&self, kept: Kept) -> (bool, u64, u64) {
        let instance = self.instance(kept);
        let Partial { chosen, rows_short, columns_short } = instance.partial(&mut || true).expect("not stopped");
        let (rows, columns) = self.loads(&chosen);
        let below_max = |windows: &[Window], loads: &[u32]| windows.iter().zip(loads).all(|(w, &load)| load <= w.max);
        assert!(below_max(&self.rows, &rows) && below_max(&self.columns, &columns), "maxima are kept");
        assert_eq!((missing(&self.rows, &rows), missing(&self.columns, &columns)), (rows_short, columns_short));
        let feasible = match instance.feasible(&mut || true) {
            Ok(Feasibility::Matching(chosen)) => {
                let (rows, columns) = self.loads(&chosen);
                assert!(below_max(&self.rows, &rows) && below_max(&self.columns, &columns), "maxima are kept");
                assert_eq!((missing(&self.rows, &rows), missing(&self.columns, &columns)), (0, 0), "minima are kept");
                true
            }
            Ok(Feasibility::Cut(cut)) => {
                assert_eq!(cut.check(&instance), Ok(()), "{self:?} {cut:?}");
                false
            }
            Err(error) => {
                assert_eq!(error, Unmatched::Refuted);
                assert!(self.rows.iter().chain(&self.columns).any(|window| window.min > window.max));
                false
            }
        };
        assert_eq!(feasible, (rows_short, columns_short) == (0, 0), "{self:?}");
        (feasible, rows_short, columns_short)
    }
}

fn missing(windows: &[Window], loads: &[u32]) -> u64 {
    windows.iter().zip(loads).map(|(window, &load)| u64::from(window.min.saturating_sub(load))).sum()
}

fn narrow(random: &mut Random) -> Window {
    let min = random.below(4) as u32;
    Window::new(min, min + random.below(3) as u32)
}

fn wide(random: &mut Random) -> Window {
    let min = random.below(3) as u32;
    match random.below(8) {
        0 => Window::new(min, u32::MAX),
        1 => Window::new(min + 2, min),
        2 => Window::new(0, min),
        3 => Window::exactly(min),
        4 => Window::new(u32::MAX - min, u32::MAX),
        _ => Window::new(min, min + random.below(3) as u32),
    }
}

/// The least that rows, columns and both together miss, over all subsets of pairs.
fn least(case: &Case) -> (u64, u64, u64) {
    let edges: Vec<(usize, usize)> = (0..case.pairs.len())
        .flat_map(|row| case.pairs[row].iter().map(move |&column| (row, column as usize)))
        .collect();
    let mut least = (u64::MAX, u64::MAX, u64::MAX);
    'subsets: for subset in 0..1_u32 << edges.len() {
        let mut rows = alloc::vec![0_u32; case.rows.len()];
        let mut columns = alloc::vec![0_u32; case.columns.len()];
        for (bit, &(row, column)) in edges.iter().enumerate() {
            if subset >> bit & 1 == 1 {
                rows[row] += 1;
                columns[column] += 1;
                if rows[row] > case.rows[row].max || columns[column] > case.columns[column].max {
                    continue 'subsets;
                }
            }
        }
        let (left, right) = (missing(&case.rows, &rows), missing(&case.columns, &columns));
        least = (least.0.min(left), least.1.min(right), least.2.min(left + right));
    }
    least
}

#[test]
fn small_instances_agree_with_all_subsets() {
    let mut random = Random::new(1, Purpose::Generate);
    let mut feasible = 0;
    for turn in 0..4000 {
        let (rows, columns) = (random.index(5), random.index(5));
        let chance = 2 + random.below(7);
        let mut case = Case::random(&mut random, rows, columns, chance, if turn % 2 == 0 { narrow } else { wide });
        let mut left = 10_usize;
        for pairs in &mut case.pairs {
            pairs.truncate(left);
            left -= pairs.len();
        }
        let least = least(&case);
        assert_eq!(least.0 + least.1, least.2, "both sides reach their best at once");
        for kept in ALL {
            let (ok, rows_short, columns_short) = case.answers(kept);
            assert_eq!((rows_short, columns_short), (least.0, least.1), "{kept:?} {case:?}");
            feasible += usize::from(ok);
        }
    }
    assert!((1000..10_000).contains(&feasible), "{feasible} of 12000: both answers occur");
}

/// Whether the windows can be kept, by a maximum flow with the lower bounds sent beforehand.
fn by_flow(case: &Case) -> bool {
    let mut graph = DiGraph::<(), u64>::new();
    let (from, to) = (graph.add_node(()), graph.add_node(()));
    let (source, sink) = (graph.add_node(()), graph.add_node(()));
    graph.add_edge(sink, source, 1 << 40);
    let rows: Vec<_> = case.rows.iter().map(|_| graph.add_node(())).collect();
    let columns: Vec<_> = case.columns.iter().map(|_| graph.add_node(())).collect();
    let mut wanted = 0;
    let mut bound = |graph: &mut DiGraph<(), u64>, tail, head, window: Window| {
        graph.add_edge(tail, head, u64::from(window.max - window.min));
        graph.add_edge(from, head, u64::from(window.min));
        graph.add_edge(tail, to, u64::from(window.min));
        wanted += u64::from(window.min);
    };
    for (&row, &window) in rows.iter().zip(&case.rows) {
        bound(&mut graph, source, row, window);
    }
    for (&column, &window) in columns.iter().zip(&case.columns) {
        bound(&mut graph, column, sink, window);
    }
    for (&row, pairs) in rows.iter().zip(&case.pairs) {
        for &column in pairs {
            graph.add_edge(row, columns[column as usize], 1);
        }
    }
    ford_fulkerson(&graph, from, to).0 == wanted
}

#[test]
fn larger_instances_agree_with_maximum_flows() {
    let mut random = Random::new(2, Purpose::Generate);
    let mut feasible = 0;
    for _ in 0..400 {
        let (rows, columns) = (1 + random.index(24), 1 + random.index(24));
        let chance = 1 + random.below(6);
        let case = Case::random(&mut random, rows, columns, chance, |random| {
            let min = random.below(4) as u32;
            Window::new(min, min + random.below(4) as u32)
        });
        let expected = by_flow(&case);
        feasible += usize::from(expected);
        for kept in ALL {
            assert_eq!(case.answers(kept).0, expected, "{kept:?} {case:?}");
        }
        assert_eq!(case.turned().answers(Kept::Sparse).0, expected);
    }
    assert!((40..360).contains(&feasible), "{feasible} of 400: both answers occur");
}

/// A few pairs more than a hidden matching that keeps exact windows: there is little else to choose.
#[test]
fn tight_instances_have_their_matching() {
    let mut random = Random::new(3, Purpose::Generate);
    for turn in 0..60 {
        let (size, load) = (20 + random.index(200), 1 + turn % 3);
        let mut order: Vec<u32> = (0..size as u32).collect();
        let mut pairs = alloc::vec![Vec::new(); size];
        for _ in 0..load {
            random.shuffle(&mut order);
            pairs.iter_mut().zip(&order).for_each(|(pairs, &column)| pairs.push(column));
        }
        let mut columns = alloc::vec![Window::default(); size];
        let mut rows = Vec::new();
        for pairs in &mut pairs {
            pairs.sort_unstable();
            pairs.dedup();
            rows.push(Window::exactly(pairs.len() as u32));
            for &column in &*pairs {
                let window = &mut columns[column as usize];
                *window = Window::exactly(window.max + 1);
            }
            for _ in 0..2 {
                pairs.push(random.below(size as u64) as u32);
            }
            pairs.sort_unstable();
            pairs.dedup();
        }
        let mut case = Case { rows, columns, pairs };
        for kept in ALL {
            assert!(case.answers(kept).0);
        }
        case.columns[0].min += 1;
        case.columns[0].max += 1;
        for kept in ALL {
            assert_eq!(case.answers(kept), (false, 0, 1));
        }
    }
}

/// Each row can have its own column or the next one; the last has none, and all must move for it.
#[test]
fn a_long_chain_moves_as_a_whole() {
    let size = 3000_u32;
    let pairs: Vec<Vec<u32>> =
        (0..size).map(|row| if row + 1 < size { alloc::vec![row, row + 1] } else { alloc::vec![0] }).collect();
    let mut case = Case {
        rows: alloc::vec![Window::exactly(1); size as usize],
        columns: alloc::vec![Window::exactly(1); size as usize],
        pairs,
    };
    for kept in ALL {
        assert!(case.answers(kept).0);
        assert!(case.turned().answers(kept).0);
    }
    case.pairs[size as usize - 2].pop();
    for kept in ALL {
        assert_eq!(case.answers(kept), (false, 1, 1));
    }
}

#[test]
fn empty_and_lopsided_instances() {
    let case = |rows: &[Window], columns: &[Window], full: bool| {
        let pairs = if full { (0..columns.len() as u32).collect() } else { Vec::new() };
        Case { rows: rows.to_vec(), columns: columns.to_vec(), pairs: alloc::vec![pairs; rows.len()] }
    };
    let (none, one, any) = (Window::exactly(0), Window::exactly(1), Window::new(0, u32::MAX));
    for kept in ALL {
        assert_eq!(case(&[], &[], true).answers(kept), (true, 0, 0));
        assert_eq!(case(&[], &[one], true).answers(kept), (false, 0, 1));
        assert_eq!(case(&[one], &[], true).answers(kept), (false, 1, 0));
        assert_eq!(case(&[any], &[], true).answers(kept), (true, 0, 0));
        assert_eq!(case(&[one], &[one], true).answers(kept), (true, 0, 0));
        assert_eq!(case(&[one], &[one], false).answers(kept), (false, 1, 1));
        assert_eq!(case(&[none], &[one], true).answers(kept), (false, 0, 1));
        assert_eq!(case(&[Window::new(2, 1)], &[any], true).answers(kept), (false, 1, 0));
        assert_eq!(case(&[Window::exactly(1000)], &[one; 1000], true).answers(kept), (true, 0, 0));
        assert_eq!(case(&[one; 1000], &[Window::exactly(1000)], true).answers(kept), (true, 0, 0));
        assert_eq!(case(&[any], &[Window::new(1, u32::MAX); 300], true).answers(kept), (true, 0, 0));
        assert_eq!(case(&[any; 300], &[Window::new(300, u32::MAX); 3], true).answers(kept), (true, 0, 0));
    }
}

#[test]
fn cuts_are_small_where_the_trouble_is() {
    let mut random = Random::new(4, Purpose::Generate);
    let mut case = Case::random(&mut random, 200, 200, 2, |_| Window::new(1, 3));
    for row in [17, 50, 111] {
        case.pairs[row] = alloc::vec![5, 9];
        case.rows[row] = Window::exactly(2);
    }
    case.columns[5] = Window::new(0, 2);
    for kept in ALL {
        let Ok(Feasibility::Cut(cut)) = case.instance(kept).feasible(&mut || true) else { panic!("there is none") };
        assert_eq!(cut.side, CutSide::Left);
        assert!(cut.left.len() + cut.right.len() <= 10, "{cut:?}");
        let Ok(Feasibility::Cut(cut)) = case.turned().instance(kept).feasible(&mut || true) else {
            panic!("there is none")
        };
        assert_eq!(cut.side, CutSide::Right);
        assert!(cut.left.len() + cut.right.len() <= 10, "{cut:?}");
    }
}

#[test]
fn a_false_cut_is_told_from_a_true_one() {
    let case = Case {
        rows: alloc::vec![Window::exactly(1); 2],
        columns: alloc::vec![Window::new(1, 1); 2],
        pairs: alloc::vec![alloc::vec![0], alloc::vec![0]],
    };
    let instance = case.instance(Kept::Sparse);
    let cut = |side, left: &[u32], right: &[u32]| Cut { side, left: left.to_vec(), right: right.to_vec() };
    assert_eq!(cut(CutSide::Left, &[0, 1], &[0]).check(&instance), Ok(()));
    assert_eq!(cut(CutSide::Right, &[], &[1]).check(&instance), Ok(()));
    let enough = |required, available| Err(CutFlaw::Enough { required, available });
    assert_eq!(cut(CutSide::Left, &[0], &[0]).check(&instance), enough(1, 1));
    assert_eq!(cut(CutSide::Left, &[0, 1], &[]).check(&instance), enough(2, 2));
    assert_eq!(cut(CutSide::Right, &[0], &[0]).check(&instance), enough(1, 2));
    assert_eq!(cut(CutSide::Left, &[1, 0], &[0]).check(&instance), Err(CutFlaw::Members));
    assert_eq!(cut(CutSide::Left, &[0, 0, 1], &[0]).check(&instance), Err(CutFlaw::Members));
    assert_eq!(cut(CutSide::Right, &[], &[2]).check(&instance), Err(CutFlaw::Members));
}

#[test]
fn the_observer_can_stop_the_work() {
    let mut random = Random::new(5, Purpose::Generate);
    let case = Case::random(&mut random, 600, 600, 4, |_| Window::exactly(2));
    for kept in [Kept::Sparse, Kept::Wide] {
        let instance = case.instance(kept);
        let mut asked = 0;
        let stopped = instance.feasible(&mut || {
            asked += 1;
            asked < 3
        });
        assert_eq!((stopped, asked), (Err(Unmatched::Stopped), 3));
        assert_eq!(instance.partial(&mut || false), Err(Unmatched::Stopped));
    }
}
