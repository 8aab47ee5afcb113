//! What is said to a mail server, and what its answer, or its silence, means in each phase.
//!
//! Pure: answers come in, steps come out. In every phase exactly one kind of answer leads on; a
//! success code in the wrong place (a 250 where 354 belongs, a 354 after the message) is not
//! success. What concerns the server or our settings (greeting, sign-in) is never held against the
//! message: it stays deferred until somebody has mended it, or its tries are used up.

use super::config::{SmtpConfig, TlsMode};
use super::request::{Prepared, masked};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use model::Reply;

/// Lines of one answer; EHLO answers have a dozen.
pub const REPLY_LINES_MAX: usize = 100;

/// RFC 5321 says 512 octets a line; some servers are chattier.
pub const REPLY_LINE_MAX_BYTES: usize = 4_096;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    Connect,
    Greeting,
    Hello,
    StartTls,
    SignIn,
    Reset,
    Mail,
    Recipient,
    Data,
    /// The message is being handed over; the final dot has not been written.
    Body,
    /// The final dot is on its way: from here on, silence leaves the message unknown.
    End,
}

/// What comes before a message, in order.
const ENVELOPE: [Phase; 4] = [Phase::Reset, Phase::Mail, Phase::Recipient, Phase::Data];

/// A server's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub code: u16,
    /// The text of each line.
    pub lines: Vec<String>,
}

/// What to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Write this line (CR LF is added) and hear the answer. Several lines in one are commands that go
    /// together (RFC 2920): their answers come one by one.
    Say(String),
    /// Hear the answer to a command that was said with one before it.
    Hear,
    /// Begin encryption, then tell [`Session::secured`].
    Secure,
    /// The session can take messages.
    Ready,
    /// Hand over the message and, if the server is still there, the final dot; hear the answer.
    HandOver,
    /// The message has its reply. `keep`: the connection can be used again, after a reset if `dirty`.
    Done { reply: Reply, keep: bool, dirty: bool },
}

/// From the greeting to a session that takes messages.
#[derive(Clone, Debug)]
pub struct Session {
    phase: Phase,
    tls: TlsMode,
    helo: String,
    credentials: Option<(String, String)>,
    secure: bool,
    /// HELO, for servers that do not know EHLO.
    plain_hello: bool,
    sign_in: SignIn,
    extensions: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SignIn {
    Plain,
    LoginUser,
    LoginPassword,
}

/// One message within a session.
#[derive(Clone, Debug)]
pub struct Transaction<'a> {
    phase: Phase,
    prepared: &'a Prepared,
    /// All up to DATA was said at once.
    pipelining: bool,
    /// What a refusal said, while answers to what was said with the refused command still come.
    verdict: Option<Reply>,
}

/// Reads answers line by line.
#[derive(Debug, Default)]
pub struct Listener {
    lines: Vec<String>,
    code: Option<u16>,
}

