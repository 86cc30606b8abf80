"""How long each page takes on a large archive: ``python tests/bench/bench_pages.py [QUOTES]``.

Generates sessions until the archive holds QUOTES quotes (100,000 by default), then prints, for every
page, the seconds that the server needs to draw it (median of three runs of the real page function,
Streamlit's delivery left out) and, when a Chromium is there, from click to shown.
"""

from __future__ import annotations

import logging
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from db.connection import open_archive, transaction
from db.sessions import edition_id

ROOT = Path(__file__).resolve().parents[2]
WORDS = [
    "client",
    "données",
    "magasin",
    "recherche",
    "été",
    "cœur",
    "modèle",
    "confiance",
    "équipe",
    "vitesse",
    "logistique",
    "panier",
    "voix",
    "écoute",
    "marque",
    "campagne",
    "question",
    "réponse",
    "achat",
    "stock",
    "année",
    "prédiction",
    "humain",
    "agent",
    "catalogue",
    "vendeur",
    "échange",
]
PAGES = [
    "", "?page=sessions", "?page=session&id=5", "?page=quotes", "?page=quotes&text=cœur données", "?page=quotes&p=4000",
    "?page=quotes&theme=theme-3", "?page=quotes&speaker=personne 12", "?page=quotes&edition=Salon 2015&order=newest",
    "?page=speakers", "?page=speaker&id=3", "?page=themes", "?page=theme&id=theme-3", "?page=search&q=cœur logistique", "?page=add",
]  # fmt: skip


def generate(folder: Path, quotes: int) -> None:
    """Rows straight into the tables: 100 quotes a session, 400 people, 20 themes, 12 editions."""
    db = open_archive(folder)
    chance = random.Random(7)
    with transaction(db):
        for number in range(20):
            db.conn.execute(
                "INSERT INTO theme VALUES (?, ?, ?, ?, 'lexicon')",
                (number + 1, f"theme-{number}", f"Thème {number}", f"Theme {number}"),
            )
        for number in range(400):
            db.conn.execute("INSERT INTO person VALUES (?, ?)", (number + 1, f"Personne {number} Énault"))
        for number in range(-(-quotes // 100)):
            _session(db, chance, number + 1)
    db.conn.execute("ANALYZE")
    db.conn.close()


def _session(db: Database, chance: random.Random, number: int) -> None:
    said = [" ".join(chance.choices(WORDS, k=chance.randint(12, 28))).capitalize() + "." for _ in range(100)]
    text = "\n".join(said)
    run = db.conn.execute
    sha = f"{number:064x}"
    run("INSERT INTO source VALUES (?, ?, 'text', 1, 'x', NULL, 'now')", (sha, f"s{number}.txt"))
    edition = edition_id(db, "Salon", f"Salon {2010 + number % 12}")
    run(
        "INSERT INTO session (id, source_sha256, edition_id, title, form, date, language, added_at) VALUES (?, ?, ?, ?, 'transcript', ?, 'fr', 'now')",
        (number, sha, edition, f"Séance {number}", f"{2010 + number % 12}-06-{1 + number % 28:02}"),
    )
    run(
        "INSERT INTO transcript VALUES (?, ?, 1, ?, 0, ?, 'bench', 'now', 1)",
        (number, number, text, len(text)),
    )
    for voice in range(4):
        person = 1 + (number * 4 + voice) % 400
        run(
            "INSERT INTO appearance VALUES (?, ?, ?, ?, 'rôle', ?, 'speaker', 0.9, 'written', 'rule', '[]')",
            (number * 4 + voice, number, f"V{voice}", person, f"Maison {person % 60}"),
        )
    start = 0
    for place, words in enumerate(said):
        end, key = start + len(words), f"{number:08x}{place:08x}"
        appearance = number * 4 + place % 4
        run(
            'INSERT INTO turn (session_id, transcript_id, position, start, "end", appearance_id, confidence) VALUES (?, ?, ?, ?, ?, ?, 1)',
            (number, number, place, start, end, appearance),
        )
        run(
            "INSERT INTO quote (id, session_id, transcript_id, start, \"end\", text, appearance_id, kind, rule, confidence, score) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'b', ?, ?)",
            (
                key,
                number,
                number,
                start,
                end,
                words,
                appearance,
                "mention" if place % 20 == 0 else "spoken",
                chance.random(),
                chance.random(),
            ),
        )
        theme = 1 + (number + place) % 20
        run("INSERT INTO quote_theme VALUES (?, ?, 'lexicon', 'mot')", (key, theme))
        run(
            "INSERT INTO theme_tag (session_id, transcript_id, theme_id, start, \"end\", why, by) VALUES (?, ?, ?, ?, ?, ?, 'lexicon')",
            (number, number, theme, start, start + 4, words.split()[0]),
        )
        start = end + 1
    for theme in range(1, 21):
        run("INSERT INTO session_theme VALUES (?, ?, ?)", (number, theme, chance.random()))
    from db.search_index import rebuild_passages

    rebuild_passages(db, number)


def drawn(query: str) -> float:
    """Seconds for one whole run of the script behind an address."""
    from streamlit.testing.v1 import AppTest

    test = AppTest.from_file(str(ROOT / "ui" / "script" / "florilege_page.py"), default_timeout=120)
    for pair in query.lstrip("?").split("&"):
        if pair:
            name, value = pair.split("=", 1)
            test.query_params[name] = value
    began = time.perf_counter()
    test.run()
    took = time.perf_counter() - began
    if test.exception:
        raise SystemExit(f"{query}: {test.exception}")
    return took


def clicked(folder: Path) -> dict[str, float]:
    """Seconds from the click on a link to the page shown, in a real browser."""
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    if not Path(chromium).exists():
        return {}
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(ROOT / "app.py"), "--server.port=8698"],
        cwd=ROOT,
        env={**os.environ, "FLORILEGE_ARCHIVE": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(100):
            try:
                urllib.request.urlopen("http://127.0.0.1:8698/_stcore/health", timeout=1)
                break
            except OSError:
                time.sleep(0.3)
        with sync_playwright() as playwright:
            page = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"]).new_page()
            page.goto("http://127.0.0.1:8698/")
            page.wait_for_selector(".fl-foot", timeout=60_000)
            return {query: _go(page, query) for query in [*PAGES[1:], ""]}
    finally:
        server.terminate()
        server.wait(10)


def _go(page: Any, query: str) -> float:
    began = time.perf_counter()
    page.evaluate("q => window.florilege.go(q || '?')", query)
    page.wait_for_function("() => !document.body.classList.contains('is-turning')", timeout=60_000)
    return time.perf_counter() - began


def main() -> None:
    """Generate, measure, print."""
    logging.disable(logging.WARNING)
    quotes = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        generate(folder, quotes)
        os.environ["FLORILEGE_ARCHIVE"], os.environ["FLORILEGE_MEANING"] = name, "false"
        drawn("")
        shown = clicked(folder)
        print(f"{quotes} quotes; seconds to draw (median of 3), seconds from click to shown")
        for query in PAGES:
            print(
                f"  {statistics.median(drawn(query) for _ in range(3)):6.2f}  {shown.get(query, float('nan')):6.2f}  {query or 'home'}"
            )


if __name__ == "__main__":
    main()
