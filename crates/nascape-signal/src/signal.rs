//! A signal file of any format: chromosomes, intervals, bins.

use std::{
    collections::BTreeMap,
    ops::{ControlFlow, Range},
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};

use crate::{
    Assembly, Error, Interval, Region, Result, Summary,
    assembly::{self, Chromosome, Names, Recognition},
    bam::{self, AlignedReads, Covered, Library, Places, ReadEnds},
    bedgraph,
    bigwig::{BigWig, Reach},
    bin::{BIN, Binner},
    error::{AssemblyMismatch, OnAssembly, listed},
    format::{Format, sniff},
    interval::pile_up,
    pages::Pages,
};

/// What a user may say about a file that the file does not say itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SignalOptions {
    /// The assembly, for formats without chromosome lengths.
    pub assembly: Option<Assembly>,
    /// How the reads of a BAM stand for RNAs.
    pub library: Library,
    /// Where an address may lead.
    pub reach: Reach,
    /// Of a BAM alone in its file, how many reads cover each base, not where RNAs end: an observed mark, not an assay.
    pub coverage: bool,
}

impl Default for SignalOptions {
    fn default() -> Self {
        Self { assembly: None, library: Library::PRO, reach: Reach::Named, coverage: false }
    }
}

/// An open signal file: one strand of an assay, an unstranded assay, or an observed mark.
pub struct Signal {
    path: PathBuf,
    format: Format,
    chromosomes: Vec<Chromosome>,
    names: Arc<Names>,
    assembly: Recognition,
    source: Source,
    /// Bins that were asked for lately.
    reads: Pages,
    /// Of a BAM that was opened for its coverage, where its reads are.
    places: Option<Places>,
}

enum Source {
    BigWig(BigWig),
    /// Formats without an index, held in memory by the file's own chromosome names.
    Held(BTreeMap<String, Vec<Interval>>),
}

impl Signal {
    /// Opens a bigWig (file or http(s) address), a bedGraph (plain or gzipped) or a BAM, whichever the content says. Of a BAM it
    /// takes the read ends of both strands together, or its coverage.
    ///
    /// # Errors
    /// Whatever is wrong with the file; [`Error::AssemblyNotStated`] for a bedGraph whose assembly its names do not tell.
    pub fn open(path: &Path, options: &SignalOptions) -> Result<Self> {
        match sniff(path)? {
            Format::BigWig => Self::open_bigwig(path, options),
            Format::BedGraph => Self::open_bedgraph(path, options),
            Format::Bam if options.coverage => {
                let Covered { chromosomes, depth, places } = bam::coverage(path)?;
                Ok(Self { places: Some(places), ..Self::of_bam(path, chromosomes, depth) })
            }
            Format::Bam => {
                let ReadEnds { chromosomes, plus, minus } = bam::read(path, options.library)?;
                let mut both = plus;
                for (name, intervals) in minus {
                    let together = both.remove(&name).unwrap_or_default().into_iter().chain(intervals);
                    let bases =
                        together.flat_map(|item| std::iter::repeat_n(item.start, item.value as usize)).collect();
                    both.insert(name, pile_up(bases));
                }
                Ok(Self::of_bam(path, chromosomes, both))
            }
        }
    }

    /// The plus and the minus strand of a BAM, as the assay's `library` marks them.
    ///
    /// # Errors
    /// As [`bam::read`].
    pub fn open_bam_strands(path: &Path, options: &SignalOptions) -> Result<(Self, Self)> {
        let ReadEnds { chromosomes, plus, minus } = bam::read(path, options.library)?;
        Ok((Self::of_bam(path, chromosomes.clone(), plus), Self::of_bam(path, chromosomes, minus)))
    }

