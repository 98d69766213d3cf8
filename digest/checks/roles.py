"""Finds the roles of a sentence's words, such as translation, reader, request.

A table of stems by role, in the languages that the product checks. `$` ends a word, `_` is a blank.
One word shows nothing, as papers are about translation and prompts too:
`remarks` reads them together.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from digest.patterns import regex

_WORD_ENDS = r"(?![a-zà-ɏ0-9_])"
_TABLE = """
title
  title$ titel$ titels$ überschrift titre$ título titolo titles$ titres$ 标题(?!党) 题目 题名
  原题 タイトル 題名 原題 論文名 제목 표제 원제
translated
  translat rendering$ rendered$ übersetz wiedergegeben wiedergabe traduc traduz traduct tradui
  traduj traduit traduis tradot verter$ vertid (?<!编)(?<!破)译(?!码) 翻成 翻译 訳 번역 옮겼
  옮긴 옮길 옮김 직역 의역
original
  original$ originals$ originale$ originaltext ausgangstext vorlage$ texte-source texto-fonte
  source_text english_source texte_source texto_fuente texto_de_partida l'original 原文 原意
  原语 原語 원문 원어 원래_표현
wording
  term$ terms$ terminolog phrase$ phrases$ phrasing wording idiom$ idioms$ jargon acronyms$
  abbreviations$ proper_n vocabulary$ expression$ pun$ begriff fachausdr fachwört fachwort
  abkürzungen$ formulierung wortspiel ausdruck$ redewendung término términos$ termes$ terme$
  termos$ termo$ palabra$ palavra$ mot$ verbe$ expresión expressão tecnicism acrónimos$
  acrônimos$ sigles$ siglas$ noms_propres nombres_propios nomes_próprios juego_de_pal
  jeu_de_mots trocadilho frases$ frases_largas oraciones$ 术语 用词 词汇 一词 这个词 措辞 长句
  语序 缩写 缩略 专名 专有名词 双关 说法 表述 用語 単語 略語 固有名詞 長い文 용어 낱말 단어 약어
  고유명사 긴_문장 model_names names_of_the_models names_of_models names_of_datasets modellnamen
  namen_der_datens noms_de_modèles nombres_de_modelos nomes_de_modelos 模型名 数据集名 モデル名
  모델_이름 footnotes$ citations$ references$ equation_n fußnoten quellenangaben formelnummern
  citas$ notas_al citações notas_de_rod notes$ numéros_d reim$ rima$ rime$ rhyme$ estrangeir
  脚注 引文编号 参考文献 公式编号 押韵 谐音 引用番号 数式番号 言葉遊び 語呂 각주 인용_번호
  말장난 운율 glossary glossar glosario
handled
  kept$ left$ retain preserv unchanged untouched simplified$ shortened$ condensed$ split$
  adapted$ adjusted$ paraphrased$ polished$ chose$ opted$ went_with omitted$ stays_close
  keeps_close close_to follows$ mirrors$ belassen gelassen$ beibehalten blieb$ blieben$ bleiben$
  übernommen gekürzt geteilt umgestellt angepasst weggelassen unverändert gewählt gewahrt
  lehnt_sich folgt$ mantuv mantiene$ mantienen$ mantiv mantid mantém mantendo conserv dejado$
  dejan$ deixei deixad omitid omiti$ acort encurt adaptad adaptó optado optei elegido escolhi
  preferí ciñe respeta laissé gardé conservé omis$ scindé raccourci retenu choisi préféré
  condens suit_de 保留 沿用 选用 未译 不译 省略 略去 略作 精简 压缩 拆分 调整 简化 处理成 处理为
  作了 做了 改动 增删 润色 力求 尽量 残し 残す 省い 短縮 まま 分割し 採用 心がけ 整え 남겼 남겨
  두었 유지했 생략 줄였 나누었 다듬 그대로 used$ omit_ removed$ dropped$ orientiert_sich
  entspricht_d verloren quitado$ se_pierde se_perde retirei supprimé se_perd lost$ 去掉 失われ
  省き 訳出 訳しま 옮겼 사라 뺐 살리
