"""Takes the pictures of the guides (docs/panduan) by walking through the real application.

    python tools/guide_pictures.py [--only operator]

Builds demo data in a folder of its own, serves it with a clock that stands still, and does what
each guide tells, in the order of a round: so each picture shows what the reader will see. A page
that can be scrolled sideways, or an answer of the server that tells of a fault, ends the run.
Needs Chromium and pdftoppm.
"""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from PIL import Image
from playwright.sync_api import Browser, Page, Response, sync_playwright
from werkzeug.serving import make_server

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from maturity.app import create_app
from maturity.config import Settings
from maturity.demo.site import prepare
from tests.chromium import executable
from tools.pictures import sign_in

OUT = Path(__file__).resolve().parents[1] / "docs/panduan/gambar"
NOW = datetime(2026, 11, 24, 7, 30, tzinfo=UTC)
PUBLIC = "https://maturitas.kpu.example"
PHONE, DESK = {"width": 360, "height": 700}, {"width": 1080, "height": 760}
LARGEST, COLOURS = 80_000, (96, 64, 40, 24)
INVENTORY = ("dana-kampanye", "partisipasi-pemilih", "perselisihan-hasil")


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """A demo installation at an address of this machine."""
    site = prepare(Settings.from_environment({}), folder, now=NOW, tell=lambda *_: None)
    app = create_app(replace(site.settings, base_url=PUBLIC), now=lambda: NOW)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@dataclass
class Walker:
    """One person at a browser; ``guide`` begins the names of the pictures."""

    page: Page
    address: str
    guide: str

    def go(self, path: str) -> Page:
        self.page.goto(path if path.startswith("http") else f"{self.address}{path}")
        return self.page

    def open(self, words: str) -> Page:
        self.page.locator("main").get_by_role("link", name=words).first.click()
        return self.page

    def press(self, words: str) -> Page:
        self.page.locator("main").get_by_role("button", name=words).first.click()
        self.page.wait_for_load_state()
        return self.page

    def choose(self, name: str, value: str) -> None:
        self.page.check(f'input[name="{name}"][value="{value}"]', force=True)

    def write(self, name: str, words: str) -> None:
        self.page.fill(f'[name="{name}"]', words)

    def unfold(self, within: str, words: str) -> None:
        self.page.locator(within).locator("summary", has_text=words).first.click()

    def picture(self, name: str, *, at: str = "", up: int = 12) -> None:
        """What the window shows, with this place at its top."""
        page = self.page
        wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        if wide > 0:
            raise SystemExit(f"{page.url} is {wide} px too wide")
        page.evaluate("document.activeElement.blur()")
        if at:
            top = page.locator(at).first.evaluate(
                "one => one.getBoundingClientRect().top + scrollY"
            )
            page.evaluate(f"scrollTo(0, {top - up})")
        else:
            page.evaluate("scrollTo(0, 0)")
        page.wait_for_timeout(300)
        target = OUT / f"{self.guide}-{name}.png"
        page.screenshot(path=target)
        shrink(target)


def shrink(path: Path) -> None:
    """A palette picture below the limit, with as many colours as fit."""
    whole = Image.open(path).convert("RGB")
    for colours in COLOURS:
        whole.quantize(colours, dither=Image.Dither.NONE).save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            return
    raise SystemExit(f"{path.name} has {path.stat().st_size} bytes")


def refuse_faults(response: Response) -> None:
    if response.status >= 500:
        raise SystemExit(f"{response.status}: {response.url}")


def operator(walker: Walker) -> None:
    walker.picture("mulai")
    tasks = walker.open("KPU Kabupaten Lebak").url
    walker.picture("daftar-bagian", at="main h1")
    walker.go(f"{tasks}/sections/SD6")
    walker.choose("value:V20", "l2")
    walker.page.wait_for_timeout(1500)
    walker.picture("pilih-level", at='label[for="q-V20-2"]', up=180)
    walker.write("url:V20", "https://contoh.kpu.example/lebak/rekapitulasi-2024.csv")
    walker.write("about:V20", "Rekapitulasi 2024 dalam CSV, diunduh 20 November 2026")
    walker.picture("bukti-dukung", at="label:has(#q-V20-note)")
    walker.press("Simpan dan tetap")
    walker.go(f"{tasks}/sections/G-INV/INV/dana-kampanye")
    walker.picture("inventaris", at="fieldset")
    walker.go(f"{tasks}/sections")
    walker.page.select_option('[name="who:G-INV"]', label="Siti Rahayu")
    walker.picture("pembagian-tugas", at="#q-SD9-who", up=150)
    walker.press("Simpan pembagian")
    walker.go(f"{tasks}/workbook")
    walker.picture("lembar-kerja", at="main h1")
    walker.go(f"{tasks}/check")
    walker.picture("periksa", at="main h1")
    complete(walker, tasks)


