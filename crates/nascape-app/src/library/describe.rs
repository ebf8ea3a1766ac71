//! A card, for people.

use nascape_model::bundle::{Card, TargetKind};

use crate::train::headline;

/// A card as text: what the bundle imputes, how good it is, and what it was trained on.
pub fn describe(card: &Card) -> String {
    let training = &card.training;
    let schedule = training.schedule.as_ref().map_or_else(String::new, |schedule| {
        format!("epoch {} of {}, seed {}", training.best_epoch, training.epochs.len(), schedule.seed)
    });
    let mut text = format!(
        "{name}: {architecture} for {target}, {parameters} parameters, {schedule}\n\
         window       {window} bins of {bin} bp\n\
         command      {command}\n\
         licence      {licence}\n",
        name = card.name,
        architecture = card.architecture.name(),
        target = card.target_names(),
        parameters = card.parameters,
        window = card.window_bins,
        bin = card.bin_size,
        command = training.command,
        licence = card.licence,
    );
    if let Some(folds) = training.folds {
        text += &format!(
            "folds        {folds}: validation and intervals are of what was imputed on each after learning from the others\n"
        );
    }
    if let Some(longest) = training.longest_peak {
        text += &format!(
            "peaks        longer ones are cut to {longest} bp about their summits or middles, to learn from and to measure by\n"
        );
    }
    for target in &card.targets {
        let kind = match target.kind {
            TargetKind::Presence => "a score between 0 and 1 for 'the bin is in a peak'; not fold change",
            TargetKind::Signal => "the observed track's own quantity",
        };
        let test = target.test.as_ref().map_or_else(|| "not measured".to_owned(), |test| headline(target.kind, test));
        text += &format!(
            "{}\n  value      {kind}\n  validation {}\n  test       {test}\n",
            target.name,
            headline(target.kind, &target.validation)
        );
        if let Some(coverage) = target.calibration.as_ref().and_then(|calibration| calibration.test_coverage) {
            text += &format!(
                "  intervals  hold {:.1} % of the test part's bins, {:.1} % of the highest 5 %\n",
                100.0 * coverage.all,
                100.0 * coverage.top
            );
        }
    }
    for experiment in &training.experiments {
        text += &format!("{} ({})\n", experiment.name, experiment.assembly.as_deref().unwrap_or("assembly not known"));
        for (part, regions) in [
            ("train", &experiment.train),
            ("validation", &experiment.validation),
            ("calibration", &experiment.calibration),
            ("test", &experiment.test),
        ] {
            if !regions.is_empty() {
                text += &format!("  {part:<11} {}\n", regions.join(", "));
            }
        }
        for file in &experiment.files {
            text += &format!("  {:<11} {}  SHA-256 {}\n", file.role, file.name, file.sha256);
        }
    }
    for file in &card.weights {
        text += &format!("weights      {}  SHA-256 {}\n", file.file, file.sha256);
    }
    text.trim_end().to_owned()
}
