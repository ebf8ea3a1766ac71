//! Tiles against what the verbs write, and who computes them how often.

use std::{fs, thread, time::Duration};

use nascape_signal::{BIN, Region, Signal, SignalOptions, Summary, doctor::Files, progress::Unwatched};

use super::{Desk, bits, by, highest, k562, request, rows};
use crate::{
    AssaySource, Library,
    browser::wire::{Fix, OpenFiles, TILE_COLUMNS, TrackKind},
    impute,
};

const MARKS: [&str; 2] = ["H3K4me3.blend", "H3K27me3.windows-gbt"];

#[test]
fn tiles_are_bit_for_bit_what_impute_writes() {
    let desk = Desk::new();
    let (assay, output) = (desk.assay(), tempfile::tempdir().unwrap());
    // Two tiles, from bin 660,480 on.
    let region = Region::new("chr21", 33_024_000, 33_024_000 + 2 * 512 * BIN);
    let request = impute::Request {
        assay: AssaySource {
            files: Files::Strands(k562("K562.PROseq.plus.bw"), k562("K562.PROseq.minus.bw")),
            options: SignalOptions::default(),
        },
        bundles: MARKS.map(|mark| Library::open(mark).unwrap()).into(),
        marks: Vec::new(),
        intervals: true,
        regions: vec![region.clone()],
        output: output.path().to_owned(),
    };
    impute::run(&request, &Unwatched).unwrap();
    for mark in MARKS {
        let written = |end: &str| {
            let path = output.path().join(format!("{}{end}.bw", mark.split('.').next().unwrap()));
            let signal = Signal::open(&path, &SignalOptions::default()).unwrap();
            bits(&signal.bins(&region, BIN, Summary::Mean).unwrap())
        };
        let tiles = [1_290, 1_291].map(|index| desk.tile(&assay, by(mark), BIN, index));
        let shown = |row: usize| bits(&[&tiles[0][row][..], &tiles[1][row]].concat());
        assert_eq!(shown(0), written(""), "{mark}: the mean of one bin is the bin");
        assert_eq!(shown(1), written(""), "{mark}: and so is its maximum");
        assert_eq!((shown(2), shown(3)), (written(".lower"), written(".upper")), "{mark}");
    }
}

#[test]
fn peaks_never_vanish_when_zoomed_out() {
    let desk = Desk::new();
    let assay = desk.assay();
    // 2,048 bins: tiles of 50 bp, of 100, and one of 200.
    for (imputed, row) in [(by(MARKS[0]), 1), (None, 1), (None, 3)] {
        let near: Vec<f32> =
            (1_288..1_292).flat_map(|at| desk.tile(&assay, imputed.clone(), BIN, at)[row].clone()).collect();
        let far = &desk.tile(&assay, imputed.clone(), 4 * BIN, 322)[row];
        let expected: Vec<f32> = near.chunks(4).map(highest).collect();
        assert_eq!(bits(far), bits(&expected));
        let all = desk.tile(&assay, imputed, 1_024 * BIN, 1)[row].clone();
        assert!(highest(&all) >= highest(&near));
    }
    // The largest value of a base, down to the bases themselves.
    let bases: Vec<f32> = (64_500..64_510).flat_map(|at| desk.tile(&assay, None, 1, at)[1].clone()).collect();
    let tens = &desk.tile(&assay, None, 10, 6_450)[1];
    assert_eq!(bits(tens), bits(&bases.chunks(10).map(highest).collect::<Vec<_>>()));
}

#[test]
fn beyond_the_chromosome_there_is_nothing() {
    let desk = Desk::new();
    let assay = desk.assay();
    // chr21 has 962,598 bins: the last tile has 38 columns.
    let last = desk.tile(&assay, by(MARKS[0]), BIN, 1_880);
    for row in &last {
        assert_eq!(row.iter().position(|value| value.is_nan()), Some(38));
    }
    assert!(desk.tile(&assay, None, BIN, 1_881).concat().iter().all(|value| value.is_nan()));
    let mut elsewhere = request(&assay, None, BIN, 0);
    "chr7".clone_into(&mut elsewhere.chromosome);
    assert!(desk.browser.tile(&elsewhere).unwrap().iter().all(|value| value.is_nan()));
}

