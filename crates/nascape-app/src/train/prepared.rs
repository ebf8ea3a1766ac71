//! What a training needs before it begins, all of it checked: settings, files, parts.

use std::io;

use candle_core::Device;
use nascape_model::{
    Bundle,
    architecture::Kind,
    bundle::{CARD, TargetKind, Weights},
    predictor::Predictor,
    train::{self, Losses, Part, margin},
};
use nascape_signal::{Region, smooth};

use super::{
    Request, blend,
    earlier::start,
    folds::Folds,
    opened::{Opened, kind},
};
use crate::{Error, Result, error::write_fault, record::create_folder};

/// A training that may begin.
pub(super) struct Prepared<'a> {
    request: &'a Request,
    pub(super) device: Device,
    /// Files and parts.
    pub(super) experiments: Vec<Opened<'a>>,
    /// What each mark is, helpers' too.
    pub(super) kinds: Vec<TargetKind>,
    /// A blend's.
    pub(super) members: Vec<(String, Bundle)>,
    pub(super) learned: train::Recipe,
    /// The weights to start from.
    pub(super) start: Option<&'a Weights>,
    pub(super) folds: Option<Folds>,
    /// Bins that a prediction looks at on either side.
    pub(super) reach: usize,
    /// Bins of reads that are held beside a region.
    margin: usize,
    /// Bases by which they are held.
    step: u32,
}

impl<'a> Prepared<'a> {
    /// # Errors
    /// A sentence for settings and parts that make no sense; those of opening.
    pub(super) fn new(request: &'a Request) -> Result<Self> {
        let recipe = &request.recipe;
        check_settings(request)?;
        let device = request.device.open()?;
        check_output(request)?;
        let mut experiments =
            recipe.experiments.iter().map(|one| Opened::new(recipe, one)).collect::<Result<Vec<_>>>()?;
        if recipe.folds.is_some() {
            experiments.iter_mut().for_each(Opened::learn_from_all);
        }
        let kinds = (0..recipe.learned().len()).map(|at| kind(recipe, &experiments, at)).collect::<Result<Vec<_>>>()?;
        let members = blend::members(recipe)?;
        let learned = learned(request, &kinds, &members, &experiments);
        let folds = recipe.folds.map(|folds| Folds::new(folds, request, &learned, &experiments)).transpose()?;
        let start = request.from.as_ref().map(|bundle| start(bundle, recipe, &learned)).transpose()?;
        blend::check(&members, recipe, &kinds, &learned.losses)?;
        let (reach, margin, step, needs_strands) = match &members[..] {
            [] => {
                if matches!(learned.kind(), Kind::Network(_)) {
                    learned.input.check().map_err(nascape_model::Error::Setting)?;
                }
                let (margin, step) = margin(&learned)?;
                (train::reach(&learned)?, margin, step, learned.input.needs_strands())
            }
            members => {
                let predictors = || members.iter().map(|(_, bundle)| &bundle.predictor);
                // Together they look as far as the furthest and stand on the coarsest grid.
                let reach = predictors().map(Predictor::reach).max().unwrap_or(0);
                let margin = reach + predictors().map(Predictor::grid).product::<usize>();
                (reach, margin, members[0].1.predictor.step(), predictors().any(Predictor::needs_strands))
            }
        };
        for one in &experiments {
            nascape_model::input::accepts(needs_strands, &one.assay, &recipe.targets.join(", "))?;
        }
        Ok(Self { request, device, experiments, kinds, members, learned, start, folds, reach, margin, step })
    }

    /// The train part, the validation part, and the part of each fold: what there is of the latter two.
    ///
    /// # Errors
    /// Those of reading; a part from which nothing can be learned.
    pub(super) fn to_learn_from(&self) -> Result<(Part, Part, Vec<Part>)> {
        let on = self.checked("train", &self.regions(|one| &one.train))?;
        let Some(folds) = &self.folds else {
            return Ok((on, self.checked("validation", &self.regions(|one| &one.validation))?, Vec::new()));
        };
        let left_out = folds.left_out().map(|regions| self.checked("left-out", &regions)).collect::<Result<_>>()?;
        Ok((on, Part::default(), left_out))
    }

