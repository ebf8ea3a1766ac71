//! The pictures of a comparison: precision and recall of every line, and every bundle at the same loci.

use std::{num::NonZeroUsize, path::Path};

use nascape_model::metrics::{Complete, Ranking};
use nascape_signal::{BIN, Observed, Region};

use super::{
    entry::{Bins, Entry},
    held_out::HeldOut,
    report::Comparison,
};
use crate::{
    Result,
    figure::{self, Hue, MarkPanel, PrecisionRecall, Profile, Profiles, Series, Track},
    locus::{ObservedRun, assay_panel, most_marked},
};

/// Draws and saves everything into `folder`; the comparison is told the loci and the figures' names.
///
/// # Errors
/// Those of drawing and of reading the assay.
pub(super) fn draw(
    held_out: &HeldOut<'_>,
    observed: &Observed,
    entries: &[Entry],
    comparison: &mut Comparison,
    folder: &Path,
) -> Result<()> {
    if comparison.positives.is_some() {
        let series = hues(entries).map(|(entry, hue)| series(entry, hue, held_out)).collect::<Result<_>>()?;
        let base_rate = comparison.positives.map(|positives| positives as f64 / comparison.bins as f64);
        let figure = PrecisionRecall { title: format!("{}, 50 bp bins", comparison.mark), series, base_rate };
        figure::save(&figure, folder, "precision-recall")?;
        comparison.figures.push("precision-recall".to_owned());
    }
    let runs = held_out.stretches().iter().zip(&held_out.observed).map(|(stretch, values)| ObservedRun {
        chromosome: &stretch.chromosome.name,
        first_bin: stretch.bins.start,
        values,
    });
    let loci = most_marked(runs);
    let profiles = loci.iter().map(|locus| profile(held_out, observed, entries, locus)).collect::<Result<_>>()?;
    figure::save(&Profiles(profiles), folder, "profiles")?;
    comparison.figures.push("profiles".to_owned());
    comparison.loci = loci.iter().map(ToString::to_string).collect();
    Ok(())
}

/// The entries with their colours: bundles one after the other, baselines in greys.
fn hues(entries: &[Entry]) -> impl Iterator<Item = (&Entry, Hue)> {
    let (mut bundles, mut baselines) = (0.., 0..);
    entries.iter().map(move |entry| match entry.bundle {
        Some(_) => (entry, Hue::OfBundle(bundles.next().expect("numbers do not end"))),
        None => (entry, Hue::OfBaseline(baselines.next().expect("numbers do not end"))),
    })
}

fn series(entry: &Entry, hue: Hue, held_out: &HeldOut<'_>) -> Result<Series> {
    let Bins { observed, imputed, marked } = entry.bins(held_out, NonZeroUsize::MIN);
    let assessed = Complete::new(&observed, &imputed, Some(&marked))?;
    let ranking = Ranking::new(assessed.positive.as_deref().unwrap_or_default(), &assessed.imputed);
    let points = ranking.precision_recall_curve().iter().map(|point| (point.recall, point.precision)).collect();
    Ok(Series { name: entry.name.clone(), hue, points, auprc: ranking.auprc() })
}

/// The reads, and every bundle with what was observed, over one locus; all bundles on one scale.
fn profile(held_out: &HeldOut<'_>, observed: &Observed, entries: &[Entry], locus: &Region) -> Result<Profile> {
    let bins = locus.bins(BIN);
    let at = held_out.stretches().iter().position(|stretch| {
        stretch.chromosome.name == locus.chromosome && stretch.bins.start <= bins.start && bins.end <= stretch.bins.end
    });
    let at = at.expect("loci are chosen from the stretches");
    let first = held_out.stretches()[at].bins.start;
    let piece = |track: &[f32]| Track {
        start: bins.start as u64 * u64::from(BIN),
        bin_size: BIN,
        values: track[bins.start - first..bins.end - first].to_vec(),
    };
    let seen = piece(&held_out.observed[at]);
    let imputed: Vec<(&Entry, Hue, Track)> = hues(entries)
        .filter(|(entry, _)| entry.bundle.is_some())
        .map(|(entry, hue)| (entry, hue, piece(&entry.plain[at])))
        .collect();
    let all = imputed.iter().map(|(.., track)| track).chain([&seen]).flat_map(|track| &track.values);
    let highest = all.copied().filter(|value| value.is_finite()).fold(0.0, f32::max);
    let mark = |(entry, hue, track): (&Entry, Hue, Track)| MarkPanel {
        title: entry.name.clone(),
        hue,
        unit: if held_out.presence { "score".to_owned() } else { "signal".to_owned() },
        reach: if held_out.presence { 1.0 } else { highest },
        imputed: track,
        observed: match observed {
            Observed::Peaks(peaks) => figure::Observed::Peaks(peaks.within(locus)),
            Observed::Signal(_) => figure::Observed::Signal(seen.clone()),
        },
    };
    Ok(Profile {
        chromosome: locus.chromosome.clone(),
        region: locus.start.into()..locus.end.into(),
        assay: Some(assay_panel(held_out.assay, locus)?),
        marks: imputed.into_iter().map(mark).collect(),
    })
}
