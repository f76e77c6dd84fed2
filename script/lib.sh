# Shared by the scripts beside it; source it, do not run it. Sets the working directory to the
# root of the repository and `root` to its path.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"

# In CI the lock file decides; at a desk cargo may add what a changed manifest asks for.
locked=()
if [ "${CI:-}" = true ]; then locked=(--locked); fi

say() { printf '\n== %s\n' "$*"; }
die() {
    printf 'script/%s: %s\n' "$(basename "$0")" "$*" >&2
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# Runs a step under a heading, tells how long it took, and ends as the step did. A function with
# several commands joins them with &&, since bash takes `set -e` away on the left of a ||.
step() {
    local name=$1 began=$SECONDS status=0
    shift
    say "$name"
    "$@" || status=$?
    printf -- '-- %s: %d s\n' "$name" $((SECONDS - began))
    return "$status"
}

# GATEHOUSE_WASM_DEBIAN=1 takes Debian's compiler even where rustup has the target.
has_wasm_target() {
    [ -z "${GATEHOUSE_WASM_DEBIAN:-}" ] && have rustup &&
        rustup target list --installed 2>/dev/null | grep -qx wasm32-unknown-unknown
}
