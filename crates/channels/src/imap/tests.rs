//! The client against a small server of its own, and what is read of answers that real servers give.

use super::client::Imap;
use super::config::{After, MailboxConfig};
use super::response::{End, Said, first};
use crate::secret::Secret;
use crate::tls::testing::{Tls, encrypt, fixture};
use port::contract::{self, Folder};
use port::{Mailbox, MailboxError, Waited};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

#[test]
fn a_mailbox_keeps_the_contract_however_mails_are_put_away() {
    for after in ["keep", "move", "delete"] {
        for capabilities in [PLAIN, "IMAP4rev1 AUTH=PLAIN IDLE MOVE UIDPLUS"] {
            contract::mailbox(&mut || {
                let server = Server::start(Shared { capabilities, ..Shared::default() });
                let (of_place, connects) = (server.clone(), server);
                Folder {
                    connect: Box::new(move || {
                        Box::new(connects.imap(&format!("after = \"{after}\"")))
                    }),
                    put: Box::new(move |mail| of_place.put(mail)),
                }
            });
        }
    }
}

#[test]
fn a_server_that_keeps_no_words_of_ours_is_marked_as_seen() {
    contract::mailbox(&mut || {
        let server = Server::start(Shared { no_keywords: true, ..Shared::default() });
        let (of_place, connects) = (server.clone(), server);
        Folder {
            connect: Box::new(move || Box::new(connects.imap("after = \"keep\""))),
            put: Box::new(move |mail| of_place.put(mail)),
        }
    });
}

#[test]
fn moved_mails_stand_in_their_folder_which_is_made() {
    for capabilities in [PLAIN, "IMAP4rev1 AUTH=PLAIN MOVE UIDPLUS"] {
        let server = Server::start(Shared { capabilities, ..Shared::default() });
        let mut imap = server.imap("move_to = \"Done \\\"x\\\"\"");
        server.put(MAIL);
        let key = imap.fetch().expect("a mail")[0].key;
        imap.done(&[key], &[]).expect("put away");
        let shared = server.shared.lock().expect("no panic");
        assert_eq!(shared.moved.get("Done \"x\""), Some(&vec![MAIL.to_vec()]), "{capabilities}");
    }
}

#[test]
fn what_others_have_marked_as_deleted_is_not_taken_out() {
    let server =
        Server::start(Shared { capabilities: "IMAP4rev1 AUTH=PLAIN UIDPLUS", ..Shared::default() });
    let mut imap = server.imap("after = \"delete\"");
    server.put(MAIL);
    server.put(b"From: x@shop.example\r\n\r\nmine\r\n");
    let keys: Vec<_> = imap.fetch().expect("two").iter().map(|it| it.key).collect();
    server
        .shared
        .lock()
        .expect("no panic")
        .mails
        .get_mut(&2)
        .expect("it")
        .flags
        .insert("\\Deleted".to_owned());
    imap.done(&keys[..1], &[]).expect("taken out");
    let left: Vec<u32> = server.shared.lock().expect("no panic").mails.keys().copied().collect();
    assert_eq!(left, [2]);
}

#[test]
fn who_is_not_let_in_is_told_so_without_secret_or_address() {
    let check = |shared: Shared, settings: &str, expected: &str| {
        let server = Server::start(shared);
        let error = server.imap(settings).fetch().expect_err("no mails");
        assert_eq!(format!("{error:?}"), expected);
    };
    check(
        Shared { refuses: true, ..Shared::default() },
        "",
        "SignIn(\"the server does not let us in: Authentication failed for …\")",
    );
    check(
        Shared { refuses: true, capabilities: PLAIN, ..Shared::default() },
        "",
        "SignIn(\"the server does not let us in: Authentication failed for …\")",
    );
    check(
        Shared { capabilities: "IMAP4rev1 LOGINDISABLED", ..Shared::default() },
        "",
        "SignIn(\"the server takes no password in this way; is tls set as it wants it?\")",
    );
    check(
        Shared::default(),
        "folder = \"Nowhere\"",
        "Refused(\"the folder cannot be opened: no such folder\")",
    );
}

