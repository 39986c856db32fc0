"""A reader who has seen enough, as `head`, loses nothing that was asked for."""

import subprocess
import sys


def test_a_reader_that_closes_the_pipe_does_not_cost_the_report(tmp_path):
    (tmp_path / "rows.csv").write_text("a,b\n" + "".join(f"{i},{i % 7}\n" for i in range(200)), encoding="utf-8")
    command = f'"{sys.executable}" -m nohero audit "{tmp_path / "rows.csv"}" -q -o "{tmp_path / "report.html"}" | head -c 1'
    subprocess.run(["sh", "-c", command], check=True, capture_output=True)
    assert (tmp_path / "report.html").stat().st_size > 1000
