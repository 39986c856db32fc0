"""Where each rule comes from: sections of the recipe's texts, and papers.

The recipe: Andrej Karpathy, "A Recipe for Training Neural Networks" (2019). The steps: Jonathan Hui,
"How to start a deep learning project" (2018).
"""

from __future__ import annotations

RECIPE = "https://karpathy.github.io/2019/04/25/recipe/"
STEPS = "https://medium.com/@jonathan_hui/how-to-start-a-deep-learning-project-d9e1db90fa72"

DATA = f"{RECIPE}#1-become-one-with-the-data"
SKELETON = f"{RECIPE}#2-set-up-the-end-to-end-trainingevaluation-skeleton--get-dumb-baselines"
OVERFIT = f"{RECIPE}#3-overfit"
REGULARISE = f"{RECIPE}#4-regularize"
TUNE = f"{RECIPE}#5-tune"
SQUEEZE = f"{RECIPE}#6-squeeze-out-the-juice"
FINAL = STEPS
LEAKAGE = "Kapoor and Narayanan 2023, Leakage and the reproducibility crisis (doi:10.1016/j.patter.2023.100804)"
WILSON = "Wilson 1927, Probable inference (doi:10.1080/01621459.1927.10502953)"
BOUTHILLIER = "Bouthillier et al. 2021, Accounting for variance in machine learning benchmarks (arXiv:2103.03098)"
BERGSTRA = "Bergstra and Bengio 2012, Random search for hyper-parameter optimization (JMLR 13)"
PLAYBOOK = "https://github.com/google-research/tuning_playbook"
