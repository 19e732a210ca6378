//! A proxy on loopback: it hands requests over plain http to their hosts and tunnels the rest, and answers in a host's place for as
//! long as a test likes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub struct Proxy {
    port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// Since [`Proxy::answer`] was called.
    requests: usize,
    tunnels: usize,
    /// What is answered instead (`429 Too Many Requests`), to requests from a number on, and to how many of them.
    status: &'static str,
    from: usize,
    number: usize,
}

impl Proxy {
    /// # Panics
    /// When loopback has no free port.
    pub fn start() -> Proxy {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("loopback has a free port");
        let port = listener.local_addr().expect("a listener has an address").port();
        let state = Arc::<Mutex<State>>::default();
        let shared = state.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let state = shared.clone();
                // Who hangs up is no concern of the proxy's.
                std::thread::spawn(move || drop(serve(stream, &state)));
            }
        });
        Proxy { port, state }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on, `number` requests after the next `from` are answered with `status`.
    pub fn answer(&self, status: &'static str, from: usize, number: usize) {
        *lock(&self.state) = State { status, from, number, ..State::default() };
    }

    /// How many connections were tunnelled since then.
    pub fn tunnels(&self) -> usize {
        lock(&self.state).tunnels
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

fn serve(mut near: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let mut reader = BufReader::new(near.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        if header.trim_end().is_empty() {
            break;
        }
        headers.push(header);
    }
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let mut far;
    if method == "CONNECT" {
        lock(state).tunnels += 1;
        far = TcpStream::connect(target)?;
        near.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    } else {
        let answer = {
            let mut state = lock(state);
            let index = state.requests;
            state.requests += 1;
            (index >= state.from && index - state.from < state.number).then_some(state.status)
        };
        let address = target.strip_prefix("http://").unwrap_or(target);
        let (host, path) = address.split_once('/').unwrap_or((address, ""));
        if let Some(status) = answer {
            let length =
                headers.iter().find_map(|header| header.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            std::io::copy(&mut reader.by_ref().take(length.unwrap_or(0)), &mut std::io::sink())?;
            return write!(near, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        }
        far = TcpStream::connect(host)?;
        // One request a connection, or the next one would pass unseen.
        let kept = headers.iter().filter(|header| !header.to_lowercase().starts_with("connection:"));
        write!(far, "{method} /{path} HTTP/1.1\r\n{}Connection: close\r\n\r\n", kept.map(String::as_str).collect::<String>())?;
    }
    let mut back = far.try_clone()?;
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut reader, &mut far);
        let _ = far.shutdown(Shutdown::Write);
    });
    std::io::copy(&mut back, &mut near)?;
    near.shutdown(Shutdown::Both)
}
