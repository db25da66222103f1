//! Instances of weighted b-matching in the shapes of conferences and courses, the same on every machine.

use peerplan::flow::{Builder, Instance, Window};
use peerplan::random::{Purpose, Random};

/// What an instance looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    /// Papers, each of which is reviewed `demand` times.
    pub(crate) papers: usize,
    /// Reviewers, each of whom reviews `load.0` to `load.1` papers.
    pub(crate) reviewers: usize,
    /// Pairs of each paper; none for nearly all.
    pub(crate) pairs: Option<usize>,
    pub(crate) demand: u32,
    pub(crate) load: (u32, u32),
    pub(crate) weights: Weights,
    pub(crate) topics: u64,
}

/// Where weights come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weights {
    /// Likeness of topics, of which some are short of reviewers.
    Topics,
    /// Likeness of four traits; pairs form a regular graph without any order.
    Traits,
    /// Bids: 4, 2, 1 and mostly 0.
    Bids,
}

const fn conference(name: &'static str, papers: usize, reviewers: usize, load: (u32, u32), topics: u64) -> Shape {
    Shape { name, papers, reviewers, pairs: None, demand: 3, load, weights: Weights::Topics, topics }
}

const fn sparse(name: &'static str, size: usize, pairs: usize, topics: u64) -> Shape {
    let (load, weights) = ((0, 6), Weights::Topics);
    Shape { name, papers: size, reviewers: size, pairs: Some(pairs), demand: 4, load, weights, topics }
}

const fn course(name: &'static str, size: usize) -> Shape {
    let (load, weights) = ((3, 3), Weights::Traits);
    Shape { name, papers: size, reviewers: size, pairs: Some(10), demand: 3, load, weights, topics: 0 }
}

const fn assignment(name: &'static str, size: usize) -> Shape {
    let (load, weights) = ((1, 1), Weights::Topics);
    Shape { name, papers: size, reviewers: size, pairs: None, demand: 1, load, weights, topics: 60 }
}

pub(crate) const MIDL: Shape = conference("midl", 118, 177, (0, 4), 15);
pub(crate) const ICLR18: Shape = conference("iclr18", 911, 2435, (0, 6), 40);
pub(crate) const CVPR17: Shape = conference("cvpr17", 2623, 1373, (0, 6), 40);
pub(crate) const CVPR18: Shape = conference("cvpr18", 5062, 2840, (0, 6), 60);
pub(crate) const CVPR18_LB: Shape = conference("cvpr18lb", 5062, 2840, (2, 9), 60);
pub(crate) const S2K: Shape = sparse("s2k", 2_000, 100, 60);
pub(crate) const S10K: Shape = sparse("s10k", 10_000, 150, 120);
pub(crate) const N20K: Shape = sparse("n20k", 20_000, 200, 200);
pub(crate) const MOOC10K: Shape = course("mooc10k", 10_000);
pub(crate) const MOOC100K: Shape = course("mooc100k", 100_000);
pub(crate) const MOOC1M: Shape = course("mooc1m", 1_000_000);
pub(crate) const LAP2K: Shape = assignment("lap2k", 2_000);
pub(crate) const LAP5K: Shape = assignment("lap5k", 5_000);
pub(crate) const BIDS: Shape = Shape { name: "bids", weights: Weights::Bids, ..CVPR17 };

/// How much somebody has of three topics.
type Profile = [(u64, u64); 3];

