//! The program itself, as a person or a script runs it.
#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

use audio::synth::{Fault, song};

fn soundstage(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_soundstage"));
    command
        .args(arguments)
        .env_clear()
        .env("SOUNDSTAGE_DATA", data)
        .env("RUST_LOG", "warn");
    command
}

fn run(data: &Path, arguments: &[&str]) -> Output {
    soundstage(data, arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn analyze_prints_one_json_document_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let (mix, reference) = (folder.path().join("mix.wav"), folder.path().join("ref.wav"));
    song(&[Fault::TooLoud, Fault::OutOfPhase])
        .write_wav(&mix, audio::Format::Pcm24)
        .unwrap();
    song(&[])
        .write_wav(&reference, audio::Format::Pcm16)
        .unwrap();

    let output = run(
        folder.path(),
        &[
            "analyze",
            mix.to_str().unwrap(),
            "--reference",
            reference.to_str().unwrap(),
            "--json",
        ],
    );
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        (
            &report["file"]["name"],
            &report["reference"]["file"]["name"]
        ),
        (&"mix.wav".into(), &"ref.wav".into())
    );
    let value = |id: &str| {
        let facts = report["facts"].as_array().unwrap();
        facts
            .iter()
            .find(|fact| fact["id"] == id)
            .unwrap_or_else(|| panic!("{id}"))["value"]
            .clone()
    };
    assert!(value("loudness.integrated").as_f64().unwrap() > -10.0);
    for id in [
        "loudness.range",
        "loudness.momentary_max",
        "loudness.short_term_max",
        "peak.true",
        "peak.sample",
    ] {
        assert!(value(id).is_number(), "{id}");
    }
    assert!(
        report["findings"]
            .as_array()
            .is_some_and(|findings| !findings.is_empty())
    );
    assert!(
        report["differences"]
            .as_array()
            .is_some_and(|differences| !differences.is_empty())
    );

    let readable = run(folder.path(), &["analyze", mix.to_str().unwrap()]);
    assert!(readable.status.success());
    assert!(
        text(&readable.stdout).contains("Integrated loudness")
            && text(&readable.stdout).contains("Findings")
    );
}

#[test]
fn what_cannot_be_measured_ends_with_two_and_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let files = [
        write("words.wav", b"These are words, whatever the name says.\n"),
        write("empty.wav", b""),
        folder.path().join("missing.wav"),
        folder.path().to_owned(),
    ];
    for file in files {
        for json in [&[][..], &["--json"]] {
            let output = run(
                folder.path(),
                &[&["analyze", file.to_str().unwrap()], json].concat(),
            );
            assert_eq!(output.status.code(), Some(2), "{}", file.display());
            assert!(output.stdout.is_empty());
            let said = text(&output.stderr);
            assert!(
                said.starts_with("soundstage: ")
                    && said.ends_with('\n')
                    && said.lines().count() == 1,
                "{said}"
            );
        }
    }
}

#[test]
fn a_wrong_setting_stops_every_command_with_one_line() {
    let folder = tempfile::tempdir().unwrap();
    for (name, value) in [
        ("SOUNDSTAGE_LISTEN", "3000"),
        ("LLM_PROVIDER", "parrot"),
        ("DATABASE_URL", "mysql://x"),
        ("RUST_LOG", "a=b=c"),
    ] {
        let output = soundstage(&folder.path().join("data"), &["serve"])
            .env(name, value)
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1), "{name}");
        let said = text(&output.stderr);
        assert!(
            said.starts_with("soundstage: ") && said.lines().count() == 1,
            "{name}: {said}"
        );
        assert!(said.contains(name), "{name}: {said}");
        if name == "LLM_PROVIDER" {
            assert!(said.contains("house") && said.contains("openai"), "{said}");
        }
    }
}

#[test]
fn doctor_says_how_it_is_by_its_status() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    assert!(
        run(&data, &["doctor"]).status.success(),
        "before the first start"
    );
    assert!(run(&data, &["migrate"]).status.success());
    let well = run(&data, &["doctor"]);
    assert!(well.status.success());
    for name in ["database", "storage", "keys", "model", "disk"] {
        assert!(text(&well.stdout).contains(name), "{}", text(&well.stdout));
    }
    std::fs::write(
        data.join("soundstage.db"),
        "no database at all, just some words in its place",
    )
    .unwrap();
    let ill = run(&data, &["doctor"]);
    assert_eq!(ill.status.code(), Some(1), "{}", text(&ill.stdout));
    assert!(
        text(&ill.stdout).contains("FAILED   database"),
        "{}",
        text(&ill.stdout)
    );
    std::fs::write(data.join("keys"), "0000aaaa:half a key").unwrap();
    let ill = run(&data, &["doctor"]);
    assert!(text(&ill.stdout).contains("FAILED   keys"));
    assert!(!text(&ill.stdout).contains("half a key"));
}

/// A server of its own, ended with the test.
struct Server {
    child: Child,
    /// Kept open: a server that cannot speak would end.
    _said: BufReader<std::process::ChildStdout>,
}

impl Server {
    fn start(data: &Path) -> (Self, String) {
        let mut command = soundstage(data, &["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        (Self { child, _said: said }, line)
    }

    fn get(&self, port: u16, path: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
        write!(
            stream,
            "GET {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\r\n"
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    fn stop(mut self) -> std::process::ExitStatus {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        let patience = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < patience, "it does not stop");
            std::thread::park_timeout(Duration::from_millis(20));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn serve_prints_the_link_serves_and_stops_when_asked() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let (server, line) = Server::start(&data);
    let link = line
        .split_whitespace()
        .find(|word| word.starts_with("http://localhost:"))
        .unwrap_or_else(|| panic!("{line}"));
    let port: u16 = link
        .split(['/', ':'])
        .find_map(|part| part.parse().ok())
        .unwrap();
    assert!(link.contains("/set-up?key="));
    assert!(
        server
            .get(port, "/api/health")
            .contains("\"status\":\"healthy\"")
    );
    let page = server.get(port, link.split_once(&port.to_string()).unwrap().1);
    assert!(
        page.starts_with("HTTP/1.1 200") && page.contains("<form"),
        "{page}"
    );

    let second = run(&data, &["serve", "--listen", "127.0.0.1:0"]);
    assert_eq!(second.status.code(), Some(1));
    assert!(text(&second.stderr).contains("another Soundstage is running"));
    let fresh = run(&data, &["owner-link"]);
    assert!(
        text(&fresh.stdout).starts_with("http://localhost:3000/set-up?key="),
        "{}",
        text(&fresh.stdout)
    );

    for (name, mode) in [
        ("", 0o700),
        ("soundstage.db", 0o600),
        ("soundstage.lock", 0o600),
    ] {
        let found = std::fs::metadata(data.join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777;
        assert_eq!(found, mode, "{name}");
    }
    assert!(server.stop().success());
}
