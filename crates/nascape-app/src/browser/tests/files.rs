//! Files that are opened, changed, deleted, or none of the user's.

use std::fs;

use nascape_signal::BIN;

use super::{Desk, by, request};
use crate::browser::{
    Browser, Settings,
    wire::{ExplainRequest, FeaturesRequest, OpenFiles, TrackKind},
};

#[test]
fn a_file_that_changed_or_went_is_told_at_the_next_tile() {
    let desk = Desk::new();
    let assay = desk.assay();
    // Even of a tile that is in memory.
    desk.tile(&assay, by("H3K4me3.cnn"), BIN, 0);
    let plus = desk.path("K562.plus.bw");
    let bytes = fs::read(&plus).unwrap();
    fs::write(&plus, [&bytes[..], b"more"].concat()).unwrap();
    for imputed in [None, by("H3K4me3.cnn")] {
        let fault = desk.browser.tile(&request(&assay, imputed, BIN, 0)).unwrap_err();
        assert!(fault.message.contains("K562.plus.bw changed on disk since it was opened. Open it again."), "{fault}");
    }
    fs::remove_file(&plus).unwrap();
    let fault = desk.browser.tile(&request(&assay, None, BIN, 0)).unwrap_err();
    assert!(fault.message.contains("K562.plus.bw was moved or deleted"), "{fault}");
    assert!(desk.browser.about().is_ok());
}

#[test]
fn nothing_outside_the_root_is_opened_not_even_by_a_link() {
    let (desk, elsewhere) = (Desk::new(), tempfile::tempdir().unwrap());
    let secret = elsewhere.path().join("secret.bed");
    fs::write(&secret, "chr21\t1\t2\n").unwrap();
    let mut paths =
        vec![secret.to_string_lossy().into_owned(), desk.path("../secret.bed").to_string_lossy().into_owned()];
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&secret, desk.path("link.bed")).unwrap();
        paths.push(desk.path("link.bed").to_string_lossy().into_owned());
    }
    let told = paths.len();
    let opened = desk.browser.open_files(&OpenFiles { paths, assembly: None, apart: false }).unwrap();
    assert_eq!((opened.tracks.len(), opened.faults.len()), (0, told));
    assert!(opened.faults.iter().all(|fault| fault.message.contains("lies outside")), "{:?}", opened.faults);
    assert!(desk.browser.save_picture(&elsewhere.path().join("x.svg").to_string_lossy(), b"").is_err());
    assert!(desk.browser.folder(Some(&elsewhere.path().to_string_lossy())).is_err());
    let listed = desk.browser.folder(None).unwrap();
    let names: Vec<&str> = listed.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!((listed.parent, names), (None, vec!["K562.minus.bw", "K562.plus.bw"]));
    // What the user named at the start may be opened, but not after the next.
    let open = |browser: &Browser| {
        let paths = vec![secret.to_string_lossy().into_owned()];
        browser.open_files(&OpenFiles { paths, assembly: None, apart: false }).unwrap().tracks.len()
    };
    desk.browser.allow([secret.clone()]);
    assert_eq!(open(&desk.browser), 1);
    let desk = desk.restarted();
    assert_eq!(open(&desk.browser), 0);
    // Without a root, what was picked stays so, and opens nothing beneath another's root.
    let free = || Browser::new(Settings { root: None, ..Settings::beneath(desk.folder.path()) }).unwrap();
    let browser = free();
    assert_eq!(open(&browser), 0);
    browser.allow([secret.clone()]);
    drop(browser);
    assert_eq!(open(&free()), 1);
    assert_eq!(open(&desk.restarted().browser), 0);
}

#[test]
fn features_stand_beside_an_assay_and_their_names_are_found() {
    let desk = Desk::new();
    let gtf = "chr21\tx\tgene\t33031935\t33041241\t.\t+\t.\tgene_id \"G\"; gene_name \"SOD1\";\n\
               chr21\tx\texon\t33031935\t33032154\t.\t+\t.\tgene_id \"G\"; transcript_id \"T\";\n\
               chr21\tx\tgene\t33100000\t33200000\t.\t-\t.\tgene_id \"H\"; gene_name \"SOD1-AS\";\n";
    fs::write(desk.path("genes.gtf"), gtf).unwrap();
    fs::write(desk.path("blocks.bed"), "21\t100\t900\tT1\t5\t-\t100\t900\t0\t2\t50,100,\t0,700,\n").unwrap();
    fs::write(desk.path("broken.bed"), "chr21\tx\ty\n").unwrap();
    let opened = desk.open(&["K562.plus.bw", "K562.minus.bw", "genes.gtf", "blocks.bed", "broken.bed", "absent.bw"]);
    let kinds: Vec<TrackKind> = opened.tracks.iter().map(|track| track.kind).collect();
    assert_eq!(kinds, [TrackKind::Assay, TrackKind::Features, TrackKind::Features]);
    assert_eq!(opened.faults.len(), 2);
    assert!(opened.faults[0].message.contains("broken.bed, line 1"), "{:?}", opened.faults);
    let of = |track: usize, chromosome: &str, start, end| {
        let (track, chromosome) = (opened.tracks[track].id.clone(), chromosome.to_owned());
        desk.browser.features(&FeaturesRequest { track, chromosome, start, end }).unwrap()
    };
    assert_eq!(of(1, "21", 33_041_240, 33_041_300)[0].exons, [[33_031_934, 33_032_154]]);
    assert!(of(1, "chr21", 33_041_241, 33_041_300).is_empty());
    assert_eq!(of(2, "chr21", 0, 101)[0].exons, [[100, 150], [800, 900]]);
    let found = desk.browser.find(&opened.tracks[0].id, "sod1").unwrap();
    let names: Vec<(&str, &str)> = found.iter().map(|place| (place.name.as_str(), place.chromosome.as_str())).collect();
    assert_eq!(names, [("SOD1", "chr21"), ("SOD1-AS", "chr21")]);
    let genome = desk.browser.genome(&opened.tracks[0].id).unwrap();
    assert_eq!((genome.name.as_str(), genome.genes, genome.chromosomes.len() > 20), ("hg19", true, true));
    assert!(genome.bands.iter().any(|band| band.chromosome == "chr21" && band.name == "q22.3"));
}

#[test]
fn a_peak_is_explained_by_the_reads_that_made_it() {
    let desk = Desk::new();
    let request = ExplainRequest {
        track: desk.assay(),
        imputed: by("H3K4me3.blend").unwrap(),
        chromosome: "chr21".to_owned(),
        start: 33_031_500,
        end: 33_033_000,
    };
    let explained = desk.browser.explain(&request).unwrap();
    assert!(explained.value > 0.5, "a promoter has a peak: {}", explained.value);
    let near = |stretch: &&crate::browser::wire::Occluded| stretch.end > request.start && stretch.start < request.end;
    let effect = |stretch: &crate::browser::wire::Occluded| stretch.plus.abs().max(stretch.minus.abs());
    let inside = explained.stretches.iter().filter(near).map(effect).fold(0.0, f32::max);
    let ends = [&explained.stretches[0], &explained.stretches[explained.stretches.len() - 1]].map(effect);
    assert!(inside > 0.01 && ends.iter().all(|end| *end < inside), "{inside} {ends:?}");
    let silent = explained.stretches.iter().filter(|stretch| stretch.plus_reads == 0.0);
    assert!(silent.into_iter().all(|stretch| stretch.plus == 0.0));
}