    fn of_bam(path: &Path, chromosomes: Vec<Chromosome>, held: BTreeMap<String, Vec<Interval>>) -> Self {
        let assembly = assembly::recognise(&chromosomes);
        let (path, source) = (path.to_owned(), Source::Held(held));
        let names = Arc::new(chromosomes.iter().cloned().collect());
        Self { path, format: Format::Bam, chromosomes, names, assembly, source, reads: Pages::default(), places: None }
    }

    fn open_bigwig(path: &Path, options: &SignalOptions) -> Result<Self> {
        let bigwig = BigWig::open_within(path, options.reach)?;
        let chromosomes = bigwig.chromosomes().to_vec();
        let recognised = assembly::recognise(&chromosomes);
        let signal = Self {
            path: path.to_owned(),
            format: Format::BigWig,
            names: Arc::new(chromosomes.iter().cloned().collect()),
            chromosomes,
            assembly: recognised,
            source: Source::BigWig(bigwig),
            reads: Pages::default(),
            places: None,
        };
        match &options.assembly {
            Some(stated) => signal.stated_to_be_on(stated),
            None => Ok(signal),
        }
    }

    /// Checks what the user said of the assembly against the file's own lengths, which win where both speak.
    fn stated_to_be_on(mut self, stated: &Assembly) -> Result<Self> {
        for chromosome in &self.chromosomes {
            let Some(known) = stated.find(&chromosome.name).filter(|known| known.length != chromosome.length) else {
                continue;
            };
            let said = OnAssembly { path: "--assembly".into(), assembly: stated.name.clone(), length: known.length };
            return Err(self.mismatch(chromosome, said));
        }
        self.assembly = Recognition::Known(stated.name.clone());
        Ok(self)
    }

    fn open_bedgraph(path: &Path, options: &SignalOptions) -> Result<Self> {
        let held = bedgraph::read(path)?;
        if held.is_empty() {
            return Err(Error::Empty { path: path.to_owned() });
        }
        let extents: Vec<Chromosome> = held
            .iter()
            .map(|(name, items)| Chromosome { name: name.clone(), length: items.last().map_or(0, |item| item.end) })
            .collect();
        let (chromosomes, recognised) = lengths_of(path, extents, options.assembly.as_ref())?;
        Ok(Self {
            path: path.to_owned(),
            format: Format::BedGraph,
            names: Arc::new(chromosomes.iter().cloned().collect()),
            chromosomes,
            assembly: recognised,
            source: Source::Held(held),
            reads: Pages::default(),
            places: None,
        })
    }

    /// The file or address.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The format found.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The assembly as far as the file, or the user, told.
    pub fn assembly(&self) -> &Recognition {
        &self.assembly
    }

    /// All chromosomes the file knows, in its own order and names; some may hold no data.
    pub fn chromosomes(&self) -> &[Chromosome] {
        &self.chromosomes
    }

    /// The chromosomes that hold data.
    ///
    /// # Errors
    /// As [`Signal::scan`].
    pub fn chromosomes_with_data(&self) -> Result<Vec<Chromosome>> {
        let mut with_data = Vec::new();
        for chromosome in &self.chromosomes {
            let has_data = match &self.source {
                Source::BigWig(bigwig) => bigwig.has_data(chromosome)?,
                Source::Held(held) => held.contains_key(&chromosome.name),
            };
            if has_data {
                with_data.push(chromosome.clone());
            }
        }
        Ok(with_data)
    }

    /// The chromosome by any of its names.
    pub fn find(&self, name: &str) -> Option<&Chromosome> {
        Some(&self.chromosomes[self.names.place(name)?])
    }

    /// The region in the file's own names, cut at the end of its chromosome.
    ///
    /// # Errors
    /// [`Error::UnknownChromosome`], [`Error::RegionBeyondEnd`].
    pub fn resolve(&self, region: &Region) -> Result<Region> {
        let Some(chromosome) = self.find(&region.chromosome) else {
            return Err(Error::UnknownChromosome {
                path: self.path.clone(),
                chromosome: region.chromosome.clone(),
                available: listed(self.chromosomes.iter().map(|c| c.name.as_str())),
            });
        };
        region.within(&chromosome.name, chromosome.length)
    }

