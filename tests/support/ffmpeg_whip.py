"""FFmpeg's own WHIP muxer, through PyAV."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import numpy
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

RATE_FPS, WIDTH, HEIGHT = 15, 320, 180
SOUND_RATE_HZ, SOUND_SAMPLES = 48_000, 960


def ffmpeg_push(url: str, token: str, folder: Path, duration_s: float) -> None:
    """Send a grey picture and silence for `duration_s`, then DELETE. Blocks; raises what FFmpeg says."""
    certificate, key = _certificate(folder)
    options = {"authorization": token, "cert_file": str(certificate), "key_file": str(key)}
    with av.open(url, "w", format="whip", options=options) as output:
        video = output.add_stream(
            "libx264",
            rate=RATE_FPS,
            options={
                "preset": "ultrafast",
                "profile": "baseline",
                "tune": "zerolatency",
                "g": "15",
            },
        )
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        audio = output.add_stream("libopus", rate=SOUND_RATE_HZ)
        audio.layout = "stereo"
        grey = numpy.full((HEIGHT, WIDTH, 3), 200, numpy.uint8)
        silence = numpy.zeros((1, SOUND_SAMPLES * 2), numpy.int16)
        began = time.monotonic()
        sound_at = 0
        for number in range(int(duration_s * RATE_FPS)):
            picture = av.VideoFrame.from_ndarray(grey, format="rgb24")
            picture.pts = number
            output.mux(video.encode(picture))
            while sound_at * RATE_FPS < (number + 1) * SOUND_RATE_HZ:
                sound = av.AudioFrame.from_ndarray(silence, format="s16", layout="stereo")
                sound.sample_rate, sound.pts = SOUND_RATE_HZ, sound_at
                sound_at += SOUND_SAMPLES
                output.mux(audio.encode(sound))
            time.sleep(max(0.0, began + (number + 1) / RATE_FPS - time.monotonic()))


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A P-256 certificate: the one FFmpeg makes with GnuTLS is on a curve that its own ClientHello leaves out."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "encoder")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    files = folder / "encoder.pem", folder / "encoder.key"
    files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files
