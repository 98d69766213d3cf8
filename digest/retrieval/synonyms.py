"""Lists words that papers and their readers use for the same thing. They widen a search without a
model and decide nothing."""

from __future__ import annotations

from collections import defaultdict
from functools import cache

from digest.retrieval.terms import stem

_GROUPS = """
dataset data corpus corpora collection benchmark;annotate annotation annotator label labelled coder crowdsourcing worker mturk turk;agreement agree kappa consistent;gold ground-truth reference truth;
evaluate evaluation assess assessment judge measure metric score quantify;baseline compare comparison against competitor;limitation drawback weakness shortcoming fail failure;improve improvement gain outperform beat exceed surpass better;
train training learn pretrain pretrained;finetune fine-tune adapt adaptation;hyperparameter parameter setting configuration;size large number many total count amount;hardware gpu tpu machine compute;cost expense price budget;time hour duration latency speed fast;
experiment test trial;result finding outcome performance;feature attribute descriptor;network architecture model system;embedding vector representation;lexicon vocabulary dictionary wordlist;sentence utterance;post tweet message comment;
user person people member participant human;fake generate synthetic artificial;detect detection identify recognize classify classifier classification spot;image picture photo visual;video clip footage;speech voice audio;collect gather crawl obtain download scrape;
select choose pick sample;error mistake wrong;reason cause why because explain;idea insight principle;method approach procedure technique algorithm;bias prejudice stereotype;parallel bilingual;combine combination fusion merge joint multimodal;
topic subject theme domain;similar close related alike;remove filter discard exclude;release available public open-source;reproduce replicate;group community;retention remain stay leave churn;distinctive unusual specific specificity unique;dynamic change volatile volatility temporal;emotion feeling sentiment affect;
privacy confidential;attack adversarial;safe safety harm harmful;robot agent;question query;answer response reply;document article page;review opinion rating;translate translation;summary summarize summarization;graph node edge;tree parse parser syntax
"""


@cache
def _by_term() -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for group in _GROUPS.replace("\n", "").split(";"):
        stems = {stem(part) for word in group.split() for part in word.split("-")}
        for term in stems:
            found[term] |= stems - {term}
    return {term: frozenset(alike) for term, alike in found.items()}


def alike(term: str) -> frozenset[str]:
    """Returns the stems that often mean the same as this stem."""
    return _by_term().get(term, frozenset())
