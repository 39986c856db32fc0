"""What fitting the classical baselines costs against what `classical.prices` foretells: the ratio should stay near one.

python bench/baseline_prices.py
"""

from __future__ import annotations

import time

from nohero.bring import bring
from nohero.evidence.classical import answers, prices


def main() -> None:
    """Fit each baseline on the built-in sets, twice, and print foretold and measured CPU seconds."""
    print("| set | baseline | foretold s | CPU s | ratio |")
    print("|---|---|---|---|---|")
    for source in ("built-in:digits", "built-in:breast_cancer", "built-in:diabetes", "built-in:wine"):
        problem, _ = bring(source)
        for name, price in prices(problem).items():
            answers(problem, name)  # imports and caches
            began = time.process_time()
            answers(problem, name)
            spent = time.process_time() - began
            print(f"| {source} | {name} | {price:.2f} | {spent:.2f} | {spent / max(price, 0.01):.1f} |")


if __name__ == "__main__":
    main()
