#!/usr/bin/env bash
# The package on a real machine: a Debian 12 container with systemd, Postfix and the recorded
# regulator. Installs, configures, starts, reloads, kills, stops, sticks, upgrades and purges.
#   CAREWARDEN_PROFILE=dev tests/system/nspawn.sh    packs the debug build, for trying
set -euo pipefail
cd "$(dirname "$0")/../.."
profile="${CAREWARDEN_PROFILE:-release}"
target="${CARGO_TARGET_DIR:-$PWD/target}"
work=$(mktemp -d)

fail() {
    echo "nspawn: FAILED: $1" >&2
    if [ -n "${leader:-}" ]; then
        inside 'journalctl -u "carewarden*" -n 60 --no-pager -o short-precise; grep -r "^X-Carewarden-Kind\|^Subject" /var/mail' >&2 || true
    fi
    exit 1
}
. tests/system/nspawn/machine.sh
trap 'machine_stop; rm -rf "$work"' EXIT

reason=$(unfit)
if [ -n "$reason" ]; then
    printf '\n*** SKIPPED: the package was not tried on a real machine: %s\n\n' "$reason"
    exit 0
fi

said() { printf 'nspawn: %3ss %s\n' "$SECONDS" "$1"; }
# Waits until a command line inside succeeds: wait_for SECONDS WHAT COMMAND.
wait_for() {
    local end=$((SECONDS + $1))
    until inside "$3" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || fail "waited $1 s for: $2"
        sleep 0.3
    done
}
must() { inside "$2" >/dev/null 2>&1 || fail "$1"; }
must_not() { if inside "$2" >/dev/null 2>&1; then fail "$1"; fi; }
show() { inside "systemctl show -P $1 carewarden"; }
ask() { inside "sqlite3 -readonly /var/lib/carewarden/carewarden.db \"$1\""; }
at_least() { [ "$(ask "$2")" -ge "$1" ] || fail "fewer than $1: $2"; }
db=/var/lib/carewarden/carewarden.db

# A drop-in for one test: override 'LINES', and its removal.
override() { inside "mkdir -p /run/systemd/system/carewarden.service.d && printf '[Unit]\nStartLimitBurst=3\n[Service]\nRestartSec=200ms\n%b' '$1' > /run/systemd/system/carewarden.service.d/test.conf && systemctl daemon-reload"; }
override_end() { inside 'rm -rf /run/systemd/system/carewarden.service.d && systemctl daemon-reload && systemctl reset-failed'; }

build() {
    version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)
    packaging/build.sh --profile "$profile" --out "$work/old"
    packaging/build.sh --profile "$profile" --version "$version+next" --out "$work/new"
    cargo build --locked --quiet --example regulator
    cp "$target/debug/examples/regulator" "$work/"
    # The same program with a way to make its writer stick; the debug build, which is quick to make.
    cargo build --locked --quiet --features test-hooks --bin carewarden
    cp "$target/debug/carewarden" "$work/carewarden-hooks"
}

