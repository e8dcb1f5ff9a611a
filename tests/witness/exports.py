"""Reads exported alerts with other people's readers: Python's csv, json and ElementTree, and GDAL.

usage: exports.py FOLDER      (with alerts.csv, alerts.geojson, alerts.kml; needs the package pyogrio)
Prints what they saw as one JSON object, for tests/it/formats/exports.rs.
"""
import csv
import json
import pathlib
import struct
import sys
import xml.etree.ElementTree as ElementTree

import pyogrio.raw

POINT, LINE, LINES = 1, 2, 5
KINDS = {POINT: "Point", LINE: "LineString", LINES: "MultiLineString", 7: "MultiLineString"}
folder = pathlib.Path(sys.argv[1])


def kind(wkb):
    """The type of a geometry; the thousands say only whether it has heights."""
    if wkb is None:
        return None
    order = "<" if wkb[0] == 1 else ">"
    return KINDS[struct.unpack(order + "I", wkb[1:5])[0] % 0x80000000 % 1000]


def layer(path, name, fields):
    """Of each feature, the fields and the kind of geometry."""
    meta, _, geometries, columns = pyogrio.raw.read(path, layer=name)
    by_name = dict(zip(meta["fields"], columns))
    return [[None if by_name[field][row] is None else str(by_name[field][row]) for field in fields] + [kind(wkb)]
            for row, wkb in enumerate(geometries)]


with open(folder / "alerts.csv", encoding="utf-8", newline="") as file:
    rows = list(csv.reader(file, strict=True))
kml = ElementTree.parse(folder / "alerts.kml").getroot()
texts = [element.text or "" for element in kml.iter() if len(element) == 0]
features = len(json.loads((folder / "alerts.geojson").read_text(encoding="utf-8"))["features"])
layers = [name for name, _ in pyogrio.list_layers(folder / "alerts.kml")]
print(json.dumps({
    "csv": rows,
    "kml": texts,
    "features": features,
    "map": layer(folder / "alerts.geojson", None, ["kind", "alert", "mmsi", "names", "summary"]),
    "globe": {name: layer(folder / "alerts.kml", name, ["Name"]) for name in layers},
}))
