//! What goes between the window and the program: plain data, with TypeScript types made from it (`ui/src/backend/wire/`).
//!
//! Coordinates are 0-based half-open bases here; the window shows them 1-based with commas.

use nascape_signal::doctor::{Code, Severity};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::compare::Verdict;

/// Columns of every tile.
pub const TILE_COLUMNS: usize = 512;

/// What the window learns when it opens.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct About {
    /// The version of Nascape.
    pub version: String,
    /// Threads that impute.
    pub threads: usize,
    /// Bundles at hand, the default of each mark first.
    pub bundles: Vec<BundleLine>,
    /// Files named when the program was started.
    pub files: Vec<String>,
    /// Where the program looks for files first.
    pub folder: String,
    /// An autosaved session that was not closed in order, if there is one.
    pub unsaved: Option<String>,
    /// Sessions and assays opened lately, the latest first.
    pub recent: Vec<Recent>,
}

/// Something opened lately.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct Recent {
    /// One session file, or the files of one assay.
    pub paths: Vec<String>,
    /// What to call it.
    pub name: String,
}

/// A bundle in a list.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct BundleLine {
    /// What names it in every request: a shipped bundle's name, the folder of a user's.
    pub name: String,
    /// What to call it.
    pub title: String,
    /// Its architecture.
    pub architecture: String,
    /// The marks it imputes.
    pub targets: Vec<TargetLine>,
    /// True when it is its mark's default.
    pub default: bool,
    /// True when it came with the program.
    pub shipped: bool,
    /// True when it must be given the strands apart.
    pub needs_strands: bool,
    /// Trained numbers.
    #[ts(type = "number")]
    pub parameters: usize,
}

/// A mark of a bundle.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct TargetLine {
    /// The mark.
    pub name: String,
    /// True for a score between 0 and 1 of 'in a peak'; false for a signal's own quantity.
    pub score: bool,
    /// True when intervals are known.
    pub interval: bool,
    /// Area under the precision-recall curve on the test part, where peaks were learned.
    pub test_auprc: Option<f64>,
    /// Pearson's correlation on the test part.
    pub test_pearson: Option<f64>,
}

/// Files to open: assays are paired by name, everything else stands alone.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct OpenFiles {
    /// Paths, or addresses of bigWigs.
    pub paths: Vec<String>,
    /// The assembly, for formats without chromosome lengths.
    pub assembly: Option<String>,
    /// True for tracks to stand beside the assay even where two of them look like strands.
    pub apart: bool,
}

/// What came of opening files; a file that failed does not keep the others from opening.
#[derive(Clone, Debug, Default, Serialize, TS)]
#[ts(export)]
pub struct Opened {
    /// The tracks, in the order of their files.
    pub tracks: Vec<TrackInfo>,
    /// The files that could not be opened.
    pub faults: Vec<FileFault>,
}

/// A file that could not be opened, and why.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct FileFault {
    /// The file.
    pub path: String,
    /// The sentence for the user.
    pub message: String,
    /// True when the file would open if its assembly were stated.
    pub needs_assembly: bool,
}

/// An open track.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct TrackInfo {
    /// What names it in every request, while the program runs.
    pub id: String,
    /// What to call it.
    pub name: String,
    /// What it holds.
    pub kind: TrackKind,
    /// Its files: plus and minus, or one.
    pub files: Vec<FileInfo>,
    /// The assembly, where it is known.
    pub assembly: Option<String>,
    /// Its chromosomes, in the names of the file; for intervals, those with a known length or any feature.
    pub chromosomes: Vec<ChromosomeInfo>,
    /// What is counted in it, if it is a BAM.
    pub reads: Option<BamReads>,
}

/// What is counted in a BAM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum BamReads {
    /// 3' ends of RNAs of which the reads are the reverse complement: PRO-seq as it is usually made.
    Pro,
    /// 3' ends of RNAs, in the sense of the RNA.
    ProForward,
    /// 5' ends of RNAs, in the sense of the RNA: GRO-seq as it is usually made.
    Gro,
    /// 5' ends of RNAs of which the reads are the reverse complement.
    GroReversed,
    /// How many reads cover a base, whatever their strand: an observed mark.
    Coverage,
}

/// What a track holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum TrackKind {
    /// Two strands of an assay.
    Assay,
    /// An assay in one file without strands, or an observed signal.
    Signal,
    /// Peaks, genes or other features.
    Features,
}

/// A file as it was when it was opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct FileInfo {
    /// Its path.
    pub path: String,
    /// `plus`, `minus` or `signal`.
    pub role: String,
    /// Bytes.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// A chromosome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ChromosomeInfo {
    /// Its name in the file.
    pub name: String,
    /// Bases.
    pub length: u32,
    /// True when the track has data on it.
    pub has_data: bool,
}

