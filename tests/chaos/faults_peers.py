# SPDX-License-Identifier: Apache-2.0
"""Faults of gateways, HBase and Kafka."""
import json
import time

from faults_network import spoil
from load import LONGEST
from scenarios import scenario
from situation import Failed
from support.hbase import shell
from thriftpy2.thrift import TException

SPLITS = ["order-004000", "order-008000", "order-012000"]

# Moves every region of a table from server to server, ROUNDS times, and balances. Prints how many moves
# HBase has taken.
MOVES = """
java_import org.apache.hadoop.hbase.TableName
admin = org.apache.hadoop.hbase.client.ConnectionFactory.createConnection(
  org.apache.hadoop.hbase.HBaseConfiguration.create).getAdmin
servers = admin.getRegionServers.to_a
moves = 0
ROUNDS.times do |round|
  admin.getRegions(TableName.valueOf('TABLE')).each_with_index do |region, i|
    begin
      admin.move(region.getEncodedNameAsBytes, servers[(round + i) % servers.length])
      moves += 1
    rescue => error
      puts "not moved: #{error.message[0, 100]}"
    end
  end
  sleep 1
end
puts "balanced: #{admin.balance}"
puts "moves=#{moves}"
"""


def broken(s, spoil, mend, hold_s):
    """The load goes on while a part is broken and mended."""
    s.feed_on()
    s.start()
    s.wait_rows(1000)
    s.stack(*spoil)
    s.fault()
    time.sleep(hold_s)
    s.stack(*mend)
    s.recovered()
    s.wait_rows(2000, 120)


@scenario()
def kill_gateway(s):
    """kill -9 of the gateway under load."""
    broken(s, ("kill", "thrift2"), ("up", "thrift2"), 3)


@scenario()
def kill_hbase(s):
    """kill -9 of HBase under load; it recovers from its write-ahead log."""
    broken(s, ("kill", "hbase"), ("up",), 3)


@scenario()
def kill_kafka(s):
    """kill -9 of Kafka under load."""
    broken(s, ("kill", "kafka"), ("up", "kafka"), 3)


@scenario(parts=("region2",), splits=SPLITS, late=False)
def kill_region_server(s):
    """kill -9 of one of two region servers under load; the other takes its regions."""
    spread(s)
    broken(s, ("kill", "region2"), ("up", "region2"), 3)


@scenario(short=True)
def freeze_gateway(s):
    """The gateway is halted for longer than the receive timeout."""
    broken(s, ("freeze", "thrift2"), ("thaw", "thrift2"), 8)


@scenario()
def freeze_hbase(s):
    """HBase is halted for longer than every timeout of gateway and sluice."""
    broken(s, ("freeze", "hbase"), ("thaw", "hbase"), 20)


@scenario()
def freeze_kafka(s):
    """Kafka is halted for longer than the session timeout."""
    broken(s, ("freeze", "kafka"), ("thaw", "kafka"), 12)


@scenario(parts=("gateway2",))
def gateway_failover(s):
    """One of two gateways is killed and comes back, then the other: no pause in the writing."""
    s.use_both_gateways()
    s.feed_on()
    s.start()
    s.wait_rows(1000)
    for part in ("thrift2", "gateway2"):
        s.stack("kill", part)
        s.fault()
        s.recovered()
        s.wait_rows(1000, 20)
        s.stack("up", part)
        s.wait_rows(1000, 20)


@scenario(parts=("gateway2",), rivals=False)
def freeze_one_gateway(s):
    """One of two gateways is halted for longer than the receive timeout, with batches in its hands."""
    s.use_both_gateways()
    s.feed_on()
    s.start()
    s.wait_rows(1000)
    s.stack("freeze", "thrift2")
    s.fault()
    s.recovered()
    s.wait_rows(2000, 30)
    time.sleep(6)
    s.stack("thaw", "thrift2")
    s.wait_rows(1000, 30)


@scenario(parts=("gateway2",))
def rolling_gateways(s):
    """All gateways are restarted, one after the other."""
    s.use_both_gateways()
    s.feed_on()
    s.start()
    s.wait_rows(1000)
    for part in ("thrift2", "gateway2"):
        s.stack("down", part)
        s.fault()
        s.recovered()
        s.stack("up", part)
        s.wait_rows(1000, 20)


@scenario()
def table_disabled(s):
    """The table is disabled under load and enabled again: the service waits."""
    s.feed_on()
    s.start()
    s.wait_rows(1000)
    shell(f"disable '{s.name}'\n")
    s.fault()
    time.sleep(5)
    shell(f"enable '{s.name}'\n")
    s.recovered()


@scenario(refused=0.002)
def rows_refused(s):
    """HBase refuses rows for their size, and while each is looked for the network and the gateway fail."""
    shell(f"alter '{s.name}', CONFIGURATION => {{'hbase.server.keyvalue.maxsize' => '{2 * LONGEST}'}}\n")
    proxy = s.through_proxy()
    s.feed_on()
    s.start()
    s.wait_rows(1000)
    for mode in ("cut", "cut-answer", "garbage", "reset"):
        spoil(s, proxy, mode, 2)
    s.stack("kill", "thrift2")
    s.fault()
    s.stack("up", "thrift2")
    s.recovered()
    s.wait_rows(1000)


@scenario(refused=0.0003)
def rows_cut(s):
    """A row at which the gateway hangs up, now and then; while it is looked for the network fails as well."""
    proxy = s.through_proxy()
    proxy.poison = b"bad-"
    s.feed_on()
    s.start()
    s.wait_rows(1000)
    for mode in ("cut", "cut-answer", "flaky", "reset"):
        spoil(s, proxy, mode, 3)
        s.wait_rows(1000)


@scenario(late=False, splits=["order-007500"])
def region_split(s):
    """Regions split under load."""
    s.feed_on()
    s.start()
    s.wait_rows(1000)
    for i, key in enumerate(("order-003000", "order-012000")):
        shell(f"split '{s.name}', '{key}'\n")
        s.fault()
        s.recovered()
        s.wait(lambda wanted=i + 3: regions(s) >= wanted, f"{i + 3} regions", 60)


@scenario(parts=("region2",), splits=SPLITS, late=False)
def region_moves(s):
    """Regions move between two region servers under load, and the balancer runs."""
    s.feed_on()
    s.start()
    s.wait_rows(1000)
    s.recovered()
    moved = shell(MOVES.replace("TABLE", s.name).replace("ROUNDS", "8")).stdout
    s.faults = int(moved.rsplit("moves=", 1)[1])
    if s.faults < 16:
        raise Failed(f"only {s.faults} regions moved: {moved}")


def regions(s):
    """How many there are; 0 where the gateway cannot tell, because one is just being split."""
    connection = s.thrift1.connection()
    try:
        return len(connection.table(s.name).regions())
    except TException:
        return 0
    finally:
        connection.close()


def spread(s):
    """Both region servers have a part of the table."""
    said = shell(MOVES.replace("TABLE", s.name).replace("ROUNDS", "1")).stdout
    connection = s.thrift1.connection()
    servers = {region["port"] for region in connection.table(s.name).regions()}
    connection.close()
    if len(servers) != 2:
        raise Failed(f"the table is on {json.dumps(sorted(servers))} alone: {said}")
