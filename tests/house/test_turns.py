"""Writers on SQLite take turns: nobody is passed over, nobody waits for the dead, and whoever is impatient is told so."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from lms.db.session import bookkeeping, db
from lms.db.turns import Line, WaitedInVain

pytestmark = pytest.mark.database("sqlite")

HOLD = """
import sys, time
from pathlib import Path
from lms.db.turns import Line
line = Line(Path(sys.argv[1]))
line.enter(5)
print("in", flush=True)
time.sleep(60)
"""


def test_threads_take_turns_and_each_gets_one(tmp_path: Path) -> None:
    line, inside, most = Line(tmp_path / "turns"), 0, 0
    counted = threading.Lock()

    def work() -> None:
        nonlocal inside, most
        for _ in range(20):
            line.enter(10)
            with counted:
                inside += 1
                most = max(most, inside)
            time.sleep(0.0005)
            with counted:
                inside -= 1
            line.leave()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert most == 1
    assert not any(thread.is_alive() for thread in threads)


def test_another_process_holds_the_line_until_it_dies(tmp_path: Path) -> None:
    path = tmp_path / "turns"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    holder.stdout.readline()
    line = Line(path)
    with pytest.raises(WaitedInVain):
        line.enter(0.05)
    holder.kill()
    holder.wait()
    line.enter(5)
    line.leave()


def test_a_busy_database_is_an_operational_error_and_frees_the_line(app: Flask) -> None:
    with app.app_context():
        other = db.engine.connect()
        other.execute(text("SELECT 1"))  # outside a request a transaction begins as a writer's
        with pytest.raises(OperationalError), bookkeeping(is_patient=False) as own:
            own.execute(text("SELECT 1"))
        other.rollback()
        with bookkeeping(is_patient=False) as own:
            own.execute(text("SELECT 1"))
        other.close()


def test_a_failed_transaction_gives_up_its_turn(app: Flask) -> None:
    with app.app_context():
        for _ in range(3):
            with pytest.raises(OperationalError):
                db.session.execute(text("SELECT * FROM no_such_table"))
            db.session.rollback()
        db.session.execute(text("SELECT 1"))
        db.session.commit()
