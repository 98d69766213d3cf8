"""Words of the Discord side itself, and the commands' names and descriptions in the languages Discord shows them in.

What cards and commands say is not here. Command names stay as they are in every language (people read them to each other);
descriptions and the context menus are localised.
"""

from __future__ import annotations

from discord import Locale, app_commands

WORDS: dict[str, dict[str, str]] = {
    "en": {
        "continue": "Continue ({step}/{steps})",
        "save": "Save",
        "fix": "Correct it",
        "step": "**{title}** {step} of {steps} is filled in. Go on, or save what there is; the rest stays as it was.",
        "problem": "**{label}** {problem}",
        "taken": "✓ Taken.",
        "expired": "This form has run out; please open it again.",
        "again": "That took too long for a form to open; please press once more.",
        "sure": "**{label}** Are you sure?",
        "yes": "Yes: {label}",
        "no paper": "I find no arXiv paper in this message.",
        "not yours": "Here only certain roles may ask me.",
        "failed": "That could not be kept just now; please try again in a minute.",
    },
    "zh": {
        "continue": "继续（{step}/{steps}）",
        "save": "保存",
        "fix": "更正",
        "step": "**{title}** 第 {step} 步（共 {steps} 步）已填好。可以继续，也可以现在保存，其余保持不变。",
        "problem": "**{label}** {problem}",
        "taken": "✓ 收到。",
        "expired": "这个表单已过期，请重新打开。",
        "again": "等得太久，表单打不开了，请再按一次。",
        "sure": "**{label}** 确定吗？",
        "yes": "确定：{label}",
        "no paper": "这条消息里没有找到 arXiv 论文。",
        "not yours": "这里只有指定的身份组可以向我提问。",
        "failed": "刚才没能保存，请一分钟后再试。",
    },
}


def word(name: str, language: str, **values: object) -> str:
    words = WORDS["zh" if language.lower().startswith("zh") else "en"]
    return words[name].format(**values)


CHINESE: dict[str, str] = {
    "Look up a paper, ask about it, find one": "查论文、提问、搜索",
    "Show a paper: id, address, or its number today": "查看一篇论文：编号、网址或今天的第几篇",
    "Which paper": "哪篇论文",
    "Ask something about a paper": "就一篇论文提问",
    "What you want to know": "你想知道什么",
    "Find papers by words, author or title": "按词语、作者或标题找论文",
    "Words; au: for authors, ti: for titles": "词语；au: 作者，ti: 标题",
    "The papers of the latest digest here": "这里最近一期日报的论文",
    "The papers you saved": "你收藏的论文",
    "What is kept about you": "保存了你的哪些信息",
    "Delete everything kept about you": "删除保存的关于你的一切",
    "The daily digest of this channel": "本频道的日报",
    "Choose categories, interests, time and language": "选择分类、兴趣、时间和语言",
    "Make a digest now": "现在就做一期",
    "Take back today's digest": "撤回今天的日报",
    "Stop the daily digest for a while": "暂停日报",
    "Go on with the daily digest": "恢复日报",
    "How the digest stands, and what is wrong": "日报的状态和问题",
    "Delete this channel's settings and history": "删除本频道的设置和历史",
    "Name a role that the daily message mentions; none: nobody": "指定日报消息提及的身份组；不指定则不提及任何人",
    "Which role": "哪个身份组",
    "Ask about this paper": "就这篇论文提问",
    "Save this paper": "收藏这篇论文",
    "Something is wrong": "内容有误",
}


class Chinese(app_commands.Translator):
    """For Discord in Chinese, of either script; other languages see English."""

    async def translate(
        self, string: app_commands.locale_str, locale: Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        named = (
            app_commands.TranslationContextLocation.command_name,
            app_commands.TranslationContextLocation.group_name,
        )
        menu = context.location is named[0] and isinstance(context.data, app_commands.ContextMenu)
        keeps_name = context.location in (*named, app_commands.TranslationContextLocation.parameter_name)
        if locale not in (Locale.chinese, Locale.taiwan_chinese) or (keeps_name and not menu):
            return None
        return CHINESE.get(string.message)
