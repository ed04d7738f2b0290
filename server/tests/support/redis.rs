//! A Redis of a test's own, which keeps nothing.

use std::{
    io::{Read as _, Write as _},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

const PASSWORD: &str = "hush";
/// For what takes milliseconds on a machine that is not busy.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Redis {
    child: Child,
    port: u16,
    folder: TempDir,
}

impl Redis {
    pub(crate) async fn start() -> Self {
        // A port that is free now may be somebody's a moment later.
        for _ in 0..10 {
            let free = TcpListener::bind("127.0.0.1:0").unwrap();
            let port = free.local_addr().unwrap().port();
            drop(free);
            let folder = tempfile::tempdir().unwrap();
            let mut redis = Self {
                child: spawn(port, &folder),
                port,
                folder,
            };
            if redis.answers().await {
                return redis;
            }
        }
        panic!("no port for redis-server");
    }

    pub(crate) fn url(&self) -> String {
        format!("redis://:{PASSWORD}@127.0.0.1:{}", self.port)
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    pub(crate) async fn start_again(&mut self) {
        self.child = spawn(self.port, &self.folder);
        assert!(self.answers().await, "redis-server did not come back");
    }

    /// It is there, and says nothing.
    pub(crate) fn freeze(&self) {
        kill_process(Pid::from_child(&self.child), Signal::STOP).unwrap();
    }

    pub(crate) fn thaw(&self) {
        kill_process(Pid::from_child(&self.child), Signal::CONT).unwrap();
    }

    /// What it answers to a line, as it is sent.
    pub(crate) fn say(&self, line: &str) -> String {
        self.try_to_say(line).unwrap()
    }

    fn try_to_say(&self, line: &str) -> std::io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        write!(stream, "AUTH {PASSWORD}\r\n{line}\r\nQUIT\r\n")?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }

    /// False if it went away instead.
    async fn answers(&mut self) -> bool {
        let mut is_gone = false;
        until("redis-server answers", async || {
            is_gone = self.child.try_wait().unwrap().is_some();
            is_gone
                || self
                    .try_to_say("PING")
                    .is_ok_and(|said| said.contains("PONG"))
        })
        .await;
        !is_gone
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(port: u16, folder: &TempDir) -> Child {
    Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1"])
        .args([
            "--save",
            "",
            "--appendonly",
            "no",
            "--requirepass",
            PASSWORD,
        ])
        .arg("--dir")
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .expect("redis-server must be installed for this test: ./dev test does it")
}

/// Waits for it, and not long.
pub(crate) async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < end, "still not so: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}