/// The doctor's report.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Checkup {
    /// The worst severity found.
    #[ts(type = "'fine' | 'mended' | 'warning' | 'error'")]
    pub verdict: Severity,
    /// What was found, the worst first.
    pub findings: Vec<FindingLine>,
}

/// One finding.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct FindingLine {
    /// What it is about.
    #[ts(type = "string")]
    pub code: Code,
    /// How bad it is.
    #[ts(type = "'fine' | 'mended' | 'warning' | 'error'")]
    pub severity: Severity,
    /// What was found, with its evidence.
    pub message: String,
    /// What is done about it, or what the user can do; empty when all is fine.
    pub remedy: String,
    /// What the program can do about it.
    pub fix: Option<Fix>,
}

/// What the program can do about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Fix {
    /// Exchange plus and minus.
    SwapStrands,
}

/// The genome that the window shows.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Genome {
    /// The assembly; empty when nobody knows it.
    pub name: String,
    /// Its chromosomes, or those of the assay, in karyotype order.
    pub chromosomes: Vec<ChromosomeInfo>,
    /// Bands of the ideogram, by chromosome; empty where none are known.
    pub bands: Vec<Band>,
    /// True when genes are at hand for it without a file of the user's.
    pub genes: bool,
}

/// A band of an ideogram.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Band {
    /// The chromosome.
    pub chromosome: String,
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// Its name.
    pub name: String,
    /// Its stain, as UCSC writes it: `gneg`, `gpos75`, `acen`.
    pub stain: String,
}

/// A place that a search found.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Found {
    /// The gene's symbol, or the region.
    pub name: String,
    /// The chromosome, in the names of the genome on screen.
    pub chromosome: String,
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
}

/// The numbers of a track over 512 columns. Column `c` covers bases `(512 index + c) step .. (512 index + c + 1) step`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize, TS)]
#[ts(export)]
pub struct TileRequest {
    /// Names this request, so that it can be cancelled. Windows may share one program: each begins at a random number.
    #[ts(type = "number")]
    pub ticket: u64,
    /// An open track: what is shown, or what is imputed from.
    pub track: String,
    /// The bundle and mark to impute; nothing for the track's own signal.
    pub imputed: Option<ImputedBy>,
    /// The chromosome, in any of its names.
    pub chromosome: String,
    /// Bases a column: 1, 10, or 50 times a power of two; imputed tracks from 50 on.
    pub step: u32,
    /// The tile's number from the chromosome's start.
    pub index: u32,
}

/// A bundle and one of its marks.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[ts(export)]
pub struct ImputedBy {
    /// The bundle's name.
    pub bundle: String,
    /// The mark.
    pub target: String,
}

/// A feature of a BED, narrowPeak, GTF or GFF3 file, or a gene of the genome.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Feature {
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// Its name, if it has one.
    pub name: String,
    /// `+`, `-` or `.`.
    pub strand: char,
    /// Its score, where the file has one.
    pub score: Option<f32>,
    /// Exons, where the file has them.
    pub exons: Vec<[u32; 2]>,
}

/// Which features to show.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct FeaturesRequest {
    /// An open track of features, or `genes:ASSEMBLY`.
    pub track: String,
    /// The chromosome, in any of its names.
    pub chromosome: String,
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
}

/// Which single reads of a BAM to show.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct ReadsRequest {
    /// An open BAM beside the assay.
    pub track: String,
    /// The chromosome, in any of its names.
    pub chromosome: String,
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
}

/// Single reads of a stretch.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Reads {
    /// By their starts; a sample where there are more than can be told apart.
    pub reads: Vec<Read>,
    /// How many there are, as far as they were looked at.
    #[ts(type = "number")]
    pub count: u64,
    /// One past the last base up to which they were looked at: the stretch's end, but for the very deepest.
    pub until: u32,
}

/// A read where it was aligned.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Read {
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// The row in which it overlaps no other, from 0.
    pub row: u32,
    /// The name of its fragment.
    pub name: String,
    /// `+` or `-`, as it was aligned.
    pub strand: char,
    /// Its mapping quality, where the file has one.
    pub quality: Option<u8>,
    /// As SAM writes it.
    pub cigar: String,
    /// The bases that it was aligned to, without deletions and introns.
    pub blocks: Vec<[u32; 2]>,
}

/// Which reads made a peak?
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct ExplainRequest {
    /// The assay's track.
    pub track: String,
    /// The bundle and mark.
    pub imputed: ImputedBy,
    /// The chromosome.
    pub chromosome: String,
    /// First base of the peak.
    pub start: u32,
    /// One past the last base of the peak.
    pub end: u32,
}

