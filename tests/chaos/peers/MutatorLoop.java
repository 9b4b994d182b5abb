// SPDX-License-Identifier: Apache-2.0
//
// MutatorLoop.java KAFKA TOPIC ZOOKEEPER_PORT TABLE plain|careful SCHEMA: the loop that users write
// around KafkaConsumer, Avro's GenericRecord and HBase's BufferedMutator. `plain` leaves offsets and
// buffer to the clients' defaults, `careful` flushes the buffer and commits after each poll. Prints
// after each poll how many records it has handed over.

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hbase.HBaseConfiguration;
import org.apache.hadoop.hbase.TableName;
import org.apache.hadoop.hbase.client.BufferedMutator;
import org.apache.hadoop.hbase.client.Connection;
import org.apache.hadoop.hbase.client.ConnectionFactory;
import org.apache.hadoop.hbase.client.Delete;
import org.apache.hadoop.hbase.client.Mutation;
import org.apache.hadoop.hbase.client.Put;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

public class MutatorLoop {
  private static final Map<String, String> FAMILIES = Map.of("step", "a", "text", "a", "note", "b");

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static Mutation mutation(
      ConsumerRecord<byte[], byte[]> message, GenericDatumReader<GenericRecord> reader) throws Exception {
    if (message.value() == null) {
      return new Delete(message.key());
    }
    GenericRecord record = reader.read(null, DecoderFactory.get().binaryDecoder(message.value(), null));
    Put put = new Put(message.key());
    for (Map.Entry<String, String> column : FAMILIES.entrySet()) {
      Object value = record.get(column.getKey());
      if (value != null) {
        put.addColumn(bytes(column.getValue()), bytes(column.getKey()), bytes(value.toString()));
      }
    }
    return put;
  }

  public static void main(String[] words) throws Exception {
    boolean careful = words[4].equals("careful");
    Properties settings = new Properties();
    settings.put("bootstrap.servers", words[0]);
    settings.put("group.id", words[3]);
    settings.put("auto.offset.reset", "earliest");
    settings.put("session.timeout.ms", "6000");
    if (careful) {
      settings.put("enable.auto.commit", "false");
    }
    Configuration configuration = HBaseConfiguration.create();
    configuration.set("hbase.zookeeper.quorum", "127.0.0.1");
    configuration.set("hbase.zookeeper.property.clientPort", words[2]);
    GenericDatumReader<GenericRecord> reader = new GenericDatumReader<>(new Schema.Parser().parse(words[5]));

    try (Connection connection = ConnectionFactory.createConnection(configuration);
        BufferedMutator mutator = connection.getBufferedMutator(TableName.valueOf(words[3]));
        KafkaConsumer<byte[], byte[]> consumer =
            new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer.subscribe(List.of(words[1]));
      long written = 0;
      while (true) {
        ConsumerRecords<byte[], byte[]> messages = consumer.poll(Duration.ofMillis(500));
        for (ConsumerRecord<byte[], byte[]> message : messages) {
          mutator.mutate(mutation(message, reader));
          written++;
        }
        if (careful && !messages.isEmpty()) {
          mutator.flush();
          consumer.commitSync();
        }
        if (!messages.isEmpty()) {
          System.out.println(written);
        }
      }
    }
  }
}
