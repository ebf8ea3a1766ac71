//! `nascape serve`, and what asks it.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command},
    rc::Rc,
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

use super::{folder, k562, nascape};

/// A running server, its root a folder with K562's strands.
pub struct Server {
    child: Child,
    pub folder: Rc<TempDir>,
    pub address: String,
    pub token: String,
}

/// What it answered.
pub struct Reply {
    pub status: u16,
    pub head: String,
    pub body: Vec<u8>,
}

impl Reply {
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        serde_json::from_slice(&self.body).unwrap()
    }
}

impl Server {
    pub fn start() -> Self {
        let folder = folder();
        let root = folder.path().join("root");
        fs::create_dir(&root).unwrap();
        fs::copy(k562().plus, root.join("K562.plus.bw")).unwrap();
        fs::copy(k562().minus, root.join("K562.minus.bw")).unwrap();
        Self::on(Rc::new(folder), &["K562.plus.bw"])
    }

    /// On the files in `root` of a folder, which also is its user's.
    pub fn on(folder: Rc<TempDir>, files: &[&str]) -> Self {
        let (root, home) = (folder.path().join("root"), folder.path().join("home"));
        let command = nascape("serve").keeping_in(&home).with("--root", &root);
        let mut command = files.iter().fold(command, |command, file| command.flag(root.join(file))).command();
        for home in ["HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"] {
            command.env(home, folder.path().join("home"));
        }
        let mut child = command.spawn().expect("nascape starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let (_, url) = line.trim().split_once("http://").unwrap_or_else(|| panic!("it printed no address: {line}"));
        let (address, token) = url.split_once("/?token=").unwrap();
        assert!(address.starts_with("127.0.0.1:") && token.len() == 32, "{url}");
        Self { child, folder, address: address.to_owned(), token: token.to_owned() }
    }

    pub fn path(&self, name: &str) -> String {
        self.folder.path().canonicalize().unwrap().join("root").join(name).to_string_lossy().into_owned()
    }

    /// A request with these header lines.
    pub fn request(&self, line: &str, headers: &[String], body: &str) -> Reply {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        // Against hanging.
        stream.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        write!(stream, "{line} HTTP/1.1\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            .unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("a whole head");
        let head = String::from_utf8(answer[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Reply { status, head: head.to_lowercase(), body: answer[end + 4..].to_vec() }
    }

    pub fn headers(&self) -> Vec<String> {
        let (address, token) = (&self.address, &self.token);
        vec![
            format!("Host: {address}"),
            format!("Origin: http://{address}"),
            format!("Authorization: Bearer {token}"),
            "Content-Type: application/json".to_owned(),
        ]
    }

    pub fn ask(&self, method: &str, arguments: Value) -> Reply {
        self.request(&format!("POST /api/{method}"), &self.headers(), &arguments.to_string())
    }

    /// Has a picture written, as the page does.
    pub fn save_picture(&self, path: &str, bytes: &str) -> Reply {
        let mut headers = self.headers();
        headers.retain(|header| !header.starts_with("Content-Type"));
        headers.push("Content-Type: application/octet-stream".to_owned());
        headers.push(format!("nascape-path: {}", Value::from(path)));
        self.request("POST /api/save_picture", &headers, bytes)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends a signal and gives the exit status.
    pub fn signal(mut self, name: &str) -> Option<i32> {
        let sent = Command::new("kill").args([format!("-{name}"), self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
