//! A place at which the system test can make the daemon stick. Nothing of it is in a build without
//! the feature `test-hooks`.

use crate::store::Store;

/// With `CAREWARDEN_HOOK=stick-writer`, the first write after the start never ends.
#[cfg(feature = "test-hooks")]
#[expect(clippy::disallowed_methods, reason = "a test steers it from outside; not in a release build")]
pub fn stick_writer(store: &mut Store) {
    if std::env::var("CAREWARDEN_HOOK").is_ok_and(|hook| hook == "stick-writer") {
        let never: Result<(), crate::store::StoreError> = store.write(crate::clock::real_now(), |_| {
            loop {
                std::thread::park();
            }
        });
        drop(never);
    }
}

/// Does nothing: this build has no hooks.
#[cfg(not(feature = "test-hooks"))]
pub const fn stick_writer(_store: &mut Store) {}