/// How much less (or more) a peak would be without the reads of each stretch: occlusion.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Explanation {
    /// The peak's mean value with all reads.
    pub value: f32,
    /// The stretches that were silenced, one strand at a time.
    pub stretches: Vec<Occluded>,
}

/// One stretch, silenced.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Occluded {
    /// First base.
    pub start: u32,
    /// One past the last base.
    pub end: u32,
    /// Reads there, plus strand.
    pub plus_reads: f32,
    /// Reads there, minus strand.
    pub minus_reads: f32,
    /// The peak's value less its value without the plus reads.
    pub plus: f32,
    /// The peak's value less its value without the minus reads.
    pub minus: f32,
}

/// An export, run as a job.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct ExportRequest {
    /// The assay's track.
    pub track: String,
    /// The bundles and marks.
    pub imputed: Vec<ImputedBy>,
    /// What to write.
    pub format: ExportFormat,
    /// Regions as on screen (`chr21:33,031,597-33,041,570`, `chr21`); none for the genome.
    pub regions: Vec<String>,
    /// Whether to write the ends of the intervals too (bigWig only).
    pub intervals: bool,
    /// narrowPeak: the false discovery rate.
    pub fdr: Option<f64>,
    /// Figure: the observed track that the imputed one is drawn against.
    pub observed: Option<String>,
    /// The folder to write into.
    pub folder: String,
}

/// A format of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum ExportFormat {
    /// bigWig and `run.json`: what `nascape impute` writes.
    BigWig,
    /// bedGraph.
    BedGraph,
    /// narrowPeak: what `nascape peaks` writes.
    NarrowPeak,
    /// Imputed against observed, SVG and PNG: what `nascape evaluate` draws.
    Figure,
}

/// A retraining, run as a job.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct RetrainingRequest {
    /// The assay's track.
    pub track: String,
    /// The bundle to start from, of one mark.
    pub bundle: String,
    /// The track of the observed mark: a signal, or peaks.
    pub observed: String,
    /// Regions to learn from, as on screen.
    pub regions: Vec<String>,
    /// What to call the retrained bundle.
    pub name: String,
}

/// What a retraining would do.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct RetrainingPlan {
    /// Regions that would be learned from.
    pub train: Vec<String>,
    /// Regions that would be chosen by.
    pub validation: Vec<String>,
    /// Regions that both bundles would be measured on.
    pub test: Vec<String>,
    /// Bins of 50 bp to learn from.
    #[ts(type = "number")]
    pub bins: usize,
    /// Of these, the marked ones.
    #[ts(type = "number")]
    pub marked: usize,
}

/// What came of a retraining.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct RetrainingVerdict {
    /// The retrained bundle.
    pub bundle: String,
    /// The bundle that was started from.
    pub from: String,
    /// `better`, `no_different` or `worse`, where neither bundle learned.
    #[ts(type = "'better' | 'no_different' | 'worse'")]
    pub verdict: Verdict,
    /// The verdict in words.
    pub sentence: String,
    /// What decides: `AUPRC at 50 bp`.
    pub figure: String,
    /// The figure of the old and of the new bundle on the regions that were learned from.
    pub learned: [f64; 2],
    /// The same where neither learned.
    pub elsewhere: [f64; 2],
    /// The ends of the 95 % interval of the difference elsewhere.
    pub interval: [f64; 2],
    /// Where both were measured.
    pub test: Vec<String>,
    /// Figures as SVG, by their names.
    pub pictures: Vec<Picture>,
}

/// A figure.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Picture {
    /// What it shows.
    pub name: String,
    /// The SVG.
    pub svg: String,
}

/// Long work.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[ts(export)]
pub struct Job {
    /// What names it.
    #[ts(type = "number")]
    pub id: u64,
    /// What to call it: 'Export H3K4me3 of chr21 as bigWig'.
    pub title: String,
    /// Where it stands.
    pub state: JobState,
    /// Work done, 0 to 1.
    pub done: f64,
    /// Seconds left, as far as one can tell.
    pub seconds_left: Option<f64>,
    /// What came of it, or why it failed; empty while it runs.
    pub message: String,
    /// Files written.
    pub outputs: Vec<String>,
    /// The bundle that comes of it, for a retraining.
    pub bundle: Option<String>,
}

/// Where a job stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum JobState {
    /// Waiting for another job.
    Waiting,
    /// Running.
    Running,
    /// Stopped by the user; it can be gone on with.
    Paused,
    /// Stopped by something else: the program ended, or the training did. It can be gone on with.
    Interrupted,
    /// All written.
    Finished,
    /// Failed; nothing is left of it.
    Failed,
    /// Cancelled; nothing is left of it.
    Cancelled,
}

/// What can be done with a retraining besides cancelling it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum JobStep {
    /// Stop it for now; processor and memory are free again.
    Pause,
    /// Go on with it.
    Resume,
    /// End it with the best that was learned so far.
    Keep,
}

