//! `nascape peaks`: an imputed track becomes peaks.

mod origin;

use std::path::PathBuf;

use nascape_model::{
    Bundle,
    peaks::{Caller, Peak, Rate, Rule, rate_at, threshold_for},
};
use nascape_signal::{
    BIN, Progress, Region, Signal, SignalOptions, Summary,
    bed::{BedWriter, NarrowPeak},
    format::{Format, sniff},
};
use serde::{Deserialize, Serialize};

use crate::{
    Error, Result,
    record::{self, Made, Recorded, Watch},
    stretch::{Stretch, region_strings, stretches, total_bins},
};

/// What to call.
#[derive(Clone, Serialize, Deserialize)]
pub struct Request {
    /// The imputed track, a bigWig.
    pub imputed: PathBuf,
    /// Where a bin is above.
    pub cut: Cut,
    /// The bundle that imputed the track; nothing for the one that `run.json` beside it names.
    #[serde(skip)]
    pub bundle: Option<Bundle>,
    /// Gaps of at most this many bp are bridged.
    pub merge: u32,
    /// Peaks narrower than this many bp are dropped.
    pub min_width: u32,
    /// Nothing for the whole track.
    pub regions: Vec<Region>,
    /// The narrowPeak file.
    pub output: PathBuf,
}

/// Where a bin is above.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// From the lowest threshold on that has this false discovery rate on the bundle's card.
    FalseDiscoveryRate(f64),
    /// From this value on.
    Threshold(f32),
}

/// What was called.
#[derive(Clone, Debug, Serialize)]
pub struct Called {
    /// The file.
    pub output: PathBuf,
    /// Bins of at least this value are in a peak.
    pub threshold: f32,
    /// The false discovery rate of those bins, where the bundle says it.
    pub false_discovery_rate: Option<f64>,
    /// The bundle whose card says so.
    pub bundle: Option<String>,
    /// Peaks.
    pub peaks: usize,
    /// Bases in peaks.
    pub bases: u64,
    /// The highest value of the track.
    pub highest: f32,
    /// The regions looked at.
    pub regions: Vec<String>,
}

impl Recorded for Request {
    const VERB: &'static str = "peaks";
    const FILLS_A_FOLDER: bool = false;

    fn files(&mut self) -> Vec<(String, &mut PathBuf)> {
        vec![("imputed".to_owned(), &mut self.imputed)]
    }

    fn bundles(&self) -> Vec<&Bundle> {
        self.bundle.iter().collect()
    }

    fn use_bundles(&mut self, bundles: Vec<Bundle>) {
        self.bundle = bundles.into_iter().next();
    }

    fn output(&mut self) -> &mut PathBuf {
        &mut self.output
    }

    fn run_again(&self, progress: &dyn Progress) -> Result<()> {
        run(self, progress).map(drop)
    }
}

/// Calls peaks on an imputed track: bins from the threshold on, short gaps bridged, narrow runs dropped. Written are the peaks as
/// narrowPeak, sorted by chromosome name and start: signalValue is the summit's imputed value, score that value of 1,000 (of the
/// highest summit where one exceeds 1), pValue -1, qValue -log10 of the false discovery rate at the summit, or -1 where no bundle
/// says it.
///
/// # Errors
/// Those of reading and writing; [`Error::FalseDiscoveryRate`] and [`Error::Threshold`]; where the rate is asked for, those of
/// finding the bundle, [`Error::NoCalibration`] and [`Error::RateOutOfReach`]; [`Error::NotABigWig`]; [`Error::NothingToCall`];
/// cancellation. No file is left then.
pub fn run(request: &Request, progress: &dyn Progress) -> Result<Called> {
    let bundle = match request.cut {
        Cut::FalseDiscoveryRate(rate) if !(rate > 0.0 && rate < 1.0) => return Err(Error::FalseDiscoveryRate(rate)),
        Cut::Threshold(threshold) if !threshold.is_finite() => return Err(Error::Threshold(threshold)),
        // A threshold needs no bundle; one that is given must be the right one.
        Cut::Threshold(_) if request.bundle.is_none() => None,
        _ => Some(origin::bundle_of(&request.imputed, request.bundle.as_ref())?),
    };
    let name = bundle.as_ref().map(|(bundle, _)| bundle.card.name.as_str());
    let rates = bundle.as_ref().and_then(|(bundle, target)| {
        let calibration = bundle.card.targets[*target].calibration.as_ref()?;
        (!calibration.rates.is_empty()).then_some(calibration.rates.as_slice())
    });
    let watch = Watch::begin(request);
    let called = call(request, name, rates, &watch, progress).map_err(|fault| watch.explain(fault))?;
    let made = Made {
        regions: called.regions.clone(),
        outputs: vec![("peaks", request.output.clone())],
        ..Made::default()
    };
    // The bundle that was found is the one to ask the next time.
    record::write(&Request { bundle: bundle.map(|(bundle, _)| bundle), ..request.clone() }, made)?;
    Ok(called)
}

