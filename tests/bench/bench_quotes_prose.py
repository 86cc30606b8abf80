"""Prints the figures of the prose extractor on a folder of texts with gold, and its speed.

python tests/bench/bench_quotes_prose.py TEXTS GOLD.json [-v] [--scorer score/quotes.py] [--export OUT.json]

Without arguments: the development set in tests/data/quotes. Matching: same rules as the project's scorer
(intersection / longest >= 0.8 of the whole or one of its segments).
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from pipeline.engines.language import SpacyTagger
from pipeline.quotes.prose import extract

HERE = Path(__file__).resolve().parents[1] / "data" / "quotes"


def export(folder: Path, language: str) -> tuple[list[dict[str, object]], int, float]:
    """Quotations of every text as the export of the command line writes them, words and seconds."""
    tagger = SpacyTagger()
    tagger.tag("Bonjour.", language)
    rows: list[dict[str, object]] = []
    words, seconds = 0, 0.0
    for path in sorted(folder.glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        began = time.process_time()
        found = extract(text, language, tagger)
        seconds += time.process_time() - began
        words += len(text.split())
        people = {a.label: a for a in found.appearances}
        for quote in found.quotes:
            if quote.kind == "quoted":
                who = people.get(quote.label or "")
                rows.append(
                    {
                        "session": path.stem,
                        "source": path.name,
                        "start": quote.start,
                        "end": quote.end,
                        "text": quote.text,
                        "speaker": who.name if who else None,
                        "role": who.role if who else None,
                        "organisation": who.organisation if who else None,
                        "kind": quote.kind,
                        "rule": quote.rule,
                        "confidence": quote.confidence,
                    }
                )
    return rows, words, seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=HERE / "fr")
    parser.add_argument("gold", nargs="?", type=Path, default=HERE / "fr.json")
    parser.add_argument("--scorer", type=Path)
    parser.add_argument("--export", type=Path, default=Path("/tmp/quotes.json"))
    parser.add_argument("--language", default="fr")
    parser.add_argument("-v", action="store_true")
    args = parser.parse_args()
    rows, words, seconds = export(args.folder, args.language)
    args.export.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")
    print(f"words a minute: {60 * words / max(seconds, 1e-9):,.0f}")
    print("rules:", dict(Counter(str(r["rule"]) for r in rows).most_common()))
    if args.v:
        for r in rows:
            print(
                "  ",
                r["source"],
                r["rule"],
                r["confidence"],
                "|",
                r["speaker"],
                "|",
                r["role"],
                "|",
                r["organisation"],
                "|",
                str(r["text"])[:50],
            )
    if args.scorer:
        command = [sys.executable, str(args.scorer), str(args.export), str(args.gold), str(args.folder), "-v"]
        print(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    main()
