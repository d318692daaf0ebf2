#!/usr/bin/env python3
"""Makes the models and the reference results in this folder.

    pip install numpy==2.* scikit-learn==1.9.1 lightgbm==4.7.0 xgboost==3.2.0
    python3 reference.py

The data are random numbers that stand for six features of flows; what counts is
that the same model gives the same probabilities and contributions here and
there. Each NAME.json has rows of x, the probabilities p of all classes, and
the contributions c of class "of" with the mean behind them (for trees Shapley
values, as the libraries compute them).
"""
import json
import os

import lightgbm
import numpy
import sklearn.linear_model
import sklearn.preprocessing
import xgboost

os.chdir(os.path.dirname(os.path.abspath(__file__)))
NAMES = ["dp", "sp", "num_pkts_in", "num_pkts_out", "bytes_in", "bytes_out"]
random = numpy.random.default_rng(7)
X = numpy.round(random.normal(size=(600, 6)) * [20, 1, 3, 3, 400, 90], 2)
score = X[:, 0] / 20 + X[:, 1] * X[:, 2] / 3 + X[:, 4] / 800 + 0.3 * random.normal(size=600)
BINARY = (score > 0.4).astype(int)
THREE = numpy.digitize(score, [-0.5, 0.7])
ROWS = X[:40]


def write(name, p, c, of):
    p = numpy.asarray(p, dtype=float)
    if p.ndim == 1:
        p = numpy.stack([1 - p, p], axis=1)
    with open(name + ".json", "w") as out:
        json.dump({"x": ROWS.tolist(), "p": p.tolist(), "c": numpy.asarray(c, dtype=float).tolist(), "of": of}, out, indent=None)
        out.write("\n")


def logistic(name, y, of):
    scaler = sklearn.preprocessing.StandardScaler().fit(X)
    m = sklearn.linear_model.LogisticRegression(C=0.5, max_iter=1000, tol=1e-10).fit(scaler.transform(X), y)
    contributions = scaler.transform(ROWS) * m.coef_[of if len(m.coef_) > 1 else 0]
    mean = m.intercept_[of if len(m.coef_) > 1 else 0]
    write(name, m.predict_proba(scaler.transform(ROWS)), numpy.column_stack([contributions, numpy.full(len(ROWS), mean)]), of)
    with open(name + ".model", "w") as out:
        json.dump({"mean": scaler.mean_.tolist(), "scale": scaler.scale_.tolist(), "coefficients": m.coef_.tolist(),
                   "intercepts": m.intercept_.tolist()}, out)
        out.write("\n")


def boost_light(name, y, of, rounds, **more):
    settings = dict(objective="binary", num_leaves=8, min_data_in_leaf=10, learning_rate=0.2, seed=1, deterministic=True, num_threads=1, verbose=-1)
    m = lightgbm.train(settings | more, lightgbm.Dataset(X, y, feature_name=NAMES), rounds)
    c = m.predict(ROWS, pred_contrib=True)
    if c.shape[1] > 7:
        c = c[:, 7 * of:7 * of + 7]
    write(name, m.predict(ROWS), c * more.get("sigmoid", 1), of)  # of the logarithm of the odds
    m.save_model(name + ".model")


def boost_extreme(name, y, of, rounds, **more):
    settings = dict(objective="binary:logistic", max_depth=4, eta=0.3, nthread=1, seed=1)
    m = xgboost.train(settings | more, xgboost.DMatrix(X, y, feature_names=NAMES), rounds)
    d = xgboost.DMatrix(ROWS, feature_names=NAMES)
    c = m.predict(d, pred_contribs=True)
    write(name, m.predict(d), c[:, of] if c.ndim == 3 else c, of)
    with open(name + ".model", "wb") as out:
        out.write(m.save_raw("json"))


logistic("logistic-binary", BINARY, 1)
logistic("logistic-three", THREE, 2)
boost_light("lightgbm-binary", BINARY, 1, 20)
boost_light("lightgbm-three", THREE, 2, 8, objective="multiclass", num_class=3)
boost_light("lightgbm-sigmoid", BINARY, 1, 5, sigmoid=2.5, min_data_in_leaf=100)
boost_extreme("xgboost-binary", BINARY, 1, 15)
boost_extreme("xgboost-three", THREE, 2, 6, objective="multi:softprob", num_class=3)
boost_extreme("xgboost-base", BINARY, 1, 3, base_score=0.125)
