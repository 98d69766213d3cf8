"""The archive's file: an SQLite database of digests and of an index over them.

`digest` holds whole digests, longer than the store does. `doc` holds what can be found: papers and
summaries of digests, answers, saved papers; each row carries its channel. `words` (FTS5) indexes
their terms, `term` counts in how many rows a term stands, and `spelling` (FTS5, trigrams) finds
terms near a mistyped one. Every question names the channels that the asking person may see.
The file is used by one thread at a time.
"""

from __future__ import annotations

import contextlib
import json
import logging
import math
import os
import re
import sqlite3
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from rapidfuzz.distance import DamerauLevenshtein

from bot.archive.terms import parted, terms_of, terms_of_query, wider_terms
from digest.errors import for_log
from digest.model import Answer, Digest, Entry, Paper, from_json, to_json
from digest.render import tex

log = logging.getLogger(__name__)

VERSION = 1
"""The version of the tables. A file of another version is rebuilt. The table `digest` is the same
in all versions."""
BUSY = 1.0
"""How long to wait for a locked file, in seconds."""
CACHE_KB = 40_000
CANDIDATES = 60
"""Rows whose rank is computed exactly, the same for every page; the others follow by their BM25."""
DEEPEST = 1_000
"""How many hits of a search with words can be paged through."""
MAX_ROWS = 5_000
"""How many rows are ranked: those that hold the rarest terms of the query. If a term stands in
more, the newest of them."""
MOST_TERMS = 8
WIDER_TERMS = 8
MAX_WIDER = 40_000
"""How many rows a translation may stand in if nothing else of the query is known."""
COLUMNS = (4.0, 8.0, 4.0, 2.0, 1.5)
"""Weights of the columns of `words`, in their order."""
SPOKEN = (4.0, 8.0, 4.0, 2.0, 4.0)
"""For rows that have no abstract: an answer says all it says in its body."""
WEIGHTS = ", ".join(map(str, COLUMNS))
LENGTH = 250
"""Terms of a usual row."""
SHARE, NAMED, SAME_TITLE = 0.3, 6.0, 40.0
"""A row counts by its BM25 and how much of the query it holds; a paper's short name, or its whole
title, in the query is added."""
WIDER = 0.35
"""The weight of a synonym or a translation, where the word itself has 1."""
LONG_TERM = 8
"""Letters."""
LONGEST_PARTED = 40
LARGEST = 1 << 36
"""Bytes of a file; one that claims more is damaged there."""
MISSPELT = 5
"""The fewest letters of a term that is looked up as a mistyped one."""

TABLES = """
CREATE TABLE digest(key TEXT PRIMARY KEY, channel TEXT NOT NULL, day TEXT NOT NULL, made REAL NOT NULL, body BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX digest_of_channel ON digest(channel, day, made);
CREATE TABLE doc(
  id INTEGER PRIMARY KEY, kind TEXT NOT NULL, channel TEXT NOT NULL, person TEXT NOT NULL, subject TEXT NOT NULL,
  digest TEXT NOT NULL, day TEXT NOT NULL, terms BLOB NOT NULL, text BLOB NOT NULL, UNIQUE(kind, channel, person, subject));
CREATE INDEX doc_of_digest ON doc(digest);
CREATE TABLE place(id INTEGER PRIMARY KEY, channel TEXT NOT NULL, person TEXT NOT NULL, kind TEXT NOT NULL, day TEXT NOT NULL, categories TEXT NOT NULL, subject TEXT NOT NULL);
CREATE TABLE shown(channel TEXT NOT NULL, paper TEXT NOT NULL, digest TEXT NOT NULL, number INTEGER NOT NULL, day TEXT NOT NULL, PRIMARY KEY(channel, paper, digest)) WITHOUT ROWID;
CREATE INDEX shown_in ON shown(digest);
CREATE TABLE asked(channel TEXT NOT NULL, paper TEXT NOT NULL, question TEXT NOT NULL, PRIMARY KEY(channel, paper, question)) WITHOUT ROWID;
CREATE INDEX asked_by ON asked(question);
CREATE TABLE term(id INTEGER PRIMARY KEY, term TEXT NOT NULL UNIQUE, rows INTEGER NOT NULL);
CREATE VIRTUAL TABLE words USING fts5(title, name, authors, abstract, body, content='', tokenize='unicode61 remove_diacritics 0');
CREATE VIRTUAL TABLE spelling USING fts5(term, content='', detail=none, tokenize='trigram');
CREATE TABLE about(name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
"""
INDEXES = """
CREATE INDEX IF NOT EXISTS doc_of_subject ON doc(subject, kind);
CREATE INDEX IF NOT EXISTS place_of_subject ON place(subject, kind);
DROP INDEX IF EXISTS place_by_day;
CREATE INDEX IF NOT EXISTS place_in_order ON place(channel, day, id, kind, person, categories, subject);
CREATE INDEX IF NOT EXISTS place_of_person ON place(person, day, id) WHERE person<>'';
CREATE INDEX IF NOT EXISTS place_of_saved ON place(channel, subject) WHERE kind='saved';
"""
"""Added to files of this version that were made without them. `place_in_order` holds all that
filters ask for, so a page of the newest reads no table."""
UNREADABLE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})
"""SQLite's codes for a file that no retry makes sound; a full disk or a lock is not one of them."""


