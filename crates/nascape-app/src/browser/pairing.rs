//! Which of two files is the plus and which the minus strand, by their names.

use std::path::{Path, PathBuf};

/// How people write the two strands, longest first: `experiment.plus.bw`, `x_fwd.bigWig`, `+`.
const STRANDS: [(&str, &str); 7] =
    [("forward", "reverse"), ("plus", "minus"), ("pos", "neg"), ("fwd", "rev"), ("pl", "mn"), ("p", "m"), ("+", "-")];

/// Files to open together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Group {
    /// The plus and the minus strand.
    Strands(PathBuf, PathBuf),
    /// A file for itself.
    Alone(PathBuf),
}

/// Pairs files whose names differ in nothing but the word for the strand; the others stand alone. The order is that of the first
/// file of each group.
pub(super) fn grouped(paths: &[PathBuf], has_strand: impl Fn(&Path) -> bool) -> Vec<Group> {
    let mut taken = vec![false; paths.len()];
    let mut groups = Vec::new();
    for (at, path) in paths.iter().enumerate() {
        if std::mem::replace(&mut taken[at], true) {
            continue;
        }
        let partner = (at + 1..paths.len())
            .filter(|&other| !taken[other] && has_strand(path) && has_strand(&paths[other]))
            .find_map(|other| {
                let plus_first =
                    |plus: &PathBuf, minus: &PathBuf| strands(plus, minus).then(|| (plus.clone(), minus.clone()));
                Some((other, plus_first(path, &paths[other]).or_else(|| plus_first(&paths[other], path))?))
            });
        groups.push(match partner {
            Some((other, (plus, minus))) => {
                taken[other] = true;
                Group::Strands(plus, minus)
            }
            None => Group::Alone(path.clone()),
        });
    }
    groups
}

/// True when the names say that one is the plus and the other the minus strand of one experiment.
pub(super) fn strands(plus: &Path, minus: &Path) -> bool {
    let name = |path: &Path| path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let (plus, minus) = (name(plus), name(minus));
    STRANDS.iter().any(|(of_plus, of_minus)| {
        words(&plus, of_plus).any(|at| {
            words(&minus, of_minus).any(|other| {
                plus[..at] == minus[..other] && plus[at + of_plus.len()..] == minus[other + of_minus.len()..]
            })
        })
    })
}

/// Where `word` stands in a name with no letter on either side: the `p` of `x_p.bw`, not that of `step.bw`.
fn words<'a>(name: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic) && word.starts_with(char::is_alphabetic);
    let alone = move |&(at, _): &(usize, &str)| {
        !letter(name[..at].chars().next_back()) && !letter(name[at + word.len()..].chars().next())
    };
    name.match_indices(word).filter(alone).map(|(at, _)| at)
}

/// What to call two strands: their name without the word for the strand and the endings.
pub(super) fn common_name(plus: &Path, minus: &Path) -> String {
    let stem = |path: &Path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        without_endings(&name).to_owned()
    };
    let (plus, minus) = (stem(plus), stem(minus));
    let shared: usize = plus.chars().zip(minus.chars()).take_while(|(a, b)| a == b).map(|(c, _)| c.len_utf8()).sum();
    let name = plus[..shared].trim_end_matches(['.', '_', '-', ' ', '(']);
    if name.is_empty() { plus } else { name.to_owned() }
}

/// A file's name without the endings of its format.
pub(super) fn without_endings(name: &str) -> &str {
    let mut name = name;
    for ending in [".gz", ".bgz"] {
        name = name.strip_suffix(ending).unwrap_or(name);
    }
    name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strands_are_paired_by_every_usual_name() {
        for (plus, minus) in [
            ("K562.PROseq.plus.bw", "K562.PROseq.minus.bw"),
            ("a_pl.bigWig", "a_mn.bigWig"),
            ("x-FWD.bw", "x-REV.bw"),
            ("x_pos_1.bedGraph.gz", "x_neg_1.bedGraph.gz"),
            ("GSM1_p.bw", "GSM1_m.bw"),
            ("s1(+).bw", "s1(-).bw"),
            ("rna_forward.bw", "rna_reverse.bw"),
        ] {
            assert!(strands(Path::new(plus), Path::new(minus)), "{plus} {minus}");
            assert!(!strands(Path::new(minus), Path::new(plus)), "{plus} {minus}");
        }
        for (one, other) in
            [("step.bw", "stem.bw"), ("a.plus.bw", "b.minus.bw"), ("a.bw", "a.bw"), ("rep1.bw", "rem1.bw")]
        {
            assert!(!strands(Path::new(one), Path::new(other)), "{one} {other}");
        }
    }

    #[test]
    fn what_has_no_partner_stands_alone_and_the_order_stays() {
        let paths: Vec<PathBuf> = ["a.minus.bw", "peaks.bed", "b.plus.bw", "a.plus.bw"].map(PathBuf::from).into();
        let expected = [
            Group::Strands("a.plus.bw".into(), "a.minus.bw".into()),
            Group::Alone("peaks.bed".into()),
            Group::Alone("b.plus.bw".into()),
        ];
        assert_eq!(grouped(&paths, |_| true), expected);
        assert_eq!(common_name(Path::new("K562.PROseq.plus.bw"), Path::new("K562.PROseq.minus.bw")), "K562.PROseq");
    }
}
