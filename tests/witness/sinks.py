"""Reads what sinks were told with other people's readers: Python's ElementTree, json and hmac.

usage: sinks.py FOLDER      (with cise.xml, cap.xml, and webhook.json: secret, headers, body)
Prints what they saw as one JSON object, for tests/it/sinks/http.rs.
"""
import base64
import hashlib
import hmac
import json
import pathlib
import sys
import xml.etree.ElementTree as ElementTree

CAP = "{urn:oasis:names:tc:emergency:cap:1.2}"
PUSH = "{http://www.cise.eu/servicemodel/v1/message/}Push"
KIND = "{http://www.w3.org/2001/XMLSchema-instance}type"
folder = pathlib.Path(sys.argv[1])

push = ElementTree.parse(folder / "cise.xml").getroot()
anomaly = push.find("Payload/Anomaly")
alert = ElementTree.parse(folder / "cap.xml").getroot()
hook = json.loads((folder / "webhook.json").read_text(encoding="utf-8"))
headers = hook["headers"]
key = base64.b64decode(hook["secret"].removeprefix("whsec_"), validate=True)
signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{hook['body']}".encode()
signature = "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
event = json.loads(hook["body"])

print(json.dumps({
    "push": push.tag == PUSH,
    "payload": push.find("Payload").get(KIND),
    "mmsi": anomaly.findtext("InvolvedObjectRel/Object/MMSI"),
    "object": anomaly.find("InvolvedObjectRel/Object").get(KIND),
    "anomaly_last": anomaly[-1].tag,
    "cap": alert.tag == CAP + "alert",
    "cap_mmsi": [p.findtext(CAP + "value") for p in alert.iter(CAP + "parameter") if p.findtext(CAP + "valueName") == "mmsi"],
    "event": event["type"],
    "event_id": event["id"],
    "signed": signature in headers["webhook-signature"].split(" "),
}))
