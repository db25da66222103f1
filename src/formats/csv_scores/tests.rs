//! What is read from score files, and what is said of those that cannot be.

use super::records::{LONGEST, Records};
use super::seen::Seen;
use super::table::Table;
use crate::diagnostic::Position;
use crate::id::Id;
use crate::input::{Affinity, Input, Micros, ScoreTable, Student, Submission};
use proptest::prelude::*;
use std::fmt::Write;
use std::io;

/// Students 1 to 9 and `~Ann_Ode1`, submissions 1 to 9, 40011 and `007`.
fn input() -> Input {
    let mut input = Input::default();
    input.students.extend((1..=9).map(Student::new));
    input.students.push(Student::new(Id::text("~Ann_Ode1").unwrap()));
    input.submissions.extend((1..=9).map(Submission::new));
    input.submissions.extend([Id::from(40011), Id::text("007").unwrap()].map(Submission::new));
    input
}

/// Rows as (line, student, submission, score, limit).
fn rows(text: &[u8], input: &Input) -> Vec<(u64, String, String, i64, Option<i64>)> {
    let (table, _) = super::read(text, input).unwrap();
    let ids = table.iter().enumerate().map(|(row, score)| {
        let student = input.students[score.student as usize].id.to_string();
        let submission = input.submissions[score.submission as usize].id.to_string();
        (table.line(row).unwrap(), student, submission, score.score.0, score.limit.map(|limit| limit.0))
    });
    ids.collect()
}

/// The line of each row.
fn lines_of(table: &ScoreTable) -> Vec<Option<u64>> {
    (0..table.len()).map(|row| table.line(row)).collect()
}

/// What is wrong: codes with lines and columns, warnings among them.
fn codes(text: &[u8]) -> Vec<(&'static str, usize, usize)> {
    let found = super::read(text, &input()).map_or_else(|found| found, |(_, warnings)| warnings);
    let docs = include_str!("../../../docs/formats.md");
    assert!(found.items().iter().all(|d| docs.contains(&format!("| `{}` |", d.code))), "{found}");
    let place = |position: Position| (position.line, position.column);
    found.items().iter().map(|d| (d.code, place(d.position.unwrap()))).map(|(c, (l, k))| (c, l, k)).collect()
}

#[test]
fn a_header_gives_the_order_and_without_one_it_is_asset_assessor_score() {
    let input = input();
    for (text, lines) in [
        ("40011,7,0.83\n007,~Ann_Ode1,-5e-7\n", [1, 2]),
        ("\u{feff}40011, 7 ,0.83\r\n\r\n\"007\",~Ann_Ode1,-0.0000005", [1, 3]),
        ("score,assessor_id,asset_id\n0.83,7,40011\n-0.0000005,~Ann_Ode1,007\n", [2, 3]),
        ("assessor_id, score, limit, asset_id\r\n7,.83,,40011\r\n~Ann_Ode1,-5E-7, ,007\r\n", [2, 3]),
        ("40011,\u{a0}7,\"0.8\"3\n\n\"\"\n\"0\"07,\"~Ann_\"\"Ode1\",1\n\"007\n\",\"~Ann_Ode1\",-0.0000005\r\n", [1, 5]),
    ] {
        let expected = [
            (lines[0], "7".to_owned(), "40011".to_owned(), 830_000, None),
            (lines[1], "~Ann_Ode1".to_owned(), "007".to_owned(), -1, None),
        ];
        assert_eq!(rows(text.as_bytes(), &input), expected, "{text}");
    }
    assert_eq!(rows(b"asset_id,assessor_id,score,limit\n1,2,3,0.5\n", &input)[0].4, Some(500_000));
    assert_eq!(rows(b"asset_id,assessor_id,score\n", &input), []);
}

#[test]
fn what_is_wrong_is_told_with_its_line_and_column() {
    for (text, expected) in [
        ("", vec![("empty_input", 1, 1)]),
        ("\r\n \n", vec![("empty_input", 1, 1)]),
        ("1,2\n", vec![("wrong_column_count", 1, 4)]),
        ("1,2,3\r\n1,3,3,4\r\n", vec![("wrong_column_count", 2, 7)]),
        (
            "1,2,3\n\n1,2,x\n,2,3\n1,2,1e7\n",
            vec![("invalid_number", 3, 5), ("invalid_id", 4, 1), ("out_of_range", 5, 5)],
        ),
        ("1,2,nan\n1,2,inf\n1,2,\n", vec![("out_of_range", 1, 5), ("out_of_range", 2, 5), ("invalid_number", 3, 5)]),
        ("1,\"2\n2\",x\n1,2,y\n", vec![("invalid_number", 2, 4), ("invalid_number", 3, 5)]),
        ("1,2,3\n1,3,\"x", vec![("open_quotation", 2, 5)]),
        ("1,2,3\n1,\"3,4\n1,4,x\n", vec![("open_quotation", 2, 3), ("invalid_number", 3, 5)]),
        ("asset_id,reviewer,score\n1,2,x\n", vec![("unknown_column", 1, 10), ("missing_column", 1, 1)]),
        ("asset_id,asset_id,assessor_id,score\n", vec![("duplicate_column", 1, 10)]),
        ("asset_id,assessor_id,score,limit\n1,2,3,4\n", vec![("out_of_range", 2, 7)]),
        ("1,2,3\n1,3,0.", vec![("cut_off", 2, 7)]),
        ("1,2,3\n1,3", vec![("wrong_column_count", 2, 4), ("cut_off", 2, 4)]),
        ("1,2,3\né,~Jürgen,x\n", vec![("invalid_number", 2, 11)]),
        ("1,2,3\n1,77,3\n77,2,3\n", vec![("unknown_id", 2, 3)]),
        ("1,2,3\n2,2,3\n1,2,4\n", vec![("duplicate_pair", 3, 1)]),
    ] {
        assert_eq!(codes(text.as_bytes()), expected, "{text:?}");
    }
    assert_eq!(codes(b"1,2,3\n1,\xff,3\n"), [("invalid_utf8", 2, 3)]);
    let long = [b"1,2,3\n1,".as_slice(), &b"3".repeat(LONGEST), b",3\n1,4,x\n"].concat();
    assert_eq!(codes(&long), [("line_too_long", 2, LONGEST + 1), ("invalid_number", 3, 5)]);
}

