//! What can be said when the program is started.

use std::path::{Path, PathBuf};

use clap::Parser;
use nascape_app::browser::Settings;

/// Opens files in Nascape's window.
#[derive(Parser)]
#[command(name = "nascape-desktop", version, about)]
pub struct Arguments {
    /// Files to open, or one session: strands of an assay are paired by their names
    #[arg(value_name = "FILE")]
    paths: Vec<PathBuf>,

    /// The plus strand of the assay, whatever its name
    #[arg(long, value_name = "FILE", requires = "minus")]
    plus: Option<PathBuf>,

    /// The minus strand of the assay, whatever its name
    #[arg(long, value_name = "FILE", requires = "plus")]
    minus: Option<PathBuf>,
}

impl Arguments {
    /// How the browser is set up: this user's folders, these files.
    pub fn settings(&self) -> Settings {
        let folder = std::env::current_dir().unwrap_or_default();
        Settings { files: self.files(&folder), strands: self.strands(&folder), ..Settings::of_user() }
    }

    /// The strands that were named as such; `folder` is where the program was started.
    pub fn strands(&self, folder: &Path) -> Option<[PathBuf; 2]> {
        Some([within(folder, self.plus.as_ref()?), within(folder, self.minus.as_ref()?)])
    }

    /// All files named, the assay first; `folder` is where the program was started.
    pub fn files(&self, folder: &Path) -> Vec<PathBuf> {
        self.plus.iter().chain(&self.minus).chain(&self.paths).map(|path| within(folder, path)).collect()
    }
}

/// Joins a path to a folder; an address (of a bigWig) stays what it is.
fn within(folder: &Path, path: &Path) -> PathBuf {
    let is_address = path.to_str().is_some_and(|text| text.contains("://"));
    if is_address { path.to_owned() } else { folder.join(path) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(arguments: &[&str]) -> Vec<PathBuf> {
        let program = std::iter::once(&"nascape-desktop");
        Arguments::try_parse_from(program.chain(arguments)).unwrap().files(Path::new("/data"))
    }

    #[test]
    fn files_are_found_from_where_the_program_was_started() {
        assert_eq!(
            files(&["a.bw", "/b/c.bed", "https://host/d.bw"]),
            ["/data/a.bw", "/b/c.bed", "https://host/d.bw"].map(PathBuf::from)
        );
    }

    #[test]
    fn named_strands_come_before_other_files() {
        assert_eq!(
            files(&["peaks.bed", "--minus", "m.bw", "--plus", "p.bw"]),
            ["/data/p.bw", "/data/m.bw", "/data/peaks.bed"].map(PathBuf::from)
        );
    }

    #[test]
    fn one_strand_alone_is_refused() {
        assert!(Arguments::try_parse_from(["nascape-desktop", "--plus", "p.bw"]).is_err());
    }
}
