"""The words of a synthetic paper, before they become HTML or PDF."""

import random
from dataclasses import dataclass

THINGS = ("point clouds", "surgical video", "satellite images", "hand-drawn sketches", "thermal footage", "document scans", "indoor scenes", "traffic cameras",
          "retinal photographs", "robot demonstrations", "sign language", "underwater sonar", "comic pages", "radar sweeps", "cell microscopy", "audio spectrograms")  # fmt: skip
TASKS = ("segmentation", "depth estimation", "re-identification", "tracking", "captioning", "relighting", "grasp planning", "anomaly detection",
         "compression", "retrieval", "pose estimation", "deblurring", "change detection", "layout analysis", "registration", "forecasting")  # fmt: skip
MEANS = ("sparse attention", "latent diffusion", "contrastive pre-training", "a learned codebook", "test-time adaptation", "graph message passing",
         "masked reconstruction", "flow matching", "token merging", "a mixture of experts", "equivariant features", "knowledge distillation")  # fmt: skip
STEMS = (
    "Larch", "Kestrel", "Quill", "Tamarind", "Basalt", "Heron", "Cobalt", "Juniper", "Osprey",
    "Saffron", "Marlin", "Thistle", "Onyx", "Plover", "Sorrel", "Umber",
)  # fmt: skip
ENDS = ("Net", "Former", "Flow", "Mix", "Seg", "VLA", "Field", "Prompt")
GIVEN = (
    "Mei", "Jonas", "Aïcha", "Rahul", "Sofía", "Wei", "Ingrid", "Tomás", "Yuki", "Olga", "Kwame",
    "Lucía", "Søren", "Hyun-woo", "Zeynep", "Piotr",
)  # fmt: skip
FAMILY = (
    "Tanaka", "Müller", "Okafor", "Zhang", "García", "Lindqvist", "Novák", "Rossi", "Kim", "Haddad",
    "Ivanova", "Nguyen", "O'Brien", "Sharma", "Dubois", "Yılmaz",
)  # fmt: skip
FILLERS = (
    "We train for {n} epochs with a batch size of {m} and decay the learning rate by a cosine schedule.",
    "This observation is consistent with earlier work, which reports a similar effect for {task} on {thing}.",
    "Intuitively, {means} lets the model spend its capacity where the input is ambiguous instead of everywhere.",
    "We attribute the remaining errors to motion blur and to labels that disagree between annotators.",
    "Each input is resized to {n}0 pixels on its shorter side before it enters the encoder.",
    "The ablation removes one component at a time and keeps all other settings fixed.",
    "In contrast to prior approaches, no additional supervision is needed once the encoder has been frozen.",
    "Qualitative examples show that fine structures survive, even where the baseline merges neighbouring objects.",
    "We repeat every experiment with {k} random seeds and report the mean; deviations are small throughout.",
    "A careful reader may ask whether {means} alone would suffice; Table 1 suggests that it does not.",
)  # fmt: skip
SECTIONS = ("Introduction", "Related Work", "Method", "Experiments", "Discussion and Limitations", "Conclusion")
SUBSECTIONS = {"Method": ("Overview", "Training Objective"), "Experiments": ("Setup", "Main Results", "Ablation Study")}


@dataclass(frozen=True)
class Table:
    caption: str
    rows: tuple[tuple[str, ...], ...]
    """The first row is the head."""


@dataclass(frozen=True)
class Block:
    """A section or subsection; its pieces are paragraphs (str), equations (`$$…`), a Table."""

    title: str
    level: int
    pieces: tuple[str | Table, ...]


@dataclass(frozen=True)
class Body:
    title: str
    authors: tuple[str, ...]
    abstract: str
    blocks: tuple[Block, ...]
    references: tuple[str, ...]
    facts: tuple[str, ...]
    code_comment: str
    model: str
    """The name of the paper's own method."""
    data: str
    """The name of its benchmark."""


