//! A receiver of calls on this machine that answers as it is told.

use std::io::{self, ErrorKind, Read, Write};
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
                if sender.send(read_text(&mut stream).expect("a call")).is_err() {
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

/// A call's head, without the empty line after it, and its body; all of it, or an error.
pub fn read_call(stream: &mut impl Read) -> io::Result<(String, Vec<u8>)> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|it| it == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).into_owned();
            if end + 4 + body_length(&head) <= read.len() {
                return Ok((head, read.split_off(end + 4)));
            }
        }
        let mut bytes = [0; 8_192];
        match stream.read(&mut bytes)? {
            0 => return Err(ErrorKind::UnexpectedEof.into()),
            count => read.extend_from_slice(&bytes[..count]),
        }
    }
}

fn body_length(head: &str) -> usize {
    let length = head.lines().find_map(|it| {
        let (name, value) = it.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then_some(value)
    });
    length.map_or(0, |it| it.trim().parse().expect("a length"))
}

/// The same as one text.
pub fn read_text(stream: &mut impl Read) -> io::Result<String> {
    let (head, body) = read_call(stream)?;
    Ok(format!("{head}\r\n\r\n{}", String::from_utf8_lossy(&body)))
}
