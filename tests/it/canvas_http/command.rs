//! `peerplan canvas …` as a process.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use super::server::{Server, answer, header, hostile, json};
use super::{REVIEW, TOKEN};

pub(super) const ALLOCATE: [&str; 6] = ["canvas", "allocate", "--course", "101", "--assignment", "501"];

/// The command with nothing of this machine's settings; certificates and proxies would change what it does.
pub(super) fn bare(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_peerplan"));
    for name in ["SSL_CERT_FILE", "SSL_CERT_DIR", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
        command.env_remove(name).env_remove(name.to_lowercase());
    }
    command.env_remove("CANVAS_BASE_URL").env_remove("CANVAS_API_TOKEN");
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// The same, told where the server is.
pub(super) fn command(url: &str, arguments: &[&str]) -> Command {
    let mut command = bare(arguments);
    command.env("CANVAS_BASE_URL", url).env("CANVAS_API_TOKEN", TOKEN);
    command
}

/// What it did: exit code, standard output and standard error. The token is in neither.
pub(super) fn done(output: Output) -> (i32, String, String) {
    let [stdout, stderr] = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
    assert!(!stdout.contains(&TOKEN[5..]) && !stderr.contains(&TOKEN[5..]), "{stdout}{stderr}");
    (output.status.code().unwrap(), stdout, stderr)
}

fn run(url: &str, arguments: &[&str]) -> (i32, String, String) {
    done(command(url, arguments).output().unwrap())
}

fn allocate(url: &str) -> (i32, String, String) {
    run(url, &ALLOCATE)
}

fn allocate_json(url: &str) -> (i32, Value) {
    let (code, stdout, stderr) = run(url, &[&ALLOCATE[..], &["--json"]].concat());
    assert_eq!(stderr, "");
    (code, serde_json::from_str(&stdout).unwrap())
}

#[test]
fn what_is_allocated_is_shown() {
    for body in [String::from(REVIEW), format!("while(1);[{REVIEW}]")] {
        let server = Server::answering(json(&body));
        let (code, stdout, stderr) = allocate(&format!("{}/api/v1/", server.url()));
        assert_eq!((code, stderr.as_str()), (0, ""));
        assert!(stdout.contains("| asset_id | user_id | workflow_state |") && stdout.contains("| 41 "), "{stdout}");
        let (code, document) = allocate_json(&server.url());
        let review = &document["peer_reviews"][0];
        assert_eq!((code, &review["asset_id"], &review["id"]), (0, &41.into(), &9.into()));
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        for request in requests {
            assert!(request.starts_with("POST /api/v1/courses/101/assignments/501/allocate HTTP/1.1\r\n"));
            assert_eq!(header(&request, "content-length"), Some("0"));
        }
    }
    let server = Server::answering(json("[]"));
    assert_eq!(allocate(&server.url()), (0, String::from("Canvas allocated nothing\n"), String::new()));
}

#[test]
fn a_server_that_sends_control_characters_or_the_token_back_does_not_get_it_shown() {
    let review =
        REVIEW.replace("\"assigned\"", &format!("\"{TOKEN}\\u001b[2J\"")).replace("41", &format!("\"{TOKEN}\""));
    let server = Server::answering(json(&review));
    let (code, stdout, _) = allocate(&server.url());
    assert!(code == 0 && stdout.contains("***\\u{1b}[2J"), "{stdout}");
    assert_eq!(allocate_json(&server.url()).0, 0);
}

#[test]
fn a_hostile_server_gets_one_request_and_nothing_is_claimed() {
    for (what, server) in hostile() {
        let (code, stdout, stderr) = allocate(&server.url());
        assert_eq!((code, stdout.as_str(), server.requests().len()), (7, "", 1), "{what}: {stderr}");
        assert!(stderr.starts_with("peerplan: it is not known whether work was allocated: "), "{what}: {stderr}");
        assert!(stderr.contains("look in Canvas") && stderr.lines().count() == 1, "{what}: {stderr}");
        let (code, document) = allocate_json(&server.url());
        let error = &document["error"];
        assert_eq!((code, &error["code"], &error["details"]["unclear"]), (7, &"remote".into(), &true.into()));
        assert_eq!(server.requests().len(), 2, "{what}");
    }
}

#[test]
fn refusals_are_explained() {
    let unauthorized = r#"{"status":"unauthorized","errors":[{"message":"no"}]}"#;
    for (status, body, words) in [
        ("400 Bad Request", r#"{"errors":{"base":"none"}}"#, "nothing to allocate just now"),
        ("403 Forbidden", unauthorized, "a teacher's cannot allocate for a class"),
        ("403 Forbidden", "403 Forbidden (Rate Limit Exceeded)", "nothing was allocated, try again"),
        ("429 Too Many", "429 Too Many Requests (Rate Limit Exceeded)", "nothing was allocated, try again"),
        ("401 Unauthorized", r#"{"errors":[{"message":"Invalid access token."}]}"#, "does not accept the token"),
        ("404 Not Found", "{}", "does not find it"),
        ("302 Found", "", "points to another address"),
    ] {
        let server = Server::answering(answer(status, &[], body));
        let (code, stdout, stderr) = allocate(&server.url());
        assert_eq!((code, stdout.as_str()), (7, ""), "{status}");
        assert!(stderr.contains(words) && stderr.lines().count() == 1, "{status}: {stderr}");
        let (_, document) = allocate_json(&server.url());
        let details = &document["error"]["details"];
        assert_eq!(details["status"], status[..3].parse::<u16>().unwrap());
        assert_eq!(details["unclear"], false, "{status}");
    }
    let (code, document) = allocate_json("http://localhost:1");
    assert_eq!((code, &document["error"]["details"]["unclear"]), (7, &false.into()));
}

#[test]
fn what_is_missing_or_wrong_is_said_before_anything_is_sent() {
    let server = Server::answering(json(REVIEW));
    let url = server.url();
    let with = |base: &str, token: &str, more: &[&str]| {
        let arguments = [&ALLOCATE[..], more].concat();
        let (code, stdout, stderr) =
            done(bare(&arguments).env("CANVAS_BASE_URL", base).env("CANVAS_API_TOKEN", token).output().unwrap());
        assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
        stderr
    };
    for (stderr, words) in [
        (with("", TOKEN, &[]), "CANVAS_BASE_URL is not set"),
        (with("canvas.example.edu", TOKEN, &[]), "an address begins with https://"),
        (with("https://me:hidden@canvas.example.edu", TOKEN, &[]), "no name and no password"),
        (with("http://canvas.example.edu", TOKEN, &[]), "--insecure-http"),
        (with(&url, "", &[]), "CANVAS_API_TOKEN is not set"),
        (with(&url, " \n", &[]), "no token in CANVAS_API_TOKEN: it is empty"),
        (with(&url, "hidden hidden", &[]), "give the token alone"),
        (with(&url, TOKEN, &["--course", "1"]), "--course"),
        (done(command(&url, &["canvas"]).output().unwrap()).2, "Usage: peerplan canvas"),
    ] {
        assert!(stderr.contains(words) && !stderr.contains("hidden"), "{words}: {stderr}");
    }
    for id in ["", "..", "1/2", "1?a=b"] {
        let (code, _, stderr) = run(&url, &["canvas", "allocate", "--course", id, "--assignment", "5"]);
        assert!(code == 2 && stderr.contains("sis_course_id"), "{stderr}");
    }
    assert_eq!(server.visits(), 0);
}

/// Who may read a file, where that is a matter of modes.
#[cfg(unix)]
fn allow(file: &Path, mode: u32) {
    fs::set_permissions(file, std::os::unix::fs::PermissionsExt::from_mode(mode)).unwrap();
}

#[cfg(not(unix))]
fn allow(_: &Path, _: u32) {}

#[test]
fn a_token_comes_from_its_file_first() {
    let server = Server::answering(json(REVIEW));
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("token");
    fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let arguments = [&ALLOCATE[..], &["--token-file", file.to_str().unwrap()]].concat();
    let with_file = || {
        let mut command = bare(&arguments);
        command.env("CANVAS_BASE_URL", server.url()).env("CANVAS_API_TOKEN", "another");
        done(command.output().unwrap())
    };
    allow(&file, 0o600);
    let (code, _, stderr) = with_file();
    assert_eq!((code, stderr.as_str()), (0, ""));
    allow(&file, 0o640);
    let (code, _, stderr) = with_file();
    assert!(code == 0 && stderr.starts_with("peerplan: warning: others can read") == cfg!(unix), "{stderr}");
    for request in server.requests() {
        assert_eq!(header(&request, "authorization"), Some(&*format!("Bearer {TOKEN}")));
    }
    fs::write(&file, format!("# my token\n{TOKEN}\n")).unwrap();
    assert_eq!(with_file().0, 2);
    fs::write(&file, [0xff, 0xfe]).unwrap();
    assert_eq!(with_file().0, 1);
    fs::remove_file(&file).unwrap();
    let (code, _, stderr) = with_file();
    assert!(code == 1 && stderr.contains("there is no such file"), "{stderr}");
    assert_eq!(server.requests().len(), 2);
}

#[cfg(unix)]
#[test]
fn every_example_of_the_help_works() {
    let server = Server::answering(json(REVIEW));
    let directory = Path::new(env!("CARGO_BIN_EXE_peerplan")).parent().unwrap();
    let path = std::env::var("PATH").unwrap();
    {
        let (code, help, _) = done(bare(&[&ALLOCATE[..2], &["--help"]].concat()).output().unwrap());
        assert_eq!(code, 0);
        let (_, examples) = help.split_once("\nExamples:\n").unwrap();
        for example in examples.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let mut shell = Command::new("sh");
            shell.args(["-c", example]).env("PATH", format!("{}:{path}", directory.display()));
            shell.env("CANVAS_BASE_URL", server.url()).env("CANVAS_API_TOKEN", TOKEN);
            assert_eq!(done(shell.output().unwrap()).0, 0, "{example}");
        }
    }
    assert_eq!(server.requests().len(), 2);
}
