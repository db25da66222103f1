//! Many problems, one a line.

use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use serde_json::Value;

use super::{IMPOSSIBLE, PAIR, Place, WRONG};

fn line(problem: &str) -> String {
    problem.replace('\n', " ") + "\n"
}

#[test]
fn every_line_is_answered_in_order_whatever_the_number_of_jobs() {
    let place = Place::new();
    let mut text = String::new();
    for round in 0..20 {
        let size = (37 * round % 60 + 5).to_string();
        text += &line(&place.ok(&["generate", "--students", &size, "--seed", &round.to_string()]));
        text += &[line(IMPOSSIBLE), line(WRONG), String::from("\n"), String::from("nonsense\n")][round % 4];
    }
    text += PAIR.replace('\n', " ").trim_end();
    let one = place.run_with(&["plan", "--jsonl", "--jobs", "1"], &text);
    assert_eq!(one.code, 0);
    assert_eq!(one.stdout.lines().count(), 41);
    assert!(one.stderr.ends_with("peerplan: 41 problems, 20 failed\n"), "{}", one.stderr);
    for (number, answer) in (1..).zip(one.stdout.lines()) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        if number % 2 == 1 {
            assert_eq!(answer["format"], "peerplan/plan", "line {number}");
        } else {
            assert_eq!(answer["error"]["details"]["line"], number);
        }
    }
    let answers: Vec<Value> = one.stdout.lines().map(|answer| serde_json::from_str(answer).unwrap()).collect();
    assert_eq!(answers[1]["error"]["code"], "infeasible");
    assert_eq!(answers[1]["error"]["details"]["certificate"]["kind"], "infeasible");
    assert_eq!(answers[3]["error"]["details"]["diagnostics"][0]["line"], 4);
    assert_eq!(answers[5]["error"]["details"]["diagnostics"][0]["code"], "empty_input");
    for jobs in ["2", "7", "64"] {
        assert_eq!(place.run_with(&["plan", "--jsonl", "--jobs", jobs], &text), one, "{jobs} jobs");
    }
    assert_eq!(place.run_with(&["plan", "--jsonl", "--strict"], &text).code, 1);
    assert_eq!(place.run_with(&["plan", "--jsonl", "--strict"], &line(PAIR)).code, 0);
    assert_eq!(place.run_with(&["plan", "--jsonl"], "").stdout, "");
    place.put("problems.jsonl", &text);
    assert_eq!(place.run(&["plan", "problems.jsonl", "--jsonl"]).stdout, one.stdout);
}

#[test]
fn a_line_is_answered_as_the_problem_alone() {
    let place = Place::with_problems();
    let arguments = ["--strategy", "matching", "--seed", "3", "--set", "policy.group=any"];
    let stream = place.run_with(&[&["plan", "--jsonl"], &arguments[..]].concat(), &line(PAIR)).json();
    let alone = place.run(&[&["plan", "pair.json", "--json"], &arguments[..]].concat()).json();
    assert_eq!(stream, alone);
    for wrong in [["--affinities", "s.csv"], ["-o", "plan.json"], ["--format", "csv"], ["--jobs", "0"]] {
        assert_eq!(place.run(&[&["plan", "--jsonl"], &wrong[..]].concat()).code, 2, "{wrong:?}");
    }
    assert_eq!(place.run(&["plan", "pair.json", "--jobs", "2"]).code, 2);
}

#[test]
fn warnings_name_the_line() {
    let place = Place::new();
    let text = line(PAIR) + "{\"students\": [{\"id\": 1, \"x\": 2}], \"submissions\": []}\n";
    let done = place.run_with(&["plan", "--jsonl", "--lenient"], &text);
    assert_eq!(done.code, 0);
    assert!(done.stderr.contains("standard input:2:30: warning[unknown_field]"), "{}", done.stderr);
}

#[test]
fn an_answer_comes_before_the_next_line_is_asked_for() {
    let place = Place::new();
    for jobs in ["1", "4"] {
        let mut command = place.command(&["plan", "--jsonl", "--jobs", jobs]);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        let mut answers = BufReader::new(child.stdout.take().unwrap()).lines();
        for _ in 0..3 {
            input.write_all(line(PAIR).as_bytes()).unwrap();
            assert!(answers.next().unwrap().unwrap().starts_with("{\"format\":\"peerplan/plan\""));
        }
        drop(input);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn a_reader_that_goes_away_ends_the_stream_quietly() {
    let place = Place::new();
    let text = line(PAIR).repeat(2000);
    let mut command = place.command(&["plan", "--jsonl", "--jobs", "2"]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    drop(child.stdout.take());
    let writer = std::thread::spawn(move || _ = input.write_all(text.as_bytes()));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}
