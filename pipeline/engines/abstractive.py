"""Summaries written by a model of the user's choice, through ``transformers``: T5 or BART-like (sequence to
sequence) or causal, from a folder or, when allowed, from the hub.

What the model writes is a proposal: :mod:`pipeline.summaries` passes each sentence through the guard.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from pipeline.errors import EngineError, ModelMissing
from pipeline.words import language_data

INSTALL = "pip install torch 'transformers>=4.48'"
_TOKENS_PER_SENTENCE = 48
_MOST_NEW_TOKENS = 320
_LONGEST_INPUT = 4096
_SENTENCE = re.compile(r"[^.!?…\n]+(?:[.!?…](?!\s|$)[^.!?…\n]*)*[.!?…]+[\"»”)]*")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\d{1,2}[.)])\s+")


@dataclass(frozen=True, slots=True)
class _Loaded:
    tokenizer: Any
    model: Any
    device: str
    sequence_to_sequence: bool
    limit: int
    prefix: str


class TransformersSummarizer:
    """Summarizer over any sequence-to-sequence or causal text model.

    ``model`` is a folder, or a hub name when ``allow_hub``. ``device`` is ``auto``, ``cpu`` or a torch
    device such as ``cuda:0``. The model is loaded at the first summary and kept. Generation is
    deterministic (beams for sequence to sequence, greedy for causal). A model's own code is never run.
    """

    def __init__(self, model: str | Path, device: str = "auto", allow_hub: bool = False) -> None:
        self._name = str(model)
        self._device = device
        self._allow_hub = allow_hub
        self._loaded: _Loaded | None = None
        self.identity = f"transformers:{Path(self._name).name}{_fingerprint(Path(self._name))}"

    def summarize(self, passages: Sequence[str], language: str, sentences: int) -> list[str]:
        """At most ``sentences`` sentences, taken in turn from each stretch that fits the model's window.

        Raises :class:`ModelMissing` (library or model absent) or :class:`EngineError` (the model failed).
        """
        if not passages or sentences < 1:
            return []
        loaded = self._load()
        try:
            written = [
                split(self._generate(loaded, stretch, language, sentences))
                for stretch in self._stretches(loaded, passages, language, sentences)
            ]
        except (RuntimeError, ValueError, IndexError) as error:
            raise EngineError(f"The model {self._name} failed ({error}); choose another one.") from error
        in_turn = [s for rank in zip_longest(*written) for s in rank if s]
        return list(dict.fromkeys(in_turn))[:sentences]

    def _load(self) -> _Loaded:
        if self._loaded is None:
            self._loaded = _load(self._name, self._device, self._allow_hub)
        return self._loaded

    def _stretches(
        self, loaded: _Loaded, passages: Sequence[str], language: str, sentences: int
    ) -> Iterator[list[str]]:
        """Consecutive passages that fit the window together; one too long for it is cut by the tokenizer."""
        room = loaded.limit - _count(loaded, self._prompt(loaded, [], language, sentences))
        if not loaded.sequence_to_sequence:
            room -= _new_tokens(sentences, loaded.limit)
        stretch: list[str] = []
        used = 0
        for passage in passages:
            size = _count(loaded, passage) + 4
            if stretch and used + size > room:
                yield stretch
                stretch, used = [], 0
            stretch.append(passage)
            used += size
        yield stretch

    def _prompt(self, loaded: _Loaded, passages: Sequence[str], language: str, sentences: int) -> str:
        if loaded.sequence_to_sequence:
            return loaded.prefix + " ".join(passages)
        words = language_data(language, "summaries")["prompt"]
        numbered = [f"[{i}] {p}" for i, p in enumerate(passages, 1)]
        instruction = words["instruction"].format(sentences=sentences)
        if getattr(loaded.tokenizer, "chat_template", None):
            message = [{"role": "user", "content": "\n".join([instruction, "", *numbered])}]
            rendered = loaded.tokenizer.apply_chat_template(
                message, tokenize=False, add_generation_prompt=True
            )
            return str(rendered)
        return "\n".join([instruction, "", *numbered, "", words["answer"]])

    def _generate(self, loaded: _Loaded, passages: Sequence[str], language: str, sentences: int) -> str:
        import torch

        new = _new_tokens(sentences, loaded.limit)
        window = loaded.limit if loaded.sequence_to_sequence else max(loaded.limit - new, 8)
        prompt = self._prompt(loaded, passages, language, sentences)
        chat = not loaded.sequence_to_sequence and bool(getattr(loaded.tokenizer, "chat_template", None))
        given = loaded.tokenizer(
            prompt, return_tensors="pt", truncation=True, max_length=window, add_special_tokens=not chat
        )
        inputs = {k: v.to(loaded.device) for k, v in given.items() if k in ("input_ids", "attention_mask")}
        with torch.inference_mode():
            out = loaded.model.generate(
                **inputs,
                max_new_tokens=new,
                do_sample=False,
                num_beams=4 if loaded.sequence_to_sequence else 1,
                no_repeat_ngram_size=4,
                pad_token_id=_pad(loaded.tokenizer),
            )
        begin = 0 if loaded.sequence_to_sequence else inputs["input_ids"].shape[1]
        return str(loaded.tokenizer.decode(out[0][begin:], skip_special_tokens=True))


def split(text: str) -> list[str]:
    """Whole sentences of generated text, without bullets or numbers; an unfinished last one is dropped."""
    lines = (_BULLET.sub("", line) for line in text.splitlines())
    return [m.group().strip() for line in lines for m in _SENTENCE.finditer(line) if m.group().strip(" .!?…")]


def _load(name: str, device: str, allow_hub: bool) -> _Loaded:
    folder = Path(name)
    if not folder.is_dir() and not allow_hub:
        raise ModelMissing(
            f"No model folder at {name}; download the model there, or allow the hub in the settings."
        )
    try:
        import torch
        from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, AutoTokenizer
    except ImportError as error:
        raise ModelMissing(f"Written summaries need PyTorch and transformers; run: {INSTALL}") from error
    options = {"local_files_only": folder.is_dir() or not allow_hub, "trust_remote_code": False}
    try:
        config = AutoConfig.from_pretrained(name, **options)
        tokenizer = AutoTokenizer.from_pretrained(name, **options)
        both = bool(config.is_encoder_decoder)
        model: Any = (AutoModelForSeq2SeqLM if both else AutoModelForCausalLM).from_pretrained(
            name, **options
        )
        place = device if device != "auto" else ("cuda" if torch.cuda.is_available() else "cpu")
        model = model.to(place).eval()
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise EngineError(f"The model {name} cannot be loaded ({first}); check the folder.") from error
    return _Loaded(tokenizer, model, place, both, _limit(config, tokenizer), _prefix(config))


def _limit(config: Any, tokenizer: Any) -> int:
    """Tokens the model reads at once: the least of what it, its tokenizer and this program allow."""
    named = [getattr(config, field, None) for field in ("max_position_embeddings", "n_positions")]
    known = [int(n) for n in [*named, tokenizer.model_max_length] if isinstance(n, int | float) and n > 0]
    return min([n for n in known if n < 10**9] + [_LONGEST_INPUT])


def _prefix(config: Any) -> str:
    """The words a model was trained to see before a text to summarise (T5)."""
    tasks = getattr(config, "task_specific_params", None) or {}
    known = tasks.get("summarization", {}).get("prefix", "")
    return str(known) if known or config.model_type not in ("t5", "mt5") else "summarize: "


def _new_tokens(sentences: int, limit: int) -> int:
    return min(_TOKENS_PER_SENTENCE * sentences, _MOST_NEW_TOKENS, max(limit // 2, 8))


def _count(loaded: _Loaded, text: str) -> int:
    return len(loaded.tokenizer(text, add_special_tokens=False)["input_ids"])


def _pad(tokenizer: Any) -> int:
    known = [tokenizer.pad_token_id, tokenizer.eos_token_id, 0]
    return int(next(token for token in known if token is not None))


def _fingerprint(folder: Path) -> str:
    """A short hash of a folder's file names, sizes and configuration: a changed model is seen."""
    if not folder.is_dir():
        return ""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        digest.update(f"{path.name} {path.stat().st_size}\n".encode())
        if path.suffix == ".json" and path.stat().st_size < 1_000_000:
            digest.update(path.read_bytes())
    return f"@{digest.hexdigest()[:12]}"
