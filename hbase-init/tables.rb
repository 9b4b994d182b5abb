# SPDX-License-Identifier: Apache-2.0

# Creates tables in the hbase shell: hbase shell -n FILE
# A table that exists is compared with what is written here, and never changed. Exit code 1: one differs.
conf.verbose = conf.echo = false

def create_or_compare(table, *parts)
  @differing ||= []
  @admin ||= org.apache.hadoop.hbase.client.ConnectionFactory.createConnection(@hbase.configuration).getAdmin
  name = org.apache.hadoop.hbase.TableName.valueOf(table)
  return create(table, *parts) unless @admin.tableExists(name)

  wrong = differences(@admin.getDescriptor(name), @admin.getRegions(name).map(&:getStartKey), parts)
  puts wrong.empty? ? "Table #{table} exists and is as it should be" : "Table #{table} exists and differs:"
  wrong.each { |difference| puts "  #{difference}" }
  @differing << table unless wrong.empty?
end

def differences(table, starts, parts)
  bytes = org.apache.hadoop.hbase.util.Bytes
  families = parts.select { |part| part.key?(NAME) }
  splits = parts.flat_map { |part| part.fetch(SPLITS, []) }
  wrong = families.flat_map { |wanted| family_differences(table.getColumnFamily(wanted[NAME].to_java_bytes), wanted) }
  surplus = table.getColumnFamilies.map(&:getNameAsString) - families.map { |wanted| wanted[NAME] }
  wrong += surplus.map { |family| "#{family}: a family that is not wanted" }
  missing = splits.reject { |split| starts.any? { |start| bytes.equals(start, bytes.toBytesBinary(split)) } }
  wrong + missing.map { |split| "no region starts at #{split.inspect}" }
end

def family_differences(family, wanted)
  return ["#{wanted[NAME]}: no such family"] if family.nil?

  settings = wanted.reject { |key, _| [NAME, CONFIGURATION].include?(key) }
  found = settings.keys.map { |key| [key, family.getValue(key.to_java_bytes)] }
  found = found.map { |key, value| [key, value.nil? ? nil : String.from_java_bytes(value)] }
  configuration = wanted.fetch(CONFIGURATION, {})
  found += configuration.keys.map { |key| [key, family.getConfigurationValue(key)] }
  found = found.reject { |key, value| settings.merge(configuration)[key].to_s == value }
  found.map { |key, value| "#{wanted[NAME]}: #{key} is #{value.inspect}, not #{settings.merge(configuration)[key]}" }
end

create_or_compare 'clickstream',
  {NAME => 'event_details', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'},
  {NAME => 'traffic_info', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'},
  {NAME => 'metadata', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'}

create_or_compare 'customers',
  {NAME => 'personal_info', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'},
  {NAME => 'device_info', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'},
  {NAME => 'location_info', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'},
  {NAME => 'join_info', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'}

create_or_compare 'product',
  {NAME => 'product_info', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'},
  {NAME => 'product_details', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'},
  {NAME => 'metadata', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'}

create_or_compare 'transactions',
  {NAME => 'transaction_details', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'},
  {NAME => 'payment_info', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'},
  {NAME => 'shipment_info', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'},
  {NAME => 'transaction_summary', VERSIONS => 1, BLOOMFILTER => 'ROW', COMPRESSION => 'NONE'}

$stdout.flush
java.lang.System.exit(@differing.empty? ? 0 : 1) # exit() loses the code when this is read from standard input
