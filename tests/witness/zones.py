#!/usr/bin/env python3
"""Reads the shipped zone files with GDAL and says what it found: an independent witness that they are sound GeoJSON.

usage: zones.py [FOLDER]     (needs the packages pyogrio and shapely; run by hand after a zone file was changed)
Prints one line a zone and exits 1 if a file or zone is not as it should be.
"""

import datetime
import json
import pathlib
import re
import sys

import pyogrio.raw
import shapely

WIDTH = {"LineString": "half_width_nm", "MultiLineString": "half_width_nm", "Point": "radius_nm", "MultiPoint": "radius_nm"}
folder = pathlib.Path(sys.argv[1]) if 1 < len(sys.argv) else pathlib.Path(__file__).parents[2] / "zones"
faults, seen = [], {}


def check(good, place, what):
    if not good:
        faults.append(f"{place}: {what}")


for path in sorted([*folder.glob("*.geojson"), *folder.glob("*.geojson.sample")]):
    meta, _, geometries, columns = pyogrio.raw.read("GeoJSON:" + str(path))
    check(meta["crs"] == "EPSG:4326", path.name, f"coordinate system {meta['crs']}")
    check(len(geometries) == len(json.loads(path.read_text())["features"]), path.name, "GDAL reads another number of features")
    for row, wkb in enumerate(geometries):
        zone = {name: column[row] for name, column in zip(meta["fields"], columns)}
        place = f"{path.name} {zone['id']}"
        shape = shapely.from_wkb(wkb)
        check(re.fullmatch("[a-z0-9-]+", zone["id"]), place, "id")
        check(zone["id"] not in seen, place, "id used twice")
        seen[zone["id"]] = path.name
        check(shape.is_valid and not shape.is_empty, place, shapely.is_valid_reason(shape))
        west, south, east, north = shape.bounds
        check(-180 <= west <= east <= 180 and -90 <= south <= north <= 90, place, f"bounds {shape.bounds}")
        if "Polygon" in shape.geom_type:
            for part in getattr(shape, "geoms", [shape]):
                check(part.exterior.is_ccw, place, "outer ring is not counterclockwise (RFC 7946)")
        width = WIDTH.get(shape.geom_type)
        check(width is None or 0 < float(zone[width]), place, f"{width} missing")
        check(zone["kind"] in ("corridor", "area", "port", "anchorage", "benign"), place, "kind")
        check(zone["source"] and datetime.date.fromisoformat(str(zone["reviewed"])[:10].replace("/", "-")), place, "source, reviewed")
        if zone.get("settings"):
            json.loads(zone["settings"]) if isinstance(zone["settings"], str) else None
        reach = f"{float(zone[width]):g} nm" if width else ""
        print(f"{path.name:34} {zone['id']:34} {zone['kind']:10} {shape.geom_type:16} {reach:8} "
              f"{west:.2f},{south:.2f} {east:.2f},{north:.2f}")

shipped = sorted(zone for zone, file in seen.items() if file.endswith(".geojson"))
check([zone[:3] for zone in shipped] == [f"c{number:02}" for number in range(1, 19)], "zones", f"not C01 to C18: {shipped}")
print(f"{len(seen)} zones in {len(set(seen.values()))} files, {len(faults)} faults", *faults, sep="\n  ")
sys.exit(1 if faults else 0)