#[test]
fn what_many_ask_for_is_imputed_once_and_kept_on_the_disk() {
    let desk = Desk::new();
    let assay = desk.assay();
    let ask = |ticket: u64| {
        let mut request = request(&assay, by(MARKS[0]), BIN, 1_290);
        request.ticket = ticket;
        desk.browser.tile(&request).unwrap()
    };
    let tiles: Vec<Vec<f32>> = thread::scope(|scope| {
        let asking: Vec<_> = (1..9).map(|ticket| scope.spawn(move || ask(ticket))).collect();
        asking.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(tiles.iter().all(|tile| bits(tile) == bits(&tiles[0])));
    assert_eq!(desk.browser.runs.calls(), 1);
    // The worker writes after it told; a further call comes after that.
    desk.tile(&assay, by(MARKS[1]), BIN, 1_290);
    let cache = desk.path(".cache/imputed");
    let runs = || -> Vec<_> {
        let layers = fs::read_dir(&cache).into_iter().flatten().flatten();
        let files = layers.flat_map(|layer| fs::read_dir(layer.path()).unwrap().flatten());
        files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|end| end == "f32")).collect()
    };
    for _ in 0..200 {
        if runs().len() == 2 {
            break;
        }
        thread::sleep(Duration::from_millis(50));
    }
    let desk = desk.restarted();
    let assay = desk.assay();
    assert_eq!(bits(&desk.tile(&assay, by(MARKS[0]), BIN, 1_290).concat()), bits(&tiles[0]));
    assert_eq!(desk.browser.runs.calls(), 0, "it came from the disk");
    // What a crash left half-written is imputed anew.
    for run in runs() {
        let bytes = fs::read(&run).unwrap();
        fs::write(&run, &bytes[..bytes.len() - 7]).unwrap();
    }
    let desk = desk.restarted();
    let assay = desk.assay();
    assert_eq!(bits(&desk.tile(&assay, by(MARKS[0]), BIN, 1_290).concat()), bits(&tiles[0]));
    assert_eq!(desk.browser.runs.calls(), 1);
}

#[test]
fn a_cancelled_tile_ends_at_once_and_the_rest_of_it_is_not_imputed() {
    let desk = Desk::new();
    let assay = desk.assay();
    // 524,288 bins: eight calls.
    let mut whole = request(&assay, by(MARKS[0]), 1_024 * BIN, 0);
    whole.ticket = 77;
    let fault = thread::scope(|scope| {
        let asking = scope.spawn(|| desk.browser.tile(&whole));
        while desk.browser.runs.calls() == 0 {
            thread::sleep(Duration::from_millis(1));
        }
        desk.browser.cancel_tiles(&[77]).unwrap();
        asking.join().unwrap().unwrap_err()
    });
    assert!(fault.cancelled);
    desk.tile(&assay, by(MARKS[0]), BIN, 1_880);
    assert!(desk.browser.runs.calls() < 8, "{} calls", desk.browser.runs.calls());
    // Nothing of it is left in the way.
    assert_eq!(desk.tile(&assay, by(MARKS[0]), BIN, 0).len(), 4);
}

#[test]
fn swapped_strands_are_seen_and_mended() {
    let desk = Desk::new();
    fs::rename(desk.path("K562.plus.bw"), desk.path("x")).unwrap();
    fs::rename(desk.path("K562.minus.bw"), desk.path("K562.plus.bw")).unwrap();
    fs::rename(desk.path("x"), desk.path("K562.minus.bw")).unwrap();
    let assay = desk.assay();
    let fixes = |track: &str| -> Vec<Option<Fix>> {
        desk.browser.check_assay(track).unwrap().findings.into_iter().map(|finding| finding.fix).collect()
    };
    assert!(fixes(&assay).contains(&Some(Fix::SwapStrands)));
    let wrong = desk.tile(&assay, None, BIN, 1_290);
    let imputed = desk.tile(&assay, by(MARKS[0]), BIN, 1_290);
    let swapped = desk.browser.swap_strands(&assay).unwrap();
    assert_eq!(swapped.id, assay);
    let right = desk.tile(&assay, None, BIN, 1_290);
    assert_eq!((&right[0], &right[1]), (&wrong[2], &wrong[3]));
    assert_ne!(bits(&desk.tile(&assay, by(MARKS[0]), BIN, 1_290).concat()), bits(&imputed.concat()));
    assert!(!fixes(&assay).contains(&Some(Fix::SwapStrands)));
}

#[test]
fn a_bundle_of_two_strands_refuses_one_unstranded_track() {
    let desk = Desk::new();
    let paths = vec![desk.path("K562.plus.bw").to_string_lossy().into_owned()];
    let opened = desk.browser.open_files(&OpenFiles { paths, assembly: None, apart: true }).unwrap();
    assert_eq!(opened.tracks[0].kind, TrackKind::Signal);
    let track = &opened.tracks[0].id;
    let fault = desk.browser.tile(&request(track, by(MARKS[0]), BIN, 0)).unwrap_err();
    assert!(fault.message.contains("both strands apart"), "{fault}");
    // One that sums them imputes it.
    assert_eq!(rows(&desk.browser.tile(&request(track, by("H3K4me3.cnn"), BIN, 0)).unwrap()).len(), 4);
    // Its own signal: mean over covered bases, and maximum.
    let own = desk.tile(track, None, BIN, 1_290);
    assert_eq!((own.len(), own[0].len()), (2, TILE_COLUMNS));
    let none = by("H3K4me3.cnn").map(|mut by| {
        "H3K9me3".clone_into(&mut by.target);
        by
    });
    let fault = desk.browser.tile(&request(track, none, BIN, 0)).unwrap_err();
    assert!(fault.message.contains("imputes H3K4me3, not H3K9me3"), "{fault}");
}
