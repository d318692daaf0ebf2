"""Reads a Parquet file of joy with DuckDB, pyarrow, pandas and Polars, and compares
what they count with the JSON that it was made of: engines.py JSON PARQUET."""
import json
import sys

import duckdb
import pandas
import polars
import pyarrow
import pyarrow.parquet

lines, path = sys.argv[1:]
flows = [f for f in map(json.loads, open(lines, encoding="utf-8")) if "sa" in f]

def micros(f, name):
    whole, part = str(f[name]).split(".")
    return int(whole) * 10**6 + int(part.ljust(6, "0")[:6])

want = {
    "flows": len(flows),
    "bytes_out": sum(f["bytes_out"] for f in flows),
    "bytes_in": sum(f.get("bytes_in", 0) for f in flows),
    "without in": sum("bytes_in" not in f for f in flows),
    "ports": sum(f["dp"] or 0 for f in flows),
    "entropy": round(sum(f.get("entropy", 0) for f in flows), 6),
    "lengths": sum(p["b"] for f in flows for p in f["packets"]),
    "distribution": sum(sum(f.get("byte_dist", [])) for f in flows),
    "names": sum(len(f["tls"].get("sni", [])) for f in flows if "tls" in f),
    "tls": sum("tls" in f for f in flows),
    "questions": sum(len(f["dns"]) for f in flows if "dns" in f),
    "first": min(micros(f, "time_start") for f in flows),
    "last": max(micros(f, "time_end") for f in flows),
}
bad = False

def check(engine, got):
    global bad
    for key, value in got.items():
        if value != want[key]:
            print(f"{engine}: {key} is {value}, want {want[key]}")
            bad = True

duckdb.sql("SET TimeZone = 'UTC'")
keys = ["flows", "bytes_out", "bytes_in", "without in", "ports", "entropy", "lengths", "distribution", "names", "tls", "questions", "first", "last"]
row = duckdb.sql(f"""SELECT count(*), sum(bytes_out), sum(bytes_in), count(*) FILTER (bytes_in IS NULL), sum(dp), round(sum(entropy), 6),
    sum(list_sum([p.b FOR p IN packets])), sum(list_sum(byte_dist)), sum(len(tls.sni)), count(*) FILTER (tls IS NOT NULL),
    sum(len(dns)), min(epoch_us(time_start)), max(epoch_us(time_end)) FROM read_parquet('{path}')""").fetchall()[0]
check("duckdb", dict(zip(keys, [v or 0 for v in row])))

table = pyarrow.parquet.read_table(path)
frame = table.select(["bytes_out", "bytes_in", "dp", "entropy", "time_start", "time_end"]).to_pandas()
check("pandas", {
    "flows": len(frame), "bytes_out": int(frame.bytes_out.sum()), "bytes_in": int(frame.bytes_in.sum()),
    "without in": int(frame.bytes_in.isna().sum()), "ports": int(frame.dp.sum()), "entropy": round(float(frame.entropy.sum()), 6),
    "first": frame.time_start.min().value // 1000, "last": frame.time_end.max().value // 1000,
})
rows = table.select(["packets", "byte_dist", "tls", "dns"]).to_pylist()
check("pyarrow", {
    "lengths": sum(p["b"] for r in rows for p in r["packets"]),
    "distribution": sum(sum(r["byte_dist"] or []) for r in rows),
    "names": sum(len(r["tls"]["sni"] or []) for r in rows if r["tls"] is not None),
    "tls": sum(r["tls"] is not None for r in rows),
    "questions": sum(len(r["dns"] or []) for r in rows),
})

frame = polars.read_parquet(path)
check("polars", {
    "flows": frame.height, "bytes_out": frame["bytes_out"].sum(), "bytes_in": frame["bytes_in"].sum(),
    "without in": frame["bytes_in"].null_count(), "ports": frame["dp"].sum(), "entropy": round(frame["entropy"].sum(), 6),
    "lengths": frame.select(polars.col("packets").explode().struct.field("b").sum()).item(),
    "distribution": frame.select(polars.col("byte_dist").explode().sum()).item() or 0,
    "first": frame["time_start"].dt.epoch("us").min(), "last": frame["time_end"].dt.epoch("us").max(),
})

types = {
    "sa": pyarrow.string(), "pr": pyarrow.int32(), "dp": pyarrow.int32(), "bytes_out": pyarrow.int64(), "entropy": pyarrow.float64(),
    "time_start": pyarrow.timestamp("us", tz="UTC"), "flow_id": pyarrow.string(), "extra": pyarrow.string(), "seq": pyarrow.int64(),
}
for name, t in types.items():
    if table.schema.field(name).type != t:
        print(f"{name} is {table.schema.field(name).type}, docs/parquet.md says {t}")
        bad = True
described = {name: kind for name, kind, *_ in duckdb.sql(f"DESCRIBE SELECT * FROM read_parquet('{path}')").fetchall()}
for name, kind in {"pr": "INTEGER", "bytes_out": "BIGINT", "time_start": "TIMESTAMP WITH TIME ZONE", "byte_dist": "INTEGER[]", "http": None}.items():
    if kind and described[name] != kind:
        print(f"duckdb: {name} is {described[name]}, docs/parquet.md says {kind}")
        bad = True

for at in range(table.num_columns and pyarrow.parquet.ParquetFile(path).num_row_groups):
    times = pyarrow.parquet.ParquetFile(path).read_row_group(at, ["time_start"])["time_start"].to_pylist()
    if times != sorted(times):
        print("a row group is not in the order of time_start")
        bad = True

# Files of the engines are read by the Go test that has called this.
duckdb.sql(f"COPY (SELECT * FROM read_parquet('{path}') ORDER BY time_start) TO '{path}.duckdb' (FORMAT parquet)")
pyarrow.parquet.write_table(table, path + ".pyarrow", data_page_version="2.0", compression="snappy")
frame.write_parquet(path + ".polars", compression="lz4")
print("versions", duckdb.__version__, pyarrow.__version__, pandas.__version__, polars.__version__)
sys.exit(bad)