#[test]
fn a_connection_that_broke_is_made_anew() {
    let server = Server::start(Shared::default());
    let mut imap = server.imap("");
    server.put(MAIL);
    assert_eq!(imap.fetch().expect("a mail").len(), 1);
    server.shared.lock().expect("no panic").hangs_up = true;
    let error = imap.fetch().expect_err("it is gone");
    assert!(matches!(error, MailboxError::Unreachable(_)), "{error:?}");
    server.shared.lock().expect("no panic").hangs_up = false;
    assert_eq!(imap.fetch().expect("a mail").len(), 1);
}

#[test]
fn a_server_that_tells_of_new_mail_is_heard_while_it_is_waited_for() {
    let server =
        Server::start(Shared { capabilities: "IMAP4rev1 AUTH=PLAIN IDLE", ..Shared::default() });
    let mut imap = server.imap("");
    assert!(imap.fetch().expect("an empty folder").is_empty());
    let waited = imap.wait(model::Span(50)).expect("a wait");
    assert_eq!(waited, Waited::Quiet);
    let puts = server.clone();
    let put = thread::spawn(move || {
        // Only once somebody waits: what arrives before is another case.
        while !puts.shared.lock().expect("no panic").waits {
            thread::yield_now();
        }
        puts.put(MAIL);
    });
    assert_eq!(imap.wait(model::Span::seconds(60)).expect("a wait"), Waited::Arrived);
    put.join().expect("put");
    assert_eq!(imap.fetch().expect("a mail").len(), 1);
}

#[test]
fn encryption_is_from_the_first_byte_or_before_the_password_and_its_name_is_checked() {
    for (mode, tls) in [("implicit", true), ("starttls", false)] {
        let server = Server::start(Shared { encrypts: true, tls_first: tls, ..Shared::default() });
        server.put(MAIL);
        let of = |host: &str| {
            let config = server.config(&format!(
                "tls = \"{mode}\"\nca_file = \"{}\"",
                fixture("ca.pem").display()
            ));
            Imap::new("x", MailboxConfig { host: host.to_owned(), ..config }).expect("settings")
        };
        assert_eq!(of("localhost").fetch().expect("a mail").len(), 1, "{mode}");
        let error = of("127.0.0.1").fetch().expect_err("another name");
        assert!(matches!(error, MailboxError::Unreachable(_)), "{mode}: {error:?}");
    }
    // A server that cannot encrypt gets no password.
    let server = Server::start(Shared::default());
    let config = server
        .config(&format!("tls = \"starttls\"\nca_file = \"{}\"", fixture("ca.pem").display()));
    let error = Imap::new("x", config).expect("settings").fetch().expect_err("no encryption");
    assert!(matches!(error, MailboxError::Refused(_)), "{error:?}");
    assert!(!server.shared.lock().expect("no panic").was_asked_in, "no password went out");
}

#[test]
fn settings_are_checked_before_anybody_is_asked() {
    let check = |more: &str, expected: &str| {
        let text =
            format!("host = \"imap.shop.example\"\nuser = \"u\"\npassword = \"env:P\"\n{more}");
        let read = toml::from_str::<MailboxConfig>(&text).map_err(|it| it.to_string());
        let said = read.and_then(|it| it.check("news").map_err(|it| it.to_string()));
        let said = said.err().unwrap_or_default();
        assert!(
            said.contains(expected) && said.is_empty() == expected.is_empty(),
            "{more}: {said}"
        );
    };
    check("", "");
    check("after = \"delete\"\ninterval = \"1m\"\nport = 143\ntls = \"starttls\"", "");
    check("tls = \"none\"", "mailbox.news: the password would cross the network in the clear");
    check("interval = \"1s\"", "between 10s and 1d");
    check("folder = \"Fulcrum\"", "moved to where they are");
    check("folder = \"Entwürfe\"", "not in ASCII");
    check("after = \"burn\"", "unknown variant");
    check("colour = \"red\"", "unknown field");
    let text = "host = \"h\"\nuser = \"u\"\npassword = \"hunter2\"";
    let said =
        toml::from_str::<MailboxConfig>(text).expect_err("a secret in the settings").to_string();
    assert!(said.contains("env:NAME"), "{said}");
    let defaults: MailboxConfig =
        toml::from_str("host = \"h\"\nuser = \"u\"\npassword = \"env:P\"").expect("enough");
    assert_eq!(
        (defaults.port(), defaults.after, &*defaults.move_to),
        (993, After::Move, "Fulcrum")
    );
}

