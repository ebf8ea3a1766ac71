//! An experiment with its files open, and what can be said of it before training.

use nascape_model::{
    bundle::{ExperimentUsed, SourceFile, TargetKind},
    train::{self, TargetBins, check_parts},
};
use nascape_signal::{Assay, BIN, Exclusion, Observed, Region, assembly::Recognition, region::with_commas};

use super::folds::merged;
use crate::{
    Error, Result,
    recipe::{Experiment, Recipe},
    record::source_file,
};

/// An experiment of a recipe with its files open and its regions in the assay's names.
pub(super) struct Opened<'a> {
    pub(super) experiment: &'a Experiment,
    pub(super) assay: Assay,
    pub(super) reads_per_kb: f64,
    pub(super) observed: Vec<Option<Observed>>,
    pub(super) exclusion: Exclusion,
    pub(super) train: Vec<Region>,
    pub(super) validation: Vec<Region>,
    pub(super) calibration: Vec<Region>,
    pub(super) test: Vec<Region>,
}

impl<'a> Opened<'a> {
    pub(super) fn new(recipe: &Recipe, experiment: &'a Experiment) -> Result<Self> {
        let source = &experiment.assay;
        let assay = source.open()?;
        let open = |mark: &String| {
            let observed = experiment.observed.get(mark).map(|path| {
                let mut observed = Observed::open(path, recipe.peak_value, &source.options)?;
                observed.same_assembly_as(assay.first())?;
                if let Some(longest) = recipe.longest_peak {
                    observed.cut_peaks(longest);
                }
                Ok::<_, Error>(observed)
            });
            observed.transpose()
        };
        let observed = recipe.learned().iter().map(open).collect::<Result<Vec<_>>>()?;
        let exclusion = experiment.exclude.as_deref().map(Exclusion::open).transpose()?.unwrap_or_default();
        let resolved = |regions: &[Region]| {
            regions.iter().map(|region| assay.resolve(region)).collect::<nascape_signal::Result<Vec<_>>>()
        };
        let [train, validation, calibration, test] =
            [&experiment.train, &experiment.validation, &experiment.calibration, &experiment.test]
                .map(|regions| resolved(regions));
        let (train, validation, calibration, test) = (train?, validation?, calibration?, test?);
        // The validation part may serve as the calibration part, where that is said.
        let own = if calibration == validation { &[][..] } else { &calibration };
        check_parts(&[("train", &train), ("validation", &validation), ("calibration", own), ("test", &test)])?;
        let reads_per_kb = assay.reads_per_kb()?;
        Ok(Self { experiment, assay, reads_per_kb, observed, exclusion, train, validation, calibration, test })
    }

    /// Makes all parts but the test part one train part. The calibration part is a place in it then.
    pub(super) fn learn_from_all(&mut self) {
        let parts = [&self.train, &std::mem::take(&mut self.validation), &self.calibration];
        self.train = merged(parts.into_iter().flatten().cloned().collect());
    }

    pub(super) fn for_training(&self, recipe: &Recipe) -> train::Experiment<'_> {
        train::Experiment {
            assay: &self.assay,
            reads_per_kb: self.reads_per_kb,
            observed: &self.observed,
            target: TargetBins {
                summary: recipe.target_summary,
                transform: recipe.target_transform,
                smoothing: recipe.target_smoothing,
            },
            exclusion: &self.exclusion,
        }
    }

    pub(super) fn used(&self) -> Result<ExperimentUsed> {
        let strings = |regions: &[Region]| regions.iter().map(ToString::to_string).collect();
        let mut files = self.experiment.assay.named_files();
        files.extend(self.experiment.observed.iter().map(|(mark, path)| (mark.as_str(), path.as_path())));
        files.extend(self.experiment.exclude.as_deref().map(|path| ("exclude", path)));
        Ok(ExperimentUsed {
            name: self.experiment.name.clone(),
            assembly: match self.assay.first().assembly() {
                Recognition::Known(name) => Some(name.clone()),
                _ => None,
            },
            reads_per_kb: self.reads_per_kb,
            files: files
                .into_iter()
                .map(|(role, path)| source_file(role, path))
                .collect::<Result<Vec<SourceFile>>>()?,
            train: strings(&self.train),
            validation: strings(&self.validation),
            calibration: strings(&self.calibration),
            test: strings(&self.test),
        })
    }
}

/// Presence or absence is a logistic question, a quantity is not: what the target at this place is in every experiment that has it.
///
/// # Errors
/// A sentence, when it is peaks in one experiment and a signal in another.
pub(super) fn kind(recipe: &Recipe, experiments: &[Opened<'_>], at: usize) -> Result<TargetKind> {
    let mut observed = experiments.iter().filter_map(|one| Some((one, one.observed[at].as_ref()?.is_presence())));
    let (first, presence) = observed.next().expect("a recipe's marks are each observed somewhere");
    match observed.find(|(_, other)| *other != presence) {
        Some((other, _)) => Err(nascape_model::Error::Setting(format!(
            "{} is present or absent in one of the experiments '{}' and '{}', and a quantity in the other. Give peaks for both, or \
             signals for both.",
            recipe.targets[at], first.experiment.name, other.experiment.name
        ))
        .into()),
        None if presence => Ok(TargetKind::Presence),
        None => Ok(TargetKind::Signal),
    }
}

/// A sentence, where a test region lies so close to a train region that a prediction there looks at reads beside which it was trained.
pub(super) fn too_near(one: &Opened<'_>, reach: usize, smoothing: Option<f64>) -> Option<String> {
    let bases = |bins: usize| bins as u64 * u64::from(BIN);
    let (window, smoothing) = (bases(reach), bases(smoothing.map_or(0, |sigma| (4.0 * sigma).ceil() as usize)));
    let pairs = one.test.iter().flat_map(|test| one.train.iter().map(move |train| (test, train)));
    let here = pairs.filter(|(test, train)| test.chromosome == train.chromosome);
    let gaps = here.map(|(test, train)| (test.start.max(train.start) - test.end.min(train.end), test, train));
    let (gap, test, train) = gaps.min_by_key(|(gap, ..)| *gap)?;
    (u64::from(gap) < window + smoothing).then(|| {
        format!(
            "{}: the test region {test} lies {} bp from the train region {train}, and a prediction looks {} bp far ({} bp of reads, \
             {} bp of the target's smoothing). Leave that much between them, or the test part flatters the bundle.",
            one.experiment.name,
            with_commas(gap.into()),
            with_commas(window + smoothing),
            with_commas(window),
            with_commas(smoothing),
        )
    })
}
