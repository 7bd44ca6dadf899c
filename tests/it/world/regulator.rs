//! A front before the recorded regulator that fails on demand: it passes requests on, but for those
//! that a fault is set for. It works on bare sockets, so that it can break what a server would not.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

const HEAD_BYTES_MAX: usize = 16 * 1024;

/// What happens instead of the real reply.
#[derive(Clone, Debug)]
pub enum Fault {
    /// A status with an empty body.
    Status(u16),
    /// A whole reply: status, further header lines (each with its line end), body.
    Reply(u16, String, Vec<u8>),
    /// Nothing comes until the client gives up.
    Stall,
    /// The head and half of a body come, and then nothing.
    StallBody,
    /// The connection closes without a byte.
    Drop,
    /// The real reply, cut in half.
    Truncate,
}

impl Fault {
    /// A web page with a status.
    pub fn html(status: u16) -> Self {
        let body = b"<!DOCTYPE html><html><body>Service unavailable</body></html>";
        Self::Reply(status, "content-type: text/html\r\n".into(), body.to_vec())
    }

    /// A body of JSON with status 200.
    pub fn json(body: impl Into<Vec<u8>>) -> Self {
        Self::Reply(200, "content-type: application/json\r\n".into(), body.into())
    }

    /// A packed body with status 200.
    pub fn gzip(unpacked: &[u8]) -> Self {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        packer.write_all(unpacked).expect("memory takes it");
        let headers = "content-type: application/json\r\ncontent-encoding: gzip\r\n";
        Self::Reply(200, headers.into(), packer.finish().expect("memory takes it"))
    }

    /// Sends the client elsewhere.
    pub fn redirect(place: &str) -> Self {
        Self::Reply(302, format!("location: {place}\r\n"), Vec::new())
    }

    /// "Come back later", and when.
    pub fn retry_after(status: u16, when: &str) -> Self {
        Self::Reply(status, format!("retry-after: {when}\r\n"), Vec::new())
    }
}

struct Rule {
    prefix: String,
    fault: Fault,
    left: usize,
}

/// The front; it stops when it is dropped.
pub struct Front {
    /// What to configure as `base_url`.
    pub base_url: String,
    shared: Arc<Shared>,
    address: SocketAddr,
}

struct Shared {
    upstream: SocketAddr,
    rules: Mutex<Vec<Rule>>,
    asked: Mutex<Vec<String>>,
    stopped: AtomicBool,
}

impl Front {
    /// A front before the server with this base address, `http://HOST:PORT/public/v1`.
    pub fn before(base_url: &str) -> Self {
        let upstream = base_url.split('/').nth(2).and_then(|host| host.parse().ok()).expect("an address");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let shared = Arc::new(Shared {
            upstream,
            rules: Mutex::default(),
            asked: Mutex::default(),
            stopped: AtomicBool::new(false),
        });
        let serving = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if serving.stopped.load(Ordering::SeqCst) {
                    return;
                }
                let (Ok(stream), serving) = (stream, Arc::clone(&serving)) else { continue };
                // A broken connection is the client's to notice.
                thread::spawn(move || drop(serving.serve(stream)));
            }
        });
        Self { base_url: format!("http://{address}/public/v1"), shared, address }
    }

    /// Requests whose path and query (without `/public/v1`) begin so fail this way, until lifted.
    pub fn fail(&self, prefix: &str, fault: Fault) {
        self.fail_times(prefix, fault, usize::MAX);
    }

    /// The same for so many requests.
    pub fn fail_times(&self, prefix: &str, fault: Fault, times: usize) {
        let rule = Rule { prefix: prefix.to_owned(), fault, left: times };
        self.shared.rules.lock().expect("no test thread panics with it").push(rule);
    }

    /// Ends all faults.
    pub fn lift(&self) {
        self.shared.rules.lock().expect("no test thread panics with it").clear();
    }

    /// Paths with queries in the order in which they were asked, failed or not.
    pub fn asked(&self) -> Vec<String> {
        self.shared.asked.lock().expect("no test thread panics with it").clone()
    }

    /// How often something that begins so was asked.
    pub fn count(&self, prefix: &str) -> usize {
        self.asked().iter().filter(|path| path.starts_with(prefix)).count()
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
    }
}

impl Shared {
    fn serve(&self, mut client: TcpStream) -> std::io::Result<()> {
        let head = read_head(&mut client)?;
        let path = head.split(' ').nth(1).unwrap_or_default().trim_start_matches("/public/v1").to_owned();
        self.asked.lock().expect("no test thread panics with it").push(path.clone());
        match self.fault_for(&path) {
            None => client.write_all(&self.real(&head)?),
            Some(Fault::Status(status)) => client.write_all(&reply(status, "", b"", 0)),
            Some(Fault::Reply(status, headers, body)) => client.write_all(&reply(status, &headers, &body, 0)),
            Some(Fault::Stall) => until_closed(&mut client),
            Some(Fault::StallBody) => {
                client.write_all(&reply(200, "", b"{\"locationId\":", 1_000))?;
                until_closed(&mut client)
            }
            Some(Fault::Drop) => Ok(()),
            Some(Fault::Truncate) => {
                let real = self.real(&head)?;
                client.write_all(&real[..real.len() - 20])
            }
        }
    }

    fn fault_for(&self, path: &str) -> Option<Fault> {
        let mut rules = self.rules.lock().expect("no test thread panics with it");
        let rule = rules.iter_mut().find(|rule| rule.left > 0 && path.starts_with(&rule.prefix))?;
        rule.left -= 1;
        Some(rule.fault.clone())
    }

    fn real(&self, head: &str) -> std::io::Result<Vec<u8>> {
        let mut server = TcpStream::connect(self.upstream)?;
        let closing = head.replacen("\r\n", "\r\nconnection: close\r\n", 1);
        server.write_all(closing.as_bytes())?;
        let mut answer = Vec::new();
        server.read_to_end(&mut answer)?;
        Ok(answer)
    }
}

fn read_head(client: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    let mut piece = [0; 1024];
    while !head.windows(4).any(|bytes| bytes == b"\r\n\r\n") && head.len() < HEAD_BYTES_MAX {
        let read = client.read(&mut piece)?;
        if read == 0 {
            break;
        }
        head.extend_from_slice(&piece[..read]);
    }
    Ok(String::from_utf8_lossy(&head).into_owned())
}

fn reply(status: u16, headers: &str, body: &[u8], missing: usize) -> Vec<u8> {
    let length = body.len() + missing;
    let head =
        format!("HTTP/1.1 {status} x\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n");
    [head.as_bytes(), body].concat()
}

fn until_closed(client: &mut TcpStream) -> std::io::Result<()> {
    let mut byte = [0];
    while client.read(&mut byte)? > 0 {}
    Ok(())
}
