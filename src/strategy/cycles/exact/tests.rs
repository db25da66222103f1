use alloc::vec::Vec;

use super::*;
use crate::flow::Window;
use crate::random::{Purpose, Random};

/// Persons who give and receive so many reviews each; `allowed` says who may review whom.
fn class(persons: usize, window: Window, longest: usize, allowed: impl Fn(usize, usize) -> bool) -> Question {
    let mut question = Question {
        rows: alloc::vec![window; persons],
        columns: alloc::vec![window; persons],
        open: alloc::vec![0; persons],
        forced: alloc::vec![0; persons],
        exempt: alloc::vec![0; persons],
        longest,
        person: (0..persons).map(Some).collect(),
        authors: (0..persons).map(|person| 1 << person).collect(),
        standing: alloc::vec![0; persons],
        ..Question::default()
    };
    for row in 0..persons {
        (0..persons)
            .filter(|&column| column != row && allowed(row, column))
            .for_each(|column| question.allow(row, column));
    }
    question.closed()
}

fn answer(question: &Question) -> (Answer, u64) {
    let mut nodes = 0;
    let answer = question.answer(None, &mut nodes, &mut Run::new(0)).expect("nobody stops it");
    (answer, nodes)
}

/// Whether any set of pairs answers a question, by trying all.
fn any(question: &Question) -> bool {
    fn from(question: &Question, row: usize, chosen: &mut Vec<u64>) -> bool {
        if row == question.rows.len() {
            return meets(question, chosen);
        }
        let open = question.open[row];
        let mut set = open;
        loop {
            chosen.push(set | question.forced[row]);
            if from(question, row + 1, chosen) {
                return true;
            }
            chosen.pop();
            if set == 0 {
                return false;
            }
            set = (set - 1) & open;
        }
    }
    from(question, 0, &mut Vec::new())
}

/// Written apart from the search: bounds, and no closed walk of at most so many steps.
fn meets(question: &Question, chosen: &[u64]) -> bool {
    let count = |set: u64| set.count_ones();
    let within = |window: Window, count: u32| window.min <= count && count <= window.max;
    let n = question.rows.len();
    let received = |column: usize| chosen.iter().fold(0, |count, set| count + u32::from(set >> column & 1 == 1));
    if !(0..n).all(|row| within(question.rows[row], count(chosen[row])))
        || !(0..question.columns.len()).all(|column| within(question.columns[column], received(column)))
        || !question.seats.iter().all(|seats| {
            let members = (0..n).filter(|&row| seats.rows >> row & 1 == 1 && chosen[row] >> seats.column & 1 == 1);
            within(seats.window, u32::try_from(members.count()).expect("small"))
        })
        || question.total.is_some_and(|total| chosen.iter().map(|&set| count(set)).sum::<u32>() != total)
    {
        return false;
    }
    let arc = |from: usize, to: usize| {
        from != to
            && (question.standing[from] >> to & 1 == 1
                || (0..question.columns.len())
                    .any(|column| chosen[from] >> column & 1 == 1 && question.authors[column] >> to & 1 == 1))
    };
    (0..n).all(|row| {
        let mut reached: Vec<usize> = (0..question.columns.len())
            .filter(|&column| chosen[row] >> column & 1 == 1)
            .flat_map(|column| (0..n).filter(move |&person| question.authors[column] >> person & 1 == 1))
            .filter(|&person| person != row)
            .collect();
        for _ in 1..question.longest {
            let next: Vec<usize> = (0..n).filter(|&to| reached.iter().any(|&from| arc(from, to))).collect();
            if next.contains(&row) {
                return false;
            }
            reached.extend(next);
            reached.sort_unstable();
            reached.dedup();
        }
        true
    })
}

#[test]
fn small_questions_are_answered_as_by_trying_all() {
    let mut random = Random::new(5, Purpose::Generate);
    let (mut yes, mut no) = (0, 0);
    for _ in 0..3_000 {
        let n = 2 + random.index(3);
        let longest = 2 + random.index(3);
        let density = 50 + random.below(50);
        let mut question = class(n, Window::new(0, 9), longest, |_, _| true);
        for row in 0..n {
            question.open[row] = (0..n)
                .filter(|&column| column != row && random.chance(density, 100))
                .fold(0, |set, column| set | 1 << column);
            let mut window = || {
                let min = u32::try_from(random.below(3)).expect("small");
                Window::new(min, min + u32::try_from(random.below(2)).expect("small"))
            };
            (question.rows[row], question.columns[row]) = (window(), window());
            if random.chance(1, 5) {
                question.standing[row] |= 1 << random.index(n) & !(1 << row);
            }
            if random.chance(1, 8) {
                question.authors[row] = 1 << random.index(n) | 1 << random.index(n);
            }
            if random.chance(1, 12) {
                question.authors[row] = 0;
            }
        }
        if random.chance(1, 4) {
            question.total = u32::try_from(random.below(2 * n as u64)).ok();
        }
        // Classes that cross, of which each panel has so many.
        for _ in 0..random.index(3) {
            let rows = random.below(1 << n);
            let min = u32::from(random.chance(1, 3));
            let window = Window::new(min, min + u32::try_from(random.below(2)).expect("small"));
            question.seats.extend((0..n).map(|column| Seats { column, rows, window }));
        }
        if random.chance(1, 6) {
            // As where no cycles are forbidden: then nobody is on one.
            question.person.fill(None);
            question.authors.fill(0);
            question.standing.fill(0);
        }
        let question = question.closed();
        let expected = any(&question);
        let found = if random.chance(1, 2) { answer(&question).0 } else { Learning::new(&question).step(u64::MAX) };
        match found {
            Answer::Found(pairs) => {
                let mut rows = alloc::vec![0; n];
                for (row, column) in pairs {
                    rows[row as usize] |= 1 << column;
                }
                assert!(expected && meets(&question, &rows), "{question:?}");
            }
            Answer::Refuted => assert!(!expected, "{question:?}"),
            Answer::Open => panic!("without a budget"),
        }
        if expected { yes += 1 } else { no += 1 }
    }
    assert!(yes > 100 && no > 100, "{yes} {no}");
}

#[test]
fn what_is_known_of_small_graphs_is_decided() {
    // A digraph on n vertices in which everybody has d arcs out has a cycle of at most ceil(n / d) (L. Caccetta and
    // R. Haggkvist, 1978; proven for d up to 5), and circulants show that no less will do.
    for (n, d, longest) in [
        (12, 6, 2),
        (12, 4, 3),
        (12, 3, 4),
        (11, 4, 3),
        (9, 3, 3),
        (10, 3, 4),
        (12, 2, 6),
        (12, 5, 3),
        (12, 1, 12),
        (8, 2, 4),
    ] {
        let (found, nodes) = answer(&class(n, Window::exactly(d), longest, |_, _| true));
        assert_eq!(found, Answer::Refuted, "{n} {d} {longest}: {nodes}");
        assert!(nodes < 100_000, "{n} {d} {longest}: {nodes}");
    }
    for (n, d, longest) in [(12, 5, 2), (11, 5, 2), (12, 3, 3), (10, 3, 3), (12, 2, 5), (12, 1, 11), (12, 4, 2)] {
        let (found, nodes) = answer(&class(n, Window::exactly(d), longest, |_, _| true));
        assert!(matches!(found, Answer::Found(_)), "{n} {d} {longest}: {nodes}");
    }
}
