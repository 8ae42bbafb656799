#!/usr/bin/env bash
# Grades a handin of Autolab: grade.sh FILE. The last line of stdout has the scores, a problem for each lab.
set -uo pipefail

# Your course: what students gave as --course and --term, and the lab that they must hand in. Empty: any.
course=${LAB_COURSE-}
term=${LAB_TERM-}
labs=${LAB_LABS-}

PATH=$PWD:$PATH

options=(--format autolab)
[ -z "$course" ] || options+=(--course "$course")
[ -z "$term" ] || options+=(--term "$term")
[ -z "$labs" ] || options+=(--labs "$labs")

# What cannot be graded is said before the last line.
exec 2>&1
scores=$(tripong lab verify "${options[@]}" -- "$1")
case $? in
    0 | 2) printf '%s\n' "$scores" ;;
    *) echo '{"scores": {}}' ;;
esac
