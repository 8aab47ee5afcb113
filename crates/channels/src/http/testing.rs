//! A receiver of calls on this machine that answers as it is told.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::mpsc::{self, Receiver};
use std::thread;

/// What it does with a call that it has read.
#[derive(Clone)]
pub enum Answer {
    Say(&'static str),
    /// One byte, and then nothing while the other side waits.
    Drip,
    Hang,
}

pub struct Fake {
    pub address: SocketAddr,
    pub calls: Receiver<String>,
}

impl Fake {
    /// Answers the first call with the first, and so on; the last one for all further ones.
    pub fn start(answers: &[Answer]) -> Fake {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (sender, calls) = mpsc::channel();
        let answers = answers.to_vec();
        thread::spawn(move || {
            for (n, stream) in listener.incoming().enumerate() {
                let mut stream = stream.expect("a connection");
                let answer = answers[n.min(answers.len() - 1)].clone();
                if sender.send(read_call(&mut stream)).is_err() {
                    return;
                }
                match answer {
                    Answer::Say(text) => {
                        // Whoever called may have had enough.
                        stream.write_all(text.replace('\n', "\r\n").as_bytes()).unwrap_or(());
                    }
                    Answer::Drip | Answer::Hang => {
                        if matches!(answer, Answer::Drip) {
                            stream.write_all(b"H").unwrap_or(());
                        }
                        // Returns when the other side has given up.
                        while stream.read(&mut [0; 64]).is_ok_and(|it| 0 < it) {}
                    }
                }
            }
        });
        Fake { address, calls }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The call that came next.
    pub fn call(&self) -> String {
        self.calls.recv().expect("a call")
    }
}

fn read_call(stream: &mut impl Read) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let head = head.to_ascii_lowercase();
            let length = head.lines().find_map(|it| it.strip_prefix("content-length: "));
            if length.is_some_and(|it| it.parse() == Ok(body.len())) {
                return text;
            }
        }
        let mut bytes = [0; 1_024];
        match stream.read(&mut bytes).expect("what is said") {
            0 => return text,
            count => read.extend_from_slice(&bytes[..count]),
        }
    }
}