def write(rng: random.Random, title: str, words: int) -> Body:
    """About so many words of body. `title` empty: one is made."""
    thing, task, means = rng.choice(THINGS), rng.choice(TASKS), rng.choice(MEANS)
    model = f"{rng.choice(STEMS)}{rng.choice(ENDS)}-{rng.randint(2, 99)}"
    data = f"{rng.choice(STEMS)}Bench-{rng.randint(100, 999)}"
    score, base = round(rng.uniform(60, 95), 1), round(rng.uniform(1.1, 9.8), 1)
    size, hours, images, speed = (
        rng.randint(12, 980),
        rng.randint(3, 90),
        rng.randint(11, 990),
        round(rng.uniform(1.2, 6.4), 1),
    )
    facts = (
        f"On {data}, {model} reaches an accuracy of {score} %, which is {base} points above the strongest baseline.",
        f"{model} has {size} million parameters and is trained for {hours} hours on eight GPUs.",
        f"We release {data}, a collection of {images},000 annotated samples of {thing}.",
        f"At inference {model} is {speed} times faster than the teacher it was distilled from.",
        f"A limitation is that {model} fails when more than {rng.randint(20, 70)} % of the input is occluded.",
    )
    abstract = (
        f"Progress in {task} on {thing} is held back by the cost of dense labels. We present {model}, which combines {means} with a light decoder. "
        f"{facts[0]} {facts[3]} We also release {data} and show where the approach still fails."
    )
    fill = _Filler(rng, {"task": task, "thing": thing, "means": means})
    per_block = max(40, words // 9)
    first = rng.choice(FAMILY)
    return Body(
        title=title or f"{model}: {means.removeprefix('a ').capitalize()} for {task.title()} on {thing.title()}",
        authors=tuple(f"{rng.choice(GIVEN)} {rng.choice(FAMILY)}" for _ in range(rng.randint(2, 6))),
        abstract=abstract,
        blocks=_blocks(fill, per_block, facts, model, data, (score, round(score - base, 1)), rng),
        references=tuple(
            f"{rng.choice(GIVEN)} {first if i == 0 else rng.choice(FAMILY)}. {rng.choice(MEANS).capitalize()} for {rng.choice(TASKS)} of {rng.choice(THINGS)}. arXiv preprint arXiv:{rng.randint(18, 25)}{rng.randint(1, 12):02d}.{rng.randint(1, 19999):05d}, {rng.randint(2018, 2025)}."
            for i in range(rng.randint(8, 20))
        ),
        facts=facts,
        code_comment=f"Code: https://github.com/{first.lower().replace(chr(39), '')}-lab/{model.lower()}",
        model=model,
        data=data,
    )


class _Filler:
    """Paragraphs of so many words."""

    def __init__(self, rng: random.Random, about: dict[str, str]) -> None:
        self._rng = rng
        self._about = about

    def sentence(self) -> str:
        n, m, k = self._rng.randint(12, 90), 2 ** self._rng.randint(4, 9), self._rng.randint(3, 9)
        return self._rng.choice(FILLERS).format(n=n, m=m, k=k, **self._about)

    def paragraphs(self, words: int) -> list[str]:
        found: list[str] = []
        while words > 0:
            text = " ".join(self.sentence() for _ in range(self._rng.randint(3, 6)))
            words -= len(text.split())
            found.append(text)
        return found


def _blocks(
    fill: _Filler,
    words: int,
    facts: tuple[str, ...],
    model: str,
    data: str,
    scores: tuple[float, float],
    rng: random.Random,
) -> tuple[Block, ...]:
    table = Table(
        f"Accuracy on {data} in percent. Higher is better.",
        (("Method", "Accuracy", "Parameters (M)"), (model, f"{scores[0]}", f"{rng.randint(10, 99)}"), ("Baseline", f"{scores[1]}", f"{rng.randint(10, 99)}"), ("w/o decoder", f"{round(scores[1] - 1.3, 1)}", f"{rng.randint(10, 99)}")),
    )  # fmt: skip
    equation = rf"$$\mathcal{{L}}_{{\mathrm{{total}}}}=\sum_{{i=1}}^{{N}}\ell(x_i,y_i)+\lambda_{{{rng.randint(1, 9)}}}\lVert\theta\rVert_2^2"
    special: dict[str, list[str | Table]] = {
        "Introduction": [f"{facts[2]} {fill.sentence()}"],
        "Training Objective": [
            equation,
            f"Here $\\lambda$ weighs the regulariser, and $N$ is the number of samples. {fill.sentence()}",
        ],
        "Setup": [facts[1]],
        "Main Results": [f"{facts[0]} {fill.sentence()}", table],
        "Ablation Study": [facts[3]],
        "Discussion and Limitations": [f"{facts[4]} {fill.sentence()}"],
    }
    blocks: list[Block] = []
    for title in SECTIONS:
        subs = SUBSECTIONS.get(title, ())
        own = fill.paragraphs(words // 3 if subs else words)
        blocks.append(Block(title, 1, (*own, *special.get(title, ()))))
        blocks += [Block(sub, 2, (*fill.paragraphs(words), *special.get(sub, ()))) for sub in subs]
    return tuple(blocks)