prepare() {
    put "$work/regulator" usr/local/bin/regulator 755
    put "$work/carewarden-hooks" usr/local/bin/carewarden-hooks 755
    put "$work"/old/*.deb root/old.deb
    put "$work"/new/*.deb root/new.deb
    inside 'for user in lead quality systems; do useradd -m $user; done
        postconf -e mydestination=oldham.example.gov.uk,localhost inet_interfaces=loopback-only &&
        systemctl restart postfix@-'
    inside 'mkdir -p /run/regulator && systemd-run --quiet --unit regulator regulator /run/regulator'
    wait_for 10 "the regulator" 'test -s /run/regulator/base_url'
}

install_it() {
    must "the package does not install" 'dpkg -i /root/old.deb'
    must_not "it is enabled before it is configured" 'systemctl is-enabled carewarden'
    must_not "it runs before it is configured" 'systemctl is-active carewarden'
    must "no user" 'getent passwd carewarden | grep -q nologin'
    [ "$(inside 'stat -c "%a %U" /var/lib/carewarden /etc/credstore' | tr '\n' ' ')" = "700 carewarden 700 root " ] ||
        fail "the folders' rights"
    for file in man/man1/carewarden.1.gz man/man1/carewarden-run.1.gz bash-completion/completions/carewarden \
        doc/carewarden/copyright; do
        must "no /usr/share/$file" "test -s /usr/share/$file"
    done
    must_not "the shipped configuration asks for a key that is not there, yet passes" 'carewarden check'
    said "installed, disabled"
}

configure() {
    sed "s,BASE_URL,$(inside 'cat /run/regulator/base_url')," tests/system/nspawn/carewarden.toml >"$work/good.toml"
    put "$work/good.toml" etc/carewarden/carewarden.toml
    inside 'umask 077; echo the-key > /etc/credstore/carewarden.cqc-subscription-key'
    inside 'install -d -o carewarden -g carewarden -m 770 /var/lib/carewarden/returns'
    inside 'carewarden check' || fail "the configuration has faults"
    # Root tries it by hand first: what root makes must be the service's all the same.
    inside 'carewarden run collect' || fail "a run by hand"
    [ "$(inside "stat -c '%a %U' $db")" = "600 carewarden" ] || fail "the database is not the service's"
    said "configured, tried by hand"
}

start() {
    must "it does not start" 'systemctl enable --now carewarden'
    [ "$(show ActiveState)/$(show SubState)" = active/running ] || fail "it is not active"
    [ -n "$(show StatusText)" ] || fail "no status text"
    said "ready: $(show StatusText)"
    wait_for 30 "the summary mail" 'grep -rq "^X-Carewarden-Kind: summary" /var/mail'
    wait_for 10 "the mail in the books" "sqlite3 -readonly $db \"SELECT 1 FROM audit_deliveries WHERE state = 'accepted'\" | grep -q 1"
    at_least 25 "SELECT count(DISTINCT location_id) FROM audit_ratings"
    must "the journal has no field of ours" \
        'journalctl MESSAGE_ID=d25476b588ee4551b17947b02d7fb56e -o json | grep -q "\"CAREWARDEN_MAIL\":"'
    must "journalctl -x does not explain" 'journalctl -x CAREWARDEN_EVENT=mail_accepted | grep -q "answerable"'
    must_not "the key is in the journal" 'journalctl | grep -q the-key'
    said "first cycle mailed and in the books"
}

a_fall() {
    inside 'touch /run/regulator/overnight'
    wait_for 90 "the alert of a fall to Inadequate" \
        'grep -q "^X-Carewarden-Kind: alert" /var/mail/lead && grep -q "Brightside" /var/mail/lead'
    [ "$(ask "SELECT count(*) FROM audit_flags WHERE severity = 'contingency' AND subject_name LIKE 'Brightside%'")" = 1 ] ||
        fail "not one flag for one fall"
    wait_for 90 "a backup outside the state folder" 'ls /var/backups/carewarden/*.db'
    said "a fall was mailed, a backup made"
}

# A month of one made-up provider's visits, in the long form.
month() {
    local last
    last=$(date -d "$1-01 +1 month -1 day" +%F)
    echo "1-99999999952,$1-01,$last,missed_visit_pct,$2,1500,"
}

drop() {
    { echo "provider_id,period_start,period_end,metric,numerator,denominator,value"; cat; } >"$work/return.csv"
    put "$work/return.csv" "var/lib/carewarden/returns/$1"
}

# From a file that is dropped to a mail with a picture, within the service's sandbox and through a real relay.
a_return() {
    local number
    for number in 01 02 03 04 05 06 07 08 09 10 11 12; do month "2025-$number" $((4 + ${number#0} % 3)); done | drop 2025.csv
    wait_for 90 "the year's returns" 'ls /var/lib/carewarden/returns/taken/2025.csv'
    [ "$(ask "SELECT count(*) FROM audit_returns WHERE provider_id = '1-99999999952'")" = 12 ] || fail "not twelve values"
    month 2026-01 45 | drop january.csv
    echo "not,a,return" >"$work/other.csv"
    put "$work/other.csv" var/lib/carewarden/returns/other.csv
    wait_for 90 "the alert of a red month" 'grep -q "^X-Carewarden-Rule: .*indicator-red" /var/mail/quality'
    must "the alert has no picture" 'grep -q "^Content-Type: image/png" /var/mail/quality'
    wait_for 90 "the letter on a file that is none" 'test -s /var/lib/carewarden/returns/refused/other.csv.txt'
    said "returns were read, a red month was mailed with its picture"
}

reload() {
    local pid
    pid=$(show MainPID)
    inside 'sed -i "s/^timezone.*/timezone = \"Europe\/Lodnon\"/" /etc/carewarden/carewarden.toml; systemctl reload carewarden'
    wait_for 20 "the operator's mail of the fault" 'grep -q "^X-Carewarden-Kind: config" /var/mail/systems'
    [ "$(show ActiveState) $(show MainPID)" = "active $pid" ] || fail "a bad reload did not leave it running"
    put "$work/good.toml" etc/carewarden/carewarden.toml
    inside 'systemctl reload carewarden'
    sleep 1
    [ "$(show ActiveState) $(show MainPID)" = "active $pid" ] || fail "a good reload did not leave it running"
    said "bad reload refused and mailed, good reload taken"
}

