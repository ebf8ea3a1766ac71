//! Writing a bigWig with zoom levels, chunk by chunk, beside its place and renamed when whole.

use std::{
    io::{self, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::{self, JoinHandle},
};

use bigtools::{BBIDataProcessor, BBIDataSource, BBIProcessError, BigWigWrite, ProcessDataError, Value};
use tokio::runtime::{self, Runtime};

use crate::{Error, Interval, Result, assembly::Chromosome, guard, guard::WRITER_THREAD, partial::PartialFile};

/// Chunks that may wait for the writer before the caller does.
const CHUNKS_AHEAD: usize = 4;

/// A bigWig being written. Chromosomes come one after the other, in the order of their names' bytes (as in UCSC's own files),
/// intervals sorted and without overlap. Dropped before [`BigWigWriter::finish`], nothing is left on the disk.
pub struct BigWigWriter {
    path: PathBuf,
    partial: Option<PartialFile>,
    chunks: Option<SyncSender<Message>>,
    writer: Option<JoinHandle<std::result::Result<(), String>>>,
    fault: Arc<Mutex<Option<io::Error>>>,
    /// What stands for nothing: bigtools cannot write a bigWig without an interval, so a strand without a read has one zero.
    nothing: Option<Chunk>,
}

/// Intervals of one chromosome.
type Chunk = (Arc<str>, Vec<Interval>);

enum Message {
    Chunk(Chunk),
    /// The caller is done; without it, a closed channel means that the caller gave up.
    End,
}

impl BigWigWriter {
    /// Starts a bigWig whose header may name any of `chromosomes`; those that get no interval are not in it.
    ///
    /// # Errors
    /// [`Error::Write`] when the folder is missing, full or read-only.
    pub fn create(path: &Path, chromosomes: &[Chromosome]) -> Result<Self> {
        let partial = PartialFile::create(path)?;
        let fault = Arc::new(Mutex::new(None));
        let out = Recorder { file: partial.handle()?, fault: Arc::clone(&fault) };
        let sizes = chromosomes.iter().map(|c| (c.name.clone(), c.length)).collect();
        let (chunks, received) = sync_channel(CHUNKS_AHEAD);
        let start = || -> io::Result<_> {
            let runtime = runtime::Builder::new_multi_thread()
                .worker_threads(rayon::current_num_threads().min(4))
                .thread_name(WRITER_THREAD)
                .build()?;
            thread::Builder::new().name(WRITER_THREAD.to_owned()).spawn(move || {
                let source = Chunks { received };
                BigWigWrite::new(out, sizes).write(source, runtime).map_err(|fault| fault.to_string())
            })
        };
        let writer = start().map_err(|source| Error::Write { path: path.to_owned(), source })?;
        let path = path.to_owned();
        let nothing =
            chromosomes.first().map(|c| (c.name.as_str().into(), vec![Interval { start: 0, end: 1, value: 0.0 }]));
        Ok(Self { path, partial: Some(partial), chunks: Some(chunks), writer: Some(writer), fault, nothing })
    }

    /// Adds intervals that follow the ones written so far.
    ///
    /// # Errors
    /// [`Error::Write`] when the writer has failed, with its reason (a full disk, an interval out of order).
    pub fn write(&mut self, chromosome: &Arc<str>, intervals: Vec<Interval>) -> Result<()> {
        if intervals.is_empty() {
            return Ok(());
        }
        self.nothing = None;
        let chunks = self.chunks.as_ref().expect("open until finished");
        match chunks.send(Message::Chunk((Arc::clone(chromosome), intervals))) {
            Ok(()) => Ok(()),
            Err(_) => self.close(),
        }
    }

    /// Ends the file and puts it in its place.
    ///
    /// # Errors
    /// [`Error::Write`]; the file is not there then, and an older one of its name is as it was.
    pub fn finish(mut self) -> Result<()> {
        if let Some((chromosome, zero)) = self.nothing.take() {
            self.write(&chromosome, zero)?;
        }
        // A failed send means that the writer has ended; close() tells why.
        let _ = self.chunks.as_ref().expect("open until finished").send(Message::End);
        self.close()?;
        self.partial.take().expect("present until finished").finish()
    }

    /// Waits for the writer thread and turns its failure into the first cause we saw.
    fn close(&mut self) -> Result<()> {
        self.chunks = None;
        let Some(writer) = self.writer.take() else { return Ok(()) };
        let outcome = writer.join().unwrap_or_else(|panic| Err(guard::message(panic.as_ref())));
        let cause = self.fault.lock().ok().and_then(|mut fault| fault.take());
        match (cause, outcome) {
            (Some(source), _) => Err(Error::Write { path: self.path.clone(), source }),
            (None, Err(reason)) => Err(Error::Write { path: self.path.clone(), source: io::Error::other(reason) }),
            (None, Ok(())) => Ok(()),
        }
    }
}

impl Drop for BigWigWriter {
    fn drop(&mut self) {
        // Given up: end the thread before the partial file is removed.
        let _ = self.close();
    }
}

/// Hands the received chunks to bigtools, value by value.
struct Chunks {
    received: Receiver<Message>,
}

#[derive(Debug, thiserror::Error)]
#[error("given up before its end")]
struct GivenUp;

impl Chunks {
    fn next(&self) -> std::result::Result<Option<Chunk>, GivenUp> {
        match self.received.recv() {
            Ok(Message::Chunk(chunk)) => Ok(Some(chunk)),
            Ok(Message::End) => Ok(None),
            Err(_) => Err(GivenUp),
        }
    }
}

impl BBIDataSource for Chunks {
    type Value = Value;
    type Error = GivenUp;

    fn process_to_bbi<
        P: BBIDataProcessor<Value = Value> + Send + 'static,
        StartProcessing: FnMut(String) -> std::result::Result<P, ProcessDataError>,
        Advance: FnMut(P),
    >(
        &mut self,
        runtime: &Runtime,
        start_processing: &mut StartProcessing,
        advance: &mut Advance,
    ) -> std::result::Result<(), BBIProcessError<GivenUp>> {
        let value = |interval: &Interval| Value { start: interval.start, end: interval.end, value: interval.value };
        runtime.block_on(async {
            let mut chunk = self.next().map_err(BBIProcessError::SourceError)?;
            while let Some((chromosome, mut intervals)) = chunk {
                let mut processor = start_processing(chromosome.to_string())?;
                // bigtools wants each value with the one after it, across chunks, until the chromosome ends.
                loop {
                    for pair in intervals.windows(2) {
                        processor.do_process(value(&pair[0]), Some(&value(&pair[1]))).await?;
                    }
                    let last = value(intervals.last().expect("chunks are not empty"));
                    chunk = self.next().map_err(BBIProcessError::SourceError)?;
                    match chunk.take() {
                        Some((same, following)) if same == chromosome => {
                            processor.do_process(last, Some(&value(&following[0]))).await?;
                            intervals = following;
                        }
                        other => {
                            processor.do_process(last, None).await?;
                            advance(processor);
                            chunk = other;
                            break;
                        }
                    }
                }
            }
            Ok(())
        })
    }
}

/// Remembers the first write that failed: bigtools loses some reasons, and a buffer's last flush tells nobody.
struct Recorder {
    file: std::fs::File,
    fault: Arc<Mutex<Option<io::Error>>>,
}

impl Recorder {
    fn note<T>(&self, outcome: io::Result<T>) -> io::Result<T> {
        outcome.inspect_err(|fault| {
            if let Ok(mut first) = self.fault.lock() {
                first.get_or_insert_with(|| copy_of(fault));
            }
        })
    }
}

fn copy_of(fault: &io::Error) -> io::Error {
    fault.raw_os_error().map_or_else(|| io::Error::new(fault.kind(), fault.to_string()), io::Error::from_raw_os_error)
}

impl Write for Recorder {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let outcome = self.file.write(bytes);
        self.note(outcome)
    }

    fn flush(&mut self) -> io::Result<()> {
        let outcome = self.file.flush();
        self.note(outcome)
    }
}

