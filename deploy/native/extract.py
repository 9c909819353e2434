"""Takes TensorFlow's C library and the headers it needs out of a wheel: extract.py WHEEL LIB_DIR INCLUDE_DIR."""

import shutil
import sys
import zipfile
from pathlib import Path

LIBRARIES = ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2")
HEADERS = ("tensorflow/c/", "tensorflow/core/platform/ctstring", "xla/tsl/", "tsl/platform/ctstring")

wheel, libraries, include = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
found = set()
with zipfile.ZipFile(wheel) as archive:
    for name in archive.namelist():
        path = name.removeprefix("tensorflow/")
        header = path.removeprefix("include/")
        if path in LIBRARIES:
            target = libraries / path
            found.add(path)
        elif path.startswith("include/") and header.startswith(HEADERS) and header.endswith(".h"):
            target = include / header
        else:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(name) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
missing = [library for library in LIBRARIES if library not in found]
if missing:
    sys.exit(f"{wheel}: found no {', '.join(missing)}")
