"""Reads what joy dataset wrote to a directory, with the libraries that it is for, and compares."""
import sys

import numpy as np
import pandas as pd
from sklearn.datasets import load_svmlight_file

d = sys.argv[1]
X, y, names = (np.load(f"{d}/all.{n}.npy") for n in ("X", "y", "names"))
assert X.dtype in (np.float64, np.float32) and y.dtype == np.int64
csv, parquet = pd.read_csv(f"{d}/all.csv", float_precision="round_trip"), pd.read_parquet(f"{d}/all.parquet")
S, labels = load_svmlight_file(f"{d}/all.svm", n_features=X.shape[1], dtype=X.dtype)
for table in (csv, parquet):
    assert list(table.columns) == list(names) + ["class"], table.columns
    assert (table.iloc[:, :-1].to_numpy().astype(X.dtype) == X).all(), table
    assert (table["class"].isna() == (y == -1)).all()
    assert list(table["class"].fillna("")) == ["web", 'say "no", twice', "", "web"]
assert (S.toarray() == X).all() and (labels == y).all()