class BrokenIndex(Exception):
    """The file is damaged, no database, or of another version: it has to be rebuilt."""


def is_broken(error: BaseException) -> bool:
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & 0xFF in UNREADABLE


@dataclass(frozen=True)
class Scope:
    """What an asking person may see."""

    channels: frozenset[str]
    person: str = ""
    """The keyed hash of the person, whose saved papers only they see; empty for a page."""


NOTHING = Scope(frozenset())


@dataclass(frozen=True)
class Mark:
    """A row's place among the newest."""

    day: date
    row: int


@dataclass(frozen=True)
class Filters:
    kinds: tuple[str, ...] = ()
    """Of `paper`, `digest`, `answer`, `saved`; empty for all."""
    category: str = ""
    since: date | None = None
    until: date | None = None
    saved: bool = False
    """Whether only papers are found that somebody of the channel saved."""
    after: Mark | None = None
    """Without words: only rows after this one, newest first."""


ALL = Filters()


@dataclass(frozen=True)
class Shown:
    digest: str
    number: int
    day: date


@dataclass(frozen=True)
class Hit:
    kind: str
    subject: str
    """A paper's id, the key of a digest, the id of a question."""
    day: date
    title: str
    paper: Paper | None = None
    papers: tuple[str, ...] = ()
    """The papers that an answer is about."""
    shown: tuple[Shown, ...] = ()
    """The digests that showed it, of channels that the person may see, latest first."""
    asked: int = 0
    saved: bool = False
    text: str = ""
    """The core idea, the overview, or the answer."""
    row: int = 0
    """Its place among those of a day."""


@dataclass(frozen=True)
class Texts:
    """What is indexed of a row, and what is shown of it."""

    title: str
    name: str = ""
    authors: str = ""
    abstract: str = ""
    body: str = ""
    said: str = ""
    paper: Paper | None = None
    papers: tuple[str, ...] = ()

    def columns(self) -> tuple[str, ...]:
        return tuple(" ".join(terms_of(c)) for c in (self.title, self.name, self.authors, self.abstract, self.body))


@dataclass(frozen=True)
class StoredAnswer:
    """A public question with its answer."""

    question: str
    """Its id."""
    channel: str
    text: str
    answer: Answer
    day: date


