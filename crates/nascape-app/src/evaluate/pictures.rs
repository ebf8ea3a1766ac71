//! The pictures of a comparison: loci, scores, precision and recall.

use nascape_model::metrics::{Ranking, pearson};
use nascape_signal::{Assay, BIN, Observed, Region};

use super::{Request, tracks::Compared};
use crate::{
    AssaySource, Result,
    figure::{self, Axis, Hue, MarkPanel, PrecisionRecall, Profile, Scatter, ScoreHistogram, Series, Track},
    locus::{ObservedRun, assay_panel, most_marked},
};

/// Draws and saves everything; gives the figures' names.
pub(super) fn draw(request: &Request, target: &str, compared: &[Compared], observed: &Observed) -> Result<Vec<String>> {
    let mut figures = Vec::new();
    let mut save = |stem: String, saved: std::result::Result<figure::Saved, figure::Error>| -> Result<()> {
        saved?;
        figures.push(stem);
        Ok(())
    };
    let assay = request.assay.as_ref().map(AssaySource::open).transpose()?;
    let runs = compared.iter().map(|stretch| ObservedRun {
        chromosome: &stretch.chromosome,
        first_bin: stretch.first_bin,
        values: &stretch.observed,
    });
    let loci = if request.loci.is_empty() { most_marked(runs) } else { request.loci.clone() };
    for locus in &loci {
        let Some(profile) = profile(target, compared, observed, assay.as_ref(), locus)? else { continue };
        let stem = format!("profile.{}", locus.to_string().replace([':', ','], "_").replace("__", "_"));
        save(stem.clone(), figure::save(&profile, &request.output, &stem))?;
    }
    let (mut seen, mut made, mut marked) = (Vec::new(), Vec::new(), Vec::new());
    for stretch in compared {
        let complete =
            (0..stretch.observed.len()).filter(|&i| !stretch.observed[i].is_nan() && !stretch.imputed[i].is_nan());
        for i in complete {
            seen.push(stretch.observed[i]);
            made.push(stretch.imputed[i]);
            marked.extend(stretch.marked.get(i));
        }
    }
    let unit = |text: &str| text.to_owned();
    if observed.is_presence() {
        let histogram = ScoreHistogram {
            target: unit(target),
            unit: unit("score"),
            scores: &made,
            in_peak: &marked,
            threshold: request.threshold,
        };
        save(unit("scores"), figure::save(&histogram, &request.output, "scores"))?;
    } else {
        let scatter = Scatter {
            target: unit(target),
            unit: unit("signal"),
            imputed: &made,
            observed: &seen,
            pearson: pearson(&seen, &made),
            axis: Axis::Log1p,
        };
        save(unit("scatter"), figure::save(&scatter, &request.output, "scatter"))?;
    }
    if marked.iter().any(|&marked| marked) {
        let ranking = Ranking::new(&marked, &made);
        let points = ranking.precision_recall_curve().iter().map(|point| (point.recall, point.precision)).collect();
        let curve = PrecisionRecall {
            title: format!("{target}, 50 bp bins"),
            series: vec![Series { name: unit(target), hue: Hue::OfMark, points, auprc: ranking.auprc() }],
            base_rate: Some(ranking.positives() as f64 / marked.len() as f64),
        };
        save(unit("precision_recall"), figure::save(&curve, &request.output, "precision_recall"))?;
    }
    Ok(figures)
}

fn profile(
    target: &str,
    compared: &[Compared],
    observed: &Observed,
    assay: Option<&Assay>,
    locus: &Region,
) -> Result<Option<Profile>> {
    let Some(stretch) = compared.iter().find(|stretch| stretch.holds(locus)) else { return Ok(None) };
    let region = Region { chromosome: stretch.chromosome.clone(), ..locus.clone() };
    let bins = region.bins(BIN);
    let track = |values: Vec<f32>| Track { start: bins.start as u64 * u64::from(BIN), bin_size: BIN, values };
    let piece = |whole: &[f32]| track(whole[bins.start - stretch.first_bin..bins.end - stretch.first_bin].to_vec());
    let mark = MarkPanel {
        title: target.to_owned(),
        hue: Hue::OfMark,
        unit: if observed.is_presence() { "score".to_owned() } else { "signal".to_owned() },
        reach: if observed.is_presence() { 1.0 } else { 0.0 },
        imputed: piece(&stretch.imputed),
        observed: match observed {
            Observed::Peaks(peaks) => figure::Observed::Peaks(peaks.within(&region)),
            Observed::Signal(_) => figure::Observed::Signal(piece(&stretch.observed)),
        },
    };
    Ok(Some(Profile {
        chromosome: region.chromosome.clone(),
        region: region.start.into()..region.end.into(),
        assay: assay.map(|assay| assay_panel(assay, &region)).transpose()?,
        marks: vec![mark],
    }))
}
