//! A tool that counts its calls: an HTTP server on loopback.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
};

/// The server; it ends with the test process.
#[derive(Debug)]
pub(crate) struct Counter {
    pub(crate) port: u16,
    calls: Arc<Mutex<Vec<u64>>>,
}

impl Counter {
    /// Calls so far by item.
    pub(crate) fn calls(&self) -> Vec<u64> {
        self.calls.lock().unwrap().clone()
    }
}

pub(crate) fn start() -> Counter {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let calls = Arc::new(Mutex::new(vec![0; super::ITEMS]));
    let counted = Arc::clone(&calls);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let counted = Arc::clone(&counted);
            std::thread::spawn(move || answer(&stream.unwrap(), &counted));
        }
    });
    Counter { port, calls }
}

/// Answers the requests of one connection; a client that was killed ends it.
fn answer(stream: &TcpStream, calls: &Mutex<Vec<u64>>) {
    let mut lines = BufReader::new(stream).lines();
    while let Some(Ok(request)) = lines.next() {
        let item: usize = request.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        while lines
            .next()
            .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
        {}
        calls.lock().unwrap()[item] += 1;
        let body = format!("item {item}");
        let answer = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
        let mut stream = stream;
        if stream.write_all(answer.as_bytes()).is_err() {
            return;
        }
    }
}
