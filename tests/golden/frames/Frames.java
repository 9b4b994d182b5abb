/* SPDX-License-Identifier: Apache-2.0 */

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.apache.hadoop.hbase.thrift2.generated.TColumn;
import org.apache.hadoop.hbase.thrift2.generated.TColumnValue;
import org.apache.hadoop.hbase.thrift2.generated.TDelete;
import org.apache.hadoop.hbase.thrift2.generated.TDeleteType;
import org.apache.hadoop.hbase.thrift2.generated.THBaseService;
import org.apache.hadoop.hbase.thrift2.generated.TPut;
import org.apache.thrift.protocol.TBinaryProtocol;
import org.apache.thrift.protocol.TCompactProtocol;
import org.apache.thrift.protocol.TProtocol;
import org.apache.thrift.transport.TMemoryBuffer;

/** Prints frames.txt: what HBase's own Java client sends for the rows of tests/unit/hbase-frame.c. */
public class Frames {
  static final String[][] COLUMNS = {{"info", "name"}, {"info", "mail"}, {"x", ""}, {"x", "q\0\u00ff"}};

  record Cell(int column, String value) {
    ByteBuffer family() {
      return bytes(COLUMNS[column][0]);
    }

    ByteBuffer qualifier() {
      return bytes(COLUMNS[column][1]);
    }
  }

  record Row(String name, String key, long timestamp, boolean tombstone, Cell... cells) {}

  static final Row[] ROWS = {
    new Row("one cell", "r1", 1, false, new Cell(0, "Ada")),
    new Row("an empty value", "r2", 0, false, new Cell(1, "")),
    new Row("binary", "\0\u00ff\u0080", 1700000000000L, false, new Cell(3, "\0\1\u00fe"), new Cell(2, "\u00c3\u00a9")),
    new Row("the latest time", "r3", Long.MAX_VALUE - 1, false, new Cell(1, "m")),
    new Row("puts and deletions", "r4", 77, false,
        new Cell(0, "a"), new Cell(1, null), new Cell(2, "b"), new Cell(3, null)),
    new Row("deletions alone", "r5", 78, false, new Cell(2, null)),
    new Row("a tombstone", "r6", 79, true),
  };

  /** One byte a character. */
  static ByteBuffer bytes(String text) {
    return ByteBuffer.wrap(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  static List<TPut> puts(Row row) {
    List<TColumnValue> values = new ArrayList<>();
    for (Cell cell : row.cells()) {
      if (cell.value() != null) {
        values.add(new TColumnValue(cell.family(), cell.qualifier(), bytes(cell.value())));
      }
    }
    if (values.isEmpty()) {
      return Collections.emptyList();
    }
    return List.of(new TPut(bytes(row.key()), values).setTimestamp(row.timestamp()));
  }

  static List<TDelete> deletes(Row row) {
    List<TColumn> columns = new ArrayList<>();
    for (Cell cell : row.cells()) {
      if (cell.value() == null) {
        columns.add(new TColumn(cell.family()).setQualifier(cell.qualifier()).setTimestamp(row.timestamp()));
      }
    }
    TDelete delete = new TDelete(bytes(row.key()));
    if (row.tombstone()) {
      delete.unsetDeleteType();
      return List.of(delete.setTimestamp(row.timestamp()));
    }
    if (columns.isEmpty()) {
      return Collections.emptyList();
    }
    return List.of(delete.setColumns(columns).setDeleteType(TDeleteType.DELETE_COLUMNS));
  }

  static void print(boolean compact, Row row, List<TPut> puts, List<TDelete> deletes) throws Exception {
    TMemoryBuffer memory = new TMemoryBuffer(256);
    TProtocol protocol = compact ? new TCompactProtocol(memory) : new TBinaryProtocol(memory);
    THBaseService.Client client = new THBaseService.Client(protocol);
    if (puts != null) {
      client.send_putMultiple(bytes("ns:people"), puts);
    } else {
      client.send_deleteMultiple(bytes("ns:people"), deletes);
    }
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < memory.length(); i++) {
      hex.append(String.format("%02x", memory.getArray()[i]));
    }
    System.out.println((compact ? "compact" : "binary") + " " + (puts != null ? "put" : "delete") + " " + hex + " "
        + row.name());
  }

  public static void main(String[] args) throws Exception {
    System.out.println("# protocol, kind, the call's bytes (sequence 1), the row. Made with HBase 2.6.1's jars:");
    System.out.println("# java -cp 'JARS/*' tests/golden/frames/Frames.java > tests/golden/frames/frames.txt");
    for (boolean compact : new boolean[] {false, true}) {
      for (Row row : ROWS) {
        List<TPut> puts = puts(row);
        List<TDelete> deletes = deletes(row);
        if (!puts.isEmpty()) {
          print(compact, row, puts, null);
        }
        if (!deletes.isEmpty()) {
          print(compact, row, null, deletes);
        }
      }
    }
  }
}
