//! A mailbox in memory. Clones share one folder, as connections to one server do.

use crate::mailbox::{
    FetchedMail, MAIL_BYTES_MAX, MAILS_AT_ONCE, MailKey, Mailbox, MailboxError, Waited,
};
use model::Span;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

#[derive(Clone, Default)]
pub struct MemoryMailbox {
    folder: Arc<Mutex<Folder>>,
}

#[derive(Default)]
struct Folder {
    mails: BTreeMap<u32, Vec<u8>>,
    left: BTreeSet<u32>,
    last: u32,
    fault: Option<MailboxError>,
}

const VALIDITY: u32 = 1;

impl MemoryMailbox {
    pub fn new() -> MemoryMailbox {
        MemoryMailbox::default()
    }

    pub fn put(&self, mail: &[u8]) {
        let mut folder = self.lock();
        folder.last += 1;
        let uid = folder.last;
        folder.mails.insert(uid, mail.to_vec());
    }

    /// What is still in the folder.
    pub fn mails(&self) -> Vec<Vec<u8>> {
        self.lock().mails.values().cloned().collect()
    }

    /// Every call fails like this, until none is set.
    pub fn fail(&self, fault: Option<MailboxError>) {
        self.lock().fault = fault;
    }

    fn lock(&self) -> MutexGuard<'_, Folder> {
        self.folder.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<MutexGuard<'_, Folder>, MailboxError> {
        let folder = self.lock();
        match &folder.fault {
            Some(fault) => Err(fault.clone()),
            None => Ok(folder),
        }
    }
}

impl Mailbox for MemoryMailbox {
    fn fetch(&mut self) -> Result<Vec<FetchedMail>, MailboxError> {
        let folder = self.open()?;
        let waiting = folder.mails.iter().filter(|(uid, _)| !folder.left.contains(uid));
        let fetched = waiting.take(MAILS_AT_ONCE).map(|(uid, bytes)| FetchedMail {
            key: MailKey { validity: VALIDITY, uid: *uid },
            bytes: bytes[..bytes.len().min(MAIL_BYTES_MAX)].to_vec(),
        });
        Ok(fetched.collect())
    }

    fn done(&mut self, taken: &[MailKey], left: &[MailKey]) -> Result<(), MailboxError> {
        let mut folder = self.open()?;
        // A number of another folder is none of this one.
        let ours = |it: &&MailKey| it.validity == VALIDITY;
        for key in taken.iter().filter(ours) {
            folder.mails.remove(&key.uid);
        }
        folder.left.extend(left.iter().filter(ours).map(|it| it.uid));
        Ok(())
    }

    fn wait(&mut self, _at_most: Span) -> Result<Waited, MailboxError> {
        let folder = self.open()?;
        let arrived = folder.mails.keys().any(|it| !folder.left.contains(it));
        Ok(if arrived { Waited::Arrived } else { Waited::CannotTell })
    }
}
