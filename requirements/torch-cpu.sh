#!/bin/sh
# Install the optional `abstractive` extra for its tests, with a CPU build of PyTorch and never a CUDA one.
# A wheel that pip finds on disk comes first; macOS wheels are CPU builds; on Linux the index that
# TORCH_CPU_INDEX names is used; otherwise the extra is left out and its tests say so.
set -u
python=$1
constraints=$2
pip="$python -m pip --disable-pip-version-check -q"

if $python -c 'import torch, transformers' 2>/dev/null; then
    exit 0
elif $pip install --no-index --no-deps torch==2.13.0 2>/dev/null; then
    :
elif [ "$(uname)" = Darwin ]; then
    $pip install torch==2.13.0 || exit 0
elif [ -n "${TORCH_CPU_INDEX:-}" ]; then
    $pip install --index-url "$TORCH_CPU_INDEX" torch==2.13.0 || exit 0
else
    echo "No CPU build of PyTorch at hand: the tests of the transformers summariser will be skipped."
    exit 0
fi
$pip install -c "$constraints" -e '.[abstractive]' || echo "transformers could not be installed; its tests will be skipped."
