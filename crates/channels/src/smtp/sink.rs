//! A small mail server on this machine that takes everything, or fails as its script says.
//!
//! The tests use it to fail in every phase, and the demo and the benchmarks as a place to send to:
//! it keeps of each message only who, which and how often, unless it is told to keep bodies.

use super::request::MESSAGE_HEADER;
use model::MessageId;
use std::collections::BTreeMap;
use std::io::{self, BufRead, BufReader, BufWriter, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A line of a command or of a mail; what is longer is not mail.
const LINE_MAX_BYTES: u64 = 64 * 1024;

/// What the server does. By default it accepts everything.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// What the n-th connection meets before its first message; later ones meet nothing special.
    pub connections: Vec<Act>,
    /// What the n-th message meets, whoever it is for; `Accept` leaves it to the rules.
    pub messages: Vec<Act>,
    /// By recipient; the first that fits is taken.
    pub rules: Vec<Rule>,
    /// Extensions to offer, for example `AUTH PLAIN LOGIN`.
    pub extensions: Vec<String>,
    /// Does not offer to take commands together.
    pub no_pipelining: bool,
    pub keep_bodies: bool,
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub to: To,
    /// What the first, second, … message meets that fits.
    pub acts: Vec<Act>,
    /// What all later ones meet.
    pub then: Act,
}

#[derive(Clone, Debug)]
pub enum To {
    Anyone,
    Exactly(String),
    /// The address contains this, for example a domain.
    Containing(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Greeting,
    Hello,
    SignIn,
    Mail,
    Recipient,
    Data,
    /// After the final dot.
    Dot,
    /// After a message was answered.
    Idle,
}

#[derive(Clone, Debug, Default)]
pub enum Act {
    #[default]
    Accept,
    /// Answers this line (`451 4.3.0 later`) at the stage. After the dot, only a 250 means that the
    /// message was taken.
    Say { at: Stage, line: String },
    /// Closes in place of an answer. After the dot, `taken` says whether the message was kept.
    Close { at: Stage, taken: bool },
    /// Never answers, until the other side gives up. `taken` as with `Close`.
    Hang { at: Stage, taken: bool },
    /// Closes when this many bytes of the message have come.
    CloseInBody { after: usize },
    /// Stops reading when this many bytes of the message have come.
    HangInBody { after: usize },
    /// Answers rightly, but late.
    Slow { at: Stage, by: Duration },
}

/// A message that the server has taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taken {
    pub sender: String,
    pub recipient: String,
    /// Without angle brackets.
    pub message_id: String,
    /// From our own header.
    pub message: Option<MessageId>,
    /// The mail as it was before dots were doubled, if bodies are kept.
    pub body: Option<Vec<u8>>,
}

/// A running server. Dropping it ends it.
pub struct Sink {
    shared: Arc<Shared>,
    address: SocketAddr,
    acceptor: Option<JoinHandle<()>>,
}

struct Shared {
    script: Script,
    state: Mutex<State>,
    connections: AtomicU64,
    ended: AtomicBool,
    end: Condvar,
}

#[derive(Default)]
struct State {
    taken: Vec<Taken>,
    messages: usize,
    /// How many messages each rule has met.
    met: BTreeMap<usize, usize>,
    commands: BTreeMap<String, u64>,
    open: BTreeMap<u64, TcpStream>,
    handlers: Vec<JoinHandle<()>>,
}

impl Act {
    pub fn say(at: Stage, line: &str) -> Act {
        Act::Say { at, line: line.to_owned() }
    }

    fn stage(&self) -> Option<Stage> {
        match self {
            Act::Say { at, .. }
            | Act::Close { at, .. }
            | Act::Hang { at, .. }
            | Act::Slow { at, .. } => Some(*at),
            Act::CloseInBody { .. } | Act::HangInBody { .. } | Act::Accept => None,
        }
    }
}

impl Rule {
    /// Messages that fit meet these acts in turn, and then nothing special.
    pub fn first(to: To, acts: Vec<Act>) -> Rule {
        Rule { to, acts, then: Act::Accept }
    }

    pub fn always(to: To, act: Act) -> Rule {
        Rule { to, acts: Vec::new(), then: act }
    }
}

