//! Ctrl-C: exit code 130 at every stage, and nothing is written.

use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{PAIR, Place};

/// Far more than it may take; a machine that is busy with other things must not fail the tests.
const LONG: Duration = Duration::from_secs(20);

fn spawn(place: &Place, arguments: &[&str]) -> Child {
    let mut command = place.command(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn interrupt(child: &Child) {
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

fn end(child: &mut Child) -> ExitStatus {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if start.elapsed() > LONG {
            child.kill().unwrap();
            panic!("it does not stop");
        }
        sleep(Duration::from_millis(5));
    }
}

/// What it printed, once it has ended.
fn printed(child: &mut Child) -> (String, String) {
    let (mut stdout, mut stderr) = (String::new(), String::new());
    child.stdout.take().unwrap().read_to_string(&mut stdout).unwrap();
    child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    (stdout, stderr)
}

/// Longer than a pipe holds, so that a process that has been given so much has begun to read.
fn course(students: &str) -> Vec<u8> {
    let place = Place::new();
    let text = place.ok(&["generate", "--students", students, "--sections", "3", "--group-size", "4"]);
    assert!(text.len() > 1 << 17, "{}", text.len());
    text.into_bytes()
}

#[test]
fn while_the_problem_is_read() {
    let place = Place::new();
    place.put("plan.json", "precious");
    let text = course("3000");
    let mut child = spawn(&place, &["plan", "-", "-o", "plan.json"]);
    let mut input = child.stdin.take().unwrap();
    input.write_all(&text[..1 << 17]).unwrap();
    interrupt(&child);
    assert_eq!(end(&mut child).code(), Some(130));
    assert_eq!(printed(&mut child), (String::new(), String::from("peerplan: interrupted\n")));
    assert_eq!((place.names(), place.get("plan.json")), (vec![String::from("plan.json")], String::from("precious")));
}

#[test]
fn while_it_compiles_and_plans() {
    let place = Place::new();
    place.put("plan.json", "precious");
    let text = course("12000");
    for (delay, target) in
        [(0, &["-o", "plan.json"][..]), (0, &["--json"]), (20, &["-o", "plan.json"]), (20, &["--json"])]
    {
        let mut child = spawn(&place, &[&["plan", "-", "--strategy", "matching"], target].concat());
        child.stdin.take().unwrap().write_all(&text).unwrap();
        sleep(Duration::from_millis(delay));
        interrupt(&child);
        assert_eq!(end(&mut child).code(), Some(130), "after {delay} ms");
        assert_eq!(printed(&mut child), (String::new(), String::from("peerplan: interrupted\n")));
        assert_eq!(
            (place.names(), place.get("plan.json")),
            (vec![String::from("plan.json")], String::from("precious"))
        );
    }
}

#[test]
fn at_any_time() {
    let text = course("12000");
    for delay in [50, 100, 200, 400, 800, 1600] {
        let place = Place::new();
        place.put("plan.json", "precious");
        let mut child = spawn(&place, &["plan", "-", "--strategy", "matching", "-o", "plan.json"]);
        child.stdin.take().unwrap().write_all(&text).unwrap();
        sleep(Duration::from_millis(delay));
        if child.try_wait().unwrap().is_none() {
            interrupt(&child);
        }
        let code = end(&mut child).code();
        check_file(&place, code);
    }
}

/// The file is what it was, or, where the signal came when it was in its place, the plan; nothing is beside it.
fn check_file(place: &Place, code: Option<i32>) {
    assert_eq!(place.names(), ["plan.json"]);
    match code {
        Some(130) => assert_eq!(place.get("plan.json"), "precious"),
        Some(0) => assert!(place.get("plan.json").ends_with("}\n")),
        other => panic!("{other:?}"),
    }
}

#[test]
fn while_the_file_is_written() {
    let text = course("20000");
    for _ in 0..3 {
        let place = Place::new();
        place.put("plan.json", "precious");
        let mut child = spawn(&place, &["plan", "-", "-o", "plan.json"]);
        child.stdin.take().unwrap().write_all(&text).unwrap();
        // A file beside the target is there while the plan is written.
        while place.names().len() == 1 && child.try_wait().unwrap().is_none() {
            sleep(Duration::from_micros(200));
        }
        if child.try_wait().unwrap().is_none() {
            interrupt(&child);
        }
        let code = end(&mut child).code();
        check_file(&place, code);
    }
}

#[test]
fn while_nobody_reads_what_it_prints() {
    let place = Place::new();
    let text = course("3000");
    let mut child = spawn(&place, &["plan", "-", "--json"]);
    child.stdin.take().unwrap().write_all(&text).unwrap();
    child.stdout.as_mut().unwrap().read_exact(&mut [0]).unwrap();
    sleep(Duration::from_millis(100));
    interrupt(&child);
    assert_eq!(end(&mut child).code(), Some(130));
}

#[test]
fn between_the_lines_of_a_stream() {
    let place = Place::new();
    let mut child = spawn(&place, &["plan", "--jsonl", "--jobs", "2"]);
    let mut input = child.stdin.take().unwrap();
    let line = format!("{}\n", PAIR.replace('\n', " "));
    input.write_all(line.repeat(3).as_bytes()).unwrap();
    let mut first = [0];
    child.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    interrupt(&child);
    assert_eq!(end(&mut child).code(), Some(130));
    let (rest, errors) = printed(&mut child);
    assert_eq!(errors, "peerplan: interrupted\n");
    assert!(first == *b"{" && rest.ends_with("}\n"));
    for answer in format!("{{{rest}").lines() {
        let answer: serde_json::Value = serde_json::from_str(answer).unwrap();
        assert_eq!(answer["report"]["created"], 2);
    }
}

#[test]
fn a_comparison_leaves_the_strategies_that_are_finished() {
    let place = Place::new();
    place.ok(&["generate", "--students", "60", "-o", "p.json"]);
    let seeds = ["--strategies", "round_robin,random", "--seeds", "100000", "--threads", "2"];
    let mut child = spawn(&place, &[&["compare", "p.json", "--json"], &seeds[..]].concat());
    sleep(Duration::from_secs(2));
    interrupt(&child);
    assert_eq!(end(&mut child).code(), Some(130));
    let (stdout, stderr) = printed(&mut child);
    assert!(stderr.ends_with("peerplan: interrupted; 1 of 2 strategies are finished\n"), "{stderr}");
    let comparison: serde_json::Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(comparison["interrupted"], true);
    let names: Vec<_> = comparison["strategies"].as_array().unwrap().iter().map(|row| &row["strategy"]).collect();
    assert_eq!(names, ["round_robin"]);
}
