package arch

import (
	"path"
	"slices"
	"strings"
)

// A layer says what the packages of a directory may import of ours. Names are
// patterns of path.Match; * alone stands for all directories.
type layer struct {
	dir     string
	imports string
}

// layers are the packages of the module, bottom first: an import points up in
// this list, or to the same line. A package that is not here is not to be.
var layers = []layer{
	{"wire", ""},
	{"telemetry/element", ""},
	{"unpack", ""},
	{"capture", ""},
	{"capture/afpacket", "capture capture/filter"},
	{"capture/libpcap", "capture"},
	{"capture/*", "capture wire unpack"},
	{"packet", "wire capture"},
	{"feature", ""},
	{"feature/featuretest", "feature capture packet"},
	{"measure", "packet"},
	{"proto/*", "feature wire proto/*"},
	{"proto/*/*test", "feature feature/featuretest wire capture packet proto/*"},
	{"telemetry/origin", "feature"},
	{"record", "proto/* measure feature packet telemetry/origin"},
	{"record/schema", ""},
	{"telemetry/listen", "capture"},
	{"telemetry", "record packet wire capture measure feature proto/* telemetry/*"},
	{"internal/flowtable", "packet"},
	{"internal/reassembly", "packet"},
	{"internal/engine", "wire capture capture/filter packet feature measure proto/* record internal/flowtable internal/reassembly"},
	{"query/value", ""},
	{"query/flow", "query/value"},
	{"fingerprint", ""},
	{"fingerprint/npf", "fingerprint"},
	{"fingerprint/database", "fingerprint fingerprint/npf unpack"},
	{"fingerprint/exchange", "fingerprint fingerprint/npf fingerprint/database unpack"},
	{"fingerprint/index", "fingerprint fingerprint/npf fingerprint/database"},
	{"fingerprint/match", "fingerprint fingerprint/npf fingerprint/database fingerprint/index"},
	{"fingerprint/shipped", "fingerprint/database"},
	{"fingerprint/observe", "fingerprint fingerprint/npf feature record proto/* query/flow query/value"},
	{"fingerprint/explain", "fingerprint fingerprint/npf proto/tls wire"},
	{"fingerprint/survey", "fingerprint fingerprint/observe"},
	{"fingerprint/labels", "fingerprint fingerprint/observe"},
	{"audit/suite", "proto/tls"},
	{"audit/algorithm", ""},
	{"audit/policy", "audit/algorithm audit/suite"},
	{"audit/facts", "record feature proto/* query/flow query/value"},
	{"audit", "audit/* proto/tls feature"},
	{"model/sample", "record measure proto/tls query/flow query/value"},
	{"model/vector", "model/sample proto/tls"},
	{"model/odds", ""},
	{"model/logistic", "model/odds"},
	{"model/trees", "model/odds"},
	{"model/lightgbm", "model/trees"},
	{"model/xgboost", "model/trees"},
	{"model/params", "model/sample model/vector model/logistic"},
	{"model/file", "model/logistic model/trees model/vector"},
	{"model/train", "model/logistic"},
	{"model/train/metric", ""},
	{"model", "model/*"},
	{"enrich/fingerprints", "record fingerprint/npf proto/* wire"},
	{"fingerprint/match/evaluate", "fingerprint fingerprint/npf fingerprint/database fingerprint/index fingerprint/match"},
	{"enrich/software", "record fingerprint fingerprint/*"},
	{"enrich/classify", "record model model/sample"},
	{"enrich/*", "record measure packet enrich/*"},
	{"format/*", "record record/schema query/value telemetry/element proto/* feature measure"},
	{"query/element", "query/value"},
	{"query/where", "query/element query/value"},
	{"query/stitch", "query/value"},
	{"query/link", "query/value"},
	{"query/order", ""},
	{"query/group", "query/element query/order query/value"},
	{"query/sleuth", "query/*"},
	{"detect/threshold", ""},
	{"detect/domain", ""},
	{"detect/distinct", ""},
	{"detect/network", ""},
	{"detect/letters", ""},
	{"detect/letters/train", "detect/letters"},
	{"detect/finding", "query/flow"},
	{"detect/recent", "detect/finding"},
	{"detect/contact", "query/flow"},
	{"detect/lookup", "detect/domain query/flow query/value"},
	{"detect/secret", "detect/* query/flow query/value"},
	{"detect/certificate", "detect/* query/flow audit/facts"},
	{"detect/*", "detect/* query/flow query/value"},
	{"detect", "detect/* query/flow"},
	{"convert/anonymize", "enrich/anon feature measure proto/* query/value record"},
	{"convert/part", "proto/tls query/value"},
	{"convert/csv", "query/element query/value"},
	{"convert/present", "feature query/flow query/value record/schema"},
	{"convert/zeek", "convert/part feature proto/dns query/flow query/value"},
	{"convert/ecs", "convert/part feature query/flow query/value"},
	{"convert/merge", "feature query/flow query/order query/value"},
	{"plot", ""},
	{"report", "audit audit/* detect/finding plot proto/tls query/flow query/value query/where"},
	{".", "capture capture/* packet measure feature proto/* record record/schema internal/engine enrich/* format/* telemetry model"},
	{"slice", ". capture capture/* record"},
	{"docs", ""},
	{"web", ". convert/csv docs format/parquet slice plot capture/* unpack record audit audit/* detect enrich/software fingerprint fingerprint/* query/*"},
	{"dataset/sketch", ""},
	{"dataset/truth", "query/flow query/value enrich/label"},
	{"dataset/split", "dataset/truth query/flow"},
	{"dataset/twins", "dataset/split"},
	{"dataset/matrix", ""},
	{"dataset/leak", "dataset/sketch"},
	{"dataset/manifest", "dataset/leak dataset/sketch dataset/truth dataset/twins"},
	{"dataset/traits", "model/sample query/flow query/value"},
	{"dataset/splt", "dataset/traits model/vector"},
	{"dataset/flowstats", "dataset/traits model/vector"},
	{"dataset/nfstream", "dataset/traits model/vector"},
	{"dataset/columns", "dataset/splt dataset/flowstats dataset/nfstream dataset/traits model/vector query/flow"},
	{"dataset/written", "dataset/manifest"},
	{"dataset/drift", "dataset/columns dataset/manifest dataset/sketch query/flow"},
	{"dataset", "dataset/* query/flow"},
	{"service/*", ""},
	{"cmd/*", "*"},
	{"internal/pair", ""},
	{"internal/replay", "capture"},
	{"internal/gen", ""},
	{"internal/arch", ""},
	{"bench", "*"},
	{"bench/*", "*"},
}

// matches reports whether a directory is one that the pattern stands for.
func matches(pattern, dir string) bool {
	ok, _ := path.Match(pattern, dir) // the patterns are well formed
	return ok || pattern == "*"
}

// checkImports wants the arrows to point down. Tests may import what they like
// of ours, as far as the compiler lets them.
func checkImports(m *module) (bad []string) {
	for _, p := range m.packages {
		i := slices.IndexFunc(layers, func(l layer) bool { return matches(l.dir, p.dir) })
		if i < 0 {
			bad = append(bad, p.dir+": has no line in the table of layers")
			continue
		}
		allowed := strings.Fields(layers[i].imports)
		for _, f := range p.files {
			if f.test {
				continue
			}
			for _, spec := range f.Imports {
				dir, ours := strings.CutPrefix(importPath(spec)+"/", m.path+"/")
				dir = path.Clean(dir)
				if ours && !slices.ContainsFunc(allowed, func(a string) bool { return matches(a, dir) }) {
					bad = append(bad, m.at(spec.Pos(), "%s must not import %s", p.dir, dir))
				}
			}
		}
	}
	return bad
}
