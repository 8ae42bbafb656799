#!/bin/sh
# Answers as `tripong bench --json` does, with figures that were not measured.
mode=latency
copy=in-place
while [ $# -gt 0 ]; do
    case $1 in
        --mode) mode=$2 ;;
        --copy) copy=$2 ;;
        --wait) waits=$2 ;;
        --placement) placement=$2 ;;
        --bytes) bytes=$2 ;;
        --hops) hops=$2 ;;
    esac
    shift
done
rows=
for wait in $(echo "$waits" | tr , ' '); do
    row="\"mode\": \"$mode\", \"transport\": \"shared\", \"wait\": \"$wait\", \"placement\": \"$placement\",
        \"processes\": 2, \"bytes\": $bytes, \"hops\": $hops, \"repeats\": 1, \"messages_per_s\": 1000000.0"
    if [ "$mode" = throughput ]; then
        row="$row, \"copy\": \"$copy\", \"bytes_per_s\": ${bytes}000000.0, \"repeat_messages_per_s\": [1000000.0]"
    else
        row="$row, \"p50_ns\": 1000, \"p90_ns\": 1000, \"p99_ns\": 1000, \"p999_ns\": null, \"max_ns\": 1000,
        \"cpu_ns_per_message\": 1000.0, \"ctx_switches_per_message\": 1.0"
    fi
    rows="$rows${rows:+,}{$row}"
done
echo "{\"manifest\": {}, \"rows\": [$rows]}"
