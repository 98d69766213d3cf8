"""Translates the Chinese words of papers and questions into English, so that a Chinese question
finds English text without a model.

The longest words match first; a word may have several translations. The glossary widens a search
and decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from digest.patterns import regex

_TABLE = """
大语言模型 large language model llm;语言模型 language model;视觉语言 vision language vlm;多模态 multimodal;大模型 large model llm;基础模型 foundation model;世界模型 world model;扩散模型 diffusion model;扩散 diffusion;
生成模型 generative model;生成 generation generate;图像 image;视频 video;音频 audio;语音 speech voice;文本 text;文字 text;配音 dub dubbing;口型 lip sync;唇 lip;对口型 lip sync;说话人 talking head speaker;
数字人 avatar talking head;人脸 face facial;机器人 robot robotic;操作 manipulation;抓取 grasp grasping;动作 action;动态 dynamic;静态 static;物体 object;目标检测 object detection;检测 detection;分割 segmentation;
分类 classification;识别 recognition;跟踪 tracking;重建 reconstruction;渲染 rendering;打光 relighting lighting;重打光 relighting;光照 lighting illumination relighting;光 light;物理 physics physical;三维 3d;点云 point cloud;
高斯 gaussian splatting;深度 depth;深度学习 deep learning;神经网络 neural network;强化学习 reinforcement learning;监督 supervised supervision;自监督 self supervised;无监督 unsupervised;预训练 pretraining pretrained;微调 fine tuning finetuning;
提出 propose introduce present;社区 community;细节 detail;介绍 introduce;训练 training train trained;推理 inference reasoning;推断 inference;数据集 dataset data;数据 data;基准 benchmark baseline;基线 baseline;评测 benchmark evaluation;评估 evaluation evaluate metric;指标 metric measure;实验 experiment;结果 result;
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
综述 survey review;机制 mechanism;可解释 interpretable explainability;因果 causal;量子 quantum;材料 material;建筑 building architecture;卫星 satellite;农业 agriculture;教育 education;法律 legal;金融 finance financial;新闻 news;社交媒体 social media;仇恨 hate speech;手机 phone mobile smartphone;移动设备 mobile device;实时 real time;系统 system;收敛 convergence converge;权重 weight;部署 deploy deployment;推广 generalize extend;世界 world;输出 output;输入 input;设备 device;自动 automatic;
人类 human people;作者 author;读者 reader;评论 review comment;虚假 fake false;真实 real genuine true;检测器 detector;分类器 classifier;决策树 decision tree;随机 random;基线 baseline;社区 community;动态 dynamic;稳定 stable stability;留存 retention;
词汇 vocabulary word lexicon;历史 history;新人 newcomer;成员 member;差距 gap difference;距离 distance;度量 measure metric;去除 remove mitigation debias;性别 gender;高估 overestimate;替代 alternative replace;预测 predict prediction;省略 omit;
处理 handle process;类别 category class;少见 infrequent rare;常见 common frequent;均衡 balanced;一致性 agreement consistency;困惑度 perplexity;平滑 smoothing;神经 neural;最快 fastest;实现 implementation implement;样本 sample;语系 language family group;集成 ensemble;
平行 parallel;覆盖 cover;主题 topic;辩论 debate;论坛 forum;堕胎 abortion;大麻 marijuana;粉丝 fan follower;法条 law article;法律 law legal;法院 court;判决 judgment;离婚 divorce;诉讼 proceeding litigation;民事 civil;材料 material;阅读 reading read;隐藏 hidden;
隐藏层 hidden layer;维 dimension dimensional;方向 direction;视觉 visual vision;文档 document;渲染图 rendering;分层 hierarchical;子集 subset;仇恨言论 hate speech;仇恨 hate;推文 tweet;标注的 annotated;收集 collect gather;单层 single layer;复杂 complex;
词向量 word embedding;向量 vector;词典 lexicon dictionary;规则 rule;模板 template;概念 concept;事实 fact;证据 evidence;来源 source;目标 target objective goal;策略 policy strategy;奖励 reward;环境 environment;状态 state;控制 control;任务 task;成功率 success rate;
失败 failure fail;错误 error mistake;错误率 error rate;准确 accurate accuracy;得分 score;分数 score;排名 rank;阈值 threshold;长度 length;宽度 width;大小 size;数量 number amount;比例 ratio proportion;平均 average mean;最大 maximum largest;最小 minimum smallest;
分布 distribution;变化 change variation;影响 effect affect influence impact;原因 reason cause;条件 condition;约束 constraint;范围 range scope;步骤 step;阶段 stage phase;过程 process procedure;迭代 iteration iterative;更新 update;初始化 initialization;正则化 regularization;
梯度 gradient;反向传播 backpropagation;卷积 convolution convolutional;循环 recurrent loop;残差 residual;变换 transform;特征 feature;表示 representation;空间 space;时间 time temporal;频率 frequency;信号 signal;滤波 filter;平台 platform;接口 interface;工具 tool;
服务 service;服务器 server;硬件 hardware;芯片 chip;云 cloud;边缘 edge;带宽 bandwidth;吞吐 throughput;并行 parallel;分布式 distributed;通信 communication;协议 protocol;加密 encryption;信任 trust;风险 risk;监控 monitoring;审查 review audit;许可 license permission;
免费 free;公开的 public;商业 commercial;产品 product;市场 market;价格 price;公司 company;政府 government;政策 policy;社会 social society;文化 culture cultural;女性 female woman;男性 male man;儿童 child;学生 student;教师 teacher;医生 doctor physician;患者 patient;
医院 hospital;疾病 disease;诊断 diagnosis;治疗 treatment;基因 gene genetic;细胞 cell;实验室 laboratory;观察 observation observe;测量 measure measurement;仪器 instrument;温度 temperature;压力 pressure;能量 energy;速率 rate;电池 battery;传感器 sensor;无人机 drone uav;
车辆 vehicle;行人 pedestrian;道路 road;地图 map;城市 city urban;水 water;土壤 soil;植物 plant;动物 animal;海洋 ocean;地球 earth;太空 space;星 star;物质 matter;粒子 particle;方程 equation;矩阵 matrix;函数 function;变量 variable;集合 set;图像分类 image classification;
字符 character;字母 letter;音素 phoneme;语法 grammar syntax;语义 semantic semantics;句法 syntactic syntax;段落 paragraph passage;篇章 discourse;对话系统 dialogue system;情绪 emotion;观点 opinion;立场 stance;偏好 preference;质量评估 quality assessment;
人工标注 manual annotation;手工 manual hand;监督学习 supervised learning;半监督 semi supervised;无需 without require;安全地 safe;总是 always;所有 all every;全部 all;部分 part partial;额外 additional extra;简单 simple;困难 difficult hard;有限 limited;足够 sufficient enough;
传统 conventional traditional;现有 existing;最新 latest recent;先进 state art advanced;流行 popular;广泛 wide widely;首次 first;唯一 only unique;相似 similar;不同 different;独立 independent;共同 joint common;联合 joint;整体 overall whole;局部 local;全局 global;
透明 transparent;刚性 rigid;物体识别 object recognition;像素级 pixel level;帧 frame;视频生成 video generation;音素级 phoneme level;延时 delay latency;误差率 error rate;相关系数 correlation coefficient;相关性 correlation;回归 regression;聚类 clustering cluster;降维 dimensionality reduction;
投影 projection;插值 interpolation;外推 extrapolation;近似 approximation approximate;上界 upper bound;下界 lower bound;复杂度 complexity;计算量 computation compute cost;计算 computation compute;存储 storage memory;压缩率 compression rate;
盲测 blind;喜欢 prefer like;更喜欢 prefer;编写 write;阅读理解 reading comprehension;摘录 excerpt;引用 citation cite;标题 title;关键词 keyword;检索增强 retrieval augmented;幻觉率 hallucination rate;事实性 factuality;忠实 faithful;可靠 reliable;可信 trustworthy credible
"""


_ENTRIES: dict[str, str] = {}
for _entry in _TABLE.strip().replace("\n", "").split(";"):
    _word, _, _english = _entry.strip().partition(" ")
    _ENTRIES[_word] = _english
_KNOWN = regex("|".join(sorted(_ENTRIES, key=len, reverse=True)))


def english() -> Iterator[str]:
    """Yields all English words of the glossary."""
    return (word for said in _ENTRIES.values() for word in said.split())


def english_of(text: str) -> list[str]:
    """Returns the English words of each known Chinese word in `text`."""
    return [_ENTRIES[m[0]] for m in _KNOWN.finditer(text)]


def translated(text: str) -> list[tuple[int, str, str]]:
    """Returns each known Chinese word in `text`: its place, itself, its English words."""
    return [(m.start(), m[0], _ENTRIES[m[0]]) for m in _KNOWN.finditer(text)]
