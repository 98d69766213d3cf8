"""What the commands say, in English and Chinese."""

from __future__ import annotations

from collections.abc import Mapping

from digest.labels import pick

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "paper.help": (
            "**/paper** looks up any arXiv paper.\n\n"
            "- `/paper 2601.22153` or an arXiv URL: its card\n"
            "- `/paper 2601.22153 does it release code?`: an answer with quotations\n"
            "- `/paper video dubbing`: a search by words; `au:` and `ti:` narrow it\n"
            "- `/paper today`: the latest digest here\n"
            "- `/paper saved`: what you saved\n"
            "- `/paper privacy`, `/paper forget me`: what is kept of you, and how to delete it\n\n"
            "In a thread, mention me or just ask."
        ),
        "digest.help": (
            "**/digest** sets this channel's daily digest.\n\n"
            "- `/digest setup`: categories, interests, language, time; ends in a preview\n"
            "- `/digest now`: today's digest at once\n"
            "- `/digest retract`: takes back today's messages; what people wrote stays\n"
            "- `/digest pause`, `/digest resume`\n"
            "- `/digest status`: when it runs next, how it stands\n"
            "- `/digest forget`: deletes this channel's settings and history"
        ),
        "unknown": "There is no `{word}` here. {help}",
        "reading": "Reading {paper} …",
        "searching": "Searching arXiv for “{words}” …",
        "found": "{n} papers for “{words}”:",
        "choose": "Choose a paper",
        "none found": "arXiv has nothing for “{words}”. Fewer words, or an author as `au:name`, may find it.",
        "not a paper": "`{text}` looks like an arXiv id but is none. Ids look like 2601.22153 or math.GT/0309136.",
        "no such paper": "arXiv has no paper {id}.",
        "no digest": "There is no digest here yet. `/digest setup` begins one.",
        "no number": "The latest digest has no paper {n}; it has 1 to {last}.",
        "saved": "What you saved:",
        "saved none": "You have saved nothing yet: 🔖 on a paper, or Save in its menu.",
        "saved one": "Saved. `/paper saved` lists them.",
        "privacy": (
            "**What I keep**: this channel's settings; the questions you ask me and my answers (90 days); your 👍, 👎 and 🔖, and which papers you asked about (90 days).\n\n"
            "**What I do not keep**: any other message.\n\n"
            "**What goes to the model**: papers and questions, never your name or id.\n\n"
            "`/paper forget me` deletes all of yours."
        ),
        "forget me?": "Delete your questions, my answers to them, and your votes and saved papers, everywhere?",
        "forget me": "Delete",
        "forgotten me": "Deleted. Messages already in the channel are the channel's; delete them there.",
        "not allowed": "Only {who} may change this channel's digest. `/digest status` and `/paper` are for everyone.",
        "admins": "the people named in DIGEST_ADMINS",
        "members": "full members who may manage this channel",
        "saved settings": "Saved. Next run: {next}.",
        "no next": "none (paused)",
        "list later": "arXiv's new list is out at about {ready} in your timezone; a run at {time} shows the one before.",
        "preview": "With these settings, the latest announcement ({announced} papers) would give:",
        "preview failed": "The preview could not be made: {why} The settings are saved all the same.",
        "post now": "Post now",
        "change": "Change",
        "setup.title": "Daily digest",
        "setup.submit": "Save and preview",
        "setup.categories": "arXiv categories",
        "setup.categories.hint": "Comma-separated: cs.CV, cs.RO",
        "setup.interests": "What the team works on",
        "setup.interests.hint": "In your own words; guides what is chosen",
        "setup.wanted": "Wanted keywords",
        "setup.unwanted": "Unwanted keywords",
        "setup.authors": "Watched authors",
        "setup.authors.hint": "Their papers are always shown",
        "setup.language": "Language",
        "setup.language.hint": "en, zh, ja, pt-BR …",
        "setup.papers": "Papers a day, at most",
        "setup.detail": "How much a paper's message shows",
        "setup.detail.card": "Card: core idea and findings",
        "setup.detail.short": "Short: the parts in short",
        "setup.detail.full": "Full: the parts in full",
        "setup.time": "Time",
        "setup.timezone": "Timezone",
        "setup.days": "Days",
        "bad number": "A number from 1 to 50.",
        "bad category": "{category} is no arXiv category{nearest}.",
        "did you mean": "; did you mean {names}",
        "unlisted": "{category} is not on the list of categories I know; it is used as it is{nearest}.",
        "running": "A digest is being made …",
        "announced": "Announced: {n} papers.",
        "ranked": "Ranked: {done} of {total}.",
        "read": "Read: {done} of {total}.",
        "summarised": "Summed up; posting.",
        "posted": "Posted {done} of {total} messages.",
        "done": "Today's digest is in the channel.",
        "already": "A digest is already being made; you are following it.",
        "nothing new": "Nothing new since the last digest{link}. arXiv's next list: {next}.",
        "failed": "It could not be made: {why}",
        "retract?": "Take back today's digest ({n} messages)? What people wrote stays.",
        "retract": "Take back",
        "retracted": "Taken back: {n} messages. `/digest now` posts anew; nothing is lost from consideration.",
        "nothing to retract": "There is no digest of today to take back.",
        "paused": "Paused. `/digest resume` goes on.",
        "resumed": "On again. Next run: {next}.",
        "ping.set": "The daily message mentions that role from the next digest on, and nobody else. Discord notifies its members if everybody may mention the role (Server Settings → Roles).",
        "ping.none": "The daily message mentions nobody.",
        "ping.unfit": "Please name a role other than everyone; without a role, nobody is mentioned.",
        "not set": "This channel has no digest yet. `/digest setup` begins one.",
        "forget?": "Delete this channel's settings, digests and history? Messages in the channel stay.",
        "forget": "Delete",
        "forgotten": "Deleted. `/digest setup` begins anew.",
        "status.title": "Digest of this channel",
        "status.profile": "{categories} · {papers} papers at most · {tongue} · {detail}",
        "status.interests": "Interests: {interests}",
        "status.times": "{time} {timezone}, {days}",
        "status.next": "Next run: {next}",
        "status.paused": "Paused",
        "status.last": "Last digest: {date}, {n} papers{link}",
        "status.none": "No digest yet",
        "status.running": "Being made since {since}{note}",
        "status.aside": "The digest of {day} could not be delivered for three days and was put aside: {fault}",
        "status.fault": "Could not be delivered: {fault}",
        "status.quiet": "{sentence}",
        "status.cost": "This month: {cost}",
        "status.cost.today": "Today: {share} % of the budget",
        "status.taught": "{n} papers you voted on, saved or asked about guide the choice.",
        "status.taught.more": "More: {words}",
        "status.taught.fewer": "Fewer: {words}",
        "unteach": "Forget what was taught",
        "unteach?": "Forget what this channel's votes and questions have taught? Saved papers stay saved.",
        "untaught": "Forgotten. From now on papers are chosen by the settings alone, until somebody votes again.",
        "over budget": (
            "The day's budget for the model is used up. Questions are answered again from {until}; "
            "cards and analyses that are there can be looked at all the while."
        ),
        "status.list": "Papers considered: {considered} of {announced} announced",
        "bug": "Something went wrong on my side (id {id}). It is logged; please try again.",
        "expired": "This digest is older than what I keep (90 days).",
        "all authors": "Authors of {title}",
        "why these": "Why these",
        "by interest": "Interests: {interests}",
        "more": "Noted: more like this.",
        "fewer": "Noted: fewer like this.",
        "helpful": "Thank you.",
        "unhelpful": "Noted. “Something is wrong” tells me more.",
        "wrong.title": "What is wrong?",
        "wrong.field": "In a sentence, if you like",
        "wrong.submit": "Report",
        "wrong.taken": "Thank you; it is marked.",
        "wrong.mark": "Somebody says that something here is wrong.",
        "ask.title": "Ask about {paper}",
        "ask.field": "Your question",
        "ask.where": "Where to answer",
        "ask.thread": "In the thread",
        "ask.me": "Only for me",
        "ask.submit": "Ask",
        "ask.taken": "Reading …",
        "adding": "Reading number {rank} …",
        "added": "Added to the thread.",
        "shared": "Shared.",
        "invited": (
            "I am Paperboy: each day I read arXiv's new papers and put the ones for you here. `/digest setup` chooses fields and time "
            "(two minutes) and shows a preview first. I only look at my own threads and at messages that mention me."
        ),
        "home.title": "Paperboy",
        "home.subscriptions": "Channels",
        "home.digests": "Latest digests",
        "home.saved": "Saved",
        "home.how": "How to ask",
        "home.cost": "Today: {cost}",
    },
    "zh": {
        "paper.help": (
            "**/paper** 查任何一篇 arXiv 论文。\n\n"
            "- `/paper 2601.22153` 或 arXiv 链接：论文卡片\n"
            "- `/paper 2601.22153 有代码吗？`：带引文的回答\n"
            "- `/paper video dubbing`：按词搜索；`au:` 作者，`ti:` 标题\n"
            "- `/paper today`：这里最近一期日报\n"
            "- `/paper saved`：你的收藏\n"
            "- `/paper privacy`、`/paper forget me`：保存了你的什么，以及如何删除\n\n"
            "在消息串里 @ 我，或直接问。"
        ),
        "digest.help": (
            "**/digest** 设置本频道的日报。\n\n"
            "- `/digest setup`：方向、兴趣、语言、时间；最后给你看预览\n"
            "- `/digest now`：马上发今天的日报\n"
            "- `/digest retract`：撤回今天的消息；别人的发言保留\n"
            "- `/digest pause`、`/digest resume`：暂停、恢复\n"
            "- `/digest status`：下一次何时，现在怎样\n"
            "- `/digest forget`：删除本频道的设置和历史"
        ),
        "unknown": "没有 `{word}` 这个用法。{help}",
        "reading": "正在读 {paper} …",
        "searching": "正在 arXiv 搜“{words}” …",
        "found": "“{words}”：{n} 篇",
        "choose": "选一篇",
        "none found": "arXiv 上没有“{words}”的结果。少写几个词，或用 `au:作者` 试试。",
        "not a paper": "`{text}` 像 arXiv 编号但不是。编号形如 2601.22153 或 math.GT/0309136。",
        "no such paper": "arXiv 上没有 {id} 这篇论文。",
        "no digest": "这里还没有日报。用 `/digest setup` 开始。",
        "no number": "最近一期没有第 {n} 篇；它有第 1 到 {last} 篇。",
        "saved": "你的收藏：",
        "saved none": "还没有收藏：在论文上点 🔖，或用菜单里的“收藏”。",
        "saved one": "已收藏。`/paper saved` 查看。",
        "privacy": (
            "**我保存**：本频道的设置；你问我的问题和我的回答（90 天）；你的 👍、👎、🔖，以及你问过哪些论文（90 天）。\n\n"
            "**我不保存**：其他消息。\n\n**发给模型的**：论文和问题，不含你的名字或 id。\n\n`/paper forget me` 全部删除。"
        ),
        "forget me?": "删除你在所有频道的问题、我的回答、你的投票和收藏？",
        "forget me": "删除",
        "forgotten me": "已删除。频道里已有的消息属于频道，请在那里删除。",
        "not allowed": "只有{who}可以改本频道的日报。`/digest status` 和 `/paper` 人人可用。",
        "admins": "DIGEST_ADMINS 里列出的人",
        "members": "可以管理本频道的正式成员",
        "saved settings": "已保存。下一次：{next}。",
        "no next": "无（已暂停）",
        "list later": "arXiv 的新列表约 {ready} 才齐（你的时区）；{time} 运行看到的是前一期。",
        "preview": "按此设置，最近一期（{announced} 篇）会选：",
        "preview failed": "预览没有做成：{why}设置已保存。",
        "post now": "现在发布",
        "change": "再改改",
        "setup.title": "日报设置",
        "setup.submit": "保存并预览",
        "setup.categories": "arXiv 分类",
        "setup.categories.hint": "逗号分隔：cs.CV, cs.RO",
        "setup.interests": "你们做什么",
        "setup.interests.hint": "用自己的话写；选文以此为准",
        "setup.wanted": "想要的关键词",
        "setup.unwanted": "不要的关键词",
        "setup.authors": "关注的作者",
        "setup.authors.hint": "他们的论文总会出现",
        "setup.language": "语言",
        "setup.language.hint": "zh、en、ja …",
        "setup.papers": "每天最多几篇",
        "setup.detail": "论文消息显示多少",
        "setup.detail.card": "卡片：核心与发现",
        "setup.detail.short": "短：各部分短文",
        "setup.detail.full": "全：各部分全文",
        "setup.time": "时间",
        "setup.timezone": "时区",
        "setup.days": "哪几天",
        "bad number": "请填 1 到 50 的数。",
        "bad category": "{category} 不是 arXiv 分类{nearest}。",
        "did you mean": "；是不是 {names}",
        "unlisted": "{category} 不在我知道的分类里，按原样使用{nearest}。",
        "running": "正在做日报 …",
        "announced": "公布 {n} 篇。",
        "ranked": "已排序 {done}/{total}。",
        "read": "已读 {done}/{total}。",
        "summarised": "概要已写好，正在发布。",
        "posted": "已发 {done}/{total} 条。",
        "done": "今天的日报已在频道里。",
        "already": "日报正在做，你在跟着看进度。",
        "nothing new": "上一期之后没有新论文{link}。arXiv 下一期：{next}。",
        "failed": "没有做成：{why}",
        "retract?": "撤回今天的日报（{n} 条）？别人的发言会保留。",
        "retract": "撤回",
        "retracted": "已撤回 {n} 条。`/digest now` 重发；论文会重新考虑。",
        "nothing to retract": "今天没有可撤回的日报。",
        "paused": "已暂停。`/digest resume` 恢复。",
        "resumed": "已恢复。下一次：{next}。",
        "ping.set": "从下一期起，日报消息会提及这个身份组，不提及其他人。身份组须允许任何人提及（服务器设置 → 身份组），成员才会收到通知。",
        "ping.none": "日报消息不提及任何人。",
        "ping.unfit": "请指定 everyone 以外的身份组；不指定则不提及任何人。",
        "not set": "本频道还没有日报。用 `/digest setup` 开始。",
        "forget?": "删除本频道的设置、日报和历史？频道里的消息保留。",
        "forget": "删除",
        "forgotten": "已删除。`/digest setup` 重新开始。",
        "status.title": "本频道的日报",
        "status.profile": "{categories} · 最多 {papers} 篇 · {tongue} · {detail}",
        "status.interests": "兴趣：{interests}",
        "status.times": "{time} {timezone}，{days}",
        "status.next": "下一次：{next}",
        "status.paused": "已暂停",
        "status.last": "上一期：{date}，{n} 篇{link}",
        "status.none": "还没有日报",
        "status.running": "{since} 起正在做{note}",
        "status.aside": "{day} 的日报三天没能送出，已搁置：{fault}",
        "status.fault": "未能送达：{fault}",
        "status.quiet": "{sentence}",
        "status.cost": "本月：{cost}",
        "status.cost.today": "今天：额度已用 {share} %",
        "status.taught": "你们投票、收藏或问过的 {n} 篇论文影响选文。",
        "status.taught.more": "多选：{words}",
        "status.taught.fewer": "少选：{words}",
        "unteach": "忘掉学到的",
        "unteach?": "忘掉本频道的投票和提问教会的东西？收藏仍在。",
        "untaught": "已忘掉。今后只按设置选文，直到有人再投票。",
        "over budget": "今天的模型额度已用完，{until} 起恢复问答；论文卡片和已有的分析照常可看。",
        "status.list": "公布 {announced} 篇，考虑 {considered} 篇",
        "bug": "我这边出了错（编号 {id}），已记录；请再试一次。",
        "expired": "这一期已超出保存期（90 天）。",
        "all authors": "{title} 的作者",
        "why these": "为什么是这几篇",
        "by interest": "兴趣：{interests}",
        "more": "记下了：多来点这类。",
        "fewer": "记下了：少来点这类。",
        "helpful": "谢谢。",
        "unhelpful": "记下了。“内容有误”可以说得更多。",
        "wrong.title": "哪里有误？",
        "wrong.field": "一句话（可不填）",
        "wrong.submit": "提交",
        "wrong.taken": "谢谢，已标出。",
        "wrong.mark": "有人指出这条有误。",
        "ask.title": "问 {paper}",
        "ask.field": "你的问题",
        "ask.where": "在哪里回答",
        "ask.thread": "在消息串里",
        "ask.me": "只给我看",
        "ask.submit": "提问",
        "ask.taken": "正在读 …",
        "adding": "正在读第 {rank} 名 …",
        "added": "已加进消息串。",
        "shared": "已分享。",
        "invited": "我是 Paperboy，每天把 arXiv 新论文读好放在这里。`/digest setup` 选方向和时间（2 分钟），会先给你看一份预览。我只看自己的消息串和 @ 我的消息。",
        "home.title": "Paperboy",
        "home.subscriptions": "频道",
        "home.digests": "最近的日报",
        "home.saved": "收藏",
        "home.how": "怎么问",
        "home.cost": "今天：{cost}",
    },
}


def say(name: str, language: str, **values: object) -> str:
    """The sentence for `name`, with its places filled."""
    return pick(WORDS, name, language, **values)
