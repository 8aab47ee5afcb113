//! Talks with an IMAP server. Keeps one connection; owns no rule about mails.

use super::command;
use super::config::{After, MailboxConfig};
use super::response::{End, RESPONSE_BYTES_MAX, Said, first};
use crate::smtp::TlsMode;
use crate::tls::client_config;
use crate::wire::{Wire, duration, left};
use model::{Problem, Span};
use port::{FetchedMail, MAILS_AT_ONCE, MailKey, Mailbox, MailboxError, Waited};
use rustls::ClientConfig;
use std::collections::BTreeSet;
use std::io::{self, ErrorKind, Read, Write};
use std::sync::Arc;
use std::time::{Duration, Instant};

const CONNECT_WAIT: Duration = Duration::from_secs(15);

/// For all answers to one command. Searching a large folder takes some seconds.
const COMMAND_WAIT: Duration = Duration::from_secs(60);

/// All answers to one command: twice the longest one, which is far more than any command asks for.
const ANSWERS_BYTES_MAX: usize = 2 * RESPONSE_BYTES_MAX;

/// RFC 2177: a server may end a connection that has said nothing for half an hour.
const IDLE_MAX: Duration = Duration::from_secs(25 * 60);

/// One folder of one account.
pub struct Imap {
    config: MailboxConfig,
    password: String,
    tls: Option<Arc<ClientConfig>>,
    session: Option<Session>,
}

/// A connection with the folder open.
struct Session {
    wire: Wire,
    unread: Vec<u8>,
    commands: u32,
    /// Bytes of answers since the last command.
    heard: usize,
    capabilities: BTreeSet<String>,
    validity: u32,
    has_marks: bool,
    /// Mails in the folder, and whether there came more since they were looked for.
    exists: u32,
    arrived: bool,
}

/// What was said until a command was done.
struct Heard {
    said: Vec<Said>,
    end: End,
    words: String,
}

impl Imap {
    /// `name` is that of the settings' table.
    pub fn new(name: &str, config: MailboxConfig) -> Result<Imap, Problem> {
        config.check(name)?;
        let table = format!("mailbox.{name}");
        let password = config.password.reveal(&format!("{table}: password"))?;
        let tls = match config.tls {
            TlsMode::None => None,
            TlsMode::StartTls | TlsMode::Implicit => {
                Some(client_config(&table, config.ca_file.as_deref())?)
            }
        };
        Ok(Imap { config, password, tls, session: None })
    }

    /// How many mails wait, without changing or fetching any: whether the settings are right.
    pub fn look(&mut self) -> Result<usize, MailboxError> {
        self.with(|_, session| Ok(session.waiting()?.len()))
    }

    /// With the connection there is, or a new one. After a failure the next call makes a new one.
    fn with<T>(
        &mut self,
        work: impl FnOnce(&MailboxConfig, &mut Session) -> Result<T, MailboxError>,
    ) -> Result<T, MailboxError> {
        let mut session = match self.session.take() {
            Some(session) => session,
            None => self.open()?,
        };
        let result = work(&self.config, &mut session);
        if result.is_ok() {
            self.session = Some(session);
        }
        result
    }

    fn open(&self) -> Result<Session, MailboxError> {
        let config = &self.config;
        let wire = Wire::connect(&config.host, config.port(), CONNECT_WAIT).map_err(broken)?;
        let mut session = Session::new(wire);
        if config.tls == TlsMode::Implicit {
            session = self.secure(session)?;
        }
        let signed_in = session.greeting()?;
        if config.tls == TlsMode::StartTls {
            if signed_in {
                return Err(refused("the server greets as if it knew us, before encryption"));
            }
            session.ask("STARTTLS")?.expect_ok("the server does not encrypt")?;
            session = self.secure(session)?;
        }
        session.learn()?;
        if !signed_in {
            self.sign_in(&mut session)?;
            // Many servers tell what they can only to whom they know.
            session.learn()?;
        }
        let opened = session.ask(&command::select(&config.folder))?;
        opened.expect_ok("the folder cannot be opened")?;
        Ok(session)
    }

    fn secure(&self, session: Session) -> Result<Session, MailboxError> {
        // Whatever came in the clear after the server's "go ahead" was not said by the server.
        if !session.unread.is_empty() {
            return Err(refused("data before encryption"));
        }
        let tls = self.tls.clone().ok_or_else(|| refused("no encryption is set up"))?;
        let wire = session.wire.secure(tls, &self.config.host, CONNECT_WAIT).map_err(broken)?;
        Ok(Session::new(wire))
    }

    fn sign_in(&self, session: &mut Session) -> Result<(), MailboxError> {
        let (user, password) = (self.config.user.as_str(), self.password.as_str());
        let heard = if session.can("AUTH=PLAIN") {
            session.ask_with("AUTHENTICATE PLAIN", &command::plain(user, password))?
        } else if session.can("LOGINDISABLED") {
            let why = "the server takes no password in this way; is tls set as it wants it?";
            return Err(MailboxError::SignIn(why.to_owned()));
        } else {
            let login = command::login(user, password).ok_or_else(|| {
                let why = "user or password are not in ASCII, which this server cannot take";
                MailboxError::SignIn(why.to_owned())
            })?;
            session.ask(&login)?
        };
        match heard.end {
            End::Ok => Ok(()),
            End::No | End::Bad => {
                Err(MailboxError::SignIn(format!("the server does not let us in: {}", heard.words)))
            }
        }
    }
}

