# A Debian 12 machine in a container: made once with debootstrap and kept outside the clone, copied
# for each run. Sourced by tests/system/nspawn.sh.

tree="${CAREWARDEN_DEBIAN:-$HOME/.cache/carewarden-debian}"
packages=systemd-sysv,dbus,postfix,sqlite3,procps,ca-certificates,libcap2-bin,iproute2

# Says why this machine cannot run the test; nothing where it can.
unfit() {
    [ "$(id -u)" = 0 ] || { echo "it needs root"; return; }
    if ! command -v systemd-nspawn >/dev/null || ! command -v debootstrap >/dev/null; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive \
            apt-get install -y -qq --no-install-recommends systemd-container debootstrap >/dev/null ||
            { echo "systemd-nspawn and debootstrap cannot be installed"; return; }
    fi
    if [ ! -e "$tree/etc/os-release" ]; then
        rm -rf "$tree.tmp"
        debootstrap --variant=minbase --include="$packages" bookworm "$tree.tmp" >"$work/debootstrap.log" 2>&1 ||
            { echo "debootstrap failed: $(tail -1 "$work/debootstrap.log")"; return; }
        mv "$tree.tmp" "$tree"
    fi
    systemd-nspawn --register=no --keep-unit --private-network --quiet -D "$tree" /bin/true >"$work/nspawn.log" 2>&1 ||
        echo "systemd-nspawn does not work here: $(tail -1 "$work/nspawn.log")"
}

machine_start() {
    machine="$work/machine"
    cp -a --reflink=auto "$tree" "$machine"
    # No network but its own loopback.
    systemd-nspawn --register=no --keep-unit --private-network -b -D "$machine" \
        </dev/null >"$work/console.log" 2>&1 &
    nspawn=$!
    for _ in $(seq 100); do
        leader=$(pgrep -P "$nspawn" -o || true)
        [ -n "$leader" ] && inside 'systemctl is-system-running' 2>/dev/null | grep -Eq 'running|degraded' && return
        sleep 0.3
    done
    fail "the machine did not start: $(tail -3 "$work/console.log")"
}

# Its tree is thrown away, so it need not end in good order: without its first process nothing is left.
machine_stop() {
    [ -n "${nspawn:-}" ] || return 0
    if [ -n "${leader:-}" ]; then kill -KILL "$leader" 2>/dev/null || true; fi
    wait "$nspawn" 2>/dev/null || true
}

# Runs a command line inside, as root.
inside() {
    nsenter -t "$leader" -m -u -i -n -p -- \
        env -i PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 DEBIAN_FRONTEND=noninteractive \
        SYSTEMD_PAGER= bash -c "$1"
}

put() { install -m "${3:-644}" "$1" "$machine/$2"; }
