//! `nascape train --recipe`: several experiments and marks in one bundle, and sentences for what a recipe gets wrong.

use std::{fs, path::Path};

use serde_json::json;

use crate::harness::{
    Outcome, Pair, Recipe, assert_holds, bigwig_items, card, chr22, experiment, folder, k562, k562_file, nascape,
    sha256, small, trained,
};

fn mcf7() -> Pair {
    Pair::new(chr22("MCF7.nascent.plus.bw"), chr22("MCF7.nascent.minus.bw"))
}

/// K562 by PRO-seq with two marks, and MCF7 by another kind of library with one of them.
fn two_libraries() -> Recipe {
    let mut recipe = Recipe::new(&["DNase", "H3K4me3"], &small("nascape"));
    let observed = format!("{{ H3K4me3 = \"{}\" }}", chr22("MCF7.H3K4me3.peaks.bed").display());
    let parts = [
        ("train", "chr22:24,000,001-24,500,000"),
        ("validation", "chr22:29,000,001-29,500,000"),
        ("calibration", "chr22:31,000,001-32,000,000"),
        ("test", "chr22:37,000,001-38,000,000"),
    ];
    recipe.experiments.push(experiment("MCF7, capped", &mcf7(), &observed, &parts));
    recipe
}

#[test]
fn two_experiments_and_two_marks_make_one_bundle() {
    let folder = folder();
    let output = folder.path().join("both");
    two_libraries().line("licence = 'CC0'").train(&folder.path().join("both.toml"), &output).run().succeeds();
    let card = card(&output);
    let names: Vec<&str> = card["targets"].as_array().unwrap().iter().map(|t| t["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["DNase", "H3K4me3"]);
    assert_eq!(card["licence"], "CC0");
    let experiments = &card["training"]["experiments"];
    assert_eq!((&experiments[0]["name"], &experiments[1]["name"]), (&json!("K562, PRO-seq"), &json!("MCF7, capped")));
    assert_eq!((&experiments[0]["assembly"], &experiments[1]["assembly"]), (&json!("hg19"), &json!("hg38")));
    assert_eq!(card["reads_per_kb"], experiments[0]["reads_per_kb"], "the first experiment's depth");
    assert!(experiments[1]["reads_per_kb"].as_f64().unwrap() < experiments[0]["reads_per_kb"].as_f64().unwrap() / 2.0);
    assert_eq!(experiments[1]["test"], json!(["chr22:37,000,001-38,000,000"]));
    // Only MCF7 has a test and a calibration part, and it lacks DNase.
    assert_eq!(card["targets"][0]["test"]["bins"], 0);
    assert_eq!(card["targets"][1]["test"]["bins"], 20_000);
    assert!(card["targets"][0]["calibration"].is_null() && card["targets"][1]["calibration"].is_object());
    assert!(card["targets"].as_array().unwrap().iter().all(|target| target["validation"]["auprc"].is_number()));
    // It imputes both marks of either.
    for (pair, chromosome) in [(k562(), "chr21"), (mcf7(), "chr22")] {
        let tracks = folder.path().join(chromosome);
        let impute = nascape("impute").assay(&pair).with("--model", &output).with("--output", &tracks);
        impute.with("--region", format!("{chromosome}:30,000,001-30,100,000")).run().succeeds();
        assert_holds(&tracks, &["DNase.bw", "H3K4me3.bw", "run.json"]);
        let values = |name: &str| bigwig_items(&tracks.join(name), chromosome);
        assert_ne!(values("DNase.bw"), values("H3K4me3.bw"));
    }
}

#[test]
fn a_recipe_gives_the_same_weights_wherever_it_lies_and_whatever_the_threads() {
    let folder = folder();
    let train = |name: &str, threads: &str| {
        let output = folder.path().join(name);
        let command = two_libraries().train(&folder.path().join(format!("{name}.toml")), &output);
        command.with("--threads", threads).run().succeeds();
        sha256(&output.join("weights.safetensors"))
    };
    assert_eq!(train("one", "1"), train("two", "2"));
}

#[test]
fn files_lie_beside_the_recipe_or_in_the_data_folder() {
    let folder = folder();
    let data = folder.path().join("data");
    fs::create_dir(&data).unwrap();
    for (from, name) in
        [(k562().plus, "p.bw"), (k562().minus, "m.bw"), (k562_file("K562.H3K4me3.peaks.bed"), "peaks.bed")]
    {
        fs::copy(from, data.join(name)).unwrap();
    }
    let mut recipe = Recipe::new(&["H3K4me3"], &small("dnn"));
    let parts = [("train", "chr21:33,000,001-33,300,000"), ("validation", "chr21:34,500,001-35,000,000")];
    recipe.experiments = vec![experiment("here", &Pair::new("p.bw", "m.bw"), "{ H3K4me3 = 'peaks.bed' }", &parts)];
    let beside = recipe.train(&data.join("recipe.toml"), &folder.path().join("beside"));
    beside.run().succeeds();
    let away = recipe.train(&folder.path().join("recipe.toml"), &folder.path().join("away"));
    away.with("--data", &data).run().succeeds();
    let weights = |name: &str| sha256(&folder.path().join(name).join("weights.safetensors"));
    assert_eq!(weights("beside"), weights("away"));
    let nowhere = recipe.train(&folder.path().join("recipe.toml"), &folder.path().join("nowhere"));
    nowhere.run().fails(&["p.bw", "cannot be read"]);
    let text = fs::read_to_string(folder.path().join("away/model.json")).unwrap();
    assert!(!text.contains(folder.path().to_str().unwrap()), "a card tells no stranger of our folders");
}

#[test]
fn peaks_are_cut_to_the_length_that_a_recipe_says() {
    let folder = folder();
    let lines = fs::read_to_string(k562_file("K562.H3K4me3.peaks.bed")).unwrap();
    let short = lines.lines().map(|line| {
        let mut fields: Vec<String> = line.split('\t').map(str::to_owned).collect();
        let (start, end): (u32, u32) = (fields[1].parse().unwrap(), fields[2].parse().unwrap());
        if end - start > 300 {
            let middle = start + (end - start) / 2;
            (fields[1], fields[2]) = ((middle - 150).to_string(), (middle + 150).to_string());
        }
        fields.join("\t") + "\n"
    });
    let cut = folder.path().join("cut.bed");
    fs::write(&cut, short.collect::<String>()).unwrap();
    let whole = k562_file("K562.H3K4me3.peaks.bed");
    let trained = |name: &str, observed: &Path, more: &str| {
        let parts = [("train", "chr21:33,000,001-33,600,000"), ("validation", "chr21:34,500,001-35,000,000")];
        let mut recipe = Recipe::new(&["H3K4me3"], &small("dnn"));
        recipe.experiments =
            vec![experiment("K562", &k562(), &format!("{{ H3K4me3 = '{}' }}", observed.display()), &parts)];
        let output = folder.path().join(name);
        recipe.line(more).train(&folder.path().join(format!("{name}.toml")), &output).run().succeeds();
        (sha256(&output.join("weights.safetensors")), card(&output))
    };
    let (by_recipe, card) = trained("recipe", &whole, "longest_peak = 300");
    assert_eq!(card["training"]["longest_peak"], 300);
    let shown = nascape("models").flag("show").flag(folder.path().join("recipe")).run().succeeds();
    assert!(shown.stdout.contains("cut to 300 bp"), "{}", shown.stdout);
    assert_eq!(by_recipe, trained("beforehand", &cut, "").0);
    assert_ne!(by_recipe, trained("whole", &whole, "").0);
}

/// What comes of a recipe, which leaves no bundle.
fn outcome(change: impl FnOnce(&mut Recipe)) -> Outcome {
    let folder = folder();
    let mut recipe = Recipe::new(&["H3K4me3"], &small("dnn"));
    change(&mut recipe);
    let outcome = recipe.train(&folder.path().join("my.toml"), &folder.path().join("mark")).run();
    assert_holds(folder.path(), &["my.toml"]);
    outcome
}

#[test]
fn a_wrong_recipe_is_refused_with_its_name_and_the_place() {
    outcome(|recipe| recipe.head += "epochs = 3\n").refused(&["my.toml", "epochs", "line"]);
    outcome(|recipe| recipe.head = recipe.head.replace("learning_rate", "rate")).refused(&[
        "my.toml",
        "`rate`",
        "learning_rate",
    ]);
    outcome(|recipe| recipe.head = recipe.head.replace("'dnn'", "'oracle'")).refused(&["my.toml", "oracle", "cnn"]);
    outcome(|recipe| recipe.head = recipe.head.replace("units", "unit")).refused(&["my.toml", "unit"]);
    outcome(|recipe| recipe.head.clear()).refused(&["my.toml", "targets"]);
    outcome(|recipe| recipe.head += "targets = [").refused(&["my.toml"]);
    outcome(|recipe| recipe.experiments.clear()).refused(&["my.toml", "experiment"]);
    outcome(|recipe| recipe.head = recipe.head.replace("[\"H3K4me3\"]", "[]")).refused(&["my.toml", "names no target"]);
    let two = "[\"H3K4me3\", \"DNase\"]";
    outcome(|recipe| recipe.head = recipe.head.replace("[\"H3K4me3\"]", two))
        .refused(&["my.toml", "no experiment has an observed DNase"]);
    outcome(|recipe| recipe.head = recipe.head.replace("[\"H3K4me3\"]", "[\"DNase\"]")).refused(&[
        "my.toml",
        "'K562, PRO-seq'",
        "H3K4me3",
        "not among 'targets'",
    ]);
    let first =
        |recipe: &mut Recipe, from: &str, to: &str| recipe.experiments[0] = recipe.experiments[0].replace(from, to);
    outcome(|recipe| first(recipe, "minus =", "signal ="))
        .refused(&["my.toml", "'plus' and 'minus', or 'signal' alone"]);
    outcome(|recipe| first(recipe, "chr21:33,000,001", "chr21:0")).refused(&["my.toml", "is not a region"]);
    outcome(|recipe| first(recipe, "train =", "trian =")).refused(&["my.toml", "trian"]);
    outcome(|recipe| recipe.head += "longest_peak = 0\n").refused(&["my.toml", "longest_peak", "nonzero"]);
    outcome(|recipe| recipe.experiments[0] += "assembly = 'hg17'\n").refused(&["my.toml", "hg17"]);
    let nowhere = folder();
    let missing = nowhere.path().join("missing.toml");
    let command = nascape("train").with("--recipe", &missing).with("--output", nowhere.path().join("mark"));
    command.run().refused(&["missing.toml", "cannot be read"]);
}

#[test]
fn what_a_recipe_names_is_checked_as_on_the_command_line() {
    let first =
        |recipe: &mut Recipe, from: &str, to: &str| recipe.experiments[0] = recipe.experiments[0].replace(from, to);
    outcome(|recipe| first(recipe, "K562.PROseq.plus.bw", "absent.bw")).fails(&["absent.bw", "cannot be read"]);
    outcome(|recipe| first(recipe, "K562.H3K4me3.peaks.bed", "absent.bed")).fails(&["absent.bed", "cannot be read"]);
    outcome(|recipe| first(recipe, "chr21:34,500,001", "chr21:33,500,001"))
        .fails(&["train region", "overlaps the validation region"]);
    outcome(|recipe| first(recipe, "chr21:33,000,001-33,600,000", "chr21:1-5,000,000")).fails(&[
        "H3K4me3",
        "no signal in the train part",
        "Choose regions",
    ]);
    outcome(|recipe| first(recipe, "validation", "calibration"))
        .fails(&["H3K4me3", "no signal in the validation part"]);
    outcome(|recipe| recipe.head += "target_smoothing = -1.0\n").refused(&["sigma"]);
    outcome(|recipe| recipe.head += "input = { channels = [] }\n").refused(&["no channels"]);
    outcome(|recipe| recipe.head += "input = { channels = [{ strand = 'both', bins = 4 }] }\n")
        .refused(&["4 bins wide", "odd"]);
    outcome(|recipe| recipe.head = recipe.head.replace("[16, 8, 8, 4]", "[16, 8, 0, 4]")).refused(&["from 1 to 1,024"]);
    outcome(|recipe| recipe.head = recipe.head.replace("epochs = 2", "epochs = 0")).refused(&["at least 1"]);
    outcome(|recipe| recipe.head += "reads_per_kb = -1.0\n").refused(&["reads_per_kb"]);
}

#[test]
fn a_mark_is_peaks_everywhere_or_a_quantity_everywhere() {
    outcome(|recipe| {
        let observed = format!("{{ H3K4me3 = \"{}\" }}", chr22("MCF7.accessibility.bw").display());
        let parts = [("train", "chr22:24,000,001-24,500,000")];
        recipe.experiments.push(experiment("MCF7", &mcf7(), &observed, &parts));
    })
    .refused(&["H3K4me3", "'K562, PRO-seq'", "'MCF7'", "Give peaks for both"]);
}

#[test]
fn trees_impute_one_mark() {
    let folder = folder();
    let recipe = Recipe::new(&["H3K4me3", "DNase"], &small("windows-gbt"));
    let command = recipe.train(&folder.path().join("two.toml"), &folder.path().join("two"));
    command.run().refused(&["one mark", "train one for each"]);
}

#[test]
fn a_recipe_is_not_mixed_with_options() {
    let folder = folder();
    for (option, value) in
        [("--epochs", "3"), ("--seed", "2"), ("--architecture", "cnn"), ("--exclude", "x.bed"), ("--assembly", "hg19")]
    {
        let command =
            Recipe::new(&["H3K4me3"], &small("dnn")).train(&folder.path().join("r.toml"), &folder.path().join("mark"));
        command.with(option, value).run().misused(&["--recipe", option]);
    }
    nascape("train").with("--data", folder.path()).with("--output", "x").run().misused(&["--recipe"]);
}

/// A recipe of a blend of these bundles.
fn blend(folder: &Path, members: &[&Path], weights: &[&str], more: &str) -> Outcome {
    let member = |(at, bundle): (usize, &&Path)| {
        let weight = weights.get(at).map_or_else(String::new, |weight| format!(", weight = {weight}"));
        format!("{{ bundle = '{}'{weight} }}", bundle.display())
    };
    let members: Vec<String> = members.iter().enumerate().map(member).collect();
    let architecture = format!("{{ name = 'blend', members = [{}] }}", members.join(", "));
    let recipe = Recipe::new(&["H3K4me3"], &architecture).line(more);
    recipe.train(&folder.join("blend.toml"), &folder.join("blend")).run()
}

#[test]
fn a_blend_is_the_weighted_mean_of_its_members() {
    let folder = folder();
    let members = [trained("nascape"), trained("windows-gbt")];
    blend(folder.path(), &members, &["0.25", "0.75"], "").succeeds();
    let bundle = folder.path().join("blend");
    assert_holds(&bundle, &["model.json", "run.json", "1.nascape", "2.windows-gbt"]);
    let logits = |model: &Path, name: &str| -> Vec<f64> {
        let output = folder.path().join(name);
        let impute = nascape("impute").assay(&k562()).with("--model", model).with("--output", &output);
        impute.with("--region", "chr21:33,000,013-33,400,000").run().succeeds();
        let values = crate::harness::bigwig_values(&output.join("H3K4me3.bw"), "chr21", 660_000, 668_000);
        values
            .into_iter()
            .map(|value| f64::from(f32::from_bits(value.unwrap())))
            .map(|p| (p / (1.0 - p)).ln())
            .collect()
    };
    let (one, two, both) = (logits(members[0], "one"), logits(members[1], "two"), logits(&bundle, "both"));
    for ((one, two), both) in one.iter().zip(&two).zip(&both) {
        let expected = 0.25 * one + 0.75 * two;
        assert!((expected - both).abs() < 1e-3 * expected.abs().max(1.0), "{both} where {expected} is due");
    }
    // Weights that are not given are chosen.
    blend(folder.path(), &members, &[], "").succeeds();
    let chosen = card(&bundle)["architecture"]["members"].as_array().unwrap().clone();
    let sum: f64 = chosen.iter().map(|member| member["weight"].as_f64().unwrap()).sum();
    assert!((sum - 1.0).abs() < 1e-6, "{chosen:?}");
    let [one, two] = members.map(Path::display);
    let even =
        format!("{{ name = 'blend', evenness = 1.0, members = [{{ bundle = '{one}' }}, {{ bundle = '{two}' }}] }}");
    let output = folder.path().join("even");
    Recipe::new(&["H3K4me3"], &even).train(&folder.path().join("even.toml"), &output).run().succeeds();
    let drawn = card(&output)["architecture"]["members"].as_array().unwrap().clone();
    assert!(drawn.iter().all(|member| member["weight"] == 0.5), "{drawn:?}");
    blend(folder.path(), &[&bundle, members[0]], &[], "").refused(&["a blend itself"]);
}

#[test]
fn what_was_learned_elsewhere_is_recalibrated_in_its_order() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let member = trained("nascape");
    let architecture = format!(
        "{{ name = 'blend', recalibrate = true, members = [{{ bundle = '{}', weight = 1.0 }}] }}",
        member.display()
    );
    Recipe::new(&["H3K4me3"], &architecture).train(&path("blend.toml"), &path("blend")).run().succeeds();
    let found = card(&path("blend"))["architecture"].clone();
    let (slope, offset) = (found["members"][0]["weight"].as_f64().unwrap(), found["offset"].as_f64().unwrap_or(0.0));
    assert!(slope > 0.0 && (slope, offset) != (1.0, 0.0), "two epochs leave something to recalibrate: {found:#}");
    let logits = |model: &Path, name: &str| -> Vec<f64> {
        let impute = nascape("impute").assay(&k562()).with("--model", model).with("--output", path(name));
        impute.with("--region", "chr21:33,000,001-33,200,000").run().succeeds();
        let values = crate::harness::bigwig_values(&path(name).join("H3K4me3.bw"), "chr21", 660_000, 664_000);
        let p = values.into_iter().map(|value| f64::from(f32::from_bits(value.unwrap())));
        p.map(|p| (p / (1.0 - p)).ln()).collect()
    };
    for (was, is) in logits(member, "was").iter().zip(logits(&path("blend"), "is")) {
        let expected = slope * was + offset;
        assert!((expected - is).abs() < 1e-3 * expected.abs().max(1.0), "{is} where {expected} is due");
    }
}

#[test]
fn a_blend_of_signals_has_the_scale_of_the_member_that_says_one() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name);
    let mcf7 = mcf7();
    let observed = format!("{{ DNase = '{}' }}", chr22("MCF7.accessibility.bw").display());
    let train = |name: &str, architecture: &str, more: &str| {
        let mut recipe = Recipe::new(&["DNase"], architecture).line(more);
        let parts = [
            ("train", "chr22:30,000,001-30,800,000"),
            ("validation", "chr22:32,000,001-32,400,000"),
            ("calibration", "chr22:24,000,001-25,000,000"),
            ("test", "chr22:26,000,001-27,000,000"),
        ];
        recipe.experiments = vec![experiment("MCF7", &mcf7, &observed, &parts)];
        recipe.train(&path(&format!("{name}.toml")), &path(name)).run()
    };
    let log = "target_transform = 'log_per_million'";
    train("network", &small("nascape"), log).succeeds();
    let trees = small("windows-gbt").replace("binary:logistic", "reg:squarederror").replace("aucpr", "rmse");
    train("trees", &trees, log).succeeds();
    let member = |name: &str, weight: f32| format!("{{ bundle = '{}', weight = {weight} }}", path(name).display());
    let of_both = format!("{{ name = 'blend', members = [{}, {}] }}", member("network", 0.25), member("trees", 0.75));
    train("blend", &of_both, log).succeeds();
    let target = card(&path("blend"))["targets"][0].clone();
    assert_eq!((&target["loss"], &target["scale_output"]), (&"robust".into(), &true.into()));
    assert!(target["calibration"]["test_coverage"]["top"].is_number(), "{target:#}");

    let imputed = |name: &str| {
        let output = path(&format!("{name}.imputed"));
        let impute = nascape("impute").assay(&mcf7).with("--model", path(name)).with("--output", &output);
        impute.with("--region", "chr22:26,000,001-26,400,000").flag("--intervals").run().succeeds();
        ["", ".lower", ".upper"].map(|end| {
            let track = output.join(format!("DNase{end}.bw"));
            let values = crate::harness::bigwig_values(&track, "chr22", 520_000, 528_000);
            values.into_iter().map(|bits| f32::from_bits(bits.expect("every bin has a number"))).collect::<Vec<f32>>()
        })
    };
    let [network, trees, blend] = ["network", "trees", "blend"].map(imputed);
    for ((network, trees), blend) in network[0].iter().zip(&trees[0]).zip(&blend[0]) {
        assert!((0.25 * network + 0.75 * trees - blend).abs() < 1e-5, "{blend} of {network} and {trees}");
    }
    // Above the value each interval has the network's width, times what calibration found for the blend.
    let widths = |track: &[Vec<f32>; 3]| -> Vec<f32> { track[2].iter().zip(&track[0]).map(|(u, v)| u - v).collect() };
    let ratios: Vec<f32> = widths(&blend).iter().zip(widths(&network)).map(|(blend, one)| blend / one).collect();
    assert!(ratios.iter().all(|ratio| (ratio / ratios[0] - 1.0).abs() < 1e-2), "{:?}", &ratios[..9]);

    // Another unit is refused, and so is leaving the scale out.
    let words = ["network cannot be a member", "another unit"];
    train("other", &of_both, "").refused(&words);
    train("other", &of_both, &format!("{log}\nloss = 'squared-error'")).refused(&words);
}

#[test]
fn members_that_do_not_go_together_are_refused_before_anything_is_saved() {
    let folder = folder();
    let refused = |members: &[&Path], weights: &[&str], more: &str, words: &[&str]| {
        blend(folder.path(), members, weights, more).refused(words);
        assert_holds(folder.path(), &["blend.toml"]);
    };
    let cnn = trained("cnn");
    refused(&[], &[], "", &["1 to 8 members"]);
    refused(&[cnn, trained("dreg-gbt")], &[], "", &["architecture-dreg-gbt", "looks at bases"]);
    refused(&[cnn, trained("xgboost-classifier")], &[], "", &["architecture-xgboost-classifier", "in another unit"]);
    refused(&[cnn, trained("multitask-cnn")], &[], "", &["architecture-multitask-cnn", "other targets"]);
    refused(&[cnn], &[], "loss = 'squared-error'", &["architecture-cnn", "in another unit"]);
    refused(&[cnn, cnn], &["0.0", "0.0"], "", &["weights of a blend"]);
    refused(&[cnn, cnn], &["-1.0", "2.0"], "", &["weights of a blend"]);
    blend(folder.path(), &[Path::new("no-such-bundle")], &[], "").fails(&["no bundle 'no-such-bundle'"]);
}
