//! Bundles that the user keeps: by name, as a default, as one file for a colleague.

use std::{fs, io::Write, path::Path};

use zip::{ZipWriter, write::SimpleFileOptions};

use crate::harness::{Nascape, assert_holds, bundle, folder, k562, nascape, sha256, stranded_bundle};

fn models(home: &Path, action: &str) -> Nascape {
    nascape("models").flag(action).keeping_in(home)
}

fn names(home: &Path) -> Vec<String> {
    let listed = models(home, "list").flag("--json").run().succeeds().json();
    let yours = listed.as_array().unwrap().iter().filter(|line| line["shipped"] == false);
    yours.map(|line| line["name"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_bundle_goes_from_one_user_to_another_in_one_file_and_imputes_the_same() {
    let (folder, home, colleague) = (folder(), folder(), folder());
    let impute = |model: &str, home: &Path, name: &str| {
        let output = folder.path().join(name);
        let command = nascape("impute").keeping_in(home).assay(&k562()).with("--model", model);
        command.with("--region", "chr21:33,000,001-33,100,000").with("--output", &output).run().succeeds();
        sha256(&output.join("H3K4me3.bw"))
    };
    let expected = impute(stranded_bundle().to_str().unwrap(), home.path(), "folder");
    models(home.path(), "keep").flag(stranded_bundle()).with("--name", "mine").run().succeeds();
    assert_eq!(impute("mine", home.path(), "name"), expected);
    let file = folder.path().join("mine.nascape");
    models(home.path(), "export").flag("mine").with("--output", &file).run().succeeds();
    assert_eq!(impute(file.to_str().unwrap(), colleague.path(), "file"), expected, "a file needs no keeping");
    models(colleague.path(), "keep").flag(&file).run().succeeds();
    assert_eq!(names(colleague.path()), ["mine"]);
    assert_eq!(impute("mine", colleague.path(), "kept"), expected);
    models(colleague.path(), "remove").flag("mine").run().succeeds();
    assert!(names(colleague.path()).is_empty());
    assert_eq!(names(home.path()), ["mine"]);
}

#[test]
fn the_users_default_is_used_until_it_is_removed() {
    let (folder, home) = (folder(), folder());
    let default = || {
        let listed = models(home.path(), "list").flag("--json").run().succeeds().json();
        let of_mark = |line: &&serde_json::Value| line["default"] == true && line["target"] == "H3K4me3";
        listed.as_array().unwrap().iter().find(of_mark).unwrap()["name"].as_str().unwrap().to_owned()
    };
    assert_eq!(default(), "H3K4me3.blend");
    models(home.path(), "keep").flag(bundle()).with("--name", "mine").run().succeeds();
    models(home.path(), "default").flag("mine").run().succeeds();
    assert_eq!(default(), "mine");
    let output = folder.path().join("imputed");
    let command =
        nascape("impute").keeping_in(home.path()).assay(&k562()).with("--region", "chr21:33,000,001-33,100,000");
    let imputed = command.with("--output", &output).flag("--json").run().succeeds().json();
    assert_eq!(imputed["tracks"][0]["bundle"], "mine");
    models(home.path(), "remove").flag("mine").run().succeeds();
    assert_eq!(default(), "H3K4me3.blend");
}

#[test]
fn names_that_are_taken_or_lead_elsewhere_are_refused() {
    let home = folder();
    let keep = |name: &str| models(home.path(), "keep").flag(bundle()).with("--name", name).run();
    keep("H3K4me3.cnn").misused(&["H3K4me3.cnn", "came with Nascape", "choose another name"]);
    for name in ["../mine", "a/b", ".hidden", "", "defaults.json"] {
        keep(name).misused(&["cannot be kept", "letters, digits"]);
    }
    keep("mine").succeeds();
    keep("mine").misused(&["you have a bundle of that name", "remove that one first"]);
    models(home.path(), "remove").flag("H3K4me3.cnn").run().fails(&["you keep no bundle 'H3K4me3.cnn'", "mine"]);
    models(home.path(), "default").flag("nothing").run().fails(&["no bundle 'nothing'"]);
    assert_eq!(names(home.path()), ["mine"]);
}

#[test]
fn an_archive_that_lies_is_refused_and_nothing_is_unpacked() {
    let (folder, home) = (folder(), folder());
    let archive = |name: &str, files: &[(&str, &[u8])]| {
        let path = folder.path().join(name);
        let mut archive = ZipWriter::new(fs::File::create(&path).unwrap());
        for (name, bytes) in files {
            archive.start_file(*name, SimpleFileOptions::default()).unwrap();
            archive.write_all(bytes).unwrap();
        }
        archive.finish().unwrap();
        path
    };
    let keep = |file: &Path| models(home.path(), "keep").flag(file).run();
    let card = fs::read(bundle().join("model.json")).unwrap();
    keep(&archive("empty.nascape", &[])).fails(&["empty.nascape", "holds no model.json"]);
    keep(&archive("climbs.nascape", &[("../../climbed", b"x")])).fails(&["climbs.nascape", "holds no model.json"]);
    keep(&archive("half.nascape", &[("model.json", &card)])).fails(&["half.nascape", "weights.safetensors"]);
    let wrong: [(&str, &[u8]); 2] = [("model.json", &card), ("weights.safetensors", b"other weights")];
    keep(&archive("wrong.nascape", &wrong)).fails(&["wrong.nascape", "is not the file that the card was made for"]);
    let zeros = vec![0; 300 << 20];
    keep(&archive("bomb.nascape", &[("model.json", &card), ("weights.safetensors", &zeros)]))
        .fails(&["bomb.nascape", "larger than 128 MB"]);
    let many: Vec<String> = (0..10_000).map(|number| format!("{}{number}", "deep/".repeat(200))).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), &[][..])).collect();
    keep(&archive("many.nascape", &many)).fails(&["many.nascape", "holds 10000 files"]);
    let vast = folder.path().join("vast.nascape");
    fs::File::create(&vast).unwrap().set_len(65 << 20).unwrap();
    keep(&vast).fails(&["vast.nascape", "larger than 64 MB"]);
    let whole = archive("cut.nascape", &[("model.json", &card)]);
    let bytes = fs::read(&whole).unwrap();
    fs::write(&whole, &bytes[..bytes.len() / 2]).unwrap();
    keep(&whole).fails(&["cut.nascape", "no archive"]);
    assert_holds(home.path(), &[]);
}
