#!/usr/bin/env bash
# peers.sh PYTHON FOLDER: make the environments of the benchmark's peers in FOLDER.
#
# Each kind has one of its own, so that none meets another's pins.  All see the packages
# of PYTHON's environment, so that every tool runs the same torch and matplotlib.
set -euo pipefail
python=$(realpath -s "$1")
here=$(realpath "$(dirname "$0")")
ours=$("$python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
share=$("$python" -c 'import sys; print(sys.prefix)')/share/jupyter
for kind in mkdocs sphinx tests; do
  folder=$2/$kind
  "$python" -m venv "$folder"
  theirs=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
  # Not the bare path: the files that extend ours are to be read too.
  echo "import site; site.addsitedir('$ours')" > "$theirs/ours.pth"
  "$folder/bin/python" -m pip install --quiet ${PIP_ARGS:-} -r "$here/peers-$kind.txt"
  # Templates of notebooks are looked for beside the interpreter alone.
  mkdir -p "$folder/share"
  test -e "$folder/share/jupyter/nbconvert" || ln -sfn "$share" "$folder/share/jupyter"
done