version
  version$ versión versão fassung rendition summary$ zusammenfassung résumé$ resumen$ resumo$
  overview$ analysis$ analyse$ análisis análise section$ abschnitt$ apartado$ seção partie$
  paragraph$ translation$ translations$ traducción tradução traduction übersetzung$ answer$
  response$ 版本 总结 概述 概括 摘要 分析 解读 本段 本节 译文 翻译 段落 要約 概要 訳 節$ 요약
  분석 초록 번역 버전
pointing
  above$ below$ here$ this$ following$ hier$ oben$ obige unten$ folgend nachfolgend diese$
  dieser$ dieses$ aquí aqui acima abaixo esta$ este$ anterior$ siguiente seguinte ici$ ci-dessus
  ci-dessous cette$ ceci$ 以上 以下 上述 上面 下面 如下 此处 这里 这样 该译 此译 本译 这段
  本文字 上記 この 위$ 위의 아래 다음은 이상
reader
  you$ your$ yours$ ihnen$ sie_mir du$ dir$ dich$ usted$ ustedes$ te$ tú$ ti$ quieres$ quiera$
  necesitas$ prefieres$ prefiere$ desea$ puedes$ podrías$ vous$ votre$ vos$ toi$ tu$ você vocês
  quiser$ desejar$ precisar$ 您 你 ご希望 あなた いただ おっしゃ tienes$ necesites$ buscabas$
  procurava$ aquí_tienes ご質問 ご依頼
please
  麻烦再 麻烦重新 주실 mind_sending please$ kindly$ thank_you thanks$ bitte$ danke$ por_favor
  favor_de gracias$ veuillez merci$ n'hésit prière_de obrigado$ 麻烦您 麻烦你 麻烦把 劳烦 烦请
  谢谢 请问 ください 下さい お願い 恐れ入り ありがと 주세요 주십시오 주시 바랍니다 부탁 감사
wish
  您想 你想 你要 您要 want$ wants$ prefer$ like$ wish$ need$ möcht wünsch brauch benötig quier
  desea desej necesit prefier querr voulez voudr souhait besoin$ faudrait il_me_faut precis 需要
  想要 希望 想看 要求 若需 如需 必要 ほしい 원하 필요 ご要望 原하시면 원하시면 ご依頼 if_needed
  wenn_sie_möcht si_quieres
tell
  dites- dis-moi dile$ dímelo let_me_know tell_me just_say just_ask sag$ sagen_sie bescheid
  melden$ mitteil dime$ dígame avísame avise$ indíq dites faites-moi diga$ avisa 告诉 告知
  说一声 告诉我 教えて 知らせ 連絡 알려 말씀 let_us_know どうぞ 물어보세요
send
  传一次 再传 重传 重新发 mandar$ joindre$ adjuntas$ nachreichen reichen_sie sending$ attach$
  provide$ send$ resend$ paste$ upload$ share$ attach supply$ submit$ drop$ give_me schicken$
  schick$ schicke$ senden$ sende$ zusenden hochlad einfügen$ bereitstell zukomm envíe envía
  envíame enviar$ pega$ pegar$ pégue sube$ subir$ adjunt mánda pasar$ pásame compart anexe$
  anexar cole$ colar$ coller$ collez envoy joindre joign transmett partag téléverser envie$
  mande$ 提供 发送 发给 发来 发一下 发过来 粘贴 贴上 贴到 贴在 上传 附上 传上 传给 给我 送って
  送り 送信 貼り 貼って 添付 共有 アップロード 보내 붙여 올려 첨부 공유
file
  input$ attachment file$ pdf$ upload full_text excerpt$ datei$ eingabe(?!auf) anhang volltext
  auszug archivo adjunto$ fichero arquivo anexo$ fichier extrait$ texte_intégral texto_completo
  正文 全文 附件 文件 输入 你的消息 ファイル 入力 添付 抜粋 파일 전문이 입력 첨부 발췌 attached$
  pièce_jointe 消息 メッセージ 메시지 pasted$ nachricht$ mensaje$ mensagem$ message$ entrée$
  entrada$