    /// The calibration part; that of each fold where there are folds.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn to_calibrate_on(&self) -> Result<Vec<Part>> {
        match &self.folds {
            None => Ok(vec![self.part(|one| &one.calibration)?]),
            Some(folds) => folds.calibration().map(|regions| self.read(&regions)).collect(),
        }
    }

    /// The regions that every experiment has of one kind.
    ///
    /// # Errors
    /// Those of reading.
    pub(super) fn part(&self, of: for<'b> fn(&'b Opened<'_>) -> &'b Vec<Region>) -> Result<Part> {
        self.read(&self.regions(of))
    }

    fn regions(&self, of: for<'b> fn(&'b Opened<'_>) -> &'b Vec<Region>) -> Vec<&Vec<Region>> {
        self.experiments.iter().map(of).collect()
    }

    fn checked(&self, name: &'static str, regions: &[&Vec<Region>]) -> Result<Part> {
        let part = self.read(regions)?;
        part.check_learnable(&self.request.recipe.learned(), name, regions.iter().copied().flatten())?;
        Ok(part)
    }

    /// Reads regions, given by experiment.
    fn read(&self, regions: &[&Vec<Region>]) -> Result<Part> {
        let mut part = Part::default();
        for (one, regions) in self.experiments.iter().zip(regions) {
            part.add(&one.for_training(&self.request.recipe), regions, self.margin, self.step)?;
        }
        Ok(part)
    }
}

fn check_settings(request: &Request) -> Result<()> {
    let recipe = &request.recipe;
    recipe.schedule.check()?;
    recipe.architecture.check()?;
    recipe.target_smoothing.map_or(Ok(()), smooth::check)?;
    match recipe.reads_per_kb.filter(|depth| !(depth.is_finite() && *depth > 0.0)) {
        Some(depth) => {
            let text = format!("reads_per_kb is {depth}; it must be a positive number.");
            Err(nascape_model::Error::Setting(text).into())
        }
        None => Ok(()),
    }
}

/// A folder that cannot be written is told now, not after the last epoch.
fn check_output(request: &Request) -> Result<()> {
    let output = &request.output;
    let taken = output.read_dir().is_ok_and(|mut entries| entries.next().is_some());
    if taken && !output.join(CARD).exists() {
        return Err(Error::FolderTaken { path: output.clone() });
    }
    if output.exists() && !output.is_dir() {
        return Err(write_fault(output)(io::ErrorKind::NotADirectory.into()));
    }
    if let Some(parent) = output.parent().filter(|parent| !parent.as_os_str().is_empty()) {
        create_folder(parent)?;
        tempfile::tempfile_in(parent).map_err(write_fault(output))?;
    }
    Ok(())
}

/// The recipe with everything said that it leaves to what is usual.
fn learned(
    request: &Request,
    kinds: &[TargetKind],
    members: &[(String, Bundle)],
    experiments: &[Opened<'_>],
) -> train::Recipe {
    let recipe = &request.recipe;
    let loss = |(at, kind): (usize, &TargetKind)| {
        let usual = || recipe.architecture.usual_loss(*kind == TargetKind::Presence);
        recipe.loss.or_else(|| blend::usual_loss(members, at)).unwrap_or_else(usual)
    };
    train::Recipe {
        architecture: recipe.architecture.clone(),
        input: recipe.input.clone().unwrap_or_else(|| recipe.architecture.usual_input()),
        losses: Losses(kinds.iter().enumerate().map(loss).collect()),
        // Weights that are gone on from know inputs of their own depth.
        reads_per_kb: recipe
            .reads_per_kb
            .or(request.from.as_ref().map(|bundle| bundle.card.reads_per_kb))
            .unwrap_or(experiments[0].reads_per_kb),
        both_directions: recipe.both_directions.unwrap_or(recipe.architecture.usually_both_directions()),
        schedule: recipe.schedule.clone(),
    }
}