impl To {
    fn fits(&self, recipient: &str) -> bool {
        match self {
            To::Anyone => true,
            To::Exactly(address) => address == recipient,
            To::Containing(part) => recipient.contains(part.as_str()),
        }
    }
}

impl Script {
    /// What the n-th message meets, whoever it is for.
    pub fn messages(acts: Vec<Act>) -> Script {
        Script { messages: acts, ..Script::default() }
    }

    /// What the n-th connection meets.
    pub fn connections(acts: Vec<Act>) -> Script {
        Script { connections: acts, ..Script::default() }
    }
}

impl Sink {
    /// Listens on a free port of this machine.
    pub fn start(script: Script) -> io::Result<Sink> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let shared = Arc::new(Shared {
            script,
            state: Mutex::new(State::default()),
            connections: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            end: Condvar::new(),
        });
        let acceptor = thread::Builder::new().name("mail-sink".to_owned()).spawn({
            let shared = shared.clone();
            move || accept(&listener, &shared)
        })?;
        Ok(Sink { shared, address, acceptor: Some(acceptor) })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How many messages were taken.
    pub fn count(&self) -> usize {
        self.shared.state().taken.len()
    }

    /// Ends the server, which first hears out what has already arrived, and says what it took.
    pub fn finish(self) -> Vec<Taken> {
        let shared = self.shared.clone();
        drop(self);
        std::mem::take(&mut shared.state().taken)
    }

    pub fn taken(&self) -> Vec<Taken> {
        self.shared.state().taken.clone()
    }

    /// How often each of our messages was taken. More than once is what must not happen.
    pub fn copies(&self) -> BTreeMap<MessageId, usize> {
        let mut copies = BTreeMap::new();
        for message in self.shared.state().taken.iter().filter_map(|it| it.message) {
            *copies.entry(message).or_default() += 1;
        }
        copies
    }

    pub fn connections(&self) -> u64 {
        self.shared.connections.load(Ordering::SeqCst)
    }