impl Seek for Recorder {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let outcome = self.file.seek(position);
        self.note(outcome)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{bigwig::BigWig, region::Region};

    fn chromosomes() -> Vec<Chromosome> {
        ["chr1", "chr2"].map(|name| Chromosome { name: name.to_owned(), length: 10_000 }).into()
    }

    #[test]
    fn what_was_written_is_read_back_bit_for_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("track.bw");
        let mut writer = BigWigWriter::create(&path, &chromosomes()).unwrap();
        let items: Vec<Interval> =
            (0..200).map(|i| Interval { start: i * 50, end: i * 50 + 50, value: (i as f32 * 0.1).sin() }).collect();
        for name in ["chr1", "chr2"] {
            for chunk in items.chunks(7) {
                writer.write(&name.into(), chunk.to_vec()).unwrap();
            }
        }
        writer.finish().unwrap();
        let bigwig = BigWig::open(&path).unwrap();
        for name in ["chr1", "chr2"] {
            let mut read = Vec::new();
            bigwig.scan(&Region::new(name, 0, 10_000), |interval| read.push(interval)).unwrap();
            assert_eq!(read, items);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_writer_given_up_leaves_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = BigWigWriter::create(&folder.path().join("track.bw"), &chromosomes()).unwrap();
        writer.write(&"chr1".into(), vec![Interval { start: 0, end: 50, value: 1.0 }]).unwrap();
        drop(writer);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_bigwig_of_nothing_holds_one_zero() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("silent.bw");
        BigWigWriter::create(&path, &chromosomes()).unwrap().finish().unwrap();
        let mut read = Vec::new();
        BigWig::open(&path).unwrap().scan(&Region::new("chr1", 0, 10_000), |interval| read.push(interval)).unwrap();
        assert_eq!(read, [Interval { start: 0, end: 1, value: 0.0 }]);
    }

    #[test]
    fn intervals_out_of_order_are_an_error_and_leave_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = BigWigWriter::create(&folder.path().join("track.bw"), &chromosomes()).unwrap();
        let overlapping = [(0, 50), (40, 60)].map(|(start, end)| Interval { start, end, value: 1.0 });
        let outcome = writer.write(&"chr1".into(), overlapping.to_vec()).and_then(|()| writer.finish());
        assert!(matches!(outcome, Err(Error::Write { .. })));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
