//! Threads that call other systems.

use super::work::Work;
use super::{Handle, lock, real_now};
use model::HookReply;
use port::{Caller, Hook};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

pub(super) struct Callers {
    queue: Arc<Work<Hook>>,
    concurrency: usize,
    flying: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<()>>,
}

impl Callers {
    pub fn start(caller: Arc<dyn Caller>, handle: Handle) -> Callers {
        let queue: Arc<Work<Hook>> = Arc::new(Work::new());
        let flying = Arc::new(AtomicUsize::new(0));
        let concurrency = caller.concurrency().max(1);
        let threads = (0..concurrency).map(|_| {
            let (caller, work) = (Arc::clone(&caller), Arc::clone(&queue));
            let (handle, flying) = (handle.clone(), Arc::clone(&flying));
            std::thread::spawn(move || {
                while let Some(hook) = work.next() {
                    // When the process ends, what has not begun is made by the next one.
                    if lock(&handle.shared.queue).stop {
                        continue;
                    }
                    let reply: HookReply = caller.call(&hook, real_now());
                    flying.fetch_sub(1, Ordering::SeqCst);
                    handle.tell(|queue| queue.calls_answered.push((hook.key, reply)));
                }
            })
        });
        let threads = threads.collect();
        Callers { queue, concurrency, flying, threads }
    }

    pub fn room(&self) -> usize {
        self.concurrency.saturating_sub(self.flying.load(Ordering::SeqCst))
    }

    pub fn take(&self, calls: Vec<Hook>) {
        for hook in calls {
            self.flying.fetch_add(1, Ordering::SeqCst);
            self.queue.put(hook);
        }
    }

    /// No more calls; the threads end with those that are under way.
    pub fn end(self) -> Vec<JoinHandle<()>> {
        self.queue.close();
        self.threads
    }
}
