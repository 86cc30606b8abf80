"""The real library on tiny models built here; the guard judges what they write."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from db.records import Appearance, Session, Source, Turn
from pipeline.engines.abstractive import TransformersSummarizer, split
from pipeline.engines.language import SpacyTagger
from pipeline.errors import EngineError, ModelMissing
from pipeline.summaries import summarize

ROOT = Path(__file__).parents[3]
PASSAGES = [
    "Nous avons formé huit cents vendeurs en boutique dans toutes les régions de France.",
    "La prévision de la demande va réduire les invendus et donc le gaspillage des enseignes.",
    "Les marques devront défendre leurs données, leur réputation et leur programme de fidélité.",
] * 12
WORDS = sorted(
    {w for p in PASSAGES for w in p.replace(",", " ,").replace(".", " .").split()} | {"summarize", ":"}
)


def save_tokenizer(folder: Path) -> int:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    special = ["<pad>", "</s>", "<unk>"]
    vocabulary = {word: i for i, word in enumerate([*special, *WORDS])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", special_tokens=[("</s>", 1)])
    fast_tokenizer: Any = PreTrainedTokenizerFast
    fast = fast_tokenizer(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        unk_token="<unk>",
        model_max_length=128,
    )
    fast.save_pretrained(folder)
    return len(vocabulary)


@pytest.fixture(scope="module")
def t5(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch", reason="PyTorch is not installed: the abstractive extra is optional")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    folder = tmp_path_factory.mktemp("tiny-t5")
    transformers.set_seed(7)
    config = transformers.T5Config(
        vocab_size=save_tokenizer(folder), d_model=16, d_kv=8, d_ff=32, num_layers=1, num_heads=2,
        decoder_start_token_id=0, pad_token_id=0, eos_token_id=1,
    )  # fmt: skip
    transformers.T5ForConditionalGeneration(config).save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def gpt2(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("torch", reason="PyTorch is not installed: the abstractive extra is optional")
    transformers = pytest.importorskip("transformers", reason="transformers is not installed")
    folder = tmp_path_factory.mktemp("tiny-gpt2")
    transformers.set_seed(7)
    config = transformers.GPT2Config(
        vocab_size=save_tokenizer(folder), n_positions=160, n_embd=16, n_layer=1, n_head=2,
        bos_token_id=1, eos_token_id=1,
    )  # fmt: skip
    transformers.GPT2LMHeadModel(config).save_pretrained(folder)
    return folder


@pytest.mark.models
@pytest.mark.parametrize("kind", ["t5", "gpt2"])
def test_both_kinds_of_model_write_and_repeat_themselves(kind: str, request: pytest.FixtureRequest) -> None:
    engine = TransformersSummarizer(request.getfixturevalue(kind), device="cpu")
    written = engine.summarize(PASSAGES, "fr", 3)
    assert len(written) <= 3 and all(isinstance(s, str) and s.strip() for s in written)
    assert engine.summarize(PASSAGES, "fr", 3) == written
    assert engine.summarize([], "fr", 3) == []


@pytest.mark.models
def test_long_texts_are_read_in_stretches_and_wholly(t5: Path) -> None:
    engine = TransformersSummarizer(t5, device="cpu")
    stretches = list(engine._stretches(engine._load(), PASSAGES, "fr", 3))
    assert len(stretches) > 2
    assert [p for s in stretches for p in s] == PASSAGES


@pytest.mark.models
@pytest.mark.parametrize("kind", ["t5", "gpt2"])
def test_what_an_untrained_model_writes_never_reaches_the_summary(
    kind: str, request: pytest.FixtureRequest
) -> None:
    engine = TransformersSummarizer(request.getfixturevalue(kind), device="cpu")
    text = "\n".join(PASSAGES[:3])
    turns = (Turn(0, len(text), "S1"),)
    session = Session(
        1, "t", Source("0" * 64, "x", "text", 1, "x"), "transcript", language="fr", text=text, turns=turns,
        appearances=(Appearance("S1", "Claire Petit"),),
    )  # fmt: skip
    found = summarize(session, tagger=SpacyTagger(), engine=engine, whole=2)
    assert len([s for s in found if s.label is None]) == 2
    for sentence in found:
        assert sentence.slices
        if sentence.engine == "extractive":
            assert sentence.text == text[sentence.slices[0].start : sentence.slices[0].end]


@pytest.mark.models
def test_a_changed_model_changes_the_identity(t5: Path, tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text((t5 / "config.json").read_text() + "\n")
    assert TransformersSummarizer(t5).identity != TransformersSummarizer(tmp_path).identity
    assert TransformersSummarizer(t5).identity.startswith("transformers:tiny-t5")


def test_a_missing_folder_is_said_and_the_hub_is_not_asked(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="No model folder"):
        TransformersSummarizer(tmp_path / "absent").summarize(["Un passage."], "fr", 1)


def test_a_damaged_folder_is_said(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed: the abstractive extra is optional")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(EngineError, match="cannot be loaded"):
        TransformersSummarizer(tmp_path).summarize(["Un passage."], "fr", 1)


def test_without_the_extra_the_message_gives_the_command(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "from pipeline.engines.abstractive import TransformersSummarizer\n"
        "from pipeline.errors import ModelMissing\n"
        "try:\n    TransformersSummarizer(sys.argv[1]).summarize(['x'], 'fr', 1)\n"
        "except ModelMissing as error:\n    print(error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, check=True
    )
    assert "pip install torch" in done.stdout


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Une phrase. Une autre ! Et une fin sans point", ["Une phrase.", "Une autre !"]),
        ("1. Premier point.\n- Second point.", ["Premier point.", "Second point."]),
        ("Il gagne 3.5 points. Fin.", ["Il gagne 3.5 points.", "Fin."]),
        ("...", []),
    ],
)
def test_generated_text_is_cut_into_whole_sentences(text: str, expected: list[str]) -> None:
    assert split(text) == expected