#[test]
fn a_failure_of_the_input_is_told_with_its_line() {
    struct Broken(usize);
    impl io::Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::Error::other("gone"));
            }
            self.0 -= 1;
            buffer[..6].copy_from_slice(b"1,2,3\n");
            Ok(6)
        }
    }
    assert_eq!(super::read(Broken(0), &input()).unwrap_err().items()[0].code, "read_failed");
}

#[test]
fn of_a_pair_with_two_scores_both_places_are_told() {
    let mut input = input();
    input.affinities.push(Affinity { assessor_id: Id::from(2), asset_id: Id::from(1), score: Micros(0), limit: None });
    let found = super::read(&b"3,2,1\n1,2,1\n\n3,2,1\n3,2,1\n"[..], &input).unwrap_err();
    let said: Vec<String> = found.items().iter().map(ToString::to_string).collect();
    assert!(said[0].contains("line 2, column 1") && said[0].contains("at /affinities/0 of the problem"), "{said:?}");
    assert!(said[1].contains("line 4, column 1") && said[1].contains("already on line 1"), "{said:?}");
    assert!(said[2].contains("line 5, column 1") && said[2].contains("already on line 1"), "{said:?}");
}

/// Gives lines out of nothing, in pieces of odd sizes, and ends in the middle of the last one.
struct Lines<F> {
    write: F,
    next: u64,
    count: u64,
    rest: Vec<u8>,
    read: u64,
}

impl<F: Fn(u64) -> String> Lines<F> {
    fn new(count: u64, write: F) -> Self {
        Self { write, next: 0, count, rest: Vec::new(), read: 0 }
    }
}

impl<F: Fn(u64) -> String> io::Read for Lines<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.rest.len() < 5000 && self.next < self.count {
            let line = (self.write)(self.next);
            self.next += 1;
            let cut = if self.next == self.count { line.len() / 2 } else { line.len() };
            self.rest.extend_from_slice(&line.as_bytes()[..cut]);
        }
        let count = self.rest.len().min(buffer.len());
        buffer[..count].copy_from_slice(&self.rest[..count]);
        self.rest.drain(..count);
        self.read += count as u64;
        Ok(count)
    }
}

/// So many students, from 1, and submissions, from 1000001.
fn large(students: u64, submissions: u64) -> Input {
    let mut input = Input::default();
    input.students.extend((1..=students).map(Student::new));
    input.submissions.extend((1..=submissions).map(|n| Submission::new(1_000_000 + n)));
    input
}

#[test]
fn millions_of_rows_take_sixteen_bytes_each_and_a_cut_is_told() {
    let input = large(1000, 1000);
    // Every second line is of an unknown student; the last one is cut.
    let line = |n: u64| {
        let (student, submission) = (n / 2 % 1000 + 1 + n % 2 * 5000, 1_000_001 + n / 2000);
        format!("{submission},{student},0.{:03}\n", n % 1000)
    };
    let mut lines = Lines::new(1_000_001, line);
    let mut table = Table::new(&input);
    table.read(&mut Records::new(&mut lines)).unwrap();
    assert_eq!((table.rows.len(), table.unknown), (500_000, 500_000));
    assert!(table.rows.memory() <= 16 * 500_000 + (1 << 20) + 4096, "{}", table.rows.memory());
    assert_eq!(table.rows.line(400_000), Some(800_001));
    let found = table.finish().unwrap_err();
    let said: Vec<_> = found.items().iter().map(|item| (item.code, item.position.unwrap().line)).collect();
    assert_eq!(said, [("wrong_column_count", 1_000_001), ("cut_off", 1_000_001), ("unknown_id", 2)]);
    assert!(lines.read > 15_000_000);
}

