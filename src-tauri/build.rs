//! Permissions for the window's commands, and the window's files.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

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
    "read_bam_as",
    "check_assay",
    "genome",
    "find",
    "tile",
    "cancel_tiles",
    "features",
    "reads",
    "add_bundle",
    "bundle_card",
    "remove_bundle",
    "make_default",
    "export_bundle",
    "plan_retraining",
    "start_retraining",
    "retraining_verdict",
    "explain",
    "start_export",
    "jobs",
    "steer_job",
    "cancel_job",
    "save_session",
    "open_session",
    "save_picture",
    "send_to_igv",
    "listen",
];

/// What the window shows when its own files were not built.
const UNBUILT: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Nascape</title>\
<p>This program was built without its page. Build it by <code>make window</code>.</p></html>\n";

fn main() {
    let manifest = tauri_build::AppManifest::new().commands(COMMANDS);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest)).expect("tauri.conf.json is in order");
    println!("cargo:rerun-if-changed=../ui/dist");
    if !Path::new("../ui/dist/index.html").exists() {
        // So that clippy and documentation need no npm: Tauri's macros take the configuration from this variable too.
        let page = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it")).join("unbuilt");
        fs::create_dir_all(&page)
            .and_then(|()| fs::write(page.join("index.html"), UNBUILT))
            .expect("OUT_DIR can be written");
        println!("cargo:rustc-env=TAURI_CONFIG={{\"build\":{{\"frontendDist\":{:?}}}}}", page.to_string_lossy());
    }
}
