"""Checks a Perfetto trace (stdin) by the official schema: `pip install perfetto`. Prints what is in it, as JSON."""

import json
import sys
from collections import defaultdict

from google.protobuf.unknown_fields import UnknownFieldSet
from perfetto.protos.perfetto.trace import perfetto_trace_pb2 as schema

Event = schema.TrackEvent


def check_known(message):
    unknown = [field.field_number for field in UnknownFieldSet(message)]
    assert not unknown, f"{message.DESCRIPTOR.name} has no fields {unknown}"
    for field, value in message.ListFields():
        if field.type == field.TYPE_MESSAGE:
            for part in value if not hasattr(value, "ListFields") else [value]:
                check_known(part)


trace = schema.Trace()
trace.ParseFromString(sys.stdin.buffer.read())
check_known(trace)

tracks, curves, pids, events = set(), set(), set(), []
for packet in trace.packet:
    if packet.HasField("track_descriptor"):
        track = packet.track_descriptor
        assert track.uuid not in tracks, f"track {track.uuid} is described twice"
        assert not track.HasField("parent_uuid") or track.parent_uuid in tracks, f"track {track.uuid} has no parent"
        tracks.add(track.uuid)
        if track.HasField("counter"):
            curves.add(track.uuid)
        if track.HasField("process"):
            assert track.process.pid not in pids, f"pid {track.process.pid} has two tracks"
            pids.add(track.process.pid)
    elif packet.HasField("track_event"):
        assert packet.timestamp_clock_id == schema.BUILTIN_CLOCK_MONOTONIC
        assert packet.track_event.track_uuid in tracks
        events.append((packet.timestamp, packet.track_event))
    else:
        assert packet.HasField("clock_snapshot"), packet

events.sort(key=lambda event: event[0])
depth, begun, ended, count = defaultdict(int), {}, {}, defaultdict(int)
for at, event in events:
    count[event.type] += 1
    assert (event.type == Event.TYPE_COUNTER) == (event.track_uuid in curves), event
    if event.type == Event.TYPE_SLICE_BEGIN:
        depth[event.track_uuid] += 1
    if event.type == Event.TYPE_SLICE_END:
        depth[event.track_uuid] -= 1
    assert depth[event.track_uuid] in (0, 1), event
    for ids, times in ((event.flow_ids, begun), (event.terminating_flow_ids, ended)):
        for flow in ids:
            assert flow not in times, f"flow {flow} comes twice"
            times[flow] = at
assert not any(depth.values()), "a slice has no end"
assert begun.keys() == ended.keys(), "a flow has one end only"
assert all(ended[flow] > begun[flow] for flow in begun), "a flow ends before it begins"

print(
    json.dumps(
        {
            "packets": len(trace.packet),
            "processes": len(pids),
            "flows": len(begun),
            "slices": count[Event.TYPE_SLICE_BEGIN],
            "instants": count[Event.TYPE_INSTANT],
            "values": count[Event.TYPE_COUNTER],
        }
    )
)
