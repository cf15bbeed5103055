"""Devices that find each other by mDNS: avahi-daemon and a message bus in a network of their own.

Needs root, `unshare`, dbus-daemon and avahi-daemon; says so and passes where one of them is missing, or where the
programs were built without Avahi. The rest of discovery is tested without a network (tests/unit/sync)."""
import os
import shutil
import socket
import struct
import subprocess
import sys
import time

import harness
from peers import Serving

BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={path}</listen><auth>EXTERNAL</auth>
<policy context="default"><allow user="*"/><allow own="*"/><allow send_destination="*" eavesdrop="true"/>
<allow receive_sender="*"/></policy></busconfig>
"""
AVAHI = """[server]
use-ipv4=yes
use-ipv6=no
allow-interfaces=lo
[publish]
publish-hinfo=no
publish-workstation=no
"""
INSIDE = "COTMOC_E2E_OWN_NETWORK"


def missing():
    absent = [name for name in ("unshare", "ip", "dbus-daemon", "avahi-daemon") if shutil.which(name) is None]
    return f"no {absent[0]}" if absent else ("not root" if os.geteuid() != 0 else "")


class Neighbours(harness.Fleet):
    def setUp(self):
        super().setUp()
        self.start_network()
        self.make_authority()
        self.make_device("one")
        self.make_device("two")
        asked = self.run_program("cotmoc", "-C", self.work / "two", "sync", "--peer", "auto", expect=None)
        if b"without Avahi" in asked.stderr:
            self.skipTest("built without Avahi")

    def start_network(self):
        bus = self.work / "bus"
        (self.work / "bus.conf").write_text(BUS.format(path=bus))
        (self.work / "avahi.conf").write_text(AVAHI)
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = f"unix:path={bus}"
        self.run_beside("dbus-daemon", f"--config-file={self.work / 'bus.conf'}", "--nofork")
        harness.wait_until(bus.exists)
        self.run_beside("avahi-daemon", "--no-drop-root", "--no-chroot", "--no-rlimits", "-f",
                        str(self.work / "avahi.conf"))
        self.run_program("cotmoc", "--version")
        harness.wait_until(lambda: subprocess.run(
            ["dbus-send", "--system", "--print-reply", "--dest=org.freedesktop.Avahi", "/",
             "org.freedesktop.Avahi.Server.GetState"], capture_output=True).stdout.rstrip().endswith(b"int32 2"))

    def run_beside(self, *command):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)

        def end():
            process.terminate()
            process.wait(30)
        self.addCleanup(end)

    def seen_by_everybody(self):
        """What is answered to any program on the network that asks for the service, as it stands on the line."""
        labels = b"".join(bytes([len(label)]) + label for label in (b"_cotmoc", b"_tcp", b"local")) + b"\0"
        question = struct.pack(">6H", 0, 0, 1, 0, 0, 0) + labels + struct.pack(">2H", 12, 1)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
            asking.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton("127.0.0.1"))
            asking.bind(("127.0.0.1", 0))
            asking.settimeout(2)
            for _ in range(15):
                asking.sendto(question, ("224.0.0.251", 5353))
                try:
                    return asking.recv(65536)
                except TimeoutError:
                    pass
        self.fail("nobody answers")

    def test_found_by_who_shares_a_space_and_by_nobody_else(self):
        quiet = Serving(self, "one")
        words = self.fails("connection_failed", "two", "sync", "--peer", "auto")
        self.assertIn("no device of this province was found", words)
        quiet.stop()

        record = self.add_delegation("one", "partner=Attapeu")
        serving = Serving(self, "one", "--announce")
        report = self.json("two", "sync", "--peer", "auto")
        self.assertTrue(report["complete"])
        self.assertEqual(serving.line()["name"], "two")
        self.assertEqual(self.json("two", "show", record)["fields"]["partner"], "Attapeu")

        seen = self.seen_by_everybody()
        self.assertIn(b"_cotmoc", seen)
        self.assertIn(b"v=1", seen)
        device = self.json("one", "status")["device"]
        secrets = ("one", "tinh-a", "huyen", device[:12], socket.gethostname())
        for secret in filter(None, secrets):
            self.assertNotIn(secret.lower().encode(), seen.lower().replace(b"_cotmoc", b""))

        # Devices of another province on the same network see a stranger.
        own, self.work = self.work, self.work / "other"
        self.work.mkdir()
        self.make_authority()
        self.make_device("one")
        self.fails("connection_failed", "one", "sync", "--peer", "auto")
        self.work = own
        self.assertEqual(serving.stop()[0], 0)
        self.fails("connection_failed", "two", "sync", "--peer", "auto")

    def test_without_a_daemon(self):
        os.environ["DBUS_SYSTEM_BUS_ADDRESS"] = "unix:path=" + str(self.work / "nobody")
        self.fails("connection_failed", "two", "sync", "--peer", "auto")
        self.fails("connection_failed", "two", "serve", "--listen", "127.0.0.1:0", "--announce")


if __name__ == "__main__":
    reason = missing()
    if reason:
        print(f"skipped: {reason}")
    elif os.environ.get(INSIDE):
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
        subprocess.run(["ip", "link", "set", "lo", "multicast", "on"], check=True)
        os.makedirs("/run/avahi-daemon", exist_ok=True)
        harness.main()
    else:
        # A network and a /run of its own, so that no daemon of the machine is disturbed or asked.
        os.environ[INSIDE] = "1"
        began = time.monotonic()
        status = subprocess.run(["unshare", "--net", "--mount", "sh", "-c",
                                 'mount -t tmpfs none /run && exec python3 "$@"', "sh", *sys.argv]).returncode
        print(f"{time.monotonic() - began:.0f} s")
        sys.exit(status)
