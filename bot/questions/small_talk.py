"""Recognises what people say to the bot without asking about a paper.

That is greetings, thanks, consent, and calls for help or for quiet, in the languages that most
teams write. A phrase that may be about the paper under discussion (`how does this work?`) is left
out."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from digest.patterns import regex

_LONGEST = 100
"""Characters. A longer text is no small talk."""
_CODES = regex(r"<a?:\w+:\d+>|:[\w+'-]+:")
"""Emoji as Discord and Slack write them in a text: `<:wave:1234>`, `:wave::skin-tone-2:`."""
_SMALL_TALK = """
    en: hi, hello, hey, hiya, yo, howdy, greetings, good morning, good afternoon, good evening, thanks, thank you,
        many thanks, thx, ty, cheers, help, help me, test, testing, ping, commands, good bot, how are you,
        who are you, what are you, what can you do, what do you do, what can i ask, what can i ask you,
        how do i use you, how can i use you, how can you help, how can you help me, ok, okay, k, nice, cool, great,
        awesome, perfect, got it, i see, sounds good, good job, well done, never mind, nevermind, no worries,
        yes, no, lol, haha, bye, bye bye, goodbye, good night, see you, see you later, have a nice day, welcome,
        you re welcome,
        that helps, that helped, that s helpful, very helpful, super helpful, this is helpful, helpful, appreciate it,
        much appreciated,
        are you a bot, are you a robot, are you an ai, are you human, are you there, anyone there
    de: hallo, hi, moin, servus, grüß gott, guten morgen, guten tag, guten abend, danke, danke schön, dankeschön,
        vielen dank, hilfe, befehle, wer bist du, was kannst du, was machst du, ok, okay,
        alles klar, super, prima, toll, ja, nein, passt, danke dir, danke euch, danke sehr, tausend dank, tschüss,
        ciao, bis später, bis morgen,
        gute nacht, schönen tag, das hilft, sehr hilfreich, bist du ein bot, bist du ein mensch
    es: hola, buenas, buenos días, buenas tardes, buenas noches, gracias, muchas gracias, ayuda, quién eres,
        qué puedes hacer, qué haces, ok, vale, genial, perfecto, entendido, sí, no, adiós, hasta luego,
        hasta mañana, muy útil,
        mil gracias, eres un bot
    fr: bonjour, salut, bonsoir, coucou, merci, merci beaucoup, aide, au secours, qui es tu, qui êtes vous,
        que peux tu faire, que sais tu faire, ok, d accord, super, parfait, compris, oui, non, au revoir, à bientôt,
        bonne nuit, bonne journée, merci bien, merci à toi, très utile, es tu un bot
    it: ciao, salve, buongiorno, buonasera, grazie, grazie mille, aiuto, chi sei, cosa sai fare, arrivederci,
        buonanotte, sei un bot
    pt: olá, oi, bom dia, boa tarde, boa noite, obrigado, obrigada, muito obrigado, ajuda, quem é você,
        o que você faz, o que você pode fazer, ok, beleza, ótimo, perfeito, entendi, sim, não, tchau, até logo, valeu,
        obrigado pela ajuda, você é um bot
    nl: hallo, hoi, goedemorgen, goedemiddag, goedenavond, dank je, dank je wel, bedankt, hulp, wie ben je, wat kun je
    sv, da, nb: hej, hejsan, hei, god morgon, god morgen, tack, tak, takk, hjälp, hjælp, hjelp
    fi: moi, terve, hyvää päivää, kiitos, apua
    pl: cześć, hej, dzień dobry, dobry wieczór, witaj, dziękuję, dzięki, pomoc, pomocy, kim jesteś, co potrafisz
    cs, sk: ahoj, dobrý den, čau, děkuji, díky, ďakujem, pomoc
    hu: szia, helló, jó napot, köszönöm, segítség
    ro: salut, bună, bună ziua, mulțumesc, ajutor
    el: γεια, γεια σου, καλημέρα, ευχαριστώ, βοήθεια
    ru, uk: привет, здравствуй, здравствуйте, доброе утро, добрый день, добрый вечер, спасибо, большое спасибо,
        помощь, помоги, помогите, кто ты, что ты умеешь, ок, хорошо, понятно,
        отлично, да, нет, пока, до свидания, спокойной ночи, благодарю, спасибо большое, ты бот, привіт,
        добрий день, дякую, допоможи, допомога
    tr: merhaba, selam, günaydın, iyi günler, teşekkürler, teşekkür ederim, yardım, kimsin, ne yapabilirsin
    vi: xin chào, chào, chào bạn, cảm ơn, giúp, giúp tôi, trợ giúp
    id, ms: halo, hai, selamat pagi, selamat siang, terima kasih, bantuan, tolong
    zh: 你好, 您好, 嗨, 哈喽, 哈啰, 早, 早安, 早上好, 下午好, 晚上好, 大家好, 在吗, 谢谢, 謝謝, 多谢, 感谢,
        辛苦了, 帮助, 幫助, 救命, 你是谁, 你是誰, 你会什么, 你能做什么, 你能干什么, 你可以做什么,
        你會什麼, 你能做什麼, 测试, 測試, 好, 好的, 好吧, 行, 收到, 明白, 明白了, 知道了, 不错, 很好, 太好了, 厉害,
        嗯, 谢谢你, 谢谢您, 非常感谢, 再见, 拜拜, 晚安, 你是机器人吗, 太棒了, 哈哈, 有用, 很有用, 有帮助, 很有帮助
    ja: こんにちは, こんばんは, おはよう, おはようございます, もしもし, やあ, ありがとう, ありがとうございます,
        ヘルプ, 助けて, あなたは誰, 何ができますか, 何ができるの, テスト,
        了解, 了解です, わかりました, 分かりました, はい, いいえ, すごい, さようなら, またね, おやすみ,
        おやすみなさい, どうも,
        どうもありがとう, どうもありがとうございます, 助かりました, あなたはボットですか, 人間ですか
    ko: 안녕, 안녕하세요, 안녕하십니까, 고마워, 고마워요, 감사합니다, 도움, 도움말,
        도와줘, 도와주세요, 누구세요, 뭐 할 수 있어, 테스트, 네, 예, 아니요, 알겠습니다, 알겠어요, 좋아요, 오케이,
        고맙습니다, 안녕히 계세요, 잘 자요, 도움이 됐어요, 봇이에요, 봇인가요
    ar: مرحبا, السلام عليكم, أهلا, صباح الخير, مساء الخير, شكرا, مساعدة
    fa: سلام, ممنون, متشکرم, کمک
    he: שלום, היי, בוקר טוב, תודה, עזרה
    hi: नमस्ते, नमस्कार, हेलो, धन्यवाद, शुक्रिया, मदद
    th: สวัสดี, สวัสดีครับ, สวัสดีค่ะ, ขอบคุณ, ช่วยด้วย
