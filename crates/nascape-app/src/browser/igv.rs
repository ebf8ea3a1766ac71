//! Handing tracks to IGV Desktop by its batch port.

use std::{
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    time::Duration,
};

use super::{Browser, fault::Answer, wire::Fault};

/// The port that IGV Desktop listens on unless the user chose another.
const PORT: u16 = 60_151;
/// IGV answers a command when it has carried it out.
const PATIENCE: Duration = Duration::from_secs(20);

impl Browser {
    /// Loads the files of tracks into IGV Desktop on this machine and goes to a locus.
    ///
    /// # Errors
    /// When no IGV listens, or it refuses a command.
    pub fn send_to_igv(&self, tracks: &[String], locus: &str) -> Answer<()> {
        let mut commands = Vec::new();
        for track in tracks {
            let track = self.track(track)?;
            track.check()?;
            commands.extend(track.paths().map(|path| format!("load \"{}\"", path.display())));
        }
        commands.push(format!("goto {}", locus.replace(char::is_whitespace, "")));
        // A quotation mark would end the file's name, and a line break the command.
        if commands.iter().any(|command| command.contains(['\n', '\r']) || command.matches('"').count() > 2) {
            return Err(Fault::new(
                "A file name with a quotation mark or a line break cannot be handed to IGV. Rename the file.",
            ));
        }
        send(&commands, SocketAddr::from((Ipv4Addr::LOCALHOST, PORT)))
    }
}

fn send(commands: &[String], at: SocketAddr) -> Answer<()> {
    let absent = |_| {
        Fault::new(format!(
            "No IGV Desktop listens on port {}. Start it, and see that View > Preferences > Advanced > Enable port is on.",
            at.port()
        ))
    };
    let stream = TcpStream::connect_timeout(&at, Duration::from_secs(2)).map_err(absent)?;
    let broken =
        |fault: std::io::Error| Fault::new(format!("IGV did not answer ({fault}). Look whether it shows a question."));
    stream.set_read_timeout(Some(PATIENCE)).map_err(broken)?;
    let mut answers = BufReader::new(stream.try_clone().map_err(broken)?);
    let mut stream = stream;
    for command in commands {
        writeln!(stream, "{command}").map_err(broken)?;
        let mut answer = String::new();
        answers.read_line(&mut answer).map_err(broken)?;
        if !answer.trim().starts_with("OK") {
            return Err(Fault::new(format!("IGV refused '{command}': {}", answer.trim())));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    #[test]
    fn commands_go_one_by_one_and_a_refusal_is_told() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let at = listener.local_addr().unwrap();
        let igv = thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let first = lines.next().unwrap().unwrap();
            stream.write_all(b"OK\n").unwrap();
            let second = lines.next().unwrap().unwrap();
            stream.write_all(b"ERROR no such place\n").unwrap();
            (first, second)
        });
        let fault = send(&["load \"a b.bw\"".to_owned(), "goto chr99".to_owned()], at).unwrap_err();
        assert!(fault.message.contains("ERROR no such place"), "{fault}");
        assert_eq!(igv.join().unwrap(), ("load \"a b.bw\"".to_owned(), "goto chr99".to_owned()));
        assert!(send(&[], at).unwrap_err().message.starts_with("No IGV Desktop listens"));
    }
}