    /// Single reads of a region, at most `most`: of a BAM that was opened for its coverage; nothing where it is none.
    ///
    /// # Errors
    /// [`Error::UnknownChromosome`]; [`Error::Unsorted`] when the BAM is not in the order of the genome; [`Error::Damaged`] and
    /// [`Error::Read`] when the file fails.
    pub fn aligned(&self, region: &Region, most: usize) -> Result<Option<AlignedReads>> {
        let Some(places) = &self.places else { return Ok(None) };
        let region = self.resolve(region)?;
        bam::aligned_within(&self.path, &self.chromosomes, places, &region, most).map(Some)
    }

    /// Gives every interval that overlaps `region` to `visit`, clipped to it and in order.
    ///
    /// # Errors
    /// [`Error::UnknownChromosome`]; [`Error::Damaged`] and [`Error::Read`] when the file fails.
    pub fn scan(&self, region: &Region, mut visit: impl FnMut(Interval)) -> Result<()> {
        self.scan_until(region, |item| {
            visit(item);
            ControlFlow::Continue(())
        })
    }

    /// The same until `visit` breaks off.
    ///
    /// # Errors
    /// As [`Signal::scan`].
    pub fn scan_until(&self, region: &Region, mut visit: impl FnMut(Interval) -> ControlFlow<()>) -> Result<()> {
        let region = self.resolve(region)?;
        match &self.source {
            Source::BigWig(bigwig) => bigwig.scan_until(&region, visit),
            Source::Held(held) => {
                let intervals = held.get(&region.chromosome).map_or(&[][..], Vec::as_slice);
                let first = intervals.partition_point(|item| item.end <= region.start);
                let overlapping = intervals[first..].iter().take_while(|item| item.start < region.end);
                let _ = overlapping.filter_map(|item| item.clipped(region.start, region.end)).try_for_each(&mut visit);
                Ok(())
            }
        }
    }

    /// One value for every bin that `region` touches; `bin_size` in bp. The bins are whole: a region that starts or ends inside
    /// a bin is widened to its borders.
    ///
    /// # Errors
    /// As [`Signal::scan`].
    pub fn bins(&self, region: &Region, bin_size: u32, summary: Summary) -> Result<Vec<f32>> {
        self.bins_of(region, bin_size, summary, |value| value)
    }

    /// As [`Signal::bins`], with every value turned positive: a minus strand is often written as negative counts.
    ///
    /// # Errors
    /// As [`Signal::scan`].
    pub fn magnitude_bins(&self, region: &Region, bin_size: u32, summary: Summary) -> Result<Vec<f32>> {
        self.bins_of(region, bin_size, summary, f32::abs)
    }

    /// The reads (summed magnitudes) of some 50 bp bins of a chromosome, counted from its start: [`Signal::magnitude_bins`], kept for a
    /// while for who asks again.
    ///
    /// # Errors
    /// As [`Signal::scan`].
    pub fn reads(&self, chromosome: &str, bins: Range<usize>) -> Result<Vec<f32>> {
        let name = self.resolve(&Region::new(chromosome, 0, Region::TO_THE_END))?.chromosome;
        let number = self.chromosomes.iter().position(|known| known.name == name).expect("resolved to one of them");
        let length = self.chromosomes[number].length;
        self.reads.bins(number, bins, length.div_ceil(BIN) as usize, |bins| {
            let end = (bins.end as u32).saturating_mul(BIN).min(length);
            self.magnitude_bins(&Region::new(&name, bins.start as u32 * BIN, end), BIN, Summary::Sum)
        })
    }