/// Answers of RFC 3501 and its extensions, and as Dovecot, Gmail and Exchange give them.
#[test]
fn answers_of_servers_are_understood() {
    let check = |text: &str, expected: Said| {
        let (said, length) = first(text.as_bytes()).expect("readable").expect("whole");
        assert_eq!((said, length), (expected, text.len()), "{text}");
    };
    let words = |it: &str| it.to_owned();
    check(
        "* OK [CAPABILITY IMAP4rev1 SASL-IR] Dovecot (Debian) ready.\r\n",
        Said::Ready { signed_in: false },
    );
    check("* PREAUTH IMAP4rev1 server logged in as Smith\r\n", Said::Ready { signed_in: true });
    check(
        "* BYE Autologout; idle for too long\r\n",
        Said::Bye(words("Autologout; idle for too long")),
    );
    check("+ idling\r\n", Said::GoOn);
    check("+ \r\n", Said::GoOn);
    check("* 23 EXISTS\r\n", Said::Exists(23));
    check("* 3 EXPUNGE\r\n", Said::Expunged);
    check("* SEARCH 2 84 882\r\n", Said::Found(vec![2, 84, 882]));
    check("* SEARCH\r\n", Said::Found(vec![]));
    check("* OK [UIDVALIDITY 3857529045] UIDs valid\r\n", Said::Validity(3_857_529_045));
    check("* OK [PERMANENTFLAGS (\\Answered \\Seen \\*)] Flags permitted.\r\n", Said::Marks(true));
    check("* OK [PERMANENTFLAGS (\\Answered \\Seen)] Limited\r\n", Said::Marks(false));
    let capabilities = ["IMAP4REV1", "AUTH=PLAIN", "IDLE", "LITERAL+"].map(str::to_owned);
    check(
        "* CAPABILITY IMAP4rev1 LITERAL+ AUTH=PLAIN IDLE\r\n",
        Said::Capabilities(capabilities.into()),
    );
    check(
        "* 1 FETCH (UID 7 BODY[]<0> {5}\r\na\r\nb))\r\n",
        Said::Mail { uid: 7, bytes: b"a\r\nb)".to_vec() },
    );
    check("* 1 FETCH (FLAGS (\\Seen))\r\n", Said::Other);
    check("* X-GURGLE what is this\r\n", Said::Other);
    let done = |tag: &str, end: End, words: &str| Said::Done {
        tag: tag.to_owned(),
        end,
        words: words.to_owned(),
    };
    check("f2 OK [READ-WRITE] SELECT completed\r\n", done("f2", End::Ok, "SELECT completed"));
    check(
        "f3 NO [AUTHENTICATIONFAILED] Authentication failed.\r\n",
        done("f3", End::No, "Authentication failed."),
    );
    check("f4 BAD Error in IMAP command\r\n", done("f4", End::Bad, "Error in IMAP command"));
    for part in ["", "* 1 FETCH (UID 7 BODY[] {500}\r\nhalf", "* OK", "f1 OK"] {
        assert_eq!(first(part.as_bytes()), Ok(None), "{part}");
    }
}

