"""Decodes AIS recordings with pyais and libais, the independent witnesses of tests/it/formats/decoder.rs.

usage: decode.py RECORDING...      (plain or .gz; needs pyais==3.3.1 and libais==0.17, see requirements.txt)

One line a message and witness (p, l, or pl where both say the same), tab-separated: number of the input line that
completes the message, witness, type, MMSI, then field=value with the value empty for "not available". Values are in the
units of the air (1/600 000 degree, 0.1 knot, 0.1 degree, decimetre). What is out of range counts as not available, as in
the decoder under test; the witnesses pass such values through.
"""
import gzip
import re
import sys

import ais
import pyais

SENTENCE = re.compile(rb"!([A-Z0-9]{2}VD[MO],(\d+),(\d+),(\d*),([^,]*),([^,*]*),(\d?))\*([0-9A-Fa-f]{2})")
TAG = re.compile(rb"\\([^\\]*)\*([0-9A-Fa-f]{2})\\")
STATION = re.compile(rb",([rb][^,\s]+)")
# One typeface for what witnesses print differently: pyais writes 0x2D as "_", libais writes 0x27 as "`".
FACE = str.maketrans("_`", "-'")


def xor(data):
    total = 0
    for byte in data:
        total ^= byte
    return total


def text(value):
    return (value or "").split("@")[0].translate(FACE).strip()


def within(value, top, factor=1):
    if value is None or not 0 <= value < top:
        return ""
    return str(round(value * factor))


def place(lat, lon):
    if lat is None or lon is None or abs(lat) > 90 or abs(lon) > 180:
        return {"lat": "", "lon": ""}
    return {"lat": str(round(lat * 600000)), "lon": str(round(lon * 600000))}


def ship_type(value):
    return "" if value is None or not 1 <= int(value) <= 99 else str(int(value))


def dims(values, tender=False):
    # In a type 24 a tender (98MID) gives its parent's MMSI in their place; the witnesses read that as dimensions.
    values = [int(value or 0) for value in values]
    return "" if not any(values) or tender else "/".join(map(str, values))


def eta(month, day, hour, minute):
    days = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    if None in (month, day, hour, minute) or not 1 <= month <= 12:
        return ""
    if not 1 <= day <= days[month - 1] or hour > 23 or minute > 59:
        return ""
    return f"{month}-{day}-{hour}-{minute}"


def imo(value):
    return str(value) if value is not None and 1 <= value <= 9999999 else ""


def fields(kind, mmsi, get, speed):
    """The fields of one message: `get` reads a field by pyais' name for it."""
    said = {}
    if kind in (1, 2, 3, 4, 9, 11, 18, 19, 21, 27):
        said |= place(get("lat"), get("lon"))
    if kind in (1, 2, 3, 9, 18, 19, 21) and get("second") == 63:
        said["inoperative"] = "1"
    if kind in (1, 2, 3, 9, 18, 19, 27):
        said["sog"] = within(speed(get("speed")), {9: 1023, 27: 63}.get(kind, 102.25), 10)
        said["cog"] = within(get("course"), 359.95, 10)
    if kind in (1, 2, 3, 18, 19):
        said["heading"] = within(get("heading"), 360, 10)
    if kind in (1, 2, 3, 27):
        said["status"] = within(get("status"), 15)
    if kind in (5, 19, 21) or (kind == 24 and get("partno") == 0):
        said["name"] = text((get("shipname") or get("name") or "")[:20])
    if kind in (5, 19) or (kind == 24 and get("partno") == 1):
        said["shiptype"] = ship_type(get("ship_type"))
    if kind == 5 or (kind == 24 and get("partno") == 1):
        said["callsign"] = text(get("callsign"))
    if kind in (5, 19, 21) or (kind == 24 and get("partno") == 1):
        said["dims"] = dims([get(f"to_{side}") for side in ("bow", "stern", "port", "starboard")],
                            kind == 24 and mmsi // 10000000 == 98)
    if kind == 5:
        said["imo"] = imo(get("imo"))
        said["dest"] = text(get("destination"))
        said["draught"] = within(get("draught") or None, 25.55, 10)
        said["eta"] = eta(get("month"), get("day"), get("hour"), get("minute"))
    if kind == 14:
        said["text"] = text(get("text"))
    return said


LIBAIS = {
    "lat": "y", "lon": "x", "speed": "sog", "course": "cog", "heading": "true_heading", "status": "nav_status",
    "second": "timestamp", "partno": "part_num", "shipname": "name", "ship_type": "type_and_cargo", "imo": "imo_num", "to_bow": "dim_a",
    "to_stern": "dim_b", "to_port": "dim_c", "to_starboard": "dim_d", "month": "eta_month", "day": "eta_day",
    "hour": "eta_hour", "minute": "eta_minute",
}


def by_pyais(parts):
    try:
        said = pyais.decode(*parts).asdict()
        kind, mmsi = said["msg_type"], int(said["mmsi"])
    except Exception:
        return None
    return kind, mmsi, fields(kind, mmsi, said.get, lambda speed: speed)


def by_libais(payload, fill):
    try:
        said = ais.decode(payload, fill)
    except Exception:
        return None
    get = lambda name: said.get(LIBAIS.get(name, name))
    return said["id"], said["mmsi"], fields(said["id"], said["mmsi"], get, lambda speed: speed)


def messages(lines):
    """Line number, sentences in order, payload and fill bits of every message."""
    open_groups, group_station = {}, {}
    for number, line in enumerate(lines):
        tags = [m[1] for m in TAG.finditer(line) if xor(m[1]) == int(m[2], 16)]
        tag = dict(field.split(b":", 1) for field in b",".join(tags).split(b",") if b":" in field)
        for found in SENTENCE.finditer(line):
            content, total, part, sequence, channel, payload, fill, checksum = found.groups()
            if xor(content) != int(checksum, 16):
                continue
            total, part, fill = int(total), int(part), int(fill or b"0")
            if not 1 <= part <= total <= 9 or fill > 5:
                continue
            if total == 1:
                yield number, [found[0]], payload, fill
                continue
            suffix = STATION.search(line[found.end():])
            station = tag.get(b"s") or (suffix and suffix[1]) or b""
            key = (station, total, sequence, channel)
            if b"g" in tag:
                key = (tag[b"g"].split(b"-")[-1], total)
            group = open_groups.get(key, {})
            if part in group or (group and number - group["line"] > 60):
                group = {}
            group[part], group["line"] = (found[0], payload, fill), number
            open_groups[key] = group
            if len(group) == total + 1:
                del open_groups[key]
                parts = [group[index] for index in range(1, total + 1)]
                yield number, [part[0] for part in parts], b"".join(part[1] for part in parts), parts[-1][2]


def shown(number, witness, said):
    kind, mmsi, values = said
    pairs = [f"{name}={value}" for name, value in values.items()]
    print(number, witness, kind, mmsi, *pairs, sep="\t")


def main():
    for path in sys.argv[1:]:
        reader = gzip.open if path.endswith(".gz") else open
        with reader(path, "rb") as recording:
            for number, parts, payload, fill in messages(recording.read().split(b"\n")):
                first = by_pyais(parts)
                second = by_libais(payload.decode("ascii", "replace"), fill)
                if first is not None and first == second:
                    shown(number, "pl", first)
                    continue
                if first is not None:
                    shown(number, "p", first)
                if second is not None:
                    shown(number, "l", second)


main()