impl Mailbox for Imap {
    fn fetch(&mut self) -> Result<Vec<FetchedMail>, MailboxError> {
        self.with(|_, session| {
            let mut mails = Vec::new();
            for uid in session.waiting()?.into_iter().take(MAILS_AT_ONCE) {
                // One at a time, so that no more than one is on its way. Somebody may have taken it out meanwhile.
                mails.extend(session.mail(uid)?);
            }
            Ok(mails)
        })
    }

    fn done(&mut self, taken: &[MailKey], left: &[MailKey]) -> Result<(), MailboxError> {
        if taken.is_empty() && left.is_empty() {
            return Ok(());
        }
        self.with(|config, session| {
            let (taken, left) = (session.own(taken), session.own(left));
            session.leave(&left)?;
            session.put_away(&taken, config)
        })
    }

    fn wait(&mut self, at_most: Span) -> Result<Waited, MailboxError> {
        self.with(|_, session| session.idle(duration(at_most).min(IDLE_MAX)))
    }
}

impl Session {
    fn new(wire: Wire) -> Session {
        Session {
            wire,
            unread: Vec::new(),
            commands: 0,
            heard: 0,
            capabilities: BTreeSet::new(),
            validity: 0,
            has_marks: false,
            exists: 0,
            arrived: false,
        }
    }

    fn can(&self, what: &str) -> bool {
        self.capabilities.contains(what)
    }

    fn greeting(&mut self) -> Result<bool, MailboxError> {
        match self.hear(Instant::now() + COMMAND_WAIT)? {
            Said::Ready { signed_in } => Ok(signed_in),
            Said::Bye(words) => Err(refused(&format!("the server says no: {words}"))),
            _ => Err(refused("this is no IMAP server")),
        }
    }

    fn learn(&mut self) -> Result<(), MailboxError> {
        self.ask("CAPABILITY")?.expect_ok("the server does not say what it can do")
    }

