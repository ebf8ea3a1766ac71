//! A file on a server, read part by part.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    time::Duration,
};

use super::{
    reach::Reach,
    server::{Answer, PATIENCE, Server, is_not_wanted},
};
use crate::{Error, Result};

/// Bytes of a part.
const PART: u64 = 1 << 15;
/// Parts asked for at once, at the most, while a file is read from its start to its end.
const MOST_AHEAD: u64 = 32;

/// A file on a server that sends ranges. What was sent is kept in a temporary file, so that nothing is sent twice.
pub(super) struct RemoteFile {
    server: Server,
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

impl RemoteFile {
    /// Asks for the first part.
    ///
    /// # Errors
    /// [`Error::Remote`] when the server may not or cannot be asked, sends no ranges, or is silent; [`Error::Cancelled`] when nobody waits
    /// for it any more.
    pub fn open(url: &str, reach: Reach) -> Result<Self> {
        Self::open_with(url, reach, PATIENCE)
    }

    fn open_with(url: &str, reach: Reach, patience: Duration) -> Result<Self> {
        let remote = |detail: String| Error::Remote { url: url.to_owned(), detail };
        let kept = tempfile::tempfile().map_err(|fault| remote(format!("no temporary file can be made ({fault})")))?;
        let server = Server::new(url, reach, patience);
        let Answer { bytes, length, tag } = server.part(0, PART).map_err(|fault| match fault.kind() {
            _ if is_not_wanted(&fault) => Error::Cancelled,
            io::ErrorKind::TimedOut => Error::Read { path: url.into(), source: fault },
            _ => remote(fault.to_string()),
        })?;
        let mut file =
            Self { server, length, tag, at: 0, part: (0, Vec::new()), kept, lengths: BTreeMap::new(), ahead: 1 };
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
        let answer = self.server.part(number * PART, parts * PART)?;
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

#[cfg(test)]
mod tests {
    use std::{
        io::{BufRead, BufReader},
        net::TcpListener,
        sync::{
            Arc,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
    };

    use super::*;
    use crate::wanted::while_wanted;

    /// A server that answers everything alike, its port, and how often it was asked.
    fn server(answer: String) -> (u16, Arc<AtomicUsize>) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().map(|stream| stream.unwrap()) {
                count.fetch_add(1, Ordering::SeqCst);
                let lines = BufReader::new(&stream).lines();
                lines.map_while(|line| line.ok()).take_while(|line| !line.is_empty()).for_each(drop);
                let _ = (&stream).write_all(answer.as_bytes());
            }
        });
        (port, asked)
    }

    fn said(url: &str, reach: Reach) -> String {
        RemoteFile::open(url, reach).map(|file| file.length.to_string()).unwrap_or_else(|fault| fault.to_string())
    }

    const PART: &str = "HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 0-3/9\r\nContent-Length: 4\r\nConnection: close\r\n\r\nabcd";

    #[test]
    fn what_the_user_named_may_be_anywhere_and_what_a_session_named_only_in_public() {
        let (port, asked) = server(PART.to_owned());
        assert_eq!(said(&format!("http://127.0.0.1:{port}/x"), Reach::Named), "9");
        let before = asked.load(Ordering::SeqCst);
        for host in
            ["127.0.0.1", "localhost", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "[::1]", "[::ffff:127.0.0.1]"]
        {
            let told = said(&format!("http://{host}:{port}/x"), Reach::Public);
            assert!(
                told.contains("not on the public internet") || told.contains("cannot be reached"),
                "{host}: {told}"
            );
        }
        assert!(said(&format!("http://127.0.0.1:{port}/x"), Reach::Public).contains("not on the public internet"));
        assert!(said("http://169.254.169.254/latest/meta-data", Reach::Public).contains("not on the public internet"));
        assert_eq!(asked.load(Ordering::SeqCst), before, "nobody was asked");
    }

    #[test]
    fn no_redirection_leads_from_what_was_named_into_this_network() {
        let (port, asked) = server(PART.to_owned());
        let moved = |to: &str| {
            format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        };
        let (first, _) = server(moved(&format!("http://127.0.0.1:{port}/x")));
        let told = said(&format!("http://localhost:{first}/x"), Reach::Named);
        assert!(told.contains("127.0.0.1, which is not on the public internet"), "{told}");
        assert_eq!(asked.load(Ordering::SeqCst), 0);
        assert_eq!(said(&format!("http://127.0.0.1:{first}/x"), Reach::Named), "9", "the same host");
    }

    #[test]
    fn a_part_that_was_not_asked_for_or_of_another_length_is_refused() {
        for said_of_it in ["bytes 4-7/9", "bytes 0-9/9", "bytes 0-3/3", "bytes 0-3/*", "bytes 3-0/9", "items 0-3/9"] {
            let (port, _) = server(PART.replace("bytes 0-3/9", said_of_it));
            let told = said(&format!("http://127.0.0.1:{port}/x"), Reach::Named);
            assert!(told.contains("another part than was asked for"), "{said_of_it}: {told}");
        }
    }

    /// The port of a server that begins to answer and says no more.
    fn silent() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let mut held = Vec::new();
            for mut stream in listener.incoming().map(|stream| stream.unwrap()) {
                let _ = stream.write_all(&PART.as_bytes()[..PART.len() - 2]);
                held.push(stream);
            }
        });
        port
    }

    #[test]
    fn a_silent_server_is_given_up_with_its_address_and_what_was_asked_for() {
        let port = silent();
        let url = format!("http://127.0.0.1:{port}/x");
        let told = RemoteFile::open_with(&url, Reach::Named, Duration::from_millis(200)).map(drop).unwrap_err();
        for words in
            [url.as_str(), "silent for 0.2 s", "32768 bytes from byte 0", "try again later, or download the file"]
        {
            assert!(told.to_string().contains(words), "{told}");
        }
    }

    #[test]
    fn a_silent_server_is_given_up_at_once_when_nobody_waits_for_it() {
        let url = format!("http://127.0.0.1:{}/x", silent());
        let given_up = Arc::new(AtomicUsize::new(0));
        // Asked for the third time, whoever waits has gone.
        let unwanted = Arc::new({
            let asked = Arc::clone(&given_up);
            move || asked.fetch_add(1, Ordering::SeqCst) >= 2
        });
        let told = while_wanted(unwanted, || RemoteFile::open_with(&url, Reach::Named, Duration::from_secs(3_600)));
        assert!(matches!(told, Err(Error::Cancelled)));
        assert_eq!(given_up.load(Ordering::SeqCst), 3);
    }
}
