"""Writes colormap.json: OpenCV's own colours, to compare ours with. Needs opencv-python-headless."""

import json
import pathlib

import cv2
import numpy as np

levels = np.arange(256, dtype=np.uint8).reshape(1, 256)
names = {"jet": cv2.COLORMAP_JET, "turbo": cv2.COLORMAP_TURBO, "viridis": cv2.COLORMAP_VIRIDIS}
colours = {name: cv2.applyColorMap(levels, code)[0, :, ::-1].tobytes().hex() for name, code in names.items()}
file = pathlib.Path(__file__).with_suffix(".json")
file.write_text(json.dumps({"opencv": cv2.__version__, "rgb": colours}, indent=2) + "\n")