#[test]
fn what_never_ends_is_no_answer() {
    let line = vec![b'x'; super::response::RESPONSE_BYTES_MAX];
    assert_eq!(first(&line[1..]), Ok(None));
    assert!(first(&line).is_err());
    let literal = [b"* 1 FETCH (UID 7 BODY[] {9000000}\r\n", &line[..]].concat();
    assert!(first(&literal).is_err());
}

proptest! {
    #[test]
    fn no_bytes_whatever_make_it_panic(bytes in prop::collection::vec(any::<u8>(), 0..500)) {
        let _ = first(&bytes);
        let _ = first(&[b"* 1 FETCH (UID 7 BODY[] ", &bytes[..]].concat());
    }
}

const MAIL: &[u8] = b"From: a@shop.example\r\nSubject: one\r\n\r\nwords\r\n";

/// What every server can.
const PLAIN: &str = "IMAP4rev1";

/// A server with one folder, that speaks as much as RFC 3501 asks of one.
#[derive(Clone)]
struct Server {
    address: SocketAddr,
    shared: Arc<Mutex<Shared>>,
}

#[derive(Clone)]
struct Shared {
    capabilities: &'static str,
    no_keywords: bool,
    refuses: bool,
    hangs_up: bool,
    encrypts: bool,
    tls_first: bool,
    /// Somebody idles; somebody tried to sign in.
    waits: bool,
    was_asked_in: bool,
    mails: BTreeMap<u32, Stored>,
    moved: BTreeMap<String, Vec<Vec<u8>>>,
    last: u32,
}

#[derive(Clone)]
struct Stored {
    bytes: Vec<u8>,
    flags: BTreeSet<String>,
}

impl Default for Shared {
    fn default() -> Shared {
        Shared {
            capabilities: "IMAP4rev1 AUTH=PLAIN",
            no_keywords: false,
            refuses: false,
            hangs_up: false,
            encrypts: false,
            tls_first: false,
            waits: false,
            was_asked_in: false,
            mails: BTreeMap::new(),
            moved: BTreeMap::new(),
            last: 0,
        }
    }
}