#[test]
fn bad_rows_by_the_million_take_nothing() {
    let input = large(10, 10);
    let kinds =
        ["1000001,1,x\n", "1000001,,1\n", "1000001,1\n", "1000001,1,nan\n", "1000001,1,1\n", "\"\n\",\"1\",1\n"];
    let mut lines = Lines::new(600_001, |n| kinds[usize::try_from(n % 6).unwrap()].to_owned());
    let mut table = Table::new(&input);
    table.read(&mut Records::new(&mut lines)).unwrap();
    assert_eq!(table.rows.len(), 1, "the others repeat it");
    assert!(table.rows.memory() < 4096);
    let found = table.finish().unwrap_err();
    let counts: Vec<_> = found.counts().iter().map(|count| (count.code, count.count)).collect();
    let expected = [
        ("invalid_number", 100_000),
        ("invalid_id", 200_000),
        ("wrong_column_count", 100_001),
        ("out_of_range", 100_000),
        ("duplicate_pair", 99_999),
        ("cut_off", 1),
    ];
    assert_eq!(counts, expected);
    assert_eq!(found.items().len(), 501);
    assert!(found.items().iter().all(|item| item.position.is_some()));
}

#[test]
fn repeated_pairs_among_many_are_found_once_there_are_half_as_many_rows() {
    // 10^9 pairs: repeated rows are left to the check of the problem.
    let sparse = large(100_000, 10_000);
    let (table, warnings) = super::read(&b"1000001,1,1\n1000001,1,1\n"[..], &sparse).unwrap();
    assert!(table.len() == 2 && warnings.is_empty());
    let mut input = sparse;
    input.scores = table;
    let found = crate::Problem::new(&input).unwrap_err();
    assert_eq!((found.items()[0].code, &*found.items()[0].pointer), ("duplicate_pair", "/scores/1"));
    assert!(found.items()[0].message.contains("/scores/0"));
    // The same structure once it begins to note pairs.
    let input = large(3, 3);
    let mut table = Table::new(&input);
    table.seen = Seen::starting(3, 3, 4);
    let text = b"1000001,1,1\n1000001,2,1\n1000001,1,2\n\n1000002,1,1\n1000001,2,2\n1000003,3,3\n";
    table.read(&mut Records::new(&text[..])).unwrap();
    let found = table.finish().unwrap_err();
    let said: Vec<_> = found.items().iter().map(|item| (item.position.unwrap().line, &*item.message)).collect();
    let words = "the pair has a score already on line";
    assert_eq!(said, [(3, &*format!("{words} 1")), (6, &*format!("{words} 2"))]);
}

proptest! {
    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
        let _ = super::read(&bytes[..], &input());
    }

    #[test]
    fn random_lines_never_panic(text in "([asid_,0-9.\"e\r\n-]|score|asset_id|assessor_id|limit|\n1,2,){0,40}") {
        let found = super::read(text.as_bytes(), &input()).map_or_else(|found| found, |(_, found)| found);
        let lines = text.split('\n').count();
        prop_assert!(found.items().iter().all(|item| item.position.is_some_and(|place| place.line <= lines)), "{found}");
    }

    /// Lines are read in blocks, between lines that are read one by one: nothing depends on who reads which.
    #[test]
    fn results_do_not_depend_on_threads(
        lines in proptest::collection::vec("[1-9],[1-9],0\\.[0-9]{3}|[0-9\",x\u{e9} ]{0,12}|77,1,2|1,77,2", 1..80), limits: bool
    ) {
        let mut text = String::from(if limits { "limit,asset_id,assessor_id,score\n" } else { "" });
        for line in &lines {
            writeln!(text, "{}{line}", if limits { ["0.5,", ",", "-0,", "1.0000001,"][line.len() % 4] } else { "" }).unwrap();
        }
        let said = |threads| crate::parallel::with_threads(threads, || match super::read(text.as_bytes(), &input()) {
            Ok((table, warnings)) => (lines_of(&table), Some(table), warnings),
            Err(found) => (Vec::new(), None, found),
        });
        let one = said(1);
        prop_assert_eq!(&said(2), &one);
        prop_assert_eq!(&said(3), &one);
    }

    /// Quotation marks and spaces around fields change nothing.
    #[test]
    fn the_fast_way_and_the_careful_one_agree(
        lines in proptest::collection::vec(("[1-9]|40011|007|77", "[1-9]|~Ann_Ode1|x", "-?[01]\\.[0-9]{0,9}|x|nan"), 1..50)
    ) {
        let (mut plain, mut quoted) = (String::new(), String::new());
        for (asset, assessor, score) in &lines {
            writeln!(plain, "{asset},{assessor},{score}").unwrap();
            writeln!(quoted, "\"{asset}\",\"{assessor} \",\"{score}\"\r").unwrap();
        }
        let said = |text: &str| match super::read(text.as_bytes(), &input()) {
            Ok((table, warnings)) => (Some(table), warnings),
            Err(found) => (None, found),
        };
        let ((one, mut found), (other, mut also)) = (said(&plain), said(&quoted));
        prop_assert_eq!(one, other);
        for item in found.items_mut().iter_mut().chain(also.items_mut()) {
            item.position.as_mut().unwrap().column = 0;
        }
        prop_assert_eq!(found, also);
    }
}
