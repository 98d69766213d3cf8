"""Finds names of models, datasets and methods by their spelling: `GPT-4`, `ImageNet`, `COCO`."""

from __future__ import annotations

# ruff: noqa: SIM905  # lists of words read as words
import re
from collections.abc import Iterator

from digest.patterns import regex

_NAME = regex(r"(?<![A-Za-z0-9_@/.#&-])(?:[A-Za-zΑ-ω][A-Za-z0-9α-ω]*(?:[-_+./·][A-Za-z0-9α-ω]+)*\+*)(?![A-Za-z0-9_@])")
COMMON = frozenset(
    """ai ml dl nlp cv llm llms mllm mllms vlm vlms lvlm vla vlas gpu gpus cpu cpus tpu tpus api apis sota rgb rgbd rgb-d 2d 3d 4d 1d cnn cnns rnn rnns gan gans vae vaes mlp mlps rl rlhf sft dpo
    cot rag qa vqa ocr asr tts ui gui url pdf html json xml csv sql http https id ids ok usa us uk eu un ml-based ai-based gpu-based iot vr ar xr sdk cli os ram vram io fps hz iou map auc roc f1 acc bleu rouge
    fid psnr ssim lpips mse mae rmse kl std avg vs etc ie eg al et arxiv github huggingface readme mit cc by nc sa phd todo faq kb mb gb tb ms ci pr doi isbn e2e a/b i/o q&a k-means t-sne x-ray top-1 top-5 top-k
    iid ood sgd adam gpt lora moe ssm dit vit clip bert transformer transformers u-net unet resnet pytorch tensorflow python github.com latex wifi wi-fi bibref inlineform""".split()
)
"""Common terms of the field that tell nothing about a particular paper."""
_PLAIN = regex(
    r"(?:[IVXLC]+|[A-Z]|[A-Z]\d?|\d+[a-z]{0,2}|[A-Z][a-z]+|[a-z]+(?:-[a-z]+)*|(?:[A-Z][a-z]+|[a-z]+)(?:-(?:[A-Z]?[a-z]+))+)"
)
_MIXED = regex(r"[a-z][A-Z]|[A-Z]{2}|[A-Za-z]-?\d|\d-?[A-Z]")
_PREFIX = regex(
    r"^(?:non|multi|self|pre|post|sub|anti|semi|inter|intra|co|re|un|cross|zero|few|one|two|single|large|small|open|state|end|low|high|long|short|real|fine|based)-",
    re.IGNORECASE,
)
_SUFFIX = regex(
    r"-(?:based|style|like|level|driven|aware|only|free|guided|trained|tuned|specific|wise|shot|generated|enhanced|powered|assisted|oriented|type|scale|model|models|dataset|benchmark|series|family|style|equipped|augmented|optimized|enabled|centric|related|compatible|accelerated|bit|step|stage|layer|head|way|fold|class|dimensional|token|the)$",
    re.IGNORECASE,
)


_BEFORE_NOUN = regex(
    r"(?<![A-Za-z0-9_.-])([A-Z][a-z]{3,}(?:[-\s][A-Z]?\d+)?)(?=\s?(?:数据集|语料|基准|模型|网络|算法|(?:data ?sets?|corpus|corpora|benchmarks?|models?|test set)\b))"
)
_NOT_A_NAME = frozenset(
    "this that these those such each both their our your some many most other another recent large small foundation language vision deep neural base baseline generative diffusion proposed existing current previous pretrained transformer gaussian bayesian markov with from same data training test open public english chinese german french spanish video image text audio speech world reward student teacher expert human main final".split()
)


def names(text: str) -> Iterator[str]:
    """Yields each name once, as written, without common abbreviations of the field."""
    seen: set[str] = set()
    for match in _NAME.finditer(text):
        word = match[0].strip("-_./·")
        if text[match.end() : match.end() + 3] == "://" or text[max(0, match.start() - 1) : match.start()] == "\\":
            continue
        word = _SUFFIX.sub("", word)
        if len(word) < 2 or _PLAIN.fullmatch(word) or not _MIXED.search(word) or word.lower() in COMMON:
            continue
        if word.lower() not in seen:
            seen.add(word.lower())
            yield word
    for word in _BEFORE_NOUN.findall(text):
        if word.lower() not in seen and word.lower() not in _NOT_A_NAME:
            seen.add(word.lower())
            yield word


def squeezed(text: str) -> str:
    """Returns only letters and digits, in lower case: `GPT-4`, `GPT 4` and `gpt4` are one name."""
    return re.sub(r"[\W_]+", "", text.lower())


def initials_of(text: str) -> str:
    """Returns the first letters of its words in a row, in which an acronym's are adjacent."""
    return "".join(word[0] for word in re.findall(r"[A-Za-z]+", text.lower()))


def abbreviates(letters: str, initials: str) -> bool:
    """Returns whether they begin two to six words in a row: `llm` for `large language models`."""
    return 2 <= len(letters) <= 6 and letters in initials
