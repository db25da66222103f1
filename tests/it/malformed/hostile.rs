//! Texts that nobody wrote on purpose: cut off, changed by a byte, deep, long, or random. Nothing panics or lasts.

use std::time::{Duration, Instant};

use peerplan::Problem;
use peerplan::formats::{locate, problem};
use peerplan::random::{Purpose, Random};

const COURSE: &[u8] = include_bytes!("../../../docs/examples/course.json");

/// Reads and checks a text. Whatever is said has a place, and it does not last.
fn check(text: &[u8]) {
    let start = Instant::now();
    for lenient in [false, true] {
        let said = match problem::read(text, lenient) {
            Err(found) => found,
            Ok((input, mut warnings)) => {
                match Problem::new(&input) {
                    Ok(problem) => warnings.append(problem.warnings().clone()),
                    Err(found) => warnings.append(found),
                }
                locate(text, &mut warnings);
                warnings
            }
        };
        assert!(said.items().iter().all(|item| item.position.is_some()), "{said}");
    }
    // Read twice, without optimisation, and on machines that do other things besides.
    assert!(start.elapsed() < Duration::from_secs(6), "{:?}", start.elapsed());
}

#[test]
fn a_file_cut_off_anywhere() {
    assert!(problem::read(COURSE, false).is_ok());
    for part in 0..200 {
        check(&COURSE[..COURSE.len() * part / 200]);
    }
}

#[test]
fn a_file_with_one_byte_changed() {
    let mut random = Random::new(1, Purpose::Generate);
    for _ in 0..200 {
        let mut text = COURSE.to_vec();
        let at = random.index(text.len());
        text[at] = random.word().to_le_bytes()[0];
        check(&text);
    }
}

#[test]
fn random_bytes_and_random_tokens() {
    const TOKENS: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"students\":",
        "\"submissions\":",
        "\"id\":",
        "1",
        "\"1\"",
        "null",
        "-1",
        "\"rules\":",
        "\"affinities\":",
        "\"policy\":",
        "1e9",
        "true",
        "\"",
        "\\",
        "\u{feff}",
        "é",
    ];
    let mut random = Random::new(2, Purpose::Generate);
    for length in 0..300 {
        let bytes: Vec<u8> = (0..length).map(|_| random.word().to_le_bytes()[0]).collect();
        check(&bytes);
        let tokens: String = (0..length).map(|_| TOKENS[random.index(TOKENS.len())]).collect();
        check(tokens.as_bytes());
    }
}

#[test]
fn deep_and_long_texts() {
    const LONG: usize = 5 << 20;
    let mut random = Random::new(3, Purpose::Generate);
    check(&(0..LONG).map(|_| random.word().to_le_bytes()[0]).collect::<Vec<u8>>());
    for part in ["\0", " ", "[", "{\"a\":", "7", "\"", "\\", "[]", "{\"students\":["] {
        check(part.repeat(LONG / part.len()).as_bytes());
    }
    for (open, part, close) in [
        ("{\"submissions\": [], \"students\": [", "{\"id\": 1}", "]}"),
        ("{\"submissions\": [], \"students\": [", "{\"id\": -1, \"x\": 2}", "]}"),
        ("{\"students\": [], \"submissions\": [{\"id\": 1, \"authors\": [", "7", "]}]}"),
        (
            "{\"students\": [], \"submissions\": [], \"rules\": [",
            "{\"rule\": \"must_review\", \"assessor_id\": 1, \"user_id\": 2}",
            "]}",
        ),
        ("{\"students\": [], \"submissions\": [], \"affinities\": {\"score\": [", "0.1", "]}}"),
        ("{\"students\": [], \"submissions\": [], ", "\"x\": 1", "}"),
        ("{\"students\": [{\"id\": 1, \"labels\": {", "\"x\": []", "}}], \"submissions\": []}"),
    ] {
        let parts = vec![part; LONG / (part.len() + 2)];
        check(format!("{open}{}{close}", parts.join(", ")).as_bytes());
    }
}
