"""What is said of files that nobody reads: what they are, and how the data in them can be had."""

from __future__ import annotations

from pathlib import Path

PICKLES = "a pickle is never loaded, as loading it can run code: write the data as csv, parquet or npz where it was made"
ARCHIVE = "unpack it, and name the folder or the file inside"
HINTS = {
    ".pkl": PICKLES, ".pickle": PICKLES, ".joblib": PICKLES, ".pt": PICKLES, ".pth": PICKLES,
    ".zip": ARCHIVE, ".tar": ARCHIVE, ".tgz": ARCHIVE, ".7z": ARCHIVE, ".rar": ARCHIVE,
    ".h5": "HDF5: write its arrays with np.savez(file, x=..., y=...), or hand them to nohero.audit in Python",
    ".hdf5": "HDF5: write its arrays with np.savez(file, x=..., y=...), or hand them to nohero.audit in Python",
    ".mat": "write its arrays with np.savez(file, x=..., y=...) (scipy.io.loadmat reads them)",
    ".arff": "write it as csv (scipy.io.arff.loadarff reads it)",
    ".sav": "write it as csv (pyreadstat reads it)", ".dta": "write it as csv (pyreadstat reads it)", ".rds": "write it as csv in R", ".rdata": "write it as csv in R",
    ".xml": "boxes of Pascal VOC are read from the folder that holds them; of other XML write a csv",
    ".pdf": "export the table as csv", ".docx": "save the text as .txt", ".html": "save the table as csv, or the text as .txt",
    ".mp4": "write its frames as pictures, a folder a class", ".avi": "write its frames as pictures, a folder a class",
}  # fmt: skip


def hint_for(path: Path) -> str:
    """What to do with such a file."""
    packed = path.suffix.lower() in (".gz", ".bz2", ".xz") and Path(path.stem).suffix.lower() in (".tar", ".zip", "")
    return ARCHIVE if packed else HINTS.get(path.suffix.lower(), "write the data in one of these forms")