impl Server {
    fn start(shared: Shared) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let server = Server { address, shared: Arc::new(Mutex::new(shared)) };
        let serves = server.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let (stream, serves) = (stream.expect("a client"), serves.clone());
                thread::spawn(move || serves.talk(stream));
            }
        });
        server
    }

    fn config(&self, more: &str) -> MailboxConfig {
        let tls = if more.contains("tls =") { "" } else { "tls = \"none\"\n" };
        let text = format!(
            "host = \"127.0.0.1\"\nport = {}\nuser = \"ann@shop.example\"\npassword = \"env:NONE\"\n{tls}{more}",
            self.address.port()
        );
        let config: MailboxConfig = toml::from_str(&text).expect("settings");
        MailboxConfig { password: Secret::given("hunter2"), ..config }
    }

    fn imap(&self, more: &str) -> Imap {
        Imap::new("x", self.config(more)).expect("settings")
    }

    fn put(&self, mail: &[u8]) {
        let mut shared = self.shared.lock().expect("no panic");
        shared.last += 1;
        let uid = shared.last;
        shared.mails.insert(uid, Stored { bytes: mail.to_vec(), flags: BTreeSet::new() });
    }

    fn talk(&self, stream: TcpStream) {
        let shared = self.shared.lock().expect("no panic").clone();
        if shared.encrypts && shared.tls_first {
            self.session(BufReader::new(Stream::Tls(Box::new(encrypt(stream)))), true);
        } else {
            self.session(BufReader::new(Stream::Plain(stream)), true);
        }
    }

    fn session(&self, mut wire: BufReader<Stream>, greets: bool) {
        if greets {
            say(&mut wire, "* OK ready\r\n");
        }
        let mut line = String::new();
        while 0 < read_line(&mut wire, &mut line) {
            if self.shared.lock().expect("no panic").hangs_up {
                return;
            }
            let (tag, command) = line.trim_end().split_once(' ').expect("a tag");
            let tag = tag.to_owned();
            let command = command.to_owned();
            if command == "STARTTLS" && self.shared.lock().expect("no panic").encrypts {
                say(&mut wire, &format!("{tag} OK go ahead\r\n"));
                let Stream::Plain(stream) = wire.into_inner() else { panic!("encrypted twice") };
                return self.session(BufReader::new(Stream::Tls(Box::new(encrypt(stream)))), false);
            }
            let end = self.answer(&mut wire, &command);
            say(&mut wire, &format!("{tag} {end}\r\n"));
        }
    }

    fn answer(&self, wire: &mut BufReader<Stream>, command: &str) -> String {
        let words: Vec<&str> = command.split(' ').collect();
        let mut shared = self.shared.lock().expect("no panic");
        let no = |text: &str| format!("NO {text}");
        let let_in = |shared: &Shared| match shared.refuses {
            true => no("[AUTHENTICATIONFAILED] Authentication failed for ann@shop.example"),
            false => "OK done".to_owned(),
        };
        match words[..] {
            ["NOOP"] => {}
            ["CAPABILITY"] => say(wire, &format!("* CAPABILITY {}\r\n", shared.capabilities)),
            ["AUTHENTICATE", "PLAIN"] => {
                shared.was_asked_in = true;
                say(wire, "+ \r\n");
                let mut line = String::new();
                read_line(wire, &mut line);
                // NUL, the user, NUL, the password.
                assert!(line.starts_with("AGFubkBzaG9wLmV4YW1wbGUA"), "{line}");
                return let_in(&shared);
            }
            ["LOGIN", user, _] => {
                shared.was_asked_in = true;
                assert_eq!(user, "\"ann@shop.example\"");
                return let_in(&shared);
            }
            ["SELECT", "\"INBOX\""] => {
                let marks = if shared.no_keywords { "" } else { " \\*" };
                say(
                    wire,
                    &format!(
                        "* {} EXISTS\r\n* OK [UIDVALIDITY 42] UIDs valid\r\n",
                        shared.mails.len()
                    ),
                );
                say(wire, &format!("* OK [PERMANENTFLAGS (\\Seen \\Deleted{marks})] Flags\r\n"));
            }
            ["SELECT", ..] => return no("no such folder"),
            ["CREATE", ..] => {
                let name = unquoted(command.strip_prefix("CREATE ").expect("a name"));
                shared.moved.entry(name).or_default();
            }
            ["UID", ..] => return answer_uid(&mut shared, wire, command),
            ["IDLE"] => {
                drop(shared);
                return self.idle(wire);
            }
            _ => return "BAD what?".to_owned(),
        }
        "OK done".to_owned()
    }

    fn idle(&self, wire: &mut BufReader<Stream>) -> String {
        let count = || self.shared.lock().expect("no panic").mails.len();
        let mut known = 0;
        say(wire, "+ idling\r\n");
        let mut line = String::new();
        let socket = wire.get_ref().socket().try_clone().expect("the same socket");
        loop {
            if known < count() {
                known = count();
                say(wire, &format!("* {known} EXISTS\r\n"));
            }
            self.shared.lock().expect("no panic").waits = true;
            socket.set_read_timeout(Some(Duration::from_millis(2))).expect("a time");
            let peeked = socket.peek(&mut [0]);
            socket.set_read_timeout(None).expect("a time");
            if peeked.is_ok() || !wire.buffer().is_empty() {
                read_line(wire, &mut line);
                self.shared.lock().expect("no panic").waits = false;
                assert!(line.is_empty() || line == "DONE\r\n", "{line}");
                return "OK done".to_owned();
            }
        }
    }
}

