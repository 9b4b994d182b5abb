/* SPDX-License-Identifier: Apache-2.0 */
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Paths;
import java.util.Collections;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hbase.ArrayBackedTag;
import org.apache.hadoop.hbase.Cell;
import org.apache.hadoop.hbase.CellUtil;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.KeyValue;
import org.apache.hadoop.hbase.KeyValueUtil;
import org.apache.hadoop.hbase.PrivateCellUtil;
import org.apache.hadoop.hbase.client.Scan;
import org.apache.hadoop.hbase.fs.HFileSystem;
import org.apache.hadoop.hbase.io.compress.Compression;
import org.apache.hadoop.hbase.io.encoding.DataBlockEncoding;
import org.apache.hadoop.hbase.io.encoding.IndexBlockEncoding;
import org.apache.hadoop.hbase.io.hfile.BloomFilterMetrics;
import org.apache.hadoop.hbase.io.hfile.CacheConfig;
import org.apache.hadoop.hbase.io.hfile.HFile;
import org.apache.hadoop.hbase.io.hfile.HFileContextBuilder;
import org.apache.hadoop.hbase.io.hfile.HFilePrettyPrinter;
import org.apache.hadoop.hbase.regionserver.BloomType;
import org.apache.hadoop.hbase.regionserver.HStoreFile;
import org.apache.hadoop.hbase.regionserver.StoreFileInfo;
import org.apache.hadoop.hbase.regionserver.StoreFileReader;
import org.apache.hadoop.hbase.regionserver.StoreFileScanner;
import org.apache.hadoop.hbase.regionserver.StoreFileWriter;
import org.apache.hadoop.hbase.util.Bytes;
import org.apache.hadoop.hbase.util.ChecksumType;

/**
 * HBase's own reader and writer of HFiles, for many files in one process.
 *
 * <p>Each line of the plan is a verb and its operands, between tabs:
 *
 * <pre>
 * dump  HFILE CELLS             every cell, forwards, in the form that hfile-pack reads
 * rows  HFILE TEXT              every row, backwards, in hexadecimal
 * ask   HFILE QUESTIONS TEXT    for each key: where seek and reseek lead, and what the filters say
 * print HFILE TEXT              what HFilePrettyPrinter says
 * write CELLS HFILE FAMILY CODEC BLOOM PREFIX BLOCK INDEX SEQUENCE_IDS ENCODING TAGS \
 *       CHECKSUM INDEX_ENCODING
 * </pre>
 *
 * What HBase cannot do is told on standard output: failed, the line, and why.
 */
public final class Hfiles {
  private final Configuration conf;
  private final HFileSystem files;
  private final Method passes;

  private Hfiles() throws Exception {
    conf = HBaseConfiguration.create();
    /* HBase's checksums, as a region server checks them, and not the file system's. */
    files = new HFileSystem(conf, true);
    passes = StoreFileReader.class.getDeclaredMethod("passesBloomFilter", Scan.class, SortedSet.class);
    passes.setAccessible(true);
  }

  private StoreFileReader open(String path) throws IOException {
    HStoreFile file =
        new HStoreFile(
            new StoreFileInfo(conf, files, new Path(path), true),
            BloomType.ROWCOL, /* whichever the file has, but NONE */
            CacheConfig.DISABLED,
            new BloomFilterMetrics());
    file.initReader();
    return file.getReader();
  }

  private static StoreFileScanner scanner(StoreFileReader reader) {
    return reader.getStoreFileScanner(false, true, false, Long.MAX_VALUE, 0, false);
  }

