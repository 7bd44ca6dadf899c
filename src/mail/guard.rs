//! A connection that hands on one reply for each command while it is not encrypted.
//!
//! What stands in clear before STARTTLS can be forged, and lettre keeps what it has read beyond
//! the reply for later: without this, replies put there in advance would be taken for those of
//! the encrypted dialogue. It also bounds what a server may send.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use lettre::transport::smtp::client::AsyncTokioStream;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes that a server may send on one connection.
pub const RECEIVED_BYTES_MAX: usize = 4 * 1024 * 1024;

/// First byte of a TLS handshake record: what follows is not ours to read.
const HANDSHAKE: u8 = 0x16;

/// In the last line of a reply a space follows the code, in the others a hyphen.
const CODE_BYTES: usize = 3;

/// Where in a reply the server is, as far as that can be seen.
#[derive(Debug)]
enum Clear {
    /// Within a line: how many bytes of it have come, and whether it is the reply's last.
    Reply { column: usize, last: bool },
    /// A whole reply has come.
    Complete,
    /// Encrypted.
    Over,
}

/// What is known of the server's side of the dialogue.
#[derive(Debug)]
struct Watch {
    received: usize,
    clear: Clear,
}

/// The guarded connection.
#[derive(Debug)]
pub struct Guarded {
    inner: TcpStream,
    watch: Watch,
    spoken: Arc<AtomicBool>,
}

impl Guarded {
    /// Guards a fresh connection; the flag it returns turns true when the first command is sent.
    #[must_use]
    pub fn new(inner: TcpStream) -> (Self, Arc<AtomicBool>) {
        let spoken = Arc::new(AtomicBool::new(false));
        (Self { inner, watch: Watch::new(), spoken: Arc::clone(&spoken) }, spoken)
    }
}

impl Watch {
    const fn new() -> Self {
        Self { received: 0, clear: Clear::Reply { column: 0, last: false } }
    }

    /// Looks at what has come, and makes words that are not ASCII readable: lettre takes a reply
    /// in Latin-1 for a broken connection, and a mail that was accepted would be sent again.
    fn take(&mut self, bytes: &mut [u8]) -> io::Result<()> {
        self.received = self.received.saturating_add(bytes.len());
        if self.received > RECEIVED_BYTES_MAX {
            return Err(io::Error::other(format!("the server sent more than {RECEIVED_BYTES_MAX} bytes")));
        }
        for byte in bytes {
            self.clear.take(*byte)?;
            if !byte.is_ascii() && !matches!(self.clear, Clear::Over) {
                *byte = b'?';
            }
        }
        Ok(())
    }
}

impl Clear {
    fn take(&mut self, byte: u8) -> io::Result<()> {
        match self {
            Self::Over => {}
            Self::Complete => return Err(io::Error::other("the server answered more than it was asked")),
            Self::Reply { last: true, .. } if byte == b'\n' => *self = Self::Complete,
            Self::Reply { column, .. } if byte == b'\n' => *column = 0,
            Self::Reply { column, last } => {
                *last |= *column == CODE_BYTES && byte != b'-';
                *column += 1;
            }
        }
        Ok(())
    }

    fn command(&mut self, bytes: &[u8]) {
        match self {
            Self::Over => {}
            _ if bytes.first() == Some(&HANDSHAKE) => *self = Self::Over,
            _ => *self = Self::Reply { column: 0, last: false },
        }
    }
}

impl AsyncTokioStream for Guarded {
    fn peer_addr(&self) -> io::Result<SocketAddr> {
        self.inner.peer_addr()
    }
}

impl AsyncRead for Guarded {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        match Pin::new(&mut this.inner).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                Poll::Ready(this.watch.take(buf.filled_mut().get_mut(before..).unwrap_or_default()))
            }
            other => other,
        }
    }
}

impl AsyncWrite for Guarded {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        this.spoken.store(true, Ordering::Relaxed);
        this.watch.clear.command(buf);
        Pin::new(&mut this.inner).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(watch: &mut Watch, text: &str) -> io::Result<Vec<u8>> {
        let mut bytes = text.as_bytes().to_vec();
        watch.take(&mut bytes).map(|()| bytes)
    }

    #[test]
    fn one_reply_of_many_lines_is_one_reply() {
        let mut watch = Watch::new();
        feed(&mut watch, "250-relay\r\n250-SIZE\r\n250 STARTTLS\r\n").expect("one reply");
        watch.clear.command(b"STARTTLS\r\n");
        feed(&mut watch, "220 go\r\n").expect("one reply");
        watch.clear.command(&[HANDSHAKE, 3, 1]);
        feed(&mut watch, "250 a\r\n250 b\r\n").expect("not ours to read");
    }

    #[test]
    fn a_second_reply_is_refused() {
        let mut watch = Watch::new();
        let fault = feed(&mut watch, "220 go\r\n250 forged\r\n").expect_err("two replies");
        assert!(fault.to_string().contains("more than it was asked"));
        let mut watch = Watch::new();
        feed(&mut watch, "220 go\r\n").expect("one reply");
        assert!(feed(&mut watch, "2").is_err(), "not one byte more");
    }

    #[test]
    fn words_in_another_alphabet_do_not_break_the_reply_and_ciphertext_stays() {
        let mut watch = Watch::new();
        assert_eq!(feed(&mut watch, "250 ré\r\n").expect("one reply"), b"250 r??\r\n");
        watch.clear.command(&[HANDSHAKE]);
        assert_eq!(feed(&mut watch, "é").expect("encrypted"), "é".as_bytes());
    }

    #[test]
    fn a_server_that_never_stops_is_stopped() {
        let mut watch = Watch::new();
        watch.clear.command(&[HANDSHAKE]);
        let mut bytes = vec![b'x'; RECEIVED_BYTES_MAX];
        watch.take(&mut bytes).expect("as much as is allowed");
        assert!(watch.take(&mut [b'x']).is_err());
    }
}