kill_nine() {
    local before kept='SELECT (SELECT count(*) FROM facts), (SELECT group_concat(flag) FROM audit_flags)'
    local unsent="SELECT count(*) FROM outbox WHERE seq NOT IN (SELECT mail FROM audit_deliveries WHERE state = 'accepted')"
    before=$(ask "$kept")
    inside 'systemctl kill -s KILL --kill-whom=main carewarden'
    wait_for 30 "the restart after kill -9" '[ "$(systemctl show -P NRestarts carewarden)" = 1 ] && systemctl is-active carewarden'
    [ "$(ask 'PRAGMA integrity_check')" = ok ] || fail "the database is not sound after kill -9"
    [ "$before" = "$(ask "$kept")" ] ||
        fail "kill -9 lost something"
    wait_for 30 "every mail to be accepted" "[ \$(sqlite3 -readonly $db \"$unsent\") = 0 ]"
    # At least once: what the books call accepted is in a mailbox.
    [ "$(inside 'cat /var/mail/* | grep -c "^X-Carewarden-Kind:"')" -ge "$(ask 'SELECT count(*) FROM outbox')" ] ||
        fail "an accepted mail is in no mailbox"
    must "the restarted one is well" 'carewarden status'
    said "kill -9: restarted, nothing lost"
}

stop() {
    local start_ms end_ms
    start_ms=$(date +%s%3N)
    inside 'systemctl stop carewarden'
    end_ms=$(date +%s%3N)
    [ $((end_ms - start_ms)) -lt 10000 ] || fail "stopping took $((end_ms - start_ms)) ms"
    [ "$(show Result)" = success ] || fail "it did not stop well: $(show Result)"
    said "stopped in $((end_ms - start_ms)) ms"
}

failure() {
    override 'ExecStart=\nExecStart=/bin/false\n'
    inside 'systemctl start --no-block carewarden'
    wait_for 30 "the unit to give up" 'systemctl is-failed carewarden && journalctl -t carewarden -p crit | grep -q "stays down"'
    wait_for 30 "the operator's mail of the failure" 'grep -q "^Subject:.*carewarden.service has failed" /var/mail/systems'
    override_end
    said "a unit that stays down is told"
}

watchdog() {
    override 'WatchdogSec=3s\nEnvironment=CAREWARDEN_HOOK=stick-writer\nExecStart=\nExecStart=/usr/local/bin/carewarden-hooks serve\n'
    inside 'systemctl start --no-block carewarden'
    wait_for 120 "the watchdog" 'journalctl -u carewarden | grep -q "Watchdog timeout"'
    inside 'systemctl stop carewarden' || true
    override_end
    [ "$(ask 'PRAGMA integrity_check')" = ok ] || fail "the database is not sound after the watchdog"
    said "the watchdog ended a stuck writer"
}

upgrade() {
    local before pid
    inside 'systemctl start carewarden && echo "# ours" >> /etc/carewarden/policy/ratings.toml'
    before=$(ask 'SELECT count(*) FROM facts')
    pid=$(show MainPID)
    must "the upgrade" 'dpkg -i /root/new.deb'
    must "an edited policy is kept" 'grep -q "# ours" /etc/carewarden/policy/ratings.toml'
    must "the configuration is kept" 'grep -q oldham.example.gov.uk /etc/carewarden/carewarden.toml'
    must "still enabled and running" 'systemctl is-enabled carewarden && systemctl is-active carewarden'
    [ "$(show MainPID)" != "$pid" ] || fail "the upgrade did not restart it"
    [ "$(ask 'SELECT count(*) FROM facts')" -ge "$before" ] || fail "the upgrade lost facts"
    said "upgraded, configuration and data kept"
}

purge() {
    must "the removal" 'dpkg -r carewarden'
    must "remove keeps configuration and data" "test -s /etc/carewarden/carewarden.toml && test -s $db"
    must "the purge" 'dpkg -P carewarden'
    for path in /etc/carewarden /var/lib/carewarden /etc/credstore/carewarden.cqc-subscription-key \
        /etc/systemd/system/multi-user.target.wants/carewarden.service; do
        must_not "$path is left" "test -e $path"
    done
    must "backups outlive a purge" 'ls /var/backups/carewarden/*.db && test "$(stat -c %U /var/backups/carewarden)" = root'
    must_not "the user is left" 'getent passwd carewarden || getent group carewarden'
    must_not "something is left of the package" 'dpkg -s carewarden'
    said "purged"
}

build
said "built"
machine_start
prepare
said "the machine runs"
install_it
configure
start
a_fall
a_return
reload
kill_nine
stop
failure
watchdog
upgrade
purge
echo "nspawn: sound"
