//! Retraining on regions of the screen, as a job in a process of its own; the verdict lies in the bundle.

mod task;
mod worker;

use std::{fs, path::PathBuf, sync::Arc, thread};

use nascape_signal::Region;
use serde::Deserialize;
use task::Retraining;

use super::{
    Browser,
    fault::Answer,
    wire::{Fault, Job, Picture, RetrainingPlan, RetrainingRequest, RetrainingVerdict},
};
use crate::{
    compare,
    library::kept,
    retrain::{self, FOLDER, VERDICT, Work},
};

/// The folder of a retraining on its way, by the name of the bundle that comes of it.
fn place(name: &str) -> PathBuf {
    kept::retrainings().join(name)
}

/// What is read back of a verdict.
#[derive(Deserialize)]
struct Written {
    from: String,
    bundle: String,
    sentence: String,
    learned: [f64; 2],
    elsewhere: [f64; 2],
    difference: Difference,
    comparison: Comparison,
}

#[derive(Deserialize)]
struct Difference {
    statistic: nascape_model::metrics::bootstrap::Statistic,
    bin_size: u32,
    lower: f64,
    upper: f64,
    verdict: compare::Verdict,
}

#[derive(Deserialize)]
struct Comparison {
    regions: Vec<String>,
    figures: Vec<String>,
}

impl Browser {
    /// What a retraining would learn from, choose by and be measured on.
    ///
    /// # Errors
    /// Those of reading; too little to learn from, or nothing left to measure on.
    pub fn plan_retraining(&self, request: &RetrainingRequest) -> Answer<RetrainingPlan> {
        let parts = retrain::parts(&self.retraining(request)?)?;
        let strings = |regions: &[Region]| regions.iter().map(ToString::to_string).collect();
        Ok(RetrainingPlan {
            train: strings(&parts.train),
            validation: strings(&parts.validation),
            test: strings(&parts.test),
            bins: parts.bins,
            marked: parts.marked,
        })
    }

    /// Puts a retraining behind the other jobs; it runs in a process of its own. The bundle that comes of it is kept among the user's.
    ///
    /// # Errors
    /// Those of [`Browser::plan_retraining`], so that what cannot work is told before it waits; a name that is taken.
    pub fn start_retraining(&self, request: &RetrainingRequest) -> Answer<Job> {
        let folder = place(&request.name);
        drop(Work::begin(self.retraining(request)?, &folder)?);
        let retraining = self.retraining_in(folder, &request.name, &request.bundle);
        let title = retraining.title();
        Ok(self.jobs.add(title, Some(request.name.clone()), retraining))
    }

    /// Lists the retrainings that an earlier start of the program left on their way.
    pub(super) fn restore_retrainings(&self) {
        let restored = self.jobs.restored();
        let folders = fs::read_dir(kept::retrainings()).into_iter().flatten().flatten().map(|entry| entry.path());
        let left: Vec<Retraining> = folders.filter_map(|folder| self.left_in(folder)).collect();
        if !left.is_empty() {
            thread::spawn(move || left.into_iter().for_each(|retraining| retraining.restore(&restored)));
        }
    }

    /// A retraining that was left on its way; nothing where a window has it, where it was over, or where its files may not be opened.
    fn left_in(&self, folder: PathBuf) -> Option<Retraining> {
        let Some(left) = retrain::left(&folder).filter(|left| !left.output.exists()) else {
            // It had just begun, or just ended.
            let _ = retrain::remove(&folder);
            return None;
        };
        let allowed = left.files.iter().all(|file| self.allowed.check_for_session(file).is_ok());
        let name = left.output.file_name()?.to_string_lossy().into_owned();
        let retraining = self.retraining_in(folder, &name, &left.from);
        (allowed && retraining.is_ours()).then_some(retraining)
    }

    fn retraining_in(&self, folder: PathBuf, name: &str, from: &str) -> Retraining {
        let (listeners, bundles) = (Arc::clone(&self.listeners), Arc::clone(&self.bundles));
        Retraining::new(folder, name, from, self.trainer.clone(), listeners, bundles)
    }

    /// The verdict on a retrained bundle that the user keeps.
    ///
    /// # Errors
    /// When there is none.
    pub fn retraining_verdict(&self, bundle: &str) -> Answer<RetrainingVerdict> {
        let none = || Fault::new(format!("{bundle} was not retrained here, or its verdict is gone."));
        let folder = kept::place(bundle).ok_or_else(none)?.join(FOLDER);
        let json = fs::read(folder.join(VERDICT)).map_err(|_| none())?;
        let written: Written = serde_json::from_slice(&json).map_err(|_| none())?;
        let picture = |name: &String| {
            let svg = fs::read_to_string(folder.join(name).with_extension("svg")).ok()?;
            Some(Picture { name: name.clone(), svg })
        };
        let Difference { statistic, bin_size, lower, upper, verdict } = written.difference;
        let figure = match statistic {
            nascape_model::metrics::bootstrap::Statistic::Auprc => "AUPRC",
            nascape_model::metrics::bootstrap::Statistic::Pearson => "Pearson's correlation",
        };
        Ok(RetrainingVerdict {
            bundle: written.bundle,
            from: written.from,
            verdict,
            sentence: written.sentence,
            figure: format!("{figure} at {bin_size} bp"),
            learned: written.learned,
            elsewhere: written.elsewhere,
            interval: [lower, upper],
            test: written.comparison.regions,
            pictures: written.comparison.figures.iter().filter_map(picture).collect(),
        })
    }

    fn retraining(&self, request: &RetrainingRequest) -> Answer<retrain::Request> {
        let track = self.track(&request.track)?;
        track.check()?;
        let observed = self.track(&request.observed)?;
        observed.check()?;
        let paths: Vec<&PathBuf> = observed.paths().collect();
        let [path] = paths[..] else {
            return Err(Fault::new(format!(
                "{} is an assay of two strands. Choose the track of the observed mark: its signal, or its peaks.",
                observed.info.name
            )));
        };
        let start = self.bundle(&request.bundle)?.bundle.clone();
        let regions = request.regions.iter().map(|region| region.parse()).collect::<Result<Vec<Region>, _>>()?;
        if regions.is_empty() {
            return Err(Fault::new("Choose a region to learn from."));
        }
        let words: Vec<String> = regions.iter().map(|region| format!("--region {region}")).collect();
        let command =
            format!("nascape retrain --from {} {} --output {}", start.card.name, words.join(" "), request.name);
        let output = kept::free_place(&request.name)?;
        if retrain::left(&place(&request.name)).is_some() {
            return Err(Fault::new(format!(
                "A retraining into {} was stopped and can be gone on with. Choose another name, or discard that one first.",
                request.name
            )));
        }
        Ok(retrain::Request {
            start,
            assay: track.signal()?.source.clone(),
            observed: path.clone(),
            regions,
            test: Vec::new(),
            exclude: None,
            command,
            output,
        })
    }
}
