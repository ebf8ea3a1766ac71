//! Wrong arguments are told apart from failed jobs, and help is at hand.

use crate::harness::{bundle, folder, k562, nascape};

#[test]
fn wrong_arguments_exit_with_2_and_name_the_argument() {
    let pair = k562();
    let check = || nascape("check");
    check().run().misused(&["--plus", "Usage"]);
    check().with("--plus", &pair.plus).run().misused(&["--minus"]);
    check().with("--minus", &pair.minus).run().misused(&["--plus"]);
    check().assay(&pair).with("--signal", &pair.plus).run().misused(&["--signal", "cannot be used with"]);
    check().assay(&pair).with("--assay", "atac").run().misused(&["atac", "gro", "pro"]);
    check().assay(&pair).with("--assembly", "hg19").with("--chrom-sizes", "x").run().misused(&["--chrom-sizes"]);
    check().assay(&pair).with("--threads", "0").run().misused(&["--threads"]);
    check().assay(&pair).flag("--nonsense").run().misused(&["--nonsense"]);
    nascape("impute").assay(&pair).run().misused(&["--output"]);
    nascape("bin").with("--signal", &pair.plus).run().misused(&["--output"]);
    nascape("simulate").run().misused(&["--output"]);
    nascape("simulate").with("--output", "x").flag("--reads=-1").run().misused(&["--reads"]);
    nascape("paint").run().misused(&["paint"]);
}

#[test]
fn a_bad_region_exits_with_2_and_shows_a_good_one() {
    let folder = folder();
    let output = folder.path().join("bins.npy");
    for region in
        ["", "chr21:", ":1-5", "chr21:0-5", "chr21:9-5", "chr21:-5", "chr21:1-x", "chr21:1-99999999999", "chr 21:1-2"]
    {
        let bin = nascape("bin").with("--signal", k562().plus).with("--output", &output).with("--region", region);
        bin.run().misused(&["is not a region", "chr21:33,031,597-33,041,570"]);
    }
    let impute = nascape("impute").assay(&k562()).with("--output", folder.path().join("imputed"));
    impute.with("--model", bundle()).with("--region", "chr21:5-4").run().misused(&["'chr21:5-4' is not a region"]);
    crate::harness::assert_holds(folder.path(), &[]);
}

#[test]
fn unknown_summaries_and_bin_sizes_exit_with_2() {
    let bin = || nascape("bin").with("--signal", k562().plus).with("--output", "bins.npy");
    bin().with("--summary", "median").run().misused(&["median", "mean, mean0, sum, min, max"]);
    for size in ["0", "-50", "many", "4294967296"] {
        bin().flag(format!("--bin-size={size}")).run().misused(&["--bin-size"]);
    }
}

#[test]
fn every_verb_explains_itself_with_an_example() {
    let all = nascape("--help").run().succeeds().stdout;
    let verbs = [
        "check", "bin", "train", "retrain", "impute", "evaluate", "compare", "peaks", "tirs", "reproduce",
        "serve", "models", "simulate",
    ];
    for verb in verbs {
        assert!(all.contains(&format!("\n  {verb} ")), "{all}");
        let help = nascape(verb).flag("--help").run().succeeds().stdout;
        assert!(help.contains("Example"), "{help}");
        assert!(help.contains(&format!("nascape {verb}")), "{help}");
    }
    let shown = all.split("Commands:").nth(1).unwrap().split("Options:").next().unwrap();
    let listed: Vec<&str> = shown.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(listed, [&verbs[..], &["help"]].concat(), "a verb without a test of its help");
}

#[test]
fn the_program_alone_shows_its_help() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_nascape")).output().unwrap();
    let shown = String::from_utf8(output.stderr).unwrap() + &String::from_utf8(output.stdout).unwrap();
    assert!(shown.contains("Usage: nascape") && shown.contains("impute"), "{shown}");
    assert_eq!(output.status.code(), Some(2));
    let version = nascape("--version").run().succeeds();
    assert_eq!(version.stdout.trim(), format!("nascape {}", env!("CARGO_PKG_VERSION")));
}
