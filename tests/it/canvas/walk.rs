//! The way of `docs/canvas.md`, from a course to an applied plan and back, by the command.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::sim::{ASSIGNMENT, COURSE, Course, Server, TEACHER, Weather};

/// A folder, and a course behind a socket.
struct Desk {
    folder: tempfile::TempDir,
    server: Server,
}

/// Exit code, standard output and standard error.
type Said = (i32, String, String);

impl Desk {
    fn new(students: u64) -> Self {
        let server = Server::start(Course::of(students, 3), Weather::default(), 1);
        Self { folder: tempfile::tempdir().unwrap(), server }
    }

    /// With a problem and a plan of so many reviews for each student.
    fn planned(students: u64, reviews: u64) -> Self {
        let desk = Self::new(students);
        let (course, assignment) = (COURSE.to_string(), ASSIGNMENT.to_string());
        let pull = ["canvas", "pull", "--course", &course, "--assignment", &assignment, "-o", "problem.json"];
        let (code, _, said) = desk.run(&pull);
        assert_eq!(code, 0, "{said}");
        let set = format!("policy.reviews_per_student={reviews}");
        let (code, _, said) = desk.run(&["plan", "problem.json", "--set", &set, "-o", "plan.json"]);
        assert_eq!(code, 0, "{said}");
        assert_eq!(desk.run(&["verify", "problem.json", "plan.json", "--set", &set]).0, 0);
        desk
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_peerplan"));
        command.args(arguments).current_dir(self.folder.path());
        command.env("CANVAS_BASE_URL", self.server.url()).env("CANVAS_API_TOKEN", TEACHER);
        command
    }

    fn run(&self, arguments: &[&str]) -> Said {
        let output = self.command(arguments).stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let said = (output.status.code().unwrap(), text(output.stdout), text(output.stderr));
        assert!(!format!("{}{}", said.1, said.2).contains(TEACHER), "{said:?}");
        said
    }

    fn journal(&self) -> String {
        fs::read_to_string(self.folder.path().join("plan.json.journal.jsonl")).unwrap()
    }

    fn pairs(&self) -> Vec<(u64, u64)> {
        self.server.course().pairs()
    }
}