"""
_QUIET = """
    en: quiet, be quiet, silence, shut up, hush, mute, stop, stop it, stop answering, stop talking, stop here,
        stop answering here, leave us alone, go away
    de: ruhe, sei still, sei ruhig, stopp, halt, stumm
    es: silencio, cállate, calla, basta
    fr: silence, chut, tais toi, taisez vous, arrête, stop
    it: silenzio, zitto, zitta, basta
    pt: silêncio, cala a boca, quieto, fique quieto, pare, chega
    nl: stil, wees stil, stop
    pl, cs: cicho, cisza, ticho
    ru, uk: тихо, тише, молчи, замолчи, хватит, тишина, мовчи
    tr: sessiz ol
    zh: 安静, 安静点, 安靜, 安靜點, 别说话, 別說話, 闭嘴, 閉嘴, 住口, 不用回答, 不用回答了, 别回答了, 別回答了,
        别插话, 別插話, 停
    ja: 静かに, 静かにして, 静かにしろ, 黙って, 黙れ, やめて
    ko: 조용히, 조용히 해, 조용히 해줘, 그만
    ar, fa: اسكت, هدوء, ساکت
    he: שקט
    hi: चुप
"""
_FILLERS = """
    there, all, everyone, everybody, guys, folks, team, please, pls, paperboy, bot, again, so much, very much, a lot,
    zusammen, bitte, a todos, por favor, à tous, s il te plaît, s il vous plaît, per favore, пожалуйста, всем,
    请, 請, 啊, 呀, 啦, 哦, 吧, 了, 你们, ください, 下さい
"""


def _bare(text: str) -> str:
    """Returns letters, marks and digits in lower case: no emoji or punctuation, single spaces."""
    said = unicodedata.normalize("NFKC", _CODES.sub(" ", text)).casefold()
    return " ".join("".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in said).split())


@lru_cache
def _only(*tables: str) -> re.Pattern[str]:
    """Returns the pattern of a text that consists only of phrases from the tables. No space is
    needed after a phrase in Chinese or Japanese."""
    listed = ",".join(re.sub(r"^[\w, ]+:", "", line.strip()) for table in tables for line in table.splitlines())
    phrases = sorted({bare for phrase in listed.split(",") if (bare := _bare(phrase))}, key=len, reverse=True)
    ends = [p if "\u3040" <= p[-1] <= "\u9fff" else rf"{re.escape(p)}(?= |$)" for p in phrases]
    return re.compile(rf"(?:(?:{'|'.join(ends)}) ?)*")


def is_small_talk(text: str) -> bool:
    """Returns whether it greets, thanks, calls for help or has no words: `hello!`, `:wave:`,
    `?`."""
    return len(text) <= _LONGEST and bool(_only(_SMALL_TALK, _FILLERS).fullmatch(_bare(text)))


def asks_for_quiet(text: str) -> bool:
    """Returns whether the text tells the bot to be quiet: `Quiet, please`, `安静`."""
    bare = _bare(text) if len(text) <= _LONGEST else ""
    return bool(_only(_QUIET, _FILLERS).fullmatch(bare)) and not _only(_FILLERS).fullmatch(bare)
