// SPDX-License-Identifier: Apache-2.0
import java.util.Random;
import org.apache.hadoop.hbase.util.Bytes;

/**
 * Prints vectors.txt: a type, a value and the bytes that HBase's own Bytes.toBytes() makes of it.
 * With the jars of HBase's server on the class path:
 *
 *   java -cp 'JARS/*' Make.java > vectors.txt
 */
public class Make {
  private static void line(String type, Object value, byte[] bytes) {
    System.out.println(type + " " + value + " " + Bytes.toHex(bytes));
  }

  public static void main(String[] args) {
    Random random = new Random(7);
    for (boolean value : new boolean[] {true, false})
      line("boolean", value, Bytes.toBytes(value));
    for (int value : new int[] {0, 1, -1, Integer.MAX_VALUE, Integer.MIN_VALUE, 5868})
      line("int", value, Bytes.toBytes(value));
    for (long value : new long[] {0, 1, -1, Long.MAX_VALUE, Long.MIN_VALUE, 1532877721458L})
      line("long", value, Bytes.toBytes(value));
    for (double value : new double[] {0, -0.0, 1, -1, 0.1, 12.5, 4.9e-324, Double.MAX_VALUE,
        Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
      line("double", value, Bytes.toBytes(value));
    for (int i = 0; i < 40; i++) {
      int narrow = random.nextInt() >> random.nextInt(31);
      long wide = random.nextLong() >> random.nextInt(63);
      double number = random.nextGaussian() * Math.pow(10, random.nextInt(40) - 20);
      line("int", narrow, Bytes.toBytes(narrow));
      line("long", wide, Bytes.toBytes(wide));
      line("double", number, Bytes.toBytes(number));
    }
  }
}
