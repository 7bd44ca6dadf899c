//! Files are read while others are kept: by few threads, in order, and only so far ahead.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::file::{File, Ways, read_path};
use crate::sources::returns::inbox::InboxError;

/// Files that are read at a time; each may take some hundred megabytes if it is hostile.
const READERS_MAX: usize = 2;

/// Files that are begun and not yet taken; about as many as are kept in one transaction.
const FILES_MAX: usize = 50;

/// Values, rejects and notes that wait to be taken, after which no further file is begun.
const WEIGHT_MAX: usize = 20_000;

/// What came of a file; none where whoever sent it has taken it away again.
type Came = Result<Option<(PathBuf, File)>, InboxError>;

/// A file that is to be read, and where to tell what came of it.
type Job = (PathBuf, oneshot::Sender<Came>);

/// Files on their way, in their order.
pub(super) struct Ahead {
    queue: Arc<Queue>,
    coming: VecDeque<(PathBuf, oneshot::Receiver<Came>)>,
}

/// What the readers share.
struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    files: usize,
    weight: usize,
}

impl Ahead {
    /// Begins to read files.
    pub(super) fn of(paths: Vec<PathBuf>, ways: &Arc<Ways>) -> Self {
        let readers = READERS_MAX.min(paths.len());
        let (mut jobs, mut coming) = (VecDeque::new(), VecDeque::new());
        for path in paths {
            let (tell, told) = oneshot::channel();
            jobs.push_back((path.clone(), tell));
            coming.push_back((path, told));
        }
        let state = Mutex::new(State { jobs, ..State::default() });
        let queue = Arc::new(Queue { state, changed: Condvar::new() });
        for _ in 0..readers {
            let (queue, ways) = (Arc::clone(&queue), Arc::clone(ways));
            drop(tokio::task::spawn_blocking(move || queue.read(&ways)));
        }
        Self { queue, coming }
    }

    /// What came of the next file; `None` after the last. The path alone is of a file over which its
    /// reader gave up.
    pub(super) async fn next(&mut self) -> Option<Result<Came, PathBuf>> {
        let (path, told) = self.coming.pop_front()?;
        let came = told.await.map_err(|_| path);
        let mut state = self.queue.state();
        state.files = state.files.saturating_sub(1);
        state.weight = state.weight.saturating_sub(came.as_ref().map_or(0, weight));
        drop(state);
        self.queue.changed.notify_all();
        Some(came)
    }
}

impl Drop for Ahead {
    /// Whoever goes away early has no use for the rest; readers that wait must not wait for ever.
    fn drop(&mut self) {
        self.queue.state().jobs.clear();
        self.queue.changed.notify_all();
    }
}

impl State {
    fn is_full(&self) -> bool {
        self.files >= FILES_MAX || self.weight >= WEIGHT_MAX
    }
}

impl Queue {
    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it is held; whatever did, the numbers in it are whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads file after file; it blocks.
    fn read(&self, ways: &Ways) {
        while let Some((path, tell)) = self.begin() {
            // A panic drops the sender, which tells of it; the next file is no worse for it.
            let Ok(came) = catch_unwind(AssertUnwindSafe(|| read_path(path, ways))) else { continue };
            self.state().weight += weight(&came);
            // Nobody listens after an error; then there is nothing left to begin either.
            let _ = tell.send(came);
        }
    }

    /// The next file, once there is room for what it brings; `None` after the last.
    ///
    /// The files before it are all begun, so they will all be taken, and room comes.
    fn begin(&self) -> Option<Job> {
        let mut state = self
            .changed
            .wait_while(self.state(), |state| !state.jobs.is_empty() && state.is_full())
            .unwrap_or_else(PoisonError::into_inner);
        let job = state.jobs.pop_front()?;
        state.files += 1;
        Some(job)
    }
}

fn weight(came: &Came) -> usize {
    match came {
        Ok(Some((_, file))) => file.weight(),
        Ok(None) | Err(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::civil::date;
    use tempfile::TempDir;
    use tokio::runtime::{Builder, Runtime};

    use super::*;

    fn files(count: usize) -> (TempDir, Vec<PathBuf>) {
        let folder = tempfile::tempdir().expect("a folder");
        let paths: Vec<PathBuf> =
            (0..count).map(|number| folder.path().join(format!("{number:03}.csv"))).collect();
        for path in &paths {
            std::fs::write(path, "name,age\nx,1\n").expect("written");
        }
        (folder, paths)
    }

    fn ways() -> Arc<Ways> {
        Arc::new(Ways {
            templates: Vec::new(),
            known: BTreeSet::new(),
            hash: String::new(),
            came_on: date(2026, 8, 5),
        })
    }

    fn runtime() -> Runtime {
        Builder::new_current_thread().build().expect("starts")
    }

    #[test]
    fn files_come_in_their_order_and_one_that_is_gone_is_passed_over() {
        let (_folder, paths) = files(2 * FILES_MAX + 7);
        std::fs::remove_file(&paths[3]).expect("taken away");
        let came = runtime().block_on(async {
            let mut ahead = Ahead::of(paths.clone(), &ways());
            let mut came = Vec::new();
            while let Some(next) = ahead.next().await {
                came.extend(next.expect("read").expect("readable").map(|(path, _)| path));
            }
            came
        });
        let mut expected = paths;
        expected.remove(3);
        assert_eq!(came, expected);
    }

    #[test]
    fn whoever_goes_early_leaves_no_reader_waiting() {
        let (_folder, paths) = files(2 * FILES_MAX);
        let runtime = runtime();
        let (first, queue) = runtime.block_on(async {
            let mut ahead = Ahead::of(paths, &ways());
            let first = ahead.next().await.expect("there is one");
            (first, Arc::clone(&ahead.queue))
        });
        assert!(first.is_ok());
        // It waits for its readers, and would for ever.
        drop(runtime);
        assert_eq!(queue.state().jobs.len(), 0);
    }

    #[test]
    fn no_more_is_begun_than_there_is_room_for() {
        let jobs = (0..=FILES_MAX).map(|_| (PathBuf::new(), oneshot::channel().0)).collect();
        let state = Mutex::new(State { jobs, ..State::default() });
        let queue = Queue { state, changed: Condvar::new() };
        for _ in 0..FILES_MAX {
            assert!(queue.begin().is_some());
        }
        assert!(queue.state().is_full(), "so many files are under way");
        *queue.state() = State { weight: WEIGHT_MAX, ..State::default() };
        assert!(queue.state().is_full(), "so much waits");
        assert!(queue.begin().is_none(), "nobody waits for room when nothing is left");
    }
}