material
  input$ attachment file$ pdf$ document$ upload$ excerpt$ full_text abstract$ article$ paper$
  text$ dokument datei$ eingabe(?!auf) anhang volltext artikel kurzfassung auszug paper archivo
  arquivo fichero documento adjunto anexo entrada$ texto$ artículo artigo fichier texte$ extrait
  正文 全文 附件 文件 文档 输入 材料 论文 文本 链接 消息 片段 ファイル 入力 本文[をがは] 論文
  添付 抜粋 파일 문서 전문 본문 입력 논문 발췌
given
  you_set transmise$ transmis$ provided$ supplied$ given$ you_sent you_gave received$ submitted$
  shared$ gegeben übermittelt gesendet geschickt vorliegend zur_verfügung_gest proporcionad
  facilitad recibid enviad recibí compartid fourni reçu transmis fornecid recebi recebid enviou
  所给 给定 提供的 收到的 现有材料 现有信息 现有文本 发送的 发来的 与えられ 提供され いただいた
  주어진 제공된 보내_주신
unable
  cannot$ can't$ can’t unable$ not_available kann_keine kann_nichts kann_leider won't$ won’t
  impossible$ not_possible not_able decline$ refuse_to couldn't nicht_möglich unmöglich
  nicht_in_der_lage kann_ich_nicht kann_nicht kann_ich lässt_sich_nicht no_puedo no_es_posible
  no_se_puede imposible no_estoy não_posso não_consigo não_é_possível não_dá impossível incapaz
  ne_peux ne_peut ne_suis_pas impossible ne_saurais pas_en_mesure 无法 不能 没法 不便 做不到
  做不了 难以 未能 できません できない かねま 困難です 不可能 読み取れ 수_없 못합니다 어렵습니다
sorry
  sorry$ apolog regret$ entschuldig tut_mir_leid verzeih bedaure lo_siento lo_lamento lamento
  perdón disculp desculp sinto_muito désolé navré pardon$ 抱歉 对不起 不好意思 很遗憾 申し訳
  すみません 죄송 미안합니다 leider desafortunad lamentablemente malheureusement por_desgracia
  infelizmente unfortunately 残念 유감 안타깝
lack
  fehlt_noch manque$ il_manque me_falta missing$ 还没收到 未收到 見当たりません 空白页 白紙
  blank_pages without$ empty$ blank$ incomplete$ insufficient$ not_enough too_little ohne$
  fehlt$ fehlen$ leer$ unvollständig reicht_nicht nicht_aus nichts$ sin_el falta$ faltan$ vacío$
  vacía$ insuficiente$ no_basta vazio$ vazia$ sem_o sans$ vide$ insuffisant pas_assez ne_suffit
  ne_contient 没有 缺少 不足 不够 为空 空的 尚不 未提供 不完整 只看到 なく 空で
  ない(?:ため|ので) 없어 없습니다 부족 비어 unreadable illisible unlesbar ilegible ilegível
  cut_off abgeschnitten coupé cortad too_limited too_short missing_from incompleto incomplete
  incomplet 打不开 读取失败 乱码 并无 未见 切れて 壊れて 読み込め 届いていない 抜けている
  添付されていない 잘렸 빠진 오지_않 첨부되지 손상 열리지 kein_volltext kein_text no_file
  no_text no_content no_hay_texto não_há_texto manque_du
task
  summari[sz] analy[sz]e translate$ zusammenfass analysier zusammenzufass resumir$ resuma$
  analizar$ analisar$ traducir$ traduzir$ résumer$ analyser$ traduire$ rédiger$ redactar$
  redigir$ beurteil evaluar$ avaliar$ 总结 概括 分析 翻译 评价 写出 要約 翻訳 요약 분석 번역
