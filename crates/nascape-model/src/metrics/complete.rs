//! The one filter in front of every measure: only bins that both tracks assess.

use std::borrow::Cow;

use super::Error;

/// An observed and an imputed track, and their positives where known, with no missing bin left: slices of equal length.
///
/// Borrows when nothing was missing, so that a whole genome is not copied.
#[derive(Debug, Clone)]
pub struct Complete<'a> {
    /// The observed value of each bin, never NaN.
    pub observed: Cow<'a, [f32]>,
    /// The imputed value of each bin, never NaN.
    pub imputed: Cow<'a, [f32]>,
    /// Whether the mark is present in each bin, where that is known.
    pub positive: Option<Cow<'a, [bool]>>,
}

impl<'a> Complete<'a> {
    /// Drops each bin that is NaN in `observed` or in `imputed`, from all the slices.
    ///
    /// # Errors
    /// [`Error::Lengths`] when the slices differ in length, [`Error::TooMany`] from 2^31 bins.
    pub fn new(observed: &'a [f32], imputed: &'a [f32], positive: Option<&'a [bool]>) -> Result<Self, Error> {
        let unequal = |other_name, other| Error::Lengths { observed: observed.len(), other_name, other };
        if imputed.len() != observed.len() {
            return Err(unequal("imputed track", imputed.len()));
        }
        if let Some(positive) = positive.filter(|positive| positive.len() != observed.len()) {
            return Err(unequal("positives", positive.len()));
        }
        if i32::try_from(observed.len()).is_err() {
            return Err(Error::TooMany { bins: observed.len() });
        }
        let assessed = || observed.iter().zip(imputed).map(|(o, i)| !o.is_nan() && !i.is_nan());
        if assessed().all(|assessed| assessed) {
            return Ok(Self { observed: observed.into(), imputed: imputed.into(), positive: positive.map(Cow::from) });
        }
        Ok(Self {
            observed: kept(observed, assessed()).into(),
            imputed: kept(imputed, assessed()).into(),
            positive: positive.map(|positive| kept(positive, assessed()).into()),
        })
    }
}

fn kept<T: Copy>(values: &[T], keep: impl Iterator<Item = bool>) -> Vec<T> {
    values.iter().zip(keep).filter(|(_, keep)| *keep).map(|(value, _)| *value).collect()
}

/// Which bins are positive: those with at least `at_least` in `observed`. A missing bin is not.
///
/// For a peak file binned to 0 and 1, any `at_least` above 0 and up to 1 will do.
pub fn positives(observed: &[f32], at_least: f32) -> Vec<bool> {
    observed.iter().map(|value| *value >= at_least).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bin_missing_in_either_track_is_dropped_from_all() {
        let (observed, imputed) = ([1.0, f32::NAN, 3.0, 4.0], [5.0, 6.0, f32::NAN, 8.0]);
        let complete = Complete::new(&observed, &imputed, Some(&[true, true, true, false])).unwrap();
        assert_eq!(complete.observed, &[1.0, 4.0][..]);
        assert_eq!(complete.imputed, &[5.0, 8.0][..]);
        assert_eq!(complete.positive.as_deref(), Some(&[true, false][..]));
    }

    #[test]
    fn nothing_is_copied_when_nothing_is_missing() {
        let complete = Complete::new(&[1.0, 2.0], &[3.0, 4.0], None).unwrap();
        assert!(matches!(complete.observed, Cow::Borrowed(_)));
    }

    #[test]
    fn tracks_of_unequal_length_are_an_error_that_names_both() {
        let error = Complete::new(&[1.0, 2.0], &[1.0], None).unwrap_err();
        assert_eq!(error, Error::Lengths { observed: 2, other_name: "imputed track", other: 1 });
        let error = Complete::new(&[1.0], &[1.0], Some(&[])).unwrap_err();
        assert!(error.to_string().starts_with("the observed track has 1 bins and the positives 0"));
    }

    #[test]
    fn a_missing_bin_is_not_positive() {
        assert_eq!(positives(&[0.0, 1.0, f32::NAN, 2.0], 1.0), [false, true, false, true]);
    }
}
