#!/usr/bin/env bash
# From an ONNX detector to events on the command line.
#   examples/export_and_run.sh yolox_nano.onnx coco_classes.txt calibration/ clip.mp4 planogram.yaml out/
set -euo pipefail
model=$1 classes=$2 calibration=$3 clip=$4 planogram=$5 out=$6

edgekit export "$model" --int8 --task detect --decoder yolox --classes "$classes" --calibration "$calibration" -o "$out/products.edgekit"
edgekit inspect "$out/products.edgekit"
edgekit run --camera "$clip" --planogram "$planogram" --model "$out/products.edgekit" --out "$out/run" --annotate
edgekit events "$out/run/events.jsonl"
