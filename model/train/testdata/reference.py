#!/usr/bin/env python3
"""Makes reference.json: what scikit-learn finds in the data of data() in
reference_test.go, which are the same formula.

    pip install numpy==2.3.4 scikit-learn==1.9.1
    python3 reference.py
"""
import json
import os
import warnings

import numpy as np
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

warnings.simplefilter("error")
os.chdir(os.path.dirname(os.path.abspath(__file__)))
ROWS, WIDTH = 300, 6


def data(classes):
    state = 1
    x, y = np.empty((ROWS, WIDTH)), []

    def draw():
        nonlocal state
        state = (state * 48271) % 2147483647
        return state / 2147483647

    for r in range(ROWS):
        for j in range(WIDTH):
            x[r, j] = (j + 1) * 10 * draw() + j * j
        x[r, 5] = x[r, 5] / 4 + x[r, 0] * 3  # goes along with another one
        score = x[r, 0] / 3 - x[r, 1] / 8 + x[r, 3] / 30 + 1.5 * draw()
        y.append(sum(score > cut for cut in ([2.2] if classes == 2 else [1.2, 2.6])))
    return x, np.array(y)


def fit(classes, penalty, lam, balanced):
    x, y = data(classes)
    x = StandardScaler().fit_transform(x)
    m = LogisticRegression(
        l1_ratio=1.0 if penalty == "l1" else 0.0, C=1 / (lam * ROWS), class_weight="balanced" if balanced else None,
        solver="saga" if penalty == "l1" else "lbfgs", tol=1e-13 if penalty == "l1" else 1e-10, max_iter=1_000_000)
    m.fit(x, y)
    p = m.predict_proba(x)
    out = {"classes": classes, "penalty": penalty, "lambda": lam, "balanced": balanced,
           "coefficients": m.coef_.tolist(), "intercepts": m.intercept_.tolist()}
    one = np.eye(classes)[y]
    said = p.argmax(axis=1)
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(y, said)
    squares = ((p - one) ** 2).sum(axis=1).mean()
    at = []
    for k in range(classes):
        fpr, tpr, _ = metrics.roc_curve(one[:, k], p[:, k], drop_intermediate=False)
        at.append([tpr[fpr <= rate].max() for rate in (1e-2, 1e-3, 1e-4)])
    out["metrics"] = {
        "confusion": metrics.confusion_matrix(y, said).tolist(),
        "accuracy": metrics.accuracy_score(y, said), "macro_f1": f1.mean(), "log_loss": metrics.log_loss(y, p),
        "brier": squares / 2 if classes == 2 else squares, "precision": precision.tolist(), "recall": recall.tolist(), "f1": f1.tolist(),
        "auc": [metrics.roc_auc_score(one[:, k], p[:, k]) for k in range(classes)],
        "average_precision": [metrics.average_precision_score(one[:, k], p[:, k]) for k in range(classes)],
        "at": at,
    }
    return out


cases = [fit(c, p, lam, b) for c in (2, 3) for p, lam, b in (("l2", 0.01, False), ("l2", 1e-5, True), ("l1", 0.01, False), ("l1", 0.001, True))]
with open("reference.json", "w") as f:
    json.dump(cases, f, indent=1)
    f.write("\n")