impl Shape {
    /// The instance; another seed gives another one of the same shape.
    pub(crate) fn instance(&self, seed: u64) -> Instance {
        let mut random = Random::new(seed, Purpose::Generate);
        let window = Window::new(self.load.0, self.load.1);
        let expected = self.papers * self.pairs.unwrap_or(self.reviewers);
        let mut builder = Builder::with_shape(vec![window; self.reviewers], self.papers, expected);
        if self.weights == Weights::Traits {
            for row in self.regular(&mut random) {
                builder.row(Window::exactly(self.demand), &row);
            }
            return builder.finish();
        }
        let profiles = |random: &mut Random, count: usize, skewed: bool| -> Vec<Profile> {
            (0..count).map(|_| [(); 3].map(|()| (topic(random, self.topics, skewed), 1 + random.below(100)))).collect()
        };
        let papers = profiles(&mut random, self.papers, true);
        let reviewers = profiles(&mut random, self.reviewers, false);
        for paper in &papers {
            let mut row: Vec<(u32, i64)> = Vec::with_capacity(self.reviewers);
            for (reviewer, profile) in (0..).zip(&reviewers) {
                let noise = random.below(1 << 20);
                // A few conflicts of interest.
                if noise >= 3 << 10 || self.demand == 1 {
                    row.push((reviewer, self.weight(likeness(paper, profile), noise)));
                }
            }
            if let Some(pairs) = self.pairs {
                let best = 7 * pairs / 10;
                row.select_nth_unstable_by_key(best, |&(reviewer, weight)| (-weight, reviewer));
                for place in best..pairs {
                    let other = place + random.index(row.len() - place);
                    row.swap(place, other);
                }
                row.truncate(pairs);
                row.sort_unstable();
            }
            builder.row(Window::exactly(self.demand), &row);
        }
        builder.finish()
    }

    fn weight(&self, likeness: u64, noise: u64) -> i64 {
        let weight = likeness * (800 + noise % 201);
        let weight = match self.weights {
            Weights::Bids if weight > 3_000_000 && noise.is_multiple_of(3) => 4,
            Weights::Bids if weight > 500_000 && noise % 5 < 2 => 2,
            Weights::Bids => u64::from(noise.is_multiple_of(33)),
            Weights::Topics | Weights::Traits => weight,
        };
        i64::try_from(weight).expect("small")
    }

    /// Rows of a regular graph, a union of permutations, so that there is always a matching.
    fn regular(&self, random: &mut Random) -> Vec<Vec<(u32, i64)>> {
        let traits: Vec<[i64; 4]> =
            (0..self.papers).map(|_| [(); 4].map(|()| i64::try_from(random.below(2_500)).expect("small"))).collect();
        let mut rows: Vec<Vec<u32>> = vec![Vec::new(); self.papers];
        for _ in 0..self.pairs.unwrap_or(0) {
            let mut columns: Vec<u32> = (0..).take(self.papers).collect();
            random.shuffle(&mut columns);
            for row in 0..self.papers {
                while rows[row].contains(&columns[row]) || columns[row] as usize == row {
                    let other = random.index(self.papers);
                    if !rows[other].contains(&columns[row]) && !rows[row].contains(&columns[other]) {
                        columns.swap(row, other);
                        if other < row {
                            let last = rows[other].len() - 1;
                            rows[other][last] = columns[other];
                        }
                    }
                }
                rows[row].push(columns[row]);
            }
        }
        let like = |a: &[i64; 4], b: &[i64; 4]| 10_000 - a.iter().zip(b).map(|(a, b)| (a - b).abs()).sum::<i64>();
        let weigh = |(row, mut columns): (usize, Vec<u32>)| {
            columns.sort_unstable();
            columns.into_iter().map(|column| (column, like(&traits[row], &traits[column as usize]))).collect()
        };
        rows.into_iter().enumerate().map(weigh).collect()
    }
}

/// A topic; where `skewed`, the first ones come more often.
fn topic(random: &mut Random, topics: u64, skewed: bool) -> u64 {
    let (first, second) = (random.below(topics), random.below(topics));
    if skewed && random.chance(1, 2) { first.min(second) } else { first }
}

fn likeness(a: &Profile, b: &Profile) -> u64 {
    let both = |(topic, weight): &(u64, u64)| -> u64 {
        b.iter().filter(|(other, _)| other == topic).map(|(_, other)| weight * other).sum()
    };
    a.iter().map(both).sum()
}
