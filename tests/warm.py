"""Stages that start at once: forks of a process that has loaded libraries, and nothing of ours.

A stage of a tiny corpus takes a second, and several to import torch and transformers. Tests that
run the graph many times put `shim` in front of PATH: a command called `python` that hands stages to
such a server and everything else to the real one. That nothing differs but the time is tested, too:
tests/test_graph.py runs the graph with the real one and compares every byte.
"""

from __future__ import annotations

import array
import atexit
import gc
import json
import os
import runpy
import socket
import subprocess
import sys
import time
import traceback
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp

LIBRARIES = (
    "numpy", "scipy.signal", "torch", "torch._dynamo", "torchvision", "facenet_pytorch", "cv2",
    "av", "librosa", "h5py", "pydantic", "ruamel.yaml", "safetensors.torch", "lingua", "tqdm",
    "transformers.modeling_utils", "sentence_transformers", "plotly.offline", "vl_convert",
)  # fmt: skip
CLIENT = """#!{python} -S
import array, json, os, socket, sys
if not (sys.argv[1:2] == ["-m"] and sys.argv[2].startswith("stages.")):
    os.execv({python!r}, [{python!r}, *sys.argv[1:]])
with socket.socket(socket.AF_UNIX) as server:
    server.connect({address!r})
    asked = json.dumps([sys.argv[2:], os.getcwd(), dict(os.environ)]).encode()
    files = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [0, 1, 2]))]
    server.sendmsg([len(asked).to_bytes(4, "big")], files)
    server.sendall(asked)
    sys.exit(int(server.recv(8) or b"1"))
"""


@cache
def shim() -> Path:
    """A folder with the command, its server running until this process ends."""
    folder = Path(mkdtemp(prefix="warm"))
    address = folder / "server"
    server = subprocess.Popen([sys.executable, __file__, str(address)], cwd=folder)
    atexit.register(server.kill)
    (folder / "python").write_text(CLIENT.format(python=sys.executable, address=str(address)))
    (folder / "python").chmod(0o755)
    while not address.exists():
        assert server.poll() is None, "the server did not start"
        time.sleep(0.05)
    return folder


def serve(address: str) -> None:
    """Load the libraries, then fork a process for each stage that is asked for."""
    for library in LIBRARIES:
        import_module(library)
    gc.collect()
    gc.freeze()  # what is there by now is nobody's garbage
    listening = socket.socket(socket.AF_UNIX)
    listening.bind(address)
    listening.listen(8)
    while True:
        client, _ = listening.accept()
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if os.fork():
            client.close()
            continue
        listening.close()
        answer(client)


def answer(client: socket.socket) -> None:
    """Run one stage in a process of its own and say how it ended."""
    head, files, *_ = client.recvmsg(4, socket.CMSG_SPACE(3 * 4))
    given = array.array("i")
    given.frombytes(files[0][2])
    left, asked = int.from_bytes(head, "big"), b""
    while len(asked) < left:
        asked += client.recv(left - len(asked))
    stage = os.fork()
    if not stage:
        client.close()
        run(*json.loads(asked), given.tolist())
    status = os.waitstatus_to_exitcode(os.waitpid(stage, 0)[1])
    with suppress(BrokenPipeError):
        client.sendall(str(status if status >= 0 else 128 - status).encode())
    os._exit(0)


def run(arguments: list[str], folder: str, environment: dict[str, str], files: list[int]) -> None:
    """Be `python -m` with these arguments, in that folder; does not return."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv, sys.path[0] = arguments, folder
    sys.dont_write_bytecode = "PYTHONDONTWRITEBYTECODE" in environment
    code = 0
    try:
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)  # to take all libraries down again takes longer than the stage


if __name__ == "__main__":
    serve(sys.argv[1])
