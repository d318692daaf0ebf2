package parquet

import (
	"math"
	"strconv"

	"joy/record/schema"
)

// appendFloat writes a float as its format says.
func appendFloat(b []byte, x float64, f schema.Format) []byte {
	switch {
	case math.IsNaN(x) || math.IsInf(x, 0):
		return append(b, "null"...)
	case f.Significant:
		return strconv.AppendFloat(b, x, 'g', int(f.Digits), 64)
	}
	return strconv.AppendFloat(b, x, 'f', int(f.Digits), 64)
}
