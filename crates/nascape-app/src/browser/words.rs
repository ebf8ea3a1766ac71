//! Remedies in the words of the window: the sentences below it name options of the command line.

/// What a sentence says, and what it says in the window.
const REMEDIES: [(&str, &str); 15] = [
    ("Say it with --assembly (hg19, hg38, mm10, mm39) or --chrom-sizes FILE.", "Say which: hg19, hg38, mm10 or mm39."),
    ("The file is on another assembly: say which with --assembly.", "The file is on another assembly: say which."),
    ("Say which with --assembly.", "Open the files again and say which."),
    ("; for any other give --chrom-sizes FILE.", "."),
    (
        "Pass the minus-strand file with --minus, or one unstranded file with --signal.",
        "Open the file of the other strand, or this one alone.",
    ),
    ("Give --plus and --minus, or choose a bundle", "Open the plus and the minus strand together, or choose a bundle"),
    (
        "Give --plus and --minus where you have them.",
        "Open the plus and the minus strand together where you have them.",
    ),
    ("Split it by sign into --plus and --minus.", "Split it by sign into a plus and a minus file."),
    (", or give an annotation with --genes.", "."),
    (
        "Is it GRO-seq (--assay gro)? Or are its reads in the sense of the RNA (--library forward)?",
        "Is it GRO-seq, or are its reads in the sense of the RNA? Say so beneath the file's name.",
    ),
    ("Exchange --plus and --minus.", "Exchange plus and minus."),
    ("give --fdr a number above 0", "give a number above 0"),
    ("Give --fdr ", "Choose "),
    (", or say where to cut with --threshold", ""),
    (
        "Say where to cut with --threshold (0.5 is a start for a score; nascape evaluate --threshold tells its precision), or train the bundle again.",
        "Choose a bundle that was trained with a calibration, or export bigWig and cut it yourself.",
    ),
];

/// A sentence as the window tells it.
pub(super) fn in_the_window(sentence: &str) -> String {
    REMEDIES.iter().fold(sentence.to_owned(), |told, (said, instead)| told.replace(said, instead))
}

#[cfg(test)]
mod tests {
    use nascape_signal::Error as Signal;

    use super::*;
    use crate::browser::wire::Fault;

    #[test]
    fn no_remedy_of_the_window_is_an_option_of_the_command_line() {
        let path = || "a.bedGraph".into();
        let faults: [Fault; 6] = [
            Signal::AssemblyNotStated { path: path(), fits: String::new() }.into(),
            Signal::SameStrandTwice { path: path() }.into(),
            Signal::UnknownAssembly { name: "hg20".to_owned() }.into(),
            nascape_model::Error::NeedsStrands { bundle: "b".to_owned() }.into(),
            crate::Error::RateOutOfReach { bundle: "b".to_owned(), asked: 0.01, lowest: 0.2 }.into(),
            crate::Error::NoCalibration { bundle: "b".to_owned() }.into(),
        ];
        for fault in faults {
            assert!(!fault.message.contains("--"), "{fault}");
        }
        assert_eq!(in_the_window("Exchange --plus and --minus."), "Exchange plus and minus.");
    }
}