#[test]
fn from_a_course_to_an_applied_plan_and_back() {
    let desk = Desk::planned(24, 3);
    let before = desk.pairs();
    assert_eq!(desk.run(&["canvas", "status", "plan.json"]).0, 4);
    let (code, _, said) = desk.run(&["canvas", "apply", "plan.json"]);
    assert_eq!((code, desk.pairs()), (2, before.clone()), "without a terminal nobody agrees");
    assert!(said.contains("--yes"), "{said}");
    assert!(!desk.folder.path().join("plan.json.journal.jsonl").exists());

    let (code, out, said) = desk.run(&["canvas", "apply", "plan.json", "--yes", "--json"]);
    let summary: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((code, summary["ending"].as_str()), (0, Some("complete")), "{said}");
    let created = summary["created"].as_u64().unwrap();
    assert!(created > 0 && summary["requests"].as_u64().unwrap() == created + 2, "{summary}");
    let journal = desk.journal();
    assert!(!journal.contains(TEACHER) && journal.lines().all(|line| line.starts_with("{\"at\":\"2")));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(desk.folder.path().join("plan.json.journal.jsonl")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    assert_eq!(desk.run(&["canvas", "status", "plan.json"]).0, 0);

    // Once more: nothing to do, and nothing is sent.
    let posts = desk.server.course().ledger.posts.clone();
    assert_eq!(desk.run(&["canvas", "apply", "plan.json"]).0, 0);
    assert_eq!(desk.server.course().ledger.posts, posts);

    assert_eq!(desk.run(&["canvas", "rollback", "plan.json.journal.jsonl"]).0, 2);
    assert_eq!(desk.run(&["canvas", "rollback", "plan.json.journal.jsonl", "--yes"]).0, 0);
    assert_eq!(desk.pairs(), before);
    assert_eq!(desk.run(&["canvas", "status", "plan.json"]).0, 4);
    assert_eq!(desk.run(&["canvas", "apply", "plan.json", "--yes"]).0, 0);
    assert_eq!(desk.run(&["canvas", "status", "plan.json"]).0, 0);
}

#[test]
fn drift_is_told_and_nothing_is_written() {
    let desk = Desk::planned(24, 3);
    let stranger = {
        let mut course = desk.server.course();
        let taken = course.pairs();
        let planned = fs::read_to_string(desk.folder.path().join("plan.json")).unwrap();
        let planned: Value = serde_json::from_str(&planned).unwrap();
        let known = |pair: &(u64, u64)| {
            let same = |review: &Value| review["asset_id"] == pair.0 && review["assessor_id"] == pair.1;
            planned["operations"].as_array().unwrap().iter().any(|step| same(&step["peer_review"]))
                || taken.contains(pair)
        };
        let assets: Vec<u64> = course.students.values().map(|student| student.submission).collect();
        let reviewers: Vec<u64> = course.students.keys().copied().collect();
        let mut all = assets.iter().flat_map(|&asset| reviewers.iter().map(move |&reviewer| (asset, reviewer)));
        let pair = all.find(|pair| !known(pair) && course.owner_of(pair.0) != Some(pair.1)).unwrap();
        course.add(pair, false);
        pair
    };
    let before = desk.pairs();
    assert_eq!(desk.run(&["canvas", "status", "plan.json"]).0, 5);
    let (code, out, _) = desk.run(&["canvas", "apply", "plan.json", "--yes", "--json"]);
    let error: Value = serde_json::from_str(&out).unwrap();
    let found = &error["error"]["details"]["summary"]["drift"];
    assert_eq!((code, error["error"]["code"].as_str()), (5, Some("drift")));
    assert_eq!((found[0]["change"].as_str(), found[0]["asset_id"].as_u64()), (Some("added"), Some(stranger.0)));
    assert_eq!(desk.pairs(), before);
    assert!(!desk.folder.path().join("plan.json.journal.jsonl").exists());
    assert_eq!(desk.run(&["canvas", "apply", "plan.json", "--yes", "--allow-drift"]).0, 0);
    assert!(desk.pairs().contains(&stranger));
}

#[test]
fn wrong_plans_journals_and_places_are_refused_before_anything_is_sent() {
    let desk = Desk::planned(12, 2);
    let posts = desk.server.course().ledger.posts.len();
    let refused = |arguments: &[&str], code: i32, word: &str| {
        let (found, _, said) = desk.run(arguments);
        assert_eq!(found, code, "{arguments:?}: {said}");
        assert!(said.contains(word), "{arguments:?}: {said}");
    };
    refused(&["canvas", "apply", "problem.json", "--yes"], 1, "peerplan/plan");
    refused(&["canvas", "apply", "none.json", "--yes"], 1, "no such file");
    refused(&["canvas", "apply", "-"], 2, "--yes");
    refused(&["canvas", "apply", "-", "--yes"], 2, "--journal");
    refused(&["canvas", "apply", "plan.json", "--yes", "--journal", "plan.json"], 1, "no journal");
    refused(&["canvas", "apply", "plan.json", "--yes", "--journal", "."], 1, "");
    refused(&["canvas", "apply", "plan.json", "--yes", "--journal", "-"], 2, "journal");
    // Another file is not written over.
    let note = desk.folder.path().join("note.txt");
    fs::write(&note, "{\"note\": 1}").unwrap();
    refused(&["canvas", "apply", "plan.json", "--yes", "--journal", "note.txt"], 1, "no journal");
    refused(&["canvas", "rollback", "note.txt", "--yes"], 1, "no journal");
    assert_eq!(fs::read_to_string(&note).unwrap(), "{\"note\": 1}");
    refused(&["canvas", "apply", "plan.json", "--yes", "--max-in-flight", "5"], 2, "1..=4");
    refused(&["canvas", "rollback", "none.jsonl", "--yes"], 1, "no such file");
    refused(&["canvas", "apply", "../plan.json", "--yes", "--section", "a/b"], 2, "section");
    let elsewhere =
        desk.command(&["canvas", "status", "plan.json"]).env("CANVAS_BASE_URL", "http://127.0.0.1:9").output();
    let elsewhere = elsewhere.unwrap();
    assert_eq!(elsewhere.status.code(), Some(1));
    assert!(String::from_utf8(elsewhere.stderr).unwrap().contains("CANVAS_BASE_URL"));
    let token =
        desk.command(&["canvas", "apply", "plan.json", "--yes"]).env("CANVAS_API_TOKEN", "wrong").output().unwrap();
    assert_eq!(token.status.code(), Some(7));
    assert!(String::from_utf8(token.stderr).unwrap().contains("token"));
    // The journal of one plan is none of another's.
    assert_eq!(desk.run(&["canvas", "apply", "plan.json", "--yes", "--journal", "a.jsonl"]).0, 0);
    desk.run(&["plan", "problem.json", "--set", "policy.reviews_per_student=1", "-o", "other.json"]);
    refused(&["canvas", "apply", "other.json", "--yes", "--journal", "a.jsonl"], 1, "another plan");
    assert_eq!(desk.server.course().ledger.posts.len() - posts, 24);
}

#[test]
fn a_journal_in_use_is_left_alone() {
    let desk = Desk::planned(12, 2);
    let path = desk.folder.path().join("j.jsonl");
    let held = fs::File::create(&path).unwrap();
    held.lock().unwrap();
    let (code, _, said) = desk.run(&["canvas", "apply", "plan.json", "--yes", "--journal", "j.jsonl"]);
    assert_eq!(code, 1);
    assert!(said.contains("in use"), "{said}");
    drop(held);
    let mut torn = fs::File::create(&path).unwrap();
    torn.write_all(b"{\"event\":\"beg").unwrap();
    drop(torn);
    assert_eq!(desk.run(&["canvas", "apply", "plan.json", "--yes", "--journal", "j.jsonl"]).0, 0);
    assert!(fs::read_to_string(&path).unwrap().lines().all(|line| serde_json::from_str::<Value>(line).is_ok()));
}

#[test]
fn the_examples_of_every_help_are_verbs_that_exist() {
    let desk = Desk::planned(12, 2);
    let mut seen = 0;
    for verb in ["pull", "apply", "status", "rollback"] {
        let (code, help, _) = desk.run(&["canvas", verb, "--help"]);
        assert_eq!(code, 0);
        let (_, examples) = help.split_once("\nExamples:\n").unwrap();
        for example in examples.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let arguments: Vec<&str> = example.split_whitespace().skip(1).collect();
            let (code, _, said) = desk.run(&arguments);
            // Without a terminal nobody agrees; before anything is applied changes are pending, and there is nothing to undo.
            let expected: &[i32] = match verb {
                // There may be no such section.
                "pull" if example.contains("--section") => &[0, 7],
                "pull" => &[0],
                "apply" if example.contains("--yes") => &[0],
                "apply" => &[2],
                "status" => &[0, 4],
                _ => &[0, 1, 2],
            };
            assert!(expected.contains(&code), "{example}: {code} {said}");
            seen += 1;
        }
    }
    assert!(seen >= 7);
}
