//! What every mailbox must do.

use crate::mailbox::{MAIL_BYTES_MAX, MAILS_AT_ONCE, MailKey, Mailbox, Waited};
use model::Span;

/// A mail arrives.
pub type Put = dyn Fn(&[u8]);

/// A mailbox to be tried, with an empty folder.
pub struct Folder {
    /// Another process that reads the same folder.
    pub connect: Box<dyn Fn() -> Box<dyn Mailbox>>,
    pub put: Box<Put>,
}

pub fn mailbox(make: &mut dyn FnMut() -> Folder) {
    mails_come_oldest_first_and_again_until_they_are_put_away(&make());
    what_is_no_mail_of_ours_is_left_and_not_fetched_again(&make());
    a_long_mail_is_cut_and_many_come_in_parts(&make());
    who_waits_hears_of_what_has_arrived(&make());
}

const A: &[u8] = b"From: a@shop.example\r\nSubject: one\r\n\r\nWords {5}\r\nmore\r\n";
// Bytes of no text, and what looks like a server speaking; no zero, which IMAP cannot carry.
const B: &[u8] = b"From: b@shop.example\r\n\r\n\x01\xff* 1 EXISTS\r\n)\r\n";
const C: &[u8] = b"From: c@shop.example\r\n\r\nthree\r\n";

fn mails_come_oldest_first_and_again_until_they_are_put_away(folder: &Folder) {
    let mut mailbox = (folder.connect)();
    assert!(mailbox.fetch().expect("an empty folder").is_empty());
    mailbox.done(&[], &[]).expect("nothing is done");
    for mail in [A, B] {
        (folder.put)(mail);
    }
    let first = mailbox.fetch().expect("two mails");
    assert_eq!(bytes(&first), [A, B], "as they came, to the byte");
    assert_eq!(mailbox.fetch().expect("the same"), first, "nothing has changed");
    assert_eq!((folder.connect)().fetch().expect("the same"), first, "also for another process");
    mailbox.done(&keys(&first)[..1], &[]).expect("one is put away");
    (folder.put)(C);
    assert_eq!(bytes(&mailbox.fetch().expect("two mails")), [B, C]);
    let rest = (folder.connect)().fetch().expect("two mails");
    assert_eq!(bytes(&rest), [B, C]);
    mailbox.done(&keys(&first), &[]).expect("one of them is gone already");
    mailbox.done(&keys(&rest), &[]).expect("the others are put away");
    assert!(mailbox.fetch().expect("an empty folder").is_empty());
    assert!((folder.connect)().fetch().expect("an empty folder").is_empty());
}

fn what_is_no_mail_of_ours_is_left_and_not_fetched_again(folder: &Folder) {
    let mut mailbox = (folder.connect)();
    for mail in [A, B, C] {
        (folder.put)(mail);
    }
    let found = keys(&mailbox.fetch().expect("three mails"));
    mailbox.done(&found[..1], &found[1..2]).expect("one is put away and one is left");
    assert_eq!(bytes(&mailbox.fetch().expect("one mail")), [C]);
    assert_eq!(bytes(&(folder.connect)().fetch().expect("one mail")), [C]);
    let foreign = MailKey { validity: found[0].validity.wrapping_add(1), uid: found[2].uid };
    mailbox.done(&[foreign], &[]).expect("a number of another folder is none of this one");
    assert_eq!(bytes(&mailbox.fetch().expect("one mail")), [C]);
}

fn a_long_mail_is_cut_and_many_come_in_parts(folder: &Folder) {
    let mut mailbox = (folder.connect)();
    let long = [A, &vec![b'x'; MAIL_BYTES_MAX]].concat();
    (folder.put)(&long);
    for _ in 0..MAILS_AT_ONCE {
        (folder.put)(C);
    }
    let found = mailbox.fetch().expect("mails");
    assert_eq!(found.len(), MAILS_AT_ONCE);
    assert!(found[0].bytes == long[..MAIL_BYTES_MAX], "the beginning, and no more");
    mailbox.done(&keys(&found), &[]).expect("put away");
    assert_eq!(bytes(&mailbox.fetch().expect("the last")), [C]);
}

fn who_waits_hears_of_what_has_arrived(folder: &Folder) {
    let mut mailbox = (folder.connect)();
    mailbox.fetch().expect("an empty folder");
    (folder.put)(A);
    let waited = mailbox.wait(Span::seconds(20)).expect("a wait");
    assert!(matches!(waited, Waited::Arrived | Waited::CannotTell), "{waited:?}");
    assert_eq!(bytes(&mailbox.fetch().expect("one mail")), [A]);
}

fn bytes(mails: &[crate::FetchedMail]) -> Vec<&[u8]> {
    mails.iter().map(|it| &*it.bytes).collect()
}

fn keys(mails: &[crate::FetchedMail]) -> Vec<MailKey> {
    mails.iter().map(|it| it.key).collect()
}