/// Of the commands that name mails by their numbers.
fn answer_uid(shared: &mut Shared, wire: &mut BufReader<Stream>, command: &str) -> String {
    let words: Vec<&str> = command.split(' ').collect();
    match words[..] {
        ["UID", "SEARCH", "UNDELETED", ..] => {
            let hidden = if words[3] == "UNSEEN" { "\\Seen" } else { words[4] };
            let found = shared
                .mails
                .iter()
                .filter(|(_, it)| !it.flags.contains("\\Deleted") && !it.flags.contains(hidden));
            // In no order, as the standard allows.
            let found: Vec<String> = found.rev().map(|it| it.0.to_string()).collect();
            let found = format!("* SEARCH {}", found.join(" "));
            say(wire, &format!("{}\r\n", found.trim_end()));
        }
        ["UID", "FETCH", uid, ..] => {
            let uid: u32 = uid.parse().expect("a number");
            assert_eq!(words[3..].join(" "), "(UID BODY.PEEK[]<0.262144>)");
            if let Some(mail) = shared.mails.get(&uid) {
                let bytes = &mail.bytes[..mail.bytes.len().min(262_144)];
                say(wire, &format!("* 1 FETCH (UID {uid} BODY[]<0> {{{}}}\r\n", bytes.len()));
                wire.get_mut().write_all(bytes).expect("written");
                say(wire, ")\r\n");
            }
        }
        ["UID", "STORE", uids, "+FLAGS.SILENT", flag] => {
            let flag = flag.trim_matches(['(', ')']);
            assert!(!shared.no_keywords || flag.starts_with('\\'), "{flag} is no flag here");
            for uid in numbers(uids) {
                if let Some(mail) = shared.mails.get_mut(&uid) {
                    mail.flags.insert(flag.to_owned());
                }
            }
        }
        ["UID", what @ ("MOVE" | "COPY"), uids, ..] => {
            assert!(what == "COPY" || shared.capabilities.contains("MOVE"));
            let name = unquoted(command.splitn(4, ' ').nth(3).expect("a name"));
            if !shared.moved.contains_key(&name) {
                return "NO [TRYCREATE] no such folder".to_owned();
            }
            for uid in numbers(uids) {
                let Some(mail) = shared.mails.get(&uid).cloned() else { continue };
                shared.moved.entry(name.clone()).or_default().push(mail.bytes);
                if what == "MOVE" {
                    shared.mails.remove(&uid);
                }
            }
        }
        ["UID", "EXPUNGE", uids] => {
            assert!(shared.capabilities.contains("UIDPLUS"));
            for uid in numbers(uids) {
                let is_deleted = |it: &Stored| it.flags.contains("\\Deleted");
                if shared.mails.get(&uid).is_some_and(is_deleted) {
                    shared.mails.remove(&uid);
                }
            }
        }
        _ => return "BAD what?".to_owned(),
    }
    "OK done".to_owned()
}

enum Stream {
    Plain(TcpStream),
    Tls(Box<Tls>),
}

impl Stream {
    fn socket(&self) -> &TcpStream {
        match self {
            Stream::Plain(stream) => stream,
            Stream::Tls(stream) => &stream.sock,
        }
    }
}

impl Read for Stream {
    fn read(&mut self, bytes: &mut [u8]) -> std::io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.read(bytes),
            Stream::Tls(stream) => stream.read(bytes),
        }
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Stream::Plain(stream) => stream.write(bytes),
            Stream::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Stream::Plain(stream) => stream.flush(),
            Stream::Tls(stream) => stream.flush(),
        }
    }
}

/// A client that has gone hears nothing.
fn say(wire: &mut BufReader<Stream>, text: &str) {
    let _ = wire.get_mut().write_all(text.as_bytes()).and_then(|()| wire.get_mut().flush());
}

fn read_line(wire: &mut BufReader<Stream>, line: &mut String) -> usize {
    line.clear();
    wire.read_line(line).unwrap_or(0)
}

fn numbers(set: &str) -> Vec<u32> {
    set.split(',').map(|it| it.parse().expect("a number")).collect()
}

fn unquoted(text: &str) -> String {
    let inner = text.strip_prefix('"').and_then(|it| it.strip_suffix('"')).expect("quotes");
    inner.replace("\\\"", "\"").replace("\\\\", "\\")
}
