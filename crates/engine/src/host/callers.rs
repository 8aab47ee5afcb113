//! Threads that call other systems.

use super::{Handle, lock, real_now};
use model::HookReply;
use port::{Caller, Hook};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::JoinHandle;

pub(super) struct Callers {
    queue: mpsc::Sender<Hook>,
    concurrency: usize,
    flying: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<()>>,
}

impl Callers {
    pub fn start(caller: Arc<dyn Caller>, handle: Handle) -> Callers {
        let (queue, receiver) = mpsc::channel::<Hook>();
        let receiver = Arc::new(Mutex::new(receiver));
        let flying = Arc::new(AtomicUsize::new(0));
        let concurrency = caller.concurrency().max(1);
        let threads = (0..concurrency).map(|_| {
            let (caller, receiver) = (Arc::clone(&caller), Arc::clone(&receiver));
            let (handle, flying) = (handle.clone(), Arc::clone(&flying));
            std::thread::spawn(move || {
                loop {
                    let next = lock(&receiver).recv();
                    let Ok(hook) = next else { return };
                    // When the process ends, what has not begun is made by the next one.
                    if lock(&handle.shared.queue).stop {
                        continue;
                    }
                    let reply: HookReply = caller.call(&hook, real_now());
                    flying.fetch_sub(1, Ordering::SeqCst);
                    lock(&handle.shared.queue).calls_answered.push((hook.key, reply));
                    handle.wake();
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
            if self.queue.send(hook).is_err() {
                self.flying.fetch_sub(1, Ordering::SeqCst);
            }
        }
    }

    /// No more calls; the threads end with those that are under way.
    pub fn end(self) -> Vec<JoinHandle<()>> {
        self.threads
    }
}
