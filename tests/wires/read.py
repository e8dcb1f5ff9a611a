"""Reads what a sink sent, with other people's parsers, and prints it as JSON: read.py syslog|journal|cot < bytes."""

import json
import struct
import sys
import xml.etree.ElementTree as ElementTree


def syslog(data):
    from syslog_rfc5424_parser import SyslogMessage

    message = SyslogMessage.parse(data.decode("utf-8"))
    told = message.as_dict()
    told["structured"] = message.sd
    return told


def journal(data):
    """The journal export format, which the native protocol shares: NAME=value, or NAME, a length and that many bytes."""
    fields = []
    while data:
        end = data.index(b"\n")
        if b"=" in data[:end]:
            name, value = data[:end].split(b"=", 1)
            data = data[end + 1 :]
        else:
            name = data[:end]
            (length,) = struct.unpack("<Q", data[end + 1 : end + 9])
            value = data[end + 9 : end + 9 + length]
            assert data[end + 9 + length : end + 10 + length] == b"\n", "a value ends with a line end"
            data = data[end + 10 + length :]
        fields.append([name.decode("ascii"), value.decode("utf-8")])
    return fields


def cot(data):
    """One document after another; each ends with its event."""
    events = []
    for document in data.decode("utf-8").split("</event>")[:-1]:
        root = ElementTree.fromstring((document + "</event>").encode("utf-8"))
        detail = root.find("detail")
        events.append({
            **root.attrib,
            "point": root.find("point").attrib,
            "links": [link.attrib for link in detail.findall("link")],
            "remarks": detail.find("remarks").text,
            "callsign": None if detail.find("contact") is None else detail.find("contact").get("callsign"),
            "own": detail.find("__atalaia").attrib,
            "children": [child.tag for child in detail],
        })
    return events


json.dump({"syslog": syslog, "journal": journal, "cot": cot}[sys.argv[1]](sys.stdin.buffer.read()), sys.stdout)
