#!/usr/bin/env bash
# Builds the binding of @tensorflow/tfjs-node (with --gpu: of @tensorflow/tfjs-node-gpu) against the C library in
# TensorFlow's official wheel, because the ready-made ones (libtensorflow 2.9, CUDA 11.2) are on a server that many
# machines can't reach and don't know GPUs newer than Ampere. Needs pip and g++; installs them when run as root on
# Debian. Does nothing when it is built already. Needs 2 GB of disk while it runs, 700 MB after (GPU: 4 and 1.3 GB).
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
kind=cpu
suffix=
case "${1:-}" in
  '') ;;
  --gpu) kind=gpu suffix=-gpu ;;
  *) echo "usage: deploy/native/build.sh [--gpu]" >&2; exit 2 ;;
esac

fail() { echo "make native: $*" >&2; exit 1; }
say() { echo "make native: $*" >&2; }

requirement="$here/tensorflow-$kind.txt"
wanted=$(grep -v '^#' "$requirement" | cut -d' ' -f1)
package="$root/node_modules/@tensorflow/tfjs-node$suffix"
headers="$root/node_modules/node-api-headers/include"
binding="$package/lib/napi-v8/tfjs_binding.node"
stamp="$package/deps/built-against"
node="$root/node_modules/.bin/node"

loads() {
  TF_CPP_MIN_LOG_LEVEL=3 "$node" --no-deprecation -e "
    const tf = require('$package');
    if (tf.sum(tf.tensor([1, 2])).dataSync()[0] !== 3) throw new Error('TensorFlow counted wrong');"
}

if [[ -f $binding && -f $stamp && $(cat "$stamp") == "$wanted" ]]; then
  say "@tensorflow/tfjs-node$suffix is built against $wanted already"
  exit 0
fi

[[ $(uname -sm) == 'Linux x86_64' ]] || fail "found $(uname -sm), expected Linux x86_64; without it wasm does everything"
[[ -d $package/binding && -x $node ]] || fail "found no $package; run \`npm ci\` (with optional dependencies) first"
[[ -d $headers ]] || fail "found no node-api-headers; run \`npm ci\` first"

need=()
command -v g++ > /dev/null || need+=(g++)
python3 -m pip --version > /dev/null 2>&1 || need+=(python3-pip)
if ((${#need[@]})); then
  if [[ $(id -u) == 0 ]] && command -v apt-get > /dev/null; then
    say "installing ${need[*]}"
    { apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -yq --no-install-recommends "${need[@]}"; } >&2 ||
      fail "apt-get could not install ${need[*]}"
  else
    fail "missing ${need[*]}; on Debian: sudo apt-get install ${need[*]}"
  fi
fi

# Inside the package, so that the big files are moved and not copied, and go when node_modules goes.
work=$(mktemp -d "$package/.build-XXXXXX")
trap 'rm -rf "$work"' EXIT

say "fetching $wanted with pip"
python3 -m pip --quiet --disable-pip-version-check download --no-deps --only-binary=:all: --require-hashes \
  --python-version 3.11 --implementation cp --platform manylinux_2_17_x86_64 --dest "$work" \
  --requirement "$requirement" >&2 || fail "pip could not fetch $wanted"
python3 "$here/extract.py" "$work"/*.whl "$work/lib" "$work/include" || fail "the wheel of $wanted is not as expected"

say "building the binding"
g++ -std=c++17 -O2 -fPIC -shared -DNAPI_VERSION=8 -I"$package" -I"$work/include" -I"$headers" \
  "$package/binding/tfjs_backend.cc" "$package/binding/tfjs_binding.cc" -o "$work/tfjs_binding.node" \
  -L"$work/lib" -l:libtensorflow_cc.so.2 -l:libtensorflow_framework.so.2 -Wl,-rpath,'$ORIGIN/../../deps/lib' >&2 ||
  fail "g++ could not build the binding"

rm -rf "$package/deps" "$package/lib"
mkdir -p "$package/deps" "$(dirname "$binding")"
mv "$work/lib" "$package/deps/lib"
mv "$work/tfjs_binding.node" "$binding"
loads >&2 || { rm -f "$binding"; fail "the binding was built but does not load here (old CPU?); wasm goes on doing everything"; }
echo "$wanted" > "$stamp"
say "@tensorflow/tfjs-node$suffix is ready, built against $wanted"
