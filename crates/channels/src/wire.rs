//! A connection to a mail server, in the clear or encrypted.

use model::Span;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection, StreamOwned};
use std::io::{self, ErrorKind, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub(crate) enum Wire {
    Plain(TcpStream),
    Tls(Box<StreamOwned<ClientConnection, TcpStream>>),
}

impl Wire {
    /// In the clear, to the first of the host's addresses that answers.
    pub fn connect(host: &str, port: u16, wait: Duration) -> io::Result<Wire> {
        let mut last = io::Error::new(ErrorKind::NotFound, "the host has no address");
        for address in (host, port).to_socket_addrs()? {
            match TcpStream::connect_timeout(&address, wait) {
                Ok(stream) => {
                    stream.set_nodelay(true)?;
                    return Ok(Wire::Plain(stream));
                }
                Err(error) => last = error,
            }
        }
        Err(last)
    }

    /// The same connection, encrypted from here on. Nothing may have been read ahead.
    pub fn secure(self, tls: Arc<ClientConfig>, host: &str, wait: Duration) -> io::Result<Wire> {
        let Wire::Plain(mut stream) = self else {
            return Err(io::Error::other("encrypted twice"));
        };
        let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
        let mut client = ClientConnection::new(tls, name).map_err(io::Error::other)?;
        let deadline = Instant::now() + wait;
        stream.set_write_timeout(Some(wait))?;
        while client.is_handshaking() {
            stream.set_read_timeout(Some(left(deadline)?))?;
            client.complete_io(&mut stream)?;
        }
        Ok(Wire::Tls(Box::new(StreamOwned::new(client, stream))))
    }

    pub fn socket(&self) -> &TcpStream {
        match self {
            Wire::Plain(stream) => stream,
            Wire::Tls(stream) => &stream.sock,
        }
    }
}

impl Read for Wire {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        match self {
            Wire::Plain(stream) => stream.read(bytes),
            Wire::Tls(stream) => stream.read(bytes),
        }
    }
}

impl Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Wire::Plain(stream) => stream.write(bytes),
            Wire::Tls(stream) => stream.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Wire::Plain(stream) => stream.flush(),
            Wire::Tls(stream) => stream.flush(),
        }
    }
}

/// What of the time is left; an error once there is none.
pub(crate) fn left(deadline: Instant) -> io::Result<Duration> {
    let left = deadline.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(ErrorKind::TimedOut.into()) } else { Ok(left) }
}

/// At least a millisecond, since zero means "for ever" to a socket.
pub(crate) fn duration(span: Span) -> Duration {
    Duration::from_millis(u64::try_from(span.millis()).unwrap_or(0).max(1))
}
