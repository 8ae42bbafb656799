//! The texts of `--help` beside those of the arguments.

pub(super) const ABOUT: &str =
    "Inter-process communication you can watch: one pong ball crosses three processes.";

pub(super) const LONG_ABOUT: &str = "\
Inter-process communication you can watch: one pong ball crosses three processes.

Opens one window per pane of a pong court. Each window is a process of its own. Exactly one
process owns the ball at a time, and hands it to the next through shared memory, a pipe or a
socket. Without a display the game is played on the terminal.";

pub(super) const AFTER_HELP: &str = "\
Examples:
  tripong                                three windows, one ball
  tripong --panes 5                      five windows
  tripong --mode match                   first to 11, by two
  tripong --headless                     the same processes without windows, for 5 seconds
  tripong --headless --for 1min --json   a report for programs
  tripong --headless --unpaced --hops 100000 --seed 7
                                         100,000 hand-offs, as fast as they go
  tripong --headless --transport pipe --swap-every 10
                                         by pipe, socket, shared memory, ... in turn
  tripong --inspect                      open the inspector: memory, processes, hand-offs
  tripong --present                      all of that on a projector
  tripong --headless --watch             the same on a terminal
  tripong chaos --kills 1000 --stops 1000
                                         kill and stop panes, and check that one ball is left
  tripong lab                            exercises: predict, break real processes, see why
  tripong doctor                         check prerequisites
  tripong ps                             the pids of all running games
  tripong man | man -l -                 the manual pages

Exit codes:
  0      the game ended and every rule held
  2      an argument is unknown, missing or out of range
  3      no display, or no OpenGL, to show windows
  4      a child refused the Region (the shared memory) it was given
  5      operating system error
  6      a rule was violated: ball lost or doubled, hash differs
  7      a pane's process died, or the shared memory was overwritten, too often
  128+N  stopped by signal N (130: ctrl-C)";

pub(super) const CHAOS_AFTER_HELP: &str = "\
Examples:
  tripong chaos                          100 kills and 100 stops, in seconds
  tripong chaos --kills 1000 --stops 0 --transport pipe
                                         kills only, while the ball crosses by pipe
  tripong chaos --windows --kills 5 --stops 5
                                         to watch; the verdict stays in a window of its own
  tripong chaos --windows --present      the same on a projector
  tripong chaos --seed 1 --json          a report for programs

Exit codes:
  0      one ball is left, and its hash is that of one process alone
  2      an argument is unknown, missing or out of range
  3      no display, or no OpenGL, to show windows (with --windows)
  4      a child refused the Region (the shared memory) it was given
  5      operating system error
  6      a rule was violated: ball lost or doubled, hash differs
  7      the shared memory was overwritten too often
  128+N  stopped by signal N (130: ctrl-C)";

pub(super) const BENCH_AFTER_HELP: &str = "\
Examples:
  tripong bench                          latency by shared memory, pipe and socket; half a minute
  tripong bench --transports all --processes 2 --html report.html
                                         all mechanisms that the machine has, as a page
  tripong bench --mode throughput --bytes 64,4k,1m --copy in-place,both
                                         messages and bytes per second, by size
  tripong bench --mode rate --rate 10k --transports shared,tcp
                                         latency from when each message was due
  tripong bench --save before            keep the report; after a change:
  tripong bench --baseline before --fail-on-regression
                                         compare with it
  tripong bench compare OLD.json NEW.json
                                         compare two reports that --json has written
  tripong bench merge *.json --plot class.svg
                                         many machines in one picture
  tripong bench --list                   what this machine has, and the largest message of each

Exit codes:
  0      everything was measured
  2      an argument is unknown, missing or out of range
  5      operating system error, or a file cannot be written
  6      a message is not what was handed over
  8      with --strict: the machine was busy, or the run was throttled
  13     with --fail-on-regression: something is worse than the baseline, or nothing can be compared
  128+N  stopped by signal N (130: ctrl-C)";

pub(super) const EXPORT_AFTER_HELP: &str = "\
Examples:
  tripong export game.jsonl --to html --output game.html
                                         a page with the space-time diagram: open it in a browser, print it
  tripong export game.jsonl --to perfetto --output game.pftrace
                                         open it at https://ui.perfetto.dev
  tripong export game.jsonl --to shiviz --from-epoch 100 --to-epoch 150 --output game.log
                                         open it in ShiViz
  tripong export game.jsonl --to csv | sort -t, -k8,8n | tail -1
                                         the hand-off that took longest
  tripong --headless --record - | tripong export - --to csv
                                         of a running game

Exit codes:
  0      the recording was exported; a line says so if it has no end
  2      an argument is unknown, missing or out of range; FILE is no recording, or a newer one
  5      operating system error, or a file cannot be read or written
  6      the recording was changed: what is before that was exported
  128+N  stopped by signal N (130: ctrl-C)";

