#!/usr/bin/env python3
"""Joy's own features of flows.json, for TestJoysProgram.

    reference.py DATA_PARSER_PY > reference.txt

DATA_PARSER_PY is analysis/data_parser.py of cisco/joy; it is of Python 2, so
what Python 3 does otherwise is changed on the way. A line for each flow: the
features that are not 0, as index:value, in the order of the blocks -m -l -t -d
-s. Flows without a ClientHello have no block -s.
"""
import sys
import types

source = open(sys.argv[1]).read()
source = source.replace("c.keys()[0]", "list(c.keys())[0]").replace("map(lambda x: x/float(sum(flow['byte_dist'])),flow['byte_dist'])",
                                                                      "[x/float(sum(flow['byte_dist'])) for x in flow['byte_dist']]")
source = source.replace("gzip.open(json_file,'r')", "open(json_file)")
module = types.ModuleType("data_parser")
exec(source, module.__dict__)

parser = module.DataParser(sys.path[0] + "/flows.json")
parser.flows = [f for f in parser.flows if f["packets"]]
blocks = [parser.getIndividualFlowMetadata(), parser.getIndividualFlowPacketLengths(), parser.getIndividualFlowIPTs(),
          parser.getByteDistribution(), parser.getTLSInfo()]
for parts in zip(*blocks):
    row = [float(x) for part in parts for x in part]
    print(len(row), *(f"{i}:{x!r}" for i, x in enumerate(row) if x))