self
  prefiero_no prefiro_não je_préfère_ne i'd_rather lieber_nicht möchte_mich_nicht 差し控え 삼가
  不好妄加 妄加评论 my_guid AI助手 使用政策 アシスタントで beyond_my außerhalb_meiner
  fuera_de_mi fora_do_meu dépasse_mes 超出了我 不符合规定 AIとして 어시스턴트로 어시스턴트이
  規約に 정책에_어긋 as_an_ai being_an_ai as_a_language as_an_assistant i_am_an content_policy
  usage_polic my_guidelines als_ki$ als_sprachmodell als_assistent da_ich_eine_ki
  gegen_die_richtlinien como_ia$ como_asistente como_una_inteligencia como_modelo_de
  como_assistente como_inteligência en_tant_qu'ia en_tant_qu'assistant en_tant_qu'intelligence
  en_tant_que_modèle 作为人工智能 作为AI 作为语言模型 作为一个AI 身为 人工智能助手 我的准则
  AIである AIなので AI로서 언어_모델로서 what_i_can_do what_i_can_assist
kindness
  hope_this hope_it helps$ happy_to glad_to feel_free enjoy$ good_luck help$ assist$ hoffe$
  hilft$ gerne$ gern$ viel_erfolg espero$ ayud ojalá ajud tomara$ disposición disposição
  j'espère en_espérant utile$ volontiers aider 但愿 帮到 有帮助 有所帮助 乐意 祝你 祝您 随时
  役に立 幸い 도움 기꺼이 you_were_looking you_asked_for sea_útil seja_útil ser_útil procurava
  buscabas à_votre a_su_disp à_disp glad$ viel_spaß 欢迎 合你 愉快 顺利 合心意 どうぞ 嬉しい
  좋겠습니다
style
  literal$ literally$ idiomatic$ readab fluen$ tone$ style$ nuance formal$ informal$ faithful$
  concise$ shorter$ wörtlich freier$ förmlich stil$ ton$ treu$ kürzer lesb más_corto más_formal
  tono$ estilo$ fiel$ registro$ mais_curto tom$ legib plus_court plus_formel littéral fidèle
  registre$ lisib 更短 更长 语气 文体 口语 书面 正式 直译 意译 字面 忠实 通顺 流畅 习惯 学术
  贴近 口調 自然な 忠実 直訳 意訳 ニュアンス 読みやす 짧게 어조 문체 자연스러 충실 뉘앙스 자세한
limit
  仅有题目 谈不上 based_on based_only solely$ relies_on only_the only_on beruht$ stützt_sich
  nur_die nur_der basiert se_basa solo_tengo únicamente$ repose$ uniquement$ seulement$ n'ai_que
  se_baseia só_tenho apenas$ 基于 依据 仅凭 仅供 只有 仅有 鉴于 仅依 完全来自 基づ だけ しかない
  만을 바탕 근거로 만_있어 only_the_abstract no_full_text kein_volltext from_the_title
  just_an_excerpt solo_en solamente exclusivamente repose repos só_no apenas_no 只看到
verify
  verify$ double-check check_the check_all guess inaccurate$ inferred$ prüfen$ prüf$
  gleichen_sie ungenau verificar$ comprobar$ revisar$ inexact vérifier$ contrôler$ incertain
  conferir$ checar$ 核对 核实 对照 推测 推断 不准确 不全 有误 ご確認 お確かめ 不正確 확인해
  확인하 부정확 comprueb revis[ae] überprüf checked_against could_not_be_checked 自行 務必 务必
language
  english$ chinese$ german$ french$ spanish$ japanese$ korean$ portuguese$ englisch deutsch
  chinesisch inglés$ español$ castellano$ chino$ inglês$ português$ chinês$ anglais$ français$
  chinois$ 英文 中文 英语 汉语 日文 英語 日本語 영어 한국어 우리말
meaning
  sinngemäß viene_a_decir juega_con spielt_mit gespielt$ ao_pé_da_letra littéralement
  literalmente means$ meaning$ meant$ refers_to stands_for denotes$ alludes$ hints$ suggests$
  bedeutet$ heißt$ gemeint$ besagt$ meint$ spielt_auf anspiel signific quiere_decir alude$
  se_refiere hace_referencia quer_dizer se_refere signifi veut_dire renvoie$ allusion jeu_de
  意思 意为 意指 指的是 是指 含义 暗示 理解为 说的是 讲的是 典故 即指 指模型 意味 指し もじ 뜻
  의미 가리