def complete(walker: Walker, tasks: str) -> None:
    """Close the gaps that the check named, so that the office can hand in."""
    walker.go(f"{tasks}/sections/SD7")
    for key in ("V23", "V24"):
        walker.write(f"note:{key}", "Tercatat dalam SOP layanan data, bagian tiga.")
    walker.press("Simpan dan tetap")
    walker.go(f"{tasks}/sections/SD9")
    walker.choose("value:V32", "l1")
    walker.press("Simpan dan tetap")
    for thing in INVENTORY:
        walker.go(f"{tasks}/sections/G-INV/INV/{thing}")
        for one in walker.page.locator('main input[type=radio][value="yes"]').all():
            one.check(force=True)
        walker.press("Simpan dan tetap")


def responsible(walker: Walker) -> None:
    tasks = walker.open("KPU Kabupaten Lebak").url
    walker.open("Periksa semua jawaban")
    walker.picture("periksa")
    walker.open("Lanjut ke pengajuan")
    walker.picture("ajukan")
    for box in walker.page.locator("main input[type=checkbox]").all():
        box.check(force=True)
    walker.press("Ajukan")
    walker.picture("tanda-terima")
    walker.go(f"{tasks}/berita-acara")
    walker.picture("berita-acara")
    pdf = walker.page.request.get(f"{tasks}/berita-acara.pdf?lang=id").body()
    paper = OUT / f"{walker.guide}-kertas"
    command = ["pdftoppm", "-r", "72", "-f", "1", "-l", "1", "-png", "-singlefile", "-", paper]
    subprocess.run(command, input=pdf, check=True)
    shrink(paper.with_suffix(".png"))
    walker.open("halaman periksa")
    walker.picture("periksa-keaslian")


def replying(walker: Walker) -> None:
    walker.open("Baca dan tanggapi")
    walker.choose("reply:V09", "disagree")
    walker.write("words:V09", "Katalog ditetapkan dengan SK Nomor 12 Tahun 2026, lampiran II.")
    walker.picture("tanggapan", at="main h2")
    walker.go("/start")
    walker.page.locator('a[href$="/result"]').last.click()
    walker.page.wait_for_timeout(2000)
    walker.picture("hasil")


def province(walker: Walker) -> None:
    walker.go("/verification")
    walker.picture("antrean")
    walker.open("KPU Kota Tangerang Selatan")
    walker.press("Mulai verifikasi")
    overview = walker.page.url
    walker.picture("ringkasan")
    walker.go(f"{overview}/SD5")
    walker.choose("verdict:V16", "changed")
    walker.unfold("#q-V16-block, main", "Diubah menjadi")
    walker.choose("value:V16", "l1")
    walker.write("words:V16", "Halaman daftar data terakhir diperbarui pada Maret 2025.")
    walker.picture("putusan", at="main h2")
    walker.go(overview.replace("verification", "threads/V17"))
    walker.write("words", "Mohon tautan SOP yang memuat ketiga syarat minimum.")
    walker.picture("tanya-jawab")
    walker.go(overview.replace("verification", "verify/return"))
    walker.write("words", "Tautan bukti V05, V09, dan V18 tidak dapat dibuka. Mohon diganti.")
    walker.picture("kembalikan")
    walker.go("/verification?state=under-verification")
    walker.page.get_by_role("link", name="KPU Kota Tangerang", exact=True).click()
    walker.open("Selesaikan verifikasi")
    walker.picture("selesaikan")


