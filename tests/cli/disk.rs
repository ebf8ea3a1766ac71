//! Where nothing can be written, there is a sentence and no file.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

use crate::harness::{Nascape, Recipe, assert_holds, bundle, folder, k562, k562_file, nascape, small};

fn impute(output: &Path) -> Nascape {
    nascape("impute").assay(&k562()).with("--model", bundle()).with("--output", output)
}

fn bin(output: &Path) -> Nascape {
    nascape("bin").with("--signal", k562().plus).with("--output", output)
}

fn simulate(output: &Path) -> Nascape {
    nascape("simulate").with("--chromosome", "chr21").with("--reads", "200000").with("--output", output)
}

fn train(output: &Path) -> Nascape {
    nascape("train")
        .assay(&k562())
        .with("--target", format!("H3K4me3={}", k562_file("K562.H3K4me3.peaks.bed").display()))
        .with("--train", "chr21:33,000,001-33,500,000")
        .with("--validation", "chr21:34,000,001-34,500,000")
        .with("--epochs", "1")
        .with("--output", output)
}

/// A disk of 64 kB where the system lets us mount one; a folder in which no file may grow beyond that otherwise.
struct SmallDisk {
    folder: TempDir,
    mounted: bool,
}

impl SmallDisk {
    fn new() -> Self {
        let folder = folder();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        Self { folder, mounted }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("output")
    }

    #[track_caller]
    fn refuses(&self, command: Nascape) {
        if self.mounted {
            command.run().fails(&["cannot be written", "No space left", "Free some space"]);
        } else {
            command.files_of_at_most(65_536).run().fails(&["cannot be written"]);
        }
        let left = if self.path().is_dir() { self.path() } else { self.folder.path().to_owned() };
        assert_holds(left, &[]);
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        if self.mounted {
            let _ = Command::new("umount").arg(self.folder.path()).status();
        }
    }
}

#[test]
fn a_folder_that_cannot_be_made_is_a_sentence() {
    let folder = folder();
    let file = folder.path().join("file");
    fs::write(&file, "in the way").unwrap();
    let below = file.join("output");
    let words = ["output", "cannot be written"];
    impute(&below).run().fails(&words);
    simulate(&below).run().fails(&words);
    train(&below).run().fails(&["cannot be written"]);
    for ending in ["bw", "bedGraph", "bedGraph.gz", "npy"] {
        bin(&file.join(format!("output.{ending}"))).run().fails(&words);
        bin(&folder.path().join(format!("missing/output.{ending}"))).run().fails(&words);
    }
    // A file where the folder should be.
    impute(&file).run().fails(&["cannot be written"]);
    simulate(&file).run().fails(&["cannot be written"]);
    train(&file).run().fails(&["cannot be written"]);
    assert_holds(folder.path(), &["file"]);
    assert_eq!(fs::read_to_string(&file).unwrap(), "in the way");
}

#[test]
fn a_folder_where_the_file_should_be_is_a_sentence() {
    let folder = folder();
    for ending in ["bw", "bedGraph", "npy"] {
        let output = folder.path().join(format!("output.{ending}"));
        fs::create_dir(&output).unwrap();
        bin(&output).with("--region", "chr21:30,000,001-31,000,000").run().fails(&["cannot be written"]);
        assert_holds(&output, &[]);
    }
    assert_holds(folder.path(), &["output.bw", "output.bedGraph", "output.npy"]);
}

#[test]
fn a_record_that_cannot_be_written_leaves_no_track() {
    let folder = folder();
    let output = folder.path().join("imputed");
    fs::create_dir_all(output.join("run.json")).unwrap();
    impute(&output).with("--region", "chr21:33,000,001-33,100,000").run().fails(&["run.json", "cannot be written"]);
    assert_holds(&output, &["run.json"]);
}

