//! A server, asked for parts of a file: given up when it is silent for too long, and at once when nobody waits for it any more.

use std::{
    fmt,
    io::{self, Read},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use ureq::{
    Agent,
    http::{HeaderMap, StatusCode, header},
    tls::{RootCerts, TlsConfig},
    unversioned::transport::DefaultConnector,
};

use super::reach::{Reach, Reachable};
use crate::wanted::{self, Unwanted};

/// How long a server may send nothing.
pub(super) const PATIENCE: Duration = Duration::from_secs(15);
/// How often those who wait are asked whether they still do.
const LOOK: Duration = Duration::from_millis(50);
/// How long a part may take in all, however steadily it comes: 1 MB at 17 kB/s.
const LONGEST: Duration = Duration::from_secs(60);

/// What a server sent.
pub(super) struct Answer {
    pub bytes: Vec<u8>,
    /// Bytes of the whole file.
    pub length: u64,
    pub tag: Option<String>,
}

/// Nobody waits for the answer any more.
#[derive(Debug)]
pub(super) struct NotWanted;

impl fmt::Display for NotWanted {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("it is not wanted any more")
    }
}

impl std::error::Error for NotWanted {}

/// True for the fault of a question that was given up since nobody waited for its answer.
pub(super) fn is_not_wanted(fault: &io::Error) -> bool {
    fault.get_ref().is_some_and(|inner| inner.is::<NotWanted>())
}

/// What is heard of a question.
enum Heard {
    /// Something came.
    More,
    Answer(io::Result<Answer>),
}

/// The server of a file.
pub(super) struct Server {
    agent: Agent,
    url: String,
    patience: Duration,
    /// Whether the work that opened the file is still wanted.
    opened_for: Option<Unwanted>,
}

impl Server {
    pub fn new(url: &str, reach: Reach, patience: Duration) -> Self {
        Self { agent: agent(url, reach, patience), url: url.to_owned(), patience, opened_for: wanted::current() }
    }

    /// Asks for `wanted` bytes from `start` on; fewer come at the file's end.
    ///
    /// # Errors
    /// Whatever the server or the way to it does; [`io::ErrorKind::TimedOut`] when it is silent; [`NotWanted`] within.
    pub fn part(&self, start: u64, wanted: u64) -> io::Result<Answer> {
        let asked_by = [self.opened_for.clone(), wanted::current()];
        let unwanted = || asked_by.iter().flatten().any(|unwanted| unwanted());
        if unwanted() {
            return Err(io::Error::other(NotWanted));
        }
        let (tell, heard) = mpsc::channel();
        let (agent, url) = (self.agent.clone(), self.url.clone());
        // It ends by the limits of its own when nobody hears it any more.
        thread::Builder::new().name("nascape-remote".to_owned()).spawn(move || {
            let answer = ask(&agent, &url, start, wanted, &tell);
            let _ = tell.send(Heard::Answer(answer));
        })?;
        let mut last = Instant::now();
        loop {
            match heard.recv_timeout(LOOK) {
                Ok(Heard::Answer(answer)) => return answer.map_err(|fault| self.silent_where(fault, start, wanted)),
                Ok(Heard::More) => last = Instant::now(),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(io::Error::other("the question could not be asked")),
            }
            if unwanted() {
                return Err(io::Error::other(NotWanted));
            }
            if last.elapsed() > self.patience {
                return Err(self.silent_where(io::ErrorKind::TimedOut.into(), start, wanted));
            }
        }
    }

    /// A timeout in words.
    fn silent_where(&self, fault: io::Error, start: u64, wanted: u64) -> io::Error {
        if fault.kind() != io::ErrorKind::TimedOut {
            return fault;
        }
        let seconds = self.patience.as_secs_f64();
        let detail = format!(
            "the server was silent for {seconds} s when {wanted} bytes from byte {start} on were asked for; try again later, or download \
             the file and open it from the disk"
        );
        io::Error::new(io::ErrorKind::TimedOut, detail)
    }
}

fn agent(url: &str, reach: Reach, patience: Duration) -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    // Whoever waits is told sooner: these end the threads that nobody hears.
    let limit = Some(2 * patience);
    let config = Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .timeout_resolve(limit)
        .timeout_connect(limit)
        .timeout_recv_response(limit)
        .timeout_recv_body(Some(LONGEST));
    // A proxy would look up the names itself, where nobody checks what they lead to.
    let config = if reach == Reach::Public { config.proxy(None) } else { config };
    Agent::with_parts(config.build(), DefaultConnector::default(), Reachable::new(url, reach))
}

fn ask(agent: &Agent, url: &str, start: u64, wanted: u64, tell: &Sender<Heard>) -> io::Result<Answer> {
    let range = format!("bytes={start}-{}", start + wanted - 1);
    let unreachable = |fault: ureq::Error| match fault {
        ureq::Error::Timeout(_) => io::ErrorKind::TimedOut.into(),
        ureq::Error::Io(fault) if fault.kind() == io::ErrorKind::PermissionDenied => fault,
        other => io::Error::other(format!("the server cannot be reached ({other})")),
    };
    let mut answer = agent.get(url).header(header::RANGE, range).call().map_err(unreachable)?;
    match answer.status() {
        StatusCode::PARTIAL_CONTENT => {}
        StatusCode::OK => {
            return Err(io::Error::other("the server does not send parts of a file (no range requests)"));
        }
        status => return Err(io::Error::other(format!("the server answered {}", status.as_u16()))),
    }
    let tag = text(answer.headers(), header::ETAG).map(str::to_owned);
    let said = text(answer.headers(), header::CONTENT_RANGE).map(str::to_owned);
    // What a server says of its lengths is not believed.
    let mut body = answer.body_mut().with_config().limit(wanted + 1).reader();
    let (mut bytes, mut buffer) = (Vec::new(), [0; 1 << 14]);
    loop {
        let read = body.read(&mut buffer).map_err(|fault| match ureq::Error::from(fault) {
            ureq::Error::Io(fault) if fault.kind() == io::ErrorKind::TimedOut => fault,
            other => unreachable(other),
        })?;
        bytes.extend_from_slice(&buffer[..read]);
        // Nobody hears it: what would come is for nobody.
        if read == 0 || tell.send(Heard::More).is_err() {
            break;
        }
    }
    let length = match said {
        None => start + bytes.len() as u64,
        Some(said) => length_of(&said, start, bytes.len() as u64)
            .filter(|_| bytes.len() as u64 <= wanted)
            .ok_or_else(|| io::Error::other(format!("the server sent another part than was asked for ({said})")))?,
    };
    Ok(Answer { bytes, length, tag })
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The length of the whole file, from `bytes FIRST-LAST/LENGTH`, when the part begins at `start` and is whole.
fn length_of(said: &str, start: u64, sent: u64) -> Option<u64> {
    let (part, length) = said.trim().strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = part.split_once('-')?;
    let [first, last, length] = [first, last, length].map(|number| number.trim().parse::<u64>().ok());
    let (first, last, length) = (first?, last?, length?);
    (first == start && last.checked_sub(first)?.checked_add(1)? == sent && last < length).then_some(length)
}
