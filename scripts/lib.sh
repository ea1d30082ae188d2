# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034 # used by the scripts which read this
#
# What the scripts share. Sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

say() {
    printf '==> %s\n' "$*"
}

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 2
}

# The comment at the head of a script is its manual.
usage() {
    sed -n '/^# usage:/,/^$/ s/^# \{0,1\}//p' "$0"
}

# have WHAT: is it there? A command, module:NAME for pkg-config, header:NAME for the C compiler,
# python:NAME for a module of the first python3 or the system's, or clang:FLAG for something clang
# links with.
have() {
    case $1 in
    module:*)
        command -v pkg-config >/dev/null && pkg-config --exists "${1#module:}"
        ;;
    header:*)
        echo "#include <${1#header:}>" | cc -E -x c - -o /dev/null 2>/dev/null
        ;;
    python:*)
        python3 -c "import ${1#python:}" 2>/dev/null ||
            /usr/bin/python3 -c "import ${1#python:}" 2>/dev/null
        ;;
    clang:*)
        printf 'int LLVMFuzzerTestOneInput(void);\nint LLVMFuzzerTestOneInput(void) { return 0; }\n' |
            clang -x c "${1#clang:}" - -o /dev/null 2>/dev/null
        ;;
    *)
        command -v "$1" >/dev/null
        ;;
    esac
}

# As root, by sudo where we are not.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif have sudo; then
        sudo "$@"
    else
        die "neither root nor sudo is at hand, please run as root: $*"
    fi
}

# What compiling and the tests need, as WHAT=PACKAGE (see install_packages).
build_packages=(
    cc=gcc
    header:stdlib.h=libc6-dev
    meson=meson
    ninja=ninja-build
    pkg-config=pkg-config
    module:yaml-0.1=libyaml-dev
    module:libpcre2-8=libpcre2-dev
)
test_packages=(
    "${build_packages[@]}"
    'g++=g++'
    nm=binutils
    python3=python3
    python:yaml=python3-yaml
    valgrind=valgrind
    module:check=check
)

# install_packages WHAT=PACKAGE...: installs each package of which WHAT (see have) is missing.
install_packages() {
    local pair packages=()

    for pair in "$@"; do
        have "${pair%=*}" || packages+=("${pair##*=}")
    done
    if [ ${#packages[@]} -eq 0 ]; then
        say 'all needed packages are present'
        return
    fi
    have apt-get || die "missing, and there is no apt-get to install: ${packages[*]}"
    say "installing with apt-get: ${packages[*]}"
    as_root apt-get update -qq
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -qq --no-install-recommends "${packages[@]}"
    for pair in "$@"; do
        have "${pair%=*}" || die "${pair%=*} is missing in spite of package ${pair##*=}"
    done
}

# configure FOLDER MESON-ARGUMENT...: configures, or configures again.
configure() {
    local folder=$1 again=()
    shift

    [ ! -f "$folder/build.ninja" ] || again=(--reconfigure)
    meson setup "${again[@]}" "$folder" "$root" "$@"
}

# build FOLDER MESON-ARGUMENT...: configures and compiles.
build() {
    configure "$@" && ninja -C "$1"
}