impl Session {
    pub fn new(config: &SmtpConfig) -> Session {
        Session {
            phase: Phase::Greeting,
            tls: config.tls,
            helo: config.helo.clone(),
            credentials: config.user.clone().zip(config.password.clone()),
            secure: config.tls == TlsMode::Implicit,
            plain_hello: false,
            sign_in: SignIn::Plain,
            extensions: Vec::new(),
        }
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Whether the server offers an extension, for example `SMTPUTF8`.
    pub fn offers(&self, extension: &str) -> bool {
        self.extensions.iter().any(|it| {
            it.split_whitespace().next().is_some_and(|name| name.eq_ignore_ascii_case(extension))
        })
    }

    pub fn heard(&mut self, heard: &Heard) -> Step {
        match (self.phase, heard.code) {
            (Phase::Greeting, 220) => self.say_hello(),
            (Phase::Hello, 250) => {
                self.extensions = heard.lines.iter().skip(1).cloned().collect();
                self.after_hello()
            }
            (Phase::Hello, 500 | 502 | 504)
                if !self.plain_hello && self.tls != TlsMode::StartTls =>
            {
                self.plain_hello = true;
                self.say_hello()
            }
            (Phase::StartTls, 220) => Step::Secure,
            (Phase::SignIn, 235) => Step::Ready,
            (Phase::SignIn, 334) => self.go_on_signing_in(heard),
            (phase, _) => done(unsuited(phase, heard), false, false),
        }
    }

    /// Encryption has begun: everything heard in the clear is forgotten (RFC 3207).
    pub fn secured(&mut self) -> Step {
        self.secure = true;
        self.extensions.clear();
        self.say_hello()
    }

    fn say_hello(&mut self) -> Step {
        self.phase = Phase::Hello;
        let verb = if self.plain_hello { "HELO" } else { "EHLO" };
        Step::Say(format!("{verb} {}", self.helo))
    }

    fn after_hello(&mut self) -> Step {
        if self.tls == TlsMode::StartTls && !self.secure {
            self.phase = Phase::StartTls;
            if !self.offers("STARTTLS") {
                let detail = "the server does not offer STARTTLS, and the settings ask for it";
                return done(deferred(detail.to_owned()), false, false);
            }
            return Step::Say("STARTTLS".to_owned());
        }
        let Some((user, password)) = &self.credentials else { return Step::Ready };
        self.phase = Phase::SignIn;
        let ways = self.extensions.iter().find(|it| it.to_ascii_uppercase().starts_with("AUTH"));
        let ways = ways.map(|it| it.to_ascii_uppercase().replace('=', " ")).unwrap_or_default();
        let offers = |way: &str| ways.split_whitespace().any(|it| it == way);
        if offers("PLAIN") {
            self.sign_in = SignIn::Plain;
            let secret = STANDARD.encode(format!("\0{user}\0{password}"));
            Step::Say(format!("AUTH PLAIN {secret}"))
        } else if offers("LOGIN") {
            self.sign_in = SignIn::LoginUser;
            Step::Say("AUTH LOGIN".to_owned())
        } else {
            let detail = "the server offers neither AUTH PLAIN nor AUTH LOGIN";
            done(deferred(detail.to_owned()), false, false)
        }
    }

    /// LOGIN asks twice. PLAIN has said everything, so a question there is a refusal.
    fn go_on_signing_in(&mut self, heard: &Heard) -> Step {
        let Some((user, password)) = &self.credentials else {
            return done(unsuited(Phase::SignIn, heard), false, false);
        };
        match self.sign_in {
            SignIn::LoginUser => {
                self.sign_in = SignIn::LoginPassword;
                Step::Say(STANDARD.encode(user))
            }
            SignIn::LoginPassword => {
                // A third question finds no answer: the next one is refused.
                self.sign_in = SignIn::Plain;
                Step::Say(STANDARD.encode(password))
            }
            SignIn::Plain => done(unsuited(Phase::SignIn, heard), false, false),
        }
    }
}

impl<'a> Transaction<'a> {
    /// The transaction and its first step. `reset`: the session still holds an abandoned one.
    /// `pipelining`: the server takes commands together.
    pub fn begin(prepared: &'a Prepared, reset: bool, pipelining: bool) -> (Transaction<'a>, Step) {
        let phase = if reset { Phase::Reset } else { Phase::Mail };
        let transaction = Transaction { phase, prepared, pipelining, verdict: None };
        let first = if reset { &ENVELOPE[..] } else { &ENVELOPE[1..] };
        let count = if pipelining { first.len() } else { 1 };
        let lines: Vec<String> = first[..count].iter().map(|it| transaction.line(*it)).collect();
        (transaction, Step::Say(lines.join("\r\n")))
    }

    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The final dot is about to be written.
    pub fn ending(&mut self) {
        self.phase = Phase::End;
    }

    pub fn heard(&mut self, heard: &Heard) -> Step {
        if let Some(verdict) = self.verdict.take() {
            return self.heard_after_refusal(verdict, heard);
        }
        match (self.phase, heard.code) {
            (Phase::Reset, 250) => self.go_on(Phase::Mail),
            (Phase::Mail, 250) => self.go_on(Phase::Recipient),
            (Phase::Recipient, 250 | 251) => self.go_on(Phase::Data),
            (Phase::Data, 354) => {
                self.phase = Phase::Body;
                Step::HandOver
            }
            (Phase::End, 250) => {
                let provider_id = masked(heard.lines.first().map_or("", String::as_str));
                done(Reply::Accepted { provider_id }, true, false)
            }
            (phase, code) => {
                let reply = unsuited(phase, heard);
                // After a refusal the session goes on; after nonsense nobody knows where it is.
                let keep = (400..600).contains(&code) && code != 421 && phase != Phase::Body;
                if keep && self.pipelining && phase < Phase::Data {
                    self.verdict = Some(reply);
                    return self.go_on(after(phase));
                }
                done(reply, keep, keep && phase != Phase::End)
            }
        }
    }

    /// What it means that the connection broke, or the server fell silent.
    pub fn broken(&self, what: &str) -> Reply {
        self.verdict.clone().unwrap_or_else(|| broken(self.phase, what))
    }

    fn go_on(&mut self, phase: Phase) -> Step {
        self.phase = phase;
        if self.pipelining { Step::Hear } else { Step::Say(self.line(phase)) }
    }

    /// The answers to what was said with a refused command. They change nothing, but for one: a server that
    /// waits for a message without a recipient is left waiting, since nobody knows what it would do with one.
    fn heard_after_refusal(&mut self, verdict: Reply, heard: &Heard) -> Step {
        let refused = (400..600).contains(&heard.code) && heard.code != 421;
        match self.phase {
            Phase::Mail | Phase::Recipient if refused || heard.code / 10 == 25 => {
                self.verdict = Some(verdict);
                self.go_on(after(self.phase))
            }
            _ => done(verdict, refused, refused),
        }
    }

