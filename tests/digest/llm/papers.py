"""Two small papers with full texts, for the Analysts' tests."""

from digest.model import Basis, Form, FullText, Hidden, Paper, Passage, Section
from tests.builders import a_paper

ABSTRACT = (
    "Grasping moving objects remains hard for robot policies. However, existing policies think before they act and so act too late. "
    "We propose PaceNet, a policy that overlaps reasoning and execution with a small encoder. "
    "PaceNet reaches a success rate of 61.5% on the DriftBench tasks and outperforms the strongest baseline by 18.2 points. "
    "Code and data are available at https://github.com/pacenet/pacenet."
)


def a_text(
    paper: Paper | None = None, basis: Basis = Basis.HTML, hidden: tuple[Hidden, ...] = (), more: str = ""
) -> FullText:
    paper = paper or moving()

    def section(title: str, anchor: str, *texts: str, level: int = 1) -> Section:
        passages = tuple(Passage(t, anchor=f"{anchor}.p{i}") for i, t in enumerate(texts, 1))
        return Section(title, level, anchor, passages=passages)

    sections = (
        Section("Abstract", 1, "abstract", passages=(Passage(paper.abstract, anchor="abstract"),)),
        section(
            "1 Introduction",
            "S1",
            "Robots that meet moving objects have to act while they think, and most of them do not. "
            "However, existing policies suffer from a delay between perception and execution that grows with the size of the model.",
            "Unlike previous work, which lowers the delay with smaller models, we keep the model and hide its delay behind execution.",
        ),
        section(
            "2 Method",
            "S2",
            "Our method consists of a convolutional encoder, a language backbone of 360M parameters and an action head trained with flow matching. "
            "The encoder compresses each frame into 36 tokens, which keeps the backbone fast.",
            "We train PaceNet for 40 hours on 8 A100 GPUs with a batch size of 512 and a learning rate of 0.0001.",
        ),
        Section(
            "3 Experiments",
            1,
            "S3",
            passages=(
                Passage(
                    "On DriftBench, PaceNet achieves a success rate of 61.5%, while OpenVLA achieves 43.3% under the same budget of 200 trials. "
                    "Without overlapped execution the success rate falls to 38.0%, which shows that most of the gain comes from it.",
                    anchor="S3.p1",
                ),
                Passage(
                    "Table 1: Success rates on DriftBench in percent, averaged over 200 trials per task.",
                    Form.CAPTION,
                    "S3.T1",
                ),
            ),
        ),
        section(
            "4 Conclusion and limitations",
            "S4",
            "We presented PaceNet, a policy that acts while it thinks. "
            "A limitation is that PaceNet assumes rigid objects, and it fails when objects are transparent." + more,
        ),
    )
    return FullText(paper.id, paper.version, basis, sections, hidden=hidden)


def abstract_only() -> FullText:
    paper = moving()
    section = Section("Abstract", 1, passages=(Passage(paper.abstract),))
    return FullText(paper.id, paper.version, Basis.ABSTRACT, (section,), note="no HTML, no PDF")


def moving() -> Paper:
    return a_paper("2601.00001", title="PaceNet: Acting While Thinking for Moving Objects", abstract=ABSTRACT)


def other() -> tuple[Paper, FullText]:
    abstract = (
        "Video dubbing must keep faces and voices together. We introduce DubFlow, a diffusion model that generates speech and lips jointly. "
        "DubFlow reduces the lip error to 7.31 on the VoxPairs test set and is preferred by 68% of the raters."
    )
    paper = a_paper(
        "2601.00002", title="DubFlow: Joint Diffusion for Video Dubbing", abstract=abstract, categories=("cs.CV",)
    )
    sections = (
        Section("Abstract", 1, "abstract", passages=(Passage(abstract, anchor="abstract"),)),
        Section(
            "1 Introduction",
            1,
            "S1",
            passages=(
                Passage(
                    "Dubbing systems handle sound and picture apart, and viewers notice the difference. "
                    "We train DubFlow on 1,200 hours of film with 4 H100 GPUs.",
                    anchor="S1.p1",
                ),
            ),
        ),
        Section(
            "2 Conclusion",
            1,
            "S2",
            passages=(
                Passage(
                    "We have shown that joint diffusion keeps lips and speech together. Weights are not released.",
                    anchor="S2.p1",
                ),
            ),
        ),
    )
    return paper, FullText(paper.id, 1, Basis.HTML, sections)
