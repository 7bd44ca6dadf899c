#!/usr/bin/env bash
# Checks the units without starting them: no fault, no warning, and a sandbox without a gap.
set -euo pipefail
cd "$(dirname "$0")/../.."
exposure_max=11 # tenths

if ! command -v systemd-analyze >/dev/null; then
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq systemd >/dev/null
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "units: $1" >&2; exit 1; }

# `verify` wants the program to exist; which program it is does not matter to it.
for unit in carewarden.service carewarden-failure@.service; do
    sed 's,/usr/bin/carewarden,/bin/true,' "systemd/$unit" >"$work/$unit"
done
said=$(SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no --recursive-errors=yes \
    "$work/carewarden.service" "$work/carewarden-failure@.service" 2>&1) || fail "$said"
# Other units of this machine may be at fault; ours may not.
if grep -F carewarden <<<"$said"; then fail "a unit has a warning"; fi

for unit in carewarden.service carewarden-failure@.service; do
    systemd-analyze security --offline=yes --threshold="$exposure_max" --no-pager "$work/$unit" >"$work/said" ||
        { cat "$work/said"; fail "$unit is exposed by more than $exposure_max tenths"; }
    echo "units: $unit: $(sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/exposure \1/p' "$work/said")"
done

systemd-sysusers --dry-run "$PWD"/systemd/carewarden.sysusers >"$work/users" 2>&1 || fail "$(cat "$work/users")"

# A message catalogue with a fault is refused whole.
mkdir -p "$work/usr/lib/systemd/catalog" "$work/var/lib/systemd/catalog"
cp systemd/carewarden.catalog "$work/usr/lib/systemd/catalog/"
journalctl --root "$work" --update-catalog
known=$(journalctl --root "$work" --list-catalog | wc -l)
events=$(grep -c '^    sort("' src/telemetry/events.rs)
[ "$known" = "$events" ] || fail "$known events in the catalogue, $events in the program"
echo "units: sound, $known events"
