# A shell that adds a line to the rules in force.
. ./attempt.sh
exec 2>/dev/null
if echo >>"$1"; then tell true written; else tell false refused; fi