class Index:
    def __init__(self, path: Path) -> None:
        """Opens the file, or makes it. Raises BrokenIndex, and sqlite3.Error for a file that cannot
        be used at the moment; neither changes the file."""
        self.path = path
        self._bulk: Counter[str] | None = None
        """The counts of terms that are collected while many rows are written."""
        self._rows: dict[str, int] = {}
        try:
            self._db = self._open()
        except sqlite3.Error as error:
            if is_broken(error):
                raise BrokenIndex(str(error)) from error
            raise

    def _open(self) -> sqlite3.Connection:
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(self.path, os.O_CREAT | os.O_RDWR, 0o600))
        db = sqlite3.connect(self.path, timeout=BUSY, check_same_thread=False, isolation_level=None)
        try:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            _check_version(version)
            db.execute("PRAGMA journal_mode=WAL")
            db.execute("PRAGMA synchronous=NORMAL")
            db.execute("PRAGMA secure_delete=ON")
            db.execute(f"PRAGMA cache_size=-{CACHE_KB}")
            tables = f"{TABLES}PRAGMA user_version={VERSION};" if version == 0 else ""
            db.executescript(f"BEGIN;{tables}{INDEXES}COMMIT;")
        except (sqlite3.Error, BrokenIndex):
            db.close()
            raise
        return db

    def end_journal(self) -> None:
        """Brings everything into the one file, so that it can be renamed. The file can still be
        read."""
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        if self._db.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete":
            raise sqlite3.OperationalError("the journal is in use")

    def close(self) -> None:
        self._db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # ------------------------------------------------------------ what it is

    def about(self, name: str) -> str:
        row = self._db.execute("SELECT value FROM about WHERE name=?", (name,)).fetchone()
        return str(row[0]) if row else ""

    def set_about(self, name: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO about VALUES(?,?)", (name, value))

    def counts(self) -> dict[str, int]:
        """Returns the number of rows by kind."""
        return dict(self._db.execute("SELECT kind, count(*) FROM place GROUP BY kind"))

    def not_indexed(self, digests: Collection[str]) -> list[str]:
        """Returns which of these digests are not indexed."""
        found = "SELECT 1 FROM doc WHERE subject=? AND kind='digest'"
        return [key for key in sorted(digests) if not self._db.execute(found, (key,)).fetchone()]

    # ------------------------------------------------------------ writing

    def begin_bulk(self) -> None:
        """Begins one transaction, until `end_bulk`, in which terms are not counted row by row."""
        self._db.execute("BEGIN")
        self._bulk = Counter()

    def end_bulk(self) -> None:
        assert self._bulk is not None
        self._count(self._bulk)
        self._bulk = None
        self._db.execute("COMMIT")
        self._db.execute("INSERT INTO words(words) VALUES('optimize')")
        self._db.execute("INSERT INTO spelling(spelling) VALUES('optimize')")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextlib.contextmanager
    def _written(self) -> Iterator[None]:
        """Wraps one transaction, unless one is open."""
        if self._bulk is not None:
            yield
            return
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield

    def put_digest(self, digest: Digest) -> None:
        """Replaces the digest of this key."""
        channel, day = digest.subscription, digest.local_date.isoformat()
        with self._written():
            self._drop_digest(digest.key)
            body = zlib.compress(to_json(digest))
            made = digest.made_at.timestamp()
            self._db.execute("INSERT INTO digest VALUES(?,?,?,?,?)", (digest.key, channel, day, made, body))
            categories = " ".join(digest.profile.categories)
            self._put("digest", channel, "", digest.key, digest.key, day, categories, _summary(digest))
            for entry in digest.entries:
                self._db.execute(
                    "INSERT OR REPLACE INTO shown VALUES(?,?,?,?,?)",
                    (channel, entry.paper.id, digest.key, entry.number, day),
                )
                newest = self._db.execute(
                    "SELECT max(day) FROM shown WHERE channel=? AND paper=?", (channel, entry.paper.id)
                ).fetchone()[0]
                if newest == day:
                    self._put_entry(digest, entry)

    def copy_digests(self, path: Path, forgotten: Mapping[str, float]) -> set[str]:
        """Copies all digests of another file, which may be damaged or of another version. Leaves
        out those that were made before their channel was `forgotten`. A digest that cannot be
        understood is kept as it is and not indexed. Returns the keys of those that could not be
        read."""
        lost: set[str] = set()
        for key, row in _stored_digests(path) if path.exists() else ():
            if row is None:
                lost.add(key)
                continue
            _, channel, _, made, _ = row
            if made <= forgotten.get(channel, 0):
                continue
            try:
                self.put_digest(from_json(Digest, zlib.decompress(row[-1])))
            except (ValueError, zlib.error) as error:
                self._db.execute("INSERT OR REPLACE INTO digest VALUES(?,?,?,?,?)", row)
                log.warning("event=digest_unreadable digest=%s cause=%s", key, type(error).__name__)
                lost.add(key)
        return lost

    def _put_entry(self, digest: Digest, entry: Entry) -> None:
        categories, day = " ".join(entry.paper.categories), digest.local_date.isoformat()
        self._put("paper", digest.subscription, "", entry.paper.id, digest.key, day, categories, _entry(entry))

    def drop_digest(self, key: str) -> None:
        with self._written():
            self._drop_digest(key)

    def _drop_digest(self, key: str) -> None:
        self._db.execute("DELETE FROM digest WHERE key=?", (key,))
        self._db.execute("DELETE FROM shown WHERE digest=?", (key,))
        rows = self._db.execute("SELECT id, kind, channel, subject FROM doc WHERE digest=?", (key,)).fetchall()
        for row, kind, channel, subject in rows:
            self._drop(row)
            if kind == "paper":
                self._put_earlier(channel, subject)

    def _put_earlier(self, channel: str, paper: str) -> None:
        """Indexes a paper as another digest of the channel showed it."""
        row = self._db.execute(
            "SELECT digest FROM shown WHERE channel=? AND paper=? ORDER BY day DESC LIMIT 1", (channel, paper)
        ).fetchone()
        digest = self._digest(row[0]) if row else None
        entry = digest.entry(paper) if digest else None
        if digest is not None and entry is not None:
            self._put_entry(digest, entry)

    def put_answer(self, stored: StoredAnswer) -> None:
        answer, day = stored.answer, stored.day.isoformat()
        quoted = " ".join(q.evidence.quotation for q in answer.quotes)
        texts = Texts(stored.text, body=f"{answer.text} {quoted}", said=answer.text, papers=answer.paper_ids)
        with self._written():
            self._drop_answer(stored.question)
            self._put("answer", stored.channel, "", stored.question, "", day, "", texts)
            self._db.executemany(
                "INSERT OR REPLACE INTO asked VALUES(?,?,?)",
                [(stored.channel, paper, stored.question) for paper in answer.paper_ids],
            )

    def drop_answer(self, question: str) -> None:
        with self._written():
            self._drop_answer(question)

    def _drop_answer(self, question: str) -> None:
        self._db.execute("DELETE FROM asked WHERE question=?", (question,))
        for (row,) in self._db.execute("SELECT id FROM doc WHERE kind='answer' AND subject=?", (question,)).fetchall():
            self._drop(row)

    def put_saved(self, channel: str, saved: Mapping[tuple[str, str], date], papers: Mapping[str, Paper]) -> None:
        """Replaces what was saved in a channel. `saved`: (hash of the person, paper id) to the day."""
        with self._written():
            known = self._db.execute(
                "SELECT id, person, subject FROM doc WHERE kind='saved' AND channel=?", (channel,)
            ).fetchall()
            for row, person, paper in known:
                if (person, paper) not in saved:
                    self._drop(row)
            there = {(person, paper) for _, person, paper in known}
            for (person, paper_id), day in saved.items():
                paper = papers.get(paper_id)
                if (person, paper_id) not in there and paper is not None:
                    categories = " ".join(paper.categories)
                    self._put("saved", channel, person, paper_id, "", day.isoformat(), categories, _paper(paper))

    def known_papers(self, ids: Collection[str]) -> dict[str, Paper]:
        found = {}
        for paper_id in ids:
            row = self._db.execute(
                "SELECT text FROM doc WHERE subject=? AND kind IN ('paper','saved') ORDER BY day DESC LIMIT 1",
                (paper_id,),
            ).fetchone()
            paper = _unpacked(row[0]).paper if row else None
            if paper is not None:
                found[paper_id] = paper
        return found

    def drop_channel(self, channel: str) -> None:
        """Deletes all of a channel."""
        with self._written():
            for table in ("digest", "shown", "asked"):
                self._db.execute(f"DELETE FROM {table} WHERE channel=?", (channel,))
            for (row,) in self._db.execute("SELECT id FROM doc WHERE channel=?", (channel,)).fetchall():
                self._drop(row)

    def prune(self, digests_before: date | None, answers_before: date) -> None:
        """Deletes digests older than the first day, answers and saved papers older than the second."""
        old = []
        if digests_before is not None:
            old = self._db.execute("SELECT key FROM digest WHERE day<?", (digests_before.isoformat(),)).fetchall()
        for (key,) in old:
            self.drop_digest(key)
        with self._written():
            rows = self._db.execute(
                "SELECT id, kind, subject FROM doc WHERE kind IN ('answer','saved') AND day<?",
                (answers_before.isoformat(),),
            ).fetchall()
            for row, kind, subject in rows:
                if kind == "answer":
                    self._db.execute("DELETE FROM asked WHERE question=?", (subject,))
                self._drop(row)

    def clean(self) -> None:
        """Rewrites the index, so that no term of a deleted row is left in it."""
        self._db.execute("INSERT INTO words(words) VALUES('optimize')")
        gone = self._db.execute("SELECT id, term FROM term WHERE rows=0").fetchall()
        with self._written():
            for row, term in gone:
                if _spelt(term):
                    self._db.execute("INSERT INTO spelling(spelling, rowid, term) VALUES('delete',?,?)", (row, term))
                self._db.execute("DELETE FROM term WHERE id=?", (row,))
        self._db.execute("INSERT INTO spelling(spelling) VALUES('optimize')")
        self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def _put(
        self, kind: str, channel: str, person: str, subject: str, digest: str, day: str, categories: str, texts: Texts
    ) -> None:
        old = self._db.execute(
            "SELECT id FROM doc WHERE kind=? AND channel=? AND person=? AND subject=?", (kind, channel, person, subject)
        ).fetchone()
        if old:
            self._drop(old[0])
        columns = texts.columns()
        terms = "\n".join(columns)
        made = self._db.execute(
            "INSERT INTO doc(kind, channel, person, subject, digest, day, terms, text) VALUES(?,?,?,?,?,?,?,?)",
            (kind, channel, person, subject, digest, day, zlib.compress(terms.encode(), 1), _packed(texts)),
        )
        row = made.lastrowid
        assert row is not None
        self._db.execute(
            "INSERT INTO place VALUES(?,?,?,?,?,?,?)", (row, channel, person, kind, day, f" {categories} ", subject)
        )
        self._db.execute(
            "INSERT INTO words(rowid, title, name, authors, abstract, body) VALUES(?,?,?,?,?,?)", (row, *columns)
        )
        self._count_row(terms, 1)

    def _drop(self, row: int) -> None:
        found = self._db.execute("SELECT terms FROM doc WHERE id=?", (row,)).fetchone()
        terms = zlib.decompress(found[0]).decode()
        columns = terms.split("\n")
        self._db.execute(
            "INSERT INTO words(words, rowid, title, name, authors, abstract, body) VALUES('delete',?,?,?,?,?,?)",
            (row, *columns),
        )
        self._db.execute("DELETE FROM doc WHERE id=?", (row,))
        self._db.execute("DELETE FROM place WHERE id=?", (row,))
        self._count_row(terms, -1)

    def _count_row(self, terms: str, change: int) -> None:
        held = dict.fromkeys(terms.split(), change)
        if self._bulk is not None:
            self._bulk.update(held)
        else:
            self._count(held)

    def _count(self, rows: Mapping[str, int]) -> None:
        self._rows.clear()
        known = {term for term in rows if self._db.execute("SELECT 1 FROM term WHERE term=?", (term,)).fetchone()}
        self._db.executemany(
            "UPDATE term SET rows=max(0, rows+?) WHERE term=?", [(n, term) for term, n in rows.items() if term in known]
        )
        for term, n in rows.items():
            if term not in known and n > 0:
                made = self._db.execute("INSERT INTO term(term, rows) VALUES(?,?)", (term, n))
                if _spelt(term):
                    self._db.execute("INSERT INTO spelling(rowid, term) VALUES(?,?)", (made.lastrowid, term))

    # ------------------------------------------------------------ reading

    def digest(self, key: str, scope: Scope) -> Digest | None:
        digest = self._digest(key)
        return digest if digest is not None and digest.subscription in scope.channels else None

    def _digest(self, key: str) -> Digest | None:
        """Returns the digest; None if there is none or it cannot be read."""
        row = self._db.execute("SELECT body FROM digest WHERE key=?", (key,)).fetchone()
        try:
            return from_json(Digest, zlib.decompress(row[0])) if row else None
        except (ValueError, zlib.error) as error:
            log.warning("event=digest_unreadable digest=%s cause=%s", key, type(error).__name__)
            return None

    def digest_keys(self, channel: str, limit: int) -> list[str]:
        """The newest first."""
        rows = self._db.execute(
            "SELECT key FROM digest WHERE channel=? ORDER BY day DESC, made DESC LIMIT ?", (channel, limit)
        )
        return [key for (key,) in rows]

    def paper(self, paper_id: str, scope: Scope) -> Hit | None:
        """Returns the paper if a channel of the scope was shown it or the person saved it, else
        None."""
        marks, values = _marks(scope)
        row = self._db.execute(
            f"SELECT id FROM place WHERE subject=? AND kind IN ('paper','saved') AND {marks} ORDER BY kind, day DESC LIMIT 1",
            [paper_id, *values],
        ).fetchone()
        return self._hit(row[0], scope) if row else None

    def answers_about(self, paper_id: str, scope: Scope, limit: int = 20) -> list[Hit]:
        """The newest first."""
        rows = self._db.execute(
            "SELECT DISTINCT p.id, p.day FROM asked a JOIN place p ON p.subject=a.question AND p.kind='answer' AND p.channel=a.channel "
            f"WHERE a.paper=? AND a.channel IN ({_holes(scope.channels)}) ORDER BY p.day DESC, p.id DESC LIMIT ?",
            [paper_id, *scope.channels, limit],
        ).fetchall()
        return [self._hit(row, scope) for row, _ in rows]

    def search(self, words: str, scope: Scope, filters: Filters = ALL, limit: int = 10, offset: int = 0) -> list[Hit]:
        """Returns the rows of the scope that fit these words best, best first, from `offset` on.
        Without words, the newest."""
        if not words.strip():
            return self._newest(scope, filters, limit)
        asked = self._asked(words)
        wider = [
            term for term in wider_terms(words, asked) if 0 < self._known(term) <= (MAX_ROWS if asked else MAX_WIDER)
        ]
        if offset >= DEEPEST:
            return []
        wanted = offset + limit
        found = self._candidates(asked, scope, filters, max(CANDIDATES, wanted), MAX_ROWS)
        near = self._candidates(wider[:WIDER_TERMS], scope, filters, CANDIDATES // 2, MAX_ROWS // 3)
        weights = {term: self._weight(term) for term in asked}
        weights |= {term: WIDER * self._weight(term) for term in wider}
        ranked = {row: self._ranked(row, weights, asked) for row in dict.fromkeys([*found[:CANDIDATES], *near])}
        best = sorted(ranked, key=lambda row: (-ranked[row], -row))
        best += [row for row in found[CANDIDATES:] if row not in ranked]
        return [self._hit(row, scope) for row in best[offset : min(wanted, DEEPEST)]]

    def _newest(self, scope: Scope, filters: Filters, limit: int) -> list[Hit]:
        """Reads what is shown and little more: each channel in its order, from the mark on."""
        narrow, more = _narrowed(filters)
        if filters.after is not None:
            narrow += " AND (day, id)<(?, ?)"
            more += [filters.after.day.isoformat(), filters.after.row]
        places = [("person='' AND channel=?", channel) for channel in sorted(scope.channels)]
        if scope.person:
            places.append(("person<>'' AND person=?", scope.person))
        rows = [
            row
            for marks, value in places
            for row in self._db.execute(
                f"SELECT day, id FROM place p WHERE {marks}{narrow} ORDER BY day DESC, id DESC LIMIT ?",
                [value, *more, limit],
            )
        ]
        return [self._hit(row, scope) for _, row in sorted(rows, reverse=True)[:limit]]

    def _asked(self, words: str) -> list[str]:
        """Returns the terms of the query that stand in some row, with near ones in place of
        mistyped ones."""
        found: list[str] = []
        for term in terms_of_query(words):
            if self._known(term):
                found.append(term)
            elif self._known(accented := re.sub("([aou])e", r"\1", term)):  # `Mueller` is `Müller`
                found.append(accented)
            elif _spelt(term):
                found += (len(term) >= MISSPELT and self._near(term)) or self._parts(term)
        return list(dict.fromkeys(found))

    def _parts(self, term: str) -> Sequence[str]:
        """Returns two known terms that together are this one, the rarest such pair."""
        both = [two for two in parted(term[:LONGEST_PARTED]) if all(map(self._known, two))]
        return min(both, key=lambda two: min(map(self._known, two)), default=())

    def _known(self, term: str) -> int:
        if term not in self._rows:
            row = self._db.execute("SELECT rows FROM term WHERE term=?", (term,)).fetchone()
            self._rows[term] = row[0] if row else 0
        return self._rows[term]

    def _near(self, term: str) -> list[str]:
        """At most three known terms one or two letters away, the nearest and commonest first."""
        grams = [term[i : i + 3] for i in range(len(term) - 2)]
        first, last = f'"{grams[0]}"', f'"{grams[-1]}"'
        if len(term) >= LONG_TERM:  # one slip leaves two at the beginning, two at the end, or one at each
            kept = f'({first} AND "{grams[1]}") OR ("{grams[-2]}" AND {last}) OR ({first} AND {last})'
        else:
            kept = f"{first} OR {last}"
        rows = self._db.execute(
            "SELECT t.term, t.rows FROM spelling s JOIN term t ON t.id=s.rowid WHERE spelling MATCH ? AND t.rows>0 "
            "AND length(t.term) BETWEEN ? AND ?",
            (kept, len(term) - 2, len(term) + 2),
        ).fetchall()
        most = 1 if len(term) < 7 else 2
        near = [(DamerauLevenshtein.distance(term, other, score_cutoff=most), -n, other) for other, n in rows]
        return [other for distance, _, other in sorted(near) if distance <= most][:3]

    def _weight(self, term: str) -> float:
        total = self._db.execute("SELECT max(id) FROM place").fetchone()[0] or 1
        return math.log(1 + total / (1 + self._known(term)))

    def _candidates(self, terms: Sequence[str], scope: Scope, filters: Filters, most: int, limit: int) -> list[int]:
        """The best rows by BM25 over all terms, among those with one of the rarest, the best first."""
        if not terms:
            return []
        known = sorted(terms, key=self._known)[:MOST_TERMS]
        anchors, rows = known[:1], self._known(known[0])
        for term in known[1:]:
            rows += self._known(term)
            if rows > limit:
                break
            anchors.append(term)
        marks, values = _marks(scope)
        narrow, more = _narrowed(filters)
        if self._known(known[0]) > limit:
            oldest = self._db.execute(
                f"SELECT p.id FROM words w JOIN place p ON p.id=w.rowid WHERE words MATCH ? AND {marks}{narrow} "
                "ORDER BY w.rowid DESC LIMIT 1 OFFSET ?",
                [_any(anchors), *values, *more, limit],
            ).fetchone()
            narrow += " AND w.rowid>?"
            more.append(oldest[0] if oldest else 0)
        expression = _any(anchors) if len(anchors) == len(known) else f"({_any(anchors)}) AND ({_any(known)})"
        found = self._db.execute(
            f"SELECT p.id FROM words w JOIN place p ON p.id=w.rowid "
            f"WHERE words MATCH ? AND {marks}{narrow} ORDER BY bm25(words, {WEIGHTS}), p.id DESC LIMIT ?",
            [expression, *values, *more, most],
        ).fetchall()
        return [row for (row,) in found]

    def _ranked(self, row: int, weights: Mapping[str, float], asked: Sequence[str]) -> float:
        """BM25 over the columns, and what it does not see: names, whole titles, how much of the query fits."""
        raw, day = self._db.execute("SELECT terms, day FROM doc WHERE id=?", (row,)).fetchone()
        columns = [column.split(" ") for column in zlib.decompress(raw).decode().split("\n")]
        title, name = columns[0], columns[1]
        factors = SPOKEN if columns[3] == [""] else COLUMNS
        held = set().union(*columns)
        length = 0.4 + 0.6 * sum(map(len, columns)) / LENGTH
        score = share = 0.0
        for term, weight in weights.items():
            if term in held:
                often = sum(factor * column.count(term) for factor, column in zip(factors, columns, strict=True))
                score += weight * often / (often + 1.5 * length)
                share += weight if term in asked else 0.0
        whole = sum(weights[term] for term in asked) or 1.0
        named = name != [""] and set(name) <= set(asked)
        newer = (date.fromisoformat(day).toordinal() - 730_000) / 20_000
        return score * (SHARE + share / whole) + NAMED * named + SAME_TITLE * (title == list(asked)) + newer

    def _hit(self, row: int, scope: Scope) -> Hit:
        kind, subject, day, raw = self._db.execute(
            "SELECT kind, subject, day, text FROM doc WHERE id=?", (row,)
        ).fetchone()
        texts = _unpacked(raw)
        hit = Hit(
            kind, subject, date.fromisoformat(day), texts.title, texts.paper, texts.papers, text=texts.said, row=row
        )
        if texts.paper is None:
            return hit
        channels = _holes(scope.channels)
        shown = self._db.execute(
            f"SELECT digest, number, day FROM shown WHERE paper=? AND channel IN ({channels}) ORDER BY day DESC LIMIT 5",
            [subject, *scope.channels],
        ).fetchall()
        asked = self._db.execute(
            f"SELECT count(DISTINCT question) FROM asked WHERE paper=? AND channel IN ({channels})",
            [subject, *scope.channels],
        ).fetchone()[0]
        mine = (
            scope.person
            and self._db.execute(
                "SELECT 1 FROM doc WHERE kind='saved' AND person=? AND subject=?", (scope.person, subject)
            ).fetchone()
        )
        found = tuple(Shown(digest, number, date.fromisoformat(on)) for digest, number, on in shown)
        return replace(hit, shown=found, asked=asked, saved=bool(mine))


def remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    remove_journal(path)


def put_in_place(new: Path, path: Path) -> None:
    """Gives the new file the name of the old one. No journal of the old one may be left: SQLite
    would read it as the new one's."""
    remove_journal(path)
    new.replace(path)


def remove_journal(path: Path) -> None:
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def channels_in(path: Path) -> set[str]:
    """Returns the channels whose digests are in a file, which may be damaged or of another
    version."""
    if not path.exists():
        return set()
    with contextlib.closing(_read_only(path)) as db, contextlib.suppress(sqlite3.Error):
        return {channel for (channel,) in db.execute("SELECT DISTINCT channel FROM digest")}
    return {row[1] for _, row in _stored_digests(path) if row is not None}


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, timeout=BUSY)


def _stored_digests(path: Path) -> Iterator[tuple[str, tuple[Any, ...] | None]]:
    """Keys and rows of the digests in a file, the oldest first; None for a row that is damaged."""
    _fill_up(path)
    with contextlib.closing(_read_only(path)) as db:
        made: dict[str, tuple[str, float]] = {}
        for order in ("", "DESC"):  # from both ends up to what is damaged
            with _unless_broken(path):
                for key, *at in db.execute(f"SELECT key, day, made FROM digest ORDER BY key {order}"):
                    made[key] = at[0], at[1]
        for key in sorted(made, key=made.__getitem__):
            row = None
            with _unless_broken(path):
                row = db.execute("SELECT key, channel, day, made, body FROM digest WHERE key=?", (key,)).fetchone()
            yield key, row


def _fill_up(path: Path) -> None:
    """SQLite reads nothing of a file that was cut short: what is missing is made empty."""
    with contextlib.suppress(OSError), path.open("r+b") as file:
        head = file.read(32)
        page, pages = int.from_bytes(head[16:18], "big"), int.from_bytes(head[28:32], "big")
        whole = (65_536 if page == 1 else page) * pages
        if head.startswith(b"SQLite format 3") and file.seek(0, os.SEEK_END) < whole <= LARGEST:
            file.truncate(whole)


@contextlib.contextmanager
def _unless_broken(path: Path) -> Iterator[None]:
    """Skips what is damaged."""
    try:
        yield
    except sqlite3.Error as error:
        if not is_broken(error) and "no such table" not in str(error):
            raise
        log.warning("event=archive_damaged file=%s cause=%r", path.name, for_log(error))


def _check_version(version: int) -> None:
    if version not in (0, VERSION):
        raise BrokenIndex(f"tables of version {version}")


def _holes(values: Collection[str]) -> str:
    return ",".join("?" * len(values))


def _any(terms: Sequence[str]) -> str:
    return " OR ".join(f'"{term}"' for term in terms)


def _marks(scope: Scope) -> tuple[str, list[str]]:
    """Returns the SQL condition that a row may be seen."""
    mine = " OR (person<>'' AND person=?)" if scope.person else ""
    channels = f"(person='' AND channel IN ({_holes(scope.channels)}))"
    return f"({channels}{mine})", [*scope.channels, *([scope.person] if scope.person else [])]


def _narrowed(filters: Filters) -> tuple[str, list[str | int]]:
    narrow = ""
    values: list[str | int] = []
    if filters.kinds:
        narrow += f" AND kind IN ({_holes(filters.kinds)})"
        values += filters.kinds
    if filters.category:
        narrow += " AND instr(categories, ?)"
        values.append(f" {filters.category} ")
    if filters.since:
        narrow += " AND day>=?"
        values.append(filters.since.isoformat())
    if filters.until:
        narrow += " AND day<=?"
        values.append(filters.until.isoformat())
    if filters.saved:
        narrow += " AND (p.channel, p.subject) IN (SELECT channel, subject FROM place WHERE kind='saved')"
    return narrow, values


def _spelt(term: str) -> bool:
    return len(term) >= MISSPELT - 1 and term.isascii() and term.isalpha()


def _packed(texts: Texts) -> bytes:
    names = ("title", "name", "authors", "abstract", "body", "said", "papers")
    value: dict[str, Any] = {name: held for name in names if (held := getattr(texts, name))}
    if texts.paper is not None:
        value["paper"] = json.loads(to_json(replace(texts.paper, abstract="")))
    return zlib.compress(json.dumps(value, ensure_ascii=False).encode(), 3)


def _unpacked(raw: bytes) -> Texts:
    value = json.loads(zlib.decompress(raw))
    paper = value.pop("paper", None)
    value["papers"] = tuple(value.get("papers", ()))
    texts = Texts(**value)
    if paper is None:
        return texts
    return replace(texts, paper=replace(from_json(Paper, json.dumps(paper)), abstract=texts.abstract))


def _paper(paper: Paper) -> Texts:
    title = tex.plain(paper.title)
    name = title.split(": ", 1)[0] if ": " in title else ""
    authors = f"{', '.join(paper.authors)} {paper.id}"
    return Texts(title, name, authors, tex.plain(paper.abstract), paper=paper)


def _entry(entry: Entry) -> Texts:
    texts, analysis = _paper(entry.paper), entry.analysis
    if analysis is None:
        return texts
    said: Iterable[str] = (
        analysis.core,
        *(part.full or part.short for part in analysis.parts),
        *(finding.statement for finding in analysis.findings),
        *(finding.evidence.quotation for finding in analysis.findings if finding.evidence),
    )
    return replace(texts, body=" ".join(said), said=analysis.core)


def _summary(digest: Digest) -> Texts:
    summary = digest.summary
    themes = (*summary.trends, *summary.highlights, *summary.directions)
    said = [summary.overview, *(t.text for t in themes), *(m.text for m in summary.mentions)]
    return Texts(summary.headline, body=" ".join(said), said=summary.overview)