#[test]
fn a_full_disk_leaves_no_file() {
    let disk = SmallDisk::new();
    disk.refuses(impute(&disk.path()));
    disk.refuses(simulate(&disk.path()));
    disk.refuses(train(&disk.path()));
    for ending in ["bw", "bedGraph", "bedGraph.gz", "npy"] {
        let disk = SmallDisk::new();
        disk.refuses(bin(&disk.path().with_extension(ending)));
    }
}

#[test]
fn a_full_disk_leaves_the_old_track_as_it_was() {
    let folder = folder();
    let old = folder.path().join("H3K4me3.bw");
    fs::write(&old, "an older track").unwrap();
    impute(folder.path()).files_of_at_most(50_000).run().fails(&["H3K4me3.bw", "cannot be written"]);
    assert_eq!(fs::read_to_string(&old).unwrap(), "an older track");
    assert_holds(folder.path(), &["H3K4me3.bw"]);
}

#[test]
fn a_disk_that_is_full_at_the_last_byte_leaves_no_file() {
    let folder = folder();
    let region = "chr21:30,000,001-31,000,000";
    let mut names = Vec::new();
    for ending in ["bw", "bedGraph", "bedGraph.gz", "npy"] {
        let whole = folder.path().join(format!("whole.{ending}"));
        bin(&whole).with("--region", region).run().succeeds();
        names.extend([format!("whole.{ending}"), format!("whole.{ending}.run.json")]);
        let bytes = fs::metadata(&whole).unwrap().len();
        let short = folder.path().join(format!("short.{ending}"));
        for missing in [1, 4, 9, 20] {
            let command = bin(&short).with("--region", region).files_of_at_most(bytes - missing);
            command.run().fails(&["short", "cannot be written"]);
            assert!(!short.exists(), "{ending} less its last {missing} bytes was left");
        }
    }
    assert_holds(folder.path(), &names.iter().map(String::as_str).collect::<Vec<_>>());
}

#[test]
fn a_disk_that_cannot_be_written_is_told_before_the_first_epoch() {
    let folder = folder();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "ro", "tmpfs"]).arg(folder.path()).output();
    let mounted = mounted.is_ok_and(|output| output.status.success());
    if !mounted {
        let mut permissions = fs::metadata(folder.path()).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(folder.path(), permissions).unwrap();
    }
    // A user whom the system lets write everywhere, and mount nothing, has no such disk.
    let writable = fs::write(folder.path().join("probe"), "").is_ok();
    let outcome = (!writable).then(|| train(&folder.path().join("mark")).run());
    if mounted {
        Command::new("umount").arg(folder.path()).status().unwrap();
    }
    if let Some(outcome) = outcome {
        assert!(!outcome.stderr.contains("epoch"), "{outcome:#?}");
        outcome.fails(&["mark", "cannot be written"]);
    }
}

#[test]
fn trees_that_do_not_fit_leave_no_half_bundle() {
    let folder = folder();
    let output = folder.path().join("mark");
    let recipe = Recipe::new(&["H3K4me3"], &small("windows-gbt"));
    let train = || recipe.train(&folder.path().join("recipe.toml"), &output);
    train().files_of_at_most(2_000).run().fails(&["mark", "cannot be written"]);
    assert_holds(folder.path(), &["recipe.toml"]);
    train().run().succeeds();
    let before = fs::read(output.join("forest.ubj")).unwrap();
    train().files_of_at_most(2_000).run().fails(&["mark", "cannot be written"]);
    assert_eq!(fs::read(output.join("forest.ubj")).unwrap(), before);
    nascape("models").flag("verify").flag(&output).run().succeeds();
    assert_holds(folder.path(), &["recipe.toml", "mark"]);
}

#[test]
fn a_bundle_that_does_not_fit_leaves_the_old_one_as_it_was() {
    let folder = folder();
    let output = folder.path().join("mark");
    train(&output).run().succeeds();
    let before = fs::read(output.join("model.json")).unwrap();
    train(&output).with("--seed", "2").files_of_at_most(2_000).run().fails(&["mark", "cannot be written"]);
    assert_eq!(fs::read(output.join("model.json")).unwrap(), before);
    assert_holds(folder.path(), &["mark"]);
}