/// What the program tells without being asked.
#[derive(Clone, Debug, Serialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[ts(export)]
pub enum Event {
    /// A job moved on.
    Job {
        /// The job.
        job: Job,
    },
    /// An epoch of a retraining ended.
    Epoch {
        /// The bundle that comes of it.
        bundle: String,
        /// What is trained: 0 for the first network, counted on for each.
        stage: u32,
        /// From 1.
        epoch: u32,
        /// Loss on the regions that are learned from.
        train_loss: Option<f64>,
        /// Loss on the part that is chosen by.
        validation_loss: f64,
    },
    /// An epoch of a retraining did better than all before it.
    Candidate {
        /// The bundle that comes of it.
        bundle: String,
        /// The bundle that was started from.
        from: String,
        /// The bundle as it would be now, until a later one comes or the retraining ends.
        candidate: BundleLine,
    },
    /// Files were dropped on the window, or named to a second start of the program.
    Files {
        /// Their paths.
        paths: Vec<String>,
    },
    /// The user chose something in the native menu of the desktop window.
    Menu {
        /// What.
        item: MenuItem,
    },
}

/// What the native menu asks the window to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum MenuItem {
    /// Open an assay's files.
    OpenAssay,
    /// Open the simulated assay.
    OpenExample,
    /// Open files to stand beside the assay.
    AddTrack,
    /// Open a session.
    OpenSession,
    /// Save the session where it was saved last.
    SaveSession,
    /// Ask where to save the session.
    SaveSessionAs,
    /// Open the export dialog.
    Export,
    /// Hand the tracks and the locus to IGV Desktop.
    SendToIgv,
    /// Take the last change of tracks or locus back.
    Undo,
    /// Make it again.
    Redo,
    /// Twice as near.
    ZoomIn,
    /// Twice as far.
    ZoomOut,
    /// The whole chromosome.
    Fit,
    /// Fold or unfold the side panel.
    SidePanel,
    /// Light or dark.
    Theme,
    /// Put the cursor into the locus box.
    GoTo,
    /// The list of keys.
    Keys,
    /// Version, licence and bundles.
    About,
}

/// A session to write: the window's own state, beside the files it needs.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct SaveSession {
    /// Nothing for the autosave.
    pub path: Option<String>,
    /// The open tracks that belong to it.
    pub tracks: Vec<String>,
    /// The window's state, kept as it is.
    #[ts(type = "unknown")]
    pub view: serde_json::Value,
    /// Names the window, where several share one program: each must know what it read last.
    #[serde(default)]
    #[ts(optional)]
    pub window: Option<String>,
}

/// A session read back.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct OpenedSession {
    /// The session's file; nothing for the autosave.
    pub path: Option<String>,
    /// The window's state.
    #[ts(type = "unknown")]
    pub view: serde_json::Value,
    /// The tracks that opened, with the ids that the session's view knows them by.
    pub tracks: Vec<RestoredTrack>,
    /// The files that were not found, or are not what they were.
    pub missing: Vec<MissingFile>,
}

/// A track of a session.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct RestoredTrack {
    /// The id in the saved view.
    pub saved_id: String,
    /// The track as it is open now.
    pub track: TrackInfo,
}

/// A file of a session that could not be opened.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct MissingFile {
    /// The id of its track in the saved view.
    pub saved_id: String,
    /// Where it was.
    pub path: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// A session to open; files that moved are given by the user.
#[derive(Clone, Debug, Deserialize, TS)]
#[ts(export)]
pub struct OpenSession {
    /// The session's file; nothing for the autosave.
    pub path: Option<String>,
    /// Where files are now: pairs of the old path and the new.
    pub moved: Vec<[String; 2]>,
    /// Names the window, where several share one program: each must know what it read last.
    #[serde(default)]
    #[ts(optional)]
    pub window: Option<String>,
}

/// What lies in a folder, for the file dialog of `nascape serve`.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct FolderListing {
    /// The folder.
    pub path: String,
    /// The folder above; nothing at the top of what may be seen.
    pub parent: Option<String>,
    /// Folders and files, folders first, by name.
    pub entries: Vec<FolderEntry>,
}

/// A file or folder.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct FolderEntry {
    /// Its name.
    pub name: String,
    /// Its path.
    pub path: String,
    /// True for a folder.
    pub folder: bool,
    /// Bytes of a file.
    #[ts(type = "number")]
    pub bytes: u64,
}

/// What went wrong, for the user.
#[derive(Clone, Debug, Serialize, TS)]
#[ts(export)]
pub struct Fault {
    /// A sentence that names the file, the place and the remedy.
    pub message: String,
    /// True when the user's own wish ended it.
    pub cancelled: bool,
}
