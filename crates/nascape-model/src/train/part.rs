//! The train, validation and test parts: regions with their inputs and targets in memory.

use nascape_signal::{Assay, BIN, Exclusion, Observed, Region, Summary, smooth};

use crate::{
    Error, Result,
    cnn::{LEFT, RIGHT},
    input::{Channels, Input},
};

/// Where inputs and targets come from.
pub struct Data<'a> {
    /// The assay.
    pub assay: &'a Assay,
    /// Its depth.
    pub reads_per_kb: f64,
    /// The observed mark.
    pub observed: &'a Observed,
    /// How a signal's bases become a bin.
    pub target_summary: Summary,
    /// Width of the Gaussian that smooths the target, in bins; `None` for none.
    pub smoothing: Option<f64>,
    /// What takes no part.
    pub exclusion: &'a Exclusion,
}

/// One region of a part.
pub struct Stretch {
    /// A row a channel, from `margin + LEFT` bins before the region to `margin + LEFT` bins after it.
    rows: Vec<Vec<f32>>,
    /// A number a bin of the region; NaN where nothing was assessed.
    target: Vec<f32>,
    /// Bins beyond the region for which input is held, so that a tile may reach over its ends.
    margin: usize,
}

/// The regions of a part in memory: 4 bytes a bin for the target and for each channel.
pub struct Part {
    stretches: Vec<Stretch>,
}

impl Part {
    /// Reads inputs and targets of `regions` (in the assay's names, cut at chromosome ends), with a margin of `margin` bins.
    ///
    /// # Errors
    /// Those of reading the files; [`Error::NothingToLearn`] when the target is the same in every bin or none is assessed.
    pub fn read(
        data: &Data<'_>,
        input: &Input,
        regions: &[Region],
        margin: usize,
        name: &'static str,
        target: &str,
    ) -> Result<Self> {
        let channels = Channels::new(data.assay, input, data.reads_per_kb);
        let mut stretches = Vec::new();
        for region in regions {
            let length = data.assay.resolve(&Region::new(&region.chromosome, 0, Region::TO_THE_END))?.end;
            let bins = region.bins(BIN);
            let rows = channels.with_halo(&region.chromosome, length, bins, LEFT + margin, LEFT + margin)?;
            stretches.push(Stretch { rows, target: observed_bins(data, region)?, margin });
        }
        let assessed = || stretches.iter().flat_map(|stretch| &stretch.target).filter(|value| !value.is_nan());
        let nothing = |detail| {
            let regions = regions.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            Error::NothingToLearn { target: target.to_owned(), part: name, regions, detail }
        };
        let Some(first) = assessed().next() else {
            return Err(nothing("every bin is excluded or missing. Choose other regions, or a smaller --exclude."));
        };
        if assessed().all(|value| value == first) {
            return Err(nothing(
                "every bin has the same value. Choose regions that hold both marked and unmarked bins.",
            ));
        }
        Ok(Self { stretches })
    }

    /// The regions, in order.
    pub fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }
}

/// The target over a region: observed bins, smoothed over the whole chromosome's neighbourhood, excluded bins missing.
fn observed_bins(data: &Data<'_>, region: &Region) -> Result<Vec<f32>> {
    let bins = region.bins(BIN);
    let Some(sigma) = data.smoothing else {
        let mut target = data.observed.bins(region, BIN, data.target_summary)?;
        target.resize(bins.len(), 0.0);
        data.exclusion.apply(region, BIN, &mut target);
        return Ok(target);
    };
    // Smoothing reaches 4 sigma beyond the region, so that a cut into regions does not change a bin.
    let reach = (4.0 * sigma).ceil() as u32 * BIN;
    let length = data.assay.resolve(&Region::new(&region.chromosome, 0, Region::TO_THE_END))?.end;
    let wide = Region::new(
        &region.chromosome,
        region.start.saturating_sub(reach),
        region.end.saturating_add(reach).min(length),
    );
    let mut track = data.observed.bins(&wide, BIN, data.target_summary)?;
    track.resize(wide.bins(BIN).len(), 0.0);
    data.exclusion.apply(&wide, BIN, &mut track);
    smooth::gaussian(&mut track, sigma)?;
    let first = bins.start - wide.bins(BIN).start;
    Ok(track[first..first + bins.len()].to_vec())
}

impl Stretch {
    /// A number a bin; NaN where nothing was assessed.
    pub fn target(&self) -> &[f32] {
        &self.target
    }

    /// Rows that give exactly the region's bins.
    pub(super) fn input_of_the_region(&self) -> Vec<Vec<f32>> {
        self.input(0, self.target.len(), false)
    }

    /// Rows that give `bins` bins from bin `first` of the region on (which may lie up to the margin outside), read from right
    /// to left when `reversed`: then the last bin comes first and the strands change places.
    pub(super) fn input(&self, first: isize, bins: usize, reversed: bool) -> Vec<Vec<f32>> {
        let bin = (first + self.margin as isize + LEFT as isize) as usize;
        if !reversed {
            return self.rows.iter().map(|row| row[bin - LEFT..bin + bins + RIGHT].to_vec()).collect();
        }
        // The network looks further left than right: mirrored, the halo's long side is on the right.
        let mirrored = |row: &Vec<f32>| row[bin - RIGHT..bin + bins + LEFT].iter().rev().copied().collect();
        self.rows.iter().rev().map(mirrored).collect()
    }

    /// The target over the same bins as [`Stretch::input`], NaN outside the region.
    pub(super) fn target_of(&self, first: isize, bins: usize, reversed: bool) -> Vec<f32> {
        let value =
            |bin: isize| usize::try_from(bin).ok().and_then(|bin| self.target.get(bin)).copied().unwrap_or(f32::NAN);
        let mut target: Vec<f32> = (first..first + bins as isize).map(value).collect();
        if reversed {
            target.reverse();
        }
        target
    }
}

/// Checks that no two parts share a base.
///
/// # Errors
/// [`Error::PartsOverlap`] with the two regions.
pub fn check_parts(parts: &[(&'static str, &[Region])]) -> Result<()> {
    for (i, (first, regions)) in parts.iter().enumerate() {
        for (second, others) in &parts[i + 1..] {
            for region in *regions {
                if let Some(other) = others.iter().find(|other| region.overlaps(other)) {
                    return Err(Error::PartsOverlap {
                        first,
                        first_region: region.to_string(),
                        second,
                        second_region: other.to_string(),
                    });
                }
            }
        }
    }
    Ok(())
}
