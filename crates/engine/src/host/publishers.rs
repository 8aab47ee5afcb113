//! Threads that publish: one for each network, since the parts of a thread follow each other and networks
//! count what an account asks of them.

use super::Handle;
use crate::{PostJob, carry_out};
use model::Network;
use port::Publisher;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;

#[derive(Default)]
pub(super) struct Publishers {
    accounts: BTreeMap<Network, Account>,
    threads: Vec<JoinHandle<()>>,
}

struct Account {
    queue: mpsc::Sender<PostJob>,
    busy: Arc<AtomicBool>,
}

impl Publishers {
    pub fn start(publishers: Vec<Box<dyn Publisher>>, handle: &Handle) -> Publishers {
        let mut started = Publishers::default();
        for publisher in publishers {
            let (queue, receiver) = mpsc::channel::<PostJob>();
            let busy = Arc::new(AtomicBool::new(false));
            let network = publisher.network();
            let (handle, working) = (handle.clone(), Arc::clone(&busy));
            started.threads.push(std::thread::spawn(move || {
                while let Ok(job) = receiver.recv() {
                    let heard = carry_out(&*publisher, &job);
                    handle.tell(|queue| {
                        queue.heard.push((network, heard));
                        working.store(false, Ordering::SeqCst);
                    });
                }
            }));
            started.accounts.insert(network, Account { queue, busy });
        }
        started
    }

    pub fn room(&self) -> BTreeSet<Network> {
        let free = |it: &(&Network, &Account)| !it.1.busy.load(Ordering::SeqCst);
        self.accounts.iter().filter(free).map(|it| *it.0).collect()
    }

    pub fn take(&self, jobs: Vec<PostJob>) {
        for job in jobs {
            let Some(account) = self.accounts.get(&job.network) else { continue };
            account.busy.store(true, Ordering::SeqCst);
            if account.queue.send(job).is_err() {
                account.busy.store(false, Ordering::SeqCst);
            }
        }
    }

    /// Nothing more; the threads end with what is under way.
    pub fn end(self) -> Vec<JoinHandle<()>> {
        self.threads
    }
}
