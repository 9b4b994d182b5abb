/* SPDX-License-Identifier: Apache-2.0 */
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.CompactionState;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;
import org.apache.hadoop.hbase.client.RegionInfo;
import org.apache.hadoop.hbase.io.hfile.HFilePrettyPrinter;
import org.apache.hadoop.hbase.tool.BulkLoadHFilesTool;
import org.apache.hadoop.hbase.util.Bytes;
import org.apache.hadoop.util.ToolRunner;

/**
 * What operators and HBase itself do to tables: one command a line on standard input, one line of
 * answer, "ok ..." or "failed ...". Commands end when HBase is done with them.
 */
public class Admin {
  private static final Configuration CONF = HBaseConfiguration.create();

  /* BulkLoadHFilesTool ends with its process: what it says is its exit code. */
  private static String load(String folder, String table) throws Exception {
    int code = ToolRunner.run(CONF, new BulkLoadHFilesTool(CONF), new String[] {folder, table});
    if (code != 0) {
      throw new IllegalStateException("BulkLoadHFilesTool: exit code " + code);
    }
    return "";
  }

  /* How many cells HBase's printer finds, reading keys, values and order; or what it warns of. */
  private static String print(String file) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    HFilePrettyPrinter printer = new HFilePrettyPrinter(CONF);
    try (PrintStream out = new PrintStream(bytes)) {
      printer.setPrintStreams(out, out);
      if (printer.run(new String[] {"-m", "-v", "-k", "-s", "-f", "file://" + file}) != 0) {
        throw new IllegalStateException(bytes.toString());
      }
    }
    String said = bytes.toString();
    if (said.contains("WARN")) {
      throw new IllegalStateException(said);
    }
    return said.replaceAll("(?s).*Scanned kv count -> (\\d+).*", "$1");
  }

  private static String compact(org.apache.hadoop.hbase.client.Admin admin, TableName table)
      throws Exception {
    admin.flush(table);
    admin.majorCompact(table);
    for (int i = 0; i < 10 || admin.getCompactionState(table) != CompactionState.NONE; i++) {
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return "";
  }

  private static String merge(org.apache.hadoop.hbase.client.Admin admin, List<RegionInfo> regions)
      throws Exception {
    byte[][] names = regions.stream().map(RegionInfo::getEncodedNameAsBytes).toArray(byte[][]::new);
    admin.mergeRegionsAsync(names, true).get(60, TimeUnit.SECONDS);
    return "";
  }

  private static void awaitOnline(org.apache.hadoop.hbase.client.Admin admin, TableName table)
      throws Exception {
    while (!admin.isTableAvailable(table)) {
      TimeUnit.MILLISECONDS.sleep(50);
    }
  }

  private static String run(org.apache.hadoop.hbase.client.Admin admin, String[] words)
      throws Exception {
    if (words[0].equals("load")) {
      return load(words[1], words[2]);
    }
    if (words[0].equals("print")) {
      return print(words[1]);
    }

    TableName table = TableName.valueOf(words[1]);
    List<RegionInfo> regions = admin.getRegions(table);
    RegionInfo region = words.length > 2 && words[2].matches("\\d") ? regions.get(Integer.parseInt(words[2])) : null;

    switch (words[0]) {
      case "regions":
        return Integer.toString(regions.size());
      case "compact":
        return compact(admin, table);
      case "split": /* TABLE REGION KEY */
        admin.splitRegionAsync(region.getRegionName(), Bytes.toBytes(words[3])).get(60, TimeUnit.SECONDS);
        awaitOnline(admin, table);
        return "";
      case "merge": /* TABLE FIRST LAST */
        merge(admin, regions.subList(Integer.parseInt(words[2]), Integer.parseInt(words[3]) + 1));
        awaitOnline(admin, table);
        return "";
      case "move": /* TABLE REGION: to a server of HBase's choice, where there is one, the same again */
        admin.move(region.getEncodedNameAsBytes());
        awaitOnline(admin, table);
        return "";
      case "unassign":
        admin.unassign(region.getRegionName());
        return "";
      case "assign":
        admin.assign(region.getRegionName());
        awaitOnline(admin, table);
        return "";
      default:
        throw new IllegalArgumentException(words[0]);
    }
  }

  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    try (Connection connection = ConnectionFactory.createConnection(CONF);
        org.apache.hadoop.hbase.client.Admin admin = connection.getAdmin()) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        try {
          System.out.println("ok " + run(admin, line.split(" ")));
        } catch (Exception problem) {
          System.out.println("failed " + problem.toString().replace('\n', ' '));
        }
      }
    }
  }
}