    /// The command of a phase up to DATA.
    fn line(&self, phase: Phase) -> String {
        match phase {
            Phase::Mail => {
                let utf8 = if self.prepared.needs_utf8 { " SMTPUTF8" } else { "" };
                format!("MAIL FROM:<{}>{utf8}", self.prepared.sender)
            }
            Phase::Recipient => format!("RCPT TO:<{}>", self.prepared.recipient),
            Phase::Data => "DATA".to_owned(),
            Phase::Connect
            | Phase::Greeting
            | Phase::Hello
            | Phase::StartTls
            | Phase::SignIn
            | Phase::Reset
            | Phase::Body
            | Phase::End => "RSET".to_owned(),
        }
    }
}

fn after(phase: Phase) -> Phase {
    let next = ENVELOPE.iter().skip_while(|it| **it != phase).nth(1);
    next.copied().unwrap_or(phase)
}

/// What silence or a broken connection means for the message.
pub fn broken(phase: Phase, what: &str) -> Reply {
    let detail = format!("{}: {what}", name(phase));
    match phase {
        Phase::End => Reply::Lost { detail },
        Phase::Connect
        | Phase::Greeting
        | Phase::Hello
        | Phase::StartTls
        | Phase::SignIn
        | Phase::Reset
        | Phase::Mail
        | Phase::Recipient
        | Phase::Data
        | Phase::Body => Reply::Deferred { detail, retry_after: None },
    }
}

/// What an answer means that does not lead on.
fn unsuited(phase: Phase, heard: &Heard) -> Reply {
    let detail = format!("{}: {}", name(phase), heard.shown());
    let permanent = (500..600).contains(&heard.code);
    match phase {
        Phase::Connect
        | Phase::Greeting
        | Phase::Hello
        | Phase::StartTls
        | Phase::SignIn
        | Phase::Reset => deferred(detail),
        // Not signed in, or out of step: ours to mend, and no fault of this message.
        Phase::Mail | Phase::Recipient | Phase::Data if matches!(heard.code, 503 | 530) => {
            deferred(detail)
        }
        Phase::Mail | Phase::Data | Phase::Body if permanent => {
            Reply::Refused { detail, dead: false }
        }
        Phase::Recipient if permanent => Reply::Refused { detail, dead: heard.says_dead() },
        Phase::Mail | Phase::Recipient | Phase::Data | Phase::Body => deferred(detail),
        // With one recipient, what some servers find out only now concerns that recipient.
        Phase::End if permanent => Reply::Refused { detail, dead: heard.says_dead() },
        Phase::End if (400..500).contains(&heard.code) => deferred(detail),
        // Anything but a clear no may be a yes.
        Phase::End => Reply::Lost { detail },
    }
}

fn deferred(detail: String) -> Reply {
    Reply::Deferred { detail, retry_after: None }
}

fn done(reply: Reply, keep: bool, dirty: bool) -> Step {
    Step::Done { reply, keep, dirty }
}

fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::Connect => "connecting",
        Phase::Greeting => "greeting",
        Phase::Hello => "EHLO",
        Phase::StartTls => "STARTTLS",
        Phase::SignIn => "AUTH",
        Phase::Reset => "RSET",
        Phase::Mail => "MAIL FROM",
        Phase::Recipient => "RCPT TO",
        Phase::Data => "DATA",
        Phase::Body => "message",
        Phase::End => "end of message",
    }
}

impl Heard {
    /// The enhanced status (RFC 3463) that begins the text: 5.1.1.
    pub fn status(&self) -> Option<(u16, u16, u16)> {
        let first = self.lines.first()?.split_whitespace().next()?;
        let mut parts = first.split('.').map(|it| it.parse::<u16>().ok());
        let status = (parts.next()??, parts.next()??, parts.next()??);
        parts.next().is_none().then_some(status)
    }

    /// 5.1.x is about an address, and except for 7, 8 and 9 about the recipient's. Without a status
    /// a 550 may as well be a block list, so nothing is concluded about the address.
    fn says_dead(&self) -> bool {
        matches!(self.status(), Some((5, 1, detail)) if !(7..=9).contains(&detail))
    }

    fn shown(&self) -> String {
        masked(&format!("{} {}", self.code, self.lines.join(" ")))
    }
}

impl Listener {
    /// Takes a line without its end; gives the answer with its last line, or why it is none.
    pub fn line(&mut self, line: &[u8]) -> Result<Option<Heard>, String> {
        let line = String::from_utf8_lossy(line).into_owned();
        let code = line.get(..3).and_then(|it| it.parse::<u16>().ok());
        let code = code.filter(|it| (200..600).contains(it));
        let Some(code) = code.filter(|it| self.code.is_none_or(|first| first == *it)) else {
            return Err("the answer is not SMTP".to_owned());
        };
        self.code = Some(code);
        let (last, text) = match line.as_bytes().get(3) {
            None => (true, ""),
            Some(b' ') => (true, &line[4..]),
            Some(b'-') => (false, &line[4..]),
            Some(_) => return Err("the answer is not SMTP".to_owned()),
        };
        self.lines.push(text.to_owned());
        if last {
            self.code = None;
            return Ok(Some(Heard { code, lines: std::mem::take(&mut self.lines) }));
        }
        if REPLY_LINES_MAX <= self.lines.len() {
            return Err(format!("the answer has more than {REPLY_LINES_MAX} lines"));
        }
        Ok(None)
    }
}
