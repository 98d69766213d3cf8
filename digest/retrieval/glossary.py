"""Translates the Chinese words of papers and questions into English, so that a Chinese question
finds English text without a model.

The longest words match first; a word may have several translations. The glossary widens a search
and decides nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache

_TABLE = """
大语言模型 large language model llm;语言模型 language model;视觉语言 vision language vlm;多模态 multimodal;大模型 large model llm;基础模型 foundation model;世界模型 world model;扩散模型 diffusion model;扩散 diffusion;
生成模型 generative model;生成 generation generate;图像 image;视频 video;音频 audio;语音 speech voice;文本 text;文字 text;配音 dub dubbing;口型 lip sync;唇 lip;对口型 lip sync;说话人 talking head speaker;
数字人 avatar talking head;人脸 face facial;机器人 robot robotic;操作 manipulation;抓取 grasp grasping;动作 action;动态 dynamic;静态 static;物体 object;目标检测 object detection;检测 detection;分割 segmentation;
分类 classification;识别 recognition;跟踪 tracking;重建 reconstruction;渲染 rendering;打光 relighting lighting;重打光 relighting;光照 lighting illumination relighting;光 light;物理 physics physical;三维 3d;点云 point cloud;
高斯 gaussian splatting;深度 depth;深度学习 deep learning;神经网络 neural network;强化学习 reinforcement learning;监督 supervised supervision;自监督 self supervised;无监督 unsupervised;预训练 pretraining pretrained;微调 fine tuning finetuning;
训练 training train trained;推理 inference reasoning;推断 inference;数据集 dataset data;数据 data;基准 benchmark baseline;基线 baseline;评测 benchmark evaluation;评估 evaluation evaluate metric;指标 metric measure;实验 experiment;结果 result;
准确率 accuracy;精度 accuracy precision;召回 recall;性能 performance;速度 speed fast;延迟 latency;效率 efficiency efficient;参数 parameter;显存 memory gpu;内存 memory;算力 compute gpu;显卡 gpu;
代码 code github;开源 open source code release;公开 release public available;链接 link url;方法 method approach;模型 model;架构 architecture;结构 structure architecture;模块 module;编码器 encoder;解码器 decoder;
注意力 attention;损失 loss;目标函数 objective;优化 optimization optimize;算法 algorithm;公式 equation formula;假设 assumption hypothesis;证明 proof prove;理论 theory theoretical;局限 limitation;限制 limitation limit;不足 limitation;缺点 limitation drawback;
未来 future work;贡献 contribution;创新 novelty novel;动机 motivation;背景 background;相关工作 related work;结论 conclusion;摘要 abstract;引言 introduction;消融 ablation;对比 compare comparison;比较 compare comparison;区别 difference;
优势 advantage;提升 improvement improve;错觉 illusion;幻觉 hallucination;视错觉 visual illusion;感知 perception perceive;记忆 memory recall;压缩 compression compress;编码 coding encoding;智能 intelligence;统一 unified unification;
创意 creative creativity;概率 probability;编辑 editing edit;参考 reference;资产 asset;单步 one step;一步 one step;潜空间 latent space;潜在空间 latent space;无潜 latent free;像素 pixel;流匹配 flow matching;均值流 mean flow;分辨率 resolution;
翻译 translation translate;摘要生成 summarization;问答 question answering;对话 dialogue conversation;情感 sentiment emotion;检索 retrieval;搜索 search;推荐 recommendation;知识图谱 knowledge graph;知识 knowledge;图 graph;图神经网络 graph neural network;
时间序列 time series;异常 anomaly;安全 safety security;隐私 privacy;攻击 attack;防御 defense;越狱 jailbreak;提示 prompt;提示词 prompt;对齐 alignment;偏见 bias;公平 fairness;鲁棒 robust robustness;泛化 generalization;迁移 transfer;
联邦学习 federated learning;蒸馏 distillation;量化 quantization;剪枝 pruning;稀疏 sparse;长上下文 long context;上下文 context;智能体 agent;代理 agent;规划 planning;自动驾驶 autonomous driving;驾驶 driving;导航 navigation;遥感 remote sensing satellite;
医学 medical;医疗 medical clinical;癌 cancer;蛋白质 protein;分子 molecule molecular;药物 drug;天气 weather;气候 climate;手 hand;人体 human body;姿态 pose;动作捕捉 motion capture;运动 motion;场景 scene;视角 view viewpoint;相机 camera;
用户 user;标注 annotation annotate;标注者 annotator;众包 crowdsourcing;规模 size scale;多少 number;多大 size;语料 corpus;词向量 word embedding;嵌入 embedding;句子 sentence;单词 word;词 word token;词元 token;语言 language;英语 english;中文 chinese;
德语 german;法语 french;诗 poem poetry;音乐 music;游戏 game;数学 math mathematical;编程 programming code;软件 software;网络 network;层 layer;学习率 learning rate;批 batch;轮 epoch;超参数 hyperparameter;温度 temperature;采样 sampling;噪声 noise;
水印 watermark;伪造 forgery deepfake;质量 quality;人工 human manual;专家 expert;题 question;问题 question problem;任务 task;挑战 challenge;应用 application;硬件 hardware;时间 time;成本 cost;能耗 energy;误差 error;方差 variance;显著 significant;
综述 survey review;机制 mechanism;可解释 interpretable explainability;因果 causal;量子 quantum;材料 material;建筑 building architecture;卫星 satellite;农业 agriculture;教育 education;法律 legal;金融 finance financial;新闻 news;社交媒体 social media;仇恨 hate speech
"""


@lru_cache(maxsize=1)
def _glossary() -> tuple[re.Pattern[str], dict[str, str]]:
    entries: dict[str, str] = {}
    for entry in re.split(r"[;\n]+", _TABLE):
        word, _, english = entry.strip().partition(" ")
        if word:
            entries[word] = english
    longest = sorted(entries, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest))), entries


def english_of(text: str) -> list[str]:
    """Returns the English words of each known Chinese word in `text`."""
    pattern, entries = _glossary()
    return [entries[m[0]] for m in pattern.finditer(text)]
