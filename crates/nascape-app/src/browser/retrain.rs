//! Retraining on regions of the screen, as a job; the verdict lies in the bundle.

use std::{fs, path::PathBuf, sync::Arc};

use nascape_signal::Region;
use serde::Deserialize;

use super::{
    Browser,
    fault::Answer,
    wire::{Event, Fault, Job, Picture, RetrainingPlan, RetrainingRequest, RetrainingVerdict},
};
use crate::{
    compare,
    library::kept,
    retrain::{self, FOLDER, VERDICT},
    train::Told,
};

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

    /// Puts a retraining behind the other jobs. The bundle that comes of it is kept among the user's.
    ///
    /// # Errors
    /// Those of [`Browser::plan_retraining`], so that what cannot work is told before it waits; a name that is taken.
    pub fn start_retraining(&self, request: &RetrainingRequest) -> Answer<Job> {
        let retraining = self.retraining(request)?;
        retrain::parts(&retraining)?;
        let track = self.track(&request.track)?;
        let listeners = Arc::clone(&self.listeners);
        let (from, name) = (retraining.start.card.name.clone(), request.name.clone());
        let title = format!("Retrain {from} into {name}");
        Ok(self.jobs.add(
            title,
            Some(name.clone()),
            Box::new(move |progress| {
                let mut stage = 0;
                let mut last = 0;
                let verdict = retrain::run(&retraining, progress, |told| {
                    let Told::Epoch(epoch) = told else { return };
                    // Epochs that begin anew are of the next training.
                    stage += u32::from(epoch.epoch <= last);
                    last = epoch.epoch;
                    listeners.tell(&Event::Epoch {
                        bundle: name.clone(),
                        stage,
                        epoch: epoch.epoch as u32,
                        train_loss: epoch.train_loss,
                        validation_loss: epoch.validation_loss,
                    });
                })?;
                track.check()?;
                Ok((verdict.sentence, vec![retraining.output.to_string_lossy().into_owned()]))
            }),
        ))
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
        Ok(retrain::Request {
            start,
            assay: track.signal()?.source.clone(),
            observed: path.clone(),
            regions,
            test: Vec::new(),
            exclude: None,
            command,
            output: kept::free_place(&request.name)?,
        })
    }
}