option
  option$ variant$ alternativ suggestion proposal$ proposed$ possible$ vorschlag variante$
  möglich$ möglich opción posible$ propuesta sugerencia variante opção sugestão possível
  proposta proposition$ 方案 选项 建议译 译法 也可 可译 或译 又译 候補 訳例 案[1ABab１] 후보
  번역안
might
  could$ might$ would$ seems$ appears_to presumably offenbar wohl$ parece$ parecer$ semble$
  ficaria おそらく 듯 one_may you_may könnte$ würde$ ließe$ lässt_sich wäre$ podría$ se_puede
  puede$ sería$ quedaría$ cabe$ poderia$ pode$ seria$ ficaria$ pourrait$ serait$ donnerait$
  on_peut 可以 大概 应该是 似乎 不妨 一般 でしょう かもしれ と思われ れます 수_있 듯합 것_같
  정도 one_would
work
  paper$ work$ article$ study$ arbeit$ artikel$ paper artículo trabajo$ estudio$ artigo
  trabalho$ estudo$ travail$ étude$ 这篇 该论文 本论文 论文 该文 本文[をがは] 論文 この研究 논문
  연구
about
  about$ deals$ concerns$ presents$ proposes$ discusses$ handelt$ geht_es befasst$ beschreibt$
  trata$ habla$ presenta$ fala$ apresenta$ traite$ parle$ présente$ s'agit 讨论 讲的 关于
  研究的是 提出 涉及 主要 に関する について 扱って 관한 다룹니다 대한
studied
  method$ methods$ results$ experiments$ methode$ ergebnisse$ verfahren$ método resultados$
  méthode$ résultats$ 方法 实验 结果 手法 実験 方法は 結果 방법은 실험 결과는
research
  prompts$ 提示词 プロンプト 프롬프트 agent agente エージェント 에이전트 智能体 error$ errors$
  fehler$ errores$ erreurs$ erros$ 错误 误差 誤り 오류 口译员 interpreters$ speakers$ raters$
  readers$ leser$ lectores$ lecteurs$ leitores$ 读者 読者 독자 提出 证明 表明 participants$
  teilnehmer$ words_per hours$ authors$ author$ model(?!_names) (?<!of_the_)models$ data$
  dataset$ datasets$ benchmark baseline accuracy$ train$ trained$ training$ encoder decoder
  annotators$ users$ we$ our$ metric robot network score$ scores$ bleu$ agent$ agents$ autoren$
  modell(?!name) daten$ datensatz genauigkeit nutzer teilnehmer annotator roboter autores$
  modelo$ (?<!nombres_de_)(?<!nomes_de_)modelos$ datos$ dados$ precisión usuarios$ usuários$
  auteurs$ modèle$ (?<!noms_de_)modèles$ données$ utilisateurs$ système sistema$ 我们 本研究
  本文(?![をがはの]) 该方法 该模型 作者 模型(?!名) 数据(?!集名) 基准 基线 参与者 标注者 用户
  机器人 网络 训练 译者 著者 モデル(?!名) データ 参加者 ロボット ユーザ 翻訳者 저자
  모델(?!_이름) 데이터 참가자 로봇 사용자 번역가
"""


def _by_role() -> dict[str, re.Pattern[str]]:
    found = {}
    for entry in re.split(r"\n(?=\w)", _TABLE.strip()):
        name, *stems = entry.split()
        words = [s.replace("_", " ") for s in stems]
        east = [w.removesuffix("$") for w in words if max(w) >= "\u3040"]
        west = [w[:-1] + _WORD_ENDS if w.endswith("$") else w for w in words if max(w) < "\u3040"]
        found[name] = regex("|".join([rf"(?<![a-zà-ɏ0-9_])(?:{'|'.join(west)})", *east]))
    return found


_ROLES = _by_role()


def without(text: str, names: Iterable[str]) -> str:
    """`text` in lower case without the words of these roles."""
    lower = text.lower()
    for name in names:
        lower = _ROLES[name].sub(" ", lower)
    return lower


@lru_cache(maxsize=256)
def roles_of(text: str) -> frozenset[str]:
    """The roles of a short text in any case; of what it quotes, the caller takes care."""
    lower = text.lower()
    return frozenset(name for name, pattern in _ROLES.items() if pattern.search(lower))