    /// How often a command came, for example `RSET`.
    pub fn commands(&self, verb: &str) -> u64 {
        self.shared.state().commands.get(verb).copied().unwrap_or(0)
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        {
            // Under the lock, so that nobody misses it between looking and waiting.
            let _state = self.shared.state();
            self.shared.ended.store(true, Ordering::SeqCst);
            self.shared.end.notify_all();
        }
        // Wakes the acceptor, which then sees that it has ended.
        drop(TcpStream::connect(self.address));
        if let Some(acceptor) = self.acceptor.take() {
            acceptor.join().unwrap_or(());
        }
        let (open, handlers) = {
            let mut state = self.shared.state();
            (std::mem::take(&mut state.open), std::mem::take(&mut state.handlers))
        };
        for stream in open.values() {
            stream.shutdown(Shutdown::Both).unwrap_or(());
        }
        for handler in handlers {
            handler.join().unwrap_or(());
        }
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait_for_end(&self) {
        let mut state = self.state();
        while !self.ended.load(Ordering::SeqCst) {
            state = self.end.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn act_for_message(&self) -> Act {
        let mut state = self.state();
        let n = state.messages;
        state.messages += 1;
        self.script.messages.get(n).cloned().unwrap_or_default()
    }

    fn act_for_recipient(&self, recipient: &str) -> Act {
        let Some(n) = self.script.rules.iter().position(|it| it.to.fits(recipient)) else {
            return Act::Accept;
        };
        let mut state = self.state();
        let met = state.met.entry(n).or_default();
        let rule = &self.script.rules[n];
        let act = rule.acts.get(*met).unwrap_or(&rule.then).clone();
        *met += 1;
        act
    }
}

fn accept(listener: &TcpListener, shared: &Arc<Shared>) {
    for stream in listener.incoming() {
        if shared.ended.load(Ordering::SeqCst) {
            return;
        }
        let Ok(stream) = stream else { continue };
        let n = shared.connections.fetch_add(1, Ordering::SeqCst);
        let Ok(other_end) = stream.try_clone() else { continue };
        let mut state = shared.state();
        state.open.insert(n, other_end);
        let spawned = thread::Builder::new().name("mail-sink-connection".to_owned()).spawn({
            let shared = shared.clone();
            move || {
                // An error is the other side leaving: that connection is over.
                serve(&stream, &shared, n).unwrap_or(());
                // The last handle goes, so that the other side sees the connection end.
                shared.state().open.remove(&n);
            }
        });
        state.handlers.retain(|it| !it.is_finished());
        if let Ok(handler) = spawned {
            state.handlers.push(handler);
        }
    }
}

fn serve(stream: &TcpStream, shared: &Shared, connection: u64) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let act = usize::try_from(connection).ok().and_then(|it| shared.script.connections.get(it));
    let mut visit = Visit {
        input: BufReader::with_capacity(32 * 1024, stream),
        output: BufWriter::new(stream),
        shared,
        act: act.cloned().unwrap_or_default(),
        sender: String::new(),
        recipient: String::new(),
        questions: 0,
    };
    let mut open = visit.answer(Stage::Greeting, "220 sink ready")?;
    let mut line = Vec::new();
    while open {
        // Answers wait while more commands lie here, so pipelining costs one write.
        if visit.input.buffer().is_empty() {
            visit.output.flush()?;
        }
        line.clear();
        if (&mut visit.input).take(LINE_MAX_BYTES).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        open = visit.command(String::from_utf8_lossy(&line).trim_end())?;
    }
    visit.output.flush()
}

/// One connection. Every method says whether it stays open.
struct Visit<'a> {
    input: BufReader<&'a TcpStream>,
    output: BufWriter<&'a TcpStream>,
    shared: &'a Shared,
    act: Act,
    sender: String,
    recipient: String,
    /// How many answers AUTH LOGIN still expects.
    questions: u32,
}

impl Visit<'_> {
    fn command(&mut self, line: &str) -> io::Result<bool> {
        if 0 < self.questions {
            self.questions -= 1;
            let answer = if self.questions == 0 { "235 2.7.0 welcome" } else { "334 UGFzc3dvcmQ6" };
            return self.answer(Stage::SignIn, answer);
        }
        let verb = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        if verb.len() <= 8 {
            *self.shared.state().commands.entry(verb.clone()).or_default() += 1;
        }
        match verb.as_str() {
            "EHLO" => {
                let script = &self.shared.script;
                let mut lines = vec!["sink".to_owned(), "8BITMIME".to_owned()];
                lines.extend((!script.no_pipelining).then(|| "PIPELINING".to_owned()));
                lines.extend(script.extensions.iter().cloned());
                let last = lines.pop().unwrap_or_default();
                let mut answer: String = lines.iter().map(|it| format!("250-{it}\r\n")).collect();
                answer.push_str(&format!("250 {last}"));
                self.answer(Stage::Hello, &answer)
            }
            "HELO" => self.answer(Stage::Hello, "250 sink"),
            "AUTH" if line.to_ascii_uppercase().starts_with("AUTH LOGIN") => {
                self.questions = 2;
                self.answer(Stage::SignIn, "334 VXNlcm5hbWU6")
            }
            "AUTH" => self.answer(Stage::SignIn, "235 2.7.0 welcome"),
            "MAIL" => {
                self.act = self.shared.act_for_message();
                self.sender = path(line);
                self.answer(Stage::Mail, "250 2.1.0 sender ok")
            }
            "RCPT" if matches!(&self.act, Act::Say { at: Stage::Mail, .. }) => {
                self.say("503 5.5.1 no sender")
            }
            "RCPT" => {
                self.recipient = path(line);
                if matches!(self.act, Act::Accept) {
                    self.act = self.shared.act_for_recipient(&self.recipient);
                }
                // Who was refused is no recipient of what follows.
                if matches!(&self.act, Act::Say { at: Stage::Recipient, .. }) {
                    self.recipient.clear();
                }
                self.answer(Stage::Recipient, "250 2.1.5 recipient ok")
            }
            "DATA" if self.recipient.is_empty() => self.say("503 5.5.1 no recipient"),
            "DATA" => self.data(),
            "RSET" => {
                (self.sender, self.recipient) = (String::new(), String::new());
                self.say("250 2.0.0 forgotten")
            }
            "NOOP" => self.say("250 2.0.0 ok"),
            "QUIT" => {
                self.say("221 2.0.0 bye")?;
                Ok(false)
            }
            _ => self.say("502 5.5.2 unknown command"),
        }
    }