pub(super) const REPLAY_AFTER_HELP: &str = "\
Examples:
  tripong replay game.jsonl              shows it: space plays, the arrow keys go tick by tick, N goes to the next death or goal
  tripong replay --watch game.jsonl      on the terminal
  tripong replay --verify game.jsonl     whether the recording fits, and how fast that was found out
  tripong replay --verify --json game.jsonl.zst | jq .hash
                                         for programs
  ssh host cat game.jsonl | tripong replay --verify -
                                         from another machine

Exit codes:
  0      all that is there fits; cut off or not ended in order, the report says so
  2      an argument is unknown; FILE is no recording, or a newer one
  3      no display for the windows, and no terminal to show it on
  5      operating system error, or the file cannot be read
  6      with --verify: a line does not fit, or was changed: the first one is named
  128+N  stopped by signal N (130: ctrl-C)";

pub(super) const DOCTOR_AFTER_HELP: &str = "\
Examples:
  tripong doctor                         what works, what does not, and a fix for each
  tripong doctor --json | jq '.checks[] | select(.state != \"ok\")'
                                         only what does not work

Exit codes:
  0      games with windows can run
  2      an argument is unknown
  3      no display, or no OpenGL, to show windows; headless games may still run
  5      operating system error in a check that every game needs
  4 6 7  the exit code of the test game: see `tripong --help`";

pub(super) const PS_AFTER_HELP: &str = "\
Examples:
  tripong ps                             launcher, panes and inspector of each game
  kill -STOP $(tripong ps | awk '/left pane/ { print $1 }')
                                         freeze the left pane

Exit codes:
  0      the list is printed, or that no game is running
  2      an argument is unknown
  5      operating system error";

pub(super) const COMPLETIONS_AFTER_HELP: &str = "\
Examples:
  source <(tripong completions bash)     for this shell, until it ends
  tripong completions bash > ~/.local/share/bash-completion/completions/tripong
                                         bash, for good
  tripong completions zsh > ~/.zfunc/_tripong
                                         zsh, if ~/.zfunc is in its fpath
  tripong completions fish > ~/.config/fish/completions/tripong.fish
                                         fish, for good

Exit codes:
  0      the script is printed
  2      the shell is none of the three
  5      it cannot be written";

pub(super) const MAN_AFTER_HELP: &str = "\
Examples:
  tripong man | man -l -                 read them all
  tripong man chaos | man -l -           read one
  tripong man > tripong.1                keep them

Exit codes:
  0      the pages are printed
  2      there is no such command
  5      they cannot be written";

pub(super) const LAB_AFTER_HELP: &str = "\
Examples:
  tripong lab                            the labs, each with its aim and minutes
  tripong lab messages                   one of them, in a window; without a display on the terminal
  tripong lab messages --headless --student anna --course OS-101 --term 2026-autumn
                                         on the terminal, with the questions of this student
  tripong lab verify *.receipt.json      grade receipts
  tripong lab key --course OS-101 --term 2026-autumn --students students.txt
                                         all questions and right answers, for the lecturer

Exit codes:
  0      the lab is done
  1      you ended the lab before its end; the receipt has what was done
  2      an argument is unknown, missing or out of range
  3      no display, or no OpenGL, to show the window of the lab
  5      operating system error, or a file cannot be read or written
  128+N  stopped by signal N (130: ctrl-C)";

pub(super) const LAB_VERIFY_AFTER_HELP: &str = "\
Examples:
  tripong lab verify messages-anna.receipt.json
                                         the grade, for people
  tripong lab verify submission --student anna --labs messages --format json
                                         all .json files of a folder, which must be anna's; for programs
  tripong lab verify submission --metadata submission_metadata.json --format gradescope
                                         Gradescope's results.json, of the student who has submitted

Exit codes:
  0      every receipt was graded, whatever its points
  2      a receipt cannot be graded, or there is none; or an argument is unknown, missing or out of range
  5      a file that was named cannot be read, or the grades cannot be written
  128+N  stopped by signal N (130: ctrl-C)";

pub(super) const LAB_KEY_AFTER_HELP: &str = "\
Examples:
  tripong lab key --course OS-101 --term 2026-autumn --students students.txt
                                         of all labs, for each line of the file
  tripong lab key --student anna --lab messages
                                         of one student and one lab
  tripong lab key --students - --json    a JSON object per student, while they come on stdin
  tripong lab key --student anna --lab messages --answers passing
                                         a file for `tripong lab messages --answers`, to try the lab

Exit codes:
  0      the key is printed
  2      an argument is unknown, missing or out of range; a line of FILE is no student
  5      a file cannot be read, or the key cannot be written
  128+N  stopped by signal N (130: ctrl-C)";