/// As [`run`], with the rates of the bundle named `bundle`.
fn call(
    request: &Request,
    bundle: Option<&str>,
    rates: Option<&[Rate]>,
    watch: &Watch,
    progress: &dyn Progress,
) -> Result<Called> {
    let threshold = threshold(request.cut, bundle.unwrap_or_default(), rates)?;
    let signal = open(request)?;
    let stretches = stretches(&signal, &request.regions, BIN)?;
    // Begun before the work, so that a folder that is not there is told at once.
    let mut writer = BedWriter::create(&request.output)?;
    let rule = Rule { threshold, merge: request.merge, min_width: request.min_width };
    let found = find(&signal, &stretches, rule, progress)?;
    let regions = region_strings(&stretches);
    if found.highest == f32::NEG_INFINITY {
        return Err(Error::NothingToCall { path: request.imputed.clone(), regions: listed(&regions) });
    }
    let stem = request.imputed.file_stem().unwrap_or_default().to_string_lossy().replace(char::is_whitespace, "_");
    let top = found.peaks.iter().map(|(_, peak)| peak.value).fold(1.0, f32::max);
    for (number, (chromosome, peak)) in found.peaks.iter().enumerate() {
        writer.write(&NarrowPeak {
            chromosome: chromosome.to_string(),
            start: peak.start,
            end: peak.end,
            name: format!("{stem}_peak_{}", number + 1),
            score: (1_000.0 * peak.value / top) as u16,
            signal_value: peak.value,
            p_value: None,
            q_value: rates.map(|rates| minus_log10(rate_at(rates, peak.value))),
            peak: peak.summit - peak.start,
        })?;
    }
    watch.check()?;
    writer.finish()?;
    Ok(Called {
        output: request.output.clone(),
        threshold,
        false_discovery_rate: rates.map(|rates| rate_at(rates, threshold)),
        bundle: bundle.map(str::to_owned),
        peaks: found.peaks.len(),
        bases: found.peaks.iter().map(|(_, peak)| u64::from(peak.end - peak.start)).sum(),
        highest: found.highest,
        regions,
    })
}

fn threshold(cut: Cut, bundle: &str, rates: Option<&[Rate]>) -> Result<f32> {
    let asked = match cut {
        Cut::Threshold(threshold) => return Ok(threshold),
        Cut::FalseDiscoveryRate(asked) => asked,
    };
    let bundle = || bundle.to_owned();
    let Some((rates, cleanest)) = rates.and_then(|rates| Some((rates, rates.last()?))) else {
        return Err(Error::NoCalibration { bundle: bundle() });
    };
    match threshold_for(rates, asked) {
        Some(row) => Ok(row.threshold),
        None => Err(Error::RateOutOfReach { bundle: bundle(), asked, lowest: cleanest.false_discovery_rate }),
    }
}

fn open(request: &Request) -> Result<Signal> {
    let path = &request.imputed;
    let found = match sniff(path)? {
        Format::BigWig => return Ok(Signal::open(path, &SignalOptions::default())?),
        Format::BedGraph => "bedGraph",
        Format::Bam => "BAM",
    };
    Err(Error::NotABigWig { path: path.clone(), found })
}

/// The peaks of all stretches, held until their highest is known: some 50 bytes each.
struct Found<'a> {
    peaks: Vec<(&'a str, Peak)>,
    highest: f32,
}

