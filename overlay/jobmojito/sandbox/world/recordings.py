"""Stand-ins for recordings: a tenth of a second of silence, as a real WAV file."""

import io
import wave
from functools import cache

RECORDING_MODES = frozenset({"audio_first_5_answers", "audio_all", "video_all", "video_first_5_answers"})

RATE = 8000


@cache
def silence() -> bytes:
    """A playable file."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as writer:
        writer.setparams((1, 1, RATE, 0, "NONE", "not compressed"))
        writer.writeframes(b"\x80" * (RATE // 10))
    return buffer.getvalue()
