"""The store over Redis. `Store` holds everything; each subject has a module of its own.

Every key begins with `paperboy:`. `S` is a subscription's key (`slack:C1`), `P` a person's id, values are JSON (long ones compressed).

| key                                  | value                                                          | life                     |
|--------------------------------------|----------------------------------------------------------------|--------------------------|
| subscriptions                        | hash: S to Subscription                                        | none: people's settings  |
| personal                             | set: the S that are direct conversations                       | none: people's settings  |
| secret                               | the key that signs values and hides ids                        | none: one a store        |
| removed:S                            | Subscription of a channel that removed the bot                 | 30 days                  |
| cache:K                              | results of models and downloads (`digest.cache_keys`)           | as `digest.cache_keys` says |
| lease:N                              | token of the holder                                            | seconds, renewed         |
| leased:N                             | token of the last holder, for leases that outlast an outage    | 10 minutes               |
| pace:N, pace:N:holder, pace:N:free   | timetable, or holder and next free moment                      | seconds                  |
| pause:H                              | pause that a platform asked a token for                        | the pause                |
| budget:D:held, budget:D:ends         | reservations of a day                                          | 1 day                    |
| budget:settled:T                     | a reservation that was settled                                 | 1 day                    |
| spent:D, spent:M                     | hash: what was spent in a day, a month, by payer and stage     | 90 days, 400 days        |
| share:D:U                            | hash: what a unit cost that was made on a day, by who uses it  | 2 days                   |
| ledger:S                             | hash: time to a chunk of entries; categories, reopened         | 60 days each chunk       |
| digest:S:D:R                         | a Digest, its papers, analyses and summary taken out           | 90 days                  |
| ahead:S:D:R                          | a Digest that was made before its time, with ledger entries    | 3 hours                  |
| took:S                               | seconds that the channel's last digest took to make            | 90 days                  |
| part:H                               | a paper, analysis or summary, by hash of its content           | 90 days, renewed         |
| digests:S                            | sorted set: keys of digests by time                            | 90 days                  |
| shown:S                              | hash: paper and digest to its number and date                  | 90 days each             |
| posts:S:D:R                          | hash: paper to the id of its message                           | 90 days                  |
| counts:S:D:R                         | the counts of votes that a digest's replies show               | 90 days                  |
| subject:S:M                          | the paper or answer that a message is about                    | 90 days                  |
| run:S:D:R, runs:S:D                  | state of a run; how many `now` runs a date had                 | 90 days                  |
| run-open:S                           | the run under way                                              | 7 days                   |
| done:N                               | done marker of a task                                          | 90 days                  |
| delivery:K, plan:K                   | hash: state, intents, ids of a Delivery; its steps             | 90 days, 7 days          |
| deliveries-open                      | sorted set: what is not finished; emptied by finishing         | none                     |
| question:Q, question-extra:Q         | hash: a Question with its Answer; tokens with a short life     | 90 days, 1 hour          |
| said:S:M, asked:S, turns:S:T         | question of a message, of a channel, answered in a thread      | 90 days                  |
| unanswered                           | sorted set: open questions; emptied by answering               | none                     |
| thread:S:T                           | hash: digest, papers, quiet, who spoke, and of what             | 90 days                  |
| named:N                              | the question behind a button                                   | 90 days                  |
| private:S:N                          | that an answer to one person was given in this channel         | 90 days                  |
| follow:S:D:R:N, follow-extra:S:D:R:N | who is told how a run ends; tokens with a short life           | 1 day, 1 hour            |
| follow:N, follow-extra:N             | who waits for other work of a process; tokens                  | 1 day, 1 hour            |
| progress:S:D:R                       | how far a run is                                               | 2 hours                  |
| votes:S                              | hash: person, kind and subject to Vote                         | 90 days each             |
| untaught:S                           | when the channel made the bot forget what it had taught        | 90 days                  |
| person:P:questions, :voted, :threads | where to find what a person said                               | 90 days                  |
| person:P:watched                     | set: channels that look after a paper the person asked about    | 180 days                 |
| person:P:direct                      | the direct conversation with a person                          | 90 days                  |
| quota:P:D, quota-told:P:N:D          | set: what a person asked for in a day; that they were told a limit. P is a keyed hash | 1 day |
| waiting:P, turn:Q                    | sorted set: a person's open questions; the way from one to it. P is a keyed hash | 1 day  |
| watch:S                              | hash: a paper that is looked after to its thread, digest and who asked | 180 days each |
| known:H                              | what channels know of such a paper, by hash of its content      | 180 days, renewed        |
| news:S                               | hash: what is to be told of papers                              | 90 days                  |
| watching                             | set: the channels with such papers; emptied by looking          | none                     |
| faults                               | hash: name of a fault to since when, its channel and cause     | 90 days                  |
| board:C                              | hash: the messages of a channel in the terminal                | 7 days                   |
| archive-changes                      | hash: where the archive is to look again; emptied by looking    | 90 days                  |
| archive-asked, archive-reply:N       | what processes ask the archive's owner, and its answers         | 15 minutes, 1 minute     |
| archive-home                         | id of the archive's file that held everything                   | 90 days, renewed         |
| archive-links:H                      | which links to a channel's pages still hold; H is a keyed hash  | 90 days                  |
| archive-forgotten:H                  | when a channel was forgotten; H is a keyed hash                 | 400 days                 |
| zotero                               | hash: S to its group library, the key encrypted                | none: people's settings  |
| zotero-items:G                       | hash: paper to its item in the library of group G              | 90 days, renewed         |
| task:N, tasks-aside                  | hash: deaths, checkpoints and units of a task; put aside       | 7 days, 90 days          |

The queue keeps its own keys under `paperboy-slow:`, `paperboy-posts:` and `paperboy-quick:` (`bot.worker.queue`).
"""

from __future__ import annotations

from bot.store.archive import ArchiveChange
from bot.store.cache import RedisCache
from bot.store.digests import EarlierEntry
from bot.store.embedded.directory import StoreUnavailable
from bot.store.leases import Lease, LeaseBusy, LeaseLost, LeasePolicy
from bot.store.limits.budget import RedisBudget, Spending
from bot.store.limits.pace import RedisPace, RedisPauses
from bot.store.people.followers import Follower
from bot.store.questions import (
    QuestionState,
    StoredQuestion,
    ThreadRecord,
    ThreadSpeakers,
    post_from_data,
    post_from_json,
    post_to_data,
    post_to_json,
)
from bot.store.redis import Redis, reachable
from bot.store.store import Store
from bot.store.watches import News, Watch
from bot.store.work.ahead import Ahead
from bot.store.work.deliveries import Delivery, DeliveryState
from bot.store.work.runs import Run, RunState
from bot.store.work.tasks import TaskDeaths

__all__ = [
    "Ahead", "ArchiveChange", "Delivery", "DeliveryState", "EarlierEntry", "Follower", "Lease",
    "LeaseBusy", "LeaseLost", "LeasePolicy", "News", "QuestionState", "Redis", "RedisBudget",
    "RedisCache", "RedisPace", "RedisPauses", "Run", "RunState", "Spending", "Store",
    "StoreUnavailable", "StoredQuestion", "TaskDeaths", "ThreadRecord", "ThreadSpeakers", "Watch",
    "post_from_data", "post_from_json", "post_to_data", "post_to_json", "reachable",
]  # fmt: skip
