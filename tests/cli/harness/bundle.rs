//! Small bundles to impute with, trained once a run of the tests.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use super::{k562, k562_file, nascape};

/// A bundle that sums the strands: the one that NASCAPE_MODEL names, or one trained here on a megabase.
pub fn bundle() -> &'static Path {
    static BUNDLE: OnceLock<PathBuf> = OnceLock::new();
    BUNDLE.get_or_init(|| match std::env::var_os("NASCAPE_MODEL") {
        Some(path) => path.into(),
        None => train("summed"),
    })
}

/// A bundle that needs the strands apart.
pub fn stranded_bundle() -> &'static Path {
    static BUNDLE: OnceLock<PathBuf> = OnceLock::new();
    BUNDLE.get_or_init(|| train("apart"))
}

fn train(strands: &str) -> PathBuf {
    let output = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("H3K4me3.{strands}"));
    nascape("train")
        .assay(&k562())
        .with("--target", target(&k562_file("K562.H3K4me3.peaks.bed")))
        .with("--train", "chr21:33,000,001-34,000,000")
        .with("--validation", "chr21:34,000,001-34,500,000")
        .with("--epochs", "2")
        .with("--strands", strands)
        .with("--output", &output)
        .run()
        .succeeds();
    output
}

fn target(path: &Path) -> String {
    format!("H3K4me3={}", path.display())
}