    fn data(&mut self) -> io::Result<bool> {
        if !self.answer(Stage::Data, "354 go ahead")? {
            return Ok(false);
        }
        // Refused or misled at DATA: what follows are commands again.
        if self.act.stage() == Some(Stage::Data) && !matches!(self.act, Act::Slow { .. }) {
            return Ok(true);
        }
        self.output.flush()?;
        let Some(taken) = self.read_message()? else { return Ok(false) };
        let (sender, recipient) =
            (std::mem::take(&mut self.sender), std::mem::take(&mut self.recipient));
        let taken = Taken { sender, recipient, ..taken };
        let keeps = match &self.act {
            Act::Say { at: Stage::Dot, line } => line.starts_with("250"),
            Act::Close { at: Stage::Dot, taken } | Act::Hang { at: Stage::Dot, taken } => *taken,
            Act::Accept
            | Act::Say { .. }
            | Act::Close { .. }
            | Act::Hang { .. }
            | Act::CloseInBody { .. }
            | Act::HangInBody { .. }
            | Act::Slow { .. } => true,
        };
        let count = {
            let mut state = self.shared.state();
            if keeps {
                state.taken.push(taken);
            }
            state.taken.len()
        };
        let open = self.answer(Stage::Dot, &format!("250 2.0.0 taken as {count}"))?;
        if open && self.act.stage() == Some(Stage::Idle) {
            self.output.flush()?;
            return self.answer(Stage::Idle, "421 4.3.2 closing");
        }
        Ok(open)
    }

    /// Reads to the final dot. None: the other side left, or the script says to close.
    fn read_message(&mut self) -> io::Result<Option<Taken>> {
        let close_after = match self.act {
            Act::CloseInBody { after } | Act::HangInBody { after } => after,
            _ => usize::MAX,
        };
        let keep_body = self.shared.script.keep_bodies;
        let (mut body, mut read, mut in_headers) = (Vec::new(), 0, true);
        let mut taken = Taken {
            sender: String::new(),
            recipient: String::new(),
            message_id: String::new(),
            message: None,
            body: None,
        };
        let mut line = Vec::new();
        loop {
            line.clear();
            let count = (&mut self.input).take(LINE_MAX_BYTES).read_until(b'\n', &mut line)?;
            read += count;
            if close_after <= read && matches!(self.act, Act::HangInBody { .. }) {
                self.shared.wait_for_end();
            }
            if count == 0 || close_after <= read {
                return Ok(None);
            }
            if line == b".\r\n" {
                taken.body = keep_body.then_some(body);
                return Ok(Some(taken));
            }
            in_headers = in_headers && line != b"\r\n";
            if in_headers {
                note_header(&line, &mut taken);
            }
            if keep_body {
                body.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
            }
        }
    }

    /// Answers at a stage, unless the script has something else for it.
    fn answer(&mut self, stage: Stage, usual: &str) -> io::Result<bool> {
        if self.act.stage() != Some(stage) {
            return self.say(usual);
        }
        match self.act.clone() {
            Act::Say { line, .. } => {
                self.say(&line)?;
                Ok(!line.starts_with("421"))
            }
            Act::Close { .. } => {
                self.output.flush()?;
                Ok(false)
            }
            Act::Hang { .. } => {
                self.output.flush()?;
                io::copy(&mut self.input, &mut io::sink())?;
                Ok(false)
            }
            Act::Slow { by, .. } => {
                thread::sleep(by);
                self.say(usual)
            }
            Act::Accept | Act::CloseInBody { .. } | Act::HangInBody { .. } => self.say(usual),
        }
    }

    fn say(&mut self, line: &str) -> io::Result<bool> {
        self.output.write_all(line.as_bytes())?;
        self.output.write_all(b"\r\n")?;
        Ok(true)
    }
}

fn note_header(line: &[u8], taken: &mut Taken) {
    let Ok(line) = std::str::from_utf8(line) else { return };
    let Some((name, value)) = line.split_once(':') else { return };
    if name.eq_ignore_ascii_case("Message-ID") {
        taken.message_id = value.trim().trim_matches(['<', '>']).to_owned();
    } else if name.eq_ignore_ascii_case(MESSAGE_HEADER) {
        taken.message = value.trim().parse().ok();
    }
}

/// The address in `MAIL FROM:<a@b> SMTPUTF8`.
fn path(line: &str) -> String {
    let after = line.split_once('<').map_or("", |(_, it)| it);
    after.split('>').next().unwrap_or_default().to_owned()
}
