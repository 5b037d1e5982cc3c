"""The embedded PostgreSQL, without the bank around it."""

import shutil
import socket
import stat

import psycopg
import pytest

from bank.sandbox import postgres
from tests import environment

pytestmark = pytest.mark.live


@pytest.fixture
def var():
    folder = environment.new_folder()
    yield folder
    postgres.remove(folder)
    shutil.rmtree(folder)


@pytest.fixture
def start(var):
    started = []

    def start_one():
        server = postgres.Server(var, is_durable=False)
        started.append(server)
        server.start()
        return server

    yield start_one
    for server in started:
        server.stop()


def ask(var, statement, *, user=postgres.APPLICATION):
    place = {"host": str(postgres.socket_directory(var)), "user": user, "dbname": postgres.DATABASE}
    with psycopg.connect(**place, autocommit=True) as connection:
        return connection.execute(statement).fetchone()


def test_keeps_what_was_written_over_a_stop_and_a_start(var, start):
    first = start()
    with psycopg.connect(
        host=str(postgres.socket_directory(var)), user=postgres.OWNER, dbname=postgres.DATABASE
    ) as connection:
        connection.execute("create table kept as select 42 as answer")
    first.stop()

    start()

    assert ask(var, "select answer from kept", user=postgres.OWNER) == (42,)
    assert not first.is_running()


def test_stops_a_server_that_was_left_behind(var, start):
    orphan = start()

    start()

    assert not orphan.is_running()
    assert ask(var, "select 1") == (1,)


def test_is_reached_by_its_own_user_over_a_socket_alone(var, start):
    start()

    assert ask(var, "show listen_addresses") == ("",)
    assert stat.S_IMODE(postgres.socket_directory(var).stat().st_mode) == 0o700


def test_gives_the_application_a_role_that_may_nothing_by_itself(var, start):
    start()

    flags = "rolsuper or rolcreaterole or rolcreatedb or rolbypassrls"
    assert ask(var, f"select {flags} from pg_roles where rolname = current_user") == (False,)


def test_says_in_one_sentence_that_the_data_is_of_another_version(var, start):
    data = postgres.home(var) / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")

    with pytest.raises(postgres.PostgresError, match=r"was made by PostgreSQL 9.*make reset"):
        start()


def test_finds_a_short_path_for_the_socket(tmp_path):
    deep = tmp_path / ("d" * 60) / ("e" * 60)

    path = postgres.socket_directory(deep)

    assert path == postgres.socket_directory(deep)
    assert len(str(path)) <= postgres.SOCKET_PATH_BYTES_MAX


def test_is_sent_elsewhere_when_its_account_cannot_reach_the_folder(tmp_path):
    hidden = tmp_path / "hidden"
    hidden.mkdir(mode=0o700)

    home = postgres.home(hidden)

    expected = postgres.private_folder(hidden) if postgres.account() else hidden / "postgres"
    assert home == expected


def test_ignores_a_number_that_is_now_another_process(var, start):
    first = start()
    first.stop()
    (postgres.home(var) / "data" / "postmaster.pid").write_text(f"1\n{socket.gethostname()}\n")

    start()

    assert ask(var, "select 1") == (1,)
