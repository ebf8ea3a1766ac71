"""The measures of `metrics.json` as SciPy and scikit-learn compute them."""

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn import metrics

RESOLUTIONS = {50: 1, 1_000: 20, 10_000: 200}


@dataclass
class Compared:
    """Both tracks over one region, a number a 50 bp bin, NaN where missing; `marked` is None where nothing says so."""

    chromosome: str
    observed: np.ndarray
    imputed: np.ndarray
    marked: np.ndarray | None = None

    def coarse(self, k: int) -> "Compared":
        """Bins of k bins from the region's first on: means of what is not missing, marked when any is."""
        if k == 1:
            return self
        rows = lambda values, fill: np.pad(values, (0, -len(values) % k), constant_values=fill).reshape(-1, k)  # noqa: E731
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # a mean of nothing is what it should be: NaN
            mean = lambda values: np.nanmean(rows(values.astype("f8"), np.nan), axis=1).astype("f4")  # noqa: E731
            # A bin missing in one track takes no part in either mean.
            missing = np.isnan(self.observed) | np.isnan(self.imputed)
            observed = mean(np.where(missing, np.nan, self.observed))
            imputed = mean(np.where(missing, np.nan, self.imputed))
        marked = None if self.marked is None else rows(self.marked, False).any(axis=1)
        return Compared(self.chromosome, observed, imputed, marked)


def measures(parts: Sequence[Compared], threshold: float | None = None) -> dict[str, float | int | dict[str, int]]:
    """The measures over all parts together; what is undefined is NaN, what does not apply is left out."""
    observed = np.concatenate([part.observed for part in parts])
    imputed = np.concatenate([part.imputed for part in parts])
    ok = ~(np.isnan(observed) | np.isnan(imputed))
    o, i = observed[ok].astype("f8"), imputed[ok].astype("f8")
    found: dict[str, float | int | dict[str, int]] = {"bins": int(ok.sum())}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SciPy and scikit-learn warn where a measure is undefined
        found |= {
            "pearson": pearsonr(o, i)[0],
            "spearman": spearmanr(o, i)[0],
            "rmse": math.sqrt(np.mean((o - i) ** 2)),
            "r2": metrics.r2_score(o, i) if np.ptp(o) else math.nan,
        }
        if parts[0].marked is None:
            return found
        p = np.concatenate([part.marked for part in parts])[ok]
        found |= {
            "positives": int(p.sum()),
            "share_of_positives": p.mean(),
            "auroc": metrics.roc_auc_score(p, i) if 0 < p.sum() < len(p) else math.nan,
            "auprc": metrics.average_precision_score(p, i) if p.any() else math.nan,
        }
        if threshold is None:
            return found
        call = i >= np.float32(threshold)
        (tn, fp), (fn, tp) = metrics.confusion_matrix(p, call, labels=[False, True]).tolist()
        return found | {
            "threshold": float(str(np.float32(threshold))),
            "recall": metrics.recall_score(p, call, zero_division=np.nan),
            "precision": metrics.precision_score(p, call, zero_division=np.nan),
            "f1": metrics.f1_score(p, call, zero_division=np.nan),
            "accuracy": metrics.accuracy_score(p, call),
            "calls": {"true_positives": tp, "false_positives": fp, "true_negatives": tn, "false_negatives": fn},
        }


def assert_measures(told: dict, parts: Sequence[Compared], threshold: float | None, what: str) -> None:
    """A record of metrics.json holds these measures to 1e-9, null for what is undefined or does not apply."""
    expected = measures(parts, threshold)
    for name, got in told.items():
        value = expected.pop(name, math.nan)
        where = f"{what}, {name}: {got}, expected {value}"
        if isinstance(value, dict | int):
            assert got == value, where
        elif math.isnan(value):
            assert got is None, where
        else:
            assert got is not None and math.isclose(got, value, rel_tol=1e-9, abs_tol=1e-12), where
    assert not expected, f"{what}: metrics.json lacks {', '.join(expected)}"


def assert_metrics(told: dict, parts: Sequence[Compared], threshold: float | None = None) -> None:
    """metrics.json holds the measures of `parts` at every resolution, per chromosome and in all."""
    chromosomes = sorted({part.chromosome for part in parts})
    assert [resolution["bin_size"] for resolution in told["resolutions"]] == list(RESOLUTIONS)
    for resolution in told["resolutions"]:
        size = resolution["bin_size"]
        coarse = [part.coarse(RESOLUTIONS[size]) for part in parts]
        assert_measures(resolution["all"], coarse, threshold, f"{size} bp, all")
        assert list(resolution["chromosomes"]) == chromosomes
        if len(chromosomes) == 1:
            assert resolution["chromosomes"][chromosomes[0]] == resolution["all"]
            continue
        for name in chromosomes:
            here = [part for part in coarse if part.chromosome == name]
            assert_measures(resolution["chromosomes"][name], here, threshold, f"{size} bp, {name}")