    fn bins_of(
        &self,
        region: &Region,
        bin_size: u32,
        summary: Summary,
        value: impl Fn(f32) -> f32,
    ) -> Result<Vec<f32>> {
        let region = self.resolve(region)?;
        let bins = region.bins(bin_size);
        let end = (bins.end as u64 * u64::from(bin_size)).min(u64::from(Region::TO_THE_END)) as u32;
        let whole = self.resolve(&Region::new(&region.chromosome, bins.start as u32 * bin_size, end))?;
        let mut binner = Binner::new(&whole, bin_size, summary);
        self.scan(&whole, |item| binner.add(Interval { value: value(item.value), ..item }))?;
        Ok(binner.finish())
    }

    /// The same file as far as names, lengths and assembly go, with other items, on one chromosome alone.
    pub(crate) fn with_items(&self, chromosome: &str, items: Vec<Interval>) -> Self {
        let name = self.find(chromosome).map_or(chromosome, |known| &known.name).to_owned();
        Self {
            path: self.path.clone(),
            format: self.format,
            chromosomes: self.chromosomes.clone(),
            names: Arc::clone(&self.names),
            assembly: self.assembly.clone(),
            source: Source::Held(BTreeMap::from([(name, items)])),
            reads: Pages::default(),
            places: None,
        }
    }

    fn mismatch(&self, chromosome: &Chromosome, second: OnAssembly) -> Error {
        let first =
            OnAssembly { path: self.path.clone(), assembly: self.assembly.to_string(), length: chromosome.length };
        Error::AssemblyMismatch(Box::new(AssemblyMismatch { chromosome: chromosome.name.clone(), first, second }))
    }

    /// Checks that the two files are on one assembly, as far as their chromosomes tell.
    ///
    /// # Errors
    /// [`Error::AssemblyMismatch`] when a chromosome that both files have differs in length, [`Error::NoSharedChromosome`] when
    /// they share none.
    pub fn same_assembly_as(&self, other: &Self) -> Result<()> {
        let mut shared = false;
        for chromosome in &self.chromosomes {
            let Some(theirs) = other.find(&chromosome.name) else { continue };
            shared = true;
            if theirs.length != chromosome.length {
                let (path, assembly) = (other.path.clone(), other.assembly.to_string());
                return Err(self.mismatch(chromosome, OnAssembly { path, assembly, length: theirs.length }));
            }
        }
        if shared {
            return Ok(());
        }
        let names = |signal: &Self| listed(signal.chromosomes.iter().map(|c| c.name.as_str()));
        Err(Error::NoSharedChromosome {
            first: self.path.clone(),
            first_chromosomes: names(self),
            second: other.path.clone(),
            second_chromosomes: names(other),
        })
    }
}

/// Chromosome lengths for a format that carries none: from the stated assembly, or from the only one that fits.
fn lengths_of(
    path: &Path,
    extents: Vec<Chromosome>,
    stated: Option<&Assembly>,
) -> Result<(Vec<Chromosome>, Recognition)> {
    let recognised = assembly::recognise_extents(&extents);
    let assembly = match (stated, &recognised) {
        (Some(assembly), _) => assembly,
        (None, Recognition::Known(name)) => Assembly::named(name)?,
        (None, Recognition::Ambiguous(names)) => {
            let fits = format!("; its coordinates fit {}", names.join(" and "));
            return Err(Error::AssemblyNotStated { path: path.to_owned(), fits });
        }
        (None, Recognition::Unknown) => {
            return Err(Error::AssemblyNotStated { path: path.to_owned(), fits: String::new() });
        }
    };
    let mut chromosomes = Vec::with_capacity(extents.len());
    for extent in extents {
        // A scaffold that the assembly's table lacks keeps its extent as its length.
        let length = assembly.find(&extent.name).map_or(extent.length, |known| known.length);
        if extent.length > length {
            return Err(Error::BeyondChromosome {
                path: path.to_owned(),
                chromosome: extent.name,
                end: extent.length,
                assembly: assembly.name.clone(),
                length,
            });
        }
        chromosomes.push(Chromosome { length, ..extent });
    }
    Ok((chromosomes, Recognition::Known(assembly.name.clone())))
}
