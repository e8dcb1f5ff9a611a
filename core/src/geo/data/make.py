#!/usr/bin/env python3
"""Makes the data files of this folder from their sources (see README.md in this folder).

usage: make.py ne_10m_land.geojson UpdatedPub150.csv anchorage_overrides.csv   (also reads .gz; needs the package zstandard)
"""

import csv
import gzip
import io
import json
import pathlib
import sys

import zstandard

HERE = pathlib.Path(__file__).parent
UNITS_PER_DEGREE = 10_000
RADIUS_NM = {"Large": 3, "Medium": 2, "Small": 1.5, "Very Small": 1}
# Harbours whose position in the index is wrong by tens of miles.
CORRECTED = {
    ("Southwest Pass", "United States"): (28.9, -89.43),
    ("Nykobing (Mor)", "Denmark"): (56.7938, 8.865),
    ("Kimbe", "Papua New Guinea"): (-5.55, 150.15),
}


def text(path):
    data = pathlib.Path(path).read_bytes()
    return (gzip.decompress(data) if path.endswith(".gz") else data).decode("utf-8-sig")


def save(name, data):
    packed = zstandard.ZstdCompressor(level=22).compress(data)
    (HERE / name).write_bytes(packed)
    print(f"{name}: {len(data)} bytes, {len(packed)} packed")


def varint(out, number):
    number = number * 2 if 0 <= number else -number * 2 - 1
    while 0x7F < number:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)


def land(path):
    """Packs every ring of every polygon: vertex counts, then coordinates as steps; zigzag varints, longitudes apart from latitudes."""
    counts, lons, lats, rings, vertices = bytearray(), bytearray(), bytearray(), 0, 0
    for feature in json.loads(text(path))["features"]:
        geometry = feature["geometry"]
        polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
        for polygon in polygons:
            for ring in polygon:
                grid = []
                for position in ring:
                    point = (round(position[0] * UNITS_PER_DEGREE), round(position[1] * UNITS_PER_DEGREE))
                    if not grid or grid[-1] != point:
                        grid.append(point)
                if len(grid) < 4:
                    continue
                varint(counts, len(grid))
                lon, lat = 0, 0
                for x, y in grid:
                    varint(lons, x - lon)
                    varint(lats, y - lat)
                    lon, lat = x, y
                rings, vertices = rings + 1, vertices + len(grid)
    head = bytearray()
    for number in (rings, len(counts), len(lons)):
        varint(head, number)
    save("land.zst", bytes(head + counts + lons + lats))
    print(f"  {rings} rings, {vertices} vertices")


def table(name, rows):
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["name", "country", "latitude", "longitude", "radius_nm", "locode", "other_names"][: len(rows[0])])
    rows = [row for row in rows if plausible(row)]
    writer.writerows(rows)
    save(name, out.getvalue().encode())
    print(f"  {len(rows)} rows")


def plausible(row):
    if -90 <= float(row[2]) <= 90 and -180 <= float(row[3]) <= 180:
        return True
    print(f"  skipped, not a position: {row}")
    return False


def short(number):
    return f"{float(number):.4f}".rstrip("0").rstrip(".")


def harbours(path):
    rows = [
        (
            row["Main Port Name"].strip(),
            row["Country Code"].strip(),
            short(row["Latitude"]),
            short(row["Longitude"]),
            RADIUS_NM.get(row["Harbor Size"].strip(), 1),
            row["UN/LOCODE"].strip(),
            row["Alternate Port Name"].strip(),
        )
        for row in csv.DictReader(io.StringIO(text(path)))
    ]
    found = [row[:2] for row in rows if row[:2] in CORRECTED]
    assert len(found) == len(CORRECTED), found
    rows = [(*row[:2], *map(short, CORRECTED[row[:2]]), *row[4:]) if row[:2] in CORRECTED else row for row in rows]
    table("harbours.zst", sorted(rows))


def anchorages(path):
    rows = [
        (row["label"].strip(), row["iso3"].strip(), short(row["latitude"]), short(row["longitude"]), 1)
        for row in csv.DictReader(io.StringIO(text(path)))
    ]
    table("anchorages.zst", sorted(rows, key=lambda row: (row[1], row[0], float(row[2]), float(row[3]))))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    land(sys.argv[1])
    harbours(sys.argv[2])
    anchorages(sys.argv[3])
