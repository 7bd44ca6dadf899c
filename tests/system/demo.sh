#!/usr/bin/env bash
# Runs the release demo in an empty home directory and looks at what it left, as an auditor would
# with sqlite3 and not with our own code.
set -euo pipefail
cd "$(dirname "$0")/../.."
cargo build --locked --release --quiet
bin="${CARGO_TARGET_DIR:-target}/release/carewarden"
home=$(mktemp -d)
trap 'rm -rf "$home"' EXIT

start=$(date +%s%N)
env -i HOME="$home" PATH=/usr/bin:/bin "$bin" demo --dir "$home/demo" | tee "$home/out.txt"
ms=$((($(date +%s%N) - start) / 1000000))
echo "demo took ${ms} ms"

fail() { echo "demo: $1" >&2; exit 1; }
db="$home/demo/carewarden.db"
ask() { sqlite3 -readonly "$db" "$1"; }
[ "$(ask 'PRAGMA integrity_check')" = ok ] || fail "the database is not sound"
[ "$(ask "SELECT count(DISTINCT location_id) FROM audit_ratings")" -ge 25 ] || fail "too few ratings were read"
[ "$(ask "SELECT count(*) FROM audit_flags WHERE severity = 'contingency'")" -ge 1 ] || fail "no contingency flag"
mails=$(find "$home/demo/mail" -name '*.eml' | wc -l)
[ "$mails" -ge 3 ] || fail "only $mails mails"
[ "$(ask "SELECT count(*) FROM audit_deliveries WHERE state = 'accepted'")" = "$mails" ] || fail "mails and deliveries differ"
if sqlite3 "$db" 'DELETE FROM facts' 2>/dev/null; then fail "a fact could be deleted"; fi
[ "$(stat -c %a "$db")" = 600 ] || fail "the database can be read by others"
echo "demo: sound, $mails mails"
