//! `nascape compare`: bundles and baselines on the same held-out bins.

use std::{path::PathBuf, process::ExitCode};

use nascape_app::{Library, Result, compare};
use nascape_signal::Region;

use crate::{
    assay_args::AssayArgs,
    terminal::Terminal,
    typed::{Transform, cell_and_file, command_line, mark_and_file},
};

const EXAMPLES: &str = "\
Examples:
  nascape compare --bundle my-cnn --bundle my-trees --plus K562.PROseq.plus.bw --minus K562.PROseq.minus.bw \\
    --observed H3K4me3=K562.H3K4me3.peaks.bed --region chr21:30,000,001-35,000,000 --output comparison
  nascape compare --recipe cnn.toml --recipe nascape.toml --data experiments --plus p.bw --minus m.bw \\
    --observed H3K4me3=K562.bed --other-cell MCF7=MCF7.bed --region chr21:30,000,001-35,000,000 --output comparison

Writes compare.md (tables at 50 bp and 1 kb), compare.json (every measure, with checksums) and figures as SVG and PNG. The read
count, the reads within 1 kb, other cells and chance are always in the table. A recipe is trained into DIR/bundles, unless its bundle
is there already.";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// A bundle: its folder, or the name of a shipped one; may be given several times
    #[arg(long = "bundle", value_name = "BUNDLE", required_unless_present = "recipes")]
    bundles: Vec<String>,

    /// A recipe to train and compare (see nascape train); may be given several times
    #[arg(long = "recipe", value_name = "TOML")]
    recipes: Vec<PathBuf>,

    /// The folder of the files that the recipes name [default: the recipe's]
    #[arg(long, value_name = "DIR", requires = "recipes")]
    data: Option<PathBuf>,

    #[command(flatten)]
    assay_files: AssayArgs,

    /// The mark and its observed track: bigWig, bedGraph, BED, narrowPeak or broadPeak
    #[arg(long, value_name = "MARK=FILE", value_parser = mark_and_file)]
    observed: (String, PathBuf),

    /// The mark as it was observed in another cell, a baseline; may be given several times
    #[arg(long = "other-cell", value_name = "NAME=FILE", value_parser = cell_and_file)]
    other_cells: Vec<(String, PathBuf)>,

    /// A held-out region, which no bundle has learned from; may be given several times
    #[arg(long = "region", value_name = "REGION", required = true)]
    regions: Vec<Region>,

    /// Regions that take no part (not assessed): a BED file
    #[arg(long, value_name = "BED")]
    exclude: Option<PathBuf>,

    /// Correlate too after smoothing observed and imputed with a Gaussian of this many bins (the paper uses 10)
    #[arg(long, value_name = "SIGMA")]
    smooth: Option<f64>,

    /// What is done to an observed signal's bin: identity, or log-per-million (ln(1 + value / the chromosome's sum in millions))
    #[arg(long, value_enum, default_value_t = Transform::Identity)]
    target_transform: Transform,

    /// Values from here on are calls [default: 0.5 for peaks, none for signals]
    #[arg(long, value_name = "T")]
    threshold: Option<f32>,

    /// The folder for the tables, the figures and the bundles that are trained
    #[arg(long, short, value_name = "DIR")]
    output: PathBuf,
}

pub fn run(args: Args, terminal: &Terminal) -> Result<ExitCode> {
    let (mark, observed) = args.observed;
    let request = compare::Request {
        bundles: args.bundles.iter().map(|name| Library::open(name)).collect::<Result<_>>()?,
        recipes: args.recipes,
        data: args.data,
        assay: args.assay_files.source()?,
        mark,
        observed,
        other_cells: args.other_cells,
        regions: args.regions,
        exclude: args.exclude,
        smooth: args.smooth,
        transform: args.target_transform.into(),
        threshold: args.threshold,
        command: command_line(),
        output: args.output,
    };
    let comparison = compare::run(&request, terminal)?;
    terminal.result(&comparison, || {
        let figures = comparison.figures.join(", ");
        format!("{}\n{}: compare.md, compare.json, {figures}", compare::text(&comparison), request.output.display())
    })
}
