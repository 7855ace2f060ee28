#!/bin/sh
# `wontload build` and `wontload verify --gpu`, for real, on a machine with an NVIDIA GPU and nvcc:
#
#   sh examples/prove_on_an_nvidia_machine.sh SOURCE WHEELS [STEP…]
#
# SOURCE: a source tree of llama-cpp-python (examples/slim_llama_cpp_source.py makes a small one). WHEELS: a directory
# with wheels of wontload and what it needs, of scikit-build-core and what it needs, of diskcache, jinja2, markupsafe
# and typing_extensions; numpy, CMake and Ninja are the machine's. Nothing comes from the network, and nothing outside a
# temporary directory is changed. Steps (default: all): `cuda` build and use, `hidden` GPU, `moved` CUDA runtime (as root,
# in a mount namespace of its own), `cpu` build, `other` build for another GPU. Each says what it expected; the exit status
# is the number of steps that came out otherwise.
set -u
[ $# -ge 2 ] || { sed -n '3,13s/^# \{0,1\}//p' "$0"; exit 2; }
SOURCE=$(realpath "$1") WHEELS=$(realpath "$2")
shift 2
STEPS=${*:-cuda hidden moved cpu other}
PYTHON=$(command -v "${PYTHON:-python3}")
WORK=$(mktemp -d) WRONG=0
trap 'rm -rf "$WORK"' EXIT
export PYTHONDONTWRITEBYTECODE=1 PIP_DISABLE_PIP_VERSION_CHECK=1

offline() { "$PYTHON" -m pip install --quiet --no-index --find-links "$WHEELS" --target "$@"; }
wontload() { PYTHONPATH=$WORK/tool "$PYTHON" -m wontload "$@"; }

# Build with the options given, and lay the wheel and what it needs into $WORK/NAME.
build() {
    name=$1
    shift
    wontload build llama-cpp-python --offline --source "$SOURCE" --find-links "$WHEELS" --python "$PYTHON" \
        -o "$WORK/wheels-$name" "$@" || return
    offline "$WORK/$name" --no-deps "$WORK/wheels-$name"/*.whl
    offline "$WORK/$name" diskcache jinja2 markupsafe typing_extensions
}

# Ask `verify --gpu` about the llama_cpp in $WORK/NAME, and hold the answer's verdict and first finding against what is
# expected: expect NAME VERDICT CODE COMMAND… with CODE a regular expression, `-` for no finding.
expect() {
    name=$1 verdict=$2 code=$3
    shift 3
    PYTHONPATH=$WORK/tool:$WORK/$name "$@" "$PYTHON" -m wontload verify llama_cpp --gpu --python "$PYTHON"
    PYTHONPATH=$WORK/tool:$WORK/$name "$@" "$PYTHON" -m wontload verify llama_cpp --gpu --python "$PYTHON" --json \
        >"$WORK/answer.json"
    [ -z "${OUT:-}" ] || cp "$WORK/answer.json" "$OUT/$step.json"
    "$PYTHON" - "$WORK/answer.json" "$verdict" "$code" <<'PROGRAM' || WRONG=$((WRONG + 1))
import json, re, sys

answer = json.load(open(sys.argv[1]))
got = answer["gpu"]["verdict"], next((one["code"] for one in answer["findings"]), "-")
right = got[0] == sys.argv[2] and re.fullmatch(sys.argv[3], got[1])
print("as expected:" if right else f"EXPECTED {sys.argv[2:4]}, GOT:", *got)
sys.exit(not right)
PROGRAM
}

offline "$WORK/tool" wontload || exit 4
for step in $STEPS; do
    echo "== $step"
    case $step in
    cuda | hidden | moved)
        [ -d "$WORK/cuda" ] || build cuda || { WRONG=$((WRONG + 1)); continue; } ;;
    cpu) build cpu --backend cpu || { WRONG=$((WRONG + 1)); continue; } ;;
    other) build other --backend cuda --gpu-arch 75-real || { WRONG=$((WRONG + 1)); continue; } ;;
    esac
    case $step in
    cuda) expect cuda used - env ;;
    hidden) expect cuda cpu-only WL406 env CUDA_VISIBLE_DEVICES=-1 ;;
    moved)
        mkdir -p "$WORK/empty"
        for place in $(ldconfig -p | sed -n 's/.*libcudart\.so\.[0-9]* .*=> //p' | xargs -r -n1 dirname | sort -u); do
            echo "mount --bind '$WORK/empty' '$(realpath "$place")'"
        done >"$WORK/mounts"
        printf '. "%s"\nexec "$@"\n' "$WORK/mounts" >"$WORK/without"
        expect cuda failed "WL20[12]" unshare --mount sh "$WORK/without" env ;;
    cpu) expect cpu cpu-only WL405 env ;;
    other) expect other failed WL404 env ;;
    esac
done
echo "$WRONG of the steps came out otherwise than expected"
exit "$WRONG"
