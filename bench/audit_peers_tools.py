"""One tool on one task, for audit_peers.py: run by the interpreter in which the tool is installed; prints one line of JSON."""

from __future__ import annotations

import importlib
import json
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np


def labels_nohero(source: str) -> dict[str, Any]:
    """The audit's ranking; no folder is read, the collection is made as a source makes it."""
    import polars as pl

    from nohero.evidence.audit import label_doubts, profile
    from nohero.sources.collection import Collection
    from nohero.sources.table import of_cells

    imported()
    if source.endswith(".npz"):
        held = np.load(source)
        items = tuple(map(str, range(len(held["x"]))))
        collection = Collection(name="set", source=source, kind="picture", frame=pl.DataFrame({"label": held["y"].tolist()}), items=items, label="label", pictures=held["x"])
    else:
        frame = pl.read_csv(source)
        text = "text" in frame.columns
        cells = frame.select(pl.all().cast(str))
        collection = Collection(name="set", source=source, kind="text", frame=frame, items=tuple(map(str, range(len(frame)))), label="given label", texts=frame["text"]) if text else of_cells(cells, "set", label="given label")
    label_doubts.LISTED = len(collection)
    began = time.process_time()
    doubts = label_doubts.measure(collection, profile.measure(collection))
    quality = np.zeros(len(collection))
    quality[list(doubts.order)] = doubts.given
    named = doubts.order[: max(doubts.contrary, round(doubts.noise * doubts.n))]  # what the finding names
    return {"quality": quality.tolist(), "flagged": list(named), "seconds": time.process_time() - began}


def imported() -> None:
    """What our measurements import when they first run, as the others import it when they are imported."""
    for name in ("scipy.sparse", "scipy.stats", "sklearn.ensemble", "sklearn.model_selection", "sklearn.tree", "nohero.checkup"):
        importlib.import_module(name)
    importlib.import_module("nohero.checks.check").audit_checks()


def labels_cleanlab(source: str) -> dict[str, Any]:
    """Logistic regression in five folds, then the issues and the quality of each label."""
    import pandas as pd
    from cleanlab.filter import find_label_issues
    from cleanlab.rank import get_label_quality_scores
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import cross_val_predict
    from sklearn.preprocessing import StandardScaler

    if source.endswith(".npz"):
        held = np.load(source)
        table, given = None, held["y"]
    else:
        table = pd.read_csv(source)
        given = table.pop("given label").to_numpy().astype(str)
    began = time.process_time()
    if table is None:
        x: Any = held["x"].reshape(len(given), -1) / 255.0
    elif "text" in table:
        x = TfidfVectorizer(ngram_range=(1, 2), min_df=2).fit_transform(table["text"])
    else:
        x = StandardScaler().fit_transform(pd.get_dummies(table).fillna(0).to_numpy(dtype=float))
    y = np.unique(given, return_inverse=True)[1]
    said = cross_val_predict(LogisticRegression(max_iter=200), x, y, cv=5, method="predict_proba")
    quality = get_label_quality_scores(y, said)
    flagged = find_label_issues(y, said, n_jobs=1)
    return {"quality": quality.tolist(), "flagged": np.flatnonzero(flagged).tolist(), "seconds": time.process_time() - began}


def _place(name: str) -> str:
    return "/".join(Path(name).parts[-2:])


def pictures_nohero(folder: str) -> dict[str, Any]:
    """The whole audit but for what concerns labels."""
    import nohero

    began = time.process_time()
    found = nohero.audit(folder, select="DAT500,DAT650,DAT653,DAT655,DAT660,DAT661,DAT662,DAT663", budget=None, progress=False).all
    groups = {"DAT500": "unreadable", "DAT650": "light", "DAT655": "light", "DAT653": "shape", "DAT660": "copies", "DAT661": "copies", "DAT663": "copies"}
    named: dict[str, list[str]] = {}
    for finding in found:
        if finding.code in groups:
            named.setdefault(groups[finding.code], []).extend(_place(i) for i in finding.items)
    return {"named": named, "seconds": time.process_time() - began}


def pictures_cleanvision(folder: str) -> dict[str, Any]:
    """All its issues."""
    from cleanvision import Imagelab

    began = time.process_time()
    lab = Imagelab(data_path=folder)
    lab.find_issues(n_jobs=1, verbose=False)
    issues, named = lab.issues, {}
    for group, kinds in {"light": ("dark", "light", "low_information"), "shape": ("odd_aspect_ratio", "odd_size"), "copies": ("exact_duplicates", "near_duplicates")}.items():
        columns = [f"is_{kind}_issue" for kind in kinds if f"is_{kind}_issue" in issues]
        named[group] = [_place(str(i)) for i in issues.index[issues[columns].any(axis=1)]]
    return {"named": named, "seconds": time.process_time() - began}


