//! Exports, run as jobs.

use std::{fs, path::Path, sync::mpsc, time::Duration};

use nascape_signal::{BIN, Region, Signal, SignalOptions, Summary};

use super::{Desk, bits, by, k562};
use crate::browser::wire::{Event, ExportFormat, ExportRequest, ImputedBy, Job, JobState};

fn request(desk: &Desk, track: &str, format: ExportFormat, regions: &[&str]) -> ExportRequest {
    ExportRequest {
        track: track.to_owned(),
        imputed: vec![by("H3K4me3.blend").unwrap()],
        format,
        regions: regions.iter().map(|region| (*region).to_owned()).collect(),
        intervals: false,
        fdr: Some(0.2),
        observed: None,
        folder: desk.folder.path().to_string_lossy().into_owned(),
    }
}

/// Starts an export and waits for its end; `seen` hears of it meanwhile.
fn finished(desk: &Desk, request: ExportRequest, seen: impl Fn(&Job)) -> Job {
    let (sender, events) = mpsc::channel();
    desk.browser.listen(move |event| sender.send(event).is_ok());
    let id = desk.browser.start_export(request).unwrap().id;
    loop {
        let Event::Job { job } = events.recv_timeout(Duration::from_secs(120)).unwrap() else { continue };
        if job.id == id && !matches!(job.state, JobState::Waiting | JobState::Running) {
            assert!(desk.browser.jobs().unwrap().contains(&job));
            return job;
        }
        seen(&job);
    }
}

#[test]
fn an_export_is_what_the_screen_showed_in_every_format() {
    let desk = Desk::new();
    let track = desk.assay();
    let shown = &desk.tile(&track, by("H3K4me3.blend"), BIN, 1_290)[0];
    let region = "chr21:33,024,001-33,049,600";
    let job = finished(&desk, request(&desk, &track, ExportFormat::BigWig, &[region]), |_| {});
    assert_eq!(job.state, JobState::Finished, "{job:?}");
    assert_eq!(job.title, format!("Export H3K4me3 of {region} as bigWig"));
    let written = |path: &str| {
        let signal = Signal::open(
            Path::new(path),
            &SignalOptions { assembly: nascape_signal::Assembly::named("hg19").ok().cloned(), ..Default::default() },
        )
        .unwrap();
        bits(&signal.bins(&region.parse::<Region>().unwrap(), BIN, Summary::Mean).unwrap())
    };
    assert_eq!(written(&job.outputs[0]), bits(shown));
    let job = finished(&desk, request(&desk, &track, ExportFormat::BedGraph, &[region]), |_| {});
    assert_eq!(written(&job.outputs[0]), bits(shown), "{job:?}");
    // Into a folder of its own, with nothing half-made left.
    let mut names: Vec<_> =
        fs::read_dir(desk.path("K562.imputed.2")).unwrap().map(|file| file.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["H3K4me3.bedGraph", "H3K4me3.bedGraph.run.json", "run.json"]);
    let job = finished(&desk, request(&desk, &track, ExportFormat::NarrowPeak, &[region]), |_| {});
    let peaks = fs::read_to_string(&job.outputs[0]).unwrap();
    assert!(peaks.starts_with("chr21\t") && peaks.contains("H3K4me3_peak_1"), "{peaks}");
}

#[test]
fn of_a_bundle_of_several_marks_those_asked_for_are_exported() {
    let desk = Desk::new();
    let track = desk.assay();
    let mut asked = request(&desk, &track, ExportFormat::BigWig, &["chr21:33,024,001-33,049,600"]);
    asked.imputed = ["H3K27ac", "DNase"]
        .map(|target| ImputedBy { bundle: "marks.nascape".to_owned(), target: target.to_owned() })
        .into();
    let job = finished(&desk, asked, |_| {});
    assert_eq!(job.state, JobState::Finished, "{job:?}");
    let mut names: Vec<_> = job.outputs.iter().map(|path| Path::new(path).file_name().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["DNase.bw", "H3K27ac.bw", "run.json"]);
}

#[test]
fn a_figure_sets_the_imputed_against_the_observed() {
    let desk = Desk::new();
    let track = desk.assay();
    fs::copy(k562("K562.H3K4me3.peaks.bed"), desk.path("observed.bed")).unwrap();
    let mut figure = request(&desk, &track, ExportFormat::Figure, &["chr21:33,000,001-34,000,000"]);
    let fault = desk.browser.start_export(figure.clone()).unwrap_err();
    assert!(fault.message.contains("Add the observed track first"), "{fault}");
    figure.observed = Some(desk.open(&["observed.bed"]).tracks[0].id.clone());
    let job = finished(&desk, figure, |_| {});
    assert!(job.outputs.len() >= 3 && job.outputs.iter().all(|path| Path::new(path).is_file()), "{job:?}");
}

#[test]
fn a_cancelled_or_failed_export_leaves_nothing() {
    let desk = Desk::new();
    let track = desk.assay();
    let before = fs::read_dir(desk.folder.path()).unwrap().count();
    let job = finished(&desk, request(&desk, &track, ExportFormat::BigWig, &[]), |job| {
        if job.state == JobState::Running {
            desk.browser.cancel_job(job.id).unwrap();
        }
    });
    assert_eq!(job.state, JobState::Cancelled, "{job:?}");
    let job = finished(&desk, request(&desk, &track, ExportFormat::BigWig, &["chr99"]), |_| {});
    assert_eq!(job.state, JobState::Failed);
    assert!(job.message.contains("has no chromosome 'chr99'"), "{}", job.message);
    fs::remove_file(desk.path("K562.minus.bw")).unwrap();
    let fault = desk.browser.start_export(request(&desk, &track, ExportFormat::BigWig, &[])).unwrap_err();
    assert!(fault.message.contains("K562.minus.bw was moved or deleted"), "{fault}");
    assert_eq!(fs::read_dir(desk.folder.path()).unwrap().count(), before - 1);
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_cannot_be_written_is_told() {
    let desk = Desk::new();
    let track = desk.assay();
    // Nobody may write here, not even root.
    desk.browser.allow(["/sys".into()]);
    let mut refused = request(&desk, &track, ExportFormat::BigWig, &["chr21:1-100,000"]);
    "/sys".clone_into(&mut refused.folder);
    let job = finished(&desk, refused, |_| {});
    assert_eq!(job.state, JobState::Failed);
    assert!(job.message.contains("cannot be written") && job.message.contains("choose another folder"), "{job:?}");
}
