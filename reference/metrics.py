"""Metric fixtures of crates/tasks from scikit-learn and scipy.

    python reference/metrics.py

Writes crates/tasks/tests/fixtures/metrics.json. NaN, scipy's answer for a constant side, is written as null.
Made with numpy 2.4.6, scikit-learn 1.9.1, scipy 1.17.1.
"""

import json
import math
import warnings
from pathlib import Path

import numpy as np
from scipy.stats import pearsonr, spearmanr
from sklearn.metrics import accuracy_score, f1_score, matthews_corrcoef

OUT = Path(__file__).resolve().parent.parent / "crates/tasks/tests/fixtures/metrics.json"


def class_case(name, predictions, labels):
    predictions, labels = [int(p) for p in predictions], [int(y) for y in labels]
    binary = max(predictions + labels) <= 1
    return {
        "name": name,
        "predictions": predictions,
        "labels": labels,
        "accuracy": float(accuracy_score(labels, predictions)),
        "f1": float(f1_score(labels, predictions, zero_division=0)) if binary else None,
        "matthews": float(matthews_corrcoef(labels, predictions)),
    }


def number_case(name, x, y):
    # float32 first: that is what a model puts out and what the readers keep.
    x, y = np.asarray(x, np.float32).astype(float), np.asarray(y, np.float32).astype(float)
    finite = lambda value: None if math.isnan(value) else float(value)
    return {
        "name": name,
        "x": x.tolist(),
        "y": y.tolist(),
        "pearson": finite(pearsonr(x, y).statistic),
        "spearman": finite(spearmanr(x, y).statistic),
    }


def main():
    warnings.simplefilter("ignore")
    rng = np.random.default_rng(20240226)
    flip = lambda labels, share, k: np.where(rng.random(len(labels)) < share, rng.integers(0, k, len(labels)), labels)
    classes = []
    for k in (2, 3, 5):
        for n, share in ((7, 0.5), (277, 0.3), (1043, 0.9)):
            labels = rng.integers(0, k, n)
            classes.append(class_case(f"random k={k} n={n}", flip(labels, share, k), labels))
    skewed = (rng.random(400) < 0.07).astype(int)
    classes += [
        class_case("rare positive", flip(skewed, 0.2, 2), skewed),
        class_case("all right", skewed, skewed),
        class_case("all wrong", 1 - skewed, skewed),
        class_case("constant 0", np.zeros_like(skewed), skewed),
        class_case("constant 1", np.ones_like(skewed), skewed),
        class_case("constant label 0", skewed, np.zeros_like(skewed)),
        class_case("both constant 0", np.zeros(5), np.zeros(5)),
        class_case("both constant 1", np.ones(5), np.ones(5)),
        class_case("constant against the other constant", np.ones(5), np.zeros(5)),
        class_case("one example, right", [1], [1]),
        class_case("one example, wrong", [0], [1]),
        class_case("class only predicted", [2, 2, 0, 1], [0, 1, 0, 1]),
        class_case("mnli shares, constant", np.zeros(60), np.repeat([0, 1, 2], [21, 19, 20])),
    ]

    scores = np.round(rng.uniform(0, 5, 300) * 5) / 5
    noise = rng.normal(size=300)
    numbers = [
        number_case("random", rng.normal(size=50), rng.normal(size=50)),
        number_case("noisy scores", scores + noise, scores),
        number_case("tied on both sides", np.round(scores + noise), np.round(scores)),
        number_case("two values", (scores > 2).astype(float), scores),
        number_case("rising but bent", np.exp(scores + noise / 10), scores),
        number_case("reversed", -scores, scores),
        number_case("equal", scores, scores),
        number_case("large offset", 1e4 + noise, scores),
        number_case("tiny scale", 1e-20 * noise, scores),
        number_case("huge scale", 1e20 * noise, scores),
        number_case("constant prediction", np.full(300, 2.7), scores),
        number_case("constant label", noise, np.full(300, 3.0)),
        number_case("three points", [1.0, 2.0, 2.0], [0.5, 0.5, 4.0]),
        number_case("two points", [1.0, 2.0], [5.0, 1.0]),
        number_case("one tie of all but one", [0.0, 0.0, 0.0, 1.0], [1.0, 2.0, 3.0, 4.0]),
    ]
    OUT.parent.mkdir(parents=True, exist_ok=True)
    cases = lambda items: ",\n".join(json.dumps(item) for item in items)
    OUT.write_text(f'{{"classes": [\n{cases(classes)}\n],\n"numbers": [\n{cases(numbers)}\n]}}\n')


if __name__ == "__main__":
    main()
