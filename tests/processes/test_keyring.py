"""Sealing: no two values share a nonce, not among threads and not with a forked child."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from models.keyring import NONCE_BYTES, Keyring
from models.randomness import DRAWN
from models.settings import Key
from tests.house import ROOT

RING = Keyring([Key("k1", bytes(32))])
BEGIN = 1 + len("k1")


def _nonces(count: int) -> list[bytes]:
    return [RING.encrypt(b"")[BEGIN : BEGIN + NONCE_BYTES] for _ in range(count)]


def test_threads_never_share_a_nonce() -> None:
    with ThreadPoolExecutor(8) as threads:
        drawn = [nonce for nonces in threads.map(_nonces, [3 * DRAWN] * 8) for nonce in nonces]
    assert len(set(drawn)) == len(drawn)


FORKING = """
import os
from models.randomness import Pool
pool = Pool(12)
pool.draw()
inlet, outlet = os.pipe()
if not os.fork():
    os.write(outlet, b"".join(pool.draw() for _ in range(100)))
    os._exit(0)
os.wait()
childs = os.read(inlet, 1200)
own = {pool.draw() for _ in range(300)}
print(len(childs), len(own & {childs[at : at + 12] for at in range(0, 1200, 12)}))
"""


def test_a_forked_child_draws_its_own() -> None:
    # In a program of its own: this one has threads, and a fork would leave their locks as they are.
    told = subprocess.run([sys.executable, "-c", FORKING], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["1200", "0"]


def test_what_was_sealed_opens_again() -> None:
    assert RING.decrypt(RING.encrypt("값".encode(), b"where"), b"where") == "값".encode()