  private static DataOutputStream output(String path) throws IOException {
    return new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(Paths.get(path))));
  }

  private static DataInputStream input(String path) throws IOException {
    return new DataInputStream(new BufferedInputStream(Files.newInputStream(Paths.get(path))));
  }

  private static void put(DataOutputStream to, byte[] bytes) throws IOException {
    to.writeInt(bytes.length);
    to.write(bytes);
  }

  private static byte[] take(DataInputStream from) throws IOException {
    byte[] bytes = new byte[from.readInt()];
    from.readFully(bytes);
    return bytes;
  }

  private void dump(String path, String to) throws IOException {
    StoreFileReader reader = open(path);
    StoreFileScanner scanner = scanner(reader);
    try (DataOutputStream out = output(to)) {
      scanner.seek(KeyValue.LOWESTKEY);
      for (Cell cell = scanner.next(); cell != null; cell = scanner.next()) {
        put(out, CellUtil.cloneRow(cell));
        put(out, CellUtil.cloneQualifier(cell));
        out.writeLong(cell.getTimestamp());
        out.writeByte(cell.getTypeByte());
        put(out, CellUtil.cloneValue(cell));
      }
    }
    scanner.close();
    reader.close(true);
  }

  private void rows(String path, String to) throws IOException {
    StoreFileReader reader = open(path);
    StoreFileScanner scanner = scanner(reader);
    try (PrintStream out = new PrintStream(to)) {
      for (boolean there = scanner.seekToLastRow(); there; ) {
        byte[] row = CellUtil.cloneRow(scanner.peek());
        out.println(Bytes.toHex(row));
        there = scanner.seekToPreviousRow(KeyValueUtil.createFirstOnRow(row));
      }
    }
    scanner.close();
    reader.close(true);
  }

  private static String key(Cell cell) {
    return cell == null ? "-" : Bytes.toHex(PrivateCellUtil.getCellKeySerializedAsKeyValueKey(cell));
  }

  private boolean passes(StoreFileReader reader, byte[] row, byte[] qualifier) throws Exception {
    SortedSet<byte[]> columns = new TreeSet<>(Bytes.BYTES_COMPARATOR);
    columns.add(qualifier);
    Scan get = new Scan().withStartRow(row, true).withStopRow(row, true);
    return (boolean) passes.invoke(reader, get, columns);
  }

  /** Questions: u32 n, n bytes row, u32 n, n bytes qualifier, i64 timestamp, u8 type; ascending. */
  private void ask(String path, String questions, String to) throws Exception {
    StoreFileReader reader = open(path);
    StoreFileScanner random = scanner(reader);
    StoreFileScanner onward = scanner(reader);
    byte[] family = CellUtil.cloneFamily(reader.getFirstKey().get());
    onward.seek(KeyValue.LOWESTKEY);
    try (PrintStream out = new PrintStream(to);
        DataInputStream in = input(questions)) {
      out.printf("%s %d %s%n", reader.getBloomFilterType(), reader.getEntries(), key(reader.midKey().orElse(null)));
      while (in.available() > 0) {
        byte[] row = take(in);
        byte[] qualifier = take(in);
        long timestamp = in.readLong();
        KeyValue asked = new KeyValue(row, family, qualifier, timestamp, KeyValue.Type.codeToType(in.readByte()));
        random.seek(asked);
        onward.reseek(asked);
        out.printf(
            "%s %s %d %d%n",
            key(random.peek()),
            key(onward.peek()),
            passes(reader, row, qualifier) ? 1 : 0,
            reader.passesDeleteFamilyBloomFilter(row, 0, row.length) ? 1 : 0);
      }
    }
    random.close();
    onward.close();
    reader.close(true);
  }

  private void print(String path, String to) throws IOException {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(said);
    HFilePrettyPrinter printer = new HFilePrettyPrinter(new Configuration(conf));
    printer.setPrintStreams(stream, stream);
    int status = printer.run(new String[] {"-m", "-v", "-k", "-a", "-s", "-b", "-f", "file://" + path});
    stream.println("exit " + status);
    Files.write(Paths.get(to), said.toByteArray());
  }

  private void write(String[] words) throws IOException {
    Configuration own = new Configuration(conf);
    own.set("RowPrefixBloomFilter.prefix_length", words[6]);
    own.set("hfile.index.block.max.size", words[8]);
    HFileContextBuilder context =
        new HFileContextBuilder()
            .withCompression(Compression.getCompressionAlgorithmByName(words[4].toLowerCase()))
            .withBlockSize(Integer.parseInt(words[7]))
            .withIncludesMvcc(words[9].equals("1"))
            .withDataBlockEncoding(DataBlockEncoding.valueOf(words[10]))
            .withIncludesTags(words[11].equals("1"))
            .withCompressTags(words[11].equals("1"))
            .withChecksumType(ChecksumType.nameToType(words[12]))
            .withIndexBlockEncoding(IndexBlockEncoding.valueOf(words[13]))
            .withColumnFamily(Bytes.toBytes(words[3]))
            .withCreateTime(1);
    StoreFileWriter writer =
        new StoreFileWriter.Builder(own, CacheConfig.DISABLED, files)
            .withFilePath(new Path(words[2]))
            .withBloomType(BloomType.valueOf(words[5]))
            .withFileContext(context.build())
            .build();
    append(writer, words[1], Bytes.toBytes(words[3]), words[11].equals("1"));
    writer.appendFileInfo(HStoreFile.BULKLOAD_TIME_KEY, Bytes.toBytes(1L));
    writer.appendFileInfo(HStoreFile.BULKLOAD_TASK_KEY, Bytes.toBytes("hfile-pack"));
    writer.appendFileInfo(HStoreFile.MAJOR_COMPACTION_KEY, Bytes.toBytes(true));
    writer.appendFileInfo(HStoreFile.EXCLUDE_FROM_MINOR_COMPACTION_KEY, Bytes.toBytes(false));
    writer.appendTrackedTimestampsToMetadata();
    writer.close();
  }

  private static void append(StoreFileWriter writer, String cells, byte[] family, boolean tagged) throws IOException {
    try (DataInputStream in = input(cells)) {
      for (; ; ) {
        byte[] row;
        try {
          row = take(in);
        } catch (EOFException end) {
          return;
        }
        byte[] qualifier = take(in);
        long timestamp = in.readLong();
        KeyValue.Type type = KeyValue.Type.codeToType(in.readByte());
        byte[] value = take(in);
        writer.append(
            tagged
                ? new KeyValue(row, family, qualifier, timestamp, type, value,
                    Collections.singletonList(new ArrayBackedTag((byte) 70, row)))
                : new KeyValue(row, family, qualifier, timestamp, type, value));
      }
    }
  }

  private void obey(String[] words) throws Exception {
    switch (words[0]) {
      case "dump":
        dump(words[1], words[2]);
        break;
      case "rows":
        rows(words[1], words[2]);
        break;
      case "ask":
        ask(words[1], words[2], words[3]);
        break;
      case "print":
        print(words[1], words[2]);
        break;
      case "write":
        write(words);
        break;
      default:
        throw new IllegalArgumentException(words[0]);
    }
  }

  private static Throwable innermost(Throwable problem) {
    return problem.getCause() == null ? problem : innermost(problem.getCause());
  }

  public static void main(String[] arguments) throws Exception {
    Hfiles self = new Hfiles();
    for (String line : Files.readAllLines(Paths.get(arguments[0]))) {
      try {
        self.obey(line.split("\t", -1));
      } catch (Exception | AssertionError problem) {
        System.out.println("failed\t" + line + "\t" + innermost(problem));
      }
    }
    System.out.println("checksum failures: " + HFile.getAndResetChecksumFailuresCount());
    System.exit(0);
  }
}
