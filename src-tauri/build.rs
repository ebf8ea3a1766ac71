//! Permissions for the window's commands, and the window's files.

use std::{fs, path::Path};

/// What the window may call: the methods of `Backend` in `ui/src/backend/backend.ts`. Each is allowed by name in `capabilities/`.
const COMMANDS: &[&str] = &[
    "about",
    "pick_files",
    "pick_folder",
    "pick_save",
    "open_files",
    "open_example",
    "close_track",
    "swap_strands",
    "check_assay",
    "genome",
    "find",
    "tile",
    "cancel_tiles",
    "features",
    "add_bundle",
    "bundle_card",
    "explain",
    "start_export",
    "jobs",
    "cancel_job",
    "save_session",
    "open_session",
    "save_picture",
    "send_to_igv",
    "listen",
];

/// What the window shows when its own files were not built.
const UNBUILT: &str = "<!doctype html><meta charset=utf-8><title>Nascape</title><p>The window's page is not built. Run 'make ui' and build again.";

fn main() {
    let page = Path::new("../ui/dist/index.html");
    println!("cargo:rerun-if-changed=../ui/dist");
    if !page.exists() {
        // So that tests, clippy and documentation need no npm: tauri embeds this folder.
        fs::create_dir_all("../ui/dist").and_then(|()| fs::write(page, UNBUILT)).expect("ui/dist can be written");
    }
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)).expect("tauri.conf.json is in order");
}
