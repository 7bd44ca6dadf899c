#!/usr/bin/env bash
# Builds the Debian package and prints its path. Needs cargo-deb (`cargo install cargo-deb`).
#   packaging/build.sh [--profile release|dev] [--version VERSION] [--features LIST] [--out DIR]
set -euo pipefail
cd "$(dirname "$0")/.."

profile=release version="" features="" out=""
while [ $# -gt 0 ]; do
    case "$1" in
        --profile) profile=$2 ;;
        --version) version=$2 ;;
        --features) features=$2 ;;
        --out) out=$2 ;;
        *) echo "packaging/build.sh: what is $1?" >&2; exit 2 ;;
    esac
    shift 2
done

target="${CARGO_TARGET_DIR:-$PWD/target}"
folder=$profile
[ "$profile" = dev ] && folder=debug
out="${out:-$target/debian}"

cargo build --locked --quiet --profile "$profile" ${features:+--features "$features"} --bin carewarden

# Manual pages and completions come from the very program that is packed.
rm -rf packaging/generated
"$target/$folder/carewarden" generate packaging/generated

mkdir -p "$out"
cargo deb --no-build --quiet --profile "$profile" --output "$out/" ${version:+--deb-version "$version"} -- --locked
