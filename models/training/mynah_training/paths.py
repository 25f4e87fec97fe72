"""Where things are. Recordings come from MYNAH_DATA, everything made on the way goes to MYNAH_TRAIN."""

import os
from pathlib import Path

TRAINING = Path(__file__).resolve().parents[1]
REPOSITORY = TRAINING.parents[1]
DATA = Path(os.environ.get("MYNAH_DATA", REPOSITORY.parent / "shared" / "data"))
WORK = Path(os.environ.get("MYNAH_TRAIN", TRAINING / "build"))
VOICES = WORK / "voices"
WAKE = REPOSITORY / "models" / "wake"
DEMO = REPOSITORY / "assets" / "demo"
