"""A Slurm of one node for tests, with key, ports and state of its own."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
from contextlib import suppress
from pathlib import Path

from processes import plain_environment, wait_for

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "scontrol")
GPUS = 2
# Where jobs look for it, because the executor takes Slurm's variables out of their environment.
SYSTEM_CONFIGURATION = Path("/etc/slurm/slurm.conf")

CONFIGURATION = """\
ClusterName=test
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge/socket
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
ReturnToService=2
MinJobAge=3600
SlurmdTimeout=5
AccountingStorageType=accounting_storage/none
JobAcctGatherType=jobacct_gather/none
JobCompType=jobcomp/none
MpiDefault=none
GresTypes=gpu
NodeName={host} NodeAddr=127.0.0.1 CPUs=4 RealMemory=64000 Gres=gpu:{gpus} State=UNKNOWN
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
PartitionName=gpu Nodes={host} MaxTime=INFINITE State=UP
"""


def missing():
    """Why there can be no such Slurm here; empty if there can."""
    if os.geteuid() != 0:
        return "Slurm's daemons want to be started by root"
    absent = [program for program in PROGRAMS if shutil.which(program) is None]
    if absent:
        return f"not installed: {', '.join(absent)}"
    if SYSTEM_CONFIGURATION.exists():
        return f"{SYSTEM_CONFIGURATION}: this machine belongs to another Slurm"
    return ""


class SlurmNode:
    """A controller and a node, with character devices that stand in for GPUs.

    Parameters
    ----------
    folder : Path
        For all files; every folder above it must be open to all, as munge demands.
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self.host = socket.gethostname().split(".")[0]
        self.configuration = self.folder / "slurm.conf"
        self.environment = {
            **{key: value for key, value in plain_environment().items() if not key.startswith("SLURM")},
            "SLURM_CONF": str(self.configuration),
        }

    def start(self):
        for name in ("munge", "state", "spool", "devices"):
            (self.folder / name).mkdir()
        key = self.folder / "munge/key"
        key.write_bytes(secrets.token_bytes(1024))
        key.chmod(0o400)
        for index in range(GPUS):
            os.mknod(self.folder / f"devices/gpu{index}", 0o666 | 0o020000, os.makedev(1, 3))
        (self.folder / "gres.conf").write_text(
            f"NodeName={self.host} Name=gpu File={self.folder}/devices/gpu[0-{GPUS - 1}]\n"
        )
        controller_port, node_port = free_ports(2)
        self.configuration.write_text(
            CONFIGURATION.format(
                host=self.host, folder=self.folder, gpus=GPUS, controller_port=controller_port, node_port=node_port
            )
        )
        # What a test left behind that was killed points nowhere.
        SYSTEM_CONFIGURATION.unlink(missing_ok=True)
        SYSTEM_CONFIGURATION.parent.mkdir(exist_ok=True)
        SYSTEM_CONFIGURATION.symlink_to(self.configuration)
        munge = self.folder / "munge"
        files = {"key-file": "key", "socket": "socket", "pid-file": "pid", "log-file": "log", "seed-file": "seed"}
        self._daemon("munged", "--force", *(f"--{option}={munge / name}" for option, name in files.items()))
        self._daemon("slurmctld", "-c", "-f", self.configuration)
        self.start_node()

    def start_node(self):
        self._daemon("slurmd", "-f", self.configuration, "-N", self.host)
        wait_for(lambda: self.ask("sinfo", "--noheader", "--format=%T") in ("idle", "mixed", "allocated"), 60, self.why)

    def stop_node(self):
        """What a power cut does: the node's daemon and all that it runs are gone at once."""
        for pid in self._processes(lambda name, environment: name.startswith("slurm") or "SLURM_JOB_ID" in environment):
            if pid != self._pid("slurmctld.pid"):
                kill(pid)

    def wait_until_missed(self):
        """Wait until the controller has noticed that the node is gone."""
        wait_for(lambda: "down" in self.ask("sinfo", "--noheader", "--format=%T"), 60, self.why)

    def stop(self):
        self.stop_node()
        for name in ("slurmctld.pid", "munge/pid"):
            kill(self._pid(name))
        if SYSTEM_CONFIGURATION.is_symlink() and SYSTEM_CONFIGURATION.readlink() == self.configuration:
            SYSTEM_CONFIGURATION.unlink()

    def ask(self, *command):
        """The output of one of Slurm's commands."""
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False, timeout=60)
        return done.stdout.strip()

    def jobs(self):
        """What the controller knows of every job since the start: a list of mappings."""
        lines = self.ask("scontrol", "--oneliner", "show", "jobs").splitlines()
        return [
            dict(field.split("=", 1) for field in line.split() if "=" in field) for line in lines if "JobId=" in line
        ]

    def why(self):
        """The ends of the daemons' logs."""
        logs = [self.folder / "slurmctld.log", self.folder / "slurmd.log", self.folder / "munge/log"]
        return "\n".join(f"{log}:\n{log.read_text()[-2000:]}" for log in logs if log.exists())

    def _daemon(self, *command):
        subprocess.run(
            [str(part) for part in command],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            check=True,
            timeout=60,
        )

    def _pid(self, name):
        try:
            return int((self.folder / name).read_text())
        except (OSError, ValueError):
            return None

    def _processes(self, wanted):
        """Processes that were started under this Slurm's configuration and that a condition holds for."""
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                pairs = (entry / "environ").read_bytes().decode(errors="replace").split("\0")
                environment = dict(pair.split("=", 1) for pair in pairs if "=" in pair)
                name = (entry / "comm").read_text().strip()
            except OSError:
                continue
            if environment.get("SLURM_CONF") == str(self.configuration) and wanted(name, environment):
                yield int(entry.name)


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


def kill(pid):
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
