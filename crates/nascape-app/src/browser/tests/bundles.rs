//! Bundles of the user's that lie in folders of their own.

use std::{fs, path::Path};

use super::Desk;
use crate::browser::{Browser, Settings};

/// A colleague's bundle beside the assay.
fn colleagues(desk: &Desk) -> String {
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models/H3K4me3.cnn");
    let folder = desk.path("colleague");
    fs::create_dir(&folder).unwrap();
    for file in fs::read_dir(shipped).unwrap().flatten() {
        fs::copy(file.path(), folder.join(file.file_name())).unwrap();
    }
    folder.to_string_lossy().into_owned()
}

fn knows(browser: &Browser, folder: &str) -> bool {
    browser.about().unwrap().bundles.iter().any(|bundle| bundle.name == folder && !bundle.shipped)
}

#[test]
fn a_bundles_folder_is_opened_at_the_next_start_and_told_and_forgotten_when_it_is_gone() {
    let desk = Desk::new();
    let folder = colleagues(&desk);
    desk.browser.add_bundle(&folder).unwrap();
    let desk = desk.restarted();
    assert!(knows(&desk.browser, &folder));

    fs::rename(&folder, desk.path("elsewhere")).unwrap();
    let desk = desk.restarted();
    assert!(!knows(&desk.browser, &folder));
    let lost = desk.browser.about().unwrap().lost;
    assert_eq!((lost.len(), &lost[0].path), (1, &folder));
    assert!(lost[0].message.contains("was moved or deleted"), "{lost:?}");

    desk.browser.remove_bundle(&folder).unwrap();
    assert!(desk.browser.about().unwrap().lost.is_empty());
    fs::rename(desk.path("elsewhere"), &folder).unwrap();
    let desk = desk.restarted();
    assert!(!knows(&desk.browser, &folder) && desk.browser.about().unwrap().lost.is_empty());
}

#[test]
fn beneath_another_root_a_remembered_bundle_is_neither_opened_nor_told() {
    let (desk, elsewhere) = (Desk::new(), tempfile::tempdir().unwrap());
    let folder = colleagues(&desk);
    desk.browser.add_bundle(&folder).unwrap();
    let root = Some(elsewhere.path().to_owned());
    let other = Browser::new(Settings { root, ..Settings::beneath(desk.folder.path()) }).unwrap();
    assert!(!knows(&other, &folder) && other.about().unwrap().lost.is_empty());
}
