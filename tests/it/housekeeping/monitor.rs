//! A monitor that writes down how it was called.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

const HEAD_BYTES_MAX: usize = 4096;

/// The running monitor; it stops when it is dropped.
pub struct Monitor {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    status: AtomicU16,
    called: Mutex<Vec<String>>,
    stopped: AtomicBool,
}

impl Monitor {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared {
            status: AtomicU16::new(200),
            called: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(mut stream) = stream else { continue };
                let mut head = vec![0; HEAD_BYTES_MAX];
                let read = stream.read(&mut head).unwrap_or(0);
                let head = String::from_utf8_lossy(&head[..read]).into_owned();
                serving.called.lock().expect("no panic").push(head.lines().next().unwrap_or_default().into());
                let status = serving.status.load(Ordering::SeqCst);
                let reply = format!("HTTP/1.1 {status} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                // A client that has gone is its own affair.
                let _gone = stream.write_all(reply.as_bytes());
            }
        });
        Self { address, shared }
    }

    /// The lines of the configuration that name it.
    pub fn table(&self) -> String {
        format!("[heartbeat]\nurl = \"http://{}/ping/s3cr3t\"\ntimeout_s = 1\n", self.address)
    }

    pub fn answer(&self, status: u16) {
        self.shared.status.store(status, Ordering::SeqCst);
    }

    /// The calls since the last question, as `GET /path`.
    pub fn calls(&self) -> Vec<String> {
        let called = std::mem::take(&mut *self.shared.called.lock().expect("no panic"));
        called.iter().map(|line| line.trim_end_matches(" HTTP/1.1").to_owned()).collect()
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread so that it sees it.
        drop(std::net::TcpStream::connect(self.address));
    }
}
