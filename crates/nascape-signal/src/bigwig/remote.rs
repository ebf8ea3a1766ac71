//! A file on a server, read part by part.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    time::Duration,
};

use ureq::{
    Agent,
    http::{HeaderMap, StatusCode, header},
    tls::{RootCerts, TlsConfig},
    unversioned::transport::DefaultConnector,
};

use super::reach::{Reach, Reachable};
use crate::{Error, Result};

/// Bytes of a part.
const PART: u64 = 1 << 15;
/// Parts asked for at once, at the most, while a file is read from its start to its end.
const MOST_AHEAD: u64 = 32;
/// How long a server may take to be found, to answer, and to send what was asked for.
const PATIENCE: Duration = Duration::from_secs(30);

/// A file on a server that sends ranges. What was sent is kept in a temporary file, so that nothing is sent twice.
pub(super) struct RemoteFile {
    agent: Agent,
    url: String,
    /// What the first answer said of the file: another answer that says otherwise is of another file.
    length: u64,
    tag: Option<String>,
    at: u64,
    /// The part that is being read, by its number.
    part: (u64, Vec<u8>),
    kept: File,
    /// Bytes of the parts in `kept`.
    lengths: BTreeMap<u64, usize>,
    ahead: u64,
}

/// What a server sent.
struct Answer {
    bytes: Vec<u8>,
    length: u64,
    tag: Option<String>,
}

impl RemoteFile {
    /// Asks for the first part.
    ///
    /// # Errors
    /// [`Error::Remote`] when the server may not or cannot be asked, or sends no ranges.
    pub fn open(url: &str, reach: Reach) -> Result<Self> {
        let remote = |detail: String| Error::Remote { url: url.to_owned(), detail };
        let kept = tempfile::tempfile().map_err(|fault| remote(format!("no temporary file can be made ({fault})")))?;
        let agent = agent(url, reach);
        let Answer { bytes, length, tag } = ask(&agent, url, 0, PART).map_err(|fault| remote(fault.to_string()))?;
        let mut file = Self {
            agent,
            url: url.to_owned(),
            length,
            tag,
            at: 0,
            part: (0, Vec::new()),
            kept,
            lengths: BTreeMap::new(),
            ahead: 1,
        };
        file.keep(0, &bytes).map_err(|fault| remote(fault.to_string()))?;
        file.part = (0, bytes);
        Ok(file)
    }

    /// Makes `number` the part that is being read; `wanted` bytes are about to be read from it on.
    fn load(&mut self, number: u64, wanted: usize) -> io::Result<()> {
        if let Some(length) = self.lengths.get(&number) {
            let mut bytes = vec![0; *length];
            self.kept.seek(SeekFrom::Start(number * PART))?;
            self.kept.read_exact(&mut bytes)?;
            self.part = (number, bytes);
            return Ok(());
        }
        // Whoever reads on from what was sent last will read further.
        let onwards = number > 0 && self.lengths.contains_key(&(number - 1));
        self.ahead = if onwards { (self.ahead * 2).min(MOST_AHEAD) } else { 1 };
        let parts = (wanted as u64).div_ceil(PART).clamp(self.ahead, MOST_AHEAD);
        let answer = ask(&self.agent, &self.url, number * PART, parts * PART)?;
        if answer.length != self.length || answer.tag != self.tag {
            return Err(io::Error::other("the file on the server changed while it was read; start again"));
        }
        if answer.bytes.is_empty() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.keep(number, &answer.bytes)?;
        let mut bytes = answer.bytes;
        bytes.truncate(PART as usize);
        self.part = (number, bytes);
        Ok(())
    }

    fn keep(&mut self, first: u64, bytes: &[u8]) -> io::Result<()> {
        self.kept.seek(SeekFrom::Start(first * PART))?;
        self.kept.write_all(bytes)?;
        let parts = bytes.chunks(PART as usize).map(<[u8]>::len);
        self.lengths.extend((first..).zip(parts));
        Ok(())
    }
}

impl Read for RemoteFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at >= self.length {
            return Ok(0);
        }
        let number = self.at / PART;
        let within = (self.at % PART) as usize;
        if self.part.0 != number {
            self.load(number, within + buffer.len())?;
        }
        let left = self.part.1.get(within..).unwrap_or_default();
        let read = left.len().min(buffer.len());
        buffer[..read].copy_from_slice(&left[..read]);
        self.at += read as u64;
        Ok(read)
    }
}

impl Seek for RemoteFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

fn agent(url: &str, reach: Reach) -> Agent {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .tls_config(tls)
        .http_status_as_error(false)
        .timeout_resolve(Some(PATIENCE))
        .timeout_connect(Some(PATIENCE))
        .timeout_recv_response(Some(PATIENCE))
        .timeout_recv_body(Some(PATIENCE));
    // A proxy would look up the names itself, where nobody checks what they lead to.
    let config = if reach == Reach::Public { config.proxy(None) } else { config };
    Agent::with_parts(config.build(), DefaultConnector::default(), Reachable::new(url, reach))
}

/// Asks for `wanted` bytes from `start` on; fewer come at the file's end.
fn ask(agent: &Agent, url: &str, start: u64, wanted: u64) -> io::Result<Answer> {
    let range = format!("bytes={start}-{}", start + wanted - 1);
    let unreachable = |fault: ureq::Error| match fault {
        // As a timeout of the system itself: what reads files says what to do about it.
        ureq::Error::Timeout(_) => io::Error::new(io::ErrorKind::TimedOut, "the server stopped answering"),
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
    let bytes = answer.body_mut().with_config().limit(wanted + 1).read_to_vec().map_err(unreachable)?;
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