fn find<'a>(signal: &Signal, stretches: &'a [Stretch], rule: Rule, progress: &dyn Progress) -> Result<Found<'a>> {
    let total = total_bins(stretches);
    let mut found = Found { peaks: Vec::new(), highest: f32::NEG_INFINITY };
    let mut done = 0;
    for stretch in stretches {
        let name = stretch.chromosome.name.as_str();
        let mut caller = Caller::new(rule, stretch.chromosome.length);
        for bins in stretch.chunks() {
            progress.check()?;
            progress.advance(done, total);
            done += bins.len() as u64;
            let values = signal.bins(&stretch.region(&bins, BIN), BIN, Summary::Mean)?;
            found.highest = values.iter().copied().fold(found.highest, f32::max);
            caller.add(bins.start, &values, |peak| found.peaks.push((name, peak)));
        }
        found.peaks.extend(caller.finish().map(|peak| (name, peak)));
    }
    progress.advance(total, total);
    Ok(found)
}

/// A rate of 0 was measured on finitely many bins: it is written as one in 10^10.
fn minus_log10(rate: f64) -> f64 {
    // Adding 0 turns the -0 of a rate of 1 into 0.
    -rate.max(1e-10).log10() + 0.0
}

fn listed(regions: &[String]) -> String {
    if regions.is_empty() { "any chromosome".to_owned() } else { regions.join(", ") }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use nascape_signal::{Interval, assembly::Chromosome, bigwig::BigWigWriter, progress::Unwatched};

    use super::*;

    const RATES: [Rate; 3] = [
        Rate { threshold: 0.2, false_discovery_rate: 0.5, recall: 1.0 },
        Rate { threshold: 0.5, false_discovery_rate: 0.1, recall: 0.6 },
        Rate { threshold: 0.9, false_discovery_rate: 0.0, recall: 0.1 },
    ];

    /// A track of 30 kb and what is called on it at a false discovery rate.
    fn called(rate: f64) -> (Result<Called>, String) {
        let folder = tempfile::tempdir().unwrap();
        let imputed = folder.path().join("my mark.bw");
        let chromosome = Chromosome { name: "chr1".to_owned(), length: 30_000 };
        let mut writer = BigWigWriter::create(&imputed, &[chromosome]).unwrap();
        let item = |start, end, value| Interval { start, end, value };
        let items = [item(0, 1_000, 0.1), item(1_000, 1_200, 0.6), item(1_200, 1_250, 0.95), item(5_000, 5_100, 0.3)];
        writer.write(&"chr1".into(), items.to_vec()).unwrap();
        writer.finish().unwrap();
        let output = folder.path().join("peaks.narrowPeak");
        let cut = Cut::FalseDiscoveryRate(rate);
        let request =
            Request { imputed, cut, bundle: None, merge: 200, min_width: 100, regions: vec![], output: output.clone() };
        let watch = Watch::begin(&request);
        let outcome = call(&request, Some("my-bundle"), Some(&RATES), &watch, &Unwatched);
        (outcome, fs::read_to_string(output).unwrap_or_default())
    }

    #[test]
    fn the_lowest_threshold_of_a_rate_is_taken() {
        let (outcome, lines) = called(0.1);
        let told = outcome.unwrap();
        assert_eq!((told.threshold, told.false_discovery_rate, told.peaks), (0.5, Some(0.1), 1));
        assert_eq!(lines, "chr1\t1000\t1250\tmy_mark_peak_1\t950\t.\t0.95\t-1\t10.00000\t225\n");
        let (outcome, lines) = called(0.7);
        assert_eq!(outcome.unwrap().bases, 350);
        assert!(lines.ends_with("chr1\t5000\t5100\tmy_mark_peak_2\t300\t.\t0.3\t-1\t0.30103\t25\n"), "{lines}");
    }

    #[test]
    fn a_rate_that_no_threshold_has_names_the_lowest() {
        let dirty = &RATES[..2];
        let fault = threshold(Cut::FalseDiscoveryRate(0.01), "my-bundle", Some(dirty)).unwrap_err();
        assert!(fault.to_string().contains("its lowest is 0.100"), "{fault}");
        let unknown = threshold(Cut::FalseDiscoveryRate(0.01), "my-bundle", Some(&[])).unwrap_err();
        assert!(matches!(unknown, Error::NoCalibration { .. }));
    }
}
