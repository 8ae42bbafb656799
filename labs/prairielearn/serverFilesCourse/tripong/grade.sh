#!/usr/bin/env bash
# PrairieLearn runs this for each submission: /grade/student in, /grade/results/results.json out. The executable `tripong` lies
# beside it (packaging/portable.sh makes one that runs in every image), so no image of your own is needed, and no network.
set -uo pipefail

# Of the question's info.json, `environment`: what students gave as --course and --term, and the lab. Empty: any.
course=${LAB_COURSE-}
term=${LAB_TERM-}
labs=${LAB_LABS-}

root=${GRADE:-/grade}
results=$root/results/results.json
PATH=$root/serverFilesCourse/tripong:$PATH

options=(--format prairielearn)
[ -z "$course" ] || options+=(--course "$course")
[ -z "$term" ] || options+=(--term "$term")
[ -z "$labs" ] || options+=(--labs "$labs")

mkdir -p "$root/results"
tripong lab verify "${options[@]}" -- "$root/student" > "$results"

# 2: not gradable, which costs the student no attempt, and the results say why.
case $? in
    0 | 2) test -s "$results" ;;
    *) false ;;
esac || {
    rm -f "$results"
    exit 1
}
