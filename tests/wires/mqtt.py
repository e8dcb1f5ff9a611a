"""Reads what a broker keeps: mqtt.py PORT FILTER COUNT prints so many retained messages as JSON."""

import json
import sys

import paho.mqtt.client as mqtt

port, topic, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
seen = []


def message(client, userdata, received):
    seen.append({"topic": received.topic, "retained": received.retain, "payload": received.payload.decode("utf-8")})
    if len(seen) == count:
        client.disconnect()


client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, client_id="reader")
client.on_message = message
client.on_connect = lambda client, *rest: client.subscribe(topic, qos=1)
client.connect("127.0.0.1", port)
client.loop_forever()
json.dump(seen, sys.stdout)