def pictures_imagededup(folder: str) -> dict[str, Any]:
    """Perceptual hashes at its default distance."""
    from unittest.mock import MagicMock

    empty = ("torchvision", "torchvision.transforms", "torchvision.models", "torchvision.models.vision_transformer", "torchvision.models.efficientnet", "torchvision.transforms.transforms")
    sys.modules.update({name: MagicMock() for name in empty})
    from imagededup.methods import PHash

    began = time.process_time()
    hashes = PHash(verbose=False)
    found = hashes.find_duplicates(encoding_map=hashes.encode_images(image_dir=folder, recursive=True, num_enc_workers=0), num_dist_workers=0)
    return {"named": {"copies": [_place(name) for name, others in found.items() if others]}, "seconds": time.process_time() - began}


def tables_nohero(path: str, label: str, select: str = "") -> dict[str, Any]:
    """The whole audit, or some checks of it."""
    import nohero

    imported()
    began = time.process_time()
    found = nohero.audit(path, target=label, budget=None, progress=False, select=select).all
    named = {f.name: (" ".join((*f.where, f.message)) if f.status in ("FAIL", "WARN", "UNSURE") else "") for f in found if f.code.startswith("DAT5")}
    return {"named": {kind: [w.strip("`,.:;()") for w in _fields(told)] for kind, told in named.items()}, "seconds": time.process_time() - began}


def _fields(told: str) -> list[str]:
    """The fields that a sentence names."""
    planted = [f"planted {kind}" for kind in ("idle-fields", "twin-fields", "identifier-fields", "label-leak")]
    return [*(p for p in planted if p in told), *told.split()]


def tables_deepchecks(path: str, label: str) -> dict[str, Any]:
    """Its checks of one table, each by itself; a check names what its conditions fail on."""
    import pandas as pd
    from deepchecks.tabular import Dataset, checks

    table = pd.read_csv(path, header=0)
    dataset = Dataset(table, label=label)
    began = time.process_time()
    asked = {
        "idle-fields": checks.IsSingleValue().add_condition_not_single_value(), "mixed-cells": checks.MixedDataTypes().add_condition_rare_type_ratio_not_in_range(),
        "spelling-variants": checks.StringMismatch().add_condition_number_variants_less_or_equal(0), "repeated-rows": checks.DataDuplicates().add_condition_ratio_less_or_equal(0),
        "garbled-cells": checks.SpecialCharacters().add_condition_ratio_of_special_characters_less_or_equal(0), "hidden-missing": checks.MixedNulls().add_condition_different_nulls_less_equal_to(0),
        "twin-fields": checks.FeatureFeatureCorrelation().add_condition_max_number_of_pairs_above_threshold(0.9, 0), "label-leak": checks.FeatureLabelCorrelation().add_condition_feature_pps_less_than(0.8),
    }  # fmt: skip
    named = {}
    for kind, check in asked.items():
        try:
            result = check.run(dataset)
            told = " ".join(c.details for c in result.conditions_results if not c.is_pass())
        except Exception as error:  # noqa: BLE001 (a check that breaks names nothing)
            told = f"broke {type(error).__name__}"
        named[kind] = [w.strip("{}[]'\",.:()") for w in _fields(told)] if told else []
    return {"named": named, "seconds": time.process_time() - began}


def tables_ydata_profiling(path: str, label: str) -> dict[str, Any]:
    """Its report's alerts."""
    import pandas as pd
    from ydata_profiling import ProfileReport

    table = pd.read_csv(path)
    began = time.process_time()
    alerts = ProfileReport(table, progress_bar=False, pool_size=1).get_description().alerts
    kinds = {"idle-fields": "CONSTANT", "twin-fields": "HIGH_CORRELATION", "identifier-fields": "UNIQUE", "repeated-rows": "DUPLICATES", "gross-outliers": "SKEWED", "label-leak": "HIGH_CORRELATION"}
    named = {kind: [a.column_name or "the table" for a in alerts if a.alert_type.name == name] for kind, name in kinds.items()}
    return {"named": named, "seconds": time.process_time() - began}


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1].replace("-", "_")](*sys.argv[2:])))
