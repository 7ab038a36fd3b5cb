"""A page in a headless browser that is installed, nothing but the page reachable from it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")


def installed() -> str:
    """The browser there is; the test that asks is skipped where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    return found or pytest.skip(f"needs a browser: none of {', '.join(NAMES)} is installed")


@contextmanager
def browser() -> Iterator[Browser]:
    path = installed()
    root = ["--no-sandbox"] if os.geteuid() == 0 else []  # which refuses to sandbox itself
    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=path, args=root)
        yield started
        started.close()


@contextmanager
def opened(started: Browser, file: Path, **context: Any) -> Iterator[Page]:
    """A file in a window of its own; fails on anything asked for but the file, and on any error."""
    asked, wrong = [], []
    with started.new_context(**context) as window:
        page = window.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda line: wrong.append(line.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto(file.as_uri())
        yield page
        assert wrong == []
        assert [url for url in asked if not url.startswith("data:")] == [file.as_uri()]
