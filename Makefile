# 画信 Huaxin. `make` alone lists the commands.
.DEFAULT_GOAL := help
.PHONY: help setup run test check screenshots bench chaos soak capacity lock vendor fonts
PYTHON ?= python3
BIN := .venv/bin

help: ## 列出所有命令
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: .venv/.run ## 准备运行环境（.venv，按锁定的版本）

run: setup ## 启动机器人和模拟环境：打开打印的地址就能聊
	@exec $(BIN)/huaxin run --sandbox

test: .venv/.test ## 检查并跑完全部测试（缺的系统软件会先装好）
	tools/test-packages
	$(MAKE) --no-print-directory check
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder

check: .venv/.test ## 格式、静态检查、类型
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

screenshots: .venv/.test ## 给控制台的每一页截图，放进 screenshots/
	tools/test-packages
	$(BIN)/python -m tools.screenshots screenshots

bench: .venv/.test ## 测速：和同一次运行里的参照物比（约 5 分半）
	tools/test-packages
	$(BIN)/python -m bench

soak: .venv/.test ## 久跑 30 分钟，看丢不丢、长不长（MINUTES=15 短些；ON=servers 用 PostgreSQL 和 Redis）
	$(BIN)/python -m soak --minutes $(or $(MINUTES),30) --on $(or $(ON),sqlite)

capacity: .venv/.test ## 一千万粉丝的库和一天：每行多大、查询慢不慢、要几台机器（约 25 分钟）
	$(BIN)/python -m capacity

chaos: .venv/.test ## 演练故障：杀进程、冻住、坏时钟、满盘、坏接口……数丢了、重了、多付了几个（约 25 分钟）
	tools/test-packages
	$(BIN)/python -m chaos

lock: .venv/.test ## 重新锁定依赖（带哈希）
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate --quiet --extra build pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-annotate --quiet --extra build --extra dev -c requirements.lock \
		pyproject.toml -o requirements-dev.lock

vendor: .venv/bin/python ## 重新取来控制台的前端文件（需要 Node 20 和 npm）
	$(BIN)/python tools/vendor.py

fonts: .venv/.test ## 重新裁出 assets/fonts 的字体（需要 fonts-noto-cjk 和 fonts-lxgw-wenkai）
	$(BIN)/python tools/fonts.py

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "需要 Python 3.11 或更新：make run PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv \
		|| { echo "建不了 .venv：Debian/Ubuntu 上先 apt-get install python3-venv"; rm -rf .venv; exit 1; }

.venv/.run: .venv/bin/python requirements.lock pyproject.toml
	@echo "正在安装依赖（第一次要一两分钟）……"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

.venv/.test: .venv/.run requirements-dev.lock
	@echo "正在安装测试用的依赖……"
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@