def university(walker: Walker) -> None:
    walker.go("/account/interests")
    walker.write("office", "36.71")
    walker.write("words", "Istri saya bekerja di kantor ini.")
    walker.picture("kepentingan")
    walker.press("Nyatakan")
    walker.go("/verification")
    walker.picture("antrean")
    walker.open("KPU RI")
    walker.press("Mulai verifikasi")
    overview = walker.page.url
    walker.go(f"{overview}/SD2")
    walker.choose("verdict:V05", "not-verifiable")
    walker.write("words:V05", "Dokumen DIP tidak dapat dibuka dan tidak ditemukan di laman PPID.")
    walker.unfold("main", "Catatan internal dan keyakinan")
    walker.picture("putusan", at="main h2")
    walker.press("Simpan dan tetap")
    walker.go(overview)
    walker.picture("ringkasan")


def administrator(walker: Walker) -> None:
    walker.go("/administration/rounds/new")
    walker.write("slug", "2027")
    walker.write("title_id", "Pengukuran Maturitas Data Terbuka 2027")
    walker.write("title_en", "Open Data Maturity Measurement 2027")
    walker.choose("instrument", "ogd-kpu-2026@1.0.0")
    days = {
        "opens": "03-01",
        "closes": "04-30",
        "verify": "06-15",
        "reply": "06-30",
        "settle": "07-31",
    }
    for stage, day in days.items():
        walker.write(f"{stage}_day", f"2027-{day}")
    walker.press("Lihat pratinjau")
    walker.picture("pratinjau-periode", at="main table", up=110)
    walker.go("/administration/rounds/2026/assignments")
    walker.picture("penugasan")
    walker.go("/administration/rounds/2026/extensions?province=36&state=open")
    walker.write("until_day", "2026-12-30")
    walker.write("words", "Jaringan internet padam tiga hari akibat banjir.")
    walker.picture("perpanjangan")


def settler(walker: Walker) -> None:
    walker.go("/settlement?round=2026")
    walker.picture("penetapan", at="main h1")
    walker.open("KIP Kabupaten Aceh Barat")
    walker.choose("verdict:V03", "upheld")
    walker.write("words:V03", "Berita acara pleno yang dilampirkan bertanggal di luar periode ini.")
    walker.picture("sanggahan", at="main h3", up=150)
    walker.go("/settlement/undisputed")
    walker.press("Tetapkan yang dipilih")
    walker.picture("ditetapkan")
    walker.go("/settlement/publication/2026")
    walker.picture("publikasi")


def viewer(walker: Walker) -> None:
    walker.go("/rounds/2025")
    walker.page.wait_for_timeout(1500)
    walker.picture("nasional")


STEPS = (  # in the order of a round: later steps need what earlier ones did
    ("operator@lebak.example", "operator", operator),
    ("pj@lebak.example", "pj", responsible),
    ("pj@banten.example", "pj", replying),
    ("verifikator@banten.example", "provinsi", province),
    ("verifikator@kampus.example", "universitas", university),
    ("administrator@kpu.example", "kpu-ri", administrator),
    ("penetapan@kpu.example", "kpu-ri", settler),
    ("pemantau@kpu.example", "kpu-ri", viewer),
)


def walk(browser: Browser, address: str, only: str) -> None:
    for email, guide, step in STEPS:
        if only and guide != only:
            continue
        small = guide == "operator"
        context = browser.new_context(
            viewport=PHONE if small else DESK, device_scale_factor=1.5 if small else 1,
            timezone_id="Asia/Jakarta", locale="id-ID",
        )  # fmt: skip
        context.set_default_timeout(10_000)
        context.clock.set_fixed_time(NOW)
        page = context.new_page()
        page.on("response", refuse_faults)
        sign_in(page, address, email)
        step(Walker(page, address, guide))
        context.close()
        print(f"{guide}: {email}")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--only", default="", help="only the pictures that begin with this")
    OUT.mkdir(parents=True, exist_ok=True)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    only = options.parse_args().only
    with TemporaryDirectory() as folder, served(Path(folder)) as address, sync_playwright() as run:
        browser = run.chromium.launch(executable_path=executable(), args=["--no-sandbox"])
        walk(browser, address, only)
        browser.close()


if __name__ == "__main__":
    main()
