#!/bin/sh
# One nightly run, for schedulers that know of an exit code no more than success and failure.
# Nothing new (99) is success. What is temporary (75) is tried again. Everything else is a failure for a person.
#
# usage: nightly.sh RELEASE INPUT...
# WELFARE         the program                            [welfare]
# WELFARE_OUT     the folder of output folders           [/srv/trial/out]
# WELFARE_CONFIG  the policy file                        [/etc/welfare/policy.toml]
# WELFARE_TRIES   how often a temporary failure is tried [4]
# WELFARE_WAIT    seconds between tries                  [900]
set -u
umask 077

release="${1:?usage: nightly.sh RELEASE INPUT...}"
shift
tries="${WELFARE_TRIES:-4}"

while :; do
    code=0
    "${WELFARE:-welfare}" run "$@" --release "$release" --out "${WELFARE_OUT:-/srv/trial/out}/$release" \
        --config "${WELFARE_CONFIG:-/etc/welfare/policy.toml}" --ran-by nightly || code=$?
    tries=$((tries - 1))
    case "$code" in
        0 | 99) exit 0 ;;
        75) [ "$tries" -gt 0 ] || exit 75 ;;
        *) exit "$code" ;;
    esac
    sleep "${WELFARE_WAIT:-900}"
done
