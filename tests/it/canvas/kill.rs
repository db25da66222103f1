//! The command is killed at random moments while it applies a plan, and started again until it is done.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use peerplan::formats::Layout;
use peerplan::formats::plan::write;
use peerplan::random::{Purpose, Random};

use super::apply::case::Case;
use super::sim::{Server, Weather};

const PEERPLAN: &str = env!("CARGO_BIN_EXE_peerplan");
/// Far more than it may take on a machine that is busy with other things.
const LONG: Duration = Duration::from_secs(120);
const KILLS: usize = 50;

fn start(folder: &Path, server: &Server) -> Child {
    let mut command = Command::new(PEERPLAN);
    command.args(["canvas", "apply", "plan.json", "--yes"]).current_dir(folder);
    command.env("CANVAS_BASE_URL", server.url()).env("CANVAS_API_TOKEN", "teacher-token");
    // Nothing between it and the server.
    command.env("NO_PROXY", "127.0.0.1").env_remove("CANVAS_TOKEN");
    let errors = fs::File::create(folder.join("stderr")).unwrap();
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(errors).spawn().unwrap()
}

fn end(child: &mut Child, within: Duration) -> Option<ExitStatus> {
    let start = Instant::now();
    loop {
        let status = child.try_wait().unwrap();
        if status.is_some() || start.elapsed() > within {
            return status;
        }
        sleep(Duration::from_millis(1));
    }
}

/// Applies a plan of some forty creates and a few deletes, killed up to `most` times; how often it was with some of it done and some not.
fn killed(seed: u64, weather: Weather, most: usize) -> usize {
    let mut chance = Random::new(seed, Purpose::Walk);
    let folder = tempfile::tempdir().unwrap();
    let mut case = Case::draw(20, 10, &mut chance);
    let spare: Vec<_> = case.deletes.iter().copied().skip(5).collect();
    case.kept.extend(spare);
    case.deletes = case.deletes.iter().copied().take(5).collect();
    let server = Server::start(case.course.clone(), weather, seed);
    case.course.base = server.course().base.clone();
    let plan = fs::File::create(folder.path().join("plan.json")).unwrap();
    write(&case.plan(), Layout::Lines, plan).unwrap();

    let mut kills = 0;
    for _ in 0..most {
        let mut child = start(folder.path(), &server);
        // Rarely so long that what was left open is looked at twice and sent again.
        let patience = if chance.chance(1, 6) { 2000 + chance.below(1000) } else { chance.below(120) };
        let status = end(&mut child, Duration::from_millis(patience));
        if let Some(status) = status {
            assert!(matches!(status.code(), Some(0 | 6)), "{status}: {}", said(folder.path()));
            break;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        let pairs = server.course().pairs();
        kills += usize::from(pairs != case.course.pairs() && !pairs.into_iter().eq(case.result()));
    }
    server.set_weather(Weather { slowest: 2, ..Weather::default() });
    let mut child = start(folder.path(), &server);
    let status = end(&mut child, LONG).unwrap_or_else(|| {
        child.kill().unwrap();
        panic!("it does not end")
    });
    assert_eq!(status.code(), Some(0), "{}", said(folder.path()));
    check(&case, &server);
    kills
}

/// What the last run had to say.
fn said(folder: &Path) -> String {
    fs::read_to_string(folder.join("stderr")).unwrap()
}

fn check(case: &Case, server: &Server) {
    let course = server.course();
    let ledger = course.ledger.clone();
    assert!(course.pairs().into_iter().eq(case.result()));
    drop(course);
    assert_eq!(ledger.completed_deleted, []);
    for counts in [&ledger.created, &ledger.messages] {
        assert!(counts.keys().eq(&case.creates) && counts.values().all(|&count| count == 1), "{counts:?}");
    }
    assert!(ledger.deleted.keys().eq(&case.deletes) && ledger.deleted.values().all(|&count| count == 1));
    assert_eq!(server.refused(), Vec::<String>::new());
}

#[test]
fn killed_at_any_moment_it_goes_on_to_the_end() {
    let weather = Weather { slowest: 20, one_each: 100, ..Weather::default() };
    let mut kills = 0;
    for seed in 0.. {
        kills += killed(seed, weather, 8);
        if kills >= KILLS {
            break;
        }
        assert!(seed < 100, "it is too fast to be killed: {kills} times only");
    }
}

#[test]
fn killed_while_connections_break_too() {
    let weather = Weather { slowest: 20, closed_before: 30, closed_after: 30, torn: 20, throttled: 10, one_each: 100 };
    assert!((100..104).map(|seed| killed(seed, weather, 8)).sum::<usize>() > 0);
}