    /// The numbers of what waits, the oldest first.
    fn waiting(&mut self) -> Result<Vec<u32>, MailboxError> {
        self.arrived = false;
        // A server need not see in a search what has come since the last command; Dovecot does not.
        self.ask("NOOP")?.expect_ok("the server does not look again")?;
        let heard = self.ask(&command::search(self.has_marks))?;
        let mut found: Vec<u32> = Vec::new();
        for said in &heard.said {
            if let Said::Found(uids) = said {
                found.extend(uids);
            }
        }
        heard.expect_ok("the folder cannot be searched")?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    fn mail(&mut self, uid: u32) -> Result<Option<FetchedMail>, MailboxError> {
        let heard = self.ask(&command::fetch(uid))?;
        if heard.end == End::Bad {
            return Err(refused(&format!("a mail cannot be fetched: {}", heard.words)));
        }
        let key = MailKey { validity: self.validity, uid };
        Ok(heard.said.into_iter().find_map(|said| match said {
            Said::Mail { uid: of, mut bytes } if of == uid => {
                bytes.truncate(port::MAIL_BYTES_MAX);
                Some(FetchedMail { key, bytes })
            }
            _ => None,
        }))
    }

    /// Numbers that still mean what they meant. Of others the mails come again, and are known.
    fn own(&self, keys: &[MailKey]) -> Vec<u32> {
        keys.iter().filter(|it| it.validity == self.validity).map(|it| it.uid).collect()
    }

    fn leave(&mut self, uids: &[u32]) -> Result<(), MailboxError> {
        match uids.is_empty() {
            true => Ok(()),
            false => {
                let marked = self.ask(&command::mark(uids, self.has_marks))?;
                marked.expect_ok("mails cannot be marked as read")
            }
        }
    }

    fn put_away(&mut self, uids: &[u32], config: &MailboxConfig) -> Result<(), MailboxError> {
        if uids.is_empty() {
            return Ok(());
        }
        match config.after {
            After::Keep => return self.leave(uids),
            After::Move if self.can("MOVE") => {
                return self
                    .send_to_folder(&command::move_to(uids, &config.move_to), &config.move_to);
            }
            After::Move => {
                self.send_to_folder(&command::copy(uids, &config.move_to), &config.move_to)?;
            }
            After::Delete => {}
        }
        self.ask(&command::delete(uids))?.expect_ok("mails cannot be deleted")?;
        // Without it they stay, marked as deleted, until somebody's mail program takes them out.
        if self.can("UIDPLUS") {
            self.ask(&command::expunge(uids))?.expect_ok("mails cannot be taken out")?;
        }
        Ok(())
    }

    /// Makes the folder if it may be that which is missing.
    fn send_to_folder(&mut self, line: &str, folder: &str) -> Result<(), MailboxError> {
        let heard = self.ask(line)?;
        if heard.end != End::No {
            return heard.expect_ok("mails cannot be moved");
        }
        self.ask(&command::create(folder))?;
        self.ask(line)?.expect_ok("mails cannot be moved")
    }

    fn idle(&mut self, at_most: Duration) -> Result<Waited, MailboxError> {
        if self.arrived {
            return Ok(Waited::Arrived);
        }
        if !self.can("IDLE") {
            return Ok(Waited::CannotTell);
        }
        let tag = self.say("IDLE")?;
        let until = Instant::now() + at_most;
        while !self.arrived && Instant::now() < until {
            match self.hear(until) {
                Ok(said) => self.take(&said),
                Err(MailboxError::Unreachable(why)) if why == NO_ANSWER => {}
                Err(error) => return Err(error),
            }
        }
        self.write("DONE\r\n")?;
        self.finish(&tag)?.expect_ok("waiting did not end")?;
        Ok(if self.arrived { Waited::Arrived } else { Waited::Quiet })
    }

    fn ask(&mut self, line: &str) -> Result<Heard, MailboxError> {
        let tag = self.say(line)?;
        self.finish(&tag)
    }

    /// A command whose rest the server invites us to say.
    fn ask_with(&mut self, line: &str, rest: &str) -> Result<Heard, MailboxError> {
        let tag = self.say(line)?;
        match self.hear(Instant::now() + COMMAND_WAIT)? {
            Said::GoOn => {
                self.write(&format!("{rest}\r\n"))?;
                self.finish(&tag)
            }
            Said::Done { end, words, .. } => Ok(Heard { said: Vec::new(), end, words }),
            _ => Err(refused("the server is out of step")),
        }
    }

    fn say(&mut self, line: &str) -> Result<String, MailboxError> {
        self.commands += 1;
        self.heard = 0;
        let tag = format!("f{}", self.commands);
        self.write(&format!("{tag} {line}\r\n"))?;
        Ok(tag)
    }

    fn write(&mut self, text: &str) -> Result<(), MailboxError> {
        self.wire.socket().set_write_timeout(Some(COMMAND_WAIT)).map_err(broken)?;
        self.wire.write_all(text.as_bytes()).and_then(|()| self.wire.flush()).map_err(broken)
    }

    fn finish(&mut self, tag: &str) -> Result<Heard, MailboxError> {
        let deadline = Instant::now() + COMMAND_WAIT;
        let mut heard = Vec::new();
        loop {
            match self.hear(deadline)? {
                Said::Done { tag: of, end, words } if of == tag => {
                    return Ok(Heard { said: heard, end, words });
                }
                Said::Bye(words) => {
                    let why = format!("the server ended the connection: {words}");
                    return Err(MailboxError::Unreachable(why));
                }
                said => {
                    self.take(&said);
                    heard.push(said);
                }
            }
        }
    }

    /// What a server may say at any time.
    fn take(&mut self, said: &Said) {
        match said {
            Said::Capabilities(all) => self.capabilities = all.clone(),
            Said::Validity(it) => self.validity = *it,
            Said::Marks(it) => self.has_marks = *it,
            Said::Exists(count) => {
                self.arrived |= self.exists < *count;
                self.exists = *count;
            }
            Said::Expunged => self.exists = self.exists.saturating_sub(1),
            Said::Ready { .. }
            | Said::GoOn
            | Said::Done { .. }
            | Said::Bye(_)
            | Said::Found(_)
            | Said::Mail { .. }
            | Said::Other => {}
        }
    }

    /// One answer, by the deadline.
    fn hear(&mut self, deadline: Instant) -> Result<Said, MailboxError> {
        loop {
            if let Some((said, length)) = first(&self.unread).map_err(|it| refused(&it))? {
                self.unread.drain(..length);
                self.heard += length;
                if ANSWERS_BYTES_MAX < self.heard {
                    return Err(refused("the server says more than was asked for"));
                }
                return Ok(said);
            }
            let wait = left(deadline).map_err(broken)?;
            self.wire.socket().set_read_timeout(Some(wait)).map_err(broken)?;
            let mut bytes = [0; 16 * 1024];
            match self.wire.read(&mut bytes).map_err(broken)? {
                0 => return Err(broken(ErrorKind::UnexpectedEof.into())),
                count => self.unread.extend_from_slice(&bytes[..count]),
            }
        }
    }
}

impl Heard {
    fn expect_ok(self, otherwise: &str) -> Result<(), MailboxError> {
        match self.end {
            End::Ok => Ok(()),
            End::No | End::Bad => Err(refused(&format!("{otherwise}: {}", self.words))),
        }
    }
}

const NO_ANSWER: &str = "no answer in time";

fn broken(error: io::Error) -> MailboxError {
    MailboxError::Unreachable(match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => NO_ANSWER.to_owned(),
        ErrorKind::UnexpectedEof => "the server closed the connection".to_owned(),
        _ => error.to_string(),
    })
}

fn refused(why: &str) -> MailboxError {
    MailboxError::Refused(why.to_owned())
}
