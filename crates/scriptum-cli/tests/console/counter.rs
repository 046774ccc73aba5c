//! A tool that counts its calls: an HTTP server on loopback that answers when it is told to.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    sync::{
        Arc, Condvar, Mutex,
        mpsc::{Receiver, Sender, channel},
    },
};

/// Calls by item, and the gate that holds their answers back.
#[derive(Debug)]
struct State {
    calls: Mutex<Vec<u64>>,
    open: Mutex<bool>,
    opened: Condvar,
}

/// The server; it ends with the test process.
#[derive(Debug)]
pub(crate) struct Counter {
    pub(crate) port: u16,
    state: Arc<State>,
    asked: Receiver<usize>,
}

impl Counter {
    /// A server for so many items; with a closed gate it answers none before [`Counter::open`].
    pub(crate) fn start(items: usize, open: bool) -> Counter {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(State {
            calls: Mutex::new(vec![0; items]),
            open: Mutex::new(open),
            opened: Condvar::new(),
        });
        let (report, asked) = channel();
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (state, report) = (Arc::clone(&shared), report.clone());
                std::thread::spawn(move || answer(&stream.unwrap(), &state, &report));
            }
        });
        Counter { port, state, asked }
    }

    /// Calls so far by item.
    pub(crate) fn calls(&self) -> Vec<u64> {
        self.state.calls.lock().unwrap().clone()
    }

    /// Returns when some item was asked for since the last question.
    pub(crate) fn wait_for_a_call(&self) {
        self.asked.recv().unwrap();
    }

    /// Answers what waits and all that comes.
    pub(crate) fn open(&self) {
        *self.state.open.lock().unwrap() = true;
        self.state.opened.notify_all();
    }

    /// A script that asks for each of so many items once.
    pub(crate) fn script(&self, items: usize) -> String {
        format!(
            "script \"fetch\"\noutput\n  bodies : list<any>\nimport tools\n  http_request from native\n\
             each i in range(0, {items}) parallel 2\n  do \"Fetch\" with http_request\n    \
             url = \"http://127.0.0.1:{}/{{i}}\"\n    -> response\n  -> responses\n\
             emit \"Done\"\n  bodies = map(responses, r => r.body)\n",
            self.port
        )
    }
}

/// Answers the requests of one connection; a client that went away ends it.
fn answer(stream: &TcpStream, state: &State, report: &Sender<usize>) {
    let mut lines = BufReader::new(stream).lines();
    while let Some(Ok(request)) = lines.next() {
        let item: usize = request.split(['/', ' ']).nth(2).unwrap().parse().unwrap();
        while lines
            .next()
            .is_some_and(|line| line.is_ok_and(|line| !line.is_empty()))
        {}
        state.calls.lock().unwrap()[item] += 1;
        // The test may have stopped listening.
        let _: Result<(), _> = report.send(item);
        let closed = state.open.lock().unwrap();
        drop(state.opened.wait_while(closed, |open| !*open).unwrap());
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
