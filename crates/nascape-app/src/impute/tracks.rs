//! The tracks that a request writes: of which marks, and into which files.

use std::{collections::BTreeSet, path::PathBuf};

use nascape_model::{
    Bundle,
    bundle::{Card, Target, TargetKind},
};
use serde::Serialize;

use super::Request;
use crate::{Error, Result};

/// An imputed track on disk.
#[derive(Clone, Debug, Serialize)]
pub struct Track {
    /// The mark.
    pub target: String,
    /// The bundle that imputed it.
    pub bundle: String,
    /// What its numbers mean.
    pub kind: TargetKind,
    /// The file.
    pub path: PathBuf,
    /// The files of the intervals' lower and upper ends, where they were asked for and the bundle has them.
    pub interval: Option<[PathBuf; 2]>,
}

/// The bundles that impute any of these marks, and which of them each does: what a [`Request`] asks for. No mark stands for all.
///
/// # Errors
/// [`Error::NobodyImputes`] for a mark of none of them.
pub fn only(bundles: Vec<Bundle>, marks: &[String]) -> Result<(Vec<Bundle>, Vec<Vec<String>>)> {
    if marks.is_empty() {
        return Ok((bundles, Vec::new()));
    }
    let of = |bundle: &Bundle| -> Vec<String> {
        let names = bundle.card.targets.iter().map(|target| target.name.clone());
        names.filter(|name| marks.contains(name)).collect()
    };
    let known = || bundles.iter().flat_map(|bundle| bundle.card.targets.iter().map(|target| target.name.as_str()));
    if let Some(mark) = marks.iter().find(|mark| !known().any(|name| name == *mark)) {
        let known: BTreeSet<&str> = known().collect();
        let known = known.into_iter().collect::<Vec<_>>().join(", ");
        return Err(Error::NobodyImputes { mark: mark.clone(), known });
    }
    Ok(bundles
        .into_iter()
        .map(|bundle| (of(&bundle), bundle))
        .filter(|(marks, _)| !marks.is_empty())
        .map(|(marks, bundle)| (bundle, marks))
        .unzip())
}

impl Request {
    /// Every target of every bundle with the place of its bundle, and whether a track of it is written.
    pub(super) fn targets(&self) -> impl Iterator<Item = (usize, &Target, bool)> {
        self.bundles.iter().enumerate().flat_map(move |(place, bundle)| {
            let marks = self.marks.get(place);
            let wanted = move |target: &Target| marks.is_none_or(|marks| marks.contains(&target.name));
            bundle.card.targets.iter().map(move |target| (place, target, wanted(target)))
        })
    }

    /// The targets that tracks are written of, each with its bundle's card.
    fn wanted(&self) -> impl Iterator<Item = (&Card, &Target)> {
        self.targets().filter(|(_, _, wanted)| *wanted).map(|(place, target, _)| (&self.bundles[place].card, target))
    }
}

impl Track {
    /// Every file of the track.
    pub fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        std::iter::once(&self.path).chain(self.interval.iter().flatten())
    }
}

/// `<target>.bw`, or `<target>.<bundle>.bw` where several bundles impute one mark.
pub(super) fn tracks(request: &Request) -> Vec<Track> {
    let folder = &request.output;
    let alone = |mark: &str| request.wanted().filter(|(_, target)| target.name == mark).count() == 1;
    let mut tracks: Vec<Track> = Vec::new();
    for (card, target) in request.wanted() {
        let stem = if alone(&target.name) { target.name.clone() } else { format!("{}.{}", target.name, card.name) };
        let stem = file_name(&stem);
        // Two bundles of one name make two tracks.
        let named = |number: usize| if number == 1 { stem.clone() } else { format!("{stem}.{number}") };
        let free = |stem: &String| tracks.iter().all(|track| track.path != folder.join(format!("{stem}.bw")));
        let stem = (1..).map(named).find(free).expect("numbers do not end");
        let file = |end: &str| folder.join(format!("{stem}{end}.bw"));
        tracks.push(Track {
            target: target.name.clone(),
            bundle: card.name.clone(),
            kind: target.kind,
            path: file(""),
            interval: (request.intervals && target.calibration.is_some()).then(|| [file(".lower"), file(".upper")]),
        });
    }
    tracks
}

/// A card may come from a stranger: what it calls its target must not lead out of the output folder.
fn file_name(stem: &str) -> String {
    let safe = |c: char| if c.is_alphanumeric() || ".-_+".contains(c) { c } else { '_' };
    stem.trim_start_matches('.').chars().map(safe).collect()
}

/// The names of each bundle's tracks.
pub(super) fn names_of_tracks(request: &Request, tracks: &[Track]) -> Vec<Vec<String>> {
    let mut names = vec![Vec::new(); request.bundles.len()];
    let places = request.targets().filter(|(_, _, wanted)| *wanted).map(|(place, _, _)| place);
    for (place, track) in places.zip(tracks) {
        names[place].push(track.path.file_name().unwrap_or_default().to_string_lossy().into_owned());
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cards_target_cannot_leave_the_folder() {
        assert_eq!(file_name("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(file_name("H3K4me3.cnn"), "H3K4me3.cnn");
    }
}
