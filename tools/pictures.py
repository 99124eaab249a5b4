"""Takes the README's pictures from the real application with demo data.

    python tools/pictures.py http://127.0.0.1:8000

Needs a running ``maturity demo``, Chromium and pdftoppm.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from maturity.demo.people import PASSWORD
from tests.chromium import executable

OUT = Path(__file__).resolve().parents[1] / "docs/pictures"
DESK = {"width": 1180, "height": 900}


def sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/start")


def main(address: str) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        phone = browser.new_context(viewport={"width": 390, "height": 900}, device_scale_factor=1.5)
        page = phone.new_page()
        sign_in(page, address, "operator@lebak.example")
        page.click("main article a >> nth=0")
        tasks = page.url
        page.goto(f"{tasks}/sections/SD5")
        page.locator(".block h2").first.evaluate("head => head.scrollIntoView()")
        page.screenshot(path=OUT / "section.png")
        page.goto(f"{address}/start")
        old = page.locator("a[href$='/result']").first.get_attribute("href")
        desk = browser.new_context(viewport=DESK, storage_state=phone.storage_state())
        page = desk.new_page()
        page.goto(address + str(old))
        page.wait_for_timeout(2500)
        page.screenshot(path=OUT / "result.png")
        report = Path(folder) / "report.pdf"
        report.write_bytes(
            desk.request.get(address + str(old).replace("result", "report.pdf")).body()
        )
        command = ["pdftoppm", "-r", "75", "-f", "1", "-l", "1", "-png", "-singlefile"]
        subprocess.run([*command, report, OUT / "report"], check=True)
        viewer = browser.new_context(viewport=DESK)
        page = viewer.new_page()
        sign_in(page, address, "pemantau@kpu.example")
        page.goto(f"{address}/rounds/2025")
        page.wait_for_timeout(1500)
        page.locator(".tiles-map").evaluate("map => map.scrollIntoView({block: 'center'})")
        page.screenshot(path=OUT / "national.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1].rstrip("/"))
