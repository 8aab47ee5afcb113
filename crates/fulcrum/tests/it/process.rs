//! Runs the binary: once to its end, or as a server that is stopped or killed.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

/// Far longer than anything here takes, and shorter than a person's patience with a hanging test.
pub const DEADLINE: Duration = Duration::from_secs(120);

pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

fn command() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_fulcrum"));
    // Nothing of the environment that the tests run in may decide.
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("FULCRUM_") {
            command.env_remove(name);
        }
    }
    command
}

/// Runs to the end.
pub fn fulcrum(arguments: &[&str]) -> Ran {
    fulcrum_with(arguments, "")
}

/// The same with something on standard input.
pub fn fulcrum_with(arguments: &[&str], input: &str) -> Ran {
    let mut child = command()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the binary starts");
    let mut stdin = child.stdin.take().expect("it is piped");
    // A command that reads nothing may have ended already.
    stdin.write_all(input.as_bytes()).unwrap_or(());
    drop(stdin);
    let output = child.wait_with_output().expect("the binary ends");
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

/// Runs to the end, and must succeed.
pub fn succeed(arguments: &[&str]) -> String {
    let ran = fulcrum(arguments);
    assert_eq!(ran.code, 0, "fulcrum {arguments:?} said {} {}", ran.out, ran.err);
    ran.out
}

/// A running `fulcrum serve`. Dropping it kills it.
pub struct Served {
    child: Child,
    lines: Receiver<String>,
    pub address: String,
    pub said: Vec<String>,
}

impl Served {
    /// Starts it and waits until it says where it listens.
    pub fn start(data: &Path, config: &Path) -> Served {
        let mut child = command()
            .args(["serve", "--bind", "127.0.0.1:0", "--data"])
            .arg(data)
            .arg("--config")
            .arg(config)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let stderr = BufReader::new(child.stderr.take().expect("it is piped"));
        let (sender, lines) = channel();
        // Ends with the process, whose output it must not let stand still.
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let mut served = Served { child, lines, address: String::new(), said: Vec::new() };
        let line = served.wait_for("ready on http://");
        served.address = line.rsplit("http://").next().expect("an address").to_owned();
        served
    }

    /// The next line that holds `text`.
    pub fn wait_for(&mut self, text: &str) -> String {
        let end = Instant::now() + DEADLINE;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            match self.lines.recv_timeout(left) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(_) => panic!("the server never said `{text}`; it said {:#?}", self.said),
            }
        }
    }

    /// SIGKILL: the process has no say in it.
    pub fn kill(mut self) {
        self.child.kill().expect("it runs");
        self.child.wait().expect("it ends");
    }

    /// SIGTERM, and its end.
    pub fn stop(mut self) -> ExitStatus {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &id]).status().expect("kill runs");
        assert!(sent.success());
        self.child.wait().expect("it ends")
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // Ended already, as a rule.
        self.child.kill().unwrap_or(());
        self.child.wait().map(|_| ()).unwrap_or(());
    }
}

/// Asks again and again until there is an answer.
pub fn until<T>(what: &str, ask: impl FnMut() -> Option<T>) -> T {
    until_within(DEADLINE, what, ask)
}

/// The same with another patience.
pub fn until_within<T>(patience: Duration, what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let end = Instant::now() + patience;
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(Instant::now() < end, "never came: {what}");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
